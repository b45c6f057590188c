"""Every act has words, and rows of the record are told in sentences."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from string import Formatter

import pytest

from app.access.actor import Actor, Role
from app.audit import wording
from app.audit.models import AuditEvent
from app.audit.sentences import lines_about, lines_for
from app.audit.tags import Tag
from app.audit.wording import SOURCES, TOLD, WORDINGS, source_of
from app.infra.db import db
from tests.conftest import NOW
from tests.factories.people import make_person


def row(tag: Tag, **changed) -> AuditEvent:
    usual = {
        "seq": 7,
        "at": NOW,
        "tag": tag.value,
        "actor_id": None,
        "actor_label": "",
        "subject_id": None,
        "object_id": None,
        "address": "",
        "details": "{}",
        "previous_hash": "0" * 64,
        "hash": "1" * 64,
    }
    return AuditEvent(**(usual | changed))


def actor(person, *roles: Role) -> Actor:
    return Actor(person.id, person.name, frozenset(roles))


@pytest.mark.parametrize("tag", Tag)
def test_every_tag_has_a_label_and_sentences(tag):
    words = WORDINGS[tag]
    assert source_of(tag) in SOURCES
    assert re.match(r"[A-Z]", words.label)
    for sentence in (words.act, words.in_full, words.own, words.bare, words.bare_in_full, words.told or ""):
        assert not sentence.endswith(".")
        assert sentence == sentence.strip()
    places = {name for _, name, _, _ in Formatter().parse(words.act) if name}
    assert places <= {"subject"}, "the words without details have details in them"


@pytest.mark.parametrize("tag", Tag)
def test_what_is_told_to_a_person_names_nobody_else(tag):
    told = WORDINGS[tag].told
    assert (tag in TOLD) is (told is not None)
    assert "{subject}" not in (told or "")


def test_labels_of_one_source_differ():
    labels = [(source_of(tag), wording.label) for tag, wording in WORDINGS.items()]
    assert len(set(labels)) == len(labels)


def test_no_tag_is_given_words_twice():
    rooms = Path(inspect.getfile(wording)).parent.glob("*.py")
    text = "\n".join(room.read_text() for room in sorted(rooms))
    given = re.findall(r"^    (Tag\.\w+): Wording\(", text, re.MULTILINE)
    assert sorted(given) == sorted(f"Tag.{tag.name}" for tag in Tag)


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        (Tag.PASSWORD_RESET_ASKED, "asked for a new password"),
        (Tag.LINK_REFUSED, "tried a one-time link that does not work"),
        (Tag.SIGN_IN_THROTTLED, "tried too often and has to wait"),
    ],
)
def test_acts_of_visitors_are_told_as_what_they_were(app, tag, said):
    [line] = lines_for(actor(make_person("Ruth Okonjo"), Role.HR), [row(tag)])
    assert line.text.endswith(f"{said}.")


def test_hr_reads_the_details_and_administrators_do_not(app):
    ruth, amara = make_person("Ruth Okonjo"), make_person("Amara Diallo")
    event = row(Tag.ROLE_GRANTED, actor_id=ruth.id, subject_id=amara.id, details='{"role":"hr"}', address="10.0.0.1")
    [full] = lines_for(actor(ruth, Role.HR), [event])
    [meta] = lines_for(actor(ruth, Role.ADMIN), [event])
    assert full.text == "Ruth Okonjo granted Amara Diallo the role HR."
    assert ("Role", "hr") in full.details
    assert meta.text == "Ruth Okonjo granted Amara Diallo a role."
    assert meta.details is None
    assert [part.person_id for part in full.parts if part.is_name] == [ruth.id, amara.id]


def test_ladder_editor_reads_the_details_of_ladders(app):
    edda = make_person("Edda Lind")
    details = '{"ladder":"software-engineer","starts_on":"2026-11-01","version":"1.1.0"}'
    [line] = lines_for(actor(edda, Role.LADDER_EDITOR), [row(Tag.LADDER_ADOPTED, actor_id=edda.id, details=details)])
    assert line.text == "Edda Lind adopted software-engineer 1.1.0 from 2026-11-01."


def test_command_line_and_unknown_people_keep_what_the_record_has(app):
    ruth = make_person("Ruth Okonjo")
    hr, gone = actor(ruth, Role.HR), "00000000-0000-4000-8000-00000000000a"
    import uuid

    lines = lines_for(
        hr,
        [
            row(Tag.TEAM_ADDED, actor_label="cli:ruth"),
            row(Tag.PERSON_ADDED, actor_label="cli:ruth", subject_id=uuid.UUID(gone)),
            row(Tag.SIGN_IN_FAILED),
            row(Tag.REFUSED, actor_id=ruth.id, details='{"permission":"audit:list"}'),
        ],
    )
    assert [line.text for line in lines] == [
        "cli:ruth added a team.",
        f"cli:ruth added Person {gone}.",
        "Somebody tried to sign in, with an unknown address or a wrong password.",
        "Ruth Okonjo tried to open or change something, and could not.",
    ]
    assert [line.is_refusal for line in lines] == [False, False, True, True]


def test_missing_detail_falls_back_to_the_plain_words(app):
    ruth = make_person("Ruth Okonjo")
    [line] = lines_for(actor(ruth, Role.HR), [row(Tag.ROLE_GRANTED, actor_id=ruth.id, subject_id=ruth.id)])
    assert line.text == "Ruth Okonjo granted Ruth Okonjo a role."


def test_control_characters_of_a_detail_do_not_reach_the_page(app):
    ruth = make_person("Ruth Okonjo")
    event = row(Tag.TEAM_ADDED, actor_id=ruth.id, details='{"note":"a\\u001b[31m\\u202eb","many":["x\\n",1]}')
    [line] = lines_for(actor(ruth, Role.HR), [event])
    shown = "".join(text for _, text in line.details)
    assert shown.isprintable()
    assert "\\u202e" in shown


def test_policy_is_named_by_its_title(app):
    ruth = make_person("Ruth Okonjo")
    details = '{"key":"idle_hours","new":"4","old":"8"}'
    [line] = lines_for(actor(ruth, Role.HR), [row(Tag.POLICY_SET, actor_id=ruth.id, details=details)])
    assert line.text == "Ruth Okonjo set the policy “Idle time of everybody else” from 8 to 4."


def test_a_report_that_was_taken_out_is_told_with_its_rows_and_its_reason(app):
    ruth, amara = make_person("Ruth Okonjo"), make_person("Amara Diallo")
    details = '{"filters":{"ladder":"swe"},"format":"csv","reason":"Budget talk","report":"headcount","rows":12}'
    bare = row(Tag.REPORT_EXPORTED, actor_id=ruth.id, details=details)
    about = row(
        Tag.REPORT_EXPORTED,
        actor_id=ruth.id,
        subject_id=amara.id,
        details='{"format":"pdf","reason":"","report":"person","rows":1}',
    )
    hr, administrator = actor(ruth, Role.HR), actor(ruth, Role.ADMIN)
    assert [line.text for line in lines_for(hr, [bare, about])] == [
        "Ruth Okonjo took out the report headcount as CSV; rows: 12, reason: Budget talk.",
        "Ruth Okonjo took out the report person about Amara Diallo as PDF; rows: 1, reason: none given.",
    ]
    assert [line.text for line in lines_for(administrator, [bare, about])] == [
        "Ruth Okonjo took out a report.",
        "Ruth Okonjo took out a report with Amara Diallo in it.",
    ]
    assert [line.text for line in lines_about(amara.id, [about])] == ["Ruth Okonjo took out a report about you."]


def test_names_are_read_at_once(app):
    from sqlalchemy import event

    people = [make_person() for _ in range(6)]
    rows = [row(Tag.PERSON_CHANGED, actor_id=one.id, subject_id=two.id) for one in people for two in people]
    reader = actor(people[0], Role.HR)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(lines_for(reader, rows)) == 36
    # The names, and what of the record is closed to this reader.
    assert len([one for one in asked if one.startswith("SELECT")]) <= 2


def test_rows_about_a_person_say_you(app):
    ruth, amara = make_person("Ruth Okonjo"), make_person("Amara Diallo")
    lines = lines_about(
        amara.id,
        [
            row(Tag.ROLE_GRANTED, actor_id=ruth.id, subject_id=amara.id, details='{"role":"hr"}'),
            row(Tag.ROLE_GRANTED, actor_id=ruth.id, subject_id=amara.id),
            row(Tag.SIGN_IN, actor_id=amara.id, subject_id=amara.id),
            row(Tag.REFUSED, actor_id=ruth.id, subject_id=amara.id, details='{"permission":"person:read"}'),
            row(Tag.JOB_FAILED, actor_label="worker"),
        ],
    )
    assert [line.text for line in lines] == [
        "Ruth Okonjo granted you the role HR.",
        "Ruth Okonjo granted you a role.",
        "You signed in.",
        "Ruth Okonjo tried to open or change something about you, and could not.",
    ]
    assert all(line.details is None for line in lines)
