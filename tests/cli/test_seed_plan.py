import gc
import hashlib
import re
import subprocess
import sys
import tracemalloc
from collections import Counter, deque
from dataclasses import fields, is_dataclass
from datetime import UTC, date
from itertools import islice
from pathlib import Path

import pytest

from app.cli.seed import library
from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState
from app.domain.rating import Answer
from tests.cli.seed_facts import TODAY, company, ladders

ROOT = Path(__file__).parents[2]


def written(value):
    """A text that is the same for equal values, whatever the order of their sets."""
    if is_dataclass(value):
        return f"({','.join(written(getattr(value, f.name)) for f in fields(value))})"
    if isinstance(value, frozenset):
        return f"{{{','.join(sorted(value))}}}"
    if isinstance(value, (tuple, list)):
        return f"[{','.join(map(written, value))}]"
    if hasattr(value, "items"):
        return f"<{','.join(f'{key}:{written(each)}' for key, each in value.items())}>"
    return repr(value)


def fingerprint(plan):
    found = hashlib.sha256()
    for part in (*plan.teams, *plan.people, *plan.histories()):
        found.update(written(part).encode())
    return found.hexdigest()


@pytest.fixture(scope="module", params=[(8, TODAY), (44, TODAY), (310, TODAY), (44, date(2024, 2, 29))], ids=str)
def plan(request):
    return company(people=request.param[0], today=request.param[1])


@pytest.fixture(scope="module")
def told(plan):
    """The people of a plan with their histories."""
    return list(zip(plan.people, plan.histories(), strict=True))


@pytest.fixture(scope="module")
def by_key(plan):
    return {person.key: person for person in plan.people}


class TestSize:
    @pytest.mark.parametrize("people", [8, 9, 20, 43, 44, 45, 50, 53, 55, 56, 60, 75, 101, 318, 1204])
    def test_company_has_exactly_as_many_people_as_asked(self, people):
        plan = company(people=people)
        assert len(plan.people) == people
        assert len({person.email for person in plan.people}) == people
        assert len({person.employee_id for person in plan.people}) == people
        assert len({person.key for person in plan.people}) == people

    @pytest.mark.parametrize("people", [7, 0, 100_001])
    def test_sizes_outside_the_promise_are_refused(self, people):
        with pytest.raises(ValueError, match="8 to 100000 people"):
            company(people=people)

    def test_smallest_company_is_that_of_the_sign_in_page(self):
        people = company(people=8).people
        assert all(person.demo_role for person in people)
        assert {"hr", "admin"} <= frozenset().union(*(person.roles for person in people))

    @pytest.mark.parametrize("people", [60, 101, 310, 2000])
    def test_managers_beyond_the_named_ones_have_five_to_nine_reports(self, people):
        plan = company(people=people)
        reports_of = Counter(p.managers[-1].manager_key for p in plan.people if p.managers)
        invented = {p.key for p in plan.people if not p.levels and p.key[0] in "mg" and ("~" in p.key or "-" in p.key)}
        leads = {key: count for key, count in reports_of.items() if key in invented and "~" in key}
        assert leads
        assert all(5 <= count <= 9 for count in leads.values())
        assert all(reports_of[key] <= 9 for key in invented)

    def test_histories_are_made_while_they_are_read(self):
        plan = company(people=20_000)
        first = next(plan.histories())
        assert first.person_key == plan.people[0].key
        assert first == next(plan.histories())

    def test_memory_does_not_grow_with_the_histories_that_were_read(self):
        histories = company(people=5_000).histories()
        tracemalloc.start()
        deque(islice(histories, 150), maxlen=0)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        deque(islice(histories, 150), maxlen=0)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert after - before < 200_000


