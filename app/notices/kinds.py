"""Which kinds of mail there are, and who composes each. Features fill the registry when they join the application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.notices.models import Mail


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told: plain text, short. Nothing of it is stored."""

    to_name: str
    to_address: str
    subject: str
    body: str


Composer = Callable[[Mail], Letter | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mail. Composing runs in a write transaction at the moment of sending; None drops the mail."""

    name: str
    compose: Composer
    label: str


_kinds: dict[str, Kind] = {}


def register_kind(name: str, compose: Composer, *, label: str) -> None:
    """Let a feature compose a kind of mail from the ids in its row. `label` is what people read in the outbox."""
    _kinds[name] = Kind(name, compose, label)


def find_kind(name: str) -> Kind | None:
    """Return a kind; None when this version of Belay does not know it."""
    return _kinds.get(name)


def known_kinds() -> list[str]:
    """Return the names of all kinds, in order."""
    return sorted(_kinds)


def label_of(name: str) -> str:
    """Return what people read; the name itself when this version of Belay does not know the kind."""
    kind = _kinds.get(name)
    return kind.label if kind else name
