"""Forms of a cycle: its name, its days and what it pins; an extension; a reason for a move or for cancelling."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain.promotion import DEADLINES, out_of_order
from app.infra.forms import UNCUT, DayField, Form, StorableText, clean_line, clean_text
from app.promotion.actions.cycles import CUT_OFF
from app.promotion.models import NAME_LENGTH, REASON_LENGTH
from app.promotion.wording import DEADLINE

TOO_LONG = f"Say it in {REASON_LENGTH} characters."
AFTER = {
    "nominations_close": "nominations close",
    "packets_due": "packets are due",
    "feedback_due": "feedback is due",
    "review_due": "ratings are due",
    "calibration_on": "calibration",
    "communicate_by": "everybody is told",
}
"""Each day to follow “Has to be after”."""


def _name() -> StringField:
    return StringField(
        "Name",
        filters=[clean_line],
        validators=[Length(max=NAME_LENGTH, message=f"A name has at most {NAME_LENGTH} characters."), StorableText()],
        render_kw=UNCUT,
    )


def _reason(label: str = "Why?") -> TextAreaField:
    return TextAreaField(
        label,
        filters=[clean_text],
        validators=[Length(max=REASON_LENGTH, message=TOO_LONG), StorableText()],
        render_kw=UNCUT,
    )


class CycleNameForm(Form):
    """The name of a cycle, all that a new draft needs and all that changes once it is open."""

    name = _name()


class DaysForm(Form):
    """All days of a cycle; each may be empty."""

    nominations_close = DayField(DEADLINE["nominations_close"])
    packets_due = DayField(DEADLINE["packets_due"])
    evidence_until = DayField(DEADLINE["evidence_until"])
    feedback_due = DayField(DEADLINE["feedback_due"])
    review_due = DayField(DEADLINE["review_due"])
    calibration_on = DayField(DEADLINE["calibration_on"])
    communicate_by = DayField(DEADLINE["communicate_by"])
    appeal_until = DayField(DEADLINE["appeal_until"])

    def fill(self, days: object) -> None:
        """Fill the days from a cycle."""
        for name in (*DEADLINES, CUT_OFF):
            self[name].data = getattr(days, name)


class CycleForm(DaysForm):
    """A whole draft."""

    name = _name()
    versions = SelectMultipleField(
        "By which ladders cases are judged",
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def validate_versions(self, field: SelectMultipleField) -> None:
        """Refuse what is not offered."""
        offered = {value for value, _ in field.choices or ()}
        if not set(field.data or ()) <= offered:
            raise ValidationError("Choose from the published versions.")

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Refuse days that do not follow each other, each at its field; a draft may still lack any of them."""
        is_good = bool(super().validate(extra_validators=extra_validators))
        days = self.days
        for name in out_of_order(days):
            if days[name] is not None:
                before = {one: day for one in DEADLINES[: DEADLINES.index(name)] if (day := days[one]) is not None}
                self._refuse(name, f"Has to be after {AFTER[max(before, key=before.__getitem__)]}.")
        cut_off, packets, feedback = days[CUT_OFF], days["packets_due"], days["feedback_due"]
        if cut_off and packets and cut_off < packets:
            self._refuse(CUT_OFF, "Cannot be before packets are due.")
        elif cut_off and feedback and cut_off > feedback:
            self._refuse(CUT_OFF, "Cannot be after feedback is due.")
        return is_good and not self.errors

    def _refuse(self, name: str, words: str) -> None:
        self[name].errors = [*self[name].errors, words]

    @property
    def days(self) -> dict[str, date | None]:
        """Return every day by name."""
        return {name: self[name].data for name in (*DEADLINES, CUT_OFF)}

    @property
    def version_ids(self) -> list[UUID]:
        """Return the ladder versions that are ticked."""
        return [UUID(one) for one in self.versions.data or ()]


class ExtendForm(DaysForm):
    """Later days, for all cases or for one, with a reason. `confirmed`: what shifts has been looked at."""

    case = SelectField("For whom?", validate_choice=False)
    reason = _reason()
    confirmed = HiddenField()

    def later(self, names: Collection[str]) -> dict[str, date]:
        """Return the days that were given, of those that can move."""
        return {name: self[name].data for name in names if self[name].data is not None}

    @property
    def is_confirmed(self) -> bool:
        """Say whether the reader has seen what shifts."""
        return bool(self.confirmed.data == "1")


class MoveForm(Form):
    """A move: the state that was offered, and a reason where it is early."""

    to = HiddenField()
    reason = _reason("Why close nominations early?")


class CancelForm(Form):
    """Cancelling a cycle."""

    reason = _reason()


class RemindForm(Form):
    """Which missing thing to remind of."""

    owed = HiddenField(validators=[Length(max=REASON_LENGTH), StorableText()])
