from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.bar import bar_for, next_targets, points_total
from app.domain.evidence import Further, Leave
from app.domain.ladder import Aggregation, AggregationRule, PointsTable
from app.domain.rating import Truth
from app.domain.readiness import (
    BlockerGroup,
    Facts,
    Status,
    Verdict,
    Waiver,
    evidenced_levels,
    readiness,
    report,
)
from tests.factories.facts import make_answer, make_piece, make_spell, make_waiver, named
from tests.factories.ladders import make_expectation, make_ladder

TODAY = date(2026, 11, 21)
LADDER = make_ladder(
    make_expectation("a1"),
    make_expectation("a2", step=2),
    make_expectation("q1", "quality"),
    make_expectation("q3", "quality", 3),
)
FORKED = {"L1": ("L3", "M2"), "L3": (), "M2": ("M4",), "M4": ()}


def known(*met: str, **more) -> Facts:
    """Facts of somebody whose manager rated the named expectations met, with a fresh piece for each."""
    pieces = {expectation: [make_piece(date(2026, 6, 1))] for expectation in met}
    answers = {expectation: [make_answer("met")] for expectation in met}
    return Facts(
        pieces=pieces | more.pop("pieces", {}), manager_answers=answers | more.pop("manager_answers", {}), **more
    )


def standing_on(expectation: str, facts: Facts, target: str = "L1"):
    return readiness(LADDER, target, facts, TODAY).standing(expectation)


# Status of one expectation


@pytest.mark.parametrize("answer", ["not_met", "partly_met", "met", "exceeded"])
def test_with_sufficient_evidence_the_status_is_the_managers_rating(answer):
    assert standing_on("a1", known("a1", manager_answers={"a1": [make_answer(answer)]})).status == answer


@pytest.mark.parametrize("answer,status", [("not_met", "not_met"), ("met", "unproven"), ("exceeded", "unproven")])
def test_without_evidence_a_good_rating_is_unproven_and_a_poor_one_stays(answer, status):
    found = standing_on("a1", Facts(manager_answers={"a1": [make_answer(answer)]}))
    assert found.status == status
    assert [missing.phrase for missing in found.missing] == (["0 of 1 piece"] if status == "unproven" else [])


@pytest.mark.parametrize(
    "status,truth",
    [
        ("waived", Truth.TRUE),
        ("banked", Truth.TRUE),
        ("met", Truth.TRUE),
        ("exceeded", Truth.TRUE),
        ("not_met", Truth.FALSE),
        ("partly_met", Truth.FALSE),
        ("unproven", Truth.FALSE),
        ("unassessed", Truth.UNKNOWN),
    ],
)
def test_only_an_unassessed_expectation_is_unknown(status, truth):
    assert Status(status).truth is truth


def test_the_self_rating_is_shown_beside_and_never_used():
    found = standing_on("a1", known("a1", manager_answers={"a1": []}, self_answers={"a1": [make_answer("exceeded")]}))
    assert (found.status, found.self_rating.rating) == ("unassessed", "exceeded")
    assert found.self_gap is None
    assert not found.needs_conversation


@pytest.mark.parametrize(
    "own,managers,gap,talk",
    [
        ("met", "not_met", 2, True),
        ("exceeded", "met", 1, False),
        ("not_met", "met", -2, False),
        ("met", "met", 0, False),
    ],
)
def test_a_self_rating_two_steps_above_the_managers_asks_for_a_conversation(own, managers, gap, talk):
    facts = known(manager_answers={"a1": [make_answer(managers)]}, self_answers={"a1": [make_answer(own)]})
    found = standing_on("a1", facts)
    assert (found.self_gap, found.needs_conversation) == (gap, talk)


def test_without_a_self_rating_there_is_no_gap():
    assert standing_on("a1", known("a1", self_answers={"a1": [make_answer("no_opportunity")]})).self_gap is None


@pytest.mark.parametrize("given_on,is_old", [(date(2025, 11, 21), False), (date(2025, 11, 20), True)])
def test_a_rating_older_than_twelve_months_is_flagged_and_still_counts(given_on, is_old):
    found = standing_on("a1", known("a1", manager_answers={"a1": [make_answer("met", given_on)]}))
    assert (found.is_rating_old, found.status) == (is_old, "met")


