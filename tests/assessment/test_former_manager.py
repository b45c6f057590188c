"""What a manager who handed a side in may read after the reporting line has changed: access matrix, note 4."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.assessment import actions, queries
from app.assessment.models import Assessment, Side
from app.audit.models import AuditEvent
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.actions import set_manager
from app.people.queries import get_person
from tests.assessment.conftest import OPEN_AT_L3, by, draft, entries, open_for, submit
from tests.conftest import NOW
from tests.factories.assessments import make_assessment, publish
from tests.factories.people import SYSTEM, grant, make_person, make_team


@pytest.mark.parametrize(("handed_over_on", "may_read"), [(date(2026, 4, 1), False), (date(2026, 6, 1), True)])
def test_former_manager_reads_no_self_assessment_that_came_in_after_their_period(
    app, session, client_for, handed_over_on, may_read
):
    edition = publish()
    former, manager = make_person("Tomasz Wieczorek"), make_person("Priya Raghunathan")
    engineer = make_person("Amara Diallo", manager=former, level="L2")
    answers = {"swe.coach-juniors": "met"}
    days = {"opened_on": date(2026, 2, 1), "own_on": date(2026, 5, 1), "theirs_on": date(2026, 3, 1)}
    found = make_assessment(engineer, edition, "L3", manager=former, own=answers, theirs=answers, **days)
    with transaction():
        set_manager(engineer, manager, from_on=handed_over_on, by=SYSTEM, at=NOW)
    found = session.get_one(Assessment, found.id)
    actor = Actor(former.id, former.name)
    assert can(actor, Permission.Assessment.READ_SELF, found) is may_read
    rows = select(Assessment.id).where(visible_to(actor, Permission.Assessment.READ_SELF, Assessment))
    assert (session.scalar(rows) == found.id) is may_read
    assert can(actor, Permission.Assessment.READ_MANAGER, found)
    assert client_for(former).get(f"/assessments/{found.id}").status == 200


# A side that a former line manager handed in, before the engineer's is in

HIS, HERS = "canary-of-the-former-manager", "canary-of-the-next-manager"


@pytest.fixture
def handed_over(cast):
    """Return an assessment whose manager's side was handed in before the line manager changed."""
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager, entries("partly_met", words=HIS))
    with transaction():
        set_manager(cast.subject, cast.next_manager, from_on=NOW.date(), by=SYSTEM, at=NOW)
    return found


def test_the_new_manager_sees_that_a_side_is_in_and_may_write_their_own(cast, client_for, handed_over):
    priya = client_for(cast.next_manager)
    page = priya.get(f"/assessments/{handed_over.id}")
    assert "In, sealed, as line manager before" in page.words("main")
    assert HIS not in page.text
    sheet = priya.get(f"/assessments/{handed_over.id}/manager/anew")
    assert "Yours replaces what Tomasz Wieczorek handed in" in sheet.words("main")
    assert "0 of 5 answered" in sheet.words("main")
    assert HIS not in sheet.text
    for person in (cast.subject, cast.manager, cast.head, cast.hr, cast.peer, cast.admin):
        assert client_for(person).get(f"/assessments/{handed_over.id}/manager/anew").status == 404


def test_what_the_former_manager_handed_in_stands_while_the_new_one_writes(cast, client_for, handed_over):
    draft(handed_over, "manager", cast.next_manager, entries("met", words=HERS))
    priya = client_for(cast.next_manager)
    assert HERS in priya.get(f"/assessments/{handed_over.id}").text
    submit(handed_over, "self", cast.subject, entries("met"))
    found = queries.get_assessment(handed_over.id)
    assert found.is_revealed
    assert found.manager_id == cast.manager.id
    page = client_for(cast.subject).get(f"/assessments/{handed_over.id}")
    assert HIS in page.text
    assert HERS not in page.text
    # The draft that came too late stays its author's.
    assert HERS in priya.get(f"/assessments/{handed_over.id}/manager/draft").text


