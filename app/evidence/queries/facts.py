"""The facts that readiness rests on: which piece shows what, and who has confirmed it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Select, and_, cast, literal, null, select, union_all

from app.domain import evidence as rules
from app.domain.evidence import EvidenceState, Piece
from app.evidence.models import Claim, Corroboration, Evidence, SettingAside
from app.infra.bulk import remembered
from app.infra.db import db

NOBODY: frozenset[uuid.UUID] = frozenset()
READ_NOW, READ_BEFORE = 1, 0
"""Versions of a claim as the rule asks for them: as it stands, and as it stood before its last change."""


class _Answer(NamedTuple):
    """What a colleague answered about a piece, as `corroborators_of` reads it."""

    colleague_id: uuid.UUID
    outcome: rules.CorroborationAnswer
    standing: str
    was_line_manager: bool
    answered_at: datetime


def corroborators_of(
    answers: Iterable[Any],
    *,
    subject_id: uuid.UUID,
    expectation_id: str,
    changed_at: datetime,
) -> frozenset[uuid.UUID]:
    """Return who corroborates a claim. Of `answers`, rows of corroborations, those still open are passed over."""
    given = [
        rules.Corroboration(
            person_id=row.colleague_id,
            answer=row.outcome,
            was_line_manager=row.was_line_manager,
            claim_version=READ_NOW if row.answered_at >= changed_at else READ_BEFORE,
            left_standing=frozenset(row.standing.split()),
        )
        for row in answers
        if row.outcome is not None
    ]
    return rules.corroborators(given, subject_id=subject_id, expectation_id=expectation_id, claim_version=READ_NOW)


def pieces_for_readiness(
    person_ids: Sequence[uuid.UUID],
    *,
    with_drafts: bool = False,
    titles: dict[uuid.UUID, str] | None = None,
) -> dict[uuid.UUID, dict[str, list[Piece]]]:
    """Return the pieces of people by expectation, oldest first, as the rules see them; one query for any number.

    Everybody asked about has an entry. Withdrawn pieces and those set aside are there and say so. Drafts are their
    author's alone: ask for them only for the author's own eyes. `titles` is filled with what the pieces are called.
    """
    found: dict[uuid.UUID, dict[str, list[Piece]]] = {person_id: {} for person_id in person_ids}
    if not found:
        return found
    states = list(EvidenceState) if with_drafts else [EvidenceState.SHARED, EvidenceState.WITHDRAWN]
    answers: defaultdict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in db.session.execute(_rows(person_ids, states, with_titles=titles is not None)):
        if row.occurred_on is None:
            answers[row.id].append(_Answer(row.subject_id, row.outcome, row.text, row.was_line_manager, row.changed_at))
            continue
        if titles is not None:
            titles[row.id] = row.text
        piece = Piece(
            id=row.id,
            kind=row.kind,
            occurred_on=row.occurred_on,
            state=row.state,
            set_aside=row.aside_id is not None,
            corroborators=corroborators_of(
                given,
                subject_id=row.subject_id,
                expectation_id=row.expectation_id,
                changed_at=row.changed_at,
            )
            if (given := answers.get(row.id))
            else NOBODY,
            needed_voice=row.needed_voice_id,
        )
        found[row.subject_id].setdefault(row.expectation_id, []).append(piece)
    return found


def _rows(person_ids: Sequence[uuid.UUID], states: Sequence[EvidenceState], *, with_titles: bool) -> Select[Any]:
    """Return one question for what colleagues answered, then the pieces by claim. Answers have no day of a piece."""
    nothing = literal("")
    claims = (
        select(
            literal(1).label("part"),
            remembered(Evidence.id),
            remembered(Evidence.subject_id),
            remembered(Evidence.kind),
            remembered(Evidence.occurred_on),
            remembered(Evidence.state),
            Claim.expectation_id,
            remembered(Claim.changed_at),
            SettingAside.id.label("aside_id"),
            Claim.id.label("row_id"),
            (Evidence.title if with_titles else nothing).label("text"),
            cast(null(), Corroboration.outcome.type).label("outcome"),
            cast(null(), Boolean).label("was_line_manager"),
            Evidence.needed_voice_id,
        )
        .join(Claim, Claim.evidence_id == Evidence.id)
        .outerjoin(SettingAside, and_(SettingAside.claim_id == Claim.id, SettingAside.superseded_at.is_(None)))
        .where(Evidence.subject_id.in_(person_ids), Evidence.state.in_(states))
    )
    answers = (
        select(
            literal(0),
            Corroboration.evidence_id,
            Corroboration.colleague_id,
            null(),
            null(),
            null(),
            nothing,
            Corroboration.answered_at,
            null(),
            Corroboration.id,
            Corroboration.standing,
            Corroboration.outcome,
            Corroboration.was_line_manager,
            null(),
        )
        .join(Evidence, Evidence.id == Corroboration.evidence_id)
        .where(Evidence.subject_id.in_(person_ids), Corroboration.outcome.is_not(None))
    )
    both = union_all(claims, answers).subquery()
    read = (column for column in both.c if column.key not in {"part", "row_id"})
    return select(*read).order_by(both.c.part, both.c.occurred_on, both.c.id, both.c.row_id)
