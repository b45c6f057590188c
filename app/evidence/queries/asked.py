"""Who was asked about which piece, and who could be."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, or_, select

from app.domain.evidence import CorroborationAnswer, EvidenceKind
from app.evidence.models import Corroboration, Evidence
from app.evidence.queries.hrefs import page_of
from app.infra.clock import today
from app.infra.db import db, once_per_transaction
from app.people.models import Person
from app.people.queries import find_manager, like_pattern, sort_key, works_here

SHOWN_COLLEAGUES = 30


@once_per_transaction
def concerns(actor_id: uuid.UUID, evidence_id: uuid.UUID) -> bool:
    """Say whether somebody was asked about a piece."""
    asked = select_asked_about(actor_id).where(Corroboration.evidence_id == evidence_id)
    return db.session.execute(asked.limit(1)).first() is not None


def select_asked_about(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the pieces that somebody was asked about."""
    return select(Corroboration.evidence_id).where(Corroboration.colleague_id == actor_id)


def is_owed() -> ColumnElement[bool]:
    """Return the condition on `Corroboration` that an answer is owed, as its `is_open` says for one row."""
    return or_(Corroboration.answered_at.is_(None), Corroboration.answered_at < Corroboration.asked_at)


@dataclass(frozen=True, slots=True)
class AskedEntry:
    """One piece that a colleague asks somebody to confirm. `is_open`: an answer is owed."""

    evidence_id: uuid.UUID
    title: str
    kind: EvidenceKind
    began_on: date | None
    on: date
    subject_id: uuid.UUID
    subject_name: str
    asked_at: datetime
    outcome: CorroborationAnswer | None
    answered_at: datetime | None
    is_open: bool

    @property
    def href(self) -> str:
        """Return the address of the piece."""
        return page_of(self.evidence_id)


def list_asked_of(person_id: uuid.UUID, *, only_open: bool = False) -> list[AskedEntry]:
    """Return the shared pieces that colleagues ask somebody about: open questions first, then the newest."""
    rows = db.session.execute(
        select(Corroboration, Evidence, Person.name)
        .join(Evidence, Evidence.id == Corroboration.evidence_id)
        .join(Person, Person.id == Evidence.subject_id)
        .where(Corroboration.colleague_id == person_id, Evidence.is_shared)
        .order_by(Corroboration.asked_at.desc(), Corroboration.id),
    )
    entries = [
        AskedEntry(
            evidence_id=piece.id,
            title=piece.title,
            kind=piece.kind,
            began_on=piece.occurred_from,
            on=piece.occurred_on,
            subject_id=piece.subject_id,
            subject_name=name,
            asked_at=question.asked_at,
            outcome=question.outcome,
            answered_at=question.answered_at,
            is_open=question.is_open,
        )
        for question, piece, name in rows
    ]
    owed = [entry for entry in entries if entry.is_open]
    return owed if only_open else owed + [entry for entry in entries if not entry.is_open]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of that name: the name only. `why_not` says why they cannot be asked, empty where they can."""

    id: uuid.UUID
    name: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a search found. `is_before`: nobody was looked for, and these were asked about other pieces before.

    `has_more`: more people have that name than are shown.
    """

    colleagues: tuple[Colleague, ...]
    is_before: bool = False
    has_more: bool = False

    @property
    def possible(self) -> list[Colleague]:
        """Return those who can be asked."""
        return [one for one in self.colleagues if not one.why_not]

    @property
    def others(self) -> list[Colleague]:
        """Return those who cannot, each with the reason."""
        return [one for one in self.colleagues if one.why_not]


def find_colleagues(piece: Evidence, search: str, chosen: uuid.UUID | None = None) -> Found:
    """Return the first thirty people of that name who work here, by name; `search` is a part of the name.

    Without a search everybody where they are no more than thirty, else whom the author asked about other pieces. Who
    cannot be asked about this piece is there and says why. `chosen` is there whatever was looked for.
    """
    words = sort_key(search)
    names = select(Person.id, Person.name).where(works_here(today())).order_by(Person.sort_name, Person.id)
    fitting = names.where(Person.sort_name.like(like_pattern(words), escape="\\")) if words else names
    # Asked for whether it is needed or not, so that a page asks as often in a small company as in a large one.
    before = names.where(Person.id.in_(_asked_before(piece))).limit(SHOWN_COLLEAGUES)
    known = [] if words else db.session.execute(before).all()
    rows = db.session.execute(fitting.limit(SHOWN_COLLEAGUES + 1)).all()
    has_more = len(rows) > SHOWN_COLLEAGUES
    is_before = has_more and not words
    if is_before:
        rows = known
    rows = list(rows[:SHOWN_COLLEAGUES])
    if chosen is not None and all(row.id != chosen for row in rows):
        rows += db.session.execute(names.where(Person.id == chosen)).all()
    reasons = _reasons_against(piece)
    found = [Colleague(row.id, row.name, reasons.get(row.id, "")) for row in rows]
    return Found(tuple(one for one in found if words or not one.why_not), is_before, has_more and not is_before)


def _asked_before(piece: Evidence) -> Select[uuid.UUID]:
    other = select(Evidence.id).where(Evidence.subject_id == piece.subject_id)
    return select(Corroboration.colleague_id).where(Corroboration.evidence_id.in_(other))


def _reasons_against(piece: Evidence) -> dict[uuid.UUID, str]:
    """Return, by person, why somebody cannot be asked about a loaded piece."""
    found = {row.colleague_id: "is asked already" for row in piece.corroborations if row.is_open}
    if manager := find_manager(piece.subject_id):
        found[manager.id] = "is your line manager: that word comes with the rating and is no second voice"
    return found | {piece.subject_id: "is you: nobody confirms their own work"}
