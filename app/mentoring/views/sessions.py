"""Sessions: planning one, its page, whether it took place, its calendar file, and evidence made from it."""

from __future__ import annotations

import uuid

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.errors import NotAllowedNowError
from app.domain.evidence import EvidenceKind
from app.domain.mentorship import PairSide
from app.evidence.queries import Marks, marks_for
from app.infra.clock import clock, local, now, today
from app.infra.forms import Form
from app.infra.unit_of_work import writes
from app.mentoring import pair_pages
from app.mentoring.actions import session_evidence
from app.mentoring.actions import sessions as acts
from app.mentoring.forms.notes import ActionForm, NoteForm, PrivateForm
from app.mentoring.forms.sessions import HeldForm, PlanForm, SessionEvidenceForm
from app.mentoring.models import Mentorship, NoteKind, SessionState
from app.mentoring.queries import notes, pair, sessions
from app.mentoring.queries.sessions import MadePiece, PairSession, get_session
from app.mentoring.views.blueprint import author, bp, load_mentorship
from app.mentoring.views.pair import calendar_response, other_of, owner_choices, side_of

USUAL_MINUTES = 60


def load_session(session_id: uuid.UUID) -> PairSession:
    """Return the session of an address, with its mentorship."""
    return get_session(session_id)


# Planning ----------------------------------------------------------------------------


@bp.get("/<uuid:mentorship_id>/sessions/new")
@requires(Permission.Mentorship.WRITE, on=load_mentorship)
def show_plan_session(mentorship: Mentorship) -> ResponseReturnValue:
    """Show the form for the next session, with a day that fits how often the two mean to meet."""
    if reason := acts.why_not_planning(mentorship):
        raise NotAllowedNowError(reason)
    found = sessions.list_sessions(mentorship.id)
    form = PlanForm(formdata=None)
    form.day.data = pair_pages.suggested_day(mentorship, found, today())
    usual = local(found[0].starts_at).time() if found else form.time.data
    form.time.data, form.minutes.data = usual, found[0].minutes if found else USUAL_MINUTES
    form.place.data = found[0].place if found else ""
    return _plan_page(mentorship, form, None)


def _plan_page(mentorship: Mentorship, form: PlanForm, found: PairSession | None) -> ResponseReturnValue:
    page = render_template(
        "mentoring/session_plan.html",
        mentorship=mentorship,
        meeting=found.meeting if found else None,
        other=other_of(mentorship),
        form=form,
        version=form.row_version() if form.is_submitted() else found.meeting.version if found else None,
        zone=clock.zone,
    )
    return make_response(page, form.status)


@bp.post("/<uuid:mentorship_id>/sessions/new")
@requires(Permission.Mentorship.WRITE, on=load_mentorship)
@writes
def plan_session(mentorship: Mentorship) -> ResponseReturnValue:
    """Plan a session."""
    form = PlanForm()
    if form.validate_on_submit():
        planned = form.attempt(acts.plan_session, mentorship, form.plan(), by=author(), at=now())
        if planned is not None:
            flash("The session is planned. Both of you see it here; write down what you want to talk about.", "good")
            return redirect(url_for("mentoring.show_session", session_id=planned.id))
    return _plan_page(mentorship, form, None)


@bp.get("/sessions/<uuid:session_id>/change")
@requires(Permission.Mentorship.WRITE, on=load_session)
def show_change_session(found: PairSession) -> ResponseReturnValue:
    """Show the form that moves a session."""
    if found.meeting.state is not SessionState.PLANNED:
        return _to(found)
    if reason := acts.why_not_planning(found.mentorship):
        raise NotAllowedNowError(reason)
    starts = local(found.meeting.starts_at)
    form = PlanForm(formdata=None)
    form.day.data, form.time.data = starts.date(), starts.time()
    form.minutes.data, form.place.data = found.meeting.minutes, found.meeting.place
    return _plan_page(found.mentorship, form, found)


@bp.post("/sessions/<uuid:session_id>/change")
@requires(Permission.Mentorship.WRITE, on=load_session)
@writes
def change_session(found: PairSession) -> ResponseReturnValue:
    """Move a session."""
    form = PlanForm()
    if form.validate_on_submit() and form.attempt(
        acts.change_session, found, form.plan(), version=form.row_version(), by=author(), at=now()
    ):
        flash("The session is changed.", "good")
        return _to(found)
    return _plan_page(found.mentorship, form, found)


