"""The course of a mentorship as one of the two sees it: where it stands, what can be done, and whose words are open.

Reading rules, access matrix, row 16 and note 9: one's own answers always. The other one's answers at the mid-point are
open once both are in, to a mentor as long as the mentorship lasts. Those of the closing were written for the other one:
they are open once both are in, and when it has completed; where it ended early they stay with who wrote them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.access.relations import relations
from app.domain.mentorship import (
    CLOSING_DAYS,
    MentorshipEvent,
    MentorshipState,
    PairSide,
    after,
    answer_day,
    months_left,
    pause_over,
)
from app.infra.templating import long_date
from app.mentoring.actions.reviews import STATES
from app.mentoring.models import Mentorship, MentorshipReview, ReviewKind
from app.mentoring.queries.course import LEFT, answers_in, find_parting, open_reviews, who_has_given
from app.mentoring.queries.requests import last_step
from app.mentoring.wording import QUESTIONS, STATE
from app.people.models import Person
from app.people.queries import get_people

Given = frozenset[tuple[ReviewKind, uuid.UUID]]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stop of the rail: `state` is done, reached (the way to the next one is not done), now or empty."""

    name: str
    day: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done now: a link to its page. `endpoint` belongs to the blueprint of mentoring."""

    words: str
    endpoint: str
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class CourseView:
    """The course of a mentorship for one of the two. `asks_again` is the mentor whom a mentee may ask anew."""

    mentorship: Mentorship
    state: str
    lead: str
    phases: tuple[Phase, ...]
    acts: tuple[Act, ...]
    is_paused: bool
    is_over: bool
    chain: tuple[str, str] | None
    parting: tuple[str, str] | None
    asks_again: Person | None

    @property
    def has_due_act(self) -> bool:
        """Say whether one of the acts is wanted now, so that nothing else on the page is."""
        return self.is_paused or any(act.is_main for act in self.acts)


@dataclass(frozen=True, slots=True)
class Answers:
    """What one of the two answered, by question."""

    author: str
    lines: tuple[tuple[str, str], ...]


def course_of(mentorship: Mentorship, reader_id: uuid.UUID, today: date) -> CourseView | None:
    """Return the course of a mentorship for one of its two; None for one that has not begun."""
    if not mentorship.has_begun:
        return None
    given = who_has_given(mentorship.id)
    people = get_people((mentorship.mentee_id, mentorship.mentor_id))
    other = people[mentorship.other_than(reader_id)]
    is_mentee = mentorship.side_of(reader_id) is PairSide.MENTEE
    return CourseView(
        mentorship,
        STATE[mentorship.state],
        _lead(mentorship, reader_id, other.name, given, today),
        _phases(mentorship, today),
        _acts(mentorship, reader_id, given, today),
        mentorship.state is MentorshipState.PAUSED,
        mentorship.state.is_over,
        _chain(mentorship, reader_id, people) if mentorship.is_underway else None,
        _parting(mentorship, people),
        other if is_mentee and mentorship.state.is_over and not _has_left(other, today) else None,
    )


def _has_left(person: Person, today: date) -> bool:
    return person.left_on is not None and person.left_on <= today


# Words -----------------------------------------------------------------------------------


def _lead(mentorship: Mentorship, reader_id: uuid.UUID, other: str, given: Given, today: date) -> str:
    state, ends_on = mentorship.state, _day(mentorship.ends_on)
    if state is MentorshipState.ACTIVE:
        lead = _mid_point_words(mentorship, reader_id, other, given, today)
    elif state is MentorshipState.MID_POINT_DONE:
        lead = f"The mid-point is behind you. Closing begins by itself on {ends_on}."
    elif state is MentorshipState.CLOSING:
        lead = _closing(mentorship, reader_id, other, given, today)
    elif state is MentorshipState.PAUSED:
        last = _day(pause_over(mentorship.paused_on or today, mentorship.resumes_on))
        until = f"until {last}" if mentorship.resumes_on else f"until one of you goes on, by {last} at the latest"
        lead = f"Paused since {_day(mentorship.paused_on)}, {until}. All days shift by the days of the pause."
    elif state is MentorshipState.COMPLETED:
        lead = f"Completed on {_day(mentorship.ended_on)}. You both read what you answered at the end."
    else:
        lead = _ended(mentorship, other)
    return lead


def _closing(mentorship: Mentorship, reader_id: uuid.UUID, other: str, given: Given, today: date) -> str:
    last = _day(answer_day(mentorship.closing_on or today, CLOSING_DAYS))
    if (ReviewKind.CLOSING, reader_id) in given:
        return f"Your answers are in. It completes once {other}’s are and each goal has an outcome, or after {last}."
    return f"Four questions for each of you, and an outcome for each goal, by {last}. Then it completes."


def _mid_point_words(mentorship: Mentorship, reader_id: uuid.UUID, other: str, given: Given, today: date) -> str:
    if (ReviewKind.MID_POINT, reader_id) in given:
        return f"You have looked back. You read {other}’s answers, and {other} yours, once both are in."
    if any(kind is ReviewKind.MID_POINT for kind, _ in given):
        return f"{other} has looked back. You read each other’s answers once yours are in as well."
    if mentorship.mid_point_on and today >= mentorship.mid_point_on:
        return "Mid-point: three questions, each of you for yourself."
    return f"The mid-point is on {_day(mentorship.mid_point_on)}. You can look back earlier."


def _ended(mentorship: Mentorship, other: str) -> str:
    step = last_step(mentorship.id)
    if step is not None and step.code == LEFT:
        return f"Ended on {_day(mentorship.ended_on)}, because {other} has left."
    return f"Ended on {_day(mentorship.ended_on)}, before its time. That is nobody’s fault, and nobody is asked why."


def _day(on: date | None) -> str:
    return long_date(on) if on else "a day that is not known"


def _parting(mentorship: Mentorship, people: Mapping[uuid.UUID, Person]) -> tuple[str, str] | None:
    """Return who left parting words, and them: for the two alone, of whom one wrote them."""
    row = find_parting(mentorship.id) if mentorship.state is MentorshipState.ENDED_EARLY else None
    return (people[row.author_id].name, row.words) if row else None


# The rail --------------------------------------------------------------------------------


def _phases(mentorship: Mentorship, today: date) -> tuple[Phase, ...]:
    state = mentorship.left_state if mentorship.state is MentorshipState.PAUSED else mentorship.state
    is_over, is_closing = mentorship.state.is_over, state is MentorshipState.CLOSING
    is_half = state is MentorshipState.MID_POINT_DONE or is_closing or state is MentorshipState.COMPLETED
    half_now = state is MentorshipState.ACTIVE and bool(mentorship.mid_point_on and today >= mentorship.mid_point_on)
    end_name = "Ended" if is_over else "Closing" if is_closing else "End"
    end_on = (mentorship.ended_on if is_over else mentorship.closing_on if is_closing else None) or mentorship.ends_on
    return (
        Phase("Began", _day(mentorship.began_on), "done" if is_half or half_now else "reached"),
        Phase("Mid-point", _day(mentorship.mid_point_on), _half(is_half, half_now, is_closing or is_over)),
        Phase(end_name, _day(end_on), "done" if is_over else "now" if is_closing else ""),
    )


def _half(is_half: bool, half_now: bool, is_last: bool) -> str:  # noqa: FBT001 - three answers about one stop
    """Return the state of the mid-point; the way from it to the end is filled once that is reached."""
    if is_half:
        return "done" if is_last else "reached"
    return "now" if half_now else ""


def _acts(mentorship: Mentorship, reader_id: uuid.UUID, given: Given, today: date) -> tuple[Act, ...]:
    state, acts = mentorship.state, []
    if state is MentorshipState.ACTIVE:
        due = bool(mentorship.mid_point_on and today >= mentorship.mid_point_on)
        is_in = (ReviewKind.MID_POINT, reader_id) in given
        acts.append(Act("Your mid-point answers" if is_in else "Look back", "show_look_back", due and not is_in))
    elif any(kind is ReviewKind.MID_POINT for kind, _ in given) or state is MentorshipState.MID_POINT_DONE:
        acts.append(Act("Mid-point", "show_look_back"))
    if state is MentorshipState.CLOSING:
        acts.insert(0, Act("Answer and close", "show_closing", is_main=True))
    elif state is MentorshipState.COMPLETED or (ReviewKind.CLOSING, reader_id) in given:
        acts.insert(0, Act("Closing answers", "show_closing", is_main=state is MentorshipState.COMPLETED))
    if after(state, MentorshipEvent.EXTEND) and months_left(mentorship.months):
        acts.append(Act("Extend", "ask_extend_pair"))
    if after(state, MentorshipEvent.PAUSE):
        acts.append(Act("Pause", "ask_pause_pair"))
    if after(state, MentorshipEvent.START_CLOSING):
        acts.append(Act("Begin to close", "ask_close_pair"))
    if after(state, MentorshipEvent.END_EARLY):
        acts.append(Act("End it", "ask_end_pair"))
    return tuple(acts)


# One management chain --------------------------------------------------------------------


def _chain(mentorship: Mentorship, reader_id: uuid.UUID, people: Mapping[uuid.UUID, Person]) -> tuple[str, str] | None:
    """Say that the two have come into one management chain, and what follows from it: nothing by itself.

    Source: access matrix, T8.
    """
    for lower, upper in (
        (mentorship.mentee_id, mentorship.mentor_id),
        (mentorship.mentor_id, mentorship.mentee_id),
    ):
        above = relations.chain(lower)
        if upper in above:
            how = "are the line manager of" if above[:1] == (upper,) else "stand above"
            fact = f"You {how} {people[lower].name} now."
            if upper != reader_id:
                how = "is your line manager" if above[:1] == (upper,) else "stands above you"
                fact = f"{people[upper].name} {how} now."
            words = (
                f"{fact} No new pair is made within a chain, because it is hard to be open with whoever judges your "
                "work. Nothing ends by itself: talk about whether to go on. What you write here is read by the two of "
                "you and by nobody else, as before, and your private notes by you alone."
            )
            return "You are in one management chain", words
    return None


# Whose answers are open ------------------------------------------------------------------


def answers_shown(
    mentorship: Mentorship, kind: ReviewKind, reader_id: uuid.UUID
) -> tuple[Answers | None, Answers | None]:
    """Return the reader's own answers and those of the other one, each where it is given and open to the reader."""
    people = get_people((mentorship.mentee_id, mentorship.mentor_id))
    found, other_id = open_reviews(mentorship, kind, reader_id), mentorship.other_than(reader_id)
    return (
        _answers(found.get(reader_id), kind, people[reader_id].name),
        _answers(found.get(other_id), kind, people[other_id].name),
    )


def own_draft(mentorship: Mentorship, row: MentorshipReview | None, author: str) -> Answers | None:
    """Return what somebody wrote and never gave, once it can be given no more: own words stay readable (note 9)."""
    if row is None or row.given_at is not None or mentorship.state in STATES[row.kind]:
        return None
    found = _answers(row, row.kind, author)
    return found if found and found.lines else None


def _answers(row: MentorshipReview | None, kind: ReviewKind, author: str) -> Answers | None:
    if row is None:
        return None
    texts = answers_in(row)
    lines = zip((question.text for question in QUESTIONS[kind]), texts, strict=False)
    return Answers(author, tuple(line for line in lines if line[1]))
