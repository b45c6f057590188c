"""Adding people, changing who they are, and recording that they leave or come back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import long_date
from app.people import hooks
from app.people.actions.leaving import check_nothing_later
from app.people.actions.loops import lock_identities, lock_person
from app.people.models import Person
from app.people.queries import find_person_by_email, list_spells, sort_key


@dataclass(frozen=True, slots=True)
class Details:
    """Who somebody is, apart from the address they sign in with."""

    name: str
    employee_id: str | None
    hired_on: date | None


def add_person(
    *,
    name: str,
    email: str,
    employee_id: str | None,
    hired_on: date | None,
    by: Author,
    at: datetime,
) -> Person:
    """Add a person. InvalidError when the e-mail address or the employee id is taken."""
    lock_identities()
    _check_employee_id(employee_id)
    if find_person_by_email(email) is not None:
        raise InvalidError(f"Somebody with the address {email} is there already.", field="email")
    person = Person(
        id=uuid.uuid4(),
        name=name,
        sort_name=sort_key(name),
        email=email.strip().lower(),
        employee_id=employee_id,
        hired_on=hired_on,
        created_at=at,
    )
    db.session.add(person)
    db.session.flush()
    log(Tag.PERSON_ADDED, by=by, at=at, subject_id=person.id, object_id=person.id)
    return person


def _check_employee_id(employee_id: str | None, person: Person | None = None) -> None:
    """Raise InvalidError when somebody else has the employee id."""
    if employee_id is None:
        return
    other = db.session.scalars(select(Person).where(Person.employee_id == employee_id)).one_or_none()
    if other is not None and other is not person:
        raise InvalidError(f"{other.name} has the employee id {employee_id} already.", field="employee_id")


def change_details(person: Person, details: Details, *, version: int, by: Author, at: datetime) -> Person:
    """Change who somebody is.

    `version` is that of the row as the page showed it; ConflictError carries what is stored when it is another by now.
    InvalidError: the employee id is taken, or the day of hire lies after their leaving or after their first level.
    """
    lock_identities()
    _check_version(person, version, "name", "employee_id", "hired_on")
    _check_employee_id(details.employee_id, person)
    if details.hired_on is not None:
        _check_hired_on(person, details.hired_on)
    changed = [name for name in ("name", "employee_id", "hired_on") if getattr(person, name) != getattr(details, name)]
    for name in changed:
        setattr(person, name, getattr(details, name))
    person.sort_name = sort_key(person.name)
    if changed:
        log(Tag.PERSON_CHANGED, by=by, at=at, subject_id=person.id, object_id=person.id, fields=sorted(changed))
    db.session.flush()
    return person


def change_email(person: Person, email: str, *, version: int, by: Author, at: datetime) -> Person:
    """Change the address that somebody signs in with, and tell the other features.

    ConflictError as `change_details`. InvalidError at `email`: it is taken, or a feature objects; whose mail opens an
    account is no matter of HR alone.
    """
    lock_identities()
    _check_version(person, version, "email")
    wanted = email.strip().lower()
    other = find_person_by_email(wanted)
    if other is not None and other is not person:
        raise InvalidError(f"{other.name} has the address {wanted} already.", field="email")
    if person.email == wanted:
        return person
    for sentence in hooks.objections_to_address_change(frozenset({person.id})).values():
        raise InvalidError(sentence, field="email")
    old, person.email = person.email, wanted
    log(Tag.PERSON_CHANGED, by=by, at=at, subject_id=person.id, object_id=person.id, fields=["email"])
    db.session.flush()
    hooks.tell_of_address_change({person.id: old}, by, at)
    return person


def _check_version(person: Person, version: int, *fields: str) -> None:
    # The row is locked and read anew: the guard may have read it before somebody else saved theirs.
    db.session.refresh(person, with_for_update={"key_share": True})
    if person.version != version:
        raise ConflictError(
            f"What is recorded of {person.name} was saved in the meantime, perhaps in another window.",
            stored={name: str(getattr(person, name) or "") for name in fields},
            version=person.version,
            labels={"email": "E-mail address", "employee_id": "Employee id", "hired_on": "First day of work"},
        )


def _check_hired_on(person: Person, day: date) -> None:
    if person.left_on is not None and day >= person.left_on:
        raise InvalidError(
            f"{person.name}'s last day of work was {long_date(person.left_on - timedelta(days=1))}; choose an earlier "
            "day.",
            field="hired_on",
        )
    spells = list_spells(person.id)
    if spells and day > spells[0].starts_on:
        raise InvalidError(
            f"A level is recorded from {long_date(spells[0].starts_on)}; correct that first, or choose that day or an "
            "earlier one.",
            field="hired_on",
        )


def record_leaving(person: Person, *, on: date, by: Author, at: datetime) -> None:
    """Record the first day on which somebody no longer works here; `let_go` checks and tells others of it."""
    person.left_on = on
    log(Tag.PERSON_LEFT, by=by, at=at, subject_id=person.id, object_id=person.id, left_on=on.isoformat())


def let_go(person: Person, *, last_day: date, by: Author, at: datetime) -> None:
    """Record somebody's last day of work, and tell the other features.

    InvalidError at `last_day` when it lies before the day of hire or before something recorded from a later day, or
    when a feature objects: the last administrator cannot leave, for instance. Who had left already and works here
    again until the new day has come back: the other features hear of that too.
    """
    lock_person(person.id)
    db.session.refresh(person)
    if person.hired_on is not None and last_day < person.hired_on:
        raise InvalidError(
            f"{person.name} began on {long_date(person.hired_on)}; the last day of work is that day or later.",
            field="last_day",
        )
    check_nothing_later(person, last_day)
    leaving = frozenset({person.id})
    for sentence in hooks.objections_to_leaving(leaving).values():
        raise InvalidError(sentence, field="last_day")
    today = local(at).date()
    has_come_back = person.left_on is not None and person.left_on <= today <= last_day
    record_leaving(person, on=last_day + timedelta(days=1), by=by, at=at)
    db.session.flush()
    hooks.tell_of_leaving(leaving, by, at)
    if has_come_back:
        hooks.tell_of_return(leaving, by, at)


def restore_last_day(person: Person, *, last_day: date, instead_of: date, by: Author, at: datetime) -> None:
    """Let an earlier last day of work count again `instead_of` the one that replaced it.

    NotAllowedNowError when another one counts by now, or when the earlier one could not be recorded today.
    """
    check_last_day(person, instead_of)
    try:
        let_go(person, last_day=last_day, by=by, at=at)
    except InvalidError as refusal:
        raise NotAllowedNowError(str(refusal)) from refusal


def check_last_day(person: Person, last_day: date) -> None:
    """Raise NotAllowedNowError when another last day counts, or none: an undo must undo what it stands beside."""
    lock_person(person.id)
    db.session.refresh(person)
    if person.left_on != last_day + timedelta(days=1):
        raise NotAllowedNowError(
            f"The last day of {person.name} has been changed since. Look at what stands there now."
        )


def take_back_leaving(person: Person, *, by: Author, at: datetime) -> None:
    """Let somebody work here again. NotAllowedNowError when they have not left.

    Their level, team and manager hold on without a gap: whoever comes back to something else is given that from its
    day on. The time away stays in the record of acts, from which `queries.absences_of` tells it in their history.
    Other features are told of a return only when there was a time away: a last day that still lay ahead was only a
    plan, and an account that was never closed has nothing to begin anew.
    """
    if person.left_on is None:
        raise NotAllowedNowError(f"{person.name} has not left; there is nothing to take back.")
    left_on, person.left_on = person.left_on, None
    db.session.flush()
    log(Tag.PERSON_RETURNED, by=by, at=at, subject_id=person.id, object_id=person.id, left_on=left_on.isoformat())
    if left_on <= local(at).date():
        hooks.tell_of_return(frozenset({person.id}), by, at)
