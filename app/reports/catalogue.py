"""Which reports there are. Each module of a report describes it; this one joins them, in the order of the list page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.reports.criteria import Criteria
from app.reports.findings import Findings


@dataclass(frozen=True, slots=True)
class Definition:
    """One report: its name in addresses and on the command line, its short title, its question, and who may open it.

    `takes` are the filters that it has, `find` computes it. `is_named`: it has rows of named people.
    """

    name: str
    title: str
    question: str
    permission: StrEnum
    takes: frozenset[str]
    find: Callable[[Criteria], Findings]
    is_named: bool = False
    icon: str = "report"


def _all() -> tuple[Definition, ...]:
    return ()


REPORTS: Mapping[str, Definition] = {one.name: one for one in _all()}
