"""Joint notes: who writes them and when, nothing typed is lost, and nobody overwrites what they have not seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from app.access.actor import Actor, Role
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.assessment import actions, queries
from app.assessment.models import WHOLE, Assessment, AssessmentNote
from app.audit.models import AuditEvent
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.actions import set_manager
from tests.assessment.conftest import open_for, submit
from tests.assessment.result_cases import COACH, DESIGN, address, note_form, refuse, reveal, sign, take_back, write
from tests.conftest import NOW
from tests.factories.people import SYSTEM

ROUNDS = 25
"""Of two people; the long faults race a hundred, on both databases."""


def words_of(found, key):
    db.session.rollback()
    row = queries.find_note(found.id, key)
    return row.words if row else None


# The act


def test_either_of_the_two_writes_on_an_expectation_and_on_the_whole(cast, session):
    found = reveal(cast)
    write(found, COACH, "We read the minutes together.", cast.subject)
    write(found, WHOLE, "A good year.", cast.manager)
    write(found, COACH, "We read the minutes of 3 November.", cast.manager, shown="We read the minutes together.")
    assert words_of(found, COACH) == "We read the minutes of 3 November."
    assert words_of(found, WHOLE) == "A good year."
    assert queries.find_note(found.id, COACH).changed_by_id == cast.manager.id
    rows = session.scalars(select(AuditEvent.details).where(AuditEvent.tag == "assessment:note:write")).all()
    assert len(rows) == 3
    assert not any("minutes" in row or "good year" in row for row in rows)


def test_no_note_exists_before_both_sides_are_open(cast):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    with pytest.raises(NotAllowedNowError, match="once both sides are open"):
        write(found, WHOLE, "Too early.", cast.subject)


def test_whoever_has_not_seen_the_other_text_gets_it_and_overwrites_nothing(cast):
    found = reveal(cast)
    write(found, COACH, "Hers.", cast.subject)
    with pytest.raises(ConflictError) as refusal:
        write(found, COACH, "His.", cast.manager)
    assert refusal.value.stored == {f"note-{COACH}": "Hers."}
    assert refusal.value.version == 1
    assert words_of(found, COACH) == "Hers."


def test_the_same_words_again_are_no_change(cast, session):
    found = reveal(cast)
    write(found, COACH, "The same.", cast.subject)
    write(found, COACH, "The same.", cast.manager)
    assert queries.find_note(found.id, COACH).version == 1
    assert write(found, DESIGN, "", cast.manager) == actions.NotesSaved()
    assert session.scalar(select(func.count()).select_from(AssessmentNote)) == 1


def test_a_note_whose_words_are_taken_out_is_none_and_can_be_written_again(cast):
    found = reveal(cast)
    empty = queries.digest_of(found)
    write(found, COACH, "Away with it.", cast.subject)
    assert write(found, COACH, "", cast.subject, "Away with it.").taken_out == (COACH,)
    assert queries.digest_of(queries.get_assessment(found.id)) == empty
    assert queries.result_of(queries.get_assessment(found.id)).note(COACH) is None
    assert write(found, COACH, "Back again.", cast.subject).written == (COACH,)


def test_a_note_on_what_the_target_does_not_ask_is_refused(cast):
    found = reveal(cast)
    for key in ("no.such", "swe.org-wide-problems"):
        with pytest.raises(InvalidError, match="asks something else"):
            write(found, key, "Words", cast.subject)


def test_notes_are_fixed_once_somebody_signed_and_open_when_that_is_taken_back(cast):
    found = reveal(cast)
    write(found, COACH, "As agreed.", cast.subject)
    sign(found, "manager", cast.manager)
    with pytest.raises(NotAllowedNowError, match="signed as it stands"):
        write(found, COACH, "Otherwise.", cast.subject, shown="As agreed.")
    take_back(found, "manager", cast.manager)
    write(found, COACH, "Otherwise.", cast.subject, shown="As agreed.")
    sign(found, "manager", cast.manager)
    refuse(found, "self", cast.subject)
    with pytest.raises(NotAllowedNowError, match="signed as it stands"):
        write(found, COACH, "Too late.", cast.manager, shown="Otherwise.")


# The page


def test_a_note_is_saved_from_its_row_and_says_who_wrote_it_last(cast, client_for):
    found = reveal(cast)
    amara = client_for(cast.subject)
    saved = amara.send(note_form(amara.get(address(found)), COACH), words="We <read> it.\nTogether.")
    assert saved.location == f"{address(found)}#note-{COACH}"
    page = client_for(cast.manager).get(address(found))
    assert "We <read> it." in page.words("textarea", id=f"note-{COACH}")
    assert "Last written by Amara Diallo, just now" in page.words()
    assert "We &lt;read&gt; it." in page.text


def test_who_may_read_the_result_reads_notes_and_only_the_two_write(cast, client_for):
    found = reveal(cast)
    write(found, COACH, "Planted words", cast.subject)
    for reader in (cast.head, cast.hr):
        page = client_for(reader).get(address(found))
        assert "Planted words" in page.words()
        assert not page.has_form("/notes")
        assert client_for(reader).post(address(found, "notes"), {"note-whole": "x"}).status == 404
    for stranger in (cast.peer, cast.admin, cast.next_manager):
        assert client_for(stranger).get(address(found)).status == 404
        assert client_for(stranger).post(address(found, "notes"), {"note-whole": "x"}).status == 404


def test_a_former_manager_who_rated_reads_the_answers_and_no_note(cast, client_for, clock):
    with clock.standing_at(NOW - timedelta(days=1)):
        found = reveal(cast, own_words="Her own words", their_words="His own words")
    write(found, COACH, "Planted words", cast.subject)
    with transaction():
        set_manager(cast.subject, cast.next_manager, from_on=NOW.date(), by=SYSTEM, at=NOW)
    former = client_for(cast.manager).get(address(found))
    assert "His own words" in former.words()
    assert "Her own words" in former.words()
    assert "Planted words" not in former.text
    assert "Signatures" not in former.text
    assert client_for(cast.manager).get(address(found, "result")).status == 404
    assert client_for(cast.manager).post(address(found, "notes"), {"note-whole": "x"}).status == 404
    now_in_charge = client_for(cast.next_manager)
    page = now_in_charge.get(address(found))
    assert "Planted words" in page.words()
    assert now_in_charge.send(note_form(page, COACH), words="And mine").status == 302


def test_notes_can_be_found_in_sql_by_who_may_read_the_result(cast, session):
    found = reveal(cast)
    write(found, COACH, "Findable", cast.subject)
    sealed = open_for(cast.subject, target="L2")
    for person, roles in ((cast.subject, ()), (cast.manager, ()), (cast.head, ()), (cast.hr, (Role.HR,))):
        seen = visible_to(Actor(person.id, "", frozenset(roles)), Permission.Assessment.READ_RESULT, Assessment)
        rows = select(AssessmentNote.words).join(Assessment, Assessment.id == AssessmentNote.assessment_id)
        assert session.scalars(rows.where(seen)).all() == ["Findable"]
        assert sealed.id not in set(session.scalars(select(Assessment.id).where(seen)))
    seen = visible_to(Actor(cast.peer.id, ""), Permission.Assessment.READ_RESULT, Assessment)
    assert session.scalars(select(Assessment.id).where(seen)).all() == []


@pytest.mark.parametrize(
    ("words", "sentence"), [("x" * 4001, "at most 4000 characters"), ("nul\x00", "invisible control characters")]
)
def test_a_refused_note_keeps_its_words_and_is_named_at_its_row(cast, client_for, words, sentence):
    found = reveal(cast)
    amara = client_for(cast.subject)
    page = amara.send(note_form(amara.get(address(found)), COACH), words=words)
    assert page.status == 422
    assert sentence in page.words("div", class_="error-summary")
    assert f"#note-{COACH}" in [link.get("href") for link in page.all("a")]
    assert words.replace("\x00", "") in page.words("textarea", id=f"note-{COACH}")
    assert page.words("textarea", id=f"note-{DESIGN}") == ""


def test_a_conflict_shows_both_texts_and_the_merged_one_is_saved(cast, client_for):
    found = reveal(cast)
    amara, tomasz = client_for(cast.subject), client_for(cast.manager)
    hers, his = (note_form(client.get(address(found)), COACH) for client in (amara, tomasz))
    amara.send(hers, words="We agree on March.")
    page = tomasz.send(his, words="We agree on April.")
    assert page.status == 409
    assert "March" in page.words()
    assert "April" in page.words()
    assert "Coaches or mentors junior engineers" in page.words()
    assert tomasz.send(note_form(page, COACH), words="March or April.").status == 302
    assert words_of(found, COACH) == "March or April."


def test_every_button_saves_every_note_that_was_typed(cast, client_for):
    found = reveal(cast)
    amara = client_for(cast.subject)
    form = note_form(amara.get(address(found)), COACH)
    write(found, WHOLE, "His own, in between.", cast.manager)
    page = amara.follow(amara.send(form, words="One.", **{f"note-{DESIGN}": "Two."}))
    assert "Two notes are saved. Both of you see them." in page.words()
    assert [words_of(found, key) for key in (COACH, DESIGN, WHOLE)] == ["One.", "Two.", "His own, in between."]
    refused = amara.send(note_form(page, COACH), words="x" * 4001, **{f"note-{DESIGN}": "Typed beside it."})
    assert "Typed beside it." in refused.words("textarea", id=f"note-{DESIGN}")
    assert refused.all("form", action=address(found, "notes"))[0].get("data-warns-unsaved") is not None


def test_an_empty_note_is_said_to_be_taken_out_or_to_be_no_change(cast, client_for):
    found = reveal(cast)
    amara = client_for(cast.subject)
    page = amara.follow(amara.send(note_form(amara.get(address(found)), COACH), words=" "))
    assert "No note was changed, so nothing is saved." in page.words()
    page = amara.follow(amara.send(note_form(page, COACH), words="Words."))
    page = amara.follow(amara.send(note_form(page, COACH), words=""))
    assert "The note is taken out." in page.words()


def test_keeping_mine_in_a_conflict_leaves_what_nobody_touched_as_the_other_made_it(cast, client_for):
    found = reveal(cast)
    amara = client_for(cast.subject)
    form = note_form(amara.get(address(found)), COACH)
    write(found, COACH, "His.", cast.manager)
    write(found, DESIGN, "His too.", cast.manager)
    page = amara.send(form, words="Hers.")
    assert page.status == 409
    assert amara.send(page.form(ending="/notes")).status == 302
    assert words_of(found, DESIGN) == "His too."


def test_a_note_that_came_too_late_is_kept_in_the_page(cast, client_for):
    found = reveal(cast)
    tomasz = client_for(cast.manager)
    form = note_form(tomasz.get(address(found)), COACH)
    sign(found, "self", cast.subject)
    page = tomasz.send(form, words="Words that would be lost.")
    assert page.status == 409
    assert "Words that would be lost." in page.text


def test_a_note_survives_a_session_that_ran_out(cast, client_for, clock):
    found = reveal(cast)
    amara = client_for(cast.subject)
    form = note_form(amara.get(address(found)), COACH)
    with clock.standing_at(NOW + timedelta(hours=13)):
        page = amara.send(form, words="Typed for an hour.")
    assert page.status == 401
    assert "What you typed is kept." in page.words()
    assert page.all("input", name="carried")[0].get("value")


def test_a_note_survives_a_locked_database(cast, client_for, monkeypatch):
    found = reveal(cast)
    amara = client_for(cast.subject)
    form = note_form(amara.get(address(found)), COACH)

    def locked(*args, **kwargs):
        raise OperationalError("insert", {}, Exception("database is locked"))

    monkeypatch.setattr(actions, "write_notes", locked)
    page = amara.send(form, words="Typed for an hour.")
    assert page.status == 503
    assert "Typed for an hour." in page.text


# At the same moment


def test_two_people_writing_at_once_lose_no_word(cast, app, client_for):
    found = reveal(cast)
    clients = [client_for(cast.subject), client_for(cast.manager)]
    form = note_form(clients[0].get(address(found)), COACH)

    def send(number, turn, version):
        with app.app_context():
            fields = form.with_values(
                words=f"turn {turn} of {number}", version=version, idempotency_key=f"{turn}-{number}"
            )
            return clients[number].post(
                form.action,
                [(name, value) for name, value in fields if name != "csrf_token"],
            )

    with ThreadPoolExecutor(2) as pool:
        for turn in range(ROUNDS):
            row = queries.find_note(found.id, COACH)
            version = row.version if row else 0
            db.session.rollback()
            pages = [one.result() for one in [pool.submit(send, number, turn, version) for number in range(2)]]
            assert sorted(page.status for page in pages) == [302, 409]
            loser = 0 if pages[0].status == 409 else 1
            assert words_of(found, COACH) == f"turn {turn} of {1 - loser}"
            # Both texts stand in the answer to whoever came second, the differing words marked.
            shown = pages[loser].words().replace("  ", " ")
            assert f"turn {turn} of {loser}" in shown
            assert f"turn {turn} of {1 - loser}" in shown
    assert db.session.scalar(select(func.max(AssessmentNote.version))) == ROUNDS
    assert db.session.scalar(text("select count(*) from assessment_note")) == 1
