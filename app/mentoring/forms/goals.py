"""The form of the goals. Shape of input only."""

from __future__ import annotations

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from app.infra.forms import Form
from app.infra.single_values import take_several

take_several("goals")


class GoalsForm(Form):
    """What the two meet for: one to three expectations."""

    goals = SelectMultipleField(
        "Goals", validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
