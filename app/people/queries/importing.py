"""Reading a people file against the company: what taking it over would change. Nothing is written."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import defer

from app.domain.errors import MissingError
from app.domain.roster import Plan
from app.infra.db import db
from app.people.models import PeopleImport


def plan_import(content: bytes, *, from_on: date, today: date, importer_id: uuid.UUID | None) -> Plan:
    """Return what taking a people file over would do; faults are in the plan, never raised."""
    raise NotImplementedError


def plan_of(row: PeopleImport, *, today: date, importer_id: uuid.UUID | None) -> Plan:
    """Return what taking an uploaded file over would do now. MissingError when its content is no longer kept."""
    if row.content is None:
        raise MissingError
    return plan_import(row.content, from_on=row.from_on, today=today, importer_id=importer_id)


def find_import(import_id: uuid.UUID) -> PeopleImport | None:
    """Return an uploaded people file; its content is read when it is asked for. None when there is none of that id."""
    rows = select(PeopleImport).where(PeopleImport.id == import_id).options(defer(PeopleImport.content))
    return db.session.scalars(rows).one_or_none()


def get_import(import_id: uuid.UUID) -> PeopleImport:
    """Return an uploaded people file; MissingError when there is none of that id."""
    found = find_import(import_id)
    if found is None:
        raise MissingError
    return found


def list_imports() -> list[PeopleImport]:
    """Return the fifty latest uploaded people files without their contents, the latest first."""
    rows = select(PeopleImport).order_by(PeopleImport.uploaded_at.desc(), PeopleImport.id).limit(50)
    return list(db.session.scalars(rows.options(defer(PeopleImport.content))))
