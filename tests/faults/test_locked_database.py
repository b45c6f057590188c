"""F4: another program holds SQLite's lock: writes are told to come back, reads go on, nothing typed is lost."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from tests.faults.serving import Browser, check_whole, make_site, serving

BUSY_SECONDS = 10


def test_a_lock_held_by_another_program_is_told_and_reads_go_on(empty_url):
    site, addresses = make_site(*empty_url("sqlite"))
    with serving(site) as server:
        browser = Browser(server.port)
        browser.sign_in(addresses[0])
        with closing(sqlite3.connect(site.folder / "belay.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            answer = browser.log("Typed while the database was locked", "one-key")
            waited = time.monotonic() - began
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) > 0
            assert "Typed while the database was locked" in answer.body
            assert waited < BUSY_SECONDS * 2
            began = time.monotonic()
            assert browser.ask("GET", "/evidence/").status == 200
            assert time.monotonic() - began < BUSY_SECONDS * 2
            other.execute("ROLLBACK")
        assert browser.log("Typed while the database was locked", "one-key").status in {302, 303}
        assert browser.log("Typed while the database was locked", "one-key").status in {302, 303}
    assert check_whole(site) == {"Typed while the database was locked": 1}
