"""Careers in columns: for any company they say what the histories of its people say one by one."""

from __future__ import annotations

import random
from array import array
from collections import Counter
from datetime import date, timedelta
from itertools import starmap

import pytest

from app.domain.careers import BEFORE, FOREVER, STAYS, Careers, Names, columns, day_of, ordinal
from app.domain.movement import ALWAYS, Headcount, Presence, Stay, events_between, history, matrices

FIRST, DAYS = date(2025, 1, 1), 60
LEVELS = [("engineer", "L1"), ("engineer", "L2"), ("engineer", "L9"), ("support", "L1")]
RANKS = [1, 2, None, 1]
REASONS = ["hire", "promotion", "correction"]


def _days(chance: random.Random, count: int) -> list[date]:
    return sorted(FIRST + timedelta(days=day) for day in chance.sample(range(DAYS), count))


def _times(chance: random.Random) -> tuple[Presence, ...]:
    """Return times of presence: mostly one, now and then several or none that is known."""
    marks: list[date | None] = [*_days(chance, chance.choice((1, 1, 1, 2, 2, 3, 4)))]
    if chance.random() < 0.2:
        marks[0] = None
    pairs = zip(marks[::2], [*marks[1::2], None], strict=False)
    return tuple(starmap(Presence, pairs)) if chance.random() < 0.9 else ALWAYS


def _stays(chance: random.Random) -> list[Stay]:
    """Return stays in any order that may overlap and begin before somebody is here."""
    found = []
    for begun in _days(chance, chance.choice((0, 1, 1, 2, 3))):
        level = chance.randrange(len(LEVELS))
        ended = None if chance.random() < 0.4 else begun + timedelta(days=chance.randrange(1, DAYS))
        found.append(Stay(*LEVELS[level], RANKS[level], begun, ended, chance.choice(REASONS)))
    chance.shuffle(found)
    return found


def _careers(company: list[tuple[list[Stay], tuple[Presence, ...]]]) -> Careers:
    rows, times = columns(STAYS), columns(2)
    apart = {}
    for person, (stays, present) in enumerate(company):
        one = present[0] if len(present) == 1 else Presence()
        times[0].append(ordinal(one.starts_on, BEFORE))
        times[1].append(ordinal(one.ends_on, FOREVER))
        if len(present) != 1:
            apart[person] = present
        for stay in stays:
            level = LEVELS.index((stay.lineage, stay.level))
            begun, ended = stay.starts_on.toordinal(), ordinal(stay.ends_on, FOREVER)
            for column, number in zip(rows, (person, level, begun, ended, REASONS.index(stay.reason)), strict=True):
                column.append(number)
    # What is said of nobody who counts is left out.
    for column, number in zip(rows, (-1, 0, FIRST.toordinal(), FOREVER, 0), strict=True):
        column.append(number)
    return Careers(Names(LEVELS, RANKS, REASONS), rows, times, apart)


@pytest.mark.parametrize("seed", range(60))
def test_columns_say_the_same_as_the_histories_one_by_one(seed):
    chance = random.Random(seed)
    company = [(_stays(chance), _times(chance)) for _ in range(chance.randrange(25))]
    careers, people = _careers(company), [history(*one) for one in company]
    assert list(careers.histories()) == people
    start, end = _days(chance, 2)
    headcount = Headcount(people)
    for day in (start, end):
        assert careers.headcount(day) == headcount.on(day)
        assert careers.here(day).tolist() == [person.is_here(day) for person in people]
        held = [None if one < 0 else LEVELS[one] for one in careers.held(day).tolist()]
        assert held == [(stay.lineage, stay.level) if (stay := person.held_on(day)) else None for person in people]
    assert careers.matrices(start, end) == matrices(people, start, end)
    moved = list(events_between(careers.moving(start, end), start, end))
    assert moved == list(events_between(people, start, end))
    groups = array("q", (chance.randrange(3) for _ in people))
    assert careers.by_group(end, groups, 3) == Counter(
        (group, LEVELS.index((stay.lineage, stay.level)) if (stay := person.held_on(end)) else -1)
        for group, person in zip(groups, people, strict=True)
        if person.is_here(end)
    )


def test_a_day_is_a_number_and_none_where_it_is_not_known_or_never_comes():
    assert day_of(ordinal(FIRST, BEFORE)) == FIRST
    assert [day_of(ordinal(None, without)) for without in (BEFORE, FOREVER)] == [None, None]
