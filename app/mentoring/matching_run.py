"""Matching a gathered pool, and what there is to say of the result. Nothing is read from the database or stored here.

What a coordinator may not tell apart is folded here, before anything is stored: an exclusion, a person who does not
offer, a seat on a committee and holding none of the goals are one reason, `private`. Source: access matrix, rows 38 and
40; decision 21.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

from app.domain.assignment import Solution, with_one_more
from app.domain.matching import Admissible, Mentee, Mentor, Parts, Reason, admissible, judge, seekers, shared_minutes
from app.mentoring.queries.pool import Gathered, Member
from app.mentoring.solving import solve_fast

PRIVATE = "private"
"""The one code of all reasons that a coordinator does not learn."""
FOLDED = frozenset({Reason.NO_GOAL, Reason.OPTED_OUT, Reason.COMMITTEE})
"""With who holds no goal, so that every number of them has cover."""
MOST_STRENGTHS = 12
"""For how many goals a page says what a mentor who holds it would change."""
MOST_RIVALS = 12
"""How many of those who compete, and of their mentors, are kept by name."""
MOST_PAIRS_TRIED = 5_000
"""Up to how many admissible pairs every goal of those who are left is tried out."""
MOST_ASKED = 20
"""How many paused or full mentors a page names."""
MOST_FITTED = 12
"""Whom of those who are left is kept for each of them."""
PLACES_OF_ONE_MORE = 2


@dataclass(frozen=True, slots=True)
class Cut:
    """Mentors, and the mentees whom nobody fits but them. Of both the first few are named, who waits longest first."""

    named: tuple[str, ...]
    number: int
    mentors: tuple[str, ...]
    places: int


@dataclass
class Outcome:
    """A pool that was matched: the admissible pairs, the part that was solved, and all pairs with the pinned ones."""

    gathered: Gathered
    found: Admissible
    bare: Solution
    whole: Solution
    _known: int = 0

    @property
    def available(self) -> list[Mentor]:
        """Return the mentors who have a place today."""
        return [one for one in self.found.pool.mentors if one.free]

    @cached_property
    def by_mentee(self) -> Mapping[str, Mapping[str, int]]:
        """Return the scores of the admissible mentors of each mentee."""
        scores: dict[str, dict[str, int]] = defaultdict(dict)
        for (mentee, mentor), parts in self.found.pairs.items():
            scores[mentee][mentor] = parts.score
        return scores

    @cached_property
    def mentors(self) -> tuple[str, ...]:
        """Return the mentors whom anybody of the part that was solved may have, by id."""
        asked = {mentor for _, mentor in self.found.instance.scores}
        return tuple(one for one in self.found.instance.mentors if one in asked)

    @cached_property
    def wanted(self) -> Mapping[str, int]:
        """Return who fits each mentee of the part that was solved, as bits: bit n is the n-th of `mentors`."""
        places = {one: 1 << place for place, one in enumerate(self.mentors)}
        found = dict.fromkeys(self.found.instance.mentees, 0)
        for mentee, mentor in self.found.instance.scores:
            found[mentee] |= places[mentor]
        return found

    @cached_property
    def steps(self) -> Mapping[int, int]:
        """Return who fits the mentees that each mentor was given, as bits, by the place of the mentor."""
        places = {one: place for place, one in enumerate(self.mentors)}
        found: dict[int, int] = defaultdict(int)
        for mentee, mentor in self.bare.pairs.items():
            found[places[mentor]] |= self.wanted[mentee]
        return found

    def reach(self, bits: int) -> int:
        """Return whom one could reach from some mentors by moving mentees, as bits; those mentors too.

        What was found for one mentor is kept, and never walked again: large pools hang together.
        """
        found, waiting = 0, bits
        while waiting:
            place = (waiting & -waiting).bit_length() - 1
            if place not in self._reach:
                self._reach[place] = self._walk(place)
                self._known |= 1 << place
            found |= self._reach[place]
            waiting &= ~found
        return found

    def _walk(self, start: int) -> int:
        found, waiting = 0, 1 << start
        while waiting:
            known = waiting & self._known
            lowest = (known or waiting) & -(known or waiting)
            place = lowest.bit_length() - 1
            found |= self._reach[place] if known else lowest
            waiting = (waiting if known else waiting | self.steps.get(place, 0)) & ~found
        return found

    @cached_property
    def _reach(self) -> dict[int, int]:
        return {}

    @cached_property
    def _groups(self) -> Mapping[int, list[str]]:
        """Return the mentees of the part that was solved by whom fits them, where anybody does."""
        found: dict[int, list[str]] = defaultdict(list)
        for mentee, bits in self.wanted.items():
            if bits:
                found[bits].append(mentee)
        return found

    def cut(self, mentors: int) -> Cut:
        """Return some mentors, given as bits, with the mentees whom nobody fits but them."""
        if mentors not in self._cuts:
            inside = [one for bits, group in self._groups.items() if not bits & ~mentors for one in group]
            instance = self.found.instance
            named = [one for one, bit in zip(self.mentors, f"{mentors:b}"[::-1], strict=False) if bit == "1"]
            self._cuts[mentors] = Cut(
                named=tuple(sorted(inside, key=self._order.__getitem__)[: MOST_RIVALS + 1]),
                number=len(inside),
                mentors=tuple(named[:MOST_RIVALS]),
                places=sum(instance.places(one) for one in named),
            )
        return self._cuts[mentors]

    @cached_property
    def _cuts(self) -> dict[int, Cut]:
        return {}

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {one: place for place, one in enumerate(self.found.instance.mentees)}

    @cached_property
    def left(self) -> tuple[Mentee, ...]:
        """Return who gets no mentor, who has waited longest first."""
        return tuple(one for one in self.found.pool.queue if one.id not in self.whole.pairs)


def match(gathered: Gathered) -> Outcome:
    """Return the best pairs of a pool; the same for the same pool, in whatever order it was read."""
    found = admissible(gathered.pool)
    bare = solve_fast(found.instance)
    return Outcome(gathered, found, bare, found.with_pins(bare))


def fold(reason: Reason) -> str:
    """Return the code of a reason as a coordinator may learn it."""
    return PRIVATE if reason in FOLDED else reason.value


# Pairs -----------------------------------------------------------------------------------


def next_best(outcome: Outcome, mentee: str) -> tuple[str, int] | None:
    """Return the best other mentor for a mentee and the score, the first id among equals; None without another."""
    given = outcome.whole.pairs.get(mentee)
    others = [(-score, mentor) for mentor, score in outcome.by_mentee.get(mentee, {}).items() if mentor != given]
    return (min(others)[1], -min(others)[0]) if others else None


def detail_of(outcome: Outcome, mentee: Mentee, mentor: Mentor) -> dict[str, Any]:
    """Return what the parts of a pair's score rest on."""
    able = outcome.found.pool.able
    return {
        "held": [goal for goal in mentee.goals if goal in mentor.holds],
        "goals": len(mentee.goals),
        "able": sum(goal in able for goal in mentee.goals),
        "minutes": shared_minutes(mentee.hours, mentor.hours),
        "levels": mentor.rank - mentee.rank,
    }


