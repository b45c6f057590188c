"""Panels: drawn by rule, followed by what holds, and what becomes of the round when somebody takes no part any more."""

from __future__ import annotations

import json
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app.access.relations import Fact, relations
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.committee import Candidate, RecusalReason, substitutes
from app.domain.errors import NotAllowedNowError
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import SpellReason
from app.promotion import queries
from app.promotion.actions import panels, ratings
from app.promotion.models import GivenRating, PanelSeat, Recusal
from app.promotion.queries.guards import missing_for
from app.promotion.queries.panels import (
    Obstacle,
    candidates_for,
    chair_of,
    ranks_of,
    recusals_recorded,
    seats_of,
    standings_of,
)
from app.promotion.queries.ratings import count_of, ratings_of
from tests.factories import promotion as make
from tests.factories.people import SYSTEM, grant, make_person

TODAY = date(2026, 11, 21)


@pytest.fixture
def review(app):
    """Return a case in review with three seats held, and three further members who could step in."""
    firm = make.make_firm(reviewers=6)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers)
    case = make.make_case(cycle, firm.amara)
    seats = [make.seat(case, one) for one in firm.reviewers[:3]]
    return SimpleNamespace(firm=firm, cycle=cycle, id=case.id, reviewers=firm.reviewers, seats=seats)


def the_case(review):
    return queries.get_case(review.id)


def the_cycle(review):
    return queries.get_cycle(review.cycle.id)


def sitting(review) -> set:
    return {seat.person_id for seat in seats_of(review.id)}


def settle(review) -> None:
    with transaction():
        panels.settle_recusals(the_cycle(review), by=SYSTEM, at=now())


def recuse(review, person, note="", by=None) -> None:
    with transaction():
        panels.recuse(the_case(review), person.id, note, by=Author((by or person).id), at=now())


def hand_in(review, person_id) -> PanelSeat:
    with transaction():
        for expectation in queries.rated_ids(review.id):
            ratings.keep_draft(
                the_case(review),
                expectation,
                make.CommitteeRating.CANNOT_JUDGE,
                "I know nothing of this field.",
                by=Author(person_id),
                at=now(),
            )
        return ratings.hand_in(the_case(review), by=Author(person_id), at=now())


def rate_all(review) -> None:
    for seat in review.seats:
        make.rate(seat)


def audited(tag: Tag) -> list[dict]:
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == tag.value).order_by(AuditEvent.seq))
    return [json.loads(row.details) | {"subject": row.subject_id} for row in rows]


# Drawing ------------------------------------------------------------------------------


def draw(case_id):
    with transaction():
        return [seat.person_id for seat in panels.draw_panel(queries.get_case(case_id), by=SYSTEM, at=now())]


def test_panel_is_drawn_by_fewest_cases_and_then_by_lot(app):
    firm = make.make_firm(reviewers=5)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers)
    busy = make.make_case(cycle, from_level="L1", target="L2")
    for one in firm.reviewers[:2]:
        make.seat(busy, one)
    case = make.make_case(cycle, firm.amara)
    pool = [Candidate(one.id, int(one in firm.reviewers[:2])) for one in firm.reviewers]
    assert draw(case.id) == list(substitutes(pool, missing=3, cycle_id=cycle.id, case_id=case.id))
    assert {one.id for one in firm.reviewers[2:]} == {seat.person_id for seat in seats_of(case.id)}
    assert {seat.drawn_by for seat in seats_of(case.id)} == {"drawn"}


def test_drawing_again_draws_nobody_more(review):
    assert draw(review.id) == []
    assert len(sitting(review)) == 3


def test_drawing_writes_down_who_of_the_committee_is_recused_and_why(app):
    firm = make.make_firm(reviewers=4)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=[*firm.reviewers, firm.manager], chair=firm.skip)
    case = make.make_case(cycle, firm.amara)
    draw(case.id)
    assert {(row.person_id, row.reason, row.by_id) for row in recusals_recorded(case.id)} == {
        (firm.manager.id, "manager", None),
        (firm.manager.id, "statement", None),
        (firm.skip.id, "managers_manager", None),
    }
    assert chair_of(case) == firm.deputy.id
    assert {one["reason"] for one in audited(Tag.RECUSED)} == {"manager", "statement", "managers_manager"}
    assert {one["subject"] for one in audited(Tag.RECUSED) + audited(Tag.SEAT_TAKEN)} == {None}


