"""The life of a promotion cycle and of its cases: every state, every move, who makes it, and what must hold before.

Source of the rules: domain specification, sections 3.2 and 3.3. A state never goes back; a late correction is a new
event with a reason. The tables below are the rule; nothing else in Belay decides whether a move is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class CycleState(StrEnum):
    """Where a cycle is. The members stand in order; `cancelled` ends it from any state before `decided`."""

    DRAFT = "draft"
    OPEN = "open"
    PACKETS = "packets"
    FEEDBACK = "feedback"
    REVIEW = "review"
    CALIBRATION = "calibration"
    DECIDED = "decided"
    COMMUNICATED = "communicated"
    APPEALS = "appeals"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def order(self) -> int:
        """Return the place in the order of the phases; only ever compared."""
        return _CYCLE_ORDER[self]

    @property
    def is_over(self) -> bool:
        """Say whether nothing follows."""
        return self in {CycleState.CLOSED, CycleState.CANCELLED}


_CYCLE_ORDER = {state: place for place, state in enumerate(CycleState)}


class Mover(StrEnum):
    """Who makes a move."""

    HR = "hr"
    CHAIR = "chair"
    CANDIDATE = "candidate"
    BELAY = "belay"
    """By itself, as soon as the guard holds."""


class Guard(StrEnum):
    """What must hold before a move. The facts that decide are gathered by whoever asks; see `CycleFacts`."""

    VERSION_PINNED = "version_pinned"
    COMMITTEES_NAMED = "committees_named"
    DATES_ORDERED = "dates_ordered"
    ELIGIBILITY_GENERATED = "eligibility_generated"
    NOMINATIONS_OVER = "nominations_over"
    PACKETS_SUBMITTED = "packets_submitted"
    FEEDBACK_GIVEN = "feedback_given"
    CUT_OFF_REACHED = "cut_off_reached"
    PACKETS_HASHED = "packets_hashed"
    QUORUM_REACHED = "quorum_reached"
    EVERY_CASE_DECIDED = "every_case_decided"
    SECOND_APPROVED = "second_approved"
    EVERYBODY_TOLD = "everybody_told"
    APPEAL_WINDOW_OVER = "appeal_window_over"
    APPEALS_DECIDED = "appeals_decided"


@dataclass(frozen=True, slots=True)
class CycleMove:
    """One allowed step of a cycle: from where, to where, by whom, and what must hold."""

    source: CycleState
    target: CycleState
    mover: Mover
    guards: tuple[Guard, ...]


CYCLE_MOVES: tuple[CycleMove, ...] = (
    CycleMove(
        CycleState.DRAFT,
        CycleState.OPEN,
        Mover.HR,
        (Guard.VERSION_PINNED, Guard.COMMITTEES_NAMED, Guard.DATES_ORDERED, Guard.ELIGIBILITY_GENERATED),
    ),
    CycleMove(CycleState.OPEN, CycleState.PACKETS, Mover.HR, (Guard.NOMINATIONS_OVER,)),
    CycleMove(CycleState.PACKETS, CycleState.FEEDBACK, Mover.HR, (Guard.PACKETS_SUBMITTED,)),
    CycleMove(
        CycleState.FEEDBACK,
        CycleState.REVIEW,
        Mover.HR,
        (Guard.FEEDBACK_GIVEN, Guard.CUT_OFF_REACHED, Guard.PACKETS_HASHED),
    ),
    CycleMove(CycleState.REVIEW, CycleState.CALIBRATION, Mover.CHAIR, (Guard.QUORUM_REACHED,)),
    CycleMove(CycleState.CALIBRATION, CycleState.DECIDED, Mover.CHAIR, (Guard.EVERY_CASE_DECIDED,)),
    CycleMove(CycleState.DECIDED, CycleState.COMMUNICATED, Mover.HR, (Guard.SECOND_APPROVED,)),
    CycleMove(CycleState.COMMUNICATED, CycleState.APPEALS, Mover.BELAY, (Guard.EVERYBODY_TOLD,)),
    CycleMove(CycleState.APPEALS, CycleState.CLOSED, Mover.HR, (Guard.APPEAL_WINDOW_OVER, Guard.APPEALS_DECIDED)),
)
"""Every step forward. Cancelling is `may_cancel`."""


def next_move(state: CycleState) -> CycleMove | None:
    """Return the one step forward from a state; None where nothing follows."""
    return next((move for move in CYCLE_MOVES if move.source is state), None)


def may_cancel(state: CycleState) -> bool:
    """Say whether a cycle may be cancelled: from any state before `decided`."""
    return state.order < CycleState.DECIDED.order


DEADLINES = (
    "nominations_close",
    "packets_due",
    "feedback_due",
    "review_due",
    "calibration_on",
    "communicate_by",
    "appeal_until",
)
"""The days of a cycle, in the order in which they must strictly follow each other."""


def out_of_order(days: Mapping[str, date | None]) -> tuple[str, ...]:
    """Return the deadlines that are missing, or not later than the one before them, in their order.

    >>> out_of_order({name: date(2026, 1, place + 1) for place, name in enumerate(DEADLINES)})
    ()
    """
    faults, before = [], None
    for name in DEADLINES:
        day = days.get(name)
        if day is None or (before is not None and day <= before):
            faults.append(name)
        if day is not None:
            before = day if before is None else max(before, day)
    return tuple(faults)


class CaseState(StrEnum):
    """Where one case is: one engineer against one target level, in one cycle."""

    NOMINATED = "nominated"
    ACCEPTED = "accepted"
    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    IN_FEEDBACK = "in_feedback"
    IN_REVIEW = "in_review"
    RATED = "rated"
    CALIBRATED = "calibrated"
    DECIDED = "decided"
    COMMUNICATED = "communicated"
    APPEALED = "appealed"
    APPEAL_DECIDED = "appeal_decided"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    INELIGIBLE = "ineligible"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Say whether nothing follows."""
        return self in _OVER

    @property
    def is_before_decided(self) -> bool:
        """Say whether it is still open what becomes of the case: the candidate may withdraw it."""
        return self in _BEFORE_DECIDED


