"""What a reviewer has before them: their own cases, and one case with their own drafts. Nobody else's, ever."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from app.infra.db import db
from app.promotion.models import GivenRating, PanelSeat, RatingDraft


def find_seat(case_id: uuid.UUID, person_id: uuid.UUID) -> PanelSeat | None:
    """Return the seat that somebody holds on the panel of a case; None when they hold none."""
    return db.session.scalar(
        select(PanelSeat).where(
            PanelSeat.case_id == case_id, PanelSeat.person_id == person_id, PanelSeat.ended_at.is_(None)
        )
    )


def held_seats(case_id: uuid.UUID) -> list[PanelSeat]:
    """Return the seats that are held on the panel of a case."""
    return list(
        db.session.scalars(
            select(PanelSeat)
            .where(PanelSeat.case_id == case_id, PanelSeat.ended_at.is_(None))
            .execution_options(populate_existing=True)
        )
    )


def drafts_of(seat_id: uuid.UUID) -> dict[str, RatingDraft]:
    """Return what the holder of a seat has put down so far, by expectation. Theirs alone."""
    rows = db.session.scalars(select(RatingDraft).where(RatingDraft.seat_id == seat_id))
    return {row.expectation_id: row for row in rows}


def own_ratings_of(seat_id: uuid.UUID) -> dict[str, GivenRating]:
    """Return the last rating of the holder of a seat, by expectation. Theirs alone."""
    rows = db.session.scalars(select(GivenRating).where(GivenRating.seat_id == seat_id).order_by(GivenRating.number))
    return {row.expectation_id: row for row in rows}
