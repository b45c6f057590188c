"""Reminding people of what they owe in a cycle: by HR and the chair line by line, and by itself around a deadline."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.access.actor import Actor
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import NotAllowedNowError
from app.domain.promotion import CycleState, Guard
from app.infra.clock import local
from app.infra.db import db, forget_answers
from app.notices.actions import tell
from app.promotion.actions import feedback
from app.promotion.actions.steps import lock_cycle, step
from app.promotion.models import PromotionCycle
from app.promotion.queries.cases import get_case
from app.promotion.queries.cycles import last_reminders
from app.promotion.queries.guards import Owed, also_asked_for, missing_for, owed_as_seen
from app.promotion.wording import DEADLINE_OF

AHEAD, AFTER = timedelta(days=3), timedelta(days=1)
"""When Belay reminds by itself: three days before the day of a phase, and on the day after it (house)."""
GONE = "This is no longer missing, so nobody needs a reminder."
TODAY = "A reminder went out today already. The next one may tomorrow."


def remind_of(cycle: PromotionCycle, key: str, *, by: Author, at: datetime, reader: Actor | None = None) -> Owed:
    """Remind those who owe one line of a cycle, and return the line; at most once a day, whoever presses.

    NotAllowedNowError where it is no longer missing, nobody can be reminded of it, or one went out today. A line that
    the `reader` may not see is refused as one that is not missing.
    """
    lock_cycle(cycle)
    forget_answers()
    on = local(at).date()
    lines = owed_as_seen(reader, cycle.id, [*missing_for(cycle, on), *also_asked_for(cycle, on)])
    line = next((one for one in lines if one.key == key and one.people and one.kind), None)
    if line is None:
        raise NotAllowedNowError(GONE)
    if was_reminded_on(cycle.id, line, on):
        raise NotAllowedNowError(TODAY)
    _remind(cycle, line, by=by, at=at)
    return line


def was_reminded_on(cycle_id: uuid.UUID, line: Owed, on: date) -> bool:
    """Say whether a reminder of a line went out on a day or after it."""
    last = last_reminders(cycle_id).get(line.key)
    return last is not None and local(last).date() >= on


def _remind(cycle: PromotionCycle, line: Owed, *, by: Author, at: datetime) -> None:
    if line.guard is Guard.FEEDBACK_GIVEN and line.case_id is not None:
        # It keeps its own time, which its other button asks for as well.
        feedback.remind(get_case(line.case_id), line.people[0], by=by, at=at)
    else:
        for person_id in line.people:
            if line.object_id is not None:
                tell(line.kind, person_id, line.object_id, by=by, at=at)
        log(
            Tag.PROMOTION_REMINDED,
            by=by,
            at=at,
            object_id=line.case_id or cycle.id,
            person=str(_whom(line) or "reviewers"),
            owed=line.kind.removeprefix("promotion."),
        )
    step(cycle, "remind", by=by, at=at, case_id=line.case_id, person_id=_whom(line), reason=line.key)
    db.session.flush()


def _whom(line: Owed) -> uuid.UUID | None:
    """Return the one person of a line; None for a panel, whose reminder does not say who has not handed in."""
    return line.people[0] if len(line.people) == 1 and line.guard is not Guard.QUORUM_REACHED else None


# By itself -------------------------------------------------------------------------------


def list_due_cycles(on: date) -> list[PromotionCycle]:
    """Return the cycles whose phase ends in three days or ended yesterday."""
    rows = select(PromotionCycle).where(PromotionCycle.state.in_(list(DEADLINE_OF))).order_by(PromotionCycle.id)
    return [one for one in db.session.scalars(rows) if _is_due(one, on)]


def _is_due(cycle: PromotionCycle, on: date) -> bool:
    day: date | None = getattr(cycle, DEADLINE_OF[cycle.state])
    return day is not None and on in {day - AHEAD, day + AFTER}


def remind_when_due(cycle: PromotionCycle, *, by: Author, at: datetime) -> int:
    """Remind everybody who owes something, if today is a day for it; return how many lines that were.

    A line whose reminder went out today is left alone, so that a second run does nothing.
    """
    lock_cycle(cycle)
    on = local(at).date()
    if cycle.state not in DEADLINE_OF or not _is_due(cycle, on):
        return 0
    lines = [
        one
        for one in (*missing_for(cycle, on), *also_asked_for(cycle, on))
        if one.people and one.kind and not was_reminded_on(cycle.id, one, on)
    ]
    done = 0
    for line in lines:
        try:
            _remind(cycle, line, by=by, at=at)
        except NotAllowedNowError:
            # Somebody asked this colleague only yesterday.
            continue
        done += 1
    return done


def list_told() -> list[PromotionCycle]:
    """Return the cycles in which candidates are being told, for the daily look whether all are."""
    rows = select(PromotionCycle).where(PromotionCycle.state == CycleState.COMMUNICATED).order_by(PromotionCycle.id)
    return list(db.session.scalars(rows))
