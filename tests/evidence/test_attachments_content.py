"""What may be attached: the ending and the content agree, nothing else gets in, and names are tidied."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.domain.errors import InvalidError
from app.domain.evidence_file import (
    MEDIA_TYPES,
    MOST_BYTES,
    NAME_LENGTH,
    FileTooLargeError,
    checked_file,
    disposition,
    tidy_name,
)
from tests.factories.files import GOOD, JPEG, PDF, PNG


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("a.txt", "x")
    return held.getvalue()


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_that_is_allowed_is_taken_with_its_own_media_type(name):
    file = checked_file(name, GOOD[name])
    assert (file.name, file.content) == (name, GOOD[name])
    assert file.media_type == MEDIA_TYPES[name.rpartition(".")[2]]


REFUSED = {
    "web page": ("page.html", b"<!doctype html><p>x"),
    "drawing in XML": ("graph.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "archive": ("all.zip", archive()),
    "office document": ("plan.docx", archive()),
    "no ending": ("notes", b"x"),
    "only an ending": (".txt", b"x"),
    "double ending": ("minutes.pdf.exe", PDF),
    "turned around, so that it seems to be a PDF": ("minutes\u202efdp.exe", PDF),
    "picture that calls itself a table": ("actually_a_png.csv", PNG),
    "table that calls itself a picture": ("rows.png", b"a,b\n1,2\n"),
    "PDF that calls itself a picture": ("graph.png", PDF),
    "web page that calls itself text": ("notes.txt", b"  <!DOCTYPE html><script>alert(1)</script>"),
    "drawing in XML that calls itself Markdown": ("notes.md", b"\xef\xbb\xbf<svg onload=alert(1)>"),
    "XML that calls itself a table": ("rows.csv", b"<?xml version='1.0'?><a/>"),
    "picture and archive in one": ("graph.png", PNG + archive()),
    "PDF and archive in one": ("minutes.pdf", PDF + archive() + b""),
    "photograph and archive in one": ("board.jpg", JPEG + archive()),
    "archive that begins with text": ("notes.txt", b"Notes.\n" + archive()),
    "picture with a web page behind it": ("graph.png", PNG + b"<script>alert(1)</script>"),
    "picture that was cut off": ("graph.png", PNG[:-4]),
    "photograph that was cut off": ("board.jpg", JPEG[:-2]),
    "PDF that was cut off": ("minutes.pdf", PDF[:-7]),
    "PDF behind something else": ("minutes.pdf", b"\n\n" + PDF),
    "nothing": ("notes.txt", b""),
    "text with a NUL": ("notes.txt", b"a\0b"),
    "text with an escape sequence": ("notes.md", b"a\x1b[2Jb"),
    "text with a bell behind the umlauts": ("notes.md", "ü\x85".encode()),
    "text in Latin-1": ("notes.txt", "Grüße".encode("latin-1")),
    "text in UTF-16": ("rows.csv", "a,b".encode("utf-16")),
    "text with a lone surrogate": ("notes.txt", b"a\xed\xa0\x80b"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_anything_else_is_refused_by_its_name(case):
    name, content = REFUSED[case]
    with pytest.raises(InvalidError) as refused:
        checked_file(name, content)
    assert refused.value.message.startswith(f"“{tidy_name(name)}”")
    assert refused.value.field == "files"


def test_a_fault_says_what_the_content_is():
    with pytest.raises(InvalidError, match="its name says CSV table, and its content is a PNG picture"):
        checked_file("actually_a_png.csv", PNG)
    with pytest.raises(InvalidError, match="line 2 holds a control character"):
        checked_file("notes.txt", b"one\ntwo\x07")
    with pytest.raises(InvalidError, match="is damaged or not complete"):
        checked_file("minutes.pdf", PDF[:-7])


def test_ten_megabytes_are_taken_and_a_byte_more_is_not():
    assert checked_file("notes.txt", b"x" * MOST_BYTES)
    with pytest.raises(FileTooLargeError, match="larger than 10 MB"):
        checked_file("notes.txt", b"x" * (MOST_BYTES + 1))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\amara\\notes.txt", "notes.txt"),
        ("/absolute/notes.txt", "notes.txt"),
        ("notes\r\nSet-Cookie: a=b.txt", "notesSet-Cookie: a=b.txt"),
        ("a\x00b.txt", "ab.txt"),
        ("minutes\u202efdp.txt", "minutesfdp.txt"),
        ("\u2067\u200b\ufeffnotes.txt", "notes.txt"),
        ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
        ("Gru\u0308ße an 山田 🧗.txt", "Grüße an 山田 🧗.txt"),
        ("क्\u200dष.txt", "क्\u200dष.txt"),
        ("  two   words .txt. ", "two words .txt"),
        ("...", "file"),
        ("a\ud800b.txt", "ab.txt"),
        ("n" * 500 + ".jpeg", "n" * 115 + ".jpeg"),
        ("n" * 500, "n" * 120),
        ("." + "n" * 500, "n" * 120),
    ],
)
def test_names_lose_folders_and_what_cannot_be_seen(sent, kept):
    assert tidy_name(sent) == kept
    assert len(tidy_name(sent)) <= NAME_LENGTH


@pytest.mark.parametrize(
    "name", ['a"b.txt', "a\\b;c.txt", "Grüße 山田.pdf", "🧗.png", "山田.csv", "a%0d%0ab.txt", "x.txt"]
)
def test_the_header_of_a_download_is_ascii_and_cannot_be_broken_out_of(name):
    header = disposition(name)
    assert header.isascii()
    assert header.startswith('attachment; filename="')
    quoted = header.split('"')
    assert len(quoted) == 3
    assert "\\" not in header
    assert "\r" not in header
    assert quoted[1].endswith(name[name.rindex(".") :])
