"""Reading the support tiers of teams: what they need, who holds a tier in them or outside, and who leads in them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, not_, select, true

from app.domain.as_of import AsOf, Known
from app.domain.coverage import Need, TeamCover, Tier, team_cover, tiers_of, usual_needs
from app.domain.errors import MissingError
from app.infra.bulk import remembered
from app.infra.clock import today
from app.infra.db import db
from app.ladders.queries import Edition, list_adopted
from app.people.models import LevelSpell, ManagerLink, Person, Team, TeamMembership, TeamTier, TierHolder
from app.people.queries.as_of import held_as_of
from app.people.queries.persons import holds_on, works_here


def select_led_teams(manager_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the teams in which somebody reports to this person today."""
    day = today()
    reports = select(ManagerLink.person_id).where(ManagerLink.manager_id == manager_id, holds_on(ManagerLink, day))
    return select(TeamMembership.team_id).where(holds_on(TeamMembership, day), TeamMembership.person_id.in_(reports))


def leads_in_team(manager_id: uuid.UUID, team_id: uuid.UUID) -> bool:
    """Say whether somebody in the team reports to this person today."""
    found = select_led_teams(manager_id).where(TeamMembership.team_id == team_id).limit(1)
    return db.session.scalar(found) is not None


# Which ladders have tiers -----------------------------------------------------------


@dataclass(frozen=True)
class SupportLadder:
    """An adopted ladder that says when a ticket is passed up: its tiers are its levels by rank."""

    edition: Edition

    @property
    def lineage(self) -> str:
        """Return the name under which levels and tiers are kept."""
        return self.edition.ladder.lineage

    @property
    def title(self) -> str:
        """Return what a page calls it."""
        return self.edition.ladder.title

    @cached_property
    def tiers(self) -> tuple[Tier, ...]:
        """Return its tiers, lowest first."""
        return tiers_of(self.edition.ladder)

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """Return the rank of each of its levels."""
        return {level.id: level.rank for level in self.edition.ladder.levels}

    def words(self, tier: str) -> str:
        """Return the first title that the ladder gives to a tier, empty where it gives none."""
        titles = self.edition.ladder.level(tier).titles if self.edition.ladder.has_level(tier) else ()
        return titles[0] if titles else ""


def list_support_ladders(day: date | None = None) -> list[SupportLadder]:
    """Return the adopted ladders with tiers that count on a day, by title."""
    return [SupportLadder(edition) for edition in list_adopted(day) if edition.ladder.escalation]


def get_support_ladder(lineage: str) -> SupportLadder:
    """Return the support ladder of a lineage that counts today; MissingError when there is none."""
    found = next((one for one in list_support_ladders() if one.lineage == lineage), None)
    if found is None:
        raise MissingError
    return found


# How teams hold them ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutsideHolder:
    """An external or shared holder of one tier of one team."""

    id: uuid.UUID
    team_id: uuid.UUID
    lineage: str
    tier: str
    kind: str
    name: str
    starts_on: date
    ends_on: date | None

    @property
    def words(self) -> str:
        """Return who holds it and in which way: “External: Tessera”."""
        return f"{self.kind.capitalize()}: {self.name}"


@dataclass(frozen=True, slots=True)
class TeamOnLadder:
    """How one team holds the tiers of one ladder. `is_set` is False where the usual needs stand in for its own.

    `levels` counts its people by the level that they hold on that ladder.
    """

    team_id: uuid.UUID
    team: str
    ladder: SupportLadder
    is_set: bool
    cover: TeamCover
    levels: Mapping[str, int]
    outside: Sequence[OutsideHolder]

    def outside_of(self, tier: str) -> list[OutsideHolder]:
        """Return the external and shared holders of a tier, by name."""
        return [one for one in self.outside if one.tier == tier]


def now_held() -> AsOf:
    """Return the day and the knowledge of a page that shows what holds now."""
    return AsOf(today(), Known.NOW)


class OnLadder(NamedTuple):
    """One person of a team, and the level that they hold."""

    team_id: uuid.UUID
    lineage: str
    level: str
    person_id: uuid.UUID
    name: str


TeamsWanted = Select[uuid.UUID] | Iterable[uuid.UUID] | None


