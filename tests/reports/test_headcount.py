"""Headcount: every day is a replay of what was recorded, and a past day says the same tomorrow."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.domain.as_of import AsOf, Known
from app.domain.errors import InvalidError
from app.infra.clock import clock
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import LevelSpell, SpellReason
from app.reports.criteria import Viewer
from app.reports.queries.headcount import NO_LEVEL, count_levels
from app.reports.questions.headcount import level_line
from tests.factories.assessments import count_queries
from tests.factories.editions import SUPPORT, adopted
from tests.factories.people import SYSTEM, make_person, make_team
from tests.factories.reports import HIDDEN, ask_report, make_people, rows_of

SWE, TS = "software-engineer", "technical-support"
JAN, JUN, SEP = date(2025, 1, 6), date(2025, 6, 2), date(2025, 9, 1)
DAY = timedelta(days=1)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC)


@pytest.fixture
def ladders(app):
    adopted()
    adopted(SUPPORT)


def _history() -> None:
    """Write a history with a late promotion, a correction, a change of ladder and a leaving told too late."""
    ada, ben, cem, dan = (make_person(hired_on=JAN) for _ in range(4))
    with transaction():
        for person in (ada, ben, cem, dan):
            grant_at(person, "L1", JAN, SpellReason.HIRE, recorded=JAN)
        grant_at(ada, "L2", JUN, SpellReason.PROMOTION, recorded=JUN + 20 * DAY)
        grant_at(ben, "L2", JUN, SpellReason.PROMOTION, recorded=JUN)
        grant_at(ben, "L3", JUN, SpellReason.CORRECTION, recorded=SEP)
        grant_at(cem, "L2", SEP, SpellReason.TRANSFER, recorded=SEP, ladder=TS)
        people.record_leaving(dan, on=JUN, by=SYSTEM, at=at(JUN + 30 * DAY))
        people.take_back_leaving(dan, by=SYSTEM, at=at(SEP))


def grant_at(person, level, on, reason, *, recorded, ladder=SWE):
    people.grant_level(person, ladder=ladder, level=level, from_on=on, reason=reason, by=SYSTEM, at=at(recorded))


def _replayed(day: date, known_at: datetime) -> Counter:
    """Return the headcount of a day from the rows that were recorded by a moment and not superseded by then."""
    rows = db.session.scalars(select(LevelSpell)).all()
    return Counter(
        (row.ladder, row.level)
        for row in rows
        if row.recorded_at < known_at
        and (row.superseded_at is None or row.superseded_at >= known_at)
        and row.covers(day)
    )


def _levels(day: date, known: Known) -> dict:
    db.session.rollback()
    counts = count_levels(Viewer(), AsOf(day, known), [day]).by_day[day]
    return {level: count for level, count in counts.items() if level != NO_LEVEL and count}


def test_the_headcount_of_any_day_is_a_replay_of_the_rows_that_were_recorded_by_then(ladders):
    _history()
    for day in (JAN - DAY, JAN, JUN, JUN + 19 * DAY, JUN + 20 * DAY, SEP - DAY, SEP, date(2026, 3, 1)):
        known_at = at(day + DAY).replace(hour=0)
        expected = _replayed(day, known_at)
        if day == SEP - DAY:
            expected[SWE, "L1"] -= 1  # Dan had left, and it was known by then.
        assert _levels(day, Known.THEN) == +expected, day


def test_what_is_recorded_later_changes_now_and_never_then(ladders):
    _history()
    assert _levels(JUN, Known.THEN) == {(SWE, "L1"): 3, (SWE, "L2"): 1}
    # Ada's promotion was recorded late, Ben's level corrected, and that Dan had left told too late.
    assert _levels(JUN, Known.NOW) == {(SWE, "L1"): 1, (SWE, "L2"): 1, (SWE, "L3"): 1}
    assert _levels(SEP, Known.NOW) == {(SWE, "L1"): 1, (SWE, "L2"): 1, (SWE, "L3"): 1, (TS, "L2"): 1}


def test_a_past_day_gives_the_same_rows_after_further_changes(ladders):
    found = make_people(8, {"L1": JAN, "L2": JUN})
    day = "2025-09-30"

    def rows():
        return [list(table.rows.stream()) for table in ask_report("headcount", as_of=day).tables]

    # The factory records everything on one early day, so that it was known by then.
    before = rows()
    with transaction():
        grant_at(found[0], "L3", SEP, SpellReason.CORRECTION, recorded=date(2026, 1, 5))
        people.record_leaving(found[1], on=SEP, by=SYSTEM, at=at(date(2026, 1, 5)))
    assert rows() == before
    assert ask_report("headcount", as_of=day, known="now").main.rows.window(0, 1) != before[0][:1]


def test_levels_teams_and_people_without_a_level_are_counted_and_small_groups_hidden(ladders):
    payments, records = make_team("Payments"), make_team("Records")
    make_people(12, {"L1": JAN}, team=payments)
    make_people(7, {"L2": JAN}, team=records)
    make_people(3, {"L3": JAN}, team=records)
    make_people(6, {"L1": JAN}, ladder=TS, team=payments)
    make_people(6, {"L1": JAN}, left_on=JUN)
    for _ in range(9):
        make_person(hired_on=JAN)
    found = ask_report("headcount")
    assert found.answer == "37 people work here on 21 November 2026."
    row = rows_of(found, "over_time")[date(2026, 11, 21)]
    # L3 holds three; L1 of the other ladder hides with it, or they would be what is left of the total.
    assert [row[f"{SWE}_L1"], row[f"{SWE}_L2"], row[f"{SWE}_L3"], row[f"{TS}_L1"]] == [12, 7, HIDDEN, HIDDEN]
    assert (row["no_level"], row["all"]) == (9, 37)
    assert rows_of(found, "over_time")[date(2025, 3, 31)][f"{SWE}_L1"] == 18
    # L2 stands in Records alone: hiding it there, to protect L3, would need its sum hidden as well.
    assert rows_of(found, "by_team") == {
        name: {"team": name, "all": count} for name, count in (("Payments", 18), ("Records", 10), ("In no team", 9))
    }
    assert "Without levels" in found.table("by_team").remark
    assert [panel.points[-1][1] for panel in found.charts[0].panels[:4]] == [12, 7, None, 0]
    assert any("fewer than 5" in sentence for sentence in found.hidden)


def test_teams_are_told_with_their_levels_where_both_tables_hide_the_same(ladders):
    payments, records = make_team("Payments"), make_team("Records")
    for team, first, second in ((payments, 12, 3), (records, 8, 4)):
        make_people(first, {"L1": JAN}, team=team)
        make_people(second, {"L2": JAN}, team=team)
    found = ask_report("headcount", ladder=SWE)
    teams = rows_of(found, "by_team")
    assert [teams[name][f"{SWE}_L2"] for name in ("Payments", "Records")] == [HIDDEN, HIDDEN]
    # Twelve of fifteen would give away the three.
    assert [teams[name][f"{SWE}_L1"] for name in ("Payments", "Records")] == [HIDDEN, HIDDEN]
    assert rows_of(found, "over_time")[clock.today()][f"{SWE}_L2"] == 7


def test_fewer_than_five_people_get_a_sentence_and_no_table(ladders):
    make_people(4, {"L1": JAN})
    found = ask_report("headcount")
    assert found.tables == ()
    assert found.answer == "There are fewer than 5 people to count, so no figures are shown."


def test_a_day_of_which_nothing_was_known_then_offers_what_is_known_now(ladders):
    make_people(6, {"L1": JAN})
    found = ask_report("headcount", as_of="2022-12-31")
    assert found.answer == "On 31 December 2022 nothing was recorded here yet."
    assert "As corrected since" in found.rest


def test_a_manager_counts_those_who_report_to_them_and_is_told_whom_that_leaves_out(ladders):
    head = make_person("Hana Head")
    tomasz = make_person("Tomasz Wieczorek", manager=head)
    make_people(6, {"L1": JAN}, manager=tomasz)
    make_people(20, {"L1": JAN})
    assert ask_report("headcount", tomasz).answer == "6 people work here on 21 November 2026."
    assert ask_report("headcount", head).answer == "7 people work here on 21 November 2026."
    assert ask_report("headcount", head, Role.HR).answer == "28 people work here on 21 November 2026."
    found = ask_report("headcount", tomasz)
    assert "report to you today" in found.scope
    assert any("left" in note.text for note in found.notes)


def test_a_ladder_that_there_is_none_is_said_at_its_field(ladders):
    with pytest.raises(InvalidError, match="no such ladder"):
        ask_report("headcount", ladder="gardening")


def test_the_choice_of_a_ladder_changes_what_is_shown_and_not_what_is_hidden(ladders):
    make_people(12, {"L1": JAN})
    make_people(7, {"L2": JAN})
    make_people(3, {"L1": JAN}, ladder=TS)
    make_people(6, {"L2": JAN}, ladder=TS)
    whole = rows_of(ask_report("headcount"), "over_time")[clock.today()]
    own = rows_of(ask_report("headcount", ladder=TS), "over_time")[clock.today()]
    assert own == {key: value for key, value in whole.items() if key == "day" or key.startswith(TS)}


def test_counts_are_read_with_as_many_questions_for_few_as_for_many(ladders):
    def asked():
        return count_queries(lambda: ask_report("headcount", as_of="2026-06-30"))

    make_people(5, {"L1": JAN})
    few = asked()
    make_people(20, {"L1": JAN, "L2": JUN})
    assert asked() == few <= 10


def test_a_line_of_counts_hides_nobody_where_nobody_is():
    line = level_line({("e", "L1"): 9, ("e", "L2"): 0, NO_LEVEL: 0}, 5)
    assert (line.counts["e", "L1"], line.counts["e", "L2"], line.total) == (9, 0, 9)
