"""What happens to cases when people move, leave, come back or hold an office: T1 to T16 of the access matrix.

Each test goes before, the event, after; on every page that the event must open or close.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import current_app
from sqlalchemy import func, select

from app.access.actor import Actor, Role
from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.audit.actions import Author, log
from app.audit.models import AuditEvent
from app.audit.queries import count_events
from app.audit.tags import Tag
from app.auth import actions as auth
from app.domain.errors import InvalidError, MissingError
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import clock, now, today
from app.infra.unit_of_work import transaction
from app.notices.queries import list_waiting
from app.people import actions as people
from app.people.queries import get_person
from app.promotion.actions import committees, panels, ratings
from app.promotion.actions import nominations as actions
from app.promotion.models import GivenRating, Nomination, PacketPart, PromotionCase
from app.promotion.queries.cases import get_case, get_cycle
from app.promotion.queries.nominations import NOMINATION
from app.promotion.queries.panels import seats_of
from app.promotion.queries.ratings import count_of, ratings_of
from tests.client import Client
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person
from tests.factories.promotion import (
    add_nomination,
    decide,
    make_case,
    make_cycle,
    make_eligible,
    make_firm,
    rate,
    seat,
    set_rank,
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
    for who, address in (
        (firm.manager, "/promotions/"),
        (firm.chair, "/promotions/"),
        (firm.chair, f"/promotions/{case.cycle_id}"),
    ):
        assert "Amara" not in client_for(who).get(address).text
    with clock.standing_at(NOW + timedelta(days=1)):
        assert own.get(f"/promotions/cases/{case.id}").status in {302, 401, 404}


def test_t4_a_decision_that_was_taken_stays_for_hr_and_the_chair_and_shows_no_manager_that_it_was(
    firm, client_for, session
):
    case = case_in(firm, CycleState.DECIDED, state=CaseState.DECIDED)
    leave(firm.amara)
    session.rollback()
    assert (get_case(case.id).state, get_case(case.id).left_at) == (CaseState.DECIDED, now())
    for who in (firm.hr, firm.chair):
        assert page(client_for, who, case).status == 200
        assert page(client_for, who, case, "/packet").status == 200
    for who in (firm.manager, firm.skip):
        for beside in ("", "/packet", "/packet.pdf", "/packet/add", "/panel", "/ratings", "/decision", "/feedback"):
            assert page(client_for, who, case, beside).status == 404, (who.name, beside)
        assert "Amara" not in client_for(who).get("/promotions/").text


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


# T6, T7 ---------------------------------------------------------------------------------

MISSING = 404
CASE_PAGES = ("", "/packet", "/review", "/ratings", "/panel", "/recuse", "/calibration", "/decision/draft", "/decision")


def in_review(firm, **more):
    """Return a case in review with a panel of three, all of whom have rated; two more could step in."""
    cycle = make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers)
    case = make_case(cycle, firm.amara, **more)
    for one in firm.reviewers[:3]:
        rate(seat(case, one))
    return case


def opened(client_for, who, case):
    return {beside for beside in CASE_PAGES if page(client_for, who, case, beside).status != MISSING}


def waits_for(person, case):
    return any(str(case.id) in one.href for one in list_waiting(person.id, today()))


def test_t6_ratings_of_a_member_who_steps_aside_after_rating_are_void_and_stay_in_the_record(client_for, session):
    firm = make_firm(reviewers=5)
    case, person = in_review(firm), firm.reviewers[0]
    with transaction():
        ratings.lift_when_all_in(get_case(case.id), by=SYSTEM, at=now())
    assert {"", "/packet", "/ratings", "/panel"} <= opened(client_for, person, case)
    page(client_for, person, case, "/recuse")
    with transaction():
        panels.recuse(get_case(case.id), person.id, "Canary of a private note.", by=Author(person.id), at=now())
    # They see nothing of it from then on, on any page.
    assert opened(client_for, person, case) == set()
    assert "Amara" not in client_for(person).get("/promotions/").text
    assert not waits_for(person, case)
    # Their ratings are stored and count no more; a substitute is drawn, and rates before anybody reads on.
    assert session.scalar(select(func.count()).where(GivenRating.reviewer_id == person.id))
    assert person.id not in ratings_of(case.id).reviewers
    assert count_of(case.id).held == 3
    (substitute,) = (one for one in seats_of(case.id) if one.submitted_at is None)
    reader = get_person(substitute.person_id)
    assert "/review" in opened(client_for, reader, case)
    assert page(client_for, reader, case, "/ratings").status == 404
    assert page(client_for, firm.reviewers[1], case, "/ratings").status == 404
    assert waits_for(reader, case)
    # What they did stays in the record, without a word of why.
    tags = set(session.scalars(select(AuditEvent.tag).where(AuditEvent.object_id == case.id)))
    assert {Tag.RECUSED, Tag.SEAT_ENDED, Tag.SEAT_TAKEN, Tag.ROUND_LIFTED, Tag.ROUND_REOPENED} <= tags
    for reader in (firm.hr, firm.reviewers[1], firm.amara, firm.manager):
        for address in ("/admin/audit", "/account/access", "/promotions/", f"/promotions/cases/{case.id}"):
            assert "Canary" not in client_for(reader).get(address).text
    assert "Canary" in page(client_for, firm.hr, case, "/panel").text
    assert "Canary" not in page(client_for, firm.chair, case, "/panel").text


def test_t6_what_a_reviewer_had_read_before_stays_in_the_access_record_of_the_candidate(client_for, session):
    firm = make_firm(reviewers=5)
    case, person = in_review(firm), firm.reviewers[0]
    page(client_for, person, case, "/packet")
    reads_of = select(func.count()).where(AuditEvent.tag == Tag.PACKET_READ, AuditEvent.actor_id == person.id)
    before = session.scalar(reads_of)
    with transaction():
        panels.recuse(get_case(case.id), person.id, "", by=Author(person.id), at=now())
    assert before
    assert session.scalar(reads_of) == before


def test_t7_a_member_taken_off_in_the_middle_of_rating_loses_every_page_and_a_substitute_is_drawn(client_for):
    firm = make_firm(reviewers=5)
    cycle = make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers)
    case, person = make_case(cycle, firm.amara), firm.reviewers[0]
    for one in firm.reviewers[:3]:
        seat(case, one)
    assert "/review" in opened(client_for, person, case)
    client = client_for(person)
    with transaction():
        committees.remove_member(
            get_cycle(cycle.id), get_person(person.id), "Away until March.", by=Author(firm.hr.id), at=now()
        )
    assert opened(client_for, person, case) == set()
    assert client.get(f"/promotions/cases/{case.id}/review").status == 404
    assert client.get(f"/promotions/{cycle.id}/committee").status == 404
    assert not waits_for(person, case)
    assert person.id not in {one.person_id for one in seats_of(case.id)}
    assert len(seats_of(case.id)) == 3
    with transaction(), pytest.raises(MissingError):
        ratings.hand_in(get_case(case.id), by=Author(person.id), at=now())


# T14, T16 -------------------------------------------------------------------------------


def test_t14_from_the_archive_day_on_the_committee_reads_nothing(client_for):
    firm = make_firm(reviewers=3)
    last = today() + timedelta(days=10)
    cycle = make_cycle(firm, state=CycleState.APPEALS, members=firm.reviewers, archived_on=last)
    case = make_case(cycle, firm.amara)
    for one in firm.reviewers:
        rate(seat(case, one))
    decide(case, firm.chair)
    readers = (firm.chair, firm.reviewers[0])
    beside = f"/promotions/{cycle.id}/committee"
    with clock.standing_at(NOW + timedelta(days=9)):
        for reader in readers:
            assert {"", "/packet", "/ratings", "/panel"} <= opened(client_for, reader, case)
            assert client_for(reader).get(beside).status == 200
    with clock.standing_at(NOW + timedelta(days=10)):
        for reader in (*readers, firm.deputy):
            assert opened(client_for, reader, case) == set()
            for address in (beside, f"/promotions/{cycle.id}/calibration"):
                assert client_for(reader).get(address).status == 404
            assert "Amara" not in client_for(reader).get("/promotions/").text
            assert "Amara" not in client_for(reader).get(f"/promotions/{cycle.id}/eligibility").text
        assert page(client_for, firm.hr, case, "/ratings").status == 200
        assert client_for(firm.hr).get(beside).status == 200


def test_t16_the_manager_who_sits_on_the_committee_keeps_the_rights_of_a_manager_alone(client_for):
    firm = make_firm(reviewers=3)
    set_rank(firm.manager, 4)
    cycle = make_cycle(firm, state=CycleState.REVIEW, members=[*firm.reviewers, firm.manager])
    case, other = make_case(cycle, firm.amara), make_case(cycle, make_person(level="L2"))
    with transaction():
        for one in (case, other):
            panels.draw_panel(get_case(one.id), by=SYSTEM, at=now())
    assert firm.manager.id not in {one.person_id for one in seats_of(case.id)}
    # A seat that was taken before they became the manager opens nothing either.
    seat(case, firm.manager)
    assert opened(client_for, firm.manager, case) == {"", "/packet"}
    assert client_for(firm.manager).get(f"/promotions/{cycle.id}/committee").status == 200
    assert "With the committee" in page(client_for, firm.manager, case).words("main")
    assert "Amara" not in client_for(firm.manager).get(f"/promotions/{cycle.id}/calibration").text


def test_t16_a_chair_who_manages_the_candidate_chairs_every_case_but_this_one(client_for):
    firm = make_firm(reviewers=3)
    cycle = make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers, chair=firm.manager)
    case, other = make_case(cycle, firm.amara), make_case(cycle, make_person(level="L2"))
    assert opened(client_for, firm.manager, case) == {"", "/packet"}
    assert "/panel" in opened(client_for, firm.manager, other)
    assert "/panel" in opened(client_for, firm.deputy, case)
    assert opened(client_for, firm.deputy, other) == set()


# What the record says to those whom it must not -------------------------------------------


def judged(firm, subject):
    """Return a case of somebody with an office, of which the record tells quiet things."""
    cycle = make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers)
    case = make_case(cycle, subject, from_level="L2")
    with transaction():
        panels.draw_panel(get_case(case.id), by=Author(firm.chair.id), at=now())
    return case


@pytest.mark.parametrize("role", [Role.HR, Role.ADMIN])
def test_t9_t10_the_record_tells_the_candidate_nothing_of_the_judging_of_their_own_case(client_for, session, role):
    firm = make_firm(reviewers=4)
    subject = make_person("Noor Own-Case", roles=(role,))
    case = judged(firm, subject)
    for query in ("", "?kind=promotion", f"?kind={Tag.SEAT_TAKEN}", "?by=Oluwaseun"):
        own = client_for(subject).get(f"/admin/audit{query}")
        assert own.status == 200
        assert "drew a reviewer" not in own.words("main"), query
        assert str(case.id) not in own.text
    assert "drew a reviewer" in client_for(firm.hr).get("/admin/audit").words("main")
    # The number of all rows tells nothing either.
    before = count_events(Actor(subject.id, "", frozenset({role})))
    with transaction():
        panels.recuse(get_case(case.id), firm.reviewers[0].id, "", by=Author(firm.reviewers[0].id), at=now())
    assert count_events(Actor(subject.id, "", frozenset({role}))) == before
    # After they were told the record still names nobody who rated them.
    with transaction() as changing:
        changing.merge(get_case(case.id)).told_at = now()
    assert "drew a reviewer" not in client_for(subject).get("/admin/audit").words("main")


def test_record_tells_whoever_is_recused_nothing_of_the_case_until_it_was_told(client_for):
    firm = make_firm(reviewers=4)
    case = judged(firm, firm.amara)
    with transaction():
        panels.recuse(get_case(case.id), firm.hr.id, "", by=Author(firm.hr.id), at=now())
    assert "drew a reviewer" not in client_for(firm.hr).get("/admin/audit").words("main")
    assert "drew a reviewer" in client_for(firm.hr_too).get("/admin/audit").words("main")
    with transaction() as changing:
        changing.merge(get_case(case.id)).told_at = now()
    assert "drew a reviewer" in client_for(firm.hr).get("/admin/audit").words("main")


def test_record_says_the_same_of_one_row_and_of_a_list(app, session):
    firm = make_firm(reviewers=4)
    judged(firm, firm.hr)
    for person in (firm.hr, firm.hr_too, firm.amara):
        who = Actor(person.id, "", frozenset({Role.HR}))
        listed = set(session.scalars(select(AuditEvent.seq).where(visible_to(who, Permission.Audit.READ, AuditEvent))))
        rows = session.scalars(select(AuditEvent)).all()
        assert {row.seq for row in rows if can(who, Permission.Audit.READ, row)} == listed
        assert (len(listed) < len(rows)) is (person is firm.hr)
        assert count_events(who) == len(listed)


# T11, note 4 ------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["manager", "skip"])
def test_t11_whoever_leads_a_former_peer_reads_decisions_of_closed_cycles_and_no_words(firm, client_for, who):
    lead = {"manager": firm.peer, "skip": firm.stranger}[who]
    closed, open_ = case_in(firm, CycleState.CLOSED), case_in(firm, CycleState.CALIBRATION)
    decide(closed, firm.chair, reasons="Canary of reasons.", feedback_summary="Canary of a summary.")
    assert page(client_for, lead, closed).status == 404
    with transaction():
        people.set_manager(firm.peer, firm.stranger, from_on=today(), by=SYSTEM, at=now())
        people.set_manager(firm.amara, firm.peer, from_on=today(), by=SYSTEM, at=now())
    for beside in ("/packet", "/packet.json", "/packet.pdf", "/packet/add", "/feedback/summary"):
        assert page(client_for, lead, closed, beside).status == 404, beside
    assert page(client_for, lead, closed).status == 200
    assert not reads(client_for, lead, closed)
    decision = page(client_for, lead, closed, "/decision")
    assert decision.status == 200
    assert "Canary of reasons." in decision.text
    assert "Canary of a summary." not in decision.text
    # What runs is theirs to read, and whoever led then keeps the words of their time.
    assert page(client_for, lead, open_, "/packet").status == 200
    assert page(client_for, firm.manager, closed, "/packet").status == 200


def test_t11_a_list_and_a_page_say_the_same_of_older_cycles(firm, session):
    cases = [case_in(firm, phase) for phase in (CycleState.CLOSED, CycleState.CANCELLED, CycleState.FEEDBACK)]
    new = make_person("Priya Raghunathan")
    with transaction():
        people.set_manager(firm.amara, new, from_on=today(), by=SYSTEM, at=now())
    for person in (new, firm.manager, firm.skip):
        who = Actor(person.id, "")
        for permission in (Permission.Case.READ_PACKET, Permission.Case.READ_REASONS):
            listed = set(session.scalars(select(PromotionCase.id).where(visible_to(who, permission, PromotionCase))))
            assert {one.id for one in cases if can(who, permission, get_case(one.id))} == listed
        rows = session.scalars(select(Nomination)).all()
        permission = Permission.NominationOf.READ
        listed = set(session.scalars(select(Nomination.id).where(visible_to(who, permission, Nomination))))
        assert {one.id for one in rows if can(who, permission, one)} == listed


# Withdrawn in the middle ------------------------------------------------------------------


@pytest.mark.parametrize("state", [CaseState.WITHDRAWN, CaseState.CANCELLED])
def test_chair_reads_no_ratings_of_a_case_that_ended_before_its_decision(firm, client_for, state):
    case = case_in(firm, CycleState.CALIBRATION)
    assert page(client_for, firm.chair, case, "/ratings").status == 200
    with transaction() as changing:
        changing.merge(get_case(case.id)).state = state
    for beside in ("/ratings", "/calibration", "/decision/draft", "/packet", "/feedback"):
        assert page(client_for, firm.chair, case, beside).status == 404, beside


# HR that takes no part --------------------------------------------------------------------


def hr_who_nominated(firm, case):
    add_nomination(case, firm.hr)


def hr_who_reports_to_the_candidate(firm, case):
    with transaction():
        people.set_manager(firm.hr, get_person(case.subject_id), from_on=today(), by=SYSTEM, at=now())


def hr_who_competes(firm, case):
    make_case(get_cycle(case.cycle_id), firm.hr, state=CaseState.DRAFTING)


@pytest.mark.parametrize("tie", [hr_who_nominated, hr_who_reports_to_the_candidate, hr_who_competes])
def test_hr_who_is_recused_neither_looks_after_the_case_nor_reads_what_is_written(firm, client_for, tie):
    case = case_in(firm)
    places = ("/packet/draft", "/packet/incomplete", "/rule-out")
    assert all(page(client_for, firm.hr, case, beside).status != 404 for beside in places)
    assert reads(client_for, firm.hr, case)
    tie(firm, case)
    assert all(page(client_for, firm.hr, case, beside).status == 404 for beside in places)
    assert not reads(client_for, firm.hr, case)
    assert reads(client_for, firm.hr_too, case)


def test_hr_who_competes_waives_the_minimum_for_nobody_in_that_cycle(firm, client_for):
    cycle = make_cycle(firm)
    line = make_eligible(cycle, firm.amara, rule="minimum")
    address = f"/promotions/eligibility/{line.id}/waive"
    assert client_for(firm.hr).get(address).status == 200
    make_case(cycle, firm.hr)
    assert client_for(firm.hr).get(address).status == 404
    assert client_for(firm.hr_too).get(address).status == 200


# T10: what the record holds back ----------------------------------------------------------


def numbers_on(page):
    return [int("".join(one.itertext()).removeprefix("Row ")) for one in page.all("span", class_="record-number")]


def test_record_says_who_handed_in_to_hr_once_ratings_are_open_and_to_administrators_never(client_for, session):
    firm = make_firm(reviewers=4)
    admin = make_person("Ada Admin", roles=(Role.ADMIN,))
    case = judged(firm, firm.amara)
    with transaction():
        log(Tag.RATINGS_GIVEN, by=Author(firm.reviewers[0].id), at=now(), object_id=case.id, ratings=3)
    with transaction():
        log(Tag.SEAT_ENDED, by=SYSTEM, at=now(), object_id=case.id, reason="recused", had_rated=True)
    for who, role in offices(firm, admin):
        for query in ("", "?kind=promotion", f"?kind={Tag.RATINGS_GIVEN}", "?by=Reviewer"):
            shown = client_for(who).get(f"/admin/audit{query}")
            assert "handed in ratings" not in shown.words("main"), query
            assert "Had rated" not in shown.text
        # The row of the seat is counted and the one of the ratings is not; no number is missing between those shown.
        everything = session.scalar(select(func.count()).select_from(AuditEvent))
        assert count_events(Actor(who.id, "", frozenset({role}))) == everything - 1
        shown = numbers_on(client_for(who).get("/admin/audit"))
        assert shown == list(range(shown[0], shown[0] - len(shown), -1))
    with transaction() as changing:
        changing.merge(get_case(case.id)).lifted_at = now()
    read = client_for(firm.hr).get("/admin/audit")
    assert "Reviewer 1 handed in ratings of a promotion case" in read.words("main")
    assert "Had rated" in read.text
    assert "handed in ratings" not in client_for(admin).get("/admin/audit").words("main")


def offices(firm, admin):
    return ((firm.hr, Role.HR), (admin, Role.ADMIN))


def test_stretches_of_the_record_lead_on_and_back_without_gaps_past_rows_that_are_hidden(client_for):
    firm = make_firm(reviewers=4)
    admin = make_person("Ada Admin", roles=(Role.ADMIN,))
    case = judged(firm, firm.amara)
    for number in range(130):
        tag = Tag.RATINGS_GIVEN if number % 3 == 0 else Tag.REMARK_MADE
        with transaction():
            log(tag, by=SYSTEM, at=now(), object_id=case.id)
    client, seen, address = client_for(admin), [], "/admin/audit"
    while address:
        shown = client.get(address)
        seen += numbers_on(shown)
        address = next((link.get("href") for link in shown.all("a", rel="next")), None)
    assert seen == list(range(seen[0], 0, -1))
    back = client.get(f"/admin/audit?after={seen[-1]}")
    assert numbers_on(back) == list(range(seen[-1] + 50, seen[-1], -1))


@pytest.mark.parametrize("role", [Role.HR, Role.ADMIN])
def test_t10_whoever_waits_for_a_decision_reads_of_its_cycle_what_everybody_reads(client_for, session, role):
    firm = make_firm(reviewers=3)
    subject = make_person("Noor Own-Case", roles=(role,))
    cycle = make_cycle(firm, state=CycleState.DECIDED, members=firm.reviewers)
    make_case(cycle, subject)
    with transaction():
        log(Tag.CYCLE_MOVED, by=SYSTEM, at=now(), object_id=cycle.id, source="feedback", target="review")
        log(Tag.CYCLE_MOVED, by=SYSTEM, at=now(), object_id=cycle.id, source="review", target="calibration")
        log(Tag.CYCLE_MOVED, by=SYSTEM, at=now(), object_id=cycle.id, source="calibration", target="decided")
        log(Tag.CYCLE_APPROVED, by=Author(firm.chair.id), at=now(), object_id=cycle.id, digest="0")

    def told(who):
        words = client_for(who).get(f"/admin/audit?kind={Tag.CYCLE_MOVED}").words("main")
        approved = client_for(who).get(f"/admin/audit?kind={Tag.CYCLE_APPROVED}").words("main")
        return words.count("cli:test moved a promotion cycle"), "Oluwaseun Chair approved" in approved

    assert told(subject) == (1, False)
    assert told(firm.hr) == (3, True)
    who = Actor(subject.id, "", frozenset({role}))
    rows = session.scalars(select(AuditEvent)).all()
    listed = set(session.scalars(select(AuditEvent.seq).where(visible_to(who, Permission.Audit.READ, AuditEvent))))
    assert {row.seq for row in rows if can(who, Permission.Audit.READ, row)} == listed
    assert count_events(who) == len(listed) == len(rows) - 3
    with transaction() as changing:
        changing.merge(get_cycle(cycle.id)).state = CycleState.COMMUNICATED
    assert told(subject) == (3, True)
