"""Everybody's stays at levels in columns of numbers: what `History` says of each person, for all of them at once.

A large company has a few hundred thousand stays, and looking at them one after the other takes longer than reading
them. Rules are those of `movement` and `time_in_level`, which say what holds; the few people who were away in between
are cut by `history` itself.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.domain.movement import ALWAYS, Away, History, Level, Matrix, Presence, Stay, history

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

NOBODY, BEFORE, FOREVER = -1, 0, date.max.toordinal() + 1
"""No level is held; the first day is not known; there is no last day."""
STAYS = 5
"""How many columns stays have."""


def ordinal(day: date | None, without: int) -> int:
    """Return a day as a number, and `without` for none."""
    return without if day is None else day.toordinal()


def day_of(number: int) -> date | None:
    """Return the day of a number; None of `BEFORE` and `FOREVER`."""
    return None if number in {BEFORE, FOREVER} else date.fromordinal(number)


def columns(count: int) -> list[array[int]]:
    """Return empty columns that take numbers a few thousand at a time."""
    return [array("q") for _ in range(count)]


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers in columns stand for: levels with their ranks, and reasons."""

    levels: Sequence[Level]
    ranks: Sequence[int | None]
    reasons: Sequence[str]

    def stay(self, level: int, starts: int, ends: int, reason: int) -> Stay:
        """Return a stay."""
        lineage, name = self.levels[level]
        return Stay(lineage, name, self.ranks[level], date.fromordinal(starts), day_of(ends), self.reasons[reason])


