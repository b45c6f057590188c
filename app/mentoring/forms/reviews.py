"""Forms of looking back: a text for each question, and what became of a goal. Shape of input only."""

from __future__ import annotations

from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length

from app.infra.forms import UNCUT, Form, StorableText, clean_text
from app.mentoring.forms.course import TOO_LONG
from app.mentoring.models import GoalOutcome, ReviewKind
from app.mentoring.models.mentorships import WORDS_LENGTH
from app.mentoring.wording import OUTCOME, QUESTIONS


def _answer(kind: ReviewKind, place: int) -> TextAreaField:
    return TextAreaField(
        QUESTIONS[kind][place].text,
        filters=[clean_text],
        validators=[Length(max=WORDS_LENGTH, message=TOO_LONG), StorableText()],
        render_kw=UNCUT,
    )


class ReviewForm(Form):
    """The answers of one of the two, in the order of the questions."""

    @property
    def asked(self) -> list[TextAreaField]:
        """Return the fields of the questions."""
        return [field for name, field in self._fields.items() if name.startswith("answer_")]

    def answers(self) -> list[str]:
        """Return what was written, in the order of the questions; empty where nothing was."""
        return [field.data or "" for field in self.asked]

    def fill(self, answers: list[str]) -> None:
        """Show what was kept before, unless the form was sent just now."""
        for field, text in zip(self.asked, answers, strict=False):
            field.data = text


class MidPointForm(ReviewForm):
    """The three questions at the mid-point."""

    answer_1 = _answer(ReviewKind.MID_POINT, 0)
    answer_2 = _answer(ReviewKind.MID_POINT, 1)
    answer_3 = _answer(ReviewKind.MID_POINT, 2)


class ClosingForm(ReviewForm):
    """The four questions of the end."""

    answer_1 = _answer(ReviewKind.CLOSING, 0)
    answer_2 = _answer(ReviewKind.CLOSING, 1)
    answer_3 = _answer(ReviewKind.CLOSING, 2)
    answer_4 = _answer(ReviewKind.CLOSING, 3)


class OutcomeForm(Form):
    """What became of one goal."""

    outcome = RadioField(
        "What became of it",
        choices=[SelectChoice(one.value, OUTCOME[one]) for one in GoalOutcome],
        validators=[InputRequired("Choose what became of the goal.")],
    )
