"""`belay backup`: complete, private, whole or not there; a copy that was touched is refused wherever it was touched."""

from __future__ import annotations

import errno
import json
import stat
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.cli.backup import container, dump, load
from app.cli.backup.container import MANIFEST, MARK
from app.cli.backup.faults import BackupError, DamagedError, OtherVersionError
from app.cli.backup.rows import kind_of, tables
from app.cli.backup.verify import checked_copy
from app.infra.db import db
from app.infra.schema import is_mapped
from app.infra.unit_of_work import transaction
from app.people.models import PeopleImport
from tests.cli.copies import make_company, rewrite, take_copy
from tests.conftest import NOW


def refusal(path: Path) -> str:
    """Return why a copy is refused."""
    with pytest.raises(BackupError) as refused, checked_copy(path):
        pass
    return str(refused.value)


def test_copy_holds_every_table_of_the_database_and_every_attachment(copy):
    with checked_copy(copy) as found:
        held = {part.name for part in found.manifest.tables}
        assert [part.name for part in found.manifest.attachments] == ["ab/cdef01.pdf"]
    there = {name for name in inspect(db.engine).get_table_names() if is_mapped(name, "table")}
    assert held | {"alembic_version"} == there
    assert all(kind_of(column) for table in tables() for column in table.columns)


def test_copy_can_be_opened_without_belay(copy):
    with zipfile.ZipFile(copy) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == MARK
        people = [json.loads(line) for line in archive.read("tables/person.jsonl").splitlines()]
        manifest = json.loads(archive.read(MANIFEST))
    columns = next(part["columns"] for part in manifest["tables"] if part["name"] == "person")
    name = [column for column, _ in columns].index("name")
    assert "Amara Diallo" in {row[name] for row in people}


def test_only_the_owner_may_read_a_copy_and_nothing_else_is_left(copy):
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(path.name for path in copy.parent.iterdir()) == ["copy.belay", "data"]


def test_the_copy_tells_of_itself(copy, session):
    with checked_copy(copy) as found:
        rows = list(found.rows("audit_event"))
    assert rows[-1]["tag"] == Tag.BACKUP_MADE
    assert rows[-1]["actor_label"].startswith("cli:")
    assert session.scalars(select(AuditEvent.tag).order_by(AuditEvent.seq)).all() == [row["tag"] for row in rows]


def test_an_existing_file_is_replaced_only_when_asked(copy, settings):
    before = copy.read_bytes()
    with pytest.raises(BackupError, match="exists"):
        take_copy(copy, settings)
    assert copy.read_bytes() == before
    take_copy(copy, settings, replace=True)
    assert copy.read_bytes() != before


@pytest.mark.parametrize(("name", "said"), [(".", "is a folder"), ("none/copy", "does not exist")])
def test_a_place_that_takes_no_file_is_named(settings, tmp_path, name, said):
    with pytest.raises(BackupError, match=said):
        take_copy(tmp_path / name, settings)


def test_a_copy_never_takes_the_place_of_what_it_copies(settings, tmp_path):
    places = [settings.data_dir / "attachments" / "copy"]
    if db.engine.dialect.name == "sqlite":
        places.append(Path(db.engine.url.database))
    for target in places:
        with pytest.raises(BackupError, match="belongs to Belay itself"):
            take_copy(target, settings, replace=True)


@pytest.mark.parametrize("room", [0, 100, 3_000, 9_000])
def test_full_disk_leaves_nothing_behind_and_is_recorded(settings, session, tmp_path, monkeypatch, room):
    make_company()
    write = container._HashedStream.write
    written = []

    def until_full(stream, data):
        if sum(written) + len(data) > room and not stream.is_abandoned:
            stream.is_abandoned = True
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(len(data))
        return write(stream, data)

    monkeypatch.setattr(container._HashedStream, "write", until_full)
    with pytest.raises(BackupError, match=r"No space left on device. Nothing was left behind"):
        take_copy(tmp_path / "copy.belay", settings)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    tags = session.scalars(select(AuditEvent.tag).order_by(AuditEvent.seq)).all()
    assert tags[-2:] == [Tag.BACKUP_MADE, Tag.BACKUP_FAILED]


