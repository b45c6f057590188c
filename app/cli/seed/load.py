"""Carries a plan out: writes the example company into an empty database.

A company of any size must fit, so rows are written in bulk and person by person. What the actions of the features
would have written is written here with the times of the plan; the tests hold both against each other.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.assessment.models import Assessment, AssessmentAnswer, AssessmentSheet, Side, Waiver
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.auth.models import Account, RoleGrant
from app.cli.seed.accounts import account_times
from app.cli.seed.assessment_life import days_of, life_rows
from app.cli.seed.files import file_rows
from app.cli.seed.growth import growth_rows
from app.cli.seed.house import house_rows
from app.cli.seed.mentoring import add_mentoring
from app.cli.seed.plan import CompanyPlan, History, PlannedAnswer, PlannedAssessment, PlannedEvidence, PlannedPerson
from app.cli.seed.promotion import add_promotion
from app.cli.seed.signing import agreed_rows
from app.cli.seed.standings import add_standings
from app.cli.seed.tiers import tier_rows
from app.cli.seed.voices import asking_of, limit_rows, revision_rows, told_anew_at
from app.evidence.models import Attachment, Claim, Corroboration, Evidence, EvidenceLink, SettingAside
from app.infra.clock import local
from app.infra.db import Model
from app.people.models import (
    GroupMembership,
    Leave,
    LevelSpell,
    ManagerLink,
    Person,
    SpellReason,
    Team,
    TeamMembership,
)
from app.people.queries import sort_key

NAMESPACE = uuid.UUID("6d8b9a52-6f1e-4a0e-9a55-6b1c0a3de7c1")
CHUNK = 5000
MORNING = time(8, 0, tzinfo=UTC)
Progress = Callable[[int, int], None]
Row = dict[str, Any]


def key_of(random_seed: int, *parts: object) -> uuid.UUID:
    """Return the key of a thing of the company of a seed."""
    return uuid.uuid5(NAMESPACE, ":".join(map(str, (random_seed, *parts))))


@dataclass
class Loader:
    """Gathers rows by table and writes them in the order in which tables may refer to each other."""

    session: Session
    random_seed: int
    editions: Mapping[str, uuid.UUID]
    at: datetime
    leaders: frozenset[str]
    waiting: dict[type[Model], list[Row]] = field(default_factory=lambda: defaultdict(list))

    def id(self, *parts: object) -> uuid.UUID:
        """Return the key of a thing: the same for the same company."""
        return key_of(self.random_seed, *parts)

    def person_id(self, key: str) -> uuid.UUID:
        """Return the key of a person."""
        return self.id("person", key)

    def add(self, table: type[Model], **row: Any) -> None:
        """Let a row wait for the next write."""
        self.waiting[table].append(row)

    def write(self) -> None:
        """Write the waiting rows, table by table."""
        for table, rows in self.waiting.items():
            for start in range(0, len(rows), CHUNK):
                self.session.execute(insert(table), rows[start : start + CHUNK])
        self.waiting.clear()

    # People -----------------------------------------------------------------

    def add_person(self, person: PlannedPerson) -> None:
        """Add a person with an account that has no password yet."""
        created = at_morning(person.hired_on)
        self.add(
            Person,
            id=self.person_id(person.key),
            employee_id=person.employee_id,
            name=person.name,
            sort_name=sort_key(person.name),
            email=person.email,
            hired_on=person.hired_on,
            left_on=person.left_on,
            created_at=created,
            version=1,
        )

    def add_account(self, person: PlannedPerson) -> None:
        """Give a person an account, as far as it has come, and their roles."""
        own, created = self.person_id(person.key), at_morning(person.hired_on)
        key, leads = self.id("account", person.key), person.key in self.leaders
        self.add(
            Account,
            id=key,
            person_id=own,
            created_at=created,
            theme="",
            **account_times(person, key, self.at, leads=leads),
        )
        for role in sorted(person.roles):
            self.add(RoleGrant, id=self.id("role", person.key, role), person_id=own, role=role, granted_at=created)

    def add_spells(self, person: PlannedPerson) -> None:
        """Add what holds of a person for a time: recorded when it began, closed by a copy when it ended."""
        for team in person.teams:
            self._dated(TeamMembership, person, team.starts_on, team.ends_on, team_id=self.id("team", team.team_key))
        for manager in person.managers:
            self._dated(
                ManagerLink,
                person,
                manager.starts_on,
                manager.ends_on,
                manager_id=self.person_id(manager.manager_key),
            )
        for level in person.levels:
            self._dated(
                LevelSpell,
                person,
                level.starts_on,
                level.ends_on,
                ladder=level.ladder,
                level=level.level,
                reason=SpellReason(level.reason.value),
            )
        for leave in person.leaves:
            self._dated(Leave, person, leave.starts_on, leave.ends_on)
        for dimension, value in sorted(person.groups.items()):
            self._dated(GroupMembership, person, person.hired_on, None, dimension=dimension, value=value)

    def _dated(
        self,
        table: type[Model],
        person: PlannedPerson,
        starts_on: date,
        ends_on: date | None,
        **columns: Any,
    ) -> None:
        key = (table.__tablename__, person.key, starts_on, columns.get("dimension", ""))
        row = {"person_id": self.person_id(person.key), "starts_on": starts_on, **columns}
        begun = min(at_morning(starts_on), self.at)
        if ends_on is None:
            self.add(table, id=self.id(*key), ends_on=None, recorded_at=begun, superseded_at=None, **row)
            return
        ended = min(max(at_morning(ends_on), begun), self.at)
        self.add(table, id=self.id(*key), ends_on=None, recorded_at=begun, superseded_at=ended, **row)
        self.add(table, id=self.id(*key, "closed"), ends_on=ends_on, recorded_at=ended, superseded_at=None, **row)

    # Work -------------------------------------------------------------------

    def add_history(self, history: History) -> None:
        """Add what one person did."""
        for piece in history.evidence:
            self._add_evidence(piece)
        for assessment in history.assessments:
            self._add_assessment(assessment)
        for waiver in history.waivers:
            self.add(
                Waiver,
                id=self.id("waiver", waiver.subject_key, waiver.expectation_id),
                subject_id=self.person_id(waiver.subject_key),
                expectation_id=waiver.expectation_id,
                reason=waiver.reason,
                asked_at=waiver.manager_approved_at,
                manager_id=self.person_id(waiver.manager_key),
                manager_approved_at=waiver.manager_approved_at,
                hr_id=self.person_id(waiver.hr_key),
                hr_approved_at=waiver.hr_approved_at,
            )

    def _add_evidence(self, piece: PlannedEvidence) -> None:
        key = ("evidence", piece.author_key, piece.number)
        own = self.id(*key)
        self.add(
            Evidence,
            id=own,
            subject_id=self.person_id(piece.author_key),
            number=piece.number,
            title=piece.title,
            narrative=piece.narrative,
            kind=piece.kind,
            occurred_from=piece.occurred_from,
            occurred_on=piece.occurred_on,
            state=piece.state,
            created_at=piece.logged_at,
            changed_at=told_anew_at(piece, self.at) or piece.logged_at,
            shared_at=piece.shared_at,
            submitted_on=local(piece.shared_at).date() if piece.shared_at else None,
            withdrawn_at=piece.withdrawn_at,
            version=1,
        )
        for position, url in enumerate(piece.links):
            self.add(EvidenceLink, id=self.id(*key, "link", position), evidence_id=own, position=position, url=url)
        for row in file_rows(self.session, piece, own, self.id):
            self.add(Attachment, **row)
        for position, claim in enumerate(piece.claims):
            self.add(
                Claim,
                id=self.id(*key, claim.expectation_id),
                evidence_id=own,
                expectation_id=claim.expectation_id,
                position=position,
                line=claim.line,
                changed_at=told_anew_at(piece, self.at) or piece.logged_at,
            )
        for aside in piece.set_aside:
            self.add(
                SettingAside,
                id=self.id(*key, aside.expectation_id, "aside"),
                claim_id=self.id(*key, aside.expectation_id),
                by_id=self.person_id(aside.manager_key),
                reason=aside.reason,
                set_at=aside.at,
                answer=aside.answer or "",
                answered_at=aside.answered_at,
                superseded_at=None,
            )
        for asked in piece.corroborations:
            asking = asking_of(piece, asked, self.at)
            self.add(
                Corroboration,
                id=self.id(*key, "asked", asked.colleague_key),
                evidence_id=own,
                colleague_id=self.person_id(asked.colleague_key),
                asked_at=asked.asked_at,
                asking=asking.asking,
                reminded_at=asking.reminded_at,
                outcome=asked.outcome,
                words=asked.words,
                standing="\n".join(sorted(asked.standing)),
                was_line_manager=False,
                answered_at=asked.answered_at,
            )
            for table, row in limit_rows(self.id, piece, asked):
                self.add(table, **row)
        for table, row in revision_rows(self.id, piece, self.at):
            self.add(table, **row)

    def _add_assessment(self, plan: PlannedAssessment) -> None:
        key = ("assessment", plan.subject_key, plan.opened_at.isoformat(), plan.target)
        own, subject, manager = self.id(*key), self.person_id(plan.subject_key), self.person_id(plan.manager_key)
        self.add(
            Assessment,
            id=own,
            subject_id=subject,
            ladder_version_id=self.editions[plan.ladder],
            lineage=plan.ladder,
            target_level=plan.target,
            opened_at=plan.opened_at,
            opened_by_id=manager,
            self_submitted_at=plan.self_submitted_at,
            manager_submitted_at=plan.manager_submitted_at,
            manager_id=manager if plan.manager_submitted_at else None,
            submitted_on=local(plan.revealed_at).date() if plan.revealed_at else None,
            version=1,
            **days_of(plan, self.at),
        )
        sides: tuple[tuple[Side, uuid.UUID, Mapping[str, PlannedAnswer], datetime | None], ...] = (
            (Side.SELF, subject, plan.self_answers, plan.self_submitted_at),
            (Side.MANAGER, manager, plan.manager_answers, plan.manager_submitted_at),
        )
        for side, author, answers, submitted_at in sides:
            if answers and submitted_at is None:
                self.add(
                    AssessmentSheet,
                    id=self.id(*key, side.value, "sheet"),
                    assessment_id=own,
                    side=side,
                    author_id=author,
                    revision=0,
                    window_key="",
                    sequence=0,
                    saved_at=plan.opened_at,
                )
            for expectation_id, given in answers.items():
                self.add(
                    AssessmentAnswer,
                    id=self.id(*key, side.value, expectation_id),
                    assessment_id=own,
                    side=side,
                    author_id=author,
                    expectation_id=expectation_id,
                    answer=given.answer,
                    comment=given.comment,
                    sequence=0,
                    changed_at=submitted_at or plan.opened_at,
                    version=1,
                )
        for table, row in agreed_rows(self.id, key, plan, self.editions[plan.ladder], self.at):
            self.add(table, **row)


def at_morning(day: date) -> datetime:
    """Return the moment of a day at which HR records what begins on it."""
    return datetime.combine(day, MORNING)


def _portions(plan: CompanyPlan, size: int = 500) -> Iterator[list[History]]:
    portion: list[History] = []
    for history in plan.histories():
        portion.append(history)
        if len(portion) == size:
            yield portion
            portion = []
    yield portion


def load_plan(
    session: Session,
    plan: CompanyPlan,
    *,
    random_seed: int,
    editions: Mapping[str, uuid.UUID],
    by: Author,
    at: datetime,
    progress: Progress = lambda _done, _total: None,
) -> None:
    """Write a company into the database of a session; the caller commits. `editions` maps ladders to versions."""
    leaders = frozenset(spell.manager_key for person in plan.people for spell in person.managers)
    loader = Loader(session, random_seed, editions, at, leaders)
    for team in plan.teams:
        parent = loader.id("team", team.parent_key) if team.parent_key else None
        loader.add(Team, id=loader.id("team", team.key), name=team.name, parent_id=parent, created_at=at)
    for person in plan.people:
        loader.add_person(person)
    loader.write()
    for person in plan.people:
        loader.add_account(person)
        loader.add_spells(person)
    for table, row in house_rows(loader.id, plan.people, at):
        loader.add(table, **row)
    loader.write()
    done = 0
    for portion in _portions(plan):
        for history in portion:
            loader.add_history(history)
        loader.write()
        done += len(portion)
        progress(done, len(plan.people))
    for table, row in life_rows(loader.id, plan.people, editions, at):
        loader.add(table, **row)
    loader.write()
    for table, row in growth_rows(loader.id, {person.key: person for person in plan.people}, at):
        loader.add(table, **row)
    loader.write()
    add_promotion(loader, plan)
    loader.write()
    add_mentoring(loader, plan)
    loader.write()
    for table, row in tier_rows(loader.id, {team.key for team in plan.teams}, plan.today):
        loader.add(table, **row)
    loader.write()
    add_standings(session, plan, editions)
    log(Tag.SEEDED, by=by, at=at, people=len(plan.people), random_seed=random_seed, today=plan.today.isoformat())
