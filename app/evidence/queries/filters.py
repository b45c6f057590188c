"""Which pieces a list shows, and how many each filter would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date

from app.domain.evidence import EvidenceKind
from app.evidence.queries.marks import Marks
from app.infra.templating import kind_label

STATES = {
    "draft": "Private drafts",
    "accepted": "Accepted",
    "waiting": "Waiting for a voice",
    "ending": "Stops counting soon",
    "set_aside": "Set aside",
    "withdrawn": "Withdrawn",
}
UNLINKED = "none"
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Traits:
    """What the filters look at in one piece. `levels` and `expectations` are those it is linked to."""

    states: frozenset[str]
    levels: frozenset[str]
    expectations: frozenset[str]
    kind: str
    quarter: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; an empty text asks for anything."""

    state: str = ""
    level: str = ""
    expectation: str = ""
    kind: str = ""
    quarter: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Filters:
        """Read the filters of an address; what it does not name is open."""
        return cls(**{one.name: args.get(one.name, "")[:LONGEST] for one in fields(cls)})

    @property
    def args(self) -> dict[str, str]:
        """Return the filters that are set, as they stand in an address."""
        named = {one.name: str(getattr(self, one.name)) for one in fields(self)}
        return {name: value for name, value in named.items() if value}

    def fits(self, traits: Traits) -> bool:
        """Say whether a piece passes all filters."""
        return all(value in valued(traits, name) for name, value in self.args.items())


def valued(traits: Traits, name: str) -> frozenset[str]:
    """Return the values that a piece has for a filter."""
    known: Mapping[str, frozenset[str]] = {
        "state": traits.states,
        "level": traits.levels,
        "expectation": traits.expectations,
        "kind": frozenset({traits.kind}),
        "quarter": frozenset({traits.quarter}),
    }
    return known[name]


@dataclass(frozen=True, slots=True)
class Facet:
    """One line of a filter: its words, how many pieces it would leave, and the filters it leads to."""

    text: str
    count: int
    current: bool
    args: Mapping[str, str] = field(default_factory=dict)


def facets(found: Sequence[Traits], chosen: Filters, marks: Marks, *, whose: str) -> list[tuple[str, list[Facet]]]:
    """Return the filters with their counts; `whose` next level it is: “your” or “the”.

    A line is counted among the pieces that pass all the other filters.
    """
    levels = _levels(marks, whose)
    quarters = sorted({one.quarter for one in found}, key=_quarter_order, reverse=True)
    groups = [
        ("State", "state", list(STATES.items()), True),
        ("Shows something at", "level", [*levels, (UNLINKED, "No expectation yet")], False),
        ("Kind", "kind", [(kind.value, kind_label(kind.value)) for kind in EvidenceKind], False),
        ("Quarter", "quarter", [(quarter, quarter) for quarter in quarters], False),
    ]
    if chosen.expectation:
        text = marks.mark(chosen.expectation).text
        groups.insert(0, ("Expectation", "expectation", [(chosen.expectation, text)], True))
    made = [(heading, _lines(name, options, found, chosen, with_all=wide)) for heading, name, options, wide in groups]
    return [(heading, lines) for heading, lines in made if lines]


def _lines(
    name: str, options: Iterable[tuple[str, str]], found: Sequence[Traits], chosen: Filters, *, with_all: bool
) -> list[Facet]:
    open_here = replace(chosen, **{name: ""})
    rest = [one for one in found if open_here.fits(one)]
    counts = Counter(value for one in rest for value in valued(one, name))
    current = getattr(chosen, name)
    lines = [Facet("All", len(rest), not current, open_here.args)] if with_all or current else []
    for value, text in options:
        if counts[value] or value == current:
            lines.append(Facet(text, counts[value], value == current, replace(chosen, **{name: value}).args))
    return lines


def _levels(marks: Marks, whose: str) -> list[tuple[str, str]]:
    known = {mark.level: mark for mark in marks.linkable.values()}
    by_nearness = sorted(known.values(), key=lambda mark: (not marks.is_next(mark), mark.level_rank, mark.level))
    named = {mark.level: f", {whose} next level" if marks.is_next(mark) else "" for mark in reversed(by_nearness)}
    return [(level, level + named[level]) for level in dict.fromkeys(mark.level for mark in by_nearness)]


def _quarter_order(label: str) -> tuple[str, str]:
    return label[-4:], label


def quarter_of(day: date) -> str:
    """Return the quarter of a day as it stands in an address and in a heading.

    >>> quarter_of(date(2026, 11, 3))
    'Q4 2026'
    """
    return f"Q{(day.month + 2) // 3} {day.year}"
