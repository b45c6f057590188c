"""Second voices: asking a colleague, and answering one."""

from __future__ import annotations

import uuid

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.domain.evidence import CorroborationAnswer
from app.evidence import actions, queries
from app.evidence.forms import AnswerForm, AskForm
from app.evidence.models import Evidence
from app.evidence.views.blueprint import author, bp, load_piece
from app.evidence.views.life import piece_page
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.people.models import Person
from app.people.queries import get_people

MAX_SEARCH = 100


@bp.get("/evidence/asked")
@requires(Permission.Evidence.LIST_ASKED)
def list_asked() -> ResponseReturnValue:
    """Show what colleagues ask the signed-in person to confirm."""
    return render_template("evidence/asked.html", entries=queries.list_asked_of(actor().person_id))


@bp.get("/evidence/<uuid:evidence_id>/ask")
@requires(Permission.Evidence.ASK, on=load_piece)
def show_ask(piece: Evidence) -> ResponseReturnValue:
    """Show whom the author can ask."""
    return _ask_page(piece, AskForm(formdata=None))


def _ask_page(piece: Evidence, form: AskForm) -> ResponseReturnValue:
    piece = queries.load_evidence(piece)
    search = request.args.get("q", "").strip()[:MAX_SEARCH]
    found = queries.find_colleagues(piece, search, _chosen_id(form))
    form.colleague.choices = {str(one.id): one.name for one in found.possible}
    page = render_template("evidence/ask.html", piece=piece, form=form, search=search, found=found)
    return make_response(page, form.status)


def _chosen_id(form: AskForm) -> uuid.UUID | None:
    try:
        return uuid.UUID(form.colleague.data or "")
    except ValueError:
        return None


def _chosen(form: AskForm) -> Person | None:
    colleague_id = _chosen_id(form)
    return get_people([colleague_id]).get(colleague_id) if colleague_id else None


@bp.post("/evidence/<uuid:evidence_id>/ask")
@requires(Permission.Evidence.ASK, on=load_piece)
@writes
def ask_colleague(piece: Evidence) -> ResponseReturnValue:
    """Ask a colleague, with a line to them."""
    form = AskForm()
    colleague = _chosen(form)
    if not form.validate_on_submit():
        return _ask_page(piece, form)
    if colleague is None:
        form.colleague.errors = ["Choose a colleague."]
    elif form.attempt(actions.ask_colleague, piece, colleague, asking=form.asking.data or "", by=author(), at=now()):
        flash(f"{colleague.name} is asked and finds your question on their home page.", "good")
        return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))
    return _ask_page(piece, form)


@bp.post("/evidence/<uuid:evidence_id>/remind")
@requires(Permission.Evidence.ASK, on=load_piece)
@writes
def remind_colleague(piece: Evidence) -> ResponseReturnValue:
    """Remind a colleague of a question."""
    actions.remind_colleague(piece, colleague_id=_chosen_id(AskForm()), by=author(), at=now())
    flash("Your colleague is reminded.", "good")
    return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))


@bp.post("/evidence/<uuid:evidence_id>/take-question-back")
@requires(Permission.Evidence.ASK, on=load_piece)
@writes
def take_question_back(piece: Evidence) -> ResponseReturnValue:
    """Take a question back that was put to the wrong colleague."""
    actions.take_question_back(piece, colleague_id=_chosen_id(AskForm()), by=author(), at=now())
    flash("The question is taken back; that colleague can no longer read the piece.")
    return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))


@bp.post("/evidence/<uuid:evidence_id>/answer")
@requires(Permission.Evidence.CORROBORATE, on=load_piece)
@writes
def answer_question(piece: Evidence) -> ResponseReturnValue:
    """Confirm a piece, confirm part of it, or decline. Where it was withdrawn meanwhile, give the words back."""
    form = AnswerForm()
    if not piece.is_shared:
        return _words_back(form)
    if form.validate_on_submit() and form.attempt(
        actions.answer_question,
        piece,
        answer=CorroborationAnswer(form.outcome.data),
        words=form.words.data,
        standing=form.points.standing,
        limits=form.points.limits,
        version=form.read_version(),
        answer_version=form.row_version() if form.version.data else None,
        by=author(),
        at=now(),
    ):
        flash("Thank you; your answer is kept.", "good")
        return redirect(url_for("evidence.list_asked"))
    return piece_page(piece, form)


def _words_back(form: AnswerForm) -> ResponseReturnValue:
    """Return what a colleague wrote on a piece that they may no longer read: their own words, and none of the piece."""
    texts = [form.words.data or "", *(words for _, words in form.points.data.values())]
    page = render_template("evidence/gone.html", outcome=form.outcome.data, texts=[text for text in texts if text])
    return make_response(page, 409)
