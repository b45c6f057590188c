"""Who works with whom: colleagues to ask on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random

from app.cli.seed.plan import PlannedPerson

_GUESSES, _TRIES = 4, 40


class Directory:
    """The people of a plan by key and by team."""

    def __init__(self, people: Sequence[PlannedPerson]) -> None:
        self._people = people
        self._by_key: Mapping[str, PlannedPerson] = {person.key: person for person in people}
        teams: dict[str, list[PlannedPerson]] = defaultdict(list)
        for person in people:
            for spell in person.teams:
                teams[spell.team_key].append(person)
        self._by_team: Mapping[str, Sequence[PlannedPerson]] = dict(teams)

    @property
    def everybody(self) -> Sequence[PlannedPerson]:
        """Return all people in the order of the plan."""
        return self._people

    def find(self, key: str) -> PlannedPerson | None:
        """Return the person of that key, None if this company has nobody of it."""
        return self._by_key.get(key)

    def colleague(
        self, of: PlannedPerson, days: tuple[date, date], rng: Random, *, juniors: bool = False
    ) -> PlannedPerson | None:
        """Return somebody who worked beside a person on both days and is not the line manager then.

        Somebody of the team if possible. With `juniors`, somebody at a lower level if the company has one.
        """
        beside = self._by_team.get(of.team_on(days[0]) or "", ())
        if juniors:
            below = [p for p in beside if _is_below(p, of, days[0]) and _may_be_asked(p, of, days)]
            below = below or [p for p in self._sample(rng) if _is_below(p, of, days[0]) and _may_be_asked(p, of, days)]
            if below:
                return rng.choice(below)
        # Almost anybody of a team will do, so that asking a few is quicker than asking all.
        for _ in range(_GUESSES if beside else 0):
            if _may_be_asked(guess := rng.choice(beside), of, days):
                return guess
        possible = [p for p in beside if _may_be_asked(p, of, days)]
        if not possible:
            possible = [p for p in self._sample(rng) if _may_be_asked(p, of, days)]
        return rng.choice(possible) if possible else None

    def _sample(self, rng: Random) -> Sequence[PlannedPerson]:
        if len(self._people) <= _TRIES:
            return self._people
        return [self._people[rng.randrange(len(self._people))] for _ in range(_TRIES)]


def _may_be_asked(other: PlannedPerson, of: PlannedPerson, days: tuple[date, date]) -> bool:
    if other.key == of.key:
        return False
    for day in days:
        line = of.manager_on(day)
        if (line is not None and line.manager_key == other.key) or not other.works_on(day):
            return False
    return True


def _is_below(other: PlannedPerson, of: PlannedPerson, day: date) -> bool:
    mine, theirs = (
        next((s for s in p.levels if s.starts_on <= day and (s.ends_on is None or day < s.ends_on)), None)
        for p in (of, other)
    )
    return mine is not None and theirs is not None and theirs.ladder == mine.ladder and theirs.level < mine.level
