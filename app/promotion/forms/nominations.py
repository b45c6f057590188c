"""Forms of nominations: proposing somebody, answering, withdrawing, ruling out, and waiving the minimum time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.infra.forms import UNCUT, Form, StorableText, clean_text
from app.promotion.actions.nominations import MISSING_WORDS, RULES
from app.promotion.models import REASON_LENGTH

WORDS_LENGTH = 2000
CHOOSE = "Choose whom you nominate."


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

    person = RadioField("Whom do you nominate?", validators=[InputRequired(CHOOSE)], choices={}, validate_choice=False)
    words = _words("Why?", MISSING_WORDS)

    def offer_people(self, people: Mapping[uuid.UUID, str]) -> None:
        """Offer people by their names."""
        self.person.choices = {str(key): name for key, name in people.items()}

    @property
    def person_id(self) -> uuid.UUID | None:
        """Return who was chosen; None where nobody was, or what is no id."""
        try:
            return uuid.UUID(self.person.data or "")
        except ValueError:
            return None


class WordsForm(Form):
    """Words that nobody has to write, for HR alone."""

    words = _words("Anything HR should know?", "", REASON_LENGTH)


class RuleOutForm(Form):
    """By which rule a case is ruled out, and how it applies."""

    rule = RadioField("Which rule?", choices=RULES, validate_choice=False)
    reason = _words("How does it apply?", "Say how the rule applies.", REASON_LENGTH)

    def offer(self, rules: Mapping[str, str]) -> None:
        """Offer the rules that can still stand against a case."""
        self.rule.choices = dict(rules)


class WaiveForm(Form):
    """Why a rule does not apply to somebody."""

    reason = _words("Why does it not apply?", "Say why the rule does not apply.", REASON_LENGTH)
