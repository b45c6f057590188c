"""Forms of what a pair writes: shared notes, notes of one's own, and actions. Shape of input only."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from wtforms import HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import AnyOf, Length, NumberRange, Optional, ValidationError

from app.domain.mentorship import PairSide
from app.infra.forms import UNCUT, DayField, Form, StorableText, clean_line, clean_text
from app.mentoring.models import NoteKind
from app.mentoring.models.mentorships import WINDOW_LENGTH

MAX_SEQUENCE = 2**31 - 1


class PartForm(Form):
    """One of several forms of a page: it was sent only where it was filled from the request."""

    def is_submitted(self) -> bool:
        """Say whether this form was sent, and not another one of the same page."""
        return self.version.raw_data is not None


class NoteForm(PartForm):
    """An agenda point or a shared note."""

    words = TextAreaField("Your words", filters=[clean_text], render_kw=UNCUT, validators=[StorableText()])
    kind = HiddenField(validators=[Optional(), AnyOf([one.value for one in NoteKind])])

    def note_kind(self) -> NoteKind:
        """Return which of the two it is; a shared note where the form does not say."""
        return NoteKind(self.kind.data) if self.kind.data else NoteKind.NOTE


class PrivateForm(PartForm):
    """A note of one's own: `window` and `sequence` tell one draft from another."""

    words = TextAreaField("Your private note", filters=[clean_text], render_kw=UNCUT, validators=[StorableText()])
    window = HiddenField(validators=[Length(max=WINDOW_LENGTH), StorableText()])
    sequence = IntegerField(validators=[Optional(), NumberRange(0, MAX_SEQUENCE)])

    def first_error(self) -> str:
        """Return the first sentence on what is wrong, for a script that shows one line."""
        return next((str(text) for field in self for text in field.errors), "")


class ActionForm(PartForm):
    """What one of the two means to do."""

    words = StringField("What is to be done", filters=[clean_line], render_kw=UNCUT, validators=[StorableText()])
    owner = RadioField("Who does it", validate_choice=False)
    due_on = DayField("Due")
    came_from = HiddenField()

    def side(self) -> PairSide | None:
        """Return who is to do it; None where nobody was chosen."""
        return PairSide(self.owner.data) if self.owner.data in set(PairSide) else None

    def validate_owner(self, field: RadioField) -> None:
        """Refuse an action that nobody is to do."""
        if field.data not in set(PairSide):
            raise ValidationError("Say who does it.")

    def refuse(self, faults: Mapping[str, str]) -> None:
        """Put every fault at its field, but where something is wrong with what was sent already."""
        for name, words in faults.items():
            field = self._fields[name]
            field.errors = field.errors or [words]


class ChosenActionForm(Form):
    """Which action is ticked, and from which page."""

    action = HiddenField()
    came_from = HiddenField()

    def action_id(self) -> uuid.UUID | None:
        """Return the action that was chosen; None where what was sent is no id."""
        return as_id(self.action.data)


def as_id(text: str | None) -> uuid.UUID | None:
    """Return the id that a text is; None where it is none."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
