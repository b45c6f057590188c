"""Status per expectation, the verdict for a target level, and what blocks it.

Source of the rules: domain specification, section 4. Nothing here compensates for anything else, and no figure ranks
people: a report says what holds, what does not, and what nobody has looked at yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.domain.bar import Ask, Bar, CellRule, bar_for
from app.domain.evidence import (
    Further,
    Leave,
    Missing,
    Piece,
    Sufficiency,
    counting_since,
    further_evidence,
    sufficiency_since,
)
from app.domain.ladder import Competency, Expectation, Ladder, Level
from app.domain.progression import Spell, last_spell_on_lineage
from app.domain.rating import (
    CONVERSATION_STEPS,
    Answer,
    GivenAnswer,
    Truth,
    at_least,
    conjunction,
    latest_answer,
    latest_rating,
)


class Status(StrEnum):
    """How somebody stands on one expectation."""

    WAIVED = "waived"
    BANKED = "banked"
    UNASSESSED = "unassessed"
    NOT_MET = "not_met"
    PARTLY_MET = "partly_met"
    UNPROVEN = "unproven"
    MET = "met"
    EXCEEDED = "exceeded"

    @property
    def truth(self) -> Truth:
        """Return whether the expectation holds; an unassessed one is unknown, never unmet."""
        return _TRUTH[self]


_TRUTH = {
    Status.WAIVED: Truth.TRUE,
    Status.BANKED: Truth.TRUE,
    Status.UNASSESSED: Truth.UNKNOWN,
    Status.NOT_MET: Truth.FALSE,
    Status.PARTLY_MET: Truth.FALSE,
    Status.UNPROVEN: Truth.FALSE,
    Status.MET: Truth.TRUE,
    Status.EXCEEDED: Truth.TRUE,
}


class Verdict(StrEnum):
    """The answer for a target level. The members stand in order, furthest from ready first."""

    NOT_YET = "not_yet"
    CANNOT_TELL = "cannot_tell"
    READY = "ready"

    @property
    def order(self) -> int:
        """Return the place in the order not yet, cannot tell, ready; only ever compared."""
        return _VERDICT_ORDER[self]


_VERDICT_ORDER = {verdict: place for place, verdict in enumerate(Verdict)}
_VERDICT = {Truth.FALSE: Verdict.NOT_YET, Truth.UNKNOWN: Verdict.CANNOT_TELL, Truth.TRUE: Verdict.READY}


class BlockerGroup(StrEnum):
    """Why an expectation blocks. The members stand in the order in which blockers are told."""

    SLIPPED = "slipped"
    NOT_MET = "not_met"
    PARTLY_MET = "partly_met"
    UNPROVEN = "unproven"
    UNASSESSED = "unassessed"


_GROUP = {Status(group.value): group for group in BlockerGroup if group is not BlockerGroup.SLIPPED}
_GROUP_ORDER = {group: place for place, group in enumerate(BlockerGroup)}


@dataclass(frozen=True, slots=True)
class Waiver:
    """The decision that an expectation does not apply to somebody. It needs the manager and HR, and a reason."""

    reason: str
    manager_approved_on: date | None
    hr_approved_on: date | None
    approver_ids: tuple[UUID, ...] = ()

    def holds_on(self, on: date) -> bool:
        """Say whether both had approved by a day."""
        approvals = self.manager_approved_on, self.hr_approved_on
        return all(approved_on is not None and approved_on <= on for approved_on in approvals)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one engineer, by expectation id where it concerns one.

    Answers come from revealed assessments only: drafts and sealed ratings never change a standing. `spells` is the
    whole level history, of all ladders. What lies after the day of the report is left out of it by the rules.
    `revealed_on` are the days on which assessments with answers opened, later ones included, whose answers are not.
    """

    pieces: Mapping[str, Sequence[Piece]] = field(default_factory=lambda: MappingProxyType({}))
    manager_answers: Mapping[str, Sequence[GivenAnswer]] = field(default_factory=lambda: MappingProxyType({}))
    self_answers: Mapping[str, Sequence[GivenAnswer]] = field(default_factory=lambda: MappingProxyType({}))
    waivers: Mapping[str, Waiver] = field(default_factory=lambda: MappingProxyType({}))
    spells: Sequence[Spell] = ()
    leaves: Sequence[Leave] = ()
    revealed_on: Sequence[date] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands on one expectation of a target, with everything that explains it.

    `rating` is the manager's latest rating; `answer` the manager's latest answer, which may be `no_opportunity`;
    `self_rating` the engineer's own, shown beside and never used in place of it. `is_slipped`: the level held covers
    the expectation, but a rating given since then is below met.
    """

    ask: Ask
    status: Status
    sufficiency: Sufficiency
    rating: GivenAnswer | None
    answer: GivenAnswer | None
    self_rating: GivenAnswer | None
    waiver: Waiver | None
    is_slipped: bool
    is_rating_old: bool

    @property
    def expectation(self) -> Expectation:
        """Return the expectation."""
        return self.ask.expectation

    @property
    def competency(self) -> Competency:
        """Return the competency that the expectation belongs to."""
        return self.ask.competency

    @property
    def level(self) -> Level:
        """Return the lowest level on the path to the target that demands the expectation."""
        return self.ask.level

    @property
    def is_required(self) -> bool:
        """Say whether the target requires the expectation; an optional one never blocks."""
        return self.ask.is_required

    @property
    def truth(self) -> Truth:
        """Return whether the expectation holds."""
        return _TRUTH[self.status]

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Return what the evidence lacks where that is what the status says: unproven. Otherwise nothing."""
        return self.sufficiency.missing if self.status is Status.UNPROVEN else ()

    @property
    def had_no_opportunity(self) -> bool:
        """Say whether it is unassessed because the manager saw no opportunity to show it."""
        return self.status is Status.UNASSESSED and self.answer is not None

    @property
    def self_gap(self) -> int | None:
        """Return how many steps the self-rating lies above the manager's rating, None unless both exist."""
        mine = self.self_rating and self.self_rating.rating
        theirs = self.rating and self.rating.rating
        return mine.steps_above(theirs) if mine and theirs else None

    @property
    def needs_conversation(self) -> bool:
        """Say whether the self-rating lies so far above the manager's that the two should talk."""
        gap = self.self_gap
        return gap is not None and gap >= CONVERSATION_STEPS


