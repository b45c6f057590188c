"""Finding cycles and cases, and what a case is about: its pinned ladder and the expectations that are rated."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import select

from app.assessment.queries.facts import facts_of
from app.domain.bar import bar_for
from app.domain.errors import MissingError
from app.domain.readiness import Readiness, Status, report
from app.infra.clock import local, today
from app.infra.db import db, once_per_transaction
from app.ladders.queries import Edition, get_edition
from app.promotion.models import CycleStep, PromotionCase, PromotionCycle

NOT_RATED = frozenset({Status.BANKED, Status.WAIVED})


@once_per_transaction
def get_cycle(cycle_id: uuid.UUID) -> PromotionCycle:
    """Return a cycle; MissingError when there is none."""
    found = db.session.get(PromotionCycle, cycle_id)
    if found is None:
        raise MissingError
    return found


def get_case(case_id: uuid.UUID) -> PromotionCase:
    """Return a case; MissingError when there is none."""
    found = db.session.get(PromotionCase, case_id)
    if found is None:
        raise MissingError
    return found


def edition_of(case: PromotionCase) -> Edition:
    """Return the ladder version by which a case is judged: the one its cycle pinned."""
    return get_edition(case.ladder_version_id)


@once_per_transaction
def report_of(case_id: uuid.UUID) -> Readiness:
    """Return where the candidate stands on the pinned target: on the day the packet was frozen, before it today."""
    case = get_case(case_id)
    on = local(case.frozen_at).date() if case.frozen_at else today()
    return report(
        bar_for(edition_of(case).ladder, case.target_level), facts_of([case.subject_id], on)[case.subject_id], on
    )


@once_per_transaction
def rated_ids(case_id: uuid.UUID) -> tuple[str, ...]:
    """Return the expectations that the committee rates, in ladder order.

    Every required one of the target that is neither banked nor waived (domain specification, 3.4). From the freezing
    on they are those that the frozen packet names, so that a waiver or a level of later days changes nothing.
    """
    from app.promotion.queries.packets import frozen_packet_of  # noqa: PLC0415 - the packet asks for the case first

    frozen = frozen_packet_of(case_id)
    if frozen is not None:
        return tuple(frozen["rated"])
    return tuple(
        standing.expectation.id
        for standing in report_of(case_id).standings
        if standing.is_required and standing.status not in NOT_RATED
    )


@once_per_transaction
def deadline_of(cycle_id: uuid.UUID, name: str, case_id: uuid.UUID | None = None) -> date | None:
    """Return the last day for something in a cycle; for one case the latest day to which it was extended.

    Edits on that day still count; None while a draft has no day.
    """
    cycle = get_cycle(cycle_id)
    day: date | None = getattr(cycle, name)
    if case_id is None or day is None:
        return day
    extended = db.session.scalars(
        select(CycleStep.day)
        .where(
            CycleStep.cycle_id == cycle_id,
            CycleStep.case_id == case_id,
            CycleStep.kind == "extend",
            CycleStep.deadline == name,
        )
        .order_by(CycleStep.at, CycleStep.id)
    )
    return max([day, *(one for one in extended if one is not None)])
