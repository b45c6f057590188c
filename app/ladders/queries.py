"""Reading published ladders: which version counts on a day, and its content as the rules see it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.domain.errors import MissingError
from app.domain.ladder import Ladder
from app.infra.clock import today
from app.infra.db import db, once_per_transaction
from app.ladders.content import from_content
from app.ladders.models import LadderAdoption, LadderVersion


@dataclass(frozen=True)
class Edition:
    """A published version with its content. `id` is what assessments and cycles pin.

    `is_adopted` says whether it counts today; queries that are not asked for it leave it False.
    """

    id: uuid.UUID
    ladder: Ladder
    is_adopted: bool = False

    @property
    def name(self) -> str:
        """Return how a page names it: “Software Engineer 1.0.0”."""
        return f"{self.ladder.title} {self.ladder.version}"

    @property
    def is_overlay(self) -> bool:
        """Say whether it is laid on another version."""
        return self.ladder.extends is not None


_known: dict[str, Ladder] = {}
"""Contents by their hash. A version never changes, so each is fetched and parsed once per process."""


def _editions(rows: Iterable[Any], adopted: Iterable[uuid.UUID] = ()) -> list[Edition]:
    """Return the editions of rows with id and content hash, in their order, with at most one query."""
    found = [(row.id, row.content_hash) for row in rows]
    if unknown := {version_id for version_id, content_hash in found if content_hash not in _known}:
        contents = select(LadderVersion.content_hash, LadderVersion.content).where(LadderVersion.id.in_(unknown))
        for row in db.session.execute(contents.order_by(LadderVersion.id)):
            _known[row.content_hash] = from_content(json.loads(row.content))
    counting = set(adopted)
    return [Edition(version_id, _known[content_hash], version_id in counting) for version_id, content_hash in found]


def _versions() -> Select[uuid.UUID, str]:
    return select(LadderVersion.id, LadderVersion.content_hash)


def _number(version: str) -> tuple[int, ...]:
    """Return a version as it is ordered: 1.10.0 comes after 1.9.0."""
    return tuple(int(part) for part in version.split("."))


# Adoption -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Adoption:
    """Which version of a lineage counts, and the day from which it was adopted; that day may lie ahead."""

    lineage: str
    starts_on: date
    id: uuid.UUID
    slug: str
    content_hash: str


@once_per_transaction
def _live_adoptions() -> Sequence[Adoption]:
    """Return all live adoptions by lineage, first days first."""
    rows = db.session.execute(
        select(
            LadderAdoption.lineage,
            LadderAdoption.starts_on,
            LadderVersion.id,
            LadderVersion.ladder,
            LadderVersion.content_hash,
        )
        .join(LadderVersion, LadderVersion.id == LadderAdoption.ladder_version_id)
        .where(LadderAdoption.superseded_at.is_(None))
        .order_by(LadderAdoption.lineage, LadderAdoption.starts_on, LadderAdoption.id),
    )
    return [Adoption(*row) for row in rows]


def _adoptions_on(day: date) -> dict[str, Adoption]:
    """Return the adoption that counts on a day for each lineage: the last one by then.

    Before a lineage's first adoption its first adopted version counts: nothing else was there.
    """
    counting: dict[str, Adoption] = {}
    for adoption in _live_adoptions():
        if adoption.starts_on <= day or adoption.lineage not in counting:
            counting[adoption.lineage] = adoption
    return counting


def _adopted_editions(adoptions: Sequence[Adoption], day: date | None) -> list[Edition]:
    counts_today = day in {None, today()}
    return _editions(adoptions, [adoption.id for adoption in adoptions] if counts_today else ())


def find_adopted(lineage: str, day: date | None = None) -> Edition | None:
    """Return the edition of a lineage that counts for the organisation on a day; None when none was adopted."""
    adoption = _adoptions_on(day or today()).get(lineage)
    return _adopted_editions([adoption], day)[0] if adoption else None


def find_live_adoption(lineage: str, starts_on: date) -> LadderAdoption | None:
    """Return the adoption of a lineage that begins on a day and has not been superseded."""
    row = select(LadderAdoption).where(
        LadderAdoption.lineage == lineage,
        LadderAdoption.starts_on == starts_on,
        LadderAdoption.superseded_at.is_(None),
    )
    return db.session.scalars(row).one_or_none()


def adoption_days() -> dict[str, list[date]]:
    """Return the days from which an adoption counts by lineage, earliest first, those that lie ahead included."""
    days: dict[str, list[date]] = {}
    for adoption in _live_adoptions():
        days.setdefault(adoption.lineage, []).append(adoption.starts_on)
    return days


def list_adopted(day: date | None = None) -> list[Edition]:
    """Return the editions that count on a day, by title."""
    editions = _adopted_editions([*_adoptions_on(day or today()).values()], day)
    return sorted(editions, key=lambda edition: (edition.ladder.title, edition.ladder.slug))


# Editions -------------------------------------------------------------------


def get_edition(version_id: uuid.UUID) -> Edition:
    """Return a published edition by its id; MissingError when there is none."""
    # Pages that name an edition ask what is adopted as well; most editions that somebody is assessed by are.
    if known := [adoption for adoption in _live_adoptions() if adoption.id == version_id]:
        return _editions(known[:1])[0]
    found = _editions(db.session.execute(_versions().where(LadderVersion.id == version_id)))
    if not found:
        raise MissingError
    return found[0]


def find_edition(slug: str, version: str) -> Edition | None:
    """Return a published edition by slug and version number."""
    rows = db.session.execute(_versions().where(LadderVersion.ladder == slug, LadderVersion.version == version))
    return next(iter(_editions(rows)), None)


def get_named(slug: str, version: str | None = None) -> Edition:
    """Return the edition that a name stands for; MissingError when there is none.

    Without a version, the name of a lineage stands for what the organisation has adopted, an overlay included; any
    other name, and one of which nothing is adopted, stands for its latest version.
    """
    counting = _adoptions_on(today())
    adopted = counting.get(slug.partition("+")[0])
    if version is None and adopted is not None and slug in {adopted.lineage, adopted.slug}:
        return _editions([adopted], [adopted.id])[0]
    rows = db.session.execute(
        select(LadderVersion.id, LadderVersion.content_hash, LadderVersion.version)
        .where(LadderVersion.ladder == slug)
        .order_by(LadderVersion.id),
    )
    found = [row for row in rows if version in {None, row.version}]
    if not found:
        raise MissingError
    latest = max(found, key=lambda row: _number(row.version))
    return _editions([latest], [adopted.id] if adopted else ())[0]


def list_editions() -> list[Edition]:
    """Return all published editions by lineage, slug and age, oldest first, and whether each counts today."""
    counting = [adoption.id for adoption in _adoptions_on(today()).values()]
    rows = db.session.execute(
        _versions().order_by(
            LadderVersion.lineage,
            LadderVersion.ladder,
            LadderVersion.published_at,
            LadderVersion.id,
        ),
    )
    return _editions(rows, counting)


def list_names() -> list[str]:
    """Return the names that the command line knows, as `slug@version`, by slug and number."""
    rows = db.session.execute(select(LadderVersion.ladder, LadderVersion.version).order_by(LadderVersion.id))
    return [f"{slug}@{version}" for slug, version in sorted(rows, key=lambda row: (row[0], _number(row[1])))]


def count_versions() -> int:
    """Return how many versions are published."""
    return db.session.scalar(select(func.count()).select_from(LadderVersion)) or 0


@dataclass(frozen=True)
class ShelfEntry:
    """One published version in the list of ladders.

    `starts_on` is the first day of its latest live adoption, None when it was never adopted.
    """

    edition: Edition
    published_at: datetime
    starts_on: date | None
    is_latest: bool


def list_shelf() -> list[ShelfEntry]:
    """Return all published versions: those that count today by title, then the others by slug, newest number first."""
    # Of several adoptions of one version the last one counts, unless an earlier one is what counts today.
    starts = {adoption.id: adoption.starts_on for adoption in _live_adoptions()}
    counting = {adoption.id: adoption.starts_on for adoption in _adoptions_on(today()).values()}
    starts |= counting
    rows = db.session.execute(
        select(LadderVersion.id, LadderVersion.content_hash, LadderVersion.published_at).order_by(LadderVersion.id),
    ).all()
    editions = _editions(rows, counting)
    latest: dict[str, tuple[int, ...]] = {}
    for edition in editions:
        number = _number(edition.ladder.version)
        latest[edition.ladder.slug] = max(number, latest.get(edition.ladder.slug, number))
    entries = [
        ShelfEntry(
            edition,
            row.published_at,
            starts.get(edition.id),
            is_latest=latest[edition.ladder.slug] == _number(edition.ladder.version),
        )
        for edition, row in zip(editions, rows, strict=True)
    ]
    return _in_shelf_order(entries)


def _in_shelf_order(entries: Sequence[ShelfEntry]) -> list[ShelfEntry]:
    adopted = [entry for entry in entries if entry.edition.is_adopted]
    others = [entry for entry in entries if not entry.edition.is_adopted]
    adopted.sort(key=lambda entry: (entry.edition.ladder.title, entry.edition.ladder.slug))
    others.sort(key=lambda entry: _number(entry.edition.ladder.version), reverse=True)
    others.sort(key=lambda entry: entry.edition.ladder.slug)
    return adopted + others


def retired_before(slug: str, version: str) -> frozenset[str]:
    """Return the ids that the versions of a ladder below a number have retired; none of them may be used again."""
    editions = _editions(db.session.execute(_versions().where(LadderVersion.ladder == slug).order_by(LadderVersion.id)))
    earlier = [edition.ladder for edition in editions if _number(edition.ladder.version) < _number(version)]
    return frozenset(expectation_id for ladder in earlier for expectation_id in ladder.retired)


@dataclass(frozen=True, slots=True)
class LevelMark:
    """What a badge needs to draw a level: its id, its rank, how many rungs the ladder has, and the ladder's title."""

    level: str
    rank: int
    rungs: int
    title: str


def level_marks() -> dict[tuple[str, str], LevelMark]:
    """Return the levels of all adopted editions, by lineage and level id."""
    marks = {}
    for edition in list_adopted():
        rungs = max(level.rank for level in edition.ladder.levels)
        for level in edition.ladder.levels:
            marks[edition.ladder.lineage, level.id] = LevelMark(level.id, level.rank, rungs, edition.ladder.title)
    return marks
