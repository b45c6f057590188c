"""Reading the record, and proving it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.chain import FIRST_HASH, link
from app.audit.models import AuditEvent, AuditHead

CHUNK = 2000


@dataclass(frozen=True)
class ChainFault:
    """The first row at which the chain breaks, and what is wrong with it."""

    seq: int
    reason: str


@dataclass(frozen=True)
class ChainReport:
    """The outcome of walking the chain from its first row to its head."""

    rows: int
    fault: ChainFault | None = None


def verify_chain(session: Session) -> ChainReport:
    """Walk the chain and report the first row that was changed, removed or put in between."""
    expected, previous = 1, FIRST_HASH
    rows = session.scalars(select(AuditEvent).order_by(AuditEvent.seq).execution_options(yield_per=CHUNK))
    for row in rows:
        if row.seq != expected:
            return ChainReport(expected - 1, ChainFault(expected, "the row is missing"))
        if row.previous_hash != previous:
            return ChainReport(expected - 1, ChainFault(row.seq, "it does not follow from the row before it"))
        columns = {column.key: getattr(row, column.key) for column in AuditEvent.__table__.columns}
        stored = columns.pop("hash")
        if link(**columns) != stored:
            return ChainReport(expected - 1, ChainFault(row.seq, "its content was changed"))
        previous = stored
        expected += 1
        session.expunge(row)
    head = session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1)).one()
    if head.seq != expected - 1 or head.hash != previous:
        return ChainReport(expected - 1, ChainFault(expected, "rows at the end are missing, or the head was changed"))
    return ChainReport(expected - 1)
