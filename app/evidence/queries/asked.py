"""Who was asked about which piece, and who could be."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from app.domain.evidence import CorroborationAnswer, EvidenceKind
from app.evidence.models import Corroboration, Evidence
from app.evidence.queries.hrefs import page_of
from app.infra.clock import today
from app.infra.db import db
from app.people.models import Person
from app.people.queries import find_manager, like_pattern, sort_key, works_here

SHOWN_COLLEAGUES = 30


def concerns(actor_id: uuid.UUID, evidence_id: uuid.UUID) -> bool:
    """Say whether somebody was asked about a piece."""
    asked = select_asked_about(actor_id).where(Corroboration.evidence_id == evidence_id)
    return db.session.execute(asked.limit(1)).first() is not None


def select_asked_about(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the pieces that somebody was asked about."""
    return select(Corroboration.evidence_id).where(Corroboration.colleague_id == actor_id)


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
    """Somebody who can be asked: the name only."""

    id: uuid.UUID
    name: str


def list_possible_colleagues(piece: Evidence, search: str) -> Sequence[Colleague]:
    """Return the first thirty people, by name, who can be asked about a piece, `search` being a part of the name.

    Neither the author nor the line manager of today, nobody who does not work here, nobody who owes an answer already.
    """
    manager = find_manager(piece.subject_id)
    left_out = {piece.subject_id} | ({manager.id} if manager else set())
    left_out |= {question.colleague_id for question in piece.corroborations if question.is_open}
    names = select(Person.id, Person.name).where(works_here(today()), Person.id.not_in(left_out))
    if words := sort_key(search):
        names = names.where(Person.sort_name.like(like_pattern(words), escape="\\"))
    rows = db.session.execute(names.order_by(Person.sort_name, Person.id).limit(SHOWN_COLLEAGUES))
    return [Colleague(*row) for row in rows]
