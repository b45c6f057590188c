"""Rights follow what is true today: every change of a relation or a role counts from the next request on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.access.actor import Role
from app.auth.actions import make_link
from app.auth.letters import compose_invitation
from app.auth.models import Account, LinkPurpose, RoleGrant
from app.domain.errors import InvalidError
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.notices.actions import put
from app.people import actions as people
from app.people import hooks
from app.people.models import Person
from tests.access.company import FIRST, canary
from tests.access.matrix import GONE, planted_in
from tests.access.world import World
from tests.conftest import NOW
from tests.factories.people import AT, SYSTEM

TODAY = NOW.date()


@pytest.fixture
def company(world: World) -> World:
    """Return the company; it is put back after the test."""
    world.changed()
    return world


def person(company: World, name: str) -> Person:
    return db.session.get_one(Person, company.company.people[name])


def report_to(company: World, name: str, manager: str) -> None:
    """Let somebody report to another manager from today on."""
    with transaction():
        people.set_manager(person(company, name), person(company, manager), from_on=TODAY, by=SYSTEM, at=AT)


def words(company: World, actor: str, name: str) -> set[str] | None:
    """Return the planted words of an object that somebody reads on its page; None where it is refused."""
    places = {"evidence": "/evidence/{}", "assessment": "/assessments/{}", "person": "/people/{}"}
    address = places[company.company.kinds[name]].format(company.company.objects[name])
    got = company.visitor(actor).ask("GET", address)
    assert got.status_code in {200, 404}
    if got.status_code == 404:
        return None
    return {word for word in planted_in(got.text) if word.startswith(f"CANARY-{name}-")}


def may_send(company: World, actor: str, name: str, act: str, **fields: str) -> bool:
    """Say whether somebody's request is let through, whatever the state answers."""
    kind = {"evidence": "evidence", "assessment": "assessments"}[company.company.kinds[name]]
    got = company.visitor(actor).ask("POST", f"/{kind}/{company.company.objects[name]}/{act}", fields)
    return got.status_code != 404


# T1: the manager changes in the middle --------------------------------------------


def test_new_manager_reads_what_is_shared_and_not_what_the_old_one_drafted(company):
    report_to(company, "subject", "chief")
    assert canary("shared", "narrative") in words(company, "chief", "shared")
    assert words(company, "chief", "draft") is None
    assert words(company, "chief", "revealed") == {canary("revealed", part) for part in ("self", "manager", "note")}
    assert words(company, "chief", "drafting") == set()
    assert words(company, "chief", "manager_in") == set()
    assert words(company, "chief", "self_in") == set()


def test_old_manager_keeps_what_was_shared_in_the_period_and_nothing_of_today(company):
    report_to(company, "subject", "chief")
    mine = canary("shared", "reason")
    assert words(company, "manager", "shared") == {
        *(canary("shared", part) for part in ("title", "narrative", "link", "line0", "line1")),
        mine,
        canary("shared", "reply"),
    }
    assert words(company, "manager", "drafting") is None
    assert words(company, "manager", "self_in") is None
    # What he handed in himself he may still read, and once both are in he reads both.
    assert words(company, "manager", "manager_in") == {canary("manager_in", "manager")}
    assert words(company, "manager", "revealed") == {canary("revealed", "self"), canary("revealed", "manager")}
    assert words(company, "manager", "person_subject") is None


@pytest.mark.parametrize("act", ["manager", "manager/draft", "manager/submit", "manager/reopen"])
def test_old_manager_writes_nothing_more(company, act):
    assert may_send(company, "manager", "drafting", act)
    report_to(company, "subject", "chief")
    assert not may_send(company, "manager", "drafting", act)
    assert may_send(company, "chief", "drafting", act)


def test_new_manager_takes_nothing_back_for_the_old_one_and_writes_a_side_of_their_own(company):
    report_to(company, "subject", "chief")
    chief = company.company.people["chief"]
    before = company.dump()
    assert may_send(company, "chief", "manager_in", "manager/reopen")
    assert company.dump() == before
    assert may_send(company, "chief", "manager_in", "manager", **{f"words-{FIRST}": "Mine now"})
    after = company.dump()
    for table in ("assessment_answer", "assessment_sheet"):
        assert set(before[table]) <= set(after[table])
        added = set(after.pop(table)) - set(before.pop(table))
        # A dump has what the driver hands over: an id, or its digits.
        assert all({chief, chief.hex} & set(row) for row in added)
    assert after == before


def test_old_manager_sets_nothing_aside_any_more(company):
    report_to(company, "subject", "chief")
    assert not may_send(company, "manager", "shared", "take-back", expectation=FIRST)
    assert may_send(company, "chief", "shared", "take-back", expectation=FIRST)


