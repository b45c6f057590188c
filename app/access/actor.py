"""The signed-in person, as the policy sees them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_login import AnonymousUserMixin


class Role(StrEnum):
    """A company-wide role that is granted. Manager, subject or reviewer are not roles: they follow from relations."""

    HR = "hr"
    ADMIN = "admin"
    LADDER_EDITOR = "ladder_editor"

    @property
    def label(self) -> str:
        """Return how a page names the role."""
        return {"hr": "HR", "admin": "Administrator", "ladder_editor": "Ladder editor"}[self.value]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person and the roles they hold at this request; their team, and whether somebody reports to them.

    `is_new`: they have not seen the page that greets. `is_outside`: they do not work here and hold no role, as an
    external reviewer; their account opens little else than the cases that they review.
    """

    person_id: uuid.UUID
    name: str
    roles: frozenset[Role] = frozenset()
    theme: str = ""
    team: str = ""
    leads: bool = False
    session_id: uuid.UUID | None = None
    address: str = ""
    proved_at: datetime | None = None
    is_new: bool = False
    is_outside: bool = False
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """Return the id that Flask-Login asks for."""
        return str(self.person_id)

    def has_role(self, role: Role) -> bool:
        """Say whether the person holds a role."""
        return role in self.roles


class Nobody(AnonymousUserMixin):  # type: ignore[misc]
    """Somebody who has not signed in."""

    theme = ""
    name = ""
