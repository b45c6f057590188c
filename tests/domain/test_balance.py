"""The two warnings of the domain specification, section 3.6, with their boundaries."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.balance import Balance, Counted, Recency, Reliance, balance, is_in_last_quarter, recency, reliance
from app.domain.evidence import Leave

ON = date(2026, 11, 21)
YEAR = 365


def piece(number: int) -> UUID:
    return UUID(int=number)


def counted(number: int, days_ago: int, *expectations: str, window: int = YEAR) -> list[Counted]:
    return [Counted(one, piece(number), ON - timedelta(days=days_ago), window) for one in expectations or ("a",)]


def pieces(recent: int, older: int) -> list[Counted]:
    found = [one for number in range(recent) for one in counted(number + 1, 3)]
    return found + [one for number in range(older) for one in counted(number + 100, 200)]


@pytest.mark.parametrize(
    "recent, older, warns",
    [(3, 2, False), (6, 4, False), (7, 4, True), (2, 1, True), (3, 0, True), (2, 0, False), (0, 5, False)],
)  # fmt: skip
def test_more_than_sixty_percent_of_three_or_more_pieces_warns(recent, older, warns):
    assert recency(pieces(recent, older), ON) == (Recency(recent, recent + older) if warns else None)


@pytest.mark.parametrize(
    "window, last_age", [(365, 91), (360, 89), (4, 0), (8, 1), (1, 0), (364, 90)]
)  # fmt: skip
def test_last_quarter_ends_before_a_quarter_of_the_window(window, last_age):
    assert is_in_last_quarter(ON - timedelta(days=last_age), window, ON)
    assert not is_in_last_quarter(ON - timedelta(days=last_age + 1), window, ON)


def test_leave_does_not_age_a_piece():
    away = Leave(ON - timedelta(days=60), ON - timedelta(days=10))
    assert not is_in_last_quarter(ON - timedelta(days=120), YEAR, ON)
    assert is_in_last_quarter(ON - timedelta(days=120), YEAR, ON, [away])


def test_a_piece_counts_once_and_is_recent_only_where_every_window_says_so():
    wide = counted(1, 100, "a", window=730) + counted(1, 100, "b", window=365)
    others = counted(2, 1) + counted(3, 1) + counted(4, 300)
    assert recency(wide + others, ON) is None
    assert recency(counted(1, 100, "a", window=730) + others, ON) == Recency(3, 4)


@pytest.mark.parametrize(
    "mine, others, warns",
    [
        ("ab", "cd", False), ("abc", "cd", True), ("abc", "def", False), ("abcd", "efg", True),
        ("abc", "", True), ("ab", "", False),
    ],
)  # fmt: skip
def test_one_artefact_behind_more_than_half_of_three_or_more_expectations_warns(mine, others, warns):
    pairs = counted(1, 30, *mine) + [one for place, name in enumerate(others, 2) for one in counted(place, 30, name)]
    expected = Reliance((piece(1),), len(mine), len({*mine, *others})) if warns else None
    assert reliance(pairs, {}) == expected


def test_pieces_with_the_same_first_link_are_one_artefact():
    pairs = counted(1, 30, "a") + counted(2, 20, "b") + counted(3, 10, "c") + counted(4, 5, "d") + counted(5, 4, "e")
    assert reliance(pairs, {}) is None
    links = {
        piece(1): "https://x.example/1",
        piece(2): "https://X.example/1/",
        piece(3): "https://x.example/1",
        piece(4): "https://x.example/1#further",
        piece(9): "https://z.example/",
    }
    assert reliance(pairs, links) == Reliance((piece(3), piece(2), piece(1)), 3, 5)


def test_of_two_that_support_as_many_the_later_is_named():
    pairs = counted(1, 30, "a", "b", "c") + counted(2, 20, "a", "b", "c")
    assert reliance(pairs, {}) == Reliance((piece(2),), 3, 3)


def test_nothing_counted_says_nothing():
    assert balance([], {}, ON) == Balance()
    assert balance([], {}, ON).is_even


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 364), st.sampled_from("abcdef")), max_size=30),
    st.randoms(use_true_random=False),
)
def test_order_is_irrelevant(rows, random):
    days = {number: age for number, age, _ in rows}
    pairs = list(dict.fromkeys(one for number, _, name in rows for one in counted(number, days[number], name)))
    links = {piece(1): "https://l.example", piece(2): "https://l.example", piece(3): "https://m.example"}
    shuffled = random.sample(pairs, len(pairs))
    assert balance(shuffled, links, ON) == balance(pairs, links, ON)