class Careers:
    """Who was here and held which level, in columns: of stays person, level, first day, end and reason, in that order.

    Stays are sorted by person and first day, overlap nowhere and lie within times of presence. People are numbers from
    0 to `people` - 1.
    """

    def __init__(
        self,
        names: Names,
        stays: Sequence[array[int]],
        times: Sequence[array[int]],
        apart: Mapping[int, Sequence[Presence]],
    ) -> None:
        """Take stays as they are recorded and a time of presence of each person; `apart` says whose times are others.

        `times` are first day and end by person. Stays of nobody, whose person is below 0, are left out.
        """
        import numpy as np  # noqa: PLC0415 - as heavy as the rest of Belay, and needed for large tables only

        self.names = names
        begins, gone = (np.frombuffer(one, np.int64) if one else np.zeros(0, np.int64) for one in times)
        self.people = len(begins)
        table = np.array([np.frombuffer(one, np.int64) if one else np.zeros(0, np.int64) for one in stays])
        table = table[:, table[0] >= 0]
        table = table[:, np.lexsort((table[2], table[0]))]
        is_apart = np.zeros(self.people, np.bool_)
        is_apart[list(apart)] = True
        alone = is_apart[table[0]]
        special = _cut_one_by_one(names, table[:, alone], apart)
        table = _cut(table[:, ~alone], begins, gone)
        if special:
            table = np.concatenate([table, np.array(special, np.int64).T], axis=1)
            table = table[:, np.lexsort((table[2], table[0]))]
        self.person, self.level, self.starts, self.ends, self.reason = table
        several = [(one, time) for one, own in apart.items() for time in own]
        own = np.flatnonzero(~is_apart)
        more = [(one, ordinal(time.starts_on, BEFORE), ordinal(time.ends_on, FOREVER)) for one, time in several]
        found = np.array([own, begins[own], gone[own]])
        if more:
            found = np.concatenate([found, np.array(more, np.int64).T], axis=1)
        self.times = found[:, np.argsort(found[0], kind="stable")]

    def here(self, day: date) -> Flags:
        """Return of each person whether they work here on a day."""
        import numpy as np  # noqa: PLC0415

        person, begins, gone = self.times
        number = day.toordinal()
        found = np.zeros(self.people, np.bool_)
        found[person[(begins <= number) & (number < gone)]] = True
        return found

    def held(self, day: date) -> Numbers:
        """Return of each person the level held on a day, `NOBODY` where none is."""
        import numpy as np  # noqa: PLC0415

        found = np.full(self.people, NOBODY, np.int64)
        now = self._covers(day)
        found[self.person[now]] = self.level[now]
        return found

    def _covers(self, day: date) -> Flags:
        number = day.toordinal()
        covers: Flags = (self.starts <= number) & (number < self.ends)
        return covers

    def headcount(self, day: date) -> Counter[Level]:
        """Return how many held each level on a day; levels that nobody held are left out."""
        import numpy as np  # noqa: PLC0415

        counts = np.bincount(self.level[self._covers(day)], minlength=len(self.names.levels)).tolist()
        return +Counter(dict(zip(self.names.levels, counts, strict=True)))

    def by_group(self, day: date, groups: array[int], count: int) -> Counter[tuple[int, int]]:
        """Return how many of those who work here are in each group, 0 to `count` - 1, at each level or `NOBODY`."""
        import numpy as np  # noqa: PLC0415

        here = self.here(day)
        width = len(self.names.levels) + 1
        own = np.frombuffer(groups, np.int64) if groups else np.zeros(0, np.int64)
        codes = np.bincount(own[here] * width + self.held(day)[here] + 1, minlength=count * width)
        return Counter({(code // width, code % width - 1): int(codes[code]) for code in np.flatnonzero(codes).tolist()})

    def matrices(self, start: date, end: date) -> dict[str, Matrix]:
        """Return the progression matrix of each lineage, as `movement.matrices` says."""
        import numpy as np  # noqa: PLC0415

        width = len(self.names.levels) + 2
        before = np.where(self.held(start) == NOBODY, np.where(self.here(start), 0, 1), self.held(start) + 2)
        after = np.where(self.held(end) == NOBODY, np.where(self.here(end), 0, 1), self.held(end) + 2)
        found: dict[str, Matrix] = {}
        counts = np.bincount(before * width + after)
        for code in np.flatnonzero(counts).tolist():
            places = divmod(code, width)
            for lineage in dict.fromkeys(self.names.levels[one - 2][0] for one in places if one > 1):
                row, column = (self._place(one, lineage) for one in places)
                found.setdefault(lineage, Counter())[row, column] += int(counts[code])
        return found

    def _place(self, place: int, lineage: str) -> str:
        if place <= 1:
            return Away.OUTSIDE if place else Away.NO_LEVEL
        own, level = self.names.levels[place - 2]
        return level if own == lineage else Away.OTHER

    def moving(self, start: date, end: date) -> Iterator[History]:
        """Yield the histories of those of whom anything begins or ends after the first day and up to the last one."""
        import numpy as np  # noqa: PLC0415

        first, last = start.toordinal(), end.toordinal()
        moves = ((first < self.starts) & (self.starts <= last)) | ((first < self.ends) & (self.ends <= last))
        chosen = np.zeros(self.people, np.bool_)
        chosen[self.person[moves]] = True
        yield from self._histories(chosen)

    def histories(self) -> Iterator[History]:
        """Yield everybody's history, in their order."""
        import numpy as np  # noqa: PLC0415

        yield from self._histories(np.ones(self.people, np.bool_))

    def _histories(self, chosen: Flags) -> Iterator[History]:
        import numpy as np  # noqa: PLC0415

        present: dict[int, list[Presence]] = {}
        for one, begins, gone in self.times[:, chosen[self.times[0]]].T.tolist():
            present.setdefault(one, []).append(Presence(day_of(begins), day_of(gone)))
        stays: dict[int, list[Stay]] = {}
        own = chosen[self.person]
        rows = np.array([self.person, self.level, self.starts, self.ends, self.reason])[:, own]
        for one, level, starts, ends, reason in rows.T.tolist():
            stays.setdefault(one, []).append(self.names.stay(level, starts, ends, reason))
        for one in np.flatnonzero(chosen).tolist():
            yield History(stays.get(one, []), tuple(present.get(one, ())))


def _cut(table: Any, begins: Numbers, gone: Numbers) -> Any:  # noqa: ANN401 - a table of numbers
    """Return sorted stays, each ended by the next one and cut to the time of presence."""
    import numpy as np  # noqa: PLC0415

    person, level, starts, ends, reason = table
    ends = ends.copy()
    if len(person) > 1:
        same = person[1:] == person[:-1]
        ends[:-1] = np.where(same, np.minimum(ends[:-1], starts[1:]), ends[:-1])
    cut = np.array([person, level, np.maximum(starts, begins[person]), np.minimum(ends, gone[person]), reason])
    return cut[:, cut[2] < cut[3]]


def _cut_one_by_one(names: Names, table: Any, apart: Mapping[int, Sequence[Presence]]) -> list[tuple[int, ...]]:  # noqa: ANN401
    """Return the stays of people with several times of presence, cut."""
    stays: dict[int, list[Stay]] = {}
    for one, level, starts, ends, reason in table.T.tolist():
        stays.setdefault(one, []).append(names.stay(level, starts, ends, reason))
    levels = {level: place for place, level in enumerate(names.levels)}
    reasons = {reason: place for place, reason in enumerate(names.reasons)}
    return [
        (
            one,
            levels[stay.lineage, stay.level],
            stay.starts_on.toordinal(),
            ordinal(stay.ends_on, FOREVER),
            reasons[stay.reason],
        )
        for one, own in stays.items()
        for stay in history(own, apart.get(one, ALWAYS)).stays
    ]
