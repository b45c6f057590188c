"""What the pages of calibration show: cases side by side by expectation, and one case with everything said of it.

It turns ratings into rows, and ranks nothing. Ladders come from what the process keeps of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from app.domain.agreement import Reading, reading
from app.domain.committee import CommitteeRating, Finding, Recommended
from app.promotion.models import PromotionCase
from app.promotion.queries.calibration import Measured, Remark, Strictness, by_expectation
from app.promotion.queries.cases import edition_of
from app.promotion.queries.ratings import Opinion, recommended_of
from app.promotion.wording import RATING, RECOMMENDATION, finding_words

SHAPES: Mapping[CommitteeRating, str] = {
    CommitteeRating.NOT_MET: "not_met",
    CommitteeRating.PARTLY_MET: "partly_met",
    CommitteeRating.MET: "met",
    CommitteeRating.EXCEEDED: "exceeded",
    CommitteeRating.CANNOT_JUDGE: "none",
}
"""The shape of each rating. Somebody who cannot judge gave a line and no shape: it is not zero."""
READING: Mapping[Reading, str] = {
    Reading.RELIABLE: "Reliable",
    Reading.TENTATIVE: "Tentative: good for a hint, not for a conclusion",
    Reading.DO_NOT_RELY: "Do not rely on it: talk about what the ratings mean first",
    Reading.NO_VARIATION: "No variation: everybody gave the same value, so nothing can be said",
    Reading.NOTHING_TO_COMPARE: "Nothing to compare: no expectation has two values yet",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One rating as a shape with its word, and what it was before it was changed."""

    status: str
    label: str
    was_status: str = ""
    was_label: str = ""


def mark_of(given: Opinion) -> Mark:
    """Return the rating that counts, with the first one where it differs."""
    now, before = given.latest.rating, given.first.rating
    if now is before:
        return Mark(SHAPES[now], RATING[now])
    return Mark(SHAPES[now], RATING[now], SHAPES[before], RATING[before])


@dataclass(frozen=True, slots=True)
class Cell:
    """What the reviewers of one case say of one expectation, the lowest first; no marks where it is not rated."""

    case_id: uuid.UUID
    code: str
    marks: tuple[Mark, ...]
    finding: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One expectation across cases."""

    id: str
    text: str
    competency: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One case at the head of a column."""

    case: PromotionCase
    candidate: str
    recommendation: str


@dataclass(frozen=True)
class Group:
    """The cases for one target on one ladder, and their expectations in ladder order."""

    key: str
    ladder: str
    target: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


def target_key(case: PromotionCase) -> str:
    """Return what a filter calls the target of a case."""
    return f"{case.lineage}/{case.target_level}"


def group_of(
    cases: Sequence[tuple[PromotionCase, str]],
    rated: Mapping[uuid.UUID, Sequence[str]],
    given: Mapping[uuid.UUID, Sequence[Opinion]],
) -> Group:
    """Return cases of one target side by side, in the order in which they come."""
    first = cases[0][0]
    ladder = edition_of(first).ladder
    found = {case.id: recommended_of(rated[case.id], given[case.id]) for case, _ in cases}
    marks = {case.id: by_expectation(given[case.id]) for case, _ in cases}
    wanted = {one for case, _ in cases for one in rated[case.id]}
    lines = [
        Line(
            one.id,
            one.text,
            ladder.competency(one.competency).name,
            tuple(_cell(case, one.id, marks[case.id].get(one.id, ()), found[case.id]) for case, _ in cases),
        )
        for one in ladder.requirement(first.target_level)
        if one.id in wanted
    ]
    columns = [Column(case, name, RECOMMENDATION[found[case.id].recommendation]) for case, name in cases]
    return Group(target_key(first), ladder.title, first.target_level, tuple(columns), tuple(lines))


def _cell(case: PromotionCase, one: str, given: Sequence[Opinion], found: Recommended) -> Cell:
    finding = found.findings.get(one)
    if finding is None:
        return Cell(case.id, case.code, (), "", "Not rated: banked or waived")
    return Cell(case.id, case.code, tuple(mark_of(row) for row in given), finding.value, _words_of(given))


def _words_of(given: Iterable[Opinion]) -> str:
    return finding_words([row.latest.rating for row in given])


@dataclass(frozen=True, slots=True)
class Told:
    """One reviewer on one expectation: the mark, and every rating with its words, the one that counts first."""

    reviewer: str
    mark: Mark
    given: Opinion


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One expectation of one case: what its reviewers say, what it amounts to, and the remarks on it."""

    id: str
    text: str
    competency: str
    finding: str
    words: str
    told: tuple[Told, ...]
    remarks: tuple[Remark, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Return the marks alone."""
        return tuple(one.mark for one in self.told)


