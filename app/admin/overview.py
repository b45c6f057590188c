"""The overview of administration: what needs care first, then the figures of health. Nothing here is personal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.access.actor import Role
from app.admin.queries import RoleHolder
from app.infra.templating import counted
from app.jobs.models import JobState
from app.notices.models import MailState

SILENT_AFTER = timedelta(minutes=10)
"""A worker that was not seen for so long is taken for gone. Source: the interface of /admin."""
WAITS_TOO_LONG = timedelta(minutes=10)
"""Work that is due is begun within seconds; what has waited for so long is held up by something."""
HOURS_SAID = 48
"""From so many hours on, a time is said in days."""
LITTLE_SPACE = 500 * 1024 * 1024
WITH_SECOND_FACTOR = frozenset({Role.HR, Role.ADMIN})
KILO = 1024


class Look(StrEnum):
    """Where somebody goes to see to it."""

    JOBS = "jobs"
    MAIL = "mail"
    JOBS_DUE = "jobs due"
    MAIL_DUE = "mail due"
    ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True)
class Care:
    """One thing that needs care: what it is, what follows from it, and what helps. `is_bad`: something stands still."""

    title: str
    text: str
    command: str = ""
    look: Look | None = None
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What the overview knows. `free_bytes` is None where the data folder does not tell.

    `job_due_since` and `mail_due_since`: since when the one that has waited longest could have been taken; None when
    none waits.
    """

    seen_at: datetime | None
    jobs: Mapping[JobState, int]
    mail: Mapping[MailState, int]
    mail_is_on: bool
    holders: Sequence[RoleHolder]
    free_bytes: int | None
    job_due_since: datetime | None = None
    mail_due_since: datetime | None = None


def worker_is_silent(seen_at: datetime | None, at: datetime) -> bool:
    """Say whether no worker has been seen for ten minutes."""
    return seen_at is None or at - seen_at > SILENT_AFTER


def silence(seen_at: datetime | None, at: datetime) -> str:
    """Return that no worker gets on, and for how long none has been seen."""
    return f"No worker was seen for {_for_long(at - seen_at)}" if seen_at else "No worker was ever seen"


def _for_long(while_: timedelta) -> str:
    """Return a time as people say it.

    >>> _for_long(timedelta(minutes=25)), _for_long(timedelta(hours=3.5)), _for_long(timedelta(days=2))
    ('25 minutes', '3 hours', '2 days')
    """
    minutes = int(while_.total_seconds() // 60)
    hours = minutes // 60
    if hours >= HOURS_SAID:
        return counted(hours // 24, "day", "days")
    return counted(hours, "hour", "hours") if hours else counted(minutes, "minute", "minutes")


def what_needs_care(state: State, at: datetime) -> list[Care]:
    """Return what needs care, what stands still first."""
    found = [*_of_machine(state, at), *_of_people(state.holders)]
    return sorted(found, key=lambda one: not one.is_bad)


def _of_machine(state: State, at: datetime) -> Iterator[Care]:
    if worker_is_silent(state.seen_at, at):
        yield Care(
            silence(state.seen_at, at),
            "Mail and other work wait until one runs; nothing is lost. Start it on the server, as a service; one that "
            "runs and stands still says why in its log, and goes on when it is started anew:",
            command="belay work",
            is_bad=True,
        )
    else:
        yield from _of_waiting(state, at)
    if state.free_bytes is not None and state.free_bytes < LITTLE_SPACE:
        yield Care(
            f"Only {size_words(state.free_bytes)} are free for the data",
            "When the disk is full nothing can be saved any more. Make room, or move the data folder.",
            is_bad=True,
        )
    if failed := state.jobs[JobState.FAILED]:
        yield Care(
            f"{counted(failed, 'job has', 'jobs have')} failed",
            "Each was tried several times. Look at the reason, then let it run again.",
            look=Look.JOBS,
            is_bad=True,
        )
    if failed := state.mail[MailState.FAILED]:
        yield Care(
            f"{counted(failed, 'mail', 'mails')} could not be sent",
            "The mail server refused, or could not be reached for a long time.",
            look=Look.MAIL,
            is_bad=True,
        )
    if not state.mail_is_on:
        yield Care(
            "Mail is off",
            "Nobody is told anything by mail, and invitations are links to hand over. BELAY_MAIL_URL switches it on.",
        )


def _of_waiting(state: State, at: datetime) -> Iterator[Care]:
    """Yield what is due and not done although a worker lives. Mail that is off is told of as such."""
    if state.job_due_since is not None and at - state.job_due_since > WAITS_TOO_LONG:
        yield Care(
            f"A job has waited for {_for_long(at - state.job_due_since)}",
            "A worker lives, and yet does not come to it: much is queued, one job takes long, or it is an older Belay "
            "that does not know this work.",
            look=Look.JOBS_DUE,
            is_bad=True,
        )
    if state.mail_is_on and state.mail_due_since is not None and at - state.mail_due_since > WAITS_TOO_LONG:
        yield Care(
            f"A mail has waited for {_for_long(at - state.mail_due_since)}",
            "A worker lives, and yet does not come to it: much is queued, or the mail server is slow or not there.",
            look=Look.MAIL_DUE,
            is_bad=True,
        )


def _of_people(holders: Sequence[RoleHolder]) -> Iterator[Care]:
    number = {role: len({one.person_id for one in holders if one.role is role}) for role in Role}
    if number[Role.ADMIN] == 0:
        yield Care(
            "Nobody is an administrator", "Grant the role on the server:", command="belay user create", is_bad=True
        )
    elif number[Role.ADMIN] == 1:
        yield Care(
            "There is only one administrator",
            "Nobody could reset that account's second factor, or grant them another role. Make somebody else one too.",
            look=Look.ACCOUNTS,
        )
    if number[Role.HR] == 0:
        yield Care("Nobody is in HR", "Nobody can load people or correct what is recorded of them.", look=Look.ACCOUNTS)
    elif number[Role.HR] == 1:
        yield Care(
            "HR has no deputy",
            "Nobody may look after the own row of the only person in HR, or give the second approval.",
            look=Look.ACCOUNTS,
        )
    bare = {one.person_id for one in holders if one.role in WITH_SECOND_FACTOR and not one.has_second_factor}
    if bare:
        yield Care(
            f"{counted(len(bare), 'account lacks', 'accounts lack')} a second factor",
            "HR and administrators must have one; they are asked to set it up when they sign in next.",
            look=Look.ACCOUNTS,
        )


def size_words(number: int) -> str:
    """Return a number of bytes as people say it.

    >>> size_words(900), size_words(2048), size_words(5 * 1024**3)
    ('900 bytes', '2.0 KB', '5.0 GB')
    """
    if number < KILO:
        return f"{number} bytes"
    size = float(number)
    for unit in ("KB", "MB", "GB"):
        size /= KILO
        if size < KILO:
            return f"{size:.1f} {unit}"
    return f"{size / KILO:.1f} TB"
