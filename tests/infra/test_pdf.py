"""PDF files: what people typed is data and never markup, every sign is there or named, and the bytes are the same."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader

from app.infra import pdf
from app.infra.pdf import download, make_pdf

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PAPER = """#import "_paper.typ": data, paper, words
#show: body => paper(title: data.title, foot: data.foot, body)
= #data.title
#words(data.words)
"""
HOSTILE = [
    '#include "/etc/passwd"',
    '#read("/etc/passwd")',
    "*bold* _slanted_ $x^2$ `code` <label> @ref = heading",
    "#set page(width: 1pt)",
    '#panic("stop")',
    "\\u{41} \\ // comment /* more",
    '"] #data ["',
]


@pytest.fixture(autouse=True)
def template(tmp_path, monkeypatch):
    """Use a folder with the paper of the product and a small template of its own."""
    (tmp_path / "_paper.typ").write_bytes((pdf.TEMPLATES / "_paper.typ").read_bytes())
    (tmp_path / "small.typ").write_text(PAPER, encoding="utf-8")
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)


def made(words, title="Result", at=AT):
    return make_pdf("small.typ", {"title": title, "foot": "Foot", "words": words}, at=at)


def read(content):
    return PdfReader(io.BytesIO(content))


def text_of(content):
    return " ".join("".join(page.extract_text() for page in read(content).pages).split())


@pytest.mark.parametrize("words", HOSTILE)
def test_what_somebody_typed_is_never_markup(words):
    assert words in text_of(made(words))


@pytest.mark.parametrize(
    "words", ["Nguyễn Thị Minh Khai", "Łukasz Ørsted Žižek Öğüt ß İ", "Ελένη Юлия", "“quoted” – it’s"]
)
def test_names_keep_every_accent(words):
    content = made(words, title=words)
    assert words in text_of(content)
    assert read(content).metadata.title == words


def test_a_file_says_its_title_language_and_date_and_is_tagged():
    found = read(made("Words"))
    root = found.trailer["/Root"]
    assert found.metadata.title == "Result"
    assert found.metadata.creation_date == AT
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"].value
    assert "/StructTreeRoot" in root
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()


def test_the_same_at_the_same_moment_gives_the_same_bytes():
    assert made("Words") == made("Words")
    assert made("Words") != made("Words", at=AT + timedelta(days=1))


def test_a_picture_sign_without_a_font_is_named():
    assert "Up [rocket] and [person climbing] on" in text_of(made("Up \U0001f680 and \U0001f9d7\U0001f3fd on"))


def test_signs_that_nobody_sees_are_left_out():
    assert "a b c" in text_of(made("a\x00 b\x07 \u202ec\u2066"))


def test_letters_of_no_font_break_nothing():
    assert "Before" in text_of(made("Before \U00010380\U00010381 after"))


def test_scripts_from_the_right_and_texts_without_end_fit_on_the_paper():
    assert "שלום" in text_of(made("שלום"))
    long = read(made("x" * 10_000))
    assert "".join("".join(page.extract_text() for page in long.pages)).count("x") >= 10_000
    box = long.pages[0].mediabox
    assert box.width < box.height


def test_a_fault_of_a_template_is_a_fault(tmp_path):
    import typst

    (tmp_path / "small.typ").write_text("#nothing-of-this-name", encoding="utf-8")
    with pytest.raises(typst.TypstError, match="unknown variable"):
        made("Words")


def test_the_answer_is_a_download_that_no_cache_keeps():
    answer = download(b"%PDF", "result.pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="result.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/pdf"


def test_the_typesetter_is_loaded_when_the_first_file_is_made():
    code = "import sys, app, app.infra.pdf; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
