"""Lists of evidence: one's own, and another person's."""

from __future__ import annotations

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.access.guard import actor, current_actor, requires
from app.access.permissions import Permission
from app.evidence import queries
from app.evidence.forms import ComposerForm
from app.evidence.views.blueprint import bp, load_person, load_self
from app.infra.clock import today
from app.infra.pagination import page_number
from app.people.models import Person


@bp.get("/evidence/")
@requires(Permission.Evidence.LIST, on=load_self)
def list_evidence(person: Person) -> ResponseReturnValue:
    """Show one's own evidence, the composer on top."""
    kind = queries.usual_kind(person.id).value
    form = ComposerForm(formdata=None, kind=kind, offered=kind, occurred_on=today())
    return own_list(person, form)


def own_list(person: Person, form: ComposerForm) -> ResponseReturnValue:
    """Return the page of one's own evidence, with the composer as it stands."""
    marks = queries.marks_for(person.id, today())
    chosen = queries.Filters.from_args(request.args)
    page = render_template(
        "evidence/own.html",
        found=queries.list_evidence(actor(), person.id, marks, chosen, page_number(request.args.get("page"))),
        choices=queries.list_choices(person.id, marks, form.expectations.data, form.text),
        form=form,
        today=today(),
        level=marks.held,
    )
    return make_response(page, form.status)


@bp.get("/people/<uuid:person_id>/evidence")
@requires(Permission.Evidence.LIST, on=load_person)
def list_evidence_of(person: Person) -> ResponseReturnValue:
    """Show what one may read of another person's evidence."""
    marks = queries.marks_for(person.id, today())
    chosen = queries.Filters.from_args(request.args)
    return render_template(
        "evidence/of_person.html",
        person=person,
        is_own=current_actor() is not None and actor().person_id == person.id,
        found=queries.list_evidence(actor(), person.id, marks, chosen, page_number(request.args.get("page"))),
    )
