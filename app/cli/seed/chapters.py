"""A career cut into chapters: the stay at one level and what it was aimed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from app.cli.seed.dice import chance
from app.cli.seed.outcomes import (
    ALONE,
    BURST,
    EXCEEDED,
    FEW,
    MET,
    NOT_MET,
    NOTHING,
    OPEN,
    PARTLY,
    STALE,
    Outcome,
    Script,
)
from app.cli.seed.plan import LevelReason, LevelSpell, PlannedPerson
from app.cli.seed.worktime import on_weekday
from app.domain.ladder import Expectation, Ladder

HISTORY_DAYS = 3 * 365
_FIRST_WEEKS = 10  # Days in which a newcomer has nothing to log yet.
_NEWCOMER_DAYS = 45
_FORM_DAYS = 26  # An assessment is open for no longer.
_LEVEL_IS_RECENT = 60
_WINDOW_MARGIN = 28  # Pieces keep counting for some weeks after the day of the plan.


@dataclass(frozen=True, slots=True)
class Chapter:
    """One stay at a level: `wanted` are the expectations of its target, worked on from `first_day` to `last_day`.

    `rated_on` are the days of the revealed assessments, newest first.
    """

    spell: LevelSpell
    ladder: Ladder
    target: str
    wanted: tuple[Expectation, ...]
    script: Script
    first_day: date
    last_day: date
    rated_on: tuple[date, ...]

    def outcome(self, expectation_id: str) -> Outcome:
        """Return how an expectation is to stand at the end of the chapter."""
        return self.script.outcomes.get(expectation_id, MET)


def chapters(
    person: PlannedPerson, script: Script | None, ladders: Mapping[str, Ladder], today: date, rng: Random
) -> Iterator[Chapter]:
    """Yield the chapters of the last three years, oldest first; the last one follows the script, drawn if None."""
    for spell, following in zip(person.levels, (*person.levels[1:], None), strict=False):
        ladder = ladders[spell.ladder]
        ends_on = spell.ends_on or today
        if ends_on < today - timedelta(days=HISTORY_DAYS):
            continue
        ahead = ladder.level(spell.level).next
        target = ahead[0] if ahead else spell.level
        if following is None:
            told = script or _draw(ladder.added_at(target), rng, _age(person, ends_on))
            # Scripts count the days back from the day of the plan, a drawn one from the last day at work.
            last = today if script else ends_on
            rated = tuple(last - timedelta(days=age) for age in told.rated)
        elif following.reason is LevelReason.PROMOTION:
            target, told = following.level, Script()
            rated = tuple(ends_on - timedelta(days=age) for age in (rng.randint(14, 33), rng.randint(170, 230)))
        elif following.reason is LevelReason.CORRECTION:
            continue  # The level was written down wrongly; nobody has worked at it.
        else:
            told = _draw(ladder.added_at(target), rng, _NEWCOMER_DAYS + 1)
            rated = (ends_on - timedelta(days=rng.randint(20, 60)),)
        chapter = Chapter(
            spell, ladder, target, ladder.added_at(target), told, *_days(person, spell, ends_on, today), rated
        )
        yield replace(
            chapter, rated_on=tuple(day for day in map(on_weekday, rated) if _may_be_rated(person, spell, day))
        )


def _age(person: PlannedPerson, on: date) -> int:
    return (on - person.hired_on).days


def _may_be_rated(person: PlannedPerson, spell: LevelSpell, day: date) -> bool:
    # Nobody is assessed within the first month at a level, nor while away at the opening or the end.
    since = max(spell.starts_on + timedelta(days=5), person.hired_on + timedelta(days=30))
    opened = day - timedelta(days=_FORM_DAYS)
    return day >= since and not any(
        leave.starts_on <= day and (leave.ends_on is None or opened < leave.ends_on) for leave in person.leaves
    )


def _days(person: PlannedPerson, spell: LevelSpell, ends_on: date, today: date) -> tuple[date, date]:
    last = ends_on - timedelta(days=7 if ends_on == today else 20)
    for leave in person.leaves:
        if leave.ends_on is None and leave.starts_on <= last:
            last = leave.starts_on - timedelta(days=14)
    earliest = max(
        person.hired_on + timedelta(days=_FIRST_WEEKS),
        spell.starts_on - timedelta(days=_LEVEL_IS_RECENT),
        ends_on - timedelta(days=548 - _WINDOW_MARGIN),
    )
    return min(earliest, last), last


def _draw(wanted: tuple[Expectation, ...], rng: Random, age: int) -> Script:
    """Return a script by chance, for somebody of whom nothing particular is told."""
    if age < _NEWCOMER_DAYS:
        return NOTHING
    mood = rng.choices(("ready", "close", "mixed", "early", "unrated"), (12, 30, 33, 15, 10))[0]
    outcomes = dict.fromkeys((e.id for e in wanted), MET)
    for expectation in rng.sample(wanted, rng.randint(0, len(wanted) // 4)):
        outcomes[expectation.id] = EXCEEDED
    if mood == "close":
        changed = rng.randint(1, 2)
    else:
        changed = {"ready": 0, "mixed": len(wanted) // 2, "early": len(wanted) - 1, "unrated": len(wanted)}[mood]
    for expectation in rng.sample(wanted, min(changed, len(wanted))):
        outcomes[expectation.id] = OPEN if mood in {"early", "unrated"} else _short_of(expectation, rng)
    latest = rng.randint(8, 140)
    rated = () if mood == "unrated" else (latest, latest + rng.randint(160, 210))
    return Script(rated, outcomes, unchanged=mood == "mixed" and chance(rng, 20), burst_days=rng.randint(12, 70))


def _short_of(expectation: Expectation, rng: Random) -> Outcome:
    rule = expectation.evidence
    possible = [PARTLY, PARTLY, NOT_MET, OPEN, FEW, STALE]
    if rule.span_days:
        possible.append(BURST)
    if rule.corroborators:
        possible.append(ALONE)
    return rng.choice(possible)
