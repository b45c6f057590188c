"""Choosing evidence for a packet, and asking for exceptions."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import requires
from app.access.permissions import Permission
from app.domain.packets import EXCEPTION_LENGTH, MOST_PIECES
from app.infra.clock import now, today
from app.infra.forms import version_number
from app.infra.templating import counted
from app.infra.unit_of_work import writes
from app.promotion.actions import packets as actions
from app.promotion.actions.packet_writing import why_not_writing
from app.promotion.forms.packet import ExceptionForm, PiecesForm
from app.promotion.models import PromotionCase
from app.promotion.packet_pages import packet_view
from app.promotion.packet_steps import packet_head
from app.promotion.queries.packet_reading import list_choosable, packet_with_further
from app.promotion.queries.packets import exceptions_of, expectation_of
from app.promotion.views.blueprint import author, bp, load_case
from app.promotion.views.packet_writing import elsewhere, sent_id

STEPS = {"up": -1, "down": 1}


@bp.get("/cases/<uuid:case_id>/packet/evidence")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
def choose_evidence(case: PromotionCase) -> ResponseReturnValue:
    """Show the chosen pieces in their order, and the others to choose from."""
    return elsewhere(case) if why_not_writing(case, now()) else _evidence_page(case, PiecesForm(formdata=None))


def _evidence_page(case: PromotionCase, form: PiecesForm) -> ResponseReturnValue:
    chosen, others = list_choosable(case)
    page = render_template(
        "promotion/packet_evidence.html",
        case=case,
        head=packet_head(case),
        form=form,
        ticked={str(one) for one in form.ids()},
        chosen=chosen,
        others=[one for one in others if not one.is_too_new],
        too_new=[one for one in others if one.is_too_new],
        most=MOST_PIECES,
    )
    return make_response(page, form.status)


@bp.post("/cases/<uuid:case_id>/packet/evidence")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
@writes
def add_evidence(case: PromotionCase) -> ResponseReturnValue:
    """Add the ticked pieces at the end, and go on to the expectations where the button says so."""
    form = PiecesForm()
    ids = form.ids() if form.validate() else []
    onward = (
        "promotion.show_expectations" if request.form.get("next") == "expectations" else "promotion.choose_evidence"
    )
    if not ids and onward == "promotion.show_expectations":
        return redirect(url_for(onward, case_id=case.id))
    if not ids:
        form.pieces.errors = ["Tick at least one piece to add."]
        return _evidence_page(case, form)
    added = form.attempt(actions.add_pieces, case, ids, by=author(), at=now())
    if added is None:
        return _evidence_page(case, form)
    flash(f"{counted(added, 'piece', 'pieces').capitalize()} added.", "good")
    return redirect(url_for(onward, case_id=case.id))


@bp.post("/cases/<uuid:case_id>/packet/evidence/move")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
@writes
def move_evidence(case: PromotionCase) -> ResponseReturnValue:
    """Move a chosen piece one place up or down."""
    piece = sent_id("piece")
    actions.move_piece(case, piece, STEPS.get(request.form.get("direction", ""), 0), by=author(), at=now())
    return redirect(url_for("promotion.choose_evidence", case_id=case.id, _anchor=f"piece-{piece}"))


@bp.post("/cases/<uuid:case_id>/packet/evidence/drop")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
@writes
def drop_evidence(case: PromotionCase) -> ResponseReturnValue:
    """Take a piece out of the packet; one click puts it back where it was."""
    piece = sent_id("piece")
    place = actions.drop_piece(case, piece, by=author(), at=now())
    if place:
        undo = url_for("promotion.put_evidence", case_id=case.id)
        fields = [("piece", str(piece)), ("place", str(place))]
        flash({"text": f"E{place} is out of the packet.", "undo": undo, "fields": fields}, "good")  # type: ignore[arg-type]
    return redirect(url_for("promotion.choose_evidence", case_id=case.id))


@bp.post("/cases/<uuid:case_id>/packet/evidence/put")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
@writes
def put_evidence(case: PromotionCase) -> ResponseReturnValue:
    """Put a piece back where it stood."""
    piece, place = sent_id("piece"), version_number(request.form.get("place"))
    actions.put_piece(case, piece, place, by=author(), at=now())
    flash("It is back in the packet.", "good")
    return redirect(url_for("promotion.choose_evidence", case_id=case.id, _anchor=f"piece-{piece}"))


# Expectations and exceptions -------------------------------------------------------------


@bp.get("/cases/<uuid:case_id>/packet/expectations")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
def show_expectations(case: PromotionCase) -> ResponseReturnValue:
    """Show the candidate what supports each expectation, and where nothing does."""
    if why_not_writing(case, now()):
        return elsewhere(case)
    packet, further = packet_with_further(case, today())
    head, view = packet_head(case, packet), packet_view(packet)
    return render_template("promotion/packet_expectations.html", case=case, head=head, view=view, further=further)


@bp.get("/cases/<uuid:case_id>/packet/exception")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
def show_exception(case: PromotionCase) -> ResponseReturnValue:
    """Ask why the committee should promote despite an expectation."""
    if why_not_writing(case, now()):
        return elsewhere(case)
    wanted = request.args.get("expectation", "")
    return _exception_page(case, wanted, ExceptionForm(data={"reason": exceptions_of(case.id).get(wanted, "")}))


@bp.post("/cases/<uuid:case_id>/packet/exception")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
@writes
def ask_exception(case: PromotionCase) -> ResponseReturnValue:
    """Keep that the candidate asks for an exception, and why."""
    form, wanted = ExceptionForm(), request.form.get("expectation", "")
    if not form.validate():
        return _exception_page(case, wanted, form)
    # The act returns nothing; what it refuses stands in the form.
    form.attempt(actions.ask_exception, case, wanted, form.reason.data, by=author(), at=now())
    if form.errors or form.form_errors:
        return _exception_page(case, wanted, form)
    flash("The packet asks for this exception now.", "good")
    return redirect(url_for("promotion.show_expectations", case_id=case.id))


@bp.post("/cases/<uuid:case_id>/packet/exception/drop")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
@writes
def drop_exception(case: PromotionCase) -> ResponseReturnValue:
    """Ask for an exception no longer; one click asks for it again."""
    wanted = request.form.get("expectation", "")
    reason = exceptions_of(case.id).get(wanted, "")
    actions.drop_exception(case, wanted, by=author(), at=now())
    if reason:
        undo = url_for("promotion.ask_exception", case_id=case.id)
        fields = [("expectation", wanted), ("reason", reason)]
        flash({"text": "The packet asks for this exception no longer.", "undo": undo, "fields": fields}, "good")  # type: ignore[arg-type]
    return redirect(url_for("promotion.show_expectations", case_id=case.id))


def _exception_page(case: PromotionCase, wanted: str, form: ExceptionForm) -> ResponseReturnValue:
    page = render_template(
        "promotion/packet_exception.html",
        case=case,
        head=packet_head(case),
        expectation=expectation_of(case, wanted),
        is_asked=wanted in exceptions_of(case.id),
        form=form,
        longest=EXCEPTION_LENGTH,
    )
    return make_response(page, form.status)
