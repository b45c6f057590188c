"""Forms of profiles: one for all that a profile says, and naming people."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TimeField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain.mentorship import MAX_CAPACITY
from app.infra.forms import UNCUT, DayField, Form, StorableText, clean_line
from app.mentoring import languages
from app.mentoring.actions.profiles import NEEDS_LANGUAGE, WORKS_FROM, WORKS_UNTIL, Content
from app.mentoring.models import MentoringProfile
from app.mentoring.time_zones import OTHER, every_zone, place_words, zones_by_continent
from app.people.forms import ChoiceField

MOST_TICKS = 500
LINE_LENGTH = 200
HOURS_AND_MINUTES = 60
MOST_QUOTED, LONGEST_QUOTED = 3, 40
"""How much of what is no language a refusal repeats; the field still holds all of it."""


class HourField(TimeField):  # type: ignore[misc]
    """A time of the day. What is none is refused in a whole sentence, and what was typed stays."""

    data: Any
    raw_data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a time as browsers send it."""
        self.data = None
        try:
            self.data = time.fromisoformat("".join(valuelist).strip()).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError as error:
            raise ValidationError(f"{self.label.text}: write a time, such as 09:00.") from error

    def _value(self) -> str:
        """Return what stands in the field when the page is shown again."""
        if self.raw_data:
            return "".join(char for char in " ".join(self.raw_data) if char.isprintable())
        return self.data.strftime("%H:%M") if self.data else ""


def _ticks(label: str) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        choices=[],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
        validators=[Length(max=MOST_TICKS, message=f"Choose at most {MOST_TICKS}.")],
    )


class ProfileForm(Form):
    """All that a profile says, in three parts: about oneself, as a mentor, as a mentee."""

    time_zone = ChoiceField("Time zone", "Choose a time zone of the list.")
    works_from = HourField("Work begins")
    works_until = HourField("Work ends")
    languages = _ticks("Languages in which you like to talk about work")
    more_languages = StringField(
        "Other languages",
        filters=[clean_line],
        validators=[Length(max=LINE_LENGTH, message=f"At most {LINE_LENGTH} characters."), StorableText()],
        render_kw=UNCUT,
    )
    mentors = BooleanField("I am available as a mentor")
    capacity = ChoiceField("How many mentees at a time?", f"Choose a number from 0 to {MAX_CAPACITY}.")
    paused_until = DayField("No new mentees before", validators=[Optional()])
    offers = _ticks("What I can help with")
    whole = _ticks("Everything in a competency")
    seeks = BooleanField("I am looking for a mentor")
    goals = _ticks("What I want to work on")

    def offer(self, offers: Iterable[tuple[str, str]], goals: Iterable[tuple[str, str]]) -> ProfileForm:
        """Offer the expectations to help with and to work on, and all that is the same for everybody."""
        groups = {group: dict(zones) for group, zones in zones_by_continent().items()}
        chosen = self.time_zone.data
        # An older name of a place stays, where the company or somebody has it already.
        if chosen in every_zone() and not any(chosen in zones for zones in groups.values()):
            groups[OTHER][chosen] = place_words(chosen)
        self.time_zone.choices = groups
        common = ((one, languages.NAMES[one]) for one in languages.COMMON)
        self.languages.choices = sorted(common, key=lambda pair: pair[1])
        self.capacity.choices = {str(one): str(one) for one in range(MAX_CAPACITY + 1)}
        self.offers.choices, self.goals.choices = list(offers), list(goals)
        return self

    def fill_hours(self) -> None:
        """Refuse hours that are left empty: without them nobody can be paired."""
        for field in (self.works_from, self.works_until):
            if field.data is None and not field.errors:
                field.errors = [f"{field.label.text}: write a time, such as 09:00."]

    def validate_languages(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse no language at all, and codes that the page does not offer."""
        if not field.data and not self.more_languages.data:
            raise ValidationError(NEEDS_LANGUAGE)
        if set(field.data or ()) - set(languages.NAMES):
            raise ValidationError("Choose languages of the list.")

    def validate_more_languages(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse what is no language, each by what was written."""
        if field.errors:
            return
        unknown = [words for words in self._written if languages.code_of(words) is None]
        if unknown:
            named = " and ".join(f"“{_cut(words)}”" for words in unknown[:MOST_QUOTED])
            named += " and others" if len(unknown) > MOST_QUOTED else ""
            raise ValidationError(f"Belay knows no language {named}. Write English names, separated by commas.")

    @property
    def _written(self) -> list[str]:
        return [one for one in (part.strip() for part in (self.more_languages.data or "").split(",")) if one]

    def content(self, in_competency: Mapping[str, Iterable[str]]) -> Content:
        """Return what was sent. `in_competency`: offers by the key of a competency.

        In place of what is no time, number or language stands something that breaks no rule: its own field says what
        is wrong with it, and the other rules can be judged at once.
        """
        written = (languages.code_of(words) for words in self._written)
        whole = {key for one in self.whole.data or () for key in in_competency.get(one, ())}
        begins, ends = self.works_from.data, self.works_until.data
        has_hours = begins is not None and ends is not None
        return Content(
            time_zone=self.time_zone.data,
            works_from=_minutes(begins) if has_hours else WORKS_FROM,
            works_until=_minutes(ends) if has_hours else WORKS_UNTIL,
            languages=tuple(sorted({*(self.languages.data or ()), *(one for one in written if one)})),
            mentors=self.mentors.data,
            capacity=0 if self.capacity.errors else int(self.capacity.data),
            paused_until=self.paused_until.data,
            offers=frozenset(self.offers.data or ()) | whole,
            seeks=self.seeks.data,
            goals=tuple(dict.fromkeys(self.goals.data or ())),
        )

    def refuse(self, faults: Mapping[str, str]) -> None:
        """Put every fault at its field, but where something is wrong with what was sent already."""
        for name, words in faults.items():
            field = self._fields[name]
            field.errors = field.errors or [words]


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST_QUOTED else f"{words[:LONGEST_QUOTED]}…"


def _minutes(moment: time) -> int:
    return moment.hour * HOURS_AND_MINUTES + moment.minute


def _time(minutes: int) -> time:
    return time(*divmod(minutes, HOURS_AND_MINUTES))


def stored_data(row: MentoringProfile, offers: Iterable[str], goals: Iterable[str]) -> dict[str, Any]:
    """Return a stored profile as the data of its form."""
    codes = row.languages.split()
    return {
        "version": str(row.version),
        "time_zone": row.time_zone,
        "works_from": _time(row.works_from),
        "works_until": _time(row.works_until),
        "languages": [one for one in codes if one in languages.COMMON],
        "more_languages": languages.written(codes),
        "mentors": row.mentors_since is not None,
        "capacity": str(row.capacity),
        "paused_until": row.paused_until,
        "offers": list(offers),
        "seeks": row.seeks_since is not None,
        "goals": list(goals),
    }


class NameForm(Form):
    """Somebody who is named."""

    person = RadioField("Who?", validators=[InputRequired("Choose somebody.")], choices={}, validate_choice=False)

    def offer(self, people: Mapping[uuid.UUID, str]) -> NameForm:
        """Offer people by their names."""
        self.person.choices = {str(key): name for key, name in people.items()}
        return self

    @property
    def person_id(self) -> uuid.UUID | None:
        """Return who was chosen; None where nobody was, or what is no id."""
        try:
            return uuid.UUID(self.person.data or "")
        except ValueError:
            return None
