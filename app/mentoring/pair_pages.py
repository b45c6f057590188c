"""The page of a pair in words: what comes next, the sessions, and what the two mean to do. No database, no session."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.evidence import EvidenceKind
from app.domain.mentorship import MentorshipState, PairSide
from app.evidence.queries import Marks
from app.infra.clock import local
from app.infra.templating import join_words, kind_label, long_date
from app.mentoring.models import GoalOutcome, MentoringSession, Mentorship, MentorshipGoal, SessionAction, SessionState
from app.mentoring.queries.profiles import NamedExpectation, key_of
from app.mentoring.wording import OTHER, OUTCOME

SATURDAY = 5
LOST = "An expectation that no ladder in use has"


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal as the page shows it. `slug` and `id` lead to the page of the expectation, where a ladder has it."""

    key: str
    id: str
    text: str
    where: str
    slug: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action: who does it and until when. `is_own`: the reader wrote it and may take it out."""

    id: uuid.UUID
    words: str
    owner: str
    due_on: date | None
    is_done: bool
    is_overdue: bool
    is_own: bool
    is_carried: bool = False


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session in a list; `words` says where it is. `asks`: its day has come and nobody has said how it went."""

    id: uuid.UUID
    number: int
    day: date
    begins: str
    minutes: int
    state: SessionState
    asks: bool
    words: str
    place: str = ""


def lead_of(mentorship: Mentorship, side: PairSide) -> str:
    """Return the line under the heading: who the other one is, since when and until when, how often they meet."""
    began, ends = mentorship.began_on, mentorship.ends_on
    if mentorship.ended_on is not None and began is not None:
        return f"{OTHER[side]} from {long_date(began)} to {long_date(mentorship.ended_on)}."
    parts = [OTHER[side]]
    if began is not None:
        parts.append(f"since {long_date(began)}")
    if ends is not None:
        parts.append(f"until {long_date(ends)}")
    return f"{' '.join(parts)}. You mean to meet every {mentorship.session_weeks} weeks."


def count_words(sessions: Iterable[MentoringSession]) -> str:
    """Return how many sessions took place, are planned, and were called off; what there is none of is left out."""
    states = [one.state for one in sessions]
    held, planned, off = (
        states.count(one) for one in (SessionState.HELD, SessionState.PLANNED, SessionState.CALLED_OFF)
    )
    parts = [f"{held} held"]
    parts += [f"{planned} planned"] if planned else []
    parts += [f"{off} called off"] if off else []
    return ", ".join(parts)


def session_day(session: MentoringSession) -> date:
    """Return the day of a session: on which it took place, else the planned one in the company's time zone."""
    return session.held_on or local(session.starts_at).date()


def session_lines(sessions: Iterable[MentoringSession], at: datetime, *, is_underway: bool = True) -> list[SessionLine]:
    """Return the sessions as a list shows them, by day with the newest first. Once it is over, nothing is asked."""

    def asks(one: MentoringSession) -> bool:
        return is_underway and one.state is SessionState.PLANNED and one.starts_at <= at

    return [
        SessionLine(
            id=one.id,
            number=one.number,
            day=session_day(one),
            begins=f"{local(one.starts_at):%H:%M}",
            minutes=one.minutes,
            state=one.state,
            asks=asks(one),
            words="Did it take place?" if asks(one) else _state_words(one.state, is_underway=is_underway),
            place=one.place,
        )
        for one in sorted(sessions, key=lambda one: (session_day(one), one.starts_at, one.number), reverse=True)
    ]


def _state_words(state: SessionState, *, is_underway: bool) -> str:
    if state is SessionState.PLANNED:
        return "Planned" if is_underway else "Was planned"
    return "Took place" if state is SessionState.HELD else "Called off"


def next_session(sessions: Iterable[MentoringSession], at: datetime) -> MentoringSession | None:
    """Return the planned session that comes next: today's counts until its day is over. None where none is planned."""
    today = local(at).date()
    ahead = [one for one in sessions if one.state is SessionState.PLANNED and session_day(one) >= today]
    return min(ahead, key=lambda one: (one.starts_at, one.number), default=None)


