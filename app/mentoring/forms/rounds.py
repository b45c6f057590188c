"""Forms of a round: its settings, a pair set by hand, and a mentor who does not exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from app.domain.mentorship import ANSWER_DAYS
from app.infra.forms import UNCUT, Form, StorableText, clean_line, clean_text
from app.mentoring.actions.rounds import DEFAULT_WEIGHTS, LABELS, NAMELESS, WEIGHTS, house_months, sum_in_words
from app.mentoring.models import ChoiceKind, MentoringRound
from app.mentoring.models.rounds import NAME_LENGTH, REASON_LENGTH


class NumberField(IntegerField):  # type: ignore[misc]
    """A whole number of few digits. What is none stays in the field and is refused in a sentence."""

    data: Any
    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a number as people type it."""
        text = "".join(valuelist).strip()
        self.data = None
        if text.isascii() and text.isdigit() and len(text) <= 6:  # noqa: PLR2004 - no setting is so large
            self.data = int(text)
            return
        raise ValidationError("Give a whole number, such as 100.")

    def _value(self) -> str:
        if self.raw_data:
            return "".join(char for char in " ".join(self.raw_data) if char.isprintable())
        return "" if self.data is None else str(self.data)


def _number(name: str, default: int | Callable[[], int]) -> NumberField:
    return NumberField(LABELS[name], default=default, render_kw={"inputmode": "numeric"})


class RoundForm(Form):
    """Name, weights, months and days of a round."""

    name = StringField(
        LABELS["name"],
        filters=[clean_line],
        validators=[Length(max=NAME_LENGTH, message=f"A name has at most {NAME_LENGTH} characters."), StorableText()],
        render_kw=UNCUT,
    )
    months = _number("months", house_months)
    answer_days = _number("answer_days", ANSWER_DAYS)
    goals = _number("goals", DEFAULT_WEIGHTS["goals"])
    level = _number("level", DEFAULT_WEIGHTS["level"])
    team = _number("team", DEFAULT_WEIGHTS["team"])
    hours = _number("hours", DEFAULT_WEIGHTS["hours"])
    preference = _number("preference", DEFAULT_WEIGHTS["preference"])
    load = _number("load", DEFAULT_WEIGHTS["load"])

    def validate_load(self, field: NumberField) -> None:
        """Refuse weights that do not add up, beside whatever else is wrong; the error stands at the first of them."""
        del field
        if self.total_words and all(self[name].data is not None for name in WEIGHTS):
            self[WEIGHTS[0]].errors = [*self[WEIGHTS[0]].errors, self.total_words]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Refuse also what the field of another part has found."""
        is_good = bool(super().validate(extra_validators=extra_validators))
        if not (self.name.data or "").strip():
            self.name.errors = [*self.name.errors, NAMELESS]
        return is_good and not self.errors

    @property
    def weights(self) -> dict[str, int]:
        """Return the weights; a field without a number counts as nothing."""
        return {name: self[name].data or 0 for name in WEIGHTS}

    @property
    def total(self) -> int:
        """Return the sum of the weights as they stand in the form."""
        return sum(self.weights.values())

    @property
    def total_words(self) -> str:
        """Return what is wrong with the sum; nothing where it is 1000."""
        return sum_in_words(self.total)

    def fill(self, row: MentoringRound) -> None:
        """Fill the form from a round."""
        self.name.data, self.months.data, self.answer_days.data = row.name, row.months, row.answer_days
        for part in WEIGHTS:
            self[part].data = getattr(row, f"{part}_weight")
        self.version.data = str(row.version)


class ChoiceForm(Form):
    """A pair set by hand: whom a mentee gets or does not get, and why."""

    kind = HiddenField()
    mentor = RadioField("Mentor", validate_choice=False, validators=[InputRequired("Choose a mentor.")], choices=[])
    reason = TextAreaField(
        "Why?",
        filters=[clean_text],
        validators=[Length(max=REASON_LENGTH, message=f"Say it in {REASON_LENGTH} characters."), StorableText()],
        render_kw=UNCUT,
    )

    @property
    def choice(self) -> ChoiceKind:
        """Return what is to be done; a pin where the form names nothing that exists."""
        return ChoiceKind.BAN if self.kind.data == ChoiceKind.BAN else ChoiceKind.PIN

    def validate_mentor(self, field: RadioField) -> None:
        """Refuse what is not offered."""
        if field.data not in {value for value, _ in field.choices}:
            raise ValidationError("Choose one of the mentors that are listed.")


class TryForm(Form):
    """A mentor who does not exist, to see what they would change. Sent as an address, so that it can be kept."""

    level = SelectField("Level", validate_choice=False)
    goals = SelectMultipleField(
        "What they could help with",
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    zone = SelectField("Time zone", validate_choice=False)
    starts = SelectField("Works from", validate_choice=False)
    ends = SelectField("Works until", validate_choice=False)
    languages = SelectMultipleField(
        "Languages", validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    team = SelectField("Team", validate_choice=False)
    places = SelectField("Places", validate_choice=False)

    def validate_level(self, field: SelectField) -> None:
        """Refuse a level that no ladder has."""
        _be_offered(field)

    def validate_zone(self, field: SelectField) -> None:
        """Refuse a time zone that nobody of the pool lives in."""
        _be_offered(field)

    def validate_starts(self, field: SelectField) -> None:
        """Refuse what is no hour."""
        _be_offered(field)

    def validate_ends(self, field: SelectField) -> None:
        """Refuse what is no hour."""
        _be_offered(field)

    def validate_team(self, field: SelectField) -> None:
        """Refuse a team that does not exist."""
        _be_offered(field)

    def validate_places(self, field: SelectField) -> None:
        """Refuse what is no number of places."""
        _be_offered(field)

    def validate_goals(self, field: SelectMultipleField) -> None:
        """Refuse a mentor who could help with nothing."""
        if not set(field.data or ()) & {value for value, _ in field.choices}:
            raise ValidationError("Tick at least one.")

    def validate_languages(self, field: SelectMultipleField) -> None:
        """Refuse a mentor without a language."""
        if not set(field.data or ()) & {value for value, _ in field.choices}:
            raise ValidationError("Tick at least one.")


def _be_offered(field: SelectField) -> None:
    if field.data not in {value for value, _ in field.choices}:
        raise ValidationError("Choose one that is listed.")
