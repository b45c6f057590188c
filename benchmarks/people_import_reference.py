"""The reference of `people_import.py`: a validated executemany of the same rows into the same tables.

What a careful script would do with the driver alone: check each cell, make the ids, insert with `executemany` in one
transaction. No preview, no comparison with the company, no loops, no chain of hashes.
"""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

EMAIL = re.compile(r"[^@\s]+@[a-z0-9.-]+\.[a-z]{2,}\Z")
LEVELS = frozenset({"L1", "L2", "L3", "L4"})
CHUNK = 2000
TABLES = {
    "team": ("id", "name", "created_at"),
    "person": ("id", "employee_id", "name", "sort_name", "email", "hired_on", "left_on", "created_at", "version"),
    "team_membership": ("id", "person_id", "starts_on", "recorded_at", "team_id"),
    "manager_link": ("id", "person_id", "starts_on", "recorded_at", "manager_id"),
    "level_spell": ("id", "person_id", "starts_on", "recorded_at", "ladder", "level", "reason"),
    "group_membership": ("id", "person_id", "starts_on", "recorded_at", "dimension", "value"),
    "audit_event": (
        "seq", "at", "tag", "actor_label", "subject_id", "object_id", "address", "details", "previous_hash", "hash",
    ),
}  # fmt: skip


class Connection:
    """One connection of either driver, with its own way to write ids, days and moments."""

    def __init__(self, url: str) -> None:
        """Connect as Belay does."""
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            import sqlite3

            self.raw: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                self.raw.execute(f"PRAGMA {pragma}")
            self.raw.execute("BEGIN IMMEDIATE")
        else:
            import psycopg

            self.raw = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))
        self.mark = "?" if self.is_sqlite else "%s"

    def id(self) -> Any:
        """Return a new id as the column stores it."""
        return uuid.uuid4().hex if self.is_sqlite else uuid.uuid4()

    def day(self, text: str) -> Any:
        """Check a day and return it as the column stores it."""
        day = date.fromisoformat(text)
        return day.isoformat() if self.is_sqlite else day

    def moment(self, at: datetime) -> Any:
        """Return a moment as the column stores it."""
        return at.replace(tzinfo=None).isoformat(" ", "microseconds") if self.is_sqlite else at

    def insert(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Insert rows with executemany."""
        columns = TABLES[table]
        marks = ", ".join([self.mark] * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        cursor = self.raw.cursor()
        for start in range(0, len(rows), CHUNK):
            cursor.executemany(statement, rows[start : start + CHUNK])


def checked_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a file, each cell checked."""
    ids: set[str] = set()
    emails: set[str] = set()
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            cells = {name: cell.strip() for name, cell in row.items()}
            if any(cell[:1] in {"=", "+", "-", "@"} for cell in cells.values()):
                raise ValueError(cells)
            if not cells["employee_id"] or cells["employee_id"] in ids or not cells["name"]:
                raise ValueError(cells)
            if not EMAIL.match(cells["email"]) or cells["email"] in emails or cells["level"] not in LEVELS:
                raise ValueError(cells)
            ids.add(cells["employee_id"])
            emails.add(cells["email"])
            yield cells


def load(url: str, path: Path) -> None:
    """Load a file into an empty database."""
    connection = Connection(url)
    at = connection.moment(datetime(2026, 11, 21, 10, 0, tzinfo=UTC))
    rows = list(checked_rows(path))
    ids = {row["employee_id"]: connection.id() for row in rows}
    teams = {name: connection.id() for name in sorted({row["team"] for row in rows})}
    into: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    into["team"] = [(team_id, name, at) for name, team_id in teams.items()]
    (last,) = connection.raw.execute("SELECT max(seq) FROM audit_event").fetchone()
    for number, row in enumerate(rows, last + 1):
        own, hired = ids[row["employee_id"]], connection.day(row["hired_on"])
        name, since = row["name"], connection.day(row["level_since"])
        into["person"].append((own, row["employee_id"], name, name.casefold(), row["email"], hired, None, at, 1))
        into["team_membership"].append((connection.id(), own, hired, at, teams[row["team"]]))
        if row["manager_employee_id"]:
            into["manager_link"].append((connection.id(), own, hired, at, ids[row["manager_employee_id"]]))
        into["level_spell"].append((connection.id(), own, since, at, row["ladder"], row["level"], "import"))
        into["group_membership"].append((connection.id(), own, hired, at, "office", row["group:office"]))
        event = (number, at, "people:person:add", "cli:bench", own, own, "", "{}", "0" * 64, "0" * 64)
        into["audit_event"].append(event)
    for table, waiting in into.items():
        connection.insert(table, waiting)
    connection.raw.commit()
    connection.raw.close()
