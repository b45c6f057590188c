"""Who makes the moves of the chair, what nobody may do in their own case, and what a move takes along from today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.audit.actions import Author
from app.domain.errors import NotAllowedNowError
from app.domain.policies import POLICIES
from app.domain.promotion import CaseState, CycleState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.policies.actions import set_policy
from app.promotion.actions import moves, packets
from app.promotion.actions.eligibility import list_eligible
from app.promotion.actions.moves import may_chair, move_cycle
from app.promotion.models import Eligibility, PromotionCase, PromotionCycle
from app.promotion.queries.guards import NO_APPROVER, NO_MOVER, also_asked_for, missing_for
from app.promotion.queries.rehearsal import rehearse
from tests.conftest import NOW
from tests.factories.editions import ENGINEER, adopt, next_version, publish
from tests.factories.people import make_person
from tests.factories.promotion import (
    TODAY,
    add_nomination,
    decide,
    make_case,
    make_cycle,
    make_firm,
    rate,
    recuse,
    seat,
)

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def firm(app):
    return make_firm()


def moved(cycle, person):
    with transaction() as session:
        return move_cycle(session.get(PromotionCycle, cycle.id), by=Author(person.id), at=NOW)


def refused(cycle, person):
    with pytest.raises(NotAllowedNowError) as refusal:
        moved(cycle, person)
    db.session.expire_all()
    return refusal.value.message


def stored(row):
    db.session.expire_all()
    return db.session.get(type(row), row.id)


def lines(cycle):
    return [(line.what, line.who) for line in missing_for(stored(cycle), TODAY)]


def asked(cycle):
    return [(line.what, line.who) for line in also_asked_for(stored(cycle), TODAY)]


def titles(cycle):
    return [one.title for one in rehearse(stored(cycle), TODAY)]


def quorate(cycle, candidate, firm, **columns):
    case = make_case(cycle, candidate, **columns)
    for person in firm.reviewers[:3]:
        rate(seat(case, person))
    return case


# Who moves -------------------------------------------------------------------------------


def test_a_chair_who_is_a_candidate_leaves_the_moves_to_the_deputy(firm):
    cycle = make_cycle(firm, state=CycleState.REVIEW, panel_size=4)
    case = quorate(cycle, firm.chair, firm)
    seat(case, firm.reviewers[3])
    assert (may_chair(cycle, firm.chair.id, TODAY), may_chair(cycle, firm.deputy.id, TODAY)) == (False, True)
    assert refused(cycle, firm.chair) == "This move is the deputy’s."
    assert moved(cycle, firm.deputy) is CycleState.CALIBRATION
    assert stored(case).lifted_by_id == firm.deputy.id
    with transaction() as session:
        session.get(PromotionCase, case.id).state = CaseState.DECIDED
    decide(case, firm.deputy)
    assert moved(cycle, firm.deputy) is CycleState.DECIDED


def test_a_case_that_is_over_gives_the_chair_the_moves_back(firm):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    make_case(cycle, firm.chair, state=CaseState.WITHDRAWN)
    assert may_chair(cycle, firm.chair.id, TODAY)
    assert not may_chair(cycle, firm.deputy.id, TODAY)


@pytest.mark.parametrize("state", [CycleState.REVIEW, CycleState.CALIBRATION])
def test_where_chair_and_deputy_are_candidates_hr_names_another(firm, state):
    cycle = make_cycle(firm, state=state)
    for person in (firm.chair, firm.deputy):
        make_case(cycle, person)
    assert (NO_MOVER, "HR") in lines(cycle)
    assert any(title.startswith("Nobody can make the moves of the chair") for title in titles(cycle))


@pytest.mark.parametrize("state", [CycleState.OPEN, CycleState.PACKETS, CycleState.FEEDBACK])
def test_that_nobody_can_move_later_is_said_early_and_holds_nothing_up(firm, state):
    cycle = make_cycle(firm, state=state)
    assert (NO_MOVER, "HR") not in asked(cycle)
    for person in (firm.chair, firm.deputy):
        make_case(cycle, person)
    assert (NO_MOVER, "HR") in asked(cycle)
    assert (NO_MOVER, "HR") not in lines(cycle)


def test_who_takes_no_part_in_a_case_does_not_close_its_round_and_who_chairs_it_is_asked(firm):
    cycle = make_cycle(firm, state=CycleState.REVIEW, panel_size=4)
    case = quorate(cycle, make_person("Ebba Nyström", level="L2", manager=firm.chair), firm)
    last = seat(case, firm.reviewers[3])
    assert lines(cycle) == [("Its round is open: all reviewers hand in, or it is closed", "Dolores Deputy")]
    assert "Its round is open" in refused(cycle, firm.chair)
    rate(last)
    assert moved(cycle, firm.chair) is CycleState.CALIBRATION
    found = stored(case)
    assert (found.lifted_at is not None, found.lifted_by_id, found.state) == (True, None, CaseState.CALIBRATED)


# Who decides and approves ----------------------------------------------------------------


def test_a_case_that_neither_chair_nor_deputy_may_decide_is_owed_by_hr(firm):
    cycle = make_cycle(firm, state=CycleState.CALIBRATION)
    case = make_case(cycle, make_person("Ebba Nyström", level="L2", manager=firm.chair))
    assert lines(cycle) == [("It is not decided", "Dolores Deputy")]
    recuse(case, firm.deputy)
    what = "It is not decided; neither chair nor deputy may chair it: name another deputy"
    assert lines(cycle) == [(what, "HR")]


def test_a_deputy_decides_in_place_of_a_chair_who_has_left(firm):
    gone = make_person("Gone Chair", level="L4", left_on=YESTERDAY)
    cycle = make_cycle(firm, state=CycleState.CALIBRATION, chair=gone)
    make_case(cycle, firm.amara)
    assert lines(cycle) == [("It is not decided", "Dolores Deputy")]


@pytest.mark.parametrize("state", [CycleState.OPEN, CycleState.REVIEW, CycleState.CALIBRATION])
def test_that_nobody_of_hr_could_approve_the_list_is_said_from_the_opening_on(firm, state):
    cycle = make_cycle(firm, state=state)
    case = make_case(cycle, firm.amara)
    title = "Nobody of HR could be the second to approve the list of decisions"
    add_nomination(case, firm.hr)
    assert (NO_APPROVER, "HR") not in asked(cycle)
    assert title not in titles(cycle)
    make_case(cycle, firm.hr_too)
    assert (NO_APPROVER, "HR") in asked(cycle)
    assert title in titles(cycle)


def test_a_list_that_nobody_of_hr_could_approve_says_so(firm):
    cycle = make_cycle(firm, state=CycleState.DECIDED, deputy=firm.hr)
    decide(make_case(cycle, firm.amara), firm.hr_too)
    assert lines(cycle) == [(NO_APPROVER, "HR")]
    make_person("Third of HR", roles=(Role.HR,))
    assert NO_APPROVER not in dict(lines(cycle))


# What a move takes along -----------------------------------------------------------------


def test_candidate_and_line_manager_hear_that_packets_begin(firm, monkeypatch):
    told = []
    monkeypatch.setattr(packets, "tell", lambda kind, person_id, *_, **__: told.append((kind, person_id)))
    cycle = make_cycle(firm, state=CycleState.OPEN, nominations_close=YESTERDAY)
    make_case(cycle, firm.amara)
    make_case(cycle, firm.peer, state=CaseState.NOMINATED)
    moved(cycle, firm.hr)
    assert told == [("promotion.packet", firm.amara.id), ("promotion.statement", firm.manager.id)]


@pytest.mark.parametrize("state", [CaseState.ACCEPTED, CaseState.DRAFTING, CaseState.NOMINATED])
def test_a_case_that_changed_under_the_move_to_feedback_stops_it(firm, monkeypatch, state):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    case = make_case(cycle, firm.amara, state=state)
    monkeypatch.setattr(moves, "missing_for", lambda *_: [])
    assert refused(cycle, firm.hr) == moves.CHANGED
    assert stored(case).state is state


def test_cases_are_locked_before_anything_missing_is_looked_for(firm, monkeypatch):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    make_case(cycle, firm.amara, state=CaseState.SUBMITTED)
    order = []
    opened, looked = moves.open_cases_of, moves.missing_for
    monkeypatch.setattr(moves, "open_cases_of", lambda *given: order.append("lock") or opened(*given))
    monkeypatch.setattr(moves, "missing_for", lambda *given: order.append("look") or looked(*given))
    moved(cycle, firm.hr)
    assert order[:2] == ["lock", "look"]


def test_the_list_of_an_opened_cycle_is_that_of_its_opening(firm):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    with transaction() as session:
        list_eligible(session.get(PromotionCycle, cycle.id), Author(firm.hr.id), NOW)
    late = make_person("Late Joiner", level="L1")
    with transaction():
        policy = POLICIES["promotion_minimum_months"]
        set_policy(policy, "60", reason="Ours.", by=Author(firm.hr.id), at=NOW, seen_number=0)
    assert moved(cycle, firm.hr) is CycleState.OPEN
    rules = {row.subject_id: row.rule for row in db.session.scalars(select(Eligibility))}
    assert late.id in rules
    assert rules[firm.amara.id] == "minimum"


# What the rehearsal says is old ----------------------------------------------------------


def test_a_draft_that_pins_an_older_version_than_todays_is_told_so(firm):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    assert not any("is adopted today" in title for title in titles(cycle))
    newer = publish(next_version(ENGINEER, "1.1.0", "title: Software Engineer", "title: Software Engineer"))
    adopt(newer, date(2026, 11, 1))
    assert "Software Engineer 1.1.0 is adopted today, and this cycle pins 1.0.0" in titles(cycle)


def test_a_list_that_is_older_than_a_week_is_pointed_out(firm):
    fresh = make_cycle(firm, state=CycleState.DRAFT, eligibility_listed_at=NOW - timedelta(days=7))
    stale = make_cycle(firm, state=CycleState.DRAFT, eligibility_listed_at=NOW - timedelta(days=8))
    assert not any("days old" in title for title in titles(fresh))
    assert "The list of who could be nominated is 8 days old" in titles(stale)
