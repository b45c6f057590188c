"""Assessments: one by its id, the running one, and lists with the state of each side. No answer is read here."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import aliased

from app.access.actor import Actor, Role
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.assessment.models import Assessment, AssessmentSheet, AssessmentSignature, Side
from app.domain.errors import MissingError
from app.infra.clock import local, today
from app.infra.db import db
from app.infra.pagination import PER_PAGE, Page
from app.ladders.models import LadderVersion
from app.people.models import ManagerLink, Person
from app.people.queries import has_not_left, holds_on


class Signing(StrEnum):
    """How far the result of a revealed assessment is."""

    WAITING = "waiting"
    SIGNED = "signed"
    REFUSED = "refused"


class SideState(StrEnum):
    """How far one side is, as everybody may know who may know of the assessment: never what it says."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    IN = "in"
    NOT_GIVEN = "not_given"


@dataclass(frozen=True, slots=True)
class Round:
    """One assessment in a list: who, against what, by when, and how far each side is.

    `manager` is who handed the manager's side in, before that the line manager of today. `is_by_former`: whoever did
    is not the line manager any more. `opener` is empty where nobody is known. `ended_by` closed a missing side as “not
    given”, or called the assessment off on `called_off_on`. `signing` says how far the signatures are, None while it
    is sealed and for whoever may not read the result.
    """

    id: uuid.UUID
    subject_id: uuid.UUID
    subject: str
    manager_id: uuid.UUID | None
    manager: str
    target: str
    lineage: str
    edition: str
    opened_at: datetime
    opener: str
    opened_by_subject: bool
    due_on: date | None
    reminded_at: datetime | None
    own: SideState
    theirs: SideState
    submitted_on: date | None
    is_by_former: bool
    ended_by: str
    called_off_on: date | None
    signing: Signing | None

    def is_in(self, side: Side) -> bool:
        """Say whether a side is in."""
        return (self.own if side is Side.SELF else self.theirs) is SideState.IN

    @property
    def is_revealed(self) -> bool:
        """Say whether both sides are in, or the missing one closed as “not given”."""
        return {self.own, self.theirs} <= {SideState.IN, SideState.NOT_GIVEN}

    @property
    def is_running(self) -> bool:
        """Say whether a side is still asked for."""
        return self.called_off_on is None and not self.is_revealed

    def is_overdue(self, on: date) -> bool:
        """Say whether it still runs after its due day."""
        return self.is_running and self.due_on is not None and self.due_on < on


def get_assessment(assessment_id: uuid.UUID) -> Assessment:
    """Return an assessment by its id; MissingError when there is none."""
    found = db.session.get(Assessment, assessment_id)
    if found is None:
        raise MissingError
    return found


def find_running(subject_id: uuid.UUID, lineage: str, target: str) -> Assessment | None:
    """Return the running assessment of a person against a level of a lineage; there is at most one."""
    row = select(Assessment).where(
        Assessment.subject_id == subject_id,
        Assessment.lineage == lineage,
        Assessment.target_level == target,
        Assessment.is_running,
    )
    return db.session.scalars(row).one_or_none()


_RUNNING_FIRST = case((Assessment.is_running, 0), else_=1)
_BY_DUE_DAY = (
    _RUNNING_FIRST,
    case((Assessment.due_on.is_(None), 1), else_=_RUNNING_FIRST),
    case((Assessment.is_running, Assessment.due_on)),
)
"""What runs comes first, by its due day, and of that what has none last; databases disagree on where none stands."""


def list_for_person(actor: Actor, person_id: uuid.UUID, page: int = 1) -> Page[Round]:
    """Return the assessments of a person that the actor may know of: running ones by due day, then the newest."""
    mine = Assessment.subject_id == person_id, visible_to(actor, Permission.Assessment.READ, Assessment)
    total = db.session.scalar(select(func.count()).select_from(Assessment).where(*mine)) or 0
    rows = _rounds(actor).where(*mine).order_by(*_BY_DUE_DAY, Assessment.opened_at.desc(), Assessment.id)
    return Page(_read(actor, rows.limit(PER_PAGE).offset((page - 1) * PER_PAGE)), page, total)


def list_waiting(actor: Actor) -> list[Round]:
    """Return what waits for the actor's own answers: as the engineer, or as the line manager; what is due first."""
    person_id = actor.person_id
    reports = select(ManagerLink.person_id).where(ManagerLink.manager_id == person_id, holds_on(ManagerLink, today()))
    waits = or_(
        and_(Assessment.subject_id == person_id, not_(Assessment.is_self_settled)),
        and_(Assessment.subject_id.in_(reports), not_(Assessment.is_manager_settled)),
    )
    rows = _rounds(actor).where(Assessment.is_running, waits, has_not_left(today()))
    return _read(actor, rows.order_by(*_BY_DUE_DAY, Assessment.opened_at, Assessment.id))


