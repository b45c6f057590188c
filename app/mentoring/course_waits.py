"""What the course of a mentorship lets wait, in words: for the inbox and for mail, and without a word of the pair."""

from __future__ import annotations

from app.domain.mentorship import CLOSING_DAYS, MentorshipEvent, answer_day
from app.mentoring.queries.course import CHANGED, CLOSING, MID_POINT, SILENT
from app.mentoring.queries.course_waiting import (
    TO_ANSWER,
    select_changed,
    select_closing,
    select_mid_point,
    select_silent,
)
from app.notices.models import Hearing
from app.notices.sources import Source, Waiting, WaitingRow, provide

PAIRS = "/mentoring/"
_CHANGED = {
    MentorshipEvent.PAUSE.value: "Your mentorship with {who} is paused",
    MentorshipEvent.RESUME.value: "Your mentorship with {who} goes on",
    MentorshipEvent.EXTEND.value: "Your mentorship with {who} is extended",
    MentorshipEvent.COMPLETE.value: "Your mentorship with {who} is completed",
    MentorshipEvent.END_EARLY.value: "Your mentorship with {who} has ended",
}
_DETAIL = {
    MentorshipEvent.PAUSE.value: "All days shift by the days of the pause. Either of you may go on at any time.",
    MentorshipEvent.RESUME.value: "Plan the next session; all days have shifted by the days of the pause.",
    MentorshipEvent.EXTEND.value: "The new end stands on your page. Talk about it if it does not suit you.",
    MentorshipEvent.COMPLETE.value: "You both read from now on what each of you has answered at the end.",
    MentorshipEvent.END_EARLY.value: "That is nobody’s fault, and nobody is asked for a reason. What you wrote stays.",
}


def _waiting(row: WaitingRow, text: str, detail: str, address: str = "") -> Waiting:
    return Waiting(
        text=text,
        detail=detail,
        href=f"{PAIRS}{row.object_id}{address}",
        icon="people",
        since=row.since,
        due_on=row.due_on,
    )


def say_mid_point(row: WaitingRow) -> Waiting:
    """Return that the mid-point has come, and one is asked to look back."""
    detail = "Mid-point: three questions, each of you for yourself. You read each other’s once both are in."
    return _waiting(row, f"Look back at your mentorship with {row.who}", detail, "/look-back")


def say_closing(row: WaitingRow) -> Waiting:
    """Return that a mentorship closes and one's answers are asked for, or an outcome for a goal."""
    if row.code == TO_ANSWER:
        said = _waiting(row, f"Close your mentorship with {row.who}", "Four questions, and what became of each goal.")
    else:
        said = _waiting(row, f"Say what became of your goals with {row.who}", "A goal has no outcome yet.")
    last = answer_day(row.due_on, CLOSING_DAYS) if row.due_on else None
    return Waiting(said.text, said.detail, f"{said.href}/closing", said.icon, said.since, last)


def say_silent(row: WaitingRow) -> Waiting:
    """Return that the two have not met for long. `words` is the number of weeks."""
    detail = f"You have not met for more than {row.words} weeks. Plan a session, pause, or end it: all are fine."
    return _waiting(row, f"Meet {row.who} again, or pause", detail)


def say_changed(row: WaitingRow) -> Waiting:
    """Return what the other one or Belay has done, and nothing of why. `code` is the event."""
    address = "/closing" if row.code == MentorshipEvent.COMPLETE.value else ""
    return _waiting(row, _CHANGED[row.code].format(who=row.who), _DETAIL[row.code], address)


def register() -> None:
    """Tell the inbox what waits because of the course of mentorships."""
    provide(
        Source(
            MID_POINT,
            "The mid-point of a mentorship has come",
            select_mid_point,
            say_mid_point,
            begins_by_itself=True,
        )
    )
    provide(Source(CLOSING, "Your mentorship closes", select_closing, say_closing))
    provide(Source(SILENT, "You have not met for long", select_silent, say_silent, Hearing.AT_ONCE))
    provide(Source(CHANGED, "The other one changes your mentorship", select_changed, say_changed, Hearing.AT_ONCE))
