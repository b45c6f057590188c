"""What waits for people before they are a pair: a request, a question, a proposal, and what became of them.

A letter says that something waits and from whom, never what somebody wrote.
"""

from __future__ import annotations

from app.domain.mentorship import MentorshipEvent, PairSide
from app.mentoring.queries import requests
from app.notices import sources
from app.notices.models import Hearing
from app.notices.sources import Source, Waiting, WaitingRow

ICON = "mentor"
DONE = {
    requests.AGREED: "Not both of you agreed in time: {name}",
    requests.FOUND_ANOTHER: "{name} has found a mentor in the meantime",
    requests.STOPPED: "{name} is not looking for a mentor any more",
}
"""What became of something that a mentor was asked, or had agreed to; by the code of the row."""


def _page(row: WaitingRow) -> str:
    return f"/mentoring/requests/{row.object_id}"


def _say_request(row: WaitingRow) -> Waiting:
    return Waiting(
        f"{row.who} asks you to be their mentor", "Say yes, no, or ask back", _page(row), ICON, row.since, row.due_on
    )


def _say_question(row: WaitingRow) -> Waiting:
    return Waiting(
        f"{row.who} needs to know more before they can say yes",
        "Answer, so that they can decide",
        _page(row),
        ICON,
        row.since,
        row.due_on,
    )


def _say_proposal(row: WaitingRow) -> Waiting:
    text = f"{row.who} is proposed as your {PairSide(row.code).other.value}"
    return Waiting(text, "It begins when you both agree", _page(row), ICON, row.since, row.due_on)


def _say_begun(row: WaitingRow) -> Waiting:
    text = f"{row.who} is your {PairSide(row.code).other.value} now"
    return Waiting(text, "Plan the first session", f"/mentoring/{row.object_id}", ICON, row.since)


def _say_answered(row: WaitingRow) -> Waiting:
    if row.code == MentorshipEvent.DECLINE:
        return Waiting(f"{row.who} has answered: not this time", "See the answer", _page(row), ICON, row.since)
    if row.code in DONE:
        return Waiting(
            DONE[row.code].format(name=row.who), "Nothing more is needed from you", _page(row), ICON, row.since
        )
    return Waiting(f"Nobody answered in time: {row.who}", "See whom else you can ask", _page(row), ICON, row.since)


def register() -> None:
    """Join the inbox. Both hear at once that they are a pair, unless they chose otherwise."""
    for kind, label, select, say in (
        (requests.REQUEST, "A colleague asks you to be their mentor", requests.select_requests, _say_request),
        (requests.QUESTION, "A mentor asks back before they answer", requests.select_questions, _say_question),
        (requests.PROPOSAL, "A round proposes a mentor or a mentee", requests.select_proposals, _say_proposal),
        (requests.BEGUN, "A mentorship of yours begins", requests.select_begun, _say_begun),
        (requests.ANSWERED, "A mentoring request comes to nothing", requests.select_answered, _say_answered),
    ):
        hearing = Hearing.AT_ONCE if kind == requests.BEGUN else Hearing.DAILY
        sources.provide(Source(kind, label, select, say, hearing=hearing))
