"""Panels: drawing reviewers by rule, ending seats, and what follows for the round of a case.

Nobody picks a reviewer. Source of the rules: domain specification, 3.4. Callers of the functions on a case have locked
its cycle and then the case; those on a cycle lock themselves.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.committee import RecusalReason, substitutes
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.promotion import CaseState
from app.infra.clock import local
from app.infra.db import db, forget_answers
from app.notices.actions import tell
from app.people.queries import get_people
from app.promotion.actions.ratings import lift_when_all_in
from app.promotion.actions.steps import lock_case, lock_cycle, note
from app.promotion.models import REASON_LENGTH, PanelSeat, PromotionCase, PromotionCycle, Recusal
from app.promotion.queries.cases import get_cycle
from app.promotion.queries.decisions import hr_ids
from app.promotion.queries.panels import (
    OVER,
    candidates_for,
    has_gone,
    ranks_of,
    recusals_among,
    recusals_recorded,
    seats_of,
    serving,
    target_rank_of,
)
from app.promotion.queries.review_waiting import REVIEW_DUE

JUDGED = (CaseState.IN_REVIEW, CaseState.RATED, CaseState.CALIBRATED)
"""Where a case has a panel and no decision yet."""


def draw_panel(case: PromotionCase, *, by: Author, at: datetime) -> list[PanelSeat]:
    """Draw the reviewers of a case by rule, and write down who of the committee is recused from it, and why.

    Fewer than the cycle's number where too few may review it; an incomplete case is rated by nobody.
    """
    if case.is_incomplete:
        return []
    _write_recusals_down(case, by=by, at=at)
    cycle = get_cycle(case.cycle_id)
    return _draw(case, cycle.panel_size - len(seats_of(case.id)), drawn_by="drawn", by=by, at=at)


def settle_recusals(cycle: PromotionCycle, *, by: Author, at: datetime) -> None:
    """Let every panel of a cycle follow what holds today.

    Seats end of those who are recused by now, have left, were taken off the committee, or no longer reach the target's
    rank and have not rated. Substitutes are drawn, also in calibration. Nothing happens after the decision.
    """
    lock_cycle(cycle)
    for case in _judged_cases(cycle.id):
        lock_case(case)
        _settle(case, cycle, by=by, at=at)


def settle_panel(case: PromotionCase, *, by: Author, at: datetime) -> bool:
    """Let the panel of one case follow what holds today; say whether a seat ended or was taken."""
    cycle = get_cycle(case.cycle_id)
    lock_cycle(cycle)
    lock_case(case)
    before = {seat.id for seat in seats_of(case.id)}
    _settle(case, cycle, by=by, at=at)
    return before != {seat.id for seat in seats_of(case.id)}


def settle_everything(*, by: Author, at: datetime) -> None:
    """Settle the panels of all cycles that are not over, for the daily job; members who have left are taken off."""
    from app.promotion.actions.committees import end_memberships_of_leavers  # noqa: PLC0415 - it settles panels

    cycles = select(PromotionCycle).where(PromotionCycle.state.not_in(OVER)).order_by(PromotionCycle.id)
    for cycle in db.session.scalars(cycles).all():
        lock_cycle(cycle)
        end_memberships_of_leavers(cycle, by=by, at=at)
        settle_recusals(cycle, by=by, at=at)


def recuse(case: PromotionCase, person_id: uuid.UUID, note_text: str, *, by: Author, at: datetime) -> None:
    """Record that somebody takes no part in a case, with a private note that HR and its author alone read.

    Their seat ends, with its ratings, which stay in the record and count no more; a substitute is drawn by rule.
    NotAllowedNowError once the case is decided or over, and when it is recorded already. Once ratings were open, it
    voids what everybody has read: then HR alone records it of somebody else, and InvalidError asks for the reason.
    """
    cycle = get_cycle(case.cycle_id)
    lock_cycle(cycle)
    lock_case(case)
    if not case.state.is_before_decided:
        raise NotAllowedNowError("This case is decided or over, so nobody can step aside from it any more.")
    if was_open(case) and by.person_id != person_id:
        if by.person_id not in hr_ids(at):
            raise NotAllowedNowError("The ratings of this case have been open, so that HR alone records this now.")
        if not note_text.strip():
            raise InvalidError("Say why: the ratings were open, and theirs count no more.", field="note")
    declared = RecusalReason.DECLARED.value
    if any(row.person_id == person_id and row.reason == declared for row in recusals_recorded(case.id)):
        raise NotAllowedNowError("This has been recorded already.")
    db.session.add(
        Recusal(
            case_id=case.id,
            person_id=person_id,
            reason=declared,
            note=note_text.strip(),
            at=at,
            by_id=by.person_id,
        )
    )
    db.session.flush()
    note(Tag.RECUSED, case, by=by, at=at, is_quiet=True, person=person_id, reason=declared)
    _settle(case, cycle, by=by, at=at)


def was_open(case: PromotionCase) -> bool:
    """Say whether the ratings of a case are open, or were before the round opened again."""
    return case.state in {CaseState.RATED, CaseState.CALIBRATED}


def may_lack_reviewers(case: PromotionCase) -> bool:
    """Say whether fewer people than the quorum sit on a case or could step in, so that it cannot be rated."""
    if case.is_incomplete or case.state not in JUDGED:
        return False
    return len(seats_of(case.id)) + len(candidates_for(case)) < get_cycle(case.cycle_id).quorum


def record_shortage(case: PromotionCase, reason: str, *, by: Author, at: datetime) -> None:
    """Let a case go on unrated for which no quorum can be found: it can only be deferred, or withdrawn.

    The panel follows what holds today first. NotAllowedNowError for anybody but HR, and while enough people sit on it
    or could step in. InvalidError without a reason.
    """
    cycle = get_cycle(case.cycle_id)
    lock_cycle(cycle)
    lock_case(case)
    _settle(case, cycle, by=by, at=at)
    forget_answers()
    if by.person_id not in hr_ids(at) or not may_lack_reviewers(case):
        raise NotAllowedNowError("Enough people sit on this case or could step in, or HR does not record this now.")
    if not reason.strip():
        raise InvalidError("Say why no further reviewers can be named.", field="reason")
    if len(reason) > REASON_LENGTH:
        raise InvalidError(f"Say it in {REASON_LENGTH} characters; there are {len(reason)}.", field="reason")
    case.is_incomplete, case.incomplete_reason = True, reason.strip()
    note(Tag.CASE_INCOMPLETE, case, by=by, at=at, is_quiet=True, lacks="reviewers")
    db.session.flush()


def end_seat(case: PromotionCase, seat: PanelSeat, reason: str, *, by: Author, at: datetime) -> None:
    """End a seat that is held: `recused`, `removed`, `left` or `rank`. Its ratings stay stored, and count no more."""
    seat.ended_at, seat.ended_reason = at, reason
    db.session.flush()
    note(
        Tag.SEAT_ENDED,
        case,
        by=by,
        at=at,
        is_quiet=True,
        person=seat.person_id,
        reason=reason,
        had_rated=seat.submitted_at is not None,
    )


def _judged_cases(cycle_id: uuid.UUID) -> list[PromotionCase]:
    rows = select(PromotionCase).where(PromotionCase.cycle_id == cycle_id, PromotionCase.state.in_(JUDGED))
    return list(db.session.scalars(rows.order_by(PromotionCase.number)))


def _settle(case: PromotionCase, cycle: PromotionCycle, *, by: Author, at: datetime) -> None:
    """Let one panel follow what holds today. The cycle and the case are locked."""
    # What was asked before the lock may have changed while waiting for it.
    forget_answers()
    if case.is_incomplete or case.state not in JUDGED:
        return
    _write_recusals_down(case, by=by, at=at)
    for seat, reason in _ending(case, local(at).date()):
        end_seat(case, seat, reason, by=by, at=at)
    _fill(case, cycle, by=by, at=at)
    lift_when_all_in(case, by=by, at=at)


def _ending(case: PromotionCase, on: date) -> list[tuple[PanelSeat, str]]:
    """Return the seats that do not hold any more, each with why."""
    seats = seats_of(case.id)
    sitting = frozenset(seat.person_id for seat in seats)
    reasons, ranks, people = recusals_among(case.id, sitting), ranks_of(sitting, on), get_people(sitting)
    members, wanted = {row.person_id for row in serving(case.cycle_id)}, target_rank_of(case)
    found = []
    for seat in seats:
        asked = {
            "recused": bool(reasons[seat.person_id]),
            "left": has_gone(people[seat.person_id], on),
            "removed": seat.person_id not in members,
            # What was rated at the rank that they had then stays right.
            "rank": seat.submitted_at is None and not ranks[seat.person_id].reaches(wanted),
        }
        why = next((code for code, holds in asked.items() if holds), None)
        if why is not None:
            found.append((seat, why))
    return found


def _fill(case: PromotionCase, cycle: PromotionCycle, *, by: Author, at: datetime) -> None:
    """Draw substitutes for what is missing on a panel.

    Once ratings were open, only a broken quorum is mended: the round is blind again until enough are in, so that they
    rate before they read. Whoever had not handed in when the chair closed it may then do so, and comes before anybody
    who is drawn.
    """
    held = seats_of(case.id)
    if case.state is CaseState.IN_REVIEW:
        _draw(case, cycle.panel_size - len(held), drawn_by="substitute", by=by, at=at)
        return
    missing = cycle.quorum - len(held)
    if case.is_lifted:
        submitted = sum(seat.submitted_at is not None for seat in held)
        if submitted >= cycle.quorum or missing > len(candidates_for(case)):
            return
        case.lifted_at = case.lifted_by_id = None
        note(Tag.ROUND_REOPENED, case, by=by, at=at, is_quiet=True)
    _draw(case, missing, drawn_by="substitute", by=by, at=at)


def _draw(case: PromotionCase, missing: int, *, drawn_by: str, by: Author, at: datetime) -> list[PanelSeat]:
    if missing <= 0:
        return []
    drawn = substitutes(candidates_for(case), missing=missing, cycle_id=case.cycle_id, case_id=case.id)
    seats = [
        PanelSeat(id=uuid.uuid4(), case_id=case.id, person_id=one, drawn_by=drawn_by, seated_at=at) for one in drawn
    ]
    db.session.add_all(seats)
    db.session.flush()
    for seat in seats:
        note(Tag.SEAT_TAKEN, case, by=by, at=at, is_quiet=True, person=seat.person_id, how=drawn_by)
        tell(REVIEW_DUE, seat.person_id, case.id, by=by, at=at)
    return seats


def _write_recusals_down(case: PromotionCase, *, by: Author, at: datetime) -> None:
    """Keep why members of the committee and its chairs are recused today; what stands there stays."""
    cycle = get_cycle(case.cycle_id)
    asked: Iterable[uuid.UUID | None] = (
        *(row.person_id for row in serving(cycle.id)),
        cycle.chair_id,
        cycle.deputy_id,
    )
    known = {(row.person_id, row.reason) for row in recusals_recorded(case.id)}
    among = recusals_among(case.id, frozenset(one for one in asked if one is not None))
    fresh = [
        (person_id, reason.value)
        for person_id, reasons in among.items()
        for reason in reasons
        if (person_id, reason.value) not in known
    ]
    db.session.add_all(Recusal(case_id=case.id, person_id=one, reason=reason, at=at) for one, reason in fresh)
    db.session.flush()
    for person_id, reason in fresh:
        note(Tag.RECUSED, case, by=by, at=at, is_quiet=True, person=person_id, reason=reason)
