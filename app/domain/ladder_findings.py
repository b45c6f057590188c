"""What the rules of a ladder say when one is broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Place = tuple[str | int, ...]
"""Where in a ladder something stands: keys and positions from the top, such as `("expectations", 3, "step")`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule. `absent` names the section and id whose absence is the fault, where it is one of that kind."""

    place: Place
    message: str
    absent: tuple[str, str] | None = None


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """Return a suggestion to append to a message, or nothing when no known name is close.

    >>> did_you_mean("delivry", ["delivery", "design"])
    '; did you mean `delivery`?'
    """
    close = get_close_matches(wanted, list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""
