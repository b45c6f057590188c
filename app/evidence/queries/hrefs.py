"""Where a piece is read. Other features show pieces too, and none of them may import a view."""

from __future__ import annotations

import uuid

LIST = "/evidence/"


def page_of(evidence_id: uuid.UUID) -> str:
    """Return the address of the page of a piece."""
    return f"{LIST}{evidence_id}"


def page_that_asks(evidence_id: uuid.UUID) -> str:
    """Return the address of the page on which the author asks a colleague."""
    return f"{LIST}{evidence_id}/ask"
