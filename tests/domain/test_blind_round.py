"""When ratings open, as a full table of how many reviewers there are, how many are in, and the quorum."""

from __future__ import annotations

import pytest

from app.domain.blind_round import BlindRound

TABLE = [
    # held, submitted, quorum, may the chair close it, does it open by itself
    (0, 0, 3, False, False),
    (3, 0, 3, False, False),
    (3, 2, 3, False, False),
    (3, 3, 3, True, True),
    (5, 3, 3, True, False),
    (5, 4, 3, True, False),
    (5, 5, 3, True, True),
    (2, 2, 3, False, False),
    (1, 1, 1, True, True),
]


@pytest.mark.parametrize(("held", "submitted", "quorum", "may_close", "opens"), TABLE)
def test_a_round_opens_when_all_are_in_and_may_be_closed_from_the_quorum_on(held, submitted, quorum, may_close, opens):
    found = BlindRound(held, submitted, quorum)
    assert (found.has_quorum, found.opens_by_itself) == (may_close, opens)
    assert found.missing == held - submitted
