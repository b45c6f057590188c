"""Lists are ordered to the last row, and a page asks the database as often in a large company as in a small one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    PrimaryKeyConstraint,
    Select,
    Table,
    UniqueConstraint,
    event,
    select,
)
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.visitors import iterate

from app.assessment.actions.standing import refresh_due
from app.evidence.models import Evidence
from app.infra.db import db
from app.people.models import Person
from tests.access.addresses import every_address, rules_of
from tests.access.company import FIRST, SECOND
from tests.access.world import World, tables
from tests.conftest import NOW
from tests.factories.assessments import make_assessment, make_evidence
from tests.factories.people import make_person

APP = Path(sys.modules["app"].__file__ or "").parent
MOST = 12
MOST_OF_JOINED_PAGES = {
    "assessment.download_result": 18,
    "assessment.show_assessment": 16,
    "assessment.write_anew": 15,
    "home.show_home": 14,
    "promotion.ask_before_submitting": 16,
    "promotion.choose_evidence": 13,
    "promotion.download_packet": 23,
    "promotion.show_case": 13,
    "promotion.show_committee": 13,
    "promotion.show_cycle": 14,
    "promotion.show_decision": 13,
    "promotion.show_draft_decision": 16,
    "promotion.show_edit_decision": 13,
    "promotion.show_expectations": 16,
    "promotion.show_packet": 24,
    "promotion.show_packet_draft": 23,
    "promotion.show_panel": 15,
    "promotion.show_rehearsal": 17,
    "reports.show_person": 18,
    "reports.show_readiness": 17,
}
"""Pages that join readiness, evidence and people ask more often. These numbers may fall and not rise."""
ONE_ROW = (
    "get_",
    "find_",
    "count_",
    "has_",
    "is_",
    "was_",
    "delay_",
    "lock_",
    "load_",
    "usual_",
    "next_",
    "last_",
    "_fetch",
    "concerns",
    "leads_",
)
"""Beginnings of the names of queries that return one row at most: `get_` one or 404, `find_` one or none."""
ORDERED_BY_ITSELF = {
    "audit/queries/events.py:numbers_for",
    "people/queries/lines.py:_lines_as_of",
    "people/queries/held.py:_times_of",
    "assessment/queries/facts.py:facts_of",
    "evidence/queries/facts.py:pieces_for_readiness",
    "home/queries.py:company_state",
    "mentoring/queries/pool.py:_judging",
    "mentoring/queries/relations.py:_paired",
    "reports/queries/agreement.py:list_ratings",
    "reports/queries/headcount.py:_teams",
    "reports/queries/mentoring.py:list_months",
    "reports/queries/presence.py:read_presence",
    "reports/queries/progression.py:_counted",
    "reports/queries/promotion_funnel.py:list_dimensions",
    "reports/queries/readiness.py:_recorded",
    "reports/queries/self_gap.py:_overlaps",
    "reports/queries/spells.py:read_careers",
    "reports/queries/time_in_level.py:_seen_late",
    "reports/queries/time_in_level.py:teams_of",
}
"""What is kept from a reader is a set, and so are who judges whom and the pairs somebody is in; a chain of managers has
one person at each distance; reports add up by keys; the others order what they join by the id of its rows."""
LOOKING = ("subject", "manager", "skip", "hr", "asked", "stranger", "admin", "editor")
LOOKING_AT_MENTORING = ("mentor", "coordinator")
"""Who has pages of their own there, and sees elsewhere what others do."""


# Order -------------------------------------------------------------------------


@cache
def unique_columns() -> frozenset[Column[Any]]:
    """Return the columns of which no two rows have the same value."""
    found: set[Column[Any]] = set()
    for table in tables():
        groups = [list(table.primary_key.columns)]
        groups += [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
        found |= {columns[0] for columns in groups if len(columns) == 1}
    return frozenset(found)


@cache
def unique_sets() -> tuple[frozenset[Column[Any]], ...]:
    """Return the columns that tell rows apart together, for each constraint and index that does so."""
    return tuple(frozenset(one.columns) for table in tables() for one in unique_groups(table))


def unique_groups(table: Table) -> list[UniqueConstraint | PrimaryKeyConstraint | Index]:
    """Return the constraints and indexes that tell rows apart; those of live rows count, lists show no others."""
    indexes = [one for one in table.indexes if one.unique]
    kinds = (UniqueConstraint, PrimaryKeyConstraint)
    return [one for one in table.constraints if isinstance(one, kinds)] + indexes


def base_columns(clause: ColumnElement[Any]) -> set[Column[Any]]:
    """Return the columns of tables that an expression is made of."""
    return {
        base
        for part in iterate(clause)
        if isinstance(part, ColumnElement)
        for base in getattr(part, "base_columns", ())
        if isinstance(base, Column)
    }


def is_ordered_to_the_last_row(statement: Select[Any]) -> bool:
    """Say whether an order leaves no two rows in the same place."""
    ordering = [column for clause in statement._order_by_clauses for column in base_columns(clause)]
    pinned = pinned_columns(statement)
    unique = unique_columns()
    if any(column in unique for column in ordering):
        return True
    # A row is also told apart by several columns together, some of which the condition pins.
    return bool(ordering) and any(columns <= pinned | set(ordering) for columns in unique_sets())


def pinned_columns(statement: Select[Any]) -> set[Column[Any]]:
    """Return the columns that a condition compares with one value."""
    found: set[Column[Any]] = set()
    for clause in statement._where_criteria:
        for part in iterate(clause):
            if getattr(getattr(part, "operator", None), "__name__", "") == "eq":
                found |= base_columns(part.left)
    return found


def returns_one_row(statement: Select[Any]) -> bool:
    """Say whether a select returns one row by itself: a sum, or the row of a key."""
    if pinned_columns(statement) & unique_columns():
        return True
    counts = [column for column in statement.selected_columns if not base_columns(column) or "count" in str(column)]
    return not statement._group_by_clauses and len(counts) == len(list(statement.selected_columns))


def asking_function() -> str:
    """Return the innermost function of the application's queries that has sent the running statement."""
    frame = sys._getframe()
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        is_comprehension = frame.f_code.co_name.startswith("<")
        if APP in path.parents and "infra" not in path.parts and not is_comprehension:
            return f"{path.relative_to(APP).as_posix()}:{frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


