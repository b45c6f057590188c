"""What bars two people from being paired: one rule, for rounds and for requests alike.

They are a pair, or a proposal that can still be answered; or they ended early within twelve months, except because one
of them left; or one of them said no within twelve months with a reason that speaks of the other one. Who had no time
says nothing of the other one, and bars nothing. Why somebody declined is private, so such a bar is `Bar.DECLINED` and
treated as an exclusion: nobody can tell the two apart. Source: domain specification, 6.3; decisions 20 and 21.
"""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, exists, select

from app.domain.mentorship import RECENT_MONTHS, MentorshipEvent, MentorshipState, add_months
from app.infra.clock import moment
from app.infra.db import db
from app.mentoring.models import Mentorship, MentorshipStep
from app.mentoring.queries.course import LEFT

BARRING_DECLINES = ("somebody_else", "too_little", "rather_not")
"""The reasons with which a decline bars; `time` does not."""


class Bar(StrEnum):
    """Why two people are not paired again."""

    UNDERWAY = "underway"
    PROPOSED = "proposed"
    """A round proposes the two, and there are days left to answer."""
    ASKED = "asked"
    """The one has asked the other, and there are days left to answer."""
    ENDED = "ended"
    DECLINED = "declined"
    """Private: only the pair knows of the reason."""


OPEN_BARS = (Bar.UNDERWAY, Bar.PROPOSED, Bar.ASKED, Bar.ENDED)
"""What a coordinator sees anyway. All others are private."""


def select_bars(on: date) -> Select[Any]:
    """Return `id`, `mentee_id`, `mentor_id` and `bar` of every mentorship that bars its two on a day."""
    recent = add_months(on, -RECENT_MONTHS)
    can_answer = and_(Mentorship.state == MentorshipState.PROPOSED, Mentorship.answer_by >= on)
    ended = and_(
        Mentorship.state == MentorshipState.ENDED_EARLY,
        Mentorship.ended_on > recent,
        ~_has_step(MentorshipEvent.END_EARLY, MentorshipStep.code == LEFT),
    )
    declined = and_(
        Mentorship.state == MentorshipState.DECLINED,
        _has_step(
            MentorshipEvent.DECLINE,
            MentorshipStep.code.in_(BARRING_DECLINES),
            MentorshipStep.at >= moment(recent + timedelta(days=1), time()),
        ),
    )
    bar = case(
        (Mentorship.is_underway, Bar.UNDERWAY.value),
        (and_(can_answer, Mentorship.round_id.is_not(None)), Bar.PROPOSED.value),
        (can_answer, Bar.ASKED.value),
        (ended, Bar.ENDED.value),
        (declined, Bar.DECLINED.value),
        else_="",
    )
    rows = select(Mentorship.id, Mentorship.mentee_id, Mentorship.mentor_id, bar.label("bar"))
    return rows.where(bar != "")


def list_bars(on: date) -> list[tuple[uuid.UUID, uuid.UUID, Bar]]:
    """Return mentee, mentor and bar of everybody who is barred on a day, in one statement."""
    bars = select_bars(on).order_by(Mentorship.mentee_id, Mentorship.mentor_id, Mentorship.id)
    return [(row.mentee_id, row.mentor_id, Bar(row.bar)) for row in db.session.execute(bars)]


def _has_step(event: MentorshipEvent, *where: Any) -> Any:  # noqa: ANN401 - what SQLAlchemy makes of conditions
    return exists().where(MentorshipStep.mentorship_id == Mentorship.id, MentorshipStep.event == event.value, *where)
