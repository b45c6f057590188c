"""What taking a file of evidence over would do: which drafts are new, and which pieces are there already."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import select

from app.domain.links import link_key
from app.domain.roster import Fault
from app.evidence.import_file import Entry, Reading, read_file
from app.evidence.models import Evidence, EvidenceLink
from app.evidence.queries.hrefs import page_of
from app.infra.db import db


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry whose link stands in a piece of the author's, whatever its state."""

    entry: Entry
    evidence_id: uuid.UUID
    ref: str
    title: str

    @property
    def href(self) -> str:
        """Return the address of the piece."""
        return page_of(self.evidence_id)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a file would do for one author. With faults, it would do nothing."""

    reading: Reading
    new: tuple[Entry, ...]
    known: tuple[KnownEntry, ...]

    @property
    def faults(self) -> Sequence[Fault]:
        """Return the first faults, in the order of rows."""
        return self.reading.faults

    @property
    def digest(self) -> str:
        """Return what is another one when other pieces would be added."""
        return sha256("\n".join(repr(entry) for entry in self.new).encode("utf-8", "replace")).hexdigest()


def plan_import(subject_id: uuid.UUID, content: bytes, today: date) -> ImportPlan:
    """Return what a file would do for an author; faults are in the plan, never raised."""
    reading = read_file(content, today)
    there = _pieces_by_link(subject_id) if reading.entries else {}
    known = [KnownEntry(entry, *there[entry.key]) for entry in reading.entries if entry.key in there]
    return ImportPlan(reading, tuple(entry for entry in reading.entries if entry.key not in there), tuple(known))


def _pieces_by_link(subject_id: uuid.UUID) -> dict[str, tuple[uuid.UUID, str, str]]:
    """Return the pieces of an author by each of their links: drafts, shared and withdrawn ones."""
    rows = db.session.execute(
        select(EvidenceLink.url, Evidence.id, Evidence.number, Evidence.title)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(Evidence.subject_id == subject_id)
        .order_by(Evidence.number.desc(), EvidenceLink.id)
    )
    return {link_key(url): (piece_id, f"E-{number}", title) for url, piece_id, number, title in rows}
