"""Reports: how people progress, whether it is fair, and the files that HR takes away.

Owns the table of exports. May use promotion, mentoring, assessment, people and ladders, whose rows it only reads. The
statistics stand in the domain; a report puts them into `findings`, which page, files and command line share.
"""

from flask import Flask, url_for

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can
from app.people import panels
from app.people.models import Person
from app.reports import models  # noqa: F401 - the schema is what is imported


def _link_on_person(actor: Actor, person: Person) -> panels.PersonLink | None:
    if not can(actor, Permission.PersonPath.READ, person):
        return None
    return panels.PersonLink("Path report", url_for("reports.show_person", person=person.id), "report")


def register(app: Flask) -> None:
    """Join the reports."""
    # Views need the registered policy.
    from app.reports import making, views  # noqa: PLC0415

    making.register()
    panels.provide(_link_on_person)
    app.register_blueprint(views.bp)
