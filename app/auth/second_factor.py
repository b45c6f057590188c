"""For whom the second factor is compulsory, and what a code is.

HR and administrators always have one. Other features add whom they ask it of, such as the chairs of committees, in
their `register(app)`. Source: reliability checklist, items 4 and 12.

Whatever makes a second factor compulsory for somebody, or takes theirs away, ends their sessions. A session that is
left all the same counts as half-way in (`queries.find_session`): they set one up before anything else opens.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from urllib.parse import quote

from argon2.low_level import Type, hash_secret_raw
from pyotp import TOTP
from sqlalchemy import ColumnElement, exists, false, or_, select

from app.access.actor import Role
from app.infra.db import db
from app.people.models import Person

COMPULSORY = frozenset({Role.HR, Role.ADMIN})
STEP_SECONDS = 30
STEPS_AROUND = 1
DIGITS = 6
RECOVERY_CODES = 10
# Letters and digits that nobody takes for one another; twelve of them are 59 bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUP, GROUPS = 4, 3
# Fixed, and not the cost of passwords: a hash without its parameters cannot be made anew when that cost rises.
PASSES, MEMORY_KIB = 2, 19_456
HASH_BYTES = 32

Condition = Callable[[Any], ColumnElement[bool]]
_checks: list[Condition] = []


def compulsory_when(condition: Condition) -> None:
    """Let a feature say for whom else the second factor is compulsory: a condition on the column of a person's id.

    It is asked with every request, in the one statement that finds the session.
    """
    if condition not in _checks:
        _checks.append(condition)


def is_named(person_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column of any table
    """Return the condition that a feature makes the second factor compulsory for the person of a row."""
    return or_(false(), *(condition(person_id) for condition in _checks))


def is_compulsory_for(person_id: uuid.UUID, roles: Collection[Role]) -> bool:
    """Say whether somebody must have a second factor; their sessions also end sooner when they are not used."""
    if asks_for_one(roles):
        return True
    return bool(db.session.scalar(select(exists().where(Person.id == person_id, is_named(Person.id)))))


def asks_for_one(roles: Collection[Role]) -> bool:
    """Say whether one of the roles makes the second factor compulsory, whatever features say."""
    return not COMPULSORY.isdisjoint(roles)


def find_step(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step that a code belongs to: the present one or a neighbour, else None.

    >>> from datetime import UTC, datetime
    >>> moment = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    >>> code = TOTP("JBSWY3DPEHPK3PXP").generate_otp(int(moment.timestamp()) // 30)
    >>> find_step("JBSWY3DPEHPK3PXP", code, moment) == int(moment.timestamp()) // 30
    True
    """
    given = "".join(code.split())
    if not (given.isascii() and given.isdigit() and len(given) == DIGITS):
        return None
    now, totp = int(at.timestamp()) // STEP_SECONDS, TOTP(secret)
    found = [
        step
        for step in range(now - STEPS_AROUND, now + STEPS_AROUND + 1)
        if hmac.compare_digest(totp.generate_otp(step), given)
    ]
    return found[-1] if found else None


def app_address(secret: str, *, email: str, company: str) -> str:
    """Return what the QR code says to an authenticator app: the account under the company's name, and the secret.

    Six digits and 30 seconds are what apps take for granted; unsaid, they keep the code small enough for any camera.
    """
    issuer = f"Belay {company}".strip().replace(":", " ")
    label = quote(f"{issuer}:{email}", safe="@")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}"


def new_recovery_code() -> str:
    """Return a random code that stands in for the second factor once, such as “kd7f-3mqp-x9ra”."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def recovery_hash(person_id: uuid.UUID, code: str) -> str:
    """Return the form in which a recovery code is stored; capitals, spaces and hyphens do not matter.

    Salted with the person's random id: one costly sum tells whether a code is one of theirs.
    """
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())[:100]
    return hash_secret_raw(
        plain.encode(),
        person_id.bytes,
        time_cost=PASSES,
        memory_cost=MEMORY_KIB,
        parallelism=1,
        hash_len=HASH_BYTES,
        type=Type.ID,
    ).hex()
