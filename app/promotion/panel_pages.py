"""The panel of a case in words: who sits on it and how they came there, who takes no part and why, who could step in.

Nothing here says anything about ratings.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from app.access.actor import Actor, Role
from app.access.permissions import Permission
from app.access.policy import can
from app.domain.committee import RecusalReason
from app.infra.clock import today
from app.people.models import Person
from app.people.queries import get_people
from app.promotion.models import PanelSeat, PromotionCase, Recusal
from app.promotion.queries.cases import get_cycle
from app.promotion.queries.panels import (
    Obstacle,
    ReviewerRank,
    Standing,
    all_seats_of,
    chair_of,
    everybody_near,
    ranks_of,
    recusals_among,
    recusals_recorded,
    standings_of,
)
from app.promotion.wording import RECUSAL

SEAT_BY: Mapping[str, str] = MappingProxyType({"drawn": "Drawn by rule", "substitute": "Substitute, drawn by rule"})
SEAT_ENDED: Mapping[str, str] = MappingProxyType(
    {
        "recused": "Takes no part any more",
        "removed": "Taken off the committee",
        "left": "Has left",
        "rank": "Does not reach the level’s rank any more",
    }
)
OBSTACLE: Mapping[Obstacle, str] = MappingProxyType(
    {
        Obstacle.SEATED: "Sits on this case",
        Obstacle.SAT_BEFORE: "Sat on this case before",
        Obstacle.NO_RANK: "Holds no level, and HR has set no review rank",
        Obstacle.RANK_TOO_LOW: "Below the rank of the level",
        Obstacle.LEFT: "Has left",
    }
)
KNOWN_TO_HR = "A relation to the case that HR knows"
"""What reviewers read in place of who nominated a candidate: access matrix, row 31."""


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A seat that is held, or was: who, how they came there, and why it ended."""

    seat: PanelSeat
    person: Person
    rank: ReviewerRank
    how: str
    why_ended: str


@dataclass(frozen=True, slots=True)
class RecusalLine:
    """Somebody who takes no part in a case: why in words, since when, and the notes that this reader may read."""

    person: Person
    reasons: tuple[str, ...]
    since: datetime | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandingLine:
    """A member of the committee who does not sit on a case: to be drawn, or why not."""

    person: Person
    rank: ReviewerRank
    may_be_drawn: bool
    why: str


@dataclass(frozen=True, slots=True)
class PanelPage:
    """All that the page of a panel shows to one reader."""

    candidate: Person
    held: tuple[SeatLine, ...]
    ended: tuple[SeatLine, ...]
    recused: tuple[RecusalLine, ...]
    others: tuple[StandingLine, ...]
    chair: Person | None
    chair_stands_in: bool
    pool: int
    quorum: int
    size: int
    is_behind: bool
    """Somebody who sits is recused by now: the seat ends at the next sweep, or when somebody lets the panel follow."""

    @property
    def can_be_quorate(self) -> bool:
        """Say whether enough would sit on the case if everybody stepped in who may."""
        return len(self.held) + self.pool >= self.quorum

    @property
    def submitted(self) -> int:
        """Return how many of those who sit have handed in; for chair and HR alone."""
        return sum(line.seat.submitted_at is not None for line in self.held)


def panel_page(case: PromotionCase, actor: Actor) -> PanelPage:
    """Return the panel of a case as this reader may see it."""
    everybody = everybody_near(case)
    # Read first and kept: what is asked below finds them here.
    people = get_people(everybody)
    cycle, standings, seats = get_cycle(case.cycle_id), standings_of(case), all_seats_of(case.id)
    ranks = ranks_of(everybody, today())
    reasons = recusals_among(case.id, everybody)
    chair_id = chair_of(case)
    lines = [
        SeatLine(
            seat,
            people[seat.person_id],
            ranks[seat.person_id],
            SEAT_BY.get(seat.drawn_by, seat.drawn_by),
            SEAT_ENDED.get(seat.ended_reason or "", ""),
        )
        for seat in sorted(seats, key=lambda one: (people[one.person_id].sort_name, str(one.id)))
    ]
    held = tuple(line for line in lines if line.seat.ended_at is None)
    return PanelPage(
        candidate=people[case.subject_id],
        held=held,
        ended=tuple(line for line in lines if line.seat.ended_at is not None),
        recused=_recused(case, actor, people, reasons),
        others=tuple(
            _standing_line(one) for one in standings if not one.reasons and one.obstacle is not Obstacle.SEATED
        ),
        chair=people.get(chair_id) if chair_id else None,
        chair_stands_in=chair_id is not None and chair_id != cycle.chair_id,
        pool=sum(one.may_be_drawn for one in standings),
        quorum=cycle.quorum,
        size=cycle.panel_size,
        is_behind=any(reasons[line.person.id] for line in held),
    )


def _standing_line(one: Standing) -> StandingLine:
    return StandingLine(one.person, one.rank, one.may_be_drawn, OBSTACLE[one.obstacle] if one.obstacle else "")


def _recused(
    case: PromotionCase,
    actor: Actor,
    people: Mapping[uuid.UUID, Person],
    reasons: Mapping[uuid.UUID, Sequence[RecusalReason]],
) -> tuple[RecusalLine, ...]:
    sees_all, is_hr = can(actor, Permission.Case.EDIT_PANEL, case), actor.has_role(Role.HR)
    recorded = recusals_recorded(case.id)

    def line(person_id: uuid.UUID) -> RecusalLine:
        own = [row for row in recorded if row.person_id == person_id]
        return RecusalLine(
            people[person_id],
            tuple(dict.fromkeys(_in_words(reason, own, sees_all=sees_all) for reason in reasons[person_id])),
            min((row.at for row in own), default=None),
            tuple(row.note for row in own if row.note and (is_hr or row.by_id == actor.person_id)),
        )

    # The candidate is no member who steps aside; everybody knows that they do not judge themselves.
    named = [one for one in reasons if reasons[one] and one != case.subject_id]
    return tuple(line(one) for one in sorted(named, key=lambda one: (people[one].sort_name, str(one))))


def _in_words(reason: RecusalReason, own: Sequence[Recusal], *, sees_all: bool) -> str:
    if reason is RecusalReason.NOMINATED and not sees_all:
        return KNOWN_TO_HR
    if reason is RecusalReason.DECLARED and any(row.by_id not in {None, row.person_id} for row in own):
        return "Recorded by HR or the chair"
    return RECUSAL[reason]
