"""What must hold of every address: one declared right, one way to change things, and no way round a form's token."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.access.guard import UnguardedEndpointError, check_every_endpoint, public, requires
from app.access.permissions import Permission
from app.access.policy import POLICY
from app.infra.unit_of_work import writes
from tests.access.addresses import addresses_of, every_address, one_of_each, rules_of
from tests.access.company import ANONYMOUS
from tests.access.matrix import rules
from tests.conftest import test_settings

PUBLIC = {
    "assets.send_asset",
    "auth.accept_invitation",
    "auth.ask_for_reset",
    "auth.check_recovery",
    "auth.check_second",
    "auth.enrol",
    "auth.leave_second",
    "auth.reset_password",
    "auth.show_ask_for_reset",
    "auth.show_enrolment",
    "auth.show_invitation",
    "auth.show_reset",
    "auth.show_second",
    "auth.show_sign_in",
    "auth.sign_in",
    "probes.show_live",
    "probes.show_ready",
}
"""All that answers before sign-in. The door of the demo is not here: it exists only where `bin/demo` has opened it."""
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
ASKING = {"evidence.preview_import", "evidence.suggest_expectations"}
"""Sent by POST for what they carry: the text of a draft, a file. They change nothing; the database sees to it."""
SNAPSHOT = Path(__file__).with_name("urls.txt")
UPDATE = (
    "The addresses of the application differ from tests/architecture/urls.txt. An address is a promise: bookmarks, "
    "letters and links in documents rest on it. If the change is meant, keep a redirect from the old address where "
    "there was one, and write the new list into the file:\n\n"
)


@pytest.fixture(scope="module")
def app() -> Flask:
    """Return the application; no test of this module that takes it sends a request."""
    return create_app(test_settings("sqlite://", Path("var")))


def declared(view: object) -> list[str]:
    """Return what a view declares about who may come: its permission, and whether it is open to anybody."""
    permission = getattr(view, "permission", None)
    return [str(permission)] * (permission is not None) + ["public"] * bool(getattr(view, "is_public", False))


# Rights -------------------------------------------------------------------------


def test_the_check_finds_views_with_none_and_with_two_declarations():
    def nobody_thought_of_it() -> str:
        return ""

    twice = public(requires(Permission.Home.READ)(nobody_thought_of_it))
    assert declared(nobody_thought_of_it) == []
    assert len(declared(twice)) == 2


def test_the_application_does_not_start_with_an_undeclared_view(app):
    planted = create_app(test_settings("sqlite://", Path("var")))
    planted.add_url_rule("/planted", "planted", lambda: "")
    with pytest.raises(UnguardedEndpointError, match="planted"):
        check_every_endpoint(planted)


def test_every_address_declares_exactly_one_right(app):
    views = app.view_functions
    declarations = {rule.endpoint: declared(views[rule.endpoint]) for rule in app.url_map.iter_rules()}
    assert {endpoint: found for endpoint, found in declarations.items() if len(found) != 1} == {}
    assert {endpoint for endpoint, found in declarations.items() if found == ["public"]} == PUBLIC
    assert {found[0] for found in declarations.values()} - {"public"} <= {str(one) for one in POLICY}


def test_the_address_leads_to_the_object_before_the_right_is_decided(app):
    for rule in app.url_map.iter_rules():
        guard = inspect.getclosurevars(app.view_functions[rule.endpoint]).nonlocals
        takes_a_thing = {name for name in rule.arguments if name.endswith("_id")} - {"level_id", "expectation_id"}
        if takes_a_thing:
            assert guard.get("on") is not None, f"{rule.rule} decides without its object"


# Writing ------------------------------------------------------------------------


def is_writing(view: object) -> bool:
    """Say whether a view, under its guards, is marked as one that changes things."""
    while view is not None:
        if getattr(view, "is_writing", False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_the_marker_is_found_under_a_guard():
    def view() -> str:
        return ""

    assert is_writing(requires(Permission.Home.READ)(writes(view)))
    assert not is_writing(requires(Permission.Home.READ)(view))


def test_every_post_changes_things_in_one_commit_and_no_get_does(app):
    for rule in app.url_map.iter_rules():
        changes = bool(rule.methods & CHANGING) and rule.endpoint not in ASKING
        assert is_writing(app.view_functions[rule.endpoint]) is changes, f"{rule.endpoint} {sorted(rule.methods)}"
        assert not (changes and rule.methods & {"GET", "HEAD"}), f"{rule.endpoint} reads and writes"


def test_forms_are_sent_by_post_alone(app):
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods}
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


# Methods and tokens ---------------------------------------------------------------


@pytest.mark.parametrize("actor", ["subject", "hr", ANONYMOUS])
def test_no_post_goes_without_a_token_or_with_somebody_elses(world, actor):
    before = world.dump()
    other = world.visitor("peer").token()
    for address in one_of_each(world, "POST"):
        for token in ("", "nonsense", other):
            got = world.visitor(actor).ask("POST", address, headers={"X-CSRF-Token": token})
            assert got.status_code == 400, f"{address} as {actor} with “{token}”"
            got = world.visitor(actor).ask("POST", address, {"csrf_token": token}, headers={"X-CSRF-Token": ""})
            assert got.status_code == 400, f"{address} as {actor} with the field “{token}”"
    assert world.dump() == before


def test_a_wrong_method_is_405_and_trace_is_answered_nowhere(world):
    visitor = world.visitor("subject")
    taken = {}
    for rule in world.app.url_map.iter_rules():
        taken.setdefault(next(addresses_of(world, rule)), set()).update(rule.methods)
    for address, methods in taken.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods:
            got = visitor.ask(method, address)
            assert got.status_code == 405, f"{method} {address}"
            assert set(got.headers["Allow"].split(", ")) == methods
        assert "TRACE" not in methods


def test_head_and_options_tell_no_more_than_get(world):
    for actor, addresses in (("subject", every_address(world, "GET")), ("stranger", one_of_each(world, "GET"))):
        for address in addresses:
            visitor = world.visitor(actor)
            # In this order: what is made at once is handed over once, and its head alone hands over nothing.
            head, got = visitor.ask("HEAD", address), visitor.ask("GET", address)
            assert (head.status_code, head.data) == (got.status_code, b""), f"HEAD {address} as {actor}"
    for address in one_of_each(world, "GET"):
        assert world.visitor("subject").ask("OPTIONS", address).data == b""


# Promises -----------------------------------------------------------------------


def listing(app: Flask) -> str:
    """Return the addresses, feature by feature."""
    lines: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        methods = " ".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        lines.setdefault(rule.endpoint.partition(".")[0], set()).add(f"{methods:5} {rule.rule}  {rule.endpoint}")
    parts = [f"{feature}\n" + "".join(f"  {line}\n" for line in sorted(lines[feature])) for feature in sorted(lines)]
    return "\n".join(parts)


def test_addresses_are_those_that_were_promised(app):
    assert listing(app) == SNAPSHOT.read_text(encoding="utf-8"), UPDATE + listing(app)


def test_every_act_with_an_address_is_in_the_matrix(world):
    known = rules()
    requests = [act for acts in known["acts"].values() for act in acts.values()] + list(known["pages"].values())
    adapter = world.app.url_map.bind("localhost")
    covered = set()
    for request in requests:
        method, address = ("GET", request.get("get")) if "get" in request else ("POST", request.get("post"))
        if address:
            # Any id fits a place in an address, but for that of an expectation, which is a word.
            plain = address.partition("?")[0].replace("{first}", "x")
            plain = re.sub(r"\{\w+\}", str(world.company.people["subject"]), plain)
            covered.add(adapter.match(plain, method=method)[0])
    guarded = {rule.endpoint for method in ("GET", "POST") for rule in rules_of(world, method)} - PUBLIC
    assert guarded - covered == set(), "these need rows in tests/access/authz.yaml"
