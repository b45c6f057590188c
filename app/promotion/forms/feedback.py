"""Forms of feedback: what a colleague answers, and whom HR asks further."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from wtforms import Field, RadioField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.utils import unset_value
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.infra.forms import UNCUT, Form, StorableText, clean_line, clean_text
from app.promotion.actions.feedback import Answer, leaning_name, words_name
from app.promotion.models import REASON_LENGTH, FeedbackLeaning

WORDS_LENGTH = 2000
MOST_ANSWERS = 20


class AnswersField(Field):  # type: ignore[misc]
    """What a colleague says of each expectation. `data` maps an id to a leaning, or none, and words.

    `wrong` holds the sentence for each expectation whose answer does not do.
    """

    data: dict[str, Answer]

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:  # noqa: ANN401
        """Take the answers from what was sent, else from what is stored."""
        del extra_filters
        self.process_errors: list[str] = []
        self.object_data = {} if data is unset_value or data is None else dict(data)
        self.data, self.wrong = dict(self.object_data), dict[str, str]()
        if formdata is not None:
            names = (leaning_name(""), words_name(""))
            ids = dict.fromkeys(sent.removeprefix(name) for sent in formdata for name in names if sent.startswith(name))
            self.data = {one: _read(formdata, one) for one in list(ids)[:MOST_ANSWERS]}

    def check(self, expectations: list[str], *, is_whole: bool) -> bool:
        """Look at each answer; with `is_whole` none may be missing. Say whether all do."""
        for one in expectations:
            leaning, words = self.data.get(one, (None, ""))
            try:
                StorableText()(None, SimpleNamespace(data=words))
            except ValidationError as refusal:
                self.wrong[one] = str(refusal)
            if len(words) > WORDS_LENGTH:
                self.wrong[one] = f"Write at most {WORDS_LENGTH} characters."
            elif is_whole and leaning is None:
                self.wrong[one] = "Choose one of the three answers."
            elif is_whole and leaning is not FeedbackLeaning.NOT_SEEN and not words:
                self.wrong[one] = "Say in your words what you saw, and when."
        if self.wrong:
            self.errors = ["Look at what you say of each expectation."]
        return not self.wrong


def _read(formdata: Any, one: str) -> Answer:  # noqa: ANN401 - what was sent, as the framework holds it
    chosen = formdata.get(leaning_name(one), "")
    leaning = FeedbackLeaning(chosen) if chosen in set(FeedbackLeaning) else None
    return leaning, clean_text(formdata.get(words_name(one)))


class FeedbackForm(Form):
    """A colleague's answers."""

    answers = AnswersField("What you saw")

    @classmethod
    def filled(cls, stored: Mapping[str, Answer], version: int) -> FeedbackForm:
        """Return the form as a page first shows it: with what was kept so far."""
        form = cls(formdata=None)
        form.answers.data, form.version.data = dict(stored), str(version)
        return form


class DeclineForm(Form):
    """Why a colleague cannot answer."""

    reason = StringField(
        "Why you cannot answer",
        filters=[clean_line],
        render_kw=UNCUT,
        validators=[
            DataRequired("Say in a line why you cannot answer."),
            Length(max=REASON_LENGTH, message=f"The reason has at most {REASON_LENGTH} characters."),
            StorableText(),
        ],
    )


class AskFeedbackForm(Form):
    """Whom HR asks further, and on what."""

    colleague = RadioField("Colleague", validate_choice=False)
    expectations = SelectMultipleField(
        "On which expectations",
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class WaiveForm(Form):
    """Why a case can go on with less feedback."""

    reason = TextAreaField(
        "Why it can go on with less",
        filters=[clean_text],
        render_kw=UNCUT,
        validators=[
            DataRequired("Say why this case can go on with less feedback."),
            Length(max=REASON_LENGTH, message=f"The reason has at most {REASON_LENGTH} characters."),
            StorableText(),
        ],
    )
