"""People of a matching round, small instances, and a solver that tries everything."""

from __future__ import annotations

from datetime import date
from random import Random

from app.domain.assignment import Instance
from app.domain.matching import Hours, Mentee, Mentor, Pool

GOAL = "swe:design.options"
DAYTIME = Hours(540, 1020)


def a_mentee(name="mia", **changes):
    """Return a mentee of level 2 with one goal."""
    return Mentee(
        **{
            "id": name,
            "rank": 2,
            "ladder": "swe",
            "team": "Payments",
            "waiting_since": date(2026, 9, 1),
            "goals": (GOAL,),
            "hours": DAYTIME,
            "languages": frozenset({"en"}),
            **changes,
        }
    )


def a_mentor(name="tom", **changes):
    """Return a mentor of level 3 and another team, with two free places, who fits `a_mentee`."""
    return Mentor(
        **{
            "id": name,
            "rank": 3,
            "ladder": "swe",
            "team": "Search",
            "capacity": 2,
            "taken": 0,
            "holds": frozenset({GOAL}),
            "hours": DAYTIME,
            "languages": frozenset({"en"}),
            **changes,
        }
    )


def a_pool(mentees=None, mentors=None, **more):
    """Return a pool of people, of one of each where none are named."""
    return Pool(tuple(mentees or [a_mentee()]), tuple(mentors or [a_mentor()]), **more)


def an_instance(capacities, scores):
    """Return an instance as the specification writes it: `A1 B1`, and `Ax 90` for mentor A and mentee x."""
    pairs = {(mentee, mentor): score for (mentor, mentee), score in scores.items()}
    return Instance(tuple(sorted({mentee for mentee, _ in pairs})), tuple(sorted(capacities)), capacities, pairs)


M1 = an_instance({"A": 1, "B": 1}, {"Ax": 90, "Ay": 40, "Bx": 30})
M2 = an_instance({"A": 1, "B": 1}, {"Ax": 100, "Ay": 60, "Bx": 45, "By": 10})
M3 = an_instance({"A": 2, "B": 1, "C": 0}, {"Aw": 80, "Ax": 70, "Ay": 60, "Az": 50, "Bw": 75, "Cz": 99})
M4 = an_instance({"A": 1, "B": 1, "C": 1}, {"Ax": 10, "By": 90, "Cz": 20, "Bz": 50, "Cy": 45, "Ay": 5, "Az": 5})


def random_instance(rng: Random, mentees, mentors, *, density=0.5, top=1000, capacity=2):
    """Return an instance drawn at random; a low `top` gives many equals."""
    seeking = tuple(f"e{number}" for number in range(mentees))
    helping = tuple(f"m{number}" for number in range(mentors))
    return Instance(
        seeking,
        helping,
        {one: rng.randint(0, capacity) for one in helping},
        {(one, other): rng.randint(0, top) for one in seeking for other in helping if rng.random() < density},
    )


def random_small(rng: Random):
    """Return an instance of up to 6 mentees and 5 mentors."""
    return random_instance(
        rng,
        rng.randint(0, 6),
        rng.randint(0, 5),
        density=rng.choice([0.3, 0.6, 0.9]),
        top=rng.choice([3, 20, 1000]),
        capacity=rng.choice([1, 2, 4]),
    )


def by_brute_force(instance):
    """Return number, worst score, total and the matched of the best of all solutions, by trying each."""
    left = {mentor: instance.places(mentor) for mentor in instance.mentors}
    best = ()

    def settle(place, scores, matched):
        nonlocal best
        if place == len(instance.mentees):
            found = (len(scores), min(scores, default=0), sum(scores), matched)
            best = max(best, found)
            return
        if best and len(scores) + len(instance.mentees) - place < best[0]:
            return
        for mentor, score in instance.choices[instance.mentees[place]].items():
            if left[mentor]:
                left[mentor] -= 1
                settle(place + 1, [*scores, score], (*matched, True))
                left[mentor] += 1
        settle(place + 1, scores, (*matched, False))

    settle(0, [], ())
    number, worst, total, matched = best
    return number, worst, total, [one for one, is_in in zip(instance.mentees, matched, strict=True) if is_in]


def reached(solution):
    """Return what all best solutions have in common."""
    return solution.matched, solution.worst, solution.total, list(solution.pairs)


def is_kept(instance, solution):
    """Say whether a solution uses possible pairs only, and no place twice."""
    given = list(solution.pairs.values())
    return all(pair in instance.scores for pair in solution.pairs.items()) and all(
        given.count(mentor) <= instance.places(mentor) for mentor in given
    )