_BEFORE_DECIDED = (
    CaseState.NOMINATED,
    CaseState.ACCEPTED,
    CaseState.DRAFTING,
    CaseState.SUBMITTED,
    CaseState.IN_FEEDBACK,
    CaseState.IN_REVIEW,
    CaseState.RATED,
    CaseState.CALIBRATED,
)
_OVER = frozenset(
    {CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.DECLINED, CaseState.INELIGIBLE, CaseState.CANCELLED}
)


class CaseEvent(StrEnum):
    """What can happen to a case."""

    ACCEPT = "accept"
    DECLINE = "decline"
    RULE_OUT = "rule_out"
    LAPSE = "lapse"
    BEGIN_DRAFTING = "begin_drafting"
    SUBMIT = "submit"
    HAND_ON_INCOMPLETE = "hand_on_incomplete"
    ENTER_FEEDBACK = "enter_feedback"
    ENTER_REVIEW = "enter_review"
    CLOSE_RATING = "close_rating"
    CALIBRATE = "calibrate"
    DECIDE = "decide"
    COMMUNICATE = "communicate"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"


_FORWARD: Mapping[tuple[CaseState, CaseEvent], CaseState] = {
    (CaseState.NOMINATED, CaseEvent.ACCEPT): CaseState.ACCEPTED,
    (CaseState.NOMINATED, CaseEvent.DECLINE): CaseState.DECLINED,
    # Whoever has not answered when nominations are over does not accept: HR lets the nomination lapse.
    (CaseState.NOMINATED, CaseEvent.LAPSE): CaseState.DECLINED,
    (CaseState.NOMINATED, CaseEvent.RULE_OUT): CaseState.INELIGIBLE,
    (CaseState.ACCEPTED, CaseEvent.RULE_OUT): CaseState.INELIGIBLE,
    # Once the packet is begun only because the level held has changed: the step is no longer the next one.
    (CaseState.DRAFTING, CaseEvent.RULE_OUT): CaseState.INELIGIBLE,
    (CaseState.SUBMITTED, CaseEvent.RULE_OUT): CaseState.INELIGIBLE,
    (CaseState.IN_FEEDBACK, CaseEvent.RULE_OUT): CaseState.INELIGIBLE,
    (CaseState.ACCEPTED, CaseEvent.BEGIN_DRAFTING): CaseState.DRAFTING,
    (CaseState.DRAFTING, CaseEvent.SUBMIT): CaseState.SUBMITTED,
    # Incomplete is a flag and not a state: with it, what is there goes on as it is, to be deferred or withdrawn.
    (CaseState.DRAFTING, CaseEvent.HAND_ON_INCOMPLETE): CaseState.IN_FEEDBACK,
    (CaseState.SUBMITTED, CaseEvent.ENTER_FEEDBACK): CaseState.IN_FEEDBACK,
    (CaseState.IN_FEEDBACK, CaseEvent.ENTER_REVIEW): CaseState.IN_REVIEW,
    (CaseState.IN_REVIEW, CaseEvent.CLOSE_RATING): CaseState.RATED,
    (CaseState.RATED, CaseEvent.CALIBRATE): CaseState.CALIBRATED,
    (CaseState.CALIBRATED, CaseEvent.DECIDE): CaseState.DECIDED,
    (CaseState.DECIDED, CaseEvent.COMMUNICATE): CaseState.COMMUNICATED,
    (CaseState.COMMUNICATED, CaseEvent.APPEAL): CaseState.APPEALED,
    (CaseState.APPEALED, CaseEvent.DECIDE_APPEAL): CaseState.APPEAL_DECIDED,
    (CaseState.COMMUNICATED, CaseEvent.CLOSE): CaseState.CLOSED,
    (CaseState.APPEAL_DECIDED, CaseEvent.CLOSE): CaseState.CLOSED,
}
CASE_MOVES: Mapping[tuple[CaseState, CaseEvent], CaseState] = MappingProxyType(
    dict(_FORWARD)
    | {(state, CaseEvent.WITHDRAW): CaseState.WITHDRAWN for state in _BEFORE_DECIDED}
    | {(state, CaseEvent.CANCEL): CaseState.CANCELLED for state in _BEFORE_DECIDED}
)
"""Where each event leads from each state; what is not here is not allowed."""


def after(state: CaseState, event: CaseEvent) -> CaseState | None:
    """Return the state to which an event leads; None where it is not allowed.

    >>> after(CaseState.DRAFTING, CaseEvent.SUBMIT)
    <CaseState.SUBMITTED: 'submitted'>
    """
    return CASE_MOVES.get((state, event))


def events_from(state: CaseState) -> tuple[CaseEvent, ...]:
    """Return what may happen to a case in a state, in the order of the events."""
    return tuple(event for event in CaseEvent if (state, event) in CASE_MOVES)


class DecisionKind(StrEnum):
    """What a committee decides of a case."""

    PROMOTE = "promote"
    NOT_YET = "not_yet"
    DEFER = "defer"


class DeferReason(StrEnum):
    """Which fact is missing. A missing budget or post is a reason of its own: it says nothing about the person."""

    LEAVE = "leave"
    UNFINISHED_PROJECT = "unfinished_project"
    INCOMPLETE_PACKET = "incomplete_packet"
    REVIEWER_SHORTAGE = "reviewer_shortage"
    NO_POST = "no_post"
    BUSINESS_NEED = "business_need"


MONTHS_UNTIL_RENOMINATION = 12
"""A “not yet” may set an earliest day of a new nomination, but never later than this many months away."""
