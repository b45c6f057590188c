"""The way to the mail server: encrypted, signed in, and nothing of it in any error."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.notices.sending import LEND
from app.notices.transport import (
    DEADLINE_SECONDS,
    TIMEOUT_SECONDS,
    NotSentError,
    RefusedError,
    SmtpTransport,
    UnconfirmedError,
    open_transport,
)
from config import MailServer, read_mail_url
from tests.notices.post_office import DRIBBLE, closed_port, post_office

USER, PASSWORD = "belay", "pass word@/:%#?"


class Box(Message):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[EmailMessage] = []

    def handle_message(self, message) -> None:
        self.arrived.append(message)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """Return a certificate for localhost that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@pytest.fixture
def tls(certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


@contextmanager
def running(**options: object) -> Iterator[tuple[Box, int]]:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=closed_port(), **options)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "belay@x.example", "Zoë <zoe@x.example>", "Grüße"
    message.set_content("Schöne Grüße\n")
    return message


def send(server: MailServer, *, tls: ssl.SSLContext | None = None, receiver: str = "zoe@x.example") -> None:
    SmtpTransport(server, timeout=2, tls=tls).send(letter(), sender="belay@x.example", receiver=receiver)


def sign_in(_server, _session, _envelope, mechanism, data) -> AuthResult:
    is_good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_good, handled=False)


def test_starttls_is_used_on_this_machine_when_it_is_offered(tls):
    with running(tls_context=tls, require_starttls=True) as (box, port):
        send(MailServer("smtp", "belay@x.example", "127.0.0.1", port))
    assert box.arrived[0]["Subject"]


def test_tls_from_the_first_byte_checks_the_certificate(tls, certificate):
    with running(ssl_context=tls) as (box, port):
        server = MailServer("smtps", "belay@x.example", "localhost", port)
        with pytest.raises(NotSentError) as refused:
            send(server)
        assert refused.value.is_server
        assert refused.value.reason.startswith("SSLCertVerificationError")
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        send(server, tls=trusting)
    assert len(box.arrived) == 1


def test_beyond_this_machine_nothing_is_said_without_tls(monkeypatch):
    with post_office() as server:
        elsewhere = MailServer("smtp", "belay@x.example", "127.0.0.1", server.port, USER, PASSWORD)
        monkeypatch.setattr(MailServer, "is_loopback", property(lambda _: False))
        with pytest.raises(NotSentError, match="offers no STARTTLS") as refused:
            send(elsewhere)
    assert refused.value.is_server
    assert [command[:4].upper() for command in server.commands] == ["EHLO"]


@pytest.mark.parametrize("place", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_dribbles_is_left_at_the_deadline(place):
    with post_office(**{place: DRIBBLE}) as server:
        transport = SmtpTransport(MailServer("smtp", "belay@x.example", "127.0.0.1", server.port), deadline=0.3)
        with pytest.raises(NotSentError, match=r"took longer than 0\.3 seconds") as late:
            transport.send(letter(), sender="belay@x.example", receiver="zoe@x.example")
    assert late.value.is_server


def test_a_server_that_dribbles_before_tls_stands_is_left_at_the_deadline():
    with post_office(greeting=DRIBBLE) as server:
        transport = SmtpTransport(MailServer("smtps", "belay@x.example", "127.0.0.1", server.port), deadline=0.3)
        # What it sends is no TLS, so the library may tell so before the deadline does.
        with pytest.raises(NotSentError):
            transport.send(letter(), sender="belay@x.example", receiver="zoe@x.example")


def test_a_server_that_dribbles_after_the_whole_mail_may_have_it():
    with post_office(end=DRIBBLE) as server:
        transport = SmtpTransport(MailServer("smtp", "belay@x.example", "127.0.0.1", server.port), deadline=0.3)
        with pytest.raises(UnconfirmedError):
            transport.send(letter(), sender="belay@x.example", receiver="zoe@x.example")
    assert len(server.taken) == 1


def test_a_mail_ends_before_its_loan_does():
    assert LEND.total_seconds() > DEADLINE_SECONDS
    assert TIMEOUT_SECONDS < DEADLINE_SECONDS


def test_name_and_password_are_decoded_and_used(tls):
    url = read_mail_url(f"smtp://{USER}:pass%20word%40%2F%3A%25%23%3F@127.0.0.1:25", "https://x.example")
    assert (url.user, url.password) == (USER, PASSWORD)
    with running(tls_context=tls, require_starttls=True, authenticator=sign_in, auth_required=True) as (box, port):
        server = MailServer("smtp", "belay@x.example", "127.0.0.1", port, USER, "drowssap")
        with pytest.raises(NotSentError) as refused:
            send(server)
        assert refused.value.is_server
        assert refused.value.reason == "the server answered 535"
        assert box.arrived == []
        send(replace(server, password=url.password))
    assert len(box.arrived) == 1


def test_an_address_beyond_ascii_needs_a_server_that_takes_it():
    with running(enable_SMTPUTF8=True) as (box, port):
        send(MailServer("smtp", "belay@x.example", "127.0.0.1", port), receiver="zoë@x.example")
    assert len(box.arrived) == 1
    with post_office() as server, pytest.raises(RefusedError, match="beyond ASCII"):
        send(MailServer("smtp", "belay@x.example", "127.0.0.1", server.port), receiver="zoë@x.example")


def test_the_way_out_is_the_one_that_the_address_names(tmp_path):
    assert isinstance(open_transport(read_mail_url("smtp://mail.example", "https://x.example")), SmtpTransport)
    folder = open_transport(read_mail_url((tmp_path / "out going").as_uri(), "https://x.example"))
    message = letter()
    message["Message-ID"] = "<one@x.example>"
    folder.send(message, sender="", receiver="")
    assert (tmp_path / "out going" / "one.eml").is_file()
