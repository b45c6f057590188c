"""Reporting lines of the whole company: whether following them ever leads back to where one began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from app.domain.roster_company import PersonKey
from app.domain.roster_spans import Span

Links = Mapping[PersonKey, Sequence[Span[PersonKey]]]
MOST_STEPS = 20_000_000


def find_loops(links: Links, from_on: date) -> list[list[PersonKey]] | None:
    """Return every loop that there is on a day or at any later time, each once.

    In a loop each reports to the next, and the last to the first. One person has one manager at a time, so two links
    that hold at different times close no loop. None when the lines are too deep, and change on too many days, to tell.
    """
    found: dict[frozenset[PersonKey], list[PersonKey]] = {}
    budget = MOST_STEPS
    for day, begins in _days_of_change(links, from_on):
        done: set[PersonKey] = set()
        for start in begins:
            path: list[PersonKey] = []
            node: PersonKey | None = start
            here: set[PersonKey] = set()
            while node is not None and node not in done:
                done.add(node)
                here.add(node)
                path.append(node)
                node = _manager_on(links.get(node, ()), day)
            if node is not None and node in here:
                loop = path[path.index(node) :]
                found.setdefault(frozenset(loop), loop)
            budget -= len(path)
            if budget < 0:
                return None
    return list(found.values())


def _days_of_change(links: Links, from_on: date) -> Iterator[tuple[date, Sequence[PersonKey]]]:
    """Yield each day on which a loop may close, with those whose link begins then; the first day with everybody."""
    later: dict[date, list[PersonKey]] = {}
    for person, spans in links.items():
        for span in spans:
            if span.starts_on > from_on:
                later.setdefault(span.starts_on, []).append(person)
    yield from_on, list(links)
    for day in sorted(later):
        yield day, later[day]


def _manager_on(spans: Sequence[Span[PersonKey]], day: date) -> PersonKey | None:
    for span in spans:
        if span.starts_on <= day and (span.ends_on is None or day < span.ends_on):
            return span.value
    return None
