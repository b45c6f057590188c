"""The file of a copy: a ZIP archive with a seal at its end, so that any program opens it and any change is found.

The first member is called BELAY-BACKUP and holds the number of the format; the last is the manifest. The archive's
comment is the seal: `sha256:` and the digest of the whole file, its own 64 digits counted as zeros. The seal finds
accidents; whoever wants to forge a copy can also make a seal, which is why a copy is kept where only few may write.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from app.cli.backup.faults import DamagedError

MARK = "BELAY-BACKUP"
MANIFEST = "manifest.json"
SEAL = b"sha256:"
DIGITS = 64
CHUNK = 1024 * 1024
FIRST_BYTES = b"PK\x03\x04"
NAME_AT = 30
# Text shrinks to a fifth also at the quick settings, and the server needs its processor meanwhile.
LEVEL = 4
EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Member:
    """What was written under a name: its digest, how many bytes and how many lines."""

    sha256: str
    size: int
    lines: int


class _HashedStream:
    """Takes what the archive writes, in order, and keeps its digest. After a failure it swallows the rest."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.is_abandoned = False

    def write(self, data: bytes) -> int:
        if self.is_abandoned:
            return len(data)
        try:
            self._file.write(data)
        except OSError:
            self.is_abandoned = True
            raise
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        if not self.is_abandoned:
            self._file.flush()

    def digest(self) -> str:
        return self._digest.hexdigest()


class Writer:
    """Writes the members of a copy one after the other, without going back."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Take the open archive."""
        self._archive = archive

    def add(self, name: str, parts: Iterable[bytes]) -> Member:
        """Write a member from its parts and return what was written; each part counts as a line."""
        info = zipfile.ZipInfo(name, EARLIEST)
        info.compress_type = zipfile.ZIP_STORED if name == MARK else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        digest, size, lines = hashlib.sha256(), 0, 0
        with self._archive.open(info, "w", force_zip64=True) as member:
            for part in parts:
                member.write(part)
                digest.update(part)
                size += len(part)
                lines += 1
        return Member(digest.hexdigest(), size, lines)


@contextmanager
def writing_archive(file: BinaryIO) -> Iterator[Writer]:
    """Give a writer; at the end of the block the archive is sealed and everything has reached the disk."""
    stream = _HashedStream(file)
    # The stream cannot go back, so the archive notes sizes behind each member instead of before it.
    archive = zipfile.ZipFile(stream, "w", compresslevel=LEVEL)  # type: ignore[call-overload]
    archive.comment = SEAL + b"0" * DIGITS
    try:
        yield Writer(archive)
        archive.close()
        file.seek(-DIGITS, os.SEEK_END)
        file.write(stream.digest().encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    except BaseException:
        stream.is_abandoned = True
        archive.close()
        raise


def check_seal(path: Path) -> None:
    """Read a copy from end to end and compare it with its seal. DamagedError says what it is instead."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        start = file.read(NAME_AT + len(MARK))
        if not start.startswith(FIRST_BYTES) or start[NAME_AT:] != MARK.encode("ascii"):
            raise DamagedError("it is no backup made by belay backup, or its beginning was changed")
        tail = len(SEAL) + DIGITS
        file.seek(max(0, size - tail))
        seal = file.read(tail)
        if not seal.startswith(SEAL):
            raise DamagedError("its end is missing or was changed")
        file.seek(0)
        digest = hashlib.sha256()
        left = size - DIGITS
        while left and (chunk := file.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
        digest.update(b"0" * DIGITS)
        if digest.hexdigest().encode("ascii") != seal[len(SEAL) :]:
            raise DamagedError("its content is not what was written")


class Reader:
    """Reads the members of a copy whose seal was checked."""

    def __init__(self, path: Path) -> None:
        """Open the archive. DamagedError when it is none."""
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise DamagedError("its directory cannot be read") from error

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def names(self) -> list[str]:
        """Return the names of all members, in order; a name that stands twice stands twice here."""
        return self._archive.namelist()

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a member for reading. DamagedError when it is not there or cannot be unpacked."""
        try:
            with self._archive.open(name) as member:
                yield member
        except (KeyError, zipfile.BadZipFile, zipfile.zlib.error, EOFError, NotImplementedError, RuntimeError) as error:  # type: ignore[attr-defined]
            raise DamagedError(f"{name} cannot be read") from error

    def measure(self, name: str) -> Member:
        """Read a member to its end and return its digest, size and lines."""
        digest, size, lines = hashlib.sha256(), 0, 0
        with self.open(name) as member:
            while chunk := member.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                lines += chunk.count(b"\n")
        return Member(digest.hexdigest(), size, lines)
