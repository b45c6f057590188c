"""Who may be a pair, and their score by part. Vectors by hand, after the domain specification, 6.3."""

from collections import Counter
from datetime import UTC, date, timedelta, timezone
from random import Random
from zoneinfo import ZoneInfo

import pytest

from app.domain.assignment import solve
from app.domain.errors import InvalidError
from app.domain.matching import (
    DAY,
    Hours,
    Parts,
    Pool,
    Reason,
    Weights,
    admissible,
    judge,
    seekers,
    shared_minutes,
    utc_hours,
)
from tests.factories.matching import GOAL, a_mentee, a_mentor, a_pool

PAIR = frozenset({("tom", "mia")})


def judged(mentee=None, mentor=None, **more):
    mentee, mentor = mentee or a_mentee(), mentor or a_mentor()
    return judge(a_pool([mentee], [mentor], **more), mentee, mentor)


# Reasons ----------------------------------------------------------------------

REASONS = [
    (Reason.SAME_PERSON, {}, {"id": "mia"}, {}),
    (Reason.MANAGEMENT_CHAIN, {}, {}, {"chain": PAIR}),
    (Reason.MANAGEMENT_CHAIN, {}, {}, {"chain": frozenset({("mia", "tom")})}),
    (Reason.LEVEL, {}, {"rank": 2}, {}),
    (Reason.UNAVAILABLE, {}, {"is_available": False}, {}),
    (Reason.UNAVAILABLE, {}, {"taken": 2}, {}),
    (Reason.UNAVAILABLE, {}, {"capacity": 0}, {}),
    (Reason.HOURS, {}, {"hours": Hours(901, 1320)}, {}),
    (Reason.LANGUAGE, {}, {"languages": frozenset({"pt"})}, {}),
    (Reason.RECENT_PAIRING, {}, {}, {"failed": PAIR}),
    (Reason.BANNED, {}, {}, {"banned": PAIR}),
    (Reason.NO_GOAL, {}, {"holds": frozenset({"swe:other"})}, {}),
    (Reason.NO_GOAL, {"goals": ()}, {}, {}),
    (Reason.OPTED_OUT, {}, {"is_open": False}, {}),
    (Reason.OPTED_OUT, {"is_open": False}, {}, {}),
    (Reason.OPTED_OUT, {"excludes": frozenset({"tom"})}, {}, {}),
    (Reason.OPTED_OUT, {}, {"excludes": frozenset({"mia"})}, {}),
    (Reason.COMMITTEE, {}, {}, {"judges": PAIR}),
]


@pytest.mark.parametrize(("reason", "of_mentee", "of_mentor", "of_pool"), REASONS)
def test_each_hard_constraint_keeps_two_apart_under_its_own_code(reason, of_mentee, of_mentor, of_pool):
    assert isinstance(judged(), Parts)
    mentee = a_mentee(**of_mentee)
    assert judged(mentee, a_mentor(**{"name": of_mentor.get("id", "tom"), **of_mentor}), **of_pool) is reason


def test_the_first_reason_in_the_order_of_the_codes_counts():
    """From all of them at once, one after the other is taken away."""
    mentee = {"excludes": frozenset({"tom"})}
    mentor = {
        "rank": 2,
        "taken": 2,
        "hours": Hours(0, 60),
        "languages": frozenset({"pt"}),
        "holds": frozenset({"swe:other"}),
    }
    pool = dict.fromkeys(("chain", "judges", "failed", "banned"), PAIR)
    right = {"chain": pool, "rank": mentor, "taken": mentor, "hours": mentor, "languages": mentor}
    right |= {"failed": pool, "banned": pool, "holds": mentor, "excludes": mentee, "judges": pool}
    seen = []
    for name, where in right.items():
        seen.append(judged(a_mentee(**mentee), a_mentor(**mentor), **pool))
        del where[name]
    assert seen == list(Reason)[1:]
    assert isinstance(judged(a_mentee(**mentee), a_mentor(**mentor), **pool), Parts)


def test_sitting_on_a_committee_counts_in_one_direction_only():
    assert isinstance(judged(judges=frozenset({("mia", "tom")})), Parts)
    assert isinstance(judged(failed=frozenset({("mia", "tom")})), Parts)


