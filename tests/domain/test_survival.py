"""Time in level: the published values as exact fractions, the laws, and SciPy beside it (specification, 5.1)."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import survival
from app.domain.survival import (
    End,
    Tally,
    Time,
    incidence,
    kaplan_meier,
    log_rank,
    may_draw,
    median,
    months_by,
    tallies,
    window,
)

# Freireich et al. 1963, as in Gehan: weeks in remission. A plus is censored.
MERCAPTOPURINE = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
ENDS = {"": End.EVENT, "+": End.CENSORED, "-": End.COMPETING}


def times(words: str) -> list[Time]:
    """Return stays from words: “6” ended with the event, “6+” is censored, “6-” ended with the competing one."""
    return [Time(int(word.rstrip("+-")), ENDS[word.lstrip("0123456789")]) for word in words.split()]


def curve(stays: list[Time]) -> dict[int, survival.Step]:
    return {step.at: step for step in kaplan_meier(tallies(stays))}


# The published values -----------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "share", "error"),
    [
        (6, Fraction(6, 7), 0.0764),
        (7, Fraction(96, 119), 0.0869),
        (10, Fraction(64, 85), 0.0963),
        (13, Fraction(176, 255), 0.1068),
        (16, Fraction(32, 51), 0.1141),
        (22, Fraction(64, 119), 0.1282),
        (23, Fraction(160, 357), 0.1346),
    ],
)
def test_the_shares_of_gehan_are_exact_and_their_errors_right_to_four_decimals(at, share, error):
    step = curve(times(MERCAPTOPURINE))[at]
    assert step.survival == share
    assert step.error == pytest.approx(error, abs=5e-5)
    assert step.variance == step.error**2


@pytest.mark.parametrize(
    ("at", "low", "high"), [(6, 0.6197, 0.9516), (10, 0.5032, 0.8894), (22, 0.2678, 0.7468), (23, 0.1881, 0.6801)]
)
def test_the_log_log_intervals_of_gehan(at, low, high):
    assert curve(times(MERCAPTOPURINE))[at].interval == pytest.approx((low, high), abs=5e-5)


def test_the_medians_of_gehan():
    assert median(kaplan_meier(tallies(times(MERCAPTOPURINE)))) == 23
    placebo = curve(times(PLACEBO))
    assert median(list(placebo.values())) == 8
    assert placebo[8].survival == Fraction(8, 21)


def test_the_log_rank_test_of_gehan():
    found = log_rank(times(MERCAPTOPURINE), times(PLACEBO))
    assert found.observed == 9
    assert found.expected == pytest.approx(19.2505, abs=5e-5)
    assert found.variance == pytest.approx(6.25696, abs=5e-6)
    assert found.statistic == pytest.approx(16.79294, abs=5e-6)
    assert found.p == pytest.approx(4.1688e-5, abs=5e-10)


def test_who_comes_into_sight_late_is_at_risk_from_then_on():
    stays = [
        Time(last, end, entry)
        for last, end, entry in zip(
            (5, 6, 8, 9, 12), (End.EVENT, End.EVENT, End.CENSORED, End.EVENT, End.EVENT), (0, 4, 0, 5, 7), strict=True
        )
    ]
    shares = {at: step.survival for at, step in curve(stays).items()}
    assert shares == {5: Fraction(2, 3), 6: Fraction(4, 9), 9: Fraction(2, 9), 12: 0}


def test_the_promoted_alone_would_mislead():
    stays = times("6 6- 10 12+ 18")
    shares = {at: step.survival for at, step in curve(stays).items()}
    assert shares == {6: Fraction(4, 5), 10: Fraction(8, 15), 18: 0}
    assert median(kaplan_meier(tallies(stays))) == 18
    assert sorted(one.exit for one in stays if one.end is End.EVENT)[1] == 10


# Edges --------------------------------------------------------------------------


def test_without_events_there_is_no_step_and_no_median():
    assert kaplan_meier(tallies(times("3+ 4-"))) == []
    assert median([]) is None
    assert kaplan_meier(tallies([])) == []


def test_a_median_that_is_not_reached_is_none():
    assert median(kaplan_meier(tallies(times("3 9+ 9+ 9+")))) is None


def test_what_was_over_before_it_came_into_sight_is_left_out():
    assert tallies([Time(4, End.EVENT, entry=4), Time(3, End.EVENT, entry=9)]) == []
    found = log_rank([Time(4, End.EVENT, entry=4)], times("5"))
    assert (found.observed, found.statistic, found.p) == (0, None, None)


def test_once_nobody_is_left_there_is_neither_error_nor_interval():
    last = curve(times("2 5"))[5]
    assert (last.survival, last.error, last.variance, last.interval) == (0, None, None, None)


def test_an_interval_stays_within_its_bounds_where_nearly_nobody_was_promoted():
    low, high = curve([*times("9"), *times("9+ ") * 99_999])[9].interval
    assert 0 < low < 1 - 1e-5 < high < 1


@pytest.mark.parametrize(("stays", "events", "is_drawn"), [(5, 3, True), (4, 3, False), (5, 2, False), (900, 0, False)])
def test_a_curve_needs_k_stays_and_three_promotions(stays, events, is_drawn):
    assert may_draw(stays, events, 5) is is_drawn


def test_the_last_steps_are_hidden_once_fewer_than_k_are_at_risk():
    counted = tallies(times("1 2 3 4 5 6 7 8"))
    found = window(counted, 5)
    assert [one.at for one in found.tallies] == [1, 2, 3, 4]
    assert (found.begins_after, found.is_cut) == (0, True)
    assert not window(counted, 1).is_cut


def test_a_curve_begins_after_early_steps_that_few_were_at_risk_for():
    # Otherwise the first share shown, divided by its own factor, would tell the hidden one.
    counted = [Tally(2, 2, 1, 0), Tally(5, 8, 2, 0), Tally(7, 6, 0, 1), Tally(8, 5, 1, 0), Tally(9, 3, 3, 0)]
    found = window(counted, 5)
    assert (found.begins_after, found.is_cut) == (2, True)
    assert [str(step.survival) for step in kaplan_meier(found.tallies)] == ["3/4", "3/5"]


def test_a_leaver_among_few_ends_no_run_of_events():
    counted = [Tally(2, 2, 0, 1), Tally(5, 8, 2, 0), Tally(7, 4, 0, 1), Tally(8, 5, 1, 0), Tally(9, 3, 3, 0)]
    found = window(counted, 5, is_of_events=True)
    assert ([one.at for one in found.tallies], found.begins_after, found.is_cut) == ([2, 5, 7, 8], 0, True)
    assert [str(step.survival) for step in kaplan_meier(found.tallies)] == ["3/4", "3/5"]


def test_what_happened_in_one_month_is_shown_together_or_not_at_all():
    counted = [Tally(20, 9, 1, 0), Tally(40, 8, 1, 0), Tally(45, 4, 1, 0)]
    assert [one.at for one in window(counted, 5, months_by).tallies] == [20]


def test_months_are_counted_by_their_end():
    assert [months_by(days) for days in (0, 1, 30, 31, 60, 61, 365, 366, 730)] == [0, 1, 1, 2, 2, 3, 12, 13, 24]


# Laws ---------------------------------------------------------------------------

ends = st.sampled_from(End)
anything = st.lists(st.builds(Time, st.integers(0, 30), ends, st.integers(0, 12)), max_size=40)
promoted = st.lists(st.integers(1, 30), min_size=1, max_size=40)


@given(anything)
def test_the_share_never_rises_and_its_interval_holds_it(stays):
    before = Fraction(1)
    for step in kaplan_meier(tallies(stays)):
        assert 0 <= step.survival <= before
        before = step.survival
        if step.interval is not None:
            low, high = step.interval
            assert 0 <= low <= float(step.survival) + 1e-12
            assert float(step.survival) - 1e-12 <= high <= 1
            assert step.error >= 0


@given(promoted)
def test_where_everybody_was_promoted_the_share_is_that_of_those_who_took_longer(exits):
    for at, step in curve([Time(last, End.EVENT) for last in exits]).items():
        assert step.survival == Fraction(sum(last > at for last in exits), len(exits))


@given(anything)
def test_the_three_shares_make_one_and_the_promoted_are_never_more_than_the_curve_says(stays):
    counted = tallies(stays)
    steps = {step.at: step.survival for step in kaplan_meier(counted)}
    last = Fraction(1)
    for share in incidence(counted):
        assert share.event + share.competing + share.neither == 1
        last = steps.get(share.at, last)
        assert share.event <= 1 - last
        assert share.neither <= last


@given(anything, st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(stays, dice):
    shuffled = dice.sample(stays, len(stays))
    assert tallies(shuffled) == tallies(stays)
    assert log_rank(shuffled[::2], shuffled[1::2]).variance >= 0


@given(anything, anything)
def test_two_groups_differ_by_as_much_from_either_side(one, other):
    forth, back = log_rank(one, other), log_rank(other, one)
    assert forth.variance == pytest.approx(back.variance)
    assert forth.observed - forth.expected == pytest.approx(back.expected - back.observed, abs=1e-9)


@given(anything)
def test_beyond_the_exact_size_doubles_say_the_same(stays):
    counted = tallies(stays)
    exact, shares = kaplan_meier(counted), incidence(counted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(survival, "EXACT_TIMES", -1)
        for rough, step in zip(kaplan_meier(counted), exact, strict=True):
            assert float(rough.survival) == pytest.approx(float(step.survival), rel=1e-12)
            assert (rough.interval is None) is (step.interval is None)
        for rough, share in zip(incidence(counted), shares, strict=True):
            assert float(rough.event) == pytest.approx(float(share.event), abs=1e-12)
            assert float(rough.competing) == pytest.approx(float(share.competing), abs=1e-12)


# Another implementation ---------------------------------------------------------


def test_scipy_says_the_same():
    from scipy import stats

    dice = Random(20261121)
    for _ in range(8):
        drawn = [[Time(dice.randint(2, 25), dice.choice((End.EVENT, End.CENSORED))) for _ in range(40)] for _ in "ab"]
        # SciPy warns of moments at which its interval is none: before the first event, and once nobody is left.
        groups = [[Time(1, End.EVENT), *group, Time(26, End.CENSORED)] for group in drawn]
        censored = [
            stats.CensoredData(
                uncensored=[one.exit for one in group if one.end is End.EVENT],
                right=[one.exit for one in group if one.end is not End.EVENT],
            )
            for group in groups
        ]
        theirs = stats.ecdf(censored[0]).sf
        band = theirs.confidence_interval(method="log-log")
        for at, step in curve(groups[0]).items():
            assert float(step.survival) == pytest.approx(float(theirs.evaluate(at)), abs=1e-12)
            bounds = (float(band.low.evaluate(at)), float(band.high.evaluate(at)))
            assert step.interval == pytest.approx(bounds, abs=1e-9)
        compared = stats.logrank(*censored)
        found = log_rank(*groups)
        assert found.p == pytest.approx(compared.pvalue, rel=1e-9)
        assert math.sqrt(found.statistic) == pytest.approx(abs(compared.statistic), rel=1e-9)


def test_a_hundred_thousand_stays_are_few_steps():
    dice = Random(1)
    ways = (End.EVENT, End.COMPETING, End.CENSORED)
    stays = [Time(dice.randint(1, 2500), dice.choice(ways), dice.choice((0, 0, 200))) for _ in range(100_000)]
    counted = tallies(stays)
    steps = kaplan_meier(counted)
    assert sum(one.events + one.competing for one in counted) == sum(
        one.end is not End.CENSORED and one.exit > one.entry for one in stays
    )
    assert 0 <= steps[-1].survival < Fraction(1, 10)
    last = incidence(counted)[-1]
    assert float(last.event + last.competing + last.neither) == pytest.approx(1, abs=1e-9)
