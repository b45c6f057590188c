"""The access matrix, cell by cell: a request of a signed-in browser, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from werkzeug.test import TestResponse

from tests.access.matrix import GONE, OUTSIDE, Cell, cells, check_names, planted_in, readable_words, rules
from tests.access.world import World
from tests.conftest import BACKEND

CELLS = list(cells())
Key = Callable[[Cell], tuple[str, ...]]


def act_as(cell: Cell) -> tuple[str, ...]:
    """Return an act and who asks: one view, behind one guard."""
    return cell.kind, cell.act, cell.actor


def right_on(cell: Cell) -> tuple[str, ...]:
    """Return a right on an object, and who asks; nobody from outside gets as far as an object."""
    return cell.kind, "" if cell.actor in OUTSIDE else cell.name, cell.permission, cell.actor


def right_of(cell: Cell) -> tuple[str, ...]:
    """Return a right on a kind of objects, and who asks: the same statements, whatever the object."""
    return cell.kind, cell.permission, cell.actor


def act_on(cell: Cell) -> tuple[str, ...]:
    """Return an act on an object, whoever asks: a page in one state."""
    return cell.group, cell.kind


def act_of(cell: Cell) -> tuple[str, ...]:
    """Return an act, whatever the object and whoever asks."""
    return cell.kind, cell.act


def chosen(among: Iterable[Cell], *keys: Key) -> list[Cell]:
    """Return those cells that are the first to have some key."""
    seen: set[tuple[Key, tuple[str, ...]]] = set()
    found = []
    for cell in among:
        has = {(key, key(cell)) for key in keys}
        if not has <= seen:
            found.append(cell)
        seen |= has
    return found


def asked(backend: str) -> list[Cell]:
    """Return the cells that are sent as requests; the policy itself is asked them all, in `test_policy_mutants`.

    What is allowed is sent whole. A refusal comes from the guard before the act, by the right and the object alone: an
    act is refused to each actor once, and so is each right on each object. The second database is asked every page in
    every state, and every right of every actor once: its statements differ, and not who asks about which object.
    """
    allowed = [cell for cell in CELLS if cell.is_allowed]
    refused = [cell for cell in CELLS if not cell.is_allowed]
    if backend == "sqlite":
        return allowed + chosen(refused, act_as, right_on)
    return chosen(allowed, act_on, right_of) + chosen(refused, act_of, right_of)


GROUPS: dict[str, list[Cell]] = {}
for _cell in asked(BACKEND):
    GROUPS.setdefault(_cell.group, []).append(_cell)
NOTED = frozenset({"fetch"})
"""Pages of which it is kept when somebody opened them first."""
NO_FORM, NOT_SIGNED_IN, REFUSED, MISSING = 302, 401, 400, 404


def ask(world: World, cell: Cell, object_id: object = None) -> TestResponse:
    """Send the request of a cell, for its object or for another id."""
    company = world.company
    return world.visitor(cell.actor).ask(
        cell.method,
        cell.at(company, object_id),
        cell.sent(company, object_id) if cell.method == "POST" else None,
    )


def faults_of(world: World, cell: Cell) -> list[str]:
    """Return what is wrong with the answer to a cell's request; empty when all is well."""
    got = ask(world, cell)
    text = got.get_data().decode(errors="replace")
    if cell.actor in OUTSIDE:
        return door_faults(cell, got, text)
    if not cell.is_allowed:
        return refusal_faults(world, cell, got)
    found = planted_in(text) | planted_in(str(got.headers))
    faults = [] if got.status_code == cell.answer else [f"{got.status_code} instead of {cell.answer}"]
    faults += [f"{word} is missing" for word in sorted(cell.shows - found)]
    return faults + [f"{word} is not for this reader" for word in sorted(found - readable_words(cell.actor))]


def door_faults(cell: Cell, got: TestResponse, text: str) -> list[str]:
    """Return what is wrong with the answer to somebody who has not signed in, or has left."""
    wanted = NO_FORM if cell.method == "GET" else NOT_SIGNED_IN
    faults = [] if got.status_code == wanted else [f"{got.status_code} instead of {wanted}"]
    if cell.method == "GET" and not got.headers.get("Location", "").startswith("/login"):
        faults.append("the way does not lead to sign-in")
    return faults + [f"{word} is not for this reader" for word in sorted(planted_in(text))]


