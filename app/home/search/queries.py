"""Rows that hold the words and that the actor may read: both conditions stand in the same select.

Source: access matrix, side channels. A row that the policy closes is neither shown nor counted, whatever it says.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, union_all

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.assessment.models import (
    Assessment,
    AssessmentAnswer,
    AssessmentNote,
    GrowthAction,
    GrowthGoal,
    GrowthPlan,
    Side,
)
from app.assessment.queries.facts import counts_for_its_side
from app.domain.ladder import Expectation, Level
from app.evidence.models import Evidence
from app.evidence.queries.marks import levels_of
from app.evidence.queries.revisions import reads_now
from app.infra.clock import today
from app.infra.db import db
from app.infra.full_text import TEXT, Sought, says
from app.infra.pagination import Page
from app.ladders.queries import Edition, list_adopted
from app.people.models import Person
from app.people.queries import works_here

PARTS_OF_A_PIECE = ("evidence", "evidence_link", "evidence_claim")


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of the rows of a group is wanted: pages of `size`, counted from 1. A page too far is the last one."""

    size: int
    number: int = 1

    def of(self, statement: Any) -> Any:  # noqa: ANN401 - a select of any columns
        """Return a select of this part, each row with the number of all rows at its end."""
        return statement.add_columns(func.count().over()).limit(self.size).offset((self.number - 1) * self.size)

    def within(self, total: int) -> Slice:
        """Return the same part of so many rows, or the last one that there is."""
        return Slice(self.size, min(self.number, Page([], 1, total, self.size).last))

    def page(self, rows: Sequence[Any], total: int) -> Page[Any]:
        """Return the part with the number of all rows."""
        return Page(rows, self.number, total, self.size)


def _fetch(statement: Any, wanted: Slice) -> Page[Any]:  # noqa: ANN401 - a select of any columns
    rows = db.session.execute(wanted.of(statement)).all()
    if not rows and wanted.number > 1:
        # Beyond the last page no row is there to carry the number of all.
        total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
        wanted = wanted.within(total)
        rows = db.session.execute(wanted.of(statement)).all()
    return wanted.page(rows, rows[0][-1] if rows else 0)


# Groups -----------------------------------------------------------------------


def list_people(actor: Actor, sought: Sought, wanted: Slice) -> Page[Any]:
    """Return people who work here, by name: id, name, and whether the actor may see more than the name.

    Source: access matrix, row 28.
    """
    opens = visible_to(actor, Permission.Person.READ, Person)
    rows = select(Person.id, Person.name, opens.label("is_readable")).where(
        works_here(today()), visible_to(actor, Permission.Person.LIST, Person), says(sought, Person.id, ("person",))
    )
    return _fetch(rows.order_by(Person.sort_name, Person.id), wanted)


@dataclass(frozen=True, slots=True)
class FoundPiece:
    """A piece with the parts of it that may hold the words: title and story, lines, links."""

    id: uuid.UUID
    title: str
    ref: str
    author_id: uuid.UUID
    author: str
    is_draft: bool
    is_withdrawn: bool
    on: date
    texts: tuple[str, ...]


def list_pieces(actor: Actor, sought: Sought, wanted: Slice) -> Page[FoundPiece]:
    """Return the pieces that the actor reads as they stand now, newest first; a former manager's are left out."""
    rows = (
        select(Evidence.id, Evidence.title, Evidence.narrative, Evidence.number, Evidence.subject_id, Person.name,
               Evidence.is_draft.label("is_draft"), Evidence.withdrawn_at, Evidence.occurred_on)
        .join(Person, Person.id == Evidence.subject_id)
        .where(reads_now(actor), says(sought, Evidence.id, PARTS_OF_A_PIECE))
        .order_by(Evidence.occurred_on.desc(), Evidence.id)
    )  # fmt: skip
    found = _fetch(rows, wanted)
    parts = _parts_of([row.id for row in found.rows])
    pieces = [
        FoundPiece(
            row.id, row.title, f"E-{row.number}", row.subject_id, row.name, bool(row.is_draft),
            row.withdrawn_at is not None, row.occurred_on, (row.narrative, *parts.get(row.id, ())),
        )
        for row in found.rows
    ]  # fmt: skip
    return Page(pieces, found.number, found.total, found.per_page)