# Who is left -----------------------------------------------------------------------------


def reasons_of(outcome: Outcome, mentee: Mentee) -> dict[str, int]:
    """Return how many of the pool each reason rules out for a mentee, folded, in the order of the reasons.

    Everybody with a profile is counted, so that no count tells who offers and who does not. Themselves only where they
    offer: of the others nobody would ask.
    """
    counts: Counter[str] = Counter()
    own = outcome.gathered.members[mentee.id]
    for reason, number in outcome.found.reasons(mentee).items():
        if reason is not Reason.SAME_PERSON or own.offers_now:
            counts[fold(reason)] += number
    return dict(counts)


def rivals_of(outcome: Outcome, mentee: Mentee) -> dict[str, Any] | None:
    """Return who competes with a mentee and for whose places; None where nobody fits them at all.

    It is the side of the minimum cut that they are on, as `domain.assignment.saturated` gives it, found for all who are
    left at once. At most `MOST_RIVALS` of each are named; `number` counts all mentees.
    """
    wanted = outcome.wanted.get(mentee.id)
    if not wanted:
        return None
    members, cut = outcome.gathered.members, outcome.cut(outcome.reach(wanted))
    named = [mentee.id, *(one for one in cut.named if one != mentee.id)]
    return {
        "rivals": [str(members[one].id) for one in named[:MOST_RIVALS]],
        "mentors": [str(members[one].id) for one in cut.mentors],
        "places": cut.places,
        "number": cut.number,
    }


def needs_of(mentee: Mentee) -> dict[str, Any]:
    """Return the least that one more mentor would need to have for a mentee who is left."""
    return {
        "rank": mentee.rank + 1,
        "ladder": mentee.ladder,
        "goals": list(mentee.goals),
        "languages": sorted(mentee.languages),
    }


