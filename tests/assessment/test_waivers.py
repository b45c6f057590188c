"""Waivers: the line manager and HR decide together, the engineer reads who, when and why, and nobody decides alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from app.access.actor import Role
from app.assessment import queries
from app.assessment.actions import Approver, answer_waiver, ask_waiver, end_waiver
from app.assessment.models import Waiver
from app.audit.models import AuditEvent
from app.auth import actions as auth
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.clock import now, today
from app.infra.unit_of_work import transaction
from app.notices.models import Mail
from app.notices.queries import list_waiting
from tests.assessment.conftest import OPEN_AT_L3, by
from tests.conftest import NOW
from tests.factories.people import AT, SYSTEM, make_person

DESIGN, COACH = OPEN_AT_L3[0], OPEN_AT_L3[2]
WHY = "The platform team decides all designs here."


def ask(cast, role=Approver.MANAGER, who=None, expectation=DESIGN, reason=WHY):
    person = who or (cast.manager if role is Approver.MANAGER else cast.hr)
    with transaction():
        return ask_waiver(cast.subject, expectation, role=role, reason=reason, by=by(person), at=now()).id


def answer(waiver_id, role, who, *, is_approved=True, words=""):
    with transaction():
        waiver = queries.get_waiver(waiver_id)
        answer_waiver(waiver, role=role, is_approved=is_approved, words=words, by=by(who), at=now())


def status_of(cast):
    return queries.readiness_of(cast.subject.id).reports[0].standing(DESIGN).status.value


def kinds(person):
    with current_app.test_request_context():
        return [one.text for one in list_waiting(person.id, today(), kinds=[queries.TO_APPROVE])]


@pytest.mark.parametrize("first", list(Approver))
def test_a_waiver_holds_once_both_have_approved_whoever_asked_first(cast, session, first):
    second = Approver.HR if first is Approver.MANAGER else Approver.MANAGER
    waiver_id = ask(cast, first)
    assert status_of(cast) == "unassessed"
    answer(waiver_id, second, cast.manager if second is Approver.MANAGER else cast.hr)
    session.rollback()
    assert status_of(cast) == "waived"
    [line] = queries.list_waivers(cast.subject.id)
    assert (line.manager, line.hr, line.reason) == ("Tomasz Wieczorek", "Ruth Okonjo", WHY)


def test_both_ask_and_answer_in_the_browser_and_the_engineer_reads_who_when_and_why(cast, client_for, session):
    manager, hr, engineer = client_for(cast.manager), client_for(cast.hr), client_for(cast.subject)
    standing = manager.get(f"/people/{cast.subject.id}/standing")
    href = re.search(rf'href="(/people/[^"]+/waivers/manager\?expectation={DESIGN})"', standing.text)
    page = manager.get(href[1])
    assert manager.send(page.form(ending="/waivers/manager"), reason=WHY).status == 302
    assert "Waits for HR" in engineer.get(f"/people/{cast.subject.id}/waivers").text
    waiting = hr.get(f"/people/{cast.subject.id}/waivers")
    answering = hr.get(re.search(r'href="(/waivers/[^"]+/hr)"', waiting.text)[1])
    assert WHY in answering.text
    assert hr.send(answering.form(ending="/hr"), act="approve").status == 302
    session.rollback()
    told = engineer.get(f"/people/{cast.subject.id}/standing").words()
    assert WHY in told
    assert "Approved by Tomasz Wieczorek and Ruth Okonjo, 21 November 2026" in told
    words = engineer.get(f"/people/{cast.subject.id}/waivers").words()
    assert "Tomasz Wieczorek asked as line manager" in words
    assert "Ruth Okonjo approved as HR" in words


def test_a_refusal_says_why_and_changes_nothing_else(cast, client_for, session):
    waiver_id = ask(cast)
    hr = client_for(cast.hr)
    page = hr.get(f"/waivers/{waiver_id}/hr")
    refused = hr.send(page.form(ending="/hr"), act="refuse")
    assert refused.status == 422
    assert "Say why not" in refused.text
    assert hr.send(page.form(ending="/hr"), act="refuse", words="Others in the team do design.").status == 302
    session.rollback()
    assert status_of(cast) == "unassessed"
    told = client_for(cast.subject).get(f"/people/{cast.subject.id}/waivers").words()
    assert "Refused" in told
    assert "Others in the team do design." in told
    assert "Ruth Okonjo refused" in told
    # One row says both why it was asked for and why it was refused.
    [row] = session.scalars(select(Waiver)).all()
    assert (row.reason, row.ended_words) == (WHY, "Others in the team do design.")
    # It can be asked for again, and the old one stays in the history.
    ask(cast, reason="Now it is different.")
    session.rollback()
    assert [line.state.value for line in queries.list_waivers(cast.subject.id)] == ["waits_for_hr", "refused"]


@pytest.mark.parametrize("role", list(Approver))
def test_either_ends_it_later_after_a_question(cast, client_for, session, role):
    answer(waiver_id := ask(cast), Approver.HR, cast.hr)
    client = client_for(cast.manager if role is Approver.MANAGER else cast.hr)
    question = client.get(f"/waivers/{waiver_id}/{role.value}/end")
    assert "End the waiver of “Designs significant new-feature implementations”?" in question.words()
    assert client.send(question.form(ending="/end")).status == 302
    session.rollback()
    assert status_of(cast) == "unassessed"
    [line] = queries.list_waivers(cast.subject.id)
    assert line.state.value == "ended"
    assert line.ended_by == (cast.manager if role is Approver.MANAGER else cast.hr).name
    assert client.post(f"/waivers/{waiver_id}/{role.value}/end").status == 409


def test_whoever_asked_may_take_it_back_and_whoever_is_asked_has_to_answer(cast, session):
    waiver_id = ask(cast)
    with pytest.raises(NotAllowedNowError), transaction():
        end_waiver(queries.get_waiver(waiver_id), role=Approver.HR, by=by(cast.hr), at=now())
    with transaction():
        end_waiver(queries.get_waiver(waiver_id), role=Approver.MANAGER, by=by(cast.manager), at=now())
    session.rollback()
    assert [line.state.value for line in queries.list_waivers(cast.subject.id)] == ["taken_back"]


def test_nobody_decides_for_themselves(cast, client_for):
    with pytest.raises(InvalidError), transaction():
        ask_waiver(cast.hr, DESIGN, role=Approver.HR, reason=WHY, by=by(cast.hr), at=now())
    client = client_for(cast.hr)
    assert client.get(f"/people/{cast.hr.id}/waivers/hr").status == 404
    assert client.post(f"/people/{cast.hr.id}/waivers/hr", {"expectation": DESIGN, "reason": WHY}).status == 404


def test_hr_who_is_the_line_manager_cannot_do_both_halves(cast, client_for, session):
    with transaction():
        auth.grant_role(cast.manager, Role.HR, by=SYSTEM, at=AT)
    waiver_id = ask(cast)
    assert kinds(cast.manager) == []
    with pytest.raises(InvalidError, match="cannot be both"), transaction():
        waiver = queries.get_waiver(waiver_id)
        answer_waiver(waiver, role=Approver.HR, is_approved=True, by=by(cast.manager), at=now())
    client = client_for(cast.manager)
    page = client.get(f"/waivers/{waiver_id}/hr")
    assert "Somebody else decides this" in page.text
    assert client.post(f"/waivers/{waiver_id}/hr", {"act": "approve"}).status == 422
    session.rollback()
    assert status_of(cast) == "unassessed"


def test_an_expectation_of_no_ladder_and_an_empty_reason_are_refused_at_their_field(cast, client_for):
    client = client_for(cast.manager)
    path = f"/people/{cast.subject.id}/waivers/manager"
    page = client.post(path, {"expectation": "no-such-thing", "reason": WHY})
    assert page.status == 422
    assert "has no such expectation" in page.text
    assert WHY in page.text
    page = client.post(path, {"expectation": DESIGN, "reason": "  "})
    assert page.status == 422
    assert "Say why" in page.text


def test_a_second_one_for_the_same_expectation_is_not_opened(cast, client_for, session):
    ask(cast)
    got = client_for(cast.hr).post(f"/people/{cast.subject.id}/waivers/hr", {"expectation": DESIGN, "reason": "Too."})
    assert got.status == 409
    session.rollback()
    assert len(session.scalars(select(Waiver)).all()) == 1


def test_it_waits_for_hr_or_for_the_line_manager_of_today(cast, session):
    second = make_person("Hanna Resources", roles=(Role.HR,))
    waiver_id = ask(cast)
    session.rollback()
    assert kinds(cast.hr) == kinds(second) == ["Approve or refuse a waiver for Amara Diallo"]
    assert kinds(cast.manager) == kinds(cast.subject) == kinds(cast.head) == []
    answer(waiver_id, Approver.HR, cast.hr)
    ask(cast, Approver.HR, expectation=COACH)
    session.rollback()
    assert kinds(cast.hr) == kinds(second) == []
    assert kinds(cast.manager) == ["Approve or refuse a waiver for Amara Diallo"]


def test_records_hold_the_expectation_and_the_role_and_no_word(cast, session):
    answer(ask(cast), Approver.HR, cast.hr, is_approved=False, words="Not so.")
    session.rollback()
    rows = session.scalars(select(AuditEvent).where(AuditEvent.tag.like("assessment:waiver:%"))).all()
    assert {row.tag for row in rows} == {"assessment:waiver:approve", "assessment:waiver:refuse"}
    assert all(WHY not in row.details and "Not so." not in row.details for row in rows)


def test_waivers_are_read_by_the_engineer_those_above_and_hr(cast, client_for):
    ask(cast)
    path = f"/people/{cast.subject.id}/waivers"
    for reader, status in [
        (cast.subject, 200), (cast.manager, 200), (cast.head, 200), (cast.hr, 200),
        (cast.peer, 404), (cast.next_manager, 404), (cast.admin, 404),
    ]:  # fmt: skip
        page = client_for(reader).get(path)
        assert page.status == status, reader.name
        assert (WHY in page.text) is (status == 200)
    assert "Every expectation applies" in client_for(cast.peer).get(f"/people/{cast.peer.id}/waivers").text


def test_the_engineer_is_told_that_an_expectation_was_waived_and_not_why(cast, client_for, session, clock):
    with transaction():
        waiver = ask_waiver(
            cast.subject, OPEN_AT_L3[0], role=Approver.MANAGER, reason="Secret why", by=by(cast.manager), at=now()
        )
    assert list_waiting(cast.subject.id, today(), kinds=["waiver.holds"]) == []
    hr = client_for(cast.hr)
    form = hr.get(f"/waivers/{waiver.id}/hr").form(ending="/hr")
    assert hr.send(form, act="approve").status == 302
    with current_app.test_request_context():
        [waiting] = list_waiting(cast.subject.id, today(), kinds=["waiver.holds"])
    assert waiting.text == "An expectation was waived for you"
    assert "Secret" not in waiting.detail
    told = session.scalars(select(Mail.person_id).where(Mail.payload.contains("waiver.holds"))).all()
    assert told == [cast.subject.id]
    with clock.standing_at(NOW + timedelta(days=15)):
        assert list_waiting(cast.subject.id, today(), kinds=["waiver.holds"]) == []
