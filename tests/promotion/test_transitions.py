"""What happens to cases when people move, leave, come back or hold an office: T1 to T16 of the access matrix.

Each test goes before, the event, after; on every page that the event must open or close.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import current_app

from app.access.actor import Role
from app.audit.actions import Author
from app.auth import actions as auth
from app.domain.errors import InvalidError
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import clock, now, today
from app.infra.unit_of_work import transaction
from app.notices.queries import list_waiting
from app.people import actions as people
from app.people.queries import get_person
from app.promotion.actions import nominations as actions
from app.promotion.models import PacketPart
from app.promotion.queries.cases import get_case, get_cycle
from app.promotion.queries.nominations import NOMINATION
from tests.client import Client
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person
from tests.factories.promotion import (
    add_nomination,
    make_case,
    make_cycle,
    make_eligible,
    make_firm,
    seat,
    write_part,
)

WORDS = "Canary of a nomination."


@pytest.fixture
def firm(app):
    return make_firm(reviewers=2)


def case_in(firm, phase=CycleState.PACKETS, subject=None, **more):
    case = make_case(make_cycle(firm, state=phase), subject or firm.amara, **more)
    add_nomination(case, firm.colleague, words=WORDS)
    return case


def page(client_for, who, case, beside=""):
    return client_for(who).get(f"/promotions/cases/{case.id}{beside}")


def reads(client_for, who, case):
    found = page(client_for, who, case)
    assert found.status in {200, 404}
    return found.status == 200 and WORDS in found.text


def leave(person, last_day=date(2026, 11, 21)):
    with transaction():
        people.let_go(get_person(person.id), last_day=last_day, by=SYSTEM, at=now())


# T1, T2 ---------------------------------------------------------------------------------


def test_t1_a_new_line_manager_reads_the_case_and_the_old_one_no_more(firm, client_for):
    case = case_in(firm)
    new = make_person("Priya Raghunathan")
    listed = f"/promotions/{case.cycle_id}/eligibility"
    make_eligible_line(case, firm.amara)
    assert reads(client_for, firm.manager, case)
    assert not reads(client_for, new, case)
    with transaction():
        people.set_manager(firm.amara, new, from_on=today(), by=SYSTEM, at=now())
    assert reads(client_for, new, case)
    assert page(client_for, firm.manager, case).status == 404
    assert page(client_for, firm.skip, case).status == 404
    assert "Amara Diallo" in client_for(new).get("/promotions/").words()
    assert "Amara Diallo" in client_for(new).get(listed).words()
    for who in (firm.manager, firm.skip):
        assert "Amara" not in client_for(who).get("/promotions/").text
        assert "Amara" not in client_for(who).get(listed).text


def make_eligible_line(case, person):
    return make_eligible(get_cycle(case.cycle_id), person)


def test_t1_whoever_was_line_manager_when_the_packet_came_in_keeps_reading_that_it_did(firm, client_for):
    case = case_in(firm, CycleState.FEEDBACK, submitted_at=NOW, submitted_on=NOW.date())
    with transaction():
        people.set_manager(firm.amara, make_person("Priya"), from_on=today() + timedelta(days=1), by=SYSTEM, at=now())
    with clock.standing_at(NOW + timedelta(days=3)):
        found = page(client_for, firm.manager, case)
        assert found.status == 200
        assert "Packet was handed in" in found.words()
        assert WORDS not in found.text


def test_t2_a_subtree_that_moves_takes_the_case_along_to_whoever_stands_above_now(firm, client_for):
    case = case_in(firm)
    head = make_person("Hana Head")
    assert reads(client_for, firm.skip, case)
    assert not reads(client_for, head, case)
    with transaction():
        people.set_manager(firm.manager, head, from_on=today(), by=SYSTEM, at=now())
    assert reads(client_for, head, case)
    assert page(client_for, firm.skip, case).status == 404
    assert reads(client_for, firm.manager, case)


# T3, T4 ---------------------------------------------------------------------------------


def test_t3_what_a_manager_who_leaves_had_begun_to_write_is_read_by_nobody_after(firm, client_for):
    case = case_in(firm)
    write_part(case, firm.manager, PacketPart.STATEMENT, "Canary of a statement.")
    new = make_person("Priya Raghunathan")
    gone = client_for(firm.manager)
    leave(firm.manager)
    with clock.standing_at(NOW + timedelta(days=1)):
        with transaction():
            people.set_manager(firm.amara, new, from_on=today(), by=SYSTEM, at=now())
        assert gone.get(f"/promotions/cases/{case.id}").status in {302, 401, 404}
        for who in (firm.amara, new, firm.hr):
            found = page(client_for, who, case)
            assert found.status == 200
            assert "Canary of a statement." not in found.text
            beside = page(client_for, who, case, "/packet")
            assert "Canary of a statement." not in beside.text


@pytest.mark.parametrize(
    ("phase", "state"),
    [
        (CycleState.OPEN, CaseState.NOMINATED),
        (CycleState.PACKETS, CaseState.DRAFTING),
        (CycleState.REVIEW, CaseState.IN_REVIEW),
        (CycleState.CALIBRATION, CaseState.CALIBRATED),
    ],
)
def test_t4_a_candidate_who_leaves_ends_the_case_and_hr_alone_reads_it(firm, client_for, session, phase, state):
    case = case_in(firm, phase, state=state)
    reviewer = firm.reviewers[0]
    seat(case, reviewer)
    own = client_for(firm.amara)
    leave(firm.amara)
    session.rollback()
    ended = get_case(case.id)
    assert (ended.state, ended.left_at) == (CaseState.WITHDRAWN, now())
    found = page(client_for, firm.hr, case)
    assert found.status == 200
    assert "the candidate leaves" in found.words()
    for beside in ("", "/packet", "/packet.pdf", "/panel", "/ratings", "/decision", "/feedback"):
        for who in (firm.manager, firm.skip, firm.chair, firm.deputy, reviewer, firm.colleague):
            assert page(client_for, who, case, beside).status == 404, (who.name, beside)
    assert "Amara" not in client_for(firm.manager).get("/promotions/").text
    with clock.standing_at(NOW + timedelta(days=1)):
        assert own.get(f"/promotions/cases/{case.id}").status in {302, 401, 404}


def test_t4_a_decision_that_was_taken_stays_for_hr_to_deal_with(firm, client_for, session):
    case = case_in(firm, CycleState.DECIDED, state=CaseState.DECIDED)
    leave(firm.amara)
    session.rollback()
    assert get_case(case.id).state is CaseState.DECIDED
    assert page(client_for, firm.hr, case).status == 200


def test_t4_nothing_waits_for_a_candidate_who_leaves_and_they_stand_on_no_new_list(firm, session):
    case = case_in(firm, CycleState.OPEN, state=CaseState.NOMINATED)
    with current_app.test_request_context():
        assert len(list_waiting(firm.amara.id, today(), kinds=[NOMINATION])) == 1
    leave(firm.amara, date(2026, 12, 31))
    session.rollback()
    with current_app.test_request_context():
        assert list_waiting(firm.amara.id, today(), kinds=[NOMINATION]) == []
    assert get_case(case.id).state is CaseState.WITHDRAWN


# T5 -------------------------------------------------------------------------------------


def test_t5_coming_back_revives_no_case_and_no_reading_right(firm, client_for, session):
    case = case_in(firm)
    mine = case_in(firm, subject=firm.peer)
    leave(firm.amara)
    leave(firm.manager)
    with clock.standing_at(NOW + timedelta(days=30)):
        with transaction():
            people.set_manager(firm.peer, firm.skip, from_on=today(), by=SYSTEM, at=now())
        for person in (firm.amara, firm.manager):
            with transaction():
                people.take_back_leaving(get_person(person.id), by=SYSTEM, at=now())
        session.rollback()
        assert get_case(case.id).state is CaseState.WITHDRAWN
        for who in (firm.manager, firm.skip, firm.chair):
            assert page(client_for, who, case).status == 404
        assert page(client_for, firm.manager, mine).status == 404
        own = page(client_for, firm.amara, case)
        assert own.status == 404 or not own.has_form("/accept")


# T9, T10 --------------------------------------------------------------------------------


def test_t9_hr_as_the_subject_looks_after_nothing_of_their_own_case(firm, client_for, session):
    case = case_in(firm, CycleState.OPEN, subject=firm.hr, state=CaseState.NOMINATED, from_level="L2")
    cycle_page = f"/promotions/{case.cycle_id}/eligibility"
    line = make_eligible_line(case, firm.hr)
    with transaction() as changing:
        changing.merge(line).rule = "minimum"
    own = page(client_for, firm.hr, case)
    assert own.status == 200
    assert own.has_form("/accept")
    assert "Rule it out" not in own.words()
    for beside in ("/rule-out", "/lapse", "/panel", "/ratings", "/decision"):
        assert page(client_for, firm.hr, case, beside).status == 404, beside
    assert client_for(firm.hr).get(f"/promotions/eligibility/{line.id}/waive").status == 404
    assert "/waive" not in client_for(firm.hr).get(cycle_page).text
    assert client_for(firm.hr_too).get(f"/promotions/eligibility/{line.id}/waive").status == 200
    for name in ("lapse", "rule_out"):
        more = {} if name == "lapse" else {"rule": "top", "reason": "Me."}
        with transaction(), pytest.raises(InvalidError):
            getattr(actions, name)(get_case(case.id), by=Author(firm.hr.id), at=now(), **more)
    assert "Rule it out" in page(client_for, firm.hr_too, case).words()


def test_t9_hr_as_the_subject_reads_the_judging_of_their_case_in_public_words(firm, client_for):
    case = case_in(firm, CycleState.CALIBRATION, subject=firm.hr, state=CaseState.DECIDED)
    own = page(client_for, firm.hr, case).words("main")
    assert "With the committee" in own
    assert "Decided" not in own
    assert "Decided" in page(client_for, firm.hr_too, case).words("main")


def test_t10_an_administrator_reads_no_case_but_their_own(firm, client_for):
    admin = make_person("Ada Admin", manager=firm.manager, level="L2", roles=(Role.ADMIN,))
    own, other = case_in(firm, subject=admin), case_in(firm)
    assert page(client_for, admin, own).status == 200
    for beside in ("", "/packet", "/panel", "/ratings", "/decision"):
        assert page(client_for, admin, other, beside).status == 404
    assert page(client_for, admin, own, "/rule-out").status == 404
    assert client_for(admin).get(f"/promotions/{other.cycle_id}/eligibility").status == 200
    assert "Amara" not in client_for(admin).get(f"/promotions/{other.cycle_id}/eligibility").text


def test_t10_the_office_that_somebody_gets_during_a_session_opens_nothing_of_their_own_case(firm, client_for):
    case = case_in(firm, CycleState.CALIBRATION, state=CaseState.DECIDED)
    client: Client = client_for(firm.amara)
    before = client.get(f"/promotions/cases/{case.id}").words("main")
    with transaction():
        auth.grant_role(firm.amara, Role.ADMIN, by=SYSTEM, at=now())
    assert client_for(firm.amara).get(f"/promotions/cases/{case.id}").words("main") == before
