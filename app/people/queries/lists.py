"""Reading lists of people: the directory, and the reports of a manager."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.infra.clock import today
from app.infra.db import db
from app.infra.pagination import PER_PAGE, Page
from app.people.models import LevelSpell, ManagerLink, Person, Team, TeamMembership
from app.people.queries.persons import holds_on, like_pattern, sort_key, works_here


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One line of the directory. Everybody sees the name; the rest is empty for whom `Person.READ` is refused."""

    id: uuid.UUID
    name: str
    is_readable: bool = False
    team: str | None = None
    ladder: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One direct report: name, team, and the level held with its first day."""

    id: uuid.UUID
    name: str
    team: str | None
    ladder: str | None
    level: str | None
    since: date | None


def list_directory(actor: Actor, search: str, page: int) -> Page[DirectoryEntry]:
    """Return one page of everybody who works here, by name, as far as the actor may see. `search` is part of a name."""
    day = today()
    here = [works_here(day)]
    if words := sort_key(search):
        here.append(Person.sort_name.like(like_pattern(words), escape="\\"))
    total = db.session.scalar(select(func.count()).select_from(Person).where(*here)) or 0
    shown = (
        select(
            Person.id, Person.name, Person.sort_name, visible_to(actor, Permission.Person.READ, Person).label("open")
        )
        .where(*here)
        .order_by(Person.sort_name, Person.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
        .subquery()
    )
    rows = db.session.execute(
        select(shown.c.id, shown.c.name, shown.c.open, Team.name, LevelSpell.ladder, LevelSpell.level)
        .outerjoin(
            TeamMembership,
            and_(shown.c.open, TeamMembership.person_id == shown.c.id, holds_on(TeamMembership, day)),
        )
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(LevelSpell, and_(shown.c.open, LevelSpell.person_id == shown.c.id, holds_on(LevelSpell, day)))
        .order_by(shown.c.sort_name, shown.c.id),
    )
    return Page([DirectoryEntry(row[0], row[1], bool(row[2]), *row[3:]) for row in rows], page, total)


def list_reports(manager_id: uuid.UUID) -> list[ReportEntry]:
    """Return the direct reports of a manager today, by name; never in any other order."""
    day = today()
    rows = db.session.execute(
        select(Person.id, Person.name, Team.name, LevelSpell.ladder, LevelSpell.level, LevelSpell.starts_on)
        .join(ManagerLink, and_(ManagerLink.person_id == Person.id, holds_on(ManagerLink, day)))
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, day)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(LevelSpell, and_(LevelSpell.person_id == Person.id, holds_on(LevelSpell, day)))
        .where(ManagerLink.manager_id == manager_id)
        .order_by(Person.sort_name, Person.id),
    )
    return [ReportEntry(*row) for row in rows]
