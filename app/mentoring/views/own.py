"""Everybody's own page of mentoring."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.infra.clock import local, today
from app.mentoring.own_pages import pair_card, pair_href, proposal_words, shown_goals, sorted_out, stop_words
from app.mentoring.profile_pages import hours_in_words, profile_state
from app.mentoring.queries.own import list_own_pairs, list_waiting_here
from app.mentoring.queries.profiles import find_profile, named_expectations
from app.mentoring.views.blueprint import bp


@bp.get("/")
@requires(Permission.Mentoring.TAKE_PART)
def show_own() -> ResponseReturnValue:
    """Show the reader's own mentoring: what waits, their mentor and mentees, and what they offer and seek."""
    own_id, on = actor().person_id, today()
    pairs = list_own_pairs(own_id)
    own, profile = sorted_out(pairs), find_profile(own_id)
    state = profile_state(own_id, profile, has_mentor=own.mentor is not None, mentees=len(own.mentees), on=on)
    known = named_expectations(shown_goals(pairs) | state.shown)
    texts = {key: one.text for key, one in known.items()}
    return render_template(
        "mentoring/own.html",
        waiting=list_waiting_here(own_id, on),
        mentor=pair_card(own.mentor, texts) if own.mentor else None,
        mentees=[pair_card(one, texts) for one in own.mentees],
        proposed=[(proposal_words(one), pair_href(one)) for one in own.proposed if not one.is_my_turn],
        stop_words=stop_words(own),
        past=[pair_card(one, {}) for one in own.past],
        profile=profile,
        state=state,
        texts=texts,
        hours=hours_in_words(profile) if profile else "",
        seeks_since=local(profile.seeks_since).date() if profile and profile.seeks_since else None,
        coordinates=may(Permission.Mentoring.COORDINATE),
        reads_pool=may(Permission.Mentoring.READ_POOL),
        names=may(Permission.Mentoring.NAME_COORDINATOR),
    )
