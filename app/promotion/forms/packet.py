"""Forms of a packet: its words, the choice of pieces, and the few reasons that are asked for. Shape of input only."""

from __future__ import annotations

import uuid
from typing import Any

from wtforms import HiddenField, IntegerField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from app.domain.packets import ADDITION_LENGTH, EXCEPTION_LENGTH, LONGEST
from app.infra.forms import UNCUT, Form, StorableText, clean_text
from app.infra.single_values import take_several
from app.promotion.models import REASON_LENGTH, PacketPart
from app.promotion.models.cases import PACKET_WINDOW_LENGTH
from app.promotion.wording import PACKET_PART

MAX_SEQUENCE = 2**31 - 1
PIECES = "pieces"
take_several(PIECES)


class _AtMost:
    """Validator: no more characters than fit; the sentence says how many there are, and how many too many."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, form: Any, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Raise ValidationError that names the numbers."""
        del form
        length = len(field.data or "")
        if length > self.longest:
            raise ValidationError(
                f"“{field.label.text}” has {length} characters; at most {self.longest} fit. Shorten it by "
                f"{length - self.longest}."
            )


def _text(label: str, longest: int) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[clean_text],
        validators=[StorableText(), _AtMost(longest)],
        render_kw={**UNCUT, "data-counts": str(longest)},
    )


def _words(part: PacketPart, label: str = "") -> TextAreaField:
    return _text(label or PACKET_PART[part], LONGEST[part.value])


class _WrittenForm(Form):
    """Words that are kept while they are written: `window` and `sequence` tell one draft from another."""

    window = HiddenField(validators=[Length(max=PACKET_WINDOW_LENGTH), StorableText()])
    sequence = IntegerField(validators=[Optional(), NumberRange(0, MAX_SEQUENCE)])
    PARTS: tuple[PacketPart, ...] = ()

    def words(self) -> dict[PacketPart, str]:
        """Return what was written, by part; a part that was not sent is left out."""
        return {part: self[part.value].data or "" for part in self.PARTS if self[part.value].raw_data}

    def leave_faults_out(self) -> tuple[dict[PacketPart, str], str]:
        """Return the words that can be kept, and the first sentence on what cannot; for drafts of a script.

        One part that is too long keeps nothing else from being stored.
        """
        fault = next((text for field in self for text in field.errors), "")
        return {part: text for part, text in self.words().items() if not self[part.value].errors}, fault

    def is_frame_sound(self) -> bool:
        """Say whether what a script adds to a draft is in order."""
        return not self.window.errors and not self.sequence.errors


class PacketForm(_WrittenForm):
    """The candidate's words."""

    PARTS = (PacketPart.SUMMARY, PacketPart.IMPACT, PacketPart.HELPED)

    summary = _words(PacketPart.SUMMARY)
    impact = _words(PacketPart.IMPACT)
    helped = _words(PacketPart.HELPED)


class StatementForm(_WrittenForm):
    """The line manager's words."""

    PARTS = (PacketPart.STATEMENT,)

    statement = _words(PacketPart.STATEMENT, "Statement")


class PiecesForm(Form):
    """Pieces that are to be added, ticked in a list."""

    pieces = SelectMultipleField("Your shared evidence", validate_choice=False)

    def ids(self) -> list[uuid.UUID]:
        """Return what was ticked, in the order of the list; what is no id is left out."""
        return [found for text in self.pieces.data or () if (found := as_id(text)) is not None]


def as_id(text: str) -> uuid.UUID | None:
    """Return the id that a text is; None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


class ExceptionForm(Form):
    """Why somebody asks to be promoted despite an expectation."""

    reason = _text("Why the committee should promote you despite it", EXCEPTION_LENGTH)


class ReasonForm(Form):
    """A reason that the candidate reads."""

    reason = _text("Reason", REASON_LENGTH)


class AdditionForm(Form):
    """Something that is to stand beside a frozen packet, and why it comes late."""

    words = _text("What is to stand beside the packet", ADDITION_LENGTH)
    reason = _text("Why it comes late", REASON_LENGTH)
