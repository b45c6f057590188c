"""The few files that people of the example company have added to their evidence: small, and the same every time."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cli.seed.plan import PlannedEvidence
from app.domain.evidence_file import checked_file
from app.evidence import attachments

_MINUTES = """# Ledger schema, minutes

Present: Billing, Records, Platform.

**Decided:** one entry per payer.

| option | what spoke against it |
| --- | --- |
| a table per insurer | a bill with two insurers lives in two places |
| one entry per payer | the keys are longer |

Left open: the keys. Amara and Henrik prepare them.
"""
_CALLERS = """module,callers before,callers after
invoices,14,0
refunds,9,0
deposits,7,0
statements,6,0
reminders,4,0
imports,3,0
reports,3,0
fixtures,2,0
admin,1,0
"""
_BARS = (41, 38, 36, 31, 24, 17, 9, 6)
_GAP = 3


def _graph() -> bytes:
    """Return a picture of falling bars, 160 by 64 points, in shades of grey."""
    width, height = 160, 64
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            bar, within = divmod(x, width // len(_BARS))
            is_ink = _GAP <= within < width // len(_BARS) - _GAP and height - y <= _BARS[bar] + 6
            rows.append(60 if is_ink else 245)
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(rows), 9)),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _page(*lines: str) -> bytes:
    """Return a PDF document of one page with some lines."""
    text = b"BT /F1 12 Tf 56 780 Td 18 TL " + b" ".join(f"({line}) Tj T*".encode("ascii") for line in lines) + b" ET"
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    held, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(held))
        held += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(held),
    )
    return held + end


FILES: Mapping[tuple[str, int], tuple[tuple[str, Callable[[], bytes]], ...]] = {
    ("amara", 61): (("ledger-schema-minutes.md", _MINUTES.encode),),
    ("amara", 58): (
        ("split-payments-one-page.pdf", lambda: _page("Split payments across two insurers", "", "The second option:",
            "the allocation step leaves the invoice service,", "and refunds and deposits use the same one.")),
    ),
    ("amara", 37): (("callers-by-module.csv", _CALLERS.encode), ("callers-by-week.png", _graph)),
}  # fmt: skip
"""By author and number of the piece: names, and how each content is made."""


def file_rows(
    session: Session, piece: PlannedEvidence, evidence_id: UUID, key: Callable[..., UUID]
) -> Iterator[dict[str, Any]]:
    """Store the contents of a piece's files and return their rows; they were there when the piece was logged."""
    for name, make in FILES.get((piece.author_key, piece.number), ()):
        file = checked_file(name, make())
        own = key("attachment", piece.author_key, piece.number, name)
        stored_as = f"{own.hex[:2]}/{own.hex[2:]}"
        # The same company made anew in the same folder has the same files.
        if not attachments.path_of(stored_as).exists():
            attachments.keep(session, file.content, stored_as)
        yield {
            "id": own,
            "evidence_id": evidence_id,
            "name": file.name,
            "media_type": file.media_type,
            "size": len(file.content),
            "sha256": sha256(file.content).hexdigest(),
            "stored_as": stored_as,
            "added_at": piece.logged_at,
        }
