"""Taking a people file over: all of it or nothing."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from app.audit.actions import Author
from app.domain.roster import Plan
from app.people.models import PeopleImport


def upload(content: bytes, file_name: str, from_on: date, by: Author, at: datetime) -> PeopleImport:
    """Keep a people file for its preview, for a day at most. InvalidError when it is larger than 32 MB."""
    raise NotImplementedError


def apply_plan(
    content: bytes,
    *,
    from_on: date,
    by: Author,
    at: datetime,
    expected_digest: str | None,
    import_id: uuid.UUID | None = None,
) -> Plan:
    """Take a people file over. InvalidError when there are faults, ConflictError when the outcome is another one."""
    raise NotImplementedError


def apply_import(row: PeopleImport, *, by: Author, at: datetime, expected_digest: str) -> Plan:
    """Take an uploaded file over as it was previewed: `expected_digest` is `Plan.digest` of the preview shown."""
    raise NotImplementedError


def drop_import(row: PeopleImport, *, by: Author, at: datetime) -> None:
    """Forget an uploaded file without taking it over."""
    raise NotImplementedError
