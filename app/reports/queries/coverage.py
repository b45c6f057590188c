"""Who holds which tier and level in which team on a day, and where those stand who are one level below.

Teams and counts are read at once, in few narrow columns; names and standings only of the teams of one page of a table.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select, true

from app.access.permissions import Permission
from app.access.policy import visible_to
from app.assessment.queries import PersonStanding, standings_of_people
from app.domain.as_of import AsOf, Known
from app.domain.coverage import TierCover
from app.domain.errors import InvalidError
from app.infra.db import db
from app.ladders.queries import Edition, list_adopted
from app.people.models import Person, Team
from app.people.queries import known_until, works_here
from app.people.queries.tiers import (
    LevelCounts,
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
from app.reports.criteria import LADDER, Criteria, Viewer
from app.reports.queries.presence import _changes, _returned_or_changed, _times, key_of
from app.reports.scope import is_company_wide

FIRST = 50
"""How many teams every table of a page begins with, at most."""
MOST_KNOWN = 1000
"""After so many teams, the names that were read are forgotten."""


class LevelHeld(NamedTuple):
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


KnownPeople = dict[uuid.UUID, dict[str, list[OnLadder]]]


@dataclass(frozen=True)
class CoverageData:
    """What the report of one viewer and day rests on. `counts` are those whom the viewer may read."""

    criteria: Criteria
    editions: Sequence[Edition]
    covers: Sequence[TeamOnLadder]
    counts: LevelCounts
    names: Sequence[tuple[uuid.UUID, str]]
    as_of: AsOf
    here: ColumnElement[bool] = field(repr=False)
    _known: KnownPeople = field(default_factory=dict, repr=False)

    def people(self, team_ids: Iterable[uuid.UUID]) -> KnownPeople:
        """Return who of teams is on which ladder, by team and ladder and then by name, of whom the viewer may read.

        The teams that every table begins with are read with the first; a long file forgets those that it has told.
        """
        wanted = set(team_ids)
        if not self._known:
            wanted |= {team.team_id for team in self.covers[:FIRST]} | {team_id for team_id, _ in self.names[:FIRST]}
        if missing := wanted - self._known.keys():
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
                missing = wanted
            self._known.update({team_id: {} for team_id in missing})
            may_read = may_read_whom(self.criteria.viewer, Permission.Person.READ)
            for one in list_on_ladder(self.as_of, missing, may_read, here=self.here):
                self._known[one.team_id].setdefault(one.lineage, []).append(one)
        return self._known

    def tells_counts(self, team: TeamOnLadder) -> bool:
        """Say whether the holders of a team may be counted: not for outside, nor among people whom one may not read.

        A number would tell the level of those; how well a tier is held is told all the same.
        """
        if self.criteria.is_for_outside:
            return False
        readable = sum(self.counts.get((team.team_id, team.ladder.lineage), {}).values())
        return readable >= team.cover.tiers[0].inside

    @cached_property
    def levels(self) -> list[LevelHeld]:
        """Return which team holds which level, by team, ladder and rank."""
        order = {
            (edition.ladder.lineage, level.id): (place, level.rank)
            for place, edition in enumerate(self.editions)
            for level in edition.ladder.levels
        }
        last = (len(self.editions), 0)
        by_team: dict[uuid.UUID, list[tuple[tuple[int, int], str, str, int]]] = {}
        for (team_id, lineage), levels in self.counts.items():
            if self.criteria.lineage in {None, lineage}:
                by_team.setdefault(team_id, []).extend(
                    (order.get((lineage, level), last), lineage, level, people) for level, people in levels.items()
                )
        return [
            LevelHeld(team_id, name, lineage, level, people)
            for team_id, name in self.names
            if team_id in by_team
            for _, lineage, level, people in sorted(by_team[team_id])
        ]

    @cached_property
    def places(self) -> list[Place]:
        """Return the red and amber tiers, by ladder and team, the lowest first."""
        return [_place(team, number, self.counts) for team in self.covers for number in team.cover.short]

    def readable_standings(self, person_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, PersonStanding]:
        """Return where people stand today, of those whose line in the report on progression the viewer may see."""
        ids = list(person_ids)
        if not ids:
            return {}
        may = may_read_whom(self.criteria.viewer, Permission.Progression.READ)
        readable = select(Person.id).where(Person.id.in_(ids), may).order_by(Person.id)
        return standings_of_people(list(db.session.scalars(readable)))


def _place(team: TeamOnLadder, number: int, counts: LevelCounts) -> Place:
    below = team.cover.tiers[number - 1].tier.rank if number else None
    levels = [level for level, rank in team.ladder.ranks.items() if rank == below]
    seen = counts.get((team.team_id, team.ladder.lineage), {})
    everybody = sum(team.levels.get(level, 0) for level in levels)
    people = sum(seen.get(level, 0) for level in levels)
    return Place(team, team.cover.tiers[number], below, people, everybody - people)


def may_read_whom(viewer: Viewer, permission: StrEnum) -> ColumnElement[bool]:
    """Return the condition on the rows of persons in a query that the viewer may see them; the command line, all."""
    return true() if viewer.actor is None else visible_to(viewer.actor, permission, Person)


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
    # What was known by the end of today is what is known now, and the live rows have the indexes.
    as_of = criteria.as_of if criteria.day < criteria.today else AsOf(criteria.day, Known.NOW)
    teams, here = teams_of(criteria), here_on(as_of, is_past=criteria.day < criteria.today)
    everybody = count_by_level(as_of, teams, here=here)
    names = list_team_names(teams)
    covers = read_team_covers(as_of, ladders, teams, people=everybody, names=names) if ladders else []
    data = CoverageData(criteria, editions, covers, everybody, names, as_of, here)
    if is_company_wide(criteria.viewer):
        return data
    # A manager leads in few teams, so that those whom they may read are counted by name.
    people = data.people(team_id for team_id, _ in names)
    seen = {
        (team_id, lineage): Counter(one.level for one in known)
        for team_id, by_ladder in people.items()
        for lineage, known in by_ladder.items()
    }
    return replace(data, counts=seen)


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
