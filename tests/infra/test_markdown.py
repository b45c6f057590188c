"""What a person may write in Markdown, and what never comes through."""

from __future__ import annotations

import re

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from app.infra.markdown import ATTRIBUTES, TAGS, render_markdown

NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![pixel](https://tracker.example/p.gif)",
    "![x](javascript:alert(1))",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src=//evil.example></iframe>",
    "<style>*{display:none}</style>",
    "<p style='position:fixed'>x</p>",
    "<a href=https://x.example target=_blank onclick=alert(1)>x</a>",
    '[x](https://x.example "onmouseover=alert(1) x=\'")',
    "```html\n<script>alert(1)</script>\n```",
    "`<b onmouseover=alert(1)>`",
    "[a]: javascript:alert(1)\n[a]",
    "</div></main><form action=//evil.example><input name=password>",
    "<math><mtext></math><img src=x onerror=alert(1)>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<!--<img src=--><img src=x onerror=alert(1)//>",
]


def parts(html):
    """Return every element that a browser would make of a fragment."""
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    return [element for element in tree.iter() if isinstance(element.tag, str) and element.tag != "DOCUMENT_FRAGMENT"]


def assert_harmless(html):
    for element in parts(html):
        assert element.tag in TAGS
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set()) | {"rel"}
        if "href" in element.attrib:
            assert re.match(r"(https?://|mailto:|[^:]*$)", element.attrib["href"])


@pytest.mark.parametrize("text", NASTY)
def test_nothing_harmful_comes_through(text):
    html = render_markdown(text)
    assert isinstance(html, Markup)
    assert_harmless(html)


@given(st.text(alphabet="<>\"'`&;:/\\[]()!#*_~| \n\tabjsx=%\x00\u202e", max_size=200))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_nothing_harmful_comes_through_whatever_is_typed(text):
    assert_harmless(render_markdown(text))


def test_web_and_mail_links_stay_and_tell_nobody_where_they_were_clicked():
    for address in ("https://example.org/a?b=1&c=2", "http://example.org", "mailto:a@example.org"):
        (link,) = [element for element in parts(render_markdown(f"[notes]({address})")) if element.tag == "a"]
        assert link.attrib == {"href": address, "rel": "noopener noreferrer nofollow"}


def test_plain_writing_becomes_plain_html():
    html = render_markdown("**Led** it.\n\n- one\n- two\n\n> quoted\n\n`code` and ~~gone~~\n\n1. first")
    for piece in ("<strong>Led</strong>", "<li>one</li>", "<blockquote>", "<code>code</code>", "<s>gone</s>", "<ol>"):
        assert piece in html


def test_tables_come_through_without_styles():
    html = render_markdown("| a | b |\n|:--|--:|\n| 1 | 2 |")
    assert "<table>" in html
    assert "style" not in html


def test_headings_stand_below_those_of_the_page():
    html = render_markdown("# One\n\n## Two\n\n###### Six")
    assert [element.tag for element in parts(html)] == ["h3", "h4", "h6"]


def test_image_leaves_its_words():
    assert "a drawing" in render_markdown("![a drawing](https://example.org/x.png)")


def test_empty_text_is_empty():
    assert render_markdown("") == ""
