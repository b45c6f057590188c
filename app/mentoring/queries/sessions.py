"""The sessions of a pair, and the piece of evidence that somebody made from one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, true

from app.domain.errors import MissingError
from app.domain.evidence import CorroborationAnswer, EvidenceState
from app.evidence.models import Corroboration, Evidence
from app.infra.db import db
from app.mentoring.models import MentoringSession, Mentorship, SessionEvidence, SessionState
from app.mentoring.queries.mentorships import get_mentorship


@dataclass(frozen=True, slots=True)
class PairSession:
    """A session with the mentorship it belongs to: a right on a session is one on its mentorship."""

    mentorship: Mentorship
    meeting: MentoringSession

    @property
    def id(self) -> uuid.UUID:
        """Return the id of the session."""
        return self.meeting.id

    @property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on it is about: the mentee."""
        return self.mentorship.mentee_id

    @property
    def mentor_id(self) -> uuid.UUID:
        """Return the mentor."""
        return self.mentorship.mentor_id

    @property
    def is_underway(self) -> bool:
        """Say whether the two are a pair now."""
        return self.mentorship.is_underway


def get_session(session_id: uuid.UUID) -> PairSession:
    """Return a session with its mentorship; MissingError when there is none."""
    found = db.session.get(MentoringSession, session_id)
    if found is None:
        raise MissingError
    return PairSession(get_mentorship(found.mentorship_id), found)


def list_sessions(mentorship_id: uuid.UUID) -> Sequence[MentoringSession]:
    """Return all sessions of a mentorship, newest first."""
    return db.session.scalars(
        select(MentoringSession)
        .where(MentoringSession.mentorship_id == mentorship_id)
        .order_by(MentoringSession.starts_at.desc(), MentoringSession.id)
    ).all()


def find_number_at(mentorship_id: uuid.UUID, starts_at: datetime, *, but: uuid.UUID | None = None) -> int | None:
    """Return the number of a session that begins at a time and is not called off; None where there is none."""
    rows = select(func.min(MentoringSession.number)).where(
        MentoringSession.mentorship_id == mentorship_id,
        MentoringSession.starts_at == starts_at,
        MentoringSession.state != SessionState.CALLED_OFF,
        MentoringSession.id != but if but is not None else true(),
    )
    return db.session.scalar(rows)


def last_number(mentorship_id: uuid.UUID) -> int:
    """Return the number of the session that was planned last; 0 before there is any."""
    last = select(func.max(MentoringSession.number)).where(MentoringSession.mentorship_id == mentorship_id)
    return db.session.scalar(last) or 0


@dataclass(frozen=True, slots=True)
class MadePiece:
    """The piece of evidence that somebody made from a session; `outcome` is the other one's answer, if any."""

    id: uuid.UUID
    number: int
    title: str
    state: EvidenceState
    asked_at: datetime | None
    outcome: CorroborationAnswer | None

    @property
    def ref(self) -> str:
        """Return the short name by which people cite it."""
        return f"E-{self.number}"


def find_made_piece(session_id: uuid.UUID, author_id: uuid.UUID, other_id: uuid.UUID) -> MadePiece | None:
    """Return the piece that somebody made from a session, for that person alone; None where they made none."""
    row = db.session.execute(
        select(
            Evidence.id,
            Evidence.number,
            Evidence.title,
            Evidence.state,
            Corroboration.asked_at,
            Corroboration.outcome,
        )
        .join(SessionEvidence, SessionEvidence.piece_id == Evidence.id)
        .outerjoin(Corroboration, (Corroboration.evidence_id == Evidence.id) & (Corroboration.colleague_id == other_id))
        .where(SessionEvidence.session_id == session_id, SessionEvidence.author_id == author_id)
    ).one_or_none()
    return MadePiece(*row) if row is not None else None


def day_of(session: MentoringSession, local_day: date) -> date:
    """Return the day of a session: the one on which it took place, else the planned one, which is `local_day`."""
    return session.held_on or local_day
