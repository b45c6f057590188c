"""What waits for a person as pages and letters show it: words, days and how urgent. For views and letters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.infra.clock import local
from app.infra.templating import day_and_month, short_date
from app.notices.sources import Waiting

SOON = timedelta(days=3)
THIS_WEEK = timedelta(days=7)
LONG_WAIT = timedelta(days=14)
OVERDUE, WEEK, LATER, UNDATED = "Overdue", "This week", "Later", "Without a day"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for the person. `soon`: its day is near or past, or it has waited for two weeks."""

    icon: str
    text: str
    due: str
    href: str
    soon: bool
    group: str


def task_of(waiting: Waiting, today: date) -> Task:
    """Return one thing that waits as it is shown on a day."""
    return Task(
        icon=waiting.icon,
        text=waiting.text,
        due=_line(waiting, today),
        href=waiting.href,
        soon=_is_soon(waiting, today),
        group=_group(waiting, today),
    )


def grouped(tasks: Iterable[Task]) -> list[tuple[str, list[Task]]]:
    """Return the tasks by how urgent they are, groups without any left out; the order inside stays."""
    found = list(tasks)
    groups = [(name, [task for task in found if task.group == name]) for name in (OVERDUE, WEEK, LATER, UNDATED)]
    return [(name, members) for name, members in groups if members]


def _line(waiting: Waiting, today: date) -> str:
    """Return the line under a task: “Kofi Mensah asks, since 12 Nov”, “Against L3, due 24 Nov”."""
    if waiting.due_on is None:
        when = f"since {_day(local(waiting.since).date(), today)}"
    elif waiting.due_on == today:
        when = "due today"
    else:
        when = f"{'was due' if waiting.due_on < today else 'due'} {_day(waiting.due_on, today)}"
    alone = f"{when[:1].upper()}{when[1:]}"
    if not waiting.detail:
        return alone
    # After a whole sentence the day is one of its own.
    return f"{waiting.detail} {alone}" if waiting.detail.endswith((".", "?", "!")) else f"{waiting.detail}, {when}"


def _day(day: date, today: date) -> str:
    return day_and_month(day) if day.year == today.year else short_date(day)


def _is_soon(waiting: Waiting, today: date) -> bool:
    if waiting.due_on is not None:
        return waiting.is_pressing or waiting.due_on - today <= SOON
    return waiting.is_pressing or today - local(waiting.since).date() > LONG_WAIT


def _group(waiting: Waiting, today: date) -> str:
    if waiting.due_on is None:
        return WEEK if waiting.is_pressing else UNDATED
    if waiting.due_on < today:
        return OVERDUE
    return WEEK if waiting.is_pressing or waiting.due_on - today <= THIS_WEEK else LATER
