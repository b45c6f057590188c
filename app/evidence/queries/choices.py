"""The expectations that a person may tick, the nearest first."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.evidence.panels import blockers_of
from app.evidence.queries.marks import ExpectationMark, Marks
from app.evidence.queries.suggested import suggested_by
from app.infra.templating import KIND_LABELS, join_words

SUGGESTED = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """One expectation to tick: `why` is the remark under it, `line` what was typed about it.

    `accepts` are the kinds that count towards it, empty where any does; `misses` says that the chosen one does not.
    """

    id: str
    text: str
    why: str
    is_ticked: bool
    line: str = ""
    accepts: tuple[str, ...] = ()
    misses: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """The expectations of one level under its heading. `is_open`: one of them is ticked, or it comes first."""

    heading: str
    options: list[Choice]
    is_open: bool = False


@dataclass(frozen=True)
class Choices:
    """What may be ticked: a few that are near, then everything, level by level. `found` of them come from the words."""

    suggested: list[Choice] = field(default_factory=list)
    groups: list[ChoiceGroup] = field(default_factory=list)
    found: int = 0

    @property
    def count(self) -> int:
        """Return how many expectations there are to choose from."""
        return len(self.suggested) + sum(len(group.options) for group in self.groups)

    @property
    def headed(self) -> list[tuple[str, list[Choice]]]:
        """Return the groups as pairs, for the composer."""
        return [(group.heading, group.options) for group in self.groups]

    @property
    def everything(self) -> list[ChoiceGroup]:
        """Return all groups, what is near at the top of them."""
        nearest = [ChoiceGroup("Nearest to you", self.suggested, is_open=True)] if self.suggested else []
        return nearest + self.groups


def list_choices(
    person_id: uuid.UUID, marks: Marks, ticked: Mapping[str, str], text: str = "", kind: str | None = None
) -> Choices:
    """Return what a person may tick; `ticked` are the ids that are, each with its line, `text` is what was typed.

    With a `kind`, a tick that this kind does not count towards says so.

    First what is ticked already, then what the words of the text suggest; where they suggest little, what blocks the
    next level (or, while nobody knows that, what the next level adds). Then all others, the next level's first, then
    the level held, then the rest by rank.
    """
    blocking = [one for one in blockers_of(person_id) if one in marks.linkable]
    coming = [mark.id for mark in marks.linkable.values() if marks.is_next(mark)]
    by_words = suggested_by(text, marks, blocking)
    nearest = (blocking or coming)[: max(SUGGESTED - len(by_words), 0)]
    near = dict.fromkeys([*ticked, *by_words, *nearest])
    rest = [mark for mark in marks.linkable.values() if mark.id not in near]

    def choice(mark: ExpectationMark) -> Choice:
        why = mark.level
        if words := by_words.get(mark.id):
            why = f"{why}, because of {', '.join(f'“{word}”' for word in words)}"
        elif mark.id in blocking:
            why = f"{why}, missing for your next level"
        kinds, misses = marks.accepted_kinds(mark.id), ""
        if mark.id in ticked and kinds:
            why = f"{why}; counts as {join_words((KIND_LABELS[one].lower() for one in kinds), 'or')}"
            misses = (
                f"does not count as {KIND_LABELS[kind]}" if kind and kind in KIND_LABELS and kind not in kinds else ""
            )
        return Choice(
            mark.id,
            mark.text,
            why,
            mark.id in ticked,
            ticked.get(mark.id, ""),
            tuple(kinds),
            misses,
        )

    groups: dict[tuple[int, str, int, str], list[Choice]] = {}
    for mark in rest:
        groups.setdefault(_place(marks, mark), []).append(choice(mark))
    several = len(marks.own) > 1
    return Choices(
        [choice(marks.mark(one)) for one in near],
        [ChoiceGroup(_heading(place, several=several), groups[place]) for place in sorted(groups)],
        len(by_words),
    )


def _place(marks: Marks, mark: ExpectationMark) -> tuple[int, str, int, str]:
    nearness = 0 if marks.is_next(mark) else 1 if marks.is_held(mark) else 2
    return nearness, mark.ladder, mark.level_rank, mark.level


def _heading(place: tuple[int, str, int, str], *, several: bool) -> str:
    nearness, ladder, _, level = place
    return (f"{ladder} {level}" if several else level) + (", your next level", ", your level", "")[nearness]
