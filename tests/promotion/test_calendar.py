"""The calendar file of a cycle: what a calendar program reads in it, and what it never says."""

from __future__ import annotations

from datetime import date

import pytest
from icalendar import Calendar

from app.audit.actions import Author
from app.domain.promotion import CycleState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.promotion.actions.cycles import cancel_cycle, extend_deadlines
from app.promotion.models import PromotionCycle
from tests.conftest import NOW
from tests.factories.promotion import make_case, make_cycle, make_firm


@pytest.fixture
def firm(app):
    return make_firm()


@pytest.fixture
def read(client_for):
    """Return a reader of the entries of a cycle's file, by the beginning of their identity."""

    def entries(person, cycle):
        page = client_for(person).get(f"/promotions/{cycle.id}/calendar.ics")
        assert page.status == 200
        return {str(one["uid"]).split(".")[0]: one for one in Calendar.from_ical(page.response.data).walk("VEVENT")}

    return entries


def test_every_day_is_an_entry_of_a_whole_day_that_ends_on_the_next(firm, read):
    cycle = make_cycle(firm, state=CycleState.PACKETS, name="Winter 2026")
    found = read(firm.stranger, cycle)
    assert len(found) == 8
    due = found["packets_due"]
    assert (due.decoded("dtstart"), due.decoded("dtend")) == (date(2026, 11, 28), date(2026, 11, 29))
    assert due.decoded("dtstamp") == NOW
    assert str(due["summary"]) == "Winter 2026: packets due"
    assert str(due["url"]).endswith(f"/promotions/{cycle.id}")
    assert str(due["status"]) == "CONFIRMED"


def test_an_extension_moves_the_entry_under_the_same_identity_with_a_higher_number(firm, read):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    before = read(firm.stranger, cycle)
    with transaction() as session:
        found = session.get(PromotionCycle, cycle.id)
        extend_deadlines(found, {"packets_due": date(2026, 12, 4)}, "Ill.", by=Author(firm.hr.id), at=NOW)
    after = read(firm.stranger, cycle)
    assert {name: str(one["uid"]) for name, one in before.items()} == {n: str(one["uid"]) for n, one in after.items()}
    assert after["packets_due"].decoded("dtstart") == date(2026, 12, 4)
    assert int(after["packets_due"]["sequence"]) > int(before["packets_due"]["sequence"])


def test_an_extension_for_one_case_is_nobody_elses_to_see(firm, read):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    case = make_case(cycle, firm.amara)
    before = read(firm.stranger, cycle)["packets_due"].to_ical()
    with transaction() as session:
        extend_deadlines(
            session.get(PromotionCycle, cycle.id),
            {"packets_due": date(2026, 12, 4)},
            "Ill.",
            case=session.merge(case),
            by=Author(firm.hr.id),
            at=NOW,
        )
    assert read(firm.stranger, cycle)["packets_due"].to_ical() == before


def test_a_cancelled_cycle_takes_its_entries_back(firm, read):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    before = int(read(firm.stranger, cycle)["packets_due"]["sequence"])
    with transaction() as session:
        cancel_cycle(session.get(PromotionCycle, cycle.id), "No budget.", by=Author(firm.hr.id), at=NOW)
    after = read(firm.stranger, cycle)["packets_due"]
    assert (str(after["status"]), int(after["sequence"]) > before) == ("CANCELLED", True)


def test_the_file_says_nothing_of_anybody_and_nothing_of_how_far_it_is(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    make_case(cycle, firm.amara)
    client = client_for(firm.stranger)

    def content():
        return client.get(f"/promotions/{cycle.id}/calendar.ics").response.data

    before = content()
    for name in (b"Amara", firm.chair.name.encode(), b"P-01"):
        assert name not in before
    for state in (CycleState.CALIBRATION, CycleState.DECIDED, CycleState.COMMUNICATED):
        with transaction() as session:
            session.get(PromotionCycle, cycle.id).state = state
        assert content() == before


def test_the_answer_is_a_file_of_its_kind_with_a_fixed_name(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.OPEN, name='Winter"\r\nX: 2026')
    headers = client_for(firm.stranger).get(f"/promotions/{cycle.id}/calendar.ics").response.headers
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Content-Disposition"] == 'attachment; filename="promotion-cycle.ics"'
    assert "no-store" in headers["Cache-Control"]


def test_a_name_cannot_smuggle_lines_into_the_file(firm, read):
    cycle = make_cycle(firm, state=CycleState.OPEN, name="Winter\r\nATTENDEE:x; 2026, all")
    due = read(firm.stranger, cycle)["packets_due"]
    assert "attendee" not in due
    assert "ATTENDEE:x; 2026, all: packets due" in str(due["summary"])


def test_a_draft_has_no_file_for_others(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    address = f"/promotions/{cycle.id}/calendar.ics"
    assert client_for(firm.stranger).get(address).status == 404
    assert client_for(firm.hr).get(address).status == 200
    assert db.session.get(PromotionCycle, cycle.id) is not None
