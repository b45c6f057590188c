"""Whatever the bytes are: rows, or one sentence that says what was found and what to do; and little memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.infra import table_file
from app.infra.table_file import MAX_BYTES, MAX_COLUMNS, MAX_LINES, TableError, open_table, read_limited

MEGABYTE = 1024 * 1024


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    return list(open_table(content).rows())


def refusal(content: bytes) -> TableError:
    with pytest.raises(TableError) as caught:
        rows_of(content)
    return caught.value


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_delimiter_and_line_ends_are_found(delimiter, end, bom):
    text = end.join([delimiter.join(["id", "name"]), delimiter.join(["1", "Jörg"]), ""])
    table = open_table(bom + text.encode())
    assert (table.header, table.delimiter, list(table.rows())) == (["id", "name"], delimiter, [(2, ["1", "Jörg"])])


def test_rows_count_as_in_a_spreadsheet():
    content = b'a,b\n\n1,"two\nlines"\r\n,\n4,5\r6,7'
    assert rows_of(content) == [(3, ["1", "two\nlines"]), (5, ["4", "5"]), (6, ["6", "7"])]


def test_delimiter_inside_quotation_marks_does_not_count():
    assert open_table(b'id;"a,b,c,d"\n1;2').header == ["id", "a,b,c,d"]


def test_line_that_names_the_separator_is_understood():
    table = open_table(b"sep=;\nid;name\n1;x")
    assert (table.header, table.header_row, list(table.rows())) == (["id", "name"], 1, [(2, ["1", "x"])])


def test_blank_columns_at_the_end_of_the_header_are_none():
    assert open_table(b"a,b,,\n1,2,,").header == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty"),
        (b"\n ,\n\n", "empty"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (XLSX)"),
        (archive("people.csv"), "a ZIP archive"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook of the old kind (XLS)"),
        (b"<html><table>", "a web page"),
        ("a,b\n1,2".encode("utf-16"), "UTF-16"),
        ("a,b\n1,2".encode("utf-16-le"), "UTF-16"),
        ("a,b\n1,2".encode("utf-32"), "UTF-32"),
        ("a,b\nMüller,2".encode("cp1252"), "where it would read “Müller”"),
        ("名前,部署\nたろう,さくら".encode("shift_jis"), "Shift-JIS"),
        ("氏名,部署\n山田太郎,営業部".encode("shift_jis"), "Shift-JIS"),
        ("a,b\nFrédérique Noël,Équipe été".encode("cp1252"), "Windows-1252"),
        (b"a,b\n1,2\0", "NUL"),
        (b'a,b\n1,"2\n3,4\n', "never closed"),
        (b'a,b\n1,"2"3\n', "Text follows a closing quotation mark"),
        (b"a,b\n1," + b"x" * 140_000, "longer than 131"),
        (b"a,b\n" + b"1," * 200_000, "longer than 250000 characters"),
        (b"a," * 1_000_000, "more than 200 columns"),
        (b",".join(b"c%d" % number for number in range(MAX_COLUMNS + 1)), "more than 200 columns"),
        (b"a" * 1_000_000, "longer than 250000 characters"),
        (b"a,b\n" + b"\n" * (MAX_LINES + 5), "more than 1000000 lines"),
        (b"a" * (MAX_BYTES + 1), "larger than 32 MB"),
    ],
    ids=range(25),
)
def test_anything_else_is_refused_with_what_was_found(content, found):
    assert found in refusal(content).message


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b"a,b\n1,2\n\xff,4", 3),
        (b"a,b\n1,2\n3,\0", 3),
        (b'a,b\n1,2\n"3,4\n5,6', 3),
        (b'a,b\n1,2\n3,"4" 5', 3),
        (b"a,b\n1,2\n3," + b"x" * 300_000, 3),
    ],
)
def test_refusal_names_the_row(content, row):
    assert refusal(content).row == row


def test_byte_at_the_edge_of_a_piece_is_placed_right():
    for before in range(table_file.CHUNK - 4, table_file.CHUNK + 3):
        content = b"a,b\n" + b"x" * before + b"\n\xe2\x28,1"
        assert "byte E2" in refusal(content).message


def test_endless_stream_is_cut_off():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            assert size > 0
            self.given += size
            return b"x" * size

    stream = Endless()
    tracemalloc.start()
    with pytest.raises(TableError, match="larger than 1 MB"):
        read_limited(stream, MEGABYTE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert stream.given <= MEGABYTE + 1
    assert peak < 4 * MEGABYTE
    assert read_limited(io.BytesIO(b"abc"), 3) == b"abc"


@pytest.mark.parametrize(
    "content",
    [
        b"a," * MEGABYTE,
        b"a,b\n" + b"1," * MEGABYTE,
        b"x" * (2 * MEGABYTE),
        b'a,b\n"' + b"x" * (2 * MEGABYTE),
        b"a,b\n" + b"1,2\n" * (MEGABYTE // 2) + b"\xff",
    ],
    ids=["columns", "cells", "one line", "open quotation mark", "a bad byte at the end"],
)
def test_large_nonsense_takes_little_memory(content):
    tracemalloc.start()
    with pytest.raises(TableError):
        for _ in open_table(content).rows():
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * MEGABYTE


@given(st.binary(max_size=400))
def test_no_bytes_lead_to_anything_but_rows_or_a_refusal(content):
    try:
        rows_of(content)
    except TableError as error:
        said = error.message
    else:
        said = "rows"
    assert said


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=5), max_size=6
    )
)
def test_what_a_csv_writer_wrote_is_read_back(rows):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["a", "b"])
    writer.writerows(rows)
    read = [cells for _, cells in rows_of(stream.getvalue().encode())]
    assert read == [row for row in rows if any(row)]