# Hours ------------------------------------------------------------------------

SHARED = [
    (Hours(540, 1020), Hours(540, 1020), 480),
    (Hours(540, 1020), Hours(1020, 1320), 0),
    (Hours(540, 1020), Hours(900, 1020), 120),
    (Hours(1320, 360), Hours(300, 540), 60),  # a night shift ends as the other begins
    (Hours(1320, 360), Hours(1380, 420), 420),  # both over midnight
    (Hours(1320, 360), Hours(300, 1380), 120),  # they meet twice: 300 to 360 and 1320 to 1380
    (Hours(0, 0), Hours(540, 1020), 480),  # equal minutes are the whole day
    (Hours(1380, 1380), Hours(1320, 360), 480),
    (Hours(0, DAY), Hours(720, 720), DAY),
    (Hours(1200, 0), Hours(0, 240), 0),
]


@pytest.mark.parametrize(("one", "other", "minutes"), SHARED)
def test_shared_minutes_are_counted_over_midnight_and_in_either_order(one, other, minutes):
    assert shared_minutes(one, other) == shared_minutes(other, one) == minutes


def test_shared_minutes_are_what_counting_minute_by_minute_gives():
    rng = Random(3)
    for _ in range(60):
        one, other = (Hours(rng.randrange(DAY), rng.randrange(DAY)) for _ in range(2))
        sets = [{minute for begin, end in hours.spans for minute in range(begin, end)} for hours in (one, other)]
        assert shared_minutes(one, other) == len(sets[0] & sets[1])


def test_two_hours_are_enough_and_a_minute_less_is_not():
    assert isinstance(judged(mentor=a_mentor(hours=Hours(900, 1320))), Parts)
    assert judged(mentor=a_mentor(hours=Hours(901, 1320))) is Reason.HOURS


def test_local_hours_become_utc_with_the_offset_of_the_day():
    berlin = ZoneInfo("Europe/Berlin")
    assert utc_hours(540, 1020, berlin, date(2026, 1, 15)) == Hours(480, 960)
    assert utc_hours(540, 1020, berlin, date(2026, 7, 15)) == Hours(420, 900)
    # On the day of the change the offset of noon counts.
    assert utc_hours(540, 1020, berlin, date(2026, 3, 29)) == Hours(420, 900)
    assert utc_hours(540, 1020, ZoneInfo("Pacific/Auckland"), date(2026, 1, 15)) == Hours(1200, 240)
    assert utc_hours(540, 1020, timezone(timedelta(hours=-11)), date(2026, 1, 15)) == Hours(1200, 240)
    assert utc_hours(540, 540, UTC, date(2026, 1, 15)) == Hours(540, 540)
    assert utc_hours(540, 540, timezone(timedelta(hours=9)), date(2026, 1, 15)).spans == ((0, DAY), (0, 0))


@pytest.mark.parametrize("minutes", [(-1, 60), (0, DAY + 1)])
def test_hours_outside_a_day_are_refused(minutes):
    with pytest.raises(InvalidError):
        Hours(*minutes)


# Scores -----------------------------------------------------------------------


def test_a_perfect_pair_reaches_a_thousand():
    mentee, mentor = a_mentee(names=frozenset({"tom"})), a_mentor(names=frozenset({"mia"}))
    parts = judged(mentee, mentor)
    assert parts == Parts(goals=500, level=150, team=100, hours=100, preference=100, load=50)
    assert parts.score == 1000


