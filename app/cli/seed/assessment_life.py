"""What became of assessments in the example company besides their sides: days, reminders, and how some ended."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from app.access.actor import Role
from app.assessment.models import Assessment, AssessmentAnswer, AssessmentSheet, Side
from app.cli.seed.plan import PlannedAssessment, PlannedPerson
from app.domain.bar import bar_for, next_targets
from app.domain.rating import Answer
from app.infra.clock import local
from app.infra.db import Model
from app.ladders.queries import get_edition

Key = Callable[..., uuid.UUID]
Rows = Iterator[tuple[type[Model], dict[str, Any]]]
TIME = timedelta(days=14)
BEFORE = timedelta(days=3)
AT_SIX = time(6, 0)


def days_of(plan: PlannedAssessment, at: datetime) -> dict[str, Any]:
    """Return the columns of the due day of an assessment, and of the reminder that Belay has sent by then."""
    due_on = local(plan.opened_at).date() + TIME
    if plan.revealed_at is not None:
        return {"due_on": due_on, "reminded_at": None}
    return {"due_on": due_on, "reminded_at": _reminded(due_on, at)}


def _reminded(due_on: date, at: datetime) -> datetime | None:
    for day in (due_on + timedelta(days=1), due_on - BEFORE):
        moment = datetime.combine(day, AT_SIX, at.tzinfo)
        if moment <= at:
            return moment
    return None


def life_rows(key: Key, people: Sequence[PlannedPerson], editions: Mapping[str, uuid.UUID], at: datetime) -> Rows:
    """Return three assessments against the level held: one called off, one closed without a side, one handed over."""
    today = local(at).date()
    here = [one for one in people if _fits(one, editions, today)]
    if len(here) <= 2:  # noqa: PLR2004 - two are taken, and a small company has none to spare
        return
    off, closed = here[-1], here[-2]
    yield from _called_off(key, off, editions, at)
    yield from _closed(key, closed, people, editions, at)
    moved = [one for one in here[:-2] if _former(one, people, today) is not None]
    latest = max(moved, key=lambda one: (one.managers[-1].starts_on, one.key), default=None)
    former = _former(latest, people, today) if latest else None
    if latest and former:
        yield from _handed_over(key, latest, former, editions, at)


def _fits(person: PlannedPerson, editions: Mapping[str, uuid.UUID], today: date) -> bool:
    level = _level(person)
    if level is None or not person.works_on(today) or person.manager_on(today) is None or person.demo_role:
        return False
    ladder = get_edition(editions[level[0]]).ladder
    return bool(next_targets(ladder, level[1]))


def _level(person: PlannedPerson) -> tuple[str, str] | None:
    return (person.levels[-1].ladder, person.levels[-1].level) if person.levels else None


def _former(person: PlannedPerson, people: Sequence[PlannedPerson], today: date) -> str | None:
    """Return the line manager before the present one, if they still work here."""
    if len(person.managers) < 2 or person.managers[-1].starts_on > today:  # noqa: PLR2004 - two in turn
        return None
    key = person.managers[-2].manager_key
    return next((one.key for one in people if one.key == key and one.works_on(today)), None)


def _row(
    key: Key,
    person: PlannedPerson,
    editions: Mapping[str, uuid.UUID],
    *,
    name: str,
    opened: datetime,
    opened_by: str,
    **ends: Any,
) -> tuple[type[Model], dict[str, Any]]:
    ladder, level = person.levels[-1].ladder, person.levels[-1].level
    columns = {
        "self_submitted_at": None,
        "manager_submitted_at": None,
        "manager_id": None,
        "submitted_on": None,
        "reminded_at": None,
        "manager_closed_at": None,
        "closed_by_id": None,
        "called_off_at": None,
        "called_off_by_id": None,
        "due_on": local(opened).date() + TIME,
    }
    return (
        Assessment,
        {
            "id": key("assessment_life", name),
            "subject_id": key("person", person.key),
            "ladder_version_id": editions[ladder],
            "lineage": ladder,
            "target_level": level,
            "opened_at": opened,
            "opened_by_id": key("person", opened_by),
            "version": 1,
            **columns,
            **ends,
        },
    )


def _side(
    key: Key,
    person: PlannedPerson,
    author: str,
    editions: Mapping[str, uuid.UUID],
    *,
    name: str,
    side: Side,
    at: datetime,
) -> Rows:
    """Return the answers of one side: what the level held asks, all of it met."""
    ladder, level = person.levels[-1].ladder, person.levels[-1].level
    own = key("assessment_life", name)
    bar = bar_for(get_edition(editions[ladder]).ladder, level)
    yield (
        AssessmentSheet,
        {
            "id": key("assessment_life", name, side.value, "sheet"),
            "assessment_id": own,
            "side": side,
            "author_id": key("person", author),
            "revision": 1,
            "window_key": "",
            "sequence": 0,
            "saved_at": at,
        },
    )
    for ask in bar.asks:
        if ask.level.id != level:
            continue
        yield (
            AssessmentAnswer,
            {
                "id": key("assessment_life", name, side.value, ask.expectation.id),
                "assessment_id": own,
                "side": side,
                "author_id": key("person", author),
                "expectation_id": ask.expectation.id,
                "answer": Answer.MET,
                "comment": "",
                "sequence": 1,
                "changed_at": at,
                "version": 1,
            },
        )


def _called_off(key: Key, person: PlannedPerson, editions: Mapping[str, uuid.UUID], at: datetime) -> Rows:
    opened = at - timedelta(days=20)
    manager = person.managers[-1].manager_key
    off = {"called_off_at": opened + timedelta(hours=3), "called_off_by_id": key("person", manager)}
    yield _row(key, person, editions, name="called_off", opened=opened, opened_by=manager, **off)


def _closed(
    key: Key, person: PlannedPerson, people: Sequence[PlannedPerson], editions: Mapping[str, uuid.UUID], at: datetime
) -> Rows:
    opened = at - timedelta(days=40)
    hr = next(one.key for one in people if Role.HR.value in one.roles)
    closed = opened + timedelta(days=21)
    yield _row(
        key,
        person,
        editions,
        name="closed",
        opened=opened,
        opened_by=person.key,
        self_submitted_at=opened + timedelta(days=6),
        reminded_at=opened + timedelta(days=15),
        manager_closed_at=closed,
        closed_by_id=key("person", hr),
        submitted_on=local(closed).date(),
    )
    yield from _side(key, person, person.key, editions, name="closed", side=Side.SELF, at=opened + timedelta(days=6))


def _handed_over(key: Key, person: PlannedPerson, former: str, editions: Mapping[str, uuid.UUID], at: datetime) -> Rows:
    """Return one that the former line manager has answered, and the engineer has not."""
    begun = datetime.combine(person.managers[-1].starts_on, AT_SIX, at.tzinfo)
    opened, given = begun - timedelta(days=9), begun - timedelta(days=2)
    # Both agreed on a later day when the line manager changed.
    due_on = local(at).date() + timedelta(days=9)
    yield _row(
        key,
        person,
        editions,
        name="handed_over",
        opened=opened,
        opened_by=former,
        manager_submitted_at=given,
        manager_id=key("person", former),
        due_on=due_on,
    )
    yield from _side(key, person, former, editions, name="handed_over", side=Side.MANAGER, at=given)
