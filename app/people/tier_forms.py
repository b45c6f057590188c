"""Forms of a team's support tiers: what it needs at each, and who holds one for it from outside."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from app.domain.coverage import Need
from app.infra.forms import Form
from app.people.actions.tiers import REQUIRED
from app.people.forms import ChoiceField, FewField, _day, _line
from app.people.models import HOLDER_LENGTH, MOST_HOLDERS_NEEDED
from app.people.queries.tiers import SupportLadder, TeamOnLadder

KINDS = {"external": "External, such as a vendor", "shared": "Shared with other teams"}
LONGEST_NUMBER = 4


class HoldersField(IntegerField):  # type: ignore[misc]
    """How many holders. What is no number stays in the field and is refused in a sentence."""

    data: Any
    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a number as people type it."""
        text = "".join(valuelist).strip()
        self.data = None
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
            raise ValidationError(f"Give a number from 1 to {MOST_HOLDERS_NEEDED}.")
        self.data = int(text)

    def _value(self) -> str:
        if self.raw_data:
            return "".join(char for char in " ".join(self.raw_data) if char.isprintable())
        return "" if self.data is None else str(self.data)


class TiersForm(Form):
    """What a team needs at each tier of one ladder, from a day on; `tiers_form` adds the fields of the tiers."""

    ladder = HiddenField()
    from_on = _day("From", "Choose the day from which this counts.")

    def needs(self, ladder: SupportLadder) -> dict[str, Need]:
        """Return what was entered; call it on a form that is valid."""
        return {
            tier.id: Need(
                self._fields[f"required_{tier.id}"].data,
                self._fields[f"amber_{tier.id}"].data,
                self._fields[f"green_{tier.id}"].data,
            )
            for tier in ladder.tiers
        }


def tiers_form(ladder: SupportLadder) -> type[TiersForm]:
    """Return the form for the tiers of a ladder: three fields for each, named after it."""
    fields: dict[str, Any] = {}
    for tier in ladder.tiers:
        fields[f"required_{tier.id}"] = BooleanField(f"{tier.id} is required")
        fields[f"amber_{tier.id}"] = HoldersField(f"{tier.id}: enough from", render_kw={"inputmode": "numeric"})
        fields[f"green_{tier.id}"] = HoldersField(f"{tier.id}: safe from", render_kw={"inputmode": "numeric"})
    return type("TiersOfLadderForm", (TiersForm,), fields)


def stored_tiers(found: TeamOnLadder) -> dict[str, Any]:
    """Return what a team needs now by the names of the form's fields."""
    stored: dict[str, Any] = {"ladder": found.ladder.lineage}
    for one in found.cover.tiers:
        stored[f"required_{one.tier.id}"] = REQUIRED if one.need.is_required else ""
        stored[f"amber_{one.tier.id}"] = one.need.amber_from
        stored[f"green_{one.tier.id}"] = one.need.green_from
    return stored


class HolderForm(Form):
    """Who holds a tier for a team from outside, and since when."""

    ladder = HiddenField()
    tier = ChoiceField("Tier", "Choose a tier of the list.")
    kind = FewField("Who it is", "Choose one of the two.", choices=KINDS, default="external")
    name = _line("Name", "Enter a name, such as the vendor’s.", HOLDER_LENGTH)
    from_on = _day("From", "Choose the day from which this counts.")

    def offer_tiers(self, ladder: SupportLadder) -> None:
        """Offer the tiers of a ladder, the highest first: that is the one that is held outside most often."""
        named = {tier.id: ladder.words(tier.id) for tier in reversed(ladder.tiers)}
        self.tier.choices = {tier: f"{tier}, {words}" if words else tier for tier, words in named.items()}


class EndHolderForm(Form):
    """The last day on which somebody outside holds a tier."""

    last_day = _day("Last day", "Choose the last day.")
