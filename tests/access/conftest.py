"""The company of the access suite: built once for each test process, put back after whatever has changed it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.infra.clock import clock as the_clock
from app.infra.db import db
from tests.access.world import World, open_world
from tests.conftest import NOW, Databases


@pytest.fixture(scope="session")
def built_world(databases: Databases) -> Iterator[World]:
    """Return the company of this test process; tests take `world`, which is as it was built."""
    with the_clock.standing_at(NOW), open_world(databases) as world:
        yield world


@pytest.fixture
def world(built_world: World) -> Iterator[World]:
    """Return the company as it was built, at 21 November 2026, 10:00 UTC."""
    with the_clock.standing_at(NOW):
        built_world.restore_if_changed()
        with built_world.app.app_context():
            yield built_world
            db.session.remove()