class TestRepetition:
    def test_same_arguments_give_the_same_company(self):
        assert fingerprint(company(people=120)) == fingerprint(company(people=120))

    def test_another_seed_gives_another_company(self):
        assert fingerprint(company(people=60)) != fingerprint(company(people=60, random_seed=2))

    def test_one_more_person_changes_nobody_else_of_the_named_people(self):
        fewer, more = company(people=44), company(people=200)
        assert fewer.people == more.people[:44]

    def test_the_order_of_sets_in_another_process_changes_nothing(self):
        code = "from tests.cli.test_seed_plan import company, fingerprint; print(fingerprint(company()))"
        found = {
            subprocess.run(
                [sys.executable, "-c", code],
                cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
            ).stdout
            for seed in ("1", "2")
        }  # fmt: skip
        assert len(found) == 1


class TestPeople:
    def test_spells_follow_each_other_without_overlap_within_the_employment(self, plan):
        for person in plan.people:
            assert person.left_on is None or person.hired_on < person.left_on
            for spells in (person.teams, person.managers, person.levels, person.leaves):
                for spell, following in zip(spells, (*spells[1:], None), strict=False):
                    assert person.hired_on <= spell.starts_on <= plan.today
                    assert spell.ends_on is None or spell.starts_on < spell.ends_on
                    if following is not None:
                        assert spell.ends_on is not None
                        assert spell.ends_on <= following.starts_on
                if spells and spells is not person.leaves:
                    assert spells[-1].ends_on == person.left_on
            assert person.teams[0].starts_on == person.hired_on

    def test_levels_begin_with_the_hire_and_name_levels_of_their_ladder(self, plan):
        for person in plan.people:
            for spell in person.levels:
                assert ladders()[spell.ladder].has_level(spell.level)
            if person.levels:
                assert person.levels[0].starts_on == person.hired_on
                assert person.levels[0].reason.value == "hire"

    def test_nobody_reports_to_themselves_over_any_number_of_steps(self, plan, by_key):
        days = sorted({s.starts_on for p in plan.people for s in p.managers})
        for day in [*days[-60:], plan.today]:
            boss = {p.key: line.manager_key for p in plan.people if (line := p.manager_on(day))}
            for start in boss:
                above, steps = start, 0
                while above in boss:
                    above, steps = boss[above], steps + 1
                    assert steps < 20, f"{start} on {day}"

    def test_managers_are_there_while_somebody_reports_to_them(self, plan, by_key):
        for person in plan.people:
            for spell in person.managers:
                manager = by_key[spell.manager_key]
                assert manager.hired_on <= spell.starts_on
                assert manager.left_on is None or (spell.ends_on and spell.ends_on <= manager.left_on)

    def test_everybody_but_the_top_reports_to_somebody(self, plan):
        assert sum(not person.managers for person in plan.people) == 1

    def test_teams_stand_below_their_parents(self, plan):
        seen = set()
        for team in plan.teams:
            assert team.parent_key is None or team.parent_key in seen
            seen.add(team.key)
        assert {spell.team_key for person in plan.people for spell in person.teams} <= seen
        assert len({team.name for team in plan.teams}) == len(plan.teams)

    def test_addresses_are_plain_and_lead_nowhere(self, plan):
        assert all(re.fullmatch(r"[a-z0-9.-]+@larkspur\.example", person.email) for person in plan.people)

    def test_history_knows_joiners_leavers_moves_and_every_reason_for_a_level(self):
        people = company().people
        assert {s.reason.value for p in people for s in p.levels} == {
            "hire", "promotion", "transfer", "demotion", "correction",
        }  # fmt: skip
        assert any(person.left_on for person in people)
        assert any(len(person.teams) > 1 for person in people)
        assert any(len(person.managers) > 1 for person in people)
        assert any(leave.ends_on is None for person in people for leave in person.leaves)
        assert max(len(person.name) for person in people) > 30


