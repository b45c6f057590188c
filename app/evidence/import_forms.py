"""Forms of the import of evidence: the file that an author sends, and the file as its preview carries it.

Nothing of a file is stored before it is taken over. Its preview carries it, packed, in the form that takes it over, and
what comes back is read anew: whoever changes it has sent another file.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import FileField, HiddenField, ValidationError

from app.evidence.import_file import MEGABYTE, MOST_BYTES
from app.infra.forms import UNPROCESSABLE, Form

MOST_CARRIED = 900_000
"""Characters that a form carries without being refused for its size."""
TOO_LARGE = 413


class OneFileField(FileField):  # type: ignore[misc]
    """One uploaded file; `data` is None when there is none."""

    data: FileStorage | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the file; refuse several, because only one could be looked at."""
        sent = [one for one in valuelist if isinstance(one, FileStorage) and one.filename]
        if len(sent) > 1:
            self.data = None
            raise ValidationError(f"{len(sent)} files were sent. Choose one.")
        self.data = sent[0] if sent else None


class ImportForm(Form):
    """A file of evidence."""

    file = OneFileField("The file")
    refused_with = UNPROCESSABLE

    @property
    def status(self) -> int:
        """Return the status of the page that shows this form."""
        return self.refused_with if self.is_submitted() else 200

    def content(self) -> bytes | None:
        """Return what was sent; None where it was refused, and then the form says why."""
        if not self.validate_on_submit():
            return None
        if self.file.data is None:
            self._refuse("Choose the file first.")
            return None
        content: bytes = self.file.data.stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            self.refused_with = TOO_LARGE
            self._refuse(f"The file is larger than {MOST_BYTES // MEGABYTE} MB. Split it by row.")
            return None
        if len(packed(content)) > MOST_CARRIED:
            self._refuse("The file holds too much text to look at in one go. Split it by row.")
            return None
        return content

    def _refuse(self, sentence: str) -> None:
        self.file.errors = [*self.file.errors, sentence]


class CarriedForm(Form):
    """A file that was looked at, as the preview carries it, and what the preview said would be added."""

    carried = HiddenField()
    digest = HiddenField()

    def content(self) -> bytes | None:
        """Return the file; None where what came back is none."""
        return unpacked(self.carried.data or "")


def packed(content: bytes) -> str:
    """Return a content as a form can carry it."""
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode("ascii")


def unpacked(text: str) -> bytes | None:
    """Return what was packed; None where it is not that, or more than a file may be.

    >>> unpacked(packed(b"kind,title")), unpacked("?"), unpacked("")
    (b'kind,title', None, None)
    """
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(base64.urlsafe_b64decode(text.encode("ascii")), MOST_BYTES + 1)
    except (ValueError, binascii.Error, zlib.error):
        return None
    return content if content and reader.eof and len(content) <= MOST_BYTES else None
