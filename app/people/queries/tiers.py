"""Reading what teams need of their support tiers, who leads in a team, and who holds a tier from outside."""

from __future__ import annotations

import uuid

from sqlalchemy import Select, select

from app.infra.clock import today
from app.infra.db import db
from app.people.models import ManagerLink, TeamMembership
from app.people.queries.persons import holds_on


def select_led_teams(manager_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the teams in which somebody reports to this person today."""
    day = today()
    reports = select(ManagerLink.person_id).where(ManagerLink.manager_id == manager_id, holds_on(ManagerLink, day))
    return select(TeamMembership.team_id).where(holds_on(TeamMembership, day), TeamMembership.person_id.in_(reports))


def leads_in_team(manager_id: uuid.UUID, team_id: uuid.UUID) -> bool:
    """Say whether somebody in the team reports to this person today."""
    found = select_led_teams(manager_id).where(TeamMembership.team_id == team_id).limit(1)
    return db.session.scalar(found) is not None
