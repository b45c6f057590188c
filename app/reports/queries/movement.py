"""Reading who moved in a period: where everybody was at its start and its end, and what happened between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.as_of import AsOf
from app.domain.movement import Fill, Kind, Level, Matrix, events_between, fills
from app.reports.criteria import Viewer
from app.reports.queries.headcount import NO_LEVEL
from app.reports.queries.spells import read_careers


@dataclass(frozen=True, slots=True)
class Movement:
    """What happened in a period. `people` worked here on its first or its last day. Nothing here is suppressed."""

    people: int
    matrices: Mapping[str, Matrix]
    events: Mapping[tuple[str, Kind], int]


def read_movement(viewer: Viewer, start: date, as_of: AsOf) -> Movement:
    """Return the matrix and the events of each lineage, from a day to that of the report. Four questions."""
    careers, _ = read_careers(viewer, as_of, since=start)
    moved = events_between(careers.moving(start, as_of.day), start, as_of.day)
    counted = Counter((event.lineage, event.kind) for event in moved)
    here = int((careers.here(start) | careers.here(as_of.day)).sum())
    return Movement(here, careers.matrices(start, as_of.day), counted)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """How levels were filled in a period, and the headcount at its end, `NO_LEVEL` among it. Nothing is suppressed."""

    people: int
    fills: Mapping[Level, Fill]
    counts: Mapping[Level, int]


def read_pipeline(viewer: Viewer, start: date, as_of: AsOf) -> Pipeline:
    """Return how levels were filled from a day to that of the report. Four questions."""
    careers, _ = read_careers(viewer, as_of, since=start)
    found = fills(events_between(careers.moving(start, as_of.day), start, as_of.day))
    held, here = careers.headcount(as_of.day), int(careers.here(as_of.day).sum())
    return Pipeline(here, found, {**held, NO_LEVEL: here - held.total()})
