"""Tables of people: persons and teams, what holds of them for a time, uploads, and the tiers of teams."""

from app.people.models.people import (
    LIVE,
    EffectiveDated,
    GroupMembership,
    ImportState,
    Leave,
    LevelSpell,
    ManagerLink,
    PeopleImport,
    Person,
    SpellReason,
    Team,
    TeamMembership,
    effective_constraints,
)
from app.people.models.tiers import HOLDER_LENGTH, MOST_HOLDERS_NEEDED, HolderKind, TeamTier, TierHolder

__all__ = [
    "HOLDER_LENGTH",
    "LIVE",
    "MOST_HOLDERS_NEEDED",
    "EffectiveDated",
    "GroupMembership",
    "HolderKind",
    "ImportState",
    "Leave",
    "LevelSpell",
    "ManagerLink",
    "PeopleImport",
    "Person",
    "SpellReason",
    "Team",
    "TeamMembership",
    "TeamTier",
    "TierHolder",
    "effective_constraints",
]
