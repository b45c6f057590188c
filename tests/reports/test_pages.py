"""The pages of reports: the list, and what every report's page shows, keeps and refuses."""

from __future__ import annotations

import dataclasses
from datetime import date
from fractions import Fraction

import pytest

from app.access.actor import Role
from app.domain.as_of import is_quarter_end
from app.domain.errors import InvalidError
from app.domain.suppression import Why
from app.reports.catalogue import REPORTS
from app.reports.charts import FunnelChart, Stage
from app.reports.criteria import AS_OF, FROM, KNOWN, LADDER, LEVEL, TEAM, TO, read_criteria
from app.reports.findings import (
    Choice,
    ChoiceGroup,
    Column,
    Findings,
    FixedRows,
    Hidden,
    Kind,
    Linked,
    Note,
    Table,
)
from app.reports.shelf import PLACES
from app.reports.shown import ShownCell, day_choices, shown_cell
from tests.factories.assessments import count_queries, publish
from tests.factories.people import make_person, make_team
from tests.templates.report_cases import COVER

TODAY = date(2026, 11, 21)
COLUMNS = (
    Column("name", "Name"),
    Column("n", "People", Kind.COUNT),
    Column("share", "Share", Kind.SHARE, note="Of all"),
    Column("months", "Months", Kind.NUMBER, decimals=2),
    Column("since", "Since", Kind.DAY),
)
MOST, FOR_THE_REPORT = 12, 5
"""How often a page may ask the database, and how many of that are for what it is about."""


def made_up(rows, **more):
    """Return findings with a long table, a chart and everything beside them."""
    return Findings(
        question="Is <this> a question?",
        answer="Seven of them are.",
        rest="The others are not.",
        scope="Everybody, as of today",
        tables=(
            Table("first", "The first", COLUMNS, FixedRows(rows), remark="One line a person."),
            Table("second", "The second", COLUMNS[:2], FixedRows(()), empty="Nobody passes."),
        ),
        charts=(FunnelChart("Left over", "Two bars.", (Stage("All", 9), Stage("Some", None))), COVER),
        choices=(ChoiceGroup("Step", (Choice("L1 to L2", {LEVEL: "L1"}, is_current=True, count=52),)),),
        hidden=("The last step rests on fewer than 5 people.",),
        notes=(Note("How to read it", "With care."),),
        ladders=("Software Engineer 1.0.0",),
        **more,
    )


@pytest.fixture
def report(monkeypatch):
    """Return a function that puts made-up findings in the place of a report."""

    def put(find):
        known = dataclasses.replace(
            REPORTS["headcount"], find=find, takes=frozenset({AS_OF, KNOWN, FROM, TO, TEAM, LADDER, LEVEL})
        )
        monkeypatch.setitem(REPORTS._by_name, "headcount", known)

    return put


@pytest.fixture
def ruth(app):
    publish()
    return make_person("Ruth Okonjo", roles=(Role.HR,))


def rows_of(number):
    return [(f"Person {at}", at, Fraction(6, 7), -1.005, date(2026, 2, 3)) for at in range(number)]


# The page ---------------------------------------------------------------------------


def test_a_page_says_question_answer_figures_and_what_is_hidden(report, ruth, client_for):
    rows = [("Ada", 3, Fraction(6, 7), 1.25, date(2026, 2, 3)), ("Ben", Hidden(Why.FEW, 5), None, Hidden(), None)]
    report(lambda _: made_up(rows))
    page = client_for(ruth).get("/reports/headcount")
    assert page.words("h1") == "Is <this> a question?"
    assert page.words("p", class_="answer-sentence") == "Seven of them are. The others are not."
    body = page.words()
    for said in ("85.7%", "1.25", "3 Feb 2026", "hidden: to protect people", "Nobody passes.", "How to read it"):
        assert said in body
    assert "The last step rests on fewer than 5 people." in body
    assert "Counted with Software Engineer 1.0.0." in body
    assert "chart-1-title" in page.text
    assert len(page.all("table", class_="heat")) == 1
    assert [one.get("aria-current") for one in page.all("a", class_="filter") if "L1 to L2" in "".join(one.itertext())]


