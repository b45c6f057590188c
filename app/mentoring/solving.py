"""Settling a large pool fast: the objective of `domain.assignment`, with SciPy's sparse matching and assignment.

Exact, although SciPy counts in floating point: every cost is a whole number, every sum on the way is below 2^53, and
within that floating point makes no error. `solve_fast` refuses what could leave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.assignment import Instance, Solution, solution_of
from app.domain.errors import InvalidError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

EXACT = 2**53
"""Below this, floating point holds every whole number."""


@dataclass(frozen=True, slots=True)
class _Edges:
    """Admissible pairs as columns: the places of mentee and mentor in the instance, and the score."""

    mentees: Ints
    mentors: Ints
    scores: Ints

    def __len__(self) -> int:
        return len(self.scores)

    def reaching(self, level: int) -> _Edges:
        """Return the pairs whose score reaches a level."""
        reaches = self.scores >= level
        return _Edges(self.mentees[reaches], self.mentors[reaches], self.scores[reaches])


def solve_fast(instance: Instance) -> Solution:
    """Return a best solution: the same number, worst score, total and set of mentees as `assignment.solve`.

    The same instance in any order gives the same pairs. InvalidError where the sums could leave what floating point
    holds exactly, which takes hundreds of thousands of mentees.
    """
    import numpy as np  # noqa: PLC0415 - as heavy as the rest of Belay, and needed here only

    places = np.fromiter((instance.places(one) for one in instance.mentors), np.int64, len(instance.mentors))
    # One mentor never gets more mentees than there are.
    places = np.minimum(places, len(instance.mentees))
    edges = _columns(instance, places)
    most = _most(edges, places, len(instance.mentees))
    if not most:
        return solution_of(instance, {})
    kept = edges.reaching(_worst(edges, places, len(instance.mentees), most))
    pairs = _dearest(kept, places, len(instance.mentees))
    found = {instance.mentees[mentee]: instance.mentors[mentor] for mentee, mentor in pairs}
    if len(found) != most:
        raise AssertionError("The assignment matched fewer mentees than the matching before it.")
    return solution_of(instance, found)


def _columns(instance: Instance, places: Ints) -> _Edges:
    """Return the pairs whose mentor has a place, sorted by mentee and mentor."""
    import numpy as np  # noqa: PLC0415

    size = len(instance.scores)
    mentee_places = {one: place for place, one in enumerate(instance.mentees)}
    mentor_places = {one: place for place, one in enumerate(instance.mentors)}
    mentees = np.fromiter((mentee_places[mentee] for mentee, _ in instance.scores), np.int64, size)
    mentors = np.fromiter((mentor_places[mentor] for _, mentor in instance.scores), np.int64, size)
    scores = np.fromiter(instance.scores.values(), np.int64, size)
    order = np.lexsort((mentors, mentees))
    order = order[places[mentors[order]] > 0]
    return _Edges(mentees[order], mentors[order], scores[order])


def _on_places(edges: _Edges, places: Ints) -> tuple[Ints, Ints]:
    """Return each pair once for every place of its mentor: the number of the pair, and that of the place."""
    import numpy as np  # noqa: PLC0415

    first = np.cumsum(places) - places
    repeats = places[edges.mentors]
    pairs = np.repeat(np.arange(len(edges)), repeats)
    within = np.arange(len(pairs)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return pairs, first[edges.mentors[pairs]] + within


def _most(edges: _Edges, places: Ints, mentees: int) -> int:
    """Return how many mentees can be matched at once: Hopcroft and Karp's algorithm on single places."""
    import numpy as np  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import maximum_bipartite_matching  # noqa: PLC0415

    if not len(edges):
        return 0
    pairs, slots = _on_places(edges, places)
    graph = csr_array((np.ones(len(pairs), np.int8), (edges.mentees[pairs], slots)), shape=(mentees, int(places.sum())))
    return int(np.count_nonzero(maximum_bipartite_matching(graph, perm_type="column") >= 0))


def _at_best(edges: _Edges, places: Ints, mentees: int) -> int:
    """Return a number that no matching of these pairs exceeds, from counting alone."""
    import numpy as np  # noqa: PLC0415

    asked = np.bincount(edges.mentors, minlength=len(places))
    return min(
        int(np.count_nonzero(np.bincount(edges.mentees, minlength=mentees))), int(np.minimum(asked, places).sum())
    )


def _worst(edges: _Edges, places: Ints, mentees: int, most: int) -> int:
    """Return the highest level such that the pairs that reach it still allow the largest number."""
    import numpy as np  # noqa: PLC0415

    levels = np.unique(edges.scores)
    low, high = 0, len(levels)
    # levels[low] always allows the number; levels[high] never does.
    while high - low > 1:
        middle = (low + high) // 2
        kept = edges.reaching(int(levels[middle]))
        if _at_best(kept, places, mentees) >= most and _most(kept, places, mentees) == most:
            low = middle
        else:
            high = middle
    return int(levels[low])


def _dearest(edges: _Edges, places: Ints, mentees: int) -> list[tuple[int, int]]:
    """Return the largest number of pairs with the largest total, and among those who has waited longest.

    One assignment settles all of it. The value of a pair is its score, and then how long the mentee has waited: moving
    along a cycle of a min-cost flow changes at most one mentee for another, so that the points for waiting change by
    less than `mentees`, which is what one point of score is worth. Staying without costs more than any chain of moves:
    such a chain meets every mentor once at most. No price on the way exceeds the sum of such a chain and two times
    staying without, which is what is held against 2^53.
    """
    import numpy as np  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    values = edges.scores * mentees + (mentees - 1 - edges.mentees)
    # A cost of 0 would be an absent pair.
    costs = int(values.max()) + 1 - values
    chain = (min(mentees, len(places)) + 1) * (int(values.max()) + 1)
    without = 2 * chain
    if 2 * without + chain >= EXACT:
        raise InvalidError("The pool is too large to be settled exactly at once; split the round.")
    pairs, slots = _on_places(edges, places)
    seats = int(places.sum())
    # Each row gets a partner, if need be a place of its own to stay without, so the smaller side is the rows.
    rows, columns, height, width = (
        (slots, edges.mentees[pairs], seats, mentees)
        if seats <= mentees
        else (edges.mentees[pairs], slots, mentees, seats)
    )
    alone = np.arange(height)
    graph = csr_array(
        (
            np.concatenate([costs[pairs], np.full(height, without)]).astype(np.float64),
            (np.concatenate([rows, alone]), np.concatenate([columns, width + alone])),
        ),
        shape=(height, width + height),
    )
    row, column = min_weight_full_bipartite_matching(graph)
    row, column = row[column < width], column[column < width]
    given, seat = (column, row) if seats <= mentees else (row, column)
    mentor = np.searchsorted(np.cumsum(places), seat, side="right")
    return list(zip(given.tolist(), mentor.tolist(), strict=True))
