"""The test of the access suite itself: a policy that is open, closed or lost a word must turn it red."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pytest

from app.access import policy
from app.access import predicates as p
from app.access.actor import Role
from app.access.permissions import every_permission
from app.access.policy import POLICY, Rule, rule
from app.access.predicates import Predicate
from app.access.relations import Fact, ObjectRelation, PersonRelation, relations
from tests.access.matrix import OUTSIDE, Cell, cells, object_cells, page_cells
from tests.access.test_matrix import faults_of
from tests.access.world import World

CAUGHT_AT_LEAST = 0.95
GONE = 404
Policy = Mapping[StrEnum, Rule]
STATES = (p.is_draft, p.is_shared, p.was_shared)


@dataclass(frozen=True)
class Mutant:
    """A policy with one fault, and the fault in words."""

    fault: str
    policy: Policy
    permission: StrEnum


def mutants() -> Iterator[Mutant]:
    """Return the policy with one fault each: a line, a predicate or a denial left out, a state taken for another.

    `signed_in` holds of everybody who gets as far as the policy, so leaving it out changes nothing.
    """
    for permission, known in POLICY.items():
        for place, line in enumerate(known.any_of):
            rest = known.any_of[:place] + known.any_of[place + 1 :]
            yield mutant(permission, f"without line {place + 1}", replace(known, any_of=rest))
            for number, predicate in enumerate(line):
                if predicate is p.signed_in:
                    continue
                others = line[:number] + line[number + 1 :]
                looser = (*known.any_of[:place], others, *known.any_of[place + 1 :])
                yield mutant(permission, f"without “{predicate.sentence}”", replace(known, any_of=looser))
                for other in taken_for(predicate):
                    changed = (*line[:number], other, *line[number + 1 :])
                    lines = (*known.any_of[:place], changed, *known.any_of[place + 1 :])
                    yield mutant(permission, f"{other.sentence} for {predicate.sentence}", replace(known, any_of=lines))
        for place, denial in enumerate(known.never):
            rest = known.never[:place] + known.never[place + 1 :]
            yield mutant(permission, f"without the denial “{denial.sentence}”", replace(known, never=rest))


def taken_for(predicate: Predicate) -> list[Predicate]:
    """Return the states that somebody could write in place of one."""
    return [other for other in STATES if predicate in STATES and other is not predicate]


def mutant(permission: StrEnum, fault: str, changed: Rule) -> Mutant:
    """Return the whole policy with one rule changed."""
    return Mutant(f"{permission} {fault}", dict(POLICY) | {permission: changed}, permission)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page without an object is about: its reader, and nobody's role."""

    subject_id: uuid.UUID
    holds_no_role: bool = True
    is_underway: bool = True
    has_not_left: bool = True


@dataclass(frozen=True, slots=True)
class OwnFeedback:
    """What the rules refuse: somebody who is asked for feedback on their own case."""

    subject_id: uuid.UUID
    author_id: uuid.UUID


@dataclass(frozen=True)
class OwnWords:
    """What the rules refuse: words of a mentorship whose author is from outside."""

    author_id: uuid.UUID
    mentorship_id: uuid.UUID