@contextmanager
def watching(note: Callable[[Select[Any], str], None]) -> Iterator[None]:
    """Tell of every select that the application sends, and of the function that sends it."""

    def listen(state: ORMExecuteState) -> None:
        if state.is_select and not state.is_relationship_load and not state.is_column_load:
            note(state.statement, asking_function())

    event.listen(Session, "do_orm_execute", listen)
    try:
        yield
    finally:
        event.remove(Session, "do_orm_execute", listen)


def faulty(statement: Any, function: str) -> bool:
    """Say whether a select may return several rows in an order that the database chooses."""
    name = function.rpartition(":")[2]
    if (
        not function
        or function in ORDERED_BY_ITSELF
        or name.lstrip("_").startswith(ONE_ROW)
        or name.startswith(ONE_ROW)
    ):
        return False
    if not isinstance(statement, Select) or returns_one_row(statement):
        return False
    return not is_ordered_to_the_last_row(statement)


@pytest.mark.parametrize(
    "statement, is_fault",
    [
        (select(Person), True),
        (select(Person).order_by(Person.sort_name), True),
        (select(Person).order_by(Person.sort_name, Person.id), False),
        (select(Person).where(Person.id == Person.id), False),
        (select(Evidence).where(Evidence.subject_id == "x").order_by(Evidence.number), False),
        (select(Evidence).order_by(Evidence.number), True),
    ],
)
def test_the_check_finds_a_list_without_a_last_order(statement, is_fault):
    assert faulty(statement, "people/queries.py:list_people") is is_fault
    assert not faulty(statement, "people/queries.py:find_person")


@dataclass
class Look:
    """What all pages asked when they were looked at once: the functions, faults by function, statements by page."""

    asked: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    judged: set[tuple[str, object]] = field(default_factory=set)

    def note(self, statement: Select[Any], function: str) -> None:
        """Judge the order of a select, each once: the same one with other values is ordered in the same way."""
        self.asked.add(function)
        key = statement._generate_cache_key()
        if key is not None:
            if (function, key.key) in self.judged:
                return
            self.judged.add((function, key.key))
        if faulty(statement, function):
            self.faults.setdefault(function, str(statement))


