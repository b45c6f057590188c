"""What a decision of a promotion case has to say before it may be taken, and who may approve the list of them.

Source of the rules: domain specification, sections 3.3 to 3.6. Every fault is found at once, each at its field, so that
nobody mends one to learn of the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from uuid import UUID

from app.domain.committee import Finding, Recommended
from app.domain.promotion import MONTHS_UNTIL_RENOMINATION, DecisionKind, DeferReason
from app.domain.rationale import LEAST_WORDS

MONTHS_IN_YEAR = 12
MOST_MONTHS_AWAY = 12
"""A day on which a promotion takes effect lies within so many months of the decision; further away it is a slip."""
NO_QUORUM = (
    "Fewer reviewers than the quorum have rated this case and still take part. Look at its reviewers, so that somebody "
    "else is drawn; or defer it for want of reviewers."
)
SAID, CHANGE, NAMED = "said-", "change-", "named-"
"""Beginnings of the names of fields that stand once for each expectation; each goes on with its id."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a decision says of one expectation.

    `words` are its reasons; `would_change` is what evidence would change the answer; `is_named` says that a “not yet”
    names the expectation.
    """

    words: str = ""
    would_change: str = ""
    is_named: bool = False

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is said at all."""
        return not (self.words or self.would_change or self.is_named)


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """A decision as it stands in its form. Days are the company's; what does not go with the kind is left unread."""

    kind: DecisionKind | None = None
    reasons: str = ""
    effective_on: date | None = None
    review_on: date | None = None
    renominate_from: date | None = None
    defer_reason: DeferReason | None = None
    missing: str = ""
    defer_until: date | None = None
    feedback_summary: str = ""
    said: Mapping[str, Said] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, expectation_id: str) -> Said:
        """Return what it says of an expectation."""
        return self.said.get(expectation_id, Said())

    @property
    def named(self) -> tuple[str, ...]:
        """Return the expectations that a “not yet” names."""
        return tuple(one for one, said in self.said.items() if said.is_named)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a decision from being taken: the name of its field, and a sentence that says what is due."""

    field: str
    message: str


def months_later(day: date, months: int) -> date:
    """Return the day so many months later (earlier, where negative); the last of a month that is too short.

    >>> months_later(date(2027, 8, 31), 6), months_later(date(2026, 11, 21), -12)
    (datetime.date(2028, 2, 29), datetime.date(2025, 11, 21))
    """
    years, month = divmod(day.month - 1 + months, MONTHS_IN_YEAR)
    year = day.year + years
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def whole_months(since: date, on: date) -> int:
    """Return how many whole months have passed; 0 where the first day still lies ahead.

    >>> whole_months(date(2025, 1, 31), date(2025, 2, 28)), whole_months(date(2025, 1, 15), date(2026, 1, 14))
    (0, 11)
    """
    months = (on.year - since.year) * MONTHS_IN_YEAR + on.month - since.month - (on.day < since.day)
    return max(0, months)


def faults_of(
    draft: DecisionDraft, recommended: Recommended, *, is_incomplete: bool, has_quorum: bool = True, on: date
) -> tuple[Fault, ...]:
    """Return everything that a decision still lacks on a day, in the order of the form; none when it may be taken.

    `recommended` names the expectations that the committee rates, with what its ratings say of each. An incomplete case
    was not rated and can only be deferred; one without a quorum of ratings only for want of reviewers.
    """
    if draft.kind is None:
        return (Fault("kind", "Choose what is decided."),)
    if is_incomplete and draft.kind is not DecisionKind.DEFER:
        return (Fault("kind", "This case was not rated, so that it can only be deferred, or withdrawn."),)
    if not is_incomplete and not has_quorum and not _is_for_want_of_reviewers(draft):
        field = "defer_reason" if draft.kind is DecisionKind.DEFER else "kind"
        return (Fault(field, NO_QUORUM),)
    match draft.kind:
        case DecisionKind.PROMOTE:
            return (
                *_reasons(draft),
                *_promote(draft, on),
                *_exceptions(draft, recommended),
                *_open(draft, recommended),
            )
        case DecisionKind.NOT_YET:
            return (*_reasons(draft), *_not_yet(draft, recommended, on), *_open(draft, recommended))
        case DecisionKind.DEFER:
            return tuple(_defer(draft, on))


def _is_for_want_of_reviewers(draft: DecisionDraft) -> bool:
    return draft.kind is DecisionKind.DEFER and draft.defer_reason is DeferReason.REVIEWER_SHORTAGE


def _is_sentence(words: str) -> bool:
    return len(words.split()) >= LEAST_WORDS


def _reasons(draft: DecisionDraft) -> Iterable[Fault]:
    if not _is_sentence(draft.reasons):
        yield Fault("reasons", "Say why in at least one sentence; the candidate reads it.")


def _promote(draft: DecisionDraft, on: date) -> Iterable[Fault]:
    day = draft.effective_on
    if day is None:
        yield Fault("effective_on", "Say from which day the new level holds.")
    elif not months_later(on, -MOST_MONTHS_AWAY) <= day <= months_later(on, MOST_MONTHS_AWAY):
        yield Fault("effective_on", "This day lies more than a year away. Check the year.")


def _exceptions(draft: DecisionDraft, recommended: Recommended) -> Iterable[Fault]:
    for one in recommended.with_finding(Finding.FAILS):
        if not _is_sentence(draft.of(one).words):
            message = "The ratings say that this is not met. A promotion despite it is an exception: give its reason."
            yield Fault(f"{SAID}{one}", message)


def _open(draft: DecisionDraft, recommended: Recommended) -> Iterable[Fault]:
    """Ask for reasons where the ratings say nothing, unless the expectation is named and asked for them already."""
    named = set(draft.named) if draft.kind is DecisionKind.NOT_YET else set()
    for one in recommended.with_finding(Finding.NONE):
        if one not in named and not _is_sentence(draft.of(one).words):
            message = "Fewer than two reviewers could judge this. Say how the committee sees it."
            yield Fault(f"{SAID}{one}", message)


def _not_yet(draft: DecisionDraft, recommended: Recommended, on: date) -> Iterable[Fault]:
    named = [one for one in draft.named if one in recommended.findings]
    if not named:
        yield Fault("named", "Name at least one expectation that is not met yet.")
    for one in named:
        if not _is_sentence(draft.of(one).words):
            is_otherwise = recommended.findings[one] is Finding.PASSES
            message = (
                "The ratings say that this is met. Give the reasons for deciding otherwise."
                if is_otherwise
                else "Say in a sentence what is not met yet."
            )
            yield Fault(f"{SAID}{one}", message)
        if not _is_sentence(draft.of(one).would_change):
            yield Fault(f"{CHANGE}{one}", "Say what evidence would change the answer.")
    if draft.review_on is None:
        yield Fault("review_on", "Choose the day on which engineer and manager look at the growth plan together.")
    elif draft.review_on < on:
        yield Fault("review_on", "This day has passed. Choose today or a later one.")
    earliest = draft.renominate_from
    if earliest is not None and earliest < on:
        yield Fault("renominate_from", "This day has passed. Leave it empty if a nomination is possible at once.")
    if earliest is not None and earliest > months_later(on, MONTHS_UNTIL_RENOMINATION):
        message = f"A new nomination may be put off by {MONTHS_UNTIL_RENOMINATION} months at most."
        yield Fault("renominate_from", message)


def _defer(draft: DecisionDraft, on: date) -> Iterable[Fault]:
    if draft.defer_reason is None:
        yield Fault("defer_reason", "Choose which fact is missing.")
    if not _is_sentence(draft.missing):
        yield Fault("missing", "Name what is missing in a sentence. A deferral never stands in for a “not yet”.")
    if draft.defer_until is None:
        yield Fault("defer_until", "Say by which day it will be looked at again.")
    elif draft.defer_until < on:
        yield Fault("defer_until", "This day has passed. Choose today or a later one.")


def differs(kind: DecisionKind, recommended: Recommended) -> bool:
    """Say whether a decision is another one than the ratings recommend. A deferral judges nobody, so it never is."""
    if kind is DecisionKind.DEFER:
        return False
    return recommended.recommendation.value != kind.value


EXCEPTION, UNMET, OTHERWISE = "exception", "unmet", "otherwise"


def kind_of_said(kind: DecisionKind | None, found: Finding | None, said: Said) -> str:
    """Return as what a decision says something of an expectation.

    `exception`: promoted despite it. `unmet`: named in a “not yet”. `otherwise`: why the committee sees it so, where
    its ratings say something else, or nothing.
    """
    if said.is_named and kind is not DecisionKind.PROMOTE:
        return UNMET
    return EXCEPTION if kind is DecisionKind.PROMOTE and found is Finding.FAILS else OTHERWISE


def what_counts(draft: DecisionDraft, recommended: Recommended) -> DecisionDraft:
    """Return a decision without what was written for another kind on the way. Call it on one that has no faults.

    A deferral says nothing of any expectation; a promotion only of those that it is an exception from, or on which the
    ratings say nothing; a “not yet” of those that it names, and again of those without a finding.
    """
    summary = draft.feedback_summary
    if draft.kind is DecisionKind.DEFER:
        return DecisionDraft(
            kind=draft.kind,
            reasons=draft.reasons,
            defer_reason=draft.defer_reason,
            missing=draft.missing,
            defer_until=draft.defer_until,
            feedback_summary=summary,
        )
    if draft.kind is DecisionKind.PROMOTE:
        said = {
            one: Said(draft.of(one).words)
            for one, found in recommended.findings.items()
            if found is not Finding.PASSES and draft.of(one).words
        }
        return DecisionDraft(
            kind=draft.kind,
            reasons=draft.reasons,
            effective_on=draft.effective_on,
            feedback_summary=summary,
            said=said,
        )
    kept = {
        one: draft.of(one) if draft.of(one).is_named else Said(draft.of(one).words)
        for one, found in recommended.findings.items()
        if draft.of(one).is_named or (found is Finding.NONE and draft.of(one).words)
    }
    return DecisionDraft(
        kind=draft.kind,
        reasons=draft.reasons,
        review_on=draft.review_on,
        renominate_from=draft.renominate_from,
        feedback_summary=summary,
        said=kept,
    )


def objections_to_approving(
    person_id: UUID,
    *,
    signed_by: UUID | None,
    deciders: Collection[UUID],
    candidates: Collection[UUID],
    is_kept_from_any: bool,
) -> tuple[str, ...]:
    """Return why somebody may not be the second person who approves a list of decisions; empty when they may.

    Two different people approve the same list, and nobody approves what they wrote or decided, what is about
    themselves, or what they may not read.
    """
    asked = {
        "The chair has not signed this list yet.": signed_by is None,
        "You signed this list as the first of the two people.": person_id == signed_by,
        "You wrote or decided a decision on this list yourself.": person_id != signed_by and person_id in deciders,
        "Your own case is on this list.": person_id in candidates,
        "You take no part in at least one of its cases.": is_kept_from_any and person_id not in candidates,
    }
    return tuple(sentence for sentence, holds in asked.items() if holds)


def discussion_order(cases: Iterable[UUID], *, cycle_id: UUID, on: date) -> Sequence[UUID]:
    """Return cases in the order in which they are talked about: drawn at random, the same for everybody on one day."""

    def lot(case_id: UUID) -> str:
        return hashlib.sha256(cycle_id.bytes + on.isoformat().encode() + case_id.bytes).hexdigest()

    return sorted(cases, key=lot)
