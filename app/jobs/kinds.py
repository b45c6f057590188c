"""Which kinds of work there are, and how each is done. Features fill the registry when they join the application."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.audit.actions import Author

LEND = timedelta(minutes=10)
TRIES = 5


@dataclass(frozen=True, slots=True)
class Work:
    """What a handler gets: the ids that were queued, the moment it begins, and for whom it is done.

    `report` is how the queue hears of progress; handlers call `progress`.
    """

    job_id: uuid.UUID
    kind: str
    payload: Mapping[str, Any]
    at: datetime
    by: Author
    report: Callable[[int, int | None], None]

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far the work is, and keep it lent for another while.

        Inside one transaction it is seen when the work is; a kind done in steps is seen at once.
        """
        self.report(done, total)


Handler = Callable[[Work], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work. A job is lent for `lend`, and tried `tries` times before it has failed.

    `in_steps`: the handler opens its transactions itself, and must bear to be done twice. Otherwise the work and the
    end of its job are one transaction: done exactly once, or not at all.
    """

    name: str
    handler: Handler
    label: str
    lend: timedelta = LEND
    tries: int = TRIES
    in_steps: bool = False


_kinds: dict[str, Kind] = {}
_periodic: dict[str, timedelta] = {}


def register_kind(
    name: str,
    handler: Handler,
    *,
    label: str,
    lend: timedelta = LEND,
    tries: int = TRIES,
    in_steps: bool = False,
) -> None:
    """Let a feature say how a kind of work is done. `label` is what people read in the list of jobs."""
    _kinds[name] = Kind(name, handler, label, lend, tries, in_steps)


def register_periodic(name: str, every: timedelta) -> None:
    """Let a registered kind be queued by the worker itself, whenever it was last queued `every` ago; no payload."""
    _periodic[name] = every


def find_kind(name: str) -> Kind | None:
    """Return a kind; None when this version of Belay does not know it."""
    return _kinds.get(name)


def longest_loan() -> timedelta:
    """Return how long a job of any kind may take before it counts as left behind."""
    return max((kind.lend for kind in _kinds.values()), default=LEND)


def known_kinds() -> list[str]:
    """Return the names of all kinds, in order."""
    return sorted(_kinds)


def periodic_kinds() -> list[tuple[str, timedelta]]:
    """Return what the worker queues by itself, and how often."""
    return sorted(_periodic.items())


def label_of(name: str) -> str:
    """Return what people read; the name itself when this version of Belay does not know the kind."""
    kind = _kinds.get(name)
    return kind.label if kind else name
