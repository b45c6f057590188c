"""A report as its page shows it: cells as words, addresses of people and teams, the days one may go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import url_for
from werkzeug.routing import BuildError

from app.domain.as_of import Known, last_quarter_end, quarter_ends
from app.infra.pagination import PER_PAGE, Page
from app.infra.templating import long_date, short_date
from app.reports.charts import Chart
from app.reports.criteria import AS_OF, EVERY, KNOWN, Criteria
from app.reports.drawing import Drawing, draw, is_blank
from app.reports.drawing.scales import counted_words
from app.reports.findings import Cell, Choice, ChoiceGroup, Column, Findings, Hidden, Kind, Linked, Table

QUARTERS_OFFERED = 3
MOST_BESIDE_NOTES = 7
"""A table with more columns takes the whole width, and the notes go below it."""
STACKED_FROM = 4
"""A table with so many columns becomes a list of cards on a phone."""
TO_PROTECT = "to protect people"
"""Why a figure is hidden, the same for every rule: which one it was would tell how many people there are."""


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell. `why` is said where it is hidden; `day` where it is one."""

    text: str
    href: str = ""
    is_hidden: bool = False
    why: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class ShownTable:
    """One page of a table."""

    table: Table
    columns: tuple[Column, ...]
    page: Page[list[ShownCell]]
    only_in_files: tuple[str, ...] = ()

    @property
    def is_dense(self) -> bool:
        """Say whether it has so many columns that paper needs smaller letters."""
        return len(self.columns) > MOST_BESIDE_NOTES

    @property
    def is_stacked(self) -> bool:
        """Say whether a phone shows it as cards."""
        return len(self.columns) >= STACKED_FROM


@dataclass(frozen=True, slots=True)
class Pill:
    """One choice as a link."""

    text: str
    href: str
    current: bool
    count: int | None = None


def shown_tables(findings: Findings, key: str, number: int) -> list[ShownTable]:
    """Return the tables: the first page of each, of the one with that key the page of that number."""
    return [_shown(table, number if table.key == key else 1) for table in findings.tables]


