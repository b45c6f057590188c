"""Teams with support tiers. Everything is committed."""

from __future__ import annotations

from datetime import date, datetime

from app.domain.coverage import Need
from app.infra.unit_of_work import transaction
from app.people.actions import tiers as actions
from app.people.models import HolderKind, Person, Team, TierHolder
from app.people.queries import tiers as queries
from tests.factories.people import AT, SYSTEM, make_person, make_team

SUPPORT_LADDER = "technical-support"
FROM = date(2024, 1, 1)
ALL_REQUIRED = (1, 2, 3, 4)


def support_ladder() -> queries.SupportLadder:
    """Return the support ladder that counts."""
    return queries.get_support_ladder(SUPPORT_LADDER)


def make_support_team(name: str, levels: str = "", *, manager: Person | None = None, since: date = FROM) -> Team:
    """Return a team with one person for each digit: “112” has two people at L1 and one at L2.

    They are called “L1 person 1 of Billing” and so on.
    """
    team = make_team(name)
    for place, digit in enumerate(levels, 1):
        make_person(
            f"L{digit} person {place} of {name}",
            manager=manager,
            team=team,
            ladder=SUPPORT_LADDER,
            level=f"L{digit}",
            since=since,
        )
    return team


def set_tiers(
    team: Team,
    required: tuple[int, ...] = ALL_REQUIRED,
    *,
    amber: int = 1,
    green: int = 2,
    from_on: date = FROM,
    at: datetime = AT,
) -> list[str]:
    """Let a team need the tiers of these ranks, all with the same thresholds, and no other."""
    ladder = support_ladder()
    with transaction():
        return actions.set_team_tiers(
            team,
            ladder,
            {tier.id: Need(tier.rank in required, amber, green) for tier in ladder.tiers},
            from_on=from_on,
            version=queries.tiers_version(team.id, ladder.lineage),
            by=SYSTEM,
            at=at,
        )


def name_holder(
    team: Team,
    tier: str = "L4",
    name: str = "Tessera",
    *,
    kind: HolderKind = HolderKind.EXTERNAL,
    from_on: date = FROM,
    at: datetime = AT,
) -> TierHolder:
    """Name an external or shared holder of a tier."""
    with transaction():
        return actions.name_holder(
            team, support_ladder(), tier=tier, kind=kind, name=name, from_on=from_on, by=SYSTEM, at=at
        )