class Bench:
    """Decides every cell of the matrix by `can`, under any policy; what a predicate says is asked only once."""

    def __init__(self, world: World, cases: list[Cell]) -> None:
        """Load the actors and the objects."""
        self.permissions = {str(one): one for one in every_permission()}
        self.actors = {name: world.actor(name) for name in world.company.people}
        self.things = {name: world.thing(name) for name in world.company.objects}
        self.cases = [cell for cell in cases if cell.actor not in OUTSIDE]
        self.by_permission: dict[str, list[Cell]] = {}
        for cell in self.cases:
            self.by_permission.setdefault(cell.permission, []).append(cell)
        self.known: dict[tuple[int, uuid.UUID, int], bool] = {}
        self.wrapped: dict[int, Predicate] = {}

    def remembering(self, predicate: Predicate) -> Predicate:
        """Return a predicate that remembers what it has said."""

        def holds(actor: Any, thing: Any) -> bool:
            key = id(predicate), actor.person_id, id(thing)
            if key not in self.known:
                self.known[key] = predicate.holds(actor, thing)
            return self.known[key]

        return self.wrapped.setdefault(id(predicate), replace(predicate, holds=holds))

    def prepared(self, known: Rule) -> Rule:
        """Return a rule of predicates that remember."""
        lines = tuple(tuple(self.remembering(one) for one in line) for line in known.any_of)
        return Rule(lines, tuple(self.remembering(one) for one in known.never))

    def failures(self, monkeypatch: pytest.MonkeyPatch, tried: Policy, changed: StrEnum | None = None) -> list[Cell]:
        """Return the cells that a policy decides otherwise than the matrix says.

        Where it differs from the real one in one permission, the cells of the others are decided as ever.
        """
        asked = self.cases if changed is None else self.by_permission.get(str(changed), [])
        needed = tried if changed is None else {changed: tried[changed]}
        monkeypatch.setattr(policy, "POLICY", {key: self.prepared(known) for key, known in needed.items()})
        return [cell for cell in asked if self.decision(cell) is not cell.is_allowed]

    def decision(self, cell: Cell) -> bool:
        """Return what the policy says to a cell. A page that needs no object is about whoever opens it."""
        thing = self.things[cell.name] if cell.name else Page(self.actors[cell.actor].person_id)
        return policy.can(self.actors[cell.actor], self.permissions[cell.permission], thing)


@pytest.fixture
def bench(world: World) -> Bench:
    return Bench(world, list(cells(with_inner=True)))


def plant_impossible_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant facts that the rules refuse: people who report to themselves, were asked about or judge themselves.

    Nor does somebody from outside coordinate mentoring.
    """
    manages, asked = relations.between_people[Fact.MANAGES], relations.about_objects[Fact.ASKED_ABOUT]
    planted = PersonRelation(lambda *_: True, manages.subjects)
    monkeypatch.setitem(relations.between_people, Fact.MANAGES, planted)
    of_oneself = ObjectRelation(lambda *_: True, asked.objects)
    for fact in (Fact.ASKED_ABOUT, Fact.REVIEWS, Fact.CHAIRS, Fact.PAIRED, Fact.LEADS_IN_TEAM):
        monkeypatch.setitem(relations.about_objects, fact, of_oneself)
    monkeypatch.setitem(relations.about_objects, Fact.RECUSED, ObjectRelation(lambda *_: False, asked.objects))
    monkeypatch.setitem(relations.of_actor, Fact.COORDINATES, lambda _: True)


def denials_that_fail(world: World, monkeypatch: pytest.MonkeyPatch, tried: Policy) -> list[str]:
    """Return the permissions on one's own object that a denial should have closed, whatever else holds."""
    monkeypatch.setattr(policy, "POLICY", tried)
    subject = replace(world.actor("subject"), roles=frozenset(Role))
    own = {
        "evidence": [world.thing("shared")],
        "assessment": [world.thing("self_in"), world.thing("revealed")],
        "accounts": [world.thing("account_subject")],
        "person": [world.thing("person_subject")],
        "waiver": [world.thing("person_subject")],
        "case": [world.thing("drafting_case"), world.thing("compared")],
        "feedback": [OwnFeedback(subject.person_id, subject.person_id)],
    }
    denied = [one for one, known in POLICY.items() if p.is_subject in known.never]
    found = [one for one in denied if any(policy.can(subject, one, thing) for thing in own[one.partition(":")[0]])]
    outsider = replace(world.actor("stranger"), is_outside=True)
    inside = [one for one, known in POLICY.items() if {p.is_outside, p.is_outside_of_it} & set(known.never)]
    own_words = OwnWords(outsider.person_id, uuid.uuid4())
    things = {"cycle": world.thing("cycle_open"), "note": own_words, "private_note": own_words}
    things["team_tiers"] = world.thing("team")
    nothing = Page(outsider.person_id)
    return found + [one for one in inside if policy.can(outsider, one, things.get(one.partition(":")[0], nothing))]


