"""Calibration: cases side by side without a ranking, agreement on first ratings, severity for its readers, remarks."""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.agreement import krippendorff
from app.domain.committee import CommitteeRating, Finding, Recommendation
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.promotion import queries
from app.promotion.actions import decisions
from app.promotion.models import CaseRemark, PanelSeat
from app.promotion.queries import calibration
from app.promotion.queries.ratings import recommended_of
from tests.factories import promotion as make
from tests.factories.assessments import count_queries

DESIGN, COACH = "swe.design-significant-features", "swe.coach-juniors"
NOT_MET, PARTLY, MET = CommitteeRating.NOT_MET, CommitteeRating.PARTLY_MET, CommitteeRating.MET
EXCEEDED, CANNOT = CommitteeRating.EXCEEDED, CommitteeRating.CANNOT_JUDGE


@pytest.fixture
def room(app):
    """Return two cases in calibration, each rated by three reviewers on two expectations."""
    firm = make.make_firm(reviewers=3)
    cycle = make.make_cycle(firm, state=CycleState.CALIBRATION)
    cases = [make.make_case(cycle, firm.amara, rated=(DESIGN, COACH), pieces=[{"title": "A design"}])]
    cases.append(make.make_case(cycle, firm.peer, rated=(DESIGN, COACH)))
    given = {}
    for case in cases:
        for place, one in enumerate(firm.reviewers):
            seat = make.seat(case, one)
            ratings = {DESIGN: (MET, EXCEEDED, PARTLY)[place], COACH: (MET, CANNOT, MET)[place]}
            given[case.id, one.id] = make.rate(seat, ratings, rationale=f"E1, says {one.name} of {case.code}.")
    return SimpleNamespace(firm=firm, cycle_id=cycle.id, ids=[case.id for case in cases], given=given)


def given_of(room, place=0):
    return calibration.given_in(frozenset({room.ids[place]}))[room.ids[place]]


def change(room, reviewer, rating, place=0):
    rows = room.given[room.ids[place], room.firm.reviewers[reviewer].id]
    return make.change_rating(next(row for row in rows if row.expectation_id == DESIGN), rating)


def compare(room, person, client_for, query=""):
    return client_for(person).get(f"/promotions/{room.cycle_id}/calibration{query}")


# Figures ---------------------------------------------------------------------------


def test_agreement_rests_on_first_ratings_and_the_recommendation_on_the_latest(room):
    before = calibration.units_of(given_of(room))
    assert before == [(2, 2), (1, 2, 3)]
    for reviewer in (0, 1):
        change(room, reviewer, PARTLY)
    assert calibration.units_of(given_of(room)) == before
    found = recommended_of((DESIGN, COACH), given_of(room))
    assert found.findings == {DESIGN: Finding.FAILS, COACH: Finding.PASSES}
    assert found.recommendation is Recommendation.NOT_YET


def test_cannot_judge_is_no_value(room):
    assert sum(len(unit) for unit in calibration.units_of(given_of(room))) == 5


def test_only_held_seats_count_and_only_lifted_cases(room, session):
    with transaction():
        seat = session.scalars(select(PanelSeat).where(PanelSeat.case_id == room.ids[0])).first()
        seat.ended_at, seat.ended_reason = now(), "recused"
        queries.get_case(room.ids[1]).lifted_at = None
    assert len({one.reviewer_id for one in given_of(room)}) == 2
    assert given_of(room, 1) == []


def test_the_interval_is_seeded_and_stays(room):
    everything = given_of(room) + given_of(room, 1)
    first = calibration.agreement_of(everything, seed=7)
    assert first == calibration.agreement_of(list(reversed(everything)), seed=7)
    assert first.agreement == krippendorff(calibration.units_of(everything))
    assert first.agreement.units == 4


def test_severity_compares_first_ratings_of_the_same_items(room):
    rows = calibration.strictness_of(given_of(room) + given_of(room, 1))
    assert [row.reviewer for row in rows] == ["Reviewer 1", "Reviewer 2", "Reviewer 3"]
    assert [row.severity.mean for row in rows] == [Fraction(0), Fraction(3, 2), Fraction(-3, 4)]
    assert {row.severity.shown for row in rows} == {None}


def test_where_nothing_is_rated_every_page_says_so_and_nothing_is_recommended(app, client_for):
    firm = make.make_firm(reviewers=3)
    case = make.make_case(make.make_cycle(firm, state=CycleState.CALIBRATION), firm.amara, rated=())
    for one in firm.reviewers:
        make.rate(make.seat(case, one))
    base, chair = f"/promotions/cases/{case.id}", client_for(firm.chair)
    for address in (f"{base}/decision/edit", f"{base}/calibration"):
        words = chair.get(address).words()
        assert "Nothing of this case is rated" in words
        assert "Ratings recommend: promote" not in words
    assert "Nothing is rated" in chair.get(f"{base}/ratings").words()
    other = make.make_case(make.make_cycle(firm, state=CycleState.REVIEW), firm.peer, rated=())
    make.seat(other, firm.reviewers[0])
    page = client_for(firm.reviewers[0]).get(f"/promotions/cases/{other.id}/review/summary")
    assert "Nothing is rated in this case" in page.words()


