"""Who holds which support tier of a team: its coverage, its bus factor, and how far a ticket can be passed up.

Source of the rules: domain specification, section 5.6. A person holds a tier when their rank on the support ladder is
at least that of the tier; an external or shared holder counts for the tier that they are named for, and for no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from app.domain.ladder import Ladder

AMBER_FROM = 1
GREEN_FROM = 2


class Coverage(StrEnum):
    """How well one tier of a team is held."""

    RED = "red"
    """By fewer than the team needs at the least."""
    AMBER = "amber"
    """By enough, and by fewer than are safe."""
    GREEN = "green"
    """By as many as are safe, or more."""
    OUTSIDE = "outside"
    """By enough, of whom nobody is in the team."""
    NOT_NEEDED = "not_needed"
    """The team need not hold it."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of a support ladder: the level that it is named after, and the rank from which people hold it."""

    id: str
    rank: int


def tiers_of(ladder: Ladder) -> tuple[Tier, ...]:
    """Return the tiers of a ladder, lowest first: none unless it says when a ticket is passed up, else one a rank.

    A ladder that branches has several levels of one rank. The tier is named after the one that its rules of escalation
    name, or after the first.
    """
    if not ladder.escalation:
        return ()
    named = {end for rule in ladder.escalation for end in (rule.from_tier, rule.to_tier)}
    by_rank: dict[int, str] = {}
    for level in sorted(ladder.levels, key=lambda level: (level.rank, level.id not in named)):
        by_rank.setdefault(level.rank, level.id)
    return tuple(Tier(level_id, rank) for rank, level_id in by_rank.items())


@dataclass(frozen=True, slots=True)
class Need:
    """What a team needs at one tier. Fewer than `amber_from` holders are red, `green_from` or more green."""

    is_required: bool = True
    amber_from: int = AMBER_FROM
    green_from: int = GREEN_FROM


def usual_needs(tiers: Sequence[Tier], *, has_people: bool) -> dict[str, Need]:
    """Return what a team needs that nobody has set up (house).

    Nothing where nobody in it is on the ladder; else every tier but the last, which may be held outside, with the usual
    thresholds. A ladder of one tier needs that one.
    """
    needed = {tier.id for tier in (tiers[:-1] or tiers)} if has_people else set()
    return {tier.id: Need(is_required=tier.id in needed) for tier in tiers}


@dataclass(frozen=True, slots=True)
class TierCover:
    """One tier of one team: what is needed, and how many in the team and outside it hold the tier."""

    tier: Tier
    need: Need
    inside: int
    outside: int

    @property
    def holders(self) -> int:
        """Return how many hold it, in the team or outside."""
        return self.inside + self.outside

    @property
    def coverage(self) -> Coverage:
        """Return how well it is held."""
        if not self.need.is_required:
            return Coverage.NOT_NEEDED
        if self.holders < self.need.amber_from:
            return Coverage.RED
        if not self.inside:
            return Coverage.OUTSIDE
        return Coverage.GREEN if self.holders >= self.need.green_from else Coverage.AMBER

    @property
    def hangs_on_one_person(self) -> bool:
        """Say whether the team needs it and one person of the team is all there is: a single point of failure."""
        return self.need.is_required and self.holders == 1 and self.inside == 1

    @property
    def state(self) -> str:
        """Return how well it is held in words that count nobody."""
        return {
            Coverage.RED: "Too few",
            Coverage.AMBER: "Just enough",
            Coverage.GREEN: "Safe",
            Coverage.OUTSIDE: "Held outside alone",
            Coverage.NOT_NEEDED: "Not required",
        }[self.coverage]

    @property
    def words(self) -> str:
        """Return how well it is held, in words that tell of the place and of nobody's work.

        >>> TierCover(Tier("L3", 3), Need(), 0, 0).words, TierCover(Tier("L3", 3), Need(), 1, 0).words
        ('Nobody', 'One person alone')
        """
        return {
            Coverage.RED: f"{self.need.amber_from - self.holders} too few" if self.holders else "Nobody",
            Coverage.AMBER: "One person alone" if self.hangs_on_one_person else "Enough, with nobody to spare",
            Coverage.GREEN: "Safe",
            Coverage.OUTSIDE: "Held outside alone",
            Coverage.NOT_NEEDED: "Not required",
        }[self.coverage]


