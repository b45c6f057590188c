"""Expectations as pages of evidence name them: text, level, and the rule by which a piece counts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can
from app.domain.evidence import EvidenceKind, Leave, LeftOut, Piece, counts_until, sufficiency
from app.domain.ladder import EvidenceRule, Expectation, Ladder, Level
from app.domain.progression import held_on
from app.ladders.queries import Edition, list_adopted
from app.people.queries import list_held_levels, list_leaves

GONE = "An expectation that no ladder in use has"


@dataclass(frozen=True, slots=True)
class ExpectationMark:
    """One expectation as it is named beside evidence.

    `rule` is None where no adopted edition of the person's ladders has it: nothing can count towards it there.
    """

    id: str
    text: str
    level: str = "–"
    level_rank: int = 1
    rungs: int = 4
    lineage: str = ""
    ladder: str = ""
    competency: str = ""
    competency_name: str = ""
    rule: EvidenceRule | None = None


def levels_of(ladder: Ladder) -> Iterator[tuple[Level, Expectation]]:
    """Yield every expectation with the lowest level that demands it, level by level."""
    seen: set[str] = set()
    for level in sorted(ladder.levels, key=lambda one: one.rank):
        for expectation in ladder.added_at(level.id):
            if expectation.id not in seen:
                seen.add(expectation.id)
                yield level, expectation


def _marks_of(ladder: Ladder) -> Iterator[ExpectationMark]:
    rungs = max(level.rank for level in ladder.levels)
    names = {competency.id: competency.name for competency in ladder.competencies}
    for level, expectation in levels_of(ladder):
        yield ExpectationMark(
            id=expectation.id,
            text=expectation.text,
            level=level.id,
            level_rank=level.rank,
            rungs=rungs,
            lineage=ladder.lineage,
            ladder=ladder.title,
            competency=expectation.competency,
            competency_name=names[expectation.competency],
            rule=expectation.evidence,
        )


@dataclass(frozen=True)
class Marks:
    """What the ladders that count for a person say about expectations, and how old their pieces may be.

    `own` are the editions adopted for the lineages on which the person has held a level; `held` is the level held on
    the day of reading, on the edition `current`. `tells_days`: the reader may know until when a piece counts.
    """

    own: tuple[Edition, ...]
    current: Edition | None
    held: str | None
    leaves: tuple[Leave, ...]
    linkable: dict[str, ExpectationMark]
    foreign: dict[str, ExpectationMark]
    on: date
    tells_days: bool = True

    def mark(self, expectation_id: str) -> ExpectationMark:
        """Return the expectation of an id. One that no ladder in use has is named by its id."""
        known = self.linkable.get(expectation_id) or self.foreign.get(expectation_id)
        return known or ExpectationMark(expectation_id, f"{GONE}: {expectation_id}.")

    @property
    def next_levels(self) -> tuple[str, ...]:
        """Return the levels that may follow the one held; several where the ladder branches, none at its top."""
        if self.current is None or self.held is None or not self.current.ladder.has_level(self.held):
            return ()
        return self.current.ladder.level(self.held).next

    def is_next(self, mark: ExpectationMark) -> bool:
        """Say whether an expectation is one that a next level adds."""
        return self._is_current(mark) and mark.level in self.next_levels

    def is_held(self, mark: ExpectationMark) -> bool:
        """Say whether an expectation is one that the level held adds."""
        return self._is_current(mark) and mark.level == self.held

    def _is_current(self, mark: ExpectationMark) -> bool:
        return self.current is not None and mark.lineage == self.current.ladder.lineage

    def until(self, expectation_id: str, piece: Piece) -> date | None:
        """Return the last day on which an accepted piece counts towards an expectation.

        None when it does not count on the day of reading, when open-ended leave holds its age, and for a reader who may
        not know of leave: days of leave are in it.
        """
        rule = self.mark(expectation_id).rule
        if rule is None or not self.tells_days or self.against(expectation_id, piece) is not None:
            return None
        return counts_until(piece, rule, self.leaves)

    def against(self, expectation_id: str, piece: Piece) -> LeftOut | None:
        """Return why a piece does not count towards an expectation; None when it does, or no rule is there."""
        rule = self.mark(expectation_id).rule
        if rule is None:
            return None
        return next(iter(sufficiency(rule, [piece], self.on, self.leaves).left_out), None)

    def accepted_kinds(self, expectation_id: str) -> tuple[EvidenceKind, ...]:
        """Return the kinds that count towards an expectation, in their usual order; empty where any does."""
        rule = self.mark(expectation_id).rule
        return tuple(kind for kind in EvidenceKind if rule is not None and kind.value in rule.kinds)


def marks_for(person_id: uuid.UUID, on: date) -> Marks:
    """Return what counts for a person on a day, in a fixed number of queries."""
    spells = list_held_levels(person_id)
    adopted = list_adopted(on)
    lineages = {spell.lineage for spell in spells}
    own = tuple(edition for edition in adopted if edition.ladder.lineage in lineages)
    held = held_on(spells, on)
    current = next((edition for edition in own if held and edition.ladder.lineage == held.lineage), None)
    return Marks(
        own=own,
        current=current,
        held=held.level if held else None,
        leaves=tuple(list_leaves(person_id)),
        linkable=_by_id(own),
        foreign={key: _without_rule(mark) for key, mark in _by_id(adopted).items()},
        on=on,
    )


def as_read_by(actor: Actor, person_id: uuid.UUID, marks: Marks) -> Marks:
    """Return the same marks, without days for a reader who may not know when the person was on leave."""
    may_know = can(actor, Permission.Person.READ_LEAVE, SimpleNamespace(subject_id=person_id))
    return replace(marks, tells_days=may_know)


def _by_id(editions: Iterable[Edition]) -> dict[str, ExpectationMark]:
    found: dict[str, ExpectationMark] = {}
    for edition in editions:
        for mark in _marks_of(edition.ladder):
            found.setdefault(mark.id, mark)
    return found


def _without_rule(mark: ExpectationMark) -> ExpectationMark:
    return replace(mark, rule=None)
