"""What the tests of backup and restore share: a company with a row in every corner, copies, targets, comparisons."""

from __future__ import annotations

import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import create_engine, insert, select
from sqlalchemy.pool import NullPool

from app.auth.models import AuthSession, LinkPurpose, OneTimeLink
from app.cli.backup.container import MANIFEST, MARK, writing_archive
from app.cli.backup.dump import make_backup
from app.cli.backup.manifest import Manifest
from app.cli.backup.rows import tables
from app.infra.db import db, set_may_write
from app.infra.idempotency import IdempotencyKey
from app.infra.unit_of_work import transaction
from app.jobs.models import Job, JobState, WorkerBeat
from app.notices.models import Mail, MailState
from app.people.models import Person, Team
from config import Settings
from tests.conftest import BACKEND, NOW, Databases, test_settings
from tests.factories import evidence
from tests.factories.people import SYSTEM, make_team

ENDED_BY_RESTORE = {
    "audit_event", "audit_head", "auth_session", "idempotency_key", "job", "mail", "one_time_link", "worker_beat"
}  # fmt: skip


def make_company() -> Person:
    """Make people, a tree of teams, evidence, and rows that a restore must end; return one person."""
    company = evidence.make_company()
    manager, amara = company.manager, company.amara
    root = make_team("Company")
    with transaction() as session:
        # A team refers to another one, and its key comes before the other's in the order of rows.
        session.add(Team(id=uuid.UUID(int=1), name="Below", parent_id=root.id, created_at=NOW))
    evidence.log_piece(amara, title="Line\u2028separator, ☃ and “quotes”")
    with transaction() as session:
        session.add(AuthSession(
            token_hash="a" * 64, person_id=manager.id, created_at=NOW, seen_at=NOW, proved_at=NOW,
            address="::1", browser="",
        ))  # fmt: skip
        session.add(OneTimeLink(
            token_hash="b" * 64, person_id=amara.id, purpose=LinkPurpose.RESET, created_at=NOW,
            expires_at=NOW + timedelta(hours=1),
        ))  # fmt: skip
        session.add(Job(kind="x", payload="{}", state=JobState.RUNNING, created_at=NOW, run_at=NOW, lent_until=NOW))
        for state in (MailState.SENDING, MailState.QUEUED, MailState.SENT):
            session.add(Mail(kind="x", person_id=amara.id, payload="{}", state=state, created_at=NOW, send_at=NOW))
        session.add(WorkerBeat(name="w", started_at=NOW, seen_at=NOW))
        session.execute(insert(IdempotencyKey).values(person_id=amara.id, endpoint="e", key="k", created_at=NOW))
    return manager


def take_copy(target: Path, settings: Settings, *, replace: bool = False) -> Manifest:
    """Take a copy of the test's database."""
    return make_backup(target, settings, by=SYSTEM, at=NOW, replace=replace, progress=lambda *_: None)


@dataclass(frozen=True)
class Place:
    """Where a copy goes to: a database of its own."""

    settings: Settings

    def contents(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of every table, in an order that is the same on both databases."""
        return contents(self.settings.database_url)

    def files(self) -> list[str]:
        """Return the names of the files in the data folder."""
        folder = self.settings.data_dir
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@contextmanager
def place(databases: Databases, folder: Path) -> Iterator[Place]:
    """Give a place without a database: an empty folder, or an empty database of PostgreSQL."""
    folder.mkdir(mode=0o700)
    if BACKEND == "sqlite":
        yield Place(test_settings(f"sqlite:///{folder / 'belay.db'}", folder))
        return
    with databases.server.database(f"{databases.name}_{folder.name}") as url:
        yield Place(test_settings(url, folder))


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table of a database."""
    set_may_write(value=False)
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in tables()}


def own_contents() -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the test's own database."""
    db.session.rollback()
    return contents(db.engine.url.render_as_string(hide_password=False))


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None], *, consistent: bool = False) -> None:
    """Change the parts of a copy and seal it anew; `consistent` also brings the manifest's digests and counts along."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    if consistent:
        manifest = json.loads(parts[MANIFEST])
        for table in manifest["tables"]:
            content = parts[f"tables/{table['name']}.jsonl"]
            table["sha256"], table["rows"] = sha256(content).hexdigest(), content.count(b"\n")
        parts[MANIFEST] = json.dumps(manifest).encode()
    unfinished = path.with_suffix(".new")
    with unfinished.open("wb+") as file, writing_archive(file) as writer:
        for name in sorted(parts, key=lambda name: (name != MARK, name == MANIFEST)):
            writer.add(name, [parts[name]])
    unfinished.replace(path)
