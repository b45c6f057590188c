"""A report as JSON: opened again by the json module."""

from __future__ import annotations

import json

import pytest

from app.reports.files import json_chunks
from app.reports.files.values import BATCH
from tests.factories.findings import COLUMNS, MANIFEST, CountedRows, FailingRows, findings_of, table_of


def opened(findings):
    return json.loads(b"".join(json_chunks(findings, MANIFEST)))


def test_it_says_what_it_is_and_holds_every_table():
    found = opened(findings_of(table_of([("A", "B", 1, 2.0, 0.5, None)]), table_of((), key="second")))
    assert {name: found[name] for name in ("report", "as_of", "known", "filters", "ladders", "taken_by", "at")} == {
        "report": "headcount",
        "as_of": "2026-11-21",
        "known": "then",
        "filters": {"ladder": "swe", "team": "b3"},
        "ladders": ["swe v1.2", "ops v1.0"],
        "taken_by": "Ruth Okonjo",
        "at": "2026-11-21T10:00:00Z",
    }
    assert found["hidden"] == ["Three figures are hidden: they are about fewer than 5 people."]
    assert found["notes"] == [{"title": "Leave", "text": "Days on leave count."}]
    assert [(table["key"], table["row_count"]) for table in found["tables"]] == [("main", 1), ("second", 0)]
    assert [column["key"] for column in found["tables"][0]["columns"]] == [column.key for column in COLUMNS]


def test_numbers_are_numbers_days_are_days_and_a_hidden_cell_says_why():
    rows = opened(findings_of())["tables"][0]["rows"]
    assert rows[0] == ["Amara Diallo", "Platform", 12, 7.2, 0.3333, "2024-03-01"]
    assert rows[1] == ["=1+1", "@SUM(A1)", -3, 0.0, 0.0, None]
    assert rows[3] == ["http://example.org", "123", {"hidden": True}, {"hidden": True}, {"hidden": True}, None]


def test_half_of_a_character_does_not_break_the_file():
    rows = opened(findings_of(table_of([("a\ud800", "b\x00", 1, 1, 1, None)])))["tables"][0]["rows"]
    assert rows[0][:2] == ["a\ufffd", "b\x00"]


def test_no_row_is_read_before_the_bytes_ahead_of_it_are_taken():
    rows = CountedRows(10 * BATCH)
    for taken, chunk in enumerate(json_chunks(findings_of(table_of(rows)), MANIFEST), start=1):
        assert rows.read <= taken * BATCH
        assert len(chunk) < 64 * 1024
    assert rows.read == rows.total


def test_a_source_that_breaks_in_the_middle_breaks_the_file():
    with pytest.raises(ConnectionError):
        list(json_chunks(findings_of(table_of(FailingRows(3 * BATCH))), MANIFEST))
