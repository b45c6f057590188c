"""Who is ready, close, stuck or unrated: the words of the team board, counted so that nobody is singled out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app.access.actor import Role
from app.assessment.actions import standing
from app.assessment.queries import board_of
from app.domain.board import Question
from app.domain.suppression import SMALLEST_GROUP
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.actions import record_leaving
from app.people.models import Person, TeamMembership
from app.reports.criteria import Viewer, read_criteria
from app.reports.findings import Hidden
from app.reports.queries import readiness as queries
from app.reports.questions.readiness import DEFINITION
from tests.factories.assessments import count_queries, make_assessment, make_evidence, make_waiver, publish
from tests.factories.evidence import as_actor
from tests.factories.people import SYSTEM, make_person, make_team
from tests.factories.promotion import required_ids

JUNE, NOVEMBER = date(2026, 6, 1), date(2026, 11, 3)
DAY = timedelta(days=1)


@pytest.fixture
def edition(app):
    return publish()


@pytest.fixture
def company(edition):
    """Return a manager above with two teams of six: all unrated, but for what a test changes."""
    head = make_person("Hana Head")
    tomasz = make_person("Tomasz Wieczorek", manager=head)
    payments, search = make_team("Payments"), make_team("Search")
    people = [
        make_person(f"Person {letter}", manager=tomasz, team=payments if letter < "G" else search, level="L2",
                    since=date(2025, 2, 3))
        for letter in "ABCDEFGHIJKL"
    ]  # fmt: skip
    return head, tomasz, people


def rate(person, manager, edition, answers, on=NOVEMBER):
    make_assessment(
        person, edition, "L3", manager=manager, own={}, theirs=answers, own_on=on, theirs_on=on, opened_on=on
    )


def ask(viewer=None, *roles, **given):
    db.session.rollback()
    actor = as_actor(viewer, *roles) if viewer else None
    is_for_outside = given.pop("is_for_outside", False)
    criteria = read_criteria(
        given, DEFINITION.takes, viewer=Viewer(actor), today=today(), k=SMALLEST_GROUP, is_for_outside=is_for_outside
    )
    return DEFINITION.find(criteria)


def rows(findings, key):
    return [list(row) for row in findings.table(key).rows.stream()]


def test_counts_by_team_hide_groups_of_few_and_what_they_could_be_computed_from(company, edition):
    _, tomasz, people = company
    for person in people[:2]:
        rate(person, tomasz, edition, dict.fromkeys(required_ids(edition), "not_met"))
    found = ask()
    grid = {row[0]: row[1:] for row in rows(found, "teams")}
    assert grid["Search"] == [0, 0, 6, 0, 0, 6]
    assert all(isinstance(cell, Hidden) for cell in grid["Payments"][2:4])
    assert any("fewer than 5" in one for one in found.hidden)
    assert "stuck" not in found.answer


def test_everybody_is_counted_once_by_the_first_that_applies(company, edition):
    _, tomasz, people = company
    wanted = required_ids(edition)
    rate(people[0], tomasz, edition, dict.fromkeys(wanted, "not_met"), on=date(2026, 1, 5))
    rate(people[1], tomasz, edition, dict.fromkeys(wanted, "not_met"))
    rate(people[2], tomasz, edition, {})
    fresh = make_person("Fresh One", manager=tomasz, level="L2", since=date(2026, 10, 1))
    rate(fresh, tomasz, edition, dict.fromkeys(wanted, "not_met"))
    db.session.rollback()
    read = queries.read_readiness(read_criteria({}, DEFINITION.takes, viewer=Viewer(), today=today(), k=SMALLEST_GROUP))
    kinds = {one.person_id: one.kind.value for one in read.people}
    assert kinds[people[0].id] == "unrated"
    assert kinds[people[1].id] == "stuck"
    assert kinds[people[2].id] == "stuck"
    assert kinds[people[3].id] == "unrated"
    assert kinds[fresh.id] == "other"
    assert kinds[tomasz.id] == "other"


def test_it_says_of_people_what_the_team_board_says(company, edition):
    _, tomasz, people = company
    wanted = required_ids(edition)
    for one in wanted[:-2]:
        make_evidence(people[0], one, on=date(2026, 9, 1))
    rate(people[0], tomasz, edition, dict.fromkeys(wanted, "not_met"), on=date(2026, 1, 5))
    rate(people[1], tomasz, edition, dict.fromkeys(wanted, "not_met"))
    db.session.rollback()
    board = {row.person.id: row.questions for row in board_of(as_actor(tomasz), tomasz.id, today()).rows}
    read = queries.read_readiness(read_criteria({}, DEFINITION.takes, viewer=Viewer(), today=today(), k=SMALLEST_GROUP))
    for one in read.people:
        if one.person_id in board:
            said = board[one.person_id]
            assert any(target.is_close for target in one.targets) == (Question.CLOSE in said)
            assert all(target.is_stuck for target in one.targets) == (Question.STUCK in said)
            assert one.is_unseen == (Question.UNSEEN in said)
    assert Question.STUCK in board[people[0].id]


def test_of_many_the_record_of_half_a_year_ago_says_who_is_stuck(company, edition, monkeypatch, clock):
    _, tomasz, people = company
    standing.refresh_due(today(), lambda *_: None)
    monkeypatch.setattr(queries, "FEW", 0)
    assert "nobody can be told to be stuck" in ask().rest
    with clock.standing_at(now() + 200 * DAY):
        for person in people:
            rate(person, tomasz, edition, dict.fromkeys(required_ids(edition), "partly_met"), on=today() - DAY)
        assert [row[1:] for row in rows(ask(), "teams")][:2] == [[0, 0, 0, 6, 0, 6]] * 2


def test_the_list_names_people_whom_the_viewer_may_read_and_never_hrs_own_line(company, edition):
    head, tomasz, people = company
    ruth = make_person("Ruth Okonjo", roles=(Role.HR,), level="L2", manager=head)
    assert [row[0] for row in rows(ask(tomasz), "people")] == [one.name for one in people]
    assert len(rows(ask(head), "people")) == 13
    assert "Ruth Okonjo" not in {row[0] for row in rows(ask(ruth, Role.HR), "people")}
    assert ask(people[0]).tables == ()
    assert ask(is_for_outside=True).table("people") is None


def test_a_manager_of_few_reads_names_and_no_figures(company, edition):
    lead = make_person("Lena Lead")
    make_person("Only One", manager=lead, level="L2", since=date(2025, 2, 3))
    found = ask(lead)
    assert [table.key for table in found.tables] == ["people"]
    assert found.answer == "There are fewer than 5 people to count, so no figures are shown."


def test_by_competency_it_counts_people_who_are_held_up(company, edition):
    found = rows(ask(), "competencies")
    assert {row[3] for row in found} == {12}
    assert all(row[2] in {0, 12} for row in found)
    assert any(row[2] == 12 for row in found)


def test_what_nobody_has_an_opportunity_to_show_is_named_without_people(company, edition):
    _, tomasz, people = company
    wanted = required_ids(edition)[0]
    for person in people:
        rate(person, tomasz, edition, {wanted: "no_opportunity"})
    [row] = rows(ask(), "no_opportunity")
    assert row == [edition.ladder.expectation(wanted).text, row[1], edition.name, 12, 12]
    make_waiver(people[0], wanted, manager=tomasz, hr=make_person("Ruth Okonjo", roles=(Role.HR,)))
    assert rows(ask(), "no_opportunity") == []


def test_a_past_day_says_the_same_later_and_offers_to_be_computed_where_nothing_was_recorded(company, edition, clock):
    _, tomasz, people = company
    standing.refresh_due(today(), lambda *_: None)
    day = today()
    with clock.standing_at(now() + DAY):
        before = ask(as_of=day.isoformat())
    with clock.standing_at(now() + 40 * DAY):
        for person in people:
            rate(person, tomasz, edition, dict.fromkeys(required_ids(edition), "not_met"), on=today() - DAY)
        after = ask(as_of=day.isoformat())
        assert (rows(after, "teams"), after.answer) == (rows(before, "teams"), before.answer)
    early = ask(as_of=(day - 30 * DAY).isoformat())
    assert "as corrected since" in early.rest
    assert early.tables == ()
    assert rows(ask(as_of=(day - 30 * DAY).isoformat(), known="now"), "teams")[0][3] == 6


def test_a_past_day_counts_who_was_known_then_to_work_here(company, edition, clock):
    _, _, people = company
    standing.refresh_due(today(), lambda *_: None)
    with clock.standing_at(now() + DAY), transaction():
        record_leaving(people[0], on=today() - DAY, by=SYSTEM, at=now())
    with clock.standing_at(now() + 20 * DAY):
        with transaction():
            db.session.execute(update(TeamMembership).values(ends_on=None))
            record_leaving(people[1], on=today() - 15 * DAY, by=SYSTEM, at=now())
        told = {row[0] for row in rows(ask(as_of=(today() - 10 * DAY).isoformat()), "people")}
        assert people[0].name not in told
        assert people[1].name in told


def test_the_number_of_questions_does_not_grow_with_the_people(company, edition):
    _, tomasz, _ = company
    standing.refresh_due(today(), lambda *_: None)
    few = count_queries(lambda: ask().table("people").rows.window(0, 50))
    for number in range(8):
        make_person(f"More {number}", manager=tomasz, level="L2", since=date(2025, 2, 3))
    standing.refresh_due(today(), lambda *_: None)
    assert db.session.scalar(select(Person.id).limit(1))
    assert count_queries(lambda: ask().table("people").rows.window(0, 50)) == few