@dataclass(frozen=True, slots=True)
class Cell:
    """How one competency stands at one level; `truth` is None where the ladder states nothing that is required."""

    rule: CellRule
    truth: Truth | None
    met: int

    @property
    def competency(self) -> Competency:
        """Return the competency."""
        return self.rule.competency

    @property
    def level(self) -> Level:
        """Return the level."""
        return self.rule.level

    @property
    def short(self) -> int:
        """Return how many more of the cell's expectations must hold."""
        return max(0, self.rule.needed - self.met)


@dataclass(frozen=True, slots=True)
class Attainment:
    """The attained step of one competency.

    `level` is the highest level at which the competency holds there and at every stated level below, None if it fails
    at the first. `is_stated` is False where the ladder requires nothing of it up to the target, shown as “—”.
    """

    competency: Competency
    is_stated: bool
    level: Level | None


@dataclass(frozen=True, slots=True)
class Blocker:
    """An expectation that keeps the verdict from ready.

    `further` says what more evidence would suffice, None when the evidence does and a rating is what is missing.
    """

    group: BlockerGroup
    standing: Standing
    cell: Cell
    further: Further | None

    @property
    def is_one_of_several(self) -> bool:
        """Say whether the cell would hold without this one, if others of its expectations did: a k-of-n cell."""
        return self.cell.rule.needed < self.cell.rule.of


@dataclass(frozen=True, slots=True)
class Outline:
    """What a report says without its explanations: enough for a list. The fields are those of `Readiness`."""

    bar: Bar
    verdict: Verdict
    standings: tuple[Standing, ...]
    cells: tuple[Cell, ...]
    met: int
    of: int
    evidenced_level: Level | None

    def blocking(self) -> Iterator[tuple[BlockerGroup, Standing]]:
        """Yield the expectations that keep the verdict from ready, in ladder order.

        A cell that holds blocks nothing, not even by the expectations that a k-of-n rule can spare.
        """
        for standing in self.standings:
            is_lacking = standing.ask.is_required and _TRUTH[standing.status] is not Truth.TRUE
            if is_lacking and self.cells[standing.ask.place].truth is not Truth.TRUE:
                yield BlockerGroup.SLIPPED if standing.is_slipped else _GROUP[standing.status], standing


