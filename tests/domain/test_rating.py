from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from app.domain.rating import Answer, Rating, Truth, at_least, conjunction, latest_answer, latest_rating
from tests.factories.facts import make_answer

TODAY = date(2026, 11, 21)


def test_ratings_stand_in_order_lowest_first():
    assert sorted(Rating, key=lambda rating: rating.order) == [
        Rating.NOT_MET,
        Rating.PARTLY_MET,
        Rating.MET,
        Rating.EXCEEDED,
    ]


def test_met_and_exceeded_are_met():
    assert [rating for rating in Rating if rating.is_met] == [Rating.MET, Rating.EXCEEDED]


@pytest.mark.parametrize(
    "higher,lower,steps",
    [(Rating.MET, Rating.NOT_MET, 2), (Rating.MET, Rating.MET, 0), (Rating.PARTLY_MET, Rating.EXCEEDED, -2)],
)
def test_distance_of_ratings_is_counted_in_steps(higher, lower, steps):
    assert higher.steps_above(lower) == steps


def test_every_answer_but_no_opportunity_is_a_rating():
    assert [answer.rating for answer in Answer] == [*Rating, None]


def test_kleene_conjunction_is_the_least_of_its_values():
    order = [Truth.FALSE, Truth.UNKNOWN, Truth.TRUE]
    for length in range(1, 4):
        for values in product(order, repeat=length):
            assert conjunction(values) is min(values, key=order.index)


def test_conjunction_of_nothing_holds():
    assert conjunction([]) is Truth.TRUE


@pytest.mark.parametrize(
    "true,unknown,expected",
    [(2, 0, Truth.TRUE), (3, 0, Truth.TRUE), (1, 1, Truth.UNKNOWN), (0, 2, Truth.UNKNOWN), (1, 0, Truth.FALSE)],
)
def test_two_of_some_values_are_counted_three_valued(true, unknown, expected):
    assert at_least(2, true=true, unknown=unknown) is expected


def test_the_last_rating_counts_in_whatever_order_answers_come():
    first, last = make_answer("not_met", date(2026, 3, 1)), make_answer("met", date(2026, 3, 2))
    assert latest_rating([first, last], TODAY) is latest_rating([last, first], TODAY) is last


def test_no_opportunity_is_the_last_answer_but_never_the_last_rating():
    rated, passed = make_answer("met", date(2026, 3, 1)), make_answer("no_opportunity", date(2026, 9, 1))
    assert latest_answer([rated, passed], TODAY) is passed
    assert latest_rating([rated, passed], TODAY) is rated


def test_answers_given_after_the_day_are_not_known_yet():
    rated, later = make_answer("met", TODAY), make_answer("not_met", date(2026, 11, 22))
    assert latest_rating([rated, later], TODAY) is latest_answer([later, rated], TODAY) is rated


def test_of_two_ratings_at_one_moment_the_lower_counts():
    lower, higher = make_answer("partly_met"), make_answer("exceeded")
    assert latest_rating([lower, higher], TODAY) is latest_rating([higher, lower], TODAY) is lower


def test_without_an_answer_there_is_no_rating():
    assert latest_answer([], TODAY) is None
    assert latest_rating([make_answer("no_opportunity")], TODAY) is None


def test_a_rating_keeps_its_author():
    given = make_answer("met", author="former manager")
    assert given.author_id == make_answer("not_met", author="former manager").author_id
    assert given.rating is Rating.MET
