"""Proving the record: the walk along the chain of hashes."""

from __future__ import annotations

from collections.abc import Iterable
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
    statement = select(AuditEvent).order_by(AuditEvent.seq).execution_options(yield_per=CHUNK)
    with session.scalars(statement) as rows:
        count, last, fault = _walk(rows, session)
    if fault is not None:
        return ChainReport(count, fault)
    head = session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1)).one()
    if (head.seq, head.hash) != (count, last):
        return ChainReport(count, ChainFault(count + 1, "rows at the end are missing, or the head was changed"))
    return ChainReport(count)


def _walk(rows: Iterable[AuditEvent], session: Session) -> tuple[int, str, ChainFault | None]:
    """Return how many rows hold, the hash of the last of them, and the first fault."""
    count, previous = 0, FIRST_HASH
    for row in rows:
        columns = {column.key: getattr(row, column.key) for column in AuditEvent.__table__.columns}
        stored = columns.pop("hash")
        if row.seq != count + 1:
            return count, previous, ChainFault(count + 1, "the row is missing")
        if row.previous_hash != previous:
            return count, previous, ChainFault(row.seq, "it does not follow from the row before it")
        if link(**columns) != stored:
            return count, previous, ChainFault(row.seq, "its content was changed")
        count, previous = row.seq, stored
        # The walk is as long as the company is old; rows that were read are let go.
        session.expunge(row)
    return count, previous, None
