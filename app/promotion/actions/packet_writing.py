"""Writing a packet: the words of its authors, the pieces that the candidate chooses, and the exceptions they ask for.

Words are never overwritten by what their author has not seen. Nothing is taken after the day on which packets are due,
unless that day was extended, and nothing once the author has handed in.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select

from app.audit.actions import Author
from app.domain.errors import ConflictError, InvalidError, MissingError, NotAllowedNowError
from app.domain.evidence import EvidenceState
from app.domain.packets import EXCEPTION_LENGTH, LONGEST, MOST_PIECES, moved
from app.domain.promotion import CaseState
from app.domain.rationale import unknown_numbers
from app.evidence.models import Evidence
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import counted, join_words, long_date
from app.promotion.actions.steps import author_id, lock_case
from app.promotion.models import ExceptionAsked, PacketChoice, PacketPart, PacketSection, PromotionCase
from app.promotion.queries.cases import deadline_of, edition_of, get_case, get_cycle, rated_ids
from app.promotion.queries.packets import CANDIDATES, chosen_ids, exceptions_of, sections_of
from app.promotion.wording import PACKET_PART

WRITING_STATEMENT = (CaseState.DRAFTING, CaseState.SUBMITTED)
DUE = "packets_due"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the server has after a save. `is_late`: a newer draft of the same window was there already."""

    revision: int
    sequence: int
    saved_at: datetime
    is_late: bool = False


# When it may be written ------------------------------------------------------------------


def _why_too_late(case: PromotionCase, at: datetime) -> str:
    due = deadline_of(case.cycle_id, DUE, case.id)
    if due is None or local(at).date() <= due:
        return ""
    return (
        f"Packets were due on {long_date(due)}, so nothing can be changed any more. What was written is kept. HR can "
        "extend the day."
    )


def why_not_writing(case: PromotionCase, at: datetime) -> str:
    """Return why the candidate cannot change the packet now, as a sentence; empty while they can."""
    if case.state in {CaseState.NOMINATED, CaseState.ACCEPTED}:
        return "Packets are written once nominations are over."
    if case.state.is_over:
        return "This case is over, so its packet stays as it is."
    if case.state is not CaseState.DRAFTING:
        return "This packet is in, and stays as it is."
    return _why_too_late(case, at)


def why_not_stating(case: PromotionCase, at: datetime) -> str:
    """Return why no statement can be written now, as a sentence; empty while one can."""
    if case.state in {CaseState.NOMINATED, CaseState.ACCEPTED}:
        return "Statements are written once nominations are over."
    if case.statement_at is not None:
        return "A statement is in for this packet, and stays as it is."
    if case.state not in WRITING_STATEMENT:
        return "This case has moved on, so a statement can no longer be written."
    return _why_too_late(case, at)


def check_may_write(case: PromotionCase, at: datetime) -> None:
    """Refuse with NotAllowedNowError what the candidate may change only while drafting, up to the due day."""
    if reason := why_not_writing(case, at):
        raise NotAllowedNowError(reason)


def check_may_state(case: PromotionCase, at: datetime) -> None:
    """Refuse with NotAllowedNowError what a line manager may write only until a statement is in, up to the due day."""
    if reason := why_not_stating(case, at):
        raise NotAllowedNowError(reason)


# Words -----------------------------------------------------------------------------------


def save_part(case: PromotionCase, part: PacketPart, words: str, revision: int, *, by: Author, at: datetime) -> Kept:
    """Keep one part as its author has written it; see `save_parts`."""
    return save_parts(case, {part: words}, revision=revision, by=by, at=at)


