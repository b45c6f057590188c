"""Which colleagues are asked about a case, and on what."""

from __future__ import annotations

import random

from app.domain.collaborators import Collaborator, Tie, draw, share_out
from tests.factories.facts import named

CYCLE, CASE = named("cycle"), named("case")


def one(name: str, tie: Tie = Tie.TEAM, *touches: str) -> Collaborator:
    return Collaborator(named(name), tie, frozenset(touches))


def drawn(*pool: Collaborator, wanted: int = 3, case=CASE, **more) -> list[Collaborator]:
    return list(draw(pool, wanted=wanted, cycle_id=CYCLE, case_id=case, **more))


def test_those_who_confirmed_come_before_those_who_were_asked_and_these_before_the_team():
    team, asked, confirmed = one("a"), one("b", Tie.ASKED), one("c", Tie.CORROBORATED)

    assert drawn(team, asked, confirmed) == [confirmed, asked, team]


def test_the_last_place_is_for_somebody_whom_the_candidate_did_not_choose():
    chosen = [one(name, Tie.CORROBORATED) for name in "abcd"]
    colleague = one("team")

    found = drawn(*chosen, colleague)
    assert [who.tie for who in found] == [Tie.CORROBORATED, Tie.CORROBORATED, Tie.TEAM]
    assert drawn(*chosen, colleague, wanted=1)[0].tie is Tie.CORROBORATED, "a single place stays with whoever saw most"
    assert colleague not in drawn(*chosen, colleague, has_unchosen=True)
    assert len(drawn(*chosen)) == 3, "without a team all places go to those who were chosen"


def test_equals_are_drawn_by_a_hash_that_no_order_of_the_pool_changes():
    pool = [one(f"person {number}") for number in range(12)]
    shuffled = random.Random(1).sample(pool, len(pool))

    assert drawn(*pool) == drawn(*shuffled)
    assert drawn(*pool) != drawn(*pool, case=named("another case"))


def test_nobody_excluded_is_drawn_and_a_small_pool_gives_fewer():
    assert drawn(one("a"), one("b"), excluded={named("a")}) == [one("b")]
    assert drawn() == []
    assert drawn(one("a"), wanted=0) == []


def test_a_colleague_is_asked_about_what_their_corroborations_touch():
    shares = share_out(
        [one("a", Tie.CORROBORATED, "x3", "x1", "elsewhere")], expectations=["x1", "x2", "x3"], pieces={}
    )

    assert shares == {named("a"): ("x1", "x3")}


def test_of_many_touched_expectations_the_three_with_the_least_evidence_are_asked_about():
    touched = one("a", Tie.CORROBORATED, "x1", "x2", "x3", "x4")

    shares = share_out([touched], expectations=["x1", "x2", "x3", "x4"], pieces={"x1": 5, "x2": 1, "x4": 1})
    assert shares == {named("a"): ("x2", "x3", "x4")}


def test_who_touches_nothing_is_asked_where_the_least_is_known_and_not_all_about_the_same():
    expectations = [f"x{number}" for number in range(1, 7)]

    shares = share_out([one("a"), one("b")], expectations=expectations, pieces={"x1": 2})
    assert shares == {named("a"): ("x2", "x3", "x4"), named("b"): ("x2", "x5", "x6")}


def test_without_expectations_nobody_is_asked_about_anything():
    assert share_out([one("a")], expectations=[], pieces={}) == {named("a"): ()}
