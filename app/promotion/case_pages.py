"""The page of a case in words: its state, what comes next and who has to do what, and what happened so far.

Each reader gets what they may know. Whoever is neither on the panel, nor chairs it, nor is unrecused HR reads one word
for everything between the review and the telling; a former manager reads nothing that came after their time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.promotion import CaseEvent, CaseState, CycleState
from app.infra.templating import long_date
from app.promotion.models import PromotionCase, PromotionCycle
from app.promotion.queries.nominations import StepLine
from app.promotion.wording import CASE_STATE, CASE_STEP, DEADLINE, HIDDEN_STATES, NOMINATIONS_CLOSED, public_state

LEFT = "left"


class Reader(StrEnum):
    """How the reader of a case stands to it."""

    CANDIDATE = "candidate"
    MANAGER = "manager"
    INSIDE = "inside"
    """HR, the chair and the reviewers, unless recused."""
    OTHER = "other"
    """Above the line manager, and HR that takes no part."""
    FORMER = "former"
    """Was line manager when the packet came in."""


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One thing that happened, as its reader may know it. `who` is empty where the cycle's own move did it."""

    words: str
    at: datetime
    who: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What comes next, as sentences; `title` says whose turn it is."""

    title: str
    text: str


_QUIET = frozenset({CaseEvent.CLOSE_RATING, CaseEvent.CALIBRATE, CaseEvent.DECIDE})
_BY_CYCLE = frozenset(
    {
        CaseEvent.BEGIN_DRAFTING,
        CaseEvent.HAND_ON_INCOMPLETE,
        CaseEvent.ENTER_FEEDBACK,
        CaseEvent.ENTER_REVIEW,
        CaseEvent.CLOSE_RATING,
        CaseEvent.CALIBRATE,
        CaseEvent.COMMUNICATE,
        CaseEvent.CLOSE,
        CaseEvent.CANCEL,
    }
)


def state_words(case: PromotionCase, reader: Reader) -> str:
    """Return the state of a case in the words that its reader may see."""
    if reader is Reader.INSIDE:
        lacking = "No quorum found, to be deferred" if case.lacks_reviewers else "Packet incomplete, to be deferred"
        return lacking if _waits_to_be_deferred(case) else CASE_STATE[case.state]
    if reader is Reader.FORMER and not case.is_told:
        return "Packet was handed in"
    return public_state(case.state)


def _waits_to_be_deferred(case: PromotionCase) -> bool:
    return case.is_incomplete and case.state is CaseState.IN_REVIEW


def shown_steps(
    case: PromotionCase,
    steps: Iterable[StepLine],
    reader: Reader,
    *,
    nominator: str,
    reads_words: bool,
    reads_reasons: bool,
) -> list[ShownStep]:
    """Return what happened to a case as far as its reader may know, the last thing first.

    `nominator` is empty for whoever may not read the nominations; `reads_words` opens the words that a candidate wrote
    to HR, `reads_reasons` why HR ruled it out.
    """
    shown = [ShownStep("Nominated", case.nominated_at, nominator)]
    for line in steps:
        event = CaseEvent(line.step.event)
        if (event in _QUIET and reader is not Reader.INSIDE) or _is_after_their_time(case, line.step.at, reader):
            continue
        is_for_reader = reads_words or (
            reads_reasons and event is CaseEvent.RULE_OUT and reader in {Reader.MANAGER, Reader.OTHER}
        )
        has_left = line.step.reason == LEFT and case.left_at is not None
        shown.append(
            ShownStep(
                "Ended, because the candidate leaves" if has_left else CASE_STEP[event],
                line.step.at,
                "" if event in _BY_CYCLE or has_left else line.name,
                line.step.reason if is_for_reader and not has_left else "",
            )
        )
    shown.reverse()
    return shown


def _is_after_their_time(case: PromotionCase, at: datetime, reader: Reader) -> bool:
    if reader is not Reader.FORMER or case.is_told:
        return False
    return case.submitted_at is None or at > case.submitted_at


_OVER = {
    CaseState.WITHDRAWN: "The case was withdrawn. Nobody looks at it any more, and nothing of it counts for or against "
    "another time.",
    CaseState.DECLINED: "The nomination was not accepted. It counts for nothing, in this cycle or later.",
    CaseState.INELIGIBLE: "The case was ruled out before the committee had it. Nothing was judged.",
    CaseState.CANCELLED: "The cycle was cancelled, and all its open cases with it. Nothing was decided.",
    CaseState.CLOSED: "The cycle is closed. The decision stays readable.",
}
_INSIDE = {
    CaseState.IN_REVIEW: ("With its reviewers", "Each rates blind, expectation by expectation, by {review_due}."),
    CaseState.RATED: ("Ratings are open", "Its reviewers and the chair read them; calibration is on {calibration_on}."),
    CaseState.CALIBRATED: ("With the chair", "The chair decides, with reasons on the expectations."),
    CaseState.DECIDED: (
        "With a second person",
        "Somebody else of HR approves the whole list. Then the candidate is told, by {communicate_by}.",
    ),
}
_CANDIDATE = {
    CaseState.NOMINATED: (
        "Your answer",
        "Accept or decline by {nominations_close}. If you accept, you write a packet; nothing happens without you.",
    ),
    CaseState.ACCEPTED: (
        "Nothing to do yet",
        (
            "Packets are begun once HR closes nominations, planned for {nominations_close}. What happened until "
            "{evidence_until} can stand in yours."
        ),
    ),
    CaseState.DRAFTING: (
        "Your packet",
        (
            "Write it, choose your evidence and hand it in by {packets_due}. Your line manager writes a statement; "
            "neither of you sees the other’s part before it is in."
        ),
    ),
    CaseState.SUBMITTED: (
        "Nothing to do",
        "Your packet is in. Colleagues are asked for feedback once all packets are, planned for {packets_due}.",
    ),
    CaseState.IN_FEEDBACK: (
        "Nothing to do",
        "Colleagues answer by {feedback_due}. Then the packet goes to the committee as it stands.",
    ),
    CaseState.COMMUNICATED: ("You were told", "The decision, with its reasons, stays readable here."),
}
_OTHERS = {
    CaseState.NOMINATED: ("With the candidate", "{name} accepts or declines by {nominations_close}."),
    CaseState.ACCEPTED: (
        "Waits for the packets",
        "{name} has accepted. Packets are begun once HR closes nominations, planned for {nominations_close}.",
    ),
    CaseState.DRAFTING: (
        "With the candidate and the line manager",
        (
            "{name} writes the packet and the line manager a statement, by {packets_due}. Neither sees the other’s "
            "part before it is in."
        ),
    ),
    CaseState.SUBMITTED: (
        "Waits for the other packets",
        "The packet is in. Colleagues are asked for feedback once all packets are, planned for {packets_due}.",
    ),
    CaseState.IN_FEEDBACK: (
        "With colleagues",
        "They answer by {feedback_due}. Then the packet is frozen and goes to the committee.",
    ),
    CaseState.COMMUNICATED: ("Told", "{name} has been told the decision; it stays readable with its reasons."),
}
_JUDGED = "The committee rates the packet expectation by expectation, and then decides. "
_WITH_COMMITTEE = ("With the committee", _JUDGED + "{name} hears the answer, with its reasons, by {communicate_by}.")
_OWN_WITH_COMMITTEE = ("With the committee", _JUDGED + "You hear the answer, with its reasons, by {communicate_by}.")

_OWN_LATE = (
    "Your answer",
    "Nominations closed on {closed}. You may still accept or decline, until HR lets the nomination lapse.",
)
_LATE = ("With the candidate", "Nominations closed on {closed}. {name} may still answer, until HR lets it lapse.")


def what_next(
    case: PromotionCase, name: str, reader: Reader, days: dict[str, date | None], closed_on: date | None = None
) -> NextStep:
    """Return what comes next for a case, as its reader may know it. `days` are the deadlines of this very case.

    `closed_on` is the day on which nominations were closed; whoever had not answered by then still may.
    """
    said = {key: long_date(day) if day else "a day that is not set yet" for key, day in days.items()}
    said["name"] = name
    if reader is Reader.FORMER and not case.is_told:
        return NextStep("Beyond your time", "You read what was handed in while you were the line manager.")
    if case.state in _OVER:
        return NextStep("Nothing follows", _OVER[case.state])
    if case.state in HIDDEN_STATES:
        if _waits_to_be_deferred(case) and reader is Reader.INSIDE:
            why = (
                "No quorum of reviewers can be found." if case.lacks_reviewers else "An incomplete packet is not rated."
            )
            return NextStep("Not rated", f"{why} The chair can only defer the case.")
        outside = _OWN_WITH_COMMITTEE if reader is Reader.CANDIDATE else _WITH_COMMITTEE
        title, text = _INSIDE[case.state] if reader is Reader.INSIDE else outside
        return NextStep(title, text.format(**said))
    if case.state is CaseState.NOMINATED and closed_on:
        title, text = _OWN_LATE if reader is Reader.CANDIDATE else _LATE
        return NextStep(title, text.format(**said | {"closed": long_date(closed_on)}))
    told = _CANDIDATE if reader is Reader.CANDIDATE else _OTHERS
    title, text = told.get(case.state, ("Appeal", "An appeal is being looked at."))
    return NextStep(title, text.format(**said))


PUBLIC_DAYS = ("nominations_close", "packets_due", "evidence_until", "feedback_due", "communicate_by")
INSIDE_DAYS = (
    "nominations_close",
    "packets_due",
    "evidence_until",
    "feedback_due",
    "review_due",
    "calibration_on",
    "communicate_by",
    "appeal_until",
)


def shown_days(
    days: dict[str, date | None], reader: Reader, closed_on: date | None = None
) -> Sequence[tuple[str, date]]:
    """Return the days of a case that its reader is concerned with, each with its name.

    `closed_on` is the day on which nominations were closed, which may be before the one that was planned.
    """
    names = INSIDE_DAYS if reader is Reader.INSIDE else PUBLIC_DAYS
    shown = [(DEADLINE[name], day) for name in names if (day := days[name]) is not None]
    return [(NOMINATIONS_CLOSED, closed_on), *shown[1:]] if closed_on else shown


def may_lapse(case: PromotionCase, cycle: PromotionCycle, last: date | None, on: date) -> bool:
    """Say whether HR may let an unanswered nomination lapse on a day: its last day is over, or the phase is."""
    is_late = cycle.state is not CycleState.OPEN or (last is not None and on > last)
    return case.state is CaseState.NOMINATED and is_late
