"""Reading levels for reports: all spells that count, of everybody whom the viewer may count, in few narrow rows."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import String, or_, select, type_coerce

from app.access.permissions import Permission
from app.domain.as_of import AsOf, Known
from app.domain.movement import History, Stay, history
from app.infra.bulk import remembered
from app.infra.clock import today
from app.infra.db import db, once_per_transaction
from app.ladders.queries import list_adopted
from app.people.models import LevelSpell
from app.people.queries import is_known
from app.reports.criteria import Viewer
from app.reports.queries.presence import Key, key_of, read_presence


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
    """The ladders that count on a day: their rungs by lineage and level in their order, and the names of the editions."""

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


@contextmanager
def without_collecting() -> Iterator[None]:
    """Let the collector of garbage rest while hundreds of thousands of values are made that all stay.

    It would look through all of them again and again, which takes as long as making them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@once_per_transaction
@without_collecting()
def read_histories(viewer: Viewer, as_of: AsOf, *, since: date | None = None) -> dict[Key, History]:
    """Return what everybody whom the viewer may count held, cut to the times in which they worked here. Four questions.

    It rests on what is known of `as_of.day`, and goes beyond that day where something was planned by then. Whoever
    holds no level is among them. `since` leaves out stays that were over before it: whoever was away then is not told
    from whoever never held a level, which no count of a later day depends on.
    """
    asked = as_known(as_of)
    present = read_presence(viewer, Permission.Aggregate.READ, asked)
    ranks = {level: rung.rank for level, rung in read_ladders(as_of.day).rungs.items()}
    rows = select(
        key_of(LevelSpell.person_id),
        LevelSpell.ladder,
        LevelSpell.level,
        remembered(LevelSpell.starts_on),
        remembered(LevelSpell.ends_on),
        type_coerce(LevelSpell.reason, String()),
    ).where(is_known(LevelSpell, asked))
    if since is not None:
        rows = rows.where(or_(LevelSpell.ends_on.is_(None), LevelSpell.ends_on >= since))
    stays: dict[Key, list[Stay]] = defaultdict(list)
    for key, lineage, level, starts_on, ends_on, reason in db.session.execute(rows):
        stays[key].append(Stay(lineage, level, ranks.get((lineage, level)), starts_on, ends_on, reason))
    none: list[Stay] = []
    return {key: history(stays.get(key, none), times) for key, times in present.items()}
