"""The list of who could be nominated in words: its filters, and what it says to the reader of their own line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import url_for

from app.domain.eligibility import NotEligible
from app.infra.templating import join_words
from app.ladders.queries import Edition, LevelMark
from app.promotion.models import Eligibility, PromotionCycle
from app.promotion.queries.eligibility import EligibleCounts, Shown
from app.promotion.wording import NOT_ELIGIBLE

FILTERS = {
    Shown.ALL: "Everybody",
    Shown.NOT_NOMINATED: "Eligible and not nominated",
    Shown.NOMINATED: "Nominated",
    Shown.NOT_ELIGIBLE: "Not eligible by rule",
}


@dataclass(frozen=True, slots=True)
class FilterOption:
    """One filter above the list, with its figure."""

    text: str
    count: int
    current: bool
    href: str


def filters_of(cycle: PromotionCycle, counts: EligibleCounts, shown: Shown, search: str) -> list[FilterOption]:
    """Return the filters with what each would show of the lines that were searched for."""

    def href(one: Shown) -> str:
        return url_for("promotion.list_eligibility", cycle_id=cycle.id, show=one.value or None, q=search or None)

    return [FilterOption(words, counts.of(one), one is shown, href(one)) for one, words in FILTERS.items()]


def marks_of(editions: Iterable[Edition]) -> Mapping[tuple[str, str], LevelMark]:
    """Return what a badge needs for each level of pinned ladders, by lineage and level."""
    marks = {}
    for edition in editions:
        rungs = max(level.rank for level in edition.ladder.levels)
        for level in edition.ladder.levels:
            marks[edition.ladder.lineage, level.id] = LevelMark(level.id, level.rank, rungs, edition.ladder.title)
    return marks


def own_words(line: Eligibility | None) -> str:
    """Return what the list says to somebody of themselves."""
    if line is None:
        return "You are not on the list of this cycle. HR adds whoever joined since it was made."
    if line.rule:
        return f"You cannot be nominated in this cycle: {_lower(NOT_ELIGIBLE[NotEligible(line.rule)])}"
    return f"You could be nominated for {join_words(line.targets.split(), 'or')}."


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
