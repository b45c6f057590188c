"""What nobody answered in time: once a day, Belay moves it on. The pages have said so since the day passed."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.audit.actions import Author
from app.domain.mentorship import MentorshipEvent, MentorshipState, has_lapsed
from app.infra.clock import local
from app.infra.unit_of_work import transaction
from app.jobs.kinds import Work, register_kind, register_periodic
from app.mentoring.actions.steps import advance, lock_mentorship
from app.mentoring.models import Mentorship
from app.mentoring.queries.requests import ANSWERED, list_lapsed
from app.notices.actions import tell

EXPIRE = "mentoring.expire"
AT_A_TIME = 50


def expire_due(*, by: Author, at: datetime) -> int:
    """Let some of what has lapsed expire, and return how many; 0 says that nothing is left. Twice does no harm."""
    return sum(expire_one(one, by=by, at=at) for one in list_lapsed(local(at).date(), limit=AT_A_TIME))


def expire_one(mentorship: Mentorship, *, by: Author, at: datetime) -> bool:
    """Let a request or proposal expire if its day is past and nothing was decided; say whether it did.

    Whoever had agreed is told, the mentee of a request included: their asking was it.
    """
    lock_mentorship(mentorship)
    if mentorship.state is not MentorshipState.PROPOSED or not has_lapsed(mentorship.answer_by, local(at).date()):
        return False
    advance(mentorship, MentorshipEvent.EXPIRE, by=by, at=at, by_itself=True)
    agreed = {
        mentorship.mentee_id: mentorship.mentee_consented_at,
        mentorship.mentor_id: mentorship.mentor_consented_at,
    }
    for person_id, consented_at in agreed.items():
        if consented_at is not None:
            tell(ANSWERED, person_id, mentorship.id, by=by, at=at)
    return True


def _expire(work: Work) -> None:
    more = 1
    while more:
        with transaction():
            more = expire_due(by=work.by, at=work.at)


def register() -> None:
    """Join the queue: the worker looks every day."""
    register_kind(EXPIRE, _expire, label="Let mentoring requests expire that nobody answered", in_steps=True)
    register_periodic(EXPIRE, timedelta(days=1))
