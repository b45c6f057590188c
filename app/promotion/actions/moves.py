"""Moving a cycle on: the guards, then everything that happens on entering a state, in one transaction.

Source of the moves: domain specification, 3.2. Of two moves at the same moment the second is refused: whoever moves
says into which state, and the row is locked while the guards are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from app.access.actor import Actor
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.promotion import CaseEvent, CaseState, CycleMove, CycleState, Guard, Mover, next_move
from app.infra.clock import local
from app.infra.db import db, forget_answers
from app.policies.queries import value_of
from app.promotion.actions import eligibility, feedback, packets, panels, ratings
from app.promotion.actions.cycles import open_cases_of
from app.promotion.actions.steps import advance, author_id, lock_cycle, step
from app.promotion.models import REASON_LENGTH, PromotionCycle
from app.promotion.queries.chairing import mover_of, recused_from
from app.promotion.queries.guards import ELSEWHERE, Owed, missing_for, owed_as_seen
from app.promotion.wording import CYCLE_STATE, MOVE_BEFORE

Hook = Callable[[PromotionCycle, Author, datetime], None]
CHANGED = (
    "A case has changed in the meantime: its packet is neither in nor marked as incomplete. Look at the cycle again."
)


def move_cycle(
    cycle: PromotionCycle,
    *,
    by: Author,
    at: datetime,
    reason: str = "",
    target: CycleState | None = None,
    reader: Actor | None = None,
) -> CycleState:
    """Move a cycle into its next state and return that, if every guard of the move holds.

    `target` is the state that whoever moves has seen offered: when the cycle is elsewhere by now, NotAllowedNowError
    says where. So it does, with what is missing, where a guard does not hold: of that it names what the `reader` may
    see. A `reason` closes nominations early.
    """
    lock_cycle(cycle)
    forget_answers()
    move = next_move(cycle.state)
    if move is None or (target is not None and move.target is not target):
        raise NotAllowedNowError(
            f"This cycle has been moved on in the meantime: it is in the phase “{CYCLE_STATE[cycle.state]}” now."
        )
    on = local(at).date()
    # What the guards look at stays as it is until the cycle has moved.
    open_cases_of(cycle)
    forget_answers()
    _check_mover(cycle, move, by, on)
    why = reason.strip()
    if len(why) > REASON_LENGTH:
        raise InvalidError(f"Say it in {REASON_LENGTH} characters; there are {len(why)}.", field="reason")
    before = _BEFORE_GUARDS.get(move.target)
    if before is not None:
        before(cycle, by, at)
        forget_answers()
    missing = [line for line in missing_for(cycle, on) if not (why and may_be_early(line))]
    _refuse_missing(move, missing, owed_as_seen(reader, cycle.id, missing))
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
    """Say whether somebody makes the moves of the chair: the chair does, and otherwise the deputy.

    The deputy does where no chair is named, the chair has left, or is a candidate in the cycle.
    """
    return person_id is not None and person_id == mover_of(cycle, on)


def _check_mover(cycle: PromotionCycle, move: CycleMove, by: Author, on: date) -> None:
    if move.mover is not Mover.CHAIR or may_chair(cycle, by.person_id, on):
        return
    stands_in = cycle.chair_id is not None and mover_of(cycle, on) == cycle.deputy_id
    raise NotAllowedNowError("This move is the deputy’s." if stands_in else "This move is the chair’s.")


def _refuse_missing(move: CycleMove, missing: list[Owed], seen: list[Owed]) -> None:
    if not missing:
        return
    if not seen:
        raise NotAllowedNowError(ELSEWHERE)
    first = seen[0]
    about = f" ({first.case_code})" if first.case_code else ""
    more = f", and {len(seen) - 1} more" if len(seen) > 1 else ""
    raise NotAllowedNowError(f"Something is missing {MOVE_BEFORE[move.target]}: {first.what}{about}{more}.")


# What happens on entering a state --------------------------------------------------------


def _renew_list(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    """Make the list of who could be nominated anew, by the people and policies of today: it is that of the opening."""
    if cycle.eligibility_listed_at is not None:
        eligibility.list_eligible(cycle, by, at)


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
            db.session.flush()
            packets.tell_of_packet(case, by=by, at=at)


def _enter_feedback(cycle: PromotionCycle, by: Author, at: datetime) -> None:
    for case in open_cases_of(cycle):
        handed_in = case.state is CaseState.SUBMITTED
        if not handed_in and not case.is_incomplete:
            raise NotAllowedNowError(CHANGED)
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
    """Open what is still blind, which a quorum allows the chair, and let all cases be compared.

    Nobody closes the round of a case in which they take no part: it opens when all are in, and nobody has closed it.
    """
    cases = open_cases_of(cycle)
    apart = recused_from(author_id(by), [case.id for case in cases if case.is_in_rating])
    for case in cases:
        if case.id in apart:
            if not ratings.lift_when_all_in(case, by=by, at=at):
                raise NotAllowedNowError(ELSEWHERE)
        elif case.is_in_rating:
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


_BEFORE_GUARDS: Mapping[CycleState, Hook] = {
    CycleState.OPEN: _renew_list,
    CycleState.CALIBRATION: _settle_recusals,
}
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
