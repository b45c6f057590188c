"""How long something lasts when some of it is not over yet: Kaplan and Meier, log-rank, Aalen and Johansen.

Source of the rules: domain specification, section 5.1. Times are whole numbers of one unit, in Belay days. Shares are
exact fractions up to `EXACT_TIMES` moments; beyond, where fractions would have thousands of digits, each is worked out
in doubles, right to about twelve decimals. Standard errors and intervals are doubles, of terms rounded once each.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate, groupby
from statistics import NormalDist
from typing import NamedTuple

EXACT_TIMES = 200
"""Up to how many moments at which something happens shares are exact. A company of a few hundred people has no more."""
LEAST_EVENTS = 3
"""Fewer promotions than these make no curve."""
CONFIDENCE = 0.95
HALF = Fraction(1, 2)
DAYS_A_MONTH = Fraction(487, 16)
"""30.4375 days."""


class End(StrEnum):
    """How a stay ended."""

    EVENT = "event"
    """With what is measured: a promotion."""
    COMPETING = "competing"
    """With what makes the event impossible: leaving the company."""
    CENSORED = "censored"
    """Not at all as far as is known: still there, moved to another ladder, demoted."""


class Time(NamedTuple):
    """One stay: in sight after `entry`, until `exit`, counted from its beginning."""

    exit: int
    end: End
    entry: int = 0


class Tally(NamedTuple):
    """What happened at one moment, and to how many it might have: those with entry < `at` ≤ exit."""

    at: int
    at_risk: int
    events: int
    competing: int


def tallies(times: Iterable[tuple[int, End, int]]) -> list[Tally]:
    """Return the moments at which something happened, earliest first. Whoever is censored at one is still at risk.

    A stay that ended before it came into sight says nothing and is left out.

    >>> tallies([Time(6, End.EVENT), Time(6, End.CENSORED), Time(9, End.COMPETING, entry=6)])
    [Tally(at=6, at_risk=2, events=1, competing=0), Tally(at=9, at_risk=1, events=0, competing=1)]
    """
    come: Counter[int] = Counter()
    gone: Counter[int] = Counter()
    happened: dict[End, Counter[int]] = {end: Counter() for end in End}
    for (last, end, entry), count in Counter(times).items():
        if last > entry:
            come[entry] += count
            gone[last] += count
            happened[end][last] += count
    found = []
    at_risk, entries, exits = 0, sorted(come, reverse=True), sorted(gone, reverse=True)
    for at in sorted({*happened[End.EVENT], *happened[End.COMPETING]}):
        while entries and entries[-1] < at:
            at_risk += come[entries.pop()]
        while exits and exits[-1] < at:
            at_risk -= gone[exits.pop()]
        found.append(Tally(at, at_risk, happened[End.EVENT][at], happened[End.COMPETING][at]))
    return found


# Kaplan and Meier -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a survival curve: from `at` on, `survival` of those who began are still there.

    `error` is the standard error (Greenwood), `interval` the log–log interval, which stays within 0 and 1. Neither is
    known once nobody is left.
    """

    at: int
    at_risk: int
    events: int
    survival: Fraction
    error: float | None
    interval: tuple[float, float] | None

    @property
    def variance(self) -> float | None:
        """Return the variance of the share (Greenwood)."""
        return None if self.error is None else self.error**2


def kaplan_meier(counted: Sequence[Tally], confidence: float = CONFIDENCE) -> list[Step]:
    """Return the survival curve: one step for each moment with an event.

    From tallies that begin later than at 0, it is the curve of those who stayed until then.

    >>> [str(step.survival) for step in kaplan_meier(tallies(Time(at, End.EVENT) for at in (1, 2, 2, 5)))]
    ['3/4', '1/4', '0']
    """
    steps, greenwood = [], 0.0
    quantile = NormalDist().inv_cdf((1 + confidence) / 2)
    moments = [one for one in counted if one.events]
    survivals = _products([Fraction(one.at_risk - one.events, one.at_risk) for one in moments], is_exact=_few(counted))
    for one, survival in zip(moments, survivals, strict=True):
        left = one.at_risk - one.events
        if not left or not survival:
            steps.append(Step(one.at, one.at_risk, one.events, Fraction(0), None, None))
            continue
        greenwood += one.events / (one.at_risk * left)
        spread = math.sqrt(greenwood)
        interval = _log_log(float(survival), spread, quantile)
        steps.append(Step(one.at, one.at_risk, one.events, survival, float(survival) * spread, interval))
    return steps


def median(steps: Sequence[Step]) -> int | None:
    """Return the first moment at which no more than half are still there; None where it is not reached."""
    return next((step.at for step in steps if step.survival <= HALF), None)


def _few(counted: Sequence[Tally]) -> bool:
    return len(counted) <= EXACT_TIMES


def _products(factors: Sequence[Fraction], *, is_exact: bool) -> list[Fraction]:
    """Return the product of the factors up to each of them."""
    if is_exact:
        return list(accumulate(factors, lambda product, factor: product * factor))
    return [Fraction(product) for product in accumulate(map(float, factors), lambda product, factor: product * factor)]


def _log_log(survival: float, spread: float, quantile: float) -> tuple[float, float]:
    log = math.log(survival)
    power = math.exp(min(quantile * spread / -log, 700.0))
    return survival**power, survival ** (1 / power)


# Aalen and Johansen -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """What became of everybody by a moment; the three shares make 1."""

    at: int
    event: Fraction
    competing: Fraction
    neither: Fraction


