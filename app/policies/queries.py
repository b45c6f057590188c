"""Reading policies: a value for the rules, the newest row and the history for the pages."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ScalarSelect, func, select

from app.domain.policies import POLICIES, Value
from app.infra.db import db, once_per_transaction
from app.policies.models import PolicyValue


def value_of(key: str) -> Value:
    """Return what a policy says now: the newest value that was set, else its default.

    All policies together are read once per transaction, however many are asked for. KeyError: there is no such policy.
    """
    row = newest_values().get(key)
    return POLICIES[key].stored(row.value if row else None)


def select_value(key: str) -> ScalarSelect[str]:
    """Return the newest stored text of a policy as a part of another select, NULL when it was never set.

    `POLICIES[key].stored(text)` turns it into the value. KeyError: there is no such policy.
    """
    return (
        select(PolicyValue.value)
        .where(PolicyValue.key == POLICIES[key].key)
        .order_by(PolicyValue.number.desc())
        .limit(1)
        .scalar_subquery()
    )


@once_per_transaction
def newest_values() -> Mapping[str, PolicyValue]:
    """Return the row that counts for each policy that was ever set, by key."""
    last = select(PolicyValue.key, func.max(PolicyValue.number).label("number")).group_by(PolicyValue.key).subquery()
    rows = db.session.scalars(
        select(PolicyValue)
        .join(last, (last.c.key == PolicyValue.key) & (last.c.number == PolicyValue.number))
        .order_by(PolicyValue.key, PolicyValue.id),
    )
    return {row.key: row for row in rows}


def find_newest(key: str) -> PolicyValue | None:
    """Return the row that counts for a policy, read anew; None when it was never set."""
    return db.session.scalars(
        select(PolicyValue)
        .where(PolicyValue.key == key)
        .order_by(PolicyValue.number.desc())
        .limit(1)
        .execution_options(populate_existing=True),
    ).first()


def history_of(key: str) -> list[PolicyValue]:
    """Return every value that was ever set for a policy, newest first."""
    rows = select(PolicyValue).where(PolicyValue.key == key).order_by(PolicyValue.number.desc(), PolicyValue.id)
    return list(db.session.scalars(rows))
