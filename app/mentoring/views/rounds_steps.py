"""Proposing the pairs of a round, closing and cancelling it: each asked for plainly first."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import requires
from app.access.permissions import Permission
from app.domain.mentorship import answer_day
from app.infra.clock import now, today
from app.infra.forms import version_number
from app.infra.templating import number_word, plural
from app.infra.unit_of_work import writes
from app.mentoring.actions import rounds as actions
from app.mentoring.actions.publishing import publish
from app.mentoring.models import MentoringRound, RoundState
from app.mentoring.queries.rounds import list_answers
from app.mentoring.queries.runs import find_last, read_run
from app.mentoring.round_pages import answer_counts, tally
from app.mentoring.views.blueprint import author, bp
from app.mentoring.views.rounds import load_round


@bp.get("/rounds/<uuid:round_id>/publish")
@requires(Permission.Mentoring.COORDINATE, on=load_round)
def ask_publish(row: MentoringRound) -> ResponseReturnValue:
    """Ask whether the pairs of the last run shall be proposed, naming them."""
    run = find_last(row.id)
    return render_template(
        "mentoring/rounds/publish.html",
        row=row,
        view=read_run(run) if run else None,
        can=row.state is RoundState.OPEN and run is not None and run.matched > 0,
        until=answer_day(today(), row.answer_days),
    )


@bp.post("/rounds/<uuid:round_id>/publish")
@requires(Permission.Mentoring.COORDINATE, on=load_round)
@writes
def publish_round(row: MentoringRound) -> ResponseReturnValue:
    """Propose the pairs, and tell both people of each."""
    number = len(publish(row, version_number(request.form.get("run")), by=author(), at=now()))
    flash(f"{number_word(number).capitalize()} {plural(number, 'pair is', 'pairs are')} proposed.", "good")
    return redirect(_home(row.id))


@bp.get("/rounds/<uuid:round_id>/close")
@requires(Permission.Mentoring.COORDINATE, on=load_round)
def ask_close(row: MentoringRound) -> ResponseReturnValue:
    """Ask whether a round shall be closed, with what has not been answered."""
    lines = list_answers(row.id, on=today())
    waiting = [line for line in lines if line.state == "proposed"]
    return render_template(
        "mentoring/rounds/close.html",
        row=row,
        waiting=waiting,
        counts=answer_counts(tally(lines)),
        can=row.state is RoundState.PUBLISHED,
    )


@bp.post("/rounds/<uuid:round_id>/close")
@requires(Permission.Mentoring.COORDINATE, on=load_round)
@writes
def close_round(row: MentoringRound) -> ResponseReturnValue:
    """Close a round whose pairs are proposed."""
    actions.close_round(row, by=author(), at=now())
    flash("The round is closed.", "good")
    return redirect(_home(row.id))


@bp.get("/rounds/<uuid:round_id>/cancel")
@requires(Permission.Mentoring.COORDINATE, on=load_round)
def ask_cancel(row: MentoringRound) -> ResponseReturnValue:
    """Ask whether a round that has proposed nothing shall be cancelled."""
    return render_template("mentoring/rounds/cancel.html", row=row, can=row.state is RoundState.OPEN)


@bp.post("/rounds/<uuid:round_id>/cancel")
@requires(Permission.Mentoring.COORDINATE, on=load_round)
@writes
def cancel_round(row: MentoringRound) -> ResponseReturnValue:
    """Cancel a round; its runs stay readable."""
    actions.cancel_round(row, by=author(), at=now())
    flash("The round is cancelled. Nobody was told anything.", "good")
    return redirect(url_for("mentoring.show_rounds"))


def _home(round_id: uuid.UUID) -> str:
    return url_for("mentoring.show_round", round_id=round_id)
