"""What is asked of a level before it is recorded: that its reason fits the level held before."""

from __future__ import annotations

import uuid
from datetime import date

from app.domain.errors import InvalidError
from app.domain.level_reason import Rung, misfit
from app.ladders.queries import level_marks
from app.people.models import Person, SpellReason
from app.people.queries import list_spells


def check_reason(
    person: Person,
    *,
    ladder: str,
    level: str,
    from_on: date,
    reason: SpellReason,
    besides: uuid.UUID | None = None,
) -> None:
    """Raise InvalidError at `reason` when it does not fit the level that somebody held before a day.

    An entry of that very day is replaced, and `besides` is the one that is being corrected: neither counts as before.
    Source: `domain.level_reason`.
    """
    if person.hired_on is not None and from_on < person.hired_on:
        # It is the day that is wrong then, and `grant_level` says so.
        return
    marks = level_marks()

    def rung(lineage: str, name: str) -> Rung:
        mark = marks.get((lineage, name))
        return Rung(lineage, name, mark.rank if mark else None)

    earlier = [row for row in list_spells(person.id) if row.starts_on < from_on and row.id != besides]
    before = rung(earlier[-1].ladder, earlier[-1].level) if earlier else None
    sentence = misfit(reason.value, before, rung(ladder, level))
    if sentence:
        raise InvalidError(sentence, field="reason")