def test_nobody_rates_an_incomplete_case(app):
    cycle = make.make_cycle(firm := make.make_firm(), state=CycleState.REVIEW)
    case = make.make_case(cycle, firm.amara, is_incomplete=True)
    assert draw(case.id) == []


def test_pool_holds_who_reaches_the_rank_is_not_recused_and_does_not_sit(review):
    firm, case = review.firm, the_case(review)
    low, off, ranked, gone = (
        make_person("Low", level="L2"),
        make_person("Off the ladder"),
        make_person("Ranked"),
        make_person("Gone", level="L4", left_on=TODAY),
    )
    make.set_rank(ranked, 3)
    # A level beats what HR set before: it is the level held that counts.
    make.set_rank(low, 4)
    for one in (low, off, ranked, gone, firm.manager):
        make.add_member(review.cycle, one)
    make.seat(case, firm.reviewers[3], ended_at=now(), ended_reason="removed")
    found = {one.person.id: one for one in standings_of(case)}
    assert {one.person_id for one in candidates_for(case)} == {
        ranked.id,
        firm.reviewers[4].id,
        firm.reviewers[5].id,
    }
    assert found[low.id].obstacle is Obstacle.RANK_TOO_LOW
    assert found[off.id].obstacle is Obstacle.NO_RANK
    assert found[gone.id].obstacle is Obstacle.LEFT
    assert found[firm.reviewers[0].id].obstacle is Obstacle.SEATED
    assert found[firm.reviewers[3].id].obstacle is Obstacle.SAT_BEFORE
    assert found[firm.manager.id].reasons == (RecusalReason.MANAGER, RecusalReason.STATEMENT)
    assert ranks_of(frozenset({ranked.id}), TODAY)[ranked.id].value == 3


# Recusals -----------------------------------------------------------------------------


def test_recusal_before_rating_ends_the_seat_and_draws_a_substitute(review):
    person = review.reviewers[0]
    pool = candidates_for(the_case(review))
    expected = substitutes(pool, missing=1, cycle_id=review.cycle.id, case_id=review.id)
    recuse(review, person, "She is my sister-in-law.")
    assert sitting(review) == {review.reviewers[1].id, review.reviewers[2].id, *expected}
    ended = db.session.get(PanelSeat, review.seats[0].id)
    assert (ended.ended_reason, ended.ended_at) == ("recused", now())
    assert {seat.drawn_by for seat in seats_of(review.id)} == {"drawn", "substitute"}
    row = recusals_recorded(review.id)[0]
    assert (row.reason, row.note, row.by_id) == ("declared", "She is my sister-in-law.", person.id)
    assert audited(Tag.SEAT_ENDED) == [
        {"person": str(person.id), "reason": "recused", "had_rated": False, "subject": None}
    ]
    assert "sister" not in " ".join(db.session.scalars(select(AuditEvent.details)))


def test_recused_reviewer_sees_nothing_of_the_case_from_then_on(review):
    person = review.reviewers[0]
    assert relations.concerns(Fact.REVIEWS, person.id, review.id)
    recuse(review, person)
    assert not relations.concerns(Fact.REVIEWS, person.id, review.id)
    assert relations.concerns(Fact.RECUSED, person.id, review.id)


def test_recusal_of_the_last_who_was_missing_opens_the_ratings_of_a_quorum(app):
    firm = make.make_firm(reviewers=4)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers, panel_size=4)
    case = make.make_case(cycle, firm.amara)
    for number, one in enumerate(firm.reviewers):
        seat = make.seat(case, one)
        if number:
            make.rate(seat)
    with transaction():
        panels.recuse(queries.get_case(case.id), firm.reviewers[0].id, "", by=Author(firm.reviewers[0].id), at=now())
    found = queries.get_case(case.id)
    assert found.is_lifted
    assert found.state is CaseState.RATED


