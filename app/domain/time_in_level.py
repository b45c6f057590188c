"""Stays at levels as the report on time in level counts them: from the day they came into sight until they ended.

Source of the rules: domain specification, section 5.1. Nobody writes down the stays of those who had moved on or left
before a company moved in. A person is in sight from the day on which a level of theirs was first written down; what
came before counts for nobody, since it could only be seen of those who were still there (delayed entry). It does not
matter who wrote it, a people file or HR: a file names only the present level, and by hand mostly that is typed, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from app.domain.movement import History, Kind, Stay, direction
from app.domain.survival import (
    DAYS_A_MONTH,
    End,
    InSight,
    Step,
    Tally,
    Window,
    incidence,
    kaplan_meier,
    may_draw,
    median,
    months_by,
    tallies,
    window,
)

ONE_DAY = timedelta(days=1)
Length = tuple[int, End, int]
"""How long a stay lasted, how it ended, and when it came into sight: a `Time` as a plain tuple."""
LevelStay = tuple[str, str, date, Length]
"""One stay: lineage, level, the last day that counts, for which the team is looked up, and its length.

Plain tuples, since a large company has a few hundred thousand.
"""


def level_stays(person: History, day: date, seen_on: date | None = None) -> Iterator[LevelStay]:
    """Yield the stays of a person up to a day, oldest first, that were in sight for a day or longer.

    `seen_on` is the day on which a level of theirs was first written down. Rows that follow each other at one level
    are one stay. A promotion is the event, leaving competes with it; whoever is still there, moved to another ladder,
    was demoted or corrected is censored. What begins or ends after `day` has not happened.
    """
    following: Stay | None = None
    began: list[tuple[Stay, Stay, Stay | None]] = []
    # From the last row to the first: what follows a row says how it ended.
    last = None
    for stay in reversed(person.stays):
        if following is not None and last is not None and _goes_on(stay, following):
            began[-1] = (stay, last, began[-1][2])
        else:
            began.append((stay, stay, following))
            last = stay
        following = stay
    for first, final, after in reversed(began):
        until, last_on, end = day, day, End.CENSORED
        if final.ends_on is not None and final.ends_on <= day:
            until, last_on = final.ends_on, final.ends_on - ONE_DAY
            end = _end(person, final, after)
        entry = 0 if seen_on is None or seen_on <= first.starts_on else (seen_on - first.starts_on).days
        length = (until - first.starts_on).days
        if length > entry:
            yield final.lineage, final.level, last_on, (length, end, entry)


def _goes_on(stay: Stay, following: Stay) -> bool:
    return stay.level == following.level and stay.ends_on == following.starts_on and stay.lineage == following.lineage


def _end(person: History, final: Stay, after: Stay | None) -> End:
    """Return how a stay ended that is over."""
    if after is not None and after.starts_on == final.ends_on:
        is_event = after.lineage == final.lineage and direction(final, after) is Kind.PROMOTED
        return End.EVENT if is_event else End.CENSORED
    return End.CENSORED if person.is_here(final.ends_on or date.max) else End.COMPETING


# The curve of a level, by months ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Month:
    """One month at a level in which somebody was promoted or left, at its end.

    `at_risk` is of the first promotion or leaving of the month that is shown. Shares are of those who began, or who
    stayed until the curve begins: `staying` by Kaplan and Meier; `outcome` is by Aalen and Johansen, None where few
    were at risk when somebody left.
    """

    month: int
    at_risk: int
    promotions: int
    staying: Fraction
    interval: tuple[float, float] | None
    outcome: Outcome | None


class Outcome(NamedTuple):
    """What share was promoted and what share left, counted side by side."""

    promoted: Fraction
    left: Fraction


@dataclass(frozen=True, slots=True)
class LevelCurve:
    """What may be shown of a level. `median` is by the end of which month no more than half are still there.

    It begins after the month `begins_after` (0: with the stay) and reaches to the month `until`; `is_cut` says that
    later months are hidden. What became of people begins after `outcomes_after`, which is later where few were at risk
    when somebody left early; `is_outcome_cut` says that of later months it is hidden. `strokes` are months in which
    somebody was lost from sight. `mean` is the mean time of the promoted alone in months, which misleads; None of fewer
    than k.
    """

    months: Sequence[Month]
    median: int | None
    begins_after: int
    until: int
    is_cut: bool
    outcomes_after: int
    is_outcome_cut: bool
    strokes: Sequence[int]
    mean: int | None

    @property
    def promotions(self) -> int:
        """Return how many promotions are shown."""
        return sum(month.promotions for month in self.months)


def half_of(times: Sequence[Length], everybody: InSight, k: int) -> int | None:
    """Return the median of a part of `everybody` in months, None where it is not reached or may not be told.

    k of the part and k of all others must be at risk as half of the part is reached, and nothing before be hidden.
    """
    found = _shown(times, k)
    if found is None or found[0].begins_after:
        return None
    half = median(found[1])
    if half is None or everybody.at(half) - InSight(times).at(half) < k:
        return None
    return months_by(half)


def _shown(times: Sequence[Length], k: int) -> tuple[Window, list[Step]] | None:
    """Return what of a curve may be shown; None where that is less than three promotions."""
    shown = window(tallies(times) if len(times) >= k else [], k, months_by, is_of_events=True)
    if not may_draw(len(times), sum(one.events for one in shown.tallies), k):
        return None
    return shown, kaplan_meier(shown.tallies)


def curve_of(times: Sequence[Length], k: int) -> LevelCurve | None:
    """Return the curve of stays in sight as it may be shown; None where there may be none."""
    found = _shown(times, k)
    if found is None:
        return None
    shown, steps = found
    told = window(shown.tallies, k, months_by)
    months = list(_months(shown.tallies, steps, told.tallies))
    half = median(steps)
    begins_after = months_by(shown.begins_after)
    until = months[-1].month if shown.is_cut else max(months[-1].month, _reach(times, k))
    few = {months_by(one.at) for one in shown.tallies if one.at_risk < k}
    lost = {months_by(last) for last, end, _ in times if end is not End.EVENT}
    days = sum(one.at * one.events for one in shown.tallies)
    promotions = sum(month.promotions for month in months)
    return LevelCurve(
        months=months,
        median=None if half is None else months_by(half),
        begins_after=begins_after,
        until=until,
        is_cut=shown.is_cut,
        outcomes_after=max(begins_after, months_by(told.begins_after)),
        is_outcome_cut=shown.is_cut or told.is_cut,
        strokes=sorted(month for month in lost - few if begins_after < month <= until),
        mean=round(days / promotions / DAYS_A_MONTH) if promotions >= k else None,
    )


def _months(counted: Sequence[Tally], steps: Sequence[Step], told: Sequence[Tally]) -> Iterator[Month]:
    """Yield the months of a curve; those of few at risk in which nobody was promoted have no step and are left out."""
    at = {step.at: step for step in steps}
    shares = {share.at: share for share in incidence(told)}
    staying, interval = Fraction(1), None
    for month, moments in groupby(counted, key=lambda one: months_by(one.at)):
        together = [one for one in moments if one.at in at or one.at in shares]
        for one in together:
            if one.at in at:
                staying, interval = at[one.at].survival, at[one.at].interval
        if together:
            share = shares.get(together[-1].at)
            outcome = None if share is None else Outcome(share.event, share.competing)
            promotions = sum(one.events for one in together)
            yield Month(month, together[0].at_risk, promotions, staying, interval, outcome)


def _reach(times: Sequence[Length], k: int) -> int:
    """Return up to which full month k stays are in sight."""
    longest = sorted((last for last, _, _ in times), reverse=True)
    return int(longest[min(k, len(longest)) - 1] / DAYS_A_MONTH)
