"""Forms of people: the shape of what HR sends. Rules about what is recorded already stand in the actions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import RadioField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import Select, TextInput

from app.infra.clock import today
from app.infra.forms import DayField, Form, StorableText, clean_line
from app.ladders.queries import LevelMark
from app.people.actions import Details
from app.people.models import Person, SpellReason, Team
from app.people.queries import MOST_OFFERED, Candidate, search_candidates

NAME_LENGTH, EMPLOYEE_ID_LENGTH, EMAIL_LENGTH, TEAM_LENGTH = 200, 64, 254, 120
NONE, AGAIN = "none", "again"
MOST_FOUND = 20
"""How many people a field offers when what was typed fits several."""
EARLIEST = date(1950, 1, 1)
YEARS_AHEAD = timedelta(days=731)
REASONS = {reason.value: reason.label.capitalize() for reason in SpellReason if reason is not SpellReason.IMPORT}


def within_reach(form: Any, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
    """Raise ValidationError for a day so far off that it can only be a slip of the pen."""
    del form
    if field.data is not None and not EARLIEST <= field.data <= today() + YEARS_AHEAD:
        raise ValidationError("Choose a day after 1950 and at most two years ahead.")


class _Offered:
    """One of what the page offers; what is not in it is refused in a whole sentence."""

    data: Any
    iter_choices: Any

    def __init__(self, label: str, missing: str, **more: Any) -> None:
        """Take the sentence for a choice that is missing."""
        super().__init__(label, choices=more.pop("choices", {}), validate_choice=False, **more)  # type: ignore[call-arg]
        self.missing = missing

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse what the page does not offer."""
        del form
        if (self.data or "") not in {choice.value for choice in self.iter_choices()}:
            raise ValidationError(self.missing)


class ChoiceField(_Offered, SelectField):  # type: ignore[misc]
    """One of a long list."""


class PersonField(ChoiceField):
    """Somebody: one of a list, or of a large company somebody who is looked for by name or address.

    What was typed stays. Where several people fit, the page offers those.
    """

    is_search = False
    takes_nobody = True
    kept: Person | None = None
    typed: str | None = None

    def look_for(self, kept: Person | None) -> None:
        """Take words in place of a choice. `kept` is who is named already, and stays although they left."""
        self.is_search, self.kept, self.widget = True, kept, TextInput()

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        if self.kept is not None and self.data == str(self.kept.id):
            return self.kept.email
        return "" if self.data in {NONE, None} else str(self.data)

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse what the page does not offer, or words that fit nobody or several people."""
        if not self.is_search:
            super().pre_validate(form)
            return
        if self.data is None:
            raise ValidationError(self.missing)
        sent = clean_line(self.data)
        self.typed = words = "" if sent == NONE else "".join(char for char in sent if char.isprintable())
        if len(words) < len(sent) and sent != NONE:
            raise ValidationError("Take out the invisible control characters, for instance by typing the name anew.")
        if words in {"", AGAIN}:
            self.typed, self.data = "", NONE
            if words or not self.takes_nobody:
                raise ValidationError("Enter part of the name, or the e-mail address.")
            return
        if self.kept is not None and words in {self.kept.email, str(self.kept.id)}:
            self.typed, self.data = self.kept.email, str(self.kept.id)
            return
        self._choose(words, search_candidates(words, MOST_FOUND + 1))

    def _choose(self, words: str, found: list[Person]) -> None:
        if not found:
            raise ValidationError(
                f"Nobody who works here fits “{words}”. Enter part of the name, or the e-mail address."
            )
        if len(found) > MOST_FOUND:
            raise ValidationError(f"More than {MOST_FOUND} people fit “{words}”. Enter more of the name.")
        if len(found) > 1:
            self.is_search, self.widget, self.data = False, Select(), AGAIN
            people = {str(one.id): f"{one.name}, {one.email}" for one in found}
            self.choices = {AGAIN: "Look for somebody else"} | people
            raise ValidationError(f"{len(found)} people fit “{words}”. Choose one of them.")
        (person,) = found
        self.data = str(person.id)
        self.typed = person.email if words == self.data else words


class FewField(_Offered, RadioField):  # type: ignore[misc]
    """One of a few words."""


def leave_out_none(field: Any) -> None:  # noqa: ANN401 - WTForms has no types
    """Take the choice of nobody or nothing off a field."""
    field.takes_nobody = False
    if not getattr(field, "is_search", False):
        field.choices = {key: words for key, words in field.choices.items() if key != NONE}


def _day(label: str, missing: str) -> DayField:
    return DayField(label, validators=[InputRequired(missing), within_reach])


def _line(label: str, missing: str, length: int) -> StringField:
    return StringField(
        label,
        filters=[clean_line],
        validators=[
            DataRequired(missing) if missing else Optional(),
            Length(max=length, message=f"At most {length} characters."),
            StorableText(),
        ],
    )


class DetailsForm(Form):
    """Who somebody is."""

    name = _line("Name", "Enter the name.", NAME_LENGTH)
    employee_id = _line("Employee id", "", EMPLOYEE_ID_LENGTH)
    hired_on = DayField("First day of work", validators=[Optional(), within_reach])

    def details(self) -> Details:
        """Return what was entered; call it on a form that is valid."""
        return Details(self.name.data, self.employee_id.data or None, self.hired_on.data)


class EmailForm(Form):
    """The address that somebody signs in with."""

    email = _line("E-mail address", "Enter the e-mail address.", EMAIL_LENGTH)

    def validate_email(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse what is no address. Whether it answers is not asked."""
        try:
            validate_email(field.data, check_deliverability=False, test_environment=True)
        except EmailNotValidError as error:
            raise ValidationError("This is no e-mail address; it reads like name@example.org.") from error


