"""Who may sit on a case, what its ratings amount to, and who steps in where recusals break the quorum.

Source of the rules: domain specification, section 3.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

QUORUM = 3
"""Unrecused reviewers with complete blind ratings (house); a cycle copies its own number when it opens."""
NEEDED_FOR_A_FINDING = 2


class CommitteeRating(StrEnum):
    """What a reviewer says of one expectation. “Cannot judge” is an answer, and not zero."""

    NOT_MET = "not_met"
    PARTLY_MET = "partly_met"
    MET = "met"
    EXCEEDED = "exceeded"
    CANNOT_JUDGE = "cannot_judge"

    @property
    def value_on_scale(self) -> int | None:
        """Return 0 for not met to 3 for exceeded; None for `cannot_judge`. Only ever compared."""
        return _SCALE.get(self)


_SCALE = {
    CommitteeRating.NOT_MET: 0,
    CommitteeRating.PARTLY_MET: 1,
    CommitteeRating.MET: 2,
    CommitteeRating.EXCEEDED: 3,
}
_MET = 2


class RecusalReason(StrEnum):
    """Why somebody takes no part in a case. The members stand in the order in which they are looked at."""

    SELF = "self"
    MANAGER = "manager"
    MANAGERS_MANAGER = "managers_manager"
    STATEMENT = "statement"
    DIRECT_REPORT = "direct_report"
    MENTORING = "mentoring"
    NOMINATED = "nominated"
    PEER_FEEDBACK = "peer_feedback"
    SAME_TARGET = "same_target"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Relationship:
    """What is known between a reviewer and the candidate of a case, on the day of the review.

    `managers` is the candidate's chain, nearest first. `wrote_statement`: the statement of the packet is theirs, or
    they were line manager when it came in. `mentoring`: one mentored the other today or within the last twelve months.
    `targets` are the (lineage, level) at which the reviewer is a candidate in the same cycle.
    """

    reviewer_id: UUID
    candidate_id: UUID
    managers: Sequence[UUID] = ()
    wrote_statement: bool = False
    reports_to_candidate: bool = False
    mentoring: bool = False
    nominated: bool = False
    gave_feedback: bool = False
    targets: frozenset[tuple[str, str]] = frozenset()
    case_target: tuple[str, str] = ("", "")
    declared: bool = False


CHAIN_LEVELS = 2


def recusals(known: Relationship) -> tuple[RecusalReason, ...]:
    """Return every reason for which somebody is recused from a case; empty when there is none."""
    chain = tuple(known.managers[:CHAIN_LEVELS])
    asked = {
        RecusalReason.SELF: known.reviewer_id == known.candidate_id,
        RecusalReason.MANAGER: known.reviewer_id in chain[:1],
        RecusalReason.MANAGERS_MANAGER: known.reviewer_id in chain[1:],
        RecusalReason.STATEMENT: known.wrote_statement,
        RecusalReason.DIRECT_REPORT: known.reports_to_candidate,
        RecusalReason.MENTORING: known.mentoring,
        RecusalReason.NOMINATED: known.nominated,
        RecusalReason.PEER_FEEDBACK: known.gave_feedback,
        RecusalReason.SAME_TARGET: known.case_target in known.targets,
        RecusalReason.DECLARED: known.declared,
    }
    return tuple(reason for reason, holds in asked.items() if holds)


def may_review(*, rank: int | None, review_rank: int | None, target_rank: int) -> bool:
    """Say whether somebody's rank reaches the target's; a person off the ladder has the rank that HR set, or none."""
    own = rank if rank is not None else review_rank
    return own is not None and own >= target_rank


class Finding(StrEnum):
    """What the usable ratings of one expectation say."""

    PASSES = "passes"
    FAILS = "fails"
    NONE = "none"


def lower_median(values: Iterable[int]) -> int | None:
    """Return the median, of an even number the lower one; None of nothing.

    >>> lower_median([0, 2, 2, 3]), lower_median([1, 2]), lower_median([])
    (2, 1, None)
    """
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] if ordered else None


def finding(ratings: Iterable[CommitteeRating]) -> Finding:
    """Return what ratings of one expectation say: with fewer than two usable ones, nothing."""
    usable = [value for rating in ratings if (value := rating.value_on_scale) is not None]
    middle = lower_median(usable)
    if middle is None or len(usable) < NEEDED_FOR_A_FINDING:
        return Finding.NONE
    return Finding.PASSES if middle >= _MET else Finding.FAILS


class Recommendation(StrEnum):
    """What the ratings of a case amount to. The committee may decide otherwise, with reasons."""

    PROMOTE = "promote"
    NOT_YET = "not_yet"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Recommended:
    """A recommendation with what explains it, expectation by expectation."""

    recommendation: Recommendation
    findings: Mapping[str, Finding] = field(default_factory=dict)

    def with_finding(self, wanted: Finding) -> tuple[str, ...]:
        """Return the expectations with a finding, in the order given."""
        return tuple(one for one, found in self.findings.items() if found is wanted)


def recommend(ratings: Mapping[str, Sequence[CommitteeRating]]) -> Recommended:
    """Return the recommendation from the ratings of every expectation that is rated.

    It passes if all rated ones pass; any without a finding makes it `cannot_tell`. Where nothing is rated, because all
    is banked or waived, nobody has judged anything, and ratings cannot tell either.
    """
    found = {expectation: finding(given) for expectation, given in ratings.items()}
    if not found or Finding.NONE in found.values():
        return Recommended(Recommendation.CANNOT_TELL, found)
    fails = Finding.FAILS in found.values()
    return Recommended(Recommendation.NOT_YET if fails else Recommendation.PROMOTE, found)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could step in on a panel, and on how many cases of the cycle they sit so far."""

    person_id: UUID
    cases: int


def substitutes(pool: Iterable[Candidate], *, missing: int, cycle_id: UUID, case_id: UUID) -> tuple[UUID, ...]:
    """Return who steps in: those with the fewest cases so far, among equals by a hash of cycle, case and person.

    The pool holds only people who may review the case and are not recused. Fewer than `missing` are returned where
    the pool is too small. The order of the pool is irrelevant, and nobody picks.
    """

    def lot(candidate: Candidate) -> str:
        return hashlib.sha256(cycle_id.bytes + case_id.bytes + candidate.person_id.bytes).hexdigest()

    ordered = sorted(pool, key=lambda candidate: (candidate.cases, lot(candidate)))
    return tuple(candidate.person_id for candidate in ordered[: max(0, missing)])