def test_broken_quorum_stays_blind_and_draws_once_somebody_is_named(app):
    firm = make.make_firm(reviewers=3)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers)
    case = make.make_case(cycle, firm.amara)
    seats = [make.seat(case, one) for one in firm.reviewers]
    for seat in seats[1:]:
        make.rate(seat)
    with transaction():
        panels.recuse(queries.get_case(case.id), firm.reviewers[0].id, "", by=Author(firm.reviewers[0].id), at=now())
    assert not queries.get_case(case.id).is_lifted
    late = make_person("Late", level="L4")
    make.add_member(cycle, late)
    with transaction():
        assert panels.settle_panel(queries.get_case(case.id), by=SYSTEM, at=now())
    assert late.id in {seat.person_id for seat in seats_of(case.id)}


def test_recusal_after_ratings_opened_closes_the_round_until_the_substitute_has_rated_blind(review):
    rate_all(review)
    with transaction():
        assert ratings.lift_when_all_in(the_case(review), by=SYSTEM, at=now())
    assert the_case(review).state is CaseState.RATED
    person = review.reviewers[0]
    recuse(review, person)
    case = the_case(review)
    assert case.state is CaseState.RATED
    assert (case.is_lifted, case.is_in_rating, case.is_calibrated) == (False, True, False)
    assert len(audited(Tag.ROUND_REOPENED)) == 1
    assert count_of(review.id).submitted == 2
    # They stay stored, and count no more.
    stored = select(func.count()).select_from(GivenRating).where(GivenRating.reviewer_id == person.id)
    assert db.session.scalar(stored) > 0
    (substitute,) = [seat for seat in seats_of(review.id) if seat.submitted_at is None]
    make.rate(substitute)
    with transaction():
        assert ratings.lift_when_all_in(the_case(review), by=SYSTEM, at=now())
    case = the_case(review)
    assert (case.state, case.is_lifted, case.is_calibrated) == (CaseState.RATED, True, True)
    assert person.id not in ratings_of(review.id).reviewers


def test_recusal_after_ratings_opened_leaves_them_open_where_the_quorum_holds(app):
    firm = make.make_firm(reviewers=5)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers, panel_size=4)
    case = make.make_case(cycle, firm.amara)
    for one in firm.reviewers[:4]:
        make.rate(make.seat(case, one))
    with transaction():
        ratings.lift_when_all_in(queries.get_case(case.id), by=SYSTEM, at=now())
        panels.recuse(queries.get_case(case.id), firm.reviewers[0].id, "", by=Author(firm.reviewers[0].id), at=now())
    assert queries.get_case(case.id).is_lifted
    assert len(seats_of(case.id)) == 3


def calibrate(review) -> None:
    make.lift(the_case(review))
    with transaction() as session:
        session.merge(the_case(review)).state = CaseState.CALIBRATED
        session.merge(the_cycle(review)).state = CycleState.CALIBRATION


def test_recusal_in_calibration_that_breaks_the_quorum_opens_the_round_again_for_a_substitute(review, clock):
    rate_all(review)
    calibrate(review)
    recuse(review, review.reviewers[0])
    case = the_case(review)
    assert (case.state, case.is_in_rating, case.is_calibrated) == (CaseState.CALIBRATED, True, False)
    (fresh,) = sitting(review) - {one.id for one in review.reviewers[:3]}
    with clock.standing_at(now() + timedelta(days=60)):
        hand_in(review, fresh)
    assert the_case(review).is_calibrated
    settle(review)
    assert len(sitting(review)) == 3


def test_recusal_in_calibration_that_nobody_can_make_up_for_leaves_what_was_open_open(review):
    rate_all(review)
    calibrate(review)
    for one in review.reviewers[3:]:
        make.recuse(the_case(review), one)
    recuse(review, review.reviewers[0])
    assert sitting(review) == {one.id for one in review.reviewers[1:3]}
    assert the_case(review).is_calibrated


