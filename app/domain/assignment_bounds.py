"""What no solution of an instance can exceed: a proof of optimality that needs no trust in the solver.

By duality: whatever prices are put on the places of mentors, and whichever mentees are set aside, what follows holds
for every solution. A good solution only suggests the prices; where its own figures meet the bounds, it is a best one.
Source: König's theorem, and linear programming duality of min-cost flow (Ahuja, Magnanti and Orlin, Network Flows).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.domain.assignment import Edges, Instance, Solution, edges_of, mentees_of, most_pairs

SOURCE, SINK = "source", "sink"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Upper bounds: of the number matched, of the worst score at that number, and of the total at both of these."""

    matched: int
    worst: int
    total: int

    def prove(self, solution: Solution) -> bool:
        """Say whether a solution reaches all of them, so that none is better."""
        return (solution.matched, solution.worst, solution.total) == (self.matched, self.worst, self.total)


def bounds(instance: Instance, solution: Solution) -> Bounds:
    """Return bounds that hold for every solution; they are tight when the given one is a best one."""
    matched = _cover(instance, edges_of(instance, 0), solution.pairs)
    return Bounds(matched, _worst(instance, solution), _total(instance, solution))


def _cover(instance: Instance, edges: Edges, pairs: Mapping[str, str]) -> int:
    """Return the mentees outside a set and the places of all mentors of the set: nobody else can be matched.

    The set is whoever has no mentor, and whoever they could drive out.
    """
    taken = mentees_of(pairs)
    near = {mentee for mentee in instance.mentees if mentee not in pairs}
    mentors: set[str] = set()
    waiting = deque(near)
    while waiting:
        for mentor in edges[waiting.popleft()]:
            if mentor not in mentors:
                mentors.add(mentor)
                others = [one for one in taken.get(mentor, ()) if one not in near]
                near.update(others)
                waiting.extend(others)
    return len(instance.mentees) - len(near) + sum(instance.places(one) for one in mentors)


def _worst(instance: Instance, solution: Solution) -> int:
    """Return the worst score of the solution if no higher one allows its number, else the highest score there is."""
    if not solution.matched:
        return 0
    edges = edges_of(instance, solution.worst + 1)
    pairs = {mentee: mentor for mentee, mentor in solution.pairs.items() if mentor in edges[mentee]}
    if _cover(instance, edges, most_pairs(instance, edges, pairs)) < solution.matched:
        return solution.worst
    return max(instance.scores.values())


def _total(instance: Instance, solution: Solution) -> int:
    """Return the dual value of the prices that follow from the solution: at its number, above its worst score."""
    edges = edges_of(instance, solution.worst)
    at = _potentials(instance, solution, edges)
    one_more = at[SOURCE, ""] - at[SINK, ""]
    prices = {mentor: max(0, at[SINK, ""] - at["mentor", mentor]) for mentor in instance.mentors}
    surplus = sum(
        max((0, *(instance.scores[mentee, mentor] - prices[mentor] - one_more for mentor in mentors)))
        for mentee, mentors in edges.items()
    )
    places = sum(instance.places(mentor) * price for mentor, price in prices.items())
    return surplus + places + one_more * solution.matched


Node = tuple[str, str]


def _potentials(instance: Instance, solution: Solution, edges: Edges) -> Mapping[Node, int]:
    """Return numbers on the network under which no step that is left costs less than nothing.

    Bellman and Ford's search from everywhere. A solution that is not a best one has a negative cycle; then the search
    stops somewhere, and the bound that follows is valid and not reached.
    """
    steps = _steps(instance, solution, edges)
    at = dict.fromkeys(steps, 0)
    rounds = dict.fromkeys(steps, 0)
    waiting = deque(steps)
    queued = set(steps)
    while waiting:
        node = waiting.popleft()
        queued.discard(node)
        rounds[node] += 1
        if rounds[node] > len(steps):
            break
        here = at[node]
        for other, cost in steps[node]:
            if here + cost < at[other]:
                at[other] = here + cost
                if other not in queued:
                    queued.add(other)
                    waiting.append(other)
    return at


def _steps(instance: Instance, solution: Solution, edges: Edges) -> Mapping[Node, Collection[tuple[Node, int]]]:
    """Return the residual network: what could be added to the solution, and what could be taken back."""
    source, sink = (SOURCE, ""), (SINK, "")
    taken = mentees_of(solution.pairs)
    steps: dict[Node, list[tuple[Node, int]]] = {source: [], sink: []}
    for mentor in instance.mentors:
        holders = taken.get(mentor, ())
        steps["mentor", mentor] = [(("mentee", one), instance.scores[one, mentor]) for one in holders]
        if len(holders) < instance.places(mentor):
            steps["mentor", mentor].append((sink, 0))
        if holders:
            steps[sink].append((("mentor", mentor), 0))
    for mentee in instance.mentees:
        given = solution.pairs.get(mentee)
        steps["mentee", mentee] = [
            (("mentor", mentor), -instance.scores[mentee, mentor]) for mentor in edges[mentee] if mentor != given
        ]
        if given is None:
            steps[source].append((("mentee", mentee), 0))
        else:
            steps["mentee", mentee].append((source, 0))
    return steps
