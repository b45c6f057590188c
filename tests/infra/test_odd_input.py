"""What no browser sends by itself is answered, and is never a fault of ours: reliability checklist, item 35."""

from __future__ import annotations

from contextvars import Context

import pytest

from app.infra.forms import Form
from config import Settings, SettingsError
from tests.factories.people import make_person

NUL = "%00"


@pytest.mark.parametrize(("text", "version"), [("3", 3), ("²", 0), ("٣", 0), ("-1", 0), ("9" * 30, 0), ("", 0)])
def test_version_that_is_no_number_is_none(app, text, version):
    with app.test_request_context(method="POST", data={"version": text}):
        assert Form().row_version() == version


def test_proxies_that_are_no_number_are_named():
    with pytest.raises(SettingsError, match="BELAY_PROXIES"):
        Settings.from_environment({"BELAY_PROXIES": "²"})


@pytest.mark.parametrize(
    "address",
    [
        f"/people/?q={NUL}",
        f"/ladders/{NUL}",
        f"/ladders/software-engineer/{NUL}",
        f"/evidence/?q={NUL}&kind={NUL}&expectation={NUL}",
        f"/evidence/new?expectation={NUL}&kind={NUL}",
        f"/assessments/?page={NUL}",
    ],
)
def test_nul_in_an_address_is_answered(app, client_for, address):
    # SQLite takes it and the page repeats it, which no HTML may: only the status counts here.
    assert Context().run(client_for(make_person()).http.get, address).status_code in {200, 400, 404}


def test_nul_in_the_address_of_a_sign_in_is_answered(app, client_for):
    client = client_for(None)
    form = client.get("/login").form("/login")
    fields = dict(form.with_values(email="a\x00b@larkspur.example", password="not\x00the password"))
    assert Context().run(client.http.post, "/login", data=fields).status_code in {400, 401, 422}


def test_nul_in_a_key_is_answered(app, client_for):
    client = client_for(make_person())
    form = client.get("/account").form("/account/theme")
    assert client.send(form, idempotency_key="a\x00b", theme="dark").status == 302