def test_after_a_closed_round_those_who_are_silent_hand_in_before_anybody_is_drawn(app):
    firm = make.make_firm(reviewers=7)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers, panel_size=5)
    case = make.make_case(cycle, firm.amara)
    seats = [make.seat(case, one) for one in firm.reviewers[:5]]
    for seat in seats[:3]:
        make.rate(seat)
    room = SimpleNamespace(firm=firm, cycle=cycle, id=case.id, reviewers=firm.reviewers, seats=seats)
    with transaction():
        ratings.close_round(the_case(room), by=Author(firm.chair.id), at=now())
    recuse(room, firm.reviewers[0])
    assert the_case(room).is_in_rating
    assert sitting(room) == {one.id for one in firm.reviewers[1:5]}
    for one in firm.reviewers[3:5]:
        assert not the_case(room).is_lifted
        hand_in(room, one.id)
    assert the_case(room).is_lifted
    assert count_of(room.id).submitted == 4


def test_a_round_that_opened_again_draws_only_what_the_quorum_lacks(app):
    firm = make.make_firm(reviewers=8)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers, panel_size=5)
    case = make.make_case(cycle, firm.amara)
    seats = [make.seat(case, one) for one in firm.reviewers[:3]]
    room = SimpleNamespace(firm=firm, cycle=cycle, id=case.id, reviewers=firm.reviewers, seats=seats)
    rate_all(room)
    with transaction():
        ratings.close_round(the_case(room), by=Author(firm.chair.id), at=now())
    recuse(room, firm.reviewers[0])
    settle(room)
    assert len(sitting(room)) == 3


def test_chair_who_steps_aside_is_replaced_by_the_deputy(review):
    assert chair_of(the_case(review)) == review.firm.chair.id
    recuse(review, review.firm.chair)
    assert chair_of(the_case(review)) == review.firm.deputy.id
    assert len(sitting(review)) == 3


def test_second_recusal_of_the_same_person_is_refused(review):
    recuse(review, review.reviewers[0])
    with pytest.raises(NotAllowedNowError):
        recuse(review, review.reviewers[0], by=review.firm.hr)
    assert db.session.scalar(select(func.count()).select_from(Recusal)) == 1


@pytest.mark.parametrize("state", [CaseState.DECIDED, CaseState.WITHDRAWN, CaseState.COMMUNICATED])
def test_nobody_steps_aside_from_a_case_that_is_decided_or_over(review, state):
    with transaction() as session:
        session.merge(the_case(review)).state = state
    with pytest.raises(NotAllowedNowError):
        recuse(review, review.reviewers[0])
    assert len(sitting(review)) == 3


def test_once_ratings_were_open_hr_alone_records_a_recusal_of_somebody_else_and_says_why(review, client_for):
    rate_all(review)
    with transaction():
        ratings.lift_when_all_in(the_case(review), by=SYSTEM, at=now())
    first, second, _ = review.reviewers[:3]
    with pytest.raises(NotAllowedNowError, match="HR alone"):
        recuse(review, first, "I think so.", by=review.firm.chair)
    address = f"/promotions/cases/{review.id}/panel/recuse"
    assert "HR alone records this now" in client_for(review.firm.chair).get(address).words()
    hr = client_for(review.firm.hr)
    page = hr.get(address)
    assert "They count no more from then on" in page.words()
    assert hr.send(page.form(ending="/panel/recuse"), person=str(first.id)).status == 422
    assert first.id in sitting(review)
    hr.send(page.form(ending="/panel/recuse"), person=str(first.id), note="A quarrel over money.")
    assert first.id not in sitting(review)
    recuse(review, second)
    assert second.id not in sitting(review)


