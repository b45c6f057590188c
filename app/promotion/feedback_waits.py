"""What waits for colleagues about promotion: a request for feedback."""

from __future__ import annotations

from app.notices import sources
from app.notices.sources import Source, Waiting, WaitingRow
from app.promotion.queries.feedback_waiting import FEEDBACK_DUE, select_feedback_due


def _say(row: WaitingRow) -> Waiting:
    return Waiting(
        f"Say what you saw of {row.who}’s work",
        f"{row.words}: one to three expectations of {row.code}",
        f"/promotions/feedback/{row.object_id}",
        "corroborate",
        row.since,
        row.due_on,
    )


def register() -> None:
    """Join the inbox."""
    sources.provide(Source(FEEDBACK_DUE, "Your feedback is asked for a promotion", select_feedback_due, _say))