def suggested_day(mentorship: Mentorship, sessions: Sequence[MentoringSession], today: date) -> date:
    """Return a day for the next session: as many weeks after the last one as the two mean to let pass.

    Never a day behind or today, and on a weekend the Monday after it.
    """
    days = [session_day(one) for one in sessions if one.state is not SessionState.CALLED_OFF]
    last = max(days, default=None)
    wanted = last + timedelta(weeks=mentorship.session_weeks) if last is not None else today
    day = max(wanted, today + timedelta(days=1))
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def goal_lines(goals: Iterable[MentorshipGoal], named: Mapping[str, NamedExpectation]) -> list[GoalLine]:
    """Return the goals as the page shows them; one that no ladder in use has is named by its id."""
    found = []
    for one in goals:
        key = key_of(one.lineage, one.expectation_id)
        known = named.get(key)
        found.append(
            GoalLine(
                key=key,
                id=one.expectation_id,
                text=known.text if known else f"{LOST}: {one.expectation_id}",
                where=f"{known.competency}, {known.ladder}" if known else "",
                slug=known.slug if known else "",
                outcome=OUTCOME[one.outcome] if isinstance(one.outcome, GoalOutcome) else "",
            )
        )
    return found


def action_lines(
    actions: Iterable[SessionAction],
    *,
    reader_id: uuid.UUID,
    other: str,
    today: date,
    session_id: uuid.UUID | None = None,
) -> list[ActionLine]:
    """Return the actions as a page shows them: open ones first, what is due earliest at the top of them.

    On the page of a session those of other sessions are there while they are open, and say that they come from before.
    """
    lines = [
        ActionLine(
            id=one.id,
            words=one.words,
            owner="You" if one.owner_id == reader_id else other,
            due_on=one.due_on,
            is_done=one.done_at is not None,
            is_overdue=one.done_at is None and one.due_on is not None and one.due_on < today,
            is_own=one.author_id == reader_id,
            is_carried=session_id is not None and one.session_id != session_id,
        )
        for one in actions
    ]
    kept = [one for one in lines if not (one.is_carried and one.is_done)]
    return sorted(kept, key=lambda one: (one.is_done, one.due_on is None, one.due_on or today))


def paused_words(mentorship: Mentorship) -> str:
    """Return what a paused pair reads above its page; empty while it is not paused."""
    if mentorship.state is not MentorshipState.PAUSED:
        return ""
    until = f" It goes on by itself on {long_date(mentorship.resumes_on)}." if mentorship.resumes_on else ""
    return f"Everything can be read, and no session is planned until you go on.{until}"


def own_words_file(title: str, words: Iterable[tuple[str, str, str]]) -> str:
    """Return a plain text file of what somebody wrote: for each thing its heading, its day, and the words."""
    parts = [title, "=" * len(title), ""]
    for what, day, text in words:
        parts += [f"{what}, {day}", "", *(f"    {line}" for line in text.splitlines()), ""]
    return "\n".join(parts)


def draft_title(held_on: date) -> str:
    """Return the line with which evidence from a session begins; it names nobody, and its author changes it."""
    return f"Mentoring session on {long_date(held_on)}"


def takes_log(marks: Marks, expectation_id: str) -> bool:
    """Say whether a mentoring log counts towards an expectation: its rule names the kind, or none at all."""
    kinds = marks.accepted_kinds(expectation_id)
    return not kinds or EvidenceKind.MENTORING_LOG in kinds


def counting_remark(marks: Marks, expectation_id: str) -> str:
    """Return the level of an expectation, and that a mentoring log does not count towards it where it does not."""
    mark, kinds = marks.mark(expectation_id), marks.accepted_kinds(expectation_id)
    if not takes_log(marks, expectation_id):
        wanted = join_words((kind_label(one.value).lower() for one in kinds), "or")
        return f"{mark.level}; asks for {wanted}, so choose another kind in the draft"
    return mark.level
