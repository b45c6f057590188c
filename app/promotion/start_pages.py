"""The start page of promotion in words: each cycle, where it is, and what comes next for the reader."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.promotion import CycleState
from app.infra.templating import long_date
from app.promotion.models import PromotionCase, PromotionCycle
from app.promotion.wording import CYCLE_NOW, DEADLINE, DEADLINE_OF, PUBLIC_CYCLE_NOW, public_state

_HIDDEN = frozenset(state for state in CycleState if PUBLIC_CYCLE_NOW[state] != CYCLE_NOW[state])


@dataclass(frozen=True, slots=True)
class CycleCard:
    """One cycle as its reader sees it. `takes_nominations`: today one may still propose somebody or oneself."""

    id: uuid.UUID
    name: str
    now: str
    day: str
    is_draft: bool
    takes_nominations: bool
    case: PromotionCase | None
    case_state: str


def phase_words(state: CycleState, *, sees_inside: bool) -> str:
    """Return what happens in a phase, for HR and the committee or for everybody else."""
    return (CYCLE_NOW if sees_inside else PUBLIC_CYCLE_NOW)[state]


def next_day(cycle: PromotionCycle, *, sees_inside: bool) -> str:
    """Return the day by which the phase is to end, in words; empty where it has none."""
    is_hidden = cycle.state in _HIDDEN and not sees_inside
    name = "communicate_by" if is_hidden else DEADLINE_OF.get(cycle.state)
    day = getattr(cycle, name) if name else None
    return f"{DEADLINE[name]} {long_date(day)}" if name and day else ""


def takes_nominations(cycle: PromotionCycle, on: date) -> bool:
    """Say whether somebody can be proposed in a cycle on a day: it is open, and its last day is not over."""
    return cycle.state is CycleState.OPEN and (cycle.nominations_close is None or on <= cycle.nominations_close)


def newest_by_cycle(cases: Iterable[PromotionCase]) -> dict[uuid.UUID, PromotionCase]:
    """Return the cases by their cycle; of several in one the first counts, so they stand newest first."""
    newest: dict[uuid.UUID, PromotionCase] = {}
    for case in cases:
        newest.setdefault(case.cycle_id, case)
    return newest


def cycle_cards(
    cycles: Sequence[PromotionCycle],
    own_cases: Mapping[uuid.UUID, PromotionCase],
    inside: Mapping[uuid.UUID, bool],
    on: date,
) -> list[CycleCard]:
    """Return the cycles with the reader's own case in each. `inside` says where the reader is HR or chairs."""
    cards = []
    for cycle in cycles:
        own = own_cases.get(cycle.id)
        cards.append(
            CycleCard(
                id=cycle.id,
                name=cycle.name,
                now=phase_words(cycle.state, sees_inside=inside[cycle.id]),
                day=next_day(cycle, sees_inside=inside[cycle.id]),
                is_draft=cycle.state is CycleState.DRAFT,
                takes_nominations=takes_nominations(cycle, on),
                case=own,
                case_state=public_state(own.state) if own else "",
            )
        )
    return cards
