"""Small files of every kind that may be attached to a piece, and adding them by the act of the product."""

from __future__ import annotations

import io
import struct
import zlib
from contextvars import Context
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.audit.actions import Author
from app.domain.evidence_file import checked_file
from app.evidence import actions
from app.evidence.models import Attachment, Evidence
from app.infra.unit_of_work import transaction
from tests.client import Client, Page
from tests.factories.evidence import AT


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
GOOD = {
    "graph.png": PNG,
    "board.jpg": JPEG,
    "board.jpeg": JPEG,
    "minutes.pdf": PDF,
    "notes.txt": b"Two options, five days ahead.\r\n",
    "notes.md": "# Notes\n\nGrüße, 山田\n".encode(),
    "rows.csv": b"\xef\xbb\xbfday,clinic\n2026-11-03,12\n",
}


def add_file(
    piece: Evidence, name: str = "notes.txt", content: bytes = b"Notes.\n", *, at: datetime = AT
) -> Attachment:
    """Add one file as the author of the piece."""
    with transaction():
        return actions.add_files(piece, [checked_file(name, content)], by=Author(piece.subject_id), at=at)[0]


def stored_files() -> list[Path]:
    """Return every file in the folder of attachments."""
    folder = current_app.config["SETTINGS"].data_dir / "attachments"
    return sorted(path for path in folder.rglob("*") if path.is_file())


def upload(client: Client, piece: Evidence, *files: tuple[str, bytes], **changed: Any) -> Page:
    """Send files from the page of a piece, as a browser would."""
    form = client.get(f"/evidence/{piece.id}").form(ending="/files")
    fields: dict[str, Any] = dict(form.with_values(**changed))
    return send_files(client, form.action, fields, *files)


def download(client: Client, row: Attachment, *, method: str = "GET") -> TestResponse:
    """Ask for a file; the answer is bare, for a picture is no page."""
    address = f"/evidence/files/{row.id}"
    # As the client does: a context of its own for each request.
    return Context().run(client.http.open, address, method=method)


def send_files(client: Client, address: str, fields: dict[str, Any], *files: tuple[str, bytes]) -> Page:
    """Send fields and files to an address."""
    sent = {**fields, "files": [FileStorage(io.BytesIO(content), filename=name) for name, content in files]}
    boundary, body = encode_multipart(sent)
    return client._open("POST", address, data=body, content_type=f"multipart/form-data; boundary={boundary}")
