"""Reading stays at levels for the report on time in level, and the teams in which they were spent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import String, func, select
from sqlalchemy import cast as sql_cast

from app.access.permissions import Permission
from app.domain.as_of import AsOf
from app.domain.movement import Level
from app.domain.time_in_level import LevelStay, level_stays
from app.infra.bulk import remembered
from app.infra.clock import local
from app.infra.db import db
from app.people.models import LevelSpell, Team, TeamMembership
from app.people.queries import is_known, known_until
from app.reports.criteria import Viewer
from app.reports.queries.presence import Key, key_of
from app.reports.queries.spells import as_known, read_careers
from app.reports.scope import may_see


@dataclass(frozen=True, slots=True)
class Stays:
    """All stays that were in sight, by level, each with whose it is; and how many people hold a level of each lineage.

    `has_unseen` says that there are levels of which nothing was in sight by the day. Nothing here is suppressed.
    """

    by_level: Mapping[Level, Sequence[tuple[Key, LevelStay]]]
    people: Mapping[str, int]
    has_unseen: bool


class TeamName(NamedTuple):
    """A team by key and name."""

    key: Key
    name: str


NO_TEAM = TeamName("", "")


def read_stays(viewer: Viewer, as_of: AsOf) -> Stays:
    """Return the stays of everybody whom the viewer may count, as known of the day. Five questions.

    Two rows of one person count from the day on which the first of all their rows was recorded, corrected ones too.
    """
    careers, keys = read_careers(viewer, as_of)
    seen = _seen_late(viewer, as_of)
    by_level: dict[Level, list[tuple[Key, LevelStay]]] = defaultdict(list)
    people: dict[str, int] = defaultdict(int)
    day, begun = as_of.day, False
    for key, person in zip(keys, careers.histories(), strict=True):
        if not person.stays:
            continue
        begun = begun or person.stays[0].starts_on <= day
        for stay in level_stays(person, day, seen.get(key)):
            lineage, level, last_on, _ = stay
            by_level[lineage, level].append((key, stay))
            if last_on == day:
                people[lineage] += 1
    return Stays(by_level, people, has_unseen=begun and not by_level)


def _seen_late(viewer: Viewer, as_of: AsOf) -> dict[Key, date]:
    """Return of whom a level was first written down after it had begun, and on which day that was.

    Days are compared as text, by UTC: nobody is seen late who was written down on the first day at 24 o'clock.
    """
    first = cast("Any", func.min(LevelSpell.recorded_at).label("seen_at"))
    begun_on = func.min(LevelSpell.starts_on)
    rows = select(key_of(LevelSpell.person_id), remembered(first)).where(
        may_see(viewer, Permission.Aggregate.READ, LevelSpell.person_id)
    )
    until = known_until(as_of)
    if until is not None:
        rows = rows.where(LevelSpell.recorded_at < until)
    rows = rows.group_by(LevelSpell.person_id).having(
        sql_cast(first.element, String()) > sql_cast(begun_on, String()) + " 24"
    )
    on_days: dict[datetime, date] = {}
    found = {}
    for key, at in db.session.execute(rows):
        day = on_days.get(at)
        if day is None:
            day = on_days[at] = local(at).date()
        found[key] = day
    return found


def teams_of(stays: Sequence[tuple[Key, LevelStay]], level: Level, as_of: AsOf) -> list[TeamName]:
    """Return for each stay at a level the team of its last day: of one that goes on, the team on the report's day.

    Whoever has left is so told apart by the team they left. Two questions.
    """
    names = {key: TeamName(key, name) for key, name in db.session.execute(select(key_of(Team.id), Team.name))}
    asked = as_known(as_of)
    people = select(LevelSpell.person_id).where(LevelSpell.ladder == level[0], LevelSpell.level == level[1])
    rows = db.session.execute(
        select(
            key_of(TeamMembership.person_id),
            key_of(TeamMembership.team_id).label("team"),
            remembered(TeamMembership.starts_on),
            remembered(TeamMembership.ends_on),
        ).where(is_known(TeamMembership, asked), TeamMembership.person_id.in_(people))
    )
    spans: dict[Key, list[tuple[Key, date, date | None]]] = defaultdict(list)
    for key, team, starts_on, ends_on in rows:
        spans[key].append((team, starts_on, ends_on))
    return [_team_on(spans.get(key, ()), last_on, names) for key, (_, _, last_on, _) in stays]


def _team_on(spans: Sequence[tuple[Key, date, date | None]], day: date, names: Mapping[Key, TeamName]) -> TeamName:
    for team, starts_on, ends_on in spans:
        if starts_on <= day and (ends_on is None or day < ends_on):
            return names[team]
    return NO_TEAM
