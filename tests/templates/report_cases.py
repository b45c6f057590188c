"""The charts of reports, with what can be hard to draw: hidden values, long names, one point."""

from __future__ import annotations

from datetime import date

from app.reports.charts import (
    Cover,
    CoverCell,
    CoverChart,
    CoverRow,
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
from app.reports.drawing import draw
from tests.templates.samples import Case

STEPS = StepChart(
    "Share still at <L2>",
    "A falling step curve.",
    "months in L2",
    (
        Curve(
            "L2",
            ((0, 1.0), (12, 0.8), (24, 0.5), (36, 0.25)),
            band=((0, 1.0, 1.0), (12, 0.6, 0.9), (24, 0.3, 0.7), (36, 0.1, 0.4)),
            strokes=(6, 30),
            mark=(24, 0.5, "half promoted by month 24"),
            end_label="25% still at L2",
            is_cut=True,
        ),
        Curve("With leaving counted", ((0, 1.0), (12, 0.9)), is_second=True),
    ),
)
PANELS = SmallMultiples(
    "People by level",
    "Four lines.",
    tuple(
        Series(f"L{rank} <of> a ladder with a very long name that nobody can read at a glance", points, rank)
        for rank, points in (
            (1, ((date(2026, 1, 1), 1_000_000), (date(2026, 4, 1), 900_000))),
            (2, ((date(2026, 1, 1), None), (date(2026, 4, 1), None))),
            (3, ((date(2026, 1, 1), 7), (date(2026, 4, 1), None))),
        )
    ),
)
MATRIX = MatrixChart(
    "From level to level",
    "Rows are where people began.",
    "at the start",
    "at the end",
    ("L1", "Joined <us>"),
    ("L1", "L2"),
    (
        (MatrixCell("12", 0.5, is_diagonal=True), MatrixCell("3", None)),
        (MatrixCell("0", 0.0), MatrixCell("1 000", 1.0)),
    ),
)
FUNNEL = FunnelChart(
    "From eligible to promoted",
    "Three bars.",
    (Stage("Eligible", 120), Stage("Nominated", 30, "25% of the eligible"), Stage("Told <they> are promoted", None)),
)
DOTS = DotPlot(
    "Share promoted by office",
    "A dot for each office.",
    "promoted of the eligible",
    0,
    1,
    (
        Dot("Porto", 0.5, 0.4, 0.6, "12 of 24"),
        Dot("Tromsø & beyond", 0.2, 0.1, 0.35, "below four fifths", is_flagged=True),
        Dot("Aarhus", None),
    ),
    guides=((0.4, "whole company"), (0.42, "four fifths")),
    is_share=True,
)
COVER = CoverChart(
    "Teams by tiers",
    "Who holds each tier.",
    (("L1", 1, "first contact"), ("L2", 2, "in depth")),
    (
        CoverRow(
            "Clinic <support>",
            "/people/teams/1",
            (CoverCell(Cover.GREEN, 4, "Adaeze, Bram"), CoverCell(Cover.RED, 0, "Nobody")),
            is_complete=False,
            path="Breaks from L1 to L2",
            remark="Of 3 needed",
        ),
        CoverRow(
            "Weekend desk",
            "",
            (CoverCell(Cover.OUTSIDE, None, "Vendor: Tessera"), CoverCell(Cover.NOT_NEEDED, None, "")),
            is_complete=True,
            path="",
        ),
        CoverRow("Night", "", (CoverCell(Cover.AMBER, 1, "Gil"), CoverCell(Cover.AMBER, None, "")), True, "1 at L1"),
    ),
)
CHARTS = (STEPS, PANELS, MATRIX, FUNNEL, DOTS)

REPORT_CASES: dict[str, Case] = {
    "chart": Case(
        "{% from 'components/chart.html' import chart_frame, downloads %}{{ downloads(links) }}"
        "{% for one in drawings %}{{ chart_frame(one, 'chart-' ~ loop.index, 'Strokes: <still> there') }}{% endfor %}",
        (
            'aria-labelledby="chart-1-title chart-1-desc"',
            'aria-labelledby="chart-5-title chart-5-desc"',
            "Share still at &lt;L2&gt;",
            "half promoted by month 24",
            "later steps hidden",
            "Strokes: &lt;still&gt; there",
            "25% of the eligible",
            'class="hidden-frame"',
            'fill-opacity="0.25"',
            'href="/take?format=csv"',
        ),
        {
            "drawings": [draw(one) for one in CHARTS],
            "links": [("CSV", "/take?format=csv", "of this report")],
        },
    ),
    "heat_map": Case(
        "{% from 'components/heat_map.html' import heat_map %}{{ heat_map(map) }}",
        (
            '<a href="/people/teams/1">Clinic &lt;support&gt;</a>',
            'data-label="Tier L2"',
            "Nobody<span",
            "<b>0</b>",
            "Broken",
            "Complete",
            "Vendor: Tessera",
            "Not needed",
            "just enough",
        ),
        {"map": COVER},
    ),
}
