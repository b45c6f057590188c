"""What higher features know and evidence shows: what blocks a person's next level, and where they stand on each.

Readiness belongs to `app.assessment`, above. It fills this registry when the application is joined; without it, the
expectations of the next level come first.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

Blockers = Callable[[uuid.UUID], Sequence[str]]
_providers: list[Blockers] = []


def provide_blockers(provider: Blockers) -> None:
    """Let a feature name the expectation ids that keep a person from the next level, most pressing first."""
    if provider not in _providers:
        _providers.append(provider)


def blockers_of(person_id: uuid.UUID) -> list[str]:
    """Return the expectation ids that keep a person from the next level; empty when nobody knows."""
    return list(dict.fromkeys(found for provider in _providers for found in provider(person_id)))


Statuses = Callable[[uuid.UUID], Mapping[str, str]]
_statuses: list[Statuses] = []


def provide_statuses(provider: Statuses) -> None:
    """Let a feature say where a person stands on each expectation, for readers who may see it (`Standing.READ`)."""
    if provider not in _statuses:
        _statuses.append(provider)


def statuses_of(person_id: uuid.UUID) -> dict[str, str]:
    """Return where a person stands by expectation; empty when nobody knows."""
    return {key: status for provider in _statuses for key, status in provider(person_id).items()}
