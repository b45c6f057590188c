"""Movement: the matrix of a company reconciles with its headcounts, and says nothing of single people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.as_of import AsOf, Known
from app.domain.errors import InvalidError
from app.domain.movement import Away, Kind
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import SpellReason
from app.reports.criteria import Viewer
from app.reports.queries.headcount import NO_LEVEL, count_levels
from app.reports.queries.movement import read_movement
from tests.factories.assessments import count_queries
from tests.factories.editions import SUPPORT, adopted
from tests.factories.people import SYSTEM, grant, make_person
from tests.factories.reports import HIDDEN, ask_report, make_people, rows_of

SWE, TS = "software-engineer", "technical-support"
EARLY, START, MID, LATE, END = (
    date(2024, 1, 8), date(2025, 11, 21), date(2026, 3, 2), date(2026, 6, 1), date(2026, 11, 21),
)  # fmt: skip
DAY = timedelta(days=1)


@pytest.fixture
def company(app):
    """Fill a company in which people come, rise by one or two levels, change ladders, leave and come back."""
    adopted()
    adopted(SUPPORT)
    make_people(20, {"L1": EARLY})
    make_people(9, {"L1": EARLY, "L2": MID})
    make_people(6, {"L1": EARLY, "L2": MID, "L3": LATE})
    make_people(11, {"L2": EARLY})
    make_people(7, {"L1": MID})
    make_people(2, {"L3": MID})
    make_people(8, {"L2": EARLY}, left_on=LATE)
    movers = make_people(5, {"L2": EARLY})
    make_people(10, {"L1": EARLY}, ladder=TS)
    back = make_people(1, {"L1": EARLY})[0]
    make_person(hired_on=EARLY)
    with transaction() as session:
        for person in movers:
            grant(session.merge(person), "L1", ladder=TS, on=MID, reason=SpellReason.TRANSFER)
        back = session.merge(back)
        people.record_leaving(back, on=MID, by=SYSTEM, at=_at(MID))
        people.take_back_leaving(back, by=SYSTEM, at=_at(LATE))


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC)


def test_rows_and_columns_sum_to_the_headcounts_of_both_days(company):
    for start, end in ((START, END), (MID - DAY, LATE), (EARLY - DAY, END), (MID, LATE)):
        as_of = AsOf(end, Known.NOW)
        found = read_movement(Viewer(), start, as_of)
        counts = count_levels(Viewer(), as_of, [start, end]).by_day
        for place, day in ((0, start), (1, end)):
            sums: dict[tuple[str, str], int] = {}
            for lineage, matrix in found.matrices.items():
                for cell, count in matrix.items():
                    if cell[place] not in set(Away):
                        key = (lineage, cell[place])
                        sums[key] = sums.get(key, 0) + count
            assert sums == {level: count for level, count in counts[day].items() if level != NO_LEVEL}


def test_events_lead_from_one_headcount_of_a_ladder_to_the_other(company):
    as_of = AsOf(END, Known.NOW)
    found = read_movement(Viewer(), START, as_of)
    counts = count_levels(Viewer(), as_of, [START, END]).by_day
    for lineage in (SWE, TS):
        grown = sum(kind.by * count for (own, kind), count in found.events.items() if own == lineage)
        before, after = (
            sum(count for level, count in counts[day].items() if level[0] == lineage) for day in (START, END)
        )
        assert after - before == grown
    # Six rose twice, and whoever came back counts as having left and joined.
    assert found.events[SWE, Kind.PROMOTED] == 9 + 6 * 2
    assert found.matrices[SWE]["L1", "L3"] == 6
    assert (found.events[SWE, Kind.JOINED], found.events[SWE, Kind.LEFT]) == (7 + 2 + 1, 8 + 1)


def test_the_page_says_the_matrix_the_events_and_what_it_hides(company):
    found = ask_report("movement")
    assert found.answer.startswith("How many promotions there were on this ladder")
    assert found.rest == "10 people joined. 9 people left."
    rows = rows_of(found, "matrix")
    assert (rows["L1"]["to_L2"], rows["L2"]["to_L2"], rows["L1"]["all"]) == (9, 11, 36)
    # Two joined at L3: others are hidden with them, or they would be what is left of the sums of row and column.
    assert rows["Joined"]["to_L3"] == rows["Joined"]["to_L1"] == rows["L1"]["to_L3"] == HIDDEN
    assert rows["Joined"]["to_outside"] is None
    events = rows_of(found, "events")
    # All promotions less those that are shown would be those from L1 to L3.
    assert events["Promotions"]["count"] == HIDDEN
    assert events["Demotions"]["count"] == 0
    assert events["Moved to another ladder"]["count"] == 5
    chart = found.charts[0]
    hidden = chart.cells[chart.rows.index("Joined")][chart.columns.index("L3")]
    assert (hidden.words, hidden.weight) == ("hidden", None)
    assert "In the matrix" in found.hidden[0]


def test_a_ladder_is_chosen_and_the_other_one_offered(company):
    found = ask_report("movement", ladder=TS)
    assert rows_of(found, "matrix")["Another ladder"]["to_L1"] == 5
    assert [choice.is_current for choice in found.choices[0].choices] == [False, True]


def test_a_period_must_begin_before_it_ends_and_a_ladder_must_be_one(company):
    with pytest.raises(InvalidError, match="begin before it ends"):
        ask_report("movement", from_="2026-01-01", to="2026-01-01")
    with pytest.raises(InvalidError, match="no such ladder"):
        ask_report("movement", ladder="gardening")


def test_a_small_company_gets_a_sentence(app):
    adopted()
    make_people(4, {"L1": EARLY})
    found = ask_report("movement")
    assert found.tables == ()
    assert "fewer than 5 people" in found.answer


def test_movement_asks_as_often_for_few_as_for_many(app):
    adopted()
    make_people(6, {"L1": EARLY, "L2": MID})
    few = count_queries(lambda: ask_report("movement", to="2026-09-30"))
    make_people(20, {"L1": EARLY, "L2": MID})
    assert count_queries(lambda: ask_report("movement", to="2026-09-30")) == few <= 10
    assert ask_report("movement").answer.startswith("There were 26 promotions on this ladder")
