"""Mail is lost never and doubled at most once, whatever the server does. Source: reliability.md, F22."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_string, policy

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import MissingError, NotAllowedNowError
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.notices import actions, kinds, queries, sending
from app.notices.kinds import Letter
from app.notices.models import Mail, MailState
from app.notices.sending import Outcome
from app.notices.transport import FolderTransport, mail_is_on
from app.people.models import Team
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person
from tests.notices.post_office import CLOSE, SILENT, closed_port, post_office

MINUTE = timedelta(minutes=1)


def row() -> Mail:
    db.session.rollback()
    return db.session.scalars(select(Mail)).one()


def read(text: str):
    return message_from_string(text, policy=policy.default)


def test_mail_is_handed_over_once_and_marked(outbox):
    mail = outbox.put()
    with post_office() as server:
        assert outbox.send(server.port) is Outcome.SENT
        assert outbox.send(server.port) is Outcome.NOTHING
    assert len(server.taken) == 1
    assert (row().state, row().sent_at, row().error) == (MailState.SENT, NOW, "")
    message = read(server.taken[0])
    assert message["Message-ID"] == f"<{mail.id}@belay.example>"
    assert message["From"] == "Belay <belay@belay.example>"
    assert message["To"] == f"Amara Diallo <{outbox.person.email}>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert message.get_content_type() == "text/plain"
    text = message.get_content().replace("\r\n", "\n")
    assert text.startswith("There is something to do.\n")
    assert "You get this e-mail because it concerns you there (your turn)." in text
    assert "https://belay.example" in text


def test_a_change_that_is_rolled_back_tells_nobody(outbox):
    with pytest.raises(ZeroDivisionError), transaction():
        actions.put("test.turn", outbox.person.id, {}, by=SYSTEM, at=NOW)
        _ = 1 / 0
    assert queries.count_mail() == dict.fromkeys(MailState, 0)


def test_a_line_that_is_a_dot_does_not_end_the_mail(outbox):
    outbox.letter = lambda _: Letter("A", outbox.person.email, "S", "first\n.\n..last")
    outbox.put()
    with post_office() as server:
        assert outbox.send(server.port) is Outcome.SENT
    assert "\r\n..\r\n...last" in server.taken[0]


@pytest.mark.parametrize("command", ["greeting", "MAIL", "RCPT", "DATA", "end"])
def test_a_temporary_refusal_is_tried_again_later(outbox, clock, command):
    outbox.put()
    with post_office(**{command: "451 not now, secret words"}) as server:
        assert outbox.send(server.port) in {Outcome.LATER, Outcome.UNREACHABLE}
    assert (row().state, row().send_at, row().attempts) == (MailState.QUEUED, NOW + MINUTE, 1)
    assert row().error == "Not sent: the server answered 451."
    with post_office() as server:
        assert outbox.send(server.port) is Outcome.NOTHING
        assert outbox.send(server.port, at=NOW + MINUTE) is Outcome.SENT


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "end"])
def test_a_final_refusal_fails_with_its_code_and_nobody_s_words(outbox, session, command):
    outbox.put()
    with post_office(**{command: "550 no such person, secret words"}) as server:
        assert outbox.send(server.port) is Outcome.FAILED
        assert outbox.send(server.port, at=NOW + timedelta(days=1)) is Outcome.NOTHING
    assert (row().state, row().error) == (MailState.FAILED, "Refused: the server answered 550.")
    audited = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.MAIL_FAILED)).one()
    assert (audited.object_id, audited.subject_id) == (row().id, outbox.person.id)


@pytest.mark.parametrize("command", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("manner", [CLOSE, SILENT])
def test_a_server_that_breaks_off_before_the_mail_is_whole_gets_it_once(outbox, command, manner):
    outbox.put()
    with post_office(**{command: manner}) as server:
        assert outbox.send(server.port) is Outcome.UNREACHABLE
    assert server.taken == []
    with post_office() as server:
        assert outbox.send(server.port, at=NOW + MINUTE) is Outcome.SENT
    assert len(server.taken) == 1


@pytest.mark.parametrize("manner", [CLOSE, SILENT])
def test_a_server_that_never_acknowledges_gets_a_mail_twice_and_not_thrice(outbox, manner):
    outbox.put()
    with post_office(end=manner) as server:
        assert outbox.send(server.port) is Outcome.UNREACHABLE
        assert row().error.startswith(sending.IN_DOUBT)
        assert outbox.send(server.port, at=NOW + MINUTE) is Outcome.FAILED
        assert outbox.send(server.port, at=NOW + timedelta(days=2)) is Outcome.NOTHING
    assert len(server.taken) == 2
    assert read(server.taken[0])["Message-ID"] == read(server.taken[1])["Message-ID"]


def test_doubt_is_not_forgotten_when_a_later_try_is_put_off(outbox):
    outbox.put()
    with post_office(end=CLOSE) as server:
        outbox.send(server.port)
    with post_office(RCPT="450 later") as server:
        assert outbox.send(server.port, at=NOW + MINUTE) is Outcome.LATER
    assert row().error == f"{sending.IN_DOUBT}. Not sent: the server answered 450."
    with post_office(end=CLOSE) as server:
        assert outbox.send(server.port, at=NOW + 3 * MINUTE) is Outcome.FAILED


def test_a_server_that_is_gone_loses_nothing_and_gets_everything_when_it_is_back(outbox, clock):
    for _ in range(3):
        outbox.put()
    port = closed_port()
    moment = NOW
    for _ in range(5):
        clock.stand_still(moment)
        assert outbox.send(port, at=moment) is Outcome.UNREACHABLE
        moment += 20 * MINUTE
    clock.stand_still(moment)
    with post_office() as server:
        while outbox.send(server.port, at=moment) is not Outcome.NOTHING:
            pass
    assert len(server.taken) == len({read(text)["Message-ID"] for text in server.taken}) == 3
    assert queries.count_mail()[MailState.SENT] == 3


def test_a_mail_is_given_up_after_two_days(outbox, clock):
    outbox.put()
    port, moment = closed_port(), NOW
    while row().state is MailState.QUEUED:
        clock.stand_still(moment)
        outbox.send(port, at=moment)
        moment = max(moment, row().send_at)
    assert row().state is MailState.FAILED
    assert timedelta(days=2) <= moment - NOW < timedelta(days=2, hours=3)


def test_a_worker_that_died_while_it_sent_lets_a_mail_be_sent_once_more_only(outbox):
    outbox.put()
    assert sending._take(NOW) is not None
    with post_office() as server:
        assert outbox.send(server.port, at=NOW + 5 * MINUTE) is Outcome.NOTHING
    assert sending._take(NOW + 6 * MINUTE) is not None
    with post_office() as server:
        assert outbox.send(server.port, at=NOW + 12 * MINUTE) is Outcome.NOTHING
    assert (row().state, row().error.startswith(sending.IN_DOUBT)) == (MailState.FAILED, True)


def test_composing_happens_at_the_moment_of_sending_in_a_transaction_that_is_kept(outbox, session):
    def compose(_: Mail) -> Letter:
        db.session.add(Team(name="Made while composing", created_at=NOW))
        return Letter("A", outbox.person.email, "S", "B")

    outbox.letter = compose
    outbox.put(send_at=NOW + MINUTE)
    with post_office() as server:
        assert outbox.send(server.port) is Outcome.NOTHING
        assert outbox.composed == []
        assert outbox.send(server.port, at=NOW + MINUTE) is Outcome.SENT
    assert session.scalar(select(Team.name)) == "Made while composing"


def test_mail_that_has_lost_its_reason_is_dropped(outbox):
    outbox.letter = lambda _: None
    outbox.put()
    with post_office() as server:
        assert outbox.send(server.port) is Outcome.DROPPED
    assert (row().state, server.commands) == (MailState.DROPPED, [])


def test_mail_that_cannot_be_composed_is_tried_again_and_says_no_more_than_the_class(outbox):
    def compose(_: Mail) -> Letter:
        raise ValueError("secret words")

    outbox.letter = compose
    outbox.put()
    with post_office() as server:
        assert outbox.send(server.port) is Outcome.LATER
    assert (row().state, row().error) == (MailState.QUEUED, "It could not be composed (ValueError).")


def test_a_kind_that_this_version_does_not_know_waits(outbox):
    with transaction():
        actions.put("from.tomorrow", outbox.person.id, {}, by=SYSTEM, at=NOW)
    assert outbox.send(closed_port()) is Outcome.NOTHING
    assert queries.list_unknown_kinds(NOW, kinds.known_kinds()) == [("from.tomorrow", 1)]
    assert row().state is MailState.QUEUED


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a b@c.example", "a@c.example\r\nBcc: e@e.example", "@x"])
def test_an_address_that_is_none_fails_and_reaches_no_server(outbox, address):
    outbox.letter = lambda _: Letter("A", address, "S", "B")
    outbox.put()
    with post_office() as server:
        assert outbox.send(server.port) is Outcome.FAILED
    assert server.commands == []


def test_a_failed_mail_is_sent_again_with_all_its_tries(outbox, session):
    outbox.put()
    with post_office(RCPT="550 no") as server:
        outbox.send(server.port)
    with transaction():
        actions.retry_mail(row(), SYSTEM, NOW)
    assert (row().state, row().attempts, row().error) == (MailState.QUEUED, 0, "")
    assert session.scalar(select(AuditEvent.object_id).where(AuditEvent.tag == Tag.MAIL_RETRIED)) == row().id
    with pytest.raises(NotAllowedNowError), transaction():
        actions.retry_mail(row(), SYSTEM, NOW)


def test_while_mail_is_off_it_waits_for_two_days(outbox):
    outbox.put()
    assert not mail_is_on(outbox.settings)
    assert sending.give_up_unsendable(NOW + timedelta(days=2)) == 0
    assert sending.give_up_unsendable(NOW + timedelta(days=2, minutes=1)) == 1
    assert (row().state, row().error) == (MailState.FAILED, "BELAY_MAIL_URL is not set.")


def test_a_folder_takes_each_mail_as_a_file_of_its_owner_alone(outbox, tmp_path):
    mail = outbox.put()
    folder = tmp_path / "mail"
    assert outbox.through(FolderTransport(folder)) is Outcome.SENT
    (file,) = folder.iterdir()
    assert file.name == f"{mail.id}.eml"
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert read(file.read_text())["Subject"] == "Your turn"


def test_a_folder_that_cannot_be_written_keeps_the_mail(outbox, tmp_path):
    (tmp_path / "mail").write_text("in the way")
    outbox.put()
    assert outbox.through(FolderTransport(tmp_path / "mail")) is Outcome.UNREACHABLE
    assert row().state is MailState.QUEUED


def test_lists_are_counted_ordered_and_paged(outbox):
    for number in range(3):
        with transaction():
            actions.put("test.turn", outbox.person.id, {"n": number}, by=SYSTEM, at=NOW + number * MINUTE)
    page = queries.list_mail(None, 1)
    assert (page.total, [mail.payload for mail in page.rows]) == (3, ['{"n": 2}', '{"n": 1}', '{"n": 0}'])
    assert queries.list_mail(MailState.SENT, 1).total == 0
    assert queries.get_mail(page.rows[0].id) is page.rows[0]
    with pytest.raises(MissingError):
        queries.get_mail(make_person().id)


def test_sent_mail_is_forgotten_and_failed_mail_is_not(outbox):
    outbox.put()
    outbox.put()
    with post_office() as server:
        outbox.send(server.port)
    with post_office(RCPT="550 no") as server:
        outbox.send(server.port)
    with transaction():
        actions.forget_sent_mail(NOW + MINUTE)
    assert row().state is MailState.FAILED
