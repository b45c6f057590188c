"""Both sides of an assessment, once they are revealed, and the joint notes on them."""

from __future__ import annotations

import uuid
from dataclasses import replace

from flask import flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import actions, queries
from app.assessment.compare_pages import ComparisonView, Reader, comparison_view
from app.assessment.models import Assessment, Side
from app.assessment.sign_forms import NotesForm, notes_form
from app.assessment.views.blueprint import address_of, author, bp, load_assessment
from app.infra.clock import now, today
from app.infra.templating import number_word
from app.infra.unit_of_work import writes

SIGNS = {Side.SELF: Permission.Assessment.SIGN_SELF, Side.MANAGER: Permission.Assessment.SIGN_MANAGER}


def reader_of(assessment: Assessment) -> Reader:
    """Return who reads an assessment, and what they may do about its result."""
    return Reader(
        id=actor().person_id,
        can_write=may(Permission.Assessment.WRITE_NOTE, assessment),
        signs=frozenset(side for side, permission in SIGNS.items() if may(permission, assessment)),
        on=today(),
    )


def result_for_reader(assessment: Assessment, result: queries.Result) -> queries.Result:
    """Return the result as the reader may see it: whoever signed in an earlier period keeps that alone."""
    # Who may list the assessments of a person is who they are to that person today.
    if may(Permission.Assessment.LIST, assessment):
        return result
    return queries.as_former_signer(result, actor().person_id, assessment.subject_id)


def _names_in(round_: queries.Round) -> dict[uuid.UUID, str]:
    names = {round_.subject_id: round_.subject}
    return {**names, round_.manager_id: round_.manager} if round_.manager_id else names


def comparison_view_of(
    assessment: Assessment, form: NotesForm | None = None, *, is_bare: bool = False
) -> ComparisonView:
    """Return both sides for whoever reads; MissingError while they are sealed.

    `is_bare`: what is signed and nothing else, without the evidence and the standing behind it, and to read alone.
    """
    reader = reader_of(assessment)
    round_ = queries.get_round(actor(), assessment)
    found = queries.comparison_of(assessment, _names_in(round_))
    may_read = may(Permission.Assessment.READ_RESULT, assessment)
    result = (
        result_for_reader(assessment, queries.result_of(assessment, found.voices, found.names)) if may_read else None
    )
    return comparison_view(
        found,
        round_,
        replace(reader, can_write=False) if is_bare else reader,
        queries.Behind({}, None, None) if is_bare else queries.behind(found, actor()),
        result,
        form,
    )


def comparison_page(assessment: Assessment, form: NotesForm | None = None) -> ResponseReturnValue:
    """Return the page with both sides; MissingError while they are sealed."""
    page = render_template("assessment/compare.html", view=comparison_view_of(assessment, form))
    return make_response(page, form.status if form else 200)


@bp.post("/assessments/<uuid:assessment_id>/notes")
@requires(Permission.Assessment.WRITE_NOTE, on=load_assessment)
@writes
def write_notes(assessment: Assessment) -> ResponseReturnValue:
    """Keep every joint note that was changed, on expectations and on the whole."""
    form = notes_form()
    saved = None
    if form.validate():
        saved = form.attempt(
            actions.write_notes, assessment, form.drafts(), version=form.row_version(), by=author(), at=now()
        )
    if saved is None:
        return comparison_page(assessment, form)
    flash(_said(saved), "good")
    changed = (*saved.written, *saved.taken_out)
    return redirect(f"{address_of(assessment)}{'#' + actions.note_field(changed[0]) if changed else ''}")


def _said(saved: actions.NotesSaved) -> str:
    """Return what became of the notes of a form."""
    words = []
    if count := len(saved.written):
        both = "Both of you see it." if count == 1 else "Both of you see them."
        words.append(f"{_notes_are(count)} saved. {both}")
    if count := len(saved.taken_out):
        words.append(f"{_notes_are(count)} taken out.")
    return " ".join(words) or "No note was changed, so nothing is saved."


def _notes_are(count: int) -> str:
    return "The note is" if count == 1 else f"{number_word(count).capitalize()} notes are"
