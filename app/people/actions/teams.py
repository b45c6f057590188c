"""Adding teams, naming them, and hanging them below one another."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import func, select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError
from app.infra.db import db
from app.people.actions.loops import lock_identities, lock_reporting_lines
from app.people.models import Team


def add_team(*, name: str, parent: Team | None, by: Author, at: datetime) -> Team:
    """Add a team below another one. InvalidError when the name is taken."""
    lock_identities()
    _check_name(name)
    team = Team(id=uuid.uuid4(), name=name, parent_id=parent.id if parent else None, created_at=at)
    db.session.add(team)
    db.session.flush()
    log(Tag.TEAM_ADDED, by=by, at=at, object_id=team.id)
    return team


def change_team(team: Team, *, name: str, parent: Team | None, by: Author, at: datetime) -> Team:
    """Rename a team, or hang it below another one.

    InvalidError when the name is taken, or when the team would stand below itself.
    """
    lock_identities()
    lock_reporting_lines()
    _check_name(name, team)
    above = parent
    while above is not None:
        if above.id == team.id:
            raise InvalidError(f"{parent.name if parent else name} is {team.name} or stands below it.", field="parent")
        above = db.session.get(Team, above.parent_id, populate_existing=True) if above.parent_id else None
    wanted = {"name": name, "parent_id": parent.id if parent else None}
    changed = sorted(field for field, value in wanted.items() if getattr(team, field) != value)
    for field in changed:
        setattr(team, field, wanted[field])
    db.session.flush()
    if changed:
        log(Tag.TEAM_CHANGED, by=by, at=at, object_id=team.id, fields=changed)
    return team


def _check_name(name: str, team: Team | None = None) -> None:
    """Raise InvalidError when another team has the name; capitals make no difference."""
    same = select(Team).where(func.lower(Team.name) == name.lower()).order_by(Team.name, Team.id)
    other = db.session.scalars(same).first()
    if other is not None and other is not team:
        raise InvalidError(f"There is a team called {other.name} already.", field="name")
