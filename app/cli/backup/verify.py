"""Proving a copy before anything is touched: whole, of our format, of our schema, each part as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic.script import ScriptDirectory

from app.cli.backup.container import MANIFEST, MARK, Reader, check_seal
from app.cli.backup.dump import own_version
from app.cli.backup.faults import BackupError, DamagedError, OtherVersionError
from app.cli.backup.manifest import FORMAT, Manifest
from app.cli.backup.rows import LONGEST_ROW, kind_of, parse_row, tables
from app.infra import schema

LONGEST_MANIFEST = 256 * 1024 * 1024


class Copy:
    """A copy that was checked, and stays open for reading."""

    def __init__(self, reader: Reader, manifest: Manifest) -> None:
        """Take what was checked."""
        self.reader = reader
        self.manifest = manifest

    def rows(self, table: str) -> Iterator[dict[str, object]]:
        """Give the rows of a table by column."""
        return (row for row, _ in self.measured_rows(table))

    def measured_rows(self, table: str) -> Iterator[tuple[dict[str, object], int]]:
        """Give the rows of a table by column, each with the bytes of its line."""
        part = next(part for part in self.manifest.tables if part.name == table)
        names, kinds = [name for name, _ in part.columns], [kind for _, kind in part.columns]
        with self.reader.open(part.member) as lines:
            number = 0
            while line := lines.readline(LONGEST_ROW):
                number += 1
                try:
                    yield parse_row(line, names, kinds), len(line)
                except DamagedError as error:
                    raise DamagedError(f"{part.member}, line {number}: {error}") from error


@contextmanager
def checked_copy(path: Path) -> Iterator[Copy]:
    """Give a copy in which every byte was checked. DamagedError or OtherVersionError says why it is none for us."""
    try:
        check_seal(path)
        reader = Reader(path)
        try:
            manifest = _manifest(reader)
            _check_parts(reader, manifest)
            yield Copy(reader, manifest)
        finally:
            reader.close()
    except DamagedError as error:
        raise DamagedError(f"{path} cannot be restored: {error}. Nothing was changed; take another copy.") from error
    except FileNotFoundError:
        raise BackupError(f"{path} does not exist.") from None
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}.") from error


def _manifest(reader: Reader) -> Manifest:
    with reader.open(MARK) as mark:
        number = mark.read(20).strip()
    if number != str(FORMAT).encode():
        said = number.decode("ascii", "replace")
        older = number.isdigit() and int(number) < FORMAT
        raise OtherVersionError(
            f"The copy has the format {said}; this Belay {own_version()} reads format {FORMAT}. "
            f"Restore it with {'the older' if older else 'a newer'} version of Belay, the one that made it."
        )
    with reader.open(MANIFEST) as member:
        content = member.read(LONGEST_MANIFEST)
    manifest = Manifest.parse(content)
    if manifest.format != FORMAT:
        raise DamagedError("its manifest names another format than its beginning")
    check_revision(manifest)
    return manifest


def check_revision(manifest: Manifest) -> None:
    """Refuse a copy of another schema; it is never brought up to date silently."""
    head = schema.head_revision()
    if manifest.schema == head:
        return
    known = {script.revision for script in ScriptDirectory(str(schema.ROOT / "migrations")).walk_revisions()}
    made = f"The copy was made by Belay {manifest.belay} with the schema {manifest.schema}"
    ours = f"this is Belay {own_version()} with the schema {head}"
    if manifest.schema in known:
        raise OtherVersionError(
            f"{made}; {ours}, which is newer. Install the version of Belay that made the copy, restore it there, "
            f"install this version again and run: {schema.UPGRADE_COMMAND}"
        )
    raise OtherVersionError(f"{made}; {ours}, which is older. Install that version of Belay, or a newer one.")


def _check_parts(reader: Reader, manifest: Manifest) -> None:
    """Compare every part with the manifest, and the parts with the tables that there are."""
    expected = {table.name: tuple((column.name, kind_of(column)) for column in table.columns) for table in tables()}
    if {part.name: part.columns for part in manifest.tables} != expected:
        raise DamagedError("its tables are not those of its schema")
    members = [part.member for part in manifest.tables] + [part.member for part in manifest.attachments]
    _check_names(reader.names(), [MARK, *members, MANIFEST])
    for part in manifest.tables:
        found = reader.measure(part.member)
        if (found.sha256, found.lines) != (part.sha256, part.rows):
            raise DamagedError(f"{part.member} is not what was written")
    for file in manifest.attachments:
        stored = reader.measure(file.member)
        if (stored.sha256, stored.size) != (file.sha256, file.size):
            raise DamagedError(f"{file.member} is not what was written")


def _check_names(found: Sequence[str], wanted: Sequence[str]) -> None:
    if sorted(found) != sorted(wanted):
        odd = sorted(set(found) ^ set(wanted)) or ["a part that stands twice"]
        raise DamagedError(f"its parts are not those of its manifest ({odd[0]})")
