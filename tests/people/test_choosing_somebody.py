"""Naming a line manager in a company too large for a list: by a name or an address, without a script."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.access.actor import Role
from app.infra.db import db
from app.people import forms, queries
from app.people.queries import lists
from tests.factories.people import make_person


@pytest.fixture
def company(app, monkeypatch) -> SimpleNamespace:
    """Return a company of more people than a list may hold."""
    monkeypatch.setattr(lists, "MOST_OFFERED", 3)
    monkeypatch.setattr(forms, "MOST_OFFERED", 3)
    manager = make_person("Tomasz Wieczorek")
    return SimpleNamespace(
        manager=manager,
        amara=make_person("Amara Diallo", manager=manager),
        anna=make_person("Anna Berg"),
        annabel=make_person("Annabel Berg"),
        hr=make_person("Ruth Okonjo", roles=(Role.HR,)),
    )


@pytest.fixture
def client(company, client_for):
    return client_for(company.hr)


def named(form, name: str) -> str:
    return dict(form.fields)[name]


def manager_of(person) -> str:
    db.session.rollback()
    found = queries.find_manager(person.id)
    return found.name if found else ""


def move(client, company, words: object):
    form = client.get(f"/people/{company.amara.id}/move").form(ending="/move")
    return client.send(form, manager=words)


def test_small_company_is_a_list(company, client, monkeypatch):
    monkeypatch.setattr(lists, "MOST_OFFERED", 300)
    monkeypatch.setattr(forms, "MOST_OFFERED", 300)
    assert client.get("/people/new").all("select", id="manager")


@pytest.mark.parametrize("page", ["/people/new", "/people/{}/move"])
def test_large_company_asks_for_a_name(company, client, page):
    shown = client.get(page.format(company.amara.id))
    assert not shown.all("select", id="manager")
    assert "Annabel" not in shown.text
    assert "Part of the name, or the e-mail address" in shown.words("main")


def test_what_is_left_as_it_is_stays(company, client):
    form = client.get(f"/people/{company.amara.id}/move").form(ending="/move")
    assert named(form, "manager") == company.manager.email
    assert "Nothing changes" in client.send(form).words("main")


@pytest.mark.parametrize("words", ["annabel", "  ANNABEL  berg ", "anna berg", "ANNA.BERG"])
def test_part_of_a_name_or_an_address_is_enough_when_one_person_fits(company, client, words):
    assert move(client, company, words).status == 302
    assert manager_of(company.amara) == ("Annabel Berg" if "bel" in words.lower() else "Anna Berg")


def test_whole_address_names_somebody_and_nothing_names_nobody(company, client):
    assert move(client, company, company.anna.email.upper()).status == 302
    assert manager_of(company.amara) == "Anna Berg"
    assert move(client, company, "").status == 302
    assert manager_of(company.amara) == ""


def test_several_who_fit_are_offered(company, client):
    page = move(client, company, "berg")
    assert page.status == 422
    assert "2 people fit “berg”. Choose one of them." in page.words("span", id="manager-error")
    form = page.form(ending="/move")
    again = client.send(form)
    assert "Enter part of the name" in again.words("span", id="manager-error")
    assert again.all("input", id="manager")
    assert client.send(form, manager=company.annabel.id).status == 302
    assert manager_of(company.amara) == "Annabel Berg"


@pytest.mark.parametrize("words", ["nobody", "%", "a@b", "00000000-0000-4000-8000-000000000000", "<b>"])
def test_words_that_fit_nobody_are_said_at_the_field_and_stay(company, client, words):
    page = move(client, company, words)
    assert page.status == 422
    assert "Nobody who works here fits" in page.words("span", id="manager-error")
    assert named(page.form(ending="/move"), "manager") == words
    assert manager_of(company.amara) == "Tomasz Wieczorek"


@pytest.mark.parametrize("words", ["\x00", "an\x07na", "\u202eanna"])
def test_control_characters_are_refused_and_name_nobody(company, client, words):
    page = move(client, company, words)
    assert "Take out the invisible control characters" in page.words("span", id="manager-error")
    assert manager_of(company.amara) == "Tomasz Wieczorek"


def test_too_many_who_fit_are_not_offered(company, client, monkeypatch):
    monkeypatch.setattr(forms, "MOST_FOUND", 1)
    page = move(client, company, "berg")
    assert "More than 1 people fit" in page.words("span", id="manager-error")
    assert page.all("input", id="manager")


def test_somebody_new_keeps_what_was_typed(company, client):
    form = client.get("/people/new").form(ending="/new")
    values = {"name": "Nils New", "email": "nils@larkspur.example", "hired_on": "", "manager": "annabel"}
    page = client.send(form, **values)
    assert page.status == 422
    assert named(page.form(ending="/new"), "manager") == "annabel"
    done = client.send(page.form(ending="/new"), hired_on="2026-11-02", employee_id="N-1")
    assert done.status == 302
    assert manager_of(queries.find_person_by_email("nils@larkspur.example")) == "Annabel Berg"


def test_correction_takes_a_name_but_never_nobody(company, client):
    page = client.get(f"/people/{company.amara.id}")
    address = next(a.get("href") for a in page.all("a") if "/correct" in a.get("href", ""))
    form = client.get(address).form(ending="/correct")
    assert named(form, "manager") == company.manager.email
    assert "Enter part of the name" in client.send(form, manager="").words("span", id="manager-error")
    assert client.send(form, manager="anna berg").status == 302
    assert manager_of(company.amara) == "Anna Berg"
