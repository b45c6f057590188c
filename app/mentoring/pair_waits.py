"""What sessions and actions let wait for the two of a pair. Nothing that either of them wrote stands in a mail."""

from __future__ import annotations

from app.infra.clock import today
from app.mentoring.queries.pair import ACTION, BEHIND, SESSION, select_actions, select_sessions
from app.notices.sources import Source, Waiting, WaitingRow, provide


def _say_session(row: WaitingRow) -> Waiting:
    is_behind = row.code == BEHIND
    return Waiting(
        text=f"Did your session with {row.who} take place?" if is_behind else f"Mentoring session with {row.who}",
        detail="Say so, or call it off; nobody is asked why."
        if is_behind
        else "Look at the agenda, and add what you want to talk about.",
        href=f"/mentoring/sessions/{row.object_id}",
        icon="calendar",
        since=row.since,
        due_on=row.due_on,
        is_pressing=row.due_on is not None and row.due_on <= today(),
    )


def _say_action(row: WaitingRow) -> Waiting:
    return Waiting(
        text=f"Something you mean to do, from your mentoring with {row.who}",
        detail="What it is stands on the page of the two of you.",
        href=f"/mentoring/{row.object_id}#h-actions",
        icon="mentor",
        since=row.since,
        due_on=row.due_on,
        is_pressing=row.due_on is not None and row.due_on <= today(),
    )


def register() -> None:
    """Join what waits for people."""
    provide(
        Source(
            SESSION,
            "A mentoring session is near, or nobody has said whether it took place",
            select_sessions,
            _say_session,
            begins_by_itself=True,
        )
    )
    provide(
        Source(
            ACTION,
            "Something you mean to do is due, from mentoring",
            select_actions,
            _say_action,
            begins_by_itself=True,
        )
    )
