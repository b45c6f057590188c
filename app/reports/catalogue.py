"""Which reports there are. Each module of a report describes it; this one joins them, in the order of the list page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from app.reports.criteria import Criteria
from app.reports.findings import Findings


@dataclass(frozen=True, slots=True)
class Definition:
    """One report: its name in addresses and on the command line, its short title, its question, and who may open it.

    `takes` are the filters that it has, `find` computes it. `is_named`: it has rows of named people. `on` gives the
    object that the permission is about, as the person whose path is read; it raises MissingError where there is none.
    """

    name: str
    title: str
    question: str
    permission: StrEnum
    takes: frozenset[str]
    find: Callable[[Criteria], Findings]
    is_named: bool = False
    icon: str = "report"
    on: Callable[[Criteria], object] | None = None
    only_quarter_ends: bool = False
    """Whether its page offers the ends of quarters alone, and opens on the last one."""
    has_outside: bool = True
    """Whether there is a version to leave the company: a list of single people has none."""

    @property
    def endpoint(self) -> str:
        """Return the name of its page among the addresses."""
        return f"reports.show_{self.name.replace('-', '_')}"


def _all() -> tuple[Definition, ...]:
    # The modules need `Definition`, so that they are looked at when the first report is asked for.
    from app.reports.questions import (  # noqa: PLC0415
        agreement,
        coverage,
        headcount,
        mentoring,
        movement,
        person,
        pipeline,
        progression,
        promotion_funnel,
        readiness,
        time_in_level,
    )

    return (
        progression.DEFINITION,
        person.DEFINITION,
        headcount.DEFINITION,
        movement.DEFINITION,
        time_in_level.DEFINITION,
        promotion_funnel.DEFINITION,
        agreement.DEFINITION,
        coverage.DEFINITION,
        readiness.DEFINITION,
        mentoring.DEFINITION,
        pipeline.DEFINITION,
    )


class _Reports(Mapping[str, Definition]):
    """The reports by name, put together when they are first needed."""

    @cached_property
    def _by_name(self) -> Mapping[str, Definition]:
        return {one.name: one for one in _all()}

    def __getitem__(self, name: str) -> Definition:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


REPORTS: Mapping[str, Definition] = _Reports()
