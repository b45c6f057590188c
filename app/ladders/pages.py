"""The pages of a ladder as templates want them: rows, columns and links, made from an edition and the reader's view.

For views only. Nothing here asks the database; every rule is the ladder's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from app.domain.ladder import Competency, EscalationRule, Expectation, Ladder, Level, PointsTable, Source
from app.infra.templating import long_date
from app.ladders import wording
from app.ladders.panels import EvidenceRef, PersonalView
from app.ladders.queries import Edition, ShelfEntry

STATUS_ORDER = (
    "banked", "met", "exceeded", "slipped", "not_met", "partly_met", "unproven", "unassessed", "waived",
)  # fmt: skip


@dataclass(frozen=True)
class Links:
    """The addresses of one edition; without a version they lead to whatever the name stands for."""

    slug: str
    version: str | None = None

    def _to(self, endpoint: str, **more: str) -> str:
        address = {"slug": self.slug, **more}
        if self.version is not None:
            address["version"] = self.version
        return url_for(f"ladders.{endpoint}", **address)  # type: ignore[arg-type]

    def matrix(self, level: str | None = None) -> str:
        """Return the address of the matrix; with a level, a phone opens it there."""
        return self._to("show_ladder", **({"level": level} if level else {}))

    def level(self, level_id: str) -> str:
        """Return the address of a level."""
        return self._to("show_level", level_id=level_id)

    def expectation(self, expectation_id: str) -> str:
        """Return the address of an expectation, opened beside the matrix."""
        return self._to("show_expectation", expectation_id=expectation_id, _anchor=expectation_id)

    def compare(self, lower: str | None = None, upper: str | None = None) -> str:
        """Return the address of two levels side by side."""
        chosen = {name: value for name, value in (("from", lower), ("to", upper)) if value}
        return self._to("compare_levels", **chosen)


@dataclass(frozen=True)
class Rung:
    """A level as a badge draws it: `rank` counts the distinct ranks of the ladder from 1."""

    id: str
    rank: int


@dataclass(frozen=True)
class Column:
    """One level of the matrix. `place` is 'held', 'next' or ''."""

    id: str
    rank: int
    note: str
    place: str
    href: str
    switch_href: str


@dataclass(frozen=True)
class Entry:
    """One expectation in a list or cell."""

    id: str
    text: str
    href: str
    status: str | None
    mark: str
    is_open: bool


@dataclass(frozen=True)
class MatrixRow:
    """One competency, with one list of entries for each level."""

    name: str
    cells: list[list[Entry]]


@dataclass(frozen=True)
class CompareRow:
    """One competency in a comparison: what stays, what comes new, and what a sibling branch does not ask."""

    name: str
    kept: list[Entry]
    added: list[Entry]
    dropped: list[Entry]


@dataclass(frozen=True)
class OpenExpectation:
    """One expectation with everything about it, for the panel."""

    id: str
    text: str
    level: str
    level_rank: int
    competency: str
    axes: list[str]
    sources: tuple[Source, ...]
    origin: str
    note: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    counts: tuple[str, ...]
    counts_note: str
    remarks: tuple[str, ...]
    status: str | None
    needs: tuple[tuple[bool, str], ...]
    pieces: tuple[EvidenceRef, ...] | None
    log_href: str


@dataclass(frozen=True)
class TierCell:
    """What the tables say about one attribute of one tier; an empty text is a gap."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class TierRow:
    """One attribute across the tiers."""

    key: str
    cells: list[TierCell]


@dataclass(frozen=True)
class ExampleLineShown:
    """A worked example at one level."""

    level: str
    level_rank: int
    text: str
    note: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class ExampleShown:
    """A worked example."""

    id: str
    title: str
    lines: list[ExampleLineShown]


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


