"""Who gets from eligible to promoted: what counts, what is hidden, and which days and filters are refused."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import delete

from app.access.actor import Role
from app.domain.errors import InvalidError
from app.domain.promotion import CaseState, CycleState, DecisionKind
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.models import GroupMembership, Person
from app.promotion.models import (
    CaseStep,
    CycleStep,
    Decision,
    DecisionFinding,
    Eligibility,
    ExceptionAsked,
    PromotionCase,
)
from tests.factories.assessments import count_queries, publish
from tests.factories.people import make_person
from tests.factories.promotion import make_cycle
from tests.factories.reports import HIDDEN, ask_report

OPENED = datetime(2026, 3, 1, 9, tzinfo=UTC)
TOLD = datetime(2026, 5, 20, 9, tzinfo=UTC)
NUMBERS = itertools.count(1, 500)
SPRING, QUARTER = date(2026, 5, 20), "2026-06-30"
AUTUMN = date(2026, 9, 15)


@pytest.fixture
def edition(app):
    return publish()


@pytest.fixture
def ruth(edition):
    return make_person("Ruth Okonjo", roles=(Role.HR,))


@pytest.fixture
def spring(ruth, edition):
    return cycle_of(ruth, edition, "Spring 2026", SPRING)


def cycle_of(ruth, edition, name, on):
    cycle = make_cycle(
        hr=ruth, chair=ruth, deputy=ruth, members=[], edition=edition, state=CycleState.CLOSED, name=name,
        communicated_on=on, opened_at=OPENED,
    )  # fmt: skip
    return everybody_told(cycle, datetime.combine(on, time(15), UTC))


def everybody_told(cycle, at):
    """Let a cycle move on at a moment, as it does once the last candidate is recorded as told."""
    with transaction() as session:
        session.execute(delete(CycleStep).where(CycleStep.cycle_id == cycle.id))
        session.add(CycleStep(cycle_id=cycle.id, at=at, kind="move", source="communicated", target="appeals"))
    return cycle


def people(number, group, *, dimension="office", from_on=date(2024, 1, 1), recorded_at=OPENED):
    """Put people straight into the tables, in a group; hundreds of accounts would take the test's time."""
    with transaction() as session:
        start = next(NUMBERS)
        found = [
            Person(
                name=f"{group} {place}",
                sort_name=f"{group} {place}",
                created_at=OPENED,
                email=f"p{start + place}@larkspur.example",
            )
            for place in range(number)
        ]
        session.add_all(found)
        session.flush()
        session.add_all(
            GroupMembership(
                person_id=one.id, dimension=dimension, value=group, starts_on=from_on, recorded_at=recorded_at
            )
            for one in found
        )
    return found


def run(
    cycle, edition, persons, nominated, promoted, *, told_at=TOLD, recorded_at=None, level="L2",
    lineage="software-engineer",
):  # fmt: skip
    """Let people be eligible in a cycle, the first of them nominated, and the first of those promoted."""
    with transaction() as session:
        session.add_all(
            Eligibility(cycle_id=cycle.id, subject_id=one.id, lineage=lineage, level=level, targets="L3")
            for one in persons
        )
        start = next(NUMBERS)
        cases = [
            PromotionCase(
                cycle_id=cycle.id,
                number=start + place,
                subject_id=one.id,
                lineage=lineage,
                ladder_version_id=edition.id,
                from_level=level,
                target_level="L3",
                state=CaseState.CLOSED,
                nominated_at=OPENED,
                nominated_by_id=one.id,
                nominated_by="self",
                told_at=told_at,
            )
            for place, one in enumerate(persons[:nominated])
        ]
        session.add_all(cases)
        session.flush()
        session.add_all(
            CaseStep(
                case_id=case.id, at=recorded_at or told_at, event="communicate", source="decided", target="communicated"
            )
            for case in cases
        )
        session.add_all(
            Decision(
                case_id=case.id,
                kind=DecisionKind.PROMOTE if place < promoted else DecisionKind.NOT_YET,
                written_by_id=case.subject_id,
                saved_at=TOLD,
                decided_at=TOLD,
            )
            for place, case in enumerate(cases)
        )
    return cases


