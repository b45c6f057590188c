"""The second copy of the record: one line in the log for each row, after its commit.

Whoever can change the database cannot change what a log collector already has. The line holds ids and the row's hash,
so that the two can be compared, and nothing else. Source: reliability checklist, item 42 (ASVS 16.4.3).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.infra.logs import fields

CHAINED = "audit_rows_of_this_transaction"
COPIED = ("seq", "at", "tag", "actor_id", "actor_label", "subject_id", "object_id", "hash")
logger = logging.getLogger("belay.audit")


def needs_copy() -> bool:
    """Say whether anybody gets the second copy; nothing is held for nobody."""
    return logger.isEnabledFor(logging.INFO)


def hold(session: Session, row: Mapping[str, Any]) -> None:
    """Keep what is told of a row that was chained until its transaction is committed."""
    session.info.setdefault(CHAINED, []).append([row[name] for name in COPIED])


@event.listens_for(Session, "after_commit")
def _tell(session: Session) -> None:
    for row in session.info.pop(CHAINED, ()):
        logger.info("audit", extra=fields(**dict(zip(COPIED, row, strict=True))))


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(CHAINED, None)
