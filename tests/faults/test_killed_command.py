"""F18, F20: a migration or a restore is killed at any step: afterwards it is as before or done, and can be repeated."""

from __future__ import annotations

import random
import signal

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from app.infra import schema
from app.infra.db import writing
from tests.faults.serving import Site, check_whole

DYING = ("-m", "tests.faults.dying")
OLD = "0006"
TEAM = (
    "INSERT INTO team (id, name, created_at) VALUES ('00000000000000000000000000000001', 'Team', '2026-01-01 00:00:00')"
)


def dies(site: Site, step: int, what: str, *words: str) -> bool:
    """Run a command that kills itself at a step; say whether it came so far."""
    killed = Site(site.url, site.folder, {"BELAY_DIE_AT": str(step), "BELAY_DIE_IN": what})
    done = killed.run(*words, program=DYING)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode != 0


def state(site: Site) -> tuple[str | None, int, list[str]]:
    """Return the revision, the number of teams, and the tables."""
    with site.reading() as connection:
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        teams = connection.scalar(text("SELECT count(*) FROM team"))
        return revision, teams, sorted(inspect(connection).get_table_names())


def old_site(url: str, folder) -> Site:
    folder.mkdir(mode=0o700)
    engine = create_engine(url, poolclass=NullPool)
    with writing():
        schema.upgrade(engine, OLD)
        with engine.begin() as connection:
            connection.execute(text(TEAM))
    engine.dispose()
    return Site(url, folder)


def kill_migrations(site: Site, count: int, seed: int) -> None:
    """Kill the upgrade at several statements, the last ones included; then let it run through."""
    before = state(site)
    chance = random.Random(seed)
    killed = 0
    for step in sorted(chance.sample(range(4, 90), count)):
        if not dies(site, step, "statements", "db", "upgrade"):
            break
        killed += 1
        found = state(site)
        # Publishing the ladders that ship is a transaction of its own, after the schema.
        assert found == before or (found[0], found[1]) == (schema.head_revision(), before[1])
    assert killed
    done = site.run("db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert state(site)[:2] == (schema.head_revision(), before[1])
    assert site.run("audit", "verify").returncode == 0


@pytest.mark.parametrize("backend", [pytest.param("sqlite", marks=pytest.mark.long), "postgres"], indirect=True)
def test_killed_migration_is_as_before_or_done(backend, empty_url):
    kill_migrations(old_site(*empty_url(backend)), 2, seed=1)


@pytest.mark.long
def test_migration_killed_20_times_is_as_before_or_done(backend, empty_url):
    kill_migrations(old_site(*empty_url(backend)), 20, seed=2)


def counts(site: Site) -> tuple[int, int]:
    """Return how many teams there are, which tells old from new, and prove that the database is sound."""
    check_whole(site)
    with site.reading() as connection:
        return (
            connection.scalar(text("SELECT count(*) FROM team")),
            connection.scalar(text("SELECT count(*) FROM person")),
        )


def kill_restores(site: Site, what: str, steps: list[int]) -> None:
    """Kill a restore at several steps: the database is the old one or the new one, and the next restore works."""
    file = site.folder.parent / "copy.belay"
    assert site.run("backup", str(file)).returncode == 0
    new = counts(site)
    killed = 0
    for step in steps:
        engine = create_engine(site.url, poolclass=NullPool)
        with writing(), engine.begin() as connection:
            connection.execute(text("DELETE FROM team"))
            connection.execute(text(TEAM))
        engine.dispose()
        old = counts(site)
        assert old != new
        if not dies(site, step, what, "restore", str(file), "--replace"):
            assert counts(site) == new
            break
        killed += 1
        assert counts(site) in {old, new}
    assert killed
    done = site.run("restore", str(file), "--replace")
    assert done.returncode == 0, done.stderr
    assert counts(site) == new


def test_killed_restore_leaves_the_old_database_or_the_new_one(backend, site):
    kill_restores(site[0], "statements", [40, 150])


@pytest.mark.long
def test_restore_killed_at_many_statements_leaves_the_old_or_the_new(backend, site):
    kill_restores(site[0], "statements", sorted(random.Random(3).sample(range(1, 400), 20)))


@pytest.mark.long
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_restore_killed_at_every_file_leaves_the_old_or_the_new(backend, site):
    """Everything that happens to a file of the data folder, one after the other until the restore comes through."""
    kill_restores(site[0], "files", list(range(1, 100)))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_restore_killed_while_names_change_leaves_the_old_or_the_new(backend, site):
    kill_restores(site[0], "files", [12, 15])
