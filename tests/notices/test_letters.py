"""A letter becomes a mail whose headers nobody can break, whatever a person is called."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from app.notices.kinds import Letter
from app.notices.letters import LetterError, address_of, build
from app.notices.models import Mail
from tests.conftest import NOW


@pytest.fixture
def mail(app) -> Mail:
    return Mail(id="5f3c", created_at=NOW)


def made(app, mail, **changed: str):
    values = {"to_name": "Amara", "to_address": "amara@x.example", "subject": "Hello", "body": "Text"} | changed
    settings = app.config["SETTINGS"]
    built = build(mail, Letter(**values), label="Greeting", sender="belay@x.example", settings=settings)
    return message_from_bytes(built.as_bytes(policy=policy.SMTP), policy=policy.default)


@pytest.mark.parametrize(
    "text",
    ["Ada\r\nBcc: eve@example.org", "Ada\nBcc: eve@example.org", "Ada\rBcc: eve@x.example", "A\x00\x1b[2Jda\u2028B"],
)
def test_line_breaks_in_names_and_subjects_make_no_header(app, mail, text):
    message = made(app, mail, to_name=text, subject=text)
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert len(message["To"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == "amara@x.example"


@pytest.mark.parametrize("name", ["Zoë Müller", "山田 太郎", 'O"Brien, \\ <x@y>', "", "a" * 300, "😀"])
def test_any_name_arrives_as_it_is(app, mail, name):
    assert made(app, mail, to_name=name)["To"].addresses[0].display_name == name


def test_a_subject_beyond_ascii_arrives_and_a_long_one_is_cut(app, mail):
    assert made(app, mail, subject="Grüße – 😀")["Subject"] == "Grüße – 😀"
    assert len(made(app, mail, subject="ä" * 5000)["Subject"]) == 200


def test_control_characters_are_left_out_of_the_body(app, mail):
    assert made(app, mail, body="one\r\ntwo\x00\x1b[2J\tthree").get_content().splitlines()[:2] == [
        "one",
        "two[2J\tthree",
    ]


@pytest.mark.parametrize(
    "address", ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b>", "<a@b", "a,b@c", "a@b\n", "é@\u2028"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(LetterError):
        address_of(address)


def test_the_domain_of_an_address_is_written_in_ascii():
    assert address_of("zoe@bücher.example") == "zoe@xn--bcher-kva.example"
