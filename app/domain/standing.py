"""How long a standing holds: the first day on which time alone could change it.

Source of the rules: domain specification, section 4.1. What is stored of somebody is right on every day from the one
on which it was computed to the day before `holds_until`, as long as nobody changes what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from app.domain.bar import next_targets
from app.domain.evidence import Piece, counts_until
from app.domain.ladder import EvidenceRule, Ladder
from app.domain.progression import Spell
from app.domain.readiness import Facts, Standing

ONE_DAY = timedelta(days=1)


def stored_targets(ladder: Ladder, held: str) -> tuple[str, ...]:
    """Return the levels that a standing is kept for: each that may follow, at the top the level held itself."""
    following = tuple(level.id for level in next_targets(ladder, held))
    return following or (held,)


def holds_until(
    targets: Iterable[Sequence[Standing]], facts: Facts, on: date, adoptions: Iterable[date] = ()
) -> date | None:
    """Return the first day after `on` on which time alone could change a standing; None when there is none in sight.

    `targets` are the standings of the day for every target that is kept, `adoptions` the days from which a version of
    the ladder counts. Time changes a standing when a piece leaves its window (days of recorded leave do not age it),
    and when something begins or ends that was recorded for a later day. The day may be early, never late.
    """
    days = [*_expiries(targets, facts), *_beginnings(facts), *_spell_days(facts.spells), *adoptions]
    return min((day for day in days if day > on), default=None)


def _expiries(targets: Iterable[Sequence[Standing]], facts: Facts) -> Iterator[date]:
    """Yield for each length of window the first day on which its oldest counted piece no longer counts."""
    oldest: dict[int, tuple[Piece, EvidenceRule]] = {}
    for standings in targets:
        for standing in standings:
            if not (counted := standing.sufficiency.counted):
                continue
            # Counted pieces stand oldest first, and of two pieces the older one leaves the same window first.
            rule = standing.sufficiency.rule
            known = oldest.get(rule.window_days)
            if known is None or counted[0].occurred_on < known[0].occurred_on:
                oldest[rule.window_days] = counted[0], rule
    for piece, rule in oldest.values():
        last = counts_until(piece, rule, facts.leaves)
        if last is not None and last < date.max:
            yield last + ONE_DAY


def _beginnings(facts: Facts) -> Iterator[date]:
    for pieces in facts.pieces.values():
        for piece in pieces:
            yield piece.occurred_on
    for side in (facts.manager_answers, facts.self_answers):
        for answers in side.values():
            for given in answers:
                yield given.given_on
    yield from facts.revealed_on
    for waiver in facts.waivers.values():
        if waiver.manager_approved_on is not None and waiver.hr_approved_on is not None:
            yield max(waiver.manager_approved_on, waiver.hr_approved_on)


def _spell_days(spells: Iterable[Spell]) -> Iterator[date]:
    for spell in spells:
        yield spell.starts_on
        if spell.ends_on is not None:
            yield spell.ends_on
