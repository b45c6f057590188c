"""Forms of the people import: the shape of what HR sends."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import FileField, HiddenField, ValidationError
from wtforms.validators import InputRequired

from app.audit.actions import Author
from app.domain.errors import InvalidError
from app.domain.roster_faults import UNSEEN
from app.infra.forms import DayField, Form
from app.infra.table_file import MAX_BYTES, TableError, read_limited
from app.people.actions import importing
from app.people.forms import within_reach
from app.people.models import PeopleImport

MAX_NAME = 120
NO_FILE = "Choose the file first."


def tidy_name(name: str) -> str:
    r"""Return the name of an uploaded file without its folders, shortened, and with nothing in it that is unseen.

    >>> tidy_name("C:\\HR\\people.csv"), tidy_name("../../etc/pass\x00wd")
    ('people.csv', 'passwd')
    """
    bare = UNSEEN.sub("", PurePosixPath(PureWindowsPath(name).name).name)
    storable = "".join(char for char in bare if not "\ud800" <= char <= "\udfff").strip()
    return storable[-MAX_NAME:] or "people.csv"


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


class UploadForm(Form):
    """A people file, and the day from which its changes count. `replaces` is the faulty upload that it mends."""

    file = OneFileField("The file")
    from_on = DayField(
        "Changes count from", validators=[InputRequired("Say from which day the changes count."), within_reach]
    )
    replaces = HiddenField()

    def validate_file(self, field: OneFileField) -> None:
        """Refuse a form without a file, unless its fault is another one."""
        if field.data is None and not field.process_errors:
            raise ValidationError(NO_FILE)

    def upload(self, *, by: Author, at: datetime) -> PeopleImport | None:
        """Keep the file for its preview; None where it was refused, and then the form says why."""
        if not self.validate_on_submit() or self.file.data is None or self.from_on.data is None:
            return None
        return self.attempt(_keep, self.file.data, self.from_on.data, by, at)

    def replaced_id(self) -> uuid.UUID | None:
        """Return the upload that this one replaces; None when it replaces none."""
        try:
            return uuid.UUID(self.replaces.data or "")
        except ValueError:
            return None


def _keep(file: FileStorage, from_on: date, by: Author, at: datetime) -> PeopleImport:
    """Keep an uploaded file; InvalidError at the field when it is larger than the rules take."""
    try:
        content = read_limited(file.stream, MAX_BYTES)  # type: ignore[arg-type]
    except TableError as error:
        raise InvalidError(error.message, field="file") from error
    return importing.upload(content, tidy_name(file.filename or ""), from_on, by, at)
