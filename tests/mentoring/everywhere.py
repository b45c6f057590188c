"""Every page of the application that could tell something of a pair, for tests that look at all of them.

The pages come from the URL map: one that is added later is looked at without a line here, and a new kind of place in an
address of mentoring has to be made known.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

from flask import Flask
from sqlalchemy import select

from app.domain.mentorship import MentorshipState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.models import (
    MentoringSession,
    Mentorship,
    MentorshipGoal,
    MentorshipMessage,
    MentorshipReview,
    MessageKind,
    NoteKind,
    ReviewKind,
    SessionAction,
    SessionState,
)
from app.people.models import Person
from tests.client import Client
from tests.factories import mentoring as make

WORD = re.compile(r"PLANTED-[a-z-]+")
PLACES = ("/", "/inbox", "/account/access", "/evidence/", "/admin/audit")
ABOUT = ("/people/{}", "/people/{}/standing", "/people/{}/evidence", "/people/{}/growth")
WRITTEN_AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@dataclass
class Written:
    """A pair that has written one text of each kind, each a word of its own: `PLANTED-<kind>-<side>`."""

    pair: Mentorship
    held: MentoringSession
    planned: MentoringSession
    mentee: Person
    mentor: Person

    @property
    def things(self) -> dict[str, list[uuid.UUID]]:
        """Return what may stand in the places of an address of mentoring."""
        return {
            "mentorship_id": [self.pair.id],
            "session_id": [self.held.id, self.planned.id],
            "person_id": [self.mentee.id, self.mentor.id],
            "goal_id": ids(MentorshipGoal, MentorshipGoal.mentorship_id == self.pair.id),
            "action_id": ids(SessionAction, SessionAction.mentorship_id == self.pair.id),
            "note_id": ids(make.MentoringNote, make.MentoringNote.mentorship_id == self.pair.id),
            # Of rounds and coordinators there are none here.
            **{name: [] for name in ("round_id", "coordinator_id", "choice_id", "mentee_id", "number")},
        }


def ids(table: type, *conditions: object) -> list[uuid.UUID]:
    """Return the ids of rows."""
    return list(db.session.scalars(select(table.id).where(*conditions).order_by(table.id)))


def word(kind: str, side: str) -> str:
    """Return the word that stands in one text."""
    return f"PLANTED-{kind}-{side}"


SHARED = ("note", "agenda", "action", "question", "answer", "request", "parting")
APART = ("private", "whole")
"""Notes of one's own: of a session, and of the mentorship as a whole."""


def write_everything(
    mentee: Person, mentor: Person, *, state: MentorshipState = MentorshipState.ACTIVE, **columns: object
) -> Written:
    """Let two be a pair that has written everything a pair can write."""
    pair = make.make_mentorship(mentee, mentor, state=state, goals=("swe.design-significant-features",), **columns)
    held = make.make_session(
        pair,
        number=1,
        starts_at=datetime(2026, 11, 3, 13, tzinfo=UTC),
        state=SessionState.HELD,
        place="PLANTED-place-held",
    )
    planned = make.make_session(pair, number=2, place=word("place", "planned"))
    for side, person in (("mentee", mentee), ("mentor", mentor)):
        make.make_note(held, person, word("note", side))
        make.make_note(planned, person, word("agenda", side), kind=NoteKind.AGENDA)
        make.make_private_note(pair, person, word("private", side), session=held)
        make.make_private_note(pair, person, word("whole", side))
        write_the_rest(pair, held, person, side)
    return Written(pair, held, planned, mentee, mentor)


def write_the_rest(pair: Mentorship, held: MentoringSession, person: Person, side: str) -> None:
    """Let one of the two leave an action, messages and a look back that is not given."""
    common = {"mentorship_id": pair.id, "author_id": person.id, "written_at": WRITTEN_AT}
    messages = (MessageKind.REQUEST, MessageKind.ANSWER) if side == "mentee" else (MessageKind.QUESTION,)
    with transaction() as session:
        session.add(SessionAction(session_id=held.id, owner_id=person.id, words=word("action", side), **common))
        for kind in (*messages, MessageKind.PARTING):
            session.add(MentorshipMessage(kind=kind, words=word(kind.value, side), **common))
        answers = f'["{word("look-back", side)}", "", "", ""]'
        session.add(MentorshipReview(kind=ReviewKind.MID_POINT, answers=answers, **common))


def pages_of_mentoring(app: Flask, things: Mapping[str, Sequence[object]]) -> Iterator[str]:
    """Return an address of each page of mentoring for each fitting thing."""
    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if not rule.rule.startswith("/mentoring/") or "GET" not in rule.methods:
            continue
        names = sorted(rule.arguments)
        for values in product(*(things[name] for name in names)):
            yield adapter.build(rule.endpoint, dict(zip(names, values, strict=True)), method="GET")


def all_pages(app: Flask, written: Written) -> list[str]:
    """Return every page of mentoring, those that speak of people, and the search for a planted word."""
    about = [one.format(person.id) for one in ABOUT for person in (written.mentee, written.mentor)]
    return [*pages_of_mentoring(app, written.things), *PLACES, *about, "/search?q=PLANTED", "/people/?q=PLANTED"]


def planted(text: str) -> set[str]:
    """Return the planted words that a text holds; the place in a question is no word of anybody."""
    return set(WORD.findall(text))


def words_read(client: Client, pages: Iterable[str]) -> dict[str, set[str]]:
    """Return what somebody reads, by the page on which they do; pages without a planted word are left out."""
    found = {}
    for page in pages:
        # Each request begins anew, as a browser's does, or the second reader of a test would be the first.
        got = Context().run(client.http.get, page)
        assert got.status_code in {200, 302, 404, 405, 409}, f"{page}: {got.status_code}"
        if words := planted(got.get_data().decode(errors="replace") + str(got.headers)):
            found[page] = words
    return found


def everything_in(found: Mapping[str, set[str]]) -> set[str]:
    """Return the words of all pages together."""
    return set().union(*found.values())
