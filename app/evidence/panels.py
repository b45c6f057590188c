"""What higher features know and evidence shows: which expectations block a person's next level.

Readiness belongs to `app.assessment`, above. It fills this registry when the application is joined; without it, the
expectations of the next level come first.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

Blockers = Callable[[uuid.UUID], Sequence[str]]
_providers: list[Blockers] = []


def provide_blockers(provider: Blockers) -> None:
    """Let a feature name the expectation ids that keep a person from the next level, most pressing first."""
    if provider not in _providers:
        _providers.append(provider)


def blockers_of(person_id: uuid.UUID) -> list[str]:
    """Return the expectation ids that keep a person from the next level; empty when nobody knows."""
    return list(dict.fromkeys(found for provider in _providers for found in provider(person_id)))