_looks: list[Look] = []


def first_look(world: World) -> Look:
    """Return what all pages ask of a company with some of everything; two tests ask, and it is looked at once."""
    if not _looks:
        # What was looked at before is written down, and a second look would ask for less.
        world.let_go()
        world.restore()
        world.changed()
        grow(world)
        look = Look()
        with watching(look.note):
            look.counts = counts(world)
        _looks.append(look)
        world.let_go()
        world.restore()
    return _looks[0]


def test_every_list_is_ordered_to_its_last_row(world):
    look = first_look(world)
    assert len([name for name in look.asked if "queries" in name]) > 20
    assert set(look.faults) == set(), look.faults


# Number ------------------------------------------------------------------------


def count_queries(work: Callable[[], object]) -> int:
    """Return how many statements a piece of work sends, but for the beginnings and ends of transactions."""
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    return len([one for one in seen if not one.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE"))])


def counts(world: World) -> dict[tuple[str, str], int]:
    """Return the number of statements for each page, by who looks at it; refused pages are left out."""
    found = {}
    for actor in LOOKING + LOOKING_AT_MENTORING:
        visitor = world.visitor(actor)
        # The first request of a session also notes when it was last seen.
        visitor.ask("GET", "/")
        for address in every_address(world, "GET"):
            if actor in LOOKING_AT_MENTORING and not address.startswith("/mentoring/"):
                continue
            answers: list[int] = []
            number = count_queries(lambda: answers.append(visitor.ask("GET", address).status_code))  # noqa: B023 - at once
            if answers == [200]:
                found[actor, address] = number
    return found


def grow(world: World) -> None:
    """Let the company grow: reports, pieces, assessments and questions for those who look."""
    people = {name: db.session.get_one(Person, one) for name, one in world.company.people.items()}
    edition = next(iter(_editions()))
    for number in range(8):
        report = make_person(f"Report {number}", manager=people["manager"], level="L2", since=date(2025, 1, 6))
        make_evidence(report, FIRST, SECOND, confirmed_by=people["asked"])
        make_assessment(report, edition, "L3", own={FIRST: "met"}, own_on=date(2026, 10, 1))
        make_person(f"Below {number}", manager=report, level="L1")
        day = date(2026, 9, 1) + timedelta(days=number)
        make_evidence(people["subject"], FIRST, on=day, confirmed_by=people["asked"])
        make_evidence(people["subject"], SECOND, on=day, is_draft=True)
        make_assessment(
            people["subject"], edition, "L3", manager=people["manager"], own={FIRST: "met", SECOND: "met"},
            theirs={FIRST: "partly_met"}, own_on=day, theirs_on=day,
        )  # fmt: skip
    db.session.commit()
    # Factories write past the actions, which keep the stored standing: what the worker would do is done here.
    refresh_due(NOW.date(), lambda *_: None)


def _editions() -> Iterator[Any]:
    from app.ladders.queries import list_adopted

    yield from (one for one in list_adopted() if one.ladder.slug == "software-engineer")


def test_pages_ask_a_large_company_no_more_than_a_small_one(world):
    # What a page asks for may depend on whether there is anything of a kind, but not on how much.
    before = first_look(world).counts
    world.changed()
    grow(world)
    grow(world)
    after = counts(world)
    grown = {f"{page} as {actor}": (number, after[actor, page]) for (actor, page), number in before.items()}
    assert {where: pair for where, pair in grown.items() if pair[1] > pair[0]} == {}
    pages = {address for _, address in before}
    assert len(pages) > len(rules_of(world, "GET")) // 2
    most: dict[str, int] = {}
    adapter = world.app.url_map.bind("localhost")
    for (_, address), number in after.items():
        endpoint = adapter.match(address, method="GET")[0]
        most[endpoint] = max(number, most.get(endpoint, 0))
    assert {one: number for one, number in most.items() if number > MOST_OF_JOINED_PAGES.get(one, MOST)} == {}
