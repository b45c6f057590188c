"""Who holds which tier and level in which team on a day, and where those stand who are one level below.

Teams and counts are read at once, in few narrow columns; names and standings only of the teams of one page of a table.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import ColumnElement, and_, select

from app.access.permissions import Permission
from app.assessment.queries import PersonStanding, standings_of_people
from app.domain.as_of import AsOf
from app.domain.coverage import Coverage, TierCover
from app.domain.errors import InvalidError
from app.infra.db import db
from app.ladders.queries import Edition, list_adopted
from app.people.models import LevelSpell, Person, Team
from app.people.queries import known_until, works_here
from app.people.queries.tiers import (
    OnLadder,
    SupportLadder,
    TeamOnLadder,
    TeamsWanted,
    count_by_level,
    list_on_ladder,
    list_team_names,
    read_team_covers,
    select_led_teams,
)
from app.reports.criteria import LADDER, Criteria
from app.reports.queries.presence import _changes, _returned_or_changed, _times, key_of
from app.reports.scope import is_company_wide, may_see


@dataclass(frozen=True, slots=True)
class LevelHeld:
    """How many people of one team hold one level, of those whom the viewer may read."""

    team_id: uuid.UUID
    team: str
    lineage: str
    level: str
    people: int


@dataclass(frozen=True, slots=True)
class Place:
    """A tier of a team that is red or amber, and how many stand one level below whom the viewer may read.

    `hidden` counts those whom they may not. `below` is None for the lowest tier: nobody stands below it.
    """

    team: TeamOnLadder
    cover: TierCover
    below: int | None
    people: int
    hidden: int

    @property
    def lines(self) -> int:
        """Return how many lines it takes: one for each of them, and one where there is none."""
        return max(self.people, 1)


@dataclass(frozen=True)
class CoverageData:
    """What the report of one viewer and day rests on."""

    criteria: Criteria
    editions: Sequence[Edition]
    covers: Sequence[TeamOnLadder]
    here: ColumnElement[bool] = field(repr=False)

    @property
    def may_read(self) -> ColumnElement[bool]:
        """Return the condition on people whose name and level the viewer may read."""
        return may_see(self.criteria.viewer, Permission.Person.READ, Person.id)

    @cached_property
    def _seen(self) -> Mapping[tuple[uuid.UUID, str], Mapping[str, int]]:
        """Return how many hold each level, by team and ladder, of those whom the viewer may read."""
        wanted = [] if self.criteria.lineage is None else [LevelSpell.ladder == self.criteria.lineage]
        teams = teams_of(self.criteria)
        return count_by_level(self.criteria.as_of, teams, self.may_read, *wanted, here=self.here)

    def people(self, team_ids: Iterable[uuid.UUID]) -> dict[tuple[uuid.UUID, str], list[OnLadder]]:
        """Return who of teams is on which ladder, by name, of those whom the viewer may read."""
        found: dict[tuple[uuid.UUID, str], list[OnLadder]] = {}
        for one in list_on_ladder(self.criteria.as_of, set(team_ids), self.may_read, here=self.here):
            found.setdefault((one.team_id, one.lineage), []).append(one)
        return found

    @cached_property
    def levels(self) -> list[LevelHeld]:
        """Return which team holds which level, by team, ladder and rank."""
        order = {
            (edition.ladder.lineage, level.id): (place, level.rank)
            for place, edition in enumerate(self.editions)
            for level in edition.ladder.levels
        }
        names = {
            team_id: (place, name) for place, (team_id, name) in enumerate(list_team_names(teams_of(self.criteria)))
        }
        found = [
            LevelHeld(team_id, names[team_id][1], lineage, level, people)
            for (team_id, lineage), levels in self._seen.items()
            for level, people in levels.items()
        ]
        last = (len(self.editions), 0)
        return sorted(
            found,
            key=lambda one: (names[one.team_id][0], order.get((one.lineage, one.level), last), one.lineage, one.level),
        )

    @cached_property
    def places(self) -> list[Place]:
        """Return the red and amber tiers, by ladder and team, the lowest first."""
        return [
            _place(team, number, self._seen.get((team.team_id, team.ladder.lineage), {}))
            for team in self.covers
            for number, one in enumerate(team.cover.tiers)
            if one.coverage in {Coverage.RED, Coverage.AMBER}
        ]

    def readable_standings(self, person_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, PersonStanding]:
        """Return where people stand today, of those whose line in the report on progression the viewer may see."""
        ids = list(person_ids)
        if not ids:
            return {}
        may = may_see(self.criteria.viewer, Permission.Progression.READ, Person.id)
        readable = select(Person.id).where(Person.id.in_(ids), may).order_by(Person.id)
        return standings_of_people(list(db.session.scalars(readable)))


def _place(team: TeamOnLadder, number: int, seen: Mapping[str, int]) -> Place:
    below = team.cover.tiers[number - 1].tier.rank if number else None
    levels = [level for level, rank in team.ladder.ranks.items() if rank == below]
    everybody = sum(team.levels.get(level, 0) for level in levels)
    people = sum(seen.get(level, 0) for level in levels)
    return Place(team, team.cover.tiers[number], below, people, everybody - people)


def teams_of(criteria: Criteria) -> TeamsWanted:
    """Return the teams that a report covers; None: every one. A manager's are those in which they lead today."""
    actor = criteria.viewer.actor
    if is_company_wide(criteria.viewer) or actor is None:
        return None if criteria.team_id is None else [criteria.team_id]
    led = select_led_teams(actor.person_id)
    wanted = select(Team.id).where(Team.id.in_(led))
    return wanted if criteria.team_id is None else wanted.where(Team.id == criteria.team_id)


def read_coverage(criteria: Criteria) -> CoverageData:
    """Return what the report rests on. InvalidError at a ladder that did not count on its day."""
    editions = list_adopted(criteria.day)
    if criteria.lineage is not None:
        editions = [edition for edition in editions if edition.ladder.lineage == criteria.lineage]
        if not editions:
            raise InvalidError("There is no such ladder. Choose one of the list.", field=LADDER)
    ladders = [SupportLadder(edition) for edition in editions if edition.ladder.escalation]
    here = here_on(criteria.as_of, is_past=criteria.day < criteria.today)
    covers = read_team_covers(criteria.as_of, ladders, teams_of(criteria), here=here) if ladders else []
    return CoverageData(criteria, editions, covers, here)


def here_on(as_of: AsOf, *, is_past: bool) -> ColumnElement[bool]:
    """Return the condition on people who work here on a day, as it was known.

    The row of a person holds the present last day alone. For a past day the few of whom the record of acts says
    something else, as those whose leaving was recorded later, are named one by one.
    """
    row_says = works_here(as_of.day)
    if not is_past:
        return row_says
    until = known_until(as_of)
    changes = _changes(until)
    if changes:
        people = select(Person.id, key_of(Person.id), Person.hired_on, Person.left_on).where(
            Person.id.in_(_returned_or_changed(until)), Person.employee_id.is_not(None)
        )
        were_here: list[uuid.UUID] = []
        were_away: list[uuid.UUID] = []
        for person_id, key, hired_on, left_on in db.session.execute(people.order_by(Person.id)):
            times = _times(hired_on, left_on, changes.get(key), until)
            was_here = any(time.covers(as_of.day) for time in times)
            row_here = (hired_on is None or hired_on <= as_of.day) and (left_on is None or left_on > as_of.day)
            if was_here != row_here:
                (were_here if was_here else were_away).append(person_id)
        row_says = and_(row_says | Person.id.in_(were_here), Person.id.not_in(were_away))
    return row_says if until is None else and_(row_says, Person.created_at < until)
