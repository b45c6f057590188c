"""Setting a policy: a new row with who, when and why; nothing is ever overwritten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError
from app.domain.policies import PolicyDefinition
from app.infra.db import db
from app.policies.models import PolicyValue
from app.policies.queries import find_newest

MAX_REASON = 1000


def set_policy(
    definition: PolicyDefinition, text: str, *, reason: str, by: Author, at: datetime, seen_number: int
) -> PolicyValue | None:
    """Set a policy to the value that a text says. Returns None, and stores nothing, when that is its value already.

    `seen_number` is the number of the row that was shown, 0 when the default was. InvalidError at `value` when it is
    out of limits, IncompleteError at `reason` without one, ConflictError when somebody has set the policy in between.
    """
    value = definition.read(text)
    why = reason.strip()
    if len(why) > MAX_REASON:
        raise InvalidError(f"Say it in {MAX_REASON} characters; there are {len(why)}.", field="reason")
    newest = find_newest(definition.key)
    number = newest.number if newest else 0
    if number != seen_number:
        raise _conflict(definition, newest)
    before = definition.stored(newest.value if newest else None)
    if value == before:
        return None
    if not why:
        raise IncompleteError("Say why; it stands in the history, and whoever wonders later reads it.", field="reason")
    row = PolicyValue(
        key=definition.key,
        number=number + 1,
        value=definition.text_of(value),
        reason=why,
        set_at=at,
        set_by_id=by.person_id,
        set_by_label=by.label,
    )
    try:
        # PostgreSQL lets two people read the same number; the second row of that number is refused there.
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise _conflict(definition, find_newest(definition.key)) from None
    old, new = definition.text_of(before), row.value
    log(Tag.POLICY_SET, by=by, at=at, object_id=row.id, key=definition.key, old=old, new=new)
    return row


def _conflict(definition: PolicyDefinition, newest: PolicyValue | None) -> ConflictError:
    value = definition.stored(newest.value if newest else None)
    return ConflictError(
        f"Somebody has set “{definition.title}” in the meantime: {definition.words(value)}.",
        stored={"value": definition.text_of(value)},
        version=newest.number if newest else 0,
        labels={"value": definition.title},
        choices={"value": definition.options} if definition.options else {},
    )
