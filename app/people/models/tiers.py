"""Tables of a team's support tiers: which it must hold, from how many holders it is safe, and who holds one for it."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Code, Keyed, Model, short
from app.people.models.people import LIVE

HOLDER_LENGTH = 120
MOST_HOLDERS_NEEDED = 20


class TeamTier(Keyed, Model):
    """What one team needs at one tier of the support ladder, from `starts_on` until the day before `ends_on`.

    `lineage` and `tier` name a level of that ladder. Fewer than `amber_from` holders are red, `green_from`
    or more green. Rows are never updated: a change ends one and writes the next; a correction supersedes it.
    """

    __tablename__ = "team_tier"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("superseded_at IS NULL OR superseded_at >= recorded_at", name="superseded_after_recorded"),
        CheckConstraint("amber_from >= 1 AND green_from >= amber_from", name="thresholds_in_order"),
        Index(
            "uq_team_tier_live_start",
            "team_id",
            "lineage",
            "tier",
            "starts_on",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    team_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team.id"))
    lineage: Mapped[str] = mapped_column(short(64))
    tier: Mapped[str] = mapped_column(short(32))
    is_required: Mapped[bool]
    amber_from: Mapped[int] = mapped_column(default=1)
    green_from: Mapped[int] = mapped_column(default=2)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    superseded_at: Mapped[datetime | None]


class HolderKind(StrEnum):
    """Who holds a tier for a team without being in it."""

    EXTERNAL = "external"
    SHARED = "shared"


class TierHolder(Keyed, Model):
    """An external party, or a team or person shared between teams, that holds one named tier for a team, and no other.

    `name` is what people call it, such as the vendor; it is no person's record.
    """

    __tablename__ = "tier_holder"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("superseded_at IS NULL OR superseded_at >= recorded_at", name="superseded_after_recorded"),
        Index("ix_tier_holder_team_id", "team_id", sqlite_where=LIVE, postgresql_where=LIVE),
    )

    team_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team.id"))
    lineage: Mapped[str] = mapped_column(short(64))
    tier: Mapped[str] = mapped_column(short(32))
    kind: Mapped[HolderKind] = mapped_column(Code(HolderKind, 12))
    name: Mapped[str] = mapped_column(short(HOLDER_LENGTH))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    superseded_at: Mapped[datetime | None]
