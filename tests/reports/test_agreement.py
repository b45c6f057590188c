"""The report on agreement: first ratings of released cycles alone, few people hidden, severity by name, own gaps."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from app.access.actor import Role
from app.assessment.models import Assessment
from app.domain.agreement import krippendorff
from app.domain.as_of import AsOf
from app.domain.committee import CommitteeRating
from app.domain.errors import InvalidError
from app.domain.promotion import CycleState
from app.infra.clock import today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.actions import record_leaving
from app.people.models import Person
from app.promotion.models import PanelSeat, PromotionCycle
from app.reports.catalogue import REPORTS
from app.reports.charts import DotPlot
from app.reports.criteria import Criteria, Viewer
from tests.factories import promotion as make
from tests.factories.assessments import count_queries, make_assessment, publish
from tests.factories.people import SYSTEM, make_person, make_team
from tests.factories.reports import HIDDEN, ask_report, rows_of

DESIGN, COACH = "swe.design-significant-features", "swe.coach-juniors"
INTEGRATION, WHOLE = "swe.cross-module-integration", "All competencies"
NOT_MET, PARTLY, MET, EXCEEDED = tuple(CommitteeRating)[:4]
CANNOT = CommitteeRating.CANNOT_JUDGE
GIVEN = (MET, EXCEEDED, PARTLY)


def release(firm, cases=5, state=CycleState.COMMUNICATED, **columns):
    """Return a cycle with so many cases, each rated by three reviewers; the first rater agrees with nobody."""
    cycle = make.make_cycle(firm, state=state, members=firm.committee, **columns)
    for number in range(cases):
        case = make.make_case(cycle, rated=(DESIGN, COACH))
        for place, reviewer in enumerate(firm.reviewers[:3]):
            second = MET if number % 2 else PARTLY
            make.rate(make.seat(case, reviewer), {DESIGN: GIVEN[place], COACH: second})
    return cycle


@pytest.fixture
def firm(app):
    return make.make_firm(reviewers=4)


def names_of(firm):
    ladder = firm.edition.ladder
    return [ladder.competency(ladder.expectation(one).competency).name for one in (DESIGN, COACH)]


# Whose ratings count -------------------------------------------------------------


def test_alpha_by_competency_is_that_of_the_first_ratings(firm):
    release(firm)
    design, coach = names_of(firm)
    found = rows_of(ask_report("agreement"), "competencies")
    of_design, of_coach = [[2, 3, 1]] * 5, [[1] * 3, [2] * 3, [1] * 3, [2] * 3, [1] * 3]
    assert found[design]["alpha"] == krippendorff(of_design).alpha
    assert (found[design]["units"], found[design]["values"], found[design]["people"]) == (5, 15, 5)
    assert found[coach]["alpha"] == 1
    assert found[coach]["reading"] == "reliable"
    assert found[design]["reading"] == "do not rely on it"
    assert found[WHOLE]["alpha"] == krippendorff(of_design + of_coach).alpha
    assert found[WHOLE]["low"] < found[WHOLE]["alpha"] < found[WHOLE]["high"]


def test_names_of_reviewers_stay_in_the_company(firm):
    release(firm)
    found = REPORTS["agreement"].find(Criteria(Viewer(None), AsOf(today()), today(), 5, is_for_outside=True))
    assert list(found.table("raters").rows.stream()) == []
    assert "stays in the company" in found.hidden[-1]
    assert not found.is_named


def test_a_later_change_and_who_cannot_judge_do_not_count(firm):
    cycle = release(firm)
    case = make.make_case(cycle, rated=(DESIGN,))
    first = make.rate(make.seat(case, firm.reviewers[0]), {DESIGN: MET})
    make.rate(make.seat(case, firm.reviewers[1]), {DESIGN: CANNOT})
    before = rows_of(ask_report("agreement"), "competencies")
    assert before[WHOLE]["units"] == 10
    make.change_rating(first[0], NOT_MET)
    assert rows_of(ask_report("agreement"), "competencies") == before


@pytest.mark.parametrize("state", [CycleState.CALIBRATION, CycleState.DECIDED, CycleState.CANCELLED])
def test_a_cycle_whose_decisions_are_not_released_counts_nowhere(firm, state):
    cycle = release(firm, state=state)
    found = ask_report("agreement")
    assert found.answer == "There are no ratings to compare yet."
    assert not found.choices
    assert not list(found.table("raters").rows.stream())
    with pytest.raises(InvalidError) as refused:
        ask_report("agreement", cycle=str(cycle.id))
    assert refused.value.field == "cycle"


def test_who_takes_no_part_and_a_seat_that_ended_count_no_more(firm):
    cycle = release(firm)
    case = make.make_case(cycle, rated=(COACH,))
    for reviewer, rating in zip(firm.reviewers, (MET, NOT_MET, EXCEEDED, MET), strict=True):
        make.rate(make.seat(case, reviewer), {COACH: rating})
    assert rows_of(ask_report("agreement"), "competencies")[WHOLE]["values"] == 34
    make.recuse(case, firm.reviewers[1])
    with transaction():
        seat = db.session.query(PanelSeat).filter_by(case_id=case.id, person_id=firm.reviewers[2].id).one()
        seat.ended_at, seat.ended_reason = make.AT, "removed"
    found = rows_of(ask_report("agreement"), "competencies")
    assert (found[WHOLE]["values"], found[WHOLE]["units"]) == (32, 11)


def test_a_past_day_says_what_was_known_then(firm, clock):
    release(firm, communicated_on=date(2026, 11, 20))
    assert ask_report("agreement", as_of="2026-11-19").answer == "There are no ratings to compare yet."
    then = ask_report("agreement", as_of="2026-11-20")
    case = db.session.query(PanelSeat).first().case_id
    with transaction():
        for seat in db.session.query(PanelSeat).filter_by(case_id=case):
            seat.ended_at, seat.ended_reason = datetime(2026, 11, 21, 9, tzinfo=UTC), "removed"
    again = ask_report("agreement", as_of="2026-11-20")
    assert rows_of(again, "competencies") == rows_of(then, "competencies")
    corrected = ask_report("agreement", as_of="2026-11-20", known="now")
    assert corrected.answer.startswith("Fewer than 5 people were judged")
    assert again.scope.endswith("as known then")


def test_hr_learns_nothing_of_their_own_case_nor_of_one_that_they_are_kept_from(firm):
    cycle = release(firm)
    # A candidate takes no part in other cases for the same target of the cycle: so the own one is in another.
    for case in (make.make_case(release(firm, cases=0), firm.hr), make.make_case(cycle)):
        for reviewer in firm.reviewers[:2]:
            make.rate(make.seat(case, reviewer), {DESIGN: MET})
    make.recuse(case, firm.hr)
    whole = rows_of(ask_report("agreement"), "competencies")
    own = ask_report("agreement", firm.hr, Role.HR)
    assert whole[WHOLE]["people"] == 7
    assert rows_of(own, "competencies")[WHOLE]["people"] == 5
    assert "Left out" in [note.title for note in own.notes]
    assert own.choices[0].choices[0].count == 5
    other = ask_report("agreement", firm.hr_too, Role.HR)
    assert rows_of(other, "competencies") == whole
    assert "Left out" not in [note.title for note in other.notes]


# What is hidden ------------------------------------------------------------------


def test_a_competency_that_few_people_were_judged_on_is_hidden_and_no_sum_gives_it_away(firm):
    cycle = release(firm)
    for number in range(2):
        case = make.make_case(cycle, rated=(INTEGRATION,))
        for reviewer in firm.reviewers[:2]:
            make.rate(make.seat(case, reviewer), {INTEGRATION: (MET, PARTLY)[number]})
    ladder = firm.edition.ladder
    name = ladder.competency(ladder.expectation(INTEGRATION).competency).name
    found = ask_report("agreement")
    rows = rows_of(found, "competencies")
    assert name not in names_of(firm)
    assert set(rows[name].values()) == {name, HIDDEN}
    assert (rows[WHOLE]["units"], rows[WHOLE]["values"]) == (HIDDEN, HIDDEN)
    assert any(name in said for said in found.hidden)
    dots = {dot.label: dot for chart in found.charts if isinstance(chart, DotPlot) for dot in chart.dots}
    assert (dots[name].value, dots[name].low, dots[name].high) == (None, None, None)
    assert "rests on" not in found.rest


def test_fewer_than_k_people_get_a_sentence(firm):
    release(firm, cases=4)
    found = ask_report("agreement")
    assert found.answer == "Fewer than 5 people were judged, too few to say how far committees agree."
    cells = [cell for row in rows_of(found, "competencies").values() for cell in list(row.values())[1:]]
    assert set(cells) == {HIDDEN}
    assert not found.charts
    assert ask_report("agreement", k=4).answer.startswith("Committees do not agree well enough")


# Severity ------------------------------------------------------------------------


def test_severity_stands_by_name_and_is_silent_below_five_cases(firm):
    release(firm, cases=4)
    few = rows_of(ask_report("agreement"), "raters")
    assert {row["words"] for row in few.values()} == {"too little data"}
    release(firm, cases=1)
    found = rows_of(ask_report("agreement"), "raters")
    assert list(found) == ["Reviewer 1", "Reviewer 2", "Reviewer 3"]
    # Five designs at a distance of 3/2 and five other items at none, shrunk by 10/18.
    assert found["Reviewer 2"]["severity"] == Fraction(3, 4) * Fraction(10, 18)
    assert [row["words"] for row in found.values()] == [
        "as the others",
        "milder than the others",
        "stricter than the others",
    ]
    assert {row["cases"] for row in found.values()} == {5}


def test_one_cycle_can_be_chosen_and_pills_count_its_cases(firm):
    first, second = release(firm, name="Spring"), release(firm, cases=6, name="Autumn")
    found = ask_report("agreement", cycle=str(second.id))
    assert found.scope.startswith("Autumn")
    assert rows_of(found, "competencies")[WHOLE]["people"] == 6
    pills = {choice.label: (choice.count, choice.is_current) for choice in found.choices[0].choices}
    assert pills == {"All cycles": (11, False), "Spring": (5, False), "Autumn": (6, True)}
    assert found.ladders == (firm.edition.name,)
    assert first.id != second.id


def test_a_cycle_that_would_tell_of_few_people_beside_all_of_them_is_neither_offered_nor_told(firm):
    large, small = release(firm, cases=7, name="Spring"), release(firm, cases=3, name="Autumn")
    found = ask_report("agreement")
    assert {choice.label: choice.count for choice in found.choices[0].choices} == {"All cycles": 10}
    for cycle in (large, small):
        with pytest.raises(InvalidError, match="fewer than 5 people, in it or in the other cycles") as refused:
            ask_report("agreement", cycle=str(cycle.id))
        assert refused.value.field == "cycle"
    release(firm, name="Winter")
    pills = ask_report("agreement").choices[0].choices
    assert {choice.label: choice.count for choice in pills} == {"All cycles": 15, "Spring": 7}


def test_pills_count_no_few_cases(firm):
    release(firm, cases=3, name="Spring")
    assert {choice.label: choice.count for choice in ask_report("agreement").choices[0].choices} == {"All cycles": None}


# Self beside manager ---------------------------------------------------------------


def compare(edition, manager, team, number, own, theirs, **more):
    for _ in range(number):
        person = make_person(team=team, manager=manager, level="L2")
        make_assessment(
            person,
            edition,
            "L3",
            manager=manager,
            own={DESIGN: own},
            theirs={DESIGN: theirs},
            own_on=date(2026, 8, 3),
            theirs_on=date(2026, 8, 4),
            **more,
        )


def test_gaps_by_team_and_competency_hide_small_teams(app):
    edition, manager = publish(), make_person("Tomasz Wieczorek")
    compare(edition, manager, make_team("Platform"), 6, "exceeded", "partly_met")
    compare(edition, manager, make_team("Records"), 7, "met", "met")
    compare(edition, manager, make_team("Tiny"), 2, "not_met", "exceeded")
    found = ask_report("agreement")
    rows = rows_of(found, "gap_by_team")
    assert rows["Records"] == {"team": "Records", "people": 7, "mean": 0, "mean_absolute": 0, "apart": 0}
    assert set(rows["Tiny"].values()) == {"Tiny", HIDDEN}
    # Another one is hidden with it, so that the sum gives nothing away.
    assert set(rows["Platform"].values()) == {"Platform", HIDDEN}
    assert rows["Those teams together"]["people"] == 8
    assert rows["Everybody"]["mean"] == Fraction(6 * 2 - 2 * 3, 15)
    assert rows["Everybody"]["apart"] == Fraction(8, 15)
    assert any("Platform and Tiny" in said for said in found.hidden)
    (of_competency,) = rows_of(found, "gap_by_competency").values()
    assert (of_competency["people"], of_competency["mean_absolute"]) == (15, Fraction(18, 15))
    assert "rate themselves 0.40 steps higher" in found.rest


def test_a_hidden_team_does_not_follow_from_the_competencies(app):
    edition, manager = publish(), make_person("Tomasz Wieczorek")
    compare(edition, manager, make_team("Platform"), 6, "exceeded", "partly_met")
    compare(edition, manager, make_team("Tiny"), 2, "not_met", "exceeded")
    found = ask_report("agreement")
    teams = rows_of(found, "gap_by_team")
    assert (teams["Platform"]["people"], teams["Tiny"]["people"], "Everybody" in teams) == (6, HIDDEN, False)
    (of_competency,) = rows_of(found, "gap_by_competency").values()
    assert [of_competency[key] for key in ("people", "mean", "mean_absolute", "apart")] == [HIDDEN] * 4
    assert "themselves" not in found.rest


def test_gaps_stand_on_the_last_quarter_end_and_count_who_worked_here_then(app):
    edition, manager = publish(), make_person("Tomasz Wieczorek")
    compare(edition, manager, make_team("Platform"), 6, "exceeded", "partly_met")
    before = rows_of(ask_report("agreement"), "gap_by_team")
    with transaction():
        leaver = db.session.get(Person, db.session.query(Assessment).first().subject_id)
        record_leaving(leaver, on=date(2026, 9, 1), by=SYSTEM, at=datetime(2026, 11, 2, 9, tzinfo=UTC))
    found = ask_report("agreement")
    assert rows_of(found, "gap_by_team") == before
    assert "30 September 2026" in found.table("gap_by_team").remark


def test_only_the_latest_revealed_assessment_with_both_sides_counts(app):
    edition, manager, team = publish(), make_person("Tomasz Wieczorek"), make_team("Platform")
    compare(edition, manager, team, 5, "met", "met")
    person = make_person(team=team, manager=manager, level="L2")
    common = {"manager": manager, "own": {DESIGN: "exceeded", COACH: "no_opportunity"}}
    theirs = {DESIGN: "not_met", COACH: "met"}
    make_assessment(person, edition, "L2", theirs=theirs, own_on=date(2026, 2, 1), theirs_on=date(2026, 2, 2), **common)
    make_assessment(person, edition, "L3", theirs=theirs, own_on=date(2026, 9, 1), **common)
    assert rows_of(ask_report("agreement"), "gap_by_team")["Platform"]["mean"] == Fraction(1, 2)
    assert rows_of(ask_report("agreement", as_of="2026-02-01", known="now"), "gap_by_team") == {}


# Pages ---------------------------------------------------------------------------


def test_the_page_is_hrs_and_asks_a_fixed_number_of_questions(firm, client_for):
    release(firm)
    hr, chair = client_for(firm.hr), client_for(firm.chair)
    page = hr.get("/reports/agreement")
    assert page.status == 200
    assert "Do committees agree?" in page.words("h1")
    assert client_for(firm.manager).get("/reports/agreement").status == 404
    assert chair.get("/reports/agreement").status == 404
    assert hr.get("/reports/agreement?cycle=00000000-0000-4000-8000-000000000000").status == 422
    few = count_queries(lambda: hr.get("/reports/agreement"))
    release(firm, cases=6)
    assert count_queries(lambda: hr.get("/reports/agreement")) == few <= 12


def test_raters_see_their_own_figure_alone_and_what_is_missing_before(firm, client_for):
    release(firm, cases=4)
    mild = client_for(firm.reviewers[1])
    page = mild.get("/reports/my-ratings")
    assert "Too little data: 1 more case is needed" in page.words()
    release(firm, cases=1)
    words = mild.get("/reports/my-ratings").words()
    assert "+0.42 milder than the others" in words
    assert "Reviewer 3" not in words
    assert "You have rated no case" in client_for(firm.manager).get("/reports/my-ratings").words()
    # The list of reports leads there whoever has rated, and nobody else.
    assert "/reports/my-ratings" in mild.get("/reports/").text
    assert "/reports/my-ratings" not in client_for(firm.manager).get("/reports/").text
    assert "Nothing to compare yet" not in words


def test_ratings_that_are_not_released_are_not_told_to_their_rater_either(firm, client_for):
    release(firm, state=CycleState.CALIBRATION)
    assert "Nothing to compare yet" in client_for(firm.reviewers[0]).get("/reports/my-ratings").words()
    assert db.session.query(PromotionCycle).count() == 1
