"""A report as CSV: opened again by the csv module it holds the rows of the report, and no cell is a formula."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.infra.spreadsheet import FORMULA_SIGNS, LOST, TEXT_MARK
from app.reports.files import csv_chunks
from app.reports.files.values import BATCH
from app.reports.findings import Column, Kind
from tests.factories.findings import MANIFEST, CountedRows, FailingRows, findings_of, table_of

NASTY = st.text(st.characters() | st.sampled_from([*"=+-@\t\r\n\x00'\",; ", *"＝＋－＠", "\ud800", "\u202e", "\ufeff"]))


def opened(findings, **options):
    content = b"".join(csv_chunks(findings, MANIFEST, findings.main, **options))
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_rows_stand_below_their_titles_and_above_the_manifest():
    header, *rows, manifest = opened(findings_of())
    assert header == ["Name", "Team", "People", "Months", "Share", "Since"]
    assert rows[0] == ["Amara Diallo", "Platform", "12", "7.2", "0.3333", "2024-03-01"]
    assert rows[3] == ["http://example.org", "123", "hidden", "hidden", "hidden", ""]
    assert rows[4][:3] == ["Zoë “Zed”; 'Z', \"z\"", "two\nlines\r\nthree", "100000"]
    assert manifest[0] == "#"
    assert manifest[1] == (
        "report=headcount; as of=2026-11-21; known=then; filters=ladder=swe, team=b3; "
        "scope=The whole company, as of 21 November 2026; ladders=swe v1.2, ops v1.0; taken by=Ruth Okonjo; "
        "at=2026-11-21T10:00:00Z; rows=5; hidden=Three figures are hidden: they are about fewer than 5 people."
    )


def test_a_text_like_a_formula_is_marked_and_a_negative_number_stays_a_number():
    _, _, second, third, *_ = opened(findings_of())
    assert second == ["'=1+1", "'@SUM(A1)", "-3", "0.0", "0.0000", ""]
    assert third[:2] == ["'-5", "'＝cmd"]


def test_the_mark_for_excel_is_there_only_where_it_was_asked_for():
    findings = findings_of()
    assert next(csv_chunks(findings, MANIFEST, findings.main, has_mark=True)) == b"\xef\xbb\xbf"
    assert b"".join(csv_chunks(findings, MANIFEST, findings.main)).startswith(b'"Name"')


def test_a_table_without_rows_has_its_titles_and_the_manifest():
    header, manifest = opened(findings_of(table_of(())))
    assert len(header) == 6
    assert "rows=0" in manifest[1]


def test_a_number_in_a_column_of_texts_and_a_text_among_numbers_are_what_they_are():
    columns = (Column("what", "What"), Column("count", "Count", Kind.COUNT), Column("day", "Day", Kind.DAY))
    rows = [(7, "=2", "then"), (date(2026, 1, 2), None, None)]
    assert opened(findings_of(table_of(rows, columns)))[1:3] == [["7.0", "'=2", "then"], ["2026-01-02", "", ""]]


@given(st.lists(NASTY, min_size=1, max_size=5))
def test_whatever_somebody_typed_comes_back_as_text_that_no_spreadsheet_computes(texts):
    rows = [(text,) for text in texts]
    _, *read, _ = opened(findings_of(table_of(rows, (Column("what", "What"),))))
    for text, (cell, *more) in zip(texts, read, strict=True):
        whole = "".join(LOST if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign for sign in text)
        assert not more
        assert cell in {whole, TEXT_MARK + whole}
        assert not cell.lstrip(" ").startswith(FORMULA_SIGNS)


def test_memory_stays_flat_because_no_row_is_read_before_the_bytes_ahead_of_it_are_taken():
    rows = CountedRows(10 * BATCH)
    findings = findings_of(table_of(rows))
    for taken, chunk in enumerate(csv_chunks(findings, MANIFEST, findings.main), start=1):
        assert rows.read <= taken * BATCH
        assert len(chunk) < 64 * 1024
    assert rows.read == rows.total


def test_a_source_that_breaks_in_the_middle_breaks_the_file():
    findings = findings_of(table_of(FailingRows(3 * BATCH)))
    with pytest.raises(ConnectionError):
        list(csv_chunks(findings, MANIFEST, findings.main))
