"""One edition as one reader sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from app.domain.ladder import Competency, EscalationRule, Expectation, Ladder, Level, PointsTable
from app.ladders import wording
from app.ladders.pages.links import Links
from app.ladders.pages.shown import (
    Column,
    CompareRow,
    Entry,
    ExampleLineShown,
    ExampleShown,
    MatrixRow,
    OpenExpectation,
    Rung,
    TierCell,
    TierRow,
)
from app.ladders.panels import PersonalView
from app.ladders.queries import Edition

STATUS_ORDER = (
    "banked", "met", "exceeded", "slipped", "not_met", "partly_met", "unproven", "unassessed", "waived",
)  # fmt: skip


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

    def entries(self, expectations: Iterable[Expectation], competency: Competency) -> list[Entry]:
        """Return the entries of one competency among expectations."""
        return [self.entry(e) for e in expectations if e.competency == competency.id]

    def rows(self, opened: str | None = None) -> list[MatrixRow]:
        """Return the competencies down the matrix."""
        cells: dict[tuple[str, str], list[Entry]] = {}
        for level_id, added in self._added.items():
            for expectation in added:
                cells.setdefault((expectation.competency, level_id), []).append(self.entry(expectation, opened))
        return [
            MatrixRow(c.name, [cells.get((c.id, level.id), []) for level in self.ladder.levels])
            for c in self.ladder.competencies
        ]

    def own(self, level: Level) -> list[tuple[str, list[Entry]]]:
        """Return what a level adds, competency by competency; an empty list is an explicit gap."""
        return [(c.name, self.entries(self._added[level.id], c)) for c in self.ladder.competencies]

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
                kept=self.entries(_both(before, after), c),
                added=self.entries(_without(after, before), c),
                dropped=self.entries(_without(before, after), c),
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
