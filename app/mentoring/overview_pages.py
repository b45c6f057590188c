"""Mentoring at a glance, put together: which pairs are silent, who has too many, who waits, and what ended. Pure.

Lists of people are ordered by name or by how long something has waited, and each says which; nothing ranks anybody.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.mentorship import MentorshipState, is_silent
from app.infra.clock import local
from app.infra.pagination import PER_PAGE, Page
from app.mentoring.models import GoalOutcome
from app.mentoring.queries import overview as queries
from app.mentoring.queries.course import MEETING, overdue_weeks
from app.mentoring.queries.overview import (
    NO_ROUND,
    Concluded,
    Ended,
    LoadLine,
    PairLine,
    ProposalLine,
    WaitingLine,
    Wanted,
)
from app.mentoring.wording import OUTCOME, OUTSIDE
from app.people.queries import MAX_CHAIN

STEP = 5
"""Goals of completed mentorships are counted for so many more at once, so that no count tells of one pair (house)."""
NOTHING = Concluded(0, {})


@dataclass(frozen=True, slots=True)
class Silent:
    """A pair that has not met for long: since when, in weeks, and whether a session is planned."""

    pair: PairLine
    since: date
    weeks: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A mentor with mentees or questions, and what is too much of them."""

    line: LoadLine
    taken: int

    @property
    def free(self) -> int:
        """Return how many places are left; below none where there are more mentees than places."""
        return self.line.capacity - self.taken

    @property
    def words(self) -> str:
        """Return what is too much, in words; nothing where all of it fits.

        More requests than places are no fault of anybody's, for each was somebody's own choice; a round that proposes
        more than there is place for is.
        """
        if self.free < 0:
            return f"{-self.free} more than they take on"
        if not self.free and self.line.requests:
            return "No place left, and still asked"
        if self.line.proposals > self.free:
            return f"{self.line.proposals - self.free} more proposed than there are places"
        return ""


@dataclass(frozen=True, slots=True)
class Waits:
    """Somebody who looks for a mentor: for how many days, and how many requests and proposals of theirs are open."""

    line: WaitingLine
    days: int
    open: int


@dataclass(frozen=True, slots=True)
class Option:
    """One filter: a round."""

    text: str
    count: int | None
    current: bool
    href: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the page shows."""

    figures: tuple[tuple[int, str], ...]
    silent: tuple[Silent, ...]
    loaded: tuple[Loaded, ...]
    waiting: tuple[Waits, ...]
    proposals: Sequence[ProposalLine]
    chained: tuple[tuple[PairLine, str], ...]
    pairs: Page[PairLine]
    ended: Ended
    concluded: int
    goals: tuple[tuple[str, int], ...]
    weeks: int


def read_overview(wanted: Wanted, at: datetime, page: int) -> Overview:
    """Return mentoring at a glance. Who waits, and what mentors carry, is of no one round and stands there always.

    What became of goals is counted for all rounds together alone: else the difference of two filters were one pair.
    """
    today, weeks = local(at).date(), overdue_weeks()
    everybody = queries.list_pairs(at)
    pairs = [pair for pair in everybody if _is_of(pair, wanted)]
    asked = queries.list_proposals(today)
    proposals = [line for line in asked if _is_of(line, wanted)]
    silent = silent_pairs(pairs, today, weeks)
    waiting = _waiting(queries.list_waiting_mentees(today), asked, today)
    concluded = queries.count_concluded(today, STEP) if wanted is None else NOTHING
    first = (page - 1) * PER_PAGE
    return Overview(
        figures=(
            (len(pairs), "pairs under way"),
            (len(silent), "of them silent"),
            (len(proposals), "proposals and requests unanswered"),
            (len(waiting), "people wait for a mentor"),
        ),
        silent=silent,
        loaded=_loaded(queries.list_loads(today), Counter(pair.mentor_id for pair in everybody)),
        waiting=waiting,
        proposals=proposals,
        chained=chained_pairs(pairs, queries.managers_today(today)),
        pairs=Page(pairs[first : first + PER_PAGE], page, len(pairs)),
        ended=queries.count_ended(wanted, today),
        concluded=concluded.mentorships,
        goals=_goals(concluded),
        weeks=weeks,
    )


def _is_of(line: PairLine | ProposalLine, wanted: Wanted) -> bool:
    return wanted is None or (line.round_id is None if wanted == NO_ROUND else line.round_id == wanted)


def silent_pairs(pairs: Iterable[PairLine], today: date, weeks: int) -> tuple[Silent, ...]:
    """Return the pairs that have not met for more than so many weeks, the longest first; none that pauses or closes."""
    found = []
    for pair in pairs:
        since = max(day for day in (pair.began_on, pair.resumed_on, pair.last_on) if day)
        if pair.state in MEETING and is_silent(None, since, today, weeks):
            found.append(Silent(pair, since, (today - since).days // 7))
    return tuple(sorted(found, key=lambda one: one.since))


def _loaded(lines: Iterable[LoadLine], taken: Mapping[uuid.UUID, int]) -> tuple[Loaded, ...]:
    loads = (Loaded(line, taken.get(line.person_id, 0)) for line in lines)
    return tuple(one for one in loads if one.words)


def _waiting(lines: Iterable[WaitingLine], proposals: Iterable[ProposalLine], today: date) -> tuple[Waits, ...]:
    asked = Counter(one.mentee_id for one in proposals)
    return tuple(Waits(line, (today - local(line.since).date()).days, asked[line.person_id]) for line in lines)


def chained_pairs(
    pairs: Iterable[PairLine], managers: Mapping[uuid.UUID, uuid.UUID]
) -> tuple[tuple[PairLine, str], ...]:
    """Return the pairs of whom one stands above the other now, each with how. Source: access matrix, T8."""
    found = []
    for pair in pairs:
        for upper, lower, name, other in (
            (pair.mentor_id, pair.mentee_id, pair.mentor, pair.mentee),
            (pair.mentee_id, pair.mentor_id, pair.mentee, pair.mentor),
        ):
            above = _chain(lower, managers)
            if upper in above:
                how = "is the line manager of" if above[0] == upper else "stands above"
                found.append((pair, f"{name} {how} {other}"))
    return tuple(found)


def _chain(person_id: uuid.UUID, managers: Mapping[uuid.UUID, uuid.UUID]) -> list[uuid.UUID]:
    chain: list[uuid.UUID] = []
    current = managers.get(person_id)
    while current is not None and current not in chain and len(chain) < MAX_CHAIN:
        chain.append(current)
        current = managers.get(current)
    return chain


def _goals(concluded: Concluded) -> tuple[tuple[str, int], ...]:
    """Return how many goals had which outcome; nothing before the first step is full."""
    if not concluded.mentorships:
        return ()
    known = tuple((OUTCOME[one], concluded.goals.get(one, 0)) for one in GoalOutcome)
    return (*known, ("No outcome written down", concluded.goals.get(None, 0)))


def state_words(state: MentorshipState) -> str:
    """Return the state of a pair for those outside it."""
    return OUTSIDE[state]
