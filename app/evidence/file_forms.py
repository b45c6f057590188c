"""The form that adds files to a piece: the shape of what an author sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField

from app.audit.actions import Author
from app.domain.errors import InvalidError
from app.domain.evidence_file import (
    ENDINGS,
    MEDIA_TYPES,
    MEGABYTE,
    MOST_BYTES,
    MOST_FILES,
    EvidenceFile,
    FileTooLargeError,
    checked_file,
)
from app.evidence import actions
from app.evidence.attachments import StorageError
from app.evidence.models import Attachment, Evidence
from app.infra.forms import UNPROCESSABLE, Form

NO_FILE = "Choose a file first."
NOT_STORED = (
    "The server could not store this: its disk is full or does not answer. Nothing was added; whoever looks after "
    "Belay can help."
)
TOO_LARGE, UNAVAILABLE = 413, 503


class FilesField(MultipleFileField):  # type: ignore[misc]
    """Several uploaded files; an empty choice is no file."""

    data: list[FileStorage]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the files that were chosen."""
        self.data = [one for one in valuelist if isinstance(one, FileStorage) and one.filename]


class FilesForm(Form):
    """The files that somebody adds to a piece, all of them or none."""

    files = FilesField("Choose files")
    refused_with = UNPROCESSABLE
    most_files, most_bytes = MOST_FILES, MOST_BYTES
    hint = f"{ENDINGS}; at most {MOST_BYTES // MEGABYTE} MB together, and {MOST_FILES} files on a piece."
    too_large = (
        f"Together these are more than {MOST_BYTES // MEGABYTE} MB, so nothing was sent. Add fewer at once, or smaller "
        "ones."
    )
    accept = ",".join(f".{ending}" for ending in MEDIA_TYPES)

    @property
    def status(self) -> int:
        """Return the status of the page that shows this form, by what kept the files away."""
        return self.refused_with if self.is_submitted() else 200

    def attach(self, piece: Evidence, *, by: Author, at: datetime) -> Sequence[Attachment] | None:
        """Add the files; None where they were refused, and then the form says why, file by file."""
        checked = [file for one in self.files.data or [] if (file := self._checked(one)) is not None]
        if not self.files.data:
            self._refuse(NO_FILE)
        if self.files.errors:
            return None
        try:
            return self.attempt(actions.add_files, piece, checked, by=by, at=at)
        except StorageError:
            self._refuse(NOT_STORED, UNAVAILABLE)
            return None

    def _checked(self, sent: FileStorage) -> EvidenceFile | None:
        try:
            return checked_file(sent.filename or "", sent.stream.read(MOST_BYTES + 1))
        except FileTooLargeError as refusal:
            self._refuse(refusal.message, TOO_LARGE)
        except InvalidError as refusal:
            self._refuse(refusal.message)
        return None

    def _refuse(self, sentence: str, status: int = UNPROCESSABLE) -> None:
        self.files.errors = [*self.files.errors, sentence]
        if status != UNPROCESSABLE:
            self.refused_with = status
