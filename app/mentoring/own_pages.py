"""Own mentorships as pages show them: cards in words, with the day that comes next. For views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import url_for

from app.domain.mentorship import MentorshipState, PairSide
from app.infra.clock import local
from app.infra.templating import join_words, long_date, number_word, plural
from app.mentoring.queries.own import OwnPair
from app.mentoring.wording import OTHER, STATE

REQUESTS = "/mentoring/requests"
"""Requests and proposals have pages of their own, by the id of the mentorship that they may become."""


@dataclass(frozen=True, slots=True)
class PairCard:
    """One mentorship in a list: whom with, what they are, facts as (term, text), and where it leads."""

    name: str
    note: str
    facts: tuple[tuple[str, str], ...]
    href: str
    began_on: date | None
    ended_on: date | None
    state: str


def pair_href(pair: OwnPair) -> str:
    """Return the page of a mentorship: the pair's own, or until both have consented the request's."""
    if pair.state is MentorshipState.PROPOSED:
        return f"{REQUESTS}/{pair.id}"
    return url_for("mentoring.show_pair", mentorship_id=pair.id)


def pair_card(pair: OwnPair, texts: Mapping[str, str]) -> PairCard:
    """Return a mentorship in words. `texts` are the expectations by key; a goal that it does not know is left out."""
    goals = [texts[key] for key in pair.goals if key in texts]
    facts = [("Goal" if len(goals) == 1 else "Goals", text) for text in goals[:1]]
    if len(goals) > 1:
        facts = [("Goals", f"{goals[0]} And {number_word(len(goals) - 1)} more.")]
    facts.append(("Met", _met(pair)))
    if pair.next_session_at is not None:
        moment = local(pair.next_session_at)
        facts.append(("Next", f"{long_date(moment.date())}, {moment:%H:%M}"))
    facts += _course(pair)
    return PairCard(
        name=pair.other,
        note=OTHER[pair.side],
        facts=tuple(facts),
        href=pair_href(pair),
        began_on=pair.began_on,
        ended_on=pair.ended_on,
        state=STATE[pair.state],
    )


def _met(pair: OwnPair) -> str:
    since = f" since {long_date(pair.began_on)}" if pair.began_on else ""
    if not pair.sessions:
        return f"Not yet{since}"
    last = f", last on {long_date(pair.last_session_on)}" if pair.last_session_on else ""
    return f"{number_word(pair.sessions).capitalize()} {plural(pair.sessions, 'time', 'times')}{since}{last}"


def _course(pair: OwnPair) -> list[tuple[str, str]]:
    if pair.state is MentorshipState.PAUSED:
        return [("State", "Paused")]
    if pair.state is MentorshipState.CLOSING:
        return [("State", "Closing: look back together")]
    if pair.state is MentorshipState.MID_POINT_DONE and pair.ends_on:
        return [("Mid-point", f"Done; ends on {long_date(pair.ends_on)}")]
    return [("Mid-point", long_date(pair.mid_point_on))] if pair.mid_point_on else []


@dataclass(frozen=True)
class OwnMentoring:
    """The own mentorships of somebody, sorted into what the page tells apart. Every list is by name."""

    mentor: OwnPair | None
    mentees: list[OwnPair]
    proposed: list[OwnPair]
    past: list[OwnPair]


def sorted_out(pairs: Iterable[OwnPair]) -> OwnMentoring:
    """Return mentorships by what they are to their owner."""
    rows = list(pairs)
    underway = [one for one in rows if one.is_underway]
    return OwnMentoring(
        mentor=next((one for one in underway if one.side is PairSide.MENTEE), None),
        mentees=[one for one in underway if one.side is PairSide.MENTOR],
        proposed=[one for one in rows if one.state is MentorshipState.PROPOSED],
        past=[one for one in rows if one.state.is_over],
    )


def stop_words(own: OwnMentoring) -> str:
    """Return what stopping to look withdraws, said before it happens; empty where nothing is asked for."""
    asked = [one.other for one in own.proposed if one.is_request and one.side is PairSide.MENTEE]
    if not asked:
        return ""
    what = plural(len(asked), "request", "requests")
    return f"your {what} to {join_words(asked)} {plural(len(asked), 'is', 'are')} withdrawn"


def shown_goals(pairs: Iterable[OwnPair]) -> set[str]:
    """Return the goals that cards of running mentorships show, as keys."""
    return {key for one in pairs if one.is_underway for key in one.goals}


def proposal_words(pair: OwnPair) -> str:
    """Return what an open request or proposal, for which it is the other one's turn, waits for."""
    asked = "may become your mentor" if pair.side is PairSide.MENTEE else "may become your mentee"
    return f"{pair.other} {asked}. It is their turn, until {long_date(pair.answer_by)}."
