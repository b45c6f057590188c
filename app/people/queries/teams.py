"""Reading teams: the tree of them, who is in one, and who was."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import and_, func, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.errors import MissingError
from app.infra.clock import today
from app.infra.db import db
from app.people.models import LevelSpell, Person, Team, TeamMembership
from app.people.queries.persons import holds_on, works_here


@dataclass(slots=True)
class TeamNode:
    """A team in the tree. `people` counts those in it whose team the actor may see."""

    id: uuid.UUID
    name: str
    people: int
    below: list[TeamNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team; `ends_on` is the first day on which they are in it no more."""

    id: uuid.UUID
    name: str
    starts_on: date
    ends_on: date | None
    ladder: str | None
    level: str | None

    @property
    def last_on(self) -> date | None:
        """Return the last day in the team, None while it lasts."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None


def get_team(team_id: uuid.UUID) -> Team:
    """Return a team; MissingError when there is none of that id."""
    team = db.session.get(Team, team_id)
    if team is None:
        raise MissingError
    return team


def list_teams() -> list[Team]:
    """Return every team, by name."""
    return list(db.session.scalars(select(Team).order_by(func.lower(Team.name), Team.id)))


def list_teams_seen(actor: Actor) -> list[Team]:
    """Return the teams, by name, that somebody is in today whose team the actor may see."""
    day = today()
    seen = (
        select(TeamMembership.team_id)
        .join(Person, Person.id == TeamMembership.person_id)
        .where(holds_on(TeamMembership, day), works_here(day), visible_to(actor, Permission.Person.READ, Person))
    )
    return list(db.session.scalars(select(Team).where(Team.id.in_(seen)).order_by(func.lower(Team.name), Team.id)))


def list_team_trees(actor: Actor) -> list[TeamNode]:
    """Return the teams that stand below no other, by name, each with those below it."""
    day = today()
    counted = (
        select(TeamMembership.team_id, func.count())
        .join(Person, Person.id == TeamMembership.person_id)
        .where(holds_on(TeamMembership, day), works_here(day), visible_to(actor, Permission.Person.READ, Person))
        .group_by(TeamMembership.team_id)
        .order_by(TeamMembership.team_id)
    )
    people = {team_id: number for team_id, number in db.session.execute(counted)}  # noqa: C416 - rows are no pairs
    teams = list_teams()
    nodes = {team.id: TeamNode(team.id, team.name, people.get(team.id, 0)) for team in teams}
    tops: list[TeamNode] = []
    for team in teams:
        (nodes[team.parent_id].below if team.parent_id else tops).append(nodes[team.id])
    return tops


def list_members(actor: Actor, team_id: uuid.UUID) -> list[Member]:
    """Return who is in a team today, by name, as far as the actor may see."""
    day = today()
    rows = db.session.execute(
        select(
            Person.id,
            Person.name,
            TeamMembership.starts_on,
            TeamMembership.ends_on,
            LevelSpell.ladder,
            LevelSpell.level,
        )
        .join(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, day)))
        .outerjoin(LevelSpell, and_(LevelSpell.person_id == Person.id, holds_on(LevelSpell, day)))
        .where(TeamMembership.team_id == team_id, works_here(day), visible_to(actor, Permission.Person.READ, Person))
        .order_by(Person.sort_name, Person.id),
    )
    return [Member(*row) for row in rows]


def list_other_times(team_id: uuid.UUID, most: int) -> list[Member]:
    """Return who was in a team, or will be, at most so many, the newest first; for HR."""
    day = today()
    rows = db.session.execute(
        select(Person.id, Person.name, TeamMembership.starts_on, TeamMembership.ends_on)
        .join(Person, Person.id == TeamMembership.person_id)
        .where(
            TeamMembership.team_id == team_id,
            TeamMembership.superseded_at.is_(None),
            (TeamMembership.ends_on <= day) | (TeamMembership.starts_on > day),
        )
        .order_by(TeamMembership.starts_on.desc(), Person.sort_name, TeamMembership.id)
        .limit(most),
    )
    return [Member(*row, None, None) for row in rows]
