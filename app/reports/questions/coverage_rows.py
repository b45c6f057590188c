"""The tables of the report on coverage. Names and standings are read for one page of rows, or a few hundred teams."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

from app.assessment.queries import PersonStanding
from app.domain.coverage import Coverage, TierCover
from app.ladders.queries import Edition
from app.people.queries.tiers import OnLadder, TeamOnLadder
from app.reports.findings import Cell, Column, Hidden, Kind, Linked, Row
from app.reports.queries.coverage import CoverageData, KnownPeople, LevelHeld, Place

AT_ONCE = 400
SHOWN_MISSING = 3
LONGEST_SHOWN = 70

TIER_COLUMNS = (
    Column("team", "Team"),
    Column("ladder", "Ladder"),
    Column("tier", "Tier"),
    Column("required", "Required"),
    Column("enough_from", "Enough from", Kind.COUNT),
    Column("safe_from", "Safe from", Kind.COUNT),
    Column("holders", "Holders", Kind.COUNT, note="People of the team at the tier or above, and holders outside"),
    Column("names", "Who in the team", is_wide=True),
    Column("outside", "Held outside by"),
    Column("state", "State"),
)
TEAM_COLUMNS = (
    Column("team", "Team"),
    Column("ladder", "Ladder"),
    Column("path", "Escalation path"),
    Column("bus_factor", "Bus factor", Kind.COUNT, note="So many holders leaving are enough to lose a required tier"),
    Column("single_points", "Hangs on one person", is_wide=True),
    Column("outside_alone", "Held outside alone"),
    Column("needs", "What it needs"),
)
MEND_COLUMNS = (
    Column("place", "Place"),
    Column("nearest", "Who is nearest"),
    Column("level", "Level"),
    Column("missing", "Missing", Kind.COUNT, note="Expectations of the next level that block them"),
    Column("what", "What is missing", is_wide=True),
)
LEVEL_COLUMNS = (
    Column("team", "Team"),
    Column("ladder", "Ladder"),
    Column("level", "Level"),
    Column("people", "People", Kind.COUNT),
    Column("names", "Who", is_wide=True),
)

T = TypeVar("T")
Told = Callable[[Sequence[T]], list[Row]]


class ToldRows(Generic[T]):
    """Rows that are told of known things, some at a time: names are read for those alone."""

    def __init__(self, things: Sequence[T], told: Told[T]) -> None:
        """Keep what is told, and how."""
        self._things = things
        self._told = told

    def count(self) -> int:
        """Return how many there are."""
        return len(self._things)

    def window(self, offset: int, limit: int) -> Sequence[Row]:
        """Return a page of them."""
        return self._told(self._things[offset : offset + limit])

    def stream(self) -> Iterator[Row]:
        """Return all of them, a few hundred at a time."""
        for first in range(0, len(self._things), AT_ONCE):
            yield from self._told(self._things[first : first + AT_ONCE])


Tier = tuple[TeamOnLadder, TierCover]


def tier_rows(data: CoverageData) -> ToldRows[Tier]:
    """Return a row for each team and tier."""
    return ToldRows([(team, one) for team in data.covers for one in team.cover.tiers], lambda some: _tiers(data, some))


def _tiers(data: CoverageData, some: Sequence[Tier]) -> list[Row]:
    is_inside = not data.criteria.is_for_outside
    people: KnownPeople = data.people(team.team_id for team, _ in some) if is_inside else {}
    rows: list[Row] = []
    for team, one in some:
        readable, is_counted = here_of(people, team), data.tells_counts(team)
        names = [person.name for person in holders_of(team, one, readable)]
        rows.append(
            (
                Linked(team.team, "team", team.team_id),
                team.ladder.title,
                one.tier.id,
                "Yes" if one.need.is_required else "No",
                one.need.amber_from if one.need.is_required else None,
                one.need.green_from if one.need.is_required else None,
                one.holders if is_counted else Hidden(),
                names_told(names, one.inside if is_counted else len(names)) if is_inside else None,
                outside_told(team, one, is_inside=is_inside) or None,
                one.words if is_counted else one.state,
            )
        )
    return rows


def here_of(people: KnownPeople, team: TeamOnLadder) -> list[OnLadder]:
    """Return those of a team's people who are on the ladder, of whom the reader may read, by name."""
    return people.get(team.team_id, {}).get(team.ladder.lineage, [])


def holders_of(team: TeamOnLadder, one: TierCover, people: Sequence[OnLadder]) -> list[OnLadder]:
    """Return those of the team's people who hold a tier, in their order."""
    return [person for person in people if team.ladder.ranks.get(person.level, 0) >= one.tier.rank]


def names_told(names: Sequence[str], everybody: int, most: int | None = None) -> str | None:
    """Return names with how many there are besides: those beyond `most`, and those whom the reader may not read.

    >>> names_told(["Ada", "Ben", "Cem"], 5, 2), names_told([], 2), names_told([], 0)
    ('Ada, Ben and 3 more', '2 whom you may not read', None)
    """
    shown = names if most is None else names[:most]
    rest = everybody - len(shown)
    if not shown:
        return f"{rest} whom you may not read" if rest else None
    return f"{', '.join(shown)} and {rest} more" if rest else ", ".join(shown)


def outside_told(team: TeamOnLadder, one: TierCover, *, is_inside: bool) -> str:
    """Return who holds a tier outside; for outside the company, in which way alone."""
    holders = team.outside_of(one.tier.id)
    return "; ".join(holder.words if is_inside else holder.kind.capitalize() for holder in holders)


