"""Drafts, handing in, the end of blindness and a later change, through the actions."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.committee import CommitteeRating, Finding, Recommendation
from app.domain.errors import ConflictError, IncompleteError, InvalidError, MissingError, NotAllowedNowError
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.promotion import queries
from app.promotion.actions import ratings
from app.promotion.models import CycleStep, GivenRating
from app.promotion.queries.calibration import given_in
from app.promotion.queries.decisions import recommendation_of
from app.promotion.queries.ratings import count_of, ratings_of
from app.promotion.queries.review import drafts_of, find_seat
from tests.factories import promotion as make
from tests.factories.people import SYSTEM

TODAY = date(2026, 11, 21)
ASKED = ("swe.design-significant-features", "swe.coach-juniors")
MET, PARTLY, NOT_MET = CommitteeRating.MET, CommitteeRating.PARTLY_MET, CommitteeRating.NOT_MET
EXCEEDED, CANNOT = CommitteeRating.EXCEEDED, CommitteeRating.CANNOT_JUDGE
SIGNS = {"0": NOT_MET, "1": PARTLY, "2": MET, "3": EXCEEDED, "-": CANNOT}


@pytest.fixture
def review(app):
    """Return a case of two expectations and one piece, on whose panel three reviewers sit."""
    firm = make.make_firm(reviewers=3)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW)
    case = make.make_case(cycle, firm.amara, rated=ASKED, pieces=[{"title": "A design"}])
    for one in firm.reviewers:
        make.seat(case, one)
    return SimpleNamespace(firm=firm, cycle=cycle, id=case.id, reviewers=firm.reviewers)


def by(person):
    return Author(person.id)


def the_case(review):
    return queries.get_case(review.id)


def keep(review, person, expectation, rating=MET, rationale="E1 shows it.", missing="", **more):
    with transaction():
        return ratings.keep_draft(
            the_case(review), expectation, rating, rationale, missing, by=by(person), at=now(), **more
        )


def draft_all(review, person, rating=MET, **more):
    for one in ASKED:
        keep(review, person, one, rating, **more)


def hand_in(review, person, rating=MET):
    draft_all(review, person, rating)
    with transaction():
        ratings.hand_in(the_case(review), by=by(person), at=now())


def drafts(review, person):
    return drafts_of(find_seat(review.id, person.id).id)


def audit_rows(session, tag):
    return session.scalar(select(func.count()).where(AuditEvent.tag == tag))


def given_rows(session):
    return session.scalar(select(func.count(GivenRating.id)))


def close(review):
    with transaction():
        ratings.close_round(the_case(review), by=by(review.firm.chair), at=now())


# Drafts --------------------------------------------------------------------------------


def test_a_draft_is_kept_and_counts_its_revisions(review):
    first = keep(review, review.reviewers[0], ASKED[0], None, "E1")
    second = keep(review, review.reviewers[0], ASKED[0], MET, "E1 shows it.", revision=first.revision)
    assert (first.revision, second.revision) == (1, 2)
    row = drafts(review, review.reviewers[0])[ASKED[0]]
    assert (row.rating, row.rationale) == (MET, "E1 shows it.")


def test_an_empty_form_that_is_sent_on_makes_no_draft(review):
    assert keep(review, review.reviewers[0], ASKED[0], None, "").revision == 0
    assert drafts(review, review.reviewers[0]) == {}


def test_a_late_autosave_changes_nothing(review):
    author = review.reviewers[0]
    keep(review, author, ASKED[0], MET, "newer", window="w", sequence=2)
    assert keep(review, author, ASKED[0], MET, "older", window="w", sequence=1).is_late
    assert drafts(review, author)[ASKED[0]].rationale == "newer"


def test_a_second_window_that_has_not_seen_the_first_gets_both_texts(review):
    author = review.reviewers[0]
    keep(review, author, ASKED[0], MET, "from one window", window="one", sequence=1)
    with pytest.raises(ConflictError) as refusal:
        keep(review, author, ASKED[0], PARTLY, "from the other", window="two", sequence=1)
    assert refusal.value.stored == {"rating": "met", "rationale": "from one window"}
    kept = keep(review, author, ASKED[0], PARTLY, "from both", revision=refusal.value.version)
    assert kept.revision == 2


def test_an_expectation_that_is_not_rated_is_refused(review):
    with pytest.raises(InvalidError):
        keep(review, review.reviewers[0], "swe.systemic-improvements")


@pytest.mark.parametrize("who", ["amara", "manager", "hr", "chair", "stranger"])
def test_whoever_holds_no_seat_keeps_nothing_and_hands_nothing_in(review, who):
    person = getattr(review.firm, who)
    with pytest.raises(MissingError):
        keep(review, person, ASKED[0])
    with pytest.raises(MissingError), transaction():
        ratings.hand_in(the_case(review), by=by(person), at=now())


def test_whoever_is_recused_after_being_seated_keeps_nothing_any_more(review):
    make.recuse(the_case(review), review.reviewers[0])
    with pytest.raises(MissingError):
        keep(review, review.reviewers[0], ASKED[0])


# Handing in ----------------------------------------------------------------------------


def test_handing_in_writes_every_rating_once_with_one_quiet_audit_row(review, session):
    hand_in(review, review.reviewers[0])
    assert given_rows(session) == len(ASKED)
    rows = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.RATINGS_GIVEN)).all()
    assert [(row.subject_id, row.object_id) for row in rows] == [(None, review.id)]
    assert "E1 shows it." not in str(rows[0].details)
    with pytest.raises(NotAllowedNowError):
        hand_in(review, review.reviewers[0])
    assert given_rows(session) == len(ASKED)


def test_what_is_not_whole_is_named_and_nothing_is_handed_in(review, session):
    author = review.reviewers[0]
    keep(review, author, ASKED[0], MET, "It is good work.")
    with pytest.raises(ratings.UnratedError) as refusal, transaction():
        ratings.hand_in(the_case(review), by=by(author), at=now())
    assert refusal.value.faults == {ASKED[0]: ("cites_nothing",), ASKED[1]: ("rating",)}
    assert given_rows(session) == 0
    assert audit_rows(session, Tag.RATINGS_GIVEN) == 0


@pytest.mark.parametrize(
    ("rating", "rationale", "missing", "is_whole"),
    [
        (MET, "E1 shows it.", "", True),
        (MET, "It is there.", "", False),
        (NOT_MET, "It is not there.", "A design of her own.", True),
        (MET, "E2 shows it.", "", False),
        (CANNOT, "I do not know the domain.", "", True),
        (CANNOT, "E1", "", False),
        (MET, "E1", "", False),
    ],
)
def test_a_rating_cites_a_piece_or_names_what_is_missing(review, rating, rationale, missing, is_whole):
    author = review.reviewers[0]
    draft_all(review, author, rating, rationale=rationale, missing=missing)
    if is_whole:
        with transaction():
            ratings.hand_in(the_case(review), by=by(author), at=now())
        return
    with pytest.raises(ratings.UnratedError), transaction():
        ratings.hand_in(the_case(review), by=by(author), at=now())


def test_after_the_due_day_drafts_stay_and_handing_in_waits_for_an_extension(review, clock):
    author = review.reviewers[0]
    draft_all(review, author)
    due = review.cycle.review_due
    clock.stand_still(now() + timedelta(days=8))
    keep(review, author, ASKED[0], PARTLY, "E1 shows half of it.", revision=1)
    with pytest.raises(NotAllowedNowError, match="were due on"), transaction():
        ratings.hand_in(the_case(review), by=by(author), at=now())
    with transaction() as session:
        session.add(
            CycleStep(
                cycle_id=review.cycle.id,
                case_id=review.id,
                at=now(),
                kind="extend",
                deadline="review_due",
                day=due + timedelta(days=7),
            )
        )
    with transaction():
        ratings.hand_in(the_case(review), by=by(author), at=now())


# The end of blindness --------------------------------------------------------------------


def test_the_last_reviewer_opens_the_ratings_and_the_case_is_rated(review, session):
    for one in review.reviewers[:2]:
        hand_in(review, one)
        assert the_case(review).lifted_at is None
        assert ratings_of(review.id).rows == ()
    hand_in(review, review.reviewers[2])
    case = the_case(review)
    assert (case.state, case.lifted_at, case.lifted_by_id) == (CaseState.RATED, now(), None)
    assert len(ratings_of(review.id).rows) == 3 * len(ASKED)
    assert audit_rows(session, Tag.ROUND_LIFTED) == 1


def test_chair_and_hr_are_told_a_number_and_nothing_else(review):
    hand_in(review, review.reviewers[0])
    found = count_of(review.id)
    assert (found.held, found.submitted, found.quorum, found.missing) == (3, 1, 3, 2)


def test_a_panel_below_its_quorum_waits_for_who_steps_in(review):
    make.recuse(the_case(review), review.reviewers[2])
    for one in review.reviewers[:2]:
        hand_in(review, one)
    assert the_case(review).lifted_at is None
    make.seat(the_case(review), review.firm.chair, drawn_by="substitute")
    hand_in(review, review.firm.chair)
    assert the_case(review).state is CaseState.RATED


def test_the_chair_closes_the_round_once_the_quorum_is_in(review, session):
    make.seat(the_case(review), review.firm.chair)
    for one in review.reviewers[:2]:
        hand_in(review, one)
    with pytest.raises(IncompleteError, match="2 of the 3"):
        close(review)
    hand_in(review, review.reviewers[2])
    draft_all(review, review.firm.chair)
    close(review)
    case = the_case(review)
    assert (case.state, case.lifted_by_id) == (CaseState.RATED, review.firm.chair.id)
    with pytest.raises(NotAllowedNowError), transaction():
        ratings.hand_in(the_case(review), by=by(review.firm.chair), at=now())
    with pytest.raises(NotAllowedNowError):
        keep(review, review.firm.chair, ASKED[0], PARTLY)
    with pytest.raises(NotAllowedNowError):
        close(review)
    assert given_rows(session) == 3 * len(ASKED)


def test_ratings_of_a_seat_that_ended_count_no_more(review):
    for one in review.reviewers:
        hand_in(review, one)
    with transaction():
        seat = find_seat(review.id, review.reviewers[0].id)
        seat.ended_at, seat.ended_reason = now(), "recused"
    assert set(ratings_of(review.id).reviewers) == {one.id for one in review.reviewers[1:]}


def test_ratings_of_who_became_a_manager_above_the_candidate_count_no_more_from_that_day(review):
    for one in review.reviewers:
        hand_in(review, one)
    first, second, third = review.reviewers
    with transaction():
        people.set_manager(review.firm.manager, first, from_on=TODAY, by=SYSTEM, at=now())
    make.recuse(the_case(review), second, reason="manager")
    assert set(ratings_of(review.id).reviewers) == {third.id}
    assert {one.reviewer_id for one in given_in(frozenset({review.id}))[review.id]} == {third.id}
    assert (count_of(review.id).held, count_of(review.id).submitted) == (1, 1)
    assert recommendation_of(the_case(review)).recommendation is Recommendation.CANNOT_TELL


# Worked vectors ----------------------------------------------------------------------------

VECTORS = [
    # the three ratings of each expectation, what they say of it, and what the case amounts to
    (("222", "223"), (Finding.PASSES, Finding.PASSES), Recommendation.PROMOTE),
    (("122", "222"), (Finding.PASSES, Finding.PASSES), Recommendation.PROMOTE),
    (("112", "222"), (Finding.FAILS, Finding.PASSES), Recommendation.NOT_YET),
    (("12-", "222"), (Finding.FAILS, Finding.PASSES), Recommendation.NOT_YET),
    (("2--", "222"), (Finding.NONE, Finding.PASSES), Recommendation.CANNOT_TELL),
    (("2--", "000"), (Finding.NONE, Finding.FAILS), Recommendation.CANNOT_TELL),
    (("22-", "033"), (Finding.PASSES, Finding.PASSES), Recommendation.PROMOTE),
]


@pytest.mark.parametrize(("signs", "findings", "recommended"), VECTORS)
def test_what_is_handed_in_amounts_to_the_recommendation_of_the_rule(review, signs, findings, recommended):
    for place, author in enumerate(review.reviewers):
        for one, row in zip(ASKED, signs, strict=True):
            keep(review, author, one, SIGNS[row[place]], "E1 is what I judge by.")
        with transaction():
            ratings.hand_in(the_case(review), by=by(author), at=now())
    found = ratings_of(review.id).recommended(ASKED)
    assert found.recommendation is recommended
    assert tuple(found.findings[one] for one in ASKED) == findings


# Afterwards ------------------------------------------------------------------------------------


@pytest.fixture
def lifted(review):
    """Return the case with three ratings of each expectation, open."""
    for place, author in enumerate(review.reviewers):
        hand_in(review, author, PARTLY if place < 2 else MET)
    return review


def change(review, person, rating=MET, **more):
    values = {"rationale": "E1 convinced me after all.", "reason": "Dolores showed the second half.", **more}
    with transaction():
        return ratings.change_rating(
            the_case(review), ASKED[0], rating, values.pop("rationale"), by=by(person), at=now(), **values
        )


def test_a_change_stands_beside_the_first_and_only_the_latest_counts(lifted, session):
    assert ratings_of(lifted.id).recommended(ASKED).recommendation is Recommendation.NOT_YET
    row = change(lifted, lifted.reviewers[0])
    assert row.number == 2
    found = ratings_of(lifted.id)
    assert [one.rating for one in found.all_of(ASKED[0], lifted.reviewers[0].id)] == [PARTLY, MET]
    assert sorted(one.rating for one in found.first()[ASKED[0]]) == sorted([PARTLY, PARTLY, MET])
    assert sorted(one.rating for one in found.latest()[ASKED[0]]) == sorted([MET, PARTLY, MET])
    event = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.RATING_CHANGED)).one()
    assert event.subject_id is None
    assert "Dolores" not in str(event.details)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"rationale": "Good work all round."}, "rationale"),
        ({"rating": PARTLY, "rationale": "E1 shows it."}, "rating"),
    ],
)
def test_a_change_needs_a_reason_a_citation_and_a_difference(lifted, more, field):
    with pytest.raises(InvalidError) as refusal:
        change(lifted, lifted.reviewers[0], **more)
    assert refusal.value.field == field


def test_two_windows_that_change_one_rating_do_not_overwrite_each_other(lifted):
    change(lifted, lifted.reviewers[0], seen=1)
    with pytest.raises(ConflictError) as refusal:
        change(lifted, lifted.reviewers[0], EXCEEDED, seen=1)
    assert refusal.value.version == 2


def test_nothing_is_changed_while_blind_nor_once_decided_nor_by_others(review):
    hand_in(review, review.reviewers[0])
    with pytest.raises(NotAllowedNowError):
        change(review, review.reviewers[0])
    for one in review.reviewers[1:]:
        hand_in(review, one)
    with pytest.raises(MissingError):
        change(review, review.firm.chair)
    with transaction():
        the_case(review).state = CaseState.DECIDED
    with pytest.raises(NotAllowedNowError):
        change(review, review.reviewers[0])