def _to(found: PairSession) -> ResponseReturnValue:
    return redirect(url_for("mentoring.show_session", session_id=found.id))


# The page ----------------------------------------------------------------------------


@bp.get("/sessions/<uuid:session_id>")
@requires(Permission.Mentorship.OPEN, on=load_session)
def show_session(found: PairSession) -> ResponseReturnValue:
    """Show a session: when and where, what was written, and what the two mean to do."""
    return session_page(found)


def session_page(found: PairSession, *refused: Form) -> ResponseReturnValue:
    """Return the page of a session; `refused` are forms of it that were sent and say why they were not accepted."""
    who, mentorship, other = actor(), found.mentorship, other_of(found.mentorship)
    forms = {type(form): form for form in refused}
    adding = forms.get(ActionForm) or ActionForm(formdata=None)
    adding.owner.choices = owner_choices(mentorship, other)
    holding = forms.get(HeldForm) or HeldForm(formdata=None)
    if not holding.is_submitted():
        holding.held_on.data = min(local(found.meeting.starts_at).date(), today())
    written = notes.list_notes(who, found.id)
    page = render_template(
        "mentoring/session.html",
        mentorship=mentorship,
        meeting=found.meeting,
        line=pair_pages.session_lines([found.meeting], now(), is_underway=mentorship.is_underway)[0],
        other=other,
        side=side_of(mentorship),
        may_write=may(Permission.Mentorship.WRITE, found),
        paused=pair_pages.paused_words(mentorship),
        reads_all=mentorship.is_underway or side_of(mentorship) is PairSide.MENTEE,
        agenda=[one for one in written if one.kind is NoteKind.AGENDA],
        notes=[one for one in written if one.kind is NoteKind.NOTE],
        actions=pair_pages.action_lines(
            notes.list_actions(who, mentorship.id),
            reader_id=who.person_id,
            other=other.name,
            today=today(),
            session_id=found.id,
        ),
        note=notes.find_private(mentorship.id, who.person_id, found.id),
        made=sessions.find_made_piece(found.id, who.person_id, other.id),
        reader_id=who.person_id,
        zone=clock.zone,
        adding=adding,
        holding=holding,
        writing=forms.get(NoteForm) or NoteForm(formdata=None),
        private=forms.get(PrivateForm) or PrivateForm(formdata=None),
        refused=refused,
    )
    return make_response(page, refused[0].status if refused else 200)


@bp.get("/sessions/<uuid:session_id>/session.ics")
@requires(Permission.Mentorship.WRITE, on=load_session)
def download_session(found: PairSession) -> ResponseReturnValue:
    """Hand out one session as a calendar file."""
    return calendar_response([found.meeting], other_of(found.mentorship))


# Whether it took place ---------------------------------------------------------------


@bp.post("/sessions/<uuid:session_id>/held")
@requires(Permission.Mentorship.WRITE, on=load_session)
@writes
def hold_session(found: PairSession) -> ResponseReturnValue:
    """Say that a session took place."""
    form = HeldForm()
    if form.validate_on_submit():
        form.attempt(acts.hold_session, found, held_on=form.held_on.data, by=author(), at=now())
    if form.errors or form.form_errors:
        return session_page(found, form)
    undo = url_for("mentoring.reopen_session", session_id=found.id)
    flash({"text": "Recorded: the session took place.", "undo": undo, "fields": []}, "good")  # type: ignore[arg-type]
    return _to(found)


@bp.post("/sessions/<uuid:session_id>/call-off")
@requires(Permission.Mentorship.WRITE, on=load_session)
@writes
def call_off_session(found: PairSession) -> ResponseReturnValue:
    """Call a session off."""
    acts.call_off_session(found, by=author(), at=now())
    undo = url_for("mentoring.reopen_session", session_id=found.id)
    said = {"text": "The session is called off. What you wrote stays.", "undo": undo, "fields": []}
    flash(said, "good")  # type: ignore[arg-type]
    return _to(found)


@bp.post("/sessions/<uuid:session_id>/reopen")
@requires(Permission.Mentorship.WRITE, on=load_session)
@writes
def reopen_session(found: PairSession) -> ResponseReturnValue:
    """Let a session be planned as before."""
    acts.reopen_session(found, by=author(), at=now())
    flash("The session is planned as before.", "good")
    return _to(found)