class LadderView:
    """One edition as one reader sees it. Every page of a ladder is built from this."""

    def __init__(self, edition: Edition, links: Links, personal: PersonalView) -> None:
        """Work out what every page needs: ranks, where each expectation belongs, and what the reader is measured on."""
        self.edition = edition
        self.ladder: Ladder = edition.ladder
        self.links = links
        self.personal = personal
        ranks = sorted({level.rank for level in self.ladder.levels})
        self._rank = {level.id: ranks.index(level.rank) + 1 for level in self.ladder.levels}
        self.rungs = len(ranks)
        self.gap = wording.gap_in_words(self.ladder)
        self._with_origin = wording.rests_on_documents(self.ladder)
        self._added = {level.id: self.ladder.added_at(level.id) for level in self.ladder.levels}
        self.held = personal.held if personal.held and self.ladder.has_level(personal.held) else None
        self.next_ids = tuple(one for one in personal.next_ids if self.ladder.has_level(one))
        # Above the next level nobody is measured, so no status is shown there.
        reached = (*([self.held] if self.held else []), *self.next_ids)
        self._measured = {e.id for level_id in reached for e in self.ladder.requirement(level_id)}

    @property
    def contents(self) -> str:
        """Return what the ladder holds, in one or two sentences."""
        return wording.contents_in_words(self.ladder)

    # Levels ---------------------------------------------------------------

    @property
    def levels(self) -> list[Rung]:
        """Return all levels as badges draw them, in the order of the ladder."""
        return [self.rung(level.id) for level in self.ladder.levels]

    def rung(self, level_id: str) -> Rung:
        """Return a level as a badge draws it."""
        return Rung(level_id, self._rank[level_id])

    def _place(self, level_id: str) -> str:
        if level_id == self.held:
            return "held"
        return "next" if level_id in self.next_ids else ""

    @property
    def columns(self) -> list[Column]:
        """Return the levels across the matrix."""
        words = {"held": "You hold this", "next": "Your next level"}
        return [
            Column(
                id=level.id,
                rank=self._rank[level.id],
                note=words.get(self._place(level.id)) or wording.note_on(self.ladder, level),
                place=self._place(level.id),
                href=self.links.level(level.id),
                switch_href=self.links.matrix(level.id),
            )
            for level in self.ladder.levels
        ]

    def shown(self, asked: str | None = None) -> str:
        """Return the level that a phone opens first: the one asked for, else the next, the held, or the lowest one."""
        choices = [asked, *self.next_ids[:1], self.held, self.ladder.levels[0].id]
        return next(one for one in choices if one and self.ladder.has_level(one))

    def suggested_comparison(self) -> tuple[Level, Level] | None:
        """Return the two levels worth comparing first: mine and the next one, else the lowest; None for one rung."""
        lower = self.ladder.level(self.held or self.ladder.levels[0].id)
        after = [*(one for one in self.next_ids if one != lower.id), *lower.next]
        if after:
            return lower, self.ladder.level(after[0])
        before = self.ladder.predecessors(lower.id)
        return (before[0], lower) if before else None

    # Expectations -----------------------------------------------------------

    def status(self, expectation_id: str) -> str | None:
        """Return the reader's status on an expectation; None where nobody is measured or nothing is known."""
        mine = self.personal.expectations.get(expectation_id)
        return mine.status if mine and expectation_id in self._measured else None

    def entry(self, expectation: Expectation, opened: str | None = None) -> Entry:
        """Return an expectation as lists and cells show it."""
        return Entry(
            id=expectation.id,
            text=expectation.text,
            href=self.links.expectation(expectation.id),
            status=self.status(expectation.id),
            mark=wording.mark_of(expectation, with_origin=self._with_origin),
            is_open=expectation.id == opened,
        )

    def entries(self, expectations: Iterable[Expectation], competency: Competency, opened: str | None) -> list[Entry]:
        """Return the entries of one competency among expectations."""
        return [self.entry(e, opened) for e in expectations if e.competency == competency.id]

    def rows(self, opened: str | None = None) -> list[MatrixRow]:
        """Return the competencies down the matrix."""
        return [
            MatrixRow(c.name, [self.entries(self._added[level.id], c, opened) for level in self.ladder.levels])
            for c in self.ladder.competencies
        ]

    def own(self, level: Level) -> list[tuple[str, list[Entry]]]:
        """Return what a level adds, competency by competency; an empty list is an explicit gap."""
        return [(c.name, self.entries(self._added[level.id], c, None)) for c in self.ladder.competencies]

    def carried(self, level: Level) -> list[tuple[Rung, list[Entry]]]:
        """Return what a level carries on from each level below it on its path, the nearest first."""
        demanded = {e.id for e in self.ladder.requirement(level.id)}
        below = reversed(self.ladder.path_to(level.id)[:-1])
        return [(self.rung(one.id), [self.entry(e) for e in self._added[one.id] if e.id in demanded]) for one in below]

    @property
    def statuses(self) -> list[str]:
        """Return the statuses that occur in the matrix, for its key."""
        found = {self.status(e.id) for e in self.ladder.expectations}
        return [status for status in STATUS_ORDER if status in found]

    def home_of(self, expectation: Expectation) -> Rung | None:
        """Return the first level that adds an expectation; None when no level demands it."""
        level_id = next((one for one, added in self._added.items() if expectation in added), None)
        return self.rung(level_id) if level_id else None

    def opened(self, expectation: Expectation) -> OpenExpectation:
        """Return one expectation with everything about it."""
        home = self.home_of(expectation) or Rung("No level", 1)
        is_measured = expectation.id in self._measured
        mine = self.personal.expectations.get(expectation.id) if is_measured else None
        return OpenExpectation(
            id=expectation.id,
            text=expectation.text,
            level=home.id,
            level_rank=home.rank,
            competency=self.ladder.competency(expectation.competency).name,
            axes=[self.ladder.axis_name(axis) for axis in expectation.axes],
            sources=expectation.sources,
            origin=expectation.origin.value,
            note=expectation.note,
            examples=expectation.examples,
            counter_examples=expectation.counter_examples,
            counts=wording.evidence_in_words(expectation.evidence),
            counts_note=wording.HOUSE_RULE,
            remarks=wording.remarks_on(expectation),
            status=mine.status if mine else None,
            needs=mine.needs if mine else (),
            pieces=mine.pieces if mine else None,
            log_href=mine.log_href if mine else "",
        )

    # Comparing ----------------------------------------------------------------

    def comparison(self, lower: Level, upper: Level) -> list[CompareRow]:
        """Return what changes from one level to another, competency by competency."""
        before, after = self.ladder.requirement(lower.id), self.ladder.requirement(upper.id)
        return [
            CompareRow(
                name=c.name,
                kept=self.entries(_both(before, after), c, None),
                added=self.entries(_without(after, before), c, None),
                dropped=self.entries(_without(before, after), c, None),
            )
            for c in self.ladder.competencies
        ]

    # Tiers, examples, points ------------------------------------------------

    @property
    def tiers(self) -> list[TierRow]:
        """Return the tier table: attributes down, tiers across, in the order in which the levels name them."""
        keys = dict.fromkeys(attribute.key for level in self.ladder.levels for attribute in level.attributes)
        by_level = [{attribute.key: attribute for attribute in level.attributes} for level in self.ladder.levels]
        return [
            TierRow(
                wording.label_of(key),
                [TierCell(a[key].value, a[key].sources) if key in a else TierCell("", ()) for a in by_level],
            )
            for key in keys
        ]

    def attributes_of(self, level: Level) -> list[tuple[str, TierCell]]:
        """Return what the tables say about the tier of one level."""
        return [(wording.label_of(a.key), TierCell(a.value, a.sources)) for a in level.attributes]

    def usual_time(self, level: Level) -> str:
        """Return how long people usually stay at a level; '' where nobody states it."""
        return wording.months_in_words(level.typical_months) if level.typical_months else ""

    @property
    def escalation(self) -> tuple[EscalationRule, ...]:
        """Return when a ticket moves up."""
        return self.ladder.escalation

    @property
    def has_urgent_escalation(self) -> bool:
        """Say whether some trigger skips tiers."""
        return any(rule.urgent for rule in self.ladder.escalation)

    def examples(self, level_id: str | None = None) -> list[ExampleShown]:
        """Return the worked examples, or what they say about one level."""
        shown = [
            ExampleShown(
                example.id,
                example.title,
                [
                    ExampleLineShown(line.level, self._rank[line.level], line.text, line.note, line.sources)
                    for line in example.lines
                    if level_id in {None, line.level}
                ],
            )
            for example in self.ladder.examples
        ]
        return [example for example in shown if example.lines]

    @property
    def points(self) -> PointsTable | None:
        """Return the table of the secondary figure, where a ladder has one."""
        return self.ladder.points


def _both(some: Sequence[Expectation], others: Collection[Expectation]) -> list[Expectation]:
    ids = {e.id for e in others}
    return [e for e in some if e.id in ids]


def _without(some: Sequence[Expectation], others: Collection[Expectation]) -> list[Expectation]:
    ids = {e.id for e in others}
    return [e for e in some if e.id not in ids]


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
