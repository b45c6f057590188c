"""Rating a case: drafts, handing in, the end of blindness, and a later change with its reason.

Every act locks the case first and decides on what is stored then: a rating that races the end of the round is counted
or refused, never both. Source of the rules: domain specification, section 3.4.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.access.relations import Fact, relations
from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.blind_round import BlindRound
from app.domain.committee import CommitteeRating
from app.domain.errors import ConflictError, IncompleteError, InvalidError, MissingError, NotAllowedNowError
from app.domain.promotion import CaseEvent, CaseState
from app.infra.clock import local
from app.infra.db import db, forget_answers
from app.infra.templating import counted, long_date, plural
from app.promotion.actions.steps import advance, author_id, lock_case, note
from app.promotion.models import GivenRating, PanelSeat, PromotionCase, RatingDraft
from app.promotion.queries import get_cycle
from app.promotion.queries.cases import deadline_of, edition_of, rated_ids
from app.promotion.queries.packets import frozen_packet_of
from app.promotion.queries.review import (
    drafts_of,
    faults_of_drafts,
    faults_of_rating,
    find_seat,
    held_seats,
    own_ratings_of,
)
from app.promotion.wording import RATING, RATIONALE_FAULT

RATING_CHOICES = tuple((one.value, words) for one, words in RATING.items())
LABELS = {"rating": "Your rating", "rationale": "Why", "missing": "What is missing"}
_CHANGEABLE = frozenset({CaseState.RATED, CaseState.CALIBRATED})
LIFTED = "The ratings of this case are open now, so yours can no longer be handed in."


class UnratedError(IncompleteError):
    """Ratings were handed in before each of them is whole; `faults` maps expectations to codes, in ladder order."""

    def __init__(self, faults: Mapping[str, tuple[str, ...]]) -> None:
        """Keep what each expectation still lacks."""
        count = counted(len(faults), "expectation still lacks", "expectations still lack")
        super().__init__(f"{count} something. Nothing is handed in yet; your drafts are kept.")
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class KeptRating:
    """What the server has after a draft. `is_late`: a newer draft of the same window was there already."""

    revision: int
    sequence: int
    saved_at: datetime
    is_late: bool = False


# Drafts --------------------------------------------------------------------------------


def keep_draft(
    case: PromotionCase,
    expectation_id: str,
    rating: CommitteeRating | None,
    rationale: str,
    missing: str = "",
    *,
    revision: int = 0,
    window: str = "",
    sequence: int | None = None,
    by: Author,
    at: datetime,
) -> KeptRating:
    """Keep what a reviewer has put down for one expectation; theirs alone until they hand in.

    `revision` is that of the draft which the window was filled from. `sequence` is the number that the window gave to
    an autosave, None when the button saves: a late autosave changes nothing, and where another window has saved
    something else in the meantime, ConflictError carries it. NotAllowedNowError once one's ratings are in or the round
    is over. After the due day drafts are kept all the same.
    """
    lock_case(case)
    seat = _open_seat(case, author_id(by))
    if expectation_id not in rated_ids(case.id):
        raise InvalidError("The committee does not rate this expectation. Open the review again.")
    row = drafts_of(seat.id).get(expectation_id)
    if row is None:
        row = RatingDraft(
            seat_id=seat.id,
            expectation_id=expectation_id,
            rationale="",
            missing="",
            revision=0,
            sequence=0,
            window_key="",
        )
    is_same_window = bool(window) and row.window_key == window
    if is_same_window and sequence is not None and sequence <= row.sequence:
        return KeptRating(row.revision, row.sequence, row.saved_at, is_late=True)
    if not is_same_window and row.revision > revision:
        _check_unseen(case, row, rating, rationale, missing)
    before = (row.rating, row.rationale, row.missing)
    if before != (rating, rationale, missing):
        row.rating, row.rationale, row.missing = rating, rationale, missing
        row.revision += 1
    elif row.revision == 0:
        # Nothing was put down and nothing is stored: an empty form that was sent on makes no draft.
        return KeptRating(0, sequence or 0, at)
    # Saved with the button: whatever that window still sends by itself comes late, and is judged as another's.
    row.window_key = window if sequence is not None else ""
    row.sequence = max(row.sequence, sequence or 0)
    row.saved_at = at
    db.session.add(row)
    db.session.flush()
    return KeptRating(row.revision, row.sequence, at)


def _check_unseen(
    case: PromotionCase, row: RatingDraft, rating: CommitteeRating | None, rationale: str, missing: str
) -> None:
    stored = {"rating": row.rating.value if row.rating else "", "rationale": row.rationale, "missing": row.missing}
    sent = {"rating": rating.value if rating else "", "rationale": rationale, "missing": missing}
    differing = {name: text for name, text in stored.items() if text != sent[name]}
    if differing:
        asked = edition_of(case).ladder.expectation(row.expectation_id).text
        raise ConflictError(
            "You have saved something else here in the meantime, perhaps in another window.",
            stored=differing,
            version=row.revision,
            labels={name: f"{LABELS[name]}: {asked}" for name in differing},
            choices={"rating": (("", "Not rated yet"), *RATING_CHOICES)},
        )


def _open_seat(case: PromotionCase, person_id: uuid.UUID) -> PanelSeat:
    """Return the seat of somebody who rates a locked case now. MissingError for whoever holds none or is recused."""
    forget_answers()
    seat = find_seat(case.id, person_id)
    if seat is None or _is_recused(person_id, case.id):
        raise MissingError
    if seat.submitted_at is not None:
        raise NotAllowedNowError("You have handed your ratings in. They stay as they are until all are open.")
    if case.is_lifted:
        raise NotAllowedNowError(LIFTED)
    if not case.is_in_rating:
        raise NotAllowedNowError("This case is not being rated now.")
    return seat


def _is_recused(person_id: uuid.UUID, case_id: uuid.UUID) -> bool:
    return relations.about_objects[Fact.RECUSED].holds(person_id, case_id)


# Handing in ----------------------------------------------------------------------------


def hand_in(case: PromotionCase, *, by: Author, at: datetime) -> PanelSeat:
    """Hand one's drafts in, all at once: from then on they count, and nothing of them changes until all are open.

    UnratedError names what is not whole. NotAllowedNowError after the due day unless it was extended, once one's own
    are in, and once the round is over. The last reviewer's ratings open all of them.
    """
    lock_case(case)
    seat = _open_seat(case, author_id(by))
    # A round that opened again for a substitute has no day of its own: the one of the review may long have passed.
    due = deadline_of(case.cycle_id, "review_due", case.id) if case.state is CaseState.IN_REVIEW else None
    if due is not None and local(at).date() > due:
        raise NotAllowedNowError(
            f"Ratings were due on {long_date(due)}. Your drafts are kept. Ask HR for more time; then hand them in."
        )
    drafts = drafts_of(seat.id)
    packet = frozen_packet_of(case.id)
    if packet is None:
        raise MissingError
    if faults := faults_of_drafts(packet, drafts):
        raise UnratedError(faults)
    rated = packet["rated"]
    db.session.add_all(
        GivenRating(
            case_id=case.id,
            seat_id=seat.id,
            reviewer_id=seat.person_id,
            expectation_id=one,
            number=1,
            rating=drafts[one].rating,
            rationale=drafts[one].rationale,
            missing=drafts[one].missing,
            at=at,
        )
        for one in rated
    )
    seat.submitted_at = at
    db.session.flush()
    note(Tag.RATINGS_GIVEN, case, by=by, at=at, is_quiet=True, ratings=len(rated))
    lift_when_all_in(case, by=by, at=at)
    return seat


def round_of(case: PromotionCase) -> BlindRound:
    """Return how far a locked case is, counting only reviewers who are not recused today."""
    seats = [one for one in held_seats(case.id) if not _is_recused(one.person_id, case.id)]
    submitted = sum(one.submitted_at is not None for one in seats)
    return BlindRound(len(seats), submitted, get_cycle(case.cycle_id).quorum)


def lift_when_all_in(case: PromotionCase, *, by: Author, at: datetime) -> bool:
    """Open the ratings of a locked case if every reviewer is in; return whether that happened.

    Also to be called after a seat has ended: the one who was waited for may be gone.
    """
    if not case.is_in_rating or not round_of(case).opens_by_itself:
        return False
    _lift(case, by=by, at=at)
    return True


def close_round(case: PromotionCase, *, by: Author, at: datetime) -> None:
    """Open the ratings of a case as its chair although some are missing; those that come later are refused.

    IncompleteError before the quorum is in, NotAllowedNowError when they are open already.
    """
    lock_case(case)
    forget_answers()
    if not case.is_in_rating:
        raise NotAllowedNowError("The ratings of this case are open already, or it is not being rated.")
    found = round_of(case)
    if not found.has_quorum:
        lacking = found.quorum - found.submitted
        raise IncompleteError(
            f"{found.submitted} of the {found.quorum} reviewers that a quorum needs "
            f"{plural(found.submitted, 'has', 'have')} handed in; {counted(lacking, 'is', 'are')} missing."
        )
    case.lifted_by_id = author_id(by)
    _lift(case, by=by, at=at)


def _lift(case: PromotionCase, *, by: Author, at: datetime) -> None:
    case.lifted_at = at
    # A round that opened again for a substitute has been through this event: a state never goes back.
    if case.state is CaseState.IN_REVIEW:
        advance(case, CaseEvent.CLOSE_RATING, by=by, at=at)
    note(Tag.ROUND_LIFTED, case, by=by, at=at, is_quiet=True)
    db.session.flush()


# Afterwards ----------------------------------------------------------------------------


def is_changeable(case: PromotionCase) -> bool:
    """Say whether ratings of a case may be changed with a reason: they are open, and it is not decided."""
    return case.is_lifted and case.state in _CHANGEABLE


def change_rating(
    case: PromotionCase,
    expectation_id: str,
    rating: CommitteeRating,
    rationale: str,
    missing: str = "",
    *,
    reason: str,
    seen: int | None = None,
    by: Author,
    at: datetime,
) -> GivenRating:
    """Write a later rating of one's own beside the first, with its reason; both stay.

    `seen` is the number of the rating that the author had before them: ConflictError where they have changed it
    elsewhere since. InvalidError names what is not whole. NotAllowedNowError while ratings are blind, and from the
    decision on.
    """
    lock_case(case)
    forget_answers()
    seat = find_seat(case.id, author_id(by))
    if seat is None or _is_recused(seat.person_id, case.id):
        raise MissingError
    if not is_changeable(case):
        raise NotAllowedNowError("Ratings of this case cannot be changed now: they are blind still, or it is decided.")
    last = own_ratings_of(case.id, seat.person_id).get(expectation_id)
    if last is None:
        raise NotAllowedNowError("You have no rating here that could be changed: it was not in when ratings opened.")
    if seen is not None and seen != last.number:
        _refuse_unseen(case, last)
    if (last.rating, last.rationale, last.missing) == (rating, rationale, missing):
        raise InvalidError("This is the rating that stands already. Change something, or leave it.", field="rating")
    _check_whole(case, rating, rationale, missing, reason)
    row = GivenRating(
        case_id=case.id,
        seat_id=seat.id,
        reviewer_id=seat.person_id,
        expectation_id=expectation_id,
        number=last.number + 1,
        rating=rating,
        rationale=rationale,
        missing=missing,
        reason=reason,
        at=at,
    )
    db.session.add(row)
    db.session.flush()
    note(Tag.RATING_CHANGED, case, by=by, at=at, is_quiet=True, expectation=expectation_id, number=row.number)
    return row


def _refuse_unseen(case: PromotionCase, last: GivenRating) -> None:
    asked = edition_of(case).ladder.expectation(last.expectation_id).text
    raise ConflictError(
        "You have changed this rating in the meantime, perhaps in another window.",
        stored={"rating": last.rating.value, "rationale": last.rationale, "missing": last.missing},
        version=last.number,
        labels={name: f"{label}: {asked}" for name, label in LABELS.items()},
        choices={"rating": RATING_CHOICES},
    )


def _check_whole(case: PromotionCase, rating: CommitteeRating, rationale: str, missing: str, reason: str) -> None:
    if not reason.strip():
        raise InvalidError("Say why it changes: the first rating stays beside it.", field="reason")
    for fault in faults_of_rating(frozen_packet_of(case.id) or {"pieces": []}, rating, rationale, missing):
        raise InvalidError(RATIONALE_FAULT[fault], field="rationale")
