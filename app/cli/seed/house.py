"""What those who look after the example company left behind: policies with their reasons, and work that is done."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.access.actor import Role
from app.audit.actions import Author
from app.auth.actions.invitations import INVITATION
from app.cli.seed.plan import PlannedPerson
from app.domain.policies import POLICIES
from app.infra.db import Model
from app.jobs.models import Job, JobState
from app.notices.models import Mail, MailState
from app.policies.models import PolicyValue

Key = Callable[..., uuid.UUID]
Rows = Iterator[tuple[type[Model], dict[str, Any]]]


class Decision(NamedTuple):
    """One value that a policy was given, so many days ago, and why."""

    key: str
    value: str
    days_ago: int
    reason: str


DECISIONS = (
    Decision("directory_shows_level", "yes", 96, "Asked for at the staff meeting, to find somebody to learn from."),
    Decision("directory_shows_level", "no", 61, "Several people would rather tell their level themselves."),
    Decision("reset_minutes", "30", 40, "A link in a mailbox should not stay open longer than it takes to read it."),
    Decision("idle_hours", "10", 12, "Support works in shifts of ten hours, and writes evidence at their end."),
)
TIDYING_DAYS = 3
INVITED = 4


def house_rows(key: Key, people: Sequence[PlannedPerson], at: datetime) -> Rows:
    """Return the rows of policies, jobs and mail. `key` makes ids from names."""
    yield from _policies(key, people, at)
    yield from _jobs(key, at)
    yield from _mail(key, people, at)


def _policies(key: Key, people: Sequence[PlannedPerson], at: datetime) -> Rows:
    set_before: dict[str, int] = {}
    for decision in DECISIONS:
        definition = POLICIES[decision.key]
        number = set_before.get(decision.key, 0)
        by = _holder(key, people, Role.HR if definition.is_for_hr else Role.ADMIN)
        yield (
            PolicyValue,
            {
                "id": key("policy", decision.key, number + 1),
                "key": decision.key,
                "number": number + 1,
                "value": decision.value,
                "reason": decision.reason,
                "set_at": at - timedelta(days=decision.days_ago),
                "set_by_id": by.person_id,
                "set_by_label": by.label,
            },
        )
        set_before[decision.key] = number + 1


def _holder(key: Key, people: Sequence[PlannedPerson], role: Role) -> Author:
    """Return who holds a role; the command line where the company is too small for anybody to."""
    found = next((person for person in people if role.value in person.roles and person.left_on is None), None)
    return Author(key("person", found.key)) if found else Author(None, label="cli:seed")


def _jobs(key: Key, at: datetime) -> Rows:
    for days in range(1, TIDYING_DAYS + 1):
        for kind in ("admin.forget_keys", "admin.forget_finished"):
            begun = at - timedelta(days=days)
            yield (
                Job,
                {
                    "id": key("job", kind, days),
                    "kind": kind,
                    "payload": "{}",
                    "state": JobState.DONE,
                    "created_at": begun,
                    "run_at": begun,
                    "started_at": begun + timedelta(seconds=4),
                    "finished_at": begun + timedelta(seconds=5),
                    "attempts": 1,
                    "done": 0,
                    "worker": "",
                    "error": "",
                },
            )


def _mail(key: Key, people: Sequence[PlannedPerson], at: datetime) -> Rows:
    here = [person for person in people if person.left_on is None]
    for place, person in enumerate(here[-INVITED:]):
        put = at - timedelta(days=20, minutes=place)
        yield (
            Mail,
            {
                "id": key("mail", person.key),
                "kind": INVITATION,
                "person_id": key("person", person.key),
                "payload": "{}",
                "state": MailState.SENT,
                "created_at": put,
                "send_at": put,
                "sent_at": put + timedelta(seconds=30),
                "attempts": 1,
                "error": "",
            },
        )
