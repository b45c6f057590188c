"""Logging a new piece: from the composer that opens on every page, and in full."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import requires
from app.access.permissions import Permission
from app.auth.addresses import safe_next
from app.domain.kind_guess import guess_kind
from app.evidence import actions, queries
from app.evidence.forms import ComposerForm, EvidenceForm
from app.evidence.models import Evidence
from app.evidence.views.blueprint import author, bp, load_self
from app.evidence.views.lists import own_list
from app.infra.clock import now, today
from app.infra.idempotency import MAX_KEY
from app.infra.unit_of_work import writes
from app.people.models import Person

SAVED = "Saved as {}. It is private until you share it."
SHARED = "{} is shared: your manager and HR can read it."
IN_THE_DIALOG = "composer"
CREATED = 201


@bp.get("/evidence/compose")
@requires(Permission.Evidence.CREATE)
def show_composer() -> ResponseReturnValue:
    """Show the composer alone; on every other page a script puts it into a dialog."""
    person = load_self()
    kind = queries.usual_kind(person.id).value
    form = ComposerForm(formdata=None, kind=kind, offered=kind, occurred_on=today(), next=request.args.get("next"))
    return _composer_page(person, form)


def _composer_page(person: Person, form: ComposerForm, status: int | None = None) -> ResponseReturnValue:
    # Its fields go by names of their own: the page around the dialog may have a title and a day too.
    form.name_fields(IN_THE_DIALOG)
    marks = queries.marks_for(person.id, today())
    choices = queries.list_choices(person.id, marks, form.expectations.data, form.text, form.kind.data)
    page = render_template("evidence/compose.html", person=person, form=form, choices=choices, today=today())
    return make_response(page, status or form.status)


def tells_scripts(view: Callable[[], Response]) -> Callable[[], Response]:
    """Mark a view that answers a script with 201 and where to go on, in place of leading there.

    A script cannot read where it is led. So it could not tell what was stored from a request that was led elsewhere
    before it came here, as to the second step of signing in; nothing that stands above this view says 201.
    """

    @wraps(view)
    def answer() -> Response:
        response = view()
        is_script = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
        return make_response({"next": response.location}, CREATED) if response.location and is_script else response

    return answer


@bp.post("/evidence/")
@requires(Permission.Evidence.CREATE)
@tells_scripts
@writes
def log_evidence() -> ResponseReturnValue:
    """Log a piece from the composer, and share it at once where that button was pressed."""
    form, person = ComposerForm(), load_self()
    piece = _log(form, person)
    if piece is None:
        return _composer_page(person, form) if form.next.data else own_list(person, form)
    flash(said_of(piece), "good")  # type: ignore[arg-type]
    return redirect(safe_next(form.next.data) if form.next.data else url_for("evidence.list_evidence"))


def said_of(piece: Evidence) -> dict[str, object]:
    """Return what is said after a piece was logged: its name, the way to it, and the question that takes it back.

    `clears` is the key of the form: a script that keeps a half-written line forgets the one that this form saved.
    """
    ask = "ask_before_withdrawing" if piece.is_shared else "ask_before_discarding"
    return {
        "text": (SHARED if piece.is_shared else SAVED).format(f"{piece.ref}, “{piece.title}”"),
        "links": [
            ("Open it", url_for("evidence.show_evidence", evidence_id=piece.id)),
            # What was shared has been readable: withdrawing it undoes no reading, and is not called so.
            ("Withdraw" if piece.is_shared else "Undo", url_for(f"evidence.{ask}", evidence_id=piece.id)),
        ],
        "clears": request.form.get("idempotency_key", "")[:MAX_KEY],
    }


def _log(form: ComposerForm, person: Person) -> Evidence | None:
    """Log what a form says; None where it was refused, and then the form says why."""
    form.take_links()
    if not form.validate_on_submit():
        return None
    share = request.form.get("act") == "share"
    return form.attempt(actions.log_evidence, person, form.content(), share=share, by=author(), at=now())


@bp.post("/evidence/suggestions")
@requires(Permission.Evidence.CREATE)
def suggest_expectations() -> ResponseReturnValue:
    """Show the form again, with what its words suggest. Nothing is stored; a POST keeps the text out of addresses."""
    is_full = "narrative" in request.form
    form, person = EvidenceForm() if is_full else ComposerForm(), load_self()
    form.take_links()
    if form.kind.data in {form.offered.data, None} and (guess := guess_kind(form.text, form.first_links())):
        form.kind.data = form.offered.data = guess.value
    return _new_page(person, form, 200) if is_full else _composer_page(person, form, 200)


@bp.get("/evidence/new")
@requires(Permission.Evidence.CREATE)
def show_new_evidence() -> ResponseReturnValue:
    """Show the full form, with the expectations of the address ticked."""
    person = load_self()
    known = queries.marks_for(person.id, today()).linkable
    ticked = {one: "" for one in request.args.getlist("expectation") if one in known}
    kind = request.args.get("kind") or queries.fitting_kind(person.id, [known[one] for one in ticked]).value
    offered = "" if ticked else kind
    return _new_page(
        person, EvidenceForm(formdata=None, kind=kind, offered=offered, occurred_on=today(), expectations=ticked)
    )


def _new_page(person: Person, form: ComposerForm, status: int | None = None) -> ResponseReturnValue:
    marks = queries.marks_for(person.id, today())
    choices = queries.list_choices(person.id, marks, form.expectations.data, form.text, form.kind.data)
    page = render_template("evidence/new.html", form=form, choices=choices, today=today())
    return make_response(page, status or form.status)


@bp.post("/evidence/new")
@requires(Permission.Evidence.CREATE)
@writes
def log_in_full() -> ResponseReturnValue:
    """Log a piece from the full form."""
    form, person = EvidenceForm(), load_self()
    piece = _log(form, person)
    if piece is None:
        return _new_page(person, form)
    flash((SHARED if piece.is_shared else SAVED).format(piece.ref), "good")
    return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))
