"""What tests of the queue may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.audit.actions import Author
from app.jobs import kinds
from app.jobs.kinds import Handler, Work

BY = Author(None, label="cli:test")


@pytest.fixture
def register(app) -> Iterator[Callable[..., list[Work]]]:
    """Return a function that registers a kind for this test, and gives the list of what its handler was given."""
    before, periodic = dict(kinds._kinds), dict(kinds._periodic)
    kinds._periodic.clear()

    def add(name: str, handler: Handler | None = None, **more: object) -> list[Work]:
        done: list[Work] = []

        def do(work: Work) -> None:
            done.append(work)
            if handler is not None:
                handler(work)

        kinds.register_kind(name, do, label=name.capitalize(), **more)
        return done

    yield add
    kinds._kinds.clear()
    kinds._kinds.update(before)
    kinds._periodic.clear()
    kinds._periodic.update(periodic)
