"""F19: a copy taken while eight people write, restored into an empty folder: everything promised before is there."""

from __future__ import annotations

import random
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.copies import ENDED_BY_RESTORE, contents
from tests.faults.serving import Browser, Site, Writers, check_whole, make_site, serving

OTHER = {"sqlite": "postgres", "postgres": "sqlite"}


def copy_and_restore(site: Site, addresses: list[str], target: Site, *, before: int) -> dict[str, int]:
    """Take a copy under load, restore it elsewhere, look; return figures."""
    file = site.folder.parent / "copy.belay"
    with serving(site) as server:
        writers = Writers(server, addresses)
        writers.wait_for(before)
        promised = writers.acknowledged()
        made = site.run("backup", str(file))
        assert made.returncode == 0, made.stderr
        meanwhile = len(writers.acknowledged()) - len(promised)
        refused = site.run("restore", str(file), "--replace")
        assert refused.returncode == 1
        assert "in use" in refused.stderr
        cookie = writers.all[0]._browser.cookie
        in_the_end = writers.finish()
    assert meanwhile > 0, "nobody could write while the copy was taken"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restored = target.run("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    stored = set(check_whole(target))
    assert set(promised) <= stored, "something acknowledged before the copy is not in it"
    assert stored <= set(in_the_end)
    assert target.run("audit", "verify").returncode == 0
    with serving(target) as server:
        browser = Browser(server.port)
        browser.cookie = cookie
        answer = browser.ask("GET", "/evidence/")
        assert (answer.status, "/login" in answer.headers.get("Location", "")) == (302, True)
        browser.cookie = ""
        browser.sign_in(addresses[0])
        assert browser.ask("GET", "/evidence/").status == 200
    return {"promised": len(promised), "in the copy": len(stored), "written meanwhile": meanwhile}


def empty_target(empty_url, backend: str) -> Site:
    url, folder = empty_url(backend)
    folder.mkdir(mode=0o700)
    return Site(url, folder)


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.long)], indirect=True)
def test_copy_under_load_holds_everything_promised(site, backend, empty_url, figures):
    """The copy of each database is restored into the other one."""
    figures(copy_and_restore(*site, empty_target(empty_url, OTHER[backend]), before=40))


@pytest.mark.long
def test_large_copy_under_load_holds_everything_promised(site, backend, empty_url, figures):
    figures(copy_and_restore(*site, empty_target(empty_url, backend), before=1500))


def test_copy_goes_through_every_database_and_comes_back_the_same(empty_url, scratch):
    """SQLite to PostgreSQL to PostgreSQL to SQLite: no row is another one in the end."""
    first, _ = make_site(*empty_url("sqlite"))
    assert first.run("db", "upgrade").returncode == 0
    here = first
    for number, backend in enumerate(["postgres", "postgres", "sqlite"]):
        file = scratch / f"{number}.belay"
        made = here.run("backup", str(file))
        assert made.returncode == 0, made.stderr
        here = empty_target(empty_url, backend)
        restored = here.run("restore", str(file))
        assert restored.returncode == 0, restored.stderr
    before, after = contents(first.url), contents(here.url)
    assert {name: rows for name, rows in after.items() if name not in ENDED_BY_RESTORE} == {
        name: rows for name, rows in before.items() if name not in ENDED_BY_RESTORE
    }
    assert before["ladder_version"]
    assert len(before["person"]) == 8


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_full_disk_leaves_no_copy_and_the_database_as_it_was(site, scratch):
    """The limit on the size of a file stands in for a disk without room; the attachment is larger than it."""
    one, _ = site
    (one.folder / "attachments").mkdir()
    (one.folder / "attachments" / "large.pdf").write_bytes(random.Random(0).randbytes(12_000_000))
    file = scratch / "copy.belay"
    command = f'ulimit -f 8192; exec "{sys.executable}" -m app.cli backup "{file}"'
    done = subprocess.run(
        ["bash", "-c", command], env=one.environment(), capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    assert done.returncode == 1, done.stderr
    assert "Nothing was left behind" in done.stderr
    assert [path.name for path in scratch.iterdir() if "copy" in path.name] == []
    assert len(check_whole(one)) == 0
    assert one.run("backup", str(file)).returncode == 0
