"""One piece of evidence with everything that belongs to it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, func, inspect, select
from sqlalchemy.orm import joinedload, selectinload

from app.domain.errors import MissingError
from app.domain.evidence import EvidenceKind
from app.evidence.models import Claim, Corroboration, Evidence, SettingAside
from app.evidence.queries.marks import ExpectationMark
from app.infra.db import db
from app.people.models import Person


def get_evidence(evidence_id: uuid.UUID) -> Evidence:
    """Return a piece without what belongs to it; MissingError when there is none of that id."""
    piece = db.session.get(Evidence, evidence_id)
    if piece is None:
        raise MissingError
    return piece


def for_lists() -> Select[Evidence]:
    """Return the select of pieces with claims, settings aside and voices, in two queries. Rows are made `unique`."""
    return select(Evidence).options(
        joinedload(Evidence.claims).joinedload(Claim.settings_aside),
        selectinload(Evidence.corroborations).joinedload(Corroboration.colleague),
    )


def load_evidence(piece: Evidence) -> Evidence:
    """Return the piece with everything that belongs to it; MissingError when it is gone by now."""
    return _fetch(_whole().options(joinedload(Evidence.links)).where(Evidence.id == id_of(piece)))


def _whole() -> Select[Evidence]:
    """Return the select of pieces with everything that belongs to them but links, in a fixed number of queries.

    What belongs to a piece is read after the piece: when that is locked, nobody changes the rest any more.
    """
    return select(Evidence).options(
        selectinload(Evidence.claims).joinedload(Claim.settings_aside),
        selectinload(Evidence.corroborations).options(
            joinedload(Corroboration.limits), joinedload(Corroboration.colleague)
        ),
    )


def lock_evidence(piece: Evidence) -> Evidence:
    """Return the piece as `load_evidence` does, as it is stored now, and keep others from changing it until the end."""
    wanted = _whole().options(selectinload(Evidence.links)).where(Evidence.id == id_of(piece))
    return _fetch(wanted.with_for_update(of=Evidence))


def _fetch(statement: Select[Evidence]) -> Evidence:
    piece = db.session.scalars(statement.execution_options(populate_existing=True)).unique().one_or_none()
    if piece is None:
        raise MissingError
    return piece


def id_of(piece: Evidence) -> uuid.UUID:
    """Return the id without asking the database: the row may have gone since the guard read it."""
    identity = inspect(piece).identity
    key: uuid.UUID = identity[0] if identity else piece.id
    return key


def next_number(subject_id: uuid.UUID) -> int:
    """Return the number of the author's next piece. The author's row is locked: two pieces never get the same."""
    # Of this strength the lock waits for itself, but not for rows that merely refer to the person.
    author = select(Person.id).where(Person.id == subject_id).with_for_update(key_share=True)
    db.session.execute(author).one()
    last = db.session.scalar(select(func.max(Evidence.number)).where(Evidence.subject_id == subject_id))
    return (last or 0) + 1


def get_claim(piece: Evidence, expectation_id: str) -> Claim:
    """Return the claim of a loaded piece on an expectation; MissingError when it makes none."""
    claim = next((one for one in piece.claims if one.expectation_id == expectation_id), None)
    if claim is None:
        raise MissingError
    return claim


def find_live_setting_aside(claim: Claim) -> SettingAside | None:
    """Return the setting aside of a claim that has not been taken back."""
    return next((row for row in claim.settings_aside if row.superseded_at is None), None)


def fitting_kind(person_id: uuid.UUID, marks: Sequence[ExpectationMark]) -> EvidenceKind:
    """Return the kind to begin with: the usual one if it counts for what is to be shown, else the first that does."""
    usual = usual_kind(person_id)
    accepted = [mark.rule.kinds for mark in marks if mark.rule is not None and mark.rule.kinds]
    fitting = [kind for kind in EvidenceKind if all(kind.value in kinds for kinds in accepted)]
    return usual if usual in fitting or not fitting else fitting[0]


def usual_kind(person_id: uuid.UUID) -> EvidenceKind:
    """Return the kind of a person's last piece, the likeliest of the next one."""
    last = select(Evidence.kind).where(Evidence.subject_id == person_id).order_by(Evidence.number.desc()).limit(1)
    return db.session.scalar(last) or EvidenceKind.PULL_REQUEST
