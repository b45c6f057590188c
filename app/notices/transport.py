"""The way out: a mail server, or a folder. Only the worker comes here; no request ever opens a connection.

What goes wrong is told by kind, because it decides what becomes of the mail: nothing has left (`NotSentError`), the
server will never take it (`RefusedError`), or it was handed over and never acknowledged (`UnconfirmedError`).
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import tempfile
from contextlib import suppress
from email import policy
from email.message import EmailMessage
from pathlib import Path
from threading import Lock, Timer
from typing import Protocol, Self

from config import MailServer, Settings

TIMEOUT_SECONDS = 20.0
"""How long one answer of a server may take."""
DEADLINE_SECONDS = 120.0
"""How long one mail may take as a whole, however lively the server is. Shorter than a mail is lent for."""
PERMANENT = 500
ACCEPTED = 250
GO_AHEAD = 354
CLOSING = 421
DOT_AT_LINE_START = re.compile(rb"(?m)^\.")


class NotSentError(Exception):
    """Nothing has left, and a later try may succeed. `is_server`: the server is at fault, not this mail."""

    def __init__(self, reason: str, *, is_server: bool = False) -> None:
        """Keep a reason of ours: a code or the class of an error, never the server's words."""
        super().__init__(reason)
        self.reason = reason
        self.is_server = is_server


class RefusedError(Exception):
    """The mail cannot be sent, now or later."""

    def __init__(self, reason: str) -> None:
        """Keep a reason of ours."""
        super().__init__(reason)
        self.reason = reason


class UnconfirmedError(Exception):
    """The whole mail was handed over and the server never said whether it took it."""


class Transport(Protocol):
    """Something that takes a mail."""

    def send(self, message: EmailMessage, *, sender: str, receiver: str) -> None:
        """Hand a mail over; one of the three errors above says why not."""


class Deadline:
    """Ends a conversation that takes too long as a whole: a server that sends a byte now and then meets no timeout."""

    def __init__(self, seconds: float) -> None:
        """Take how long everything together may last."""
        self.is_over = False
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Begin to count."""
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Count no longer."""
        self._timer.cancel()
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def watch(self, connection: socket.socket) -> None:
        """Take the connection to end; what is laid over it later, such as TLS, ends with it."""
        with self._lock:
            self._socket = connection.dup()
        if self.is_over:
            self._end()

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)


