"""The files of a piece: for its page, for the policy, and for the sweep of what no row names."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.domain.errors import MissingError
from app.domain.evidence_file import KIND_NAMES, ending_of, size_words
from app.evidence.models import Attachment, Evidence
from app.infra.clock import local
from app.infra.db import db

ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file as the policy sees it: it is the piece, submitted on the day from which others could read the file.

    A former line manager so reads what was added in their time and nothing later. `id` is that of the piece, for a
    colleague is asked about the piece and not about a file.
    """

    row: Attachment
    piece: Evidence

    @property
    def id(self) -> uuid.UUID:
        """Return the id of the piece."""
        return self.piece.id

    @property
    def subject_id(self) -> uuid.UUID:
        """Return the author of the piece."""
        return self.piece.subject_id

    @property
    def is_draft(self) -> bool:
        """Say whether the piece has never been shared."""
        return self.piece.is_draft

    @property
    def is_shared(self) -> bool:
        """Say whether the piece is shared now."""
        return self.piece.is_shared

    @property
    def was_shared(self) -> bool:
        """Say whether the piece is or was shared."""
        return self.piece.was_shared

    @property
    def submitted_on(self) -> date | None:
        """Return the day of sharing, or the day on which the file was added if that is later; None for a draft."""
        shared_on = self.piece.submitted_on
        return shared_on and max(shared_on, local(self.row.added_at).date())


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file in the list of a piece."""

    id: uuid.UUID
    name: str
    kind: str
    size: str
    added_at: datetime

    @property
    def href(self) -> str:
        """Return the address of the download."""
        return f"/evidence/files/{self.id}"


def get_attached_file(file_id: uuid.UUID) -> AttachedFile:
    """Return a file with its piece; MissingError when there is none of that id."""
    found = db.session.execute(
        select(Attachment, Evidence)
        .join(Evidence, Evidence.id == Attachment.evidence_id)
        .where(Attachment.id == file_id)
    ).one_or_none()
    if found is None:
        raise MissingError
    return AttachedFile(*found)


def list_attachments(evidence_id: uuid.UUID) -> Sequence[Attachment]:
    """Return the files of a piece, the first one first."""
    rows = select(Attachment).where(Attachment.evidence_id == evidence_id)
    return db.session.scalars(rows.order_by(Attachment.added_at, Attachment.name, Attachment.id)).all()


def list_shown_files(piece: Evidence, may_read: Callable[[AttachedFile], bool] | None = None) -> list[ShownFile]:
    """Return the files of a piece as its page lists them.

    `may_read` decides for a reader to whom not all of the piece belongs. Files of the same day are decided alike.
    """
    rows = list_attachments(piece.id)
    if may_read is not None:
        files = [AttachedFile(row, piece) for row in rows]
        days = {one.submitted_on: one for one in files}
        readable = {day for day, one in days.items() if may_read(one)}
        rows = [one.row for one in files if one.submitted_on in readable]
    return [ShownFile(row.id, row.name, _kind_of(row), size_words(row.size), row.added_at) for row in rows]


def _kind_of(row: Attachment) -> str:
    """Return what sort of file it is, as a line begins with it."""
    name = KIND_NAMES[ending_of(row.name)]
    return f"{name[0].upper()}{name[1:]}"


def which_are_named(stored_as: Sequence[str]) -> set[str]:
    """Return those of some stored names that rows name."""
    found: set[str] = set()
    for start in range(0, len(stored_as), ASKED_AT_ONCE):
        some = stored_as[start : start + ASKED_AT_ONCE]
        rows = select(Attachment.stored_as).where(Attachment.stored_as.in_(some)).order_by(Attachment.stored_as)
        found |= set(db.session.scalars(rows))
    return found
