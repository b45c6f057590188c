"""The least that a matching has to do: read the candidates, and run one min-cost flow on them.

The flow settles the number and the total alone: no worst score, nobody who has waited longest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Rows:
    """Candidates as columns of numbers, and how many places each mentor has."""

    mentees: list[int]
    mentors: list[int]
    scores: list[int]
    places: list[int]
    size: int


def read(path: Path) -> Rows:
    """Read everything with the driver."""
    with sqlite3.connect(path) as connection:
        mentees = {one: at for at, (one,) in enumerate(connection.execute("SELECT id FROM mentee ORDER BY place"))}
        given = connection.execute("SELECT id, capacity FROM mentor ORDER BY id").fetchall()
        mentors = {one: at for at, (one, _) in enumerate(given)}
        rows = connection.execute("SELECT mentee, mentor, score FROM candidate").fetchall()
    return Rows(
        [mentees[mentee] for mentee, _, _ in rows],
        [mentors[mentor] for _, mentor, _ in rows],
        [score for _, _, score in rows],
        [places for _, places in given],
        len(mentees),
    )


Settle = Callable[[Rows], tuple[int, int]]


def flow() -> tuple[Settle, str]:
    """Return a min-cost flow with its name: OR-Tools where it is installed, else one assignment with SciPy."""
    if find_spec("ortools"):
        from ortools.graph.python import min_cost_flow  # noqa: F401 - its start is not part of the time

        return _by_flow, "OR-Tools"
    from scipy.sparse import csgraph  # noqa: F401 - the same

    return _by_assignment, "SciPy"


def _by_flow(rows: Rows) -> tuple[int, int]:
    import numpy as np
    from ortools.graph.python import min_cost_flow

    size, mentors = rows.size, len(rows.places)
    source, sink = size + mentors, size + mentors + 1
    pairs = len(rows.scores)
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([np.full(size, source), np.array(rows.mentees), size + np.arange(mentors)]),
        np.concatenate([np.arange(size), size + np.array(rows.mentors), np.full(mentors, sink)]),
        np.concatenate([np.ones(size + pairs, np.int64), np.array(rows.places)]),
        np.concatenate([np.zeros(size, np.int64), -np.array(rows.scores), np.zeros(mentors, np.int64)]),
    )
    most = min(size, sum(rows.places))
    solver.set_node_supply(source, most)
    solver.set_node_supply(sink, -most)
    if solver.solve_max_flow_with_min_cost() != solver.OPTIMAL:
        raise AssertionError("OR-Tools found no flow.")
    return solver.maximum_flow(), -solver.optimal_cost()


def _by_assignment(rows: Rows) -> tuple[int, int]:
    """Give every place a row, every mentee a column, and every place a column of its own to stay empty."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    places, mentors, scores = np.array(rows.places), np.array(rows.mentors), np.array(rows.scores)
    first = np.cumsum(places) - places
    repeats = places[mentors]
    pairs = np.repeat(np.arange(len(scores)), repeats)
    seats = first[mentors[pairs]] + np.arange(len(pairs)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    height, alone = int(places.sum()), np.arange(int(places.sum()))
    dear = 1001 * (len(places) + 1) * 2
    costs = np.concatenate([1001 - scores[pairs], np.full(height, dear)]).astype(np.float64)
    columns = np.concatenate([np.array(rows.mentees)[pairs], rows.size + alone])
    graph = csr_array((costs, (np.concatenate([seats, alone]), columns)), shape=(height, rows.size + height))
    row, column = min_weight_full_bipartite_matching(graph)
    weights = graph[row, column][column < rows.size]
    return len(weights), int((1001 - weights).sum())
