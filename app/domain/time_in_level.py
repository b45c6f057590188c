"""Stays at levels as the report on time in level counts them: from the day they came into sight until they ended.

Source of the rules: domain specification, section 5.1. Nobody writes down the stays of those who had moved on or left
before a company moved in. A person is in sight from the day on which a level of theirs was first written down; what
came before counts for nobody, since it could only be seen of those who were still there (delayed entry). It does not
matter who wrote it, a people file or HR: a file names only the present level, and by hand mostly that is typed, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from app.domain.movement import History, Kind, Stay, events
from app.domain.survival import (
    DAYS_A_MONTH,
    End,
    Step,
    Tally,
    Time,
    incidence,
    kaplan_meier,
    may_draw,
    median,
    months_by,
    tallies,
    window,
)

ONE_DAY = timedelta(days=1)
ENDS = {Kind.PROMOTED: End.EVENT, Kind.LEFT: End.COMPETING}


class LevelStay(NamedTuple):
    """One stay at a level: its time in days, and the last day that counts, for which the team is looked up."""

    lineage: str
    level: str
    last_on: date
    time: Time


def level_stays(person: History, day: date, seen_on: date | None = None) -> Iterator[LevelStay]:
    """Yield the stays of a person up to a day, oldest first, that were in sight for a day or longer.

    `seen_on` is the day on which a level of theirs was first written down. Rows that follow each other at one level
    are one stay. A promotion is the event, leaving competes with it; whoever is still there, moved to another ladder,
    was demoted or corrected is censored. What begins or ends after `day` has not happened.
    """
    if len(person.stays) == 1 and person.stays[0].ends_on is None:
        yield from _ended(person.stays[0], person.stays[0].starts_on, day, {}, seen_on)
        return
    ends = {(event.day, event.lineage): ENDS[event.kind] for event in events(person) if event.kind in ENDS}
    began_on, last = date.min, None
    for stay in person.stays:
        if last is None or not _goes_on(last, stay):
            if last is not None:
                yield from _ended(last, began_on, day, ends, seen_on)
            began_on = stay.starts_on
        last = stay
    if last is not None:
        yield from _ended(last, began_on, day, ends, seen_on)


def _goes_on(last: Stay, stay: Stay) -> bool:
    return last.ends_on == stay.starts_on and (last.lineage, last.level) == (stay.lineage, stay.level)


def _ended(
    stay: Stay, began_on: date, day: date, ends: Mapping[tuple[date, str], End], seen_on: date | None
) -> Iterator[LevelStay]:
    until, last_on, end = day, day, End.CENSORED
    if stay.ends_on is not None and stay.ends_on <= day:
        until, last_on = stay.ends_on, stay.ends_on - ONE_DAY
        end = ends.get((until, stay.lineage), End.CENSORED)
    entry = 0 if seen_on is None or seen_on <= began_on else (seen_on - began_on).days
    length = (until - began_on).days
    if length > entry:
        yield LevelStay(stay.lineage, stay.level, last_on, Time(length, end, entry))


# The curve of a level, by months ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Month:
    """One month at a level in which somebody was promoted or left, at its end.

    `at_risk` is of the first promotion or leaving of the month. Shares are of those who began, or who stayed until the
    curve begins: `staying` by Kaplan and Meier, `promoted` and `left` by Aalen and Johansen.
    """

    month: int
    at_risk: int
    promotions: int
    staying: Fraction
    interval: tuple[float, float] | None
    promoted: Fraction
    left: Fraction


@dataclass(frozen=True, slots=True)
class LevelCurve:
    """What may be shown of a level. `median` is by the end of which month no more than half are still there.

    It begins after the month `begins_after` (0: with the stay) and reaches to the month `until`; `is_cut` says that
    later months are hidden. `strokes` are months in which somebody was lost from sight. `mean` is the mean time of
    the promoted alone in months, which misleads; None of fewer than k.
    """

    months: Sequence[Month]
    median: int | None
    begins_after: int
    until: int
    is_cut: bool
    strokes: Sequence[int]
    mean: int | None

    @property
    def promotions(self) -> int:
        """Return how many promotions are shown."""
        return sum(month.promotions for month in self.months)


def curve_of(times: Sequence[Time], k: int) -> LevelCurve | None:
    """Return the curve of stays in sight as it may be shown; None where there may be none."""
    counted = tallies(times)
    if not may_draw(len(times), sum(one.events for one in counted), k):
        return None
    shown = window(counted, k, months_by)
    steps = kaplan_meier(shown.tallies)
    months = list(_months(shown.tallies, steps))
    if not steps:
        return None
    half = median(steps)
    begins_after = months_by(shown.begins_after)
    until = months[-1].month if shown.is_cut else max(months[-1].month, _reach(times, k))
    lost = {months_by(one.exit) for one in times if one.end is not End.EVENT}
    days = sum(one.at * one.events for one in shown.tallies)
    promotions = sum(month.promotions for month in months)
    return LevelCurve(
        months=months,
        median=None if half is None else months_by(half),
        begins_after=begins_after,
        until=until,
        is_cut=shown.is_cut,
        strokes=sorted(month for month in lost if begins_after < month <= until),
        mean=round(days / promotions / DAYS_A_MONTH) if promotions >= k else None,
    )


def _months(counted: Sequence[Tally], steps: Sequence[Step]) -> Iterator[Month]:
    at = {step.at: step for step in steps}
    shares = {share.at: share for share in incidence(counted)}
    staying, interval = Fraction(1), None
    for month, moments in groupby(counted, key=lambda one: months_by(one.at)):
        together = list(moments)
        for one in together:
            if one.at in at:
                staying, interval = at[one.at].survival, at[one.at].interval
        share = shares[together[-1].at]
        promotions = sum(one.events for one in together)
        yield Month(month, together[0].at_risk, promotions, staying, interval, share.event, share.competing)


def _reach(times: Sequence[Time], k: int) -> int:
    """Return up to which full month k stays are in sight."""
    longest = sorted((one.exit for one in times), reverse=True)
    return int(longest[min(k, len(longest)) - 1] / DAYS_A_MONTH)
