"""The company as an import finds it: the values that the rules compare a people file with.

Keys of stored things are opaque to the rules. What is new in the file has none yet and is named by a `NewTeam` or
`NewPerson` until it is written.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar


class NewTeam(NamedTuple):
    """A team that the file names first, by its folded name."""

    folded: str


class NewPerson(NamedTuple):
    """Somebody who is new in the file, by employee id."""

    employee_id: str


class Held(NamedTuple):
    """A level of a lineage; `reason` says why the spell began, as it is stored."""

    lineage: str
    level: str
    reason: str

    def is_same_level(self, other: Held) -> bool:
        """Say whether both are the same level, whatever the reason."""
        return self[:2] == other[:2]


class Grouped(NamedTuple):
    """A value of one dimension of groups."""

    dimension: str
    value: str


TeamKey = uuid.UUID | NewTeam
PersonKey = uuid.UUID | NewPerson
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Stored(Generic[Value]):
    """A live row: its value holds from `starts_on` until the day before `ends_on`."""

    id: uuid.UUID
    value: Value
    starts_on: date
    ends_on: date | None

    def covers(self, day: date) -> bool:
        """Say whether it holds on a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(slots=True)
class Member:
    """Somebody whom Belay knows, with the live rows of what holds of them, first days first.

    Of teams, managers and groups, those rows alone that hold on the day of the import or later.
    """

    id: uuid.UUID
    employee_id: str | None
    name: str
    email: str
    hired_on: date | None
    left_on: date | None
    teams: Sequence[Stored[TeamKey]] = ()
    managers: Sequence[Stored[PersonKey]] = ()
    spells: Sequence[Stored[Held]] = ()
    groups: Sequence[Stored[Grouped]] = ()

    def works_on(self, day: date) -> bool:
        """Say whether somebody is employed and has not left by a day."""
        return self.employee_id is not None and (self.left_on is None or self.left_on > day)


@dataclass(frozen=True)
class KnownLadder:
    """A ladder that counts: its lineage, its title, the names it goes by, and its levels in their order."""

    lineage: str
    title: str
    names: frozenset[str]
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Company:
    """Everybody, every team by id, and the ladders that count."""

    members: Mapping[uuid.UUID, Member] = field(default_factory=dict)
    teams: Mapping[uuid.UUID, str] = field(default_factory=dict)
    ladders: Sequence[KnownLadder] = ()

    @cached_property
    def by_employee_id(self) -> dict[str, Member]:
        """Return the employees by their ids."""
        return {one.employee_id: one for one in self.members.values() if one.employee_id is not None}

    @cached_property
    def by_email(self) -> dict[str, Member]:
        """Return everybody by e-mail address."""
        return {one.email: one for one in self.members.values()}

    @cached_property
    def team_ids(self) -> dict[str, uuid.UUID]:
        """Return the teams by their folded names; of two that fold alike, the first by name."""
        named = sorted(self.teams.items(), key=lambda team: team[1], reverse=True)
        return {fold_name(name): team_id for team_id, name in named}

    @cached_property
    def titles(self) -> dict[str, str]:
        """Return the titles of ladders by lineage."""
        return {ladder.lineage: ladder.title for ladder in self.ladders}


def fold_name(name: str) -> str:
    """Return a name as it is compared: without capitals, spaces folded.

    >>> fold_name(" Data  Platform")
    'data platform'
    """
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