def strengths(outcome: Outcome) -> list[dict[str, Any]]:
    """Return for the goals of those who are left whom a mentor with that strength would pair, goals in order.

    The mentor is thought of with two places and so that nothing but the goal matters: the most that one could change.
    Nothing for a pool with more than `MOST_PAIRS_TRIED` admissible pairs, where it takes too long; the form tries one.
    """
    if len(outcome.found.pairs) > MOST_PAIRS_TRIED:
        return []
    members, instance = outcome.gathered.members, outcome.found.instance
    goals = sorted({goal for mentee in outcome.left for goal in mentee.goals})[:MOST_STRENGTHS]
    found = []
    for goal in goals:
        reach = seekers(outcome.found.pool, goal, outcome.found.pins)
        reached = with_one_more(instance, outcome.bare, reach, PLACES_OF_ONE_MORE)
        if reached:
            found.append({"goal": goal, "people": [str(members[one].id) for one in reached]})
    return found


def could_be_asked(outcome: Outcome) -> list[dict[str, Any]]:
    """Return mentors who are paused or full, and whom of those who are left they would fit at which score, by name.

    Only who has opted in is looked at, and only pairs to which nothing else stands in the way are said: the first
    `MOST_ASKED` mentors, and of each the `MOST_FITTED` who have waited longest.
    """
    pool, members = outcome.found.pool, outcome.gathered.members
    seeking: dict[str, list[int]] = defaultdict(list)
    for place, mentee in enumerate(outcome.left):
        for goal in mentee.goals:
            seeking[goal].append(place)
    shut = [one for one in pool.mentors if one.is_open and not one.free and one.capacity]
    found: list[dict[str, Any]] = []
    for mentor in sorted(shut, key=lambda one: members[one.id].order):
        opened = replace(mentor, is_available=True, taken=min(mentor.taken, mentor.capacity - 1))
        places = sorted({place for goal in mentor.holds for place in seeking[goal]})
        fits = list(islice(_fits(outcome, opened, (outcome.left[place] for place in places)), MOST_FITTED))
        if fits:
            member = members[mentor.id]
            what = {"id": str(member.id), "is_paused": member.is_paused, "taken": member.taken, "fits": fits}
            if member.proposed:
                what["proposed"] = member.proposed
            found.append(what)
        if len(found) == MOST_ASKED:
            break
    return found


def _fits(outcome: Outcome, mentor: Mentor, near: Iterable[Mentee]) -> Iterator[dict[str, Any]]:
    for mentee in near:
        parts = judge(outcome.found.pool, mentee, mentor)
        if isinstance(parts, Parts):
            yield {"id": str(outcome.gathered.members[mentee.id].id), "score": parts.score}


def broken_pins(outcome: Outcome) -> list[dict[str, str]]:
    """Return the pins that the pool no longer allows. Why is kept nowhere."""
    members = outcome.gathered.members
    return [
        {"mentee": str(members[mentee].id), "mentor": str(members[mentor].id)}
        for mentee, mentor in outcome.found.broken_pins
        if mentee in members and mentor in members
    ]


# What if ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """What one more mentor would change: figures before and after, who would gain, and who would be theirs."""

    before: Solution
    after: Solution
    gains: tuple[Member, ...]
    theirs: tuple[tuple[Member, int], ...]


def try_mentor(gathered: Gathered, mentor: Mentor) -> Tried:
    """Return what a mentor who does not exist would change in the pool of today. Nothing is stored."""
    before = match(gathered)
    larger = replace(gathered, pool=replace(gathered.pool, mentors=(*gathered.pool.mentors, mentor)))
    after = match(larger)
    members = gathered.members
    gains = _by_name(members[one] for one in after.whole.pairs if one not in before.whole.pairs)
    theirs = _by_name(members[one] for one, given in after.whole.pairs.items() if given == mentor.id)
    scores = {one.id: after.by_mentee[one.key][mentor.id] for one in theirs}
    return Tried(before.whole, after.whole, tuple(gains), tuple((one, scores[one.id]) for one in theirs))


def _by_name(people: Iterable[Member]) -> list[Member]:
    return sorted(people, key=lambda one: one.order)


def ids_in(content: Iterable[Mapping[str, Any]]) -> set[uuid.UUID]:
    """Return the people whom parts of an explanation name."""
    return {uuid.UUID(one["id"]) for one in content}
