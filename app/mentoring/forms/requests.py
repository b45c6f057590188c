"""Forms of requests: asking a mentor, asking back, answering, and saying no kindly."""

from __future__ import annotations

from wtforms import RadioField, SelectChoice, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.infra.forms import UNCUT, Form, StorableText, clean_text
from app.mentoring.wording import DECLINE_REASONS

WORDS_LENGTH = 2000
_TOO_LONG = f"Write at most {WORDS_LENGTH} characters."


class AskForm(Form):
    """What a mentee writes to a mentor, and for which goals."""

    goals = SelectMultipleField(
        "What you want help with",
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    words = TextAreaField(
        "Your words to them",
        filters=[clean_text],
        render_kw=UNCUT,
        validators=[
            DataRequired("Say in a sentence or two what you hope for."),
            Length(max=WORDS_LENGTH, message=_TOO_LONG),
            StorableText(),
        ],
    )


class WordsForm(Form):
    """A question of the mentor, or the mentee's answer to it."""

    words = TextAreaField(
        "Your words",
        filters=[clean_text],
        render_kw=UNCUT,
        validators=[
            DataRequired("Write what you want to say; the other one waits for your words."),
            Length(max=WORDS_LENGTH, message=_TOO_LONG),
            StorableText(),
        ],
    )


class DeclineForm(Form):
    """Why somebody says no, from a list, with words of their own where they have some."""

    because = RadioField(
        "Why",
        choices=[SelectChoice(code, words) for code, words in DECLINE_REASONS.items()],
        validate_choice=False,
        validators=[DataRequired("Choose one of the reasons; “I would rather not say” is one.")],
    )
    words = TextAreaField(
        "Anything you want to add",
        filters=[clean_text],
        render_kw=UNCUT,
        validators=[Length(max=WORDS_LENGTH, message=_TOO_LONG), StorableText()],
    )


class ActForm(Form):
    """An act without fields: agreeing, withdrawing."""
