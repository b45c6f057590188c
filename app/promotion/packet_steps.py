"""What all pages of a packet that is written share: its head, and how far each step is. For views only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.packets import MOST_PIECES
from app.people.queries import get_person
from app.promotion.models import PacketPart, PacketSection, PromotionCase
from app.promotion.queries.cases import deadline_of, get_cycle
from app.promotion.queries.packets import CANDIDATES, chosen_ids, exceptions_of, sections_of

MOST = MOST_PIECES


@dataclass(frozen=True, slots=True)
class PacketHead:
    """Which packet it is, until when it can be written, and how much of it is there."""

    cycle: str
    code: str
    candidate: str
    target: str
    due: date | None
    cut_off: date | None
    written: int
    chosen: int
    exceptions: int
    incomplete_reason: str


def packet_head(case: PromotionCase) -> PacketHead:
    """Return the head of the pages on which a packet is written."""
    cycle = get_cycle(case.cycle_id)
    return PacketHead(
        cycle=cycle.name,
        code=case.code,
        candidate=get_person(case.subject_id).name,
        target=case.target_level,
        due=deadline_of(cycle.id, "packets_due", case.id),
        cut_off=cycle.evidence_until,
        written=sum(bool(one) for one in words_in(sections_of(case.id, case.subject_id)).values()),
        chosen=len(chosen_ids(case.id)),
        exceptions=len(exceptions_of(case.id)),
        incomplete_reason=(case.incomplete_reason or "") if case.is_incomplete else "",
    )


def words_in(
    sections: Mapping[PacketPart, PacketSection], parts: tuple[PacketPart, ...] = CANDIDATES
) -> dict[str, str]:
    """Return the words of parts by the name of their field; empty where nothing was written."""
    return {part.value: sections[part].words if part in sections else "" for part in parts}
