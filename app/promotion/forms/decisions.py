"""Forms of calibration and decision: a remark, the decision of a case, the second approval, and the telling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from app.domain.decision import CHANGE, NAMED, SAID, DecisionDraft, Fault, Said
from app.domain.promotion import DecisionKind, DeferReason
from app.infra.forms import UNCUT, DayField, Form, StorableText, clean_line, clean_text
from app.promotion.actions.decisions import CHANGE_LENGTH, LABELS, REMARK_LENGTH, WORDS_LENGTH, form_values
from app.promotion.models import REASON_LENGTH
from app.promotion.wording import DECISION, DEFER_REASON


def _text(label: str, most: int = WORDS_LENGTH) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[clean_text],
        validators=[Length(max=most, message=f"This has at most {most} characters."), StorableText()],
        render_kw=UNCUT,
    )


class RemarkForm(Form):
    """A remark about a case, and the expectation that it is about, if it is about one."""

    expectation = SelectField("About", validate_choice=False, filters=[clean_line])
    words = _text("Remark", REMARK_LENGTH)

    def offer(self, expectations: Iterable[tuple[str, str]]) -> RemarkForm:
        """Offer the expectations of the case."""
        self.expectation.choices = [("", "the case as a whole; cite a piece then, such as E2"), *expectations]
        return self


class DecisionForm(Form):
    """The decision of a case. The fields of its expectations are added for each case, see `decision_form`."""

    kind = RadioField(
        "Decision",
        choices=[SelectChoice(kind.value, DECISION[kind]) for kind in DecisionKind],
        validate_choice=False,
        filters=[clean_line],
    )
    reasons = _text(LABELS["reasons"])
    effective_on = DayField(LABELS["effective_on"], validators=[Optional()])
    review_on = DayField(LABELS["review_on"], validators=[Optional()])
    renominate_from = DayField(LABELS["renominate_from"], validators=[Optional()])
    defer_reason = SelectField(
        LABELS["defer_reason"],
        choices=[SelectChoice("", "Choose"), *(SelectChoice(one.value, DEFER_REASON[one]) for one in DeferReason)],
        validate_choice=False,
        filters=[clean_line],
    )
    missing = _text(LABELS["missing"])
    defer_until = DayField(LABELS["defer_until"], validators=[Optional()])
    feedback_summary = _text(LABELS["feedback_summary"])
    known: Sequence[str] = ()

    def line(self, beginning: str, one: str) -> Any:  # noqa: ANN401 - WTForms has no types
        """Return a field of an expectation."""
        return self._fields[f"{beginning}{one}"]

    def draft(self) -> DecisionDraft:
        """Return what was sent as the rules see it; call it on a form that is valid."""
        kind, reason = self.kind.data or "", self.defer_reason.data or ""
        return DecisionDraft(
            kind=DecisionKind(kind) if kind in set(DecisionKind) else None,
            reasons=self.reasons.data,
            effective_on=self.effective_on.data,
            review_on=self.review_on.data,
            renominate_from=self.renominate_from.data,
            defer_reason=DeferReason(reason) if reason in set(DeferReason) else None,
            missing=self.missing.data,
            defer_until=self.defer_until.data,
            feedback_summary=self.feedback_summary.data,
            said={
                one: Said(
                    self.line(SAID, one).data, self.line(CHANGE, one).data, is_named=bool(self.line(NAMED, one).data)
                )
                for one in self.known
            },
        )

    def show(self, faults: Iterable[Fault]) -> None:
        """Put what keeps a decision from being taken at its fields."""
        for fault in faults:
            field = self._fields.get(fault.field)
            if field is None:
                self.form_errors.append(fault.message)
            else:
                field.errors = [*field.errors, fault.message]


def decision_form(known: Sequence[str], stored: DecisionDraft | None = None, version: int = 0) -> DecisionForm:
    """Return the form of a case that is rated on some expectations: filled with a draft, or with what was sent."""
    fields: dict[str, Any] = {"known": tuple(known)}
    for one in known:
        fields[f"{SAID}{one}"] = _text("What the committee says of it")
        fields[f"{CHANGE}{one}"] = _text("What evidence would change the answer", CHANGE_LENGTH)
        fields[f"{NAMED}{one}"] = BooleanField("Name it: this is not met yet")
    form_class: type[DecisionForm] = type("OneDecisionForm", (DecisionForm,), fields)
    if stored is None:
        return form_class()
    values: dict[str, Any] = {
        name: date.fromisoformat(text) if text and name.endswith(("_on", "_from", "_until")) else text
        for name, text in form_values(stored, known).items()
    }
    for one in known:
        values[f"{NAMED}{one}"] = stored.of(one).is_named
    return form_class(formdata=None, data=values | {"version": str(version)})


class ApproveForm(Form):
    """The list that was looked at, by its digest."""

    digest = HiddenField(validators=[Length(max=64)])


class TellForm(Form):
    """Who told the candidate, and when."""

    teller = SelectField("Who told them", validate_choice=False, filters=[clean_line])
    told = DayField("When")
    lapses = BooleanField("Record that they were told, without a new level")
    reason = _text("Why no new level follows", REASON_LENGTH)
