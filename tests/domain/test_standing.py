"""How long a standing holds: nothing changes before the day that is said, and every kind of later day is seen."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.bar import bar_for
from app.domain.evidence import Leave
from app.domain.ladder import Ladder
from app.domain.progression import held_on, last_spell_on_lineage
from app.domain.readiness import Facts, Outline, outline, report
from app.domain.standing import holds_until, stored_targets
from tests.domain.test_readiness_properties import LAWS, TODAY, random_case
from tests.factories.facts import make_answer, make_piece, make_spell, make_waiver
from tests.factories.ladders import make_expectation, make_ladder

DAY = timedelta(days=1)
LADDER = make_ladder(make_expectation("e", window_days=100))


def outlines_of(ladder: Ladder, facts: Facts, on: date) -> list[Outline]:
    """Return the outline of each target that is kept on a day."""
    spell = held_on(facts.spells, on)
    targets = stored_targets(ladder, spell.level) if spell else ()
    return [outline(bar_for(ladder, target), facts, on) for target in targets]


def until(ladder: Ladder, facts: Facts, on: date, adoptions: tuple[date, ...] = ()) -> date | None:
    """Return until when the standing of a day holds."""
    return holds_until([one.standings for one in outlines_of(ladder, facts, on)], facts, on, adoptions)


def said(ladder: Ladder, facts: Facts, on: date) -> object:
    """Return everything that is stored of somebody on a day."""
    stay = last_spell_on_lineage(facts.spells, ladder.lineage, on)
    latest = [p.occurred_on for pieces in facts.pieces.values() for p in pieces if p.occurred_on <= on]
    return (
        held_on(facts.spells, on),
        stay,
        max(latest, default=None),
        [
            (
                one.bar.target.id,
                one.verdict,
                one.met,
                one.of,
                one.evidenced_level,
                [(group, standing.expectation.id) for group, standing in one.blocking()],
                [
                    (s.expectation.id, s.status, s.is_slipped, s.rating, s.answer, s.self_rating, s.sufficiency.counted)
                    for s in one.standings
                ],
            )
            for one in outlines_of(ladder, facts, on)
        ],
    )


@given(st.randoms(use_true_random=False), st.integers(-170, 20))
@settings(LAWS, max_examples=60)
def test_nothing_changes_before_the_day_until_which_it_holds(random: Random, shift: int):
    case = random_case(random)
    facts = Facts(
        pieces=case.facts.pieces,
        manager_answers=case.facts.manager_answers,
        waivers=case.facts.waivers,
        spells=[make_spell(random.choice(("L1", "L2", "L3")), TODAY - timedelta(days=200), ends_on=TODAY), *[
            make_spell(random.choice(("L1", "L2", "L3")), TODAY + timedelta(days=random.randint(0, 60)))
        ]],
        leaves=case.facts.leaves,
    )  # fmt: skip
    on = TODAY + timedelta(days=shift)
    day, last = on, TODAY + timedelta(days=230)
    for _ in range(60):
        end = until(case.ladder, facts, day)
        before = said(case.ladder, facts, day)
        if end is not None:
            assert end > day
        while day < last and (end is None or day < end):
            assert said(case.ladder, facts, day) == before
            day += DAY
        # What is seen from the last day is what was seen from the first.
        assert until(case.ladder, facts, day - DAY) == end
        if end is None or day >= last:
            break


@given(st.randoms(use_true_random=False))
@LAWS
def test_an_outline_says_what_the_report_says(random: Random):
    case = random_case(random)
    whole, short = case.report(), outline(bar_for(case.ladder, case.target), case.facts, case.on)
    assert (whole.verdict, whole.met, whole.of) == (short.verdict, short.met, short.of)
    assert (whole.standings, whole.cells, whole.evidenced_level) == (
        short.standings,
        short.cells,
        short.evidenced_level,
    )
    assert {(b.group, b.standing.expectation.id) for b in whole.blockers} == {
        (group, standing.expectation.id) for group, standing in short.blocking()
    }


HELD = (make_spell("L1", date(2025, 1, 1)),)


@pytest.mark.parametrize(
    "facts, day",
    [
        (Facts(), None),
        (Facts(spells=HELD), None),
        (Facts(spells=HELD, pieces={"e": [make_piece(date(2026, 11, 1))]}), date(2027, 2, 9)),
        (
            Facts(
                spells=HELD,
                pieces={"e": [make_piece(date(2026, 11, 1))]},
                leaves=[Leave(date(2026, 12, 1), date(2026, 12, 11))],
            ),
            date(2027, 2, 19),
        ),
        (
            Facts(spells=HELD, pieces={"e": [make_piece(date(2026, 11, 1))]}, leaves=[Leave(date(2026, 12, 1))]),
            None,
        ),
        (Facts(spells=HELD, pieces={"e": [make_piece(date(2026, 11, 1), set_aside=True)]}), None),
        (Facts(spells=HELD, pieces={"e": [make_piece(date(2026, 12, 1))]}), date(2026, 12, 1)),
        (Facts(spells=HELD, manager_answers={"e": [make_answer("met", date(2026, 12, 3))]}), date(2026, 12, 3)),
        (Facts(spells=HELD, self_answers={"e": [make_answer("met", date(2026, 12, 4))]}), date(2026, 12, 4)),
        (Facts(spells=HELD, revealed_on=[date(2026, 12, 5)]), date(2026, 12, 5)),
        (Facts(spells=HELD, waivers={"e": make_waiver(date(2026, 12, 6))}), date(2026, 12, 6)),
        (Facts(spells=[make_spell("L1", ends_on=date(2026, 12, 7))]), date(2026, 12, 7)),
        (Facts(spells=[*HELD, make_spell("L2", date(2026, 12, 8))]), date(2026, 12, 8)),
    ],
)  # fmt: skip
def test_each_later_day_on_which_something_changes_by_itself_is_seen(facts, day):
    assert until(LADDER, facts, TODAY) == day


def test_a_later_adoption_ends_what_holds_and_an_earlier_one_does_not():
    facts = Facts(spells=HELD)
    assert until(LADDER, facts, TODAY, (date(2025, 1, 1), TODAY, TODAY + 5 * DAY)) == TODAY + 5 * DAY


def test_the_targets_kept_are_those_that_follow_and_at_the_top_the_level_held():
    assert stored_targets(LADDER, "L1") == ("L2",)
    top = next(level.id for level in LADDER.levels if not level.next)
    assert stored_targets(LADDER, top) == (top,)
    assert report(bar_for(LADDER, top), Facts(), TODAY).target.id == top
