"""The calendar files of sessions: what a calendar program reads in them, and what they never say."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar

from app.mentoring.actions import sessions as acts
from app.mentoring.actions.sessions import Plan
from app.mentoring.models import SessionState
from app.mentoring.queries.sessions import get_session
from tests.conftest import NOW
from tests.factories.mentoring import make_note, make_session
from tests.mentoring.pairs import act, make_pair

SOON = datetime.fromisoformat("2026-11-24T13:00:00+00:00")


@pytest.fixture
def pair(app):
    return make_pair()


def entries(page):
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(page.response.data).walk("VEVENT")


def test_a_session_is_one_entry_with_its_time_and_place_and_no_word_of_the_pair(pair, client_for):
    session = make_session(pair.mentorship, starts_at=SOON, minutes=45, place="Room 4\r\nX-INJECTED:1")
    make_note(session, pair.amara, "Kestrel: may I say no to the release?")
    page = client_for(pair.amara).get(f"/mentoring/sessions/{session.id}/session.ics")
    (entry,) = entries(page)
    assert str(entry["summary"]) == "Mentoring session with Chioma Eze"
    assert (entry.decoded("dtstart"), entry.decoded("dtend")) == (SOON, SOON + timedelta(minutes=45))
    assert str(entry["location"]) == "Room 4 X-INJECTED:1"
    assert str(entry["url"]).endswith(f"/mentoring/sessions/{session.id}")
    assert "Kestrel" not in page.text


def test_a_session_that_moves_keeps_its_identity_and_one_that_is_called_off_is_cancelled(pair, client_for):
    session = make_session(pair.mentorship, starts_at=SOON)
    address = f"/mentoring/{pair.mentorship.id}/sessions.ics"
    (before,) = entries(client_for(pair.chioma).get(address))
    act(acts.change_session, get_session(session.id), Plan(SOON + timedelta(days=1)), version=1, by=pair.amara)
    (moved,) = entries(client_for(pair.chioma).get(address))
    assert str(moved["uid"]) == str(before["uid"])
    assert int(moved["sequence"]) > int(before["sequence"])
    assert str(moved["summary"]) == "Mentoring session with Amara Diallo"
    act(acts.call_off_session, get_session(session.id), by=pair.amara)
    (off,) = entries(client_for(pair.chioma).get(address))
    assert str(off["status"]) == "CANCELLED"


def test_the_file_of_all_holds_what_lies_ahead(pair, client_for):
    make_session(pair.mentorship, number=1, starts_at=NOW - timedelta(days=9), state=SessionState.HELD)
    make_session(pair.mentorship, number=2, starts_at=SOON)
    make_session(pair.mentorship, number=3, starts_at=SOON + timedelta(days=21))
    found = entries(client_for(pair.amara).get(f"/mentoring/{pair.mentorship.id}/sessions.ics"))
    assert [one.decoded("dtstart") for one in found] == [SOON + timedelta(days=21), SOON]
