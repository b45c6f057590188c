"""Mail servers on this machine: a scripted one for every way to misbehave, and what it was handed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

CLOSE = "close"
SILENT = "silent"
DRIBBLE = "dribble"
GOOD = {
    "greeting": "220 ready",
    "EHLO": "250 ready",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go ahead",
    "end": "250 taken",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class PostOffice:
    """An SMTP server that gives each command the answer of its script.

    That is a line, CLOSE, SILENT until it is stopped, or DRIBBLE: a byte now and then, and never a whole line.
    """

    def __init__(self, **script: str) -> None:
        self.script = GOOD | script
        self.taken: list[str] = []
        self.commands: list[str] = []
        self._stopped = Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._threads = [Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        """Stop; every open conversation ends."""
        self._stopped.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = Thread(target=self._talk, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError), connection.makefile("rwb") as stream:
            if not self._answer(stream, "greeting"):
                return
            while line := stream.readline():
                command = line.decode("utf-8").strip()
                self.commands.append(command)
                name = command[:4].upper()
                if not self._answer(stream, name):
                    return
                if name == "DATA" and self.script["DATA"].startswith("354"):
                    text = b""
                    while (part := stream.readline()) not in {b".\r\n", b""}:
                        text += part
                    if not part:
                        return
                    self.taken.append(text.decode("utf-8"))
                    if not self._answer(stream, "end"):
                        return

    def _answer(self, stream, name: str) -> bool:
        answer = self.script.get(name, "502 unknown")
        if answer == CLOSE:
            return False
        if answer == SILENT:
            self._stopped.wait()
            return False
        while answer == DRIBBLE:
            stream.write(b"2")
            stream.flush()
            if self._stopped.wait(0.05):
                return False
        stream.write(answer.encode() + b"\r\n")
        stream.flush()
        return True


@contextmanager
def post_office(**script: str) -> Iterator[PostOffice]:
    """Run a server for as long as the block runs."""
    server = PostOffice(**script)
    try:
        yield server
    finally:
        server.stop()


def closed_port() -> int:
    """Return a port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
