"""What higher features must hear of when somebody leaves or comes back; they fill the registry when they join.

A check answers, for people who are about to leave, why one of them may not yet: the last administrator, for instance.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from app.audit.actions import Author

People = frozenset[uuid.UUID]
Check = Callable[[People], Mapping[uuid.UUID, str]]
Listener = Callable[[People, Author, datetime], None]
_leaving_checks: list[Check] = []
_leaving_listeners: list[Listener] = []
_return_listeners: list[Listener] = []


def check_leaving(check: Check) -> None:
    """Let a feature object to somebody's leaving, with a sentence that says what to do first."""
    if check not in _leaving_checks:
        _leaving_checks.append(check)


def on_leaving(listener: Listener) -> None:
    """Let a feature act when the leaving of people is recorded, in the same transaction."""
    if listener not in _leaving_listeners:
        _leaving_listeners.append(listener)


def on_return(listener: Listener) -> None:
    """Let a feature act when people who had left are employed again, in the same transaction."""
    if listener not in _return_listeners:
        _return_listeners.append(listener)


def objections_to_leaving(people: People) -> dict[uuid.UUID, str]:
    """Return, for those of the people who may not leave yet, the sentence that says why."""
    return {person: why for check in _leaving_checks for person, why in check(people).items()}


def tell_of_leaving(people: People, by: Author, at: datetime) -> None:
    """Tell every feature that the leaving of people is recorded."""
    for listener in _leaving_listeners:
        listener(people, by, at)


def tell_of_return(people: People, by: Author, at: datetime) -> None:
    """Tell every feature that people who had left are employed again."""
    for listener in _return_listeners:
        listener(people, by, at)
