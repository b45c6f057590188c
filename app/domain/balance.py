"""Whether evidence leans on the last weeks, or on one artefact: two warnings in counts, never a figure for a person.

Source of the rules: domain specification, section 3.6. All comparisons are of integers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.evidence import Leave, age_in_days
from app.domain.links import link_key

FEW = 3
"""Of fewer pieces, or fewer expectations, nothing is said: any two of them lean on something."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One piece that counts towards one expectation, whose rule lets pieces count for `window_days`."""

    expectation_id: str
    piece_id: UUID
    occurred_on: date
    window_days: int


@dataclass(frozen=True, slots=True)
class Recency:
    """Of `counted` pieces, `recent` lie in the last quarter of their window."""

    recent: int
    counted: int


@dataclass(frozen=True, slots=True)
class Reliance:
    """One artefact, a piece or pieces whose first link is the same, supports `supported` of `evidenced` expectations.

    `pieces` are those of it that count, the latest first.
    """

    pieces: tuple[UUID, ...]
    supported: int
    evidenced: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What is to be warned of; None where there is nothing to say."""

    recency: Recency | None = None
    reliance: Reliance | None = None

    @property
    def is_even(self) -> bool:
        """Say whether there is nothing to warn of."""
        return self.recency is None and self.reliance is None


def is_in_last_quarter(occurred_on: date, window_days: int, on: date, leaves: Iterable[Leave] = ()) -> bool:
    """Say whether a piece lies in the last quarter of a window: it is younger than a quarter of the window's days.

    Its age leaves out days of leave, as the window does. A window of 365 days has its last quarter in ages 0 to 91.

    >>> [is_in_last_quarter(date(2026, 8, day), 365, date(2026, 11, 21)) for day in (21, 22)]
    [False, True]
    """
    return 4 * age_in_days(occurred_on, on, leaves) < window_days


def recency(counted: Iterable[Counted], on: date, leaves: Sequence[Leave] = ()) -> Recency | None:
    """Return the warning that more than 60 % of the counted pieces are recent; None at 60 % and below.

    Distinct pieces are counted, whatever number of expectations they count towards; a piece is recent when it lies in
    the last quarter of the window of every one of these. Of fewer than three pieces nothing is said.
    """
    recent: dict[UUID, bool] = {}
    for one in counted:
        is_recent = is_in_last_quarter(one.occurred_on, one.window_days, on, leaves)
        recent[one.piece_id] = recent.get(one.piece_id, True) and is_recent
    found = Recency(sum(recent.values()), len(recent))
    return found if found.counted >= FEW and 5 * found.recent > 3 * found.counted else None


def reliance(counted: Iterable[Counted], links: Mapping[UUID, str]) -> Reliance | None:
    """Return the warning that one artefact supports more than half of the expectations with evidence; else None.

    `links` is the first link of each piece that has one. An artefact is a piece, or pieces with the same first link:
    further ones lead to what stands around the work, as a page of the team, and join nothing. Of fewer than three
    expectations with evidence nothing is said. Of several artefacts the one that supports most is named, among equals
    the latest.
    """
    pairs = list(counted)
    days = {one.piece_id: one.occurred_on for one in pairs}
    artefact_of = _artefacts(days, links)
    supported: defaultdict[UUID, set[str]] = defaultdict(set)
    pieces: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for one in pairs:
        supported[artefact_of[one.piece_id]].add(one.expectation_id)
        pieces[artefact_of[one.piece_id]].add(one.piece_id)
    evidenced = len({one.expectation_id for one in pairs})
    if evidenced < FEW:
        return None
    latest = {key: max((days[piece], piece) for piece in group) for key, group in pieces.items()}
    first = max(supported, key=lambda key: (len(supported[key]), latest[key]))
    if 2 * len(supported[first]) <= evidenced:
        return None
    ordered = sorted(pieces[first], key=lambda piece: (days[piece], piece), reverse=True)
    return Reliance(tuple(ordered), len(supported[first]), evidenced)


def _artefacts(pieces: Iterable[UUID], links: Mapping[UUID, str]) -> dict[UUID, UUID]:
    """Return, for each piece, one piece that stands for its artefact."""
    first_with: dict[str, UUID] = {}
    return {
        piece: first_with.setdefault(link_key(links[piece]), piece) if piece in links else piece for piece in pieces
    }


def balance(counted: Iterable[Counted], links: Mapping[UUID, str], on: date, leaves: Sequence[Leave] = ()) -> Balance:
    """Return what is to be warned of in what counts on a day. The order of the pieces is irrelevant."""
    pairs = list(counted)
    return Balance(recency(pairs, on, leaves), reliance(pairs, links))