def test_what_a_killed_backup_left_is_written_over(settings, tmp_path):
    left = tmp_path / ".copy.belay.unfinished"
    left.write_bytes(b"x" * 1_000_000)
    left.chmod(0o644)
    take_copy(tmp_path / "copy.belay", settings)
    assert not left.exists()
    assert stat.S_IMODE((tmp_path / "copy.belay").stat().st_mode) == 0o600
    with checked_copy(tmp_path / "copy.belay"):
        pass


def test_a_link_among_the_attachments_stops_the_backup(settings, tmp_path):
    (settings.data_dir / "attachments" / "link").symlink_to("/etc/hostname")
    with pytest.raises(BackupError, match="is a link"):
        take_copy(tmp_path / "copy.belay", settings)


def test_every_flipped_bit_is_found(copy):
    content = bytearray(copy.read_bytes())
    with zipfile.ZipFile(copy) as archive:
        starts = [info.header_offset for info in archive.infolist()] + [archive.start_dir]
    # Every byte of every header and of the end, and every 31st of what lies between.
    places = set(range(0, len(content), 31)) | set(range(len(content) - 200, len(content)))
    places |= {start + offset for start in starts for offset in range(60)}
    for at in sorted(place for place in places if place < len(content)):
        content[at] ^= 1 << at % 8
        copy.write_bytes(content)
        with pytest.raises(DamagedError):
            container.check_seal(copy)
        content[at] ^= 1 << at % 8
    copy.write_bytes(content)
    container.check_seal(copy)


def test_a_flipped_bit_is_told_with_what_to_do(copy):
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    assert "cannot be restored: its content is not what was written. Nothing was changed" in refusal(copy)


def test_a_copy_cut_off_anywhere_is_refused(copy):
    content = copy.read_bytes()
    for length in {0, 1, 30, 41, 42, 43, 200, *range(0, len(content), 997), *range(len(content) - 130, len(content))}:
        copy.write_bytes(content[:length])
        with pytest.raises(DamagedError):
            container.check_seal(copy)
    copy.write_bytes(content + b"\0")
    assert "cannot be restored" in refusal(copy)


@pytest.mark.parametrize("content", [b"", b"Dear diary", b"PK\x03\x04", bytes(100_000)])
def test_what_is_no_copy_is_called_so(tmp_path, content):
    (tmp_path / "letter").write_bytes(content)
    assert "is no backup made by belay backup" in refusal(tmp_path / "letter")
    assert "does not exist" in refusal(tmp_path / "none")
    assert "cannot be read" in refusal(tmp_path)


def test_another_archive_is_no_copy(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x", "y")
    assert "is no backup made by belay backup" in refusal(tmp_path / "x.zip")


def _changed_row(parts):
    parts["tables/person.jsonl"] = parts["tables/person.jsonl"].replace(b"Amara", b"Amira")


def _lost_row(parts):
    parts["tables/person.jsonl"] = parts["tables/person.jsonl"].split(b"\n", 1)[1]


def _changed_attachment(parts):
    parts["attachments/ab/cdef01.pdf"] = b"other"


def _added_part(parts):
    parts["tables/other.jsonl"] = b""


def _missing_part(parts):
    del parts["tables/team.jsonl"]


def _missing_manifest(parts):
    del parts[MANIFEST]


def _odd_manifest(parts):
    parts[MANIFEST] = b"[" * 100_000


def _outside(parts):
    manifest = json.loads(parts[MANIFEST])
    manifest["attachments"][0]["name"] = "../../etc/passwd"
    parts[MANIFEST] = json.dumps(manifest).encode()


def _other_column(parts):
    manifest = json.loads(parts[MANIFEST])
    manifest["tables"][0]["columns"].pop()
    parts[MANIFEST] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    "change",
    [
        _changed_row, _lost_row, _changed_attachment, _added_part, _missing_part, _missing_manifest, _odd_manifest,
        _outside, _other_column,
    ],
)  # fmt: skip
def test_a_copy_that_was_changed_and_sealed_anew_is_refused(copy, change):
    rewrite(copy, change)
    with pytest.raises(DamagedError), checked_copy(copy):
        pass


