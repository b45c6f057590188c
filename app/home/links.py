"""The acts at the head of a person's page that lead into the features above people."""

from __future__ import annotations

from flask import url_for

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can
from app.people import panels
from app.people.models import Person
from app.people.panels import PersonLink


def standing_link(actor: Actor, person: Person) -> PersonLink | None:
    """Lead to where the person stands."""
    if not can(actor, Permission.Standing.READ, person):
        return None
    return PersonLink("Standing", url_for("assessment.show_standing", person_id=person.id), "ladder")


def assessments_link(actor: Actor, person: Person) -> PersonLink | None:
    """Lead to the person's assessments."""
    if not can(actor, Permission.Assessment.LIST, person):
        return None
    return PersonLink("Assessments", url_for("assessment.list_of_person", person_id=person.id), "assess")


def register() -> None:
    """Give the page of a person its links."""
    for provider in (standing_link, assessments_link):
        panels.provide(provider)