def test_twelve_months_before_a_leap_day_are_counted_from_the_28th():
    leap_day = date(2028, 2, 29)
    for given_on, is_old in ((date(2027, 2, 28), False), (date(2027, 2, 27), True)):
        facts = known("a1", manager_answers={"a1": [make_answer("met", given_on)]})
        assert readiness(LADDER, "L1", facts, leap_day).standing("a1").is_rating_old is is_old


def test_an_old_rating_is_not_flagged_where_the_level_held_decides():
    facts = known(manager_answers={"a1": [make_answer("met", date(2024, 1, 1))]}, spells=[make_spell("L1")])
    found = standing_on("a1", facts)
    assert (found.status, found.is_rating_old) == ("banked", False)


def test_no_opportunity_is_noted_only_where_nothing_was_rated():
    passed, rated = make_answer("no_opportunity"), make_answer("met", date(2026, 5, 1))
    assert standing_on("a1", known(manager_answers={"a1": [passed]})).had_no_opportunity
    assert not standing_on("a1", known()).had_no_opportunity
    assert not standing_on("a1", known("a1", manager_answers={"a1": [rated, passed]})).had_no_opportunity


def test_a_rating_keeps_the_author_who_is_no_longer_the_manager():
    facts = known("a1", manager_answers={"a1": [make_answer("met", author="former manager")]})
    assert standing_on("a1", facts).rating.author_id == named("former manager")


# Waivers and banked levels


@pytest.mark.parametrize(
    "manager,hr,holds",
    [
        (TODAY, TODAY, True),
        (TODAY, None, False),
        (None, TODAY, False),
        (TODAY, date(2026, 11, 22), False),
    ],
)
def test_a_waiver_needs_hr_and_manager_by_the_day(manager, hr, holds):
    assert Waiver("Not part of this job.", manager, hr).holds_on(TODAY) is holds


def test_a_waiver_comes_before_everything_else():
    facts = known(
        manager_answers={"a1": [make_answer("not_met")]}, waivers={"a1": make_waiver()}, spells=[make_spell("L1")]
    )
    found = standing_on("a1", facts)
    assert (found.status, found.is_slipped, found.waiver) == ("waived", False, make_waiver())


def test_a_waiver_that_does_not_hold_is_not_shown_as_one():
    facts = known(waivers={"a1": Waiver("Not part of this job.", TODAY, None)})
    assert (standing_on("a1", facts).status, standing_on("a1", facts).waiver) == ("unassessed", None)


def test_a_rating_of_the_morning_does_not_undo_the_grant_of_the_afternoon():
    granted = make_spell("L1", TODAY, recorded_at=datetime(2026, 11, 21, 14, tzinfo=UTC))
    morning, evening = (make_answer("partly_met", TODAY, hour=hour) for hour in (9, 18))
    assert standing_on("a1", known(manager_answers={"a1": [morning]}, spells=[granted])).status == "banked"
    assert standing_on("a1", known(manager_answers={"a1": [evening]}, spells=[granted])).is_slipped


def test_a_level_above_the_target_banks_the_target():
    found = readiness(LADDER, "L1", known(spells=[make_spell("L2")]), TODAY)
    assert (found.verdict, found.evidenced_level.id) == ("ready", "L1")


def test_an_optional_expectation_may_slip_without_blocking():
    ladder = make_ladder(make_expectation("a1"), make_expectation("o1", required=False))
    facts = known(manager_answers={"o1": [make_answer("not_met")]}, spells=[make_spell("L1")])
    found = readiness(ladder, "L1", facts, TODAY)
    assert (found.standing("o1").is_slipped, found.blockers, found.of) == (True, (), 1)


# The report


def test_standings_cover_what_the_target_demands_in_ladder_order():
    found = readiness(LADDER, "L2", known(), TODAY)
    assert [standing.expectation.id for standing in found.standings] == ["a1", "a2", "q1"]
    assert [(standing.competency.id, standing.level.id) for standing in found.standings] == [
        ("delivery", "L1"),
        ("delivery", "L2"),
        ("quality", "L1"),
    ]
    with pytest.raises(KeyError):
        found.standing("q3")