# The page --------------------------------------------------------------------------


def test_cases_stand_side_by_side_by_expectation(room, client_for):
    page = compare(room, room.firm.chair, client_for)
    for words in ("P-01", "P-02", "Amara Diallo", "Ffion Prydderch", "order was drawn at random", "Alpha"):
        assert words in page.text
    assert "Ratings recommend: promote" in page.text
    heads = [cell.text for cell in page.all("th", scope="col")]
    assert {"P-01", "P-02"} <= set(heads)


def test_the_order_is_the_same_for_everybody_today_and_another_one_some_day(room, client_for, clock):
    def order(person):
        return re.findall(r"<th scope=\"col\">(P-\d\d)</th>", compare(room, person, client_for).text)

    today = order(room.firm.chair)
    assert today == order(room.firm.hr) == order(room.firm.reviewers[0])
    found = set()
    for days in range(6):
        with clock.standing_at(now() + timedelta(days=days)):
            found.add(tuple(order(room.firm.chair)))
    assert len(found) == 2


def test_each_reader_sees_only_cases_whose_ratings_they_may_read(room, client_for, session):
    with transaction():
        seat = session.scalars(
            select(PanelSeat).where(PanelSeat.case_id == room.ids[1], PanelSeat.person_id == room.firm.reviewers[0].id)
        ).one()
        seat.ended_at, seat.ended_reason = now(), "removed"
    make.recuse(queries.get_case(room.ids[1]), room.firm.hr)
    for person in (room.firm.reviewers[0], room.firm.hr):
        text = compare(room, person, client_for).text
        assert "P-01" in text
        assert "P-02" not in text
        assert "Ffion" not in text
        assert "of P-02" not in client_for(person).get(f"/promotions/cases/{room.ids[0]}/calibration").text
        assert client_for(person).get(f"/promotions/cases/{room.ids[1]}/calibration").status == 404


def test_a_blind_case_is_not_compared(room, client_for):
    with transaction():
        queries.get_case(room.ids[1]).lifted_at = None
    text = compare(room, room.firm.chair, client_for).text
    assert "P-02" not in text
    assert "2 expectations with two values" in text


def test_severity_is_for_hr_and_for_the_reviewer_alone(room, client_for):
    everybody = compare(room, room.firm.hr, client_for).text
    assert all(f"Reviewer {number}" in everybody for number in (1, 2, 3))
    assert "Too little data" in everybody
    own = compare(room, room.firm.reviewers[1], client_for).text
    assert "How strict you are" in own
    assert "Reviewer 2" in own
    assert "Reviewer 3" not in own
    chair = compare(room, room.firm.chair, client_for).text
    assert "Too little data" not in chair


def test_nobody_outside_the_committee_and_hr_compares(room, client_for):
    for who in ("amara", "manager", "skip", "colleague", "stranger"):
        assert compare(room, getattr(room.firm, who), client_for).status == 404


def test_a_member_without_a_case_is_told_what_belongs_there(room, client_for):
    page = compare(room, room.firm.deputy, client_for)
    assert page.status == 200
    assert "No case to compare yet" in page.text


def test_the_page_narrows_to_one_target(room, client_for):
    third = make.make_case(
        queries.get_cycle(room.cycle_id), target="L2", from_level="L1", rated=("swe.moderate-features",)
    )
    assert third.state is CaseState.CALIBRATED
    everything = compare(room, room.firm.chair, client_for).text
    assert "Software Engineer, L2" in everything
    narrowed = compare(room, room.firm.chair, client_for, "?target=software-engineer/L2").text
    assert "P-03" in narrowed
    assert "P-01" not in narrowed
    assert "P-01" in compare(room, room.firm.chair, client_for, "?target=nonsense").text


def test_more_cases_ask_the_database_no_more_often(room, client_for):
    client = client_for(room.firm.chair)

    def ask():
        client.get(f"/promotions/{room.cycle_id}/calibration")

    ask()
    before = count_queries(ask)
    for _ in range(3):
        case = make.make_case(queries.get_cycle(room.cycle_id), rated=(DESIGN, COACH))
        make.rate(make.seat(case, room.firm.reviewers[0]))
    assert count_queries(ask) == before


# One case --------------------------------------------------------------------------


def test_what_speaks_against_a_case_is_read_first(room, client_for):
    change(room, 0, NOT_MET)
    text = client_for(room.firm.chair).get(f"/promotions/cases/{room.ids[0]}/calibration").text
    said = [text.index(f"says Reviewer {number} of P-01") for number in (1, 3, 2)]
    assert said == sorted(said)
    assert "After the talk." in text
    assert "First rating: Met" in text


def test_a_failing_expectation_stands_before_those_that_pass(room, client_for):
    for reviewer in (0, 1):
        change(room, reviewer, NOT_MET)
    text = client_for(room.firm.chair).get(f"/promotions/cases/{room.ids[0]}/calibration").text
    assert text.index(f'id="{DESIGN}"') < text.index(f'id="{COACH}"')