# Teams ------------------------------------------------------------------------------


def team_rows(data: CoverageData) -> ToldRows[TeamOnLadder]:
    """Return a row for each team and ladder: its path, its bus factor, and what hangs on one person."""
    return ToldRows(data.covers, lambda some: _teams(data, some))


def _teams(data: CoverageData, some: Sequence[TeamOnLadder]) -> list[Row]:
    hanging = [team.team_id for team in some if team.cover.single_points]
    people: KnownPeople = data.people(hanging) if hanging and not data.criteria.is_for_outside else {}
    return [
        (
            Linked(team.team, "team", team.team_id),
            team.ladder.title,
            team.cover.path,
            team.cover.bus_factor if data.tells_counts(team) else Hidden(),
            "; ".join(_single(team, one, here_of(people, team)) for one in team.cover.single_points) or None
            if data.tells_counts(team)
            else Hidden(),
            ", ".join(one.tier.id for one in team.cover.tiers if one.coverage is Coverage.OUTSIDE) or None,
            "As set for the team" if team.is_set else "The usual needs",
        )
        for team in some
    ]


def _single(team: TeamOnLadder, one: TierCover, people: Sequence[OnLadder]) -> str:
    names = [person.name for person in holders_of(team, one, people)]
    return f"{one.tier.id}: {names[0]}" if names else one.tier.id


# What would mend it -------------------------------------------------------------------


class MendRows:
    """A row for each red or amber place and each of its team's people who stand one level below, by name.

    They are in no other order: which of them it will be is no matter of a list.
    """

    def __init__(self, data: CoverageData) -> None:
        """Keep the places, and the number of the first line of each."""
        self._data = data
        self._ends = list(accumulate(place.lines for place in data.places))

    def count(self) -> int:
        """Return how many lines there are."""
        return self._ends[-1] if self._ends else 0

    def window(self, offset: int, limit: int) -> Sequence[Row]:
        """Return a page of lines."""
        lines: list[tuple[Place, int]] = []
        for place, end in zip(self._data.places, self._ends, strict=True):
            first = end - place.lines
            if first >= offset + limit:
                break
            lines += [(place, line - first) for line in range(max(first, offset), min(end, offset + limit))]
        return self._told(lines)

    def stream(self) -> Iterator[Row]:
        """Return all lines, a few hundred at a time."""
        for offset in range(0, self.count(), AT_ONCE):
            yield from self.window(offset, AT_ONCE)

    def _told(self, lines: Sequence[tuple[Place, int]]) -> list[Row]:
        people = self._data.people(place.team.team_id for place, _ in lines if place.people)
        chosen = [(place, self._nearest(place, number, people)) for place, number in lines]
        standings = self._data.readable_standings({person.person_id for _, person in chosen if person})
        return [_mend(place, person, standings.get(person.person_id) if person else None) for place, person in chosen]

    @staticmethod
    def _nearest(place: Place, number: int, people: KnownPeople) -> OnLadder | None:
        team = place.team
        here = here_of(people, team)
        near = [person for person in here if team.ladder.ranks.get(person.level) == place.below]
        return near[number] if number < len(near) else None


def _mend(place: Place, person: OnLadder | None, standing: PersonStanding | None) -> Row:
    where = f"{place.team.team}, {place.cover.tier.id}"
    named = Linked(where, "team", place.team.team_id)
    if person is None:
        return (named, "Somebody whom you may not read" if place.hidden else "Nobody one level below", None, None, None)
    missing, what = _missing(place, standing)
    return (named, Linked(person.name, "person", person.person_id), person.level, missing, what)


def _missing(place: Place, standing: PersonStanding | None) -> tuple[int | None, Cell]:
    """Return how many expectations of the tier's level block somebody, and the first of them in words."""
    if standing is None or standing.edition is None:
        return None, None
    ranks = place.team.ladder.ranks
    targets = [one for one in standing.targets if ranks.get(one.target) == place.cover.tier.rank]
    if not targets or standing.lineage != place.team.ladder.lineage:
        return None, None
    target = targets[0]
    told = [_short(standing.edition, one) for one in target.blocking_ids[:SHOWN_MISSING]]
    more = target.blocking - len(told)
    return target.blocking, "; ".join([*told, *([f"and {more} more"] if more else [])]) or "Nothing blocks"


def _short(edition: Edition, expectation_id: str) -> str:
    text = edition.ladder.expectation(expectation_id).text
    text = text.removesuffix(".")
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN].rsplit(' ', 1)[0]} …"


# Levels -------------------------------------------------------------------------------


def level_rows(data: CoverageData) -> ToldRows[LevelHeld]:
    """Return a row for each team and level that somebody in it holds whom the reader may read."""
    return ToldRows(data.levels, lambda some: _levels(data, some))


def _levels(data: CoverageData, some: Sequence[LevelHeld]) -> list[Row]:
    titles = {edition.ladder.lineage: edition.ladder.title for edition in data.editions}
    people = data.people(one.team_id for one in some)
    return [
        (
            Linked(one.team, "team", one.team_id),
            titles.get(one.lineage, one.lineage),
            one.level,
            one.people,
            ", ".join(person.name for person in people[one.team_id].get(one.lineage, []) if person.level == one.level),
        )
        for one in some
    ]
