"""Handing a packet in, freezing it, and what comes afterwards: nothing but additions beside it.

`save_part`, `choose_pieces` and `ask_exception`, by which it is written, are those of `actions.packet_writing`.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, select

from app.audit.actions import Author, Note, note_in
from app.audit.tags import Tag
from app.domain.errors import IncompleteError, InvalidError, NotAllowedNowError
from app.domain.packets import ADDITION_LENGTH, canonical, digest_of
from app.domain.promotion import CaseEvent, CaseState
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import long_date
from app.infra.unit_of_work import record
from app.notices.actions import tell
from app.people.queries import find_manager_id
from app.promotion.actions.packet_writing import (
    DUE,
    add_pieces,
    ask_exception,
    check_may_state,
    check_may_write,
    choose_pieces,
    citation_faults,
    copy_earlier,
    drop_exception,
    drop_piece,
    move_piece,
    put_piece,
    save_part,
    save_parts,
)
from app.promotion.actions.steps import advance, author_id, lock_case, note
from app.promotion.models import (
    REASON_LENGTH,
    PacketAddition,
    PacketChoice,
    PacketPart,
    PacketSnapshot,
    PromotionCase,
)
from app.promotion.queries.cases import deadline_of, get_cycle
from app.promotion.queries.packet_content import compose_packet, stands
from app.promotion.queries.packet_pieces import text_to_pin
from app.promotion.queries.packet_waiting import PACKET_DUE, STATEMENT_DUE
from app.promotion.queries.packets import chosen_of, has_read_today, sections_of, words_of

__all__ = [
    "add_beside",
    "add_pieces",
    "ask_exception",
    "choose_pieces",
    "clear_incomplete",
    "copy_earlier",
    "drop_exception",
    "drop_piece",
    "freeze_packet",
    "mark_incomplete",
    "move_piece",
    "put_piece",
    "record_reading",
    "save_part",
    "save_parts",
    "submit_packet",
    "submit_statement",
    "tell_of_packet",
    "why_not_incomplete",
]


def tell_of_packet(case: PromotionCase, *, by: Author, at: datetime) -> None:
    """Let candidate and line manager hear that the packet and the statement can be written; when drafting begins."""
    tell(PACKET_DUE, case.subject_id, case.id, by=by, at=at)
    manager_id = find_manager_id(case.subject_id, local(at).date())
    if manager_id is not None:
        tell(STATEMENT_DUE, manager_id, case.id, by=by, at=at)


# Handing in ------------------------------------------------------------------------------


def submit_packet(case: PromotionCase, *, by: Author, at: datetime) -> None:
    """Hand the candidate's packet in. From then on nothing of it changes, its evidence included.

    IncompleteError where neither a word is written nor a piece chosen, and at a part that cites a number which no piece
    has. Pieces that were withdrawn since they were chosen, or given a day after the cut-off, leave the packet here, and
    the others get the numbers in a row. A mark “incomplete” of HR goes with it.
    """
    lock_case(case)
    check_may_write(case, at)
    until = get_cycle(case.cycle_id).evidence_until
    kept = [one.piece.id for one in chosen_of(case.id) if stands(one.piece, until)]
    words = words_of(sections_of(case.id, author_id(by)))
    if not kept and not any(text.strip() for text in words.values()):
        raise IncompleteError("There is nothing in this packet yet. Write the summary, or choose a piece of evidence.")
    for part, sentence in citation_faults(words, len(kept)).items():
        raise IncompleteError(sentence, field=part)
    _drop_fallen(case)
    advance(case, CaseEvent.SUBMIT, by=by, at=at)
    case.submitted_at, case.submitted_on = at, local(at).date()
    case.is_incomplete, case.incomplete_reason = False, None
    _pin_pieces(case)
    db.session.flush()


def _pin_pieces(case: PromotionCase) -> None:
    """Keep each chosen piece as it stands, so that changing or withdrawing it later changes nothing of the packet."""
    pieces = {one.piece.id: one.piece for one in chosen_of(case.id)}
    rows = select(PacketChoice).where(PacketChoice.case_id == case.id).order_by(PacketChoice.position, PacketChoice.id)
    for row in db.session.scalars(rows):
        row.content = text_to_pin(pieces[row.evidence_id])


def _drop_fallen(case: PromotionCase) -> None:
    chosen, until = chosen_of(case.id), get_cycle(case.cycle_id).evidence_until
    kept = [one.piece.id for one in chosen if stands(one.piece, until)]
    if len(kept) == len(chosen):
        return
    db.session.execute(delete(PacketChoice).where(PacketChoice.case_id == case.id))
    db.session.add_all(
        PacketChoice(case_id=case.id, evidence_id=one, position=place) for place, one in enumerate(kept, start=1)
    )
    db.session.flush()


def submit_statement(case: PromotionCase, *, by: Author, at: datetime) -> None:
    """Hand the line manager's statement in. IncompleteError while it is empty; afterwards nothing of it changes.

    What a former line manager left as a draft is not looked at: it stays theirs.
    """
    lock_case(case)
    check_may_state(case, at)
    writer = author_id(by)
    own = sections_of(case.id, writer).get(PacketPart.STATEMENT)
    if own is None or not own.words.strip():
        raise IncompleteError("The statement is empty. Write what you have seen of this work.", field="statement")
    case.statement_by_id, case.statement_at = writer, at
    note(Tag.STATEMENT_SUBMITTED, case, by=by, at=at)
    db.session.flush()


def mark_incomplete(case: PromotionCase, reason: str, *, by: Author, at: datetime) -> None:
    """Let a packet that is not in go on as it is: the case is not rated, and can only be deferred or withdrawn.

    NotAllowedNowError up to the day on which it is due, which still counts. The candidate who hands in after all,
    before the cycle moves on, takes the mark away.
    """
    lock_case(case)
    if case.state is not CaseState.DRAFTING:
        raise NotAllowedNowError("Only a packet that is being written can be marked incomplete.")
    if reason_against := why_not_incomplete(case, local(at).date()):
        raise NotAllowedNowError(reason_against)
    _check_reason(reason, "Say why this packet goes on incomplete. The candidate reads it.")
    case.is_incomplete, case.incomplete_reason = True, reason
    note(Tag.CASE_INCOMPLETE, case, by=by, at=at)
    db.session.flush()


def why_not_incomplete(case: PromotionCase, on: date) -> str:
    """Return why a packet cannot be marked incomplete on a day, as a sentence; empty once its own day has passed."""
    due = deadline_of(case.cycle_id, DUE, case.id)
    if due is None or on > due:
        return ""
    return (
        f"The candidate may hand in until {long_date(due)}. From the day after, this packet can be marked incomplete."
    )


def clear_incomplete(case: PromotionCase, *, by: Author, at: datetime) -> None:
    """Take the mark “incomplete” back, while the packet is still being written."""
    lock_case(case)
    if case.state is not CaseState.DRAFTING or not case.is_incomplete:
        raise NotAllowedNowError("This packet is not marked incomplete any more, or the cycle has moved on.")
    case.is_incomplete, case.incomplete_reason = False, None
    note(Tag.CASE_INCOMPLETE, case, by=by, at=at, taken_back=True)
    db.session.flush()


def _check_reason(reason: str, asking: str) -> None:
    if not reason.strip():
        raise InvalidError(asking, field="reason")
    if len(reason) > REASON_LENGTH:
        raise InvalidError(f"The reason has {len(reason)} characters; at most {REASON_LENGTH} fit.", field="reason")


# The frozen packet -----------------------------------------------------------------------


def freeze_packet(case: PromotionCase, *, by: Author, at: datetime) -> str:
    """Store the packet as it stands, once and for all, and return its SHA-256.

    Everything that a reviewer needs is in the text, so that whatever changes later, evidence, people, names or
    ladders, changes nothing of it. The same facts give the same text. NotAllowedNowError where it is frozen already.
    """
    lock_case(case)
    if case.frozen_at is not None:
        raise NotAllowedNowError("This packet is frozen already.")
    if case.state.is_over:
        raise NotAllowedNowError("This case is over, so its packet is not frozen.")
    text = canonical(compose_packet(case, on=local(at).date()))
    digest = digest_of(text)
    db.session.add(PacketSnapshot(case_id=case.id, content=text, frozen_at=at))
    case.frozen_at, case.digest = at, digest
    note(Tag.PACKET_FROZEN, case, by=by, at=at, digest=digest)
    db.session.flush()
    return digest


def add_beside(case: PromotionCase, words: str, reason: str, *, by: Author, at: datetime) -> PacketAddition:
    """Add a late fact or correction beside a frozen packet, with its reason; the packet itself stays as it is.

    Until the candidate was told, also once it is decided: a refusal would say that there is a decision.
    """
    lock_case(case)
    if case.frozen_at is None:
        raise NotAllowedNowError("Something can be added beside a packet once it is frozen.")
    if not case.is_open_to_withdrawal:
        raise NotAllowedNowError("The committee is done with this case, so nothing can be added any more.")
    if not words.strip():
        raise InvalidError("Write what is to stand beside the packet.", field="words")
    if len(words) > ADDITION_LENGTH:
        raise InvalidError(f"This has {len(words)} characters; at most {ADDITION_LENGTH} fit.", field="words")
    _check_reason(reason, "Say why it comes late. Everybody who reads the packet reads it.")
    added = PacketAddition(case_id=case.id, at=at, author_id=author_id(by), words=words, reason=reason)
    db.session.add(added)
    note(Tag.PACKET_ADDED, case, by=by, at=at)
    db.session.flush()
    return added


def record_reading(case: PromotionCase, *, by: Author, at: datetime, as_file: bool = False) -> None:
    """Keep that somebody else has read the packet, at most once a day and person. A page that only reads may call it.

    Taking it out as a file is written down every time.
    """
    if by.person_id is None or by.person_id == case.subject_id:
        return
    if as_file:
        row = Note(Tag.PACKET_EXPORTED, at, by, case.subject_id, case.id)
    elif has_read_today(case, by.person_id, at):
        return
    else:
        row = Note(Tag.PACKET_READ, at, by, case.subject_id, case.id)
    record(lambda session: note_in(session, row))
