"""Further applications on the database of a test, as further processes would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import create_app
from app.infra.db import db
from tests.conftest import Databases, test_settings


@pytest.fixture
def make_app(app: Flask, databases: Databases) -> Iterator[Callable[[], Flask]]:
    """Return a maker of further applications; their connections are closed when the test ends."""
    made: list[Flask] = []

    def make() -> Flask:
        made.append(create_app(test_settings(databases.url, databases.folder)))
        return made[-1]

    yield make
    for one in made:
        with one.app_context():
            db.engine.dispose()
