"""The frame of the pages, and that every template can be read."""

from __future__ import annotations

import re
from types import SimpleNamespace as Row

import pytest

from app.infra.templating import NavEntry, Viewer
from tests.templates.conftest import ROOT, assert_valid_page

TEMPLATES = sorted(path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.html"))
PAGE = (
    "{% extends 'layouts/workspace.html' %}{% block title %}Home{% endblock %}"
    "{% block main %}<h1>Home</h1>{% endblock %}"
)
NAV = [
    (
        None,
        [
            NavEntry("/", "Home", "home", current=True, shortcut="g h"),
            NavEntry("/evidence/", "Evidence", "evidence", count=9),
        ],
    ),
    ("Your <team>", [NavEntry("/people/", "People", "people")]),
]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_parses(name, context):
    context.jinja_env.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_imports_a_macro_it_does_not_use(name):
    source = (ROOT / "templates" / name).read_text(encoding="utf-8")
    for names in re.findall(r"{%-? from [^%]+ import ([^%]+?)-?%}", source):
        for macro in re.split(r",\s*", names.strip()):
            macro = macro.rpartition(" as ")[2]  # noqa: PLW2901 - the name it goes by here
            assert len(re.findall(rf"\b{macro}\(", source)) >= 1, macro


PAGES = [name for name in TEMPLATES if not name.startswith(("components/", "layouts/"))]


@pytest.mark.parametrize("name", [name for name in PAGES if "/_" not in name and name.endswith(".html")])
def test_every_page_has_a_title(name):
    source = (ROOT / "templates" / name).read_text(encoding="utf-8")
    assert re.search(r"{% block title %}.+{% endblock %}", source)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_style_or_script(name):
    source = (ROOT / "templates" / name).read_text(encoding="utf-8")
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", source)


def test_workspace_shows_navigation_viewer_and_the_way_out(render):
    html = render(PAGE, nav=NAV, viewer=Viewer("Amara Diallo", "L2, Billing"), theme="dark")
    assert_valid_page(html)
    assert '<html lang="en-GB" data-theme="dark">' in html
    assert "<title>Home · Belay</title>" in html
    assert html.count('action="/logout"') == 2
    assert 'aria-current=page data-keys="g h"' in html
    assert "Your &lt;team&gt;" in html
    assert 'href="#main"' in html
    assert 'name="next" value="/evidence/?kind=incident"' in html


def test_workspace_stands_without_a_viewer(render):
    html = render(PAGE)
    assert_valid_page(html)
    assert "/logout" not in html
    assert '<html lang="en-GB">' in html


def test_theme_of_the_system_leaves_the_markup_open(render):
    assert "data-theme=" not in render(PAGE, theme="system")


def test_flash_messages_are_escaped_and_announced(render, monkeypatch, context):
    monkeypatch.setitem(context.jinja_env.globals, "get_flashed_messages", lambda **_: [("good", "Saved <b>it</b>.")])
    html = render(PAGE)
    assert "Saved &lt;b&gt;it&lt;/b&gt;." in html
    assert "notice-good" in html


FIELDS = [("words", "typed <b>text</b>"), ("password", "hunter2"), ("empty", "")]
ERRORS = {
    "400": {}, "404": {}, "405": {}, "409": {}, "413": {}, "429": {}, "500": {"reference": "7f3a19c2"}, "503": {},
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_error_pages_say_what_happened_and_are_well_formed(code, context):
    values = {"message": "It did <not> work.", "fields": FIELDS, "action": "/evidence/new", **ERRORS[code]}
    html = context.jinja_env.get_template(f"errors/{code}.html").render(values)
    assert_valid_page(html)
    assert "<not>" not in html
    assert html.count("<h1>") == 1
    assert "hunter2</dd>" not in html


def test_refused_and_missing_are_the_same_bytes(page_app):
    pages = set()
    for path in ("/assessments/1", "/nothing/at/all?q=secret"):
        with page_app.test_request_context(path):
            template = page_app.jinja_env.get_template("errors/404.html")
            pages.add(template.render(message=path, fields=[], action=path))
    assert len(pages) == 1
    page = pages.pop()
    assert "secret" not in page
    assert "token" not in page


def test_fault_page_shows_a_reference_and_nothing_else(context):
    assert "7f3a19c2" in context.jinja_env.get_template("errors/500.html").render(reference="7f3a19c2")


def test_busy_page_offers_the_same_submit_again_under_the_same_key(context):
    template = context.jinja_env.get_template("errors/503.html")
    html = template.render(message="Busy.", fields=FIELDS, action="/evidence/new", version="4", key="first")
    assert 'name="words" value="typed &lt;b&gt;text&lt;/b&gt;"' in html
    assert 'name="idempotency_key" value="first"' in html
    assert 'name="version" value="4"' in html


def test_conflict_page_offers_both_texts_a_merge_and_either_one(context):
    html = context.jinja_env.get_template("errors/409_conflict.html").render(
        message="Saved elsewhere.",
        conflicts=[Row(name="words", label="Words", stored="<img src=x> one", yours="two words")],
        others=[("answer", "met")],
        version=8,
        action="/assessments/7",
    )
    assert_valid_page(html)
    assert "&lt;img" in html
    assert "<img" not in html
    assert html.count('name="version" value="8"') == 2
    assert html.count('name="answer" value="met"') == 2
    assert 'form="keep-mine"' in html
    assert 'name="words" value="two words"' in html
