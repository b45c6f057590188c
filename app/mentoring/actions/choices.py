"""What a coordinator says of two people by hand: to be paired, or to be kept apart."""

from __future__ import annotations

import uuid
from datetime import datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import IncompleteError, InvalidError, MissingError, NotAllowedNowError
from app.domain.matching import Reason, judge
from app.infra.db import db
from app.mentoring.actions.rounds import be_open, lock_round
from app.mentoring.models import ChoiceKind, MentoringRound, RoundChoice
from app.mentoring.models.rounds import REASON_LENGTH
from app.mentoring.queries.pool import Gathered, gather
from app.mentoring.queries.rounds import get_round, live_choices
from app.mentoring.wording import PIN_REFUSED

OWN_PAIR = "You are one of the two. Another coordinator sets this pair."


def choose_pair(
    row: MentoringRound,
    kind: ChoiceKind,
    *,
    mentee_id: uuid.UUID,
    mentor_id: uuid.UUID,
    reason: str,
    by: Author,
    at: datetime,
) -> RoundChoice:
    """Pin two people to each other, or ban the pair; what was said of them before gives way.

    A pin never breaks a hard rule: InvalidError with one sentence for all of them. NotAllowedNowError for a pair that
    the author is in themself, MissingError for who is not in the pool.
    """
    _be_another(by, mentee_id, mentor_id)
    why = _checked(reason)
    lock_round(row)
    be_open(row)
    gathered = gather(row)
    if kind is ChoiceKind.PIN:
        check_pin(gathered, mentee_id, mentor_id)
    elif mentee_id not in gathered.by_id or mentor_id not in gathered.by_id:
        raise MissingError
    for before in live_choices(row.id, mentee_id):
        is_same_pair = before.mentor_id == mentor_id
        if is_same_pair and before.kind is kind:
            return before
        if is_same_pair or (kind is ChoiceKind.PIN and before.kind is ChoiceKind.PIN):
            before.ended_at = at
    db.session.flush()
    choice = RoundChoice(
        id=uuid.uuid4(),
        round_id=row.id,
        mentee_id=mentee_id,
        mentor_id=mentor_id,
        kind=kind,
        reason=why,
        made_at=at,
        made_by_id=by.person_id,
    )
    db.session.add(choice)
    db.session.flush()
    log(Tag.PAIR_CHOSEN, by=by, at=at, subject_id=mentee_id, object_id=row.id, kind=kind.value, mentor=str(mentor_id))
    return choice


def undo_choice(choice: RoundChoice, *, by: Author, at: datetime) -> None:
    """Leave two people to the matching again. Undoing what is undone does nothing.

    NotAllowedNowError for a pair that the author is in themself.
    """
    _be_another(by, choice.mentee_id, choice.mentor_id)
    row = get_round(choice.round_id)
    lock_round(row)
    be_open(row)
    db.session.refresh(choice)
    if choice.ended_at is not None:
        return
    choice.ended_at = at
    log(
        Tag.PAIR_UNCHOSEN,
        by=by,
        at=at,
        subject_id=choice.mentee_id,
        object_id=row.id,
        kind=choice.kind.value,
        mentor=str(choice.mentor_id),
    )


def check_pin(gathered: Gathered, mentee_id: uuid.UUID, mentor_id: uuid.UUID) -> None:
    """Refuse a pin that breaks a hard rule, at the field `mentor`."""
    by_id = gathered.by_id
    if mentee_id not in by_id or mentor_id not in by_id:
        raise MissingError
    mentee = next((one for one in gathered.pool.mentees if one.id == by_id[mentee_id].key), None)
    mentor = next(one for one in gathered.pool.mentors if one.id == by_id[mentor_id].key)
    if mentee is None:
        raise InvalidError("This person is not in the matching any more.", field="mentor")
    found = judge(gathered.pool, mentee, mentor)
    if isinstance(found, Reason):
        raise InvalidError(PIN_REFUSED, field="mentor")
    others = sum(one == mentor.id and other != mentee.id for one, other in gathered.pool.pinned)
    if others >= mentor.free:
        raise InvalidError("All places of this mentor are set by hand already.", field="mentor")


def _be_another(by: Author, *pair: uuid.UUID) -> None:
    """Refuse the author's own pair: what is possible for it would tell them who has excluded them."""
    if by.person_id in pair:
        raise NotAllowedNowError(OWN_PAIR)


def _checked(reason: str) -> str:
    plain = reason.strip()
    if not plain:
        raise IncompleteError("Say why, for whoever reads this round later.", field="reason")
    if len(plain) > REASON_LENGTH:
        raise InvalidError(f"Say it in {REASON_LENGTH} characters.", field="reason")
    return plain