class TestEvidence:
    def test_claims_name_expectations_of_a_ladder_the_author_is_on(self, plan, told):
        for person, history in told:
            on = {spell.ladder for spell in person.levels}
            for piece in history.evidence:
                assert piece.claims
                assert len({claim.expectation_id for claim in piece.claims}) == len(piece.claims)
                for claim in piece.claims:
                    assert claim.line
                    assert any(ladders()[slug].has_expectation(claim.expectation_id) for slug in on)

    def test_every_piece_is_of_a_kind_that_its_first_expectation_accepts(self, told):
        for person, history in told:
            for piece in history.evidence:
                first = piece.claims[0].expectation_id
                ladder = next(x for s in person.levels if (x := ladders()[s.ladder]).has_expectation(first))
                kinds = ladder.expectation(first).evidence.kinds
                assert not kinds or piece.kind in kinds

    def test_times_are_aware_in_order_and_before_today(self, plan, told):
        for person, history in told:
            for piece in history.evidence:
                assert person.hired_on <= (piece.occurred_from or piece.occurred_on) <= piece.occurred_on
                moments = [piece.logged_at, piece.shared_at, piece.withdrawn_at]
                moments = [moment for moment in moments if moment]
                assert moments == sorted(moments)
                assert piece.occurred_on <= piece.logged_at.date()
                assert person.works_on(piece.logged_at.date())
                for voice in piece.corroborations:
                    assert piece.shared_at < voice.asked_at
                    assert (voice.answered_at is None) == (voice.outcome is None)
                    moments += [voice.asked_at, *([voice.answered_at] if voice.answered_at else [])]
                    assert voice.answered_at is None or voice.asked_at < voice.answered_at
                for mark in piece.set_aside:
                    assert piece.shared_at < mark.at
                    assert (mark.answer is None) == (mark.answered_at is None)
                    moments += [mark.at, *([mark.answered_at] if mark.answered_at else [])]
                for moment in moments:
                    assert moment.tzinfo is UTC
                    assert moment.date() < plan.today
                    assert 7 <= moment.hour < 19
                    assert person.left_on is None or moment.date() < person.left_on

    def test_numbers_rise_with_the_time_of_logging(self, told):
        for _, history in told:
            assert [piece.logged_at for piece in history.evidence] == sorted(p.logged_at for p in history.evidence)
            numbers = [piece.number for piece in history.evidence]
            assert numbers == sorted(set(numbers))
            assert all(number > 0 for number in numbers)

    def test_voices_are_of_colleagues_who_were_there_and_not_the_line_manager(self, told, by_key):
        for person, history in told:
            for piece in history.evidence:
                for voice in piece.corroborations:
                    colleague = by_key[voice.colleague_key]
                    assert colleague.key != person.key
                    for moment in filter(None, (voice.asked_at, voice.answered_at)):
                        line = person.manager_on(moment.date())
                        assert line is None or line.manager_key != colleague.key
                        assert colleague.works_on(moment.date())
                    claimed = {claim.expectation_id for claim in piece.claims}
                    assert voice.standing <= claimed
                    assert bool(voice.standing) == (voice.outcome is CorroborationAnswer.LIMITED)

    def test_only_the_line_manager_of_the_day_sets_aside(self, told):
        for person, history in told:
            for piece in history.evidence:
                for mark in piece.set_aside:
                    assert person.manager_on(mark.at.date()).manager_key == mark.manager_key
                    assert mark.expectation_id in {claim.expectation_id for claim in piece.claims}

    def test_links_lead_to_hosts_that_cannot_exist(self, told):
        for _, history in told:
            for piece in history.evidence:
                assert all(re.match(r"https://[a-z]+\.larkspur\.example/", link) for link in piece.links)


