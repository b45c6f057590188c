"""Pages for those who look after Belay: accounts, policies, jobs, health, and the record of who did what.

Owns no tables. May use every feature below. Technical power opens no personnel record: an administrator sees that
something happened, not what it says.
"""

from flask import Flask, url_for

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can
from app.people import panels
from app.people.models import Person


def account_link(actor: Actor, person: Person) -> panels.PersonLink | None:
    """Lead from the page of a person to their account."""
    if not can(actor, Permission.Accounts.READ, person):
        return None
    return panels.PersonLink("Account", url_for("admin.show_account", person_id=person.id), "key")


def register(app: Flask) -> None:
    """Join administration."""
    from app.admin import housekeeping  # noqa: PLC0415 - it joins a queue that is there by now
    from app.admin.views import bp, probes  # noqa: PLC0415 - views need the registered policy

    housekeeping.register()
    panels.provide(account_link)
    app.register_blueprint(bp)
    app.register_blueprint(probes.bp)
