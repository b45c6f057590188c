"""Evidence from a session, by its author's own act: a draft with the day, the expectations and nobody else's words.

For the mentor it counts only with the mentee's word (domain specification, 6.2): the piece says so from the beginning,
and `domain.evidence` leaves it out until the mentee has confirmed it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import MissingError, NotAllowedNowError
from app.domain.evidence import EvidenceKind, EvidenceState
from app.domain.mentorship import PairSide
from app.evidence.actions import ask_colleague, log_evidence, share_evidence
from app.evidence.actions.content import Content
from app.evidence.models import Evidence
from app.evidence.queries import get_evidence
from app.infra.db import db
from app.mentoring.actions.steps import author_id, lock_mentorship
from app.mentoring.models import SessionEvidence, SessionState
from app.mentoring.queries.notes import own_of_session
from app.mentoring.queries.sessions import PairSession, find_made_piece
from app.people.queries import get_person

NOT_HELD = "This session has not taken place, so there is nothing to show yet."


def make_evidence(
    found: PairSession,
    title: str,
    *,
    expectations: Sequence[str] = (),
    notes: Sequence[uuid.UUID] = (),
    by: Author,
    at: datetime,
) -> Evidence:
    """Log a draft of a mentoring log from a held session. `notes` are those of the author's own that are copied.

    An id that is no note of the author on this session is a MissingError: no word of the other one is ever copied.
    InvalidError as for any piece; NotAllowedNowError where the session was not held, or a piece was made already.
    """
    # Locked like everything else of the pair: pressed twice, it makes one piece.
    lock_mentorship(found.mentorship)
    side = found.mentorship.side_of(author_id(by))
    if side is None:
        raise MissingError
    author, other_id = get_person(author_id(by)), found.mentorship.other_than(author_id(by))
    if found.meeting.state is not SessionState.HELD or found.meeting.held_on is None:
        raise NotAllowedNowError(NOT_HELD)
    if find_made_piece(found.meeting.id, author.id, other_id) is not None:
        raise NotAllowedNowError("You have made a piece of evidence from this session already.")
    words = {note_id: text for note_id, _, text in own_of_session(found.meeting.id, author.id)}
    if not set(notes) <= words.keys():
        raise MissingError
    content = Content(
        title=title,
        kind=EvidenceKind.MENTORING_LOG,
        occurred_on=found.meeting.held_on,
        narrative="\n\n".join(text for note_id, text in words.items() if note_id in set(notes)),
        claims=dict.fromkeys(expectations, ""),
    )
    needed = found.mentorship.mentee_id if side is PairSide.MENTOR else None
    piece = log_evidence(author, content, needed_voice=needed, by=by, at=at)
    db.session.add(SessionEvidence(session_id=found.meeting.id, author_id=author.id, piece_id=piece.id, made_at=at))
    db.session.flush()
    log(Tag.SESSION_TO_EVIDENCE, by=by, at=at, subject_id=author.id)
    return piece


def share_and_ask(found: PairSession, *, by: Author, at: datetime) -> Evidence:
    """Share the piece that the mentor made from a session, and ask the mentee to confirm it: one act.

    IncompleteError where it shows no expectation; MissingError where there is none, or it is the mentee's.
    """
    author, mentee_id = author_id(by), found.mentorship.mentee_id
    made = find_made_piece(found.meeting.id, author, mentee_id)
    if made is None or author != found.mentorship.mentor_id:
        raise MissingError
    piece = get_evidence(made.id)
    if piece.state is EvidenceState.DRAFT:
        share_evidence(piece, by=by, at=at)
    ask_colleague(piece, get_person(mentee_id), by=by, at=at)
    return piece