def test_a_long_table_is_turned_page_by_page_and_the_filters_stay(report, ruth, client_for):
    report(lambda _: made_up(rows_of(120)))
    client = client_for(ruth)
    first = client.get("/reports/headcount?level=L1")
    assert "Person 49" in first.words()
    assert "Person 50" not in first.words()
    (onward,) = (one.get("href") for one in first.all("a", rel="next"))
    assert onward == "/reports/headcount?page=2&level=L1&table=first#first"
    last = client.get("/reports/headcount?table=first&page=99")
    assert "Person 119" in last.words()
    assert "101–120 of 120" in last.words()
    assert "Person 0" in client.get("/reports/headcount?table=second&page=2").words()


def test_a_second_table_of_thousands_of_rows_is_turned_by_itself(report, ruth, client_for):
    teams = Table("teams", "By team", COLUMNS[:2], FixedRows([(f"Team {at}", at) for at in range(5000)]))
    found = made_up(rows_of(120))
    report(lambda _: dataclasses.replace(found, tables=(*found.tables, teams)))
    client = client_for(ruth)
    first = client.get("/reports/headcount?level=L1")
    assert len(first.all("tr")) < 150
    onward = [one.get("href") for one in first.all("a", rel="next")]
    assert onward[1:] == ["/reports/headcount?page=2&level=L1&table=teams#teams"]
    second = client.get(onward[1].partition("#")[0])
    words = second.words()
    assert "51–100 of 5000" in words
    assert ("Team 50" in words, "Team 100" in words, "Person 0" in words, "Person 50" in words) == (
        True, False, True, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "field", "kept"),
    [
        ("as_of=yesterday&team=", "as_of", "yesterday"),
        ("as_of=2030-01-01", "as_of", "2030-01-01"),
        ("from=2026-05-01&to=2026-04-01", "from", "2026-05-01"),
        ("team=nobody", "team", "nobody"),
    ],
)
def test_a_filter_that_cannot_be_used_says_so_and_keeps_what_was_typed(report, ruth, client_for, given, field, kept):
    report(lambda _: made_up([]))
    page = client_for(ruth).get(f"/reports/headcount?{given}&level=L2")
    assert page.status == 422
    (control,) = [*page.all("input", id=field), *page.all("select", id=field)]
    assert control.get("aria-invalid") == "true"
    sent = dict(page.form("/reports/headcount").fields)
    assert (sent[field], sent[LEVEL]) == (kept, "L2")
    assert "answer-sentence" not in page.text


def test_what_a_report_itself_refuses_is_said_on_its_page(report, ruth, client_for):
    def refuse(_):
        raise InvalidError("Groups are told at the ends of quarters.", field=AS_OF)

    report(refuse)
    page = client_for(ruth).get("/reports/headcount?as_of=2026-10-10")
    assert page.status == 422
    assert "Groups are told at the ends of quarters." in page.words("span", class_="field-error")


def test_a_past_day_offers_what_was_known_then_and_what_is_known_now(report, ruth, client_for):
    report(lambda _: made_up([]))
    page = client_for(ruth).get("/reports/headcount?as_of=2026-09-30&ladder=software-engineer")
    links = {"".join(one.itertext()).strip(): one.get("href") for one in page.all("a", class_="filter")}
    assert links["As corrected since"] == "/reports/headcount?as_of=2026-09-30&ladder=software-engineer&known=now"
    assert links["21 November 2026"] == "/reports/headcount?ladder=software-engineer"
    assert "As corrected since" not in client_for(ruth).get("/reports/headcount").words()


def test_findings_without_tables_are_a_sentence(report, ruth, client_for):
    report(lambda _: Findings("How many?", "Fewer than 5 people, so no figures are shown.", (), hidden=("All of it.",)))
    page = client_for(ruth).get("/reports/headcount")
    assert page.status == 200
    assert page.all("div", class_="report-table") == []
    assert "Hidden to protect people" in page.words()


def test_where_no_table_has_a_row_the_first_one_says_so_for_all(report, ruth, client_for):
    report(lambda _: made_up([]))
    page = client_for(ruth).get("/reports/headcount")
    assert "There is nothing to show." in page.words()
    assert "Nobody passes." not in page.words()


