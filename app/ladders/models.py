"""Tables of published ladders: immutable versions, and which one counts from which day."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Keyed, Model, short

LIVE = text("superseded_at IS NULL")


class LadderVersion(Keyed, Model):
    """One published edition. Its content never changes: a trigger refuses, and the hash of the file would tell."""

    __tablename__ = "ladder_version"
    __table_args__ = (UniqueConstraint("ladder", "version"),)

    ladder: Mapped[str] = mapped_column(short(64))
    version: Mapped[str] = mapped_column(short(32))
    lineage: Mapped[str] = mapped_column(short(64), index=True)
    title: Mapped[str] = mapped_column(short(200))
    file_hash: Mapped[str] = mapped_column(short(64))
    content_hash: Mapped[str] = mapped_column(short(64))
    content: Mapped[str]
    published_at: Mapped[datetime]
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))


class LadderAdoption(Keyed, Model):
    """The version of a lineage that counts for the organisation from a day on, until the next adoption."""

    __tablename__ = "ladder_adoption"
    __table_args__ = (
        Index(
            "uq_ladder_adoption_live_start",
            "lineage",
            "starts_on",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    lineage: Mapped[str] = mapped_column(short(64))
    ladder_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ladder_version.id"))
    starts_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    superseded_at: Mapped[datetime | None]
