"""What every answer carries, whatever its status, and that asking changes nothing."""

from __future__ import annotations

from contextvars import Context

import pytest
from flask import Flask, abort
from sqlalchemy.exc import OperationalError

from app import MAX_BODY, MAX_FORM_MEMORY, create_app
from app.access.guard import public
from app.infra.unit_of_work import writes
from tests.access.addresses import every_address
from tests.access.company import ANONYMOUS
from tests.access.matrix import OUTSIDE, planted_in, readable_words
from tests.access.world import World
from tests.conftest import test_settings

ACTORS = ["subject", "peer", "manager", "skip", "former", "hr", "admin", "asked", "leaver", ANONYMOUS]
EXACT = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OF_A_FILE = "sandbox; default-src 'none'"
"""What somebody uploaded is only ever a download, and does nothing where it is opened all the same."""
FORBIDDEN = ("Access-Control-Allow-Origin", "Server-Timing", "X-Powered-By")
CODES = (400, 401, 404, 405, 409, 413, 429, 500, 503)


def faults_of(response) -> list[str]:
    """Return what an answer lacks of the headers that every answer carries."""
    headers = response.headers
    is_file = headers.get("Content-Disposition", "").startswith("attachment")
    right = {name: {value, OF_A_FILE} if is_file else {value} for name, value in EXACT.items()}
    faults = [f"{name}: {headers.get(name)}" for name, values in right.items() if headers.get(name) not in values]
    # The address of a one-time link goes nowhere, not even to ourselves.
    if headers.get("Referrer-Policy") not in {"same-origin", "no-referrer"}:
        faults.append(f"Referrer-Policy: {headers.get('Referrer-Policy')}")
    faults += [name for name in ("Permissions-Policy", "X-Frame-Options", "Cache-Control") if name not in headers]
    faults += [name for name in FORBIDDEN if name in headers]
    if response.data and "charset" not in headers.get("Content-Type", "") and response.mimetype.startswith("text/"):
        faults.append(f"Content-Type: {headers.get('Content-Type')}")
    return faults


def test_the_check_finds_an_answer_without_headers():
    response = Flask(__name__).test_client().get("/")
    assert len(faults_of(response)) >= len(EXACT) + 3


@pytest.mark.parametrize("actor", ACTORS)
def test_asking_changes_nothing_and_every_answer_is_personal(world, actor):
    before = world.dump()
    visitor = world.visitor(actor)
    for address in every_address(world, "GET"):
        got = visitor.ask("GET", address)
        where = f"{address} as {actor}"
        assert got.status_code in {200, 302, 404}, where
        assert not faults_of(got), where
        if not address.startswith("/assets/"):
            assert got.headers["Cache-Control"] == "no-store", where
            assert "ETag" not in got.headers, where
            assert "Last-Modified" not in got.headers, where
        words = frozenset() if actor in OUTSIDE else readable_words(actor)
        assert planted_in(got.get_data().decode(errors="replace") + f"\n{got.headers}") <= words, where
    assert world.dump() == before


def test_a_remembered_page_is_never_confirmed(world):
    for address in every_address(world, "GET"):
        headers = {"If-None-Match": "*", "If-Modified-Since": "Sat, 21 Nov 2026 10:00:00 GMT"}
        if not address.startswith("/assets/"):
            assert world.visitor("subject").ask("GET", address, headers=headers).status_code != 304


