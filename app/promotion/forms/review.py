"""Forms of reviewing: one rating as a draft, and a later change with its reason."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from app.domain.committee import CommitteeRating
from app.infra.forms import UNCUT, Form, StorableText, clean_line, clean_text
from app.promotion.models import REASON_LENGTH, WINDOW_LENGTH

RATIONALE_LENGTH = 4000
MISSING_LENGTH = 2000
MAX_SEQUENCE = 2**31 - 1
NEXT, PREVIOUS, STAY = "next", "previous", "stay"


def _longest(length: int) -> Length:
    return Length(max=length, message=f"Write at most {length} characters.")


class RatingForm(Form):
    """What a reviewer puts down for one expectation. A draft may lack anything; the rest is asked when handing in.

    `go` says where the page leads afterwards: `next`, `previous`, `stay`, or the number of an expectation. `cite` is
    the number of a piece that a button adds to the words where no script puts it at the cursor.
    """

    rating = StringField("Your rating", filters=[clean_line])
    rationale = TextAreaField(
        "Why", filters=[clean_text], validators=[_longest(RATIONALE_LENGTH), StorableText()], render_kw=UNCUT
    )
    missing = TextAreaField(
        "What is missing", filters=[clean_text], validators=[_longest(MISSING_LENGTH), StorableText()], render_kw=UNCUT
    )
    window = HiddenField(validators=[Length(max=WINDOW_LENGTH), StorableText()])
    sequence = IntegerField(validators=[Optional(), NumberRange(0, MAX_SEQUENCE)])
    go = HiddenField()
    cite = HiddenField()

    def validate_rating(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse what is none of the five answers; none at all is a draft that is not rated yet."""
        if field.data and field.data not in set(CommitteeRating):
            raise ValidationError("Choose one of the five answers.")

    @property
    def chosen(self) -> CommitteeRating | None:
        """Return the rating that was chosen; None where there is none."""
        return CommitteeRating(self.rating.data) if self.rating.data else None

    def words_with_citation(self, pieces: int) -> str:
        """Return the words, with the piece whose button was pressed at their end."""
        words = self.rationale.data or ""
        number = str(self.cite.data or "")
        is_piece = number.isascii() and number.isdigit() and 0 < int(number[:6]) <= pieces
        return f"{words} E{int(number)}".strip() if is_piece else words

    def first_error(self) -> str:
        """Return one sentence on what is wrong, for a script that shows one line."""
        return next((str(text) for texts in self.errors.values() for text in texts), "This is no rating of this page.")


class ChangedRatingForm(RatingForm):
    """A later rating of one's own, with the reason why it differs."""

    reason = TextAreaField(
        "Why it changes",
        filters=[clean_text],
        validators=[
            DataRequired("Say why it changes: the first rating stays beside it."),
            _longest(REASON_LENGTH),
            StorableText(),
        ],
        render_kw=UNCUT,
    )

    def validate_rating(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Ask for one of the five answers."""
        if field.data not in set(CommitteeRating):
            raise ValidationError("Choose one of the five answers.")
