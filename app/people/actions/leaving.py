"""What stands against a last day of work: whatever is recorded from a later day."""

from __future__ import annotations

from datetime import date

from app.domain.errors import InvalidError
from app.infra.templating import join_words, long_date
from app.people.models import Person
from app.people.queries import RecordKind, history_of

WORDS = {
    RecordKind.LEVEL: "a level",
    RecordKind.TEAM: "a team",
    RecordKind.MANAGER: "a line manager",
    RecordKind.LEAVE: "leave",
}


def check_nothing_later(person: Person, last_day: date) -> None:
    """Raise InvalidError at `last_day`, naming what is recorded from a day after it: that could never come to hold."""
    later = [entry for entry in reversed(history_of(person.id, with_leave=True)) if entry.starts_on > last_day]
    if not later:
        return
    named = join_words([f"{WORDS[entry.kind]} from {long_date(entry.starts_on)}" for entry in later])
    them = "it" if len(later) == 1 else "them"
    raise InvalidError(
        f"After that day {person.name} has {named}. Undo {them} in the history first, or choose a later last day.",
        field="last_day",
    )