def test_a_case_for_which_no_quorum_can_be_found_goes_on_unrated_and_is_only_deferred(app, client_for):
    firm = make.make_firm(reviewers=3)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers)
    case = make.make_case(cycle, firm.amara)
    for one in firm.reviewers:
        make.seat(case, one)
    address = f"/promotions/cases/{case.id}/panel"
    hr = client_for(firm.hr)
    assert "Can nobody else be named" not in hr.get(address).words()
    assert hr.post(address, {"shortage": "1", "reason": "Nobody else has the rank."}).status != 302
    assert not queries.get_case(case.id).is_incomplete
    with transaction():
        panels.recuse(queries.get_case(case.id), firm.reviewers[0].id, "", by=Author(firm.reviewers[0].id), at=now())
    assert "Can nobody else be named" not in client_for(firm.chair).get(address).words()
    assert client_for(firm.chair).post(address, {"shortage": "1", "reason": "Chair says so."}).status != 302
    page = hr.get(address)
    assert hr.send(page.form(ending="/panel"), reason=" ").status == 422
    assert hr.send(page.form(ending="/panel"), reason="Nobody else has the rank.").location == address
    found = queries.get_case(case.id)
    assert (found.is_incomplete, found.lacks_reviewers, found.is_in_rating) == (True, True, False)
    assert "Nobody else has the rank" in hr.get(address).words()
    assert {one["subject"] for one in audited(Tag.CASE_INCOMPLETE)} == {None}
    assert missing_for(queries.get_cycle(cycle.id), TODAY) == []
    assert "rank" not in client_for(firm.amara).get(f"/promotions/cases/{case.id}").words()


# Following what holds -----------------------------------------------------------------


def test_sweep_ends_the_seat_of_who_became_manager_of_the_candidate(review):
    with transaction():
        people.set_manager(review.firm.amara, review.reviewers[0], from_on=TODAY, by=SYSTEM, at=now())
    assert not relations.concerns(Fact.REVIEWS, review.reviewers[0].id, review.id)
    settle(review)
    assert review.reviewers[0].id not in sitting(review)
    assert len(sitting(review)) == 3
    assert [(row.person_id, row.reason) for row in recusals_recorded(review.id)] == [
        (review.reviewers[0].id, "manager")
    ]


def test_sweep_ends_the_seat_of_who_has_left(review):
    with transaction():
        people.record_leaving(review.reviewers[0], on=TODAY, by=SYSTEM, at=now())
    settle(review)
    assert db.session.get(PanelSeat, review.seats[0].id).ended_reason == "left"
    assert len(sitting(review)) == 3


def test_sweep_keeps_who_leaves_later(review):
    with transaction():
        people.record_leaving(review.reviewers[0], on=TODAY + timedelta(days=1), by=SYSTEM, at=now())
    settle(review)
    assert review.reviewers[0].id in sitting(review)


def test_sweep_ends_the_seat_of_who_lost_the_rank_unless_they_have_rated(review):
    make.rate(review.seats[1])
    with transaction():
        for one in review.reviewers[:2]:
            grant(one, "L2", on=TODAY, reason=SpellReason.DEMOTION)
    settle(review)
    assert db.session.get(PanelSeat, review.seats[0].id).ended_reason == "rank"
    assert review.reviewers[1].id in sitting(review)


def test_sweep_that_finds_nothing_writes_nothing(review):
    settle(review)
    before = db.session.scalar(select(func.max(AuditEvent.seq)))
    settle(review)
    assert db.session.scalar(select(func.max(AuditEvent.seq))) == before


def test_sweep_leaves_a_decided_case_alone(review):
    with transaction() as session:
        session.merge(the_case(review)).state = CaseState.DECIDED
        people.set_manager(review.firm.amara, review.reviewers[0], from_on=TODAY, by=SYSTEM, at=now())
    settle(review)
    assert len(sitting(review)) == 3
    assert review.reviewers[0].id in sitting(review)


def test_substitute_rates_and_hands_in_like_anybody(review):
    recuse(review, review.reviewers[0])
    (fresh,) = sitting(review) - {one.id for one in review.reviewers[:3]}
    assert hand_in(review, fresh).submitted_at == now()