def list_of_reports(actor: Actor) -> list[Round]:
    """Return what runs for the actor's direct reports, and of each the newest that is over; by name."""
    reports = select(ManagerLink.person_id).where(
        ManagerLink.manager_id == actor.person_id, holds_on(ManagerLink, today())
    )
    newer = aliased(Assessment)
    has_newer = (
        select(newer.id)
        .where(newer.subject_id == Assessment.subject_id, newer.opened_at > Assessment.opened_at)
        .exists()
    )
    rows = _rounds(actor).where(
        Assessment.subject_id.in_(reports),
        visible_to(actor, Permission.Assessment.READ, Assessment),
        or_(Assessment.is_running, not_(has_newer)),
    )
    return _read(actor, rows.order_by(Person.sort_name, _RUNNING_FIRST, Assessment.opened_at.desc(), Assessment.id))


def last_revealed(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, date]:
    """Return the day on which somebody was last assessed by both sides, by person; whoever never was is left out."""
    rows = db.session.execute(
        select(Assessment.subject_id, func.max(Assessment.submitted_on))
        .where(Assessment.subject_id.in_(person_ids), Assessment.is_revealed)
        .group_by(Assessment.subject_id)
        .order_by(Assessment.subject_id),
    )
    return {row[0]: row[1] for row in rows if row[1] is not None}


def _rounds(actor: Actor) -> Select[Any]:
    """Return the select of rounds. Of sheets only their existence is read, and only that of whoever writes today."""
    line = aliased(ManagerLink)
    manager, opener, ender = aliased(Person), aliased(Person), aliased(Person)
    signed = select(func.count()).where(AssessmentSignature.assessment_id == Assessment.id)
    answered = signed.correlate(Assessment).scalar_subquery()
    refused = signed.where(AssessmentSignature.refusal != "").correlate(Assessment).scalar_subquery()
    may_read = visible_to(actor, Permission.Assessment.READ_RESULT, Assessment)

    def is_begun(side: Side, author: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column of either table
        return (
            select(AssessmentSheet.id)
            .where(
                AssessmentSheet.assessment_id == Assessment.id,
                AssessmentSheet.side == side,
                AssessmentSheet.author_id == author,
            )
            .exists()
        )

    found: Select[Any] = (
        select(
            Assessment,
            Person,
            LadderVersion,
            line.manager_id.label("manager_today"),
            is_begun(Side.SELF, Assessment.subject_id).label("own_begun"),
            is_begun(Side.MANAGER, line.manager_id).label("theirs_begun"),
            manager.name.label("manager_name"),
            opener.name.label("opener_name"),
            ender.name.label("ender_name"),
            case((may_read, answered)).label("answered"),
            case((may_read, refused)).label("refused"),
        )
        .join(Person, Person.id == Assessment.subject_id)
        .join(LadderVersion, LadderVersion.id == Assessment.ladder_version_id)
        .outerjoin(line, and_(line.person_id == Assessment.subject_id, holds_on(line, today())))
        .outerjoin(manager, manager.id == func.coalesce(Assessment.manager_id, line.manager_id))
        .outerjoin(opener, opener.id == Assessment.opened_by_id)
        .outerjoin(ender, ender.id == func.coalesce(Assessment.called_off_by_id, Assessment.closed_by_id))
    )
    return found


def get_round(actor: Actor, assessment: Assessment) -> Round:
    """Return one assessment as lists show it."""
    return _read(actor, _rounds(actor).where(Assessment.id == assessment.id))[0]


def _read(actor: Actor, statement: Select[Any]) -> list[Round]:
    """Return the rounds of a select. That somebody has begun is shown to those who may know of the draft alone."""
    rounds = []
    for row in db.session.execute(statement):
        found, person, version, manager_today, own_begun, theirs_begun, manager, opener, ender, answered, refused = row
        manager_id: uuid.UUID | None = found.manager_id or manager_today
        is_manager = manager_today == actor.person_id
        knows_own = is_manager or actor.person_id == person.id or actor.has_role(Role.HR)
        rounds.append(
            Round(
                id=found.id,
                subject_id=person.id,
                subject=person.name,
                manager_id=manager_id,
                manager=manager or "",
                target=found.target_level,
                lineage=found.lineage,
                edition=f"{version.title} {version.version}",
                opened_at=found.opened_at,
                opener=opener or "",
                opened_by_subject=found.opened_by_id == found.subject_id,
                due_on=found.due_on,
                reminded_at=found.reminded_at,
                own=_state(found, Side.SELF, is_begun=own_begun and knows_own),
                theirs=_state(found, Side.MANAGER, is_begun=theirs_begun and is_manager),
                submitted_on=found.submitted_on if found.is_revealed else None,
                is_by_former=found.manager_id is not None and found.manager_id != manager_today,
                ended_by=ender or "",
                called_off_on=local(found.called_off_at).date() if found.called_off_at else None,
                signing=_signing(answered, refused),
            )
        )
    return rounds


def _signing(answered: int | None, refused: int | None) -> Signing | None:
    if answered is None:
        return None
    if answered < len(Side):
        return Signing.WAITING
    return Signing.REFUSED if refused else Signing.SIGNED


def _state(found: Assessment, side: Side, *, is_begun: bool) -> SideState:
    is_own = side is Side.SELF
    if (found.self_submitted_at if is_own else found.manager_submitted_at) is not None:
        return SideState.IN
    if (found.self_closed_at if is_own else found.manager_closed_at) is not None:
        return SideState.NOT_GIVEN
    return SideState.IN_PROGRESS if is_begun else SideState.NOT_STARTED
