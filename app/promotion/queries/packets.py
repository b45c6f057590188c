"""The frozen packet of a case, what its authors have written so far, and who has read it.

The frozen packet is JSON. Its keys, all of them always there:

- `schema`: 1. `candidate`: the name. `case`: `id`, `code`, `cycle`, `cycle_id`, `candidate_id`, `from_level`,
  `target_level`, `submitted_on`, `is_incomplete`, `incomplete_reason`. `ladder`: `name`, `title`, `version`, `lineage`,
  `version_id`. `cut_off`, `frozen_on`: days.
- `parts`: `summary`, `impact`, `helped`, the candidate's words. `statement`: null, or `words`, `author`, `author_id`,
  `handed_in_on`.
- `pieces`, in the candidate's order: `number` (E1 is 1), `label`, `id`, `ref`, `title`, `kind`, `began_on`,
  `occurred_on`, `narrative`, `links` (addresses), `expectations` (`id`, `text`, `line`, `counts`, `against`: why it
  does not count, a code of `domain.evidence.Reason`), `voices` (`name`, `person_id`, `outcome`, `words`, `standing`:
  what it supports and counts for, `limits` by expectation id, `was_line_manager`, `answered_on`). A piece that its
  author withdrew before the handing in, or that happened after the cut-off, is left out; the numbers of the others
  stay. `left_out`: those numbers.
- `rated`: the ids that the committee rates, in ladder order.
- `expectations`, all of the target in ladder order: `id`, `text`, `competency`, `competency_id`, `level`,
  `is_required`, `is_rated`, `status`, `self` and `manager` (null, or `answer`, `on`, `by`), `is_slipped`, `waived_for`,
  `pieces` (numbers that count), `pieces_left_out`, `sufficiency` (`is_sufficient`, `count`, `min_count`, `span_days`,
  `min_span_days`, `voices`, `min_voices`, `kinds`, `min_kinds`, `window_days`, `missing`: phrases). The status is that
  of the whole record; the arithmetic is that of the chosen pieces alone, which are all that a reviewer has.
- `readiness`: `verdict`, `met`, `of`. `exceptions`: `id`, `text`, `reason`. `timeline`: `quarter`, `pieces`.
  `warnings`: `recency` (null, or `recent`, `counted`) and `reliance` (null, or `numbers`, `supported`, `evidenced`).

Days are ISO days of the company's calendar. `domain.packets.without_ratings` leaves out what blind readers may not see.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import MissingError
from app.domain.ladder import Expectation
from app.domain.packets import is_intact
from app.domain.promotion import CaseState
from app.evidence.models import Claim, Corroboration, Evidence
from app.infra.clock import local
from app.infra.db import db, once_per_transaction
from app.ladders.queries import get_edition
from app.people.models import Person
from app.promotion.models import (
    ExceptionAsked,
    PacketAddition,
    PacketChoice,
    PacketPart,
    PacketSection,
    PacketSnapshot,
    PanelSeat,
    PromotionCase,
    PromotionCycle,
)
from app.promotion.queries.cases import get_cycle
from app.promotion.queries.packet_pieces import as_handed_in

CANDIDATES = (PacketPart.SUMMARY, PacketPart.IMPACT, PacketPart.HELPED)
"""The parts that the candidate writes, in the order in which they stand."""
READ_TAGS = (Tag.PACKET_READ.value, Tag.PACKET_EXPORTED.value)


@once_per_transaction
def frozen_packet_of(case_id: uuid.UUID) -> dict[str, Any] | None:
    """Return the content of the frozen packet; None before it is frozen. Callers do not change it."""
    content = frozen_text_of(case_id)
    return None if content is None else json.loads(content)


@once_per_transaction
def frozen_text_of(case_id: uuid.UUID) -> str | None:
    """Return the text whose SHA-256 the case carries; None before the packet is frozen."""
    return db.session.scalar(select(PacketSnapshot.content).where(PacketSnapshot.case_id == case_id))


def is_unchanged(case: PromotionCase) -> bool:
    """Say whether the stored packet is the one that was frozen; False where none is, or the text was altered since."""
    text = frozen_text_of(case.id)
    return text is not None and case.digest is not None and is_intact(text, case.digest)


# What its authors write ----------------------------------------------------------------


def sections_of(case_id: uuid.UUID, author_id: uuid.UUID) -> dict[PacketPart, PacketSection]:
    """Return what one author has written, by part. Nobody else's words are read."""
    rows = db.session.scalars(
        select(PacketSection)
        .where(PacketSection.case_id == case_id, PacketSection.author_id == author_id)
        .order_by(PacketSection.part)
        .execution_options(populate_existing=True)
    )
    return {row.part: row for row in rows}


