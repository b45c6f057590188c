"""Which pieces a list shows, and how many each filter would leave: conditions for the database, counts in words.

Every count stands on the same condition that opens a single piece, so that none tells of what the reader may not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    extract,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState, counting_since
from app.evidence.models import Claim, Corroboration, Evidence, SettingAside
from app.evidence.queries.asked import is_owed
from app.evidence.queries.marks import ExpectationMark, Marks
from app.infra.db import db
from app.infra.full_text import LONGEST as LONGEST_TEXT
from app.infra.full_text import read_sought, says
from app.infra.templating import kind_label

STATES = {
    "draft": "Private drafts",
    "shared": "Shared",
    "confirmed": "Confirmed",
    "waiting": "Waiting for a voice",
    "ending": "Stops counting soon",
    "nothing": "Counts for nothing",
    "set_aside": "Set aside",
    "withdrawn": "Withdrawn",
}
HEADINGS = {
    "state": "State",
    "level": "Shows something at",
    "competency": "Competency",
    "expectation": "Expectation",
    "kind": "Kind",
    "quarter": "Quarter",
    "text": "Words",
}
FACETS = ("state", "level", "competency", "expectation", "kind", "quarter")
UNLINKED = "none"
LONGEST = 100
SOON = timedelta(days=60)
PARTS = ("evidence", "evidence_link", "evidence_claim")
QUARTERS_IN_YEAR = 4


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; an empty text asks for anything. `text` are words of a piece, the rest ids and codes."""

    state: str = ""
    level: str = ""
    competency: str = ""
    expectation: str = ""
    kind: str = ""
    quarter: str = ""
    text: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Filters:
        """Read the filters of an address; what it does not name is open."""
        longest = {"text": LONGEST_TEXT}
        asked = {one.name: args.get(one.name, "")[: longest.get(one.name, LONGEST)] for one in fields(cls)}
        return cls(**{name: "".join(filter(str.isprintable, value)) for name, value in asked.items()})

    @property
    def args(self) -> dict[str, str]:
        """Return the filters that are set, as they stand in an address."""
        named = {one.name: str(getattr(self, one.name)) for one in fields(self)}
        return {name: value for name, value in named.items() if value}

    def without(self, name: str) -> Filters:
        """Return the same filters, one of them open."""
        return replace(self, **{name: ""})


@dataclass(frozen=True, slots=True)
class Facet:
    """One line of a filter: its words, how many pieces it would leave, and the filters it leads to."""

    text: str
    count: int
    current: bool
    args: Mapping[str, str] = field(default_factory=dict)


# Conditions on the rows of Evidence --------------------------------------------