_missing: dict[tuple[str, str, str], TestResponse] = {}


def missing_answer(world: World, cell: Cell) -> TestResponse:
    """Return the answer to the same request about something that does not exist; asked once for each act and actor."""
    key = cell.kind, cell.act, cell.actor
    if key not in _missing:
        _missing[key] = ask(world, cell, GONE)
    return _missing[key]


def refusal_faults(world: World, cell: Cell, got: TestResponse) -> list[str]:
    """Return how a refusal differs from the answer about something that does not exist."""
    if BACKEND != "sqlite":
        # The bytes of a refusal do not depend on the database, and were compared with SQLite.
        return [] if got.status_code == MISSING else [f"{got.status_code}, and missing is 404"]
    missing = missing_answer(world, cell)
    faults = [] if got.status_code == missing.status_code == 404 else [f"{got.status_code}, and missing is 404"]
    if got.data != missing.data:
        faults.append("refused and missing are not the same bytes")
    if set(got.headers.keys()) != set(missing.headers.keys()):
        faults.append("refused and missing have not the same headers")
    return faults


@pytest.mark.parametrize("cells_of_act", GROUPS.values(), ids=GROUPS)
def test_act_is_for_those_whom_the_matrix_names(world, cells_of_act):
    refused = {cell.actor: faults_of(world, cell) for cell in cells_of_act if not cell.is_allowed}
    assert not any(refused.values()), refused
    if refused and cells_of_act[0].method == "POST":
        assert world.dump() == world.as_built, "a refused request changed something"
    allowed = {cell.actor: faults_when_allowed(world, cell) for cell in cells_of_act if cell.is_allowed}
    assert not any(allowed.values()), allowed


def faults_when_allowed(world: World, cell: Cell) -> list[str]:
    """Return what is wrong with the answer to an act that is allowed, on the company as it was built."""
    world.restore_if_changed()
    faults = faults_of(world, cell)
    # An answer that is none of a good one is rolled back. Attempts at a password are counted all the same, on pages.
    is_rolled_back = cell.answer >= REFUSED and cell.name and not faults
    if (cell.method == "POST" and not is_rolled_back) or cell.act in NOTED:
        world.changed()
    return faults


def test_the_matrix_covers_what_it_says():
    known = rules()
    assert len(CELLS) > 1500
    assert {cell.actor for cell in CELLS} == set(known["actors"])
    assert len({(cell.group, cell.actor) for cell in CELLS}) == len(CELLS)


@pytest.mark.parametrize(("backend", "refused_by"), [("sqlite", (act_as, right_on)), ("postgres", (act_of, right_of))])
def test_requests_leave_out_no_right_no_act_and_no_page_in_any_state(backend, refused_by):
    sent = asked(backend)
    for is_allowed, keys in ((True, (act_on, right_of)), (False, refused_by)):
        for key in keys:
            there_are = {key(cell) for cell in CELLS if cell.is_allowed is is_allowed}
            assert {key(cell) for cell in sent if cell.is_allowed is is_allowed} == there_are
    if backend == "sqlite":
        assert sum(cell.is_allowed for cell in sent) == sum(cell.is_allowed for cell in CELLS)


def test_a_slip_of_the_pen_in_the_matrix_is_no_refusal():
    with pytest.raises(KeyError, match="raed"):
        check_names({"allow": {"raed": ["subject"]}}, rules()["acts"]["evidence"])
    with pytest.raises(KeyError, match="manger"):
        check_names({"sees": {"read": {"manger": ["title"]}}}, rules()["acts"]["evidence"])


@pytest.mark.parametrize("row", rules()["absent"])
def test_what_part_one_does_not_offer_answers_nobody(world, row):
    for address in rules()["absent"][row]:
        for actor in rules()["actors"]:
            for method in ("GET", "POST"):
                got = world.visitor(actor).ask(method, address)
                at_the_door = actor in OUTSIDE and got.headers.get("Location", "").startswith("/login")
                assert at_the_door or got.status_code in {404, 405}, f"{method} {address} as {actor}"
