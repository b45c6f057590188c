"""Counting people at levels on days, and by team on the last of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.domain.as_of import AsOf
from app.domain.movement import Headcount, Level
from app.infra.db import db
from app.people.models import Team, TeamMembership
from app.people.queries import held_as_of
from app.reports.criteria import Viewer
from app.reports.queries.presence import Key, key_of
from app.reports.queries.spells import as_known, read_histories, without_collecting

NO_LEVEL: Level = ("", "")
"""Who works here and holds no level of any ladder."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people were at each level, `NO_LEVEL` among them, by day; and on the report's day by team and level.

    A team of "" is none. Nothing here is suppressed.
    """

    by_day: Mapping[date, Mapping[Level, int]]
    by_team: Mapping[tuple[str, Level], int]


@without_collecting()
def count_levels(viewer: Viewer, as_of: AsOf, days: Sequence[date]) -> Counts:
    """Return how many held each level on days up to that of the report, all as known of that day. Five questions."""
    people = read_histories(viewer, as_of)
    headcount = Headcount(people.values())
    by_day = {}
    for day in days:
        held = headcount.on(day)
        by_day[day] = {**held, NO_LEVEL: headcount.here(day) - held.total()}
    teams = _teams(as_of)
    by_team: Counter[tuple[str, Level]] = Counter()
    for key, person in people.items():
        if person.is_here(as_of.day):
            stay = person.held_on(as_of.day)
            by_team[teams.get(key, ""), NO_LEVEL if stay is None else (stay.lineage, stay.level)] += 1
    return Counts(by_day, by_team)


def _teams(as_of: AsOf) -> dict[Key, str]:
    """Return the names of people's teams on the day."""
    rows = select(key_of(TeamMembership.person_id), Team.name).join(Team, Team.id == TeamMembership.team_id)
    return dict(db.session.execute(rows.where(held_as_of(TeamMembership, as_known(as_of)))).all())
