"""What all pages of a packet that is written share: its head, and how far each step is. For views only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.people.queries import get_person
from app.promotion.models import PacketPart, PacketSection, PromotionCase
from app.promotion.queries.cases import deadline_of, get_cycle
from app.promotion.queries.packets import CANDIDATES, chosen_ids, exceptions_of, sections_of


@dataclass(frozen=True, slots=True)
class PacketHead:
    """Which packet it is, until when it can be written, and how much of it is there."""

    cycle: str
    code: str
    target: str
    due: date | None
    cut_off: date | None
    written: int
    chosen: int
    exceptions: int
    incomplete_reason: str


@dataclass(frozen=True, slots=True)
class StatementHead:
    """Whose packet it is, for which level, and until when a statement can be written."""

    cycle: str
    code: str
    candidate: str
    target: str
    due: date | None


def packet_head(case: PromotionCase, packet: Mapping[str, Any] | None = None) -> PacketHead:
    """Return the head of the pages on which a packet is written; from its content where the page has that anyway."""
    cycle = get_cycle(case.cycle_id)
    if packet is None:
        words = words_in(sections_of(case.id, case.subject_id))
        chosen, exceptions = len(chosen_ids(case.id)), len(exceptions_of(case.id))
    else:
        words, chosen = packet["parts"], len(packet["pieces"]) + len(packet["left_out"])
        exceptions = len(packet["exceptions"])
    return PacketHead(
        cycle=cycle.name,
        code=case.code,
        target=case.target_level,
        due=deadline_of(cycle.id, "packets_due", case.id),
        cut_off=cycle.evidence_until,
        written=sum(bool(one) for one in words.values()),
        chosen=chosen,
        exceptions=exceptions,
        incomplete_reason=(case.incomplete_reason or "") if case.is_incomplete else "",
    )


def statement_head(case: PromotionCase) -> StatementHead:
    """Return the head of the pages that another person than the candidate opens: no word and no count of the packet."""
    cycle = get_cycle(case.cycle_id)
    return StatementHead(
        cycle=cycle.name,
        code=case.code,
        candidate=get_person(case.subject_id).name,
        target=case.target_level,
        due=deadline_of(cycle.id, "packets_due", case.id),
    )


def words_in(
    sections: Mapping[PacketPart, PacketSection], parts: tuple[PacketPart, ...] = CANDIDATES
) -> dict[str, str]:
    """Return the words of parts by the name of their field; empty where nothing was written."""
    return {part.value: sections[part].words if part in sections else "" for part in parts}
