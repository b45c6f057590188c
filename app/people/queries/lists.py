"""Reading lists of people: the directory, and the reports of a manager."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, select, true

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.infra.clock import today
from app.infra.db import db
from app.infra.pagination import PER_PAGE, Page
from app.people.models import LevelSpell, ManagerLink, Person, Team, TeamMembership
from app.people.queries.lines import has_manager
from app.people.queries.persons import begins_later, has_not_left, holds_on, like_pattern, sort_key, works_here
from app.policies.queries import value_of


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


class Kept(StrEnum):
    """Which people a directory is narrowed to, beside team and level."""

    HERE = ""
    NO_LEVEL = "no-level"
    NO_MANAGER = "no-manager"
    LATER = "later"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class DirectoryFilter:
    """What a directory is narrowed to. `search` is part of a name; `level` a pair of ladder and level.

    Team, level and `kept` look at nobody whose team and level the actor may not see. Who has left, and who begins
    later, is for HR.
    """

    search: str = ""
    team_id: uuid.UUID | None = None
    level: tuple[str, str] | None = None
    kept: Kept = Kept.HERE


def list_directory(actor: Actor, wanted: DirectoryFilter, page: int) -> Page[DirectoryEntry]:
    """Return one page of everybody who works here, by name, as far as the actor may see.

    The level stands there for everybody where the company's policy says so. Source: access matrix, row 28.
    """
    day = today()
    opens = visible_to(actor, Permission.Person.READ, Person)
    here = _directory_rows(actor, wanted, opens, day)
    total = db.session.scalar(select(func.count()).select_from(Person).where(*here)) or 0
    shown = (
        select(Person.id, Person.name, Person.sort_name, opens.label("open"))
        .where(*here)
        .order_by(Person.sort_name, Person.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
        .subquery()
    )
    shows_level = true() if value_of("directory_shows_level") else shown.c.open
    rows = db.session.execute(
        select(shown.c.id, shown.c.name, shown.c.open, Team.name, LevelSpell.ladder, LevelSpell.level)
        .outerjoin(
            TeamMembership,
            and_(shown.c.open, TeamMembership.person_id == shown.c.id, holds_on(TeamMembership, day)),
        )
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(LevelSpell, and_(shows_level, LevelSpell.person_id == shown.c.id, holds_on(LevelSpell, day)))
        .order_by(shown.c.sort_name, shown.c.id),
    )
    return Page([DirectoryEntry(row[0], row[1], bool(row[2]), *row[3:]) for row in rows], page, total)


def _directory_rows(
    actor: Actor, wanted: DirectoryFilter, opens: ColumnElement[bool], day: date
) -> list[ColumnElement[bool]]:
    """Return the conditions on the people of a directory."""
    rows = [works_here(day)]
    if wanted.kept is Kept.LATER and can(actor, Permission.Person.ADD):
        rows = [begins_later(day)]
    if wanted.kept is Kept.LEFT and can(actor, Permission.Person.ADD):
        rows = [Person.employee_id.is_not(None), Person.left_on <= day]
    if words := sort_key(wanted.search):
        rows.append(Person.sort_name.like(like_pattern(words), escape="\\"))
    if wanted.team_id is not None:
        in_team = select(TeamMembership.person_id).where(
            TeamMembership.team_id == wanted.team_id, holds_on(TeamMembership, day)
        )
        rows += [opens, Person.id.in_(in_team)]
    if wanted.level is not None:
        ladder, level = wanted.level
        at_level = select(LevelSpell.person_id).where(
            LevelSpell.ladder == ladder, LevelSpell.level == level, holds_on(LevelSpell, day)
        )
        rows += [opens, Person.id.in_(at_level)]
    if wanted.kept is Kept.NO_LEVEL:
        rows += [opens, ~exists().where(LevelSpell.person_id == Person.id, holds_on(LevelSpell, day))]
    if wanted.kept is Kept.NO_MANAGER:
        rows += [opens, ~has_manager(day)]
    return rows


MOST_OFFERED = 300
"""How many people a page offers as a list; of a larger company, somebody is looked for by name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be chosen as a manager, under the team they are in."""

    id: uuid.UUID
    name: str
    team: str


def list_candidates(besides: uuid.UUID | None = None) -> list[Candidate]:
    """Return everybody who works here or begins later, by team and name, but for one person; no team comes last.

    One more than `MOST_OFFERED` stands for a company that is too large for a list.
    """
    day = today()
    rows = db.session.execute(
        select(Person.id, Person.name, Team.name)
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, day)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .where(has_not_left(day), Person.id != besides if besides else true())
        .order_by(Team.name.is_(None), Team.name, Person.sort_name, Person.id)
        .limit(MOST_OFFERED + 1),
    )
    return [Candidate(row[0], row[1], row[2] or "In no team") for row in rows]


def list_reports(manager_id: uuid.UUID) -> list[ReportEntry]:
    """Return the direct reports of a manager today, leavers left out, by name; never in any other order."""
    day = today()
    rows = db.session.execute(
        select(Person.id, Person.name, Team.name, LevelSpell.ladder, LevelSpell.level, LevelSpell.starts_on)
        .join(ManagerLink, and_(ManagerLink.person_id == Person.id, holds_on(ManagerLink, day)))
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, day)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(LevelSpell, and_(LevelSpell.person_id == Person.id, holds_on(LevelSpell, day)))
        .where(ManagerLink.manager_id == manager_id, has_not_left(day))
        .order_by(Person.sort_name, Person.id),
    )
    return [ReportEntry(*row) for row in rows]
