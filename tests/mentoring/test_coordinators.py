"""Naming who coordinates mentoring, and ending it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import InvalidError
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.actions.coordinators import name_coordinator
from app.mentoring.queries import is_coordinator
from app.mentoring.queries.coordinators import list_coordinators
from app.people import hooks
from app.people.models import Person
from tests.conftest import NOW
from tests.factories.evidence import as_author
from tests.factories.mentoring import make_coordinator
from tests.factories.people import SYSTEM, Role, make_person


@pytest.fixture
def hr(app) -> Person:
    return make_person("Ruth Okonjo", roles=(Role.HR,))


def tags_about(person: Person) -> list[str]:
    rows = select(AuditEvent.tag).where(AuditEvent.subject_id == person.id, AuditEvent.tag.like("mentoring:%"))
    return list(db.session.scalars(rows.order_by(AuditEvent.seq)))


def test_hr_names_somebody_by_a_part_of_the_name_and_ends_it_after_a_question(hr, client_for):
    ines = make_person("Ines Prado")
    client = client_for(hr)
    page = client.get("/mentoring/coordinators")
    assert page.words("h1") == "Nobody coordinates mentoring"
    shown = client.send(page.form("/mentoring/coordinators"), person="prado")
    assert "One person fits “prado”. Is it who you mean?" in shown.words()
    assert not is_coordinator(ines.id), "a part of a name chooses nobody by itself"
    client.send(shown.form("/mentoring/coordinators"))
    assert is_coordinator(ines.id)
    (row,) = list_coordinators()
    assert (row.name, row.named_by, row.ended_at) == ("Ines Prado", "Ruth Okonjo", None)
    asked = client.get(f"/mentoring/coordinators/{row.id}/end")
    assert "End that Ines Prado coordinates mentoring?" in asked.words()
    client.send(asked.form(ending="/end"))
    assert not is_coordinator(ines.id)
    assert "Coordinated before" in client.get("/mentoring/coordinators").words()
    assert client.get(f"/mentoring/coordinators/{row.id}/end").status == 404
    assert tags_about(ines) == [Tag.COORDINATOR_NAMED, Tag.COORDINATOR_ENDED]


def test_a_name_that_fits_nobody_is_refused_at_the_field_and_stays(hr, client_for):
    client = client_for(hr)
    page = client.send(client.get("/mentoring/coordinators").form("/mentoring/coordinators"), person="Nobody At All")
    assert page.status == 422
    assert 'value="Nobody At All"' in page.text


def test_nobody_is_named_twice_and_nobody_who_has_left(hr):
    ines, gone = make_person("Ines Prado"), make_person("Long Gone", left_on=date(2026, 1, 2))
    make_coordinator(ines)
    for person in (ines, gone):
        with pytest.raises(InvalidError) as refused, transaction():
            name_coordinator(person, by=as_author(hr), at=NOW)
        assert refused.value.field == "person"


def test_nobody_in_hr_names_themself_and_the_page_does_not_offer_it(hr, client_for):
    make_person("Ruth Other")
    client = client_for(hr)
    page = client.send(client.get("/mentoring/coordinators").form("/mentoring/coordinators"), person="Ruth")
    assert page.status == 422
    assert not page.all("option", value=str(hr.id))
    refused = client.send(client.get("/mentoring/coordinators").form("/mentoring/coordinators"), person=hr.email)
    assert refused.status == 422
    assert "You cannot name yourself." in refused.text
    assert not is_coordinator(hr.id)


def test_a_leaver_coordinates_no_more_and_is_named_anew_when_they_come_back(hr):
    ines = make_person("Ines Prado")
    make_coordinator(ines)
    with transaction():
        hooks.tell_of_leaving(frozenset({ines.id}), SYSTEM, NOW)
    assert not is_coordinator(ines.id)
    with transaction():
        hooks.tell_of_return(frozenset({ines.id}), SYSTEM, NOW)
    assert not is_coordinator(ines.id)


def test_only_hr_opens_the_page(hr, client_for):
    ines = make_person("Ines Prado")
    make_coordinator(ines)
    assert client_for(ines).get("/mentoring/coordinators").status == 404
