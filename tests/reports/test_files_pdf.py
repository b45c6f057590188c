"""A report as PDF: opened again by pypdf."""

from __future__ import annotations

import io
from dataclasses import replace

from pypdf import PdfReader

from app.reports.charts import DotPlot, FunnelChart, MatrixChart, Stage
from app.reports.files import pdf_bytes
from app.reports.files import pdf_file as module
from app.reports.findings import Column, Kind
from tests.factories.findings import MANIFEST, ROWS, CountedRows, findings_of, table_of


def opened(findings):
    return PdfReader(io.BytesIO(pdf_bytes(findings, MANIFEST)))


def words_of(page):
    return " ".join(page.extract_text().split())


def test_it_holds_the_sentence_the_rows_what_is_hidden_and_who_took_it():
    (page,) = opened(findings_of()).pages
    words = words_of(page)
    for said in (
        "How many people hold each level?",
        "12 people hold a level.",
        "Amara Diallo Platform 12 7.2 33.3% 1 Mar 2024",
        "hidden hidden hidden",
        "Three figures are hidden: they are about fewer than 5 people.",
        "Taken by: Ruth Okonjo",
        "Ruth Okonjo · 21 November 2026, 10:00",
        "Page 1 of 1",
    ):
        assert said in words
    assert page.mediabox.width > page.mediabox.height


def test_a_long_table_repeats_its_titles_and_every_page_says_who_took_it():
    columns = (Column("name", "Somebody"), Column("team", "Their team"))
    pages = opened(findings_of(table_of(CountedRows(150, ("Amara Diallo", "Platform")), columns))).pages
    assert len(pages) > 2
    assert pages[0].mediabox.width < pages[0].mediabox.height
    for page in pages[:-1]:
        assert "Somebody Their team" in words_of(page)
        assert "Ruth Okonjo · 21 November 2026" in words_of(page)


def test_it_is_tagged_and_says_so():
    reader = opened(findings_of(table_of(ROWS[:2])))
    assert "pdfuaid" in str(reader.xmp_metadata.stream.get_data())
    assert reader.metadata.title == "How many people hold each level?"


def test_a_chart_is_drawn_and_one_that_is_a_table_is_left_to_its_table():
    funnel = FunnelChart("Stages", "Ten began, six are left.", (Stage("Began", 10), Stage("Left", 6)))
    charts = (funnel, DotPlot("Dots", "None.", "x", 0, 1, ()), MatrixChart("Map", "Empty.", "a", "b", (), (), ()))
    data = module.pdf_data(replace(findings_of(), charts=charts[:1]), MANIFEST)
    assert data["charts"][0]["alt"] == "Stages Ten began, six are left."
    assert data["charts"][0]["svg"].startswith("<svg")
    assert "Stages" in words_of(opened(replace(findings_of(), charts=charts[:1])).pages[0])


def test_rows_beyond_the_limit_are_counted_and_not_printed(monkeypatch):
    monkeypatch.setattr(module, "MOST_PDF_ROWS", 3)
    (table,) = module.pdf_data(findings_of(table_of(CountedRows(5))), MANIFEST)["tables"]
    assert len(table["rows"]) == 3
    assert table["more"] == "2 rows are left out here; take the CSV or XLSX file."


def test_words_without_end_and_nasty_signs_do_not_break_the_file():
    rows = [("x" * 3000, "\x00\ud800=1", 1, 1, 1, None), ("ⵣ" * 30, "😀 سلام", None, None, None, None)]
    assert len(opened(findings_of(table_of(rows))).pages) >= 1


def test_a_title_stands_with_its_first_rows_and_a_row_with_its_words():
    columns = (Column("name", "Somebody"), Column("many", "How many", Kind.COUNT), Column("said", "What was said"))
    long = " ".join(["word"] * 20)
    tables = []
    for n in range(2, 14):
        rows = [(f"Row{n}x{row}", row, f"Begin{n}x{row} {long} end{n}x{row}.") for row in range(n)]
        tables.append(replace(table_of(rows, columns, f"{n}"), title=f"Table number {n}.", remark=f"Remark of {n}."))
    pages = [words_of(page) for page in opened(findings_of(*tables)).pages]
    for number, page in enumerate(pages):
        assert f"Page {number + 1} of {len(pages)}" in page
    for n in range(2, 14):
        (start,) = (page for page in pages if f"Table number {n}." in page)
        assert f"Remark of {n}." in start
        assert f"Row{n}x0 " in start
        assert f"Row{n}x1 " in start
        for row in range(n):
            assert [f"Begin{n}x{row} " in page for page in pages] == [f"end{n}x{row}." in page for page in pages]


def test_words_after_a_number_begin_apart_from_it():
    columns = (Column("a", "Of", Kind.COUNT), Column("b", "Of", Kind.COUNT), Column("c", "Of"), Column("d", "Of"))
    (listing,) = module.pdf_data(findings_of(table_of([(1, 1, "a", "a")], columns)), MANIFEST)["tables"]
    first, second, third, fourth = listing["widths"]
    assert first == second == fourth == third - module.AFTER_NUMBER
