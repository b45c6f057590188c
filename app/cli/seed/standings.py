"""Where the people of the example company stand and stood: what the worker would have stored, night after night.

The company has used its ladders for years, so that a report on a past quarter's end finds what was known then.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import islice

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.assessment.actions.standing import recompute
from app.assessment.actions.standing_records import keep_records
from app.assessment.queries.standing import computed_standings
from app.cli.seed.plan import CompanyPlan
from app.domain.as_of import quarter_ends
from app.infra.db import forget_answers
from app.ladders.models import LadderAdoption
from app.people.models import Person

MOST_PEOPLE = 2000
"""Of a larger company the worker computes where people stand; here somebody waits."""
QUARTERS = 4
YEARS = timedelta(days=3 * 365)


def add_standings(session: Session, plan: CompanyPlan, editions: Mapping[str, uuid.UUID]) -> None:
    """Store where everybody stands today, and what was known of it at the last quarters' ends.

    Call it when everything else is written: it reads what the rules of readiness read.
    """
    if len(plan.people) > MOST_PEOPLE:
        return
    days = sorted(islice(quarter_ends(plan.today - YEARS, plan.today - timedelta(days=1)), QUARTERS))
    _adopt_before(session, editions, days[0])
    session.flush()
    forget_answers()
    for day in days:
        ids = session.scalars(select(Person.id).where(Person.hired_on <= day).order_by(Person.id)).all()
        keep_records(session, list(computed_standings(ids, day).values()), day)
    recompute(session.scalars(select(Person.id).order_by(Person.id)).all(), plan.today)


def _adopt_before(session: Session, editions: Mapping[str, uuid.UUID], day: date) -> None:
    """Let the ladders count from long before a day, unless something was adopted by then."""
    for lineage, version_id in sorted(editions.items()):
        has_one = exists().where(
            LadderAdoption.lineage == lineage, LadderAdoption.starts_on <= day, LadderAdoption.superseded_at.is_(None)
        )
        if session.scalar(select(has_one)):
            continue
        first = session.scalars(
            select(LadderAdoption).where(LadderAdoption.lineage == lineage).order_by(LadderAdoption.recorded_at)
        ).first()
        if first is not None:
            session.add(
                LadderAdoption(
                    lineage=lineage,
                    ladder_version_id=version_id,
                    starts_on=day - YEARS,
                    recorded_at=first.recorded_at,
                )
            )
