"""What a level in a people file means for the levels that are known: nothing new, a new spell, a correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.roster import Column, FieldChange
from app.domain.roster_company import Held, Stored
from app.domain.roster_spans import Rewrite, Span, set_from

IMPORT = "import"


@dataclass(frozen=True)
class LevelOutcome:
    """What is rewritten and how it reads; or, where the file contradicts what is known, the fault at `column`."""

    rewrite: Rewrite[Held] | None = None
    fields: Sequence[FieldChange] = ()
    fault: str = ""


@dataclass(frozen=True)
class Claimed:
    """The level that a row states, and since when."""

    lineage: str
    level: str
    since: date

    @property
    def held(self) -> Held:
        """Return it as a spell that this import begins."""
        return Held(self.lineage, self.level, IMPORT)


def compare_level(
    spells: Sequence[Stored[Held]], claimed: Claimed, *, today: date, titles: Mapping[str, str]
) -> LevelOutcome:
    """Compare a stated level with the known spells, first days first.

    Nothing known: a first spell. The same level with another day: its start is corrected. Another level with a later
    day: a new spell. Another level with the same day: the level is corrected. Another level with an earlier day
    contradicts what is known. What begins after today is looked at where the file names that day, or nothing earlier
    is known.
    """
    begun = [spell for spell in spells if spell.starts_on <= max(today, claimed.since)]
    if not begun and spells and spells[0].value.is_same_level(claimed.held):
        return _corrected_start(spells[:1], claimed.since)
    if not begun:
        return _new_spell(spells, None, claimed, titles)
    current = begun[-1]
    if not current.value.is_same_level(claimed.held):
        return _another_level(spells, current, claimed, titles)
    if claimed.since in {current.starts_on, _begin_of_stay(begun)}:
        return LevelOutcome()
    if current.ends_on is not None and current.ends_on <= claimed.since:
        return _new_spell(spells, None, claimed, titles)
    return _corrected_start(begun, claimed.since)


def _another_level(
    spells: Sequence[Stored[Held]], current: Stored[Held], claimed: Claimed, titles: Mapping[str, str]
) -> LevelOutcome:
    if claimed.since == current.starts_on:
        return _corrected_level(current, claimed, titles)
    if claimed.since > current.starts_on:
        return _new_spell(spells, current, claimed, titles)
    known = f"{titles.get(current.value.lineage, current.value.lineage)} {current.value.level}"
    return LevelOutcome(
        fault=f"Belay knows {known} since {current.starts_on}, which is later than this day. Write that level, or "
        "correct the history on the person's page.",
    )


def _begin_of_stay(begun: Sequence[Stored[Held]]) -> date:
    """Return when the stay at the last level began: rows that follow each other at one level are one stay."""
    first = begun[-1]
    for spell in reversed(begun[:-1]):
        if spell.ends_on != first.starts_on or not spell.value.is_same_level(first.value):
            break
        first = spell
    return first.starts_on


def _new_spell(
    spells: Sequence[Stored[Held]], before: Stored[Held] | None, claimed: Claimed, titles: Mapping[str, str]
) -> LevelOutcome:
    fields = _as_fields(before.value if before else None, claimed.held, claimed.since, titles)
    return LevelOutcome(set_from(spells, claimed.held, claimed.since), fields)


def _corrected_level(current: Stored[Held], claimed: Claimed, titles: Mapping[str, str]) -> LevelOutcome:
    right = claimed.held._replace(reason=current.value.reason)
    fields = _as_fields(current.value, right, None, titles, is_correction=True)
    return LevelOutcome(Rewrite([current], [Span(right, current.starts_on, current.ends_on)]), fields)


def _corrected_start(begun: Sequence[Stored[Held]], since: date) -> LevelOutcome:
    current = begun[-1]
    superseded, written = [current], [Span(current.value, since, current.ends_on)]
    if len(begun) > 1:
        before = begun[-2]
        if since <= before.starts_on:
            return LevelOutcome(
                fault=f"Belay knows another level, {before.value.level}, from {before.starts_on} to "
                f"{before.ends_on or current.starts_on}; {current.value.level} cannot have begun by then. Write a "
                "later day, or correct the history on the person's page.",
            )
        if before.ends_on == current.starts_on or before.ends_on is None or before.ends_on > since:
            superseded.append(before)
            written.append(Span(before.value, before.starts_on, since))
    change = FieldChange(
        Column.LEVEL_SINCE, current.starts_on.isoformat(), since.isoformat(), from_on=since, is_correction=True
    )
    return LevelOutcome(Rewrite(superseded, written), [change])


def _as_fields(
    old: Held | None, new: Held, from_on: date | None, titles: Mapping[str, str], *, is_correction: bool = False
) -> list[FieldChange]:
    fields = []
    if old is None or old.lineage != new.lineage:
        before = titles.get(old.lineage, old.lineage) if old else ""
        after = titles.get(new.lineage, new.lineage)
        fields.append(FieldChange(Column.LADDER, before, after, from_on, is_correction=is_correction))
    # The level stands beside a changed ladder even when both ladders call it the same.
    fields.append(FieldChange(Column.LEVEL, old.level if old else "", new.level, from_on, is_correction=is_correction))
    return fields