def rows(found, stage, key="groups"):
    table = found.table(key)
    keys = [column.key for column in table.columns]
    lines = [[HIDDEN if type(cell).__name__ == "Hidden" else cell for cell in row] for row in table.rows.stream()]
    return {line[1]: dict(zip(keys[2:], line[2:], strict=True)) for line in lines if line[0] == stage}


@pytest.fixture
def offices(spring, edition):
    run(spring, edition, people(60, "Berlin"), 20, 12)
    run(spring, edition, people(50, "Kraków"), 15, 3)
    run(spring, edition, people(40, "Lisbon"), 12, 5)


def test_without_groups_the_funnel_of_the_year_is_told(offices):
    found = ask_report("promotion-funnel", as_of=QUARTER)
    assert found.answer == "Of 150 eligible in 2026 up to 30 June 2026, 47 were nominated and 20 promoted."
    assert [stage.count for stage in found.charts[0].stages] == [150, 47, 20]
    assert rows(found, "Nominated to promoted", "stages")["Spring 2026"]["rate"] == Fraction(20, 47)
    assert found.hidden == ()


def test_groups_stand_beside_the_one_with_the_highest_rate(offices):
    found = ask_report("promotion-funnel", group="office", as_of=QUARTER)
    whole = rows(found, "Eligible to promoted")
    assert list(whole) == ["Berlin", "Kraków", "Lisbon", "All groups"]
    assert whole["Berlin"]["reading"] == "Highest rate"
    krakow = whole["Kraków"]
    assert (krakow["pool"], krakow["selected"], krakow["rate"]) == (50, 3, Fraction(3, 50))
    assert krakow["impact_ratio"] == Fraction(3, 10)
    assert krakow["shortfall"] == 50 * Fraction(20, 150) - 3
    assert krakow["p"] < krakow["p_adjusted"] < Fraction(1, 10)
    assert krakow["reading"] == "Flag: below four fifths"
    assert "Kraków, eligible to promoted" in found.rest
    assert found.charts[2].guides == ((0.16, "four fifths of the highest rate"),)
    assert "A flag is a reason to look, not a finding." in {note.title for note in found.notes}
    assert any("no legal advice" in note.text for note in found.notes)


def test_a_small_group_is_hidden_everywhere_with_what_would_tell_of_it(offices, spring, edition):
    run(spring, edition, people(40, "Aarhus"), 3, 2)
    found = ask_report("promotion-funnel", group="office", as_of=QUARTER)
    assert rows(found, "Eligible to nominated")["Aarhus"]["selected"] == 3
    for stage in ("Nominated to promoted", "Eligible to promoted"):
        assert set(rows(found, stage)["Aarhus"].values()) == {HIDDEN}
        assert set(rows(found, stage)["Lisbon"].values()) == {HIDDEN}
    assert rows(found, "Eligible to promoted")["Hidden groups together"]["selected"] == 7
    assert {dot.label for dot in found.charts[1].dots} == {"Berlin", "Kraków"}
    assert found.hidden


def test_people_without_a_value_stand_apart_and_are_compared_with_nobody(offices, spring, edition):
    before = rows(ask_report("promotion-funnel", group="office", as_of=QUARTER), "Eligible to promoted")
    run(spring, edition, people(50, "Nowhere", dimension="shoe"), 45, 40)
    found = ask_report("promotion-funnel", group="office", as_of=QUARTER)
    after = rows(found, "Eligible to promoted")
    apart = after["Not recorded"]
    assert (apart["pool"], apart["selected"], apart["rate"]) == (50, 40, Fraction(4, 5))
    assert [apart[key] for key in ("impact_ratio", "shortfall", "p", "p_adjusted")] == [None] * 4
    assert apart["reading"] == "No group, not compared"
    for office in ("Berlin", "Kraków", "Lisbon"):
        for key in ("impact_ratio", "p", "p_adjusted", "reading"):
            assert after[office][key] == before[office][key]
    assert "Not recorded" not in {dot.label for chart in found.charts for dot in chart.dots}


