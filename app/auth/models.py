"""Tables of accounts, roles, sessions and sign-in attempts."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
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
    """The right of a person to sign in. The address to sign in with is the person's.

    `totp_secret` is sealed with the deployment's key; it counts once `totp_confirmed_at` is set. `totp_last_step` is
    the last time step whose code was used: a code is good once.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("person_id"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    password_hash: Mapped[str | None]
    theme: Mapped[Theme] = mapped_column(Code(Theme, 8), default=Theme.SYSTEM)
    created_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    totp_secret: Mapped[str | None]
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on this row is about."""
        return self.person_id


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


class SessionStage(StrEnum):
    """How far a sign-in has come. Only a full session opens anything but the next step of signing in."""

    FULL = "full"
    SECOND = "second"  # The password was right; the code of the second factor is due.
    ENROL = "enrol"  # The password was right; a second factor is compulsory and not yet set up.


class AuthSession(Keyed, Model):
    """A signed-in browser. `token_hash` is the SHA-256 of the random id in its cookie.

    `proved_at` is when the person last proved who they are: by signing in, or again before a weighty act.
    """

    __tablename__ = "auth_session"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_auth_session_person_id", "person_id"))

    token_hash: Mapped[str] = mapped_column(short(64))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    stage: Mapped[SessionStage] = mapped_column(Code(SessionStage, 8), default=SessionStage.FULL)
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(short(64))
    browser: Mapped[str] = mapped_column(short(200))
    data: Mapped[str] = mapped_column(default="")

    @property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on this row is about."""
        return self.person_id


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    INVITE = "invite"
    RESET = "reset"


class OneTimeLink(Keyed, Model):
    """A link that lets a person choose a password, once. Only the hash of its random id is stored."""

    __tablename__ = "one_time_link"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_one_time_link_person_id", "person_id"))

    token_hash: Mapped[str] = mapped_column(short(64))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[LinkPurpose] = mapped_column(Code(LinkPurpose, 8))
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RecoveryCode(Keyed, Model):
    """A code that stands in for the second factor once; only its hash is stored."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(short(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


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
