"""Forms of assessment: which level and by when, and a sheet of answers with a comment each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from flask import request
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from app.assessment.actions import Entry, UnansweredError, answer_name, words_name
from app.assessment.models import COMMENT_LENGTH, WINDOW_LENGTH
from app.domain.ladder import Ladder
from app.domain.rating import Answer
from app.infra.forms import DayField, Form, StorableText, clean_text

P = ParamSpec("P")
T = TypeVar("T")
ANSWER, WORDS = answer_name(""), words_name("")
MAX_ROWS = 400
MAX_SEQUENCE = 2**31 - 1
TOO_LONG = f"A comment has at most {COMMENT_LENGTH} characters."
NO_ANSWER = "Choose one of the answers."
MISSING = "Answer this one."


class TargetForm(Form):
    """Against which level to assess, and by when; empty for the usual ones."""

    target = SelectField("Against level", validate_choice=False, filters=[lambda text: (text or "").strip()])
    due_on = DayField("Both sides by")


class DueForm(Form):
    """By when both sides are asked for."""

    due_on = DayField("Both sides by")


class SheetForm(Form):
    """A whole sheet: one answer and one comment for each expectation that the page shows.

    The fields are named after expectations, so they are read from what was sent and not declared. `errors_of` maps
    the name of a field to its sentences.
    """

    window = HiddenField(validators=[Length(max=WINDOW_LENGTH), StorableText()])
    sequence = IntegerField(validators=[Optional(), NumberRange(0, MAX_SEQUENCE)])
    confirmed = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Read the answers and comments that were sent."""
        super().__init__(*args, **kwargs)
        self.errors_of: dict[str, list[str]] = {}
        sent = request.form
        self.answers = {name.removeprefix(ANSWER): sent[name] for name in sent if name.startswith(ANSWER)}
        self.words = {name.removeprefix(WORDS): clean_text(sent[name]) for name in sent if name.startswith(WORDS)}

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check every answer and every comment; the errors stand at their fields."""
        holds = bool(super().validate(extra_validators))
        if len(self.answers) + len(self.words) > MAX_ROWS:
            self.form_errors.append("These are more answers than a ladder has expectations.")
        for one, answer in self.answers.items():
            if answer not in set(Answer):
                self.errors_of[answer_name(one)] = [NO_ANSWER]
        for one, text in self.words.items():
            if fault := _fault_of(text, self):
                self.errors_of[words_name(one)] = [fault]
        return holds and not self.errors_of and not self.form_errors

    def first_error(self, ladder: Ladder) -> str:
        """Return one sentence on what is wrong and at which expectation, for a script that shows one line."""
        if self.form_errors:
            return str(self.form_errors[0])
        for name, texts in self.errors_of.items():
            one = name.removeprefix(ANSWER).removeprefix(WORDS)
            if ladder.has_expectation(one):
                return f"“{ladder.expectation(one).text.rstrip('.')}”: {texts[0][:1].lower()}{texts[0][1:]}"
        return "What was sent is not a sheet of this page."

    def leave_faults_out(self) -> bool:
        """Take out the answers and comments that were refused; return False where the sheet as a whole is at fault.

        For drafts that a script sends: one comment that is too long keeps nothing else from being stored. What was
        stored before for what is left out stays as it is.
        """
        if self.form_errors or any(field.errors for field in self):
            return False
        for name in self.errors_of:
            if name.startswith(ANSWER):
                self.answers.pop(name.removeprefix(ANSWER), None)
            else:
                self.words.pop(name.removeprefix(WORDS), None)
        return True

    def is_confirmed(self) -> bool:
        """Say whether the author has answered that both sides may open."""
        return bool(self.confirmed.data == "1")

    def sent(self) -> list[tuple[str, str]]:
        """Return the answers and comments as (name of the field, text), for a page that carries them on."""
        answers = [(answer_name(one), answer) for one, answer in self.answers.items()]
        return answers + [(words_name(one), text) for one, text in self.words.items()]

    def entries(self) -> dict[str, Entry]:
        """Return what the sheet says, by expectation."""
        return {
            one: Entry(Answer(self.answers[one]) if one in self.answers else None, self.words.get(one))
            for one in {**self.answers, **self.words}
        }

    def attempt(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Carry out an act; answers that are missing are named at their rows."""

        def noting(*inner: P.args, **more: P.kwargs) -> T | None:
            try:
                return act(*inner, **more)
            except UnansweredError as refusal:
                self.errors_of |= {answer_name(one): [MISSING] for one in refusal.expectation_ids}
                return None

        return super().attempt(noting, *args, **kwargs)


def _fault_of(text: str, form: Form) -> str:
    if len(text) > COMMENT_LENGTH:
        return TOO_LONG
    try:
        StorableText()(form, type("Words", (), {"data": text}))
    except ValidationError as fault:
        return str(fault)
    return ""
