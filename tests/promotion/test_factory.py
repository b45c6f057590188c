"""The factory of promotion puts every state into the tables, and what it makes can be read by the queries."""

from __future__ import annotations

import pytest

from app.domain.committee import CommitteeRating
from app.domain.promotion import DEADLINES, CaseState, CycleState, out_of_order
from app.promotion.models import PacketPart
from app.promotion.queries import frozen_packet_of, rated_ids
from tests.factories import promotion as make

pytestmark = pytest.mark.usefixtures("app")


def test_every_state_of_a_cycle_and_a_case_can_be_made():
    firm = make.make_firm(reviewers=1)
    cycles = [make.make_cycle(firm, state=state) for state in CycleState]

    assert all(not out_of_order({name: getattr(cycle, name) for name in DEADLINES}) for cycle in cycles)
    cases = [
        make.make_case(cycles[3], firm.amara if not place else None, state=state)
        for place, state in enumerate(CaseState)
    ]
    assert [case.number for case in cases] == list(range(1, len(cases) + 1))


def test_a_case_under_review_has_a_packet_seats_and_ratings():
    firm = make.make_firm()
    case = make.make_case(make.make_cycle(firm, state=CycleState.REVIEW), firm.amara, pieces=[{"title": "Paired"}])

    assert rated_ids(case.id) == tuple(make.required_ids(firm.edition))
    assert frozen_packet_of(case.id)["pieces"][0]["title"] == "Paired"
    given = make.rate(make.seat(case, firm.reviewers[0]))
    assert len(given) == len(rated_ids(case.id))
    assert make.change_rating(given[0], CommitteeRating.PARTLY_MET).number == 2


def test_what_stands_beside_a_case_can_be_made():
    firm = make.make_firm()
    cycle = make.make_cycle(firm, state=CycleState.DECIDED)
    case = make.make_case(cycle, firm.amara)

    make.recuse(case, firm.chair)
    make.add_nomination(case, firm.peer)
    make.write_part(case, firm.amara, PacketPart.SUMMARY, "What I did.")
    make.make_eligible(cycle, firm.amara)
    make.set_rank(firm.skip)
    make.lift(case)
    make.approve(cycle, firm.chair)
    make.make_feedback(case, firm.peer, answers={"swe.coach-juniors": ("limits", "Only once.")})
    assert make.decide(case, firm.chair).decided_at is not None
