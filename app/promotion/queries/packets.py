"""The frozen packet of a case."""

from __future__ import annotations

import json
import uuid
from typing import Any

from sqlalchemy import select

from app.infra.db import db, once_per_transaction
from app.promotion.models import PacketSnapshot


@once_per_transaction
def frozen_packet_of(case_id: uuid.UUID) -> dict[str, Any] | None:
    """Return the content of the frozen packet; None before it is frozen. Callers do not change it."""
    content = db.session.scalar(select(PacketSnapshot.content).where(PacketSnapshot.case_id == case_id))
    return None if content is None else json.loads(content)