@pytest.mark.parametrize("actor", ["hr", ANONYMOUS])
def test_strange_query_strings_never_break_a_page(world, actor):
    odd = [
        # What names other fields goes together: a page reads what it knows, each of them at its worst.
        "page=999999999999999999999&q=%00&text=%00&state=%00&level=%00&kind=%00&expectation=%00&from=L9&to=%00&target=%00",
        "page=-1&q=%ed%a0%80&text=%ed%a0%80&level=L99&kind[]=1&quarter=Q9+9999&expectation=nothing&from=%00&to=L1&show=x",
        "page=0&q=%ff%fe&text=%ff%fe&next=//evil.example", "page=%00&q=%f0%9f%98%80&next=%0d%0aSet-Cookie:x=y",
        "q=%E2%80%AEabc&text=%E2%80%AEabc", "q=" + "a" * 8000, "q=%25%5C_&text=%25%5C_", "state=x&state=y",
        "=", "&&&", "%", "a" * 3000,
    ]  # fmt: skip
    addresses = [one for one in every_address(world, "GET") if not one.startswith("/assets/")]
    seen = set()
    for address in addresses:
        # One address of each rule is enough.
        shape = tuple(part for part in address.split("/") if len(part) != 36)
        if shape in seen:
            continue
        seen.add(shape)
        for query in odd:
            got = world.visitor(actor).ask("GET", f"{address}?{query}")
            assert got.status_code < 500, f"{address}?{query} as {actor}"
            assert not faults_of(got), f"{address}?{query} as {actor}"
            assert got.headers.get("Location", "/").startswith("/"), f"{address}?{query} as {actor}"
            assert not got.headers.get("Location", "").startswith(("//", "/\\")), f"{address}?{query} as {actor}"


@pytest.mark.parametrize("path", ["/%00", "/people/%00", "/people/not-an-id", "/ladders/%ed%a0%80", "/" + "a" * 5000])
@pytest.mark.parametrize("path_end", ["", "/", "/../..", "//evil.example"])
def test_strange_addresses_never_break(world, path, path_end):
    got = world.visitor("subject").ask("GET", path + path_end)
    assert got.status_code in {301, 308, 400, 404}
    assert not faults_of(got)


# Pages of errors ------------------------------------------------------------------


@pytest.fixture
def breaking(world: World) -> Flask:
    """Return an application on the company's database in which each kind of failure has an address."""
    settings = test_settings(world.app.config["SQLALCHEMY_DATABASE_URI"], world.databases.folder, testing=False)
    app = create_app(settings)
    for code in CODES:
        app.add_url_rule(f"/planted/{code}", f"planted_{code}", failing(code), methods=["GET", "POST"])
    return app


def failing(code: int):
    """Return a public view that fails in one way."""

    @public
    @writes
    def fail() -> str:
        if code == 500:
            raise RuntimeError("CANARY-secret-detail-")
        if code == 503:
            raise OperationalError("select CANARY-secret-statement-", {}, RuntimeError("database is locked"))
        return abort(code)

    return fail


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("actor", ["subject", ANONYMOUS])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_pages_of_errors_carry_the_headers_and_no_detail(world, breaking, code, actor, accept):
    browser = breaking.test_client()
    if actor != ANONYMOUS:
        browser.set_cookie("session", f"s.{world.company.tokens[actor]}")
    got = Context().run(browser.get, f"/planted/{code}?x=CANARY-address-", headers={"Accept": accept})
    assert got.status_code == code
    assert not faults_of(got)
    assert got.headers["Cache-Control"] == "no-store"
    assert "CANARY-secret" not in got.text
    if code == 404:
        assert "CANARY-address" not in got.text
    if code == 503:
        assert int(got.headers["Retry-After"]) > 0


def test_a_body_over_the_limit_is_told_so_with_headers(world):
    parts = (
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n' + b"x" * (MAX_FORM_MEMORY + 1) + b"\r\n--x--\r\n"
    )
    whole = b"title=" + b"x" * (MAX_BODY + 1)
    for body, kind in ((whole, "application/x-www-form-urlencoded"), (parts, "multipart/form-data; boundary=x")):
        got = world.visitor("subject").ask("POST", "/evidence/", body, content_type=kind)
        assert got.status_code == 413
        assert not faults_of(got)
        assert "xxxx" not in got.text


def test_too_many_parts_are_told_so_with_headers(world):
    fields = {f"field{number}": "x" for number in range(1100)}
    got = world.visitor("subject").ask("POST", "/evidence/", fields, content_type="multipart/form-data")
    assert got.status_code == 413
    assert not faults_of(got)


def test_over_tls_the_browser_is_told_to_stay_there(world):
    got = world.visitor("subject").ask("GET", "/", base_url="https://localhost")
    assert got.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
