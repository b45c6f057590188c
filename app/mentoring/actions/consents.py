"""Consent, and what takes its place: two separate, dated acts, each by that person alone.

Nobody consents for anybody else: whoever is neither of the two gets a MissingError, whatever they may do elsewhere.
Places are counted under the lock of both profiles, so that fifty who accept at once stand in a queue.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import InvalidError, MissingError, NotAllowedNowError
from app.domain.mentorship import MentorshipEvent, MentorshipState, PairSide, add_months, has_lapsed, mid_point
from app.infra.clock import local
from app.infra.db import db
from app.mentoring.actions.steps import MOVED_ON, advance, author_id, lock_mentorship, lock_profiles, note
from app.mentoring.models import MentoringProfile, Mentorship, MentorshipMessage, MessageKind
from app.mentoring.queries.finding import NOT_POSSIBLE, is_possible
from app.mentoring.queries.mentorships import places_taken
from app.mentoring.queries.requests import (
    ANSWERED,
    BEGUN,
    FOUND_ANOTHER,
    STOPPED,
    goals_of,
    has_mentor,
    is_answerable,
    open_requests,
    others_proposed,
)
from app.mentoring.wording import DECLINE_REASONS
from app.notices.actions import tell

AGREED = "You have agreed already; nothing more is needed from you until the other one has answered."
LAPSED = "The days in which this could be answered are over, so it has lapsed."


def consent(mentorship: Mentorship, *, by: Author, at: datetime) -> bool:
    """Agree for oneself; return whether it begins, because this was the second of the two.

    NotAllowedNowError, with everything kept, where it has lapsed, or where something of their own stands in the way;
    at the second of the two also where the pairing is not possible any more, and why it is not is said to nobody.
    """
    side = side_of(mentorship, by)
    profiles = lock_profiles((mentorship.mentee_id, mentorship.mentor_id))
    lock_mentorship(mentorship)
    check_answerable(mentorship, at)
    if consented_at(mentorship, side) is not None:
        raise NotAllowedNowError(AGREED)
    begins = consented_at(mentorship, side.other) is not None
    _check_own(mentorship, side, profiles, at)
    if begins:
        _check_pair(mentorship, profiles, at)
    if side is PairSide.MENTEE:
        mentorship.mentee_consented_at = at
    else:
        mentorship.mentor_consented_at = at
    note(Tag.PAIR_CONSENTED, mentorship, by=by, at=at)
    if begins:
        _begin(mentorship, profiles[mentorship.mentee_id], by=by, at=at)
    return begins


def decline(mentorship: Mentorship, *, reason: str, words: str = "", by: Author, at: datetime) -> None:
    """Say no for oneself, with a kind reason from the list and words where there are some; the other one reads both.

    The company's record says that it was declined, and not by whom.
    """
    side = side_of(mentorship, by)
    if reason not in DECLINE_REASONS:
        raise InvalidError("Choose one of the reasons; “I would rather not say” is one.", field="because")
    lock_mentorship(mentorship)
    check_answerable(mentorship, at)
    if mentorship.round_id is None and side is PairSide.MENTEE:
        raise NotAllowedNowError("You asked for this yourself: withdraw it instead.")
    advance(mentorship, MentorshipEvent.DECLINE, by=by, at=at, code=reason, unnamed=True)
    if words:
        write(mentorship, MessageKind.DECLINE, words, by=by, at=at)
    tell(ANSWERED, mentorship.other_than(author_id(by)), mentorship.id, by=Author(None), at=at)


def withdraw(mentorship: Mentorship, *, by: Author, at: datetime) -> None:
    """Take one's own request back, at any time while it is open."""
    if side_of(mentorship, by) is not PairSide.MENTEE:
        raise MissingError
    lock_mentorship(mentorship)
    check_answerable(mentorship, at)
    if mentorship.round_id is not None:
        raise NotAllowedNowError("A round proposed this, not you: say no to it instead.")
    advance(mentorship, MentorshipEvent.WITHDRAW, by=by, at=at)


def withdraw_open(mentee_id: uuid.UUID, *, by: Author, at: datetime) -> None:
    """Withdraw what a mentee who looks no more has asked for: their mentors could only say no. The profile is locked.

    What a round proposed stays: it is not the mentee's to take back, and they may look again before its day.
    """
    _withdraw_by_itself(open_requests(mentee_id, local(at).date()), STOPPED, by=by, at=at)


