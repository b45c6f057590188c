"""The line manager's statement for a packet, and HR's mark on a packet that goes on incomplete."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.packets import LONGEST
from app.domain.promotion import CaseState
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.people.queries import get_person
from app.promotion.actions import packets as actions
from app.promotion.actions.packet_writing import why_not_stating
from app.promotion.forms.packet import ReasonForm, StatementForm
from app.promotion.models import PacketPart, PromotionCase
from app.promotion.packet_steps import statement_head, words_in
from app.promotion.queries.packets import sections_of
from app.promotion.views.blueprint import author, bp, load_case
from app.promotion.views.packet_writing import autosave, last_of

STATEMENT = (PacketPart.STATEMENT,)


@bp.get("/cases/<uuid:case_id>/statement")
@requires(Permission.Case.WRITE_STATEMENT, on=load_case)
def write_statement(case: PromotionCase) -> ResponseReturnValue:
    """Show the line manager their own statement, to write or as it was handed in."""
    if why_not_stating(case, now()):
        return _sealed_page(case)
    return _statement_page(case, StatementForm(data=words_in(sections_of(case.id, actor().person_id), STATEMENT)))


def _statement_page(case: PromotionCase, form: StatementForm) -> ResponseReturnValue:
    own = {part: row for part, row in sections_of(case.id, actor().person_id).items() if part in STATEMENT}
    page = render_template(
        "promotion/statement.html",
        case=case,
        head=statement_head(case),
        form=form,
        revision=form.row_version() if form.is_submitted() else last_of(own, "revision") or 0,
        sequence=last_of(own, "sequence") or 0,
        saved_at=last_of(own, "saved_at"),
        reads_packet=may(Permission.Case.READ_PACKET, case),
        longest=LONGEST["statement"],
    )
    return make_response(page, form.status)


def _sealed_page(case: PromotionCase) -> ResponseReturnValue:
    """Show that nothing more can be written; one's own words, never those of a former line manager."""
    is_mine = case.statement_by_id == actor().person_id
    own = sections_of(case.id, actor().person_id).get(PacketPart.STATEMENT)
    return render_template(
        "promotion/statement_sealed.html",
        case=case,
        head=statement_head(case),
        why=why_not_stating(case, now()),
        is_mine=is_mine,
        is_by=get_person(case.statement_by_id).name if case.statement_by_id and not is_mine else "",
        words=own.words if own else "",
        reads_packet=may(Permission.Case.READ_PACKET, case),
    )


@bp.post("/cases/<uuid:case_id>/statement")
@requires(Permission.Case.WRITE_STATEMENT, on=load_case)
@writes
def save_statement(case: PromotionCase) -> ResponseReturnValue:
    """Keep the statement, as the button sends it."""
    form = StatementForm()
    if not _keep(case, form):
        return _statement_page(case, form)
    flash("Your statement is saved. Only you can read it until you hand it in.", "good")
    return redirect(url_for("promotion.write_statement", case_id=case.id))


def _keep(case: PromotionCase, form: StatementForm) -> bool:
    kept = form.validate() and form.attempt(
        actions.save_parts, case, form.words(), revision=form.row_version(), by=author(), at=now()
    )
    return bool(kept)


@bp.post("/cases/<uuid:case_id>/statement/draft")
@requires(Permission.Case.WRITE_STATEMENT, on=load_case)
@writes
def autosave_statement(case: PromotionCase) -> ResponseReturnValue:
    """Keep the statement, as scripts send it."""
    return autosave(case, StatementForm())


@bp.get("/cases/<uuid:case_id>/statement/ask")
@requires(Permission.Case.WRITE_STATEMENT, on=load_case)
def show_statement_question(case: PromotionCase) -> ResponseReturnValue:
    """Lead whoever comes back to the address of the question to the statement, where it begins."""
    return redirect(url_for("promotion.write_statement", case_id=case.id))


@bp.post("/cases/<uuid:case_id>/statement/ask")
@requires(Permission.Case.WRITE_STATEMENT, on=load_case)
@writes
def ask_before_stating(case: PromotionCase) -> ResponseReturnValue:
    """Keep the statement, and ask once more before it goes in."""
    form = StatementForm()
    if not _keep(case, form):
        return _statement_page(case, form)
    if not form.statement.data:
        form.statement.errors = ["The statement is empty. Write what you have seen of this work."]
        return _statement_page(case, form)
    return render_template(
        "promotion/statement_submit.html", case=case, head=statement_head(case), words=form.statement.data
    )


@bp.post("/cases/<uuid:case_id>/statement/submit")
@requires(Permission.Case.WRITE_STATEMENT, on=load_case)
@writes
def submit_statement(case: PromotionCase) -> ResponseReturnValue:
    """Hand the statement in."""
    actions.submit_statement(case, by=author(), at=now())
    flash("Your statement is in. Nothing of it changes any more.", "good")
    return redirect(url_for("promotion.write_statement", case_id=case.id))


# Incomplete ------------------------------------------------------------------------------


@bp.get("/cases/<uuid:case_id>/packet/incomplete")
@requires(Permission.Case.LOOK_AFTER, on=load_case)
def ask_before_marking(case: PromotionCase) -> ResponseReturnValue:
    """Ask HR why a packet goes on incomplete."""
    return _incomplete_page(case, ReasonForm(data={"reason": case.incomplete_reason or ""}))


@bp.post("/cases/<uuid:case_id>/packet/incomplete")
@requires(Permission.Case.LOOK_AFTER, on=load_case)
@writes
def mark_incomplete(case: PromotionCase) -> ResponseReturnValue:
    """Mark a packet incomplete, with a reason."""
    form = ReasonForm()
    if form.validate():
        # The act returns nothing; what it refuses stands in the form.
        form.attempt(actions.mark_incomplete, case, form.reason.data, by=author(), at=now())
    if form.errors or form.form_errors:
        return _incomplete_page(case, form)
    flash("The packet is marked incomplete. Handing in after all takes the mark away.", "good")
    return redirect(url_for("promotion.show_packet_draft", case_id=case.id))


@bp.post("/cases/<uuid:case_id>/packet/complete")
@requires(Permission.Case.LOOK_AFTER, on=load_case)
@writes
def clear_incomplete(case: PromotionCase) -> ResponseReturnValue:
    """Take the mark “incomplete” back."""
    actions.clear_incomplete(case, by=author(), at=now())
    flash("The mark is taken back.", "good")
    return redirect(url_for("promotion.show_packet_draft", case_id=case.id))


def _incomplete_page(case: PromotionCase, form: ReasonForm) -> ResponseReturnValue:
    if case.state is not CaseState.DRAFTING:
        return redirect(url_for("promotion.show_packet_draft", case_id=case.id))
    page = render_template("promotion/packet_incomplete.html", case=case, head=statement_head(case), form=form)
    return make_response(page, form.status)
