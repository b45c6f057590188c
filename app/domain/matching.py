"""Who may mentor whom, and how well the two fit: hard constraints with their reasons, and a score by part.

Whole numbers throughout: the same pool gives the same scores everywhere. Who is paired is then settled for the whole
pool at once in `assignment`. Source of the rules: domain specification, 6.3.

In every set of pairs that a `Pool` holds the mentor comes first, as in “mentors whom”; results are keyed by the mentee
first, because every mentee gets one mentor. Ids are strings: the same string is the same person on both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from functools import cached_property, reduce
from math import prod
from operator import or_
from typing import NamedTuple, TypeVar

from app.domain.assignment import Instance, Solution
from app.domain.errors import InvalidError

K = TypeVar("K")
FULL_SCORE = 1000
"""What the weights add up to, and the most that a pair can reach."""
DAY = 24 * 60
MIN_SHARED_MINUTES = 120
"""Two who share less of a working day than this cannot be a pair."""
ENOUGH_SHARED_MINUTES = 480
"""From here on more shared minutes add nothing to a score."""


class Reason(StrEnum):
    """Why two people cannot be a pair. The first that applies, in this order, is the one that is given.

    The specification names the codes and no precedence. What everybody may know comes first and what is private last,
    so that no number of a public reason depends on a private fact: who is excluded, who judges whom.
    """

    SAME_PERSON = "same_person"
    MANAGEMENT_CHAIN = "management_chain"
    """One of the two manages the other, directly or through others."""
    LEVEL = "level"
    """The mentor is not at least one level above the mentee."""
    UNAVAILABLE = "unavailable"
    """The mentor pauses, or has no free place."""
    HOURS = "hours"
    """The two share less than two working hours a day."""
    LANGUAGE = "language"
    RECENT_PAIRING = "recent_pairing"
    """They are a pair or a proposal now, or one of them failed in the last 12 months."""
    BANNED = "banned"
    """The coordinator keeps the two apart."""
    NO_GOAL = "no_goal"
    """The mentor holds none of the mentee's goals."""
    OPTED_OUT = "opted_out"
    """One of the two has not opted in, or has excluded the other: private, and never told apart."""
    COMMITTEE = "committee"
    """The mentor sits on the mentee's committee in the running cycle."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours in UTC minutes of a day; an end that is not later than the beginning lies on the next day.

    Equal minutes are therefore a whole day. 0 to 1440 each; InvalidError otherwise.
    """

    from_minute: int
    until_minute: int

    def __post_init__(self) -> None:
        if not (0 <= self.from_minute <= DAY and 0 <= self.until_minute <= DAY):
            raise InvalidError(f"Working hours lie between minute 0 and minute {DAY} of a day.")

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Return the hours as spans that do not cross midnight."""
        if self.from_minute < self.until_minute:
            return ((self.from_minute, self.until_minute),)
        return ((self.from_minute, DAY), (0, self.until_minute))


def utc_hours(from_minute: int, until_minute: int, zone: tzinfo, on: date) -> Hours:
    """Return local working hours in UTC, with the offset that the zone has at noon of a day.

    >>> from zoneinfo import ZoneInfo
    >>> utc_hours(540, 1020, ZoneInfo("Asia/Kolkata"), date(2026, 11, 21))
    Hours(from_minute=210, until_minute=690)
    """
    offset = datetime.combine(on, time(12), zone).utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds()) // 60
    return Hours((from_minute - minutes) % DAY, (until_minute - minutes) % DAY)


def shared_minutes(one: Hours, other: Hours) -> int:
    """Return how many minutes of a day both work; two night shifts may meet twice.

    >>> shared_minutes(Hours(540, 1020), Hours(900, 60)), shared_minutes(Hours(1320, 360), Hours(300, 1380))
    (120, 120)
    """
    return sum(max(0, min(end, stop) - max(start, begin)) for start, end in one.spans for begin, stop in other.spans)


@dataclass(frozen=True, slots=True)
class Weights:
    """How many of 1000 points each part of a score can give. InvalidError unless they are whole and sum to 1000."""

    goals: int = 500
    level: int = 150
    team: int = 100
    hours: int = 100
    preference: int = 100
    load: int = 50

    def __post_init__(self) -> None:
        values = [getattr(self, one.name) for one in fields(self)]
        if any(value < 0 for value in values):
            raise InvalidError("A weight is 0 or more.")
        if sum(values) != FULL_SCORE:
            raise InvalidError(f"The weights add up to {sum(values)}; they must add up to {FULL_SCORE}.")


@dataclass(frozen=True)
class Mentee:
    """Somebody who seeks a mentor. `goals` and what mentors hold are ids `lineage:expectation`.

    `names` are the mentors they would like, `excludes` people they do not want; `is_open` says that they opted in.
    """

    id: str
    rank: int
    ladder: str
    team: str | None
    waiting_since: date
    goals: tuple[str, ...]
    hours: Hours
    languages: frozenset[str]
    names: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()
    is_open: bool = True


@dataclass(frozen=True)
class Mentor:
    """Somebody who mentors up to `capacity` people and has `taken` that many on already.

    `names` are the mentees they would like; `is_open` says that they opted in, `is_available` that they do not pause.
    """

    id: str
    rank: int
    ladder: str
    team: str | None
    capacity: int
    taken: int
    holds: frozenset[str]
    hours: Hours
    languages: frozenset[str]
    names: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()
    is_open: bool = True
    is_available: bool = True

    @property
    def free(self) -> int:
        """Return how many more they can take on; 0 while they pause or have not opted in."""
        return max(0, self.capacity - self.taken) if self.is_open and self.is_available else 0


Pair = tuple[str, str]


@dataclass(frozen=True)
class Pool:
    """Everybody in a round, and what keeps two of them apart or together. Each pair is (mentor, mentee).

    `chain` keeps two apart in either order. A mentor who has opted in is able to help with what they hold, also while
    they pause or are full: what people can do does not change with their calendar, and so the weight of a goal neither.
    """

    mentees: tuple[Mentee, ...]
    mentors: tuple[Mentor, ...]
    weights: Weights = Weights()
    chain: frozenset[Pair] = frozenset()
    judges: frozenset[Pair] = frozenset()
    failed: frozenset[Pair] = frozenset()
    banned: frozenset[Pair] = frozenset()
    pinned: frozenset[Pair] = frozenset()

    @cached_property
    def able(self) -> Mapping[str, int]:
        """Return how many mentors hold each expectation; what nobody holds is not in it."""
        return Counter(goal for mentor in self.mentors if mentor.is_open for goal in mentor.holds)

    @cached_property
    def queue(self) -> tuple[Mentee, ...]:
        """Return the mentees, who has waited longest first."""
        return tuple(sorted(self.mentees, key=lambda one: (one.waiting_since, one.id)))

    @cached_property
    def sieve(self) -> Sieve:
        """Return what finds the mentors of a mentee without a look at each."""
        return Sieve(self)

    def unheld(self, mentee: Mentee) -> tuple[str, ...]:
        """Return the goals of a mentee that nobody in the pool holds."""
        return tuple(goal for goal in dict.fromkeys(mentee.goals) if goal not in self.able)


class Parts(NamedTuple):
    """What a pair's score is made of. A tuple, because a large pool has millions of them."""

    goals: int
    level: int
    team: int
    hours: int
    preference: int
    load: int

    @property
    def score(self) -> int:
        """Return the sum, 0 to 1000."""
        return sum(self)


