"""The end of an assessment without a side: closed as “not given” after the due day and a reminder, or called off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.assessment import actions, queries
from app.assessment.letters import compose_called_off
from app.assessment.models import Assessment, Side
from app.assessment.queries.facts import facts_of
from app.audit.models import AuditEvent
from app.domain.errors import NotAllowedNowError
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.notices.actions import choose_hearing
from app.notices.models import Hearing, Mail
from app.notices.queries import list_waiting
from app.people import actions as people
from tests.assessment.conftest import OPEN_AT_L3, by, draft, entries, open_for, reopen, submit
from tests.conftest import NOW
from tests.factories.people import AT, SYSTEM

HERS, HIS = "canary-of-the-engineer", "canary-of-the-manager"
LATER = NOW + timedelta(days=20)


def get(found):
    return queries.get_assessment(found.id)


def remind(found, person):
    with transaction():
        return actions.remind(get(found), by=by(person), at=now())


def close(found, side, person):
    with transaction():
        return actions.close_side(get(found), Side(side), by=by(person), at=now())


def call_off(found, person):
    with transaction():
        return actions.call_off(get(found), by=by(person), at=now())


def overdue(cast, clock, *, is_in):
    """Return an assessment of which one side is in and the other was reminded of, after its due day."""
    found = open_for(cast.subject)
    if is_in == "manager":
        draft(found, "self", cast.subject, entries("exceeded", words=HERS))
    if is_in == "self":
        draft(found, "manager", cast.manager, entries("partly_met", words=HIS))
    if is_in == "self":
        submit(found, "self", cast.subject, entries("exceeded", words=HERS))
    else:
        submit(found, "manager", cast.manager, entries("partly_met", words=HIS))
    remind(found, cast.hr)
    clock.stand_still(LATER)
    return get(found)


def everything(client, cast, found):
    """Return all that somebody can get of an assessment and around it, as one text."""
    paths = [
        f"/assessments/{found.id}",
        f"/assessments/{found.id}/self/draft",
        f"/assessments/{found.id}/manager/draft",
        f"/assessments/{found.id}/self/close",
        f"/assessments/{found.id}/manager/close",
        f"/assessments/{found.id}/call-off",
        f"/assessments/{found.id}/due",
        "/assessments/",
        "/inbox",
        "/",
        f"/people/{cast.subject.id}/assessments",
        f"/people/{cast.subject.id}/standing",
        f"/people/{cast.subject.id}",
    ]
    return " ".join(page.text + str(page.headers) for page in map(client.get, paths))


# What has to have happened before


@pytest.mark.parametrize(("is_reminded", "is_past"), [(False, True), (True, False), (False, False)])
def test_a_side_is_closed_after_its_due_day_and_a_reminder_and_not_before(
    cast, clock, client_for, is_reminded, is_past
):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager)
    if is_reminded:
        remind(found, cast.hr)
    if is_past:
        clock.stand_still(LATER)
    with pytest.raises(NotAllowedNowError, match="cannot be closed yet"):
        close(found, "self", cast.hr)
    for person in (cast.manager, cast.hr):
        client = client_for(person)
        page = client.get(f"/assessments/{found.id}").words("main")
        assert ("The due day has to pass." in page) is not is_past
        assert ("Amara Diallo has to be reminded of this due day." in page) is not is_reminded
        question = client.get(f"/assessments/{found.id}/self/close")
        assert "cannot be closed yet" in question.words("main")
        assert not question.has_form("/close")
        assert client.post(f"/assessments/{found.id}/self/close").status == 409
    assert not get(found).is_revealed


def test_on_the_due_day_itself_it_is_too_early(cast, clock):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager)
    remind(found, cast.hr)
    clock.stand_still(NOW + timedelta(days=14))
    with pytest.raises(NotAllowedNowError, match="due day has to pass"):
        close(found, "self", cast.hr)
    clock.stand_still(NOW + timedelta(days=15))
    assert close(found, "self", cast.hr).is_revealed


def test_nothing_is_closed_before_one_side_has_spoken(cast, clock):
    found = open_for(cast.subject)
    remind(found, cast.hr)
    clock.stand_still(LATER)
    for side in ("self", "manager"):
        with pytest.raises(NotAllowedNowError, match="at least one of the two"):
            close(found, side, cast.hr)


def test_a_line_manager_who_came_after_the_reminder_is_reminded_first(cast, clock):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    remind(found, cast.hr)
    with transaction():
        people.set_manager(cast.subject, cast.next_manager, from_on=date(2026, 12, 1), by=SYSTEM, at=AT)
    clock.stand_still(LATER)
    with pytest.raises(NotAllowedNowError, match="Priya Raghunathan has to be reminded"):
        close(found, "manager", cast.hr)
    remind(found, cast.subject)
    assert close(found, "manager", cast.hr).is_revealed


def test_where_nobody_is_left_to_remind_the_due_day_is_enough(cast, clock):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager)
    with transaction():
        people.record_leaving(cast.subject, on=date(2026, 11, 25), by=SYSTEM, at=AT)
    clock.stand_still(LATER)
    assert close(found, "self", cast.hr).is_revealed


def test_where_nobody_was_there_to_remind_the_page_closes_without_telling_of_a_reminder(cast, clock, client_for):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager)
    leave(cast.subject)
    clock.stand_still(LATER)
    manager = client_for(cast.manager)
    question = manager.get(f"/assessments/{found.id}/self/close")
    assert question.status == 200
    assert "It was due on 5 December 2026. When you close it" in question.words("main")
    assert manager.send(question.form(ending="/close")).status == 302
    assert get(found).is_revealed


def test_whoever_takes_their_side_back_is_reminded_before_it_is_closed(cast, clock, client_for):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    remind(found, cast.hr)
    reopen(found, "self", cast.subject)
    submit(found, "manager", cast.manager)
    clock.stand_still(LATER)
    manager = client_for(cast.manager)
    page = manager.get(f"/assessments/{found.id}/self/close")
    assert "Amara Diallo has to be reminded of this due day." in page.words("main")
    assert manager.post(f"/assessments/{found.id}/self/close").status == 409
    remind(found, cast.manager)
    assert close(found, "self", cast.manager).is_revealed


def test_who_is_named_line_manager_after_a_reminder_of_the_same_day_still_has_to_be_reminded(cast, clock):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    remind(found, cast.hr)
    with transaction():
        people.set_manager(
            cast.subject, cast.next_manager, from_on=NOW.date(), by=SYSTEM, at=NOW + timedelta(minutes=5)
        )
    clock.stand_still(LATER)
    with pytest.raises(NotAllowedNowError, match="Priya Raghunathan has to be reminded"):
        close(found, "manager", cast.hr)


def leave(person, day=date(2026, 11, 25)):
    with transaction():
        people.record_leaving(person, on=day, by=SYSTEM, at=AT)


def texts(person, on=LATER):
    return [(one.text, one.detail) for one in list_waiting(person.id, on.date())]


CLOSE = "Assessment of Amara Diallo for L3: close what is missing, or wait"


def test_a_side_that_nobody_is_left_to_give_waits_to_be_closed(cast, clock, client_for):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager)
    leave(cast.subject)
    clock.stand_still(LATER)
    assert texts(cast.manager) == [(CLOSE, "The engineer’s side is missing, and nobody is there to remind")]
    assert texts(cast.hr) == []
    assert CLOSE in client_for(cast.manager).get("/inbox").words("main")
    close(found, "self", cast.manager)
    assert CLOSE not in [text for text, _ in texts(cast.manager)]


def test_where_no_line_manager_is_left_the_engineers_side_waits_for_hr(cast, clock, client_for):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager)
    remind(found, cast.hr)
    leave(cast.manager)
    clock.stand_still(LATER)
    assert texts(cast.hr) == [(CLOSE, "The engineer’s side did not come in after a reminder")]
    assert texts(cast.manager) == []
    assert CLOSE in client_for(cast.hr).get("/inbox").words("main")


def test_a_line_managers_side_waits_for_hr_when_they_left_before_any_reminder(cast, clock):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    leave(cast.manager)
    clock.stand_still(LATER)
    assert texts(cast.hr) == [(CLOSE, "The line manager’s side is missing, and nobody is there to remind")]


def test_the_side_of_a_line_manager_of_then_is_said_to_be_theirs_after_a_hand_over(cast, clock, client_for):
    found = overdue(cast, clock, is_in="self")
    close(found, "manager", cast.hr)
    clock.stand_still(LATER + timedelta(days=5))
    with transaction():
        people.set_manager(cast.subject, cast.next_manager, from_on=now().date(), by=SYSTEM, at=now())
    words = client_for(cast.subject).get(f"/assessments/{found.id}").words("main")
    assert "Tomasz Wieczorek" in words
    assert "Priya Raghunathan" not in words
    theirs = queries.comparison_of(get(found)).theirs
    assert (theirs.name, theirs.is_given) == ("Tomasz Wieczorek", False)


# Who closes what


def test_the_line_manager_or_hr_closes_the_engineers_side(cast, clock, client_for):
    own = overdue(cast, clock, is_in="manager")
    for person, status in (
        (cast.subject, 404),
        (cast.head, 404),
        (cast.peer, 404),
        (cast.admin, 404),
        (cast.next_manager, 404),
        (cast.manager, 200),
        (cast.hr, 200),
    ):
        assert client_for(person).get(f"/assessments/{own.id}/self/close").status == status


def test_hr_alone_closes_the_managers_side(cast, clock, client_for):
    found = overdue(cast, clock, is_in="self")
    for person in (cast.subject, cast.manager, cast.head, cast.peer, cast.admin, cast.next_manager):
        client = client_for(person)
        assert client.get(f"/assessments/{found.id}/manager/close").status == 404
        assert client.post(f"/assessments/{found.id}/manager/close").status == 404
    assert client_for(cast.hr).get(f"/assessments/{found.id}/manager/close").status == 200


def test_what_can_be_closed_waits_for_whoever_may(cast, clock):
    overdue(cast, clock, is_in="manager")
    day = LATER.date()

    def texts(person):
        return [one.text for one in list_waiting(person.id, day)]

    to_close = "Assessment of Amara Diallo for L3: close what is missing, or wait"
    assert texts(cast.manager) == [to_close]
    assert texts(cast.hr) == []
    assert texts(cast.subject) == ["Assess yourself for L3"]
    assert texts(cast.head) == []


def test_a_missing_managers_side_waits_for_hr(cast, clock):
    overdue(cast, clock, is_in="self")
    assert [one.detail for one in list_waiting(cast.hr.id, LATER.date())] == [
        "The line manager’s side did not come in after a reminder"
    ]


# What it opens


def test_closing_the_engineers_side_opens_the_managers_and_never_the_draft(cast, clock, client_for, session):
    found = overdue(cast, clock, is_in="manager")
    manager = client_for(cast.manager)
    question = manager.get(f"/assessments/{found.id}/self/close")
    assert "Tomasz Wieczorek’s side opens at once" in question.words("main")
    page = manager.send(question.form(ending="/close"))
    assert page.status == 302
    assert get(found).is_revealed
    assert get(found).submitted_on == LATER.date()
    assert get(found).closed_by_id == cast.manager.id
    for person in (cast.subject, cast.manager, cast.head, cast.hr):
        client = client_for(person)
        page = client.get(f"/assessments/{found.id}")
        assert page.status == 200
        assert HIS in page.text
        if person is not cast.subject:
            assert HERS not in everything(client, cast, found)
    for person in (cast.peer, cast.admin, cast.next_manager):
        seen = everything(client_for(person), cast, found)
        assert HERS not in seen
        assert HIS not in seen
    assert HERS in client_for(cast.subject).get(f"/assessments/{found.id}/self/draft").text
    for side in ("self", "manager"):
        assert client_for(cast.manager).get(f"/assessments/{found.id}/{side}/draft").status == 404
    events = session.scalars(select(AuditEvent).where(AuditEvent.object_id == found.id).order_by(AuditEvent.seq)).all()
    assert [event.tag for event in events].count("assessment:side:close") == 1
    assert not any(word in event.details for event in events for word in (HERS, HIS, "exceeded", "partly_met"))


def test_closing_the_managers_side_opens_the_engineers_and_never_the_draft(cast, clock, client_for):
    found = overdue(cast, clock, is_in="self")
    hr = client_for(cast.hr)
    assert hr.send(hr.get(f"/assessments/{found.id}/manager/close").form(ending="/close")).status == 302
    for person in (cast.subject, cast.manager, cast.head, cast.hr):
        client = client_for(person)
        page = client.get(f"/assessments/{found.id}")
        assert page.status == 200
        assert HERS in page.text
        if person is not cast.manager:
            assert HIS not in everything(client, cast, found)
    assert HIS in client_for(cast.manager).get(f"/assessments/{found.id}/manager/draft").text
    for side in ("self", "manager"):
        assert client_for(cast.subject).get(f"/assessments/{found.id}/{side}/draft").status == 404


def answers_about(cast):
    facts = facts_of([cast.subject.id], now().date())[cast.subject.id]
    return sorted(facts.manager_answers), sorted(facts.self_answers)


def test_the_managers_ratings_count_without_the_engineers_side(cast, clock):
    found = overdue(cast, clock, is_in="manager")
    assert answers_about(cast) == ([], [])
    close(found, "self", cast.hr)
    assert answers_about(cast) == (sorted(OPEN_AT_L3), [])


def test_a_missing_managers_side_changes_no_standing(cast, clock):
    found = overdue(cast, clock, is_in="self")
    close(found, "manager", cast.hr)
    theirs, own = answers_about(cast)
    assert theirs == []
    assert own == sorted(OPEN_AT_L3)


def test_lists_and_state_tell_that_a_side_was_not_given(cast, clock, client_for):
    found = overdue(cast, clock, is_in="manager")
    close(found, "self", cast.hr)
    for path, person in (
        ("/assessments/", cast.subject),
        ("/assessments/", cast.manager),
        (f"/people/{cast.subject.id}/assessments", cast.hr),
    ):
        words = client_for(person).get(path).words("table")
        assert "Not given" in words
        assert "Closed 11 Dec 2026" in words
    assert "Nothing waits" in client_for(cast.subject).get("/assessments/").words("h1")


def test_after_closing_nobody_writes_hands_in_reopens_or_closes_any_more(cast, clock):
    found = overdue(cast, clock, is_in="manager")
    close(found, "self", cast.hr)
    with pytest.raises(NotAllowedNowError, match="closed as"):
        draft(found, "self", cast.subject, entries("met"))
    with pytest.raises(NotAllowedNowError, match="closed as"):
        submit(found, "self", cast.subject)
    with pytest.raises(NotAllowedNowError, match="closed as"):
        reopen(found, "manager", cast.manager)
    with pytest.raises(NotAllowedNowError, match="closed as"):
        close(found, "self", cast.hr)
    with pytest.raises(NotAllowedNowError, match="closed as"):
        remind(found, cast.hr)


def test_a_new_one_can_be_opened_after_closing(cast, clock):
    found = overdue(cast, clock, is_in="manager")
    assert open_for(cast.subject).id == found.id
    close(found, "self", cast.hr)
    assert open_for(cast.subject).id != found.id


# Called off


@pytest.mark.parametrize("who", ["subject", "manager"])
def test_one_that_was_opened_by_mistake_is_called_off_after_a_question(cast, client_for, who, session):
    found = open_for(cast.subject)
    client = client_for(getattr(cast, who))
    question = client.get(f"/assessments/{found.id}/call-off")
    assert "Call off the assessment of Amara Diallo for L3?" in question.words("main")
    page = client.follow(client.send(question.form(ending="/call-off")))
    assert "Called off" in page.words("main")
    assert get(found).called_off_by_id == getattr(cast, who).id
    tags = session.scalars(select(AuditEvent.tag).where(AuditEvent.object_id == found.id).order_by(AuditEvent.seq))
    assert list(tags)[-1] == "assessment:assessment:call_off"
    assert list_waiting(cast.subject.id, NOW.date()) == list_waiting(cast.manager.id, NOW.date()) == []
    assert "Called off 21 Nov 2026" in client.get("/assessments/").words("table")
    assert open_for(cast.subject).id != found.id


def test_drafts_of_one_that_was_called_off_stay_their_authors(cast, client_for):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, entries("exceeded", words=HERS))
    draft(found, "manager", cast.manager, entries("partly_met", words=HIS))
    call_off(found, cast.subject)
    own = {cast.subject.id: HERS, cast.manager.id: HIS}
    for person in (cast.subject, cast.manager, cast.head, cast.hr, cast.peer, cast.admin, cast.next_manager):
        client = client_for(person)
        seen = everything(client, cast, found)
        for words in (HERS, HIS):
            assert (words in seen) is (own.get(person.id) == words)
    assert answers_about(cast) == ([], [])
    for side, author in (("self", cast.subject), ("manager", cast.manager)):
        with pytest.raises(NotAllowedNowError, match="called off"):
            draft(found, side, author, entries("met"))


def letters(session):
    session.rollback()
    rows = session.scalars(select(Mail).where(Mail.kind == actions.CALLED_OFF).order_by(Mail.id))
    return [(mail.person_id, compose_called_off(mail)) for mail in rows]


@pytest.mark.parametrize(("who", "other"), [("subject", "manager"), ("manager", "subject")])
def test_the_other_side_hears_by_mail_that_it_was_called_off(cast, session, client_for, who, other):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, entries("exceeded", words=HERS))
    client_for(getattr(cast, other))
    call_off(found, getattr(cast, who))
    ((person_id, letter),) = letters(session)
    assert person_id == getattr(cast, other).id
    assert letter.to_address == getattr(cast, other).email
    whose = "your assessment" if other == "subject" else "the assessment of Amara Diallo"
    assert letter.subject == f"Called off: {whose} for L3"
    assert f"{getattr(cast, who).name} called off {whose} for L3 on 21 November 2026" in letter.body
    assert f"/assessments/{found.id}" in letter.body
    assert HERS not in letter.body


def test_who_wants_no_mail_at_once_gets_none_when_it_is_called_off(cast, session):
    found = open_for(cast.subject)
    with transaction():
        choose_hearing(cast.manager.id, {queries.SIDE_DUE: Hearing.DAILY}, by=by(cast.manager), at=NOW)
    call_off(found, cast.subject)
    assert letters(session) == []


def test_a_draft_says_by_whom_and_when_its_assessment_was_called_off(cast, client_for):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, entries("exceeded", words=HERS))
    call_off(found, cast.manager)
    words = client_for(cast.subject).get(f"/assessments/{found.id}/self/draft").words("main")
    assert "On 21 November 2026 by Tomasz Wieczorek, before a side was in." in words


@pytest.mark.parametrize("side", ["self", "manager"])
def test_once_a_side_is_in_nothing_is_called_off(cast, client_for, side):
    found = open_for(cast.subject)
    submit(found, side, cast.subject if side == "self" else cast.manager)
    with pytest.raises(NotAllowedNowError, match="A side is in"):
        call_off(found, cast.subject)
    for person in (cast.subject, cast.manager):
        assert client_for(person).get(f"/assessments/{found.id}/call-off").status == 404
        assert client_for(person).post(f"/assessments/{found.id}/call-off").status == 404


def test_hr_and_others_call_nothing_off(cast, client_for, session):
    found = open_for(cast.subject)
    for person in (cast.hr, cast.head, cast.peer, cast.admin, cast.next_manager):
        assert client_for(person).post(f"/assessments/{found.id}/call-off").status == 404
    assert session.get_one(Assessment, found.id).called_off_at is None


def test_a_running_one_has_no_page_of_ones_draft(cast, client_for):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, entries("met"))
    assert client_for(cast.subject).get(f"/assessments/{found.id}/self/draft").location == f"/assessments/{found.id}"