def test_levels_and_ladders_are_groups_too(offices):
    levels = rows(ask_report("promotion-funnel", group="level", as_of=QUARTER), "Eligible to promoted")
    assert list(levels) == ["Software Engineer L2", "All groups"]
    ladders = rows(ask_report("promotion-funnel", group="ladder", as_of=QUARTER), "Eligible to promoted")
    assert ladders["Software Engineer"]["pool"] == 150


@pytest.mark.parametrize("group", ["shoe size", "Office"])
def test_groups_that_there_are_none_of_are_refused_at_the_field(offices, group):
    with pytest.raises(InvalidError) as refused:
        ask_report("promotion-funnel", group=group, as_of=QUARTER)
    assert refused.value.field == "group"


def test_by_group_there_are_ends_of_quarters_alone(offices):
    with pytest.raises(InvalidError, match="2026-06-30") as refused:
        ask_report("promotion-funnel", group="office", as_of="2026-07-01")
    assert refused.value.field == "as_of"
    assert ask_report("promotion-funnel", as_of="2026-07-01").tables
    assert "30 September 2026" in ask_report("promotion-funnel", group="office").scope


def test_a_ladder_that_leaves_out_few_people_is_refused(offices, spring, edition):
    run(spring, edition, people(3, "Berlin"), 0, 0, level="T1", lineage="technical-support")
    with pytest.raises(InvalidError, match="Take the ladder off") as refused:
        ask_report("promotion-funnel", group="office", ladder="software-engineer", as_of=QUARTER)
    assert refused.value.field == "ladder"


def test_a_ladder_that_holds_everybody_changes_nothing(offices):
    whole = ask_report("promotion-funnel", group="office", as_of=QUARTER)
    own = ask_report("promotion-funnel", group="office", ladder="software-engineer", as_of=QUARTER)
    assert list(own.main.rows.stream()) == list(whole.main.rows.stream())
    assert "Software Engineer" in own.scope


def test_a_quarter_that_differs_by_one_person_is_told_with_the_next_one(offices):
    before = ask_report("promotion-funnel", group="office", as_of=QUARTER)
    with transaction() as session:
        moved = session.query(GroupMembership).filter_by(value="Kraków").first()
        moved.superseded_at = datetime(2026, 7, 10, tzinfo=UTC)
        session.add(
            GroupMembership(
                person_id=moved.person_id,
                dimension="office",
                value="Berlin",
                starts_on=date(2024, 1, 1),
                recorded_at=datetime(2026, 7, 10, tzinfo=UTC),
            )
        )
    found = ask_report("promotion-funnel", group="office", as_of="2026-09-30")
    assert "told with those of the next quarter" in found.answer
    assert (found.main.rows.count(), found.charts) == (0, ())
    again = ask_report("promotion-funnel", group="office", as_of=QUARTER)
    assert list(again.main.rows.stream()) == list(before.main.rows.stream())


def test_a_second_cycle_adds_to_the_year(offices, ruth, edition):
    autumn = cycle_of(ruth, edition, "Autumn 2026", AUTUMN)
    run(autumn, edition, people(60, "Berlin"), 20, 8, told_at=datetime(2026, 9, 15, 9, tzinfo=UTC))
    run(autumn, edition, people(50, "Kraków"), 15, 4, told_at=datetime(2026, 9, 15, 9, tzinfo=UTC))
    found = ask_report("promotion-funnel", group="office", as_of="2026-09-30")
    assert rows(found, "Eligible to promoted")["Berlin"]["pool"] == 120
    year = rows(ask_report("promotion-funnel", as_of="2026-09-30"), "Eligible to promoted", "stages")
    assert list(year) == ["Spring 2026", "Autumn 2026", "All cycles of 2026"]
    assert year["All cycles of 2026"]["selected"] == 32