def test_what_is_shared_after_the_change_is_not_for_the_old_manager(company):
    report_to(company, "subject", "chief")
    assert company.visitor("subject").ask("POST", evidence(company, "draft") + "/share").status_code == 302
    assert words(company, "manager", "draft") is None
    assert canary("draft", "title") in words(company, "chief", "draft")


def evidence(company: World, name: str) -> str:
    return f"/evidence/{company.company.objects[name]}"


# T2: a part of the tree moves -------------------------------------------------------


def test_after_a_reorganisation_the_old_chain_sees_nothing_and_the_new_one_does(company):
    assert words(company, "top", "shared")
    assert words(company, "chief", "shared") is None
    report_to(company, "manager", "chief")
    assert words(company, "top", "shared") is None
    assert words(company, "skip", "shared") is None
    assert words(company, "skip", "person_subject") is None
    assert canary("shared", "narrative") in words(company, "chief", "shared")
    assert canary("shared", "narrative") in words(company, "manager", "shared")


@pytest.mark.parametrize(("name", "manager"), [("skip", "subject"), ("manager", "manager"), ("top", "peer")])
def test_nobody_comes_to_stand_above_themselves(company, name, manager):
    with pytest.raises(InvalidError):
        report_to(company, name, manager)
    db.session.rollback()


# T3: the manager leaves -------------------------------------------------------------


def test_a_manager_who_left_is_out_at_the_next_request_and_the_report_goes_on(company):
    assert words(company, "manager", "drafting") == {canary("drafting", "manager")}
    with transaction():
        people.record_leaving(person(company, "manager"), on=TODAY, by=SYSTEM, at=AT)
    at_the_door = company.visitor("manager").ask("GET", "/")
    assert at_the_door.headers["Location"].startswith("/login")
    assert company.visitor("manager").ask("POST", "/account/theme", {"theme": "dark"}).status_code == 401
    assert words(company, "subject", "drafting") == {canary("drafting", "self")}
    assert words(company, "hr", "drafting") == set()
    assert company.visitor("subject").ask("GET", "/").status_code == 200


# T11: promoted to manager of one's peers ----------------------------------------------


def test_a_peer_who_becomes_manager_reads_what_a_manager_reads_and_no_sealed_side(company):
    assert words(company, "peer", "shared") is None
    report_to(company, "subject", "peer")
    assert words(company, "peer", "draft") is None
    assert canary("shared", "title") in words(company, "peer", "shared")
    assert words(company, "peer", "self_in") == set()
    assert words(company, "peer", "manager_in") == set()
    # Her own side stays with her own manager, who is not she.
    assert not may_send(company, "peer", "peer_self_in", "manager")


# T12: a role is taken away --------------------------------------------------------------


def test_hr_without_the_role_is_a_stranger_at_the_next_request(company):
    assert words(company, "hr", "shared")
    with transaction():
        grant = db.session.query(RoleGrant).filter_by(person_id=company.company.people["hr"], role=Role.HR).one()
        grant.superseded_at = NOW
    assert words(company, "hr", "shared") is None
    assert words(company, "hr", "revealed") is None
    assert words(company, "hr", "person_subject") is None
    home = company.visitor("hr").ask("GET", "/").text
    # What is left is their own: their pieces, and the plan that they have as an engineer.
    assert not {word for word in planted_in(home) if "-hr_" not in word and "-plan_of_hr-" not in word}
    assert ">HR<" not in home


# T13: an account is closed while a session is open -----------------------------------------


def test_a_disabled_account_is_out_at_the_next_request_with_its_text_kept(company):
    assert words(company, "subject", "draft")
    with transaction():
        account = db.session.query(Account).filter_by(person_id=company.company.people["subject"]).one()
        account.disabled_at = NOW
    assert company.visitor("subject").ask("GET", evidence(company, "draft")).status_code == 302
    sent = company.visitor("subject").ask("POST", "/evidence/", {"title": "Half a sentence"})
    assert sent.status_code == 401
    before = company.dump()
    json = company.visitor("subject").ask(
        "POST",
        f"/assessments/{company.company.objects['drafting']}/self/draft",
        {f"words-{FIRST}": "x"},
        headers={"Accept": "application/json"},
    )
    assert json.status_code == 401
    assert company.dump() == before


def test_an_idle_session_of_hr_is_over_while_others_go_on(company, clock):
    clock.stand_still(NOW + timedelta(minutes=31))
    assert company.visitor("hr").ask("GET", "/").status_code == 302
    assert company.visitor("subject").ask("GET", "/").status_code == 200


# A question that is no longer asked ----------------------------------------------------------


