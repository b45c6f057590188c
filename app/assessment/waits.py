"""What waits for people in assessments, in words: sides that they owe, and missing sides that they may close.

No word of a side stands here: what is said goes into mail.
"""

from __future__ import annotations

from app.assessment.queries.waiting import (
    ALONE,
    IN,
    MANAGER,
    SELF,
    SIDE_DUE,
    TO_CLOSE,
    select_sides_due,
    select_to_close,
)
from app.infra.clock import today
from app.notices.models import Hearing
from app.notices.sources import Source, Waiting, WaitingRow, leads_or_hr, provide

PAGE = "/assessments/"


def _say_due(row: WaitingRow) -> Waiting:
    other_is_in = row.code.endswith(IN)
    if row.code.startswith(SELF):
        text = f"Assess yourself for {row.words}"
        detail = "Your manager’s side is in" if other_is_in else f"{row.who} opened it" if row.who else ""
    else:
        text = f"Rate {row.who} for {row.words}"
        detail = "The engineer’s side is in" if other_is_in else ""
    return Waiting(
        text,
        detail,
        f"{PAGE}{row.object_id}",
        "assess",
        row.since,
        due_on=row.due_on,
        is_pressing=other_is_in or (row.due_on is not None and row.due_on < today()),
    )


def _say_to_close(row: WaitingRow) -> Waiting:
    whose = "The line manager’s side" if row.code.startswith(MANAGER) else "The engineer’s side"
    why = (
        "is missing, and nobody is there to remind" if row.code.endswith(ALONE) else "did not come in after a reminder"
    )
    return Waiting(
        f"Assessment of {row.who} for {row.words}: close what is missing, or wait",
        f"{whose} {why}",
        f"{PAGE}{row.object_id}",
        "assess",
        row.since,
        due_on=row.due_on,
    )


def register() -> None:
    """Join what waits for people."""
    provide(
        Source(
            SIDE_DUE,
            "An assessment asks for your side, or reminds you of it",
            select_sides_due,
            _say_due,
            Hearing.AT_ONCE,
        )
    )
    provide(
        Source(
            TO_CLOSE,
            "A missing side of an assessment can be closed",
            select_to_close,
            _say_to_close,
            concerns=leads_or_hr,
            begins_by_itself=True,
        )
    )