def incidence(counted: Sequence[Tally]) -> list[Share]:
    """Return the shares by Aalen and Johansen: with the event, with the competing one, with neither yet.

    One minus Kaplan and Meier's curve says what would happen if nobody left; this says what does happen.

    >>> [(str(one.event), str(one.competing)) for one in incidence([Tally(1, 4, 1, 0), Tally(2, 3, 1, 1)])]
    [('1/4', '0'), ('1/2', '1/4')]
    """
    is_exact = _few(counted)
    event = competing = Fraction(0) if is_exact else 0.0
    neither = Fraction(1) if is_exact else 1.0
    found = []
    for one in counted:
        each = neither / one.at_risk
        event += each * one.events
        competing += each * one.competing
        neither = each * (one.at_risk - one.events - one.competing)
        found.append(Share(one.at, Fraction(event), Fraction(competing), Fraction(neither)))
    return found


# Comparing two ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogRank:
    """How far two groups differ: events observed and expected in the first, their variance, χ² with one degree, and p.

    `statistic` and `p` are None where nothing can be compared: no moment has people of both groups at risk.
    """

    observed: int
    expected: float
    variance: float
    statistic: float | None
    p: float | None


def log_rank(one: Iterable[Time], other: Iterable[Time]) -> LogRank:
    """Compare two groups over their whole course; late entry counts as in the curve."""
    first, second = list(one), list(other)
    both = tallies([*first, *second])
    own = _at_risk(first, [tally.at for tally in both])
    observed = sum(time.end is End.EVENT and time.exit > time.entry for time in first)
    expected, variances = [], []
    for tally, mine in zip(both, own, strict=True):
        expected.append(tally.events * mine / tally.at_risk)
        if tally.at_risk > 1:
            rest = tally.at_risk - mine
            ways = tally.events * mine * rest * (tally.at_risk - tally.events)
            variances.append(ways / (tally.at_risk**2 * (tally.at_risk - 1)))
    variance, among = math.fsum(variances), math.fsum(expected)
    if not variance:
        return LogRank(observed, among, variance, None, None)
    statistic = (observed - among) ** 2 / variance
    return LogRank(observed, among, variance, statistic, math.erfc(math.sqrt(statistic / 2)))


def _at_risk(times: Iterable[Time], moments: Iterable[int]) -> list[int]:
    seen = [time for time in times if time.exit > time.entry]
    entries, exits = sorted(time.entry for time in seen), sorted(time.exit for time in seen)
    found, come, gone = [], 0, 0
    for at in moments:
        while come < len(entries) and entries[come] < at:
            come += 1
        while gone < len(exits) and exits[gone] < at:
            gone += 1
        found.append(come - gone)
    return found


# What may be shown ------------------------------------------------------------


class InSight:
    """How many of some stays are at risk, as a function of how long they have lasted."""

    def __init__(self, times: Iterable[tuple[int, End, int]]) -> None:
        """Put the beginnings and the ends of what was in sight into order."""
        seen = [(entry, last) for last, _, entry in times if last > entry]
        self._entries, self._exits = sorted(entry for entry, _ in seen), sorted(last for _, last in seen)

    def at(self, moment: int) -> int:
        """Return how many have entry < `moment` ≤ exit."""
        return bisect_left(self._entries, moment) - bisect_left(self._exits, moment)


def may_draw(stays: int, events: int, k: int) -> bool:
    """Say whether there may be a curve at all: k stays or more, and three events or more that are shown."""
    return stays >= k and events >= LEAST_EVENTS


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the tallies that may be shown: each rests on k people at risk, and nothing lies hidden between.

    Where `begins_after` is above 0 something earlier is hidden, and the curve is that of those who stayed until then:
    a later share of all would tell the hidden ones. `is_cut`: something later is hidden.
    """

    tallies: Sequence[Tally]
    begins_after: int = 0
    is_cut: bool = False


def window(
    counted: Sequence[Tally], k: int, period: Callable[[int], int] = int, *, is_of_events: bool = False
) -> Window:
    """Return what may be shown: of the runs of moments with k people at risk, the one with the most events.

    Without late entry that is everything up to the first moment at which fewer than k are at risk. The moments of one
    `period` stand or fall together. `is_of_events`: only moments with an event end a run, because Kaplan and Meier's
    curve has no step at the others.

    >>> found = window([Tally(3, 2, 1, 0), Tally(5, 9, 1, 0), Tally(8, 7, 2, 1), Tally(9, 4, 1, 0)], 5)
    >>> [one.at for one in found.tallies], found.begins_after, found.is_cut
    ([5, 8], 3, True)
    """
    runs: list[Window] = []
    begins_after, run = 0, list[Tally]()
    for _, moments in groupby(counted, key=lambda one: period(one.at)):
        together = list(moments)
        if all(one.at_risk >= k for one in together if one.events or not is_of_events):
            run += together
            continue
        runs.append(Window(run, begins_after, is_cut=True))
        begins_after, run = together[-1].at, []
    runs.append(Window(run, begins_after))
    return max(runs, key=lambda found: (sum(one.events for one in found.tallies), -found.begins_after))


def months_by(days: int) -> int:
    """Return by the end of which month something has happened that happened after so many days.

    >>> months_by(0), months_by(30), months_by(31), months_by(487)
    (0, 1, 2, 16)
    """
    return math.ceil(days / DAYS_A_MONTH)
