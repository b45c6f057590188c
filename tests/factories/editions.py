"""Published ladders for tests. Everything is committed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from app.audit.actions import Author
from app.cli.shipped import FOLDER, SHIPPED
from app.infra.unit_of_work import transaction
from app.ladders.actions import adopt_version, publish_version
from app.ladders.loader import LoadedLadder, load_ladder_text
from app.ladders.queries import Edition, find_edition

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SYSTEM = Author(None, label="cli:test")
FOREIGN = Path(__file__).parents[1] / "ladders" / "foreign"
ENGINEER = (FOLDER / SHIPPED[0]).read_text(encoding="utf-8")
SUPPORT = (FOLDER / SHIPPED[1]).read_text(encoding="utf-8")
ENGINEER_HOUSE = (FOLDER / "overlays/software-engineer-house/1.0.0.yaml").read_text(encoding="utf-8")


def published_base(slug: str, version: str):
    """Return the ladder of a published version, for an overlay; None when there is none."""
    edition = find_edition(slug, version)
    return edition.ladder if edition else None


def load(text: str) -> LoadedLadder:
    """Read a ladder from its text; an overlay finds its base among what is published."""
    return load_ladder_text(text, file="ladder.yaml", parents=published_base)


def publish(text: str = ENGINEER, *, at: datetime = AT, by: Author = SYSTEM) -> Edition:
    """Publish a ladder without adopting it."""
    loaded = load(text)
    with transaction():
        return publish_version(loaded, file=text.encode(), by=by, at=at).edition


def adopt(edition: Edition, from_on: date = date(2023, 1, 1), *, at: datetime = AT, by: Author = SYSTEM) -> bool:
    """Let a published version count from a day on."""
    with transaction():
        return adopt_version(edition, from_on=from_on, by=by, at=at)


def adopted(text: str = ENGINEER, from_on: date = date(2023, 1, 1)) -> Edition:
    """Publish a ladder and let it count."""
    edition = publish(text)
    adopt(edition, from_on)
    return edition


def next_version(text: str, number: str, old: str = "", new: str = "") -> str:
    """Return the text of a later version, with one change."""
    assert not old or old in text
    return text.replace("version: 1.0.0", f"version: {number}", 1).replace(old, new, 1)
