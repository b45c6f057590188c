"""Tables for spreadsheets hold text, numbers and days, and never a formula."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.infra.spreadsheet import FORMULA_SIGNS, download, safe_cell, table_bytes


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\t ", "\n"])
def test_text_that_begins_like_a_formula_is_marked_as_text(sign, before):
    assert safe_cell(f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Amara", "Amara"),
        ("a=b", "a=b"),
        ("", ""),
        (None, ""),
        (-3, "-3"),
        (0.5, "0.5"),
        (date(2026, 1, 2), "2026-01-02"),
    ],
)
def test_everything_else_stays_what_it_is(value, written):
    assert safe_cell(value) == written


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=2, max_size=2)))
def test_no_table_holds_a_cell_that_a_spreadsheet_would_carry_out(rows):
    text = table_bytes(["a", "b"], rows).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [row for row in read[1:] if row] == [[safe_cell(cell) for cell in row] for row in rows]
    assert not [cell for row in read for cell in row if cell.strip().startswith(FORMULA_SIGNS)]


def test_every_cell_is_quoted_and_spreadsheets_know_the_encoding():
    assert table_bytes(["row"], [[3]]) == b'\xef\xbb\xbf"row"\r\n"3"\r\n'


def test_a_table_is_handed_out_as_a_file(app):
    answer = download(b"x", "faults.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="faults.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
