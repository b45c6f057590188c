"""Sealed: planted words of one side are nowhere to be found for anybody else before both sides are in."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.infra.unit_of_work import transaction
from app.people import actions as people
from tests.assessment.conftest import OPEN_AT_L3, draft, entries, open_for, submit
from tests.factories.people import AT, SYSTEM

HERS, HIS = "canary-of-the-engineer", "canary-of-the-manager"
STATES = ("own draft", "own in", "manager's draft", "manager's in", "both drafts")


def prepare(cast, state):
    """Bring an assessment into a state; return it with the canaries and whose they are."""
    found = open_for(cast.subject)
    mine, theirs = entries("exceeded", words=HERS), entries("partly_met", words=HIS)
    if state in {"own draft", "both drafts"}:
        draft(found, "self", cast.subject, mine)
    if state in {"manager's draft", "both drafts"}:
        draft(found, "manager", cast.manager, theirs)
    if state == "own in":
        submit(found, "self", cast.subject, mine)
    if state == "manager's in":
        submit(found, "manager", cast.manager, theirs)
    return found


def addresses(cast, found):
    return [
        f"/assessments/{found.id}",
        "/assessments/",
        f"/people/{cast.subject.id}/assessments",
        f"/people/{cast.subject.id}/standing",
        f"/people/{cast.subject.id}",
        "/ladders/software-engineer",
    ]


def everything(client, cast, found):
    """Return all that somebody can get, with headers, as one text."""
    answers = [client.get(path) for path in addresses(cast, found)]
    for side in ("self", "manager"):
        form = {"version": "0", "window": "x", "sequence": "1", f"words-{OPEN_AT_L3[0]}": "probing"}
        answers += [
            client.post(f"/assessments/{found.id}/{side}{act}", form, headers={"Accept": "application/json"})
            for act in ("/draft", "", "/submit")
        ]
    return " ".join(answer.text + str(answer.headers) for answer in answers)


@pytest.mark.parametrize("state", STATES)
def test_what_one_side_wrote_is_nowhere_before_both_are_in(cast, client_for, state):
    found = prepare(cast, state)
    own = {cast.subject.id: HERS, cast.manager.id: HIS}
    roles = (cast.subject, cast.manager, cast.head, cast.hr, cast.peer, cast.admin, cast.next_manager)
    for person in roles:
        seen = everything(client_for(person), cast, found)
        for canary in (HERS, HIS):
            if own.get(person.id) != canary:
                assert canary not in seen, f"{person.name} found {canary}, {state}"


@pytest.mark.parametrize("state", STATES)
def test_the_record_holds_nothing_of_it(cast, client_for, session, state):
    prepare(cast, state)
    details = " ".join(session.scalars(select(AuditEvent.details)))
    assert not any(word in details for word in (HERS, HIS, "exceeded", "partly_met"))


def test_others_see_only_that_a_side_is_in(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject, entries(words=HERS))
    for person in (cast.head, cast.hr):
        page = client_for(person).get(f"/assessments/{found.id}")
        assert page.status == 200
        assert "In, sealed" in page.words()
        assert "Not in yet" in page.words()
    for person in (cast.peer, cast.admin, cast.next_manager):
        assert client_for(person).get(f"/assessments/{found.id}").status == 404


def test_that_somebody_has_begun_is_known_to_those_who_may_know_of_the_draft(cast, client_for):
    other = open_for(cast.peer)
    found = prepare(cast, "both drafts")
    assert "In progress" not in client_for(cast.manager).get(f"/people/{cast.peer.id}/assessments").words("table")
    path = f"/people/{cast.subject.id}/assessments"
    rows = {
        person.name: client_for(person).get(path).words("table").count("In progress")
        for person in (cast.subject, cast.manager, cast.hr, cast.head)
    }
    assert rows == {"Amara Diallo": 1, "Tomasz Wieczorek": 2, "Ruth Okonjo": 1, "Hana Head": 0}
    assert found.id != other.id


def test_both_sides_are_there_for_those_who_may_once_both_are_in(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject, entries("exceeded", words=HERS))
    submit(found, "manager", cast.manager, entries("partly_met", words=HIS))
    for person in (cast.subject, cast.manager, cast.head, cast.hr):
        page = client_for(person).get(f"/assessments/{found.id}")
        assert HERS in page.text
        assert HIS in page.text
    for person in (cast.peer, cast.admin, cast.next_manager):
        assert client_for(person).get(f"/assessments/{found.id}").status == 404
    assert client_for(None).get(f"/assessments/{found.id}").location.startswith("/login")


def test_a_new_manager_never_sees_the_old_ones_draft_nor_what_he_sealed(cast, client_for):
    begun = prepare(cast, "manager's draft")
    sealed = open_for(cast.subject, target="L4")
    answers = {one.id: "partly_met" for one in cast.edition.ladder.requirement("L4")}
    submit(sealed, "manager", cast.manager, entries(answers, words=HIS))
    with transaction():
        people.set_manager(cast.subject, cast.next_manager, from_on=date(2026, 11, 21), by=SYSTEM, at=AT)
    priya, tomasz = client_for(cast.next_manager), client_for(cast.manager)
    assert "0 of 5 answered" in priya.get(f"/assessments/{begun.id}").words()
    for found in (begun, sealed):
        assert HIS not in everything(priya, cast, found)
    assert tomasz.get(f"/assessments/{begun.id}").status == 404
    page = tomasz.get(f"/assessments/{sealed.id}")
    assert HIS in page.text
    assert not page.has_form("/reopen")
    assert client_for(cast.hr).get(f"/assessments/{sealed.id}").status == 200


def test_a_former_manager_reads_what_he_took_part_in_and_nothing_later(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager, entries(words=HIS))
    with transaction():
        people.set_manager(cast.subject, cast.next_manager, from_on=date(2026, 11, 21), by=SYSTEM, at=AT)
    submit(found, "self", cast.subject, entries(words=HERS))
    later = open_for(cast.subject)
    tomasz = client_for(cast.manager)
    page = tomasz.get(f"/assessments/{found.id}")
    # She handed hers in to the next manager: it was never submitted to him.
    assert HERS not in page.text
    assert HIS in page.text
    assert tomasz.get(f"/assessments/{later.id}").status == 404
    assert tomasz.get(f"/people/{cast.subject.id}/standing").status == 404
    assert tomasz.get(f"/people/{cast.subject.id}/assessments").status == 404


def test_a_conflict_shows_nobodys_words_but_ones_own(cast, client_for):
    found = prepare(cast, "both drafts")
    form = {"version": "0", f"words-{OPEN_AT_L3[0]}": "another text"}
    page = client_for(cast.subject).post(f"/assessments/{found.id}/self", form)
    assert page.status == 409
    assert HERS in page.text
    assert HIS not in page.text
    page = client_for(cast.manager).post(f"/assessments/{found.id}/manager", form)
    assert page.status == 409
    assert HIS in page.text
    assert HERS not in page.text


def test_nobody_answers_for_somebody_else(cast, client_for):
    found = open_for(cast.subject)
    form = {"version": "0", f"answer-{OPEN_AT_L3[0]}": "met"}
    for person in (cast.manager, cast.head, cast.hr, cast.peer, cast.admin):
        assert client_for(person).post(f"/assessments/{found.id}/self", form).status == 404
    for person in (cast.subject, cast.head, cast.hr, cast.peer, cast.admin, cast.next_manager):
        for act in ("", "/draft", "/submit", "/reopen"):
            assert client_for(person).post(f"/assessments/{found.id}/manager{act}", form).status == 404
