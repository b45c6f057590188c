"""Spells: what level somebody held, and when.

Source of the rules: domain specification, sections 4.1 (banked level) and 7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Spell:
    """One stay at one level of a ladder, from `starts_on` until the day before `ends_on` (None: it lasts).

    `recorded_at` (aware, UTC) is when the grant was written down. It only matters for what happened on the first day.
    """

    ladder: str
    level: str
    starts_on: date
    ends_on: date | None = None
    recorded_at: datetime | None = None

    @property
    def lineage(self) -> str:
        """Return the slug that level history is kept under: an overlay shares its base's."""
        return lineage_of(self.ladder)

    def covers(self, on: date) -> bool:
        """Say whether the level is held on a day."""
        return self.starts_on <= on and (self.ends_on is None or on < self.ends_on)

    def began_before(self, given_on: date, given_at: datetime) -> bool:
        """Say whether a rating was given after this spell began.

        A spell begins with its first day, so that a rating on that day is given after it. If it is known when the
        grant was recorded, a rating of the first day counts only from that moment on: what was rated in the morning
        led to the grant of the afternoon, and does not undo it.
        """
        if given_on != self.starts_on or self.recorded_at is None:
            return given_on >= self.starts_on
        return given_at > self.recorded_at


def lineage_of(ladder: str) -> str:
    """Return the lineage of a ladder's slug.

    >>> lineage_of("technical-support+house")
    'technical-support'
    """
    return ladder.partition("+")[0]


def held_on(spells: Iterable[Spell], on: date) -> Spell | None:
    """Return the spell that somebody is in on a day, None when there is none: not yet begun, or gone."""
    return max((s for s in spells if s.covers(on)), key=_begin, default=None)


def last_spell_on_lineage(spells: Iterable[Spell], lineage: str, on: date) -> Spell | None:
    """Return the last spell that began on a lineage up to a day; it may be over. Its level is the banked one.

    After a demotion or a correction that is the lower level. Rows that follow each other without a gap at the same
    level, as when a team adopts an overlay of the same ladder, are one stay: it began with the first of them.
    """
    last: Spell | None = None
    for spell in sorted((s for s in spells if s.starts_on <= on and s.lineage == lineage), key=_begin):
        if last is not None and last.level == spell.level and last.ends_on == spell.starts_on:
            last = replace(last, ladder=spell.ladder, ends_on=spell.ends_on)
        else:
            last = spell
    return last


def held_since(spells: Iterable[Spell], on: date) -> date | None:
    """Return the first day of the stay at the level that somebody holds on a day; None where they hold none.

    A correction or a new overlay of the same ladder is no new stay. Information wherever it is shown, never a reason.
    """
    rows = list(spells)
    held = held_on(rows, on)
    if held is None:
        return None
    stay = last_spell_on_lineage(rows, held.lineage, on)
    return held.starts_on if stay is None else stay.starts_on


def _begin(spell: Spell) -> date:
    return spell.starts_on
