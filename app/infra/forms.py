"""The base of all forms: shape of input only, and the way a broken rule finds its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ParamSpec, TypeVar

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField
from wtforms.validators import ValidationError

from app.domain.errors import IncompleteError, InvalidError

P = ParamSpec("P")
T = TypeVar("T")
UNPROCESSABLE = 422
UNCUT = {"maxlength": False}
"""For `render_kw` of a field of words: a browser cuts what is pasted at `maxlength` and says nothing of it. Without it
the whole text comes in, stays in its field, and the refusal names the limit."""


class Form(FlaskForm):  # type: ignore[misc]
    """A form. Forgery protection and the idempotency key are the form macro's and the application's, not a field's."""

    class Meta:
        """Switch the library's own token off: `app.infra.csrf` checks every request."""

        csrf = False

    version = HiddenField()

    def row_version(self) -> int:
        """Return the version of the row that the form was filled from; 0 when the form carries none."""
        return version_number(self.version.data)

    def attempt(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Carry out an act; where a rule says no, the sentence lands on its field, else above the form."""
        try:
            return act(*args, **kwargs)
        except (InvalidError, IncompleteError) as refusal:
            field = self._fields.get(refusal.field) if refusal.field else None
            if field is None:
                self.form_errors.append(refusal.message)
            else:
                field.errors = [*field.errors, refusal.message]
            return None

    @property
    def status(self) -> int:
        """Return the status of the page that shows this form: 422 once it was sent and refused."""
        return UNPROCESSABLE if self.is_submitted() else 200


def version_number(text: str | None) -> int:
    """Return the version that a request carries as text; 0 where it is none."""
    digits = (text or "").strip()
    # Signs such as “²” count as digits too, and are none that `int` reads.
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0  # noqa: PLR2004 - none so long


def clean_line(text: str | None) -> str:
    """Return a line without surrounding space; filters run before the data is there, so None is empty."""
    return " ".join((text or "").split())


def clean_text(text: str | None) -> str:
    """Return a text with plain line ends and no space around it."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


class StorableText:
    """Validator: no NUL, no lone surrogate, no invisible direction change; databases and readers trip over them."""

    FORBIDDEN = frozenset("\x00\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

    def __call__(self, form: Any, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Raise ValidationError that says what to take out."""
        del form
        text = field.data or ""
        if any(char in self.FORBIDDEN or "\ud800" <= char <= "\udfff" for char in text):
            raise ValidationError("Take out the invisible control characters, for instance by typing the text anew.")


class DayField(DateField):  # type: ignore[misc]
    """A calendar day. What is none is refused in a whole sentence, and what was typed stays, as far as it can be seen.

    No text of a day holds a control character or a lone surrogate; HTML may not repeat them, so the page leaves them
    out.
    """

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a day as browsers send it; an empty field is None."""
        text = "".join(valuelist).strip()
        self.data = None
        if not text:
            return
        try:
            self.data = date.fromisoformat(text)
        except ValueError as error:
            raise ValidationError("This is no day; write it as 2026-11-21.") from error

    def _value(self) -> str:
        """Return what stands in the field when the page is shown again."""
        if self.raw_data:
            return "".join(char for char in " ".join(self.raw_data) if char.isprintable())
        return self.data.isoformat() if self.data else ""
