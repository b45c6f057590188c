"""Sites on each database, for tests that start and kill real processes."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from app import create_app
from app.domain.errors import DomainError
from app.infra.db import db, set_may_write
from tests.conftest import Databases, memory_folder, test_settings
from tests.faults.serving import Site, make_site
from tests.postgres import PostgresServer, session_server

_numbers = count(1)


@pytest.fixture
def figures(request) -> Callable[[object], None]:
    """Return a function that shows what was measured among the results, so that the limits can be judged."""
    plugins = request.config.pluginmanager
    reporter, capture = plugins.getplugin("terminalreporter"), plugins.getplugin("capturemanager")

    def show(found: object) -> None:
        with capture.global_and_fixture_disabled():
            reporter.write_line(f"\n{request.node.name}: {found}")

    return show


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Return a PostgreSQL of our own."""
    with session_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def backend(request) -> str:
    """Run a test on both databases."""
    return request.param


@pytest.fixture
def scratch(tmp_path) -> Iterator[Path]:
    """Return a new folder in memory."""
    folder = memory_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_url(request, scratch) -> Iterator[Callable[[str], tuple[str, Path]]]:
    """Return a maker of empty places: the address of a database that is not there yet, and a data folder."""
    made = []

    def make(backend: str) -> tuple[str, Path]:
        number = next(_numbers)
        folder = scratch / f"site{number}" / "data"
        folder.parent.mkdir()
        if backend == "sqlite":
            return f"sqlite:///{folder / 'belay.db'}", folder
        server = request.getfixturevalue("postgres")
        made.append((server, f"belay_faults_{number}"))
        server.drop_database(made[-1][1])
        return server.create_database(made[-1][1]), folder

    yield make
    for server, name in made:
        server.drop_database(name)


@pytest.fixture
def site(backend, empty_url) -> tuple[Site, list[str]]:
    """Return a site with eight people, and their addresses."""
    return make_site(*empty_url(backend))


@pytest.fixture
def raced_app(backend, scratch, clock):
    """Return the application on a fresh database of each kind in turn."""
    databases = Databases(scratch, f"belay_raced_{os.getpid()}", backend)
    databases.refresh()
    served = create_app(test_settings(databases.url, scratch))
    set_may_write(value=False)
    with served.app_context():
        yield served
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    databases.close()


@pytest.fixture
def at_once(app):
    """Return a runner of acts that start together, each with a database session of its own; refusals are values."""

    def run(act, gate):
        with app.app_context():
            gate.wait()
            try:
                return act()
            except DomainError as refusal:
                return refusal

    def run_all(acts):
        gate = threading.Barrier(len(acts))
        with ThreadPoolExecutor(len(acts)) as pool:
            results = [result.result() for result in [pool.submit(run, act, gate) for act in acts]]
        db.session.rollback()
        return results

    return run_all
