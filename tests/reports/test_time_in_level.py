"""The report on time in level: what it says, of whom, and that nothing hidden is in any table, chart or sentence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.access.actor import Role
from app.domain.errors import InvalidError
from app.people.models import SpellReason
from tests.factories.assessments import count_queries
from tests.factories.editions import SUPPORT, adopted
from tests.factories.people import make_person, make_team
from tests.factories.reports import HIDDEN, ask_report, make_people, rows_of

START = date(2024, 1, 1)
LATER = date(2026, 1, 1)


def after(days: int) -> date:
    return START + timedelta(days=days)


def ask(viewer=None, *roles, **given):
    return ask_report("time-in-level", viewer, *roles, **given)


@pytest.fixture
def teams(app):
    adopted()
    return make_team("Payments"), make_team("Records")


@pytest.fixture
def company(teams):
    """Ten people at L2 from one day on: six are promoted after two years at most, one has left, three are there."""
    payments, records = teams
    for days in (300, 400, 500, 600, 610, 720):
        make_people(1, {"L2": START, "L3": after(days)}, team=payments)
    make_people(1, {"L2": START}, team=payments, left_on=after(450))
    make_people(3, {"L2": START}, team=records)
    return teams


def test_it_opens_on_the_lowest_level_that_has_a_curve_and_answers_with_the_median(company):
    found = ask()
    assert found.question == "How long do people stay at L2 before they reach L3?"
    assert found.answer == "Of those who stay with the company, half are promoted within 21 months."
    # Leaving competes: five of ten were promoted by then, though the curve has fallen to 0.46.
    assert found.rest == (
        "Counting those who left, 50% were promoted by then. "
        "10 stays at L2 count, of which 5 ended in promotion by month 21; the others were promoted at another time, "
        "are still there or have left."
    )
    assert found.scope == "Software Engineer, as of 21 November 2026. Everybody in the company"
    assert found.ladders == ("Software Engineer 1.0.0",)


def test_the_table_has_the_figures_by_month_and_hides_those_of_few(company):
    rows = rows_of(ask(), "months")
    assert list(rows) == [10, 14, 15, 17, 20, 21, 22]
    assert (rows[10]["at_risk"], rows[10]["promoted"], float(rows[10]["staying"])) == (10, 1, 0.9)
    assert (rows[15]["promoted"], float(rows[15]["staying"]), float(rows[15]["left"])) == (0, 0.8, 0.1)
    assert set(list(rows[22].values())[1:]) == {HIDDEN}
    assert rows[10]["low"] < 0.9 < rows[10]["high"]
    incidence = rows_of(ask(), "incidence")
    assert 22 not in incidence
    assert all(row["promoted"] + row["left"] + row["neither"] == 1 for row in incidence.values())


def test_nothing_hidden_is_in_a_chart_or_a_sentence(company):
    found = ask()
    curve = found.charts[0].curves[0]
    assert curve.points[-1][0] == curve.band[-1][0] == 21
    assert curve.is_cut
    assert max(curve.strokes) <= 21
    assert curve.mark == (21.0, 0.5, "half promoted by month 21, of those who stay")
    assert [one.points[-1][0] for one in found.charts[1].curves] == [21, 21]
    assert "Months after 21, because they rest on fewer than 5 people at risk." in found.hidden
    # Half past month 23 the sixth was promoted; with them the average would be another one.
    assert "would say 16 months and mislead" in found.notes[0].text
    assert "6 ended" not in found.rest


def test_a_team_is_not_shown_where_another_would_follow_from_it(company):
    # Records has three stays; Payments beside the whole would tell them.
    found = ask()
    assert rows_of(found, "by_team") == {}
    assert any(sentence.startswith("Payments and Records: not shown apart") for sentence in found.hidden)


def test_no_curve_can_be_asked_of_a_team(company):
    # Months that one team hides would follow from the whole and the other one.
    found = ask()
    of_team = ask(team=str(company[0].id))
    assert of_team.answer == found.answer
    assert of_team.rest == found.rest
    assert of_team.scope == found.scope


def test_teams_with_stays_enough_are_shown_apart_by_name(company):
    make_people(2, {"L2": START}, team=company[1])
    found = ask()
    assert rows_of(found, "by_team") == {
        "Payments": {"team": "Payments", "stays": 7, "median": HIDDEN},
        "Records": {"team": "Records", "stays": 5, "median": HIDDEN},
    }
    assert any(sentence.startswith("Months of half by team: where half is not reached") for sentence in found.hidden)


def test_half_of_a_team_is_told_where_enough_were_at_risk_in_it_and_outside_it(company):
    payments, records = company
    make_people(5, {"L2": START, "L3": after(610)}, team=payments)
    assert rows_of(ask(), "by_team") == {}
    make_people(2, {"L2": START}, team=records)
    found = ask()
    assert found.table("by_team").columns[2].title == "Half promoted within (months), of those who stay"
    assert [row["median"] for row in rows_of(found, "by_team").values()] == [21, HIDDEN]


def test_pills_lead_to_the_steps_of_the_ladder_and_count_stays_unless_few(company):
    (steps,) = ask().choices
    assert [(one.label, one.count, one.is_current) for one in steps.choices] == [
        ("L1 to L2", 0, False),
        ("L2 to L3", 10, True),
        ("L3 to L4", 6, False),
        ("L4 to L5", 0, False),
    ][: len(steps.choices)]
    make_people(4, {"L1": START})
    found = ask()
    assert found.choices[0].choices[0].count is None
    assert "Numbers of stays below 5." in found.hidden


def test_a_level_with_too_few_stays_or_promotions_has_sentences_alone(company):
    make_people(3, {"L1": START})
    few = ask(level="L1")
    assert few.answer == "Fewer than 5 stays at L1 are known, so no figures are shown."
    assert "3" not in few.rest
    none = ask(level="L3")
    assert none.answer == "Too few people were promoted from L3 so far to say how long it takes."
    for found in (few, none):
        assert rows_of(found, "months") == rows_of(found, "incidence") == {}
        assert found.charts == ()


def test_each_ladder_has_its_own_steps(company):
    adopted(SUPPORT)
    make_people(2, {"L1": START}, ladder="technical-support")
    found = ask(ladder="technical-support")
    assert [group.label for group in found.choices] == ["Ladder", "Step"]
    assert found.ladders == ("Technical Support 1.0.0",)
    assert found.answer.startswith("Fewer than 5 stays at L1")


@pytest.mark.parametrize(("field", "value"), [("ladder", "bakery"), ("level", "L99"), ("level", "L5")])
def test_what_there_is_not_is_refused_at_its_field(company, field, value):
    with pytest.raises(InvalidError) as refusal:
        ask(**{field: value})
    assert refusal.value.field == field


def test_a_past_day_knows_what_was_recorded_by_then(company):
    then = ask(as_of="2022-12-31")
    assert then.answer == "Nobody is known to have been at L1 by 31 December 2022."
    past = ask(as_of="2025-06-30", level="L2")
    assert past.scope == "Software Engineer, as of 30 June 2025, as known then. Everybody in the company"
    assert past.rest.startswith("10 stays at L2 count, of which 3 ended in promotion")
    assert ask(as_of="2025-06-30", level="L2", known="now").rest == past.rest


def test_who_was_written_down_late_counts_from_then_on(company):
    # The factories write everything down on 2 January 2023.
    early = date(2022, 1, 3)
    make_people(6, {"L1": early, "L2": date(2024, 3, 1)}, reason=SpellReason.IMPORT)
    found = ask(level="L1")
    assert found.answer == "Of those who stay with the company, half are promoted within 26 months."
    assert [note.title for note in found.notes] == ["How to read it", "From when a stay counts"]
    make_people(6, {"L1": early}, left_on=date(2022, 12, 1))
    assert ask(level="L1").rest == found.rest


def test_a_manager_sees_the_stays_of_their_own_people_and_is_told_so(company):
    boss = make_person("Tomasz Wieczorek")
    make_people(5, {"L1": START, "L2": LATER}, manager=boss)
    found = ask(boss, level="L1")
    assert found.rest.startswith("5 stays at L1 count, of which 5 ended in promotion")
    assert "People who report to you today" in found.scope
    assert any(note.title == "Whom this leaves out" for note in found.notes)
    assert ask(make_person(roles=(Role.HR,)), Role.HR, level="L2").rest.split(". ")[1].startswith("15 stays")


def test_an_empty_company_says_the_first_step(app):
    assert ask().rest == "Adopt a ladder first."
    adopted()
    assert ask().answer == "Nobody is known to have been at L1 by 21 November 2026."


def test_the_number_of_questions_does_not_grow(company):
    few = count_queries(ask)
    make_people(6, {"L1": START, "L2": LATER}, team=make_team())
    assert count_queries(ask) == few <= 9
