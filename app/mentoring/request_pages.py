"""The page of a request or proposal: what each of the two reads of it, and what each of them can do now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can
from app.domain.mentorship import MentorshipEvent, MentorshipState, PairSide
from app.ladders.queries import level_marks
from app.mentoring.languages import in_words
from app.mentoring.models import Mentorship, MentorshipStep
from app.mentoring.queries.finding import profiles_of, shared_hours, shared_languages
from app.mentoring.queries.profiles import NamedExpectation, held_by, named_expectations
from app.mentoring.queries.requests import Message, goals_offered, last_step, state_on, thread_of
from app.mentoring.wording import DECLINE_REASONS, WITHDRAWN
from app.people.models import Person
from app.people.queries import get_people
from app.people.queries.held import find_team, held_levels_of
from app.policies.queries import value_of

HALF, HOUR = 30, 60


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal in words, and whether the mentor offers to help with it and holds it today."""

    text: str
    where: str
    is_offered: bool


@dataclass(frozen=True, slots=True)
class RequestHead:
    """With whom, and where it stands. `state` is that of today, whether or not the daily job has been here."""

    mentorship: Mentorship
    side: PairSide
    state: MentorshipState
    other: Person

    @property
    def is_open(self) -> bool:
        """Say whether it may still be answered."""
        return self.state is MentorshipState.PROPOSED

    @property
    def is_proposal(self) -> bool:
        """Say whether a round proposed it."""
        return self.mentorship.round_id is not None


@dataclass(frozen=True, slots=True)
class RequestView(RequestHead):
    """What one of the two reads."""

    level: str
    team: str
    goals: Sequence[Goal]
    thread: Sequence[Message]
    hours: str
    languages: Sequence[str]
    reason: str
    """The kind reason of a decline, in words; empty where nobody declined."""
    declined_by_reader: bool
    withdrawn: str
    """Why Belay withdrew it by itself, in words; empty where it did not."""

    @property
    def has_agreed(self) -> bool:
        """Say whether the reader has agreed already."""
        own, mentor = self.mentorship.mentee_consented_at, self.mentorship.mentor_consented_at
        return (own if self.side is PairSide.MENTEE else mentor) is not None

    @property
    def other_has_agreed(self) -> bool:
        """Say whether the other one has agreed already."""
        mentee, mentor = self.mentorship.mentee_consented_at, self.mentorship.mentor_consented_at
        return (mentor if self.side is PairSide.MENTEE else mentee) is not None

    @property
    def is_own_turn(self) -> bool:
        """Say whether the reader is the one who is asked now."""
        if not self.is_open:
            return False
        return not self.has_agreed if self.is_proposal else self.mentorship.waits_for is self.side

    @property
    def helped(self) -> Sequence[Goal]:
        """Return the goals with which the mentor can help."""
        return [one for one in self.goals if one.is_offered]


def head_of(mentorship: Mentorship, reader_id: uuid.UUID, on: date) -> RequestHead:
    """Return what the questions before a no or a withdrawal need to know."""
    other_id = mentorship.other_than(reader_id)
    side = PairSide.MENTEE if reader_id == mentorship.mentee_id else PairSide.MENTOR
    return RequestHead(mentorship, side, state_on(mentorship, on), get_people([other_id])[other_id])


def view_of(mentorship: Mentorship, reader: Actor, on: date) -> RequestView:
    """Return the page as one of the two reads it.

    A mentor's reading of what the mentee wrote ends when it is over (access matrix, note 9): their own words stay.
    What the two share today is of use only while they may become a pair or are one; later it would tell of today.
    Level and team of the other one stand there for whom they stand in the directory (row 28).
    """
    reader_id = reader.person_id
    head = head_of(mentorship, reader_id, on)
    other_id = head.other.id
    is_live = head.is_open or mentorship.is_underway
    knows_them = can(reader, Permission.Person.READ, head.other)
    profiles = profiles_of([reader_id, other_id]) if is_live else {}
    own, others = profiles.get(reader_id), profiles.get(other_id)
    step = None if mentorship.state is MentorshipState.PROPOSED else last_step(mentorship.id)
    team = find_team(other_id, on) if knows_them and is_live else None
    return RequestView(
        head.mentorship,
        head.side,
        head.state,
        head.other,
        level=_level(other_id, on) if is_live and (knows_them or value_of("directory_shows_level")) else "",
        team=team.name if team else "",
        goals=_goals(mentorship) if can(reader, Permission.Mentorship.READ_GOALS, mentorship) else [],
        thread=thread_of(mentorship, reader_id),
        hours=hours_in_words(shared_hours(own, others, on)),
        languages=in_words(shared_languages(own, others)),
        reason=DECLINE_REASONS.get(step.code, "") if step is not None else "",
        declined_by_reader=step is not None and step.by_id == reader_id,
        withdrawn=_withdrawn(step, head) if step is not None else "",
    )


def _withdrawn(step: MentorshipStep, head: RequestHead) -> str:
    words = WITHDRAWN.get(step.code) if step.event == MentorshipEvent.WITHDRAW else None
    return words[head.side].format(name=head.other.name) if words is not None else ""


def _level(person_id: uuid.UUID, on: date) -> str:
    """Return the level that somebody holds, as the other one of a pair reads it: “L3, Software Engineer”."""
    held = next((one for one in held_levels_of(frozenset({person_id}))[person_id] if one.covers(on)), None)
    mark = level_marks().get((held.lineage, held.level)) if held is not None else None
    return f"{mark.level}, {mark.title}" if mark is not None else ""


def _goals(mentorship: Mentorship) -> list[Goal]:
    offered, held = goals_offered(mentorship), held_by([mentorship.mentor_id])[mentorship.mentor_id]
    return [goal_of(one, is_offered=offered[key] and key in held) for key, one in in_order(list(offered))]


def goal_of(named: NamedExpectation, *, is_offered: bool) -> Goal:
    """Return a goal as a page shows it."""
    return Goal(named.text, f"{named.competency}, {named.ladder}", is_offered)


def in_order(keys: Sequence[str]) -> list[tuple[str, NamedExpectation]]:
    """Return goals with their words in the order in which the mentee gave them; what no ladder knows is left out."""
    named = named_expectations(keys)
    return [(key, named[key]) for key in keys if key in named]


def hours_in_words(minutes: int) -> str:
    """Return shared hours as people say them, to the half hour below; empty where there are none.

    >>> hours_in_words(330), hours_in_words(95), hours_in_words(60), hours_in_words(20)
    ('5½ hours a day', '1½ hours a day', '1 hour a day', '')
    """
    whole, rest = divmod(minutes, HOUR)
    if whole == 0:
        return ""
    if rest >= HALF:
        return f"{whole}½ hours a day"
    return "1 hour a day" if whole == 1 else f"{whole} hours a day"
