"""The door of the demo: come in as one of the example people. It exists only where `bin/demo` has opened it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, abort, current_app, request
from flask.typing import ResponseReturnValue

from app.access.guard import actor, public, requires
from app.access.permissions import Permission
from app.auth import queries
from app.auth.models import SessionStage
from app.auth.views.entering import enter
from app.auth.views.proof import is_demo_person, proved
from app.infra.unit_of_work import writes


@dataclass(frozen=True)
class DemoPerson:
    """One example person on the sign-in page."""

    id: uuid.UUID
    name: str
    note: str


@dataclass(frozen=True)
class DemoRole:
    """The example people of one role."""

    title: str
    people: tuple[DemoPerson, ...]


bp = Blueprint("demo", __name__)


@bp.post("/login/demo")
@public
@writes
def enter_as() -> ResponseReturnValue:
    """Sign in as one of the people on the page, and nobody else."""
    roles: Sequence[DemoRole] = current_app.extensions["belay.demo"]
    shown = {str(person.id): person for role in roles for person in role.people}
    person = shown.get(request.form.get("as", ""))
    if person is None:
        abort(404)
    along = {"next_path": request.form.get("next"), "carried": request.form.get("carried")}
    return enter(person.id, **along, stage=SessionStage.FULL)


@bp.post("/login/again/demo")
@requires(Permission.Account.PROVE)
@writes
def prove() -> ResponseReturnValue:
    """Confirm that it is the same example person, who has no password, with one click."""
    who = actor()
    if not is_demo_person(queries.get_account(who.person_id)):
        abort(404)
    return proved(who, next_path=request.form.get("next"), carried=request.form.get("carried"))


def open_door(app: Flask, roles: Sequence[DemoRole]) -> None:
    """Open the door in an application that serves the example company."""
    app.extensions["belay.demo"] = roles
    app.register_blueprint(bp)
