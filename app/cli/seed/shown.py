"""Which told goals and offers fit what the people of a company show: their work is drawn by lot, the story is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ladders.queries import get_edition
from app.mentoring.queries.profiles import held_by, key_of, seekable

if TYPE_CHECKING:
    from app.cli.seed.load import Loader


class Shown:
    """What people hold and lack, asked of the rows that are written. Everything is named as “lineage:expectation”."""

    def __init__(self, loader: Loader) -> None:
        """Take the loader of the company."""
        self.loader = loader
        ladders = [get_edition(version).ladder for version in loader.editions.values()]
        self.lineages = {one.id: ladder.lineage for ladder in ladders for one in ladder.expectations}

    def keys(self, told: Sequence[str]) -> list[str]:
        """Return told expectations by their names among several ladders; what no ladder has is left out."""
        return [key_of(self.lineages[one], one) for one in told if one in self.lineages]

    def offers(self, who: str, told: Sequence[str]) -> list[str]:
        """Return what somebody is told to offer and holds."""
        person_id = self.loader.person_id(who)
        held = held_by([person_id])[person_id]
        return [key for key in self.keys(told) if key in held]

    def goals(self, who: str, told: Sequence[str], mentor: str = "") -> list[str]:
        """Return what somebody is told to seek and lacks.

        Where that is nothing it is what blocks them and the mentor holds, or else what blocks them first.
        """
        lacking = seekable(self.loader.person_id(who))
        wanted = [key for key in self.keys(told) if key in lacking]
        if not wanted and mentor:
            mentor_id = self.loader.person_id(mentor)
            held = held_by([mentor_id])[mentor_id]
            wanted = [key for key in lacking if key in held][:1]
        return wanted or list(lacking[:1])
