"""The form that names who coordinates mentoring."""

from __future__ import annotations

from uuid import UUID

from wtforms import ValidationError
from wtforms.widgets import Select

from app.infra.forms import Form
from app.people.forms import AGAIN, PersonField, leave_out_none
from app.people.models import Person


class ColleagueField(PersonField):
    """Somebody who is looked for, and chosen by nobody but the reader: a part of a name never chooses by itself."""

    def _choose(self, words: str, found: list[Person]) -> None:
        """Show who fits a part of a name, to be named by a second press; a whole address says whom one means."""
        if len(found) != 1 or words in {str(found[0].id), found[0].email}:
            super()._choose(words, found)
            return
        (person,) = found
        self.is_search, self.widget, self.data = False, Select(), str(person.id)
        self.choices = {str(person.id): f"{person.name}, {person.email}", AGAIN: "Look for somebody else"}
        raise ValidationError(f"One person fits “{words}”. Is it who you mean?")


class CoordinatorForm(Form):
    """Whom to name."""

    person = ColleagueField("Whom do you name?", "Enter part of the name, or the e-mail address.")

    def leave_out(self, person_id: UUID) -> None:
        """Offer everybody who was found but the one who names: nobody names themself."""
        if isinstance(self.person.choices, dict):
            self.person.choices.pop(str(person_id), None)

    def look_for(self) -> CoordinatorForm:
        """Take a name or an address."""
        leave_out_none(self.person)
        self.person.look_for(None)
        return self
