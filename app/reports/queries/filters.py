"""What the filters of a report offer: teams, ladders and levels."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, true

from app.access.permissions import Permission
from app.infra.clock import today
from app.infra.db import db
from app.ladders.queries import list_adopted
from app.people.models import Team, TeamMembership
from app.people.queries.persons import holds_on
from app.reports.criteria import Viewer
from app.reports.scope import is_company_wide, may_see

MOST_TEAMS = 400
"""A longer list helps nobody to choose."""

Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TeamOptions:
    """Teams by name, as id and name; `has_more` says that there are more than a list can hold."""

    options: tuple[Option, ...]
    has_more: bool


def list_team_options(viewer: Viewer, chosen: uuid.UUID | None) -> TeamOptions:
    """Return the teams that somebody is in today whom the viewer counts; for the whole company every team.

    The chosen one is among them even where the list is cut.
    """
    rows = db.session.execute(
        select(Team.id, Team.name)
        .where(_is_offered(viewer))
        .order_by(Team.id != chosen, func.lower(Team.name), Team.id)
        .limit(MOST_TEAMS + 1),
    ).all()
    kept = sorted(rows[:MOST_TEAMS], key=lambda row: (row.name.lower(), str(row.id)))
    return TeamOptions(tuple((str(row.id), row.name) for row in kept), len(rows) > MOST_TEAMS)


def _is_offered(viewer: Viewer) -> ColumnElement[bool]:
    if is_company_wide(viewer):
        return true()
    counted = or_(
        may_see(viewer, Permission.Aggregate.READ, TeamMembership.person_id),
        TeamMembership.person_id == (viewer.actor.person_id if viewer.actor else None),
    )
    return Team.id.in_(select(TeamMembership.team_id).where(holds_on(TeamMembership, today()), counted))


def list_ladder_options() -> tuple[Sequence[Option], Sequence[Option]]:
    """Return the ladders that count today, as lineage and title, and the ids of their levels, each once."""
    editions = list_adopted()
    levels = dict.fromkeys(level.id for edition in editions for level in edition.ladder.levels)
    return [(edition.ladder.lineage, edition.ladder.title) for edition in editions], [(one, one) for one in levels]
