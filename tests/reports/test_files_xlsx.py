"""A report as XLSX: opened again by openpyxl it holds the rows of the report, as numbers, days and texts."""

from __future__ import annotations

from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reports.files import write_xlsx
from app.reports.files import xlsx_file as module
from app.reports.files.values import BATCH
from app.reports.findings import Column, Kind
from tests.factories.findings import MANIFEST, CountedRows, FailingRows, findings_of, table_of

NASTY = st.text(
    st.characters() | st.sampled_from([*"=+-@\t\r\n\x00'\" ", *"＝＋－＠", "\ud800", "\u202e"]), max_size=20
)


@pytest.fixture
def opened(tmp_path):
    def write_and_open(findings):
        path = tmp_path / "report.xlsx"
        write_xlsx(findings, MANIFEST, path)
        return openpyxl.load_workbook(path)

    return write_and_open


def cells_of(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_numbers_are_numbers_days_are_days_and_texts_are_texts(opened):
    sheet = opened(findings_of())["Main"]
    titles, first, second, third, fourth, _ = cells_of(sheet)
    assert titles == ["Name", "Team", "People", "Months", "Share", "Since"]
    assert first == ["Amara Diallo", "Platform", 12, 7.2, 0.3333, datetime(2024, 3, 1)]  # noqa: DTZ001 - openpyxl's
    assert second == ["=1+1", "@SUM(A1)", -3, 0, 0, None]
    assert third == ["-5", "＝cmd", None, None, None, "1899-12-31"]
    assert fourth == ["http://example.org", "123", "hidden", "hidden", "hidden", None]
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "n", "n", "n", "d"]
    assert [cell.number_format for cell in sheet[2]][2:] == ["0", "0.0", "0.0%", "yyyy-mm-dd"]


def test_no_cell_of_any_sheet_is_a_formula_or_a_link(opened):
    for sheet in opened(findings_of()):
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
        assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_the_titles_stay_in_sight_and_can_be_filtered_by(opened):
    sheet = opened(findings_of())["Main"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:F6")
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["C"].width


def test_a_sheet_says_what_the_file_is(opened):
    book = opened(findings_of(table_of([("A", "B", 1, 1, 1, None)]), table_of((), key="second")))
    assert book.sheetnames == ["Main", "Second", "About"]
    about = dict(cells_of(book["About"])[1:])
    assert about["Report"] == "headcount"
    assert about["Filters"] == "ladder=swe, team=b3"
    assert about["Ladders"] == "swe v1.2, ops v1.0"
    assert (about["Taken by"], about["At"], about["Rows"]) == ("Ruth Okonjo", "2026-11-21T10:00:00Z", "1")
    assert about["Hidden"] == "Three figures are hidden: they are about fewer than 5 people."
    assert about["Leave"] == "Days on leave count."


def test_a_table_without_rows_has_its_titles(opened):
    assert cells_of(opened(findings_of(table_of(())))["Main"])[0][:2] == ["Name", "Team"]


def test_a_first_row_of_empty_cells_says_nothing_of_the_ones_below(opened):
    columns = (Column("a", "A", Kind.COUNT), Column("b", "B"), Column("c", "C", Kind.DAY))
    rows = [(None, None, None), (3, "three", date(2026, 1, 2)), ("text", 4, "none"), (5, "=5", None)]
    read = cells_of(opened(findings_of(table_of(rows, columns)))["Main"])[1:]
    assert read[1:] == [[3, "three", datetime(2026, 1, 2)], ["text", 4, "none"], [5, "=5", None]]  # noqa: DTZ001


def test_two_columns_with_one_title_and_two_tables_with_one_name_stay_two(opened):
    columns = (Column("a", "Level"), Column("b", "level"))
    book = opened(findings_of(table_of([("L1", "L2")], columns), table_of([("L3", "L4")], columns)))
    assert book.sheetnames == ["Main", "Main (2)", "About"]
    assert cells_of(book["Main"]) == [["Level", "level (2)"], ["L1", "L2"]]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("x" * 40_000, "x" * 32_766 + "…"), ("😀" * 20_000, "😀" * 16_383 + "…"), ("é" * 32_767, "é" * 32_767)],
)
def test_a_text_that_no_cell_holds_is_cut_where_it_ends(opened, text, kept):
    assert cells_of(opened(findings_of(table_of([(text,)], (Column("a", "A"),))))["Main"])[1] == [kept]


@settings(max_examples=30)
@given(st.lists(NASTY, min_size=1, max_size=5))
def test_whatever_somebody_typed_is_written_as_text(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("nasty") / "report.xlsx"
    rows = [(f"x{text}", text) for text in texts]
    write_xlsx(findings_of(table_of(rows, (Column("a", "A"), Column("b", "B")))), MANIFEST, path)
    sheet = openpyxl.load_workbook(path)["Main"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    for (text, _), (cell, _) in zip(rows, list(sheet.iter_rows(values_only=True))[1:], strict=True):
        assert cell == module._text(text)


def test_rows_are_read_no_further_ahead_than_the_progress_that_was_told(tmp_path):
    rows, told = CountedRows(10 * BATCH), []

    def progress(done):
        assert rows.read - done < BATCH
        told.append(done)

    assert write_xlsx(findings_of(table_of(rows)), MANIFEST, tmp_path / "a.xlsx", progress=progress) == 10 * BATCH
    assert told == [BATCH * number for number in range(1, 11)]


def test_a_source_that_breaks_in_the_middle_breaks_the_file(tmp_path):
    with pytest.raises(ConnectionError):
        write_xlsx(findings_of(table_of(FailingRows(3 * BATCH))), MANIFEST, tmp_path / "a.xlsx")


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", BATCH)
    with pytest.raises(module.TooManyRowsError):
        write_xlsx(findings_of(table_of(CountedRows(BATCH + 1))), MANIFEST, tmp_path / "a.xlsx")
