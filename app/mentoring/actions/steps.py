"""What every change of a mentorship does: lock its row, look the move up in the table, write the step down.

No other module sets the state of a mentorship.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import MissingError, NotAllowedNowError
from app.domain.mentorship import MentorshipEvent, PairMover, after, may_make
from app.infra.db import db
from app.mentoring.models import MentoringProfile, Mentorship, MentorshipStep

MOVED_ON = "This mentorship has moved on in the meantime, so that is no longer possible."


def author_id(by: Author) -> uuid.UUID:
    """Return who acts; MissingError for the command line, which takes no part in a mentorship."""
    if by.person_id is None:
        raise MissingError
    return by.person_id


def lock_mentorship(mentorship: Mentorship) -> None:
    """Read a mentorship as it is stored now, and keep others from changing it until the end."""
    db.session.refresh(mentorship, with_for_update=True)


def lock_profiles(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, MentoringProfile]:
    """Lock the profiles of people, always in the same order, and return those that exist.

    Places are counted under this lock and before any mentorship is locked: fifty who accept at once stand in a queue.
    """
    rows = db.session.scalars(
        select(MentoringProfile)
        .where(MentoringProfile.person_id.in_(sorted(set(person_ids))))
        .order_by(MentoringProfile.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.person_id: row for row in rows}


def mover_of(mentorship: Mentorship, by: Author) -> PairMover:
    """Return as which of the two somebody acts. MissingError for anybody else; Belay itself has no person."""
    if by.person_id is None:
        return PairMover.BELAY
    side = mentorship.side_of(by.person_id)
    if side is None:
        raise MissingError
    return PairMover(side.value)


def advance(
    mentorship: Mentorship,
    event: MentorshipEvent,
    *,
    by: Author,
    at: datetime,
    code: str = "",
    by_itself: bool = False,
    unnamed: bool = False,
    is_early: bool = False,
) -> None:
    """Let an event happen to a locked mentorship; `by_itself` where it follows from what somebody else did elsewhere.

    `unnamed`: the company's record says that it happened and not by whom, which only the pair's own step keeps.
    `is_early`: the mid-point is to come.
    NotAllowedNowError where the table of moves does not know it from this state. A move that is not somebody's to make
    is a MissingError: the policy has let nobody else come here.
    """
    mover = PairMover.BELAY if by_itself else mover_of(mentorship, by)
    target = after(mentorship.state, event, left=mentorship.left_state, is_early=is_early)
    if target is None:
        raise NotAllowedNowError(MOVED_ON)
    if not may_make(event, mover):
        raise MissingError
    source, mentorship.state = mentorship.state, target
    db.session.add(
        MentorshipStep(
            mentorship_id=mentorship.id,
            at=at,
            by_id=by.person_id,
            event=event.value,
            source=source.value,
            target=target.value,
            code=code,
        )
    )
    told = Author(None) if unnamed else by
    note(Tag.MENTORSHIP_MOVED, mentorship, by=told, at=at, event=event.value, state=target.value)


def note(tag: Tag, mentorship: Mentorship, *, by: Author, at: datetime, **details: object) -> None:
    """Write the record of an act on a mentorship: ids and codes, never what anybody said."""
    log(tag, by=by, at=at, subject_id=mentorship.mentee_id, object_id=mentorship.id, **details)
