"""What waits for people, and mail: an outbox in the database, emptied by the worker.

Owns the tables of mail and of how people hear of things. `sources` is where features say what waits. May use audit,
access, infra and domain. Features above register a composer for each kind of mail, and put a row into the outbox in
the transaction of the change that is told; no request ever talks to a mail server.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Join mail."""
    del app
