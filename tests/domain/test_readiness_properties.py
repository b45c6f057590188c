"""Laws of readiness, over random ladders and people. The order of verdicts is not_yet < cannot_tell < ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.evidence import EvidenceState, Leave, Piece
from app.domain.ladder import Aggregation, AggregationRule, Expectation, Ladder
from app.domain.rating import Answer, GivenAnswer
from app.domain.readiness import Facts, Readiness, Status, Waiver, readiness
from tests.factories.facts import make_answer, make_piece, make_spell, make_waiver
from tests.factories.ladders import make_expectation, make_ladder

TODAY = date(2026, 11, 21)
LEVELS = ("L1", "L2", "L3")
KINDS = ("ticket", "incident", "training")
COLLEAGUES = ("ada", "grace", "linus")
SCALE = ("not_met", "partly_met", "met", "exceeded")
LAWS = settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Case:
    """One random engineer on one random ladder."""

    ladder: Ladder
    target: str
    facts: Facts
    on: date = TODAY

    def report(self) -> Readiness:
        return readiness(self.ladder, self.target, self.facts, self.on)

    def order(self) -> int:
        return self.report().verdict.order


def random_case(random: Random) -> Case:
    """Return a case that lies near the edges: few requirements, ages and spans around the limits of the rules."""
    expectations = [random_expectation(random, number) for number in range(random.randint(1, 6))]
    cells = Counter((e.competency, f"L{e.step}") for e in expectations if e.required)
    rules = {cell: random_rule(random, required) for cell, required in cells.items() if random.random() < 0.4}
    ladder = make_ladder(*expectations, aggregation=rules)
    return Case(
        ladder,
        random.choice(LEVELS),
        Facts(
            pieces={e.id: [random_piece(random) for _ in range(random.randint(0, 4))] for e in expectations},
            manager_answers={e.id: random_answers(random) for e in expectations},
            waivers={e.id: make_waiver() for e in expectations if random.random() < 0.05},
            spells=random_spells(random),
            leaves=[random_leave(random) for _ in range(random.choice((0, 0, 1, 2)))],
        ),
    )


def random_expectation(random: Random, number: int) -> Expectation:
    min_count = random.choice((1, 1, 2))
    return make_expectation(
        f"e{number}",
        random.choice(("delivery", "quality")),
        random.randint(1, 3),
        required=random.random() < 0.8,
        min_count=min_count,
        min_kinds=random.choice((1, 1, min_count)),
        span_days=random.choice((0, 40)) if min_count > 1 else 0,
        window_days=random.choice((60, 100)),
        corroborators=random.choice((0, 0, 1, 2)),
        kinds=random.choice(((), (), KINDS[:2])),
    )


def random_rule(random: Random, required: int) -> Aggregation:
    return Aggregation(random.choice(list(AggregationRule)), k=random.randint(1, required), step=random.randint(0, 3))


def random_piece(random: Random) -> Piece:
    return make_piece(
        TODAY - timedelta(days=random.randint(0, 130)),
        random.choice(KINDS),
        by=random.sample(COLLEAGUES, random.randint(0, 2)),
        state=random.choice((*["shared"] * 6, "draft", "withdrawn")),
        set_aside=random.random() < 0.1,
        name=str(random.random()),
    )


def random_answers(random: Random) -> list[GivenAnswer]:
    words = [random.choice((*SCALE, *["met"] * 6, "no_opportunity")) for _ in range(random.choice((0, 1, 1, 2)))]
    return [make_answer(word, TODAY - timedelta(days=random.randint(0, 500))) for word in words]


def random_spells(random: Random) -> list:
    if random.random() < 0.7:
        return []
    return [make_spell(random.choice(LEVELS), TODAY - timedelta(days=random.choice((0, 200, 400))))]


def random_leave(random: Random) -> Leave:
    start = TODAY - timedelta(days=random.randint(-10, 120))
    return Leave(start, None if random.random() < 0.2 else start + timedelta(days=random.randint(1, 60)))


CASES = st.builds(random_case, st.randoms(use_true_random=False))
RANDOM = st.integers(0, 2**32).map(Random)


def some_expectation(case: Case, random: Random) -> Expectation:
    return random.choice(case.ladder.expectations)


def with_facts(case: Case, **changed) -> Case:
    return replace(case, facts=replace(case.facts, **changed))


@LAWS
@given(CASES, RANDOM)
def test_adding_accepted_evidence_never_lowers_the_verdict(case, random):
    wanted = some_expectation(case, random)
    added = replace(random_piece(random), state=EvidenceState.SHARED, set_aside=False)
    pieces = {**case.facts.pieces, wanted.id: [*case.facts.pieces[wanted.id], added]}
    assert with_facts(case, pieces=pieces).order() >= case.order()


@LAWS
@given(CASES, RANDOM)
def test_raising_a_rating_never_lowers_the_verdict(case, random):
    answers = {expectation: list(given) for expectation, given in case.facts.manager_answers.items()}
    rated = [(e, n) for e, given in answers.items() for n, answer in enumerate(given) if answer.answer in SCALE[:3]]
    for expectation, number in random.sample(rated, min(1, len(rated))):
        given = answers[expectation][number]
        higher = random.choice(SCALE[SCALE.index(given.answer) + 1 :])
        answers[expectation][number] = replace(given, answer=Answer(higher))
    assert with_facts(case, manager_answers=answers).order() >= case.order()


@LAWS
@given(CASES, RANDOM)
def test_recording_leave_never_lowers_the_verdict(case, random):
    leaves = [*case.facts.leaves, random_leave(random)]
    assert with_facts(case, leaves=leaves).order() >= case.order()


@LAWS
@given(CASES, RANDOM)
def test_raising_the_banked_level_never_lowers_the_verdict(case, random):
    held = case.facts.spells[0] if case.facts.spells else None
    higher = LEVELS[LEVELS.index(held.level) :] if held else LEVELS
    since = held.starts_on if held else TODAY - timedelta(days=random.randint(0, 500))
    raised = make_spell(random.choice(higher), since)
    assert with_facts(case, spells=[raised]).order() >= case.order()


@LAWS
@given(CASES, RANDOM)
def test_making_a_requirement_optional_never_lowers_the_verdict_where_all_are_required(case, random):
    ladder = replace(case.ladder, aggregation_overrides={})
    wanted = some_expectation(case, random)
    relaxed = replace(
        ladder,
        expectations=tuple(replace(e, required=False) if e is wanted else e for e in ladder.expectations),
    )
    assert replace(case, ladder=relaxed).order() >= replace(case, ladder=ladder).order()


@LAWS
@given(CASES, st.integers(1, 200))
def test_time_passing_without_new_evidence_never_raises_the_verdict(case, days):
    assert replace(case, on=TODAY + timedelta(days=days)).order() <= case.order()


@LAWS
@given(CASES, RANDOM)
def test_the_order_of_what_is_known_is_irrelevant(case, random):
    def shuffled(entries: Sequence) -> list:
        return random.sample(list(entries), len(entries))

    mixed = with_facts(
        case,
        pieces={expectation: shuffled(pieces) for expectation, pieces in case.facts.pieces.items()},
        manager_answers={expectation: shuffled(given) for expectation, given in case.facts.manager_answers.items()},
        leaves=shuffled(case.facts.leaves),
    )
    found, expected = mixed.report(), case.report()
    assert found.blockers == expected.blockers
    assert (found.verdict, found.attained, found.cells) == (expected.verdict, expected.attained, expected.cells)


@LAWS
@given(CASES)
def test_exceeding_one_expectation_never_compensates_another(case):
    modest = {
        expectation: [
            replace(answer, answer=Answer.MET) if answer.answer is Answer.EXCEEDED else answer for answer in given
        ]
        for expectation, given in case.facts.manager_answers.items()
    }
    found, expected = with_facts(case, manager_answers=modest).report(), case.report()
    assert (found.verdict, found.met, found.attained) == (expected.verdict, expected.met, expected.attained)


@LAWS
@given(CASES)
def test_optional_expectations_never_block(case):
    without = replace(case.ladder, expectations=tuple(e for e in case.ladder.expectations if e.required))
    found = case.report()
    assert found.verdict == replace(case, ladder=without).report().verdict
    assert all(blocker.standing.is_required for blocker in found.blockers)


@LAWS
@given(CASES)
def test_a_report_agrees_with_itself(case):
    found = case.report()
    assert (found.verdict == "ready") == (not found.blockers)
    assert found.of - found.met == len(found.unmet)
    assert {id(blocker.standing) for blocker in found.blockers} <= {id(standing) for standing in found.unmet}
    assert (found.percent_met == 100) == (found.met == found.of)
    assert (found.evidenced_level == found.target) == (found.verdict == "ready")
    assert all((blocker.further is None) == blocker.standing.sufficiency.is_sufficient for blocker in found.blockers)


def test_rating_an_unassessed_expectation_may_go_either_way():
    ladder = make_ladder(make_expectation("a1"))
    unrated = Case(ladder, "L1", Facts(pieces={"a1": [make_piece(TODAY)]}))
    verdicts = [
        with_facts(unrated, manager_answers={"a1": given}).report().verdict
        for given in ([make_answer("not_met")], [], [make_answer("met")])
    ]
    assert verdicts == ["not_yet", "cannot_tell", "ready"]


# The rules once more, written as plainly as the specification states them and as slowly as need be.


@settings(LAWS, max_examples=400)
@given(CASES)
def test_verdict_and_statuses_agree_with_the_specification_read_literally(case):
    found = case.report()
    literal = {e.id: literal_status(case, e) for e in case.ladder.expectations if e.step <= rank(case.target)}
    assert {standing.expectation.id: standing.status for standing in found.standings} == literal
    assert found.verdict == literal_verdict(case, literal)


def rank(level: str) -> int:
    return LEVELS.index(level) + 1


def literal_age(day: date, case: Case) -> int:
    passed = (day + timedelta(days=n) for n in range(1, (case.on - day).days + 1))
    return sum(
        not any(leave.starts_on <= d and (leave.ends_on is None or d < leave.ends_on) for leave in case.facts.leaves)
        for d in passed
    )


def literal_status(case: Case, wanted: Expectation) -> Status:
    rule = wanted.evidence
    counted = [
        piece
        for piece in case.facts.pieces[wanted.id]
        if piece.state == "shared"
        and not piece.set_aside
        and piece.occurred_on <= case.on
        and literal_age(piece.occurred_on, case) < rule.window_days
        and (not rule.kinds or piece.kind in rule.kinds)
    ]
    days = [piece.occurred_on for piece in counted]
    is_sufficient = (
        len(counted) >= rule.min_count
        and (max(days) - min(days)).days >= rule.span_days
        and len({person for piece in counted for person in piece.corroborators}) >= rule.corroborators
        and len({piece.kind for piece in counted}) >= rule.min_kinds
    )
    ratings = [given for given in case.facts.manager_answers[wanted.id] if given.answer != "no_opportunity"]
    # Two random ratings of one day are given at the same hour; the lower one counts.
    rating = max(ratings, key=lambda given: (given.given_at, -SCALE.index(given.answer)), default=None)
    if isinstance(case.facts.waivers.get(wanted.id), Waiver):
        return Status.WAIVED
    for spell in case.facts.spells:
        is_slipped = rating and rating.answer in SCALE[:2] and rating.given_on >= spell.starts_on
        if wanted.step <= rank(spell.level) and not is_slipped:
            return Status.BANKED
    if rating is None:
        return Status.UNASSESSED
    if rating.answer in SCALE[2:] and not is_sufficient:
        return Status.UNPROVEN
    return Status(rating.answer.value)


def literal_verdict(case: Case, statuses: dict[str, Status]) -> str:
    verdict = "ready"
    for competency in ("delivery", "quality"):
        for level in LEVELS[: rank(case.target)]:
            rule = case.ladder.aggregation(competency, level)
            cell = [
                statuses[e.id]
                for e in case.ladder.expectations
                if e.competency == competency and e.step == rank(level) and e.required
                if rule.rule != "minimum_step" or e.step <= rule.step
            ]
            holding = sum(status in {"waived", "banked", "met", "exceeded"} for status in cell)
            unknown = sum(status == "unassessed" for status in cell)
            needed = rule.k if rule.rule == "k_of_n" and cell else len(cell)
            if holding + unknown < needed:
                return "not_yet"
            if holding < needed:
                verdict = "cannot_tell"
    return verdict
