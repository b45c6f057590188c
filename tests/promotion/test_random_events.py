"""Whatever random people do in random order: blindness, quorum and the rule of two people are never broken."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.promotion import CaseState, CycleState
from app.infra.clock import clock
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.models import Person
from app.promotion.actions.eligibility import list_eligible
from app.promotion.actions.panels import draw_panel
from app.promotion.models import PromotionCycle
from tests.conftest import NOW
from tests.factories import promotion as make
from tests.factories.evidence import as_author
from tests.factories.people import make_person
from tests.promotion.random_cycle import RandomCycle

STARTS = (CycleState.OPEN, CycleState.FEEDBACK, CycleState.REVIEW, CycleState.CALIBRATION)
STEPS = 35
MANY, LONG_LIFE = 100, 120
"""How many cycles live, and for how many steps at most, in the long run."""


class UndoneError(Exception):
    """Ends an example; nothing of it is kept."""


@dataclass(repr=False)
class Starts:
    """The company, a cycle in each of four phases, and the three candidates, by their ids."""

    firm: make.Firm
    cycles: dict[CycleState, UUID]
    candidates: list[UUID]


@pytest.fixture
def starts(app):
    """Return the company, and a cycle with three candidates in each of four phases."""
    del app
    firm = make.make_firm(reviewers=4)
    make.set_rank(firm.manager, 4)
    members = [firm.chair, firm.manager, *firm.reviewers]
    candidates = [firm.amara, firm.peer, make_person("Ines Third", level="L2")]
    cycles = {}
    for state in STARTS:
        cycle = cycles[state] = make.make_cycle(
            firm, state=state, members=members, feedback_needed=1, feedback_asked=2, evidence_until=NOW.date()
        )
        for candidate in candidates if state is not CycleState.OPEN else ():
            case = make.make_case(cycle, candidate, rated=make.required_ids(firm.edition)[:3])
            if state is CycleState.REVIEW:
                with transaction():
                    draw_panel(case, by=as_author(firm.hr), at=NOW)
            elif state is CycleState.CALIBRATION:
                for reviewer in firm.reviewers[:3]:
                    make.rate(make.seat(case, reviewer))
    with transaction():
        list_eligible(cycles[CycleState.OPEN], as_author(firm.hr), NOW)
    return Starts(firm, {state: cycle.id for state, cycle in cycles.items()}, [one.id for one in candidates])


def play(starts, random: Random, steps: int, start: CycleState) -> RandomCycle:
    """Let a cycle go its way from a phase for a number of steps, and undo all of it."""
    firm = starts.firm
    clock.stand_still(NOW)
    with pytest.raises(UndoneError), transaction() as session:
        people = list(session.scalars(select(Person).order_by(Person.employee_id)))
        named = {person.id: person for person in people}
        played = RandomCycle(
            cycle=session.get_one(PromotionCycle, starts.cycles[start]),
            people=people,
            hr=[named[firm.hr.id], named[firm.hr_too.id]],
            candidates=[named[one] for one in starts.candidates],
            reviewers=[named[one.id] for one in firm.reviewers],
            random=random,
        )
        for _ in range(steps):
            played.step()
            if played.seen.is_over:
                break
        raise UndoneError
    clock.stand_still(NOW)
    return played


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(random=st.randoms(use_true_random=False), start=st.sampled_from(STARTS))
def test_random_events_never_break_blindness_quorum_or_the_rule_of_two(starts, random, start):
    play(starts, random, STEPS, start)


def test_random_events_reach_decisions_and_leave_nothing_behind(starts):
    """Without this, an example that is refused at every step would look like a rule that holds."""
    played = play(starts, Random(3), 60, CycleState.CALIBRATION)

    assert {"write_decision", "decide"} <= set(played.done)
    assert CaseState.DECIDED in played.states.values()
    kept = db.session.get_one(PromotionCycle, starts.cycles[CycleState.CALIBRATION])
    assert kept.state is CycleState.CALIBRATION


# One test for each life of a cycle: a test that runs for five minutes is taken for one that hangs, and is ended.
@pytest.mark.long
@pytest.mark.parametrize("seed", range(MANY))
def test_many_random_events_never_break_a_rule(starts, seed):
    play(starts, Random(seed), LONG_LIFE, STARTS[seed % len(STARTS)])
