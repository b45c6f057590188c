"""Reading published ladders: which version counts on a day, and its content as the rules see it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.domain.errors import MissingError
from app.domain.ladder import Ladder
from app.infra.clock import today
from app.infra.db import db
from app.ladders.loader.content import from_content
from app.ladders.models import LadderAdoption, LadderVersion


@dataclass(frozen=True)
class Edition:
    """A published version with its content. `id` is what assessments and cycles pin."""

    id: uuid.UUID
    ladder: Ladder
    is_adopted: bool = False

    @property
    def name(self) -> str:
        """Return how a page names it: “Software Engineer 1.0.0”."""
        return f"{self.ladder.title} {self.ladder.version}"


_known: dict[tuple[uuid.UUID, str], Ladder] = {}


def _ladder(version_id: uuid.UUID, content_hash: str) -> Ladder:
    """Return the content of a version, fetched and parsed once per process."""
    key = (version_id, content_hash)
    found = _known.get(key)
    if found is None:
        content = db.session.execute(select(LadderVersion.content).where(LadderVersion.id == version_id)).scalar_one()
        found = _known[key] = from_content(json.loads(content))
    return found


def _adoption_on(day: date) -> dict[str, uuid.UUID]:
    """Return the version that counts on a day for each lineage: the last one adopted by then.

    Before a lineage's first adoption its first adopted version counts: nothing else was there.
    """
    rows = db.session.execute(
        select(LadderAdoption.lineage, LadderAdoption.ladder_version_id, LadderAdoption.starts_on)
        .where(LadderAdoption.superseded_at.is_(None))
        .order_by(LadderAdoption.lineage, LadderAdoption.starts_on, LadderAdoption.id),
    )
    counting: dict[str, uuid.UUID] = {}
    for lineage, version_id, starts_on in rows:
        if starts_on <= day or lineage not in counting:
            counting[lineage] = version_id
    return counting


def find_adopted(lineage: str, day: date | None = None) -> Edition | None:
    """Return the edition of a lineage that counts for the organisation on a day; None when none was adopted."""
    version_id = _adoption_on(day or today()).get(lineage)
    return get_edition(version_id) if version_id else None


def get_edition(version_id: uuid.UUID) -> Edition:
    """Return a published edition by its id; MissingError when there is none."""
    found = db.session.execute(
        select(LadderVersion.id, LadderVersion.content_hash).where(LadderVersion.id == version_id),
    ).one_or_none()
    if found is None:
        raise MissingError
    return Edition(found.id, _ladder(found.id, found.content_hash))


def find_edition(slug: str, version: str) -> Edition | None:
    """Return a published edition by slug and version number."""
    found = db.session.execute(
        select(LadderVersion.id, LadderVersion.content_hash).where(
            LadderVersion.ladder == slug,
            LadderVersion.version == version,
        ),
    ).one_or_none()
    return Edition(found.id, _ladder(found.id, found.content_hash)) if found else None


def list_editions() -> list[Edition]:
    """Return all published editions by lineage, slug and age, oldest first, and whether each counts today."""
    counting = set(_adoption_on(today()).values())
    rows = db.session.execute(
        select(LadderVersion.id, LadderVersion.content_hash).order_by(
            LadderVersion.lineage,
            LadderVersion.ladder,
            LadderVersion.published_at,
            LadderVersion.id,
        ),
    )
    return [Edition(row.id, _ladder(row.id, row.content_hash), row.id in counting) for row in rows]


def list_adopted(day: date | None = None) -> list[Edition]:
    """Return the editions that count on a day, by title."""
    editions = [get_edition(version_id) for version_id in _adoption_on(day or today()).values()]
    return sorted(editions, key=lambda edition: (edition.ladder.title, edition.ladder.slug))


def count_versions() -> int:
    """Return how many versions are published."""
    return db.session.scalar(select(func.count()).select_from(LadderVersion)) or 0
