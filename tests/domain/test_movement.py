"""Movement: the identities of domain specification 5.6 on any history, and each rule once by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.domain.movement import (
    ALWAYS,
    Away,
    Event,
    Fill,
    Headcount,
    History,
    Kind,
    Presence,
    Stay,
    events,
    events_between,
    fills,
    history,
    matrices,
    span,
)

FIRST = date(2025, 1, 1)
DAYS = 400
RANKS = {"L1": 1, "L2": 2, "L3": 3, "L4": None}
days = st.integers(0, DAYS).map(lambda number: FIRST + timedelta(days=number))
periods = st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))
REASONS = ("hire", "promotion", "transfer", "demotion", "import", "correction")


@st.composite
def people(draw: st.DrawFn) -> History:
    """Return the history of somebody who comes, moves, goes and comes back at any time."""
    marks = sorted(draw(st.sets(days, max_size=4)))
    present = [
        Presence(marks[place], marks[place + 1] if place + 1 < len(marks) else None)
        for place in range(0, len(marks), 2)
    ]
    stays = [
        Stay(
            draw(st.sampled_from(("engineer", "support"))),
            level := draw(st.sampled_from(sorted(RANKS))),
            RANKS[level],
            starts_on,
            draw(st.one_of(st.none(), st.integers(1, DAYS).map(lambda n, day=starts_on: day + timedelta(days=n)))),
            draw(st.sampled_from(REASONS)),
        )
        for starts_on in draw(st.sets(days, max_size=4))
    ]
    return history(stays, present or ALWAYS)


companies = st.lists(people(), max_size=12)


def _counted(company: list[History], day: date) -> Counter[tuple[str, str]]:
    """Return the headcount of a day, person by person."""
    held = [person.held_on(day) for person in company]
    return Counter((stay.lineage, stay.level) for stay in held if stay is not None)


@given(companies, periods)
def test_rows_sum_to_the_headcount_at_the_start_and_columns_to_that_at_the_end(company, period):
    start, end = period
    before, after = Counter(), Counter()
    for lineage, matrix in matrices(company, start, end).items():
        for (row, column), count in matrix.items():
            before[lineage, row] += count
            after[lineage, column] += count
    assert {key: count for key, count in before.items() if key[1] in RANKS} == _counted(company, start)
    assert {key: count for key, count in after.items() if key[1] in RANKS} == _counted(company, end)


@given(companies, periods)
def test_joined_and_left_reconcile_the_two_headcounts_of_a_ladder(company, period):
    start, end = period
    for lineage, matrix in matrices(company, start, end).items():
        came = sum(count for (row, _), count in matrix.items() if row not in RANKS)
        went = sum(count for (_, column), count in matrix.items() if column not in RANKS)
        grown = _of(_counted(company, end), lineage) - _of(_counted(company, start), lineage)
        assert grown == came - went
        assert not any(row not in RANKS and column not in RANKS for row, column in matrix)


def _of(counts: Counter[tuple[str, str]], lineage: str) -> int:
    return sum(count for (one, _), count in counts.items() if one == lineage)


@given(companies, periods)
def test_nobody_who_stayed_is_lost_between_ladders(company, period):
    found = matrices(company, *period)
    out = sum(matrix[cell] for matrix in found.values() for cell in matrix if cell[1] == Away.OTHER)
    into = sum(matrix[cell] for matrix in found.values() for cell in matrix if cell[0] == Away.OTHER)
    assert out == into


@given(companies, periods)
def test_the_events_of_a_period_lead_from_the_first_headcount_to_the_last(company, period):
    start, end = period
    replayed = Counter(_counted(company, start))
    _replay(replayed, events_between(company, start, end))
    assert replayed == _counted(company, end)


def _replay(counts: Counter[tuple[str, str]], found: object) -> None:
    for event in found:
        if event.before is not None:
            counts[event.lineage, event.before] -= 1
        if event.after is not None:
            counts[event.lineage, event.after] += 1


@given(companies, days)
def test_the_headcount_of_any_day_is_a_replay_of_the_events_up_to_it(company, day):
    replayed: Counter[tuple[str, str]] = Counter()
    _replay(replayed, (event for person in company for event in events(person) if event.day <= day))
    assert +replayed == _counted(company, day) == Headcount(company).on(day)


@given(companies, periods)
def test_whoever_stands_higher_at_the_end_was_promoted_corrected_or_away_between(company, period):
    start, end = period
    for person in company:
        before, after = person.held_on(start), person.held_on(end)
        if before is None or after is None or before.lineage != after.lineage or None in {before.rank, after.rank}:
            continue
        kinds = {event.kind for event in events_between([person], start, end)}
        if after.rank > before.rank:
            assert kinds & {Kind.PROMOTED, Kind.CORRECTED, Kind.JOINED, Kind.GIVEN, Kind.MOVED_IN}
        if after.rank < before.rank:
            assert kinds & {Kind.DEMOTED, Kind.CORRECTED, Kind.JOINED, Kind.GIVEN, Kind.MOVED_IN}


@given(companies, periods)
def test_there_are_at_least_as_many_promotions_as_people_who_only_rose(company, period):
    start, end = period
    rose = promotions = 0
    for person in company:
        found = list(events_between([person], start, end))
        before, after = person.held_on(start), person.held_on(end)
        if before and after and {event.kind for event in found} == {Kind.PROMOTED}:
            rose += 1
            promotions += len(found)
            assert before != after
    assert promotions >= rose


@given(people())
def test_stays_overlap_nowhere_and_lie_within_the_times_of_presence(person):
    for one, other in zip(person.stays, person.stays[1:], strict=False):
        assert one.ends_on is not None
        assert one.ends_on <= other.starts_on
    for stay in person.stays:
        assert any(time.covers(stay.starts_on) for time in person.present)
        assert stay.ends_on is None or not stay.covers(stay.ends_on)


def _stay(level: str, starts_on: date, ends_on: date | None = None, *, reason: str = "", ladder: str = "e") -> Stay:
    return Stay(ladder, level, RANKS[level], starts_on, ends_on, reason)


JAN, MAR, JUN, SEP = date(2025, 1, 1), date(2025, 3, 1), date(2025, 6, 1), date(2025, 9, 1)


def test_two_steps_in_one_period_count_once_in_the_matrix_and_twice_as_events():
    person = history([_stay("L1", JAN, MAR), _stay("L2", MAR, JUN), _stay("L3", JUN)])
    assert matrices([person], JAN, SEP) == {"e": {("L1", "L3"): 1}}
    assert [event.kind for event in events_between([person], JAN, SEP)] == [Kind.PROMOTED, Kind.PROMOTED]


def test_whoever_changes_ladders_stands_in_both_matrices():
    person = history([_stay("L2", JAN, MAR), _stay("L1", MAR, ladder="s")])
    assert matrices([person], JAN, JUN) == {"e": {("L2", Away.OTHER): 1}, "s": {(Away.OTHER, "L1"): 1}}
    assert list(events_between([person], JAN, JUN)) == [
        Event(MAR, Kind.MOVED_OUT, "e", "L2", None),
        Event(MAR, Kind.MOVED_IN, "s", None, "L1"),
    ]


def test_leaving_ends_a_stay_that_is_recorded_without_an_end():
    person = history([_stay("L1", JAN)], [Presence(JAN, JUN)])
    assert person.held_on(JUN) is None
    assert matrices([person], MAR, JUN) == {"e": {("L1", Away.OUTSIDE): 1}}
    assert [event.kind for event in events(person)] == [Kind.JOINED, Kind.LEFT]


def test_whoever_comes_back_left_and_joined_between():
    person = history([_stay("L1", JAN)], [Presence(JAN, MAR), Presence(JUN)])
    assert [(event.day, event.kind) for event in events(person)] == [
        (JAN, Kind.JOINED),
        (MAR, Kind.LEFT),
        (JUN, Kind.JOINED),
    ]
    assert matrices([person], JAN, SEP) == {"e": {("L1", "L1"): 1}}


def test_a_level_that_ends_while_somebody_works_here_is_no_leaving():
    person = history([_stay("L1", JAN, MAR)])
    assert [event.kind for event in events(person)] == [Kind.GIVEN, Kind.ENDED]
    assert matrices([person], JAN, JUN) == {"e": {("L1", Away.NO_LEVEL): 1}}


def test_an_import_of_somebody_long_here_is_no_hire_and_one_of_the_first_day_is():
    long_here = history([_stay("L2", JUN, reason="import")], [Presence(JAN)])
    new_here = history([_stay("L2", JUN, reason="import")], [Presence(JUN)])
    soon = history([_stay("L2", JUN, reason="import")], [Presence(JUN - timedelta(days=31))])
    late = history([_stay("L2", JUN, reason="hire")], [Presence(JUN - timedelta(days=32))])
    kinds = [next(events(one)).kind for one in (long_here, new_here, soon, late)]
    assert kinds == [Kind.GIVEN, Kind.JOINED, Kind.JOINED, Kind.GIVEN]


def test_without_a_first_day_of_work_the_reason_says_who_came_from_outside():
    assert next(events(history([_stay("L1", JAN, reason="hire")]))).kind is Kind.JOINED
    assert next(events(history([_stay("L1", JAN, reason="import")]))).kind is Kind.GIVEN


def test_a_correction_and_a_step_of_unknown_direction_are_no_promotions_unless_it_was_said():
    def kinds(level: str, reason: str) -> list[Kind]:
        person = history([_stay("L1", JAN, MAR), _stay(level, MAR, reason=reason)])
        return [event.kind for event in events(person)][1:]

    assert kinds("L3", "import") == [Kind.PROMOTED]
    assert kinds("L3", "correction") == [Kind.CORRECTED]
    assert kinds("L4", "import") == [Kind.CORRECTED]
    assert kinds("L4", "promotion") == [Kind.PROMOTED]
    assert kinds("L1", "correction") == []


def test_internal_fill_is_promotions_of_promotions_and_outside_hires():
    found = [
        Event(MAR, Kind.PROMOTED, "e", "L1", "L2"),
        Event(MAR, Kind.PROMOTED, "e", "L1", "L2"),
        Event(MAR, Kind.JOINED, "e", None, "L2"),
        Event(MAR, Kind.JOINED, "e", None, "L1"),
        Event(MAR, Kind.GIVEN, "e", None, "L2"),
        Event(MAR, Kind.MOVED_IN, "e", None, "L3"),
    ]
    assert fills(found) == {("e", "L1"): Fill(0, 1), ("e", "L2"): Fill(2, 1)}
    assert Fill(2, 1).share == Fraction(2, 3)
    assert Fill(0, 0).share is None


def test_the_span_is_people_at_the_first_level_for_each_at_the_third():
    assert span({1: 7, 2: 4, 3: 2}) == Fraction(7, 2)
    assert span({2: 4, 3: 2}) == 0
    assert span({1: 7}) is None
