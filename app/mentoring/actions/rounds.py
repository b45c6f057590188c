"""Opening a round, changing its settings, closing and cancelling it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError, NotAllowedNowError
from app.domain.matching import FULL_SCORE, Weights
from app.domain.mentorship import ANSWER_DAYS, MAX_MONTHS, MIN_MONTHS
from app.infra.db import db
from app.jobs.kinds import Work, register_kind, register_periodic
from app.mentoring.actions.steps import author_id
from app.mentoring.models import MentoringRound, RoundState
from app.mentoring.models.rounds import NAME_LENGTH
from app.mentoring.queries.rounds import answered_rounds, are_all_answered
from app.policies.queries import value_of

WEIGHTS = ("goals", "level", "team", "hours", "preference", "load")
"""The parts of a pair's score, in the order in which pages show them."""
MIN_ANSWER_DAYS, MAX_ANSWER_DAYS = 3, ANSWER_DAYS
NAMELESS = "Give the round a name, such as “January 2027”."
CLOSE_JOB = "mentoring.close_rounds"
DEFAULT_WEIGHTS: Mapping[str, int] = MappingProxyType({name: getattr(Weights(), name) for name in WEIGHTS})


def open_round(
    name: str,
    *,
    weights: Mapping[str, int] = DEFAULT_WEIGHTS,
    months: int | None = None,
    answer_days: int = ANSWER_DAYS,
    by: Author,
    at: datetime,
) -> MentoringRound:
    """Open a round; nobody hears of it. Without months its mentorships last as long as the company's policy says now.

    InvalidError at the field of a setting that breaks a rule.
    """
    row = MentoringRound(id=uuid.uuid4(), state=RoundState.OPEN, opened_at=at, opened_by_id=author_id(by))
    _set(row, name, weights, house_months() if months is None else months, answer_days)
    session = db.session()
    session.add(row)
    session.flush()
    log(Tag.ROUND_OPENED, by=by, at=at, object_id=row.id)
    return row


def house_months() -> int:
    """Return how many months a mentorship is meant to last, by the company's policy of today."""
    return int(value_of("mentoring_months"))


def change_round(
    row: MentoringRound,
    *,
    name: str,
    weights: Mapping[str, int],
    months: int,
    answer_days: int,
    version: int,
    by: Author,
    at: datetime,
) -> None:
    """Change the settings of an open round. Runs that were made stay as they are; the next one takes the new ones.

    ConflictError when somebody has changed it since `version`; NotAllowedNowError once pairs are proposed.
    """
    lock_round(row)
    be_open(row)
    if row.version != version:
        stored = _stored(row)
        raise ConflictError(
            "Somebody has changed this round in the meantime.", stored=stored, version=row.version, labels=LABELS
        )
    before = _stored(row)
    _set(row, name, weights, months, answer_days)
    changed = sorted(field for field, value in _stored(row).items() if value != before[field])
    if changed:
        log(Tag.ROUND_CHANGED, by=by, at=at, object_id=row.id, fields=changed)


LABELS = {
    "name": "Name",
    "months": "Months",
    "answer_days": "Days to answer",
    "goals": "Goals",
    "level": "Level",
    "team": "Other team",
    "hours": "Shared hours",
    "preference": "Preference",
    "load": "Free places",
}
"""What pages call each setting of a round."""


def close_round(row: MentoringRound, *, by: Author, at: datetime) -> None:
    """Close a published round. Proposals that nobody has answered can still be answered until their day."""
    lock_round(row)
    if row.state is not RoundState.PUBLISHED:
        raise NotAllowedNowError("Only a round whose pairs are proposed can be closed.")
    _close(row, by=by, at=at)


def cancel_round(row: MentoringRound, *, by: Author, at: datetime) -> None:
    """Cancel a round that has proposed nothing. Its runs stay readable."""
    lock_round(row)
    be_open(row)
    row.state, row.closed_at = RoundState.CANCELLED, at
    log(Tag.ROUND_CANCELLED, by=by, at=at, object_id=row.id)


def close_answered(*, by: Author, at: datetime) -> int:
    """Close every published round of which all proposals are answered, and return how many."""
    closed = 0
    for row in answered_rounds():
        lock_round(row)
        if row.state is RoundState.PUBLISHED and are_all_answered(row.id):
            _close(row, by=by, at=at)
            closed += 1
    return closed


def register_jobs() -> None:
    """Join the daily closing of rounds to the worker."""
    register_kind(CLOSE_JOB, _close_daily, label="Close mentoring rounds that are answered")
    register_periodic(CLOSE_JOB, timedelta(days=1))


def _close_daily(work: Work) -> None:
    close_answered(by=work.by, at=work.at)


def lock_round(row: MentoringRound) -> None:
    """Read a round as it is stored now, and keep others from changing it until the end."""
    db.session.refresh(row, with_for_update=True)


def _close(row: MentoringRound, *, by: Author, at: datetime) -> None:
    row.state, row.closed_at = RoundState.CLOSED, at
    log(Tag.ROUND_CLOSED, by=by, at=at, object_id=row.id)


def be_open(row: MentoringRound) -> None:
    """Refuse a round that is not open any more; call it with the round locked."""
    if row.state is not RoundState.OPEN:
        raise NotAllowedNowError("This round is not open any more, so its pairs stay as they are.")


def _stored(row: MentoringRound) -> dict[str, str]:
    weights = {name: str(value) for name, value in weights_in(row).items()}
    return {"name": row.name, "months": str(row.months), "answer_days": str(row.answer_days), **weights}


def _set(row: MentoringRound, name: str, weights: Mapping[str, int], months: int, answer_days: int) -> None:
    plain = " ".join(name.split())
    if not plain:
        raise IncompleteError(NAMELESS, field="name")
    if len(plain) > NAME_LENGTH:
        raise InvalidError(f"A name has at most {NAME_LENGTH} characters.", field="name")
    for part in WEIGHTS:
        if not 0 <= weights[part] <= FULL_SCORE:
            raise InvalidError(f"A weight lies between 0 and {FULL_SCORE}.", field=part)
    if wrong := sum_in_words(sum(weights[part] for part in WEIGHTS)):
        raise InvalidError(wrong, field=WEIGHTS[0])
    if not MIN_MONTHS <= months <= MAX_MONTHS:
        raise InvalidError(f"A mentorship lasts {MIN_MONTHS} to {MAX_MONTHS} months.", field="months")
    if not MIN_ANSWER_DAYS <= answer_days <= MAX_ANSWER_DAYS:
        raise InvalidError(f"Give people {MIN_ANSWER_DAYS} to {MAX_ANSWER_DAYS} days.", field="answer_days")
    row.name, row.months, row.answer_days = plain, months, answer_days
    for part in WEIGHTS:
        setattr(row, f"{part}_weight", weights[part])


def weights_in(row: MentoringRound) -> dict[str, int]:
    """Return the weights of a round by part."""
    return {part: getattr(row, f"{part}_weight") for part in WEIGHTS}


def sum_in_words(total: int) -> str:
    """Return what is wrong with a sum of weights; nothing where it is 1000.

    >>> sum_in_words(950)
    'The weights add up to 950: 50 are missing to 1000.'
    """
    if total == FULL_SCORE:
        return ""
    apart = f"{FULL_SCORE - total} are missing to" if total < FULL_SCORE else f"{total - FULL_SCORE} more than"
    return f"The weights add up to {total}: {apart} {FULL_SCORE}."