def _shown(table: Table, wanted: int) -> ShownTable:
    total = table.rows.count()
    number = min(wanted, max(1, -(-total // PER_PAGE)))
    rows = table.rows.window((number - 1) * PER_PAGE, PER_PAGE) if total else ()
    cells = [
        [shown_cell(cell, column) for cell, column in zip(row, table.columns, strict=True) if not column.only_in_files]
        for row in rows
    ]
    columns = tuple(column for column in table.columns if not column.only_in_files)
    more = tuple(column.title for column in table.columns if column.only_in_files)
    return ShownTable(table, columns, Page(cells, number, total), more)


def shown_cell(cell: Cell, column: Column) -> ShownCell:
    """Return a cell in words; what is None is empty."""
    if cell is None:
        return ShownCell("")
    if isinstance(cell, Hidden):
        return ShownCell("hidden", is_hidden=True, why=TO_PROTECT)
    if isinstance(cell, Linked):
        return ShownCell(str(cell), href=_address(cell))
    if isinstance(cell, date):
        return ShownCell(short_date(cell), day=cell)
    return ShownCell(cell if isinstance(cell, str) else _number(cell, column))


def _number(value: float | Fraction | Decimal, column: Column) -> str:
    if column.kind is Kind.SHARE:
        return f"{_rounded(value * 100, column.decimals)}%"
    if column.kind is Kind.NUMBER or not isinstance(value, int):
        return _rounded(value, column.decimals)
    return counted_words(value)


def _rounded(value: float | Fraction | Decimal, decimals: int) -> str:
    # Adding nothing takes the sign off a zero that was rounded from below.
    text = f"{round(float(value), decimals) + 0.0:.{decimals}f}"
    return text.replace("-", "−")


def _address(linked: Linked) -> str:
    """Return where a cell leads: a person, a team, or an expectation as slug, version and id; nowhere if unknown."""
    try:
        if linked.what == "person":
            return url_for("people.show_person", person_id=linked.key)
        if linked.what == "team":
            return url_for("people.show_team", team_id=linked.key)
        slug, version, expectation = linked.key.split("/", 2)
        return url_for("ladders.show_expectation", slug=slug, version=version, expectation_id=expectation)
    except (BuildError, ValueError):
        return ""


def shown_charts(findings: Findings) -> list[tuple[Chart, Drawing | None]]:
    """Return each chart that has something to show with its drawing; the map of coverage has none, as it is a table."""
    return [(chart, draw(chart)) for chart in findings.charts if not is_blank(chart)]


def is_wide(findings: Findings) -> bool:
    """Say whether a table needs the whole width of the page."""
    return any(len(table.columns) > MOST_BESIDE_NOTES for table in findings.tables)


def said_once(hidden: Sequence[str]) -> list[str]:
    """Return the sentences on what is hidden, with places that have the same reason told together.

    >>> said_once(["By team: fewer than 5.", "The last step.", "By level: fewer than 5."])
    ['By team; by level: fewer than 5.', 'The last step.']
    """
    places: dict[str, list[str]] = {}
    for sentence in hidden:
        place, mark, reason = sentence.partition(": ")
        places.setdefault(reason if mark else sentence, []).append(place if mark else "")
    return [
        f"{'; '.join([first, *(f'{one[:1].lower()}{one[1:]}' for one in others)])}: {reason}" if first else reason
        for reason, (first, *others) in places.items()
    ]


class Addresses:
    """The addresses of one report with its filters."""

    def __init__(self, endpoint: str, given: Mapping[str, str], takes: frozenset[str]) -> None:
        """Keep the filters that the report takes."""
        self.endpoint = endpoint
        self.filters = {name: given[name] for name in EVERY if name in takes and given.get(name)}

    def to(self, changes: Mapping[str, str | None]) -> str:
        """Return the address with some filters changed; None takes one off."""
        kept = {name: value for name, value in {**self.filters, **changes}.items() if value}
        return url_for(self.endpoint, **kept)  # type: ignore[arg-type]

    def besides(self, fields: Sequence[Any]) -> list[tuple[str, str]]:
        """Return the filters that none of these fields holds, to be sent along."""
        own = {field.name for field in fields}
        return [(name, value) for name, value in self.filters.items() if name not in own]

    def pills(self, choices: Sequence[Choice]) -> list[Pill]:
        """Return choices as links."""
        return [Pill(one.label, self.to(one.changes), one.is_current, one.count) for one in choices]


def day_choices(
    takes: frozenset[str], criteria: Criteria | None, today: date, *, only_quarters: bool
) -> list[ChoiceGroup]:
    """Return the pills of days, and for a past day those of what counts: what was known then, or what is known now."""
    if AS_OF not in takes:
        return []
    day = criteria.day if criteria is not None else None
    if only_quarters and criteria is not None and AS_OF not in criteria.text:
        day = last_quarter_end(today - timedelta(days=1))
    # The last day of a quarter is told once it is over.
    last = today - timedelta(days=1) if only_quarters else today
    ends = [end for end, _ in zip(quarter_ends(date(1, 3, 31), last), range(QUARTERS_OFFERED), strict=False)]
    offered = ends if only_quarters else [today, *(end for end in ends if end != today)]
    if day is not None and day not in offered and not only_quarters:
        offered = [day, *offered]
    pills = tuple(
        Choice(long_date(one), {AS_OF: one.isoformat() if one != today else None}, one == day) for one in offered
    )
    groups = [ChoiceGroup("Day", pills)]
    if KNOWN in takes and criteria is not None and day is not None and day < today:
        known = criteria.as_of.known
        groups.append(
            ChoiceGroup(
                "What counts",
                (
                    Choice("As known then", {KNOWN: None}, known is Known.THEN),
                    Choice("As corrected since", {KNOWN: Known.NOW.value}, known is Known.NOW),
                ),
            )
        )
    return groups
