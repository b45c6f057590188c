"""What a file says of itself: which report, of which day, with which filters, who took it out, and what is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from app.domain.as_of import Known
from app.reports.criteria import AS_OF, KNOWN, Criteria
from app.reports.findings import Findings

NOTHING = "nothing"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What goes into every file beside the figures. `report` is the name that the command line and addresses use.

    `filters` are those of the address, without the day. `taken_by` is the name of a person or `cli:<user>`; `at` is
    the moment at which the file was made.
    """

    report: str
    title: str
    as_of: date
    known: Known
    taken_by: str
    at: datetime
    filters: Mapping[str, str] = field(default_factory=dict)
    is_for_outside: bool = False

    @property
    def moment(self) -> str:
        """Return the moment at which the file was made, in UTC.

        >>> Manifest("person", "", date(2026, 1, 2), Known.NOW, "", datetime(2026, 1, 2, 9, tzinfo=UTC)).moment
        '2026-01-02T09:00:00Z'
        """
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def pairs(self, findings: Findings, rows: int) -> list[tuple[str, str]]:
        """Return what the manifest says, name by name, in the order of every format."""
        filters = ", ".join(f"{name}={value}" for name, value in self.filters.items())
        said = [
            ("report", self.report),
            ("as of", self.as_of.isoformat()),
            ("known", self.known.value),
            ("filters", filters or NONE),
            ("scope", findings.scope),
            ("ladders", ", ".join(findings.ladders) or NONE),
            ("for outside", "yes" if self.is_for_outside else ""),
            ("taken by", self.taken_by),
            ("at", self.moment),
            ("rows", str(rows)),
            ("hidden", " ".join(findings.hidden) or NOTHING),
        ]
        return [(name, value) for name, value in said if value]

    def line(self, findings: Findings, rows: int) -> str:
        """Return the same as one text, for the last row of a CSV file."""
        return "; ".join(f"{name}={value}" for name, value in self.pairs(findings, rows))


def manifest_of(report: str, title: str, criteria: Criteria, *, taken_by: str, at: datetime) -> Manifest:
    """Return the manifest of a report as it was asked for."""
    return Manifest(
        report=report,
        title=title,
        as_of=criteria.day,
        known=criteria.as_of.known,
        taken_by=taken_by,
        at=at,
        filters={name: value for name, value in criteria.text.items() if name not in {AS_OF, KNOWN}},
        is_for_outside=criteria.is_for_outside,
    )
