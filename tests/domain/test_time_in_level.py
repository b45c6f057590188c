"""Stays as the report on time in level counts them, and what of a curve may be shown."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.domain.movement import Presence, Stay, history
from app.domain.survival import End, InSight, Time
from app.domain.time_in_level import curve_of, half_of, level_stays

DAY = date(2026, 11, 21)
JAN, MAY, SEP = date(2026, 1, 1), date(2026, 5, 1), date(2026, 9, 1)
RANKS = {"L1": 1, "L2": 2, "L3": 3, "S1": 1}
ONE = timedelta(days=1)


def held(level: str, starts_on: date, ends_on: date | None = None, reason: str = "promotion") -> Stay:
    lineage = "support" if level.startswith("S") else "engineer"
    return Stay(lineage, level, RANKS[level], starts_on, ends_on, reason)


def ways(*stays: Stay, left_on: date | None = None, day: date = DAY, seen_on: date | None = None):
    person = history(stays, (Presence(None, left_on),))
    return [(level, entry, last, end) for _, level, _, (last, end, entry) in level_stays(person, day, seen_on)]


def test_a_stay_that_goes_on_is_counted_up_to_the_day():
    assert ways(held("L2", JAN)) == [("L2", 0, 324, End.CENSORED)]


def test_a_promotion_ends_a_stay_on_its_day_and_begins_the_next():
    assert ways(held("L1", JAN, MAY), held("L2", MAY)) == [("L1", 0, 120, End.EVENT), ("L2", 0, 204, End.CENSORED)]


@pytest.mark.parametrize(
    ("after", "end"),
    [
        (held("L3", MAY), End.EVENT),
        (held("L3", MAY, reason="import"), End.EVENT),
        (held("L3", MAY, reason="correction"), End.CENSORED),
        (held("L1", MAY, reason="demotion"), End.CENSORED),
        (held("S1", MAY, reason="transfer"), End.CENSORED),
    ],
)
def test_only_a_higher_level_of_the_same_ladder_is_the_event(after, end):
    assert ways(held("L2", JAN, MAY), after)[0] == ("L2", 0, 120, end)


def test_leaving_competes_and_ends_what_is_recorded_without_an_end():
    assert ways(held("L2", JAN), left_on=MAY) == [("L2", 0, 120, End.COMPETING)]
    assert ways(held("L2", JAN, MAY), left_on=MAY) == [("L2", 0, 120, End.COMPETING)]


def test_a_level_that_was_taken_away_is_no_leaving():
    assert ways(held("L2", JAN, MAY)) == [("L2", 0, 120, End.CENSORED)]


def test_rows_that_follow_each_other_at_one_level_are_one_stay():
    rows = (held("L2", JAN, MAY), held("L2", MAY, SEP, reason="correction"), held("L3", SEP))
    assert ways(*rows)[0] == ("L2", 0, 243, End.EVENT)


def test_what_lies_ahead_of_the_day_has_not_happened():
    rows = (held("L2", JAN, SEP), held("L3", SEP))
    assert ways(*rows, day=SEP - ONE) == [("L2", 0, 242, End.CENSORED)]
    assert ways(*rows, day=SEP) == [("L2", 0, 243, End.EVENT)]


def test_a_stay_counts_from_the_day_on_which_a_level_was_first_written_down():
    rows = (held("L1", JAN, MAY), held("L2", MAY))
    assert ways(*rows, seen_on=SEP) == [("L2", 123, 204, End.CENSORED)]
    assert ways(*rows, seen_on=MAY - ONE)[0] == ("L1", 119, 120, End.EVENT)


def test_the_team_is_looked_up_on_the_last_day_at_the_level():
    person = history([held("L1", JAN, MAY), held("L2", MAY)])
    assert [last_on for _, _, last_on, _ in level_stays(person, DAY)] == [MAY - ONE, DAY]


# The curve ------------------------------------------------------------------------


def promoted(*days: int, entry: int = 0) -> list[Time]:
    return [Time(day, End.EVENT, entry) for day in days]


def lasting(*days: int) -> list[Time]:
    return [Time(day, End.CENSORED) for day in days]


def test_a_month_tells_the_share_at_its_end():
    found = curve_of([*promoted(40, 50, 100), *lasting(*[400] * 5)], 5)
    assert [(one.month, one.at_risk, one.promotions, one.staying) for one in found.months] == [
        (2, 8, 2, Fraction(6, 8)),
        (4, 6, 1, Fraction(5, 8)),
    ]
    assert (found.median, found.begins_after, found.until, found.is_cut) == (None, 0, 13, False)


def test_leaving_stands_beside_the_promotions():
    stays = [*promoted(40, 100, 130), Time(70, End.COMPETING), *lasting(*[400] * 4)]
    months = {one.month: one for one in curve_of(stays, 2).months}
    assert (months[3].promotions, months[3].outcome.left, months[3].staying) == (0, Fraction(1, 8), Fraction(7, 8))
    assert months[5].outcome == (Fraction(3, 8), Fraction(1, 8))
    assert months[5].staying == Fraction(7, 8) * Fraction(4, 6)


def test_the_mean_of_the_promoted_alone_rests_on_k_of_them():
    assert curve_of([*promoted(61, 61, 61, 61), *lasting(*[900] * 6)], 5).mean is None
    assert curve_of([*promoted(61, 61, 61, 61, 61), *lasting(*[900] * 6)], 5).mean == 2


def test_no_month_stroke_or_average_tells_of_what_is_hidden():
    found = curve_of([*promoted(40, 40, 40, 40, 40, 300, 310), *lasting(200, 305, 320)], 5)
    assert [one.month for one in found.months] == [2]
    assert (found.promotions, found.is_cut, found.until, found.strokes) == (5, True, 2, [])
    assert (found.median, found.mean) == (2, 1)


def test_early_months_that_few_were_in_sight_for_are_left_out():
    late = [Time(last, End.EVENT, 60) for last in (100, 130, 160, 200, 240, 300, 340)]
    found = curve_of([*promoted(40), *late], 5)
    assert (found.begins_after, found.months[0].month, found.months[0].staying) == (2, 4, Fraction(6, 7))
    assert half_of([*promoted(40), *late], InSight([*promoted(40), *late, *lasting(*[900] * 9)]), 5) is None


def test_promotions_that_are_hidden_make_no_curve():
    stays = [*promoted(100, 200, 210), *lasting(120, 130, 140, 150, 160)]
    assert curve_of(stays, 5) is None
    assert curve_of([*stays, *lasting(*[300] * 5)], 5).promotions == 3


def test_an_early_leaver_among_few_does_not_cut_the_curve_of_promotions():
    late = [Time(last, End.EVENT, 60) for last in (100, 130, 160, 200, 240, 300, 340)]
    found = curve_of([Time(40, End.COMPETING), *late], 5)
    assert (found.begins_after, found.outcomes_after) == (0, 2)
    assert [(one.month, one.at_risk) for one in found.months] == [(4, 7), (5, 6), (6, 5)]
    assert 2 not in found.strokes


def test_a_leaver_among_few_amid_promotions_hides_what_became_of_people_alone():
    crowd = [Time(last, End.EVENT, 100) for last in (130, 160, 190, 220, 250, 280, 310)]
    stays = [*promoted(20), *lasting(25, 31, 31, 31, 31), Time(70, End.COMPETING), *crowd]
    found = curve_of(stays, 5)
    assert (found.begins_after, found.outcomes_after, found.is_cut, found.is_outcome_cut) == (0, 3, True, True)
    assert [one.month for one in found.months if one.outcome is None] == [1]
    assert all(one.at_risk >= 5 for one in found.months)


def test_half_of_a_part_needs_k_at_risk_in_it_and_outside_it():
    part = promoted(40, 70, 100, 130, 160, 190, 220, 250)
    assert half_of(part, InSight([*part, *lasting(*[400] * 5)]), 5) == 5
    assert half_of(part, InSight([*part, *lasting(*[400] * 4)]), 5) is None
    assert half_of(part, InSight([*part, *lasting(*[120] * 9)]), 5) is None
    assert half_of(part, InSight([*part, *lasting(*[400] * 9)]), 6) is None


@pytest.mark.parametrize("stays", [promoted(40, 50, 60, 70), [*promoted(40, 50), *lasting(*[90] * 9)], []])
def test_too_little_makes_no_curve(stays):
    assert curve_of(stays, 5) is half_of(stays, InSight([*stays, *lasting(*[900] * 9)]), 5) is None
