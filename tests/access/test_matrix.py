"""The access matrix, cell by cell: a request of a signed-in browser, and what must come of it."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.access.matrix import GONE, OUTSIDE, Cell, cells, check_names, planted_in, readable_words, rules
from tests.access.world import World
from tests.conftest import BACKEND

CELLS = list(cells())
GROUPS: dict[str, list[Cell]] = {}
for _cell in CELLS:
    GROUPS.setdefault(_cell.group, []).append(_cell)


def asked_again(groups: dict[str, list[Cell]]) -> dict[str, list[Cell]]:
    """Return what the second database is asked: every act once, and every permission on every object.

    Who may is decided before the act, by the same questions for all acts under one permission; SQLite answers them all.
    """
    acts, rights = set(), set()
    asked = {}
    for name, cells_of_act in groups.items():
        first = cells_of_act[0]
        act, right = (first.kind, first.act), (first.kind, first.name, first.permission)
        if act not in acts or right not in rights:
            asked[name] = cells_of_act
        acts.add(act)
        rights.add(right)
    return asked


ASKED = GROUPS if BACKEND == "sqlite" else asked_again(GROUPS)
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


@pytest.mark.parametrize("cells_of_act", ASKED.values(), ids=ASKED)
def test_act_is_for_those_whom_the_matrix_names(world, cells_of_act):
    refused = {cell.actor: faults_of(world, cell) for cell in cells_of_act if not cell.is_allowed}
    assert not any(refused.values()), refused
    if cells_of_act[0].method == "POST":
        assert world.dump() == world.as_built, "a refused request changed something"
    allowed = {cell.actor: faults_when_allowed(world, cell) for cell in cells_of_act if cell.is_allowed}
    assert not any(allowed.values()), allowed


def faults_when_allowed(world: World, cell: Cell) -> list[str]:
    """Return what is wrong with the answer to an act that is allowed, on the company as it was built."""
    world.restore_if_changed()
    faults = faults_of(world, cell)
    # An answer that is none of a good one is rolled back. Attempts at a password are counted all the same, on pages.
    is_rolled_back = cell.answer >= REFUSED and cell.name and not faults
    if cell.method == "POST" and not is_rolled_back:
        world.changed()
    return faults


def test_the_matrix_covers_what_it_says():
    known = rules()
    assert len(CELLS) > 1500
    assert {cell.actor for cell in CELLS} == set(known["actors"])
    assert len({(cell.group, cell.actor) for cell in CELLS}) == len(CELLS)


def test_the_second_database_is_asked_for_every_act_and_for_every_permission_on_every_object():
    asked = [cell for cells_of_act in asked_again(GROUPS).values() for cell in cells_of_act]
    assert {(cell.kind, cell.act) for cell in asked} == {(cell.kind, cell.act) for cell in CELLS}
    rights = {(cell.kind, cell.name, cell.permission, cell.actor) for cell in CELLS}
    assert {(cell.kind, cell.name, cell.permission, cell.actor) for cell in asked} == rights


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
