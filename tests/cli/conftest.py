"""A company, a copy of it, and a place that the copy goes to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Settings
from tests.cli.copies import Place, make_company, place, take_copy
from tests.conftest import test_settings


@pytest.fixture
def settings(app, databases, tmp_path) -> Settings:
    """Return the settings of the test's database, with an attachment in the data folder."""
    folder = tmp_path / "data"
    (folder / "attachments" / "ab").mkdir(parents=True)
    (folder / "attachments" / "ab" / "cdef01.pdf").write_bytes(bytes(range(256)) * 20)
    return test_settings(databases.url, folder)


@pytest.fixture
def copy(settings, tmp_path) -> Path:
    """Return a copy of a small company."""
    make_company()
    take_copy(tmp_path / "copy.belay", settings)
    return tmp_path / "copy.belay"


@pytest.fixture
def target(databases, tmp_path) -> Iterator[Place]:
    """Return a place without a database."""
    with place(databases, tmp_path / "target") as one:
        yield one
