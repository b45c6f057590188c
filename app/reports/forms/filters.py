"""The filters of a report's page. They travel in the address, so that a report can be kept and sent as a link."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField

from app.infra.forms import Form, clean_line
from app.reports.criteria import AS_OF, FROM, LADDER, LEVEL, TEAM, TO
from app.reports.findings import ChoiceGroup
from app.reports.queries.filters import Option

OFFERED = (AS_OF, FROM, TO, TEAM, LADDER, LEVEL)
EVERY_CHOICE = {TEAM: "Every team", LADDER: "Every ladder", LEVEL: "Every level"}


class FilterForm(Form):
    """The filters that a report takes; what was typed stays, whether it can be read or not."""

    as_of = StringField("As of", filters=[clean_line])
    to = StringField("Until", filters=[clean_line])
    team = SelectField("Team", validate_choice=False)
    ladder = SelectField("Ladder", validate_choice=False)
    level = SelectField("Level", validate_choice=False)

    def __init__(self, given: MultiDict[str, str], takes: Collection[str]) -> None:
        """Read an address; fields that the report does not take are left out."""
        super().__init__(formdata=given)
        for name in OFFERED:
            if name not in takes:
                del self[name]
        del self["version"]

    def offer(self, name: str, options: Sequence[Option]) -> None:
        """Fill a choice; a value that is none of them stays chosen, so that it can be seen and taken off."""
        if name not in self:
            return
        field: Any = self[name]
        known = {value for value, _ in options}
        strange = [(field.data, field.data)] if field.data and field.data not in known else []
        field.choices = [("", EVERY_CHOICE[name]), *options, *strange]

    def leave_to_pills(self, choices: Sequence[ChoiceGroup]) -> None:
        """Drop the choices that pills offer already; their values travel with the form unseen."""
        by_pills = {name for group in choices for one in group.choices for name in one.changes} & {TEAM, LADDER, LEVEL}
        for name in by_pills:
            if name in self and not self[name].errors:
                del self[name]

    @property
    def fields(self) -> list[Any]:
        """Return the fields in the order in which they are shown."""
        return [self[name] for name in OFFERED if name in self]

    @property
    def is_set(self) -> bool:
        """Say whether a filter is set that is worth showing opened."""
        return any(field.data or field.errors for field in self.fields)


# The name of this one is a word of the language.
setattr(FilterForm, FROM, StringField("From", filters=[clean_line]))
