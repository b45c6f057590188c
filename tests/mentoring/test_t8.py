"""T8: a mentor becomes manager, a manager becomes mentor. What a pair wrote stays with the pair, on every page.

Each is told as before → event → after. Access matrix, rows 16 to 18, and its transitions.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.access.actor import Actor, Role
from app.access.permissions import Permission
from app.access.policy import can
from app.domain.mentorship import MentorshipState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.models import Mentorship, PrivateNote
from app.people import actions as people
from app.people.models import Person
from tests.conftest import NOW
from tests.factories.assessments import publish
from tests.factories.people import AT, SYSTEM, grant, make_person
from tests.mentoring.everywhere import all_pages, everything_in, words_read, write_everything

TODAY = NOW.date()


@pytest.fixture
def lead(app) -> Person:
    publish()
    return make_person("Tomasz Wieczorek", level="L4")


@pytest.fixture
def amara(lead) -> Person:
    return make_person("Amara Diallo", level="L2", manager=lead)


@pytest.fixture
def nadia(lead) -> Person:
    return make_person("Nadia Mentor", level="L3")


def report_to(person: Person, manager: Person) -> None:
    with transaction():
        people.set_manager(person, manager, from_on=TODAY, by=SYSTEM, at=AT)


def end(pair: Mentorship) -> None:
    """Let a mentorship have ended early yesterday."""
    with transaction():
        row = db.session.get_one(Mentorship, pair.id)
        row.state, row.ended_on = MentorshipState.ENDED_EARLY, TODAY - timedelta(days=1)


def written_by(side: str, found: set[str]) -> set[str]:
    return {word for word in found if word.endswith(f"-{side}")}


def apart(found: set[str]) -> set[str]:
    """Return the words of notes that somebody wrote for themselves, and of looks back that are not given."""
    return {word for word in found if word.startswith(("PLANTED-private", "PLANTED-whole", "PLANTED-look-back"))}


def test_a_mentor_who_becomes_line_manager_reads_what_a_mentor_reads_and_nothing_more(app, amara, nadia, client_for):
    written = write_everything(amara, nadia)
    pages = all_pages(app, written)
    mentor = client_for(nadia)
    before = everything_in(words_read(mentor, pages))
    assert before, "the mentor reads what the two wrote for each other"
    assert not written_by("mentee", apart(before))
    report_to(amara, nadia)
    after = everything_in(words_read(mentor, pages))
    assert after == before
    # As line manager she is led to more pages; none of them holds a word of the pair.
    report_to(nadia, make_person("Petra Skip"))
    elsewhere = [page for page in pages if not page.startswith("/mentoring/")]
    assert words_read(mentor, elsewhere) == {}


def test_her_old_manager_and_the_new_one_above_read_no_word(app, amara, nadia, lead, client_for):
    skip = make_person("Petra Skip")
    written = write_everything(amara, nadia)
    pages = all_pages(app, written)
    report_to(amara, nadia)
    report_to(nadia, skip)
    assert words_read(client_for(lead), pages) == {}
    assert words_read(client_for(skip), pages) == {}


def test_a_former_mentor_who_is_line_manager_keeps_her_own_words_and_reads_none_of_the_mentee(
    app, amara, nadia, client_for
):
    written = write_everything(amara, nadia)
    report_to(amara, nadia)
    end(written.pair)
    pages = all_pages(app, written)
    found = everything_in(words_read(client_for(nadia), pages))
    # A parting word is written for the other one, to be read afterwards.
    assert written_by("mentee", found) <= {"PLANTED-parting-mentee"}
    assert apart(written_by("mentee", found)) == set()
    # The mentee goes on reading what the two wrote for both, and never what the mentor wrote for herself.
    of_mentee = everything_in(words_read(client_for(amara), pages))
    assert not written_by("mentor", apart(of_mentee))


def test_a_manager_who_becomes_mentor_reads_shared_words_and_no_private_note(app, amara, lead, nadia, client_for):
    earlier = write_everything(amara, nadia, state=MentorshipState.ENDED_EARLY, ended_on=TODAY - timedelta(days=1))
    pages = all_pages(app, earlier)
    assert words_read(client_for(lead), pages) == {}
    # The matching pairs nobody with their manager; a mentor of before may have become one.
    own = write_everything(amara, lead)
    found = everything_in(words_read(client_for(lead), all_pages(app, own)))
    assert not written_by("mentee", apart(found))
    # Of the mentorship before, the new mentor reads nothing.
    assert words_read(client_for(lead), pages_of_pair_only(pages, earlier.pair)) == {}


def pages_of_pair_only(pages: list[str], pair: Mentorship) -> list[str]:
    return [page for page in pages if str(pair.id) in page]


def test_a_mentor_who_is_no_longer_line_manager_stays_mentor_and_loses_the_rest(app, amara, lead, client_for):
    written = write_everything(amara, lead)
    pages = all_pages(app, written)
    mentor = client_for(lead)
    before = words_read(mentor, [page for page in pages if page.startswith("/mentoring/")])
    assert mentor.get(f"/people/{amara.id}/standing").status == 200
    report_to(amara, make_person("New Lead"))
    for place in ("", "/standing", "/evidence", "/growth", "/assessments"):
        assert mentor.get(f"/people/{amara.id}{place}").status == 404
    assert words_read(mentor, [page for page in pages if page.startswith("/mentoring/")]) == before


@pytest.mark.parametrize("role", Role)
def test_no_role_opens_a_private_note_to_anybody_but_its_author(app, amara, nadia, role):
    write_everything(amara, nadia)
    for note in db.session.query(PrivateNote).order_by(PrivateNote.id):
        for person in (amara, nadia, make_person(f"Somebody {note.id}")):
            actor = Actor(person.id, person.name, frozenset({role}))
            assert can(actor, Permission.PrivateNote.READ, note) is (person.id == note.author_id)


def test_a_promoted_mentor_reads_no_more_of_the_mentee_than_before(app, amara, nadia, client_for):
    write_everything(amara, nadia)
    with transaction():
        grant(nadia, "L4", on=TODAY)
    for place in ("", "/standing", "/evidence", "/growth", "/assessments"):
        assert client_for(nadia).get(f"/people/{amara.id}{place}").status == 404