def read_team_covers(
    as_of: AsOf,
    ladders: Sequence[SupportLadder],
    teams: TeamsWanted = None,
    *,
    people: LevelCounts | None = None,
    names: Sequence[tuple[uuid.UUID, str]] | None = None,
) -> list[TeamOnLadder]:
    """Return how teams hold the tiers of ladders on a day, by ladder and then by the teams' names; None: every team.

    A team counts when somebody in it is on the ladder, or when it was set up there. Four queries at most, however many
    teams; `people` and `names` are what the caller has read of the same teams already.
    """
    lineages = [ladder.lineage for ladder in ladders]
    if people is None:
        people = count_by_level(as_of, teams, LevelSpell.ladder.in_(lineages))
    needs = _needs(as_of, lineages, teams)
    outside: dict[tuple[uuid.UUID, str], list[OutsideHolder]] = {}
    for holder in list_outside_holders(as_of, teams):
        outside.setdefault((holder.team_id, holder.lineage), []).append(holder)
    known: dict[Hashable, TeamCover] = {}
    return [
        _on_ladder(team_id, name, ladder, people.get(key), needs.get(key), outside.get(key, ()), known)
        for ladder in ladders
        for team_id, name in (list_team_names(teams) if names is None else names)
        if (key := (team_id, ladder.lineage)) in people or key in needs or key in outside
    ]


def _on_ladder(
    team_id: uuid.UUID,
    name: str,
    ladder: SupportLadder,
    levels: Mapping[str, int] | None,
    needs: Mapping[str, Need] | None,
    outside: Sequence[OutsideHolder],
    known: dict[Hashable, TeamCover],
) -> TeamOnLadder:
    ranks: dict[int, int] = {}
    for level, number in (levels or {}).items():
        # A level that the edition of the day does not know has no rank there; nobody is counted by guess.
        if (rank := ladder.ranks.get(level)) is not None:
            ranks[rank] = ranks.get(rank, 0) + number
    # Of ten thousand teams most are alike in numbers; each shape is worked out once.
    shape: Hashable = (
        ladder.lineage,
        tuple(sorted(ranks.items())),
        None if needs is None else tuple(sorted(needs.items(), key=itemgetter(0))),
        tuple(sorted(holder.tier for holder in outside)),
    )
    if shape not in known:
        wanted = needs if needs is not None else usual_needs(ladder.tiers, has_people=bool(ranks))
        known[shape] = team_cover(ladder.tiers, wanted, ranks, Counter(holder.tier for holder in outside))
    return TeamOnLadder(team_id, name, ladder, needs is not None, known[shape], levels or {}, outside)


def find_team_cover(team: Team, ladders: Sequence[SupportLadder]) -> TeamOnLadder:
    """Return how one team holds tiers now, on the first of these ladders on which it has anything, else on the first.

    There must be one.
    """
    found = read_team_covers(now_held(), ladders, [team.id], names=[(team.id, team.name)])
    return found[0] if found else _on_ladder(team.id, team.name, ladders[0], None, None, (), {})


def _within(column: Any, teams: TeamsWanted) -> ColumnElement[bool]:  # noqa: ANN401 - a column of ids of teams
    if teams is None:
        return true()
    return column.in_(teams if isinstance(teams, Select) else list(teams))  # type: ignore[no-any-return]


def list_team_names(teams: TeamsWanted) -> list[tuple[uuid.UUID, str]]:
    """Return teams as id and name, by name."""
    rows = select(Team.id, Team.name).where(_within(Team.id, teams)).order_by(func.lower(Team.name), Team.id)
    return [(row.id, row.name) for row in db.session.execute(rows)]


LevelCounts = Mapping[tuple[uuid.UUID, str], Mapping[str, int]]
"""How many people hold each level, by team and ladder."""


def count_by_level(
    as_of: AsOf, teams: TeamsWanted, *wanted: ColumnElement[bool], here: ColumnElement[bool] | None = None
) -> dict[tuple[uuid.UUID, str], dict[str, int]]:
    """Return how many people of each team hold each level, by team and ladder; of teams without any, nothing.

    `wanted` are conditions on spells and memberships, `here` the one on persons who work here, for a day of which
    something else was known than is now.
    """
    group = (TeamMembership.team_id, LevelSpell.ladder, LevelSpell.level)
    # Who does not work here is looked up once; joining every person takes half as long again.
    gone = select(Person.id).where(not_(works_here(as_of.day) if here is None else here))
    rows = (
        select(remembered(TeamMembership.team_id), LevelSpell.ladder, LevelSpell.level, func.count().label("people"))
        .join(LevelSpell, LevelSpell.person_id == TeamMembership.person_id)
        .where(held_as_of(TeamMembership, as_of), held_as_of(LevelSpell, as_of))
        .where(TeamMembership.person_id.not_in(gone), _within(TeamMembership.team_id, teams), *wanted)
        .group_by(*group)
        .order_by(*group)
    )
    found: dict[tuple[uuid.UUID, str], dict[str, int]] = {}
    for team_id, lineage, level, people in db.session.execute(rows):
        found.setdefault((team_id, lineage), {})[level] = people
    return found


