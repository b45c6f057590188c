"""Tables of accounts, roles, sessions and sign-in attempts."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.access.actor import Role
from app.infra.db import Code, Keyed, Model, short
from app.people.models import LIVE


class Theme(StrEnum):
    """The colours a person has chosen; empty follows the system."""

    SYSTEM = ""
    LIGHT = "light"
    DARK = "dark"


class Account(Keyed, Model):
    """The right of a person to sign in. The address to sign in with is the person's."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("person_id"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    password_hash: Mapped[str | None]
    theme: Mapped[Theme] = mapped_column(Code(Theme, 8), default=Theme.SYSTEM)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class RoleGrant(Keyed, Model):
    """A role that a person holds until it is revoked."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(
            "uq_role_grant_live",
            "person_id",
            "role",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(Code(Role, 16))
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    superseded_at: Mapped[datetime | None]


class AuthSession(Keyed, Model):
    """A signed-in browser. `token_hash` is the SHA-256 of the random id in its cookie."""

    __tablename__ = "auth_session"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_auth_session_person_id", "person_id"))

    token_hash: Mapped[str] = mapped_column(short(64))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(short(64))
    browser: Mapped[str] = mapped_column(short(200))
    data: Mapped[str] = mapped_column(default="")

    @property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on this row is about."""
        return self.person_id


class SignInAttempt(Keyed, Model):
    """A failed attempt to sign in. The address that was typed is kept as a hash only."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_account_key_at", "account_key", "at"),
        Index("ix_sign_in_attempt_address_at", "address", "at"),
    )

    account_key: Mapped[str] = mapped_column(short(64))
    address: Mapped[str] = mapped_column(short(64))
    at: Mapped[datetime]
