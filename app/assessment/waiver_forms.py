"""Forms of waivers: for which expectation and why, and the word of a refusal."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.domain.ladder import Ladder
from app.infra.forms import UNCUT, Form, StorableText, clean_text

MOST = 2000
APPROVE, REFUSE = "approve", "refuse"


class AskWaiverForm(Form):
    """Which expectation does not apply, and why."""

    expectation = SelectField(
        "Expectation", validate_choice=False, validators=[InputRequired("Choose an expectation."), Length(max=80)]
    )
    reason = TextAreaField(
        "Why does it not apply?",
        filters=[clean_text],
        validators=[
            InputRequired("Say why it does not apply."),
            Length(max=MOST, message=f"The reason has at most {MOST} characters."),
            StorableText(),
        ],
        render_kw=UNCUT,
    )

    def offer(self, ladder: Ladder | None) -> AskWaiverForm:
        """Offer the expectations of a ladder."""
        found = ladder.expectations if ladder else ()
        self.expectation.choices = [("", "Choose one"), *((one.id, one.text) for one in found)]
        return self


class AnswerWaiverForm(Form):
    """An answer to a waiver that waits. Only a refusal needs a word."""

    act = HiddenField()
    words = TextAreaField(
        "If you refuse: why?",
        filters=[clean_text],
        validators=[Length(max=MOST, message=f"This has at most {MOST} characters."), StorableText()],
        render_kw=UNCUT,
    )

    @property
    def is_approved(self) -> bool:
        """Say whether the button that approves was pressed; any other one refuses."""
        return bool(self.act.data == APPROVE)
