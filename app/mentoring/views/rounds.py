"""Rounds: the list, opening and changing one, its pool, running the matching, and reading what a run gave."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.infra.clock import now, today
from app.infra.pagination import page_number
from app.infra.unit_of_work import writes
from app.mentoring.actions import rounds as actions
from app.mentoring.actions.matching import run_matching
from app.mentoring.forms.rounds import RoundForm
from app.mentoring.models import MatchRun, MentoringRound, RoundState
from app.mentoring.queries.pool import count_pool, gather
from app.mentoring.queries.profiles import find_profile, named_expectations
from app.mentoring.queries.rounds import get_round, list_answers, list_choices, list_rounds
from app.mentoring.queries.runs import get_run, list_runs, read_run, same_input
from app.mentoring.round_pages import (
    answer_counts,
    answer_words,
    answers_heading,
    aside_words,
    changed_words,
    heading_of,
    part_key,
    result_page,
    same_words,
    tally,
)
from app.mentoring.views.blueprint import author, bp


def load_round(round_id: uuid.UUID) -> MentoringRound:
    """Return the round of an address."""
    return get_round(round_id)


def load_run(round_id: uuid.UUID, number: int) -> tuple[MentoringRound, MatchRun]:
    """Return the round and the run of an address."""
    return get_round(round_id), get_run(round_id, number)


@bp.get("/rounds/")
@requires(Permission.Mentoring.READ_POOL)
def show_rounds() -> ResponseReturnValue:
    """List all rounds, the newest first."""
    page = list_rounds(page_number(request.args.get("page")), on=today())
    return render_template("mentoring/rounds/index.html", page=page, answer_counts=answer_counts)


@bp.get("/rounds/new")
@requires(Permission.Mentoring.COORDINATE)
def new_round() -> ResponseReturnValue:
    """Ask for the name and the settings of a new round."""
    return render_template("mentoring/rounds/settings.html", form=RoundForm(formdata=None), row=None)


@bp.post("/rounds/new")
@requires(Permission.Mentoring.COORDINATE)
@writes
def open_round() -> ResponseReturnValue:
    """Open a round; nobody hears of it."""
    form = RoundForm()
    opened = None
    if form.validate():
        opened = form.attempt(actions.open_round, form.name.data, **_settings(form))
    if not opened:
        return make_response(render_template("mentoring/rounds/settings.html", form=form, row=None), form.status)
    flash("The round is open. Nobody hears of it before you propose pairs.", "good")
    return redirect(url_for("mentoring.show_round", round_id=opened.id))


def _settings(form: RoundForm) -> dict[str, Any]:
    return {
        "weights": form.weights,
        "months": form.months.data,
        "answer_days": form.answer_days.data,
        "by": author(),
        "at": now(),
    }


@bp.get("/rounds/<uuid:round_id>/edit")
@requires(Permission.Mentoring.COORDINATE, on=load_round)
def show_edit_round(row: MentoringRound) -> ResponseReturnValue:
    """Show the settings of a round that is open."""
    form = RoundForm(formdata=None)
    form.fill(row)
    return render_template("mentoring/rounds/settings.html", form=form, row=row)


@bp.post("/rounds/<uuid:round_id>/edit")
@requires(Permission.Mentoring.COORDINATE, on=load_round)
@writes
def change_round(row: MentoringRound) -> ResponseReturnValue:
    """Change the settings of a round; the next run takes them."""
    form = RoundForm()
    if form.validate():
        form.attempt(actions.change_round, row, name=form.name.data, version=form.row_version(), **_settings(form))
    if form.errors:
        return make_response(render_template("mentoring/rounds/settings.html", form=form, row=row), form.status)
    flash("Saved. The next run takes it.", "good")
    return redirect(url_for("mentoring.show_round", round_id=row.id))


@bp.get("/rounds/<uuid:round_id>")
@requires(Permission.Mentoring.READ_POOL, on=load_round)
def show_round(row: MentoringRound) -> ResponseReturnValue:
    """Show where a round is: its pool before the first run, the last run, or how the pairs have answered."""
    if row.published_at is not None:
        return _answers_page(row)
    runs = list_runs(row.id)
    if runs:
        return _run_page(row, runs[0], runs)
    return _pool_page(row, "mentoring/rounds/begin.html")


@bp.get("/rounds/<uuid:round_id>/runs/<int:number>")
@requires(Permission.Mentoring.READ_POOL, on=load_run)
def show_run(found: tuple[MentoringRound, MatchRun]) -> ResponseReturnValue:
    """Show what a run gave, as it was."""
    row, run = found
    return _run_page(row, run, list_runs(row.id))


@bp.get("/rounds/<uuid:round_id>/pool")
@requires(Permission.Mentoring.READ_POOL, on=load_round)
def show_pool(row: MentoringRound) -> ResponseReturnValue:
    """Show who is in the pool today."""
    return _pool_page(row, "mentoring/rounds/pool.html")


@bp.post("/rounds/<uuid:round_id>/match")
@requires(Permission.Mentoring.COORDINATE, on=load_round)
@writes
def match_round(row: MentoringRound) -> ResponseReturnValue:
    """Run the matching on the pool of today."""
    run = run_matching(row, by=author(), at=now())
    same = same_input(list_runs(row.id), run)
    flash(f"Run {run.number}: {heading_of(run)}. {same_words(same)}".strip(), "good")
    return redirect(url_for("mentoring.show_round", round_id=row.id))


def _pool_page(row: MentoringRound, template: str) -> ResponseReturnValue:
    gathered = gather(row)
    goals = {goal for one in gathered.members.values() for goal in (*one.wishes, *one.offers)}
    held = {one.id: one.holds for one in gathered.pool.mentors}
    return render_template(
        template,
        row=row,
        gathered=gathered,
        mentees=gathered.mentees,
        mentors=gathered.mentors,
        held=held,
        named=named_expectations(goals),
        aside=aside_words(gathered.aside),
        places=sum(one.free for one in gathered.available),
        paused=sum(one.is_paused for one in gathered.mentors),
        is_inside=actor().person_id in {one.id for one in (*gathered.mentees, *gathered.mentors)},
        runs_it=_runs_it(row),
        today=today(),
    )


def _run_page(row: MentoringRound, run: MatchRun, runs: list[MatchRun]) -> ResponseReturnValue:
    reader = actor().person_id
    is_inside, is_last = _is_inside(), run.id == runs[0].id
    page = result_page(read_run(run), reader, is_inside=is_inside)
    is_live = is_last and row.state is RoundState.OPEN
    choices = list_choices(row.id) if is_live else []
    changed = changed_words(row, run, page.view.explanation, count_pool(now()), choices) if is_live else []
    return render_template(
        "mentoring/rounds/result.html",
        row=row,
        run=run,
        runs=runs,
        page=page,
        choices=[one for one in choices if reader not in (one.row.mentee_id, one.row.mentor_id)],
        changed=changed,
        reader=reader,
        is_last=is_last,
        same=same_words(same_input(runs, run)),
        key=part_key(page.view.explanation["weights"] or actions.weights_in(row)),
        is_inside=is_inside,
        runs_it=is_live and _runs_it(row),
    )


def _answers_page(row: MentoringRound) -> ResponseReturnValue:
    lines, runs = list_answers(row.id, on=today()), list_runs(row.id)
    return render_template(
        "mentoring/rounds/answers.html",
        row=row,
        lines=lines,
        heading=answers_heading(lines),
        figures=[(number, words.lower()) for words, number in answer_counts(tally(lines))],
        run=next((one for one in runs if one.id == row.published_run_id), None),
        is_open=row.state is RoundState.PUBLISHED,
        runs_it=may(Permission.Mentoring.COORDINATE),
        answer_words=answer_words,
        is_inside=_is_inside(),
    )


def _runs_it(row: MentoringRound) -> bool:
    return row.state is RoundState.OPEN and may(Permission.Mentoring.COORDINATE)


def _is_inside() -> bool:
    """Say whether the reader is in the pool themself, which the page says."""
    profile = find_profile(actor().person_id)
    return profile is not None and (profile.mentors_since is not None or profile.seeks_since is not None)
