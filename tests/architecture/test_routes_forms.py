"""What a form may and may not change: nothing but its fields, nothing that cannot be stored, nothing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from app.reports.criteria import EVERY
from tests.access.forms import Offered, offered_forms
from tests.access.world import Dump, World, tables

SEVERAL = {"expectations", "goals", "languages", "notes", "offers", "person", "pieces", "versions", "whole"}
SHOWN_ONCE = {"admin.copy_link", "auth.renew_recovery_codes", "mentoring.exclude_somebody"}
"""Acts whose answer is a secret, or names colleagues whom a search has found: a second answer leads elsewhere."""
HIDDEN = {"csrf_token", "idempotency_key", "version"}
SCRIPTED = {"window", "sequence", "target", "paused_until", "mentors"}
"""Fields that scripts add to a sheet, one of ladders that branch, one of mentors, and a box that nobody ticked."""
FILTERS = {"reports.take": frozenset(EVERY), "reports.take_own": frozenset(EVERY)}
"""Fields that a form carries where the page that leads to it has a filter: none of those pages."""
NO_TEXT = {"team", "manager", "level", "parent", "as", "outcome", "colleague", "kind", "theme", "act"}
"""Fields in which somebody chooses and does not write."""
RANDOM = re.compile(r"\b[0-9a-f]{64}\b|[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}")
FILL = {
    "title": "Said anew",
    "reason": "It shows less.",
    "answer": "It shows more.",
    "outcome": "declined",
    "words": "I was not there.",
    "expectation": "swe.coach-juniors",
    "theme": "dark",
    "kind": "design_doc",
    "occurred_on": "2026-10-01",
}
TAMPERED = {
    "state": "shared",
    "number": "999",
    "is_shared": "1",
    "role": "hr",
    "roles": "admin",
    "level": "L4",
    "ladder": "software-engineer",
    "outcome": "confirmed",
    "side": "manager",
    "is_revealed": "1",
    "approved": "1",
}


_forms: dict[str, Offered] = {}


@pytest.fixture
def forms(world: World) -> dict[str, Offered]:
    """Return the form of each act. The company is built once, so what its pages offer is looked up once."""
    if not _forms:
        _forms.update(offered_forms(world))
    return _forms


def sent(offered: Offered) -> dict[str, list[str]]:
    """Return what somebody would send who fills in every field that they can."""
    fields: dict[str, list[str]] = {}
    for name, value in offered.form.fields:
        if name in fields and name not in SEVERAL:
            continue
        fields.setdefault(name, []).append(value or FILL.get(name, ""))
    return fields


def columns() -> dict[str, str]:
    """Return every column of every table, with a value that somebody would try."""
    return {column.name: TAMPERED.get(column.name, "2020-01-01") for table in tables() for column in table.columns}


def one_of_each_kind(names: set[str]) -> list[str]:
    """Return the names, but only the first of those that a list of expectations repeats."""
    kinds: dict[str, str] = {}
    for name in sorted(names):
        kinds.setdefault(re.sub(r"[-_](swe|sup)\..*", "", name), name)
    return list(kinds.values())


def post(world: World, offered: Offered, fields: dict[str, Any], **more: Any) -> Any:
    """Send a form as the person who saw it."""
    return world.visitor(offered.actor).ask("POST", offered.form.action, fields, **more)


def with_names(value: Any, known: dict[str, str]) -> Any:
    """Return a value with every new id replaced by its place, so that two runs can be compared."""
    if isinstance(value, UUID | str):
        return RANDOM.sub(lambda found: known.get(found.group().replace("-", ""), "new"), str(value))
    return value


def compared(world: World) -> Dump:
    """Return all rows but those of the chain of the audit, without what is random in them."""
    ids = (*world.company.people.values(), *world.company.objects.values())
    # A policy is named by a key and a row of the record by a number.
    known = {one.hex: one.hex for one in ids if isinstance(one, UUID)}
    left_out = frozenset({"audit_event", "audit_head", "auth_session", "sign_in_attempt", "idempotency_key"})
    found = world.dump(leaving_out=left_out)
    old = {repr(row) for rows in world.as_built.values() for row in rows}
    return {
        name: sorted(
            (row if repr(row) in old else tuple(with_names(one, known) for one in row) for row in rows), key=repr
        )
        for name, rows in found.items()
    }


@contextmanager
def company_anew(world: World) -> Iterator[None]:
    """Begin on the company as it was built, and end so."""
    world.restore()
    yield
    world.changed()


def test_pages_offer_a_form_for_every_act(world, forms):
    posts = {rule.endpoint for rule in world.app.url_map.iter_rules() if "POST" in rule.methods}
    assert len(forms) > 15
    # Sign-in is offered to nobody who is in, and ending another session to nobody who has but one; everybody who was
    # asked has answered. What takes a change back stands beside the change, on the next page only.
    absent = {"auth.sign_in", "auth.end_session", "assessment.ask_for_rating", "evidence.take_question_back"}
    # The preview of a file of evidence stands on the answer to its upload: `tests/evidence` sends it.
    absent |= {"people.revert_record", "people.take_back_holder", "evidence.apply_import"}
    # Without mail nothing is sent; nobody of the company is disabled, and no link of theirs is still good.
    absent |= {"admin.invite_people", "admin.invite_person", "admin.enable_account", "auth.ask_for_reset"}
    absent.add("admin.send_reset_link")
    absent |= {"auth.accept_invitation", "auth.reset_password"}
    # Nobody of the company is half-way in, and no factor there may be taken off: `tests/auth` sends these.
    absent |= {"auth.check_second", "auth.check_recovery", "auth.enrol", "auth.leave_second", "auth.go_on"}
    absent |= {"auth.renew_recovery_codes", "auth.take_off_second", "auth.end_other_sessions"}
    # No case of the company lacks only the last step, has two pieces, or a seat to fill: `tests/promotion` sends these.
    absent |= {"promotion.chair_move", "promotion.decide", "promotion.hand_in_ratings", "promotion.settle_panel"}
    absent |= {
        "promotion.ask_feedback",
        "promotion.clear_incomplete",
        "promotion.nominate_self",
        "promotion.copy_packet",
    }
    absent |= {"promotion.move_evidence", "promotion.put_evidence", "promotion.submit_statement"}
    # No mentorship is paused or shares its goals, no goal of one that closes was set, and nobody is in need of a mentor
    # whom somebody else offers to be: `tests/mentoring` and the access matrix send these.
    absent |= {f"mentoring.{one}" for one in ("resume_pair", "unshare_goals", "set_outcome", "ask_mentor", "set_pair")}
    absent |= {f"mentoring.{one}" for one in ("ask_back", "answer_back", "begin", "ask_about_session_evidence")}
    # Who closes and keeps a draft is none of those who look, and people are named once a search has found them.
    absent |= {f"mentoring.{one}" for one in ("give_closing", "keep_closing", "keep_look_back")}
    absent |= {f"mentoring.{one}" for one in ("name_somebody", "unname_somebody", "exclude_somebody")}
    # What takes a change back stands on the next page.
    absent |= {f"mentoring.{one}" for one in ("restore_action", "restore_note", "untick_action")}
    assert posts - set(forms) <= absent


def test_no_form_changes_a_column_that_is_not_its_field(world, forms):
    for endpoint, offered in forms.items():
        fields = sent(offered)
        own = set(fields) | set(FILL) | SEVERAL | HIDDEN | SCRIPTED | FILTERS.get(endpoint, frozenset())
        extra = {name: value for name, value in columns().items() if name not in own}
        assert len(extra) > 30
        with company_anew(world):
            plain = post(world, offered, fields)
            wanted = compared(world)
        with company_anew(world):
            tampered = post(world, offered, fields | {name: [value] for name, value in extra.items()})
            assert tampered.status_code == plain.status_code, endpoint
            if endpoint != "auth.change_password":
                assert compared(world) == wanted, f"{endpoint} took a field that is not its own"


def test_a_field_sent_twice_is_refused(world, forms):
    before = world.dump()
    for endpoint, offered in forms.items():
        fields = sent(offered)
        for name in fields:
            if name in SEVERAL:
                continue
            doubled = urlencode([*((key, one) for key, values in fields.items() for one in values), (name, "other")])
            got = post(world, offered, doubled, content_type="application/x-www-form-urlencoded")
            assert got.status_code == 400, f"{endpoint} took {name} twice"
    assert world.dump() == before


def test_fields_that_take_several_values_are_no_more_than_these(world):
    from app.infra import single_values

    assert single_values._several == SEVERAL


ODD = {
    "NUL": "a\x00b",
    "lone surrogate": "a%ED%A0%80b",
    "four-byte emoji": "\U0001f9d7\U0001f3fd",
    "turned around": "abc\u202edef",
    "right to left": "שלום עולם",
    "a megabyte": "x" * 1_000_000,
    "script": "<script>",
}
UNSTORABLE = {ODD["NUL"], ODD["lone surrogate"]}
"""What no database takes; that none of it was stored is looked up in every table, which takes longer than the rest."""


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_text_is_refused_or_stored_as_it_is(world, forms, text):
    for endpoint, offered in forms.items():
        fields = sent(offered)
        for name in one_of_each_kind(set(fields) - HIDDEN - NO_TEXT):
            with company_anew(world):
                # A surrogate cannot be typed into a Python text that is encoded; it is sent as its raw bytes.
                body = urlencode(fields | {name: [text]}, doseq=True).replace("%25ED%25A0%2580", "%ED%A0%80")
                got = post(world, offered, body, content_type="application/x-www-form-urlencoded")
                assert got.status_code < 500, f"{endpoint}: {name}"
                assert "<script>" not in got.text, f"{endpoint}: {name}"
                if text in UNSTORABLE:
                    stored = repr(world.dump(leaving_out=frozenset({"idempotency_key"})))
                    assert not any(sign in stored for sign in ("\\x00", "\\udc", "\\ud8")), f"{endpoint}: {name}"


@pytest.mark.parametrize("value", ["", "-1", "x", "99999999999999999999", "1e5", "\u0661", "\x00"])
def test_odd_versions_and_keys_break_nothing(world, forms, value):
    for endpoint, offered in forms.items():
        with company_anew(world):
            fields = sent(offered) | {"version": [value], "idempotency_key": [value * 100], "sequence": [value]}
            assert post(world, offered, fields).status_code < 500, endpoint


def test_a_form_sent_twice_with_one_key_gets_one_answer(world, forms):
    for endpoint, offered in forms.items():
        # What ends the session leaves nobody to answer for the second time.
        if endpoint in {"auth.sign_out", "auth.change_password"}:
            continue
        with company_anew(world):
            fields = sent(offered)
            first = post(world, offered, fields)
            once = world.dump()
            second = post(world, offered, fields)
            if endpoint in SHOWN_ONCE:
                assert (first.status_code, second.status_code) == (200, 303), endpoint
                assert world.dump() == once, f"{endpoint} did it twice"
                continue
            assert second.status_code == first.status_code, endpoint
            assert second.headers.get("Location") == first.headers.get("Location"), endpoint
            if first.status_code < 400:
                assert world.dump() == once, f"{endpoint} did it twice"
