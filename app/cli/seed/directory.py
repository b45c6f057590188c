"""Who works with whom: colleagues to ask on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random

from app.cli.seed.plan import PlannedPerson

_TRIES = 40


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
        team = [p for p in self._by_team.get(of.team_on(days[0]) or "", ()) if _may_be_asked(p, of, days)]
        if juniors:
            below = [p for p in team if _is_below(p, of, days[0])]
            elsewhere = [p for p in self._sample(rng) if _may_be_asked(p, of, days) and _is_below(p, of, days[0])]
            team = below or elsewhere[:1] or team
        if not team:
            team = [p for p in self._sample(rng) if _may_be_asked(p, of, days)][:1]
        return rng.choice(team) if team else None

    def _sample(self, rng: Random) -> Sequence[PlannedPerson]:
        if len(self._people) <= _TRIES:
            return self._people
        return [self._people[rng.randrange(len(self._people))] for _ in range(_TRIES)]


def _may_be_asked(other: PlannedPerson, of: PlannedPerson, days: tuple[date, date]) -> bool:
    if other.key == of.key or not all(other.works_on(day) for day in days):
        return False
    return not any(spell.manager_key == other.key for spell in map(of.manager_on, days) if spell)


def _is_below(other: PlannedPerson, of: PlannedPerson, day: date) -> bool:
    mine, theirs = (
        next((s for s in p.levels if s.starts_on <= day and (s.ends_on is None or day < s.ends_on)), None)
        for p in (of, other)
    )
    return mine is not None and theirs is not None and theirs.ladder == mine.ladder and theirs.level < mine.level
