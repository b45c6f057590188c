"""What a pair writes: each row its author's, private notes nobody else's, and all of it on their own pages only."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.domain.errors import ConflictError, InvalidError, MissingError, NotAllowedNowError
from app.domain.mentorship import MentorshipState, PairSide
from app.infra.db import db
from app.mentoring.actions import notes as acts
from app.mentoring.actions import pair_actions
from app.mentoring.actions import sessions as session_acts
from app.mentoring.models import MentoringNote, NoteKind, PrivateNote, SessionAction
from app.mentoring.queries.notes import get_action, get_note
from app.mentoring.queries.sessions import get_session
from app.notices.sources import find_source
from tests.conftest import NOW
from tests.factories.mentoring import make_note, make_private_note, make_session
from tests.mentoring.pairs import act, make_pair

HERS, MINE, SECRET, TO_DO = "Kestrel one of hers", "Kestrel two of mine", "Kestrel three for me", "Kestrel four to do"
LATER = NOW + timedelta(hours=25)


@pytest.fixture
def pair(app):
    return make_pair()


@pytest.fixture
def session(pair):
    return make_session(pair.mentorship)


# Shared ------------------------------------------------------------------------------


def test_both_write_and_each_row_names_its_author(pair, session, client_for):
    client = client_for(pair.amara)
    page = client.get(f"/mentoring/sessions/{session.id}")
    after = client.follow(client.post(f"/mentoring/sessions/{session.id}/notes", {"kind": "agenda", "words": MINE}))
    act(acts.write_note, get_session(session.id), NoteKind.NOTE, HERS, by=pair.chioma)
    assert MINE not in page.text
    assert f"You just now {MINE}" in after.words("ul", aria_label="Agenda")
    shown = client.get(f"/mentoring/sessions/{session.id}")
    assert f"Chioma Eze just now {HERS}" in shown.words("ul", aria_label="Shared notes")
    assert "Change" not in shown.words("ul", aria_label="Shared notes"), "what the other one wrote is theirs"


def test_a_note_is_changed_by_its_author_alone(pair, session, client_for):
    note = make_note(session, pair.chioma, HERS)
    assert client_for(pair.amara).get(f"/mentoring/notes/{note.id}").status == 404
    assert client_for(pair.amara).post(f"/mentoring/notes/{note.id}/remove").status == 404
    with pytest.raises(MissingError):
        act(acts.change_note, get_note(note.id), "Mine now", revision=1, by=pair.amara)
    client = client_for(pair.chioma)
    form = client.get(f"/mentoring/notes/{note.id}").form(f"/mentoring/notes/{note.id}")
    client.send(form, words="Said better")
    assert get_note(note.id).words == "Said better"


def test_two_windows_that_change_one_note_keep_both_texts(pair, session, client_for):
    note, client = make_note(session, pair.amara, MINE), client_for(pair.amara)
    form = client.get(f"/mentoring/notes/{note.id}").form(f"/mentoring/notes/{note.id}")
    act(acts.change_note, get_note(note.id), "From the other window", revision=1, by=pair.amara)
    page = client.send(form, words="From this window")
    assert page.status == 409
    assert "From the other window" in page.words("body")
    assert "From this window" in page.words("body")


def test_what_is_taken_out_is_read_by_nobody_and_can_be_put_back_for_a_day(pair, session, client_for):
    note, client = make_note(session, pair.amara, MINE), client_for(pair.amara)
    after = client.follow(client.post(f"/mentoring/notes/{note.id}/remove"))
    assert MINE not in after.text
    assert MINE not in client_for(pair.chioma).get(f"/mentoring/sessions/{session.id}").text
    back = client.follow(client.send(after.form(ending="/restore")))
    assert MINE in back.text
    act(acts.remove_note, get_note(note.id), by=pair.amara)
    act(acts.write_note, get_session(session.id), NoteKind.NOTE, "Later", by=pair.chioma, at=LATER)
    assert db.session.scalar(select(func.count()).select_from(MentoringNote)) == 1, "then it is gone for good"


@pytest.mark.parametrize("words", ["", "x" * 4001, "with\u202econtrol"], ids=["empty", "too long", "unseen signs"])
def test_what_cannot_be_stored_is_refused_and_stays_in_its_field(pair, session, client_for, words):
    page = client_for(pair.amara).post(f"/mentoring/sessions/{session.id}/notes", {"kind": "note", "words": words})
    assert page.status == 422
    assert "This was not saved" in page.text
    assert not db.session.scalars(select(MentoringNote)).all()


# Private -----------------------------------------------------------------------------


def autosave(client, session, words, *, version, window="w", sequence=1, key=None):
    fields = {"words": words, "version": version, "window": window, "sequence": sequence}
    page = client.post(
        f"/mentoring/sessions/{session.id}/private/draft", fields, headers={"Accept": "application/json"}
    )
    return page.status, json.loads(page.text)


def test_a_private_note_is_read_by_its_author_alone_and_a_sign_says_so(pair, session, client_for):
    act(acts.save_private_note, pair.mentorship, session.id, SECRET, revision=0, by=pair.amara)
    act(acts.save_private_note, pair.mentorship, None, f"{SECRET} on the whole", revision=0, by=pair.amara)
    own = client_for(pair.amara).get(f"/mentoring/sessions/{session.id}")
    assert SECRET in own.text
    assert "Only you read this" in own.text
    for address in (f"/mentoring/sessions/{session.id}", f"/mentoring/{pair.mentorship.id}"):
        assert SECRET not in client_for(pair.chioma).get(address).text
    assert SECRET in client_for(pair.amara).get(f"/mentoring/{pair.mentorship.id}").text


def test_autosave_says_saved_only_when_it_is_and_a_late_draft_changes_nothing(pair, session, client_for):
    client = client_for(pair.amara)
    status, said = autosave(client, session, "one", version=0, sequence=1)
    assert (status, said["version"], said["sequence"]) == (200, 1, 1)
    assert autosave(client, session, "three", version=1, sequence=3)[0] == 200
    status, said = autosave(client, session, "two, late", version=1, sequence=2)
    assert (status, said["sequence"]) == (200, 3)
    assert db.session.scalars(select(PrivateNote)).one().words == "three"
    status, said = autosave(client, session, "x" * 4001, version=2, sequence=4)
    assert status == 422
    assert "at most 4000" in said["error"]


def test_another_window_never_overwrites_what_it_has_not_seen(pair, session, client_for):
    client = client_for(pair.amara)
    assert autosave(client, session, "from one", version=0, window="a")[0] == 200
    assert autosave(client, session, "from the other", version=0, window="b")[0] == 409
    with pytest.raises(ConflictError):
        act(acts.save_private_note, pair.mentorship, session.id, "by the button", revision=0, by=pair.amara)
    assert db.session.scalars(select(PrivateNote)).one().words == "from one"


def test_a_refused_form_leaves_the_private_note_and_the_day_beside_it_as_they_are(pair, session, client_for):
    act(acts.save_private_note, pair.mentorship, session.id, SECRET, revision=0, by=pair.amara)
    act(acts.save_private_note, pair.mentorship, None, f"{SECRET} on the whole", revision=0, by=pair.amara)
    client = client_for(pair.amara)
    of_session = client.post(f"/mentoring/sessions/{session.id}/notes", {"kind": "note", "words": ""})
    of_pair = client.post(f"/mentoring/{pair.mentorship.id}/actions", {"words": ""})
    for page in (of_session, of_pair):
        assert page.status == 422
        assert SECRET in page.words("textarea", name="words", id="private-words")
    assert "no-print" in of_pair.all("section", aria_labelledby="h-private")[0].get("class"), (
        "a print is left lying about"
    )
    held = next(one for one in of_session.all("input", name="held_on"))
    assert held.get("value")


# Actions -----------------------------------------------------------------------------


def add(pair, words=TO_DO, owner=PairSide.MENTEE, **more):
    return act(pair_actions.add_action, pair.mentorship, words, owner=owner, by=more.pop("by", pair.chioma), **more)


def test_an_action_has_words_an_owner_and_a_day_and_either_ticks_it(pair, session, client_for):
    client = client_for(pair.chioma)
    form = client.get(f"/mentoring/sessions/{session.id}").form(ending="/actions")
    refused = client.send(form, words="", due_on="2026-11-20")
    for words in ("Say in a line what is to be done.", "Say who does it.", "That day has passed"):
        assert (refused.status, refused.text.count(words)) == (422, 2)
    after = client.follow(client.send(form, words=TO_DO, owner="mentee", due_on="2026-11-25"))
    assert f"{TO_DO} Amara Diallo, by 25 Nov 2026" in after.words("ul", aria_label="Actions")
    mine = client_for(pair.amara)
    done = mine.follow(mine.send(mine.get(f"/mentoring/{pair.mentorship.id}").form(ending="/tick")))
    assert db.session.scalars(select(SessionAction)).one().done_at == NOW
    mine.send(done.form(ending="/untick"))
    assert db.session.scalars(select(SessionAction)).one().done_at is None


def test_open_actions_are_carried_over_and_a_day_that_has_passed_is_told_kindly(pair, session, client_for):
    first = make_session(pair.mentorship, number=2, starts_at=NOW - timedelta(days=20))
    add(pair, session_id=first.id, due_on=date(2026, 11, 5), at=NOW - timedelta(days=20))
    done = add(pair, "Kestrel done long ago", session_id=first.id)
    act(pair_actions.tick_action, pair.mentorship, done.id, is_done=True, by=pair.amara)
    words = client_for(pair.amara).get(f"/mentoring/sessions/{session.id}").words("ul", aria_label="Actions")
    assert "was meant for 5 Nov 2026; still worth doing?, from an earlier session" in words
    assert "long ago" not in words


def test_an_action_is_taken_out_by_its_author_alone(pair):
    action = add(pair)
    with pytest.raises(MissingError):
        act(pair_actions.remove_action, get_action(action.id), by=pair.amara)
    act(pair_actions.remove_action, get_action(action.id), by=pair.chioma)
    with pytest.raises(MissingError):
        act(pair_actions.tick_action, pair.mentorship, action.id, is_done=True, by=pair.amara)
    with pytest.raises(InvalidError):
        add(pair, due_on=date(2026, 11, 20))


def test_an_action_that_is_due_waits_for_its_owner_without_a_word_of_it(pair):
    add(pair, due_on=date(2026, 11, 22))
    add(pair, "Much later", due_on=date(2026, 12, 22))
    source = find_source("mentoring.action")
    (row,) = db.session.execute(source.select(NOW.date())).all()
    said = source.say(row)
    assert (row.person_id, said.href) == (pair.amara.id, f"/mentoring/{pair.mentorship.id}#h-actions")
    assert said.text == "Something you mean to do, from your mentoring with Chioma Eze"
    assert "Kestrel" not in f"{row} {said}"


# After the end, and elsewhere --------------------------------------------------------


def write_everything(pair, session):
    make_note(session, pair.chioma, HERS)
    make_note(session, pair.amara, MINE, kind=NoteKind.AGENDA)
    make_private_note(pair.mentorship, pair.amara, SECRET, session=session)
    make_private_note(pair.mentorship, pair.chioma, f"{SECRET} hers")
    add(pair)


def test_a_former_mentor_keeps_their_own_words_and_the_mentee_everything_shared(pair, session, client_for):
    write_everything(pair, session)
    add(pair, "Kestrel five by her", by=pair.amara)
    act(_end, pair.mentorship, by=pair.amara)
    theirs = [client_for(pair.chioma).get(f"/mentoring/{path}") for path in paths(pair, session)]
    assert all(page.status == 200 for page in theirs)
    text = "".join(page.text for page in theirs)
    assert HERS in text
    assert TO_DO in text
    assert f"{SECRET} hers" in text
    assert MINE not in text
    assert "Kestrel five" not in text
    assert SECRET not in text.replace(f"{SECRET} hers", "")
    own = "".join(client_for(pair.amara).get(f"/mentoring/{path}").text for path in paths(pair, session))
    for words in (HERS, MINE, SECRET, TO_DO):
        assert words in own
    assert f"{SECRET} hers" not in own
    for save in (
        lambda: act(acts.write_note, get_session(session.id), NoteKind.NOTE, "More", by=pair.amara),
        lambda: act(acts.save_private_note, pair.mentorship, None, "More", revision=0, by=pair.amara),
        lambda: add(pair),
    ):
        with pytest.raises(NotAllowedNowError):
            save()


def _end(mentorship, *, by, at):
    row = db.session.merge(mentorship)
    row.state, row.ended_on = MentorshipState.COMPLETED, NOW.date()


def paths(pair, session):
    return (f"{pair.mentorship.id}", f"sessions/{session.id}", f"{pair.mentorship.id}/own-words.txt")


def test_the_file_of_own_words_holds_nothing_of_the_other_one(pair, session, client_for):
    write_everything(pair, session)
    page = client_for(pair.amara).get(f"/mentoring/{pair.mentorship.id}/own-words.txt")
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Agenda point of session 1, 20 November 2026" in page.text
    assert MINE in page.text
    assert SECRET in page.text
    assert HERS not in page.text
    assert TO_DO not in page.text
    assert f"{SECRET} hers" not in page.text


def test_the_record_and_the_search_hold_no_word_of_a_pair(pair, session, client_for):
    act(acts.write_note, get_session(session.id), NoteKind.NOTE, HERS, by=pair.chioma)
    act(acts.save_private_note, pair.mentorship, session.id, SECRET, revision=0, by=pair.amara)
    add(pair)
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.tag.like("mentoring:%"))).all()
    assert {row.tag for row in rows} == {"mentoring:note:write", "mentoring:action:set"}
    assert {(row.subject_id, row.details) for row in rows} == {(None, "{}")}
    for who in (pair.amara, pair.chioma):
        assert "Kestrel" not in client_for(who).get("/search?q=kestrel").words("main").replace("“kestrel”", "")


# Limits and what was taken out --------------------------------------------------------


def test_what_was_taken_out_a_day_ago_is_not_put_back(pair, session):
    note = make_note(session, pair.amara, MINE)
    act(acts.remove_note, get_note(note.id), by=pair.amara)
    with pytest.raises(NotAllowedNowError, match="more than a day ago"):
        act(acts.restore_note, get_note(note.id), by=pair.amara, at=LATER)
    action = act(pair_actions.add_action, pair.mentorship, TO_DO, owner=PairSide.MENTEE, by=pair.amara)
    act(pair_actions.remove_action, get_action(action.id), by=pair.amara)
    with pytest.raises(NotAllowedNowError, match="more than a day ago"):
        act(pair_actions.restore_action, get_action(action.id), by=pair.amara, at=LATER)


def test_a_pair_writes_no_more_than_anybody_needs(pair, session, monkeypatch):
    monkeypatch.setattr(acts, "MOST_AGENDA", 1)
    monkeypatch.setattr(acts, "MOST_NOTES", 2)
    monkeypatch.setattr(pair_actions, "MOST_ACTIONS", 1)
    monkeypatch.setattr(session_acts, "MOST_SESSIONS", 1)
    act(acts.write_note, get_session(session.id), NoteKind.AGENDA, MINE, by=pair.amara)
    with pytest.raises(InvalidError, match="has 1 points"):
        act(acts.write_note, get_session(session.id), NoteKind.AGENDA, MINE, by=pair.amara)
    act(acts.write_note, get_session(session.id), NoteKind.NOTE, MINE, by=pair.amara)
    with pytest.raises(InvalidError, match="have 2 notes"):
        act(acts.write_note, get_session(session.id), NoteKind.NOTE, MINE, by=pair.amara)
    act(pair_actions.add_action, pair.mentorship, TO_DO, owner=PairSide.MENTEE, by=pair.amara)
    with pytest.raises(InvalidError, match="have 1 actions"):
        act(pair_actions.add_action, pair.mentorship, TO_DO, owner=PairSide.MENTEE, by=pair.amara)
    with pytest.raises(NotAllowedNowError, match="planned 1 sessions"):
        act(session_acts.plan_session, pair.mentorship, session_acts.Plan(NOW + timedelta(days=3)), by=pair.amara)
