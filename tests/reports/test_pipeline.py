"""Pipeline: promotions of promotions and outside hires, by level; the lowest one is never promoted into."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.domain.suppression import Why
from app.people.models import SpellReason
from app.reports.findings import Hidden
from app.reports.queries.spells import Rung
from app.reports.questions.headcount import LevelLine
from app.reports.questions.pipeline import span_row
from tests.factories.editions import adopted
from tests.factories.people import make_person
from tests.factories.reports import HIDDEN, ask_report, make_people, rows_of

EARLY, MID = date(2024, 1, 8), date(2026, 3, 2)
DAY = timedelta(days=1)


@pytest.fixture
def ladder(app):
    return adopted()


def by_level(found):
    table = found.main
    keys = [column.key for column in table.columns]
    return {row[1]: dict(zip(keys, row, strict=True)) for row in table.rows.stream()}


def test_each_level_says_how_it_was_filled_with_an_interval(ladder):
    make_people(30, {"L1": EARLY})
    make_people(12, {"L1": EARLY, "L2": MID})
    make_people(28, {"L2": MID})
    make_people(7, {"L1": MID})
    make_people(6, {"L2": EARLY, "L3": MID})
    found = ask_report("pipeline")
    levels = by_level(found)
    assert (levels["L2"]["promoted"], levels["L2"]["outside"], levels["L2"]["share"]) == (12, 28, Fraction(12, 40))
    # Reference (domain specification, 5.2): 12 of 40.
    assert (round(levels["L2"]["low"], 4), round(levels["L2"]["high"], 4)) == (0.1807, 0.4543)
    assert levels["L3"]["share"] == 1
    assert (levels["L1"]["promoted"], levels["L1"]["outside"], levels["L1"]["share"]) == (None, 7, None)
    assert "nobody is promoted into it" in levels["L1"]["remark"]
    assert levels["L4"]["remark"] == "Nobody came into it."
    assert found.answer == (
        "39% of places above the lowest level were filled from within from 21 November 2025 to 21 November 2026."
    )
    assert found.rest == "18 promotions, and 28 people from outside."
    assert rows_of(found, "span")["Software Engineer"]["span"] == Fraction(37, 6)
    assert [dot.label for dot in found.charts[0].dots] == [f"Software Engineer L{number}" for number in (2, 3, 4)]


def test_whoever_is_imported_long_after_the_first_day_is_neither_promoted_nor_hired(ladder):
    make_people(9, {"L1": EARLY, "L2": MID})
    make_people(6, {"L2": MID}, hired_on=EARLY, reason=SpellReason.IMPORT)
    make_people(6, {"L2": MID}, hired_on=MID - 20 * DAY, reason=SpellReason.IMPORT)
    assert by_level(ask_report("pipeline"))["L2"]["outside"] == 6


def test_a_level_that_few_came_into_is_hidden_with_another_everywhere(ladder):
    make_people(30, {"L1": EARLY, "L2": MID})
    make_people(8, {"L2": EARLY, "L3": MID})
    make_people(2, {"L4": MID})
    found = ask_report("pipeline")
    shown = rows_of(found, "filled")
    assert shown
    cells = {level: str(row["share"]) for level, row in by_level(found).items()}
    assert cells["L4"].startswith("Hidden")
    assert cells["L3"].startswith("Hidden")
    assert [dot.words for dot in found.charts[0].dots] == ["30 of 30", "hidden", "hidden"]
    assert found.answer.endswith("counting the levels that are shown.")
    assert rows_of(found, "span")["Software Engineer"]["span"] in {HIDDEN, Fraction(0)}


def test_hires_into_a_hidden_level_do_not_follow_from_the_report_on_movement(ladder):
    make_people(3, {"L1": MID})
    make_people(9, {"L2": MID})
    make_people(7, {"L2": EARLY, "L3": MID})
    joined = rows_of(ask_report("movement"), "events")["Joined from outside, or came back"]["count"]
    shown = [row["outside"] for row in rows_of_levels(ask_report("pipeline"))]
    assert joined == 12
    assert [number for number in shown if isinstance(number, int) and number] == []


def rows_of_levels(found):
    return list(by_level(found).values())


def test_levels_and_ladders_that_are_no_more_are_kept(ladder):
    make_people(8, {"L1": EARLY, "L9": MID})
    make_people(7, {"B1": EARLY, "B2": MID}, ladder="bakers")
    found = ask_report("pipeline")
    lines = {(row[0], row[1]): row for row in found.main.rows.stream()}
    assert lines["Software Engineer", "L9"][2:5] == [8, 0, 1]
    assert lines["bakers", "B2"][2:5] == [7, 0, 1]
    assert lines["bakers", "B2"][-1] == "No ladder that counts today has it."
    assert found.answer.startswith("100%")
    assert list(rows_of(found, "span")) == ["Software Engineer"]


def test_a_span_counts_levels_of_one_rank_together_and_says_where_there_is_none(ladder):
    low, other, top = (Rung("f", "Fork", level, rank, rank == 2) for level, rank in (("A", 2), ("B", 4), ("C", 6)))
    fourth = Rung("f", "Fork", "M", 6)
    line = LevelLine({("f", "A"): 20, ("f", "B"): 9, ("f", "C"): 5, ("f", "M"): 5}, {}, 39)
    assert span_row([low, other, top, fourth], line, 5) == ["Fork", 20, 10, 2, "A for each at C and M"]
    assert span_row([low, other], line, 5) == ["Fork", None, None, None, "Fewer than three ranks: no span."]
    few = LevelLine({("f", "A"): 20, ("f", "C"): None, ("f", "M"): 8}, {("f", "C"): Why.FEW}, 39)
    assert isinstance(span_row([low, other, top, fourth], few, 5)[2], Hidden)


def test_a_small_company_gets_a_sentence(ladder):
    make_people(4, {"L1": EARLY, "L2": MID})
    assert ask_report("pipeline").tables == ()


def test_a_manager_is_told_that_leavers_are_not_counted(ladder):
    lead = make_person("Tomasz Wieczorek")
    make_people(6, {"L1": EARLY, "L2": MID}, manager=lead)
    make_people(9, {"L2": MID})
    found = ask_report("pipeline", lead)
    assert by_level(found)["L2"]["outside"] == 0
    assert found.notes[-1].title == "Whom this leaves out"
