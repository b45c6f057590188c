"""The rows of the queue and of the outbox as pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from app.jobs.kinds import label_of as job_label
from app.jobs.models import Job, JobState
from app.notices.kinds import label_of as mail_label
from app.notices.models import Mail, MailState

WORDS: Mapping[StrEnum, str] = {
    JobState.QUEUED: "Waiting",
    JobState.RUNNING: "Running",
    JobState.DONE: "Done",
    JobState.FAILED: "Failed",
    JobState.CANCELLED: "Cancelled",
    MailState.QUEUED: "Waiting",
    MailState.SENDING: "Being sent",
    MailState.SENT: "Sent",
    MailState.DROPPED: "Not needed any more",
    MailState.FAILED: "Failed",
}
NOBODY_KNOWN = "Somebody who is not known any more"
AnyState = TypeVar("AnyState", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class StateFilter:
    """One filter above a list: its words, how many rows it leaves, and the state that its address names."""

    text: str
    count: int
    current: bool
    endpoint: str
    args: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShownWork:
    """A job or a mail: kind, state and times. `error` is the class of the last error, never contents.

    `next_at` is when it is tried next, where it waits; `total` is None where nobody knows how much there is to do.
    """

    id: uuid.UUID
    label: str
    state: str
    tone: str
    created_at: datetime
    next_at: datetime | None
    ended_at: datetime | None
    attempts: int
    error: str
    to: str = ""
    done: int = 0
    total: int | None = None
    is_running: bool = False
    can_retry: bool = False
    can_cancel: bool = False


def state_of(states: type[AnyState], text: str | None) -> AnyState | None:
    """Return the state that an address names; None for all of them."""
    return states(text) if text in set(states) else None


def state_filters(counts: Mapping[AnyState, int], chosen: AnyState | None, endpoint: str) -> list[StateFilter]:
    """Return the filters of a list: everything, and each state that occurs or is chosen."""
    everything = StateFilter("All", sum(counts.values()), chosen is None, endpoint, {})
    shown = [(state, number) for state, number in counts.items() if number or state is chosen]
    return [
        everything,
        *(
            StateFilter(WORDS[state], number, state is chosen, endpoint, {"state": state.value})
            for state, number in shown
        ),
    ]


def shown_jobs(rows: Iterable[Job]) -> list[ShownWork]:
    """Return jobs as the list shows them."""
    return [
        ShownWork(
            id=row.id,
            label=job_label(row.kind),
            state=WORDS[row.state],
            tone=_tone(row.state),
            created_at=row.created_at,
            next_at=row.run_at if row.state is JobState.QUEUED else None,
            ended_at=row.finished_at,
            attempts=row.attempts,
            error=row.error,
            done=row.done,
            total=row.total,
            is_running=row.state is JobState.RUNNING,
            can_retry=row.state in {JobState.FAILED, JobState.CANCELLED},
            can_cancel=row.state is JobState.QUEUED,
        )
        for row in rows
    ]


def shown_mail(rows: Iterable[Mail], names: Mapping[uuid.UUID, str]) -> list[ShownWork]:
    """Return mail as the outbox shows it."""
    return [
        ShownWork(
            id=row.id,
            label=mail_label(row.kind),
            state=WORDS[row.state],
            tone=_tone(row.state),
            created_at=row.created_at,
            next_at=row.send_at if row.state is MailState.QUEUED else None,
            ended_at=row.sent_at,
            attempts=row.attempts,
            error=row.error,
            to=names.get(row.person_id, NOBODY_KNOWN),
            can_retry=row.state is MailState.FAILED,
        )
        for row in rows
    ]


def _tone(state: StrEnum) -> str:
    """Return how a state is marked: what failed, what is done, and what is neither."""
    if state in {JobState.FAILED, MailState.FAILED}:
        return "bad"
    return "good" if state in {JobState.DONE, MailState.SENT} else ""
