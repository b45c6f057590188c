"""Both solvers of the matching: the vectors M1 to M4, brute force, and what must hold whatever the pool is."""

from dataclasses import replace
from random import Random

import pytest

from app.domain.assignment import Instance, solution_of, solve
from app.domain.assignment_bounds import bounds
from app.domain.errors import InvalidError
from app.mentoring import solving
from app.mentoring.solving import solve_fast
from tests.factories.matching import (
    M1,
    M2,
    M3,
    M4,
    an_instance,
    by_brute_force,
    is_kept,
    random_instance,
    random_small,
    reached,
)

BOTH = pytest.mark.parametrize("solver", [solve, solve_fast], ids=["reference", "fast"])
LSA = [[4, 1, 3], [2, 0, 5], [3, 2, 2]]


def shuffled(instance, rng):
    """Return an instance whose pairs and places come in another order."""
    scores, capacities = list(instance.scores.items()), list(instance.capacities.items())
    rng.shuffle(scores)
    rng.shuffle(capacities)
    return replace(instance, scores=dict(scores), capacities=dict(capacities))


@BOTH
@pytest.mark.parametrize(
    ("instance", "pairs", "worst", "total"),
    [
        (M1, {"x": "B", "y": "A"}, 30, 70),
        (M2, {"x": "B", "y": "A"}, 45, 105),
        (M3, {"w": "B", "x": "A", "y": "A"}, 60, 205),
        (M4, {"x": "A", "y": "B", "z": "C"}, 10, 120),
    ],
    ids=["M1", "M2", "M3", "M4"],
)
def test_the_worked_instances_come_out_as_written(solver, instance, pairs, worst, total):
    solution = solver(instance)
    assert (solution.pairs, solution.matched, solution.worst, solution.total) == (pairs, len(pairs), worst, total)


@BOTH
def test_the_assignment_of_the_scipy_documentation_comes_out_at_a_cost_of_five(solver):
    """Columns 1, 0, 2. The bottleneck of the objective leaves it as it is: nothing has all costs at 1 or less."""
    scores = {(column, row): 5 - cost for row, line in enumerate(LSA) for column, cost in enumerate(line)}
    instance = an_instance(
        {"abc"[column]: 1 for column in range(3)}, {("abc"[c], "xyz"[r]): score for (c, r), score in scores.items()}
    )
    solution = solver(instance)
    assert solution.pairs == {"x": "b", "y": "a", "z": "c"}
    assert 3 * 5 - solution.total == 5


@BOTH
def test_nobody_and_nothing_possible_give_an_empty_solution(solver):
    for instance in (
        Instance((), (), {}, {}),
        Instance(("x",), ("A",), {"A": 1}, {}),
        Instance(("x",), ("A",), {"A": 0}, {("x", "A"): 7}),
        Instance((), ("A",), {"A": 2}, {}),
    ):
        assert reached(solver(instance)) == (0, 0, 0, [])


@BOTH
def test_a_score_of_nothing_is_a_pair_all_the_same(solver):
    assert reached(solver(an_instance({"A": 1}, {"Ax": 0}))) == (1, 0, 0, ["x"])


@BOTH
def test_who_has_waited_longest_comes_first_among_equals_and_only_there(solver):
    queue = Instance(("late-id", "b", "a"), ("A",), {"A": 2}, {(one, "A"): 50 for one in ("a", "b", "late-id")})
    assert list(solver(queue).pairs) == ["late-id", "b"]
    better = replace(queue, scores={**queue.scores, ("a", "A"): 51})
    assert list(solver(better).pairs) == ["late-id", "a"]


@BOTH
def test_brute_force_reaches_the_same_on_thousands_of_small_instances(solver):
    """Number, worst score, total, and who is matched: the first in the queue among equals."""
    rng = Random(6)
    for _ in range(2500):
        instance = random_small(rng)
        solution = solver(instance)
        assert reached(solution) == by_brute_force(instance), instance
        assert is_kept(instance, solution)


@BOTH
def test_the_order_of_the_input_changes_no_pair(solver):
    rng = Random(7)
    for _ in range(150):
        instance = random_small(rng)
        assert solver(shuffled(instance, rng)) == solver(instance)
    large = random_instance(rng, 60, 40, density=0.3, top=20)
    assert solver(shuffled(large, rng)) == solver(large)


@BOTH
def test_one_more_mentor_never_lowers_the_number_matched(solver):
    """The worst score may fall: a mentee whom nobody could help at all is matched now, however well it fits."""
    rng = Random(8)
    for _ in range(150):
        instance = random_small(rng)
        scores = {(one, "new"): rng.randint(0, 1000) for one in instance.mentees if rng.random() < 0.5}
        larger = replace(
            instance,
            mentors=(*instance.mentors, "new"),
            capacities={**instance.capacities, "new": 2},
            scores={**instance.scores, **scores},
        )
        before, after = solver(instance), solver(larger)
        assert after.matched >= before.matched
        if after.matched == before.matched:
            assert (after.worst, after.total) >= (before.worst, before.total)


def test_both_solvers_agree_on_pools_of_middle_size():
    rng = Random(9)
    for mentees, mentors, density, top in [(60, 30, 0.3, 1000), (30, 60, 0.1, 5), (90, 90, 0.1, 50), (80, 20, 0.4, 3)]:
        instance = random_instance(rng, mentees, mentors, density=density, top=top, capacity=3)
        fast = solve_fast(instance)
        assert reached(fast) == reached(solve(instance))
        assert is_kept(instance, fast)


@pytest.mark.parametrize(("mentees", "mentors"), [(800, 300), (300, 500)])
def test_a_large_pool_is_proven_best_by_bounds_that_hold_for_every_solution(mentees, mentors):
    instance = random_instance(Random(10), mentees, mentors, density=0.03, top=1000, capacity=4)
    solution = solve_fast(instance)
    assert is_kept(instance, solution)
    assert bounds(instance, solution).prove(solution)
    one_less = dict(list(solution.pairs.items())[1:])
    assert not bounds(instance, solution).prove(solution_of(instance, one_less))


def test_what_floating_point_could_not_hold_is_refused(monkeypatch):
    monkeypatch.setattr(solving, "EXACT", 1000)
    with pytest.raises(InvalidError, match="too large"):
        solve_fast(M3)


def test_the_fast_solver_stays_exact_far_beyond_any_company():
    """The sums for 100 000 mentees and 30 000 mentors at full score, as `_dearest` bounds them."""
    mentees, mentors = 100_000, 30_000
    value = 1000 * mentees + mentees - 1
    chain = (mentors + 1) * (value + 1)
    assert 5 * chain < solving.EXACT


def test_a_start_of_belay_does_not_pay_for_scipy():
    assert not {"np", "numpy", "scipy"} & set(vars(solving))
