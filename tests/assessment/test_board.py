"""The team board: who is on it, in which order, what it asks about, and for whom."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from app.access.actor import Actor, Role
from app.assessment import queries
from app.domain.board import Question
from app.infra.clock import today
from app.infra.unit_of_work import transaction
from app.people import actions as people
from tests.assessment.conftest import OPEN_AT_L3
from tests.factories.assessments import count_queries, make_assessment, make_evidence, make_waiver, publish
from tests.factories.people import AT, SYSTEM, make_person

DESIGN, ARCHITECTURE, COACH, LEAD_TALKS, SYSTEMIC = OPEN_AT_L3
TODAY = date(2026, 11, 21)


def board_of(reader, lead, roles=()):
    return queries.board_of(Actor(reader.id, reader.name, frozenset(roles)), lead.id, today())


def names(board, question=None):
    return [row.person.name for row in board.narrowed(question)]


def rate(cast, subject, answers, *, on, manager=None):
    """Let both sides be in on a day."""
    return make_assessment(
        subject,
        cast.edition,
        "L3",
        manager=manager or cast.manager,
        own=answers,
        theirs=answers,
        own_on=on,
        theirs_on=on,
        opened_on=on - timedelta(days=10),
    )


def prove(subject, *expectations, confirmed_by):
    for day in (date(2026, 1, 20), date(2026, 9, 22)):
        make_evidence(subject, *expectations, on=day, confirmed_by=confirmed_by)


@pytest.fixture
def nearly(cast):
    """Let Amara lack one expectation for L3 since a rating of last month."""
    answers = {**dict.fromkeys(OPEN_AT_L3, "met"), DESIGN: "partly_met"}
    for day in (date(2026, 1, 20), date(2026, 9, 22)):
        make_evidence(cast.subject, *OPEN_AT_L3, on=day, confirmed_by=cast.peer, kind="mentoring_log")
        make_evidence(cast.subject, *OPEN_AT_L3, on=day, confirmed_by=cast.peer, kind="design_doc")
    rate(cast, cast.subject, answers, on=date(2026, 10, 20))
    return cast.subject


def test_board_is_in_the_order_of_names_whatever_stands_there(cast, nearly, client_for):
    make_person("Zoé Ångström", manager=cast.manager, level="L2")
    make_person("Ábel Zsolt", manager=cast.manager, level="L1")
    expected = ["Ábel Zsolt", "Amara Diallo", "Chioma Eze", "Zoé Ångström"]
    assert names(board_of(cast.manager, cast.manager)) == expected
    client = client_for(cast.manager)
    for query in ("", "?sort=verdict", "?order=desc", "?show=nonsense", "?show="):
        page = client.get(f"/people/board{query}")
        assert [found for found in re.findall(r'person-name">([^<]+)<', page.text) if found in expected] == expected


def test_filters_keep_the_order_of_names_and_count_whom_they_keep(cast, nearly, client_for):
    page = client_for(cast.manager).get("/people/board?show=close")
    assert 'class="person-name">Amara Diallo' in page.text
    assert 'class="person-name">Chioma Eze' not in page.text
    assert re.search(r"Close: one or two missing\s*1", page.words())
    assert re.search(r"Everybody\s*2", page.words())


def test_who_lacks_two_is_close_and_who_lacks_three_or_is_ready_is_not(cast, nearly):
    assert names(board_of(cast.manager, cast.manager), Question.CLOSE) == ["Amara Diallo"]
    rate(cast, nearly, {DESIGN: "partly_met", COACH: "partly_met"}, on=date(2026, 10, 21))
    assert names(board_of(cast.manager, cast.manager), Question.CLOSE) == ["Amara Diallo"]
    rate(cast, nearly, {SYSTEMIC: "not_met"}, on=date(2026, 10, 22))
    assert names(board_of(cast.manager, cast.manager), Question.CLOSE) == []
    rate(cast, nearly, dict.fromkeys(OPEN_AT_L3, "met"), on=date(2026, 10, 23))
    assert names(board_of(cast.manager, cast.manager), Question.CLOSE) == []


def test_who_lacks_for_half_a_year_what_they_lacked_is_stuck_until_one_thing_moves(cast, session):
    rate(cast, cast.subject, dict.fromkeys(OPEN_AT_L3, "not_met"), on=date(2026, 5, 1))
    assert "Amara Diallo" in names(board_of(cast.manager, cast.manager), Question.STUCK)
    make_waiver(cast.subject, DESIGN, manager=cast.manager, hr=cast.hr)
    session.rollback()
    # By what is known today the waiver held then too, so that it moves nothing.
    assert "Amara Diallo" in names(board_of(cast.manager, cast.manager), Question.STUCK)
    make_evidence(cast.subject, COACH, on=date(2026, 1, 20), confirmed_by=cast.peer, kind="mentoring_log")
    make_evidence(cast.subject, COACH, on=date(2026, 9, 22), confirmed_by=cast.peer, kind="mentoring_log")
    rate(cast, cast.subject, {COACH: "met"}, on=date(2026, 10, 1))
    assert "Amara Diallo" not in names(board_of(cast.manager, cast.manager), Question.STUCK)


def test_who_holds_the_level_for_less_than_half_a_year_is_not_stuck(cast):
    make_person("New At It", manager=cast.manager, level="L2", since=date(2026, 5, 26))
    make_person("Long At It", manager=cast.manager, level="L2", since=date(2026, 5, 25))
    stuck = names(board_of(cast.manager, cast.manager), Question.STUCK)
    assert "Long At It" in stuck
    assert "New At It" not in stuck


def test_days_of_leave_do_not_make_anybody_stuck(cast, session):
    late = make_person("Long Away", manager=cast.manager, level="L2", since=date(2026, 5, 20))
    assert "Long Away" in names(board_of(cast.manager, cast.manager), Question.STUCK)
    with transaction():
        people.record_leave(late, from_on=date(2026, 8, 1), until_on=date(2026, 8, 20), by=SYSTEM, at=AT)
    session.rollback()
    assert "Long Away" not in names(board_of(cast.manager, cast.manager), Question.STUCK)


@pytest.mark.parametrize("days, is_unseen", [(89, False), (90, True)])
def test_who_was_last_rated_ninety_days_ago_was_not_looked_at(cast, days, is_unseen):
    rate(cast, cast.subject, {DESIGN: "met"}, on=TODAY - timedelta(days=days))
    assert ("Amara Diallo" in names(board_of(cast.manager, cast.manager), Question.UNSEEN)) is is_unseen


def test_newcomers_count_as_not_looked_at_only_after_ninety_days(cast):
    make_person("Brand New", manager=cast.manager, level="L1", hired_on=date(2026, 11, 2), since=date(2026, 11, 2))
    make_person("Off Ladder", manager=cast.manager)
    assert names(board_of(cast.manager, cast.manager), Question.UNSEEN) == ["Amara Diallo", "Chioma Eze"]


def test_every_act_of_a_manager_is_a_look_and_the_engineers_own_is_none(cast, session):
    make_assessment(cast.subject, cast.edition, "L3", own={DESIGN: "met"}, own_on=date(2026, 11, 1))
    assert queries.last_looked([cast.subject.id]) == {}
    make_waiver(cast.subject, DESIGN, manager=cast.manager)
    assert queries.last_looked([cast.subject.id]) == {cast.subject.id: date(2026, 1, 10)}
    make_assessment(
        cast.subject, cast.edition, "L4", manager=cast.manager, theirs={DESIGN: "met"}, theirs_on=date(2026, 11, 3)
    )
    session.rollback()
    assert queries.last_looked([cast.subject.id]) == {cast.subject.id: date(2026, 11, 3)}


def test_top_of_the_ladder_no_level_and_another_ladder_are_said(cast, client_for):
    publish("technical-support/1.0.0.yaml")
    make_person("Tara Top", manager=cast.manager, level="L4")
    make_person("Nils None", manager=cast.manager)
    make_person("Sara Support", manager=cast.manager, level="L1", ladder="technical-support")
    page = client_for(cast.manager).get("/people/board")
    assert "Top of this ladder" in page.text
    assert "On no ladder" in page.text
    assert page.text.count('<table class="table board">') == 2
    assert {"Software Engineer", "Technical Support"} <= set(re.findall(r'id="h-ladder-\d">([^<]+)<', page.text))


def test_a_cell_opens_the_expectations_behind_it_without_script(cast, client_for):
    client = client_for(cast.manager)
    href = re.search(r'class="board-cell" href="([^"#]+)#([^"]+)"', client.get("/people/board").text)
    assert href
    assert f'id="{href[2]}"' in client.get(href[1]).text


def test_leave_is_said_to_the_manager_and_hr_and_not_to_the_level_above(cast, client_for):
    with transaction():
        people.record_leave(cast.subject, from_on=date(2026, 11, 2), until_on=date(2026, 12, 20), by=SYSTEM, at=AT)
    path = f"/people/{cast.manager.id}/board"
    assert "On leave" in client_for(cast.manager).get(path).text
    assert "On leave" in client_for(cast.hr).get(path).text
    above = client_for(cast.head).get(path)
    assert "Amara Diallo" in above.text
    assert "On leave" not in above.text


def test_board_is_for_the_lead_those_above_and_hr(cast, client_for):
    path = f"/people/{cast.manager.id}/board"
    for reader, status in [
        (cast.manager, 200), (cast.head, 200), (cast.hr, 200),
        (cast.subject, 404), (cast.peer, 404), (cast.next_manager, 404), (cast.admin, 404),
    ]:  # fmt: skip
        assert client_for(reader).get(path).status == status, reader.name


def test_the_level_above_drills_down_to_the_boards_below(cast, client_for):
    page = client_for(cast.head).get("/people/board")
    assert "Boards below" in page.text
    assert f'href="/people/{cast.manager.id}/board"' in page.text
    assert "leads 2 people" in page.words()
    assert f'href="/people/{cast.next_manager.id}/board"' not in page.text


def test_whoever_leads_nobody_is_told_what_a_board_is(cast, client_for):
    page = client_for(cast.peer).get("/people/board")
    assert page.status == 200
    assert "Nobody reports to you" in page.text


def test_definitions_stand_on_the_page_and_nothing_ranks(cast, client_for):
    words = client_for(cast.manager).get("/people/board").words()
    assert "at most two expectations block it" in words
    assert "180 days ago blocks it still" in words
    assert "For 90 days no line manager has" in words
    assert "Belay never ranks people" in words
    assert "%" not in words


def test_a_person_page_leads_to_the_board_of_whoever_leads(cast, client_for):
    client = client_for(cast.hr)
    assert f"/people/{cast.manager.id}/board" in client.get(f"/people/{cast.manager.id}").text
    assert f"/people/{cast.subject.id}/board" not in client.get(f"/people/{cast.subject.id}").text


def test_board_asks_the_database_as_often_for_twelve_as_for_two(cast, client_for):
    client = client_for(cast.manager)
    client.get("/people/board")
    few = count_queries(lambda: client.get("/people/board"))
    for number in range(10):
        person = make_person(f"Engineer {number}", manager=cast.manager, level="L2")
        rate(cast, person, {DESIGN: "met", COACH: "no_opportunity"}, on=date(2026, 10, 1))
        prove(person, DESIGN, COACH, confirmed_by=cast.peer)
    assert count_queries(lambda: client.get("/people/board")) <= few + 1
    assert len(names(board_of(cast.manager, cast.manager))) == 12


def test_hr_sees_the_same_board_as_the_manager(cast, nearly):
    own = board_of(cast.manager, cast.manager)
    assert names(board_of(cast.hr, cast.manager, (Role.HR,))) == names(own)
    assert names(board_of(cast.peer, cast.manager)) == ["Chioma Eze"]
