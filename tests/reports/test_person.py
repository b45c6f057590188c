"""One person's path: in the order in which it is read, with nothing sealed, untold or unshared, for whoever may."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.access.actor import Role
from app.access.permissions import Permission
from app.access.policy import can
from app.domain.errors import InvalidError, MissingError
from app.domain.promotion import CaseState, CycleState, DecisionKind
from app.domain.suppression import SMALLEST_GROUP
from app.infra.clock import today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.reports.criteria import Viewer, read_criteria
from app.reports.questions.person import DEFINITION
from tests.factories.assessments import count_queries, make_assessment, make_evidence, make_waiver
from tests.factories.evidence import as_actor
from tests.factories.people import grant
from tests.factories.promotion import decide, make_case, make_cycle, make_firm

DESIGN = "swe.design-significant-features"
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 2)


@pytest.fixture
def firm(app):
    return make_firm()


def ask(person=None, viewer=None, *roles):
    db.session.rollback()
    given = {"person": str(person.id)} if person else {}
    actor = as_actor(viewer, *roles) if viewer else None
    criteria = read_criteria(given, DEFINITION.takes, viewer=Viewer(actor), today=today(), k=SMALLEST_GROUP)
    return DEFINITION.find(criteria)


def rows(findings, key):
    return list(findings.table(key).rows.stream())


def all_words(findings):
    return str([list(table.rows.stream()) for table in findings.tables] + [findings.answer, findings.rest])


def test_the_path_tells_levels_teams_and_managers_with_the_latest_first(firm):
    with transaction():
        grant(firm.amara, "L3", on=date(2026, 9, 1))
    found = ask(firm.amara)
    assert [table.key for table in found.tables] == ["path", "assessments", "decisions", "evidence", "standing"]
    told = rows(found, "path")
    assert told[0] == (date(2026, 9, 1), None, "Level", "L3, Software Engineer", 2.7, "promotion")
    assert (date(2023, 1, 2), date(2026, 8, 31), "Level", "L2, Software Engineer", 44.0, "hire") in told
    assert {row[2] for row in told} == {"Level", "Team", "Manager"}
    assert found.answer.startswith(
        "Amara Diallo has held L3 of Software Engineer since 1 September 2026, for 2.7 months"
    )
    assert found.rest.startswith("For L4: ")


def test_only_assessments_that_both_may_read_are_told(firm):
    make_assessment(
        firm.amara, firm.edition, "L3", manager=firm.manager, own={DESIGN: "met"}, theirs={DESIGN: "partly_met"},
        own_on=JUNE, theirs_on=JULY,
    )  # fmt: skip
    make_assessment(
        firm.amara, firm.edition, "L4", manager=firm.manager, theirs={DESIGN: "not_met"}, theirs_on=JULY,
        opened_on=date(2026, 10, 1),
    )  # fmt: skip
    found = ask(firm.amara, firm.amara)
    assert rows(found, "assessments") == [(JULY, "Software Engineer", "L3", "in", "Tomasz Wieczorek")]
    first = rows(found, "standing")[0]
    assert (first[0], first[2], first[3], first[4]) == ("L3", "partly met", "Partly", JULY)


def test_a_decision_is_told_only_when_its_candidate_was(firm):
    cycle = make_cycle(firm, state=CycleState.DECIDED, name="Spring")
    case = make_case(cycle, firm.amara, state=CaseState.DECIDED)
    decide(case, firm.chair, DecisionKind.PROMOTE)
    for viewer in (None, firm.amara, firm.manager, firm.hr):
        assert rows(ask(firm.amara, viewer, *([Role.HR] if viewer is firm.hr else [])), "decisions") == []
    with transaction() as session:
        case = session.merge(case)
        case.state, case.told_at, case.teller_id = (
            CaseState.COMMUNICATED, datetime(2026, 11, 20, 9, 0, tzinfo=UTC), firm.manager.id,
        )  # fmt: skip
    assert rows(ask(firm.amara, firm.amara), "decisions") == [
        (date(2026, 11, 20), "Spring", "Software Engineer", "L2 → L3", "Promoted", date(2026, 12, 1),
         "Tomasz Wieczorek"),
    ]  # fmt: skip


def test_evidence_is_counted_by_quarter_and_drafts_are_left_out_for_everybody(firm):
    make_evidence(firm.amara, DESIGN, on=JUNE, title="Tax rounding")
    make_evidence(firm.amara, DESIGN, on=date(2026, 4, 1), title="Search")
    make_evidence(firm.amara, DESIGN, on=JULY, title="Ledger")
    make_evidence(firm.amara, DESIGN, on=JULY, title="A secret draft", is_draft=True)
    for viewer in (firm.amara, firm.manager, None):
        found = ask(firm.amara, viewer)
        told = rows(found, "evidence")
        assert [row[:3] for row in told] == [("2026 Q3", 1, 1), ("2026 Q2", 2, 1)]
        assert [piece.partition(" ")[2] for piece in told[1][3].split("; ")] == ["Tax rounding", "Search"]
        assert "secret" not in all_words(found)


def test_a_waiver_stands_in_the_path_of_those_who_may_read_it(firm):
    make_waiver(firm.amara, DESIGN, manager=firm.manager, hr=firm.hr)
    [waiver] = rows(ask(firm.amara, firm.skip), "waivers")
    assert waiver[1:] == ("holds", date(2026, 1, 10), date(2026, 1, 10), "Not part of this job.")


def test_whoever_may_not_read_a_path_finds_nothing_there(firm):
    for viewer in (firm.peer, firm.colleague, firm.stranger, firm.chair):
        with pytest.raises(MissingError):
            ask(firm.amara, viewer)
        assert not can(as_actor(viewer), Permission.PersonPath.READ, firm.amara)
    for viewer in (firm.amara, firm.manager, firm.skip):
        assert ask(firm.amara, viewer).parts["person_id"] == firm.amara.id
    assert ask(firm.amara, firm.hr, Role.HR).is_named


def test_without_a_name_it_is_ones_own_path_and_the_command_line_has_to_say_whose(firm):
    assert ask(None, firm.amara).parts["person_id"] == firm.amara.id
    with pytest.raises(InvalidError) as fault:
        ask()
    assert fault.value.field == "person"


def test_somebody_without_a_level_has_a_path_that_says_so(firm):
    found = ask(firm.skip)
    assert (found.answer, found.rest) == ("Petra Skip holds no level.", "")
    assert found.table("standing").empty == "There is no level to look at."


def test_a_path_asks_the_database_a_fixed_number_of_times(firm):
    few = count_queries(lambda: ask(firm.amara, firm.manager))
    for number in range(6):
        make_evidence(firm.amara, DESIGN, on=JUNE, title=f"Piece {number}")
    assert count_queries(lambda: ask(firm.amara, firm.manager)) <= few <= 16
