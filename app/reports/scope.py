"""Whom a report covers: the policy's row form, for any column that holds a person."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select, true

from app.access.actor import Role
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.people.models import Person
from app.reports.criteria import Viewer


def may_see(viewer: Viewer, permission: StrEnum, person_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Return the condition that the viewer may see the person in a column, with that permission.

    The command line sees everybody, and HR everybody in aggregates, so that the database is not asked for each row.
    """
    sees_all = viewer.actor is not None and viewer.actor.has_role(Role.HR) and permission is Permission.Aggregate.READ
    if viewer.actor is None or sees_all:
        return true()
    return person_id.in_(select(Person.id).where(visible_to(viewer.actor, permission, Person)))  # type: ignore[no-any-return]


def is_company_wide(viewer: Viewer) -> bool:
    """Say whether aggregates cover the whole company: for HR and the command line; else one's own reports."""
    return viewer.actor is None or viewer.actor.has_role(Role.HR)
