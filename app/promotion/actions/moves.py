"""Moving a cycle on: the guards, then everything that happens on entering a state, in one transaction.

Source of the moves: domain specification, 3.2. Of two moves at the same moment the second is refused: whoever moves
says into which state, and the row is locked while the guards are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.promotion import CaseEvent, CaseState, CycleMove, CycleState, Guard, Mover, next_move
from app.infra.clock import local
from app.infra.db import db, forget_answers
from app.people.queries import get_people
from app.policies.queries import value_of
from app.promotion.actions import feedback, packets, panels, ratings
from app.promotion.actions.cycles import open_cases_of
from app.promotion.actions.steps import advance, lock_cycle, step
from app.promotion.models import REASON_LENGTH, PromotionCycle
from app.promotion.queries.guards import Owed, missing_for
from app.promotion.queries.panels import has_gone
from app.promotion.wording import CYCLE_STATE, MOVE_BEFORE

Hook = Callable[[PromotionCycle, Author, datetime], None]


def move_cycle(
    cycle: PromotionCycle,
    *,
    by: Author,
    at: datetime,
    reason: str = "",
    target: CycleState | None = None,
) -> CycleState:
    """Move a cycle into its next state and return that, if every guard of the move holds.

    `target` is the state that whoever moves has seen offered: when the cycle is elsewhere by now, NotAllowedNowError
    says where. So it does, with what is missing, where a guard does not hold. A `reason` closes nominations early.
    """
    lock_cycle(cycle)
    forget_answers()
    move = next_move(cycle.state)
    if move is None or (target is not None and move.target is not target):
        raise NotAllowedNowError(
            f"This cycle has been moved on in the meantime: it is in the phase “{CYCLE_STATE[cycle.state]}” now."
        )
    on = local(at).date()
    _check_mover(cycle, move, by, on)
    why = reason.strip()
    if len(why) > REASON_LENGTH:
        raise InvalidError(f"Say it in {REASON_LENGTH} characters; there are {len(why)}.", field="reason")
    before = _BEFORE_GUARDS.get(move.target)
    if before is not None:
        before(cycle, by, at)
        forget_answers()
    _refuse_missing(move, [line for line in missing_for(cycle, on) if not (why and may_be_early(line))])
    cycle.state = move.target
    step(cycle, "move", by=by, at=at, reason=why, source=move.source.value, target=move.target.value)
    log(Tag.CYCLE_MOVED, by=by, at=at, object_id=cycle.id, source=move.source.value, target=move.target.value)
    entering = _ENTERING.get(move.target)
    if entering is not None:
        entering(cycle, by, at)
    db.session.flush()
    return cycle.state


def may_be_early(line: Owed) -> bool:
    """Say whether a reason makes up for what is missing: nominations may be closed before their last day."""
    return line.guard is Guard.NOMINATIONS_OVER


def follow_up(cycle: PromotionCycle, *, by: Author, at: datetime) -> bool:
    """Open appeals once every candidate has been told; return whether that happened.

    To be called in the transaction of a telling, after it. The daily job calls it too, for a cycle without cases.
    """
    lock_cycle(cycle)
    forget_answers()
    if cycle.state is not CycleState.COMMUNICATED or missing_for(cycle, local(at).date()):
        return False
    move_cycle(cycle, by=by, at=at)
    return True


def may_chair(cycle: PromotionCycle, person_id: object, on: date) -> bool:
    """Say whether somebody makes the moves of the chair: the chair does, and the deputy once the chair has left."""
    if person_id is None:
        return False
    if cycle.chair_id is not None and not has_gone(get_people([cycle.chair_id])[cycle.chair_id], on):
        return person_id == cycle.chair_id
    return person_id == cycle.deputy_id


def _check_mover(cycle: PromotionCycle, move: CycleMove, by: Author, on: date) -> None:
    if move.mover is Mover.CHAIR and not may_chair(cycle, by.person_id, on):
        raise NotAllowedNowError("This move is the chair’s.")


def _refuse_missing(move: CycleMove, missing: list[Owed]) -> None:
    if not missing:
        return
    first = missing[0]
    about = f" ({first.case_code})" if first.case_code else ""
    more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
    raise NotAllowedNowError(f"Something is missing {MOVE_BEFORE[move.target]}: {first.what}{about}{more}.")


# What happens on entering a state --------------------------------------------------------


def _enter_open(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    """Copy the company's numbers into the cycle: later changes of the policies are about later cycles."""
    del by
    cycle.quorum = int(value_of("promotion_quorum"))
    cycle.panel_size = max(int(value_of("promotion_panel_size")), cycle.quorum)
    cycle.feedback_needed = int(value_of("promotion_feedback_needed"))
    cycle.feedback_asked = max(int(value_of("promotion_feedback_asked")), cycle.feedback_needed)
    cycle.minimum_months = int(value_of("promotion_minimum_months"))
    cycle.hides_ratings = bool(value_of("promotion_hides_ratings"))
    cycle.archive_days = int(value_of("promotion_archive_days"))
    cycle.opened_at = at


