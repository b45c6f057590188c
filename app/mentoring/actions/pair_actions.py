"""What the two mean to do: an action with its owner and, if they want, a day. Words of the pair, each its author's."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError, MissingError
from app.domain.mentorship import PairSide
from app.infra.clock import local
from app.infra.db import db
from app.mentoring.actions.notes import check_restorable, delete_removed
from app.mentoring.actions.sessions import check_underway
from app.mentoring.actions.steps import author_id, lock_mentorship
from app.mentoring.models import Mentorship, SessionAction
from app.mentoring.models.mentorships import LINE_LENGTH
from app.mentoring.queries.mentorships import get_mentorship
from app.mentoring.queries.notes import count_actions


def faults_of(words: str, due_on: date | None, *, on: date) -> dict[str, str]:
    """Return everything that is wrong with an action, by the name of the field; empty for one that can be added."""
    found = {}
    if not words:
        found["words"] = "Say in a line what is to be done."
    elif len(words) > LINE_LENGTH:
        found["words"] = f"This has {len(words)} characters; at most {LINE_LENGTH} fit."
    if due_on is not None and due_on < on:
        found["due_on"] = "That day has passed; choose today or a later one, or none."
    return found


MOST_ACTIONS = 500
"""How many actions a pair may have in all (house)."""


def add_action(
    mentorship: Mentorship,
    words: str,
    *,
    owner: PairSide,
    due_on: date | None = None,
    session_id: uuid.UUID | None = None,
    by: Author,
    at: datetime,
) -> SessionAction:
    """Write down what one of the two means to do. InvalidError without words, for too many, and for a day behind."""
    lock_mentorship(mentorship)
    check_underway(mentorship)
    if count_actions(mentorship.id) >= MOST_ACTIONS:
        raise InvalidError(f"You have {MOST_ACTIONS} actions, which is the most. Take one out first.", field="words")
    for name, fault in faults_of(words, due_on, on=local(at).date()).items():
        raise InvalidError(fault, field=name)
    row = SessionAction(
        mentorship_id=mentorship.id,
        session_id=session_id,
        author_id=author_id(by),
        owner_id=mentorship.mentor_id if owner is PairSide.MENTOR else mentorship.mentee_id,
        words=words,
        due_on=due_on,
        written_at=at,
    )
    db.session.add(row)
    delete_removed(mentorship, at)
    db.session.flush()
    _note(row, by=by, at=at)
    return row


def tick_action(
    mentorship: Mentorship, action_id: uuid.UUID, *, is_done: bool, by: Author, at: datetime
) -> SessionAction:
    """Say that an action is done, or not after all; either of the two may. MissingError where there is none."""
    lock_mentorship(mentorship)
    check_underway(mentorship)
    row = db.session.get(SessionAction, action_id, with_for_update=True)
    if row is None or row.mentorship_id != mentorship.id or row.removed_at is not None:
        raise MissingError
    if (row.done_at is not None) != is_done:
        row.done_at = at if is_done else None
        db.session.flush()
        _note(row, by=by, at=at)
    return row


def remove_action(action: SessionAction, *, by: Author, at: datetime) -> None:
    """Take an action of one's own out. It can be put back for a day."""
    _lock_own(action, by)
    if action.removed_at is None:
        action.removed_at = at
        db.session.flush()
        _note(action, by=by, at=at)


def restore_action(action: SessionAction, *, by: Author, at: datetime) -> None:
    """Put an action back that its author took out, within a day. NotAllowedNowError later."""
    _lock_own(action, by)
    if action.removed_at is not None:
        check_restorable(action.removed_at, at)
        action.removed_at = None
        db.session.flush()
        _note(action, by=by, at=at)


def _lock_own(action: SessionAction, by: Author) -> None:
    mentorship = get_mentorship(action.mentorship_id)
    lock_mentorship(mentorship)
    check_underway(mentorship)
    db.session.refresh(action, with_for_update=True)
    if action.author_id != author_id(by):
        raise MissingError


def _note(action: SessionAction, *, by: Author, at: datetime) -> None:
    log(Tag.PAIR_ACTION_SET, by=by, at=at, object_id=action.mentorship_id)
