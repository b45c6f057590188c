"""The facts that readiness rests on: which piece shows what, and who has confirmed it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from app.domain import evidence as rules
from app.domain.evidence import EvidenceState, Piece
from app.evidence.models import Claim, Corroboration, Evidence, SettingAside
from app.infra.bulk import remembered
from app.infra.db import db

NOBODY: frozenset[uuid.UUID] = frozenset()
READ_NOW, READ_BEFORE = 1, 0
"""Versions of a claim as the rule asks for them: as it stands, and as it stood before its last change."""


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
) -> dict[uuid.UUID, dict[str, list[Piece]]]:
    """Return the pieces of people by expectation, oldest first, as the rules see them; two queries for any number.

    Everybody asked about has an entry. Withdrawn pieces and those set aside are there and say so. Drafts are their
    author's alone: ask for them only for the author's own eyes.
    """
    found: dict[uuid.UUID, dict[str, list[Piece]]] = {person_id: {} for person_id in person_ids}
    if not found:
        return found
    states = list(EvidenceState) if with_drafts else [EvidenceState.SHARED, EvidenceState.WITHDRAWN]
    answers = _answers(person_ids)
    rows = db.session.execute(
        select(
            remembered(Evidence.id),
            remembered(Evidence.subject_id),
            remembered(Evidence.kind),
            remembered(Evidence.occurred_on),
            remembered(Evidence.state),
            Claim.expectation_id,
            remembered(Claim.changed_at),
            SettingAside.id.label("aside_id"),
        )
        .join(Claim, Claim.evidence_id == Evidence.id)
        .outerjoin(SettingAside, and_(SettingAside.claim_id == Claim.id, SettingAside.superseded_at.is_(None)))
        .where(Evidence.subject_id.in_(person_ids), Evidence.state.in_(states))
        .order_by(Evidence.occurred_on, Evidence.id, Claim.id),
    )
    for row in rows:
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
        )
        found[row.subject_id].setdefault(row.expectation_id, []).append(piece)
    return found


def _answers(person_ids: Sequence[uuid.UUID]) -> defaultdict[uuid.UUID, list[Any]]:
    rows = db.session.execute(
        select(
            Corroboration.evidence_id,
            Corroboration.colleague_id,
            Corroboration.outcome,
            Corroboration.standing,
            Corroboration.was_line_manager,
            Corroboration.answered_at,
        )
        .join(Evidence, Evidence.id == Corroboration.evidence_id)
        .where(Evidence.subject_id.in_(person_ids), Corroboration.outcome.is_not(None))
        .order_by(Corroboration.evidence_id, Corroboration.id),
    )
    by_piece: defaultdict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        by_piece[row.evidence_id].append(row)
    return by_piece
