"""The goals of a mentorship that is underway: the mentee chooses them, and says whether the line manager reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import InvalidError, MissingError, NotAllowedNowError
from app.domain.mentorship import MAX_GOALS
from app.infra.db import db
from app.mentoring.actions.sessions import check_underway
from app.mentoring.actions.steps import author_id, lock_mentorship, note
from app.mentoring.models import Mentorship, MentorshipGoal
from app.mentoring.queries.profiles import key_of, seekable, split_key


def change_goals(mentorship: Mentorship, keys: Sequence[str], *, by: Author, at: datetime) -> None:
    """Let one to three expectations be the goals: those that block the mentee, and those that are goals already.

    `keys` are `lineage:expectation`. A goal keeps its outcome, if it has one, and goes only without one
    (NotAllowedNowError). InvalidError names what is wrong with the choice.
    """
    lock_mentorship(mentorship)
    check_underway(mentorship)
    if author_id(by) != mentorship.mentee_id:
        raise MissingError
    there = {key_of(row.lineage, row.expectation_id): row for row in _goals(mentorship)}
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        raise InvalidError("Keep at least one goal: it is what the two of you meet for.", field="goals")
    if len(wanted) > MAX_GOALS:
        raise InvalidError(f"Choose at most {MAX_GOALS} goals. Fewer are easier to reach.", field="goals")
    new = [key for key in wanted if key not in there]
    if new and not set(new) <= set(seekable(mentorship.mentee_id)):
        raise InvalidError("One of these no longer keeps you from the next level. Choose from the list.", field="goals")
    dropped = [row for key, row in there.items() if key not in wanted]
    if any(row.outcome is not None for row in dropped):
        raise NotAllowedNowError("A goal that has its outcome stays: it says what the two of you reached.")
    if not new and not dropped:
        return
    for row in dropped:
        db.session.delete(row)
    for place, key in enumerate(wanted):
        if key in there:
            there[key].position = place
        else:
            lineage, expectation_id = split_key(key)
            db.session.add(
                MentorshipGoal(
                    mentorship_id=mentorship.id, lineage=lineage, expectation_id=expectation_id, position=place
                )
            )
    db.session.flush()
    note(Tag.GOALS_CHANGED, mentorship, by=by, at=at, added=len(new), dropped=len(dropped))


def _goals(mentorship: Mentorship) -> Sequence[MentorshipGoal]:
    rows = select(MentorshipGoal).where(MentorshipGoal.mentorship_id == mentorship.id)
    return db.session.scalars(rows.order_by(MentorshipGoal.position, MentorshipGoal.id)).all()


def share_goals(mentorship: Mentorship, *, is_shared: bool, by: Author, at: datetime) -> None:
    """Let the line manager read the goals, or no longer; the mentee's alone, and for as long as they want.

    It can be taken back after the end too, and given only while the two are a pair.
    """
    lock_mentorship(mentorship)
    if author_id(by) != mentorship.mentee_id:
        raise MissingError
    if is_shared:
        check_underway(mentorship)
    if mentorship.shares_goals == is_shared:
        return
    mentorship.shares_goals = is_shared
    db.session.flush()
    note(Tag.GOALS_SHARED if is_shared else Tag.GOALS_UNSHARED, mentorship, by=by, at=at)