def judge(pool: Pool, mentee: Mentee, mentor: Mentor) -> Reason | Parts:
    """Return the first reason that keeps two apart, or the parts of their score."""
    minutes = shared_minutes(mentee.hours, mentor.hours)
    reason = _reason(pool, mentee, mentor, minutes)
    return _parts(pool, mentee, mentor, minutes, _shares(pool, mentee)) if reason is None else reason


def _reason(pool: Pool, mentee: Mentee, mentor: Mentor, minutes: int) -> Reason | None:
    pair = (mentor.id, mentee.id)
    is_shut = not (mentee.is_open and mentor.is_open) or mentor.id in mentee.excludes or mentee.id in mentor.excludes
    applies = {
        Reason.SAME_PERSON: mentor.id == mentee.id,
        Reason.MANAGEMENT_CHAIN: pair in pool.chain or pair[::-1] in pool.chain,
        Reason.LEVEL: mentor.rank - mentee.rank < 1,
        Reason.UNAVAILABLE: not mentor.is_available or mentor.capacity <= mentor.taken,
        Reason.HOURS: minutes < MIN_SHARED_MINUTES,
        Reason.LANGUAGE: mentee.languages.isdisjoint(mentor.languages),
        Reason.RECENT_PAIRING: pair in pool.failed,
        Reason.BANNED: pair in pool.banned,
        Reason.NO_GOAL: mentor.holds.isdisjoint(mentee.goals),
        Reason.OPTED_OUT: is_shut,
        Reason.COMMITTEE: pair in pool.judges,
    }
    return next((reason for reason, holds in applies.items() if holds), None)


