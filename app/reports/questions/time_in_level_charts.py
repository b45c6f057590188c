"""The charts of the report on time in level: the curve with its band, and what became of people."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.time_in_level import LevelCurve
from app.reports.charts import Curve, StepChart

SAME = "The same figures stand in the table below."


def charts_of(curve: LevelCurve, level: str) -> tuple[StepChart, ...]:
    """Return the charts of a curve, without what became of people where no month of it may be told."""
    x_label = f"months in {level}"
    falling = (
        StepChart(
            f"Share of people still at {level}, by months in level",
            f"A falling step curve with its 95 percent band; {_passes(curve)}. {SAME}",
            x_label,
            (_staying(curve, level),),
            f"Small strokes: still at {level}, or left, at that month",
        ),
    )
    if all(one.outcome is None for one in curve.months):
        return falling
    return (
        *falling,
        StepChart(
            f"What became of people at {level}, by months in level",
            f"Two rising step curves: the share promoted and the share that left. {SAME}",
            x_label,
            (_share(curve, "promoted", 0), _share(curve, "left", 1)),
        ),
    )


def _passes(curve: LevelCurve) -> str:
    return "it does not reach one half" if curve.median is None else f"it passes one half at month {curve.median}"


def _staying(curve: LevelCurve, level: str) -> Curve:
    shares = [float(one.staying) for one in curve.months]
    # Before anybody is promoted, and once nobody is left, the share is all that is known.
    bounds = [one.interval or (share, share) for one, share in zip(curve.months, shares, strict=True)]
    median = curve.median
    return Curve(
        label=f"still at {level}",
        points=_points(curve.begins_after, 1.0, [(one.month, float(one.staying)) for one in curve.months], curve.until),
        band=(
            (float(curve.begins_after), 1.0, 1.0),
            *((float(one.month), low, high) for one, (low, high) in zip(curve.months, bounds, strict=True)),
        ),
        strokes=tuple(float(month) for month in curve.strokes),
        mark=None if median is None else (float(median), 0.5, f"half promoted by month {median}, of those who stay"),
        end_label=f"{_percent(shares[-1])} still at {level}",
        is_cut=curve.is_cut,
    )


def _share(curve: LevelCurve, label: str, which: int) -> Curve:
    told = [(one.month, float(one.outcome[which])) for one in curve.months if one.outcome is not None]
    until = told[-1][0] if curve.is_outcome_cut else curve.until
    return Curve(
        label=label,
        points=_points(curve.outcomes_after, 0.0, told, until),
        end_label=f"{_percent(told[-1][1])} {label}",
        is_cut=curve.is_outcome_cut,
        is_second=label == "left",
    )


def _points(
    begins_after: int, first: float, told: Sequence[tuple[int, float]], until: int
) -> tuple[tuple[float, float], ...]:
    """Return the points of a curve from its beginning to the last month that it reaches."""
    steps = [(float(month), share) for month, share in told]
    end = [(float(until), told[-1][1])] if until > told[-1][0] else []
    return ((float(begins_after), first), *steps, *end)


def _percent(share: float) -> str:
    return f"{round(share * 100)}%"
