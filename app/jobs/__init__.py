"""The queue in the database, and the worker that empties it.

Owns the tables `job` and `worker_beat`. May use audit, access, infra and domain. Features above register how a kind of
job is done and queue work in the transaction of the change that needs it; they never wait for it.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Join the queue."""
    del app