# Evidence ----------------------------------------------------------------------------


@bp.get("/sessions/<uuid:session_id>/evidence")
@requires(Permission.Mentorship.OPEN, on=load_session)
def show_session_evidence(found: PairSession) -> ResponseReturnValue:
    """Show what a draft of evidence from a session would hold; back to a session that has not taken place."""
    if found.meeting.state is not SessionState.HELD or found.meeting.held_on is None:
        return redirect(url_for("mentoring.show_session", session_id=found.id))
    if made := _made(found):
        return _to_piece(made)
    marks = marks_for(actor().person_id, today())
    form = SessionEvidenceForm(formdata=None)
    form.title.data = pair_pages.draft_title(found.meeting.held_on)
    if side_of(found.mentorship) is PairSide.MENTEE:
        # The others are there to tick: a log does not count towards them, and the page says what would.
        form.expectations.data = [one for one in _shown_by(found, marks) if pair_pages.takes_log(marks, one)]
    return _evidence_page(found, form, marks)


def _made(found: PairSession) -> MadePiece | None:
    reader_id = actor().person_id
    return sessions.find_made_piece(found.id, reader_id, found.mentorship.other_than(reader_id))


def _to_piece(made: MadePiece) -> ResponseReturnValue:
    """Lead to the piece that the reader has made from a session: there is one of each."""
    return redirect(url_for("evidence.show_evidence", evidence_id=made.id))


def _shown_by(found: PairSession, marks: Marks) -> list[str]:
    """Return the expectations that a piece from this session could show: the mentee's goals, or what mentoring shows.

    For the mentor those of their own ladder for which a mentoring log is named among the kinds of evidence.
    """
    if side_of(found.mentorship) is PairSide.MENTEE:
        goals = [one.expectation_id for one in pair.list_goals(actor(), found.mentorship.id)]
        return [one for one in goals if one in marks.linkable]
    return [one for one in marks.linkable if EvidenceKind.MENTORING_LOG in marks.accepted_kinds(one)]


def _evidence_page(found: PairSession, form: SessionEvidenceForm, marks: Marks) -> ResponseReturnValue:
    shown = _shown_by(found, marks)
    form.expectations.choices = [(one, marks.mark(one).text) for one in shown]
    own = notes.own_of_session(found.id, actor().person_id)
    form.notes.choices = [(str(note_id), words) for note_id, _, words in own]
    page = render_template(
        "mentoring/session_evidence.html",
        mentorship=found.mentorship,
        meeting=found.meeting,
        other=other_of(found.mentorship),
        side=side_of(found.mentorship),
        form=form,
        remarks={one: pair_pages.counting_remark(marks, one) for one in shown},
        kinds={str(note_id): what for note_id, what, _ in own},
    )
    return make_response(page, form.status)


@bp.post("/sessions/<uuid:session_id>/evidence")
@requires(Permission.Mentorship.OPEN, on=load_session)
@writes
def make_session_evidence(found: PairSession) -> ResponseReturnValue:
    """Keep a draft of evidence from a session."""
    if found.meeting.state is not SessionState.HELD:
        raise NotAllowedNowError(session_evidence.NOT_HELD)
    if made := _made(found):
        return _to_piece(made)
    form = SessionEvidenceForm()
    if form.validate_on_submit():
        piece = form.attempt(
            session_evidence.make_evidence,
            found,
            form.title.data or "",
            expectations=form.expectations.data or [],
            notes=form.note_ids(),
            by=author(),
            at=now(),
        )
        if piece is not None:
            flash(f"{piece.ref} is a draft that only you can read. Go on with it on its own page.", "good")
            return _to(found)
    return _evidence_page(found, form, marks_for(actor().person_id, today()))


@bp.post("/sessions/<uuid:session_id>/evidence/ask")
@requires(Permission.Mentorship.OPEN, on=load_session)
@writes
def ask_about_session_evidence(found: PairSession) -> ResponseReturnValue:
    """Share the mentor's piece, and ask the mentee to confirm it."""
    form = Form()
    piece = form.attempt(session_evidence.share_and_ask, found, by=author(), at=now())
    if piece is None:
        return session_page(found, form)
    flash(f"{piece.ref} is shared, and {other_of(found.mentorship).name} is asked to confirm it.", "good")
    return _to(found)
