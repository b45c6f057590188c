"""The pair's own page: what comes next, goals, actions and sessions; one's own words as a file; the calendar."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.mentorship import PairSide
from app.infra.clock import clock, now, today
from app.infra.templating import long_date
from app.infra.unit_of_work import writes
from app.mentoring import pair_pages
from app.mentoring.actions import goals as goal_acts
from app.mentoring.calendar import calendar_of, still_to_come
from app.mentoring.course_pages import course_of
from app.mentoring.forms.goals import GoalsForm
from app.mentoring.forms.notes import ActionForm, PrivateForm
from app.mentoring.models import MentoringSession, Mentorship
from app.mentoring.queries import notes, pair, sessions
from app.mentoring.queries.profiles import key_of, named_expectations, seekable
from app.mentoring.views.blueprint import author, bp, load_mentorship
from app.people.models import Person
from app.people.queries import get_people


def other_of(mentorship: Mentorship) -> Person:
    """Return the other one of the two."""
    # Both are read at once: the course of the mentorship names the reader too.
    people = get_people((mentorship.mentee_id, mentorship.mentor_id))
    return people[mentorship.other_than(actor().person_id)]


def side_of(mentorship: Mentorship) -> PairSide:
    """Return which of the two the reader is: the policy has let nobody else come here."""
    return PairSide.MENTEE if mentorship.mentee_id == actor().person_id else PairSide.MENTOR


def owner_choices(mentorship: Mentorship, other: Person) -> list[tuple[str, str]]:
    """Return who may own an action, the reader first."""
    side = side_of(mentorship)
    return [(side.value, "I do"), (side.other.value, f"{other.name} does")]


@bp.get("/<uuid:mentorship_id>")
@requires(Permission.Mentorship.OPEN, on=load_mentorship)
def show_pair(mentorship: Mentorship) -> ResponseReturnValue:
    """Show one of a pair their page; what is only proposed has a page of its own."""
    if not mentorship.has_begun:
        return redirect(url_for("mentoring.show_request", mentorship_id=mentorship.id))
    return pair_page(mentorship)


def pair_page(
    mentorship: Mentorship, *, adding: ActionForm | None = None, private: PrivateForm | None = None
) -> ResponseReturnValue:
    """Return the page of a pair; the forms are those that were sent and say why they were not accepted."""
    who, other = actor(), other_of(mentorship)
    found = sessions.list_sessions(mentorship.id)
    coming = pair_pages.next_session(found, now())
    goals = pair.list_goals(who, mentorship.id)
    adding = adding or ActionForm(formdata=None)
    adding.owner.choices = owner_choices(mentorship, other)
    page = render_template(
        "mentoring/pair.html",
        mentorship=mentorship,
        other=other,
        side=side_of(mentorship),
        lead=pair_pages.lead_of(mentorship, side_of(mentorship)),
        goals=pair_pages.goal_lines(
            goals, named_expectations([key_of(one.lineage, one.expectation_id) for one in goals])
        ),
        may_write=may(Permission.Mentorship.WRITE, mentorship),
        reads_goals=may(Permission.Mentorship.READ_GOALS, mentorship),
        may_set_goals=may(Permission.Mentorship.SET_GOALS, mentorship),
        # Access matrix, note 9: to whoever was the mentor, the sessions are dates, and the words their own.
        reads_all=mentorship.is_underway or side_of(mentorship) is PairSide.MENTEE,
        sessions=pair_pages.session_lines(found, now(), is_underway=mentorship.is_underway),
        counts=pair_pages.count_words(found),
        next=next(iter(pair_pages.session_lines([coming] if coming else [], now())), None),
        course=course_of(mentorship, who.person_id, today()),
        suggested=pair_pages.suggested_day(mentorship, found, today()),
        paused=pair_pages.paused_words(mentorship),
        actions=pair_pages.action_lines(
            notes.list_actions(who, mentorship.id), reader_id=who.person_id, other=other.name, today=today()
        ),
        note=notes.find_private(mentorship.id, who.person_id, None),
        zone=clock.zone,
        adding=adding,
        private=private or PrivateForm(formdata=None),
    )
    refused = next((one.status for one in (adding, private) if one is not None and one.is_submitted()), 200)
    return make_response(page, refused)


@bp.get("/<uuid:mentorship_id>/own-words.txt")
@requires(Permission.Mentorship.OPEN, on=load_mentorship)
def download_own_words(mentorship: Mentorship) -> ResponseReturnValue:
    """Hand out everything that the reader wrote themselves in a mentorship, as plain text."""
    other = other_of(mentorship)
    found = [
        (f"{one.what} of session {one.number}" if one.number else one.what, long_date(one.at), one.words)
        for one in notes.own_words(mentorship.id, actor().person_id)
    ]
    text = pair_pages.own_words_file(f"What I wrote in mentoring with {other.name}", found)
    return _file(text.encode(), "text/plain", "mentoring-own-words.txt")


@bp.get("/<uuid:mentorship_id>/sessions.ics")
@requires(Permission.Mentorship.WRITE, on=load_mentorship)
def download_calendar(mentorship: Mentorship) -> ResponseReturnValue:
    """Hand out all sessions that lie ahead as a calendar file."""
    ahead = still_to_come(sessions.list_sessions(mentorship.id), now())
    return calendar_response(ahead, other_of(mentorship))


def calendar_response(found: list[MentoringSession], other: Person) -> Response:
    """Return sessions as a calendar file, each with the address of its page."""
    base = current_app.config["SETTINGS"].base_url
    content = calendar_of(
        found,
        other=other.name,
        address_of=lambda one: f"{base}{url_for('mentoring.show_session', session_id=one.id)}",
        at=now(),
    )
    return _file(content, "text/calendar", "mentoring-sessions.ics")


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# Goals -------------------------------------------------------------------------------


@bp.get("/<uuid:mentorship_id>/goals")
@requires(Permission.Mentorship.SET_GOALS, on=load_mentorship)
def show_goals(mentorship: Mentorship) -> ResponseReturnValue:
    """Show the mentee what the goals could be."""
    there = [key_of(one.lineage, one.expectation_id) for one in pair.list_goals(actor(), mentorship.id)]
    return _goals_page(mentorship, GoalsForm(formdata=None, data={"goals": there}))


def _goals_page(mentorship: Mentorship, form: GoalsForm) -> ResponseReturnValue:
    rows = pair.list_goals(actor(), mentorship.id)
    there = [key_of(one.lineage, one.expectation_id) for one in rows]
    keys = list(dict.fromkeys([*there, *seekable(mentorship.mentee_id)]))
    named = named_expectations(keys)
    texts = {line.key: line.text for line in pair_pages.goal_lines(rows, named)}
    texts |= {key: named[key].text for key in keys if key in named}
    form.goals.choices = [(key, texts[key]) for key in keys if key in texts]
    page = render_template(
        "mentoring/pair_goals.html",
        mentorship=mentorship,
        other=other_of(mentorship),
        form=form,
        remarks={key: f"{one.competency}, {one.ladder}" for key, one in named.items()},
    )
    return make_response(page, form.status)


@bp.post("/<uuid:mentorship_id>/goals")
@requires(Permission.Mentorship.SET_GOALS, on=load_mentorship)
@writes
def change_goals(mentorship: Mentorship) -> ResponseReturnValue:
    """Change the goals."""
    form = GoalsForm()
    form.attempt(goal_acts.change_goals, mentorship, form.goals.data or [], by=author(), at=now())
    if form.errors or form.form_errors:
        return _goals_page(mentorship, form)
    flash("The goals are saved. Both of you see them.", "good")
    return _back(mentorship)


@bp.post("/<uuid:mentorship_id>/goals/share")
@requires(Permission.Mentorship.SHARE_GOALS, on=load_mentorship)
@writes
def share_goals(mentorship: Mentorship) -> ResponseReturnValue:
    """Let the line manager read the goals."""
    goal_acts.share_goals(mentorship, is_shared=True, by=author(), at=now())
    flash("Your line manager can read the goals now, and nothing else of your mentoring.", "good")
    return _back(mentorship)


@bp.post("/<uuid:mentorship_id>/goals/unshare")
@requires(Permission.Mentorship.SHARE_GOALS, on=load_mentorship)
@writes
def unshare_goals(mentorship: Mentorship) -> ResponseReturnValue:
    """Let the line manager read the goals no longer."""
    goal_acts.share_goals(mentorship, is_shared=False, by=author(), at=now())
    flash("Your line manager can no longer read the goals.", "good")
    return _back(mentorship)


def _back(mentorship: Mentorship) -> ResponseReturnValue:
    return redirect(url_for("mentoring.show_pair", mentorship_id=mentorship.id))