class _Client(smtplib.SMTP):
    """A conversation with a server under a deadline."""

    def __init__(self, host: str, port: int, *, timeout: float, deadline: Deadline) -> None:
        """Connect."""
        self._deadline = deadline
        super().__init__(host, port, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # The library's own place for another way to connect; here is the connection before TLS is laid over it.
        connection: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._deadline.watch(connection)
        return connection


class _SecureClient(smtplib.SMTP_SSL, _Client):
    """The same with TLS from the first byte."""

    def __init__(
        self, host: str, port: int, *, timeout: float, deadline: Deadline, context: ssl.SSLContext | None = None
    ) -> None:
        """Connect."""
        self._deadline = deadline
        smtplib.SMTP_SSL.__init__(self, host, port, timeout=timeout, context=context)


class SmtpTransport:
    """An SMTP server. Every mail has a connection of its own: what one breaks cannot harm the next."""

    def __init__(
        self,
        server: MailServer,
        *,
        timeout: float = TIMEOUT_SECONDS,
        deadline: float = DEADLINE_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Take where the server is, how long to wait for each answer and for all. `tls` is given by tests."""
        self._server = server
        self._timeout = timeout
        self._seconds = deadline
        self._tls = tls or ssl.create_default_context()

    def send(self, message: EmailMessage, *, sender: str, receiver: str) -> None:
        """Send one mail: connect, encrypt, sign in, hand over."""
        with Deadline(self._seconds) as deadline:
            try:
                client = self._connect(deadline)
                try:
                    self._hand_over(client, message, sender, receiver, deadline)
                finally:
                    _leave(client)
            except NotSentError:
                if deadline.is_over:
                    raise NotSentError(
                        f"the server took longer than {self._seconds:g} seconds", is_server=True
                    ) from None
                raise

    def _connect(self, deadline: Deadline) -> smtplib.SMTP:
        """Return a connection that is ready for a mail; whatever fails until then lies with the server."""
        host, port = self._server.host, self._server.port
        client: smtplib.SMTP | None = None
        try:
            if self._server.scheme == "smtps":
                client = _SecureClient(host, port, timeout=self._timeout, context=self._tls, deadline=deadline)
            else:
                client = _Client(host, port, timeout=self._timeout, deadline=deadline)
            client.ehlo_or_helo_if_needed()
            if self._server.scheme == "smtp":
                self._encrypt(client)
            if self._server.user:
                client.login(self._server.user, self._server.password)
        except (OSError, smtplib.SMTPException) as error:
            if client is not None:
                _leave(client)
            raise NotSentError(_reason(error), is_server=True) from None
        except NotSentError:
            if client is not None:
                _leave(client)
            raise
        return client

    def _encrypt(self, client: smtplib.SMTP) -> None:
        """Use TLS where it is offered; beyond this machine nothing is said without it, and certificates must be good.

        A server on this machine is reached by a name that no certificate holds, and nobody listens on the way.
        """
        if not client.has_extn("starttls"):
            if not self._server.is_loopback:
                raise NotSentError("the server offers no STARTTLS", is_server=True)
            return
        context = self._tls
        if self._server.is_loopback:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        client.starttls(context=context)
        client.ehlo()

    def _hand_over(
        self, client: smtplib.SMTP, message: EmailMessage, sender: str, receiver: str, deadline: Deadline
    ) -> None:
        try:
            options: list[str] = []
            if not receiver.isascii():
                if not client.has_extn("smtputf8"):
                    raise RefusedError("the server takes no address beyond ASCII")
                options = ["SMTPUTF8", "BODY=8BITMIME"]
            rules = policy.SMTPUTF8 if options else policy.SMTP
            text = DOT_AT_LINE_START.sub(b"..", message.as_bytes(policy=rules))
            _expect(client.mail(sender, options)[0], ACCEPTED)
            _expect(client.rcpt(receiver)[0], ACCEPTED, 251)
            _expect(client.docmd("DATA")[0], GO_AHEAD)
            client.send(text if text.endswith(b"\r\n") else text + b"\r\n")
        except (OSError, smtplib.SMTPException) as error:
            raise NotSentError(_reason(error), is_server=True) from None
        # From here on the server may have the mail, whatever it says or does not say.
        try:
            client.send(b".\r\n")
            code, _ = client.getreply()
        except (OSError, smtplib.SMTPException):
            raise UnconfirmedError from None
        if deadline.is_over:
            # Half a line, cut off by the deadline, is no answer.
            raise UnconfirmedError
        _expect(code, ACCEPTED)


class FolderTransport:
    """A folder that takes each mail as a file that nobody but its owner reads. A mail sent twice is one file."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when the first mail comes."""
        self._folder = folder

    def send(self, message: EmailMessage, *, sender: str, receiver: str) -> None:
        """Write one mail, as a whole or not at all."""
        del sender, receiver
        name = message["Message-ID"].strip("<>").partition("@")[0]
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                file.write(message.as_bytes(policy=policy.SMTPUTF8))
            Path(file.name).replace(self._folder / f"{name}.eml")
        except OSError as error:
            raise NotSentError(type(error).__name__, is_server=True) from None


def mail_is_on(settings: Settings) -> bool:
    """Say whether mail can be sent at all; where it cannot, links are handed over by hand."""
    return bool(settings.mail_url)


def open_transport(server: MailServer) -> Transport:
    """Return the way out that BELAY_MAIL_URL names."""
    return FolderTransport(server.folder) if server.folder else SmtpTransport(server)


def _expect(code: int, *good: int) -> None:
    """Raise what a code of the server means, unless it is a good one."""
    if code in good:
        return
    if code >= PERMANENT:
        raise RefusedError(f"the server answered {code}")
    raise NotSentError(f"the server answered {code}", is_server=code == CLOSING)


def _reason(error: Exception) -> str:
    """Return what is told of an error: its code or its class. The server's words may repeat what must not be kept."""
    code = getattr(error, "smtp_code", None)
    return f"the server answered {code}" if isinstance(code, int) and code > 0 else type(error).__name__


def _leave(client: smtplib.SMTP) -> None:
    """Close a connection without waiting for a goodbye."""
    with suppress(OSError, smtplib.SMTPException):
        client.close()