def _parts_of(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Return the lines and links of pieces that the actor may read."""
    if not ids:
        return {}
    rows = db.session.execute(
        select(TEXT.c.object_id, TEXT.c.words)
        .where(TEXT.c.object_id.in_(ids), TEXT.c.source.in_(PARTS_OF_A_PIECE[1:]))
        .order_by(TEXT.c.id),
    )
    found: dict[uuid.UUID, list[str]] = {}
    for object_id, words in rows:
        found.setdefault(object_id, []).append(words)
    return found


def _open_comments(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may read an answer's comment: their own, and what both sides revealed.

    Whom a side is open to is the policy's; which words are a side's is what the comparison goes by: neither the draft
    of a side that was closed as “not given” nor the one that an earlier manager left. One's own words besides.
    """
    is_self, is_managers = AssessmentAnswer.side == Side.SELF, AssessmentAnswer.side == Side.MANAGER
    reads_self = visible_to(actor, Permission.Assessment.READ_SELF, Assessment)
    reads_managers = visible_to(actor, Permission.Assessment.READ_MANAGER, Assessment)
    writes_managers = visible_to(actor, Permission.Assessment.ANSWER_MANAGER, Assessment)
    is_open = and_(counts_for_its_side(), or_(and_(is_self, reads_self), and_(is_managers, reads_managers)))
    is_own = and_(
        AssessmentAnswer.author_id == actor.person_id,
        or_(and_(is_self, reads_self), and_(is_managers, writes_managers)),
    )
    return and_(
        Assessment.called_off_at.is_(None),
        visible_to(actor, Permission.Assessment.READ, Assessment),
        or_(is_open, is_own),
    )


def list_comments(actor: Actor, sought: Sought, wanted: Slice) -> Page[Any]:
    """Return comments of assessments: text, side, expectation, whose assessment it is and for what; newest first."""
    rows = (
        select(AssessmentAnswer.comment.label("words"), AssessmentAnswer.side, AssessmentAnswer.expectation_id,
               Assessment.id.label("assessment_id"), Assessment.subject_id, Person.name, Assessment.target_level,
               Assessment.opened_at)
        .join(Assessment, Assessment.id == AssessmentAnswer.assessment_id)
        .join(Person, Person.id == Assessment.subject_id)
        .where(_open_comments(actor), says(sought, AssessmentAnswer.id, ("assessment_answer",)))
        .order_by(Assessment.opened_at.desc(), AssessmentAnswer.id)
    )  # fmt: skip
    return _fetch(rows, wanted)


def list_notes(actor: Actor, sought: Sought, wanted: Slice) -> Page[Any]:
    """Return joint notes of revealed assessments, the newest first."""
    rows = (
        select(AssessmentNote.words, AssessmentNote.expectation_id, Assessment.id.label("assessment_id"),
               Assessment.subject_id, Person.name, Assessment.target_level, Assessment.opened_at)
        .join(Assessment, Assessment.id == AssessmentNote.assessment_id)
        .join(Person, Person.id == Assessment.subject_id)
        .where(
            Assessment.called_off_at.is_(None),
            visible_to(actor, Permission.Assessment.READ_RESULT, Assessment),
            says(sought, AssessmentNote.id, ("assessment_note",)),
        )
        .order_by(AssessmentNote.changed_at.desc(), AssessmentNote.id)
    )  # fmt: skip
    return _fetch(rows, wanted)


def list_plans(actor: Actor, sought: Sought, wanted: Slice) -> Page[Any]:
    """Return goals and actions of growth plans: text, whose plan it is, its target; the newest plan first."""
    opens = visible_to(actor, Permission.GrowthPlan.READ, GrowthPlan)
    shown = (GrowthPlan.id.label("plan_id"), GrowthPlan.created_at, GrowthPlan.subject_id, GrowthPlan.target_level,
             GrowthPlan.closed_at)  # fmt: skip
    goals = (
        select(GrowthGoal.id, GrowthGoal.words, GrowthGoal.expectation_id, *shown)
        .join(GrowthPlan, GrowthPlan.id == GrowthGoal.plan_id)
        .where(opens, says(sought, GrowthGoal.id, ("growth_goal",)))
    )
    actions = (
        select(GrowthAction.id, GrowthAction.words, GrowthGoal.expectation_id, *shown)
        .join(GrowthGoal, GrowthGoal.id == GrowthAction.goal_id)
        .join(GrowthPlan, GrowthPlan.id == GrowthGoal.plan_id)
        .where(opens, says(sought, GrowthAction.id, ("growth_action",)))
    )
    both = union_all(goals, actions).subquery()
    rows = select(both, Person.name).join(Person, Person.id == both.c.subject_id)
    return _fetch(rows.order_by(both.c.created_at.desc(), both.c.id), wanted)


@dataclass(frozen=True, slots=True)
class FoundExpectation:
    """One expectation, or one level, of a ladder that the company uses. A level has no `expectation`."""

    edition: Edition
    level: Level
    expectation: Expectation | None
    text: str


def list_expectations(sought: Sought, wanted: Slice) -> Page[FoundExpectation]:
    """Return levels and expectations of the adopted ladders, in ladder order. Everybody may read a ladder."""
    found = [one for one in _of_ladders() if sought.terms and sought.fits(one.text)]
    wanted = wanted.within(len(found))
    first = (wanted.number - 1) * wanted.size
    return wanted.page(found[first : first + wanted.size], len(found))


def _of_ladders() -> list[FoundExpectation]:
    seen: set[str] = set()
    found = []
    for edition in list_adopted():
        for level in sorted(edition.ladder.levels, key=lambda one: one.rank):
            text = ". ".join(part for part in (level.id, ", ".join(level.titles), level.summary) if part)
            found.append(FoundExpectation(edition, level, None, text))
        for level, expectation in levels_of(edition.ladder):
            if expectation.id not in seen:
                seen.add(expectation.id)
                found.append(FoundExpectation(edition, level, expectation, expectation.text))
    return found
