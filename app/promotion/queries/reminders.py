"""When people were last reminded of what they owe in a cycle."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from app.infra.db import db
from app.promotion.models import CycleStep


def last_reminders(cycle_id: uuid.UUID) -> Mapping[str, datetime]:
    """Return when a reminder of each line last went out, by the key of the line (`guards.Owed.key`)."""
    rows = db.session.execute(
        select(CycleStep.reason, func.max(CycleStep.at))
        .where(CycleStep.cycle_id == cycle_id, CycleStep.kind == "remind")
        .group_by(CycleStep.reason)
    )
    return {row[0]: row[1] for row in rows}
