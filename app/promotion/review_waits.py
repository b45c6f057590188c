"""What waits for reviewers: a case whose ratings they have not handed in. No word of a packet or rating stands here."""

from __future__ import annotations

from app.infra.clock import today
from app.notices import sources
from app.notices.models import Hearing
from app.notices.sources import Source, Waiting, WaitingRow
from app.promotion.queries.review_waiting import REVIEW_DUE, select_reviews_due


def _say(row: WaitingRow) -> Waiting:
    return Waiting(
        f"Review {row.who} for {row.code}",
        f"{row.words}: you are on the panel of this case",
        f"/promotions/cases/{row.object_id}/review",
        "cycle",
        row.since,
        due_on=row.due_on,
        is_pressing=row.due_on is not None and row.due_on < today(),
    )


def register() -> None:
    """Join the inbox."""
    sources.provide(
        Source(REVIEW_DUE, "A promotion case waits for your ratings", select_reviews_due, _say, Hearing.AT_ONCE)
    )
