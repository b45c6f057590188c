"""Pieces of evidence: what happened, when, and which expectations it shows.

Owns the tables of evidence, its links, files and claims, settings aside and corroborations. May use people, ladders,
jobs, audit, access and infra. A draft is its author's alone; a shared piece can be read by those whom the policy names.
"""

from datetime import timedelta

from flask import Flask, url_for

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can
from app.access.relations import Fact, ObjectRelation, relations
from app.evidence import attachments, queries, reminders, waits
from app.evidence.queries.attachments import which_are_named
from app.infra import single_values
from app.jobs.kinds import Work, register_kind, register_periodic
from app.people import panels
from app.people.models import Person


def _link_on_person(actor: Actor, person: Person) -> panels.PersonLink | None:
    if not can(actor, Permission.Evidence.LIST, person):
        return None
    return panels.PersonLink("Evidence", url_for("evidence.list_evidence_of", person_id=person.id), "evidence")


def _sweep_files(work: Work) -> None:
    attachments.sweep(which_are_named, work.at)


def register(app: Flask) -> None:
    """Join evidence: publish who was asked about what, add the pages and the link to them on a person's page."""
    from app.evidence import views  # noqa: PLC0415 - views need the registered policy

    relations.about_objects[Fact.ASKED_ABOUT] = ObjectRelation(queries.concerns, queries.select_asked_about)
    single_values.take_several("expectations")
    panels.provide(_link_on_person)
    register_kind("evidence.sweep_files", _sweep_files, label="Remove files that belong to no piece of evidence")
    register_periodic("evidence.sweep_files", timedelta(days=1))
    reminders.register()
    waits.register()
    app.register_blueprint(views.bp)
