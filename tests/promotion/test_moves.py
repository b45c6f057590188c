"""The moves of a cycle: each guard with the sentence that is shown, who moves, what entering a state brings about."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.actions import Author
from app.domain.errors import NotAllowedNowError
from app.domain.policies import POLICIES
from app.domain.promotion import CaseState, CycleState, Guard
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.jobs.kinds import Work, find_kind, periodic_kinds
from app.policies.actions import set_policy
from app.promotion.actions.moves import follow_up, may_chair, move_cycle
from app.promotion.actions.reminders import remind_of, remind_when_due
from app.promotion.models import CycleStep, PanelSeat, PeerFeedback, PromotionCase, PromotionCycle
from app.promotion.queries.decisions import decided_in, digest_of
from app.promotion.queries.guards import also_asked_for, missing_for
from app.promotion.reminders import FOLLOW_UP, REMIND
from tests.conftest import NOW
from tests.factories.people import make_person
from tests.factories.promotion import (
    TODAY,
    add_nomination,
    approve,
    decide,
    make_case,
    make_cycle,
    make_feedback,
    make_firm,
    rate,
    seat,
)

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def firm(app):
    return make_firm()


def moved(cycle, person, *, reason="", target=None, at=NOW):
    with transaction() as session:
        found = session.get(PromotionCycle, cycle.id)
        return move_cycle(found, by=Author(person.id), at=at, reason=reason, target=target)


def state_of(case):
    db.session.expire_all()
    return db.session.get(PromotionCase, case.id).state


def said(cycle, on=TODAY):
    db.session.expire_all()
    return [
        (line.guard, line.what, line.who, line.case_code)
        for line in missing_for(db.session.get(PromotionCycle, cycle.id), on)
    ]


def refused(cycle, person, **more):
    with pytest.raises(NotAllowedNowError) as refusal:
        moved(cycle, person, **more)
    db.session.expire_all()
    return refusal.value.message


# draft -> open ---------------------------------------------------------------------------


def test_a_complete_draft_opens_and_takes_the_numbers_of_the_company(firm):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    with transaction():
        for key, text in (("promotion_quorum", "5"), ("promotion_feedback_needed", "4")):
            set_policy(POLICIES[key], text, reason="Ours.", by=Author(firm.hr.id), at=NOW, seen_number=0)
    assert moved(cycle, firm.hr) is CycleState.OPEN
    found = db.session.get(PromotionCycle, cycle.id)
    assert (found.quorum, found.panel_size, found.feedback_asked, found.feedback_needed) == (5, 5, 4, 4)
    assert found.opened_at == NOW
    assert found.is_public


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        ({"chair_id": None}, (Guard.COMMITTEES_NAMED, "The committee has no chair")),
        ({"review_due": None}, (Guard.DATES_ORDERED, "“Ratings due” has no day")),
        (
            {"packets_due": date(2026, 1, 5), "evidence_until": date(2026, 1, 5)},
            (Guard.DATES_ORDERED, "“Packets due” is not later than the day before it"),
        ),
        ({"evidence_until": None}, (Guard.DATES_ORDERED, "“Evidence counts until” has no day")),
        (
            {"evidence_until": date(2026, 1, 5)},
            (Guard.DATES_ORDERED, "“Evidence counts until” is before the day on which packets are due"),
        ),
        (
            {"evidence_until": date(2027, 12, 1)},
            (Guard.DATES_ORDERED, "“Evidence counts until” is after the day on which feedback is due"),
        ),
        (
            {"eligibility_listed_at": None},
            (Guard.ELIGIBILITY_GENERATED, "The list of who could be nominated is not made"),
        ),
    ],
)
def test_an_incomplete_draft_stays_closed_and_says_why(firm, columns, line):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    with transaction() as session:
        found = session.get(PromotionCycle, cycle.id)
        for name, value in columns.items():
            setattr(found, name, value)
    assert said(cycle) == [(*line, "HR", "")]
    assert line[1] in refused(cycle, firm.hr)


def test_a_committee_below_the_quorum_and_a_draft_without_ladder_stay_closed(firm):
    cycle = make_cycle(firm, state=CycleState.DRAFT, members=firm.reviewers[:2])
    with transaction() as session:
        for row in db.session.scalars(select(CycleStep)):
            session.delete(row)
        session.execute(db.text("DELETE FROM cycle_ladder"))
    assert said(cycle) == [
        (Guard.VERSION_PINNED, "No ladder version is pinned", "HR", ""),
        (Guard.COMMITTEES_NAMED, "The committee has 2 members, and a case needs 3", "HR", ""),
    ]


# open -> packets -------------------------------------------------------------------------


def test_nominations_close_on_the_day_after_their_last_or_early_with_a_reason(firm):
    cycle = make_cycle(firm, state=CycleState.OPEN, nominations_close=TODAY)
    accepted, waiting = make_case(cycle), make_case(cycle, state=CaseState.NOMINATED)
    assert said(cycle) == [(Guard.NOMINATIONS_OVER, "Nominations are still open", "", "")]
    assert said(cycle, TOMORROW) == []
    assert "Nominations are still open" in refused(cycle, firm.hr, reason="  ")
    assert moved(cycle, firm.hr, reason="Everybody has answered.") is CycleState.PACKETS
    assert (state_of(accepted), state_of(waiting)) == (CaseState.DRAFTING, CaseState.NOMINATED)
    step = db.session.scalars(select(CycleStep).where(CycleStep.kind == "move")).one()
    assert (step.source, step.target, step.reason) == ("open", "packets", "Everybody has answered.")


# packets -> feedback ---------------------------------------------------------------------


def test_unanswered_nominations_and_missing_packets_are_owed_by_the_candidate(firm):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    asked, writing = make_person("Ebba Nyström", level="L2"), make_person("Hyun-woo Baek", level="L2")
    make_case(cycle, asked, state=CaseState.NOMINATED)
    make_case(cycle, writing)
    make_case(cycle, state=CaseState.SUBMITTED)
    make_case(cycle, state=CaseState.WITHDRAWN)
    make_case(cycle, is_incomplete=True, incomplete_reason="Ill.")
    assert said(cycle) == [
        (Guard.PACKETS_SUBMITTED, "The nomination is not answered", "Ebba Nyström", "P-01"),
        (Guard.PACKETS_SUBMITTED, "The packet is not handed in", "Hyun-woo Baek", "P-02"),
    ]
    assert "The nomination is not answered (P-01), and 1 more" in refused(cycle, firm.hr)


def test_entering_feedback_asks_colleagues_and_hands_incomplete_cases_on(firm):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    whole = make_case(cycle, firm.amara, state=CaseState.SUBMITTED)
    part = make_case(cycle, is_incomplete=True, incomplete_reason="Ill.")
    assert moved(cycle, firm.hr) is CycleState.FEEDBACK
    assert {state_of(whole), state_of(part)} == {CaseState.IN_FEEDBACK}
    asked = set(db.session.scalars(select(PeerFeedback.case_id)))
    assert asked <= {whole.id}


# feedback -> review ----------------------------------------------------------------------


def test_answers_of_colleagues_are_owed_by_name_and_a_waiver_makes_up_for_them(firm):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY)
    case = make_case(cycle, firm.amara)
    make_case(cycle, feedback_waived_reason="New in the team.")
    make_feedback(case, firm.peer, answers={"swe.coach-juniors": ("shows", "Yes.")})
    make_feedback(case, firm.colleague)
    assert said(cycle) == [(Guard.FEEDBACK_GIVEN, "Feedback given: 1 of 2 asked, 2 needed", "Henrik Lindqvist", "P-01")]


def test_where_too_few_are_asked_hr_owes_another_or_a_waiver(firm):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY)
    make_case(cycle, firm.amara)
    what = "Feedback given: nobody is asked, 2 needed. Ask another colleague, or waive it with a reason"
    assert said(cycle) == [(Guard.FEEDBACK_GIVEN, what, "HR", "P-01")]


def test_the_review_waits_for_the_cut_off(firm):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TOMORROW)
    assert said(cycle) == [(Guard.CUT_OFF_REACHED, "Evidence still counts", "", "")]
    assert said(cycle, TOMORROW) == []


def test_entering_review_freezes_every_packet_and_seats_a_panel_but_for_incomplete_cases(firm):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY)
    whole = make_case(cycle, firm.amara, feedback_waived_reason="New.")
    part = make_case(cycle, is_incomplete=True, incomplete_reason="Ill.", feedback_waived_reason="Ill.")
    assert moved(cycle, firm.hr) is CycleState.REVIEW
    assert {state_of(whole), state_of(part)} == {CaseState.IN_REVIEW}
    assert all(len(db.session.get(PromotionCase, one.id).digest) == 64 for one in (whole, part))
    seats = list(db.session.scalars(select(PanelSeat.case_id)))
    assert seats == [whole.id] * 3


# review -> calibration -------------------------------------------------------------------


def test_a_case_without_a_quorum_says_how_many_are_in_and_never_who(firm):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    case = make_case(cycle, firm.amara)
    seats = [seat(case, person) for person in firm.reviewers[:3]]
    rate(seats[0])
    line = (Guard.QUORUM_REACHED, "1 of 3 ratings that a quorum needs are in", "Its reviewers", "P-01")
    assert said(cycle) == [line]
    assert "1 of 3 ratings" in refused(cycle, firm.chair)


def test_a_panel_that_cannot_reach_its_quorum_is_owed_by_hr_or_the_chair(firm):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    case = make_case(cycle, firm.amara)
    rate(seat(case, firm.reviewers[0]))
    what = "1 reviewer sits on it, and a quorum needs 3"
    assert said(cycle) == [(Guard.QUORUM_REACHED, what, "HR or the chair", "P-01")]


def test_with_a_quorum_the_chair_opens_calibration_and_closes_what_is_still_blind(firm):
    cycle = make_cycle(firm, state=CycleState.REVIEW, panel_size=4)
    case = make_case(cycle, firm.amara)
    part = make_case(cycle, is_incomplete=True, incomplete_reason="Ill.")
    for person in firm.reviewers[:3]:
        rate(seat(case, person))
    seat(case, firm.reviewers[3])
    assert moved(cycle, firm.chair) is CycleState.CALIBRATION
    assert {state_of(case), state_of(part)} == {CaseState.CALIBRATED}
    found = db.session.get(PromotionCase, case.id)
    assert (found.lifted_at, found.lifted_by_id) == (NOW, firm.chair.id)


def test_a_reviewer_who_is_recused_by_now_no_longer_counts_for_the_quorum(firm):
    cycle = make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers[:3])
    case = make_case(cycle, firm.amara)
    for person in firm.reviewers[:3]:
        rate(seat(case, person))
    add_nomination(case, firm.reviewers[0])
    assert "2 reviewers sit on it" in refused(cycle, firm.chair)


def test_the_move_of_the_chair_is_nobody_elses(firm):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    for person in (firm.hr, firm.deputy, firm.reviewers[0]):
        assert refused(cycle, person) == "This move is the chair’s."


def test_the_deputy_moves_once_the_chair_has_left(firm):
    gone = make_person("Gone Chair", level="L4", left_on=YESTERDAY)
    cycle = make_cycle(firm, state=CycleState.REVIEW, chair=gone)
    assert may_chair(cycle, firm.deputy.id, TODAY)
    assert not may_chair(cycle, gone.id, TODAY)
    assert not may_chair(cycle, None, TODAY)
    assert moved(cycle, firm.deputy) is CycleState.CALIBRATION


# calibration -> decided -> communicated -> appeals -> closed -----------------------------


def test_every_case_needs_its_decision_by_whoever_chairs_it(firm):
    candidate = make_person("Ebba Nyström", level="L2", manager=firm.chair)
    cycle = make_cycle(firm, state=CycleState.CALIBRATION)
    make_case(cycle, firm.amara)
    make_case(cycle, candidate)
    decided = make_case(cycle, state=CaseState.DECIDED)
    decide(decided, firm.chair)
    assert said(cycle) == [
        (Guard.EVERY_CASE_DECIDED, "It is not decided", "Oluwaseun Chair", "P-01"),
        (Guard.EVERY_CASE_DECIDED, "It is not decided", "Dolores Deputy", "P-02"),
    ]


def test_the_chairs_move_signs_the_list_and_a_second_person_has_to_follow(firm):
    cycle = make_cycle(firm, state=CycleState.CALIBRATION)
    decide(make_case(cycle, firm.amara, state=CaseState.DECIDED), firm.chair)
    assert moved(cycle, firm.chair) is CycleState.DECIDED
    what = "The list of decisions lacks its second approval, by a person of HR who is neither the chair nor on it"
    assert said(cycle) == [(Guard.SECOND_APPROVED, what, "HR", "")]
    approve(cycle, firm.hr_too, "0" * 64)  # another list
    assert what in refused(cycle, firm.hr)
    approve(cycle, firm.hr_too, digest_of(decided_in(cycle.id)))
    assert moved(cycle, firm.hr) is CycleState.COMMUNICATED
    found = db.session.get(PromotionCycle, cycle.id)
    assert (found.communicated_on, found.archived_on) == (TODAY, TODAY + timedelta(days=90))


def followed(cycle, person):
    with transaction() as session:
        return follow_up(session.get(PromotionCycle, cycle.id), by=Author(person.id), at=NOW)


def test_appeals_open_by_themselves_once_all_are_told_and_not_before(firm):
    cycle = make_cycle(firm, state=CycleState.COMMUNICATED)
    told = make_case(cycle, firm.amara, state=CaseState.COMMUNICATED)
    waiting = make_case(cycle, firm.peer)
    assert said(cycle) == [(Guard.EVERYBODY_TOLD, "Ffion Prydderch is not told", "HR", "P-02")]
    assert not followed(cycle, firm.hr)
    with transaction() as session:
        session.get(PromotionCase, waiting.id).state = CaseState.COMMUNICATED
    assert followed(cycle, firm.hr)
    assert not followed(cycle, firm.hr)
    assert db.session.get(PromotionCycle, cycle.id).state is CycleState.APPEALS
    assert state_of(told) is CaseState.COMMUNICATED


def test_a_cycle_with_nobody_to_tell_goes_straight_on_to_appeals(firm):
    cycle = make_cycle(firm, state=CycleState.DECIDED)
    for person in (firm.chair, firm.hr_too):
        approve(cycle, person, digest_of([]))
    moved(cycle, firm.hr)
    assert db.session.get(PromotionCycle, cycle.id).state is CycleState.APPEALS


def test_a_cycle_closes_after_the_window_for_appeals_when_each_is_decided(firm):
    cycle = make_cycle(firm, state=CycleState.APPEALS, appeal_until=TODAY)
    case, appealed = make_case(cycle, firm.amara), make_case(cycle, firm.peer, state=CaseState.APPEALED)
    assert said(cycle) == [
        (Guard.APPEAL_WINDOW_OVER, "Candidates may still appeal", "", ""),
        (Guard.APPEALS_DECIDED, "The appeal is not decided", "HR", "P-02"),
    ]
    with transaction() as session:
        session.get(PromotionCase, appealed.id).state = CaseState.APPEAL_DECIDED
    assert moved(cycle, firm.hr, at=NOW + timedelta(days=1)) is CycleState.CLOSED
    assert {state_of(case), state_of(appealed)} == {CaseState.CLOSED}


# Twice -----------------------------------------------------------------------------------


def test_the_second_of_two_moves_hears_where_the_cycle_is_now(firm):
    cycle = make_cycle(firm, state=CycleState.OPEN, nominations_close=YESTERDAY)
    assert moved(cycle, firm.hr, target=CycleState.PACKETS) is CycleState.PACKETS
    message = "This cycle has been moved on in the meantime: it is in the phase “Packets” now."
    assert refused(cycle, firm.hr_too, target=CycleState.PACKETS) == message


@pytest.mark.parametrize("state", [CycleState.CLOSED, CycleState.CANCELLED])
def test_a_cycle_that_is_over_does_not_move(firm, state):
    assert "moved on in the meantime" in refused(make_cycle(firm, state=state), firm.hr)


# Reminders -------------------------------------------------------------------------------


def test_a_reminder_goes_out_once_a_day_and_only_for_what_is_missing(firm):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    make_case(cycle, firm.amara)
    (line,) = missing_for(cycle, TODAY)

    def remind(key, at=NOW):
        with transaction() as session:
            return remind_of(session.get(PromotionCycle, cycle.id), key, by=Author(firm.hr.id), at=at)

    assert remind(line.key).who == "Amara Diallo"
    for key in (line.key, "packets_submitted:gone:"):
        with pytest.raises(NotAllowedNowError):
            remind(key)
    assert remind(line.key, NOW + timedelta(days=1)).who == "Amara Diallo"
    steps = list(db.session.scalars(select(CycleStep).where(CycleStep.kind == "remind")))
    assert [step.person_id for step in steps] == [firm.amara.id] * 2


def test_a_reminder_of_ratings_names_nobody_in_the_steps(firm):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    case = make_case(cycle, firm.amara)
    seats = [seat(case, person) for person in firm.reviewers[:3]]
    rate(seats[0])
    rate(seats[1])
    (line,) = missing_for(cycle, TODAY)
    with transaction() as session:
        remind_of(session.get(PromotionCycle, cycle.id), line.key, by=Author(firm.hr.id), at=NOW)
    step = db.session.scalars(select(CycleStep).where(CycleStep.kind == "remind")).one()
    assert step.person_id is None
    assert firm.reviewers[2].id.hex not in step.reason


@pytest.mark.parametrize(("days", "count"), [(3, 1), (2, 0), (-1, 1), (-2, 0)])
def test_belay_reminds_three_days_before_and_on_the_day_after_once(firm, days, count):
    cycle = make_cycle(firm, state=CycleState.PACKETS, packets_due=TODAY + timedelta(days=days), evidence_until=TODAY)
    make_case(cycle, state=CaseState.DRAFTING)

    def remind():
        with transaction() as session:
            return remind_when_due(session.get(PromotionCycle, cycle.id), by=Author(None, label="worker"), at=NOW)

    assert (remind(), remind()) == (count, 0)


def test_open_nominations_and_missing_statements_are_asked_for_and_hold_nothing_up(firm):
    opening = make_cycle(firm, state=CycleState.OPEN)
    make_case(opening, firm.amara, state=CaseState.NOMINATED)
    writing = make_cycle(firm, state=CycleState.PACKETS)
    make_case(writing, firm.amara, state=CaseState.SUBMITTED)
    lines = [*also_asked_for(opening, TODAY), *also_asked_for(writing, TODAY)]
    assert [(line.what, line.who, line.holds_up) for line in lines] == [
        ("The nomination is not answered", "Amara Diallo", False),
        ("The line manager’s statement is not handed in", "Tomasz Wieczorek", False),
    ]


def test_the_periodic_work_reminds_and_opens_appeals_and_a_second_run_does_nothing_more(firm):
    cycle = make_cycle(firm, state=CycleState.PACKETS, packets_due=TODAY + timedelta(days=3), evidence_until=TODAY)
    make_case(cycle, firm.amara)
    told = make_cycle(firm, state=CycleState.COMMUNICATED)
    make_case(told, firm.peer, state=CaseState.COMMUNICATED)
    for _ in range(2):
        for name in (REMIND, FOLLOW_UP):
            work = Work(uuid.uuid4(), name, {}, NOW, Author(None, label="worker"), lambda *_: None)
            find_kind(name).handler(work)
    db.session.expire_all()
    assert db.session.get(PromotionCycle, told.id).state is CycleState.APPEALS
    reminded = list(db.session.scalars(select(CycleStep.person_id).where(CycleStep.kind == "remind")))
    assert sorted(reminded, key=str) == sorted([firm.amara.id, firm.manager.id], key=str)
    assert {REMIND, FOLLOW_UP} <= {name for name, _ in periodic_kinds()}