def test_the_new_managers_side_takes_its_place_when_it_is_handed_in(cast, client_for, session, handed_over):
    priya = client_for(cast.next_manager)
    sheet = priya.get(f"/assessments/{handed_over.id}/manager/anew").form(ending="/manager")
    sheet.action += "/submit"
    answers = {f"answer-{one}": "met" for one in OPEN_AT_L3} | {f"words-{OPEN_AT_L3[0]}": HERS}
    page = priya.follow(priya.send(sheet, **answers))
    assert "is in" in page.words("h1")
    assert HIS not in page.text
    found = queries.get_assessment(handed_over.id)
    assert found.manager_id == cast.next_manager.id
    details = session.scalars(select(AuditEvent.details).where(AuditEvent.object_id == found.id)).all()
    assert any(str(cast.manager.id) in one for one in details)
    assert not any(word in one for one in details for word in (HIS, HERS))
    submit(handed_over, "self", cast.subject, entries("met"))
    for person in (cast.subject, cast.next_manager, cast.head, cast.hr):
        page = client_for(person).get(f"/assessments/{handed_over.id}")
        assert HERS in page.text
        assert HIS not in page.text
    # Nothing is lost: what the former manager wrote is still stored, under his name.
    rows = queries.list_answers(handed_over.id, Side.MANAGER, cast.manager.id)
    assert {row.comment for row in rows.values()} == {HIS}
    assert client_for(cast.manager).get(f"/assessments/{handed_over.id}").status == 404


def test_the_former_manager_learns_nothing_of_what_came_after_their_side(cast, client_for, handed_over, clock):
    tomasz = client_for(cast.manager)
    place = f"/assessments/{handed_over.id}"
    before = tomasz.get(place).words("main")
    assert HIS in before
    for word in ("This assessment", "Both sides by", "Reminder", "Remind", "5 Dec"):
        assert word not in before
    with transaction():
        actions.set_due(queries.get_assessment(handed_over.id), date(2026, 12, 1), by=by(cast.subject), at=NOW)
        actions.remind(queries.get_assessment(handed_over.id), by=by(cast.hr), at=NOW)
    assert tomasz.get(place).words("main") == before
    clock.stand_still(NOW + timedelta(days=12))
    submit(handed_over, "self", cast.subject, entries("met"))
    assert client_for(cast.manager).get(place).words("main") == before


@pytest.mark.parametrize("is_in", [False, True])
@pytest.mark.parametrize("what", ["manager", "team", "level", "version", "leaving", "leaving and coming back"])
def test_a_change_in_the_middle_loses_nothing_and_reveals_nothing(cast, client_for, what, is_in):
    found = open_for(cast.subject)
    act = submit if is_in else draft
    act(found, "self", cast.subject, entries("met", words="hers"))
    draft(found, "manager", cast.manager, entries("partly_met", words=HIS))
    change(cast, what)
    for side, author, words in ((Side.SELF, cast.subject, "hers"), (Side.MANAGER, cast.manager, HIS)):
        rows = queries.list_answers(found.id, side, author.id)
        assert {row.comment for row in rows.values()} == {words}
    row = queries.get_assessment(found.id)
    assert (row.self_submitted_at is not None, row.manager_submitted_at) == (is_in, None)
    assert str(row.ladder_version_id) == str(found.ladder_version_id)
    assert row.is_running
    for person in (cast.subject, cast.next_manager, cast.head, cast.hr, cast.peer):
        seen = "".join(
            client_for(person).get(path).text
            for path in (f"/assessments/{found.id}", f"/people/{cast.subject.id}/assessments", "/assessments/")
        )
        assert HIS not in seen


def change(cast, what):
    with transaction():
        if what == "manager":
            set_manager(cast.subject, cast.next_manager, from_on=NOW.date(), by=SYSTEM, at=NOW)
        elif what == "team":
            people.set_team(cast.subject, make_team("Clinical"), from_on=NOW.date(), by=SYSTEM, at=NOW)
        elif what.startswith("leaving"):
            people.record_leaving(cast.subject, on=NOW.date(), by=SYSTEM, at=NOW)
        elif what == "level":
            grant(cast.subject, "L3", on=NOW.date())
    if what == "version":
        publish("overlays/software-engineer-house/1.0.0.yaml", from_on=NOW.date())
    if what == "leaving and coming back":
        with transaction():
            person = get_person(cast.subject.id)
            person.left_on = None
