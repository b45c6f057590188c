"""What a pair writes: shared notes and agenda points, notes of one's own, and actions."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import requires
from app.access.permissions import Permission
from app.domain.errors import MissingError
from app.infra.clock import now, today
from app.infra.unit_of_work import writes
from app.mentoring.actions import notes as acts
from app.mentoring.actions import pair_actions
from app.mentoring.forms.notes import ActionForm, ChosenActionForm, NoteForm, PrivateForm, as_id
from app.mentoring.models import MentoringNote, Mentorship, NoteKind, SessionAction
from app.mentoring.queries.notes import get_action, get_note
from app.mentoring.queries.sessions import PairSession, get_session
from app.mentoring.views.blueprint import author, bp, load_mentorship
from app.mentoring.views.pair import pair_page
from app.mentoring.views.sessions import load_session, session_page


def load_note(note_id: uuid.UUID) -> MentoringNote:
    """Return the shared note of an address."""
    return get_note(note_id)


def load_action(action_id: uuid.UUID) -> SessionAction:
    """Return the action of an address."""
    return get_action(action_id)


def _to_session(session_id: uuid.UUID, anchor: str) -> ResponseReturnValue:
    return redirect(url_for("mentoring.show_session", session_id=session_id, _anchor=anchor))


def _say(text: str, undo: str) -> None:
    said: Any = {"text": text, "undo": undo, "fields": []}
    flash(said, "good")


# Shared ------------------------------------------------------------------------------


@bp.post("/sessions/<uuid:session_id>/notes")
@requires(Permission.Mentorship.WRITE, on=load_session)
@writes
def write_note(found: PairSession) -> ResponseReturnValue:
    """Write an agenda point or a shared note."""
    form = NoteForm()
    if form.validate_on_submit() and form.attempt(
        acts.write_note, found, form.note_kind(), form.words.data or "", by=author(), at=now()
    ):
        return _to_session(found.id, "h-agenda" if form.note_kind() is NoteKind.AGENDA else "h-notes")
    return session_page(found, form)


@bp.get("/notes/<uuid:note_id>")
@requires(Permission.Note.EDIT, on=load_note)
def show_change_note(note: MentoringNote) -> ResponseReturnValue:
    """Show the form that changes a note of one's own."""
    return _note_page(note, NoteForm(formdata=None, data={"words": note.words}), note.revision)


def _note_page(note: MentoringNote, form: NoteForm, revision: int) -> ResponseReturnValue:
    found = get_session(note.session_id)
    page = render_template(
        "mentoring/session_note.html", note=note, meeting=found.meeting, form=form, revision=revision
    )
    return make_response(page, form.status)


@bp.post("/notes/<uuid:note_id>")
@requires(Permission.Note.EDIT, on=load_note)
@writes
def change_note(note: MentoringNote) -> ResponseReturnValue:
    """Change a note of one's own; what another window saved in between is never overwritten unseen."""
    form = NoteForm()
    if form.validate_on_submit() and form.attempt(
        acts.change_note, note, form.words.data or "", revision=form.row_version(), by=author(), at=now()
    ):
        flash("Saved.", "good")
        return _to_session(note.session_id, f"note-{note.id}")
    return _note_page(note, form, form.row_version())


@bp.post("/notes/<uuid:note_id>/remove")
@requires(Permission.Note.EDIT, on=load_note)
@writes
def remove_note(note: MentoringNote) -> ResponseReturnValue:
    """Take a note of one's own out."""
    acts.remove_note(note, by=author(), at=now())
    _say("Taken out. For a day it can be put back.", url_for("mentoring.restore_note", note_id=note.id))
    return _to_session(note.session_id, "h-notes")


@bp.post("/notes/<uuid:note_id>/restore")
@requires(Permission.Note.EDIT, on=load_note)
@writes
def restore_note(note: MentoringNote) -> ResponseReturnValue:
    """Put a note back."""
    acts.restore_note(note, by=author(), at=now())
    flash("It is back.", "good")
    return _to_session(note.session_id, f"note-{note.id}")


# Private -----------------------------------------------------------------------------


@bp.post("/<uuid:mentorship_id>/private")
@requires(Permission.Mentorship.WRITE, on=load_mentorship)
@writes
def save_private(mentorship: Mentorship) -> ResponseReturnValue:
    """Keep one's own note on the whole, as the button sends it."""
    form = PrivateForm()
    if _is_kept(form, mentorship, None):
        flash("Your private note is saved. Only you can read it.", "good")
        return redirect(url_for("mentoring.show_pair", mentorship_id=mentorship.id, _anchor="h-private"))
    return pair_page(mentorship, private=form)


@bp.post("/sessions/<uuid:session_id>/private")
@requires(Permission.Mentorship.WRITE, on=load_session)
@writes
def save_session_private(found: PairSession) -> ResponseReturnValue:
    """Keep one's own note on a session, as the button sends it."""
    form = PrivateForm()
    if _is_kept(form, found.mentorship, found.id):
        flash("Your private note is saved. Only you can read it.", "good")
        return _to_session(found.id, "h-private")
    return session_page(found, form)


