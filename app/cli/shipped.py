"""The ladders that ship with Belay: read from the checkout, published and adopted in one transaction."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from app.audit.actions import Author
from app.ladders.actions import adopt_version, publish_version
from app.ladders.loader import load_ladder_file
from app.ladders.queries import Edition

FOLDER = Path(__file__).resolve().parent.parent.parent / "ladders"
SHIPPED = ("software-engineer/1.0.0.yaml", "technical-support/1.0.0.yaml")


def publish_shipped(*, from_on: date, by: Author, at: datetime) -> list[Edition]:
    """Publish both ladders and adopt them from a day on; the overlays stay off. Call it inside a transaction.

    What is there already is left as it is, so it may be called again.
    """
    editions = []
    for name in SHIPPED:
        path = FOLDER / name
        edition = publish_version(load_ladder_file(path), file=path.read_bytes(), by=by, at=at).edition
        adopt_version(edition, from_on=from_on, by=by, at=at)
        editions.append(edition)
    return editions
