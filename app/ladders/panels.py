"""What higher features add to the pages of ladders: my level, my statuses, my evidence.

Ladders know no person. The feature that does (`app.assessment`) fills this registry when the application is joined:

    panels.provide(my_view)        # my_view(person_id, edition) -> PersonalView | None

Whoever provides last counts. Without a provider, and where it answers None, a page shows the ladder alone. A provider
answers about the signed-in person only, with a number of queries that does not depend on the size of the ladder. What
it says of expectations above the next level is not shown: nobody is measured there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.ladders.queries import Edition


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """One piece of the reader's own evidence, as a ladder page refers to it. `note` is '' or who confirmed it."""

    title: str
    href: str
    kind: str
    on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonalExpectation:
    """How the reader stands on one expectation.

    `status` is a value of the vocabulary (`met`, `unproven`, …). `needs` is the arithmetic, line by line: whether it is
    there, and in words. `log_href` leads to logging evidence for it; '' where that is not offered.
    """

    status: str
    needs: tuple[tuple[bool, str], ...] = ()
    pieces: tuple[EvidenceRef, ...] = ()
    log_href: str = ""


@dataclass(frozen=True, slots=True)
class PersonalView:
    """How the reader stands on an edition.

    `held` is the level held on its lineage, None before the first; `next_ids` are the levels that may follow, several
    where the ladder branches, none at its top. Level ids that the edition does not have are passed over.
    """

    held: str | None = None
    since: date | None = None
    next_ids: tuple[str, ...] = ()
    expectations: Mapping[str, PersonalExpectation] = field(default_factory=dict)


Provider = Callable[[uuid.UUID, Edition], PersonalView | None]
NOBODY = PersonalView()


class Panels:
    """The registry: one provider at most."""

    def __init__(self) -> None:
        """Begin without one."""
        self.provider: Provider | None = None

    def view(self, person_id: uuid.UUID, edition: Edition) -> PersonalView:
        """Return how a person stands on an edition; an empty view where nobody knows."""
        found = self.provider(person_id, edition) if self.provider else None
        return found or NOBODY


panels = Panels()


def provide(provider: Provider) -> None:
    """Let a higher feature answer for the signed-in person."""
    panels.provider = provider


def personal_view(person_id: uuid.UUID, edition: Edition) -> PersonalView:
    """Return how a person stands on an edition, an empty view where no feature answers."""
    return panels.view(person_id, edition)
