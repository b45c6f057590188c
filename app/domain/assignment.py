"""Who gets which mentor: the plain solver that every other one is held against, and why somebody got nobody.

The objective, in this order: most mentees matched; the highest worst score; most total score; who has waited longest.
Source of the rules: domain specification, 6.3. The worst score is the bottleneck assignment of Fulkerson, Glicksberg
and Gross; the total is a min-cost flow by successive shortest paths (Ahuja, Magnanti and Orlin, Network Flows).

The last step needs no weights of its own making: the sets of mentees that best solutions match are the bases of a
matroid, so the set with the most points for waiting, any points that fall along the queue, is also the one that is
found by taking each mentee of the queue in turn whenever that is possible. There is exactly one such set.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

Edges = Mapping[str, Collection[str]]
"""For each mentee the mentors that they may have."""


@dataclass(frozen=True)
class Instance:
    """What is to be solved. `mentees` stand in the queue, who has waited longest first; `mentors` are sorted.

    `scores` are whole numbers of 0 to 1000, keyed by (mentee, mentor): a pair that is not in it is not possible. A
    mentor who is not in `capacities` has no place.
    """

    mentees: tuple[str, ...]
    mentors: tuple[str, ...]
    capacities: Mapping[str, int]
    scores: Mapping[tuple[str, str], int]

    @cached_property
    def choices(self) -> Mapping[str, Mapping[str, int]]:
        """Return for each mentee the scores with their mentors, in the order of the queue and of `mentors`."""
        found: dict[str, dict[str, int]] = {mentee: {} for mentee in self.mentees}
        for (mentee, mentor), score in self.scores.items():
            found[mentee][mentor] = score
        places = {mentor: place for place, mentor in enumerate(self.mentors)}
        return {
            mentee: dict(sorted(scores.items(), key=lambda one: places[one[0]])) for mentee, scores in found.items()
        }

    def places(self, mentor: str) -> int:
        """Return how many mentees a mentor may get, never below 0."""
        return max(0, self.capacities.get(mentor, 0))


@dataclass(frozen=True)
class Solution:
    """Which mentor each matched mentee gets, in the order of the queue; `worst` is 0 where nobody is matched."""

    pairs: Mapping[str, str]
    matched: int
    worst: int
    total: int

    @cached_property
    def mentees(self) -> Mapping[str, Sequence[str]]:
        """Return the mentees of each mentor who gets any."""
        return mentees_of(self.pairs)


@dataclass(frozen=True, slots=True)
class Saturated:
    """Mentees who compete for too few places: all their mentors together have fewer `places` than they are."""

    mentees: tuple[str, ...]
    mentors: tuple[str, ...]
    places: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """The next best mentor for a mentee; `is_free` says whether that mentor has a place left."""

    mentor: str
    score: int
    is_free: bool


def solution_of(instance: Instance, pairs: Mapping[str, str]) -> Solution:
    """Return a solution with its number, worst score and total, in the order of the queue."""
    ordered = {mentee: pairs[mentee] for mentee in instance.mentees if mentee in pairs}
    scores = [instance.scores[pair] for pair in ordered.items()]
    return Solution(ordered, len(scores), min(scores, default=0), sum(scores))


def solve(instance: Instance) -> Solution:
    """Return a best solution by the plain means; the same for an instance given in any order. At most some hundreds."""
    everything = edges_of(instance, 0)
    most = len(most_pairs(instance, everything, {}))
    if not most:
        return solution_of(instance, {})
    levels = sorted(set(instance.scores.values()))
    low, high = 0, len(levels)
    # levels[low] always allows `most`; levels[high] never does.
    while high - low > 1:
        middle = (low + high) // 2
        if len(most_pairs(instance, edges_of(instance, levels[middle]), {})) == most:
            low = middle
        else:
            high = middle
    return solution_of(instance, _dearest(instance, edges_of(instance, levels[low]), most))


def edges_of(instance: Instance, at_least: int) -> Edges:
    """Return the pairs whose score reaches a level, with mentors who have a place at all."""
    return {
        mentee: [mentor for mentor, score in scores.items() if score >= at_least and instance.places(mentor)]
        for mentee, scores in instance.choices.items()
    }


def mentees_of(pairs: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the mentees of each mentor who has any."""
    found: dict[str, list[str]] = {}
    for mentee, mentor in pairs.items():
        found.setdefault(mentor, []).append(mentee)
    return found


def most_pairs(instance: Instance, edges: Edges, pairs: Mapping[str, str]) -> dict[str, str]:
    """Return most pairs of some edges, by augmenting paths from each mentee in turn, beginning with given pairs."""
    found = dict(pairs)
    taken = {mentor: set(mentees) for mentor, mentees in mentees_of(found).items()}
    for mentee in instance.mentees:
        if mentee not in found and (path := _augmenting(instance, edges, taken, mentee)):
            _shift(path, found, taken)
    return found


def _augmenting(instance: Instance, edges: Edges, taken: Mapping[str, Collection[str]], mentee: str) -> list[str]:
    """Return a path from a mentee without a mentor to a mentor with a place: mentee, mentor, mentee, …, mentor."""
    came_from: dict[str, str] = {}
    asking: dict[str, str] = {mentee: ""}
    waiting = deque([mentee])
    while waiting:
        one = waiting.popleft()
        for mentor in edges[one]:
            if mentor in came_from:
                continue
            came_from[mentor] = one
            holders = taken.get(mentor, ())
            if len(holders) < instance.places(mentor):
                return _walk_back(mentor, came_from, asking)
            for other in sorted(holders):
                if other not in asking:
                    asking[other] = mentor
                    waiting.append(other)
    return []


