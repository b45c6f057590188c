"""Each component rendered alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.infra.templating import KIND_LABELS
from tests.templates.component_cases import CASES
from tests.templates.conftest import ROOT, assert_valid_fragment

COMPONENTS = sorted(path.stem for path in (ROOT / "templates" / "components").glob("*.html"))
SAFE = re.compile(r"\|\s*safe\b|Markup\(|autoescape\s+false")


def test_every_component_has_macro_style_and_test():
    assert COMPONENTS
    assert sorted(path.stem for path in (ROOT / "static" / "css" / "components").glob("*.css")) == COMPONENTS
    assert sorted(CASES) == COMPONENTS


@pytest.mark.parametrize("name", sorted(CASES))
def test_component_renders_alone_and_well_formed(name, render):
    case = CASES[name]
    html = render(case.source, **case.values)
    assert_valid_fragment(html)
    for text in case.expected:
        assert text in html
    assert "style=" not in html
    assert not re.search(r"\son[a-z]+=", html)


@pytest.mark.parametrize("name", sorted(CASES))
def test_no_id_occurs_twice_in_a_component(name, render):
    ids = re.findall(r'\sid="([^"]+)"', render(CASES[name].source, **CASES[name].values))
    assert len(ids) == len(set(ids))


def test_every_icon_that_a_template_names_is_drawn():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text(encoding="utf-8")))
    for path in sorted((ROOT / "templates").rglob("*.html")):
        source = path.read_text(encoding="utf-8")
        named = re.findall(r"\bicon\('([a-z][\w-]*\w)'", source) + re.findall(r"glyph='([\w-]+)'", source)
        assert set(named) <= drawn, path.name
    assert {f"kind-{kind}" for kind in KIND_LABELS} <= drawn


def test_only_the_shapes_of_the_marks_go_unescaped():
    found = {
        path.relative_to(ROOT / "templates").as_posix()
        for path in (ROOT / "templates").rglob("*.html")
        if SAFE.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"components/status_mark.html"}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_every_class_that_a_template_writes_is_in_a_sheet(path):
    # A class that no sheet knows is a slip of the pen, or a part that nobody has drawn.
    sheets = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "static" / "css").rglob("*.css")))
    known = set(re.findall(r"\.([a-z][\w-]*)", sheets))
    for value in re.findall(r'(?:class|cls)=["\']([^"\'{]+)["\']', path.read_text(encoding="utf-8")):
        assert set(value.split()) <= known


@pytest.mark.parametrize("rungs", range(1, 9))
def test_ladders_of_up_to_eight_levels_can_be_read_level_by_level_on_a_phone(rungs):
    sheet = Path(ROOT / "static" / "css" / "components" / "ladder_matrix.css").read_text(encoding="utf-8")
    assert f'[value="{rungs}"]:checked) td[data-level="{rungs}"]' in sheet
