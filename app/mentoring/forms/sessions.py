"""Forms of sessions: when and where, on which day it took place, and what becomes evidence. Shape of input only."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from typing import Any

from wtforms import IntegerField, SelectMultipleField, StringField, TimeField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.infra.clock import moment
from app.infra.forms import UNCUT, DayField, Form, StorableText, clean_line
from app.infra.single_values import take_several
from app.mentoring.actions.sessions import Plan
from app.mentoring.forms.notes import PartForm

PLACE_LENGTH = 200
TITLE_LENGTH = 200
MOST_DIGITS = 9
"""As many as the column holds; how long a session may be is the action's to say."""
take_several("notes", "expectations")


class ClockField(TimeField):  # type: ignore[misc]
    """A time of day. What is none is refused in a whole sentence, and what was typed stays."""

    data: time | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a time as browsers send it; an empty field is None."""
        text = "".join(valuelist).strip()
        self.data = None
        if not text:
            return
        try:
            self.data = time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError as error:
            raise ValidationError("This is no time of day; write it as 14:30.") from error

    def _value(self) -> str:
        """Return what stands in the field when the page is shown again."""
        if self.raw_data:
            return "".join(char for char in " ".join(self.raw_data) if char.isprintable())
        return f"{self.data:%H:%M}" if self.data else ""


class MinutesField(IntegerField):  # type: ignore[misc]
    """A number of minutes. What is none is refused in a whole sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a short number; nothing else is one."""
        text = "".join(valuelist).strip()
        self.data = None
        if not text:
            return
        if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
            raise ValidationError("Write the minutes as a number, such as 60.")
        self.data = int(text)

    def _value(self) -> str:
        """Return what stands in the field when the page is shown again."""
        if self.raw_data:
            return "".join(char for char in " ".join(self.raw_data) if char.isprintable())
        return str(self.data) if self.data is not None else ""


class PlanForm(Form):
    """When and where two people meet."""

    day = DayField("Day", validators=[InputRequired("Choose a day.")])
    time = ClockField("Time", validators=[InputRequired("Choose a time.")])
    minutes = MinutesField("Minutes", validators=[InputRequired("Say how long it takes, in minutes.")])
    place = StringField(
        "Place",
        filters=[clean_line],
        render_kw=UNCUT,
        validators=[
            Length(max=PLACE_LENGTH, message=f"The place has at most {PLACE_LENGTH} characters."),
            StorableText(),
        ],
    )

    def plan(self) -> Plan:
        """Return what was chosen; only after the form was checked."""
        starts_at: datetime = moment(self.day.data, self.time.data or time())
        return Plan(starts_at, self.minutes.data or 0, self.place.data or "")


class HeldForm(PartForm):
    """On which day a session took place."""

    held_on = DayField("It took place on", validators=[InputRequired("Say on which day it took place.")])


def _ticks(label: str) -> SelectMultipleField:
    return SelectMultipleField(
        label, validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


class SessionEvidenceForm(Form):
    """What becomes a draft of evidence: its title, what it shows, and which of one's own words are copied."""

    title = StringField(
        "What happened, in one line",
        filters=[clean_line],
        render_kw=UNCUT,
        validators=[
            DataRequired("Write one line that says what happened."),
            Length(max=TITLE_LENGTH, message=f"The line has at most {TITLE_LENGTH} characters."),
            StorableText(),
        ],
    )
    expectations = _ticks("What it shows")
    notes = _ticks("Words of yours to copy")

    def note_ids(self) -> list[uuid.UUID]:
        """Return the notes that were ticked; what is no id is left out."""
        return [found for text in self.notes.data or () if (found := _as_id(text)) is not None]


def _as_id(text: Any) -> uuid.UUID | None:  # noqa: ANN401 - what was sent
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