@dataclass(frozen=True, slots=True)
class Readiness:
    """The report for one target level on one day. It names its ladder version through `bar.ladder`.

    `standings` covers all of Req(target) in ladder order, optional ones included. `met` of `of` counts the required
    ones that hold. `blockers` stand by group, then in ladder order. `evidenced_level` is the highest level on the path
    up to which everything holds, None if not even the first; it is computed, never granted.
    """

    bar: Bar
    on: date
    verdict: Verdict
    standings: tuple[Standing, ...]
    cells: tuple[Cell, ...]
    attained: tuple[Attainment, ...]
    blockers: tuple[Blocker, ...]
    met: int
    of: int
    evidenced_level: Level | None

    @property
    def target(self) -> Level:
        """Return the level that the report is about."""
        return self.bar.target

    @property
    def percent_met(self) -> int:
        """Return the share met, rounded down, so that 100 appears only when all are met."""
        return 100 * self.met // self.of if self.of else 100

    @property
    def unmet(self) -> tuple[Standing, ...]:
        """Return the required expectations that do not hold, also those that a k-of-n cell can spare."""
        return tuple(s for s in self.standings if s.is_required and s.truth is not Truth.TRUE)

    def standing(self, expectation_id: str) -> Standing:
        """Return the standing on one expectation; KeyError when the target does not demand it."""
        for standing in self.standings:
            if standing.expectation.id == expectation_id:
                return standing
        raise KeyError(expectation_id)


def readiness(ladder: Ladder, target_id: str, facts: Facts, on: date) -> Readiness:
    """Return the report for one target level; for many people make the `bar_for` it once and call `report`."""
    return report(bar_for(ladder, target_id), facts, on)


def report(bar: Bar, facts: Facts, on: date) -> Readiness:
    """Return the report of one engineer against a bar, from what is known up to a day."""
    found = outline(bar, facts, on)
    return Readiness(
        bar=bar,
        on=on,
        verdict=found.verdict,
        standings=found.standings,
        cells=found.cells,
        attained=_attained(bar.ladder, _stated(found.cells)),
        blockers=_blockers(found, facts, on),
        met=found.met,
        of=found.of,
        evidenced_level=found.evidenced_level,
    )


def outline(bar: Bar, facts: Facts, on: date) -> Outline:
    """Return what `report` says without attained steps and what would show the missing; for many people at once."""
    standings = tuple(_standings(bar, facts, on))
    met, unknown = [0] * len(bar.cells), [0] * len(bar.cells)
    for standing in standings:
        if standing.ask.is_required:
            truth = _TRUTH[standing.status]
            met[standing.ask.place] += truth is Truth.TRUE
            unknown[standing.ask.place] += truth is Truth.UNKNOWN
    cells = tuple(
        Cell(rule, at_least(rule.needed, true=met[place], unknown=unknown[place]) if rule.of else None, met[place])
        for place, rule in enumerate(bar.cells)
    )
    stated = _stated(cells)
    return Outline(
        bar=bar,
        verdict=_VERDICT[conjunction(truth for _, truth in stated)],
        standings=standings,
        cells=cells,
        met=sum(met),
        of=sum(rule.of for rule in bar.cells),
        evidenced_level=_evidenced(bar, stated),
    )


def _stated(cells: Iterable[Cell]) -> list[tuple[Cell, Truth]]:
    return [(cell, cell.truth) for cell in cells if cell.truth is not None]