def test_cells_say_what_holds_and_where_nothing_is_stated():
    found = readiness(LADDER, "L3", known("a1", "a2", "q1"), TODAY)
    assert [(cell.competency.id, cell.level.id, cell.truth, cell.met, cell.short) for cell in found.cells] == [
        ("delivery", "L1", Truth.TRUE, 1, 0),
        ("delivery", "L2", Truth.TRUE, 1, 0),
        ("delivery", "L3", None, 0, 0),
        ("quality", "L1", Truth.TRUE, 1, 0),
        ("quality", "L2", None, 0, 0),
        ("quality", "L3", Truth.UNKNOWN, 0, 1),
    ]


@pytest.mark.parametrize("met,level", [((), None), (("a1",), None), (("a1", "q1"), "L1"), (("a1", "q1", "a2"), "L2")])
def test_a_level_is_evidenced_only_when_everything_up_to_it_holds(met, level):
    found = readiness(LADDER, "L3", known(*met), TODAY)
    assert (found.evidenced_level and found.evidenced_level.id) == level


def test_the_level_evidenced_may_differ_from_the_level_held():
    facts = known("q1", manager_answers={"a1": [make_answer("not_met")]}, spells=[make_spell("L2")])
    assert readiness(LADDER, "L3", facts, TODAY).evidenced_level is None


def test_a_blocker_says_what_further_evidence_would_do():
    found = readiness(LADDER, "L1", known("q1", manager_answers={"a1": [make_answer("met")]}), TODAY)
    (blocker,) = found.blockers
    assert (blocker.group, blocker.further.pieces, blocker.cell.short) == (BlockerGroup.UNPROVEN, 1, 1)
    assert isinstance(blocker.further, Further)
    assert not blocker.is_one_of_several


def test_a_blocker_with_enough_evidence_lacks_a_rating_only():
    found = readiness(LADDER, "L1", known("a1", "q1", manager_answers={"a1": []}), TODAY)
    assert [(blocker.group, blocker.further) for blocker in found.blockers] == [("unassessed", None)]


def test_leave_reaches_what_a_blocker_asks_for():
    ladder = make_ladder(make_expectation("a1", min_count=2, span_days=90))
    facts = Facts(
        pieces={"a1": [make_piece(date(2026, 6, 1))]},
        manager_answers={"a1": [make_answer("met")]},
        leaves=[Leave(date(2026, 7, 1))],
    )
    (blocker,) = readiness(ladder, "L1", facts, TODAY).blockers
    assert (blocker.further.later_from, blocker.further.while_until) == (date(2026, 8, 30), None)


def test_one_artefact_may_serve_many_expectations():
    piece = make_piece(date(2026, 6, 1))
    facts = known("a1", "q1", pieces={"a1": [piece], "q1": [piece]})
    assert readiness(LADDER, "L1", facts, TODAY).verdict == "ready"


def test_facts_about_other_ladders_are_ignored():
    facts = known("a1", "q1", "tech.keeps-calm")
    assert readiness(LADDER, "L1", facts, TODAY) == readiness(LADDER, "L1", replace(facts, spells=[]), TODAY)
    assert readiness(LADDER, "L1", facts, TODAY).of == 2


def test_the_share_met_is_rounded_down_so_that_100_means_all():
    ladder = make_ladder(*(make_expectation(f"e{number}") for number in range(201)))
    met = [f"e{number}" for number in range(201)]
    assert readiness(ladder, "L1", known(*met[:200]), TODAY).percent_met == 99
    assert readiness(ladder, "L1", known(*met), TODAY).percent_met == 100


def test_a_target_that_requires_nothing_is_met_in_full():
    found = readiness(make_ladder(make_expectation("o1", required=False)), "L1", known(), TODAY)
    assert (found.verdict, found.percent_met, found.of) == ("ready", 100, 0)


def test_one_bar_serves_many_people():
    bar = bar_for(LADDER, "L2")
    for facts in (known(), known("a1", "a2", "q1")):
        assert report(bar, facts, TODAY) == readiness(LADDER, "L2", facts, TODAY)
    found = report(bar, known(), TODAY)
    assert (found.target.id, found.on, found.bar.ladder.version) == ("L2", TODAY, "1.0.0")


def test_verdicts_stand_in_order():
    assert sorted(Verdict, key=lambda verdict: verdict.order) == ["not_yet", "cannot_tell", "ready"]


