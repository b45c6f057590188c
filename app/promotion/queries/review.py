"""What a reviewer has before them: their own cases, and one case with their own drafts. Nobody else's, ever."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.committee import CommitteeRating
from app.domain.packets import without_ratings
from app.domain.rationale import cited_numbers, faults_of_rationale
from app.infra.db import db, once_per_transaction
from app.people.models import Person
from app.promotion.models import (
    CycleStep,
    GivenRating,
    PacketSnapshot,
    PanelSeat,
    PromotionCase,
    PromotionCycle,
    RatingDraft,
)
from app.promotion.queries.packets import frozen_packet_of

Faults = tuple[str, ...]


def find_seat(case_id: uuid.UUID, person_id: uuid.UUID) -> PanelSeat | None:
    """Return the seat that somebody holds on the panel of a case; None when they hold none."""
    return db.session.scalar(
        select(PanelSeat)
        .where(PanelSeat.case_id == case_id, PanelSeat.person_id == person_id, PanelSeat.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )


@once_per_transaction
def find_seat_and_drafts(case_id: uuid.UUID, person_id: uuid.UUID) -> tuple[PanelSeat | None, dict[str, RatingDraft]]:
    """Return the seat that somebody holds and what they have put down so far, read at once."""
    rows = db.session.execute(
        select(PanelSeat, RatingDraft)
        .outerjoin(RatingDraft, RatingDraft.seat_id == PanelSeat.id)
        .where(PanelSeat.case_id == case_id, PanelSeat.person_id == person_id, PanelSeat.ended_at.is_(None))
        .order_by(RatingDraft.expectation_id)
    ).all()
    # Without any draft the one row has none.
    drafts: list[RatingDraft | None] = [row[1] for row in rows]
    return (rows[0][0] if rows else None), {one.expectation_id: one for one in drafts if one is not None}


def held_seats(case_id: uuid.UUID) -> list[PanelSeat]:
    """Return the seats that are held on the panel of a case."""
    return list(
        db.session.scalars(
            select(PanelSeat)
            .where(PanelSeat.case_id == case_id, PanelSeat.ended_at.is_(None))
            .order_by(PanelSeat.id)
            .execution_options(populate_existing=True)
        )
    )


def drafts_of(seat_id: uuid.UUID) -> dict[str, RatingDraft]:
    """Return what the holder of a seat has put down so far, by expectation. Theirs alone."""
    rows = db.session.scalars(
        select(RatingDraft)
        .where(RatingDraft.seat_id == seat_id)
        .order_by(RatingDraft.expectation_id)
        .execution_options(populate_existing=True)
    )
    return {row.expectation_id: row for row in rows}


def own_ratings_of(case_id: uuid.UUID, person_id: uuid.UUID) -> dict[str, GivenRating]:
    """Return the last rating that somebody gave in the seat they hold, by expectation. Theirs alone."""
    rows = db.session.scalars(
        select(GivenRating)
        .join(PanelSeat, PanelSeat.id == GivenRating.seat_id)
        .where(
            GivenRating.case_id == case_id,
            GivenRating.reviewer_id == person_id,
            PanelSeat.ended_at.is_(None),
        )
        .order_by(GivenRating.number, GivenRating.id)
    )
    return {row.expectation_id: row for row in rows}


def packet_before(case: PromotionCase, cycle: PromotionCycle) -> dict[str, Any]:
    """Return the frozen packet as its reviewers read it: without ratings while the cycle hides them and none is open.

    A case under review has one.
    """
    packet = frozen_packet_of(case.id) or {}
    return without_ratings(packet) if cycle.hides_ratings and not case.is_lifted else packet


# What a rating still lacks -----------------------------------------------------------------


def faults_of_rating(packet: Mapping[str, Any], rating: CommitteeRating | None, rationale: str, missing: str) -> Faults:
    """Return what one rating lacks, as codes of `wording.RATIONALE_FAULT`. None when it is whole.

    A number whose piece was withdrawn before the freezing is none to cite.
    """
    if rating is None:
        return ("rating",)
    known = {piece["number"] for piece in packet["pieces"]}
    faults = faults_of_rationale(rating, rationale, missing, pieces=max(known, default=0))
    is_gone = "unknown_piece" not in faults and not known.issuperset(cited_numbers(rationale))
    return (*faults, "unknown_piece") if is_gone else faults


def faults_of_drafts(packet: Mapping[str, Any], drafts: Mapping[str, RatingDraft]) -> dict[str, Faults]:
    """Return for each expectation that is rated what it still lacks; only those that lack something, in their order."""
    found = {}
    for one in packet["rated"]:
        draft = drafts.get(one)
        faults = faults_of_rating(packet, draft.rating, draft.rationale, draft.missing) if draft else ("rating",)
        if faults:
            found[one] = faults
    return found


# My reviews -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnReview:
    """One case that somebody reviews: how far they have come themselves, and by when. Nothing of anybody else."""

    case: PromotionCase
    seat: PanelSeat
    candidate: str
    cycle: str
    rated: int
    of: int
    due_on: date | None

    @property
    def is_open(self) -> bool:
        """Say whether its ratings wait for the reader."""
        return self.case.is_in_rating and self.seat.submitted_at is None


def list_own_reviews(actor: Actor) -> list[OwnReview]:
    """Return the cases that somebody reviews, those that wait for them first, the nearest due day first."""
    rows = db.session.execute(
        select(PromotionCase, PanelSeat, Person.name, PromotionCycle)
        .join(PanelSeat, (PanelSeat.case_id == PromotionCase.id) & PanelSeat.ended_at.is_(None))
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(Person, Person.id == PromotionCase.subject_id)
        .where(
            PanelSeat.person_id == actor.person_id,
            visible_to(actor, Permission.Case.RATE, PromotionCase),
        )
        .order_by(PromotionCase.id)
    ).all()
    packets = _packets_of([case.id for case, *_ in rows])
    drafts = _drafts_of([seat.id for _, seat, *_ in rows])
    due = due_days([case.id for case, *_ in rows])
    found = []
    for case, seat, name, cycle in rows:
        packet = packets[case.id]
        of = len(packet["rated"])
        lacking = {} if seat.submitted_at else faults_of_drafts(packet, drafts.get(seat.id, {}))
        found.append(OwnReview(case, seat, name, cycle.name, of - len(lacking), of, due[case.id]))
    return sorted(found, key=lambda one: (not one.is_open, one.due_on or date.max, one.cycle, one.case.number))


def _packets_of(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    rows = db.session.execute(
        select(PacketSnapshot.case_id, PacketSnapshot.content)
        .where(PacketSnapshot.case_id.in_(case_ids))
        .order_by(PacketSnapshot.case_id)
    )
    return {case_id: json.loads(content) for case_id, content in rows}


def _drafts_of(seat_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, RatingDraft]]:
    found: dict[uuid.UUID, dict[str, RatingDraft]] = {}
    rows = select(RatingDraft).where(RatingDraft.seat_id.in_(seat_ids)).order_by(RatingDraft.id)
    for row in db.session.scalars(rows):
        found.setdefault(row.seat_id, {})[row.expectation_id] = row
    return found


def due_days(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, date | None]:
    """Return by when cases are to be rated: the cycle's day, or the later one to which a case was extended."""
    extended = (
        select(CycleStep.case_id, func.max(CycleStep.day).label("day"))
        .where(CycleStep.case_id.in_(case_ids), CycleStep.kind == "extend", CycleStep.deadline == "review_due")
        .group_by(CycleStep.case_id)
        .subquery()
    )
    rows = db.session.execute(
        select(PromotionCase.id, PromotionCycle.review_due, extended.c.day)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .outerjoin(extended, extended.c.case_id == PromotionCase.id)
        .where(PromotionCase.id.in_(case_ids))
        .order_by(PromotionCase.id)
    )
    return {
        case_id: max(days) if (days := [one for one in (day, later) if one is not None]) else None
        for case_id, day, later in rows
    }