def test_a_promotion_counts_from_the_day_on_which_its_candidate_was_told(offices, spring, edition):
    run(spring, edition, people(30, "Porto"), 10, 8, told_at=datetime(2026, 7, 3, 9, tzinfo=UTC))
    assert ask_report("promotion-funnel", as_of=QUARTER).charts[0].stages[2].count == 20
    assert ask_report("promotion-funnel", as_of="2026-09-30").charts[0].stages[2].count == 28


def test_a_telling_that_is_dated_back_changes_no_earlier_day(offices, spring, edition):
    run(spring, edition, people(30, "Porto"), 10, 8, recorded_at=datetime(2026, 7, 3, 9, tzinfo=UTC))
    assert ask_report("promotion-funnel", as_of=QUARTER).charts[0].stages[2].count == 20
    assert ask_report("promotion-funnel", as_of="2026-09-30").charts[0].stages[2].count == 28


def test_a_cycle_is_told_by_group_once_everybody_in_it_was_told(offices, spring):
    everybody_told(spring, datetime(2026, 7, 3, 9, tzinfo=UTC))
    found = ask_report("promotion-funnel", group="office", as_of=QUARTER)
    assert found.answer == "In no promotion cycle everybody had been told in 2026 up to 30 June 2026."
    assert ask_report("promotion-funnel", as_of=QUARTER).charts
    assert ask_report("promotion-funnel", group="office", as_of="2026-09-30").charts


def test_a_quarter_is_told_by_group_once_it_is_over(offices, clock):
    with clock.standing_at(datetime(2026, 6, 30, 10, tzinfo=UTC)):
        with pytest.raises(InvalidError, match="2026-03-31"):
            ask_report("promotion-funnel", group="office", as_of=QUARTER)
        assert "31 March 2026" in ask_report("promotion-funnel", group="office").scope
    with clock.standing_at(datetime(2026, 7, 1, 10, tzinfo=UTC)):
        assert ask_report("promotion-funnel", group="office", as_of=QUARTER).charts


def test_whom_a_rule_kept_from_it_is_not_eligible_unless_it_was_waived(spring, edition):
    persons = people(12, "Berlin")
    run(spring, edition, persons, 6, 3)
    with transaction() as session:
        first, second = session.query(Eligibility).filter_by(cycle_id=spring.id).order_by(Eligibility.id).limit(2)
        first.rule = "minimum"
        second.rule, second.waived_reason = "", "An earlier role counts."
    assert ask_report("promotion-funnel", as_of=QUARTER).charts[0].stages[0].count == 11


def test_few_people_and_no_cycle_are_said_in_a_sentence(spring, edition):
    assert ask_report("promotion-funnel", as_of=QUARTER).answer == "Nobody could be nominated in these cycles."
    run(spring, edition, people(4, "Berlin"), 2, 1)
    few = ask_report("promotion-funnel", group="office", as_of=QUARTER)
    assert few.answer == "There were fewer than 5 people to nominate, so no figures are shown."
    assert (few.main.rows.count(), few.charts) == (0, ())
    none = ask_report("promotion-funnel", as_of="2026-03-31")
    assert none.answer == "No promotion cycle was communicated in 2026 up to 31 March 2026."


def test_where_few_were_nominated_no_promotion_is_told(spring, edition):
    run(spring, edition, people(30, "Berlin"), 4, 3)
    found = ask_report("promotion-funnel", as_of=QUARTER)
    assert found.answer == "Of 30 eligible in 2026 up to 30 June 2026, 4 were nominated."
    assert [stage.count for stage in found.charts[0].stages] == [30, 4, None]
    assert set(rows(found, "Eligible to promoted", "stages")["Spring 2026"].values()) == {HIDDEN}
    assert {row["pool"] for row in rows_of_afterwards(found).values()} == {HIDDEN, None}