def _withdraw_by_itself(rows: Sequence[Mentorship], code: str, *, by: Author, at: datetime) -> None:
    """Withdraw what the mentee needs no more, and tell the mentors, so that nothing vanishes without a word."""
    on = local(at).date()
    for row in rows:
        lock_mentorship(row)
        if is_answerable(row, on):
            advance(row, MentorshipEvent.WITHDRAW, by=by, at=at, code=code, by_itself=True)
            tell(ANSWERED, row.mentor_id, row.id, by=by, at=at)


def side_of(mentorship: Mentorship, by: Author) -> PairSide:
    """Return as which of the two somebody acts; MissingError for everybody else, the command line included."""
    side = mentorship.side_of(author_id(by))
    if side is None:
        raise MissingError
    return side


def consented_at(mentorship: Mentorship, side: PairSide) -> datetime | None:
    """Return when one of the two agreed; None where they have not."""
    return mentorship.mentee_consented_at if side is PairSide.MENTEE else mentorship.mentor_consented_at


def check_answerable(mentorship: Mentorship, at: datetime) -> None:
    """Refuse what has been decided, and what nobody answered in time, whether or not the job has passed over it."""
    if mentorship.state is not MentorshipState.PROPOSED:
        raise NotAllowedNowError(MOVED_ON)
    if has_lapsed(mentorship.answer_by, local(at).date()):
        raise NotAllowedNowError(LAPSED)


def write(mentorship: Mentorship, kind: MessageKind, words: str, *, by: Author, at: datetime) -> None:
    """Keep what one of the two wrote to the other."""
    row = MentorshipMessage(mentorship_id=mentorship.id, author_id=author_id(by), kind=kind, words=words, written_at=at)
    db.session.add(row)
    db.session.flush()


def _check_own(
    mentorship: Mentorship, side: PairSide, profiles: Mapping[uuid.UUID, MentoringProfile], at: datetime
) -> None:
    """Refuse a consent that whoever gives it cannot keep: each of the two may read what is so of themselves."""
    is_mentor = side is PairSide.MENTOR
    profile = profiles.get(mentorship.mentor_id if is_mentor else mentorship.mentee_id)
    if profile is None:
        raise NotAllowedNowError(NOT_POSSIBLE)
    own = _mentor_hindrance(profile, local(at).date()) if is_mentor else _mentee_hindrance(profile)
    if own is not None:
        raise NotAllowedNowError(own)


def _check_pair(mentorship: Mentorship, profiles: Mapping[uuid.UUID, MentoringProfile], at: datetime) -> None:
    """Refuse the second consent where the pair cannot be any more. Both profiles are locked.

    What is so of the other one has one answer for everything.
    """
    is_known = {mentorship.mentee_id, mentorship.mentor_id} <= profiles.keys()
    if not is_known or not is_possible(mentorship, goals_of(mentorship.id), on=local(at).date()):
        raise NotAllowedNowError(NOT_POSSIBLE)


def _mentor_hindrance(mentor: MentoringProfile, on: date) -> str | None:
    """Return what keeps a mentor from agreeing that is theirs to change, told to them alone."""
    if mentor.mentors_since is None:
        return "You do not offer to mentor at the moment. Say in your mentoring profile that you do, then agree."
    if mentor.paused_until is not None and mentor.paused_until > on:
        return "You take on nobody new just now. End the pause in your mentoring profile, then agree."
    taken = places_taken([mentor.person_id]).get(mentor.person_id, 0)
    if taken < mentor.capacity:
        return None
    return (
        f"You have {taken} of {mentor.capacity} mentees, so no place is free. This stays open: make room in your "
        "mentoring profile, or say no kindly."
    )


def _mentee_hindrance(mentee: MentoringProfile) -> str | None:
    """Return the same for a mentee."""
    if has_mentor(mentee.person_id):
        return "You have a mentor already, and one at a time is the rule."
    if mentee.seeks_since is None:
        return "You do not look for a mentor at the moment. Say in your mentoring profile that you do, then agree."
    return None


def _begin(mentorship: Mentorship, mentee: MentoringProfile, *, by: Author, at: datetime) -> None:
    """Let the two be a pair: the dates, an end to the mentee's search, and word to both."""
    began_on = local(at).date()
    mentorship.began_on = began_on
    mentorship.ends_on = add_months(began_on, mentorship.months)
    mentorship.mid_point_on = mid_point(began_on, mentorship.ends_on)
    mentorship.waits_for = None
    mentee.seeks_since = None
    advance(mentorship, MentorshipEvent.BEGIN, by=by, at=at)
    _withdraw_by_itself(others_proposed(mentorship, began_on), FOUND_ANOTHER, by=by, at=at)
    for person_id in (mentorship.mentee_id, mentorship.mentor_id):
        tell(BEGUN, person_id, mentorship.id, by=by, at=at)
