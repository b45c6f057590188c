"""What waits around decisions, in words, for the inbox and for mail. No word of any decision stands in it."""

from __future__ import annotations

from app.notices.models import Hearing
from app.notices.sources import Source, Waiting, WaitingRow, provide
from app.promotion.queries.decision_waiting import (
    DEFERRED,
    TO_APPROVE,
    TO_DECIDE,
    TO_TELL,
    TOLD,
    select_deferred,
    select_to_approve,
    select_to_decide,
    select_to_tell,
    select_told,
)

CASES = "/promotions/cases/"


def _waits(row: WaitingRow, text: str, detail: str, href: str) -> Waiting:
    return Waiting(text=text, detail=detail, href=href, icon="ladder", since=row.since, due_on=row.due_on)


def say_to_decide(row: WaitingRow) -> Waiting:
    """Return that a case waits for its decision. `who` is the candidate, `code` the level, `words` the cycle."""
    text = f"Decide the case of {row.who} for {row.code}"
    detail = f"{row.words}: the committee compares cases, the chair decides."
    return _waits(row, text, detail, f"{CASES}{row.object_id}/decision/draft")


def say_to_approve(row: WaitingRow) -> Waiting:
    """Return that a list of decisions waits for its second approval. `words` is the cycle."""
    detail = "A second person reads the whole list before anybody is told."
    return _waits(row, f"Approve the decisions of {row.words}", detail, f"/promotions/{row.object_id}/approve")


def say_to_tell(row: WaitingRow) -> Waiting:
    """Return that a candidate is to be told. `who` is the candidate, `words` the cycle."""
    detail = f"{row.words}: the decisions are released. Record who told them, and when."
    return _waits(row, f"Let {row.who} be told", detail, f"{CASES}{row.object_id}/tell")


def say_told(row: WaitingRow) -> Waiting:
    """Return that one's own decision can be read, and nothing of what it says."""
    detail = f"{row.words}: it stands there with its reasons."
    return _waits(row, "Read the decision of your case", detail, f"{CASES}{row.object_id}/decision")


def say_deferred(row: WaitingRow) -> Waiting:
    """Return that the day of a deferral has come. `who` is the candidate, `words` the cycle of the deferral."""
    detail = f"{row.words}: the day that the decision names has come. See that a new nomination is possible."
    return _waits(row, f"Take up the deferred case of {row.who}", detail, f"{CASES}{row.object_id}/decision")


def register() -> None:
    """Tell the inbox what waits around decisions."""
    provide(Source(TO_DECIDE, "A promotion case waits for your decision", select_to_decide, say_to_decide))
    provide(
        Source(
            TO_APPROVE,
            "A list of promotion decisions waits for a second approval",
            select_to_approve,
            say_to_approve,
            Hearing.AT_ONCE,
        )
    )
    provide(Source(TO_TELL, "A candidate is to be told their decision", select_to_tell, say_to_tell))
    provide(Source(DEFERRED, "The day of a deferred promotion case has come", select_deferred, say_deferred))
    provide(Source(TOLD, "The decision of your promotion case can be read", select_told, say_told, Hearing.AT_ONCE))