def save_parts(
    case: PromotionCase,
    words: Mapping[PacketPart, str],
    *,
    revision: int,
    window: str = "",
    sequence: int | None = None,
    by: Author,
    at: datetime,
) -> Kept:
    """Keep what an author has written: the candidate's parts, or the line manager's statement, never both.

    `revision` is that which the window was filled from. `sequence` is the number that the window gave to an autosave,
    None when the author saves with the button: a late autosave changes nothing, and where another window has saved
    another text in the meantime, ConflictError carries the stored one. InvalidError names a part that is too long.
    """
    lock_case(case)
    writer = author_id(by)
    if PacketPart.STATEMENT in words:
        check_may_state(case, at)
    else:
        check_may_write(case, at)
    check_lengths(words)
    stored = sections_of(case.id, writer)
    rows = [row for part, row in stored.items() if part in words]
    now_at = max((row.revision for row in rows), default=0)
    last = max(rows, key=lambda row: (row.sequence, row.saved_at), default=None)
    is_same_window = bool(window) and last is not None and last.window_key == window
    if last is not None and is_same_window and sequence is not None and sequence <= last.sequence:
        return Kept(now_at, last.sequence, last.saved_at, is_late=True)
    if not is_same_window:
        _check_unseen(words, stored, revision=revision, now_at=now_at)
    number = now_at + 1 if _differs(words, stored) else now_at
    top = max(last.sequence if last else 0, sequence or 0)
    for part, text in words.items():
        row = stored.get(part)
        if row is None:
            row = PacketSection(case_id=case.id, part=part, author_id=writer, words="", revision=0, saved_at=at)
            db.session.add(row)
        if row.words != text:
            row.words, row.revision = text, number
        # Saved with the button: whatever that window still sends by itself comes late, and is judged as another's.
        row.window_key, row.sequence, row.saved_at = window if sequence is not None else "", top, at
    db.session.flush()
    return Kept(number, top, at)


def check_lengths(words: Mapping[PacketPart, str]) -> None:
    """Refuse with InvalidError the first part that is longer than it may be."""
    for part, text in words.items():
        longest = LONGEST[part.value]
        if len(text) > longest:
            raise InvalidError(
                f"“{PACKET_PART[part]}” has {len(text)} characters; at most {longest} fit. Shorten it by "
                f"{len(text) - longest}.",
                field=part.value,
            )


def citation_faults(words: Mapping[str, str], pieces: int) -> dict[str, str]:
    """Return, by the name of a part, the sentence on numbers that it cites and a packet of so many pieces lacks."""
    held = {0: "there is no piece in the packet", 1: "the only piece in the packet is E1"}
    there = held.get(pieces, f"the pieces in the packet are E1 to E{pieces}")
    faults = {}
    for part, text in words.items():
        if unknown := unknown_numbers(text, pieces):
            labels = join_words([f"E{number}" for number in unknown])
            faults[part] = f"“{PACKET_PART[PacketPart(part)]}” cites {labels}, but {there}."
    return faults


def _differs(words: Mapping[PacketPart, str], stored: Mapping[PacketPart, PacketSection]) -> bool:
    return any(text != (stored[part].words if part in stored else "") for part, text in words.items())


def _check_unseen(
    words: Mapping[PacketPart, str], stored: Mapping[PacketPart, PacketSection], *, revision: int, now_at: int
) -> None:
    unseen = {
        part: row.words
        for part, row in stored.items()
        if part in words and row.revision > revision and row.words != words[part]
    }
    if unseen:
        raise ConflictError(
            "You have saved something else here in the meantime, perhaps in another window.",
            stored={part.value: text for part, text in unseen.items()},
            version=now_at,
            labels={part.value: PACKET_PART[part] for part in unseen},
        )


# Evidence --------------------------------------------------------------------------------


def choose_pieces(case: PromotionCase, ids: Sequence[uuid.UUID], *, by: Author, at: datetime) -> list[uuid.UUID]:
    """Let exactly these pieces be the packet's, in this order: the first is E1. Return them.

    InvalidError where one is not shared, is younger than the cut-off, or there are more than 40. A piece that was
    chosen before stays allowed, also when it was withdrawn since: it keeps its number until it is taken out.
    """
    lock_case(case)
    check_may_write(case, at)
    if author_id(by) != case.subject_id:
        raise MissingError
    wanted = list(dict.fromkeys(ids))
    before = chosen_ids(case.id)
    _check_choice(case, [one for one in wanted if one not in before], len(wanted))
    db.session.execute(delete(PacketChoice).where(PacketChoice.case_id == case.id))
    db.session.add_all(
        PacketChoice(case_id=case.id, evidence_id=one, position=place) for place, one in enumerate(wanted, start=1)
    )
    db.session.flush()
    return wanted


