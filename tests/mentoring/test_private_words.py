"""What a pair writes stays with the pair: planted words of each kind, looked for on every page and in every table."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.domain.mentorship import MentorshipState, PairSide
from app.infra.db import Base, db
from app.people.models import Person
from tests.factories.assessments import publish
from tests.factories.mentoring import make_coordinator, make_mentorship
from tests.factories.people import make_person
from tests.mentoring.everywhere import Written, all_pages, everything_in, planted, word, words_read, write_everything

WORDS_STAND_IN = {
    "mentoring_note",
    "private_note",
    "session_action",
    "mentorship_message",
    "mentorship_review",
    "mentoring_session",
}
"""The tables that hold what a pair writes. The record, mails, jobs and drafts are none of them."""


@pytest.fixture
def lead(app) -> Person:
    publish()
    return make_person("Tomasz Wieczorek", level="L4")


@pytest.fixture
def written(lead) -> Written:
    amara = make_person("Amara Diallo", level="L2", manager=lead)
    return write_everything(amara, make_person("Nadia Mentor", level="L3", manager=make_person("Petra Other")))


@pytest.mark.parametrize("reader", ["line manager", "HR", "administrator", "coordinator"])
def test_nobody_but_the_two_reads_a_word_on_any_page(app, written, lead, client_for, reader):
    roles = {"HR": (Role.HR,), "administrator": (Role.ADMIN,)}
    person = lead if reader == "line manager" else make_person(f"Some {reader}", roles=roles.get(reader, ()))
    if reader == "coordinator":
        make_coordinator(person)
    assert words_read(client_for(person), all_pages(app, written)) == {}


@pytest.mark.parametrize("side", ["mentee", "mentor"])
def test_each_of_the_two_reads_what_is_for_both_and_nothing_private_of_the_other(app, written, client_for, side):
    other = {"mentee": "mentor", "mentor": "mentee"}[side]
    reader = {"mentee": written.mentee, "mentor": written.mentor}[side]
    found = everything_in(words_read(client_for(reader), all_pages(app, written)))
    assert {word("note", other), word("agenda", other), word("action", other), word("private", side)} <= found
    assert not found & {word("private", other), word("whole", other), word("look-back", other)}


def tables_with_words() -> set[str]:
    """Return the tables in which a planted word stands, in any column."""
    with db.engine.connect() as connection:
        return {
            table.name
            for table in Base.metadata.sorted_tables
            if any(planted(repr(tuple(row))) for row in connection.execute(select(table)))
        }


def test_a_word_that_is_sent_goes_into_its_own_table_and_nowhere_else(written, client_for):
    pair, held = f"/mentoring/{written.pair.id}", f"/mentoring/sessions/{written.held.id}"
    client = client_for(written.mentor)
    draft = {"window": "w", "sequence": "1", "version": "1"}
    for address, fields in [
        (f"{held}/notes", {"kind": "note", "words": word("said", "note")}),
        (f"{held}/private", {"words": word("said", "private"), **draft}),
        (f"{pair}/actions", {"words": word("said", "action"), "owner": "mentor"}),
        (f"{pair}/end", {"words": word("said", "parting")}),
    ]:
        answer = client.post(address, fields)
        assert answer.status == 302, f"{address}: {answer.status}"
    db.session.rollback()
    assert tables_with_words() == WORDS_STAND_IN


def test_a_request_and_its_answers_put_no_word_into_mails_or_the_record(lead, client_for):
    amara, nadia = make_person("Amara Diallo", level="L2", manager=lead), make_person("Nadia Mentor", level="L3")
    asked = make_mentorship(amara, nadia, state=MentorshipState.PROPOSED, waits_for=PairSide.MENTOR)
    at = f"/mentoring/requests/{asked.id}"
    assert client_for(nadia).post(f"{at}/question", {"words": word("question", "said")}).status == 302
    assert client_for(amara).post(f"{at}/answer", {"words": word("answer", "said")}).status == 302
    declined = client_for(nadia).post(f"{at}/decline", {"because": "time", "words": word("decline", "said")})
    assert declined.status == 302
    db.session.rollback()
    assert tables_with_words() == {"mentorship_message"}