def own_rows_that_open(world: World, monkeypatch: pytest.MonkeyPatch, tried: Policy) -> list[str]:
    """Return what HR holds on a case of her own that no candidate holds, even if nothing recused her from it."""
    recused = relations.about_objects[Fact.RECUSED]
    monkeypatch.setitem(relations.about_objects, Fact.RECUSED, ObjectRelation(lambda *_: False, recused.objects))
    monkeypatch.setattr(policy, "POLICY", tried)
    permissions = {str(one): one for one in every_permission()}
    hr, case = replace(world.actor("subject"), roles=frozenset({Role.HR})), world.thing("compared")
    cells_of_hers = [cell for cell in object_cells() if (cell.name, cell.actor) == ("compared", "subject")]
    own = {cell.permission: cell.is_allowed for cell in cells_of_hers}
    return [one for one, is_own in own.items() if not is_own and policy.can(hr, permissions[one], case)]


def test_the_policy_decides_every_cell_as_the_matrix_says(bench, monkeypatch):
    assert not [cell.label for cell in bench.failures(monkeypatch, POLICY)]


def test_every_permission_has_cells():
    known = {str(one) for one in every_permission()}
    assert {cell.permission for cell in cells(with_inner=True)} == known == set(POLICY)


def test_a_policy_that_lets_everybody_in_fails_at_every_refusal(bench, monkeypatch):
    open_to_all = {permission: rule((p.signed_in,)) for permission in POLICY}
    assert bench.failures(monkeypatch, open_to_all) == [cell for cell in bench.cases if not cell.is_allowed]


def test_a_policy_that_lets_nobody_in_fails_at_every_permission(bench, monkeypatch):
    closed_to_all = {permission: rule() for permission in POLICY}
    assert bench.failures(monkeypatch, closed_to_all) == [cell for cell in bench.cases if cell.is_allowed]


def noticed(world: World, cell: Cell) -> bool:
    """Say whether the requests of the suite find a fault in a cell; a page that breaks is one."""
    try:
        return bool(faults_of(world, cell))
    except Exception:  # noqa: BLE001 - a view may break in any way where nobody was meant to come
        return True


OWN_PAIR = {"round_open-show_choice-peer", "round_published-show_choice-peer"}


@pytest.mark.parametrize("is_open", [True, False])
def test_requests_notice_a_policy_that_is_open_or_closed_to_all(world, monkeypatch, is_open):
    lines = ((p.signed_in,),) if is_open else ()
    monkeypatch.setattr(policy, "POLICY", {permission: Rule(lines) for permission in POLICY})
    wrong = [
        cell
        for cell in (*object_cells(), *page_cells())
        if cell.method == "GET" and cell.address and cell.actor not in OUTSIDE and cell.is_allowed is not is_open
        # A sealed assessment is guarded twice: the query that compares both sides refuses whatever the policy says.
        if not (is_open and cell.kind == "assessment" and "revealed" not in cell.name)
        # So are the pages of a reviewer: whoever holds no seat has no rating to see.
        and not (is_open and cell.permission in {"case:rate", "case:change_rating"})
        # Nobody sets the pair that they are in themselves by hand, whatever rights they hold.
        and not (is_open and cell.label in OWN_PAIR)
        # A file of one’s own data is handed to whoever’s data are all that they see, and any file only once.
        and not (is_open and cell.group in {"export_of_subject-fetch", "export_of_manager-fetch"})
        # What is not there answers as a refusal does, to those who may see it too.
        and cell.answer != GONE
    ]
    unnoticed = [cell.label for cell in wrong[::7] if not noticed(world, cell)]
    assert not unnoticed
    assert len(wrong) > (300 if is_open else 200)


def test_mutants_of_the_policy_are_caught(world, bench, monkeypatch):
    tried, survivors = 0, []
    for one in mutants():
        tried += 1
        with monkeypatch.context() as patch:
            if bench.failures(patch, one.policy, one.permission):
                continue
            if own_rows_that_open(world, patch, one.policy):
                continue
            plant_impossible_facts(patch)
            if not denials_that_fail(world, patch, one.policy):
                survivors.append(one.fault)
    score = 1 - len(survivors) / tried
    figures = f"{tried} mutants, {score:.1%} caught; alive: {survivors}"
    assert tried > 90
    assert score >= CAUGHT_AT_LEAST, figures


def test_hr_holds_nothing_on_her_own_case_that_no_candidate_holds(world, monkeypatch):
    assert not own_rows_that_open(world, monkeypatch, POLICY)


def test_nobody_gets_round_a_denial_on_their_own_case(world, monkeypatch):
    plant_impossible_facts(monkeypatch)
    assert not denials_that_fail(world, monkeypatch, POLICY)
