"""Forms of the result: a joint note, a signature, and why somebody does not sign."""

from __future__ import annotations

from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from app.assessment.models import NOTE_LENGTH
from app.assessment.models.signing import REASON_LENGTH
from app.infra.forms import Form, StorableText, clean_text

ID_LENGTH, DIGEST_LENGTH = 80, 64


class NoteForm(Form):
    """One joint note; without an expectation it is the one on the whole."""

    expectation = HiddenField(validators=[Length(max=ID_LENGTH), StorableText()], filters=[lambda text: text or ""])
    words = TextAreaField(
        "What you agree on",
        validators=[Length(max=NOTE_LENGTH, message=f"A note has at most {NOTE_LENGTH} characters."), StorableText()],
        filters=[clean_text],
    )


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
    )
