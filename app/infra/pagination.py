"""One pager for every list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
PER_PAGE = 50


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of an ordered list. `number` counts from 1, `total` is the number of rows in all."""

    rows: Sequence[T]
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def last(self) -> int:
        """Return the number of the last page; an empty list has one page."""
        return max(1, -(-self.total // self.per_page))

    @property
    def has_more_than_one(self) -> bool:
        """Say whether there is anything to turn to."""
        return self.last > 1


def page_number(text: str | None) -> int:
    """Read a page number from an address; nonsense is the first page.

    >>> page_number("3"), page_number("-1"), page_number("x"), page_number(None)
    (3, 1, 1, 1)
    """
    if text and text.isascii() and text.isdigit() and len(text) < 7:  # noqa: PLR2004 - no list has more pages
        return max(1, int(text))
    return 1
