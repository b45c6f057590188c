"""What higher features must hear of when somebody leaves, comes back or gets another address to sign in with.

They fill the registry when they join. A check answers, for people to whom it is about to happen, why it may not happen
to one of them yet: the last administrator cannot leave, for instance.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from app.audit.actions import Author

People = frozenset[uuid.UUID]
Check = Callable[[People], Mapping[uuid.UUID, str]]
Listener = Callable[[People, Author, datetime], None]
AddressListener = Callable[[Mapping[uuid.UUID, str], Author, datetime], None]
"""Hears of each person whose address has changed, with the one that they had before."""
_leaving_checks: list[Check] = []
_leaving_listeners: list[Listener] = []
_return_listeners: list[Listener] = []
_address_checks: list[Check] = []
_address_listeners: list[AddressListener] = []


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


def check_address_change(check: Check) -> None:
    """Let a feature object to another sign-in address of somebody, with a sentence that says what to do instead."""
    if check not in _address_checks:
        _address_checks.append(check)


def on_address_change(listener: AddressListener) -> None:
    """Let a feature act when somebody signs in with another address from now on, in the same transaction."""
    if listener not in _address_listeners:
        _address_listeners.append(listener)


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


def objections_to_address_change(people: People) -> dict[uuid.UUID, str]:
    """Return, for those of the people whose address may not be changed this way, the sentence that says why."""
    return {person: why for check in _address_checks for person, why in check(people).items()}


def tell_of_address_change(old_addresses: Mapping[uuid.UUID, str], by: Author, at: datetime) -> None:
    """Tell every feature whose address has changed, with the one that each had before."""
    for listener in _address_listeners:
        listener(old_addresses, by, at)
