"""The manifest of a copy: what is in it, of which schema, and the digest of each part."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.cli.backup.faults import DamagedError

FORMAT = 1
DIGEST = re.compile(r"[0-9a-f]{64}")
# Names of attachments are random; anything that could leave the folder is no name of ours.
ATTACHMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


@dataclass(frozen=True)
class TablePart:
    """The rows of one table: its columns with what they hold, how many rows, and the digest of the member."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: int
    sha256: str

    @property
    def member(self) -> str:
        """Return the name of the member."""
        return f"tables/{self.name}.jsonl"


@dataclass(frozen=True)
class FilePart:
    """One attachment."""

    name: str
    size: int
    sha256: str

    @property
    def member(self) -> str:
        """Return the name of the member."""
        return f"attachments/{self.name}"


@dataclass(frozen=True)
class AuditState:
    """The end of the audit in the copy; `broken_at` names the first row at fault when the chain did not hold then."""

    rows: int
    hash: str
    broken_at: int | None


@dataclass(frozen=True)
class Manifest:
    """What a copy says about itself."""

    format: int
    belay: str
    schema: str
    database: str
    created_at: datetime
    key_check: str
    audit: AuditState
    tables: tuple[TablePart, ...]
    attachments: tuple[FilePart, ...]

    @property
    def rows(self) -> int:
        """Return how many rows the copy holds."""
        return sum(table.rows for table in self.tables)

    def dump(self) -> bytes:
        """Return the manifest as JSON, for people too."""
        return json.dumps(asdict(self), indent=1, default=lambda moment: moment.isoformat()).encode("utf-8")

    @classmethod
    def parse(cls, content: bytes) -> Manifest:
        """Read a manifest of our format. DamagedError when it is none."""
        try:
            return _manifest(json.loads(content))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise DamagedError("its manifest cannot be read") from error


def _manifest(found: dict[str, Any]) -> Manifest:
    audit = found["audit"]
    tables = tuple(
        TablePart(
            _text(part["name"]),
            tuple((_text(name), _text(kind)) for name, kind in part["columns"]),
            _number(part["rows"]),
            _digest(part["sha256"]),
        )
        for part in found["tables"]
    )
    attachments = tuple(
        FilePart(_attachment(part["name"]), _number(part["size"]), _digest(part["sha256"]))
        for part in found["attachments"]
    )
    return Manifest(
        format=_number(found["format"]),
        belay=_text(found["belay"]),
        schema=_text(found["schema"]),
        database=_text(found["database"]),
        created_at=datetime.fromisoformat(found["created_at"]),
        key_check=_text(found["key_check"]),
        audit=AuditState(
            _number(audit["rows"]),
            _digest(audit["hash"]),
            None if audit["broken_at"] is None else _number(audit["broken_at"]),
        ),
        tables=tables,
        attachments=attachments,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("no number")
    return value


def _digest(value: object) -> str:
    if not DIGEST.fullmatch(_text(value)):
        raise ValueError("no digest")
    return _text(value)


def _attachment(value: object) -> str:
    if not ATTACHMENT.fullmatch(_text(value)):
        raise ValueError("no name of an attachment")
    return _text(value)