@dataclass(frozen=True, slots=True)
class Break:
    """Where a ticket gets no further: nobody takes it at `tier`. `below` is the tier under it, None at the lowest."""

    below: str | None
    tier: str

    @property
    def words(self) -> str:
        """Return it in words.

        >>> Break("L2", "L3").words, Break(None, "L1").words
        ('from L2 to L3', 'at L1')
        """
        return f"at {self.tier}" if self.below is None else f"from {self.below} to {self.tier}"


@dataclass(frozen=True)
class TeamCover:
    """All tiers of one team on one ladder, lowest first."""

    tiers: tuple[TierCover, ...]

    @cached_property
    def required(self) -> tuple[TierCover, ...]:
        """Return the tiers that the team must hold."""
        return tuple(one for one in self.tiers if one.need.is_required)

    @cached_property
    def bus_factor(self) -> int | None:
        """Return how many holders, chosen badly, are enough to lose a required tier; None when none is required."""
        return bus_factor(one.holders for one in self.required)

    @cached_property
    def breaks(self) -> tuple[Break, ...]:
        """Return where the escalation path breaks: each tier up to the highest required one that nobody holds."""
        highest = max((place for place, one in enumerate(self.tiers) if one.need.is_required), default=-1)
        path = self.tiers[: highest + 1]
        return tuple(
            Break(path[place - 1].tier.id if place else None, one.tier.id)
            for place, one in enumerate(path)
            if not one.holders
        )

    @property
    def is_path_complete(self) -> bool:
        """Say whether every tier from the lowest to the highest required one has a holder."""
        return not self.breaks

    @property
    def path(self) -> str:
        """Return how far a ticket can be passed up, in words."""
        if not self.required:
            return "No tier is required"
        if self.is_path_complete:
            return "Complete"
        return f"Breaks {' and '.join(one.words for one in self.breaks)}"

    @cached_property
    def single_points(self) -> tuple[TierCover, ...]:
        """Return the required tiers that one person of the team holds alone."""
        return tuple(one for one in self.tiers if one.hangs_on_one_person)

    @cached_property
    def short(self) -> tuple[int, ...]:
        """Return the places among the tiers of those that are red or amber."""
        wanting = {Coverage.RED, Coverage.AMBER}
        return tuple(place for place, one in enumerate(self.tiers) if one.coverage in wanting)

    def is_lost_without(self, people: int) -> bool:
        """Say whether the leaving of so many holders can lose a required tier: one has no more holders than that."""
        return any(one.holders <= people for one in self.required)


def bus_factor(holders: Iterable[int]) -> int | None:
    """Return the least number of holders among what is required; None when nothing is.

    >>> bus_factor([4, 1, 0, 1]), bus_factor([])
    (0, None)
    """
    return min(holders, default=None)


def team_cover(
    tiers: Sequence[Tier], needs: Mapping[str, Need], ranks: Mapping[int, int], outside: Mapping[str, int]
) -> TeamCover:
    """Return the coverage of a team.

    `ranks` counts the people of the team by their rank on the ladder, `outside` the external and shared holders by the
    tier that they are named for. A tier of which nothing is said is not required.

    >>> ladder = [Tier("L1", 1), Tier("L2", 2), Tier("L3", 3)]
    >>> found = team_cover(ladder, {one.id: Need() for one in ladder}, {1: 3, 2: 1}, {})
    >>> [one.holders for one in found.tiers], found.bus_factor, found.breaks[0].words
    ([4, 1, 0], 0, 'from L2 to L3')
    """
    return TeamCover(
        tuple(
            TierCover(
                tier,
                needs.get(tier.id, Need(is_required=False)),
                sum(people for rank, people in ranks.items() if rank >= tier.rank),
                outside.get(tier.id, 0),
            )
            for tier in tiers
        )
    )
