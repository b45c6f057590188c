"""Why somebody got nobody, what else there would be, and bounds that no solution exceeds: the plain solver alone.

What both solvers have to reach stands in `tests/mentoring/test_solvers.py`.
"""

from random import Random

from app.domain.assignment import (
    Alternative,
    Instance,
    Saturated,
    alternative,
    saturated,
    solution_of,
    solve,
    with_one_more,
)
from app.domain.assignment_bounds import bounds
from tests.factories.matching import M1, M2, M3, M4, random_instance, random_small


def test_who_competes_is_read_from_the_minimum_cut():
    solution = solve(M3)
    assert solution.pairs == {"w": "B", "x": "A", "y": "A"}
    assert saturated(M3, solution, "z") == Saturated(("x", "y", "z"), ("A", "C"), 2)


def test_who_has_no_possible_mentor_competes_with_nobody():
    alone = Instance(("x",), ("A",), {"A": 1}, {})
    assert saturated(alone, solve(alone), "x") == Saturated(("x",), (), 0)


def test_every_explanation_is_a_set_of_mentees_larger_than_all_the_places_it_can_have():
    rng = Random(21)
    seen = 0
    for _ in range(300):
        instance = random_small(rng)
        solution = solve(instance)
        for mentee in set(instance.mentees) - set(solution.pairs):
            cut = saturated(instance, solution, mentee)
            reachable = {mentor for one in cut.mentees for mentor in instance.choices[one]}
            assert mentee in cut.mentees
            assert set(cut.mentors) == reachable
            assert cut.places == sum(instance.places(mentor) for mentor in reachable) < len(cut.mentees)
            seen += 1
    assert seen > 200


def test_the_next_best_mentor_is_another_one_and_says_whether_a_place_is_left():
    assert alternative(M1, solve(M1), "x") == Alternative("A", 90, is_free=False)
    assert alternative(M1, solve(M1), "y") is None
    assert alternative(M4, solve(M4), "z") == Alternative("B", 50, is_free=False)
    spare = Instance(("x",), ("A", "B", "C"), {"A": 1, "B": 1, "C": 1}, {("x", "A"): 9, ("x", "C"): 5, ("x", "B"): 5})
    assert alternative(spare, solve(spare), "x") == Alternative("B", 5, is_free=True)
    assert alternative(M3, solve(M3), "z") == Alternative("C", 99, is_free=False)


def test_one_more_mentor_helps_who_is_left_also_by_taking_somebody_over():
    solution = solve(M3)
    assert with_one_more(M3, solution, ["z"], 1) == ("z",)
    assert with_one_more(M3, solution, ["x"], 1) == ("z",)
    # Nobody else could use the place that this one would leave.
    assert with_one_more(M3, solution, ["w"], 1) == ()
    assert with_one_more(M3, solution, ["x"], 0) == ()
    assert with_one_more(M1, solve(M1), ["x", "y"], 2) == ()


def test_what_one_more_mentor_changes_is_what_solving_again_gives():
    rng = Random(22)
    for _ in range(300):
        instance = random_small(rng)
        reach = [one for one in instance.mentees if rng.random() < 0.5]
        solution = solve(instance)
        gained = with_one_more(instance, solution, reach, 2)
        larger = Instance(
            instance.mentees,
            (*instance.mentors, "new"),
            {**instance.capacities, "new": 2},
            {**instance.scores, **{(one, "new"): 500 for one in reach}},
        )
        assert solve(larger).matched == solution.matched + len(gained)
        assert not set(gained) & set(solution.pairs)


def test_a_best_solution_meets_the_bounds_of_every_instance():
    rng = Random(23)
    for _ in range(300):
        instance = random_small(rng)
        solution = solve(instance)
        assert bounds(instance, solution).prove(solution), instance
    for instance in (M1, M2, M3, M4):
        assert bounds(instance, solve(instance)).prove(solve(instance))


def test_a_solution_that_is_not_best_is_not_proven_and_its_bounds_still_hold():
    fewer = solution_of(M1, {"x": "A"})
    assert not bounds(M1, fewer).prove(fewer)
    worse = solution_of(M2, {"x": "A", "y": "B"})
    assert not bounds(M2, worse).prove(worse)
    dear = solution_of(M4, {"x": "A", "y": "C", "z": "B"})
    assert (dear.matched, dear.worst, dear.total) == (3, 10, 105)
    assert not bounds(M4, dear).prove(dear)
    assert bounds(M4, dear).total >= 120


def test_bounds_of_any_solution_are_never_below_the_best_one():
    rng = Random(24)
    for _ in range(200):
        instance = random_small(rng)
        best = solve(instance)
        some = solution_of(instance, dict(list(best.pairs.items())[::2]))
        found = bounds(instance, some)
        assert found.matched >= best.matched
        assert found.prove(some) == (some == best)


def test_a_pool_of_two_hundred_is_settled_by_the_plain_solver_and_proven():
    instance = random_instance(Random(25), 120, 60, density=0.2, top=100)
    solution = solve(instance)
    assert bounds(instance, solution).prove(solution)
