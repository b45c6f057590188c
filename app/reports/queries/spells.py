"""Reading levels for reports: all spells that count, of everybody whom the viewer may count, in few narrow rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import repeat
from typing import Any

from sqlalchemy import or_, select

from app.access.permissions import Permission
from app.domain.as_of import AsOf, Known
from app.domain.careers import FOREVER, STAYS, Careers, Names, columns
from app.domain.movement import Level
from app.infra.clock import today
from app.ladders.queries import list_adopted
from app.people.models import LevelSpell
from app.people.queries import is_known
from app.reports.criteria import Viewer
from app.reports.queries.presence import Key, Ordinals, driver_rows, key_of, read_presence


@dataclass(frozen=True, slots=True)
class Rung:
    """A level as reports name it: its lineage, the title of the ladder, its id and its place from the lowest.

    `rank` is None for a level that no ladder that counts on the day has.
    """

    lineage: str
    ladder: str
    level: str
    rank: int | None = None
    is_lowest: bool = False

    @property
    def title(self) -> str:
        """Return how a table names it: “Software Engineer L2”."""
        return f"{self.ladder} {self.level}"


@dataclass(frozen=True, slots=True)
class Ladders:
    """The ladders that count on a day: their rungs in order, by lineage and level, and the names of the editions."""

    rungs: Mapping[tuple[str, str], Rung]
    editions: tuple[str, ...]

    def rung(self, lineage: str, level: str) -> Rung:
        """Return a rung; one that no ladder has any more stands by its ids."""
        title = next((one.ladder for (own, _), one in self.rungs.items() if own == lineage), lineage)
        return self.rungs.get((lineage, level)) or Rung(lineage, title, level)

    def of(self, lineage: str, also: Sequence[str] = ()) -> list[Rung]:
        """Return the rungs of a lineage from the lowest, then those of `also` that it has no more, by id."""
        own = [rung for (one, _), rung in self.rungs.items() if one == lineage]
        known = {rung.level for rung in own}
        return [*own, *(self.rung(lineage, level) for level in sorted(set(also) - known))]

    @property
    def lineages(self) -> list[str]:
        """Return the lineages, by title."""
        return list(dict.fromkeys(lineage for lineage, _ in self.rungs))


def read_ladders(day: date | None = None) -> Ladders:
    """Return the ladders that count on a day, today unless one is given; before a first adoption those adopted first.

    An overlay shares the lineage of its base and stands for both.
    """
    rungs: dict[tuple[str, str], Rung] = {}
    names = []
    for edition in list_adopted(day):
        ladder = edition.ladder
        names.append(f"{ladder.title} {ladder.version}")
        lowest = min(level.rank for level in ladder.levels)
        for level in sorted(ladder.levels, key=lambda level: level.rank):
            key = (ladder.lineage, level.id)
            rungs.setdefault(key, Rung(*key[:1], ladder.title, level.id, level.rank, level.rank == lowest))
    return Ladders(rungs, tuple(names))


def as_known(as_of: AsOf) -> AsOf:
    """Return the same question in its cheaper form: of today, what was known then is what is known now."""
    return replace(as_of, known=Known.NOW) if as_of.day >= today() else as_of


class _Numbers(dict[Any, int]):
    """Numbers of values in the order in which they are first met."""

    def __missing__(self, value: Any) -> int:  # noqa: ANN401 - whatever can be a key
        number = self[value] = len(self)
        return number


def read_careers(viewer: Viewer, as_of: AsOf, *, since: date | None = None) -> tuple[Careers, Sequence[Key]]:
    """Return what everybody whom the viewer may count held while they worked here, and whose number stands for whom.

    It rests on what is known of `as_of.day`, and goes beyond that day where something was planned by then. Whoever
    holds no level is among them. `since` leaves out stays that were over before it: whoever was away then is not told
    from whoever never held a level, which no count of a later day depends on. Four questions.
    """
    asked = as_known(as_of)
    people = read_presence(viewer, Permission.Aggregate.READ, asked)
    rows = select(
        key_of(LevelSpell.person_id),
        LevelSpell.ladder,
        LevelSpell.level,
        LevelSpell.starts_on,
        LevelSpell.ends_on,
        LevelSpell.reason,
    ).where(is_known(LevelSpell, asked))
    if since is not None:
        rows = rows.where(or_(LevelSpell.ends_on.is_(None), LevelSpell.ends_on >= since))
    number = {key: place for place, key in enumerate(people.keys)}
    levels, reasons, days = _Numbers(), _Numbers(), Ordinals(FOREVER)
    stays = columns(STAYS)
    for keys, lineages, names, starts_on, ends_on, why in driver_rows(rows):
        stays[0].extend(map(number.get, keys, repeat(-1)))
        stays[1].extend(map(levels.__getitem__, zip(lineages, names, strict=True)))
        stays[2].extend(map(days.__getitem__, starts_on))
        stays[3].extend(map(days.__getitem__, ends_on))
        stays[4].extend(map(reasons.__getitem__, why))
    ranks = {level: rung.rank for level, rung in read_ladders(as_of.day).rungs.items()}
    held: list[Level] = list(levels)
    named = Names(held, [ranks.get(one) for one in held], list(reasons))
    return Careers(named, stays, people.times, people.apart), people.keys