def _parts(pool: Pool, mentee: Mentee, mentor: Mentor, minutes: int, shares: tuple[Mapping[str, int], int]) -> Parts:
    weights, (share, whole) = pool.weights, shares
    return Parts(
        goals=weights.goals * sum(share[goal] for goal in share if goal in mentor.holds) // whole,
        level=_level_part(weights.level, mentor.rank - mentee.rank),
        team=weights.team if mentee.team != mentor.team else 0,
        hours=weights.hours * min(minutes, ENOUGH_SHARED_MINUTES) // ENOUGH_SHARED_MINUTES,
        preference=_preference_part(weights.preference, mentee, mentor),
        load=weights.load * mentor.free // mentor.capacity,
    )


def _shares(pool: Pool, mentee: Mentee) -> tuple[Mapping[str, int], int]:
    """Return w = 1/able of each goal of a mentee that somebody holds, over a common denominator, and their sum.

    The part of the goals is ⌊weight · Σ w·holds / Σ w⌋, without rounding twice.
    """
    able = {goal: pool.able[goal] for goal in mentee.goals if goal in pool.able}
    whole = prod(able.values())
    share = {goal: whole // number for goal, number in able.items()}
    return share, sum(share.values())


def _level_part(weight: int, difference: int) -> int:
    """Return all of the weight for one level above, four fifths for two, two fifths for more."""
    fifths = {1: 5, 2: 4}.get(difference, 2)
    return weight * fifths // 5


def _preference_part(weight: int, mentee: Mentee, mentor: Mentor) -> int:
    """Return all of the weight when both named each other, half when the mentee named the mentor."""
    if mentor.id not in mentee.names:
        return 0
    return weight if mentee.id in mentor.names else weight // 2


class Sieve:
    """Whom each reason rules out for a mentee, as bits: bit n is the n-th mentor by id.

    The same rule as `judge`, which says it in words: here each reason is settled for all mentors at once, so that a
    pool of thousands is looked through once for each mentee and not once for each two.
    """

    def __init__(self, pool: Pool) -> None:
        """Sort the mentors of a pool by what the reasons ask."""
        self.mentors = tuple(sorted(pool.mentors, key=lambda one: one.id))
        self._all = (1 << len(self.mentors)) - 1
        self._places = {one.id: 1 << place for place, one in enumerate(self.mentors)}
        self._by_rank, self._by_hours = self._bits(lambda one: [one.rank]), self._bits(lambda one: [one.hours])
        self._by_language = self._bits(lambda one: one.languages)
        self._holders = self._bits(lambda one: one.holds)
        self._excluded_by = self._bits(lambda one: one.excludes)
        self._unavailable = self._bits(lambda one: [not one.is_available or one.capacity <= one.taken]).get(True, 0)
        self._closed = self._bits(lambda one: [not one.is_open]).get(True, 0)
        both_ways = (pair for one in pool.chain for pair in (one, one[::-1]))
        self._chain, self._judges = self._between(both_ways), self._between(pool.judges)
        self._failed, self._banned = self._between(pool.failed), self._between(pool.banned)
        self._away: dict[Hours, int] = {}

    def ruled_out(self, mentee: Mentee) -> Mapping[Reason, int]:
        """Return whom each reason rules out, whether or not another one applies before it; in no order."""
        return {
            Reason.SAME_PERSON: self._places.get(mentee.id, 0),
            Reason.MANAGEMENT_CHAIN: self._chain.get(mentee.id, 0),
            Reason.LEVEL: self._any(bits for rank, bits in self._by_rank.items() if rank - mentee.rank < 1),
            Reason.UNAVAILABLE: self._unavailable,
            Reason.HOURS: self._without_shared_hours(mentee.hours),
            Reason.LANGUAGE: self._all & ~self._any(self._by_language.get(one, 0) for one in mentee.languages),
            Reason.RECENT_PAIRING: self._failed.get(mentee.id, 0),
            Reason.BANNED: self._banned.get(mentee.id, 0),
            Reason.NO_GOAL: self._all & ~self._any(self._holders.get(one, 0) for one in mentee.goals),
            Reason.OPTED_OUT: self._shut(mentee),
            Reason.COMMITTEE: self._judges.get(mentee.id, 0),
        }

    def fitting(self, mentee: Mentee) -> list[Mentor]:
        """Return the mentors whom no reason rules out, by id."""
        left = f"{self._all & ~self._any(self.ruled_out(mentee).values()):b}"[::-1]
        found, place = [], left.find("1")
        while place >= 0:
            found.append(self.mentors[place])
            place = left.find("1", place + 1)
        return found

    def count(self, mentee: Mentee) -> Mapping[Reason, int]:
        """Return how many mentors each reason rules out, by the first that applies, in the order of the reasons."""
        left, ruled_out, counts = self._all, self.ruled_out(mentee), {}
        for reason in Reason:
            if found := (left & ruled_out[reason]).bit_count():
                counts[reason] = found
            left &= ~ruled_out[reason]
        return counts

    def _shut(self, mentee: Mentee) -> int:
        if not mentee.is_open:
            return self._all
        excluded = self._any(self._places.get(one, 0) for one in mentee.excludes)
        return self._closed | self._excluded_by.get(mentee.id, 0) | excluded

    def _without_shared_hours(self, hours: Hours) -> int:
        if hours not in self._away:
            apart = (one for one in self._by_hours if shared_minutes(hours, one) < MIN_SHARED_MINUTES)
            self._away[hours] = self._any(self._by_hours[one] for one in apart)
        return self._away[hours]

    def _bits(self, keys: Callable[[Mentor], Iterable[K]]) -> dict[K, int]:
        found: dict[K, int] = {}
        for place, mentor in enumerate(self.mentors):
            for key in keys(mentor):
                found[key] = found.get(key, 0) | 1 << place
        return found

    def _between(self, pairs: Iterable[Pair]) -> dict[str, int]:
        found: dict[str, int] = {}
        for mentor, mentee in pairs:
            if mentor in self._places:
                found[mentee] = found.get(mentee, 0) | self._places[mentor]
        return found

    @staticmethod
    def _any(bits: Iterable[int]) -> int:
        return reduce(or_, bits, 0)


@dataclass(frozen=True)
class Admissible:
    """Every admissible pair of a pool with its parts; keys are (mentee, mentor), sorted by the queue, then the mentor.

    `pins` are pairs made by hand that hold; `broken_pins` are those that do not, with the reason: they are left out.
    """

    pool: Pool
    pairs: Mapping[Pair, Parts]
    pins: Mapping[Pair, Parts]
    broken_pins: Mapping[Pair, Reason]

    @cached_property
    def unheld(self) -> tuple[str, ...]:
        """Return the goals that nobody in the pool holds, sorted: what no score speaks of."""
        return tuple(sorted({goal for one in self.pool.mentees for goal in self.pool.unheld(one)}))

    @cached_property
    def cross_ladder(self) -> frozenset[Pair]:
        """Return the admissible pairs whose two stand on different ladders: allowed, and flagged."""
        mentees = {one.id: one.ladder for one in self.pool.mentees}
        mentors = {one.id: one.ladder for one in self.pool.mentors}
        return frozenset(pair for pair in self.pairs if mentees[pair[0]] != mentors[pair[1]])

    def reasons(self, mentee: Mentee) -> Mapping[Reason, int]:
        """Return how many mentors each reason rules out for a mentee, in the order of the reasons."""
        return self.pool.sieve.count(mentee)

    @cached_property
    def instance(self) -> Instance:
        """Return what is left to be solved: without the pinned mentees, and without the places that they take."""
        settled = {mentee for mentee, _ in self.pins}
        used = Counter(mentor for _, mentor in self.pins)
        mentors = sorted(self.pool.mentors, key=lambda one: one.id)
        return Instance(
            mentees=tuple(one.id for one in self.pool.queue if one.id not in settled),
            mentors=tuple(one.id for one in mentors),
            capacities={one.id: one.free - used[one.id] for one in mentors},
            scores={pair: parts.score for pair, parts in self.pairs.items() if pair[0] not in settled},
        )

    def with_pins(self, solution: Solution) -> Solution:
        """Return the solution of `instance` with the pinned pairs: of the whole round."""
        pairs = {**solution.pairs, **dict(self.pins.keys())}
        scores = [self.pairs[pair].score for pair in pairs.items()]
        ordered = {one.id: pairs[one.id] for one in self.pool.queue if one.id in pairs}
        return Solution(pairs=ordered, matched=len(pairs), worst=min(scores, default=0), total=sum(scores))


def admissible(pool: Pool) -> Admissible:
    """Return every admissible pair of a pool. The order of its people and sets makes no difference."""
    pairs: dict[Pair, Parts] = {}
    for mentee in pool.queue:
        shares, minutes = _shares(pool, mentee), dict[Hours, int]()
        for mentor in pool.sieve.fitting(mentee):
            if mentor.hours not in minutes:
                minutes[mentor.hours] = shared_minutes(mentee.hours, mentor.hours)
            pairs[mentee.id, mentor.id] = _parts(pool, mentee, mentor, minutes[mentor.hours], shares)
    pins, broken = _pins(pool, pairs)
    return Admissible(pool, pairs, pins, broken)


def _pins(pool: Pool, pairs: Mapping[Pair, Parts]) -> tuple[dict[Pair, Parts], dict[Pair, Reason]]:
    """Return the pins that hold and those that do not: a mentee has one mentor, and a mentor only so many places."""
    mentees, mentors = {one.id: one for one in pool.mentees}, {one.id: one for one in pool.mentors}
    places = {mentor.id: mentor.free for mentor in pool.mentors}
    pins: dict[Pair, Parts] = {}
    broken: dict[Pair, Reason] = {}
    settled: set[str] = set()
    for mentor_id, mentee_id in sorted(pool.pinned, key=lambda one: one[::-1]):
        pair = (mentee_id, mentor_id)
        if pair not in pairs:
            found = mentee_id in mentees and mentor_id in mentors
            reason = judge(pool, mentees[mentee_id], mentors[mentor_id]) if found else Reason.OPTED_OUT
            broken[pair] = reason if isinstance(reason, Reason) else Reason.UNAVAILABLE
        elif mentee_id in settled or not places[mentor_id]:
            broken[pair] = Reason.UNAVAILABLE
        else:
            pins[pair] = pairs[pair]
            settled.add(mentee_id)
            places[mentor_id] -= 1
    return pins, broken


def seekers(pool: Pool, strength: str, pins: Iterable[Pair] = ()) -> tuple[str, ...]:
    """Return who seeks help with an expectation, who has waited longest first: whom such a mentor could reach.

    `pins` are those that hold, as `Admissible` has them, mentee first: whoever they settle is left out.
    """
    settled = {mentee for mentee, _ in pins}
    return tuple(one.id for one in pool.queue if one.is_open and strength in one.goals and one.id not in settled)