def test_a_page_asks_the_database_no_more_often_than_it_may(report, ruth, client_for):
    report(lambda _: made_up(rows_of(60)))
    for number in range(3):
        make_person(team=make_team(f"Team {number}"))
    client = client_for(ruth)
    client.get("/reports/headcount")
    assert count_queries(lambda: client.get("/reports/headcount?level=L1")) <= MOST - FOR_THE_REPORT


# Who may ----------------------------------------------------------------------------


def test_whoever_leads_nobody_sees_their_own_path_and_line_alone(ruth, client_for):
    page = client_for(make_person("Amara Diallo")).get("/reports/")
    leads = {one.get("href") for one in page.all("a")}
    assert "/reports/progression" in leads
    assert not leads & {"/reports/headcount", "/reports/movement", "/reports/promotion-funnel", "/reports/agreement"}


def test_hr_finds_every_report_in_the_list(ruth, client_for):
    leads = {one.get("href") for one in client_for(ruth).get("/reports/").all("a")}
    assert {"/reports/exports", *(f"/reports/{name}" for name in REPORTS)} <= leads
    assert "/reports/my-ratings" not in leads


def test_a_report_that_is_not_for_somebody_looks_missing(ruth, client_for):
    client = client_for(make_person("Amara Diallo"))
    refused, missing = client.get("/reports/headcount"), client.get("/reports/no-such-report")
    assert (refused.status, missing.status) == (404, 404)
    assert refused.words("h1") == missing.words("h1")


def test_every_report_has_a_place_in_the_list():
    assert set(REPORTS) <= {name for _, name, _ in PLACES}


# Cells and days ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "column", "text"),
    [
        (Fraction(6, 7), Column("x", "X", Kind.SHARE), "85.7%"),
        (1, Column("x", "X", Kind.SHARE), "100.0%"),
        (Fraction(-1, 3), Column("x", "X", Kind.NUMBER, decimals=2), "−0.33"),
        (-0.01, Column("x", "X", Kind.NUMBER), "0.0"),
        (1_000_000, Column("x", "X", Kind.COUNT), "1\u202f000\u202f000"),
        ("not reached", Column("x", "X", Kind.COUNT), "not reached"),
        (None, Column("x", "X", Kind.COUNT), ""),
    ],
)
def test_cells_are_said_as_people_say_them(cell, column, text):
    assert shown_cell(cell, column).text == text


def test_a_hidden_cell_says_why(app):
    assert shown_cell(Hidden(Why.FEW, 10), COLUMNS[0]) == ShownCell("hidden", is_hidden=True, why="to protect people")


def test_by_which_rule_a_cell_is_hidden_is_not_said():
    # “It would say the same of everybody” tells that there are five to nine people who all fared alike.
    assert len({shown_cell(Hidden(why, 5), COLUMNS[0]) for why in Why}) == 1


def test_a_linked_cell_leads_to_its_page(app):
    person, expectation = "7d0c1f6e-94a5-4c8c-8f0e-2f6f3f1c0a01", "software-engineer/1.0.0/swe.design"
    with app.test_request_context("/"):
        assert shown_cell(Linked("Ada", "person", person), COLUMNS[0]).href == f"/people/{person}"
        assert shown_cell(Linked("Ops", "team", person), COLUMNS[0]).href == f"/people/teams/{person}"
        led = shown_cell(Linked("Designs", "ladder expectation", expectation), COLUMNS[0]).href
        assert led == "/ladders/software-engineer/1.0.0/expectations/swe.design"
        assert shown_cell(Linked("Odd", "ladder expectation", "odd"), COLUMNS[0]).href == ""


def test_reports_of_quarters_offer_ends_of_quarters_alone():
    takes = frozenset({AS_OF})
    criteria = read_criteria({}, takes, viewer=None, today=TODAY, k=5)
    (days,) = day_choices(takes, criteria, TODAY, only_quarters=True)
    assert [one.changes[AS_OF] for one in days.choices] == ["2026-09-30", "2026-06-30", "2026-03-31"]
    assert [one.is_current for one in days.choices] == [True, False, False]
    (every,) = day_choices(takes, criteria, TODAY, only_quarters=False)
    assert [one.changes[AS_OF] for one in every.choices] == [None, "2026-09-30", "2026-06-30", "2026-03-31"]
    assert not is_quarter_end(TODAY)
