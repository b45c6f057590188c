"""By when both sides are asked for, who hears of it, and reminders, by hand and by themselves."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.assessment import actions, queries
from app.assessment.reminders import REMIND
from app.audit.models import AuditEvent
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.jobs import actions as jobs
from app.notices.models import Mail
from app.notices.queries import list_waiting
from app.people import actions as people
from tests.assessment.conftest import by, open_for, submit
from tests.conftest import NOW
from tests.factories.people import AT, SYSTEM

TODAY = date(2026, 11, 21)


def open_due(cast, due_on, opener=None):
    with transaction():
        return actions.open_assessment(cast.subject, due_on=due_on, by=by(opener or cast.subject), at=now())


def remind(assessment, person):
    with transaction():
        return actions.remind(queries.get_assessment(assessment.id), by=by(person), at=now())


def told(session):
    """Return whom mail was put for, newest last."""
    session.rollback()
    return list(session.scalars(select(Mail.person_id).order_by(Mail.created_at, Mail.id)))


def tags(session, found):
    session.rollback()
    return list(
        session.scalars(select(AuditEvent.tag).where(AuditEvent.object_id == found.id).order_by(AuditEvent.seq))
    )


def at(day, hour=9):
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_the_due_day_is_two_weeks_ahead_unless_another_is_named(cast):
    assert open_for(cast.subject).due_on == TODAY + timedelta(days=14)
    assert open_due(cast, TODAY + timedelta(days=3), cast.manager).due_on == TODAY + timedelta(days=14)
    with transaction():
        found = actions.open_assessment(
            cast.subject, target="L4", due_on=TODAY + timedelta(days=3), by=by(cast.subject), at=now()
        )
    assert found.due_on == TODAY + timedelta(days=3)


@pytest.mark.parametrize("days", [-1, 400])
def test_a_due_day_that_is_past_or_far_away_is_refused(cast, days):
    with transaction(), pytest.raises(InvalidError, match="day"):
        actions.open_assessment(cast.subject, due_on=TODAY + timedelta(days=days), by=by(cast.subject), at=now())


def test_whoever_opens_it_lets_the_other_side_hear_of_it(cast, session):
    open_for(cast.subject)
    assert told(session) == [cast.manager.id]
    open_for(cast.subject, cast.manager, "L4")
    assert sorted(told(session)) == sorted([cast.manager.id, cast.subject.id])


def test_both_change_the_due_day_while_it_runs_and_the_other_hears_of_it(cast, client_for, session):
    found = open_for(cast.subject)
    for person, day in ((cast.subject, "2026-11-30"), (cast.manager, "2026-12-02")):
        client = client_for(person)
        page = client.send(client.get(f"/assessments/{found.id}/due").form(ending="/due"), due_on=day)
        assert page.status == 302
    assert queries.get_assessment(found.id).due_on == date(2026, 12, 2)
    assert Counter(told(session)) == {cast.manager.id: 2, cast.subject.id: 1}
    assert tags(session, found)[1:] == ["assessment:due:set"] * 2
    for person in (cast.head, cast.hr, cast.peer, cast.next_manager):
        assert client_for(person).get(f"/assessments/{found.id}/due").status == 404
        assert client_for(person).post(f"/assessments/{found.id}/due", {"due_on": "2026-12-03"}).status == 404


@pytest.mark.parametrize("day", ["", "2026-11-20", "2028-01-01", "soon"])
def test_a_due_day_that_is_none_is_refused_at_its_field_and_kept(cast, client_for, day):
    found = open_for(cast.subject)
    amara = client_for(cast.subject)
    page = amara.send(amara.get(f"/assessments/{found.id}/due").form(ending="/due"), due_on=day)
    assert page.status == 422
    assert page.words("span", class_="field-error")
    assert page.all("input", name="due_on")[0].get("value") == day
    page = amara.send(amara.get("/assessments/").form(ending="/assessments"), due_on=day, target="L4")
    assert page.status == (302 if day == "" else 422)


def test_another_due_day_lets_an_earlier_reminder_count_no_more(cast):
    found = open_for(cast.subject)
    remind(found, cast.subject)
    with transaction():
        same = actions.set_due(queries.get_assessment(found.id), found.due_on, by=by(cast.subject), at=now())
        assert same.reminded_at is not None
        later = actions.set_due(same, TODAY, by=by(cast.manager), at=now())
    assert later.reminded_at is None


def test_whoever_opens_one_that_runs_reads_that_it_keeps_its_day(cast, client_for):
    found = open_for(cast.subject)
    tomasz = client_for(cast.manager)
    place = f"/people/{cast.subject.id}/assessments"
    form = tomasz.get(place).form(ending="/assessments")
    page = tomasz.follow(tomasz.send(form, due_on="2026-11-30"))
    said = page.words("div", class_="flashes")
    assert "This assessment runs already and keeps its due day, 5 December 2026." in said
    assert f"/assessments/{found.id}/due" in [link.get("href") for link in page.all("a")]
    assert queries.get_assessment(found.id).due_on == date(2026, 12, 5)
    same = tomasz.follow(tomasz.send(form, due_on="2026-12-05"))
    assert "keeps its due day" not in same.words("main")


# Reminders


def test_everybody_who_owes_a_side_is_reminded_at_most_once_a_day(cast, session, clock):
    found = open_for(cast.subject)
    before = Counter(told(session))
    remind(found, cast.subject)
    assert Counter(told(session)) - before == {cast.subject.id: 1, cast.manager.id: 1}
    assert tags(session, found)[-1] == "assessment:side:remind"
    with pytest.raises(NotAllowedNowError, match="today already"):
        remind(found, cast.hr)
    clock.stand_still(NOW + timedelta(days=1))
    submit(found, "self", cast.subject)
    before = len(told(session))
    remind(found, cast.hr)
    assert told(session)[before:] == [cast.manager.id]


def test_nobody_reminds_themselves_alone(cast, session):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    with pytest.raises(NotAllowedNowError, match="Nobody else"):
        remind(found, cast.manager)
    assert "assessment:side:remind" not in tags(session, found)


def test_the_button_reminds_and_says_when_it_was_done(cast, client_for):
    found = open_for(cast.subject)
    for person, seen in ((cast.subject, "Remind Tomasz Wieczorek"), (cast.manager, "Remind Amara Diallo")):
        assert seen in client_for(person).get(f"/assessments/{found.id}").words("main")
    hr = client_for(cast.hr)
    page = hr.get(f"/assessments/{found.id}")
    assert "Remind Amara Diallo and Tomasz Wieczorek" in page.words("main")
    page = hr.follow(hr.send(page.form(ending="/remind")))
    assert "A reminder went out today" in page.words("main")
    assert not page.has_form("/remind")
    assert hr.post(f"/assessments/{found.id}/remind").status == 409
    assert not client_for(cast.head).get(f"/assessments/{found.id}").has_form("/remind")


def run_reminders(clock, moment):
    clock.stand_still(moment)
    with transaction():
        jobs.queue(REMIND, {}, by=SYSTEM, at=moment)
    assert jobs.run_next("test", moment)


def test_belay_reminds_three_days_before_and_on_the_day_after(cast, session, clock):
    found = open_due(cast, date(2026, 11, 26))
    reminded = []
    for day in (21, 22, 23, 24, 25, 26, 27, 28, 29):
        before = len(told(session))
        for hour in (9, 21):
            run_reminders(clock, at(day, hour))
        if len(told(session)) > before:
            reminded.append(day)
    assert reminded == [23, 27]
    assert tags(session, found).count("assessment:side:remind") == 2


def test_a_worker_that_was_away_reminds_once_when_it_is_back(cast, session, clock):
    found = open_due(cast, date(2026, 11, 26))
    for day in (29, 30):
        run_reminders(clock, at(day))
    assert tags(session, found).count("assessment:side:remind") == 1


def test_nobody_is_reminded_of_what_is_over_nor_on_the_day_of_opening(cast, session, clock):
    found = open_due(cast, TODAY)
    run_reminders(clock, at(21, 20))
    other = open_for(cast.peer)
    with transaction():
        actions.call_off(queries.get_assessment(other.id), by=by(cast.peer), at=now())
    clock.stand_still(at(30))
    submit(found, "self", cast.subject)
    submit(found, "manager", cast.manager)
    run_reminders(clock, at(30, 20))
    assert "assessment:side:remind" not in tags(session, found) + tags(session, other)


def test_who_has_left_is_neither_reminded_nor_waited_for(cast, session, clock):
    found = open_due(cast, date(2026, 11, 26))
    with transaction():
        people.record_leaving(cast.subject, on=date(2026, 11, 22), by=SYSTEM, at=AT)
    before = len(told(session))
    run_reminders(clock, at(27))
    assert cast.subject.id not in told(session)[before:]
    assert list_waiting(cast.subject.id, TODAY + timedelta(days=6)) == []
    assert not queries.get_assessment(found.id).is_revealed


def test_who_becomes_line_manager_after_the_last_reminder_is_reminded_once(cast, session, clock):
    open_due(cast, date(2026, 11, 26))
    run_reminders(clock, at(27))
    with transaction():
        people.set_manager(cast.subject, cast.next_manager, from_on=date(2026, 12, 2), by=SYSTEM, at=at(28))
    december = [datetime(2026, 12, day, hour, tzinfo=UTC) for day in (1, 2, 3, 4) for hour in (9, 21)]
    days = []
    for moment in december:
        before = len(told(session))
        run_reminders(clock, moment)
        days += [moment.day for person in told(session)[before:] if person == cast.next_manager.id]
    assert days == [2]


def test_nobody_is_asked_to_rate_who_has_left(cast, session, clock, client_for):
    found = open_due(cast, date(2026, 11, 26))
    submit(found, "self", cast.subject)
    with transaction():
        people.record_leaving(cast.subject, on=date(2026, 11, 22), by=SYSTEM, at=AT)
    before = len(told(session))
    run_reminders(clock, at(30))
    assert told(session)[before:] == []
    assert list_waiting(cast.manager.id, date(2026, 11, 30)) == []
    assert "Nothing waits" in client_for(cast.manager).get("/assessments/").words("h1")
    clock.stand_still(at(21))
    assert [one.text for one in list_waiting(cast.manager.id, TODAY)] == ["Rate Amara Diallo for L3"]


# What waits


def waits(person, on=TODAY):
    return [(one.text, one.detail, one.due_on, one.is_pressing) for one in list_waiting(person.id, on)]


def test_a_side_waits_for_whoever_owes_it_and_presses_once_the_other_is_in(cast):
    found = open_for(cast.subject, cast.manager)
    due = found.due_on
    assert waits(cast.subject) == [("Assess yourself for L3", "Tomasz Wieczorek opened it", due, False)]
    assert waits(cast.manager) == [("Rate Amara Diallo for L3", "", due, False)]
    submit(found, "self", cast.subject)
    assert waits(cast.subject) == []
    assert waits(cast.manager) == [("Rate Amara Diallo for L3", "The engineer’s side is in", due, True)]
    assert [waits(person) for person in (cast.head, cast.hr, cast.peer, cast.next_manager)] == [[]] * 4


def test_a_side_waits_for_the_line_manager_of_the_day(cast):
    open_for(cast.subject)
    with transaction():
        people.set_manager(cast.subject, cast.next_manager, from_on=TODAY, by=SYSTEM, at=AT)
    assert waits(cast.manager) == []
    assert len(waits(cast.next_manager)) == 1


def test_the_list_says_by_when_and_who_asked(cast, client_for):
    open_for(cast.subject)
    with transaction():
        actions.open_assessment(
            cast.subject, target="L4", due_on=TODAY + timedelta(days=2), by=by(cast.subject), at=now()
        )
    words = client_for(cast.manager).get("/assessments/").words("ul", class_="inbox")
    assert words.index("Amara Diallo for L4Due 23 Nov 2026") < words.index("Amara Diallo for L3Due 5 Dec 2026")
    assert "asked for by Amara Diallo" in words
    table = client_for(cast.subject).get("/assessments/").words("table")
    assert table.index("L4") < table.index("L3")
    assert "Due 5 Dec 2026" in table