def _standings(bar: Bar, facts: Facts, on: date) -> Iterator[Standing]:
    spell = last_spell_on_lineage(facts.spells, bar.ladder.lineage, on)
    covered = bar.required_at.get(spell.level, _NOTHING) if spell else _NOTHING
    a_year_ago = _a_year_before(on)
    oldest: dict[int, date] = {}
    for ask in bar.asks:
        wanted = ask.expectation
        window = wanted.evidence.window_days
        if window not in oldest:
            oldest[window] = counting_since(window, on, facts.leaves)
        found = sufficiency_since(wanted.evidence, facts.pieces.get(wanted.id, ()), since=oldest[window], on=on)
        answers = facts.manager_answers.get(wanted.id, ())
        rating = latest_rating(answers, on)
        waiver = facts.waivers.get(wanted.id)
        if waiver is not None and not waiver.holds_on(on):
            waiver = None
        is_covered = wanted.id in covered
        is_slipped = is_covered and waiver is None and _has_slipped(rating, spell)
        if waiver is not None:
            status = Status.WAIVED
        elif is_covered and not is_slipped:
            status = Status.BANKED
        else:
            status = _status_by(rating, found)
        yield Standing(
            ask=ask,
            status=status,
            sufficiency=found,
            rating=rating,
            answer=latest_answer(answers, on),
            self_rating=latest_rating(facts.self_answers.get(wanted.id, ()), on),
            waiver=waiver,
            is_slipped=is_slipped,
            is_rating_old=rating is not None and rating.given_on < a_year_ago and status not in _DECIDED,
        )


_NOTHING: frozenset[str] = frozenset()
_DECIDED = frozenset({Status.WAIVED, Status.BANKED})


def _a_year_before(on: date) -> date:
    # The twelve months that end on a 29 February began on a 28th.
    is_leap_day = (on.month, on.day) == (2, 29)
    return on.replace(year=on.year - 1, day=28 if is_leap_day else on.day)


def _has_slipped(rating: GivenAnswer | None, spell: Spell | None) -> bool:
    return (
        rating is not None
        and spell is not None
        and not _is_met(rating)
        and spell.began_before(rating.given_on, rating.given_at)
    )


def _status_by(rating: GivenAnswer | None, found: Sufficiency) -> Status:
    if rating is None:
        return Status.UNASSESSED
    if _is_met(rating) and not found.is_sufficient:
        return Status.UNPROVEN
    return _STATUS[rating.answer]


_STATUS = {
    Answer.NOT_MET: Status.NOT_MET,
    Answer.PARTLY_MET: Status.PARTLY_MET,
    Answer.MET: Status.MET,
    Answer.EXCEEDED: Status.EXCEEDED,
}


def _is_met(rating: GivenAnswer) -> bool:
    return rating.answer is Answer.MET or rating.answer is Answer.EXCEEDED


def _attained(ladder: Ladder, stated: Iterable[tuple[Cell, Truth]]) -> tuple[Attainment, ...]:
    attained: dict[str, Attainment] = {c.id: Attainment(c, is_stated=False, level=None) for c in ladder.competencies}
    failed: set[str] = set()
    for cell, truth in stated:
        competency = cell.competency
        if competency.id in failed:
            continue
        if truth is Truth.TRUE:
            attained[competency.id] = Attainment(competency, is_stated=True, level=cell.level)
        else:
            failed.add(competency.id)
            attained[competency.id] = Attainment(competency, is_stated=True, level=attained[competency.id].level)
    return tuple(attained.values())


def _evidenced(bar: Bar, stated: Iterable[tuple[Cell, Truth]]) -> Level | None:
    failing = {cell.level.id for cell, truth in stated if truth is not Truth.TRUE}
    evidenced = None
    for level in bar.path:
        if level.id in failing:
            break
        evidenced = level
    return evidenced


def _blockers(found: Outline, facts: Facts, on: date) -> tuple[Blocker, ...]:
    blocking = [
        Blocker(
            group,
            standing,
            found.cells[standing.ask.place],
            further_evidence(standing.sufficiency, on, facts.leaves),
        )
        for group, standing in found.blocking()
    ]
    return tuple(sorted(blocking, key=lambda blocker: _GROUP_ORDER[blocker.group]))


def evidenced_levels(ladder: Ladder, facts: Facts, on: date) -> tuple[Level, ...]:
    """Return the highest evidenced level on each path to a top of the ladder, without repeats, in ladder order."""
    tops = (level for level in ladder.levels if not level.next)
    found = {
        report.evidenced_level.id for top in tops if (report := readiness(ladder, top.id, facts, on)).evidenced_level
    }
    return tuple(level for level in ladder.levels if level.id in found)
