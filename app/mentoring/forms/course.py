"""Forms of the course of a mentorship: pause, extension, early end. Shape of input only."""

from __future__ import annotations

from wtforms import SelectChoice, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from app.infra.forms import UNCUT, DayField, Form, StorableText, clean_text
from app.mentoring.models.mentorships import WORDS_LENGTH

TOO_LONG = f"At most {WORDS_LENGTH} characters fit. Shorten it a little."


class PauseForm(Form):
    """Until which day a mentorship rests; empty until one of the two goes on."""

    resumes_on = DayField("Until which day", validators=[Optional()])


class ExtendForm(Form):
    """By how many months a mentorship becomes longer."""

    months = SelectField("By how many months", coerce=int)

    def offer(self, most: int) -> None:
        """Offer one month and up to as many as are left."""
        self.months.choices = [SelectChoice(one, f"{one} month{'s' if one > 1 else ''}") for one in range(1, most + 1)]


class EndForm(Form):
    """Words for the other one, where somebody wants to leave some."""

    words = TextAreaField(
        "A word to the other one",
        filters=[clean_text],
        validators=[Length(max=WORDS_LENGTH, message=TOO_LONG), StorableText()],
        render_kw=UNCUT,
    )
