"""Asking a colleague about a piece, and the colleague's answer."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError, MissingError, NotAllowedNowError
from app.domain.evidence import CorroborationAnswer
from app.evidence.actions.content import company_day
from app.evidence.models import Corroboration, Evidence
from app.evidence.queries import lock_evidence
from app.infra.db import db
from app.infra.unit_of_work import touch
from app.people.models import Person
from app.people.queries import was_line_manager

ANSWERS = {
    CorroborationAnswer.CONFIRMED.value: "I confirm it",
    CorroborationAnswer.LIMITED.value: "I confirm part of it",
    CorroborationAnswer.DECLINED.value: "I cannot confirm it",
}


def ask_colleague(piece: Evidence, colleague: Person, *, by: Author, at: datetime) -> Corroboration:
    """Ask a colleague to confirm a shared piece. InvalidError for oneself, the line manager, and who has left.

    Somebody who has answered can be asked again, as when the piece has changed since.
    """
    piece = lock_evidence(piece)
    if not piece.is_shared:
        raise NotAllowedNowError("Share the piece first: a colleague can only confirm what they can read.")
    _check_may_be_asked(piece, colleague, at)
    row = next((one for one in piece.corroborations if one.colleague_id == colleague.id), None)
    if row is None:
        row = Corroboration(id=uuid.uuid4(), colleague_id=colleague.id, asked_at=at, standing="", words="")
        piece.corroborations.append(row)
    elif row.is_open:
        raise InvalidError(f"{colleague.name} is asked already.", field="colleague")
    else:
        row.asked_at = at
    db.session.flush()
    log(
        Tag.CORROBORATION_ASKED,
        by=by,
        at=at,
        subject_id=piece.subject_id,
        object_id=piece.id,
        colleague=str(colleague.id),
    )
    return row


def take_question_back(piece: Evidence, *, colleague_id: uuid.UUID | None, by: Author, at: datetime) -> None:
    """Take back a question that was never answered: the colleague can no longer read the piece.

    NotAllowedNowError where there is none, as when the colleague has answered in the meantime.
    """
    piece = lock_evidence(piece)
    row = next((one for one in piece.corroborations if one.colleague_id == colleague_id), None)
    if row is None or row.outcome is not None:
        raise NotAllowedNowError(
            "There is no question to this colleague that waits for a first answer; nothing is taken back."
        )
    piece.corroborations.remove(row)
    db.session.flush()
    log(
        Tag.CORROBORATION_TAKEN_BACK,
        by=by,
        at=at,
        subject_id=piece.subject_id,
        object_id=piece.id,
        colleague=str(colleague_id),
    )


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
    version: int,
    answer_version: int | None = None,
    by: Author,
    at: datetime,
) -> Corroboration:
    """Give the answer of the colleague who acts; a later one replaces it.

    `version` is that of the piece as the colleague read it: InvalidError when it has changed since. `answer_version` is
    that of the answer which the form showed: ConflictError carries the stored one when it is another by now; None where
    no earlier answer was shown. A limited answer
    says in words what it is limited to, and leaves at least one expectation standing. Whether the colleague is line
    manager is fixed now, whoever it is later.
    """
    piece = lock_evidence(piece)
    row = next((one for one in piece.corroborations if one.colleague_id == by.person_id), None)
    if row is None:
        raise MissingError
    if not piece.is_shared:
        raise NotAllowedNowError(f"{piece.ref} is not shared now.")
    if piece.version != version:
        raise InvalidError("The piece was changed while you were reading. Read it again below, then answer.")
    if answer_version is not None and answer_version != row.answer_version:
        raise _conflict(row, answer)
    left = _left_standing(piece, answer, words, standing)
    row.was_line_manager = was_line_manager(row.colleague_id, piece.subject_id, company_day(at))
    row.outcome, row.words, row.standing = answer, words.strip(), "\n".join(left)
    # After a clock was put back, the answer still lies after what it answers.
    row.answered_at = max([at, row.asked_at, *(claim.changed_at for claim in piece.claims)])
    touch(piece.subject_id)
    log(
        Tag.CORROBORATION_ANSWERED,
        by=by,
        at=at,
        subject_id=piece.subject_id,
        object_id=piece.id,
        outcome=answer.value,
        standing=left,
    )
    return row


def _conflict(row: Corroboration, answer: CorroborationAnswer) -> ConflictError:
    stored = {"outcome": row.outcome.value if row.outcome else "", "words": row.words}
    # A form has its ticks set before anybody answers; they say something only in a limited answer.
    if CorroborationAnswer.LIMITED in (answer, row.outcome):
        stored["standing"] = row.standing
    return ConflictError(
        "You have answered in the meantime, perhaps in another window.",
        stored=stored,
        version=row.answer_version,
        labels={
            "outcome": "Your answer",
            "words": "In your words",
            "standing": "What you can confirm, by name, one on each line",
        },
        choices={"outcome": tuple(ANSWERS.items())},
    )


def _left_standing(piece: Evidence, answer: CorroborationAnswer, words: str, standing: Collection[str]) -> list[str]:
    if answer is not CorroborationAnswer.LIMITED:
        return []
    if not words.strip():
        raise IncompleteError("Say in your words what you can confirm and what you cannot.", field="words")
    left = [claim.expectation_id for claim in piece.claims if claim.expectation_id in set(standing)]
    if not left:
        raise IncompleteError("Choose what you can confirm; if it is nothing, choose that.", field="standing")
    return left