class OrganisationChoices(Form):
    """Mixin: fields that offer teams, people and levels."""

    def offer_teams(self, teams: Iterable[Team], none: str = "In no team") -> None:
        """Offer every team, and none."""
        self._fields["team"].choices = {NONE: none} | {str(team.id): team.name for team in teams}

    def offer_people(self, people: Iterable[Candidate], *, kept: Person | None = None) -> None:
        """Offer people under their teams, and nobody. `kept` stays on offer although they left.

        Where there are more people than a list can hold, the field takes a name or an address instead.
        """
        people = list(people)
        if len(people) > MOST_OFFERED:
            self._fields["manager"].look_for(kept)
            return
        groups: dict[str, dict[str, str]] = {}
        for one in people:
            groups.setdefault(one.team, {})[str(one.id)] = one.name
        if kept is not None and not any(str(kept.id) in group for group in groups.values()):
            groups["Has left"] = {str(kept.id): kept.name}
        self._fields["manager"].choices = {NONE: "Reports to nobody"} | groups

    def offer_levels(self, marks: Mapping[tuple[str, str], LevelMark], *, none: str = "") -> None:
        """Offer the levels of the adopted ladders, each under its ladder; `none` names the choice of no level."""
        groups: dict[str, dict[str, str]] = {}
        for (ladder, level), mark in marks.items():
            groups.setdefault(mark.title, {})[f"{ladder}:{level}"] = f"{level}, {mark.title}"
        self._fields["level"].choices = ({NONE: none} if none else {}) | groups

    def chosen(self, name: str) -> uuid.UUID | None:
        """Return the id that was chosen in a field, None for nobody or nothing."""
        value = self._fields[name].data
        return None if value in {NONE, "", None} else uuid.UUID(value)

    def chosen_level(self) -> tuple[str, str] | None:
        """Return the ladder and the level that were chosen."""
        value = self._fields["level"].data or NONE
        if value == NONE:
            return None
        ladder, _, level = value.partition(":")
        return ladder, level


class NewPersonForm(DetailsForm, EmailForm, OrganisationChoices):
    """Somebody new, and where they begin."""

    hired_on = _day("First day of work", "Choose the first day of work.")
    team = ChoiceField("Team", "Choose a team of the list.", default=NONE)
    manager = PersonField("Line manager", "Choose somebody of the list.", default=NONE)
    level = ChoiceField("Level", "Choose a level of the list.", default=NONE)


class MoveForm(OrganisationChoices):
    """Another team, another manager, or both, from one day on."""

    team = ChoiceField("Team", "Choose a team of the list.")
    manager = PersonField("Line manager", "Choose somebody of the list.")
    from_on = _day("From", "Choose the day from which this counts.")


class TeamSpellForm(OrganisationChoices):
    """One entry of the history: a team from a day on."""

    team = ChoiceField("Team", "Choose a team of the list.")
    from_on = _day("From", "Choose the day from which this counts.")


class ManagerSpellForm(OrganisationChoices):
    """One entry of the history: a line manager from a day on."""

    manager = PersonField("Line manager", "Choose somebody of the list.")
    from_on = _day("From", "Choose the day from which this counts.")


class LevelForm(OrganisationChoices):
    """A level from a day on, and why."""

    level = ChoiceField("Level", "Choose a level of the list.")
    reason = FewField("Because of", "Choose one of the reasons.", choices=REASONS)
    from_on = _day("From", "Choose the day from which this counts.")


class LeaveForm(Form):
    """Leave: its first day, and the first day back where that is known. No reason is asked for."""

    from_on = _day("First day of leave", "Choose the first day of leave.")
    until_on = DayField("First day back", validators=[Optional(), within_reach])


class LeavingForm(Form):
    """The last day of work."""

    last_day = _day("Last day of work", "Choose the last day of work.")


class TeamForm(Form):
    """A team's name, and the team above it."""

    name = _line("Name", "Enter the name of the team.", TEAM_LENGTH)
    parent = ChoiceField("Below", "Choose a team of the list.", default=NONE)

    def offer_parents(self, teams: Iterable[Team], besides: Team | None = None) -> None:
        """Offer every team but one, and none."""
        others = {str(team.id): team.name for team in teams if team is not besides}
        self.parent.choices = {NONE: "No other team"} | others
