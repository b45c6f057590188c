"""The table of policies: every value that was ever set, with who, when and why. The newest of a key counts."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Keyed, Model, short


class PolicyValue(Keyed, Model):
    """One value of one policy from a moment on. Rows are added, never changed."""

    __tablename__ = "policy_value"
    __table_args__ = (Index("uq_policy_value_key_number", "key", "number", unique=True),)

    key: Mapped[str] = mapped_column(short(60))
    number: Mapped[int]
    value: Mapped[str] = mapped_column(short(200))
    reason: Mapped[str]
    set_at: Mapped[datetime]
    set_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    set_by_label: Mapped[str] = mapped_column(short(120), default="")