def _is_kept(form: PrivateForm, mentorship: Mentorship, session_id: uuid.UUID | None) -> bool:
    words, version = form.words.data or "", form.row_version()
    save = acts.save_private_note
    return form.validate_on_submit() and bool(
        form.attempt(save, mentorship, session_id, words, revision=version, by=author(), at=now())
    )


@bp.post("/<uuid:mentorship_id>/private/draft")
@requires(Permission.Mentorship.WRITE, on=load_mentorship)
@writes
def autosave_private(mentorship: Mentorship) -> ResponseReturnValue:
    """Keep one's own note on the whole, as scripts send it."""
    return _autosave(mentorship, None)


@bp.post("/sessions/<uuid:session_id>/private/draft")
@requires(Permission.Mentorship.WRITE, on=load_session)
@writes
def autosave_session_private(found: PairSession) -> ResponseReturnValue:
    """Keep one's own note on a session, as scripts send it."""
    return _autosave(found.mentorship, found.id)


def _autosave(mentorship: Mentorship, session_id: uuid.UUID | None) -> Response:
    form = PrivateForm()
    kept = None
    if form.validate():
        kept = form.attempt(
            acts.save_private_note,
            mentorship,
            session_id,
            form.words.data or "",
            revision=form.row_version(),
            window=form.window.data or "",
            sequence=form.sequence.data or 0,
            by=author(),
            at=now(),
        )
    if kept is None:
        return make_response({"error": form.first_error() or "What was sent is not a draft of this page."}, 422)
    return make_response({"saved_at": kept.saved_at.isoformat(), "sequence": kept.sequence, "version": kept.revision})


# Actions -----------------------------------------------------------------------------


@bp.post("/<uuid:mentorship_id>/actions")
@requires(Permission.Mentorship.WRITE, on=load_mentorship)
@writes
def add_action(mentorship: Mentorship) -> ResponseReturnValue:
    """Write down what one of the two means to do."""
    form = ActionForm()
    found = _session_of(form, mentorship)
    owner = form.side()
    form.validate()
    form.refuse(pair_actions.faults_of(form.words.data or "", form.due_on.data, on=today()))
    if owner is not None and not form.errors:
        added = form.attempt(
            pair_actions.add_action,
            mentorship,
            form.words.data or "",
            owner=owner,
            due_on=form.due_on.data,
            session_id=found.id if found else None,
            by=author(),
            at=now(),
        )
        if added is not None:
            return _to_actions(mentorship, found)
    return session_page(found, form) if found else pair_page(mentorship, adding=form)


def _session_of(form: ActionForm | ChosenActionForm, mentorship: Mentorship) -> PairSession | None:
    """Return the session on whose page a form stood; None for the page of the pair. MissingError for another pair's."""
    session_id = as_id(form.came_from.data)
    if session_id is None:
        return None
    found = get_session(session_id)
    if found.mentorship.id != mentorship.id:
        raise MissingError
    return found


def _to_actions(mentorship: Mentorship, found: PairSession | None) -> ResponseReturnValue:
    if found is not None:
        return _to_session(found.id, "h-actions")
    return redirect(url_for("mentoring.show_pair", mentorship_id=mentorship.id, _anchor="h-actions"))


@bp.post("/<uuid:mentorship_id>/actions/tick")
@requires(Permission.Mentorship.WRITE, on=load_mentorship)
@writes
def tick_action(mentorship: Mentorship) -> ResponseReturnValue:
    """Say that an action is done."""
    return _tick(mentorship, is_done=True)


@bp.post("/<uuid:mentorship_id>/actions/untick")
@requires(Permission.Mentorship.WRITE, on=load_mentorship)
@writes
def untick_action(mentorship: Mentorship) -> ResponseReturnValue:
    """Say that an action is not done after all."""
    return _tick(mentorship, is_done=False)


def _tick(mentorship: Mentorship, *, is_done: bool) -> ResponseReturnValue:
    form = ChosenActionForm()
    found, chosen = _session_of(form, mentorship), form.action_id()
    if chosen is None:
        raise MissingError
    pair_actions.tick_action(mentorship, chosen, is_done=is_done, by=author(), at=now())
    flash("Done." if is_done else "It is open again.", "good")
    return _to_actions(mentorship, found)


@bp.post("/actions/<uuid:action_id>/remove")
@requires(Permission.Note.EDIT, on=load_action)
@writes
def remove_action(action: SessionAction) -> ResponseReturnValue:
    """Take an action of one's own out."""
    pair_actions.remove_action(action, by=author(), at=now())
    _say("Taken out. For a day it can be put back.", url_for("mentoring.restore_action", action_id=action.id))
    return redirect(url_for("mentoring.show_pair", mentorship_id=action.mentorship_id, _anchor="h-actions"))


@bp.post("/actions/<uuid:action_id>/restore")
@requires(Permission.Note.EDIT, on=load_action)
@writes
def restore_action(action: SessionAction) -> ResponseReturnValue:
    """Put an action back."""
    pair_actions.restore_action(action, by=author(), at=now())
    flash("It is back.", "good")
    return redirect(url_for("mentoring.show_pair", mentorship_id=action.mentorship_id, _anchor="h-actions"))
