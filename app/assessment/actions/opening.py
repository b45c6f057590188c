"""Opening an assessment, and asking for a rating."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import select

from app.assessment.actions.closing import due_day
from app.assessment.actions.rows import note, tell_others
from app.assessment.models import Assessment
from app.assessment.queries import find_opening, find_running
from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.people.models import Person
from app.people.queries import find_manager


def open_assessment(
    subject: Person, *, target: str = "", due_on: date | None = None, by: Author, at: datetime
) -> Assessment:
    """Return the running assessment of a person against a level, opened now if there is none.

    Without a target it is against the next level, at the top against the level held; without a due day, by the
    company's policy. It pins the version that is adopted today. The other side hears of it. One that runs already keeps
    its due day. InvalidError where the person holds no level, the ladder branches, or has no such level, and for a due
    day that is past or too far away.
    """
    # Two people open at the same moment: the second waits here, and finds the first one's.
    db.session.execute(select(Person.id).where(Person.id == subject.id).with_for_update(key_share=True)).one()
    opening = find_opening(subject.id, local(at).date())
    if opening is None:
        raise InvalidError(f"{subject.name} holds no level of a ladder in use; HR records it first.", field="target")
    edition, level = opening.edition, target or opening.usual
    if level is None:
        raise InvalidError("The ladder branches here; choose the level.", field="target")
    if not edition.ladder.has_level(level):
        raise InvalidError(f"{edition.name} has no level {level}.", field="target")
    running = find_running(subject.id, edition.ladder.lineage, level)
    if running is not None:
        return running
    opened = Assessment(
        id=uuid.uuid4(),
        subject_id=subject.id,
        ladder_version_id=edition.id,
        lineage=edition.ladder.lineage,
        target_level=level,
        opened_at=at,
        opened_by_id=by.person_id,
        due_on=due_day(due_on, local(at).date()),
    )
    db.session.add(opened)
    db.session.flush()
    note(Tag.ASSESSMENT_OPENED, opened, by=by, at=at, target=level, ladder=edition.ladder.slug)
    tell_others(opened, by=by, at=at)
    return opened


def ask_for_rating(
    subject: Person, *, target: str = "", due_on: date | None = None, by: Author, at: datetime
) -> Assessment:
    """Let an engineer ask their manager for a rating: an assessment runs, and it waits for the manager.

    NotAllowedNowError without a line manager, and where the manager's side is in already.
    """
    if find_manager(subject.id, local(at).date()) is None:
        raise NotAllowedNowError("Nobody is recorded as your line manager, so there is nobody to ask. HR records it.")
    found = open_assessment(subject, target=target, due_on=due_on, by=by, at=at)
    if found.manager_submitted_at is not None:
        raise NotAllowedNowError("Your manager’s side is in already. It opens as soon as yours is in too.")
    note(Tag.RATING_ASKED, found, by=by, at=at, target=found.target_level)
    if found.opened_at != at:
        tell_others(found, by=by, at=at)
    return found
