"""What an assessment of somebody can be opened against."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from app.domain.bar import next_targets
from app.domain.progression import held_on
from app.ladders.queries import Edition, find_adopted
from app.people.queries import list_held_levels


@dataclass(frozen=True, slots=True)
class Opening:
    """The version that counts for somebody, the level held, and the level that is assessed unless another is named.

    `usual` is the next level, at the top the level held; None where the ladder branches and somebody has to choose.
    """

    edition: Edition
    held: str
    usual: str | None

    @property
    def levels(self) -> list[tuple[str, str]]:
        """Return the levels to choose from, each with a word on where it stands."""
        ladder = self.edition.ladder
        following = {level.id for level in next_targets(ladder, self.held)}
        remark = {one: f"{one}, next level" for one in following} | {self.held: f"{self.held}, level held"}
        return [(level.id, remark.get(level.id, level.id)) for level in ladder.levels]


def find_opening(person_id: uuid.UUID, day: date) -> Opening | None:
    """Return what can be opened for a person on a day; None where no level of a ladder in use is held."""
    spell = held_on(list_held_levels(person_id), day)
    edition = find_adopted(spell.lineage, day) if spell else None
    if spell is None or edition is None:
        return None
    following = next_targets(edition.ladder, spell.level)
    usual = following[0].id if len(following) == 1 else None
    if not following:
        usual = spell.level
    return Opening(edition, spell.level, usual)
