"""F9 and F10: one sheet in two tabs, and both sides of it, at the very same moment: no lost update, over and over."""

from __future__ import annotations

import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from types import SimpleNamespace

import pytest

from app.assessment import actions, queries
from app.assessment.actions import Entry
from app.assessment.models import WHOLE, Side
from app.audit.actions import Author
from app.domain.rating import Answer
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from tests.factories.assessments import publish
from tests.factories.people import make_person

DESIGN, COACH = "swe.design-significant-features", "swe.coach-juniors"
ASKED = (
    DESIGN,
    COACH,
    "swe.influence-architecture",
    "swe.lead-design-discussions",
    "swe.systemic-improvements",
)
JSON = {"Accept": "application/json"}
NOTE = actions.note_field(WHOLE)
SIDES = ("self", "manager")
ROUNDS = [5, pytest.param(100, marks=pytest.mark.long)]


@pytest.fixture
def app(raced_app):
    """Return the application on a fresh database of each kind in turn."""
    return raced_app


@pytest.fixture
def running(app):
    """Return a running assessment with the author of each side."""
    publish()
    manager = make_person("Tomasz Wieczorek")
    subject = make_person("Amara Diallo", manager=manager, level="L2", since=date(2025, 2, 3))
    with transaction():
        found = actions.open_assessment(subject, by=Author(subject.id), at=now())
    return SimpleNamespace(id=found.id, path=f"/assessments/{found.id}", self=subject, manager=manager)


@pytest.fixture
def at_once(app):
    """Return a runner of acts in threads of their own, each with a database session of its own."""

    def run(act):
        with app.app_context():
            return act()

    def run_all(acts):
        with ThreadPoolExecutor(len(acts)) as pool:
            results = [result.result() for result in [pool.submit(run, act) for act in acts]]
        db.session.rollback()
        return results

    return run_all


def stored(running, side, expectation):
    db.session.rollback()
    author = getattr(running, side)
    return queries.list_answers(running.id, Side(side), author.id)[expectation].comment


@pytest.mark.parametrize("rounds", ROUNDS)
def test_of_two_tabs_on_each_side_one_wins_and_the_other_gets_both_texts(running, client_for, at_once, rounds):
    tabs = {(side, tab): client_for(getattr(running, side)) for side in SIDES for tab in "ab"}
    for turn in range(rounds):
        forms = {key: client.get(running.path).form(ending=f"/{key[0]}") for key, client in tabs.items()}
        texts = {key: f"turn {turn}, {key[0]}, tab {key[1]}" for key in tabs}
        acts = [
            lambda key=key: (key, tabs[key].send(forms[key], **{f"words-{DESIGN}": texts[key]}))  # noqa: B023 - run at once
            for key in tabs
        ]
        pages = dict(at_once(acts))
        for side in SIDES:
            first, second = pages[side, "a"], pages[side, "b"]
            assert sorted((first.status, second.status)) == [302, 409]
            loser, winner = ("a", "b") if first.status == 409 else ("b", "a")
            shown = pages[side, loser].words()
            assert texts[side, loser] in shown
            assert texts[side, winner] in shown
            assert not any(texts[key] in shown for key in tabs if key[0] != side)
            assert stored(running, side, DESIGN) == texts[side, winner]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_an_older_autosave_never_overwrites_a_newer_one_in_whatever_order(running, client_for, at_once, rounds):
    clients = {side: client_for(getattr(running, side)) for side in SIDES}
    forms = {side: clients[side].get(running.path).form(ending=f"/{side}") for side in SIDES}
    order = random.Random(9)
    for turn in range(rounds):
        numbers = [3 * turn + step for step in (1, 2, 3)]
        sent = [(side, number) for side in SIDES for number in numbers]
        # The last one goes out twice, as a browser repeats what it has heard nothing of.
        sent += [(side, numbers[-1]) for side in SIDES]
        order.shuffle(sent)

        def save(side, number):
            more = {f"words-{COACH}": f"{side} {number}", "sequence": number, "idempotency_key": uuid.uuid4().hex}
            return clients[side].post(f"{running.path}/{side}/draft", forms[side].with_values(**more), headers=JSON)

        pages = at_once([lambda side=side, number=number: save(side, number) for side, number in sent])
        assert {page.status for page in pages} == {200}
        for side in SIDES:
            assert stored(running, side, COACH) == f"{side} {numbers[-1]}"


def plan_of(running):
    """Return a growth plan of the engineer, which both may change."""
    with transaction():
        by = Author(running.self.id)
        return actions.open_plan(running.self, target="L3", goals=[COACH], review_on=None, by=by, at=now())


@pytest.mark.parametrize("rounds", ROUNDS)
def test_of_two_people_at_one_plan_one_wins_and_the_other_gets_both_texts(running, client_for, at_once, rounds):
    plan = plan_of(running)
    path, field = f"/growth/{plan.id}/edit", f"goal-{COACH}"
    clients = {side: client_for(getattr(running, side)) for side in SIDES}
    for turn in range(rounds):
        forms = {side: client.get(path).form(ending="/edit") for side, client in clients.items()}
        texts = {side: f"turn {turn}, written by {side}" for side in SIDES}
        acts = [lambda side=side: clients[side].send(forms[side], **{field: texts[side]}) for side in SIDES]  # noqa: B023 - run at once
        pages = dict(zip(SIDES, at_once(acts), strict=True))
        assert sorted(page.status for page in pages.values()) == [302, 409]
        loser, winner = SIDES if pages["self"].status == 409 else SIDES[::-1]
        assert texts[loser] in pages[loser].words()
        assert texts[winner] in pages[loser].words()
        assert dict(clients[winner].get(path).form(ending="/edit").fields)[field] == texts[winner]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_of_two_people_at_one_joint_note_one_wins_and_the_other_gets_both_texts(running, client_for, at_once, rounds):
    reveal(running)
    clients = {side: client_for(getattr(running, side)) for side in SIDES}
    for turn in range(rounds):
        forms = {side: client.get(running.path).form(ending="/notes") for side, client in clients.items()}
        texts = {side: f"turn {turn}, written by {side}" for side in SIDES}
        acts = [lambda side=side: clients[side].send(forms[side], **{NOTE: texts[side]}) for side in SIDES]  # noqa: B023 - run at once
        pages = dict(zip(SIDES, at_once(acts), strict=True))
        assert sorted(page.status for page in pages.values()) == [302, 409]
        loser, winner = SIDES if pages["self"].status == 409 else SIDES[::-1]
        assert texts[loser] in pages[loser].words()
        assert texts[winner] in pages[loser].words()
        assert dict(clients[winner].get(running.path).form(ending="/notes").fields)[NOTE] == texts[winner]


def reveal(running):
    """Let both sides come in, with an answer to one expectation."""
    for side in Side:
        author = getattr(running, side.value)
        content = {one: Entry(Answer.MET) for one in ASKED}
        with transaction():
            row = queries.get_assessment(running.id)
            actions.submit_side(row, side, content, revision=0, may_open=True, by=Author(author.id), at=now())