def _enter_packets(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    for case in open_cases_of(cycle):
        if case.state is CaseState.ACCEPTED:
            advance(case, CaseEvent.BEGIN_DRAFTING, by=by, at=at)


def _enter_feedback(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    for case in open_cases_of(cycle):
        handed_in = case.state is CaseState.SUBMITTED
        if case.state is CaseState.ACCEPTED:
            advance(case, CaseEvent.BEGIN_DRAFTING, by=by, at=at)
        advance(case, CaseEvent.ENTER_FEEDBACK if handed_in else CaseEvent.HAND_ON_INCOMPLETE, by=by, at=at)
        feedback.ask_by_rule(case, by=by, at=at)


def _enter_review(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    for case in open_cases_of(cycle):
        if case.frozen_at is None:
            packets.freeze_packet(case, by=by, at=at)
        if case.digest is None:
            raise NotAllowedNowError(f"The packet of {case.code} could not be frozen, so the review stays closed.")
        advance(case, CaseEvent.ENTER_REVIEW, by=by, at=at)
        if not case.is_incomplete:
            panels.draw_panel(case, by=by, at=at)


def _settle_recusals(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    panels.settle_recusals(cycle, by=by, at=at)


def _enter_calibration(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    """Open what is still blind, which a quorum allows the chair, and let all cases be compared."""
    for case in open_cases_of(cycle):
        if case.is_in_rating:
            ratings.close_round(case, by=by, at=at)
        elif case.state is CaseState.IN_REVIEW:
            advance(case, CaseEvent.CLOSE_RATING, by=by, at=at)
        advance(case, CaseEvent.CALIBRATE, by=by, at=at)


def _enter_decided(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    from app.promotion.actions import decisions  # noqa: PLC0415 - decisions follow a telling up with a move

    decisions.sign_list(cycle, by, at)


def _enter_communicated(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    cycle.communicated_on = local(at).date()
    cycle.archived_on = cycle.communicated_on + timedelta(days=cycle.archive_days)
    db.session.flush()
    # A cycle whose cases were all withdrawn has nobody to tell.
    follow_up(cycle, by=by, at=at)


def _enter_closed(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    for case in open_cases_of(cycle):
        advance(case, CaseEvent.CLOSE, by=by, at=at)


_BEFORE_GUARDS: Mapping[CycleState, Hook] = {CycleState.CALIBRATION: _settle_recusals}
_ENTERING: Mapping[CycleState, Hook] = {
    CycleState.OPEN: _enter_open,
    CycleState.PACKETS: _enter_packets,
    CycleState.FEEDBACK: _enter_feedback,
    CycleState.REVIEW: _enter_review,
    CycleState.CALIBRATION: _enter_calibration,
    CycleState.DECIDED: _enter_decided,
    CycleState.COMMUNICATED: _enter_communicated,
    CycleState.CLOSED: _enter_closed,
}
