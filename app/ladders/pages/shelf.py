"""The list of all published versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.infra.templating import long_date
from app.ladders.pages.ladder import LadderView
from app.ladders.pages.links import Links
from app.ladders.pages.shown import Rung
from app.ladders.panels import PersonalView
from app.ladders.queries import ShelfEntry


@dataclass(frozen=True)
class ShelfCard:
    """One published version in the list of ladders. `what` says in words whether and since when it counts."""

    title: str
    version: str
    summary: str
    contents: str
    what: str
    is_adopted: bool
    published_at: datetime
    levels: list[tuple[Rung, str]]
    rungs: int
    href: str
    compare_href: str


def shelf_card(entry: ShelfEntry, today: date) -> ShelfCard:
    """Return one published version for the list of ladders."""
    edition, ladder = entry.edition, entry.edition.ladder
    links = Links(ladder.slug, None if edition.is_adopted else ladder.version)
    seen = LadderView(edition, links, PersonalView())
    return ShelfCard(
        title=ladder.title,
        version=ladder.version,
        summary=ladder.summary,
        contents=seen.contents,
        what=_standing(entry, today),
        is_adopted=edition.is_adopted,
        published_at=entry.published_at,
        levels=[(rung, links.level(rung.id)) for rung in seen.levels],
        rungs=seen.rungs,
        href=links.matrix(),
        compare_href=links.compare(),
    )


def _standing(entry: ShelfEntry, today: date) -> str:
    base = entry.edition.ladder.extends
    laid_on = f"Overlay on {base.ladder} {base.version}. " if base else ""
    if entry.starts_on is None:
        return laid_on + ("Not adopted." if entry.is_latest else "Earlier version, never adopted.")
    day = long_date(entry.starts_on)
    if entry.edition.is_adopted:
        # Before the first adoption its version counts already, because nothing else was there.
        return laid_on + (f"Counts, adopted from {day}." if entry.starts_on > today else f"Counts since {day}.")
    return laid_on + (f"Will count from {day}." if entry.starts_on > today else f"Counted from {day}, no longer.")
