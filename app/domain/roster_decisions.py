"""What taking one row of a people file over does to its person: the outcome of the rules, ready to be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import overload

from app.domain.roster import GROUP_PREFIX, ChangeKind, Column, FieldChange
from app.domain.roster_cells import Entry
from app.domain.roster_company import Grouped, Held, Member, PersonKey, TeamKey
from app.domain.roster_dates import last_day
from app.domain.roster_spans import Rewrite


@dataclass(slots=True)
class Decision:
    """What happens to one person. `person` are the columns of theirs that change, by name.

    Of somebody new, `member` is None: everything in the entry begins on `begins_on`, the reporting line on
    `reports_from`; None when they left before it could begin.
    """

    entry: Entry
    member: Member | None
    kind: ChangeKind
    fields: Sequence[FieldChange]
    person: Mapping[str, str | date | None] = field(default_factory=dict)
    team: Rewrite[TeamKey] | None = None
    manager: Rewrite[PersonKey] | None = None
    level: Rewrite[Held] | None = None
    groups: Sequence[Rewrite[Grouped]] = ()
    begins_on: date | None = None
    reports_from: date | None = None


class FirstFields(Sequence[FieldChange]):
    """The values of somebody new, made when they are looked at: a large file would hold a million of them."""

    __slots__ = ("begins_on", "dimensions", "entry", "manager", "reports_from", "title")

    def __init__(
        self,
        entry: Entry,
        *,
        title: str,
        manager: str,
        dimensions: Sequence[str],
        begins_on: date | None,
        reports_from: date | None,
    ) -> None:
        """Take the row, the title of its ladder, how its manager is shown, and from when things hold."""
        self.entry = entry
        self.title = title
        self.manager = manager
        self.dimensions = dimensions
        self.begins_on = begins_on
        self.reports_from = reports_from

    def __iter__(self) -> Iterator[FieldChange]:
        """Yield the values that are filled, in the order of the columns."""
        entry = self.entry
        dated: list[tuple[str, str, date | None]] = [(Column.NAME, entry.name, None), (Column.EMAIL, entry.email, None)]
        if self.begins_on is not None:
            dated.append((Column.TEAM, entry.team, self.begins_on))
        if self.reports_from is not None:
            dated.append((Column.MANAGER, self.manager, self.reports_from))
        dated.append((Column.LADDER, self.title, entry.level_since))
        dated.append((Column.LEVEL, entry.level, entry.level_since))
        for name, day in ((Column.HIRED_ON, entry.hired_on), (Column.LEFT_ON, last_day(entry.left_on))):
            dated.append((name, day.isoformat() if day else "", None))
        if self.begins_on is not None:
            for dimension, value in zip(self.dimensions, entry.groups, strict=True):
                dated.append((f"{GROUP_PREFIX}{dimension}", value, self.begins_on))
        for column, value, from_on in dated:
            if value:
                yield FieldChange(column, "", value, from_on)

    def __len__(self) -> int:
        """Return how many values are filled."""
        return sum(1 for _ in self)

    @overload
    def __getitem__(self, place: int) -> FieldChange: ...
    @overload
    def __getitem__(self, place: slice) -> list[FieldChange]: ...
    def __getitem__(self, place: int | slice) -> FieldChange | list[FieldChange]:
        """Return one value, or some."""
        return list(self)[place]

    def __eq__(self, other: object) -> bool:
        """Say whether the same values stand there."""
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        """Return a hash of the values."""
        return hash(tuple(self))
