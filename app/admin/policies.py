"""Policies as pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.policies import PolicyDefinition, PolicyOwner
from app.policies.models import PolicyValue


@dataclass(frozen=True, slots=True)
class Group:
    """Policies of one owner: what they are about, and who changes them."""

    owner: PolicyOwner
    title: str
    changed_by: str


GROUPS = (
    Group(PolicyOwner.HR, "About people", "HR changes these."),
    Group(PolicyOwner.ADMIN, "Technical", "Administrators change these."),
)


@dataclass(frozen=True, slots=True)
class ShownPolicy:
    """One policy with a value in words. Without a row, `since` is None and the default counts."""

    definition: PolicyDefinition
    value: str
    default: str
    is_default: bool
    since: datetime | None = None
    by: str = ""
    reason: str = ""
    number: int = 0

    @property
    def changed_by(self) -> str:
        """Return who changes it, as a sentence."""
        return next(group.changed_by for group in GROUPS if group.owner is self.definition.owner)


def shown_policy(definition: PolicyDefinition, row: PolicyValue | None, names: Mapping[uuid.UUID, str]) -> ShownPolicy:
    """Return a policy with the value of a row; with its default when there is none."""
    value = definition.stored(row.value if row else None)
    default = definition.words(definition.default)
    if row is None:
        return ShownPolicy(definition, default, default, is_default=True)
    by = names.get(row.set_by_id, "") if row.set_by_id else row.set_by_label
    return ShownPolicy(
        definition,
        definition.words(value),
        default,
        is_default=value == definition.default,
        since=row.set_at,
        by=by,
        reason=row.reason,
        number=row.number,
    )
