"""The team board."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.assessment import queries
from app.assessment.board_pages import board_view, question_in
from app.assessment.views.blueprint import bp, load_person, load_self
from app.infra.clock import today
from app.people.models import Person


@bp.get("/people/<uuid:person_id>/board")
@requires(Permission.Board.READ, on=load_person)
def show_board(person: Person) -> ResponseReturnValue:
    """Show somebody's direct reports by competency, in the order of names; a filter selects and never orders."""
    return _board_page(person)


@bp.get("/people/board")
@requires(Permission.Board.READ, on=load_self)
def show_own_board(person: Person) -> ResponseReturnValue:
    """Show one's own board, at an address that the navigation knows."""
    return _board_page(person)


def _board_page(person: Person) -> ResponseReturnValue:
    is_own = actor().person_id == person.id
    board = queries.board_of(actor(), person.id, today())
    question = question_in(request.args.get("show"))
    view = board_view(board, queries.opportunities_of(board), question, lead_id=person.id, is_own=is_own)
    return render_template("assessment/board.html", lead=person, view=view, is_own=is_own)