def _needs(as_of: AsOf, lineages: Sequence[str], teams: TeamsWanted) -> dict[tuple[uuid.UUID, str], dict[str, Need]]:
    rows = (
        select(
            TeamTier.team_id,
            TeamTier.lineage,
            TeamTier.tier,
            TeamTier.is_required,
            TeamTier.amber_from,
            TeamTier.green_from,
        )
        .where(held_as_of(TeamTier, as_of), TeamTier.lineage.in_(lineages), _within(TeamTier.team_id, teams))
        .order_by(TeamTier.team_id, TeamTier.lineage, TeamTier.tier, TeamTier.id)
    )
    found: dict[tuple[uuid.UUID, str], dict[str, Need]] = {}
    for row in db.session.execute(rows):
        need = Need(row.is_required, row.amber_from, row.green_from)
        found.setdefault((row.team_id, row.lineage), {})[row.tier] = need
    return found


def list_outside_holders(as_of: AsOf, teams: TeamsWanted = None) -> list[OutsideHolder]:
    """Return the external and shared holders of a day, by name."""
    return _outside(and_(held_as_of(TierHolder, as_of), _within(TierHolder.team_id, teams)))


def list_named_holders(team_id: uuid.UUID, lineage: str) -> list[OutsideHolder]:
    """Return the external and shared holders of a team on a ladder now and later, by name."""
    day = today()
    return _outside(
        and_(
            TierHolder.superseded_at.is_(None),
            TierHolder.team_id == team_id,
            TierHolder.lineage == lineage,
            TierHolder.ends_on.is_(None) | (TierHolder.ends_on > day),
        )
    )


def _outside(wanted: ColumnElement[bool]) -> list[OutsideHolder]:
    columns = (
        TierHolder.id,
        TierHolder.team_id,
        TierHolder.lineage,
        TierHolder.tier,
        TierHolder.kind,
        TierHolder.name,
        TierHolder.starts_on,
        TierHolder.ends_on,
    )
    rows = select(*columns).where(wanted).order_by(func.lower(TierHolder.name), TierHolder.id)
    return [OutsideHolder(*row) for row in db.session.execute(rows)]


def list_on_ladder(
    as_of: AsOf,
    team_ids: Iterable[uuid.UUID],
    *wanted: ColumnElement[bool],
    here: ColumnElement[bool] | None = None,
) -> list[OnLadder]:
    """Return who of teams holds which level on a day, by name, as far as the conditions reach."""
    rows = (
        select(TeamMembership.team_id, LevelSpell.ladder, LevelSpell.level, Person.id, Person.name)
        .join(LevelSpell, LevelSpell.person_id == TeamMembership.person_id)
        .join(Person, Person.id == TeamMembership.person_id)
        .where(held_as_of(TeamMembership, as_of), held_as_of(LevelSpell, as_of))
        .where(works_here(as_of.day) if here is None else here)
        .where(TeamMembership.team_id.in_(list(team_ids)), *wanted)
        .order_by(Person.sort_name, Person.id)
    )
    return [OnLadder(*row) for row in db.session.execute(rows)]


# Changing them ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HolderOfTeam:
    """An external or shared holder, with the team; `id` is the team's, whose right decides."""

    id: uuid.UUID
    team: Team
    holder: TierHolder


def get_holder(team: Team, holder_id: uuid.UUID) -> HolderOfTeam:
    """Return a holder of a team that was not taken back or corrected since; MissingError when there is none."""
    holder = db.session.get(TierHolder, holder_id)
    if holder is None or holder.team_id != team.id or holder.superseded_at is not None:
        raise MissingError
    return HolderOfTeam(team.id, team, holder)


def list_team_tiers(team_id: uuid.UUID, lineage: str) -> list[TeamTier]:
    """Return what is recorded of a team's needs on a ladder, by tier and first day."""
    rows = select(TeamTier).where(
        TeamTier.team_id == team_id, TeamTier.lineage == lineage, TeamTier.superseded_at.is_(None)
    )
    return list(db.session.scalars(rows.order_by(TeamTier.tier, TeamTier.starts_on, TeamTier.id)))


def tiers_version(team_id: uuid.UUID, lineage: str) -> int:
    """Return a number that grows with every change of a team's needs on a ladder: how many rows it ever had."""
    rows = select(func.count()).select_from(TeamTier)
    return db.session.scalar(rows.where(TeamTier.team_id == team_id, TeamTier.lineage == lineage)) or 0