def test_changed_content_with_matching_inner_digests_is_refused_by_the_seal(copy):
    seal = copy.read_bytes()[-64:]
    rewrite(copy, _changed_row, consistent=True)
    copy.write_bytes(copy.read_bytes()[:-64] + seal)
    assert "its content is not what was written" in refusal(copy)


@pytest.mark.parametrize(
    ("revision", "said"), [("0009", "with the schema 0009; this is"), ("9999", "with the schema 9999; this is")]
)
def test_a_copy_of_another_schema_is_refused_and_both_are_named(copy, revision, said):
    def other(parts):
        parts[MANIFEST] = json.dumps(json.loads(parts[MANIFEST]) | {"schema": revision, "belay": "7.7"}).encode()

    rewrite(copy, other)
    with pytest.raises(OtherVersionError, match=r"made by Belay 7\.7") as refused, checked_copy(copy):
        pass
    assert said in str(refused.value)
    assert ("belay db upgrade" in str(refused.value)) == (revision == "0009")


@pytest.mark.parametrize(("number", "said"), [(b"0\n", "the older version"), (b"2\n", "a newer version")])
def test_a_copy_of_another_format_is_refused(copy, number, said):
    rewrite(copy, lambda parts: parts.update({MARK: number}))
    with pytest.raises(OtherVersionError, match=said), checked_copy(copy):
        pass


def test_large_rows_are_held_in_memory_one_by_one(app, settings, tmp_path, monkeypatch):
    """A people file may be as large as a form may be; a thousand of them are no batch."""
    manager = make_company()
    with transaction() as session:
        for number in range(6):
            session.add(
                PeopleImport(
                    uploaded_by_id=manager.id, uploaded_at=NOW, file_name="people.csv", digest=str(number),
                    from_on=NOW.date(), content=bytes(4_000_000),
                )
            )  # fmt: skip
    db.session.remove()
    tracemalloc.start()
    take_copy(tmp_path / "copy.belay", settings)
    written = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    monkeypatch.setattr(load, "BATCH_BYTES", 8_000_000)
    with checked_copy(tmp_path / "copy.belay") as found:
        sizes = [len(batch) for batch in load.batches(found.measured_rows("people_import"))]
    loaded = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # 24 MB lie in the table; a row takes about five times its own size while it is turned into text or back.
    assert sizes == [1] * 6
    assert max(written, loaded) < 40_000_000, (written, loaded)


def test_attachment_written_meanwhile_is_wholly_in_the_copy_or_not_at_all(app, settings, tmp_path, monkeypatch):
    """Between any two files that are copied another one is finished, the next one begun and an old one removed."""
    make_company()
    folder = settings.data_dir / "attachments"
    list_all = dump.attachments_in
    whole, half = b"whole" * 1000, b"who"
    (folder / "ab" / "cdef01.pdf").unlink()
    for number in range(4):
        (folder / f"a{number}.pdf").write_bytes(whole)

    def list_while_others_write(place):
        (folder / "b0.pdf.unfinished").write_bytes(half)
        for number, path in enumerate(list_all(place)):
            unfinished = folder / f"b{number}.pdf.unfinished"
            unfinished.write_bytes(whole)
            unfinished.rename(folder / f"b{number}.pdf")
            (folder / f"b{number + 1}.pdf.unfinished").write_bytes(half)
            if path.name == "a2.pdf":
                path.unlink()
            yield path

    monkeypatch.setattr(dump, "attachments_in", list_while_others_write)
    take_copy(tmp_path / "copy.belay", settings)
    with checked_copy(tmp_path / "copy.belay") as found:
        names = [part.name for part in found.manifest.attachments]
        for part in found.manifest.attachments:
            with found.reader.open(part.member) as member:
                assert member.read() == whole
    assert names == ["a0.pdf", "a1.pdf", "a3.pdf"]
