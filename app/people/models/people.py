"""Tables of people. What holds for a time is never updated: a correction supersedes the row and writes a new one."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, LargeBinary, UniqueConstraint, or_, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship
from sqlalchemy.schema import SchemaItem

from app.infra.clock import today
from app.infra.db import Code, Keyed, Model, short

LIVE = text("superseded_at IS NULL")


class Person(Keyed, Model):
    """Somebody who works here, or did. Without an employee id: an outsider with an account, in no report."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("employee_id"),
        UniqueConstraint("email"),
        CheckConstraint("left_on IS NULL OR hired_on IS NULL OR left_on >= hired_on", name="left_after_hired"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("ix_person_sort_name_id", "sort_name", "id"),
    )

    employee_id: Mapped[str | None] = mapped_column(short(64))
    name: Mapped[str] = mapped_column(short(200))
    sort_name: Mapped[str] = mapped_column(short(200))
    email: Mapped[str] = mapped_column(short(254))
    hired_on: Mapped[date | None]
    left_on: Mapped[date | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so

    @hybrid_property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on this row is about: the person."""
        return self.id

    @hybrid_property
    def has_not_left(self) -> bool:
        """Say whether somebody works here or begins later; who has left is for HR alone."""
        return self.left_on is None or self.left_on > today()

    @has_not_left.inplace.expression
    @classmethod
    def _has_not_left(cls) -> ColumnElement[bool]:
        return or_(cls.left_on.is_(None), cls.left_on > today())


class Team(Keyed, Model):
    """A team. `parent_id` names the unit above it."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str] = mapped_column(short(120))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("team.id"))
    created_at: Mapped[datetime]


class EffectiveDated(Keyed):
    """Mixin: true of a person from `starts_on` until the day before `ends_on`, as recorded at `recorded_at`.

    Live rows have no `superseded_at`. “As known on” a moment is: recorded by then and not superseded by then.
    """

    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]

    @declared_attr
    @classmethod
    def person_id(cls) -> Mapped[uuid.UUID]:
        """Return the column of the person whom the row is about."""
        return mapped_column(ForeignKey("person.id"))

    @declared_attr
    @classmethod
    def recorded_by_id(cls) -> Mapped[uuid.UUID | None]:
        """Return the column of who recorded it; empty for the command line."""
        return mapped_column(ForeignKey("person.id"))

    def covers(self, day: date) -> bool:
        """Say whether the row holds on a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def effective_constraints(table: str, *also_unique: str) -> tuple[SchemaItem, ...]:
    """Return the constraints of an effective-dated table: dates in order, one live row per first day."""
    unique = ("person_id", *also_unique, "starts_on")
    return (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("superseded_at IS NULL OR superseded_at >= recorded_at", name="superseded_after_recorded"),
        Index(f"uq_{table}_live_start", *unique, unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )


class TeamMembership(EffectiveDated, Model):
    """The team somebody is in."""

    __tablename__ = "team_membership"
    __table_args__ = (
        *effective_constraints("team_membership"),
        Index("ix_team_membership_team_id", "team_id", sqlite_where=LIVE, postgresql_where=LIVE),
    )

    team_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team.id"))
    team: Mapped[Team] = relationship(lazy="raise")


class ManagerLink(EffectiveDated, Model):
    """The line manager somebody reports to."""

    __tablename__ = "manager_link"
    __table_args__ = (
        *effective_constraints("manager_link"),
        CheckConstraint("manager_id <> person_id", name="not_oneself"),
        Index("ix_manager_link_manager_id", "manager_id", sqlite_where=LIVE, postgresql_where=LIVE),
    )

    manager_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))


class SpellReason(StrEnum):
    """Why a spell at a level began."""

    HIRE = "hire"
    PROMOTION = "promotion"
    TRANSFER = "transfer"
    DEMOTION = "demotion"
    IMPORT = "import"
    CORRECTION = "correction"

    @property
    def label(self) -> str:
        """Return how a page says it."""
        return {"transfer": "change of ladder"}.get(self.value, self.value)


class LevelSpell(EffectiveDated, Model):
    """One stay at one level of one ladder lineage. `ladder` is the lineage: an overlay shares its base's."""

    __tablename__ = "level_spell"
    __table_args__ = (
        *effective_constraints("level_spell"),
        Index("ix_level_spell_ladder_level", "ladder", "level", sqlite_where=LIVE, postgresql_where=LIVE),
    )

    ladder: Mapped[str] = mapped_column(short(64))
    level: Mapped[str] = mapped_column(short(32))
    reason: Mapped[SpellReason] = mapped_column(Code(SpellReason, 16))


class Leave(EffectiveDated, Model):
    """Days on which somebody is on leave; `ends_on` is the first day back. No reason is stored."""

    __tablename__ = "leave"
    __table_args__ = effective_constraints("leave")


class GroupMembership(EffectiveDated, Model):
    """A group for reports, such as the office: one value per person and dimension at a time."""

    __tablename__ = "group_membership"
    __table_args__ = effective_constraints("group_membership", "dimension")

    dimension: Mapped[str] = mapped_column(short(64))
    value: Mapped[str] = mapped_column(short(120))


class ImportState(StrEnum):
    """The life of an uploaded people file."""

    PREVIEWED = "previewed"
    APPLIED = "applied"
    DROPPED = "dropped"


class PeopleImport(Keyed, Model):
    """A people file that HR has uploaded. Its content is kept until it is applied or dropped, for a day at most."""

    __tablename__ = "people_import"

    uploaded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(index=True)
    file_name: Mapped[str] = mapped_column(short(200))
    digest: Mapped[str] = mapped_column(short(64))
    from_on: Mapped[date]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[ImportState] = mapped_column(Code(ImportState, 12), default=ImportState.PREVIEWED)
    applied_at: Mapped[datetime | None]
    summary: Mapped[str] = mapped_column(default="")

    @property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on this row is about: HR who uploaded it."""
        return self.uploaded_by_id
