"""One person's whole path: levels, teams, managers, assessments, decisions, evidence, waivers, and where they stand.

Each part rests on the permission that opens it elsewhere, row by row: nothing is read here that its own page would not
show to the same reader. Drafts, sealed sides, votes, mentoring and group memberships are not asked for.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import aliased

from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.assessment.models import Assessment
from app.assessment.queries import PersonStanding, WaiverLine, list_waivers, standings_of_people
from app.domain.errors import InvalidError, MissingError
from app.domain.evidence import EvidenceKind, EvidenceState
from app.domain.promotion import DecisionKind
from app.evidence.models import Evidence
from app.infra.clock import local
from app.infra.db import db
from app.people.models import LevelSpell, Person
from app.people.queries import NamedSpell, get_person, list_manager_spells, list_spells, list_team_spells
from app.promotion.models import Decision, PromotionCase, PromotionCycle
from app.reports.criteria import PERSON, Criteria, Viewer


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """One assessment of which both sides are open, or closed as “not given”; `manager` is empty where none was in."""

    revealed_on: date | None
    lineage: str
    version_id: uuid.UUID
    target: str
    own_is_in: bool
    manager: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision that the candidate was told."""

    told_on: date
    cycle: str
    lineage: str
    from_level: str
    target: str
    kind: DecisionKind | None
    effective_on: date | None
    told_by: str


@dataclass(frozen=True, slots=True)
class PieceLine:
    """One piece that was shared and not withdrawn."""

    ref: str
    title: str
    kind: EvidenceKind
    occurred_on: date


@dataclass(frozen=True)
class Path:
    """All that one reader may see of one person's path."""

    person: Person
    spells: Sequence[LevelSpell]
    teams: Sequence[NamedSpell]
    managers: Sequence[NamedSpell]
    assessments: Sequence[AssessmentLine]
    decisions: Sequence[DecisionLine]
    pieces: Sequence[PieceLine]
    waivers: Sequence[WaiverLine]
    standing: PersonStanding | None


def person_of(criteria: Criteria) -> Person:
    """Return whose path is asked for: oneself where nobody is named; MissingError when there is nobody of that id."""
    actor = criteria.viewer.actor
    person_id = criteria.person_id or (actor.person_id if actor else None)
    if person_id is None:
        raise InvalidError("Say whose path it is to be.", field=PERSON)
    return get_person(person_id)


def read_path(criteria: Criteria) -> Path:
    """Return one person's path as far as the viewer may read it; MissingError where they may read none of it."""
    person, viewer = person_of(criteria), criteria.viewer
    if not _may(viewer, Permission.PersonPath.READ, person):
        raise MissingError
    opens = _may(viewer, Permission.Person.READ, person)
    return Path(
        person=person,
        spells=list_spells(person.id) if opens else (),
        teams=list_team_spells(person.id) if opens else (),
        managers=list_manager_spells(person.id) if opens else (),
        assessments=_assessments(viewer, person.id),
        decisions=_decisions(viewer, person.id),
        pieces=_pieces(viewer, person.id),
        waivers=list_waivers(person.id) if _may(viewer, Permission.Waiver.READ, person) else (),
        standing=_standing(viewer, person, criteria.today),
    )


def _may(viewer: Viewer, permission: Any, person: Person) -> bool:  # noqa: ANN401 - any permission
    return viewer.is_command_line or can(viewer.actor, permission, person)


def _rows(viewer: Viewer, permission: Any, table: Any) -> ColumnElement[bool]:  # noqa: ANN401 - any table
    """Return the condition on rows that the viewer may read; the command line reads all that anybody else may."""
    return true() if viewer.is_command_line else visible_to(viewer.actor, permission, table)


def _assessments(viewer: Viewer, person_id: uuid.UUID) -> list[AssessmentLine]:
    manager = aliased(Person)
    rows = db.session.execute(
        select(
            Assessment.submitted_on,
            Assessment.lineage,
            Assessment.ladder_version_id,
            Assessment.target_level,
            Assessment.self_submitted_at.is_not(None),
            manager.name,
        )
        .outerjoin(manager, manager.id == Assessment.manager_id)
        .where(
            Assessment.subject_id == person_id,
            Assessment.is_revealed,
            Assessment.called_off_at.is_(None),
            _rows(viewer, Permission.Assessment.READ_RESULT, Assessment),
        )
        .order_by(Assessment.submitted_on.desc(), Assessment.opened_at.desc(), Assessment.id)
    )
    return [AssessmentLine(*row[:4], bool(row[4]), row[5] or "") for row in rows]


def _decisions(viewer: Viewer, person_id: uuid.UUID) -> list[DecisionLine]:
    teller = aliased(Person)
    case = PromotionCase
    rows = db.session.execute(
        select(
            case.told_at, PromotionCycle.name, case.lineage, case.from_level, case.target_level, Decision.kind,
            Decision.effective_on, teller.name,
        )
        .join(Decision, Decision.case_id == case.id)
        .join(PromotionCycle, PromotionCycle.id == case.cycle_id)
        .outerjoin(teller, teller.id == case.teller_id)
        .where(
            case.subject_id == person_id,
            case.is_told,
            Decision.decided_at.is_not(None),
            _rows(viewer, Permission.Case.READ_DECISION, case),
        )
        .order_by(case.told_at.desc(), case.id)
    )  # fmt: skip
    return [
        DecisionLine(local(row[0]).date(), row[1], row[2], row[3], row[4], row[5], row[6], row[7] or "")
        for row in rows
        if row[0] is not None
    ]


def _pieces(viewer: Viewer, person_id: uuid.UUID) -> list[PieceLine]:
    rows = db.session.execute(
        select(Evidence.number, Evidence.title, Evidence.kind, Evidence.occurred_on)
        .where(
            Evidence.subject_id == person_id,
            Evidence.state == EvidenceState.SHARED,
            _rows(viewer, Permission.Evidence.READ, Evidence),
        )
        .order_by(Evidence.occurred_on.desc(), Evidence.number.desc())
    )
    return [PieceLine(Evidence(number=row[0]).ref, *row[1:]) for row in rows]


def _standing(viewer: Viewer, person: Person, on: date) -> PersonStanding | None:
    if not _may(viewer, Permission.Standing.READ, person):
        return None
    return standings_of_people([person.id], on=on)[person.id]
