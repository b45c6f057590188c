"""The report on coverage: who holds which tier of which team, where a path breaks, and who could mend it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from app.access.actor import Role
from app.domain.as_of import AsOf, Known
from app.domain.errors import InvalidError
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.reports.catalogue import REPORTS
from app.reports.charts import Cover, CoverChart
from app.reports.criteria import Criteria, Viewer
from app.reports.findings import Findings, Hidden
from tests.conftest import NOW
from tests.factories.assessments import count_queries
from tests.factories.editions import ENGINEER, SUPPORT, adopted
from tests.factories.people import AT, SYSTEM, grant, make_person
from tests.factories.reports import ask_report
from tests.factories.tiers import FROM, make_support_team, name_holder, set_tiers

TODAY = NOW.date()
PAST = "2025-06-30"


@pytest.fixture
def company(app) -> SimpleNamespace:
    """Return the team of the example with its vendor, and one that is held everywhere, nobody having set it up."""
    adopted(SUPPORT)
    adopted(ENGINEER)
    manager = make_person("Tomasz Wieczorek")
    billing = make_support_team("Billing", "1112", manager=manager)
    set_tiers(billing)
    name_holder(billing)
    return SimpleNamespace(
        manager=manager,
        hr=make_person("Ruth Okonjo", roles=(Role.HR,)),
        billing=billing,
        clinic=make_support_team("Clinic", "33"),
    )


def lines(found: Findings, key: str) -> list[dict[str, object]]:
    table = found.table(key)
    assert table is not None
    keys = [column.key for column in table.columns]
    streamed = [dict(zip(keys, row, strict=True)) for row in table.rows.stream()]
    assert len(streamed) == table.rows.count()
    assert [dict(zip(keys, row, strict=True)) for row in table.rows.window(0, 1000)] == streamed
    return streamed


def column(found: Findings, key: str, name: str, team: str = "Billing") -> list[object]:
    return [line[name] for line in lines(found, key) if line["team"] == team]


def test_example_of_the_rules_as_the_report_tells_it(company):
    found = ask_report("coverage")
    assert found.answer == "One of two teams can pass a ticket up to the last tier that they need."
    assert found.rest == "Billing has nobody at L3, so its path breaks there. One more place hangs on one person."
    assert column(found, "tiers", "holders") == [4, 1, 0, 1]
    assert column(found, "tiers", "state") == ["Safe", "One person alone", "Nobody", "Held outside alone"]
    assert column(found, "tiers", "outside") == [None, None, None, "External: Tessera"]
    assert column(found, "tiers", "names")[1] == "L2 person 4 of Billing"
    assert column(found, "teams", "path") == ["Breaks from L2 to L3"]
    assert column(found, "teams", "bus_factor") == [0]
    assert column(found, "teams", "single_points") == ["L2: L2 person 4 of Billing"]
    assert column(found, "teams", "outside_alone") == ["L4"]


def test_team_that_nobody_set_up_is_told_with_the_usual_needs(company):
    found = ask_report("coverage")
    assert column(found, "teams", "needs", "Clinic") == ["The usual needs"]
    assert column(found, "tiers", "required", "Clinic") == ["Yes", "Yes", "Yes", "No"]
    assert column(found, "teams", "path", "Clinic") == ["Complete"]
    assert [note.title for note in found.notes][-1] == "The usual needs"


def test_tier_with_fewer_holders_than_needed_is_told_though_the_path_is_complete(company):
    set_tiers(company.clinic, (3,), amber=3, green=4)
    assert "Short of holders: Clinic at L3 (1 too few)." in ask_report("coverage").rest


def test_chart_shows_what_the_table_says(company):
    (chart,) = ask_report("coverage").charts
    assert isinstance(chart, CoverChart)
    billing, clinic = chart.rows
    assert [cell.cover for cell in billing.cells] == [Cover.GREEN, Cover.AMBER, Cover.RED, Cover.OUTSIDE]
    assert [cell.words for cell in billing.cells][2:] == ["Nobody", "External: Tessera"]
    assert (billing.is_complete, billing.path) == (False, "Breaks from L2 to L3")
    assert (clinic.is_complete, clinic.path, clinic.remark) == (True, "2 everywhere", "The usual needs")
    assert billing.cells[0].words == (
        "L1 person 1 of Billing, L1 person 2 of Billing, L1 person 3 of Billing, L2 person 4 of Billing"
    )


def test_everybody_one_level_below_could_mend_a_place_in_the_order_of_names(company):
    found = lines(ask_report("coverage"), "mend")
    assert [(line["place"], line["nearest"]) for line in found] == [
        ("Billing, L2", "L1 person 1 of Billing"),
        ("Billing, L2", "L1 person 2 of Billing"),
        ("Billing, L2", "L1 person 3 of Billing"),
        ("Billing, L3", "L2 person 4 of Billing"),
    ]
    assert all(isinstance(line["missing"], int) and line["missing"] > 3 for line in found)
    assert "and" in str(found[0]["what"])


def test_pages_of_who_could_mend_a_place_join_up(company):
    table = ask_report("coverage").table("mend")
    whole = list(table.rows.stream())
    assert [row for first in range(4) for row in table.rows.window(first, 1)] == whole


def test_levels_of_all_ladders_are_told_by_team(company):
    make_person("Erik Engineer", team=company.billing, level="L2")
    found = [(line["ladder"], line["level"], line["people"]) for line in lines(ask_report("coverage"), "levels")]
    assert found == [
        ("Software Engineer", "L2", 1),
        ("Technical Support", "L1", 3),
        ("Technical Support", "L2", 1),
        ("Technical Support", "L3", 2),
    ]


def test_manager_sees_the_teams_in_which_they_lead_and_names_only_whom_they_may_read(company):
    make_person("Nobody of his", team=company.billing, ladder="technical-support", level="L2")
    found = ask_report("coverage", company.manager)
    assert {line["team"] for line in lines(found, "tiers")} == {"Billing"}
    # A number would tell the level of somebody who does not report to him; how well the tier is held he may know.
    assert all(isinstance(one, Hidden) for one in column(found, "tiers", "holders"))
    assert column(found, "tiers", "state")[1] == "Safe"
    assert column(found, "tiers", "names")[1] == "L2 person 4 of Billing"
    assert all(cell.count is None for chart in found.charts for row in chart.rows for cell in row.cells)
    assert "do not report to you" in " ".join(found.hidden)
    assert "Nobody of his" not in str([lines(found, table.key) for table in found.tables] + list(found.charts))
    assert column(found, "levels", "people") == [3, 1]
    assert ask_report("coverage", company.manager, team=str(company.clinic.id)).table("tiers").rows.count() == 0


def test_names_and_what_they_would_leave_stay_in_the_company(company):
    criteria = Criteria(Viewer(None), AsOf(TODAY), TODAY, 10, is_for_outside=True)
    found = REPORTS["coverage"].find(criteria)
    said = str([lines(found, table.key) for table in found.tables] + list(found.charts)) + found.rest
    assert "person" not in said.replace("One person alone", "").replace("hangs on one person", "")
    assert "Tessera" not in said
    assert [table.key for table in found.tables] == ["tiers", "teams"]
    assert all(isinstance(one, Hidden) for one in column(found, "tiers", "holders"))
    assert found.hidden


def test_past_day_says_the_same_after_a_change_and_the_other_reading_follows_it(company):
    set_tiers(company.billing, (1, 2), from_on=FROM, at=NOW)
    with transaction():
        grant(company.manager, "L1", on=TODAY)
    found = ask_report("coverage", as_of=PAST)
    assert column(found, "tiers", "required") == ["Yes"] * 4
    assert column(found, "teams", "path") == ["Breaks from L2 to L3"]
    corrected = ask_report("coverage", as_of=PAST, known=Known.NOW.value)
    assert column(corrected, "teams", "path") == ["Complete"]
    assert found.table("mend").rows.count() == 0


def test_who_was_known_to_have_left_by_then_holds_nothing_and_whose_leaving_came_later_does(company):
    early = make_person("Early Gone", team=company.billing, ladder="technical-support", level="L3")
    late = make_person("Late Gone", team=company.billing, ladder="technical-support", level="L3")
    with transaction() as session:
        for person, at in ((early, AT), (late, datetime(2025, 9, 1, 9, 0, tzinfo=UTC))):
            people.record_leaving(session.merge(person), on=date(2025, 6, 1), by=SYSTEM, at=at)
    assert column(ask_report("coverage", as_of=PAST), "tiers", "names")[2] == "Late Gone"
    assert column(ask_report("coverage", as_of=PAST, known="now"), "tiers", "holders")[2] == 0
    assert column(ask_report("coverage"), "tiers", "holders")[2] == 0


def test_nothing_is_said_in_plain_words(app):
    assert ask_report("coverage").answer == "No ladder with tiers counts here."
    adopted(SUPPORT)
    assert ask_report("coverage").answer == "No team needs a tier."
    assert "nothing was recorded" in ask_report("coverage", as_of="2020-01-01").answer
    with pytest.raises(InvalidError) as refused:
        ask_report("coverage", ladder="none-such")
    assert refused.value.field == "ladder"


def test_page_shows_the_map_and_names_and_asks_no_more_of_a_larger_company(company, client_for):
    client = client_for(company.hr)
    page = client.get("/reports/coverage")
    assert "One of two teams can pass a ticket up" in page.words("main")
    assert "L2 person 4 of Billing" in page.words("main")
    assert client_for(make_person()).get("/reports/coverage").status == 404
    before = count_queries(lambda: client.get("/reports/coverage"))
    for number in range(6):
        make_support_team(f"More {number}", "12")
    db.session.rollback()
    assert count_queries(lambda: client.get("/reports/coverage")) == before
