"""The form that names who coordinates mentoring."""

from __future__ import annotations

from app.infra.forms import Form
from app.people.forms import PersonField, leave_out_none


class CoordinatorForm(Form):
    """Whom to name."""

    person = PersonField("Whom do you name?", "Enter part of the name, or the e-mail address.")

    def look_for(self) -> CoordinatorForm:
        """Take a name or an address."""
        leave_out_none(self.person)
        self.person.look_for(None)
        return self
