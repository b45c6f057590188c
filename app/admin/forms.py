"""Forms of administration."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import BooleanField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from app.domain.errors import InvalidError
from app.domain.policies import PolicyDefinition
from app.infra.forms import Form, StorableText, clean_line, clean_text
from app.policies.actions import MAX_REASON

MAX_LOOKED_FOR = 100
REASON_MISSING = "Say why; it stands in the history, and whoever wonders later reads it."


class PolicyForm(Form):
    """A value and its reason. The policy's own rule speaks at the value, so that all faults are said at once."""

    value = StringField("Value", filters=[clean_line])
    reason = TextAreaField(
        "Reason",
        filters=[clean_text],
        validators=[
            DataRequired(REASON_MISSING),
            Length(max=MAX_REASON, message=f"Say it in at most {MAX_REASON} characters."),
            StorableText(),
        ],
    )

    def __init__(self, definition: PolicyDefinition, *args: Any, **kwargs: Any) -> None:
        """Take the policy that is set."""
        super().__init__(*args, **kwargs)
        self.definition = definition

    def validate_value(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse what the policy does not allow."""
        try:
            self.definition.read(field.data or "")
        except InvalidError as refusal:
            raise ValidationError(refusal.message) from refusal


class ChoicePolicyForm(PolicyForm):
    """The same for a policy that is one of a few values."""

    value = RadioField("Value", validate_choice=False)

    def __init__(self, definition: PolicyDefinition, *args: Any, **kwargs: Any) -> None:
        """Offer the values that there are."""
        super().__init__(definition, *args, **kwargs)
        self.value.choices = list(definition.options)


def policy_form(definition: PolicyDefinition, **shown: Any) -> PolicyForm:
    """Return the form that fits a policy; `shown` is what a fresh one is filled with."""
    kind = ChoicePolicyForm if definition.options else PolicyForm
    return kind(definition, formdata=None, **shown) if shown else kind(definition)


def looked_for(text: str | None) -> str:
    """Return words to look for: one line of at most 100 characters, without those that nobody sees."""
    return "".join(char for char in clean_line(text) if char.isprintable())[:MAX_LOOKED_FOR]


class RecordForm(Form):
    """What is looked for in the record; an empty field is no limit. A fault keeps its field from limiting anything."""

    since = StringField("From", filters=[looked_for])
    until = StringField("Until", filters=[looked_for])
    kind = StringField("Kind of act", filters=[looked_for])
    by = StringField("Who did it", filters=[looked_for])
    about = StringField("About whom", filters=[looked_for])
    refused = BooleanField("Refusals only")

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Read the address. The box says yes or no; whatever else it was sent with is not said back."""
        super().process(*args, **kwargs)
        self.refused.raw_data = ["y"] if self.refused.data else []

    def validate_since(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse what is no day."""
        check_day(field.data)

    def validate_until(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse what is no day, and a period that ends before it begins."""
        check_day(field.data)
        since, until = self.day("since"), self.day("until")
        if since and until and until < since:
            raise ValidationError("The last day lies before the first one.")

    def day(self, name: str) -> date | None:
        """Return the day that a field says; None where it says none."""
        try:
            return date.fromisoformat(self[name].data or "")
        except ValueError:
            return None

    @property
    def args(self) -> dict[str, str]:
        """Return what is looked for as the address of the list says it."""
        given = {name: self[name].data for name in ("since", "until", "kind", "by", "about")}
        return {name: text for name, text in given.items() if text} | ({"refused": "y"} if self.refused.data else {})


def check_day(text: str | None) -> None:
    """Refuse a text that is no day; none is no limit."""
    try:
        date.fromisoformat(text or "2026-01-01")
    except ValueError as error:
        raise ValidationError("This is no day; write it as 2026-11-21.") from error
