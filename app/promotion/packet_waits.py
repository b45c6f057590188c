"""What waits for people in packets, in words. No word of a packet stands here: what is said goes into mail."""

from __future__ import annotations

from app.infra.clock import today
from app.notices.models import Hearing
from app.notices.sources import Source, Waiting, WaitingRow, leads, provide
from app.promotion.queries.packet_waiting import (
    INCOMPLETE,
    PACKET_DUE,
    STATEMENT_DUE,
    select_packets_due,
    select_statements_due,
)

CASES = "/promotions/cases/"


def _is_pressing(row: WaitingRow) -> bool:
    return row.due_on is not None and row.due_on <= today()


def _say_packet(row: WaitingRow) -> Waiting:
    marked = " HR has marked it incomplete." if row.code == INCOMPLETE else ""
    return Waiting(
        text="Write your promotion packet and hand it in",
        detail=f"{row.words}.{marked}" if marked else row.words,
        href=f"{CASES}{row.object_id}/packet/write",
        icon="ladder",
        since=row.since,
        due_on=row.due_on,
        is_pressing=_is_pressing(row) or bool(marked),
    )


def _say_statement(row: WaitingRow) -> Waiting:
    return Waiting(
        text=f"Write your statement for the packet of {row.who}",
        detail=row.words,
        href=f"{CASES}{row.object_id}/statement",
        icon="ladder",
        since=row.since,
        due_on=row.due_on,
        is_pressing=_is_pressing(row),
    )


def register() -> None:
    """Join what waits for people."""
    provide(Source(PACKET_DUE, "Your promotion packet is to be written", select_packets_due, _say_packet))
    provide(
        Source(
            STATEMENT_DUE,
            "A packet of your report asks for your statement",
            select_statements_due,
            _say_statement,
            Hearing.AT_ONCE,
            concerns=leads,
        )
    )
