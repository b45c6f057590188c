"""`belay restore`: the same rows again, everything old ended; until the last step nothing has happened."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.audit.queries import verify_chain
from app.audit.tags import Tag
from app.cli.backup import embedded, load
from app.cli.backup.container import MANIFEST
from app.cli.backup.faults import BackupError, DamagedError, InUseError, NotEmptyError
from app.cli.backup.folder import holding_folder
from app.cli.backup.restore import Restored, restore
from app.cli.main import main
from app.infra import schema
from app.infra.db import writing
from tests.cli.copies import ENDED_BY_RESTORE, Place, own_contents, rewrite
from tests.conftest import BACKEND, NOW, test_settings
from tests.factories.people import SYSTEM


def bring_back(copy: Path, target: Place, *, replace: bool = False) -> Restored:
    return restore(copy, target.settings, replace=replace, by=SYSTEM, at=NOW)


def test_every_row_comes_back_and_what_was_open_is_ended(copy, target):
    done = bring_back(copy, target)
    before, after = own_contents(), target.contents()
    assert {name: after[name] for name in after.keys() - ENDED_BY_RESTORE} == {
        name: before[name] for name in before.keys() - ENDED_BY_RESTORE
    }
    assert before["person"]
    assert (done.ended.sessions, done.ended.links, done.ended.jobs, done.ended.mails) == (1, 1, 1, 1)
    assert after["idempotency_key"] == after["worker_beat"] == []
    assert "RUNNING" not in repr(after["job"])
    assert all(NOW in row for row in after["auth_session"] + after["one_time_link"])
    assert len(after["mail"]) == len(before["mail"])


def test_the_audit_goes_on_where_the_copy_ends(copy, target):
    bring_back(copy, target)
    events = target.contents()["audit_event"]
    assert set(own_contents()["audit_event"]) < set(events)
    last = max(events)
    assert Tag.RESTORED in last
    assert SYSTEM.label in last
    engine = create_engine(target.settings.database_url, poolclass=NullPool)
    schema.check(engine)
    with Session(engine) as session:
        assert verify_chain(session).fault is None


def test_attachments_come_back_and_others_are_set_aside(copy, target):
    folder = target.settings.data_dir / "attachments"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "cdef01.pdf").write_bytes(b"spoilt")
    (folder / "ab" / "later.pdf").write_bytes(b"later")
    done = bring_back(copy, target)
    assert [path.name for path in sorted(folder.rglob("*")) if path.is_file()] == ["cdef01.pdf"]
    assert (folder / "ab" / "cdef01.pdf").read_bytes() == bytes(range(256)) * 20
    assert {path.read_bytes() for path in done.aside.rglob("*.pdf")} == {b"spoilt", b"later"}


def test_a_database_that_is_there_is_replaced_only_when_asked(copy, target):
    bring_back(copy, target)
    before = target.contents()
    with pytest.raises(NotEmptyError, match="--replace"):
        bring_back(copy, target)
    assert target.contents() == before
    done = bring_back(copy, target, replace=True)
    assert target.contents()["person"] == before["person"]
    if BACKEND == "sqlite":
        assert done.kept.name == "belay.db.before-restore-20261121T100000Z"
        assert stat.S_IMODE(done.kept.stat().st_mode) == 0o600
        with closing(sqlite3.connect(done.kept)) as old:
            assert old.execute("SELECT count(*) FROM audit_event").fetchone() == (len(before["audit_event"]),)


def test_a_database_in_use_is_left_alone(copy, target):
    bring_back(copy, target)
    if BACKEND == "sqlite":
        other = sqlite3.connect(target.settings.data_dir / "belay.db")
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("SELECT count(*) FROM person").fetchone()
    else:
        other = psycopg.connect(target.settings.database_url)
    with closing(other), pytest.raises(InUseError, match="Stop the server"):
        bring_back(copy, target, replace=True)
    bring_back(copy, target, replace=True)


def test_a_restore_is_alone_in_its_folder(copy, target):
    with embedded_hold(target), pytest.raises(InUseError, match="Another restore"):
        bring_back(copy, target)


def embedded_hold(target: Place):

    return holding_folder(target.settings.data_dir)


def _nobody_is_referred_to(parts):
    parts["tables/person.jsonl"] = b"\n".join(parts["tables/person.jsonl"].split(b"\n")[1:])


def _audit_is_changed(parts):
    parts["tables/audit_event.jsonl"] = parts["tables/audit_event.jsonl"].replace(
        b"people:person:add", b"people:person:ada"
    )


def _audit_head_is_another(parts):
    manifest = json.loads(parts[MANIFEST])
    manifest["audit"]["hash"] = "f" * 64
    parts[MANIFEST] = json.dumps(manifest).encode()


def _row_stands_twice(parts):
    parts["tables/team.jsonl"] *= 2


def _row_is_no_row(parts):
    parts["tables/team.jsonl"] += b'{"id": 1}\n'


def _row_is_too_short(parts):
    parts["tables/team.jsonl"] += b"[1]\n"


def _moment_is_naive(parts):
    parts["tables/person.jsonl"] = parts["tables/person.jsonl"].replace(b"+00:00", b"")


@pytest.mark.parametrize(
    "change",
    [
        _nobody_is_referred_to, _audit_is_changed, _audit_head_is_another, _row_stands_twice, _row_is_no_row,
        _row_is_too_short, _moment_is_naive,
    ],
)  # fmt: skip
def test_rows_that_make_no_database_leave_the_old_one(copy, target, change):
    bring_back(copy, target)
    before, files = target.contents(), target.files()
    rewrite(copy, change, consistent=True)
    with pytest.raises(DamagedError, match="Nothing was changed"):
        bring_back(copy, target, replace=True)
    assert target.contents() == before
    assert target.files() == files


def test_a_failed_restore_into_nothing_leaves_nothing(copy, target):
    rewrite(copy, _audit_is_changed, consistent=True)
    with pytest.raises(DamagedError):
        bring_back(copy, target)
    assert target.files() == []


def test_full_disk_leaves_the_old_database(copy, target, monkeypatch):
    bring_back(copy, target)
    before, files = target.contents(), target.files()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(load, "_compare", full)
    with pytest.raises(BackupError, match=r"No space left on device. The database is what it was"):
        bring_back(copy, target, replace=True)
    assert target.contents() == before
    assert target.files() == files


def test_full_disk_while_the_old_database_is_kept_leaves_nothing_beside_it(copy, tmp_path, monkeypatch):
    """Only an embedded database is kept; the test holds on both, because the copy knows neither."""
    settings = test_settings(f"sqlite:///{tmp_path / 'belay.db'}", tmp_path)
    restore(copy, settings, replace=False, by=SYSTEM, at=NOW)
    old, files = (tmp_path / "belay.db").read_bytes(), sorted(tmp_path.iterdir())

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    for place, name in ((embedded.shutil, "copyfile"), (embedded.os, "read"), (embedded, "sync_folder")):
        (tmp_path / "belay.db-journal").write_bytes(b"left by a crash")
        with monkeypatch.context() as fault:
            fault.setattr(embedded, "_fold", lambda _: True)
            fault.setattr(place, name, full)
            with pytest.raises(BackupError, match=r"No space left on device. The database is what it was"):
                restore(copy, settings, replace=True, by=SYSTEM, at=NOW)
        (tmp_path / "belay.db-journal").unlink()
        assert sorted(tmp_path.iterdir()) == files, name
        assert (tmp_path / "belay.db").read_bytes() == old


def test_an_audit_that_was_broken_before_is_restored_as_it_was(copy, target):
    def broken_and_known(parts):
        _audit_is_changed(parts)
        manifest = json.loads(parts[MANIFEST])
        manifest["audit"]["broken_at"] = first
        parts[MANIFEST] = json.dumps(manifest).encode()

    first = min(row[0] for row in own_contents()["audit_event"] if Tag.PERSON_ADDED in row)
    rewrite(copy, broken_and_known, consistent=True)
    bring_back(copy, target)
    assert target.contents()["person"] == own_contents()["person"]


def test_command_says_what_was_done_and_warns_of_another_key(copy, target, monkeypatch):
    monkeypatch.setenv("BELAY_DATABASE_URL", target.settings.database_url)
    monkeypatch.setenv("BELAY_DATA", str(target.settings.data_dir))
    monkeypatch.setenv("BELAY_SECRET_KEY", "another-key-0123456789-0123456789-abc")
    with writing():
        result = CliRunner().invoke(main, ["restore", str(copy)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "copied on 2026-11-21 at 10:00 UTC" in result.output
    assert "BELAY_SECRET_KEY_FALLBACKS" in result.output
    again = CliRunner().invoke(main, ["restore", str(copy)], catch_exceptions=False)
    assert again.exit_code == 1
    assert "--replace" in again.output


def test_a_file_that_is_no_database_any_more_is_replaced_and_kept(copy, tmp_path):
    """Only an embedded database is a file; the test holds on both, because the copy knows neither."""
    settings = test_settings(f"sqlite:///{tmp_path / 'belay.db'}", tmp_path)
    (tmp_path / "belay.db").write_bytes(b"spoilt" * 5000)
    (tmp_path / "belay.db-wal").write_bytes(b"log" * 5000)
    with pytest.raises(NotEmptyError):
        restore(copy, settings, replace=False, by=SYSTEM, at=NOW)
    done = restore(copy, settings, replace=True, by=SYSTEM, at=NOW)
    assert done.kept.read_bytes() == b"spoilt" * 5000
    assert done.kept.with_name(done.kept.name + "-wal").read_bytes() == b"log" * 5000
    assert not (tmp_path / "belay.db-wal").exists()
    with closing(sqlite3.connect(tmp_path / "belay.db")) as new:
        assert new.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_whoever_still_holds_the_old_file_finds_it_empty(copy, tmp_path, monkeypatch):
    """A server that starts in the very second must not go on with a file that has no name any more."""
    settings = test_settings(f"sqlite:///{tmp_path / 'belay.db'}", tmp_path)
    restore(copy, settings, replace=False, by=SYSTEM, at=NOW)
    late = []
    keep = embedded.OldDatabase.keep_as

    def keep_and_let_in(old, kept):
        keep(old, kept)
        late.append((tmp_path / "belay.db").open("rb"))

    monkeypatch.setattr(embedded.OldDatabase, "keep_as", keep_and_let_in)
    restore(copy, settings, replace=True, by=SYSTEM, at=NOW)
    with late[0] as old:
        assert old.read() == b""


def test_databases_in_memory_are_no_target(copy, settings):
    with pytest.raises(BackupError, match="in memory"):
        restore(copy, replace(settings, database_url="sqlite:///:memory:"), replace=False, by=SYSTEM, at=NOW)
