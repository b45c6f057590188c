"""Publishing a ladder version and adopting it. A version never changes; an adoption is superseded, never updated."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import IncompleteError, InvalidError, NotAllowedNowError
from app.infra.db import db
from app.infra.unit_of_work import touch_lineage
from app.ladders.content import to_content
from app.ladders.loader import LoadedLadder
from app.ladders.models import LadderAdoption, LadderVersion
from app.ladders.queries import Edition, find_edition, find_live_adoption


@dataclass(frozen=True)
class Published:
    """The outcome of publishing. `is_new` is False when the very same content was there already."""

    edition: Edition
    is_new: bool


def publish_version(loaded: LoadedLadder, *, file: bytes, by: Author, at: datetime) -> Published:
    """Publish a ladder file without faults as a version that never changes. `file` is the file, byte by byte.

    The content is stored with overlay and evidence defaults written in; its SHA-256 is the content hash. Publishing
    the same content again changes nothing. InvalidError when the version is there with another content, IncompleteError
    when an overlay's base is not published.
    """
    ladder = loaded.ladder
    there = find_edition(ladder.slug, ladder.version)
    if there is not None:
        if to_content(there.ladder) != to_content(ladder):
            raise InvalidError(
                f"{ladder.slug} {ladder.version} is published with another content, and a published version never "
                "changes; give the file a new version.",
                field="version",
            )
        return Published(there, is_new=False)
    if ladder.extends and find_edition(ladder.extends.ladder, ladder.extends.version) is None:
        raise IncompleteError(
            f"{ladder.slug} {ladder.version} extends {ladder.extends.ladder} {ladder.extends.version}, which is not "
            "published; publish that first.",
            field="extends",
        )
    row = LadderVersion(
        id=uuid.uuid4(),
        ladder=ladder.slug,
        version=ladder.version,
        lineage=ladder.lineage,
        title=ladder.title,
        file_hash=hashlib.sha256(file).hexdigest(),
        content_hash=loaded.content_hash,
        content=canonical_content(loaded),
        published_at=at,
        published_by_id=by.person_id,
    )
    db.session.add(row)
    _flush(f"Somebody else has just published {ladder.slug} {ladder.version}; look at it before you go on.")
    log(
        Tag.LADDER_PUBLISHED,
        by=by,
        at=at,
        object_id=row.id,
        ladder=ladder.slug,
        version=ladder.version,
        file_hash=row.file_hash,
        content_hash=row.content_hash,
    )
    return Published(Edition(row.id, ladder), is_new=True)


def canonical_content(loaded: LoadedLadder) -> str:
    """Return the content as it is stored: the text whose SHA-256 is the content hash, so that a row proves itself."""
    return json.dumps(to_content(loaded.ladder), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def adopt_version(edition: Edition, *, from_on: date, by: Author, at: datetime) -> bool:
    """Let a version count for the organisation from a day on, in place of what its lineage had; say whether it is new.

    A later adoption for the same day supersedes the one before it. The same version for the same day changes nothing.
    """
    ladder = edition.ladder
    before = find_live_adoption(ladder.lineage, from_on)
    if before is not None:
        if before.ladder_version_id == edition.id:
            return False
        before.superseded_at = at
        # The old row must leave the index of live rows before the new one enters it.
        db.session.flush()
    row = LadderAdoption(
        id=uuid.uuid4(),
        lineage=ladder.lineage,
        ladder_version_id=edition.id,
        starts_on=from_on,
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    db.session.add(row)
    touch_lineage(ladder.lineage)
    _flush(f"Somebody else has just adopted a version of {ladder.lineage} from that day; look at it before you go on.")
    log(
        Tag.LADDER_ADOPTED,
        by=by,
        at=at,
        object_id=row.id,
        ladder=ladder.slug,
        version=ladder.version,
        starts_on=from_on.isoformat(),
        in_place_of=str(before.ladder_version_id) if before else None,
    )
    return True


def _flush(message: str) -> None:
    """Write to the database; where its constraints show that somebody else was faster, say so."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise NotAllowedNowError(message) from error