def test_an_unknown_target_is_a_fault_of_the_caller():
    with pytest.raises(KeyError):
        readiness(LADDER, "L9", known(), TODAY)


# How cells are joined


def with_rule(rule: Aggregation):
    return make_ladder(
        make_expectation("a1"),
        make_expectation("b1"),
        make_expectation("c1"),
        aggregation={("delivery", "L1"): rule},
    )


def test_what_a_k_of_n_cell_can_spare_is_unmet_but_blocks_nothing():
    ladder = with_rule(Aggregation(AggregationRule.K_OF_N, k=2))
    found = readiness(ladder, "L1", known("a1", "b1"), TODAY)
    assert (found.verdict, found.blockers) == ("ready", ())
    assert [standing.expectation.id for standing in found.unmet] == ["c1"]
    assert (found.met, found.of, found.percent_met) == (2, 3, 66)


def test_blockers_of_a_k_of_n_cell_are_one_of_several():
    ladder = with_rule(Aggregation(AggregationRule.K_OF_N, k=2))
    found = readiness(ladder, "L1", known("a1"), TODAY)
    assert [(blocker.standing.expectation.id, blocker.is_one_of_several) for blocker in found.blockers] == [
        ("b1", True),
        ("c1", True),
    ]
    assert found.blockers[0].cell.short == 1


def test_an_optional_expectation_counts_for_nothing_in_a_k_of_n_cell():
    ladder = make_ladder(
        make_expectation("a1"),
        make_expectation("b1"),
        make_expectation("o1", required=False),
        aggregation={("delivery", "L1"): Aggregation(AggregationRule.K_OF_N, k=2)},
    )
    assert readiness(ladder, "L1", known("a1", "o1"), TODAY).verdict == "cannot_tell"


def test_points_never_decide():
    ladder = with_rule(Aggregation(AggregationRule.POINTS))
    assert readiness(ladder, "L1", known("a1", "b1"), TODAY).verdict == "cannot_tell"
    assert readiness(ladder, "L1", known("a1", "b1", "c1"), TODAY).verdict == "ready"


def test_a_minimum_step_below_the_cell_leaves_it_without_a_statement():
    ladder = with_rule(Aggregation(AggregationRule.MINIMUM_STEP, step=0))
    found = readiness(ladder, "L1", known(), TODAY)
    assert (found.cells[0].truth, found.of, found.attained[0].is_stated) == (None, 0, False)


# The worked examples of the domain specification, section 4.3
MEDIUM = PointsTable(per_step=(1, 3, 6, 12, 20), levels=())


@pytest.mark.parametrize(
    "steps,points",
    [([5] * 7 + [0] * 9, 140), ([5] * 3, 60), ([4] * 5, 60), ([3] * 16, 96), ([2] * 16, 48), ([1] * 16, 16)],
)
def test_points_hide_different_people_behind_one_number(steps, points):
    assert points_total(MEDIUM, {f"track {number}": step for number, step in enumerate(steps)}) == points


# Targets


def test_the_next_targets_are_those_that_follow_the_level_held():
    forked = make_ladder(make_expectation("a1"), following=FORKED)
    assert [level.id for level in next_targets(forked, "L1")] == ["L3", "M2"]
    assert [level.id for level in next_targets(forked, "M2")] == ["M4"]


def test_at_the_top_of_the_ladder_there_is_no_target():
    assert next_targets(LADDER, "L3") == ()


@pytest.mark.parametrize("held", [None, "T1"])
def test_without_a_level_on_the_ladder_its_first_level_is_the_target(held):
    assert [level.id for level in next_targets(LADDER, held)] == ["L1"]


def test_evidenced_levels_are_told_per_branch_without_repeats():
    forked = make_ladder(
        make_expectation("a1"),
        make_expectation("p2", "people", 2),
        following=FORKED,
        profiles={"L3": {"people": 0}},
    )
    assert evidenced_levels(forked, known(), TODAY) == ()
    assert [level.id for level in evidenced_levels(forked, known("a1"), TODAY)] == ["L1", "L3"]
    assert [level.id for level in evidenced_levels(LADDER, known("a1", "q1"), TODAY)] == ["L1"]
