"""Forms of nominations: proposing somebody, answering, withdrawing, ruling out, and waiving the minimum time."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from app.infra.forms import UNCUT, Form, StorableText, clean_text
from app.people.forms import PersonField, leave_out_none
from app.people.models import Person
from app.promotion.actions.nominations import MISSING_WORDS, RULES
from app.promotion.models import REASON_LENGTH

WORDS_LENGTH = 2000


def _words(label: str, missing: str, length: int = WORDS_LENGTH) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[clean_text],
        validators=[
            DataRequired(missing) if missing else Optional(),
            Length(max=length, message=f"Write at most {length} characters."),
            StorableText(),
        ],
        render_kw=UNCUT,
    )


class TargetForm(Form):
    """For which level, where the ladder branches."""

    target = RadioField("For which level?", choices={}, validate_choice=False)

    def offer(self, targets: Sequence[str]) -> None:
        """Offer the levels that come next; nothing is asked where there is only one."""
        self.target.choices = {level: level for level in targets} if len(targets) > 1 else {}

    @property
    def chosen(self) -> str | None:
        """Return the level that was chosen; None where none was."""
        return self.target.data or None


class SelfNominationForm(TargetForm):
    """Nominating oneself."""

    words = _words("Why now?", "")


class NominationForm(TargetForm):
    """Nominating somebody: a report, or a colleague."""

    person = PersonField("Whom do you nominate?", "Enter part of the name, or the e-mail address.")
    words = _words("Why?", MISSING_WORDS)

    def look_for(self, person: Person | None = None) -> NominationForm:
        """Take a name or an address. `person` stands there already on a page that nobody has sent yet."""
        leave_out_none(self.person)
        self.person.look_for(None)
        if person is not None and not self.is_submitted():
            self.person.data = person.email
        return self


class WordsForm(Form):
    """Words that nobody has to write, for HR alone."""

    words = _words("Anything HR should know?", "", REASON_LENGTH)


class RuleOutForm(Form):
    """By which rule a case is ruled out, and how it applies."""

    rule = RadioField("Which rule?", choices=RULES, validate_choice=False)
    reason = _words("How does it apply?", "Say how the rule applies.", REASON_LENGTH)


class WaiveForm(Form):
    """Why the minimum time does not apply to somebody."""

    reason = _words("Why does it not apply?", "Say why the minimum time does not apply.", REASON_LENGTH)
