"""The company of the access suite, for what must hold of every address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.infra.clock import clock as the_clock
from tests.access.conftest import world
from tests.access.world import World, open_world
from tests.conftest import NOW, Databases

__all__ = ["built_world", "world"]


@pytest.fixture(scope="session")
def built_world(databases: Databases) -> Iterator[World]:
    """Return the company of this test process; tests take `world`, which is as it was built."""
    with the_clock.standing_at(NOW), open_world(databases, "routes") as world:
        yield world
