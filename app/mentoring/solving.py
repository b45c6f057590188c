"""Settling a large pool fast: the objective of `domain.assignment`, with SciPy's sparse matching and assignment.

Exact, although SciPy counts in floating point: every cost is a whole number, every sum on the way is below 2^53, and
within that floating point makes no error. `solve_fast` refuses what could leave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.assignment import Instance, Solution, solution_of
from app.domain.errors import InvalidError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.signedinteger[Any]]

EXACT = 2**53
"""Below this, floating point holds every whole number."""
MOST_CHOICES = 20_000_000
"""Each pair counts once for every place of its mentor; more would not fit into the memory of a small machine."""
TOO_LARGE = "The pool is too large to be settled exactly at once; split the round."
FIRST_SHARES = (16, 8, 4, 2)
"""The best sixteenth of all pairs is tried first: it often matches as many as all of them, and is soon looked at."""


@dataclass(frozen=True, slots=True)
class _Edges:
    """Admissible pairs as columns, by mentee and mentor, whose numbers are their places in the instance."""

    mentees: Ints
    mentors: Ints
    scores: Ints
    places: Ints
    """How many mentees each mentor may get."""
    size: int
    """How many mentees there are."""

    def __len__(self) -> int:
        return len(self.scores)

    def reaching(self, level: int) -> _Edges:
        """Return the pairs whose score reaches a level."""
        reaches = self.scores >= level
        return _Edges(self.mentees[reaches], self.mentors[reaches], self.scores[reaches], self.places, self.size)


def solve_fast(instance: Instance) -> Solution:
    """Return a best solution: the same number, worst score, total and set of mentees as `assignment.solve`.

    The same instance in any order gives the same pairs. InvalidError where the sums could leave what floating point
    holds exactly, which takes hundreds of thousands of mentees, or where memory would not do.
    """
    edges = _columns(instance)
    if not len(edges):
        return solution_of(instance, {})
    most, worst = _most_and_worst(edges)
    pairs = _dearest(edges.reaching(worst))
    found = {instance.mentees[mentee]: instance.mentors[mentor] for mentee, mentor in pairs}
    if len(found) != most:
        raise AssertionError("The assignment matched fewer mentees than the matching before it.")
    return solution_of(instance, found)


def _columns(instance: Instance) -> _Edges:
    """Return the pairs whose mentor has a place."""
    import numpy as np  # noqa: PLC0415 - as heavy as the rest of Belay, and needed here only

    size = len(instance.scores)
    mentee_places = {one: place for place, one in enumerate(instance.mentees)}
    mentor_places = {one: place for place, one in enumerate(instance.mentors)}
    mentees = np.fromiter((mentee_places[mentee] for mentee, _ in instance.scores), np.int32, size)
    mentors = np.fromiter((mentor_places[mentor] for _, mentor in instance.scores), np.int32, size)
    scores = np.fromiter(instance.scores.values(), np.int32, size)
    places = np.fromiter((instance.places(one) for one in instance.mentors), np.int64, len(instance.mentors))
    # Nobody gets more mentees than could have them.
    places = np.minimum(places, np.bincount(mentors, minlength=len(places)))
    if int(places[mentors].sum()) > MOST_CHOICES:
        raise InvalidError(TOO_LARGE)
    order = np.lexsort((mentors, mentees))
    order = order[places[mentors[order]] > 0]
    return _Edges(mentees[order], mentors[order], scores[order], places, len(instance.mentees))


def _on_places(edges: _Edges) -> tuple[Ints, Ints]:
    """Return each pair once for every place of its mentor: the number of the pair, and that of the place."""
    import numpy as np  # noqa: PLC0415

    repeats = edges.places[edges.mentors]
    ends = np.cumsum(repeats)
    pairs = np.repeat(np.arange(len(edges), dtype=np.int32), repeats)
    # The first place of the mentor, and then one after the other.
    seats = np.repeat((np.cumsum(edges.places) - edges.places)[edges.mentors] - (ends - repeats), repeats)
    seats += np.arange(len(pairs))
    return pairs, seats.astype(np.int32)


def _most(edges: _Edges) -> int:
    """Return how many mentees can be matched at once: Hopcroft and Karp's algorithm on single places."""
    import numpy as np  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import maximum_bipartite_matching  # noqa: PLC0415

    pairs, seats = _on_places(edges)
    choices = np.bincount(edges.mentees, weights=edges.places[edges.mentors], minlength=edges.size)
    ends = np.concatenate([[0], np.cumsum(choices)]).astype(np.int32)
    shape = (edges.size, int(edges.places.sum()))
    graph = csr_array((np.ones(len(pairs), np.int8), seats, ends), shape=shape)
    return int(np.count_nonzero(maximum_bipartite_matching(graph, perm_type="column") >= 0))


