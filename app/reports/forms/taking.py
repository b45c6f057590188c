"""The form by which somebody takes a report out."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, StringField
from wtforms.validators import Length

from app.infra.forms import UNCUT, Form, StorableText, clean_line
from app.reports.models import REASON_LENGTH, FileFormat


class TakeForm(Form):
    """What kind of file, and what for. The filters travel beside it, and the reason is asked for by the action."""

    format = RadioField(
        "File", choices=[SelectChoice(one.value, one.label) for one in FileFormat], default=FileFormat.CSV.value
    )
    reason = StringField(
        "What is it for?",
        filters=[clean_line],
        validators=[Length(max=REASON_LENGTH, message=f"At most {REASON_LENGTH} characters."), StorableText()],
        render_kw=UNCUT,
    )
    mark = BooleanField("Begin a CSV with the mark by which Excel knows its letters")
    outside = BooleanField("It leaves the company")
    table = HiddenField()

    @property
    def kind(self) -> FileFormat:
        """Return the kind of file that was chosen."""
        return FileFormat(self.format.data)
