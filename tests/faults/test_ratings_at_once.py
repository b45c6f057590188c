"""Ratings under load: 50 equal submissions give one, and one that races the close is counted or refused, never both."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.committee import CommitteeRating
from app.domain.errors import DomainError
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.promotion import queries
from app.promotion.actions import ratings
from app.promotion.models import CaseStep, GivenRating, PanelSeat
from app.promotion.queries.ratings import ratings_of
from tests.factories import promotion as make

ASKED = ("swe.design-significant-features", "swe.coach-juniors")
SUBMISSIONS = 50
ROUNDS = [2, pytest.param(60, marks=pytest.mark.long)]


@pytest.fixture
def app(raced_app):
    """Return the application on a fresh database of each kind in turn."""
    return raced_app


@pytest.fixture
def firm(app):
    return make.make_firm(reviewers=4)


def make_review(firm):
    """Return a case whose four reviewers have drafts of everything; a quorum is three."""
    cycle = make.make_cycle(firm, state=CycleState.REVIEW)
    case = make.make_case(cycle, rated=ASKED, pieces=[{"title": "A design"}])
    for person in firm.reviewers:
        make.seat(case, person)
        with transaction():
            for one in ASKED:
                ratings.keep_draft(
                    queries.get_case(case.id), one, CommitteeRating.MET, "E1 shows it.", by=Author(person.id), at=now()
                )
    # Ids alone: a row of the test's own session would be read anew by several threads at once.
    return SimpleNamespace(id=case.id, chair=firm.chair.id, reviewers=[one.id for one in firm.reviewers])


def hand_in(review, person_id):
    with transaction():
        ratings.hand_in(queries.get_case(review.id), by=Author(person_id), at=now())


def close(review):
    with transaction():
        ratings.close_round(queries.get_case(review.id), by=Author(review.chair), at=now())


def count(table, *where):
    return db.session.scalar(select(func.count()).select_from(table).where(*where))


def test_fifty_equal_submissions_give_one_rating_each_and_one_audit_row(firm, client_for, at_once):
    review = make_review(firm)
    client = client_for(firm.reviewers[0])
    form = client.get(f"/promotions/cases/{review.id}/review/summary").form(ending="/hand-in")
    # Half of them are the same submit sent again, the others come from windows of their own.
    keys = [None if number % 2 else f"window-{number}" for number in range(SUBMISSIONS)]
    acts = [
        (lambda key=key: client.send(form, **({"idempotency_key": key} if key else {})).status)  # the form of each
        for key in keys
    ]
    statuses = at_once(acts)
    assert set(statuses) <= {302, 409}
    assert 302 in statuses
    assert count(GivenRating, GivenRating.case_id == review.id) == len(ASKED)
    assert count(AuditEvent, AuditEvent.tag == Tag.RATINGS_GIVEN) == 1


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_rating_that_races_the_close_is_counted_or_refused_and_never_both(firm, at_once, rounds):
    for _ in range(rounds):
        review = make_review(firm)
        *quorum, last = review.reviewers
        for person_id in quorum:
            hand_in(review, person_id)
        came, closed = at_once([lambda: hand_in(review, last), lambda: close(review)])  # noqa: B023 - run at once
        case, given = queries.get_case(review.id), ratings_of(review.id)
        assert case.state is CaseState.RATED
        assert case.lifted_at is not None
        assert count(CaseStep, CaseStep.case_id == review.id, CaseStep.event == "close_rating") == 1
        seat = db.session.scalars(
            select(PanelSeat).where(PanelSeat.case_id == review.id, PanelSeat.person_id == last)
        ).one()
        is_counted = last in given.reviewers
        assert is_counted == (came is None) == (seat.submitted_at is not None)
        # One of the two opened the ratings, and the other was told that it came too late.
        assert is_counted == isinstance(closed, DomainError)
        assert (case.lifted_by_id == review.chair) == (closed is None)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_reviewers_who_hand_in_at_the_same_moment_are_all_counted_and_open_the_ratings_once(firm, at_once, rounds):
    for _ in range(rounds):
        review = make_review(firm)
        results = at_once([lambda one=one: hand_in(review, one) for one in review.reviewers])  # noqa: B023 - run at once
        assert results == [None] * len(review.reviewers)
        assert queries.get_case(review.id).state is CaseState.RATED
        assert count(GivenRating, GivenRating.case_id == review.id) == len(review.reviewers) * len(ASKED)
        assert count(AuditEvent, AuditEvent.tag == Tag.ROUND_LIFTED, AuditEvent.object_id == review.id) == 1


def test_a_draft_that_races_the_hand_in_is_in_it_or_refused(firm, at_once):
    for number in range(2):
        review = make_review(firm)
        author = review.reviewers[0]

        def keep(review=review, author=author, number=number):
            with transaction():
                ratings.keep_draft(
                    queries.get_case(review.id),
                    ASKED[0],
                    CommitteeRating.PARTLY_MET,
                    f"E1 shows half, {number}.",
                    revision=1,
                    by=Author(author),
                    at=now(),
                )

        kept, _ = at_once([keep, lambda review=review, author=author: hand_in(review, author)])
        words = db.session.scalars(
            select(GivenRating.rationale).where(
                GivenRating.case_id == review.id, GivenRating.expectation_id == ASKED[0]
            )
        ).one()
        assert (words == f"E1 shows half, {number}.") == (kept is None)
