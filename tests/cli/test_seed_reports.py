"""What reports find in the example company: where people stood on past days, and what support teams need."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from app.assessment.models import StandingHead, StandingRecord
from app.assessment.queries.standing import computed_standings
from app.cli.seed.command import DEFAULT_SEED, seed_company
from app.infra.clock import today
from app.people.models import Person, TeamTier, TierHolder
from tests.factories.assessments import publish


def seeded(app, people):
    for name in ("software-engineer/1.0.0.yaml", "technical-support/1.0.0.yaml"):
        publish(name)
    seed_company(app, people=people, random_seed=DEFAULT_SEED)


@pytest.fixture
def company(app, session):
    seeded(app, 44)
    return session


def test_everybody_has_a_standing_and_a_memory_of_the_last_quarters(company):
    assert company.scalar(select(func.count()).select_from(StandingHead)) == 44
    days = set(company.scalars(select(StandingRecord.known_on)))
    assert {date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), today()} == days
    early = select(func.count()).where(StandingRecord.known_on < today(), StandingRecord.verdict.is_not(None))
    assert company.scalar(early) > 20
    # Nobody is remembered from before they worked here.
    too_early = select(StandingRecord.person_id).join(Person).where(Person.hired_on > StandingRecord.known_on)
    assert company.scalars(too_early).all() == []


def test_what_is_stored_is_what_the_rules_say_today(company):
    ids = company.scalars(select(Person.id)).all()
    found = computed_standings(ids, today())
    heads = {row.person_id: row for row in company.scalars(select(StandingHead))}
    assert {one: (heads[one].held_level, heads[one].lineage) for one in ids} == {
        one: (found[one].held, found[one].lineage) for one in ids
    }


def test_support_teams_say_what_they_need_and_who_helps_from_outside(company):
    assert company.scalar(select(func.count()).select_from(TeamTier)) == 8
    assert set(company.scalars(select(TierHolder.tier))) == {"L3", "L4"}


def test_the_smallest_company_has_a_memory_too(app, session):
    seeded(app, 8)
    assert session.scalar(select(func.count()).select_from(StandingHead)) == 8
