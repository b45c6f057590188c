"""The values that describe an example company. Times are aware UTC, dates are calendar days.

Every period is half-open: the second date of a pair is the first day on which it no longer holds, None for today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState
from app.domain.rating import Answer


class LevelReason(StrEnum):
    """Why somebody got a level."""

    HIRE = "hire"
    PROMOTION = "promotion"
    TRANSFER = "transfer"
    DEMOTION = "demotion"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class PlannedTeam:
    """A team. Parents stand before their children in a plan."""

    key: str
    name: str
    parent_key: str | None = None


@dataclass(frozen=True, slots=True)
class TeamSpell:
    """One stay in a team."""

    team_key: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class ManagerSpell:
    """One period of reporting to a manager."""

    manager_key: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class LevelSpell:
    """One stay at one level of a ladder, named by its slug."""

    ladder: str
    level: str
    starts_on: date
    ends_on: date | None
    reason: LevelReason


@dataclass(frozen=True, slots=True)
class PlannedLeave:
    """A leave: first day away, first day back or None."""

    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedPerson:
    """A person and everything HR records of them. `left_on` is the first day on which they no longer work here."""

    key: str
    employee_id: str
    name: str
    email: str
    hired_on: date
    left_on: date | None
    teams: tuple[TeamSpell, ...]
    managers: tuple[ManagerSpell, ...]
    levels: tuple[LevelSpell, ...]
    leaves: tuple[PlannedLeave, ...] = ()
    groups: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    roles: frozenset[str] = frozenset()
    demo_role: str | None = None
    demo_note: str = ""

    def works_on(self, day: date) -> bool:
        """Say whether the person was employed and not on leave on a day."""
        if day < self.hired_on or (self.left_on is not None and day >= self.left_on):
            return False
        return not any(x.starts_on <= day and (x.ends_on is None or day < x.ends_on) for x in self.leaves)

    def manager_on(self, day: date) -> ManagerSpell | None:
        """Return the reporting line of a day."""
        for spell in self.managers:
            if spell.starts_on <= day and (spell.ends_on is None or day < spell.ends_on):
                return spell
        return None

    def team_on(self, day: date) -> str | None:
        """Return the key of the team on a day."""
        for spell in self.teams:
            if spell.starts_on <= day and (spell.ends_on is None or day < spell.ends_on):
                return spell.team_key
        return None


@dataclass(frozen=True, slots=True)
class PlannedClaim:
    """What a piece shows of one expectation, in a line."""

    expectation_id: str
    line: str


@dataclass(frozen=True, slots=True)
class PlannedSetAside:
    """A manager's finding that a piece does not count for one expectation, and the author's answer if there is one."""

    expectation_id: str
    manager_key: str
    reason: str
    at: datetime
    answer: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedCorroboration:
    """A colleague asked to corroborate. No outcome means that the answer is still owed.

    `standing` are the expectations a limited answer supports; empty for every other outcome.
    """

    colleague_key: str
    asked_at: datetime
    outcome: CorroborationAnswer | None = None
    words: str = ""
    standing: frozenset[str] = frozenset()
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedEvidence:
    """A piece of evidence. `number` counts per author and may leave gaps, where drafts have been deleted."""

    author_key: str
    number: int
    title: str
    narrative: str
    kind: EvidenceKind
    occurred_on: date
    claims: tuple[PlannedClaim, ...]
    logged_at: datetime
    occurred_from: date | None = None
    links: tuple[str, ...] = ()
    shared_at: datetime | None = None
    withdrawn_at: datetime | None = None
    set_aside: tuple[PlannedSetAside, ...] = ()
    corroborations: tuple[PlannedCorroboration, ...] = ()

    @property
    def state(self) -> EvidenceState:
        """Return the state that the times say."""
        if self.withdrawn_at is not None:
            return EvidenceState.WITHDRAWN
        return EvidenceState.DRAFT if self.shared_at is None else EvidenceState.SHARED


@dataclass(frozen=True, slots=True)
class PlannedAnswer:
    """One side's answer about one expectation; None where only a comment has been written so far."""

    answer: Answer | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class PlannedAssessment:
    """An assessment against one level. It is revealed when both sides have submitted."""

    subject_key: str
    manager_key: str
    ladder: str
    target: str
    opened_at: datetime
    self_answers: Mapping[str, PlannedAnswer]
    manager_answers: Mapping[str, PlannedAnswer]
    self_submitted_at: datetime | None = None
    manager_submitted_at: datetime | None = None

    @property
    def revealed_at(self) -> datetime | None:
        """Return the moment at which both sides were in, None while one is missing."""
        if self.self_submitted_at is None or self.manager_submitted_at is None:
            return None
        return max(self.self_submitted_at, self.manager_submitted_at)


@dataclass(frozen=True, slots=True)
class PlannedWaiver:
    """An expectation that does not apply to somebody, agreed by manager and HR."""

    subject_key: str
    ladder: str
    expectation_id: str
    reason: str
    manager_key: str
    manager_approved_at: datetime
    hr_key: str
    hr_approved_at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """What one person did: evidence by number, assessments by opening, waivers."""

    person_key: str
    evidence: tuple[PlannedEvidence, ...] = ()
    assessments: tuple[PlannedAssessment, ...] = ()
    waivers: tuple[PlannedWaiver, ...] = ()


@dataclass(frozen=True)
class CompanyPlan:
    """The company on `today`. Teams and people are held; histories are made while they are iterated.

    So a company of any size fits into memory. Iterating again gives the same again.
    """

    today: date
    teams: tuple[PlannedTeam, ...]
    people: tuple[PlannedPerson, ...]
    make_history: Callable[[PlannedPerson], History] = field(repr=False)

    def histories(self) -> Iterator[History]:
        """Yield what each person did, in the order of `people`."""
        return map(self.make_history, self.people)

    @property
    def evidence(self) -> Iterator[PlannedEvidence]:
        """Yield every piece of evidence, person by person."""
        return (piece for history in self.histories() for piece in history.evidence)

    @property
    def assessments(self) -> Iterator[PlannedAssessment]:
        """Yield every assessment, person by person."""
        return (assessment for history in self.histories() for assessment in history.assessments)

    @property
    def waivers(self) -> Iterator[PlannedWaiver]:
        """Yield every waiver, person by person."""
        return (waiver for history in self.histories() for waiver in history.waivers)
