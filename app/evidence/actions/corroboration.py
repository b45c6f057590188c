"""Asking a colleague about a piece, reminding them, and the colleague's answer."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError, MissingError, NotAllowedNowError
from app.domain.evidence import CorroborationAnswer
from app.evidence.actions.content import company_day
from app.evidence.models import Corroboration, CorroborationLimit, Evidence
from app.evidence.queries import lock_evidence, marks_for
from app.evidence.queries.voices import NOTHING, PART, WHOLE, limit_words, may_be_reminded, point_of
from app.infra.db import db
from app.infra.unit_of_work import touch
from app.notices.actions import tell
from app.people.models import Person
from app.people.queries import was_line_manager

ASKED, ANSWERED = "evidence.asked", "evidence.answered"
ANSWERS = {
    CorroborationAnswer.CONFIRMED.value: "I confirm it",
    CorroborationAnswer.LIMITED.value: "I confirm part of it",
    CorroborationAnswer.DECLINED.value: "I cannot confirm it",
}
POINTS = {WHOLE: "It stands", PART: "In part", NOTHING: "I cannot confirm this"}
NO_LIMITS: Mapping[str, str] = MappingProxyType({})


def ask_colleague(piece: Evidence, colleague: Person, *, asking: str = "", by: Author, at: datetime) -> Corroboration:
    """Ask a colleague to confirm a shared piece, with a line to them if there is one.

    InvalidError for oneself, the line manager, and who does not work here. Somebody who has answered can be asked
    again, as when the piece has changed since.
    """
    piece = lock_evidence(piece)
    if not piece.is_shared:
        raise NotAllowedNowError("Share the piece first: a colleague can only confirm what they can read.")
    _check_may_be_asked(piece, colleague, at)
    row = _question_to(piece, colleague.id)
    if row is None:
        row = Corroboration(id=uuid.uuid4(), colleague_id=colleague.id, asked_at=at, standing="", words="", limits=[])
        piece.corroborations.append(row)
    elif row.is_open:
        raise InvalidError(f"{colleague.name} is asked already.", field="colleague")
    # After a clock was put back, the question still lies after the answer that it does not accept.
    row.asked_at = at if row.answered_at is None else max(at, row.answered_at + timedelta(microseconds=1))
    row.asking, row.reminded_at = asking.strip(), None
    db.session.flush()
    _note(Tag.CORROBORATION_ASKED, piece, by=by, at=at, colleague=str(colleague.id))
    tell(ASKED, colleague.id, piece.id, by=by, at=at)
    return row


def take_question_back(piece: Evidence, *, colleague_id: uuid.UUID | None, by: Author, at: datetime) -> None:
    """Take back a question that was never answered: the colleague can no longer read the piece.

    NotAllowedNowError where there is none, as when the colleague has answered in the meantime.
    """
    piece = lock_evidence(piece)
    row = _question_to(piece, colleague_id)
    if row is None or row.outcome is not None:
        raise NotAllowedNowError(
            "There is no question to this colleague that waits for a first answer; nothing is taken back."
        )
    piece.corroborations.remove(row)
    db.session.flush()
    _note(Tag.CORROBORATION_TAKEN_BACK, piece, by=by, at=at, colleague=str(colleague_id))


def remind_colleague(piece: Evidence, *, colleague_id: uuid.UUID | None, by: Author, at: datetime) -> None:
    """Remind a colleague of a question as its author. NotAllowedNowError within a day of asking or reminding."""
    piece = lock_evidence(piece)
    row = _question_to(piece, colleague_id)
    if row is None or not row.is_open or not piece.is_shared:
        raise NotAllowedNowError("There is no question to this colleague that waits for an answer.")
    if not may_be_reminded(row, at):
        raise NotAllowedNowError("This colleague was asked or reminded within the last day. Give them a little time.")
    note_reminder(piece, row, by=by, at=at)


def note_reminder(piece: Evidence, row: Corroboration, *, by: Author, at: datetime) -> None:
    """Note that a colleague is reminded, and write to them if they want mail at once; the inbox shows it anyway."""
    row.reminded_at = at
    _note(Tag.CORROBORATION_REMINDED, piece, by=by, at=at, colleague=str(row.colleague_id))
    tell(ASKED, row.colleague_id, piece.id, by=by, at=at)


def _check_may_be_asked(piece: Evidence, colleague: Person, at: datetime) -> None:
    today = company_day(at)
    if colleague.id == piece.subject_id:
        raise InvalidError("You cannot confirm your own work; ask somebody who saw it.", field="colleague")
    if was_line_manager(colleague.id, piece.subject_id, today):
        raise InvalidError(
            "Your line manager’s word comes with the rating and does not count as a second voice; ask a colleague.",
            field="colleague",
        )
    if colleague.employee_id is None or (colleague.left_on is not None and colleague.left_on <= today):
        raise InvalidError(f"{colleague.name} does not work here any more.", field="colleague")


def answer_question(
    piece: Evidence,
    *,
    answer: CorroborationAnswer,
    words: str = "",
    standing: Collection[str] = (),
    limits: Mapping[str, str] = NO_LIMITS,
    version: int,
    answer_version: int | None = None,
    by: Author,
    at: datetime,
) -> Corroboration:
    """Give the answer of the colleague who acts; a later one replaces it.

    `version` is that of the piece as the colleague read it: InvalidError when it has changed since. `answer_version` is
    that of the answer which the form showed: ConflictError carries the stored one when it is another by now; None where
    no earlier answer was shown. NotAllowedNowError once the piece is withdrawn.

    A limited answer leaves at least one expectation standing and says in words what it is limited to, for the piece or
    for an expectation: `limits` holds the words by expectation. Whether the colleague is line manager is fixed now,
    whoever it is later.
    """
    piece = lock_evidence(piece)
    row = _question_to(piece, by.person_id)
    if row is None:
        raise MissingError
    if not piece.is_shared:
        raise NotAllowedNowError("The piece was withdrawn while you wrote, so your answer was not kept.")
    if piece.version != version:
        raise InvalidError("The piece was changed while you were reading. Read it again below, then answer.")
    is_limited = answer is CorroborationAnswer.LIMITED
    kept = _kept_limits(piece, limits) if is_limited else {}
    if answer_version is not None and answer_version != row.answer_version:
        raise _conflict(piece, row, answer, at)
    left = _left_standing(piece, words, standing, kept) if is_limited else []
    row.was_line_manager = was_line_manager(row.colleague_id, piece.subject_id, company_day(at))
    row.outcome, row.words, row.standing = answer, words.strip(), "\n".join(left)
    _set_limits(row, kept)
    # After a clock was put back, the answer still lies after what it answers.
    row.answered_at = max([at, row.asked_at, *(claim.changed_at for claim in piece.claims)])
    db.session.flush()
    touch(piece.subject_id)
    _note(Tag.CORROBORATION_ANSWERED, piece, by=by, at=at, outcome=answer.value, standing=left)
    if answer is not CorroborationAnswer.CONFIRMED:
        tell(ANSWERED, piece.subject_id, piece.id, by=by, at=at)
    return row


def _question_to(piece: Evidence, colleague_id: uuid.UUID | None) -> Corroboration | None:
    return next((one for one in piece.corroborations if one.colleague_id == colleague_id), None)


def _set_limits(row: Corroboration, kept: Mapping[str, str]) -> None:
    there = {limit.expectation_id: limit for limit in row.limits}
    for expectation_id in there.keys() - kept.keys():
        row.limits.remove(there[expectation_id])
    for expectation_id, words in kept.items():
        if expectation_id in there:
            there[expectation_id].words = words
        else:
            row.limits.append(CorroborationLimit(id=uuid.uuid4(), expectation_id=expectation_id, words=words))


def _kept_limits(piece: Evidence, limits: Mapping[str, str]) -> dict[str, str]:
    """Return the words on expectations that the piece shows; empty ones say nothing."""
    return {
        claim.expectation_id: words for claim in piece.claims if (words := limits.get(claim.expectation_id, "").strip())
    }


def _left_standing(piece: Evidence, words: str, standing: Collection[str], limits: Mapping[str, str]) -> list[str]:
    left = [claim.expectation_id for claim in piece.claims if claim.expectation_id in set(standing)]
    if not left:
        raise IncompleteError("Choose what you can confirm; if it is nothing, choose that.", field="points")
    if not words.strip() and not limits:
        raise IncompleteError("Say in your words what you can confirm and what you cannot.", field="words")
    return left


def _conflict(piece: Evidence, row: Corroboration, answer: CorroborationAnswer, at: datetime) -> ConflictError:
    stored = {"outcome": row.outcome.value if row.outcome else "", "words": row.words}
    labels = {"outcome": "Your answer", "words": "In your words"}
    choices = {"outcome": tuple(ANSWERS.items())}
    # A form has its points chosen before anybody answers; they say something only in a limited answer.
    if CorroborationAnswer.LIMITED in (answer, row.outcome):
        marks = marks_for(piece.subject_id, company_day(at))
        for claim in piece.claims:
            one, text = claim.expectation_id, marks.mark(claim.expectation_id).text
            stored |= {point_name(one): point_of(row, one), limit_name(one): limit_words(row).get(one, "")}
            labels |= {point_name(one): text, limit_name(one): f"In your words: {text}"}
            choices[point_name(one)] = tuple(POINTS.items())
    return ConflictError(
        "You have answered in the meantime, perhaps in another window.",
        stored=stored,
        version=row.answer_version,
        labels=labels,
        choices=choices,
    )


def point_name(expectation_id: str) -> str:
    """Return the name of the form field that says whether one expectation stands."""
    return f"point_on_{expectation_id}"


def limit_name(expectation_id: str) -> str:
    """Return the name of the form field that holds the colleague's words on one expectation."""
    return f"limit_on_{expectation_id}"


def _note(tag: Tag, piece: Evidence, *, by: Author, at: datetime, **details: object) -> None:
    log(tag, by=by, at=at, subject_id=piece.subject_id, object_id=piece.id, **details)