def _at_best(edges: _Edges) -> int:
    """Return a number that no matching of these pairs exceeds, from counting alone."""
    import numpy as np  # noqa: PLC0415

    asking = np.count_nonzero(np.bincount(edges.mentees, minlength=edges.size))
    asked = np.bincount(edges.mentors, minlength=len(edges.places))
    return min(int(asking), int(np.minimum(asked, edges.places).sum()))


def _most_and_worst(edges: _Edges) -> tuple[int, int]:
    """Return the largest number, and the highest level such that the pairs that reach it still allow it."""
    import numpy as np  # noqa: PLC0415

    levels, first = np.unique(np.sort(edges.scores), return_index=True)
    limit = _at_best(edges)
    tried: dict[int, int] = {}
    for share in (*FIRST_SHARES, 1):
        at = int(np.searchsorted(first, len(edges) - len(edges) // share, side="right")) - 1
        tried[at] = _most(edges.reaching(int(levels[at])))
        if tried[at] == limit:
            break
    most = max(tried.values())
    # levels[low] always allows the number; levels[high] never does.
    low = max(at for at, found in tried.items() if found == most)
    high = min((at for at, found in tried.items() if found < most), default=len(levels))
    while high - low > 1:
        middle = (low + high) // 2
        kept = edges.reaching(int(levels[middle]))
        if _at_best(kept) >= most and _most(kept) == most:
            low = middle
        else:
            high = middle
    return most, int(levels[low])


def _dearest(edges: _Edges) -> list[tuple[int, int]]:
    """Return the largest number of pairs with the largest total, and among those who has waited longest.

    One assignment settles all of it. The value of a pair is its score, and then how long the mentee has waited: moving
    along a cycle of a min-cost flow changes at most one mentee for another, so that the points for waiting change by
    less than `edges.size`, which is what one point of score is worth. Staying without costs more than any chain of
    moves: such a chain meets every mentor once at most. No price on the way exceeds the sum of such a chain and two
    times staying without, which is what is held against 2^53.
    """
    import numpy as np  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    values = edges.scores.astype(np.int64) * edges.size + (edges.size - 1 - edges.mentees)
    largest = int(values.max())
    chain = (min(edges.size, len(edges.places)) + 1) * (largest + 1)
    without = 2 * chain
    if 2 * without + chain >= EXACT:
        raise InvalidError(TOO_LARGE)
    pairs, seats = _on_places(edges)
    # A cost of 0 would be an absent pair.
    costs = (largest + 1 - values)[pairs]
    # Each row gets a partner, if need be a column of its own to stay without; so the smaller side is the rows.
    height, width = int(edges.places.sum()), edges.size
    rows, columns = seats, edges.mentees[pairs]
    are_seats = height <= width
    if not are_seats:
        rows, columns, height, width = columns, rows, width, height
    alone = np.arange(height, dtype=np.int32)
    graph = csr_array(
        (
            np.concatenate([costs, np.full(height, without)]).astype(np.float64),
            (np.concatenate([rows, alone]), np.concatenate([columns, width + alone])),
        ),
        shape=(height, width + height),
    )
    row, column = min_weight_full_bipartite_matching(graph)
    row, column = row[column < width], column[column < width]
    mentee, seat = (column, row) if are_seats else (row, column)
    mentor = np.searchsorted(np.cumsum(edges.places), seat, side="right")
    return list(zip(mentee.tolist(), mentor.tolist(), strict=True))
