"""What the pages of people show, put into words once, so that the templates only lay it out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.infra.clock import local
from app.infra.templating import long_date
from app.ladders.queries import LevelMark
from app.people.models import LevelSpell, Person
from app.people.queries import Absence, Entry, RecordKind

Marks = Mapping[tuple[str, str], LevelMark]
ICONS = {
    RecordKind.LEVEL: "ladder",
    RecordKind.TEAM: "team",
    RecordKind.MANAGER: "people",
    RecordKind.LEAVE: "calendar",
}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history. `last_on` is the last day on which it holds, None while it lasts.

    `state` is `now`, `ahead` or `past`. `record_id` is None for what has no entry of its own: the first and last day.
    """

    icon: str
    words: str
    note: str
    mark: LevelMark | None
    first_on: date
    last_on: date | None
    state: str
    kind: str = ""
    record_id: uuid.UUID | None = None
    recorded_by: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What holds of somebody today: level with its first day, team, line manager, leave."""

    mark: LevelMark | None
    level_since: date | None
    level: str
    team: str
    manager: str
    leave: Entry | None
    manager_last_day: date | None = None
    """The last day of a line manager who works here no more and whom nobody has followed."""


@dataclass(frozen=True, slots=True)
class Replaceable:
    """A level that another one takes the place of when it is recorded from the very same day."""

    day: date
    words: str


def replaceable(spells: Iterable[LevelSpell], today: date) -> list[Replaceable]:
    """Return what a level recorded from the same day would replace, the newest first."""

    def words(row: LevelSpell) -> str:
        day = local(row.recorded_at).date()
        return f"{row.level}, recorded {'today' if day == today else f'on {long_date(day)}'}"

    return sorted((Replaceable(row.starts_on, words(row)) for row in spells), key=lambda one: one.day, reverse=True)


def line_of(entry: Entry, marks: Marks, today: date) -> Line:
    """Return an entry as a page shows it."""
    mark = marks.get((entry.ladder, entry.level))
    words, note = {
        RecordKind.LEVEL: (mark.title if mark else f"{entry.level}, {entry.ladder}", entry.reason),
        RecordKind.TEAM: (f"Team {entry.name}", ""),
        RecordKind.MANAGER: (f"Reports to {entry.name}", ""),
        RecordKind.LEAVE: ("On leave", "" if entry.ends_on else "no day of return is known yet"),
    }[entry.kind]
    state = "now" if entry.holds_on(today) else "ahead" if entry.starts_on > today else "past"
    return Line(
        icon=ICONS[entry.kind],
        words=words,
        note=note,
        mark=mark,
        first_on=entry.starts_on,
        last_on=entry.ends_on - ONE_DAY if entry.ends_on else None,
        state=state,
        kind=entry.kind.value,
        record_id=entry.id,
        recorded_by=entry.recorded_by,
        recorded_at=entry.recorded_at,
    )


def history_lines(
    person: Person, entries: Iterable[Entry], absences: Iterable[Absence], marks: Marks, today: date
) -> list[Line]:
    """Return the whole history of somebody, the newest first: what is recorded, the first day and the last ones."""
    lines = [line_of(entry, marks, today) for entry in entries]
    for absence in absences:
        lines.append(_single("leave", "Last day of work", absence.left_on - ONE_DAY, today))
        lines.append(_single("plus", "Back at work", absence.back_on, today, "the day on which that was recorded"))
    if person.hired_on is not None:
        lines.append(_single("plus", "First day of work", person.hired_on, today))
    if person.left_on is not None:
        lines.insert(0, _single("leave", "Last day of work", person.left_on - ONE_DAY, today))
    return sorted(lines, key=lambda line: line.first_on, reverse=True)


def _single(icon: str, words: str, day: date, today: date, note: str = "") -> Line:
    return Line(icon, words, note, None, day, day, "ahead" if day > today else "past")


def now_of(entries: Iterable[Entry], marks: Marks, today: date) -> Now:
    """Return what holds today, or held on a last day, of all that is recorded."""
    held = {entry.kind: entry for entry in entries if entry.holds_on(today)}
    level = held.get(RecordKind.LEVEL)
    team, manager = held.get(RecordKind.TEAM), held.get(RecordKind.MANAGER)
    gone_on = manager.left_on if manager and manager.left_on and manager.left_on <= today else None
    return Now(
        mark=marks.get((level.ladder, level.level)) if level else None,
        level_since=level.starts_on if level else None,
        level=level.level if level else "",
        team=team.name if team else "",
        manager=manager.name if manager else "",
        leave=held.get(RecordKind.LEAVE),
        manager_last_day=gone_on - ONE_DAY if gone_on else None,
    )
