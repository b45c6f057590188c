"""Adding files to a piece and taking them off again.

A file is part of what a colleague reads: on a shared piece, adding or removing one is a change, after which an earlier
answer no longer counts, as after a change of the text.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm.attributes import flag_modified

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.evidence import EvidenceState
from app.domain.evidence_file import FIELD, MOST_FILES, EvidenceFile
from app.evidence import attachments
from app.evidence.models import Attachment, Evidence
from app.evidence.queries import lock_evidence
from app.evidence.queries.attachments import get_attached_file, list_attachments
from app.infra.db import db
from app.infra.unit_of_work import touch


def add_files(
    piece: Evidence,
    files: Sequence[EvidenceFile],
    *,
    by: Author,
    at: datetime,
    new_name: Callable[[], str] = attachments.new_name,
) -> list[Attachment]:
    """Add files to a draft or a shared piece: all of them or none.

    InvalidError where the piece has too many, or the very same file already; NotAllowedNowError on a withdrawn piece;
    `attachments.StorageError` when the disk does not take one.
    """
    piece = lock_evidence(piece)
    _check_may_change(piece)
    there = list_attachments(piece.id)
    _check_number(len(there), len(files))
    digests = [sha256(file.content).hexdigest() for file in files]
    _check_repetition(files, digests, {(row.name, row.sha256) for row in there})
    rows = []
    for file, digest in zip(files, digests, strict=True):
        stored_as = new_name()
        attachments.keep(db.session(), file.content, stored_as)
        rows.append(
            Attachment(
                id=uuid.uuid4(),
                evidence_id=piece.id,
                name=file.name,
                media_type=file.media_type,
                size=len(file.content),
                sha256=digest,
                stored_as=stored_as,
                added_at=at,
            )
        )
    db.session.add_all(rows)
    db.session.flush()
    _mark_changed(piece, at)
    for row in rows:
        _note(Tag.ATTACHMENT_ADDED, piece, row, by=by, at=at, size=row.size, media_type=row.media_type)
    return rows


def _check_number(there: int, more: int) -> None:
    if there + more > MOST_FILES:
        has = f"this one has {there}" if there else "this one has none yet"
        raise InvalidError(f"A piece has at most {MOST_FILES} files; {has}, and {more} were chosen.", field=FIELD)


def _check_repetition(files: Sequence[EvidenceFile], digests: Sequence[str], there: set[tuple[str, str]]) -> None:
    seen = set(there)
    for file, digest in zip(files, digests, strict=True):
        if (file.name, digest) in seen:
            raise InvalidError(f"“{file.name}” is there already, with the same content.", field=FIELD)
        seen.add((file.name, digest))


def check_may_be_removed(piece: Evidence) -> None:
    """Raise NotAllowedNowError for a file of a withdrawn piece."""
    _check_may_change(piece)


def remove_file(file: Attachment, *, by: Author, at: datetime) -> None:
    """Take a file off its piece, and its content off the disk. NotAllowedNowError on a withdrawn piece."""
    piece = lock_evidence(get_attached_file(file.id).piece)
    _check_may_change(piece)
    # Somebody may have removed it while the piece was waited for.
    row = get_attached_file(file.id).row
    attachments.remove_later(db.session(), [row.stored_as])
    db.session.delete(row)
    db.session.flush()
    _mark_changed(piece, at)
    _note(Tag.ATTACHMENT_REMOVED, piece, row, by=by, at=at)


def remove_contents(piece: Evidence) -> None:
    """Take the contents of all files of a piece off the disk, once the piece is discarded."""
    rows = list_attachments(piece.id)
    attachments.remove_later(db.session(), [row.stored_as for row in rows])
    for row in rows:
        db.session.delete(row)
    db.session.flush()


def _check_may_change(piece: Evidence) -> None:
    if piece.state is EvidenceState.WITHDRAWN:
        raise NotAllowedNowError("A withdrawn piece is not changed; restore it first.")


def _mark_changed(piece: Evidence, at: datetime) -> None:
    """Note that the piece is another one now; what was said of it was said of what it was."""
    answered = [row.answered_at for row in piece.corroborations if row.answered_at is not None]
    # Later than every answer, even when the machine's clock was put back in between.
    changed_at = max([at, *(one + timedelta(microseconds=1) for one in answered)])
    for claim in piece.claims:
        claim.changed_at = changed_at
    piece.changed_at = at
    flag_modified(piece, "changed_at")
    touch(piece.subject_id)
    db.session.flush()


def _note(tag: Tag, piece: Evidence, row: Attachment, *, by: Author, at: datetime, **details: object) -> None:
    log(tag, by=by, at=at, subject_id=piece.subject_id, object_id=piece.id, attachment=str(row.id), **details)