def case_lines(
    case: PromotionCase, rated: Sequence[str], given: Sequence[Opinion], found: Recommended, remarks: Sequence[Remark]
) -> list[CaseLine]:
    """Return the rated expectations of a case: what speaks against it first, then what is open, then the rest."""
    ladder = edition_of(case).ladder
    rows = by_expectation(given)
    lines = []
    for one in rated:
        expectation = ladder.expectation(one)
        finding = found.findings.get(one)
        lines.append(
            CaseLine(
                one,
                expectation.text,
                ladder.competency(expectation.competency).name,
                finding.value if finding else "",
                _words_of(rows.get(one, ())) if finding else "Not rated",
                tuple(Told(row.reviewer, mark_of(row), row) for row in rows.get(one, ())),
                tuple(remark for remark in remarks if remark.expectation_id == one and not remark.is_apart),
            )
        )
    first = {Finding.FAILS.value: 0, Finding.NONE.value: 1}
    return sorted(lines, key=lambda line: first.get(line.finding, 2))


@dataclass(frozen=True, slots=True)
class AgreementView:
    """How far first ratings agree, in words and figures."""

    alpha: str
    reading: str
    is_good: bool
    units: int
    values: int
    interval: tuple[str, str] | None


def agreement_view(measured: Measured) -> AgreementView:
    """Return an agreement as its panel shows it."""
    found = measured.agreement
    how = reading(found)
    return AgreementView(
        "" if found.alpha is None else f"{float(found.alpha):.2f}".replace("-", "−"),
        READING[how],
        how is Reading.RELIABLE,
        found.units,
        found.values,
        None
        if measured.interval is None
        else (f"{measured.interval[0]:.2f}".replace("-", "−"), f"{measured.interval[1]:.2f}".replace("-", "−")),
    )


@dataclass(frozen=True, slots=True)
class StrictnessView:
    """One reviewer's severity in words."""

    reviewer: str
    value: str
    words: str
    cases: int


NOTHING_TO_SPEAK_OF = 0.005


def strictness_view(row: Strictness) -> StrictnessView:
    """Return how strict a reviewer is, or that there is too little data to say."""
    shown = row.severity.shown
    if shown is None:
        return StrictnessView(row.reviewer, "", "Too little data", row.severity.cases)
    if abs(shown) < NOTHING_TO_SPEAK_OF:
        return StrictnessView(row.reviewer, "0.00", "as the others", row.severity.cases)
    words = "milder than the others" if shown > 0 else "stricter than the others"
    return StrictnessView(row.reviewer, f"{float(shown):+.2f}".replace("-", "−"), words, row.severity.cases)


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """A link that narrows the page to one target."""

    text: str
    count: int
    current: bool
    href: str


def target_names(cases: Sequence[tuple[PromotionCase, str]]) -> dict[str, str]:
    """Return how a page names each target: the ladder and the level."""
    return {target_key(case): f"{edition_of(case).ladder.title}, {case.target_level}" for case, _ in cases}


def counted_targets(cases: Sequence[tuple[PromotionCase, str]]) -> dict[str, int]:
    """Return how many cases there are for each target, in the order of ladders and levels."""
    keys = [target_key(case) for case, _ in cases]
    return {key: keys.count(key) for key in sorted(set(keys))}


def target_filters(cycle_id: uuid.UUID, cases: Sequence[tuple[PromotionCase, str]], chosen: str) -> list[TargetFilter]:
    """Return the filters by target, all of them first."""

    def href(target: str | None = None) -> str:
        return url_for("promotion.show_calibration", cycle_id=cycle_id, target=target)

    counts, names = counted_targets(cases), target_names(cases)
    everything = TargetFilter("All", sum(counts.values()), chosen not in counts, href())
    rest = [TargetFilter(names[key], count, key == chosen, href(target=key)) for key, count in counts.items()]
    return [everything, *rest]


def groups_of(
    cases: Sequence[tuple[PromotionCase, str]],
    rated: Mapping[uuid.UUID, Sequence[str]],
    given: Mapping[uuid.UUID, Sequence[Opinion]],
    chosen: str,
) -> list[Group]:
    """Return cases grouped by target; only those for one of them where it is chosen."""
    keys = [chosen] if chosen else counted_targets(cases)
    return [group_of([row for row in cases if target_key(row[0]) == key], rated, given) for key in keys]