def _check_choice(case: PromotionCase, added: Sequence[uuid.UUID], number: int) -> None:
    if number > MOST_PIECES:
        raise InvalidError(
            f"A packet holds at most {MOST_PIECES} pieces, and this would be {number}. Choose those that show most.",
            field="pieces",
        )
    found = {
        piece.id: piece
        for piece in db.session.scalars(select(Evidence).where(Evidence.id.in_(added)).order_by(Evidence.id))
    }
    until = get_cycle(case.cycle_id).evidence_until
    for one in added:
        piece = found.get(one)
        if piece is None or piece.subject_id != case.subject_id:
            raise MissingError
        if piece.state is not EvidenceState.SHARED:
            raise InvalidError(f"“{piece.title}” is not shared, so nobody else could read it here.", field="pieces")
        if is_too_new(piece.occurred_on, until):
            raise InvalidError(too_new(piece, until), field="pieces")


def is_too_new(occurred_on: date, until: date | None) -> bool:
    """Say whether something happened after the cut-off of a cycle."""
    return until is not None and occurred_on > until


def too_new(piece: Evidence, until: date | None) -> str:
    """Return the sentence on a piece that is younger than the cut-off."""
    last = f" is {long_date(until)}" if until else " has passed"
    return (
        f"“{piece.title}” happened on {long_date(piece.occurred_on)}, after the cut-off of this cycle: the last day on "
        f"which evidence may have happened{last}."
    )


def add_pieces(case: PromotionCase, ids: Sequence[uuid.UUID], *, by: Author, at: datetime) -> int:
    """Add pieces at the end, those that are new to the packet; return how many."""
    lock_case(case)
    before = chosen_ids(case.id)
    return len(choose_pieces(case, [*before, *ids], by=by, at=at)) - len(before)


def move_piece(case: PromotionCase, evidence_id: uuid.UUID, step: int, *, by: Author, at: datetime) -> None:
    """Move a chosen piece up (-1) or down (1). One that was taken out in the meantime: MissingError."""
    lock_case(case)
    before = chosen_ids(case.id)
    if evidence_id not in before:
        raise MissingError
    choose_pieces(case, moved(before, evidence_id, step), by=by, at=at)


def drop_piece(case: PromotionCase, evidence_id: uuid.UUID, *, by: Author, at: datetime) -> int:
    """Take a piece out of the packet, and return the place at which it stood, so that it can be put back.

    The piece itself stays as it is. Taking out what is out already changes nothing and returns 0.
    """
    lock_case(case)
    before = chosen_ids(case.id)
    if evidence_id not in before:
        check_may_write(case, at)
        return 0
    choose_pieces(case, [one for one in before if one != evidence_id], by=by, at=at)
    return before.index(evidence_id) + 1


def put_piece(case: PromotionCase, evidence_id: uuid.UUID, place: int, *, by: Author, at: datetime) -> None:
    """Put a piece at a place, where it stood before it was taken out."""
    lock_case(case)
    rest = [one for one in chosen_ids(case.id) if one != evidence_id]
    at_place = max(0, place - 1)
    choose_pieces(case, [*rest[:at_place], evidence_id, *rest[at_place:]], by=by, at=at)


# Exceptions ------------------------------------------------------------------------------


