"""Reading who moved in a period: where everybody was at its start and its end, and what happened between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.as_of import AsOf
from app.domain.movement import Event, Fill, Headcount, Kind, Level, Matrix, events_between, fills, matrices
from app.reports.criteria import Viewer
from app.reports.queries.headcount import NO_LEVEL
from app.reports.queries.spells import read_histories, without_collecting


@dataclass(frozen=True, slots=True)
class Movement:
    """What happened in a period. `people` worked here on its first or its last day. Nothing here is suppressed."""

    people: int
    matrices: Mapping[str, Matrix]
    events: Mapping[tuple[str, Kind], int]


@without_collecting()
def read_movement(viewer: Viewer, start: date, as_of: AsOf) -> Movement:
    """Return the matrix and the events of each lineage, from a day to that of the report. Four questions."""
    people = read_histories(viewer, as_of, since=start).values()
    counted = Counter((event.lineage, event.kind) for event in events_between(people, start, as_of.day))
    here = sum(person.is_here(start) or person.is_here(as_of.day) for person in people)
    return Movement(here, matrices(people, start, as_of.day), counted)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """How levels were filled in a period, and the headcount at its end, `NO_LEVEL` among it. Nothing is suppressed."""

    people: int
    fills: Mapping[Level, Fill]
    counts: Mapping[Level, int]


@without_collecting()
def read_pipeline(viewer: Viewer, start: date, as_of: AsOf) -> Pipeline:
    """Return how levels were filled from a day to that of the report. Four questions."""
    people = read_histories(viewer, as_of, since=start).values()
    found: list[Event] = list(events_between(people, start, as_of.day))
    headcount = Headcount(people)
    held, here = headcount.on(as_of.day), headcount.here(as_of.day)
    return Pipeline(here, fills(found), {**held, NO_LEVEL: here - held.total()})
