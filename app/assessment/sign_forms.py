"""Forms of the result: a joint note, a signature, and why somebody does not sign."""

from __future__ import annotations

from typing import Any

from flask import request
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from app.assessment.actions import NOTE_FIELD, NoteDraft, note_field
from app.assessment.models import NOTE_LENGTH
from app.assessment.models.signing import REASON_LENGTH
from app.infra.forms import UNCUT, Form, StorableText, clean_text

ID_LENGTH, DIGEST_LENGTH, MOST_NOTES = 90, 64, 300
SHOWN = "shown-"
"""Beginning of the name of the field that says what the page had put into a note."""


class NotesForm(Form):
    """All joint notes of an assessment. The fields are added for each that was sent, see `notes_form`."""

    def words_of(self, key: str) -> str | None:
        """Return what was typed into the field of a note; None where it was not sent."""
        field = self._fields.get(note_field(key))
        return None if field is None else str(field.data or "")

    def errors_of(self, key: str) -> list[str]:
        """Return what is wrong with a note."""
        field = self._fields.get(note_field(key))
        return [] if field is None else list(field.errors)

    def drafts(self) -> dict[str, NoteDraft]:
        """Return what was sent, by expectation."""
        return {
            key: NoteDraft(self.words_of(key) or "", self._fields[f"{SHOWN}{note_field(key)}"].data or "")
            for key in map(_key_of, self._fields)
            if key is not None
        }


def _key_of(name: str) -> str | None:
    """Return the expectation of a field that holds a note, empty for the whole; None for any other field."""
    if not name.startswith(NOTE_FIELD):
        return None
    key = name.removeprefix(NOTE_FIELD)
    return "" if key == "whole" else key


def notes_form() -> NotesForm:
    """Return the form of the notes that were sent."""
    fields: dict[str, Any] = {}
    for name in [one for one in request.form if _key_of(one) is not None and len(one) <= ID_LENGTH][:MOST_NOTES]:
        fields[name] = TextAreaField(
            "What you agree on",
            validators=[
                Length(max=NOTE_LENGTH, message=f"A note has at most {NOTE_LENGTH} characters."),
                StorableText(),
            ],
            filters=[clean_text],
        )
        fields[f"{SHOWN}{name}"] = HiddenField(validators=[Length(max=DIGEST_LENGTH)])
    form_class: type[NotesForm] = type("SentNotesForm", (NotesForm,), fields)
    return form_class()


class SignForm(Form):
    """A signature. `seen` is the digest of what the page showed."""

    seen = HiddenField(validators=[Length(max=DIGEST_LENGTH), StorableText()], filters=[lambda text: text or ""])


class RefuseForm(SignForm):
    """Why somebody does not sign."""

    reason = TextAreaField(
        "I do not sign, because",
        validators=[
            Length(max=REASON_LENGTH, message=f"The reason has at most {REASON_LENGTH} characters."),
            StorableText(),
        ],
        filters=[clean_text],
        render_kw=UNCUT,
    )