def test_where_promotions_are_hidden_nothing_tells_of_them(spring, ruth, edition):
    run(spring, edition, people(30, "Berlin"), 13, 13)
    autumn = cycle_of(ruth, edition, "Autumn 2026", AUTUMN)
    run(autumn, edition, people(30, "Berlin"), 3, 3, told_at=datetime(2026, 9, 16, 9, tzinfo=UTC))
    found = ask_report("promotion-funnel", as_of="2026-09-30")
    assert found.charts[0].stages[2].count is None
    after = rows_of_afterwards(found)
    assert after["Asked for an exception"]["pool"] == 16
    assert {after["Promoted with an exception"][key] for key in ("pool", "selected", "rate")} == {HIDDEN}


def test_that_nobody_was_promoted_is_hidden_where_promotions_are(spring, edition):
    run(spring, edition, people(30, "Berlin"), 4, 0)
    assert rows_of_afterwards(ask_report("promotion-funnel", as_of=QUARTER))["Promoted with an exception"]["pool"] == (
        HIDDEN
    )


def rows_of_afterwards(found):
    table = found.table("afterwards")
    keys = [column.key for column in table.columns]
    lines = [[HIDDEN if type(cell).__name__ == "Hidden" else cell for cell in row] for row in table.rows.stream()]
    return {line[0]: dict(zip(keys, line, strict=True)) for line in lines}


def test_exceptions_and_appeals_have_rates_of_their_own(spring, edition):
    cases = run(spring, edition, people(30, "Berlin"), 12, 6)
    with transaction() as session:
        ids = [case.id for case in cases]
        decisions = {one.case_id: one for one in session.query(Decision).filter(Decision.case_id.in_(ids))}
        session.add_all(ExceptionAsked(case_id=one, expectation_id="swe.x", reason="A year of it.") for one in ids[:3])
        session.add(
            DecisionFinding(
                decision_id=decisions[ids[0]].id, expectation_id="swe.x", kind="exception", words="All the rest holds."
            )
        )
        for state, days in ((CaseState.APPEALED, 3), (CaseState.APPEAL_DECIDED, 20)):
            session.add(
                CaseStep(case_id=ids[8], at=TOLD + timedelta(days=days), event="appeal", source="", target=state.value)
            )
    lines = rows_of_afterwards(ask_report("promotion-funnel", as_of=QUARTER))
    assert {line["remark"] for line in lines.values()} == {""}
    assert (lines["Asked for an exception"]["pool"], lines["Asked for an exception"]["rate"]) == (12, Fraction(1, 4))
    assert lines["Promoted with an exception"]["rate"] == Fraction(1, 6)
    assert lines["Appealed"]["rate"] == Fraction(1, 12)
    assert lines["Promoted on appeal"]["pool"] == HIDDEN


def test_until_a_cycle_has_an_appeal_no_rate_of_appeals_is_told(offices):
    lines = rows_of_afterwards(ask_report("promotion-funnel", as_of=QUARTER))
    assert lines["Asked for an exception"]["remark"] == ""
    for line in (lines["Appealed"], lines["Promoted on appeal"]):
        assert (line["pool"], line["selected"], line["rate"], line["remark"]) == (None, None, None, "Not recorded yet")


def test_the_number_of_queries_is_small_and_does_not_grow(offices, ruth, edition):
    def asked():
        db.session.rollback()
        return count_queries(
            lambda: ask_report("promotion-funnel", group="office", ladder="software-engineer", as_of="2026-09-30")
        )

    before = asked()
    run(cycle_of(ruth, edition, "Autumn 2026", AUTUMN), edition, people(80, "Berlin"), 20, 10)
    assert asked() <= before <= 10


def test_the_page_is_for_hr_and_says_what_a_flag_is(client_for, ruth, offices):
    hr = client_for(ruth)
    page = hr.get(f"/reports/promotion-funnel?group=office&as_of={QUARTER}")
    assert page.status == 200
    assert "A flag is a reason to look, not a finding." in page.words()
    assert "Flag: below four fifths" in page.words("table")
    assert "No figures are shown." in hr.get("/reports/promotion-funnel?as_of=2026-03-31").words()
    assert hr.get("/reports/promotion-funnel?group=office&as_of=2026-07-01").status == 422
    assert client_for(make_person("Amara Diallo")).get("/reports/promotion-funnel").status == 404