def ask_exception(case: PromotionCase, expectation_id: str, reason: str, *, by: Author, at: datetime) -> None:
    """Ask to be promoted despite an expectation, or change why. InvalidError where the reason is empty or too long."""
    lock_case(case)
    check_may_write(case, at)
    if author_id(by) != case.subject_id:
        raise MissingError
    if all(one.id != expectation_id for one in edition_of(case).ladder.requirement(case.target_level)):
        raise MissingError
    if expectation_id not in rated_ids(case.id):
        raise InvalidError("The committee does not rate this expectation, so it needs no exception.", field="reason")
    if not reason.strip():
        raise InvalidError("Say why the committee should promote you despite this expectation.", field="reason")
    if len(reason) > EXCEPTION_LENGTH:
        raise InvalidError(f"The reason has {len(reason)} characters; at most {EXCEPTION_LENGTH} fit.", field="reason")
    row = db.session.scalar(
        select(ExceptionAsked).where(ExceptionAsked.case_id == case.id, ExceptionAsked.expectation_id == expectation_id)
    )
    if row is None:
        db.session.add(ExceptionAsked(case_id=case.id, expectation_id=expectation_id, reason=reason))
    else:
        row.reason = reason
    db.session.flush()


def drop_exception(case: PromotionCase, expectation_id: str, *, by: Author, at: datetime) -> None:
    """Ask no longer for an exception; one that is not asked for is left as it is."""
    lock_case(case)
    check_may_write(case, at)
    if author_id(by) != case.subject_id:
        raise MissingError
    db.session.execute(
        delete(ExceptionAsked).where(ExceptionAsked.case_id == case.id, ExceptionAsked.expectation_id == expectation_id)
    )


# From an earlier packet ------------------------------------------------------------------


def copy_earlier(case: PromotionCase, earlier_id: uuid.UUID, *, by: Author, at: datetime) -> str:
    """Take over what the candidate wrote and chose in an earlier packet of their own; say what was taken.

    Only into what is still empty, so that nothing is overwritten. Of the pieces, those that are still shared and not
    younger than the cut-off. Words are copied and nothing else: no right, no reader, no rating, and never the
    statement (access matrix, T15).
    """
    lock_case(case)
    check_may_write(case, at)
    earlier = get_case(earlier_id)
    if author_id(by) != case.subject_id or earlier.subject_id != case.subject_id or earlier.id == case.id:
        raise MissingError
    parts = _copy_words(case, earlier, at)
    pieces = _copy_pieces(case, earlier, by=by, at=at)
    exceptions = _copy_exceptions(case, earlier)
    db.session.flush()
    taken = [
        counted(number, one, several)
        for number, one, several in (
            (parts, "text", "texts"),
            (pieces, "piece of evidence", "pieces of evidence"),
            (exceptions, "exception", "exceptions"),
        )
        if number
    ]
    return ", ".join(taken)


def _copy_words(case: PromotionCase, earlier: PromotionCase, at: datetime) -> int:
    old, new = sections_of(earlier.id, case.subject_id), sections_of(case.id, case.subject_id)
    number = max((row.revision for row in new.values()), default=0) + 1
    taken = 0
    for part in CANDIDATES:
        if part not in old or not old[part].words or (part in new and new[part].words):
            continue
        row = new.get(part)
        if row is None:
            row = PacketSection(case_id=case.id, part=part, author_id=case.subject_id, saved_at=at)
            db.session.add(row)
        row.words, row.revision, row.window_key, row.saved_at = old[part].words, number, "", at
        taken += 1
    return taken


def _copy_pieces(case: PromotionCase, earlier: PromotionCase, *, by: Author, at: datetime) -> int:
    if chosen_ids(case.id):
        return 0
    until = get_cycle(case.cycle_id).evidence_until
    old = chosen_ids(earlier.id)
    found = {
        piece.id: piece
        for piece in db.session.scalars(select(Evidence).where(Evidence.id.in_(old)).order_by(Evidence.id))
    }
    kept = [
        one for one in old if found[one].state is EvidenceState.SHARED and not is_too_new(found[one].occurred_on, until)
    ]
    return len(choose_pieces(case, kept, by=by, at=at)) if kept else 0


def _copy_exceptions(case: PromotionCase, earlier: PromotionCase) -> int:
    asked = set(rated_ids(case.id))
    there = exceptions_of(case.id)
    copied = {key: reason for key, reason in exceptions_of(earlier.id).items() if key in asked and key not in there}
    db.session.add_all(
        ExceptionAsked(case_id=case.id, expectation_id=key, reason=reason) for key, reason in copied.items()
    )
    return len(copied)
