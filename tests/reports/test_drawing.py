"""Charts as geometry: exact places, steps that are steps, equal heights for equal values, no trace of the hidden."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path as File
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.charts import (
    Chart,
    Curve,
    Dot,
    DotPlot,
    FunnelChart,
    MatrixCell,
    MatrixChart,
    Series,
    SmallMultiples,
    Stage,
    StepChart,
)
from app.reports.drawing import PAPER, Box, Disc, Drawing, Path, Words, draw, is_blank, svg_of
from app.reports.drawing.scales import count_end, month_ticks, number_ticks, spread
from tests.templates.report_cases import CHARTS, COVER

SVG = "{http://www.w3.org/2000/svg}"
SHEET = File(__file__).parents[2] / "static" / "css" / "components" / "chart.css"
SECRET = 7919
"""A number that would be told wherever it stood."""
shares = st.floats(0, 1, allow_nan=False)
months = st.integers(0, 400)


def drawn(chart: Chart) -> Drawing:
    found = draw(chart)
    assert found is not None
    return found


def paths(drawing: Drawing, kind: str) -> list[str]:
    return [mark.d for mark in drawing.marks if isinstance(mark, Path) and mark.kind == kind]


def texts(drawing: Drawing) -> list[str]:
    return [mark.text for mark in drawing.marks if isinstance(mark, Words)]


def curves(*given_points: tuple[tuple[float, float], ...], **more: object) -> StepChart:
    return StepChart("Title", "Described", "months", tuple(Curve("Curve", one, **more) for one in given_points))


# Steps ----------------------------------------------------------------------------


def test_a_curve_is_drawn_level_and_then_straight_down():
    drawing = drawn(curves(((0, 1.0), (18, 0.5), (36, 0.25))))
    assert paths(drawing, "curve") == ["M58 14H497V147H936V213.5"]
    assert (drawing.width, drawing.height) == (1120, 324)


def test_the_band_goes_along_its_upper_edge_and_back_along_the_lower_one():
    band = ((0, 1.0, 1.0), (18, 0.25, 0.75))
    drawing = drawn(curves(((0, 1.0), (18, 0.5), (36, 0.5)), band=band))
    assert paths(drawing, "band") == ["M58 14H497V80.5H936V213.5H497V14H58Z"]


def test_a_stroke_stands_at_the_height_that_the_curve_has_there():
    drawing = drawn(curves(((0, 1.0), (18, 0.5), (36, 0.5)), strokes=(9, 27)))
    assert paths(drawing, "censor") == ["M277.5 10v8", "M716.5 143v8"]


def test_the_named_point_leads_to_both_axes_and_its_words_stay_inside():
    left = drawn(curves(((0, 1.0), (36, 0.5)), mark=(18, 0.5, "half by month 18")))
    assert paths(left, "guide") == ["M58 147H497V280"]
    assert Disc("dot", 497.0, 147.0) in left.marks
    assert Words("strong", 507.0, 139.0, "half by month 18") in left.marks
    right = drawn(curves(((0, 1.0), (36, 0.5)), mark=(36, 0.5, "half by month 36")))
    assert Words("strong", 926.0, 139.0, "half by month 36", "end") in right.marks


def test_one_point_alone_is_a_dot():
    drawing = drawn(curves(((0, 1.0),)))
    assert paths(drawing, "curve") == []
    assert Disc("dot-full", 58.0, 14.0, 3) in drawing.marks


def test_a_chart_of_nothing_has_its_axes_alone():
    drawing = drawn(StepChart("Title", "Described", "months", (Curve("Nobody", ()),)))
    assert texts(drawing) == ["0%", "25%", "50%", "75%", "100%", "0", "1", "months"]


def test_the_labels_of_twelve_curves_that_end_together_do_not_cover_each_other():
    drawing = drawn(curves(*[((0, 1.0), (36, 0.5))] * 12, end_label="Half are left", is_cut=True))
    rows = sorted(mark.y for mark in drawing.marks if isinstance(mark, Words) and mark.text.startswith("Half"))
    assert len(rows) == 12
    assert all(later - earlier >= 16 for earlier, later in pairwise(rows))
    assert rows[-1] <= drawing.height


@given(st.lists(st.tuples(months, shares), min_size=2, max_size=12, unique_by=lambda one: one[0]))
def test_every_step_is_level_or_upright_and_stays_in_the_frame(points):
    drawing = drawn(curves(tuple(sorted(points))))
    (path,) = paths(drawing, "curve")
    assert re.fullmatch(r"M[\d.]+ [\d.]+(H[\d.]+V[\d.]+)+", path)
    assert all(58 <= float(x) <= 936 for x in re.findall(r"[MH]([\d.]+)", path))
    assert all(14 <= float(y) <= 280 for y in re.findall(r"(?:V|M[\d.]+ )([\d.]+)", path))


@given(st.tuples(months, months), shares)
def test_equal_shares_stand_at_equal_heights_whatever_the_month(both, share):
    marks = [Curve("A", ((0, 1.0), (400, 0.0)), mark=(month, share, "here")) for month in both]
    drawing = drawn(StepChart("Title", "Described", "months", tuple(marks)))
    assert len({mark.y for mark in drawing.marks if isinstance(mark, Disc)}) == 1


# Small multiples --------------------------------------------------------------------


def panels(*counts: tuple[int | None, ...]) -> SmallMultiples:
    first = date(2026, 1, 1)
    return SmallMultiples(
        "People",
        "Described",
        tuple(
            Series(f"L{rank}", tuple((first + timedelta(days=30 * at), one) for at, one in enumerate(each)), rank)
            for rank, each in enumerate(counts, start=1)
        ),
    )


def test_all_panels_have_one_scale_and_equal_counts_equal_heights():
    drawing = drawn(panels((10, 40), (40, 10)))
    assert paths(drawing, "curve") == ["M84 108H526V30", "M612 30H1054V108"]
    assert "40" in texts(drawing)


def test_a_line_breaks_where_a_count_is_hidden():
    drawing = drawn(panels((10, 20, None, 5)))
    assert len(paths(drawing, "curve")) == 1
    assert len([mark for mark in drawing.marks if isinstance(mark, Disc)]) == 1


def test_no_number_stands_at_the_end_of_a_line_whose_last_day_is_hidden():
    assert "8" not in texts(drawn(panels((8, None), (90, 90))))


def test_a_million_people_and_twelve_levels_have_room():
    drawing = drawn(panels(*[(1_000_000, 999_999)] * 12))
    assert drawing.height == 3 * 160 + 2 * 16
    assert "1\u202f000\u202f000" in texts(drawing)


# Matrix, funnel, dots ---------------------------------------------------------------


def test_the_depth_of_a_cell_grows_with_its_weight_and_an_empty_one_has_none():
    cells = tuple(MatrixCell(str(weight), weight) for weight in (0.0, 0.5, 1.0))
    drawing = drawn(MatrixChart("T", "D", "from", "to", ("L1",), ("L1", "L2", "L3"), (cells,)))
    assert [mark.depth for mark in drawing.marks if isinstance(mark, Box)] == [None, 0.25, 0.45]


def test_a_bar_is_as_long_as_its_share_of_the_longest():
    drawing = drawn(FunnelChart("T", "D", (Stage("A", 100), Stage("B", 50), Stage("C", 0))))
    assert [mark.width for mark in drawing.marks if isinstance(mark, Box)] == [510, 255]


def test_dots_stand_on_their_interval_and_a_flag_has_a_shape_of_its_own():
    dots = (Dot("A", 0.5, 0.25, 0.75), Dot("B", 0.25, 0.0, 0.5, is_flagged=True))
    drawing = drawn(DotPlot("T", "D", "share", 0, 1, dots, is_share=True))
    assert Disc("dot", 540.0, 22.0) in drawing.marks
    assert paths(drawing, "span") == ["M385 22H695"]
    assert paths(drawing, "flag") == ["M385 48l6 6l-6 6l-6 -6Z"]
    assert {"0%", "20%", "100%"} <= set(texts(drawing))


def test_words_of_guides_that_stand_close_go_on_two_lines():
    dots = DotPlot("T", "D", "share", 0, 1, (), guides=((0.5, "whole company"), (0.52, "four fifths")))
    lines = {mark.text: mark.y for mark in drawn(dots).marks if isinstance(mark, Words)}
    assert lines["whole company"] != lines["four fifths"]


# What is hidden ---------------------------------------------------------------------


def with_hidden() -> list[Chart]:
    secret = str(SECRET)
    return [
        panels((None, None), (3, 4)),
        MatrixChart("T", "D", "from", "to", ("L1",), ("L1",), ((MatrixCell(secret, None),),)),
        FunnelChart("T", "D", (Stage("Nominated", None, secret), Stage("All", 9))),
        DotPlot("T", "D", "share", 0, 1, (Dot("Porto", None, low=0.7919, high=0.7919),)),
    ]


@pytest.mark.parametrize("chart", with_hidden(), ids=lambda chart: type(chart).__name__)
def test_a_hidden_value_leaves_no_mark_and_no_trace(chart):
    drawing = drawn(chart)
    assert str(SECRET) not in repr(drawing)
    assert not [mark for mark in drawing.marks if isinstance(mark, Path) and mark.kind.startswith("span")]


def test_charts_of_nothing_but_hidden_values_are_drawn():
    nothing = [panels((None,)), FunnelChart("T", "D", (Stage("A", None),)), panels(), FunnelChart("T", "D", ())]
    nothing += [with_hidden()[1], with_hidden()[3], StepChart("T", "D", "months", ())]
    for chart in nothing:
        assert is_blank(chart)
        assert drawn(chart).height >= 4
        assert svg_of(chart) is None
    assert not any(is_blank(chart) for chart in (*CHARTS, COVER))


# Scales -----------------------------------------------------------------------------


@given(st.integers(0, 10**9))
def test_the_scale_of_counts_holds_the_largest_and_wastes_at_most_half(most):
    assert most <= count_end(most) <= max(1, 2 * most)


@given(st.floats(0, 5000, allow_nan=False))
def test_the_axis_of_months_begins_at_nothing_and_holds_the_last(last):
    ticks = month_ticks(last)
    assert ticks[0] == 0
    assert ticks[-1] >= last
    assert len(ticks) <= 12


@given(st.floats(-100, 100), st.floats(0.01, 100))
def test_the_ticks_of_a_scale_lie_on_it_and_can_be_counted_at_a_glance(start, length):
    ticks = number_ticks(start, start + length)
    assert all(start - 1e-6 <= tick <= start + length + 1e-6 for tick in ticks)
    assert 2 <= len(ticks) <= 9


@given(st.lists(st.floats(0, 266), max_size=12))
def test_labels_stand_apart_in_their_order(heights):
    found = spread(heights, 0, 266)
    rows = sorted(found)
    assert all(later - earlier >= 15.99 for earlier, later in pairwise(rows))
    assert [one for _, one in sorted(zip(heights, found, strict=True))] == rows


# Paper ------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_a_chart_on_paper_says_its_colours_itself(chart):
    text = svg_of(chart)
    assert text is not None
    root = ET.fromstring(text)  # noqa: S314 - our own text
    assert root.findtext(SVG + "title") == chart.title
    assert root.findtext(SVG + "desc") == chart.description
    marks = [element for element in root if element.tag not in {SVG + "title", SVG + "desc"}]
    assert len(marks) == len(drawn(chart).marks)
    assert all(element.get("fill") for element in marks)
    assert "class=" not in text
    assert "style=" not in text


def test_the_map_of_coverage_is_a_table():
    assert draw(COVER) is None
    assert svg_of(COVER) is None


def test_every_kind_of_mark_has_a_look_on_screen_and_on_paper():
    known = set(re.findall(r"\.([a-z][\w-]*)", SHEET.read_text(encoding="utf-8")))
    assert set(PAPER) <= known
    assert {mark.kind for chart in CHARTS for mark in drawn(chart).marks} <= set(PAPER)
