"""What every test may ask for: the application, a fresh database, a still clock, a browserless client."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import Session

from app import create_app
from app.infra import schema
from app.infra.clock import clock as the_clock
from app.infra.db import db, set_may_write, writing
from app.people.models import Person
from config import Settings
from tests.client import Client
from tests.pictures import pictures
from tests.postgres import PostgresServer, session_server

# The same cases on every machine and in every run: a random case that fails once must fail again.
settings.register_profile("belay", derandomize=True, deadline=None)
settings.load_profile("belay")

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
BACKEND = os.environ.get("BELAY_TEST_DATABASE", "sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out on PostgreSQL what opens no database: it has run with SQLite, and would say the same."""
    if BACKEND != "postgres":
        return
    same = [item for item in items if "databases" not in getattr(item, "fixturenames", ())]
    same = [item for item in same if item.get_closest_marker("postgres") is None]
    config.hook.pytest_deselected(items=same)
    left_out = set(same)
    items[:] = [item for item in items if item not in left_out]


class Databases:
    """Hands out a fresh database for each test: a copy of a template that went through every migration once."""

    def __init__(self, folder: Path, name: str, backend: str = BACKEND) -> None:
        """Make the template."""
        self.folder = folder
        self.name = name
        self.server: PostgresServer | None = None
        self.kept: list[str] = []
        self._context: AbstractContextManager[PostgresServer] | None = None
        if backend == "postgres":
            self._context = session_server()
            self.server = self._context.__enter__()
            self.template = f"{name}_template"
            self.server.create_database(self.template)
            self._migrate(self.server.url(self.template))
            self.url = self.server.url(name)
        else:
            self.template = str(folder / "template.db")
            self._migrate(f"sqlite:///{self.template}")
            self.url = f"sqlite:///{folder / 'test.db'}"

    @staticmethod
    def _migrate(url: str) -> None:
        engine = create_engine(url)
        with writing():
            schema.upgrade(engine)
        # Closing the last connection also folds SQLite's log into the file, so that the file alone can be copied.
        engine.dispose()

    def refresh(self) -> None:
        """Replace the test's database by a copy of the template."""
        self._copy(self.template)
        pictures.begin(self)

    def _copy(self, template: str) -> None:
        if self.server is not None:
            self.server.drop_database(self.name)
            self.server.create_database(self.name, template=template)
            return
        for suffix in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(template, self._file)

    @property
    def _file(self) -> Path:
        return Path(make_url(self.url).database or "")

    def keep(self, number: int) -> None:
        """Keep the database as it is now, for other tests to begin with; nobody is connected to it."""
        self.kept.append(self._picture(number))
        if self.server is not None:
            self.server.create_database(self._picture(number), template=self.name)
        else:
            shutil.copyfile(self._file, self._picture(number))

    def put_back(self, number: int) -> None:
        """Replace the database by what was kept."""
        self._copy(self._picture(number))

    def _picture(self, number: int) -> str:
        return f"{self.name}_{number}" if self.server is not None else str(self.folder / f"picture-{number}.db")

    def close(self) -> None:
        """Leave nothing behind."""
        if self._context is not None and self.server is not None:
            for name in (self.name, *self.kept, self.template):
                self.server.drop_database(name)
            self._context.__exit__(None, None, None)


def memory_folder() -> Path:
    """Return a new folder, in memory where the machine has such a place."""
    shared = Path("/dev/shm")  # noqa: S108 - a fresh folder with a random name is made inside it
    return Path(tempfile.mkdtemp(prefix="belay-test-", dir=shared if os.access(shared, os.W_OK) else None))


@pytest.fixture(scope="session")
def databases(worker_id: str) -> Iterator[Databases]:
    """Return the maker of fresh databases of this test process."""
    folder = memory_folder()
    maker = Databases(folder, f"belay_{worker_id}_{os.getpid()}")
    yield maker
    maker.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_app(databases: Databases) -> Flask:
    """Return the application of this test process; tests take `app`, which also gets a fresh database."""
    return create_app(test_settings(databases.url, databases.folder))


def test_settings(url: str, folder: Path, **changed: object) -> Settings:
    """Return settings for tests: cheap passwords, plain HTTP, faults raised."""
    values: dict[str, object] = {
        "database_url": url,
        "data_dir": folder,
        "secret_key": "only-for-tests-0123456789-abcdefghijklmnop",
        "plain_http": True,
        "testing": True,
        "password_cost": 1,
        "company": "Larkspur",
    }
    return Settings(**(values | changed))


test_settings.__test__ = False


@pytest.fixture
def clock() -> Iterator[type(the_clock)]:
    """Stand still at 21 November 2026, 10:00 UTC."""
    with the_clock.standing_at(NOW):
        yield the_clock


@pytest.fixture
def app(shared_app: Flask, databases: Databases, clock: object) -> Iterator[Flask]:
    """Return the application on a fresh, migrated, empty database, its context pushed."""
    databases.refresh()
    # The test itself only reads, but for the blocks of `transaction()`: it must not hold SQLite's write lock.
    set_may_write(value=False)
    with shared_app.app_context():
        yield shared_app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def session(app: Flask) -> Session:
    """Return the database session of the test itself; requests have sessions of their own."""
    return db.session()


@pytest.fixture
def client_for(app: Flask) -> Callable[[Person | None], Client]:
    """Return a maker of clients: signed in as a person, or as nobody."""
    return lambda person: Client(app, person)