def _walk_back(mentor: str, came_from: Mapping[str, str], asking: Mapping[str, str]) -> list[str]:
    path = [mentor]
    while path[-1]:
        mentee = came_from[path[-1]]
        path += [mentee, asking[mentee]]
    return path[-2::-1]


def _shift(path: list[str], pairs: dict[str, str], taken: dict[str, set[str]]) -> None:
    """Give each mentee of a path the mentor that follows."""
    for mentee, mentor in zip(path[::2], path[1::2], strict=True):
        if mentee in pairs:
            taken[pairs[mentee]].discard(mentee)
        pairs[mentee] = mentor
        taken.setdefault(mentor, set()).add(mentee)


def _dearest(instance: Instance, edges: Edges, most: int) -> dict[str, str]:
    """Return `most` pairs with the largest total, and among those who has waited longest, one cheapest path at a time.

    All points for waiting together are less than one point of score, so that they decide among equals only.
    """
    size = len(instance.mentees)
    unit = size * size + 1
    value = {
        (mentee, mentor): instance.scores[mentee, mentor] * unit + size - place
        for place, mentee in enumerate(instance.mentees)
        for mentor in edges[mentee]
    }
    pairs: dict[str, str] = {}
    taken: dict[str, set[str]] = {}
    for _ in range(most):
        _shift(_cheapest(instance, edges, value, pairs, taken), pairs, taken)
    return pairs


def _cheapest(
    instance: Instance,
    edges: Edges,
    value: Mapping[tuple[str, str], int],
    pairs: Mapping[str, str],
    taken: Mapping[str, Collection[str]],
) -> list[str]:
    """Return the path from any mentee without a mentor to a mentor with a place that adds the largest value.

    Bellman and Ford's search with a queue: costs are negative, and there is never a negative cycle.
    """
    asking: dict[str, str] = {mentee: "" for mentee in instance.mentees if mentee not in pairs}
    cost_of_mentee = dict.fromkeys(asking, 0)
    cost_of_mentor: dict[str, int] = {}
    came_from: dict[str, str] = {}
    waiting = deque(asking)
    queued = set(asking)
    while waiting:
        one = waiting.popleft()
        queued.discard(one)
        for mentor in edges[one]:
            cost = cost_of_mentee[one] - value[one, mentor]
            if pairs.get(one) == mentor or cost >= cost_of_mentor.get(mentor, cost + 1):
                continue
            cost_of_mentor[mentor], came_from[mentor] = cost, one
            for other in sorted(taken.get(mentor, ())):
                back = cost + value[other, mentor]
                # Whoever has a mentor may be moved to another one, never left without.
                if back < cost_of_mentee.get(other, back + 1):
                    cost_of_mentee[other], asking[other] = back, mentor
                    if other not in queued:
                        queued.add(other)
                        waiting.append(other)
    free = [one for one in instance.mentors if one in came_from and len(taken.get(one, ())) < instance.places(one)]
    return _walk_back(min(free, key=lambda one: cost_of_mentor[one]), came_from, asking)


def saturated(instance: Instance, solution: Solution, mentee: str) -> Saturated:
    """Return whom an unmatched mentee competes with: the side of the minimum cut that they are on.

    Every mentor whom they could reach by moving others is full, so that these mentees are more than the places of all
    their mentors together: whoever the mentors take, somebody of them stays without.
    """
    reached: set[str] = set()
    waiting = deque([mentee])
    while waiting:
        for mentor in instance.choices[waiting.popleft()]:
            if mentor not in reached:
                reached.add(mentor)
                waiting.extend(solution.mentees.get(mentor, ()))
    return Saturated(
        # Whoever has no other mentors competes as well, whether they got one of the places or not.
        mentees=tuple(
            one
            for one, choices in instance.choices.items()
            if one == mentee or (choices and reached.issuperset(choices))
        ),
        mentors=tuple(one for one in instance.mentors if one in reached),
        places=sum(instance.places(one) for one in reached),
    )


def alternative(instance: Instance, solution: Solution, mentee: str) -> Alternative | None:
    """Return the best mentor for a mentee other than the one given; None where there is no other.

    Among equals the first of `mentors`. A mentor without a free place would have to give up somebody else.
    """
    given = solution.pairs.get(mentee)
    others = [(mentor, score) for mentor, score in instance.choices[mentee].items() if mentor != given]
    if not others:
        return None
    mentor, score = max(others, key=lambda one: one[1])
    return Alternative(mentor, score, is_free=len(solution.mentees.get(mentor, ())) < instance.places(mentor))


def with_one_more(instance: Instance, solution: Solution, reach: Iterable[str], places: int) -> tuple[str, ...]:
    """Return who would get a mentor, that has none now, if one more mentor could help everybody in `reach`.

    Others may move to the new mentor and leave their place. Who has waited longest comes first. Only the number of
    matched mentees is looked at: it never falls, while the worst score may.
    """
    new = "\0"
    fits = set(reach)
    larger = Instance(
        mentees=instance.mentees,
        mentors=(*instance.mentors, new),
        capacities={**instance.capacities, new: places},
        scores={**instance.scores, **{(mentee, new): 0 for mentee in instance.mentees if mentee in fits}},
    )
    found = most_pairs(larger, edges_of(larger, 0), solution.pairs)
    return tuple(mentee for mentee in instance.mentees if mentee in found and mentee not in solution.pairs)