def test_an_asked_colleague_reads_nothing_once_the_piece_is_withdrawn(company):
    assert words(company, "asked", "shared")
    assert company.visitor("subject").ask("POST", evidence(company, "shared") + "/withdraw").status_code == 302
    assert words(company, "asked", "shared") is None
    asked = company.visitor("asked").ask("GET", "/evidence/asked")
    assert canary("shared", "title") not in asked.text
    refused = company.visitor("asked").ask("GET", evidence(company, "shared"))
    assert refused.data == company.visitor("asked").ask("GET", f"/evidence/{GONE}").data


# T5: somebody who left comes back ------------------------------------------------------------


def test_somebody_who_comes_back_has_none_of_the_old_roles_and_needs_an_invitation(company):
    hr = company.company.people["hr"]
    assert words(company, "hr", "shared")
    with transaction():
        hooks.tell_of_leaving(frozenset({hr}), SYSTEM, NOW)
        person(company, "hr").left_on = TODAY
    assert company.visitor("hr").ask("GET", "/account").status_code == 302
    with transaction():
        person(company, "hr").left_on = None
        hooks.tell_of_return(frozenset({hr}), SYSTEM, NOW)
    assert company.visitor("hr").ask("GET", "/account").status_code == 302
    assert db.session.query(Account).filter_by(person_id=hr).one().password_hash is None
    anew = company.come_back("hr")
    assert anew.ask("GET", "/admin/accounts").status_code == 404
    assert words(company, "hr", "shared") is None


# T12 and T13 on the pages of accounts ----------------------------------------------------------


def test_role_taken_on_the_page_counts_at_the_next_request_and_ends_the_session(company):
    hr = company.company.people["hr"]
    assert company.visitor("hr").ask("GET", "/admin/accounts").status_code == 200
    taken = company.visitor("admin").ask("POST", f"/admin/accounts/{hr}/roles/revoke", {"role": "hr"})
    assert taken.status_code == 302
    assert company.visitor("hr").ask("GET", "/admin/accounts").status_code == 302
    anew = company.come_back("hr")
    assert anew.ask("GET", "/admin/accounts").status_code == 404
    assert anew.ask("POST", f"/admin/accounts/{company.company.people['stranger']}/invite").status_code == 404


def test_disabling_ends_session_link_waiting_mail_and_the_form_in_flight(company):
    stranger = company.company.people["stranger"]
    with transaction():
        token = make_link(stranger, LinkPurpose.INVITE, by=SYSTEM, at=NOW)
        mail = put("auth.invitation", stranger, {}, by=SYSTEM, at=NOW)
    nobody = company.visitor("anonymous")
    assert nobody.ask("GET", f"/invite/{token}").status_code == 200
    assert company.visitor("admin").ask("POST", f"/admin/accounts/{stranger}/disable").status_code == 302
    assert company.visitor("stranger").ask("POST", "/evidence/", {"title": "Half a sentence"}).status_code == 401
    assert nobody.ask("GET", f"/invite/{token}").status_code == 404
    chosen = {"password": "four copper kettles whistle", "again": "four copper kettles whistle"}
    assert nobody.ask("POST", f"/invite/{token}", chosen).status_code == 404
    with transaction():
        assert compose_invitation(mail) is None
    assert company.visitor("admin").ask("POST", f"/admin/accounts/{stranger}/enable").status_code == 302
    assert company.visitor("stranger").ask("GET", "/account").status_code == 302
    assert nobody.ask("GET", f"/invite/{token}").status_code == 404


# T17: nobody stands above themselves ------------------------------------------------


@pytest.mark.parametrize(("name", "manager"), [("manager", "manager"), ("skip", "subject"), ("manager", "subject")])
def test_page_refuses_a_loop_at_the_field(company, name, manager):
    before = company.dump()
    fields = {"team": "none", "manager": str(company.company.people[manager]), "from_on": "2026-12-01"}
    got = company.visitor("hr").ask("POST", f"/people/{company.company.people[name]}/move", fields)
    assert got.status_code == 422
    assert company.dump() == before


# Row 34: leave ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "sees"),
    [("subject", True), ("manager", True), ("hr", True), ("second_hr", True), ("skip", False), ("top", False)],
)
def test_leave_is_for_the_person_the_line_manager_and_hr(company, actor, sees):
    got = company.visitor(actor).ask("GET", f"/people/{company.company.people['subject']}")
    assert got.status_code == 200
    assert ("On leave" in got.text) is sees


def test_leave_is_for_the_line_manager_of_today(company):
    report_to(company, "subject", "chief")
    got = company.visitor("chief").ask("GET", f"/people/{company.company.people['subject']}")
    assert "On leave" in got.text