def statement_of(case: PromotionCase) -> PacketSection | None:
    """Return the statement that was handed in; None before that. A draft is never read here."""
    if case.statement_at is None or case.statement_by_id is None:
        return None
    return sections_of(case.id, case.statement_by_id).get(PacketPart.STATEMENT)


class Chosen(NamedTuple):
    """A piece that the candidate chose, with its number, as in E3."""

    number: int
    piece: Evidence

    @property
    def label(self) -> str:
        """Return how texts and rationales cite it."""
        return f"E{self.number}"


def chosen_of(case_id: uuid.UUID) -> list[Chosen]:
    """Return the chosen pieces in the candidate's order, whole, in a fixed number of queries.

    Once the packet is in they are as they were handed in, whatever became of them since. Before that, one that was
    withdrawn is among them and keeps its number.
    """
    rows = db.session.execute(
        select(PacketChoice.position, PacketChoice.content, Evidence)
        .join(Evidence, Evidence.id == PacketChoice.evidence_id)
        .where(PacketChoice.case_id == case_id)
        .options(
            selectinload(Evidence.links),
            selectinload(Evidence.claims).joinedload(Claim.settings_aside),
            selectinload(Evidence.corroborations).options(
                joinedload(Corroboration.limits), joinedload(Corroboration.colleague)
            ),
        )
        .order_by(PacketChoice.position, PacketChoice.id)
    )
    # What was handed in answers to the same names as the piece itself.
    return [
        Chosen(position, piece if content is None else cast("Evidence", as_handed_in(piece, content)))
        for position, content, piece in rows
    ]


