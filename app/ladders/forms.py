"""Shapes of input on the pages of ladders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField

from app.domain.ladder import Level
from app.infra.forms import Form
from app.infra.templating import join_words


class CompareForm(Form):
    """Which two levels stand side by side. Sent as part of the address, so that a comparison can be shared."""

    from_ = SelectField("From", name="from")
    to = SelectField("To")

    def __init__(self, levels: Sequence[Level], *args: Any, **kwargs: Any) -> None:
        """Offer the levels of the ladder, each with its titles."""
        super().__init__(*args, **kwargs)
        choices = [(level.id, _label(level)) for level in levels]
        self.from_.choices = choices
        self.to.choices = choices


def _label(level: Level) -> str:
    return f"{level.id} ({join_words(level.titles, 'or')})" if level.titles else level.id