def _is_linked(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    # A count of expectations joins claims too: these are the claims of the piece, whichever stand beside it.
    return select(Claim.id).where(Claim.evidence_id == Evidence.id, *conditions).correlate(Evidence).exists()


def counts(marks: Marks, *, before: Mapping[int, date] | None = None) -> ColumnElement[bool]:
    """Return the condition that a claim of a piece counts on the day of reading, as `domain.evidence` decides it.

    `before`, by length of window: only of pieces that occurred before that day.
    """
    lines = []
    for (window, kinds), ids in _rules(marks).items():
        line = [Claim.expectation_id.in_(ids), Evidence.occurred_on >= counting_since(window, marks.on, marks.leaves)]
        if kinds:
            line.append(Evidence.kind.in_(kinds))
        if before is not None:
            line.append(Evidence.occurred_on < before[window])
        lines.append(and_(*line))
    if not lines:
        return false()
    return and_(Evidence.is_shared, Evidence.occurred_on <= marks.on, ~_is_set_aside(), or_(*lines))


def _rules(marks: Marks) -> dict[tuple[int, tuple[EvidenceKind, ...]], list[str]]:
    found: dict[tuple[int, tuple[EvidenceKind, ...]], list[str]] = {}
    for mark in marks.linkable.values():
        if mark.rule is not None:
            found.setdefault((mark.rule.window_days, marks.accepted_kinds(mark.id)), []).append(mark.id)
    return found


def _is_set_aside() -> ColumnElement[bool]:
    live = SettingAside.superseded_at.is_(None)
    return select(SettingAside.id).where(SettingAside.claim_id == Claim.id, live).correlate(Claim).exists()


def _is_confirmed() -> ColumnElement[bool]:
    """Return the condition that an answer corroborates a claim of the piece, as `domain.evidence` decides it."""
    line = literal("\n")
    lines = line.concat(Corroboration.standing).concat(line)
    standing = lines.contains(line.concat(_escaped(Claim.expectation_id)).concat(line), escape="\\")
    return (
        select(Corroboration.id)
        .join(Claim, Claim.evidence_id == Corroboration.evidence_id)
        .where(
            Corroboration.evidence_id == Evidence.id,
            Corroboration.colleague_id != Evidence.subject_id,
            ~Corroboration.was_line_manager,
            Corroboration.answered_at >= Claim.changed_at,
            or_(
                Corroboration.outcome == CorroborationAnswer.CONFIRMED,
                and_(Corroboration.outcome == CorroborationAnswer.LIMITED, standing),
            ),
        )
        .correlate(Evidence)
        .exists()
    )


def _escaped(column: Any) -> ColumnElement[str]:  # noqa: ANN401 - a column
    """Return a text in which no sign stands for others when it is looked for."""
    found: ColumnElement[str] = column
    for sign in ("\\", "%", "_"):
        found = func.replace(found, sign, f"\\{sign}", type_=String)
    return found


def _is_waiting() -> ColumnElement[bool]:
    asked = select(Corroboration.id).where(Corroboration.evidence_id == Evidence.id, is_owed())
    return asked.correlate(Evidence).exists()


def states(marks: Marks) -> dict[str, ColumnElement[bool]]:
    """Return the condition of each state that a piece may be in; it may be in several."""
    later = marks.on + SOON + timedelta(days=1)
    windows = {window for window, _ in _rules(marks)}
    ends = {window: counting_since(window, later, marks.leaves) for window in windows}
    return {
        "draft": Evidence.state == EvidenceState.DRAFT,
        "shared": Evidence.state == EvidenceState.SHARED,
        "confirmed": and_(Evidence.is_shared, _is_confirmed()),
        "waiting": and_(Evidence.is_shared, _is_waiting()),
        "ending": _is_linked(counts(marks, before=ends)) if marks.tells_days else false(),
        "nothing": and_(Evidence.is_shared, ~_is_linked(counts(marks))),
        "set_aside": _is_linked(_is_set_aside()),
        "withdrawn": Evidence.state == EvidenceState.WITHDRAWN,
    }


def levels(marks: Marks) -> dict[str, ColumnElement[bool]]:
    """Return, by level, the condition that a piece is linked to an expectation of it, and that of no link at all."""
    found = {level: _is_linked(Claim.expectation_id.in_(ids)) for level, ids in _ids_by(marks, "level").items()}
    return found | {UNLINKED: ~_is_linked()}


def competencies(marks: Marks) -> dict[str, ColumnElement[bool]]:
    """Return, by competency, the condition that a piece is linked to an expectation of it."""
    return {key: _is_linked(Claim.expectation_id.in_(ids)) for key, ids in _ids_by(marks, "competency").items()}


def _ids_by(marks: Marks, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for mark in (marks.foreign | marks.linkable).values():
        found.setdefault(getattr(mark, name), []).append(mark.id)
    return found


def in_quarter(label: str) -> ColumnElement[bool]:
    """Return the condition that a piece occurred in a quarter; nothing occurred in one that is none."""
    quarter, _, year = label.partition(" ")
    if quarter not in {"Q1", "Q2", "Q3", "Q4"} or not (year.isascii() and year.isdigit() and len(year) == 4):  # noqa: PLR2004 - digits of a year
        return false()
    index = int(year) * QUARTERS_IN_YEAR + int(quarter[1]) - 1
    if not date.min.year <= int(year) < date.max.year:
        return false()
    return and_(Evidence.occurred_on >= first_day(index), Evidence.occurred_on < first_day(index + 1))


def first_day(index: int) -> date:
    """Return the first day of a quarter, counted from year 0."""
    return date(index // QUARTERS_IN_YEAR, index % QUARTERS_IN_YEAR * 3 + 1, 1)


@dataclass(frozen=True)
class Narrowed:
    """The conditions of one list: what its reader may read, and each filter that is set."""

    readable: ColumnElement[bool]
    by_name: Mapping[str, ColumnElement[bool]]

    def all_but(self, name: str = "") -> ColumnElement[bool]:
        """Return the condition of all filters but one."""
        return and_(true(), *(one for key, one in self.by_name.items() if key != name))


def narrowed(readable: ColumnElement[bool], chosen: Filters, marks: Marks) -> Narrowed:
    """Return the conditions of a list. A value that is none of a filter's fits nothing."""
    kinds = {kind.value for kind in EvidenceKind}
    known: dict[str, Callable[[str], ColumnElement[bool]]] = {
        "state": lambda value: states(marks).get(value, false()),
        "level": lambda value: levels(marks).get(value, false()),
        "competency": lambda value: competencies(marks).get(value, false()),
        "expectation": lambda value: _is_linked(Claim.expectation_id == value),
        "kind": lambda value: Evidence.kind == value if value in kinds else false(),
        "quarter": in_quarter,
        "text": lambda value: says(read_sought(value), Evidence.id, PARTS),
    }
    return Narrowed(readable, {name: known[name](value) for name, value in chosen.args.items()})


# Counts ------------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """How many pieces each value of each filter would leave under the other filters.

    `without` is how many there would be without a filter, by its name; under the empty name how many fit all of them.
    """

    total: int
    drafts: int
    waiting: int
    ending: int
    without: Mapping[str, int]
    values: Mapping[str, Mapping[str, int]]


def count_pieces(rows: Narrowed, marks: Marks) -> Counts:
    """Return all counts of a list, in one query.

    Each condition is asked once for each piece; what is counted are the answers. They are used more than once, which
    lets both databases keep them instead of asking again.
    """
    asked = states(marks)
    year, month = (cast(extract(part, Evidence.occurred_on), Integer) for part in ("year", "month"))
    piece = (
        select(
            Evidence.id,
            Evidence.kind,
            (year * QUARTERS_IN_YEAR + (month - 1) // 3).label("quarter"),
            *(condition.label(f"is_{state}") for state, condition in asked.items()),
            *(condition.label(f"fits_{name}") for name, condition in rows.by_name.items()),
        )
        .where(rows.readable)
        .cte("piece")
        .c
    )

    def fits(name: str) -> ColumnElement[bool]:
        return and_(true(), *(piece[f"fits_{key}"] for key in rows.by_name if key != name))

    def counted(name: str, value: Any) -> Select[str, str, int]:  # noqa: ANN401 - a column
        return select(literal(name).label("name"), cast(value, String).label("value"), func.count().label("number"))

    def pieces(name: str, value: str, *conditions: ColumnElement[bool]) -> Select[str, str, int]:
        return counted(name, literal(value)).select_from(piece.id.table).where(true(), *conditions)

    linked = piece.id.table.join(Claim, Claim.evidence_id == piece.id)
    parts = [
        pieces("total", ""),
        *(pieces("total", state, piece[f"is_{state}"]) for state in ("draft", "waiting", "ending")),
        *(pieces("without", name, fits(name)) for name in ["", *HEADINGS]),
        *(pieces("state", state, fits("state"), piece[f"is_{state}"]) for state in asked),
        pieces("level", UNLINKED, fits("level"), piece.id.not_in(select(Claim.evidence_id))),
    ]
    parts += [counted(name, piece[name]).where(fits(name)).group_by(piece[name]) for name in ("kind", "quarter")]
    for name, ids_by in (("level", _ids_by(marks, "level")), ("competency", _ids_by(marks, "competency"))):
        parts += [
            select(literal(name), literal(value), func.count(piece.id.distinct()))
            .select_from(linked)
            .where(fits(name), Claim.expectation_id.in_(ids))
            for value, ids in ids_by.items()
        ]
    parts.append(
        counted("expectation", Claim.expectation_id)
        .select_from(linked)
        .where(fits("expectation"))
        .group_by(Claim.expectation_id)
    )
    found: dict[str, dict[str, int]] = {name: {} for name in ("total", "without", *FACETS)}
    for name, value, number in db.session.execute(union_all(*parts)):
        found[name][quarter_label_of(int(value)) if name == "quarter" else value] = number
    total, without = found.pop("total"), found.pop("without")
    return Counts(total[""], total["draft"], total["waiting"], total["ending"], without, found)


def quarter_label_of(index: int) -> str:
    """Return a quarter, counted from year 0, as it stands in an address and in a heading.

    >>> quarter_label_of(2026 * 4 + 3)
    'Q4 2026'
    """
    return f"Q{index % QUARTERS_IN_YEAR + 1} {index // QUARTERS_IN_YEAR}"


def quarter_index(day: date) -> int:
    """Return the quarter of a day, counted from year 0."""
    return day.year * QUARTERS_IN_YEAR + (day.month - 1) // 3


def quarter_of(day: date) -> str:
    """Return the quarter of a day as it stands in an address and in a heading.

    >>> quarter_of(date(2026, 11, 3))
    'Q4 2026'
    """
    return quarter_label_of(quarter_index(day))


# Words ---------------------------------------------------------------------------


def facets(found: Counts, chosen: Filters, marks: Marks, *, whose: str) -> list[tuple[str, str, list[Facet]]]:
    """Return the filters by name, with heading and lines; `whose` next level it is: “your” or “the”.

    A line is counted among the pieces that pass all the other filters. One that would leave nothing is left out, unless
    it is the one that is set.
    """
    options = _options(found, marks, whose)
    made = [(name, HEADINGS[name], _lines(name, lines, found, chosen)) for name, lines in options.items()]
    return [(name, heading, lines) for name, heading, lines in made if lines]


def _options(found: Counts, marks: Marks, whose: str) -> dict[str, list[tuple[str, str]]]:
    known = [marks.mark(one) for one in found.values["expectation"]]
    ordered = sorted(known, key=lambda mark: (not marks.is_next(mark), -mark.level_rank, mark.text, mark.id))
    quarters = sorted(found.values["quarter"], key=_quarter_order, reverse=True)
    return {
        "state": list(STATES.items()),
        "level": [*_levels(marks, whose), (UNLINKED, "No expectation yet")],
        "competency": list(_competencies(marks).items()),
        "expectation": [(mark.id, f"{mark.level} {mark.text}") for mark in ordered],
        "kind": [(kind.value, kind_label(kind.value)) for kind in EvidenceKind],
        "quarter": [(quarter, quarter) for quarter in quarters],
    }


def _lines(name: str, options: Iterable[tuple[str, str]], found: Counts, chosen: Filters) -> list[Facet]:
    current = getattr(chosen, name)
    numbers = found.values[name]
    lines = [
        Facet(text, numbers.get(value, 0), value == current, replace(chosen, **{name: value}).args)
        for value, text in options
        if numbers.get(value) or value == current
    ]
    wants_all = lines and (name == "state" or current)
    every = [Facet("All", found.without[name], not current, chosen.without(name).args)] if wants_all else []
    return every + lines


@dataclass(frozen=True, slots=True)
class Chosen:
    """One filter that is set, in words; `without` is how many pieces there would be without it."""

    heading: str
    text: str
    without: int
    args: Mapping[str, str]


def in_words(found: Counts, chosen: Filters, marks: Marks) -> list[Chosen]:
    """Return the filters that are set, in words, each with the address that takes it off."""
    return [
        Chosen(HEADINGS[name], _said(name, value, marks), found.without[name], chosen.without(name).args)
        for name, value in chosen.args.items()
    ]


def _said(name: str, value: str, marks: Marks) -> str:
    known: dict[str, Mapping[str, str]] = {
        "state": STATES,
        "competency": _competencies(marks),
        "kind": {kind.value: kind_label(kind.value) for kind in EvidenceKind},
        "level": {UNLINKED: "No expectation yet"},
    }
    if name == "expectation":
        return marks.mark(value).text
    return f"“{value}”" if name == "text" else known.get(name, {}).get(value, value)


def _levels(marks: Marks, whose: str) -> list[tuple[str, str]]:
    known: dict[str, ExpectationMark] = {}
    for mark in [*marks.linkable.values(), *marks.foreign.values()]:
        known.setdefault(mark.level, mark)
    by_nearness = sorted(known.values(), key=lambda mark: (not marks.is_next(mark), mark.level_rank, mark.level))
    return [
        (mark.level, f"{mark.level}, {whose} next level" if marks.is_next(mark) else mark.level) for mark in by_nearness
    ]


def _competencies(marks: Marks) -> dict[str, str]:
    own = {mark.competency: mark.competency_name for mark in marks.linkable.values()}
    return own | {
        mark.competency: mark.competency_name for mark in marks.foreign.values() if mark.competency not in own
    }


def _quarter_order(label: str) -> tuple[str, str]:
    return label[-4:], label


def timeline(found: Counts, chosen: Filters, on: date, quarters: int = 8) -> list[Facet]:
    """Return the last quarters up to a day, oldest first, each with its count under the other filters."""
    last = quarter_index(on)
    labels = [quarter_label_of(index) for index in range(last - quarters + 1, last + 1)]
    return [
        Facet(
            label,
            found.values["quarter"].get(label, 0),
            label == chosen.quarter,
            (chosen.without("quarter") if label == chosen.quarter else replace(chosen, quarter=label)).args,
        )
        for label in labels
    ]
