"""What the support teams of the example company need at each tier, and who holds one for them from outside."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from app.cli.seed.company import SUPPORT
from app.cli.seed.roster import moved
from app.infra.db import Model
from app.people.models import HolderKind, TeamTier, TierHolder

SINCE = "2025-01-06"
MORNING = time(9, 0, tzinfo=UTC)


class Need(NamedTuple):
    """What one team needs at one tier: whether at all, and from how many holders it is no longer red, and green."""

    team: str
    tier: str
    is_required: bool = True
    amber_from: int = 1
    green_from: int = 2


class Outside(NamedTuple):
    """Who holds one tier for a team without being in it."""

    team: str
    tier: str
    kind: HolderKind
    name: str


NEEDS = (
    Need("clinic-support", "L1", green_from=3),
    Need("clinic-support", "L2"),
    Need("clinic-support", "L3"),
    Need("clinic-support", "L4"),
    Need("records-support", "L1"),
    Need("records-support", "L2"),
    Need("records-support", "L3"),
    Need("records-support", "L4", is_required=False),
)
HOLDERS = (
    Outside("clinic-support", "L4", HolderKind.EXTERNAL, "Tessera, maker of the card readers"),
    Outside("records-support", "L3", HolderKind.SHARED, "Records, the engineers on call"),
)


def tier_rows(
    key: Callable[..., uuid.UUID], teams: Collection[str], today: date
) -> Iterator[tuple[type[Model], dict[str, Any]]]:
    """Return the rows of the teams that the company has. `key` makes ids from names."""
    since = moved(SINCE, today)
    dated = {
        "lineage": SUPPORT,
        "starts_on": since,
        "ends_on": None,
        "recorded_at": datetime.combine(since, MORNING),
        "superseded_at": None,
    }
    for need in NEEDS:
        if need.team in teams:
            row = need._asdict()
            team = row.pop("team")
            yield TeamTier, {"id": key("tier", team, need.tier), "team_id": key("team", team), **row, **dated}
    for held in HOLDERS:
        if held.team in teams:
            row = held._asdict()
            team = row.pop("team")
            yield TierHolder, {"id": key("holder", team, held.tier), "team_id": key("team", team), **row, **dated}
