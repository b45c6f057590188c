"""What the pages of a team show of its support tiers: each with its state in words, and who holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.coverage import Coverage, Need, TierCover
from app.infra.clock import today
from app.people.models import LevelSpell, Person, Team
from app.people.queries import tiers as queries

MARKS = {
    Coverage.RED: "not_met",
    Coverage.AMBER: "partly_met",
    Coverage.GREEN: "met",
    Coverage.OUTSIDE: "waived",
    Coverage.NOT_NEEDED: "none",
}
"""The shape that stands for each state; the words beside it say the same."""


@dataclass(frozen=True, slots=True)
class TierLine:
    """One tier on a team's page. `names` are the people whom the reader may read, `others` how many more there are."""

    tier: str
    rank: int
    words: str
    need: Need
    mark: str
    state: str
    inside: int
    names: tuple[tuple[str, str], ...]
    others: int
    outside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TierPanel:
    """The support tiers of one team on one ladder."""

    lineage: str
    title: str
    rungs: int
    is_set: bool
    needs_any: bool
    lines: tuple[TierLine, ...]
    path: str
    bus_factor: int | None


def panels_of(actor: Actor, team: Team) -> list[TierPanel]:
    """Return the support tiers of a team, one panel for each ladder on which it has people or was set up.

    Where it has neither, the first ladder with tiers stands there with nothing required.
    """
    ladders = queries.list_support_ladders()
    found = queries.read_team_covers(queries.now_held(), ladders, [team.id], names=[(team.id, team.name)])
    if not found and ladders:
        found = [queries.find_team_cover(team, ladders)]
    return [_panel(actor, one) for one in found]


def _panel(actor: Actor, found: queries.TeamOnLadder) -> TierPanel:
    may_read = visible_to(actor, Permission.Person.READ, Person)
    people = queries.list_on_ladder(
        queries.now_held(), [found.team_id], LevelSpell.ladder == found.ladder.lineage, may_read
    )
    return TierPanel(
        found.ladder.lineage,
        found.ladder.title,
        found.ladder.tiers[-1].rank,
        found.is_set,
        bool(found.cover.required),
        tuple(_line(one, found, people) for one in found.cover.tiers),
        found.cover.path,
        found.cover.bus_factor,
    )


def _line(one: TierCover, found: queries.TeamOnLadder, people: Sequence[queries.OnLadder]) -> TierLine:
    holders = [person for person in people if found.ladder.ranks.get(person.level, 0) >= one.tier.rank]
    names = tuple((str(person.person_id), person.name) for person in holders)
    return TierLine(
        one.tier.id,
        one.tier.rank,
        found.ladder.words(one.tier.id),
        one.need,
        MARKS[one.coverage],
        one.words,
        one.inside,
        names,
        one.inside - len(names),
        tuple(holder.words for holder in found.outside_of(one.tier.id)),
    )


@dataclass(frozen=True, slots=True)
class LaterChange:
    """What a team needs at a tier from a later day on."""

    tier: str
    starts_on: date
    words: str


@dataclass(frozen=True, slots=True)
class TierPage:
    """What the page that changes a team's tiers shows beside its form."""

    ladder: queries.SupportLadder
    rungs: int
    is_set: bool
    tiers: tuple[tuple[str, int, str], ...]
    others: tuple[queries.SupportLadder, ...]
    holders: tuple[queries.OutsideHolder, ...]
    later: tuple[LaterChange, ...]


def tier_page(team: Team, ladder: queries.SupportLadder) -> TierPage:
    """Return what stands beside the form of a team's tiers: its ladders, holders outside, and what changes later."""
    day = today()
    recorded = queries.list_team_tiers(team.id, ladder.lineage)
    later = [row for row in recorded if row.starts_on > day]
    return TierPage(
        ladder,
        ladder.tiers[-1].rank,
        any(row.starts_on <= day and (row.ends_on is None or row.ends_on > day) for row in recorded),
        tuple((tier.id, tier.rank, ladder.words(tier.id)) for tier in ladder.tiers),
        tuple(queries.list_support_ladders()),
        tuple(queries.list_named_holders(team.id, ladder.lineage)),
        tuple(
            LaterChange(row.tier, row.starts_on, _need_words(Need(row.is_required, row.amber_from, row.green_from)))
            for row in sorted(later, key=lambda row: (row.starts_on, row.tier))
        ),
    )


def _need_words(need: Need) -> str:
    if not need.is_required:
        return "not required any more"
    return f"required, enough from {need.amber_from}, safe from {need.green_from}"
