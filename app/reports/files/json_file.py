"""A report as JSON: one object with its question, its answer, what is hidden, and all its tables.

Numbers are numbers, days are written 2026-11-21, and a cell that is hidden on purpose is `{"hidden": true}`; `null`
says that nothing is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from app.infra.spreadsheet import utf8_bytes
from app.reports.files.manifest import Manifest
from app.reports.files.values import batches, decimals_of, value_of
from app.reports.findings import Cell, Findings, Hidden, Table


def json_chunks(findings: Findings, manifest: Manifest) -> Iterator[bytes]:
    """Return a report as JSON, a chunk for every few rows; the count of a table stands behind its rows."""
    head = {
        "report": manifest.report,
        "question": findings.question,
        "answer": findings.answer,
        "rest": findings.rest,
        "scope": findings.scope,
        "as_of": manifest.as_of.isoformat(),
        "known": manifest.known.value,
        "filters": dict(manifest.filters),
        "ladders": list(findings.ladders),
        "is_for_outside": manifest.is_for_outside,
        "taken_by": manifest.taken_by,
        "at": manifest.moment,
        "hidden": list(findings.hidden),
        "notes": [{"title": note.title, "text": note.text} for note in findings.notes],
    }
    # The object is opened here and closed at the end; its last member is written row by row.
    yield utf8_bytes(f'{_dumped(head)[:-1]}, "tables": [')
    for place, table in enumerate(findings.tables):
        yield from _table(table, ", " if place else "")
    yield b"]}\n"


def _table(table: Table, before: str) -> Iterator[bytes]:
    columns = [
        {"key": column.key, "title": column.title, "kind": column.kind.value, "note": column.note}
        for column in table.columns
    ]
    head = {"key": table.key, "title": table.title, "remark": table.remark, "columns": columns}
    yield utf8_bytes(f'{before}{_dumped(head)[:-1]}, "rows": [')
    decimals = [decimals_of(column) for column in table.columns]
    count = 0
    for batch in batches(table.rows):
        rows = [[_value(cell, places) for cell, places in zip(row, decimals, strict=True)] for row in batch]
        yield utf8_bytes((",\n" if count else "\n") + ",\n".join(map(_dumped, rows)))
        count += len(batch)
    yield utf8_bytes(f'\n], "row_count": {count}}}')


def _value(cell: Cell, decimals: int) -> Any:  # noqa: ANN401 - JSON
    value = value_of(cell, decimals)
    if isinstance(value, Hidden):
        # By which rule would tell how many people there are.
        return {"hidden": True}
    return value.isoformat() if isinstance(value, date) else value


def _dumped(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
