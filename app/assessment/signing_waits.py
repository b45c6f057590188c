"""What waits for a signature, in words, for the inbox and for mail. Nothing of any answer stands in it."""

from __future__ import annotations

from app.assessment.models import Side
from app.assessment.queries import REFUSED, TO_SIGN, select_to_sign
from app.notices.sources import Source, Waiting, WaitingRow, provide


def say_to_sign(row: WaitingRow) -> Waiting:
    """Return that the result of a revealed assessment waits for a signature. `words` is the level, `code` the side.

    Where the other one does not sign, it says so; the reason stands on the page alone.
    """
    is_own = row.code.startswith(Side.SELF)
    other = "your line manager" if is_own else row.who
    detail = "Both sides are open. Compare them, write down what you agree on, then sign or say why not."
    if row.code.endswith(REFUSED):
        detail = f"Not signed by {other}: read why and talk about it. Then sign what was said, or say why not."
    return Waiting(
        text=f"Sign the result of your assessment for {row.words}"
        if is_own
        else f"Sign the result of {row.who}’s assessment for {row.words}",
        detail=detail,
        href=f"/assessments/{row.object_id}",
        icon="assess",
        since=row.since,
        due_on=row.due_on,
    )


def register() -> None:
    """Tell the inbox what waits for a signature."""
    provide(Source(TO_SIGN, "An assessment is open and waits for your signature", select_to_sign, say_to_sign))
