"""What the pages of a decision show: the words of each expectation, what follows, and the list that two approve."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.domain.decision import EXCEPTION, UNMET, DecisionDraft, differs, kind_of_said
from app.domain.ladder import Ladder
from app.domain.promotion import DecisionKind
from app.infra.clock import clock, local
from app.infra.templating import long_date, number_word, plural
from app.people.queries import get_person
from app.promotion.actions.telling import fault_of_telling, growth_from
from app.promotion.models import PromotionCase
from app.promotion.queries.cases import edition_of
from app.promotion.queries.decisions import Decided, recommendation_of
from app.promotion.wording import DECISION, DEFER_REASON


@dataclass(frozen=True, slots=True)
class SaidOf:
    """What a decision says of one expectation, with the expectation's own words."""

    id: str
    text: str
    words: str
    would_change: str


@dataclass(frozen=True, slots=True)
class Head:
    """A case as the head of every page of its decision shows it."""

    case: PromotionCase
    candidate: str
    ladder: Ladder

    def rank(self, level: str) -> int:
        """Return the rank of a level, for its badge; the lowest where the ladder has no such level any more."""
        return self.ladder.level(level).rank if self.ladder.has_level(level) else 1

    @property
    def rungs(self) -> int:
        """Return how many levels the ladder has."""
        return len(self.ladder.levels)


def head_of(case: PromotionCase) -> Head:
    """Return the head of a case's pages."""
    return Head(case, get_person(case.subject_id).name, edition_of(case).ladder)


@dataclass(frozen=True)
class DecisionView:
    """A decision as it is read: the answer, its reasons, expectation by expectation, and its days."""

    decision: DecisionDraft
    answer: str
    defer_reason: str
    exceptions: tuple[SaidOf, ...]
    unmet: tuple[SaidOf, ...]
    otherwise: tuple[SaidOf, ...]
    months_at_level: int | None = None
    is_otherwise: bool = False


def _said(ladder: Ladder, rows: Sequence[tuple[str, str, str]]) -> tuple[SaidOf, ...]:
    return tuple(SaidOf(one, ladder.expectation(one).text, words, change) for one, words, change in rows)


def view_of_draft(case: PromotionCase, draft: DecisionDraft) -> DecisionView:
    """Return a draft as it would be read if it were taken so."""
    ladder = edition_of(case).ladder
    recommended = recommendation_of(case)
    rows: dict[str, list[tuple[str, str, str]]] = {}
    for one, said in draft.said.items():
        if ladder.has_expectation(one) and not said.is_empty:
            kind = kind_of_said(draft.kind, recommended.findings.get(one), said)
            rows.setdefault(kind, []).append((one, said.words, said.would_change))
    return _view(draft, ladder, rows, is_otherwise=draft.kind is not None and differs(draft.kind, recommended))


def view_of_decided(decided: Decided) -> DecisionView:
    """Return a decision that was taken as it is read."""
    ladder = edition_of(decided.case).ladder
    rows: dict[str, list[tuple[str, str, str]]] = {}
    for row in decided.findings:
        rows.setdefault(row.kind, []).append((row.expectation_id, row.words, row.would_change))
    decision = decided.decision
    draft = DecisionDraft(
        kind=decision.kind,
        reasons=decision.reasons,
        effective_on=decision.effective_on,
        review_on=decision.review_on,
        renominate_from=decision.renominate_from,
        defer_reason=decision.defer_reason,
        missing=decision.missing,
        defer_until=decision.defer_until,
        feedback_summary=decision.feedback_summary,
    )
    is_otherwise = (
        decision.kind not in {None, DecisionKind.DEFER}
        and decision.recommended is not None
        and decision.recommended != decision.kind
    )
    return _view(draft, ladder, rows, is_otherwise=is_otherwise, months=decision.months_at_level)


def _view(
    draft: DecisionDraft,
    ladder: Ladder,
    rows: dict[str, list[tuple[str, str, str]]],
    *,
    is_otherwise: bool,
    months: int | None = None,
) -> DecisionView:
    return DecisionView(
        decision=draft,
        answer=DECISION[draft.kind] if draft.kind else "",
        defer_reason=DEFER_REASON[draft.defer_reason] if draft.defer_reason else "",
        exceptions=_said(ladder, rows.get(EXCEPTION, ())),
        unmet=_said(ladder, rows.get(UNMET, ())),
        otherwise=_said(
            ladder, [row for kind, found in rows.items() if kind not in {EXCEPTION, UNMET} for row in found]
        ),
        months_at_level=months,
        is_otherwise=is_otherwise,
    )


@dataclass(frozen=True)
class ListLine:
    """One line of the list that two people approve; without a view for a case from which the reader is kept."""

    head: Head
    view: DecisionView | None


def list_lines(decided: Sequence[Decided], hidden: frozenset[uuid.UUID]) -> list[ListLine]:
    """Return the list of decisions, with nothing of those cases that the reader takes no part in."""
    return [
        ListLine(
            Head(one.case, one.candidate, edition_of(one.case).ladder),
            None if one.case.id in hidden else view_of_decided(one),
        )
        for one in decided
    ]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What telling a decision brings about, as its page promises it and as it is said afterwards.

    `fault` says why a promotion can take effect no more: then it is recorded without a level, or not at all.
    """

    promised: str
    followed: str
    fault: str = ""


def what_follows(case: PromotionCase, decided: Decided, on: date) -> Ahead:
    """Return what happens when a decision that was taken is told on a day."""
    decision, person = decided.decision, get_person(case.subject_id)
    if decision.kind is DecisionKind.PROMOTE:
        fault = fault_of_telling(case, person, decision)
        if fault is not None:
            return Ahead("No new level is recorded.", "No new level follows.", fault.message)
        day = long_date(decision.effective_on) if decision.effective_on else ""
        words = f"{case.target_level} is recorded from {day} on."
        return Ahead(words, words)
    number = len(growth_from(case, person, decided, on).goals) if decision.kind is DecisionKind.NOT_YET else 0
    if number:
        goals, come = number_word(number).capitalize(), plural(number, "goal comes", "goals come")
        came = plural(number, "goal stands", "goals stand")
        return Ahead(f"{goals} {come} into the growth plan.", f"{goals} {came} in the growth plan now.")
    if decision.kind is DecisionKind.NOT_YET:
        words = "No goal comes into a growth plan."
        return Ahead(words, words)
    return Ahead("Nothing else changes.", "Nothing else changes.")


def person_id(text: str) -> uuid.UUID:
    """Return the id that a field carries; one that nobody has where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def moment_of(day: date | None, at: datetime) -> datetime:
    """Return the moment for a day on which somebody was told: now for today, noon for another day."""
    if day is None or day == local(at).date():
        return at
    return datetime.combine(day, time(12), ZoneInfo(clock.zone))