class TestAssessments:
    def test_manager_is_the_line_manager_from_opening_to_submission(self, plan, told, by_key):
        for person, history in told:
            for assessment in history.assessments:
                moments = [assessment.opened_at, assessment.manager_submitted_at or assessment.opened_at]
                for moment in moments:
                    assert person.manager_on(moment.date()).manager_key == assessment.manager_key
                    assert by_key[assessment.manager_key].works_on(moment.date())
                assert person.works_on(assessment.opened_at.date())
                for moment in filter(None, (assessment.self_submitted_at, assessment.manager_submitted_at)):
                    assert person.works_on(moment.date())

    def test_times_are_aware_in_order_and_before_today(self, plan, told):
        for _, history in told:
            for assessment in history.assessments:
                for moment in filter(None, (assessment.self_submitted_at, assessment.manager_submitted_at)):
                    assert assessment.opened_at < moment
                    assert moment.tzinfo is UTC
                    assert moment.date() < plan.today

    def test_a_submitted_side_has_answered_all_that_the_level_adds(self, told):
        for _, history in told:
            for assessment in history.assessments:
                ladder = ladders()[assessment.ladder]
                asked = {expectation.id for expectation in ladder.added_at(assessment.target)}
                known = {expectation.id for expectation in ladder.requirement(assessment.target)}
                sides = (
                    (assessment.self_answers, assessment.self_submitted_at),
                    (assessment.manager_answers, assessment.manager_submitted_at),
                )
                for answers, submitted in sides:
                    assert set(answers) <= known
                    if submitted:
                        assert asked <= set(answers)
                        assert all(isinstance(answer.answer, Answer) for answer in answers.values())

    def test_one_assessment_of_a_person_ends_before_the_next_is_opened(self, told):
        for _, history in told:
            for before, after in zip(history.assessments, history.assessments[1:], strict=False):
                assert before.revealed_at is not None
                assert before.revealed_at < after.opened_at

    def test_a_rating_below_met_is_explained(self, told):
        for _, history in told:
            for assessment in history.assessments:
                for answer in assessment.manager_answers.values():
                    if answer.answer in {Answer.NOT_MET, Answer.PARTLY_MET, Answer.EXCEEDED}:
                        assert answer.comment


class TestTexts:
    @pytest.mark.parametrize("side", ["self", "manager"])
    def test_every_answer_about_every_expectation_has_words(self, side):
        for ladder in ladders().values():
            for expectation in ladder.expectations:
                for answer in Answer:
                    assert library.comments(side, expectation, answer), (expectation.id, answer)

    def test_every_expectation_has_two_stories_of_kinds_that_count(self):
        for ladder in ladders().values():
            for expectation in ladder.expectations:
                assert len(library.stories_about(expectation)) >= 2, expectation.id

    def test_stories_name_expectations_of_the_ladders_and_every_kind_is_told(self):
        known = {expectation.id for ladder in ladders().values() for expectation in ladder.expectations}
        told = [story for stories in library.stories().values() for story in stories]
        assert set(library.stories()) == known
        assert {other for story in told for other, _ in story.also} <= known
        assert {story.kind for story in told} == set(EvidenceKind)
        assert len({story.title for story in told}) == len(told)

    def test_no_slot_is_left_open_and_no_text_is_empty(self, told):
        for _, history in told:
            texts = [p.title for p in history.evidence] + [p.narrative for p in history.evidence]
            texts += [claim.line for p in history.evidence for claim in p.claims]
            texts += [voice.words for p in history.evidence for voice in p.corroborations if voice.outcome]
            texts += [a.comment for x in history.assessments for a in x.manager_answers.values() if a.comment]
            texts += [mark.reason for p in history.evidence for mark in p.set_aside]
            assert all(text and not re.search(r"[{}]", text) for text in texts)
            assert all(len(piece.title) <= 120 for piece in history.evidence)

    def test_titles_hardly_repeat(self):
        pieces = list(company(people=310).evidence)
        texts = Counter((piece.title, piece.narrative) for piece in pieces)
        assert len(pieces) > 2000
        assert sum(count - 1 for count in texts.values()) / len(pieces) < 0.15

    def test_nobody_tells_the_same_story_twice_in_the_same_words(self, told):
        for _, history in told:
            texts = [piece.narrative for piece in history.evidence]
            assert len(texts) == len(set(texts))

    def test_every_state_and_every_answer_of_a_colleague_occurs(self):
        pieces = list(company().evidence)
        assert {piece.state for piece in pieces} == set(EvidenceState)
        outcomes = {voice.outcome for piece in pieces for voice in piece.corroborations}
        assert outcomes == {*CorroborationAnswer, None}
        assert any(mark.answer for piece in pieces for mark in piece.set_aside)
        assert any(mark.answer is None for piece in pieces for mark in piece.set_aside)