# Remarks ---------------------------------------------------------------------------


def remark(room, words, expectation=None, person=None):
    with transaction():
        return decisions.make_remark(
            queries.get_case(room.ids[0]),
            words,
            expectation_id=expectation,
            by=Author((person or room.firm.chair).id),
            at=now(),
        )


@pytest.mark.parametrize(
    ("words", "expectation", "is_apart", "cites"),
    [
        ("E1 was carried by two.", None, False, "1"),
        ("Seen by all of us.", COACH, False, ""),
        ("A good colleague.", None, True, ""),
    ],
)
def test_a_remark_that_cites_nothing_is_kept_apart(room, session, words, expectation, is_apart, cites):
    row = remark(room, words, expectation)
    assert (row.is_apart, row.cites) == (is_apart, cites)
    event = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.REMARK_MADE)).one()
    assert event.subject_id is None
    assert words not in event.details


@pytest.mark.parametrize(
    ("words", "expectation", "field"),
    [("", None, "words"), ("E2 and E9 show it.", None, "words"), ("E1.", "swe.field-expertise", "expectation")],
)
def test_a_remark_is_about_what_there_is(room, words, expectation, field):
    with pytest.raises(InvalidError) as refused:
        remark(room, words, expectation)
    assert refused.value.field == field


def test_nothing_is_said_while_ratings_are_blind_or_after_the_decision(room):
    with transaction():
        queries.get_case(room.ids[0]).lifted_at = None
    with pytest.raises(NotAllowedNowError):
        remark(room, "E1 shows it.")
    with transaction():
        case = queries.get_case(room.ids[0])
        case.lifted_at, case.state = now(), CaseState.DECIDED
    with pytest.raises(NotAllowedNowError):
        remark(room, "E1 shows it.")


def test_a_remark_kept_apart_is_seen_in_the_talk_and_not_at_the_decision(room, client_for):
    chair, base = client_for(room.firm.chair), f"/promotions/cases/{room.ids[0]}"
    sent = chair.post(f"{base}/remarks", {"words": "A splendid colleague.", "expectation": ""})
    assert sent.location.endswith("#h-apart")
    chair.post(f"{base}/remarks", {"words": "Coached Ada herself.", "expectation": COACH})
    talk = chair.get(f"{base}/calibration").text
    assert "A splendid colleague." in talk
    assert "Kept apart" in talk
    decision = chair.get(f"{base}/decision/edit").text
    assert "Coached Ada herself." in decision
    assert "A splendid colleague." not in decision


def test_a_refused_remark_keeps_its_words(room, client_for, session):
    chair, base = client_for(room.firm.chair), f"/promotions/cases/{room.ids[0]}"
    refused = chair.post(f"{base}/remarks", {"words": "E77 shows it well.", "expectation": COACH})
    assert refused.status == 422
    assert "E77 shows it well." in refused.text
    assert "has no E77" in refused.text
    assert session.scalars(select(CaseRemark)).all() == []


def test_the_decision_is_offered_only_once_it_can_be_written(room, client_for):
    chair, base = client_for(room.firm.chair), f"/promotions/cases/{room.ids[0]}"
    assert f'href="{base}/decision/edit"' in chair.get(f"{base}/calibration").text
    with transaction():
        queries.get_case(room.ids[0]).state = CaseState.RATED
        queries.get_cycle(room.cycle_id).calibration_on = date(2027, 1, 13)
    page = chair.get(f"{base}/calibration")
    assert "/decision/edit" not in page.text
    words = page.words("main")
    assert "The decision can be written once the chair opens calibration, planned for 13 January 2027." in words
    assert "once the chair opens" not in client_for(room.firm.reviewers[0]).get(f"{base}/calibration").words("main")


def test_a_finding_says_the_median_that_it_rests_on_wherever_it_stands(room, client_for):
    change(room, 2, EXCEEDED)
    base = f"/promotions/cases/{room.ids[0]}"
    for page in (compare(room, room.firm.chair, client_for), client_for(room.firm.chair).get(f"{base}/calibration")):
        words = page.words("main")
        assert "Median: exceeded" in words
        assert "in the median" not in words
    assert "Median: exceeded" in client_for(room.firm.chair).get(f"{base}/ratings").words("main")


def test_ratings_begin_with_what_fails_then_what_has_no_finding_then_the_widest_differences(app, client_for):
    firm = make.make_firm(reviewers=2)
    agreed, apart, fails, none = rated = make.required_ids(firm.edition)[:4]
    case = make.make_case(make.make_cycle(firm, state=CycleState.CALIBRATION), firm.amara, rated=rated)
    for one, last in zip(firm.reviewers, (MET, CANNOT), strict=True):
        wide = {MET: EXCEEDED, CANNOT: MET}[last]
        make.rate(make.seat(case, one), {agreed: MET, apart: wide, fails: NOT_MET, none: last})
    page = client_for(firm.chair).get(f"/promotions/cases/{case.id}/ratings")
    assert [one.get("id") for one in page.all("section", class_="panel")] == ["e3", "e4", "e2", "e1"]
