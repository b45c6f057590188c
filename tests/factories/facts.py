"""What is known of an engineer, for tests of the rules: pieces, answers, waivers and spells from a few words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import NAMESPACE_OID, UUID, uuid5

from app.domain.evidence import EvidenceKind, EvidenceState, Piece
from app.domain.progression import Spell
from app.domain.rating import Answer, GivenAnswer
from app.domain.readiness import Waiver


def named(name: str) -> UUID:
    """Return an id that is always the same for a name."""
    return uuid5(NAMESPACE_OID, name)


def make_piece(
    occurred_on: date,
    kind: str = "pull_request",
    *,
    by: tuple[str, ...] | list[str] = (),
    state: str = "shared",
    set_aside: bool = False,
    name: str = "",
) -> Piece:
    """Return a shared piece; `by` names those who corroborate it."""
    return Piece(
        id=named(name or f"{occurred_on} {kind}"),
        kind=EvidenceKind(kind),
        occurred_on=occurred_on,
        state=EvidenceState(state),
        set_aside=set_aside,
        corroborators=frozenset(named(person) for person in by),
    )


def make_answer(
    answer: str, given_on: date = date(2026, 10, 1), *, hour: int = 12, author: str = "manager"
) -> GivenAnswer:
    """Return an answer given at a full hour of a day, UTC."""
    return GivenAnswer(
        answer=Answer(answer),
        given_on=given_on,
        given_at=datetime.combine(given_on, time(hour), UTC),
        author_id=named(author),
    )


def make_waiver(approved_on: date = date(2026, 1, 10)) -> Waiver:
    """Return a waiver that both sides approved on one day."""
    return Waiver("Not part of this job.", manager_approved_on=approved_on, hr_approved_on=approved_on)


def make_spell(level: str, starts_on: date = date(2025, 1, 1), ladder: str = "example", **more: object) -> Spell:
    """Return a spell that lasts, unless told otherwise."""
    return Spell(ladder=ladder, level=level, starts_on=starts_on, **more)