def test_goals_weigh_more_the_fewer_mentors_hold_them():
    """Held by 1, 2 and 3 mentors: weights 6, 3 and 2 of 11; a fourth goal, held by nobody, is left out and listed."""
    mentee = a_mentee(goals=("swe:a", "swe:b", "swe:c", "swe:nobody"))
    holds = {"tom": "abc", "ann": "bc", "sam": "c"}
    mentors = [a_mentor(name, holds=frozenset(f"swe:{one}" for one in has)) for name, has in holds.items()]
    found = admissible(a_pool([mentee], mentors))
    goals = {mentor: parts.goals for (_, mentor), parts in found.pairs.items()}
    assert goals == {"tom": 500, "ann": 500 * 5 // 11, "sam": 500 * 2 // 11}
    assert goals == {"tom": 500, "ann": 227, "sam": 90}
    assert found.unheld == ("swe:nobody",)


def test_who_pauses_or_is_full_counts_as_able_and_who_has_not_opted_in_does_not():
    mentee = a_mentee(goals=("swe:a", "swe:b"))
    tom = a_mentor(holds=frozenset({"swe:a"}))
    for busy in ({"is_available": False}, {"taken": 2}):
        other = a_mentor("ann", holds=frozenset({"swe:b"}), **busy)
        assert judge(a_pool([mentee], [tom, other]), mentee, tom).goals == 250
    gone = a_mentor("ann", holds=frozenset({"swe:b"}), is_open=False)
    assert judge(a_pool([mentee], [tom, gone]), mentee, tom).goals == 500
    assert admissible(a_pool([mentee], [tom, gone])).unheld == ("swe:b",)


def test_a_goal_that_is_named_twice_counts_once():
    mentee = a_mentee(goals=(GOAL, GOAL, "swe:b"))
    mentors = [a_mentor(), a_mentor("ann", holds=frozenset({"swe:b"}))]
    assert judge(a_pool([mentee], mentors), mentee, mentors[0]).goals == 250


@pytest.mark.parametrize(("rank", "points"), [(3, 150), (4, 120), (5, 60), (9, 60)])
def test_one_level_above_is_best(rank, points):
    assert judged(mentor=a_mentor(rank=rank)).level == points


@pytest.mark.parametrize(("team", "points"), [("Search", 100), ("Payments", 0), (None, 100)])
def test_another_team_gives_its_points(team, points):
    assert judged(mentor=a_mentor(team=team)).team == points


def test_two_without_a_team_are_not_known_to_be_of_different_ones():
    assert judged(a_mentee(team=None), a_mentor(team=None)).team == 0


@pytest.mark.parametrize(("minutes", "points"), [(120, 25), (121, 25), (125, 26), (479, 99), (480, 100), (700, 100)])
def test_shared_hours_give_points_up_to_eight(minutes, points):
    hours = Hours(0, minutes)
    assert judged(a_mentee(hours=hours), a_mentor(hours=hours)).hours == points


def test_a_preference_needs_the_mentee_and_is_full_when_both_named_each_other():
    named, naming = a_mentee(names=frozenset({"tom"})), a_mentor(names=frozenset({"mia"}))
    assert judged(named, naming).preference == 100
    assert judged(named).preference == 50
    assert judged(mentor=naming).preference == 0


@pytest.mark.parametrize(("capacity", "taken", "points"), [(2, 0, 50), (2, 1, 25), (3, 1, 33), (4, 3, 12)])
def test_free_places_give_points(capacity, taken, points):
    assert judged(mentor=a_mentor(capacity=capacity, taken=taken)).load == points


def test_other_weights_are_floored_part_by_part():
    weights = Weights(goals=333, level=333, team=1, hours=333, preference=0, load=0)
    mentee, mentor = a_mentee(hours=Hours(0, 125)), a_mentor(hours=Hours(0, 125), rank=4)
    assert judged(mentee, mentor, weights=weights) == Parts(333, 266, 1, 86, 0, 0)
    odd = Weights(goals=865, level=0, team=0, hours=0, preference=33, load=102)
    assert judged(a_mentee(names=frozenset({"tom"})), weights=odd).preference == 16


@pytest.mark.parametrize("changes", [{"goals": 501}, {"goals": -1, "load": 551}, {"load": 0}])
def test_weights_that_do_not_sum_to_a_thousand_are_refused(changes):
    with pytest.raises(InvalidError):
        Weights(**changes)


# The pool ---------------------------------------------------------------------


def random_pool(rng):
    goals = [f"swe:{letter}" for letter in "abcdef"]

    def some(values, most):
        return frozenset(rng.sample(values, rng.randint(0, most)))

    mentee_ids, mentor_ids = [f"e{one}" for one in range(8)], ["e0", *(f"m{one}" for one in range(7))]
    pairs = [(mentor, mentee) for mentor in mentor_ids for mentee in mentee_ids]
    mentees = [
        a_mentee(
            name,
            rank=rng.randint(1, 3),
            goals=tuple(rng.sample(goals, rng.randint(0, 3))),
            waiting_since=date(2026, rng.randint(1, 3), 1),
            hours=Hours(rng.randrange(DAY), rng.randrange(DAY)),
            names=some(mentor_ids, 2),
            excludes=some(mentor_ids, 1),
        )
        for name in mentee_ids
    ]
    mentors = [
        a_mentor(
            name,
            rank=rng.randint(2, 5),
            holds=some(goals, 4),
            taken=rng.randint(0, 2),
            hours=Hours(rng.randrange(DAY), rng.randrange(DAY)),
            languages=frozenset({rng.choice(["en", "en", "pt"])}),
            names=some(mentee_ids, 2),
            is_open=rng.random() < 0.9,
        )
        for name in mentor_ids
    ]
    sets = {name: some(pairs, 5) for name in ("chain", "judges", "failed", "banned")}
    return Pool(tuple(mentees), tuple(mentors), pinned=some(pairs, 24), **sets)


def shuffled(pool, rng):
    return Pool(
        **{
            **{
                name: frozenset(sorted(getattr(pool, name)))
                for name in ("chain", "judges", "failed", "banned", "pinned")
            },
            "mentees": tuple(rng.sample(pool.mentees, len(pool.mentees))),
            "mentors": tuple(rng.sample(pool.mentors, len(pool.mentors))),
        }
    )


def test_the_pairs_are_those_that_no_reason_keeps_apart_and_no_other():
    rng = Random(11)
    for _ in range(40):
        pool = random_pool(rng)
        wanted = {
            (mentee.id, mentor.id): parts
            for mentee in pool.mentees
            for mentor in pool.mentors
            if isinstance(parts := judge(pool, mentee, mentor), Parts)
        }
        assert admissible(pool).pairs == wanted
        assert all(0 <= parts.score <= 1000 for parts in wanted.values())


def test_the_order_of_people_changes_nothing():
    rng = Random(12)
    for _ in range(40):
        pool = random_pool(rng)
        one, other = admissible(pool), admissible(shuffled(pool, rng))
        assert list(one.pairs.items()) == list(other.pairs.items())
        assert one.instance == other.instance
        assert (one.pins, one.broken_pins, one.unheld) == (other.pins, other.broken_pins, other.unheld)
        assert solve(one.instance) == solve(other.instance)


def test_a_round_keeps_every_rule_and_every_pin_that_holds():
    rng = Random(13)
    held = 0
    for _ in range(40):
        found = admissible(random_pool(rng))
        whole = found.with_pins(solve(found.instance))
        assert whole.pairs.items() >= set(found.pins)
        assert set(whole.pairs.items()) <= set(found.pairs)
        for mentor in found.pool.mentors:
            assert list(whole.pairs.values()).count(mentor.id) <= mentor.free
        scores = [found.pairs[pair].score for pair in whole.pairs.items()]
        assert (whole.matched, whole.total, whole.worst) == (len(scores), sum(scores), min(scores, default=0))
        assert {pair[::-1] for pair in (*found.pins, *found.broken_pins)} == found.pool.pinned
        held += len(found.pins)
    assert held > 20


def test_a_pin_takes_its_place_before_the_others_are_matched():
    mentees = [a_mentee("mia"), a_mentee("noa", waiting_since=date(2026, 1, 1))]
    pool = a_pool(mentees, [a_mentor(capacity=1)], pinned=PAIR)
    found = admissible(pool)
    assert list(found.pins) == [("mia", "tom")]
    assert found.instance.mentees == ("noa",)
    assert found.instance.capacities == {"tom": 0}
    assert found.with_pins(solve(found.instance)).pairs == {"mia": "tom"}


def test_pins_that_break_a_rule_or_find_no_place_are_left_out_and_named():
    mentees = [a_mentee("mia"), a_mentee("noa"), a_mentee("zoe"), a_mentee("lea", rank=3)]
    mentors = [a_mentor("tom", capacity=1), a_mentor("ann")]
    twice = {("ann", "mia"), ("tom", "mia")}
    pinned = frozenset({*twice, ("tom", "noa"), ("tom", "zoe"), ("ann", "lea"), ("gone", "noa")})
    found = admissible(a_pool(mentees, mentors, pinned=pinned))
    assert list(found.pins) == [("mia", "ann"), ("noa", "tom")]
    assert found.broken_pins == {
        ("lea", "ann"): Reason.LEVEL,
        ("mia", "tom"): Reason.UNAVAILABLE,
        ("noa", "gone"): Reason.OPTED_OUT,
        ("zoe", "tom"): Reason.UNAVAILABLE,
    }


def test_reasons_are_counted_for_who_has_nobody():
    mentors = [a_mentor("a", rank=2), a_mentor("b", rank=1), a_mentor("c", taken=2), a_mentor("d")]
    mentee = a_mentee()
    found = admissible(a_pool([mentee], mentors, banned=frozenset({("d", "mia")})))
    assert list(found.reasons(mentee).items()) == [(Reason.LEVEL, 2), (Reason.UNAVAILABLE, 1), (Reason.BANNED, 1)]


def test_seekers_of_a_strength_stand_in_the_queue_without_who_is_pinned_or_not_open():
    mentees = [
        a_mentee("mia"),
        a_mentee("noa", waiting_since=date(2026, 1, 1)),
        a_mentee("lea", goals=("swe:b",)),
        a_mentee("eva", is_open=False),
        a_mentee("zoe"),
    ]
    assert seekers(a_pool(mentees), GOAL, {("zoe", "tom")}) == ("noa", "mia")


def test_who_is_pinned_to_somebody_impossible_still_seeks():
    found = admissible(a_pool([a_mentee("zoe")], pinned=frozenset({("gone", "zoe")})))
    assert seekers(found.pool, GOAL, found.pins) == ("zoe",)


@pytest.mark.parametrize("seed", range(20))
def test_sifting_a_pool_at_once_says_the_same_as_judging_each_two(seed):
    pool = a_random_pool(seed)
    found = admissible(pool)
    for mentee in pool.mentees:
        judged = {mentor.id: judge(pool, mentee, mentor) for mentor in pool.mentors}
        fits = {mentor: parts for mentor, parts in judged.items() if isinstance(parts, Parts)}
        assert {mentor: parts for (one, mentor), parts in found.pairs.items() if one == mentee.id} == fits
        counted = Counter(one for one in judged.values() if isinstance(one, Reason))
        assert list(found.reasons(mentee).items()) == [(one, counted[one]) for one in Reason if counted[one]]


def a_random_pool(seed):
    dice = Random(seed)
    ids = [f"p{number}" for number in range(14)]
    hours = [Hours(0, 480), Hours(420, 900), Hours(1320, 120)]

    def some(share=0.1):
        return frozenset((one, other) for one in ids for other in ids if dice.random() < share)

    def names(share=0.1):
        return frozenset(one for one in ids if dice.random() < share)

    def common():
        return {
            "rank": dice.randint(1, 4),
            "hours": dice.choice(hours),
            "languages": frozenset(dice.sample(("en", "de", "pt"), dice.randint(1, 2))),
            "names": names(),
            "excludes": names(),
            "is_open": dice.random() < 0.9,
        }

    goals = ("swe:a", "swe:b", "swe:c")
    mentees = [a_mentee(one, goals=tuple(dice.sample(goals, dice.randint(0, 3))), **common()) for one in ids[:8]]
    mentors = [
        a_mentor(
            one,
            holds=frozenset(dice.sample(goals, dice.randint(0, 3))),
            capacity=dice.randint(0, 3),
            taken=dice.randint(0, 1),
            is_available=dice.random() < 0.9,
            **common(),
        )
        for one in ids[4:]
    ]
    return a_pool(mentees, mentors, chain=some(), judges=some(), failed=some(), banned=some())
