"""What nominations offer to the features below: what waits for a candidate, and what a leaver's case becomes."""

from __future__ import annotations

from app.notices.models import Hearing
from app.notices.sources import Source, Waiting, WaitingRow, provide
from app.people import hooks
from app.promotion.actions.nominations import withdraw_leavers
from app.promotion.queries.nominations import NOMINATION, select_to_answer

CASES = "/promotions/cases/"


def _say(row: WaitingRow) -> Waiting:
    """Put a nomination that waits for its answer into words; why somebody was nominated stays on its page."""
    return Waiting(
        text="Accept or decline your nomination for promotion",
        detail=f"{row.who} nominated you in {row.words}",
        href=f"{CASES}{row.object_id}",
        icon="ladder",
        since=row.since,
        due_on=row.due_on,
    )


def register() -> None:
    """Join what waits, and hear of those who leave."""
    provide(Source(NOMINATION, "You are nominated for promotion", select_to_answer, _say, Hearing.AT_ONCE))
    hooks.on_leaving(withdraw_leavers)
