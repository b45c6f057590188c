"""The rules of the people file: every cell and every row with its own sentence, the order of rows without a say."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.roster import ChangeKind
from app.domain.roster_company import (
    Company,
    Grouped,
    Held,
    KnownLadder,
    Member,
    NewPerson,
    NewTeam,
    Stored,
)
from app.domain.roster_dates import read_day
from app.domain.roster_faults import KEPT, Findings
from app.domain.roster_lines import find_loops
from app.domain.roster_rules import Outcome, Setting, work_out
from app.domain.roster_spans import Span, held_on

TODAY = date(2026, 11, 21)
HEADER = (
    "employee_id", "name", "email", "team", "manager_employee_id", "ladder", "level", "level_since", "hired_on",
    "left_on", "group:office",
)  # fmt: skip
LADDERS = (KnownLadder("swe", "Software Engineer", frozenset({"swe", "swe+house", "software engineer"}), ("L1", "L2")),)
LEVEL = ("ladder", "level", "level_since")
EMPTY = Company(ladders=LADDERS)


def check(email: str) -> str:
    return "" if email.endswith("@ok") else "It has no part after a dot."


def compare(rows, company=EMPTY, *, header=HEADER, from_on=TODAY, today=TODAY, importer=None) -> Outcome:
    numbered = ((number, list(cells)) for number, cells in enumerate(rows, 2))
    setting = Setting(from_on, today, importer, check, lambda _people: {})
    return work_out(header, 1, numbered, company, setting, file_digest="")


def row(**cells: str) -> list[str]:
    given_cells = {"employee_id": "E1", "name": "Ada", "email": "ada@larkspur.example"} | cells
    return [given_cells.get(name.replace(":", "_"), "") for name in HEADER]


def faults(*rows, **changed) -> list[tuple[int | None, str]]:
    return [(fault.row, fault.column) for fault in compare(rows, **changed).plan.faults]


def said(*rows, **changed) -> str:
    return " ".join(fault.message for fault in compare(rows, **changed).plan.faults)


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"employee_id": ""}, "employee_id", "missing"),
        ({"employee_id": "x" * 65}, "employee_id", "64 characters"),
        ({"name": " "}, "name", "missing"),
        ({"name": "=cmd|' /C calc'!A0"}, "name", "formula"),
        ({"name": "＝1+1"}, "name", "formula"),
        ({"name": "\tAda"}, "name", "a tab"),
        ({"name": "Ada\u202egnp.exe"}, "name", "U+202E"),
        ({"name": "Ad\ufffda"}, "name", "lost"),
        ({"name": "x" * 201}, "name", "200 characters"),
        ({"team": "-"}, "team", "Leave the cell blank"),
        ({"team": "x" * 1001}, "team", "1000 characters"),
        ({"email": "ada"}, "email", "no part after a dot"),
        ({"email": ""}, "email", "missing"),
        ({"ladder": "swe", "level": "L1"}, "level_since", "leave all three blank"),
        ({"ladder": "nurse", "level": "L1", "level_since": "2024-01-01"}, "ladder", "The ladders are: swe"),
        ({"ladder": "swe", "level": "L9", "level_since": "2024-01-01"}, "level", "L1 and L2"),
        ({"ladder": "swe", "level": "L1", "level_since": "2026-11-22"}, "level_since", "yet to come"),
        (dict(zip(LEVEL, ("swe", "L1", "2020-01-01"), strict=True), hired_on="2021-01-01"), "level_since", "hired"),
        ({"hired_on": "2024-02-30"}, "hired_on", "no such day"),
        ({"hired_on": "1900-01-01"}, "hired_on", "1900"),
        ({"hired_on": "3000-01-01"}, "hired_on", "3000"),
        ({"hired_on": "01/02/2024"}, "hired_on", "write 2024-02-01 or 2024-01-02"),
        ({"hired_on": "2024-02-01", "left_on": "2024-01-01"}, "left_on", "before they are hired"),
        ({"manager_employee_id": "E1"}, "manager_employee_id", "themselves"),
        ({"manager_employee_id": "E9"}, "manager_employee_id", "Nobody has this employee id"),
        ({"group_office": "@Berlin"}, "group:office", "formula"),
    ],
)  # fmt: skip
def test_each_wrong_cell_is_one_fault_that_says_what_would_be_right(cells, column, words):
    (fault,) = compare([row(**cells)]).plan.faults
    assert (fault.row, fault.column) == (2, column)
    assert words in fault.message
    assert len(fault.value) <= 60


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("employee_id", "name"), "The column email is missing"),
        (("employee_id", "name", "E-Mail"), "Perhaps “E-Mail” is it"),
        (("employee_id", "name", "email", "Name"), "there twice"),
        (("employee_id", "name", "email", "group:a", "Group: A"), "there twice"),
        (("employee_id", "name", "email", "group:é"), "letters from a to z"),
        (("employee_id", "name", "email", *(f"group:g{number}" for number in range(21))), "more than 20 group columns"),
        (("employee_id", "name", "email", "level"), "ladder and level_since are missing"),
        (("Ada", "ada@larkspur.example"), "The first row must name the columns"),
    ],
)
def test_each_fault_of_the_header_ends_the_reading(header, words):
    plan = compare([], header=header).plan
    assert plan.faults_in_all == 1
    assert words in plan.faults[0].message


def test_header_forgives_capitals_and_spaces_and_names_what_it_ignores():
    header = ("Employee ID", " NAME", "email", "manager", "salary", "")
    plan = compare([["E1", "Ada", "a@b.example", "", "1", ""]], header=header).plan
    assert not plan.faults
    assert [(one.name, one.perhaps) for one in plan.ignored] == [
        ("manager", "manager_employee_id"), ("salary", ""), ("(column 6, without a name)", ""),
    ]  # fmt: skip
    assert "team" in plan.absent


def test_duplicates_and_rows_of_another_width_name_their_row():
    rows = [row(), row(name="Again", email="b@b.example"), row(employee_id="E2"), ["E3", "Cy"], [*row(), "x"]]
    assert faults(*rows) == [(3, "employee_id"), (4, "email"), (5, ""), (6, "")]


def test_blank_rows_and_blank_cells_behind_a_row_are_nothing():
    plan = compare([row(), [""] * 4, [*row(employee_id="E2", email="b@b.example"), "", ""]]).plan
    assert (plan.faults_in_all, len(plan.changes)) == (0, 2)
    assert "no row below the header" in said()


def test_every_fault_is_counted_and_the_first_are_kept():
    findings = Findings()
    for number in range(5000, 0, -1):
        findings.add(number, "name", "", "Wrong.")
    assert findings.count == 5000
    assert [fault.row for fault in findings.first()] == list(range(1, KEPT + 1))


def test_two_rows_that_manage_each_other_close_a_loop():
    plan = compare(
        [
            row(manager_employee_id="E2"),
            row(employee_id="E2", name="Ben", email="b@b.example", manager_employee_id="E1"),
        ]
    ).plan
    assert [(fault.row, fault.column) for fault in plan.faults] == [(2, "manager_employee_id")]
    assert "Ada (E1) → Ben (E2) → Ada (E1)" in plan.faults[0].message


def test_links_that_hold_at_different_times_close_no_loop():
    a, b = NewPerson("a"), NewPerson("b")
    later = TODAY + timedelta(days=30)
    assert find_loops({a: [Span(b, TODAY, later)], b: [Span(a, later, None)]}, TODAY) == []
    assert find_loops({a: [Span(b, TODAY, None)], b: [Span(a, later, None)]}, TODAY) == [[b, a]]


@given(st.text(max_size=12), st.dates(date(2000, 1, 1), date(2050, 1, 1)))
def test_any_text_is_a_day_or_a_sentence(text, today):
    read = read_day(text, today)
    assert isinstance(read, date) or read.endswith(".")


# Taking over again, in any order ---------------------------------------------------


def held_by(entry) -> Held:
    return Held(entry.lineage, entry.level, "import")


def taken_over(company: Company, outcome: Outcome) -> Company:
    """Return the company once the decisions are carried out, as the writer does it."""
    members = dict(company.members)
    teams = dict(company.teams)
    comparison = outcome.comparison
    team_ids = {folded: uuid.uuid5(uuid.NAMESPACE_OID, folded) for folded in comparison.new_teams}
    teams |= {team_ids[folded]: name for folded, name in comparison.new_teams.items()}
    own = {one.entry.employee_id: uuid.uuid5(uuid.NAMESPACE_URL, one.entry.employee_id) for one in outcome.decisions}

    def key(value):
        if isinstance(value, NewTeam):
            return team_ids[value.folded]
        return own[value.employee_id] if isinstance(value, NewPerson) else value

    def rows(spans):
        made = [Stored(uuid.uuid4(), key(one.value), one.starts_on, one.ends_on) for one in spans]
        return sorted(made, key=lambda one: one.starts_on)

    for one in outcome.decisions:
        entry, member = one.entry, one.member
        if member is None:
            begins = one.begins_on
            members[own[entry.employee_id]] = Member(
                own[entry.employee_id], entry.employee_id, entry.name, entry.email, entry.hired_on, entry.left_on,
                rows([Span(comparison.team_key(entry), begins, None)]) if begins and entry.team else (),
                rows([Span(comparison.key_of(entry.manager), one.reports_from, None)]) if one.reports_from else (),
                rows([Span(held_by(entry), entry.level_since, None)]) if entry.level else (),
                rows([Span(Grouped("office", entry.groups[0]), begins, None)]) if begins and entry.groups[0] else (),
            )  # fmt: skip
            continue
        values = {name: getattr(member, name) for name in ("employee_id", "name", "email", "hired_on", "left_on")}
        values |= {str(column): value for column, value in one.person.items()}
        members[member.id] = Member(
            member.id, **values,
            teams=rows(one.team.result(member.teams)) if one.team else member.teams,
            managers=rows(one.manager.result(member.managers)) if one.manager else member.managers,
            spells=rows(one.level.result(member.spells)) if one.level else member.spells,
            groups=rows([span for group in one.groups for span in group.result(member.groups)])
            if one.groups else member.groups,
        )  # fmt: skip
    return Company(members, teams, company.ladders)


DAYS = st.sampled_from(["", "2019-05-01", "2024-01-01", "2026-11-21", "2027-03-01"])
LEVELS = st.sampled_from([
    ("", "", ""), ("swe", "L1", "2024-01-01"), ("Software Engineer", "l2", "2025-06-01"), ("swe", "L2", "2027-03-01"),
])  # fmt: skip


@st.composite
def files(draw):
    """Return the rows of a file without loops: whoever manages stands above."""
    rows = []
    for number in range(draw(st.integers(1, 5))):
        level = draw(LEVELS)
        ahead = level[2] if level[2] > str(TODAY) else ""
        rows.append(row(
            employee_id=f"E{number}",
            name=draw(st.sampled_from(["Ada", "Ben", "Cy"])),
            email=f"p{number}@larkspur.example",
            team=draw(st.sampled_from(["", "Core", "core ", "Edge"])),
            manager_employee_id=draw(st.sampled_from(["", *(f"E{above}" for above in range(number))])),
            ladder=level[0], level=level[1], level_since=level[2],
            hired_on=ahead if level[0] else draw(DAYS), left_on=draw(st.sampled_from(["", "", "2030-01-01"])),
            group_office=draw(st.sampled_from(["", "Oslo", "Berlin"])),
        ))  # fmt: skip
    return rows


@given(files(), files(), st.sampled_from([TODAY, date(2026, 12, 24)]), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_a_file_that_was_taken_over_changes_nothing_more_in_whatever_order(first, second, from_on, chance):
    company = EMPTY
    for rows in (first, second):
        outcome = compare(rows, company, from_on=from_on)
        if outcome.plan.faults_in_all:
            assert not outcome.decisions
            continue
        company = taken_over(company, outcome)
        shuffled = list(rows)
        chance.shuffle(shuffled)
        again = compare(shuffled, company, from_on=from_on)
        assert [fault.message for fault in again.plan.faults] == []
        assert [(one.employee_id, list(one.fields)) for one in again.plan.changes] == []
        assert again.plan.unchanged == len(rows)
    for member in company.members.values():
        for held in (member.teams, member.managers, member.spells):
            assert all(one.ends_on is None or one.starts_on < one.ends_on for one in held)
            assert all(one is held_on(held, one.starts_on) for one in held)


@given(files(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_order_of_rows_makes_no_difference(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    plans = [compare(one).plan for one in (rows, shuffled)]
    told = [{change.employee_id: (change.kind, list(change.fields)) for change in plan.changes} for plan in plans]
    assert told[0] == told[1]
    assert plans[0].new_teams == plans[1].new_teams
    assert all(change.kind is ChangeKind.ADDED for change in plans[0].changes)
