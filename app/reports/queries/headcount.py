"""Counting people at levels on days, and by team on the last of them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, repeat

from sqlalchemy import select

from app.domain.as_of import AsOf
from app.domain.movement import Level
from app.people.models import Team, TeamMembership
from app.people.queries import held_as_of
from app.reports.criteria import Viewer
from app.reports.queries.presence import Key, driver_rows, key_of
from app.reports.queries.spells import as_known, read_careers

NO_LEVEL: Level = ("", "")
"""Who works here and holds no level of any ladder."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people were at each level, `NO_LEVEL` among them, by day; and on the report's day by team and level.

    A team of "" is none. Nothing here is suppressed.
    """

    by_day: Mapping[date, Mapping[Level, int]]
    by_team: Mapping[tuple[str, Level], int]


def count_levels(viewer: Viewer, as_of: AsOf, days: Sequence[date]) -> Counts:
    """Return how many held each level on days up to that of the report, all as known of that day. Six questions."""
    careers, keys = read_careers(viewer, as_of, since=min(days, default=as_of.day))
    by_day = {}
    for day in days:
        held = careers.headcount(day)
        by_day[day] = {**held, NO_LEVEL: int(careers.here(day).sum()) - held.total()}
    teams, names = _teams(as_of)
    groups = array("q", map(teams.get, keys, repeat(0)))
    levels = [*careers.names.levels, NO_LEVEL]
    by_team: Counter[tuple[str, Level]] = Counter()
    for (team, level), people in careers.by_group(as_of.day, groups, len(names)).items():
        by_team[names[team], levels[level]] += people
    return Counts(by_day, by_team)


def _teams(as_of: AsOf) -> tuple[dict[Key, int], list[str]]:
    """Return the numbers of people's teams on the day, and the teams' names by number; 0 is no team. Two questions."""
    numbers: dict[Key, int] = {}
    names = [""]
    for keys, own in driver_rows(select(key_of(Team.id), Team.name)):
        numbers.update(zip(keys, count(len(names)), strict=False))
        names += own
    rows = select(key_of(TeamMembership.person_id), key_of(TeamMembership.team_id).label("team"))
    found: dict[Key, int] = {}
    for keys, teams in driver_rows(rows.where(held_as_of(TeamMembership, as_known(as_of)))):
        found.update(zip(keys, map(numbers.__getitem__, teams), strict=True))
    return found, names