def chosen_ids(case_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the ids of the chosen pieces, in the candidate's order."""
    return list(
        db.session.scalars(
            select(PacketChoice.evidence_id)
            .where(PacketChoice.case_id == case_id)
            .order_by(PacketChoice.position, PacketChoice.id)
        )
    )


def exceptions_of(case_id: uuid.UUID) -> dict[str, str]:
    """Return why the candidate asks to be promoted despite an expectation, by its id."""
    rows = db.session.execute(
        select(ExceptionAsked.expectation_id, ExceptionAsked.reason)
        .where(ExceptionAsked.case_id == case_id)
        .order_by(ExceptionAsked.expectation_id)
    )
    return {row.expectation_id: row.reason for row in rows}


def expectation_of(case: PromotionCase, expectation_id: str) -> Expectation:
    """Return an expectation of the target; MissingError where the target asks for none of that id."""
    found = get_edition(case.ladder_version_id).ladder.requirement(case.target_level)
    wanted = next((one for one in found if one.id == expectation_id), None)
    if wanted is None:
        raise MissingError
    return wanted


class Addition(NamedTuple):
    """Something beside a frozen packet, with who added it, when and why.

    `is_after_decision` is set for those alone who may know that there is a decision; see `additions_for`.
    """

    author: str
    author_id: uuid.UUID
    at: datetime
    words: str
    reason: str
    is_after_decision: bool = False


def additions_of(case_id: uuid.UUID) -> list[Addition]:
    """Return what was added beside the frozen packet, oldest first."""
    rows = db.session.execute(
        select(Person.name, PacketAddition.author_id, PacketAddition.at, PacketAddition.words, PacketAddition.reason)
        .join(Person, Person.id == PacketAddition.author_id)
        .where(PacketAddition.case_id == case_id)
        .order_by(PacketAddition.at, PacketAddition.id)
    )
    return [Addition(*row) for row in rows]


class EarlierPacket(NamedTuple):
    """A packet that the candidate wrote in another cycle."""

    case_id: uuid.UUID
    cycle: str
    code: str
    target: str


def list_earlier(case: PromotionCase) -> list[EarlierPacket]:
    """Return the candidate's own earlier packets in which they wrote or chose something, latest first."""
    wrote = select(PacketSection.case_id).where(
        PacketSection.author_id == case.subject_id, PacketSection.part.in_(CANDIDATES), PacketSection.words != ""
    )
    rows = db.session.execute(
        select(PromotionCase, PromotionCycle.name)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .where(
            PromotionCase.subject_id == case.subject_id,
            PromotionCase.id != case.id,
            PromotionCase.nominated_at < case.nominated_at,
            PromotionCase.id.in_(wrote) | PromotionCase.id.in_(select(PacketChoice.case_id)),
        )
        .order_by(PromotionCase.nominated_at.desc(), PromotionCase.id)
    )
    return [EarlierPacket(found.id, name, found.code, found.target_level) for found, name in rows]


# Who has read it -----------------------------------------------------------------------


class Reader(NamedTuple):
    """Somebody else who has opened the packet: when first and last, on how many days, and whether as a file too.

    `is_named` is False for whoever judges the case while the decision is not told: `name` is what they are.
    """

    name: str
    first_at: datetime
    last_at: datetime
    days: int
    has_file: bool
    is_named: bool = True

    @property
    def last_on(self) -> date:
        """Return the day of the last reading; of whoever is not named no moment is told."""
        return local(self.last_at).date()


def readers_of(case: PromotionCase) -> list[Reader]:
    """Return who else has read the packet, the latest reader first, from the record of the audit.

    The candidate reads it, so those who judge the case are a reviewer or the chair until the decision is told.
    """
    offices = {} if case.is_told else _judging(case)
    is_file = func.max(func.coalesce(AuditEvent.tag == Tag.PACKET_EXPORTED.value, False).cast(db.Integer))
    rows = db.session.execute(
        select(
            Person.id,
            Person.name,
            func.min(AuditEvent.at),
            func.max(AuditEvent.at).label("last_at"),
            func.sum((AuditEvent.tag == Tag.PACKET_READ.value).cast(db.Integer)),
            is_file,
        )
        .join(Person, Person.id == AuditEvent.actor_id)
        .where(
            AuditEvent.object_id == case.id,
            AuditEvent.tag.in_(READ_TAGS),
            AuditEvent.actor_id != case.subject_id,
        )
        .group_by(Person.id, Person.name)
        .order_by(func.max(AuditEvent.at).desc(), Person.id)
    )
    return [
        Reader(offices.get(key, name), first, last, int(days or 0), bool(file), key not in offices)
        for key, name, first, last, days, file in rows
    ]


def _judging(case: PromotionCase) -> dict[uuid.UUID, str]:
    """Return what those who judge a case, or have held a seat on its panel, are called to its candidate."""
    seated = db.session.scalars(
        select(PanelSeat.person_id).where(PanelSeat.case_id == case.id).order_by(PanelSeat.seated_at, PanelSeat.id)
    )
    cycle = get_cycle(case.cycle_id)
    chairs = [one for one in (cycle.chair_id, cycle.deputy_id) if one is not None]
    return dict.fromkeys(seated, "A reviewer") | dict.fromkeys(chairs, "The chair")


def has_read_today(case: PromotionCase, reader_id: uuid.UUID, at: datetime) -> bool:
    """Say whether it was written down already that somebody read the packet on this calendar day."""
    day = local(at)
    begins = day.replace(hour=0, minute=0, second=0, microsecond=0)
    found = db.session.scalar(
        select(AuditEvent.seq)
        .where(
            AuditEvent.object_id == case.id,
            AuditEvent.actor_id == reader_id,
            AuditEvent.tag == Tag.PACKET_READ.value,
            AuditEvent.at >= begins,
            AuditEvent.at < begins + timedelta(days=1),
        )
        .limit(1)
    )
    return found is not None


def is_being_written(case: PromotionCase) -> bool:
    """Say whether the candidate still writes the packet."""
    return case.state is CaseState.DRAFTING


def words_of(sections: dict[PacketPart, PacketSection], parts: Sequence[PacketPart] = CANDIDATES) -> dict[str, str]:
    """Return the words of parts by their name; empty where nothing was written."""
    return {part.value: sections[part].words if part in sections else "" for part in parts}
