"""How far people rated themselves beside their line managers, counted by the database: by team and by competency.

Each person counts with the latest assessment that was revealed by the day of the report with both sides given, for the
expectations that both rated. What is not revealed is not counted, and no single answer leaves this module.
Source of the rules: domain specification, section 5.5.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, cast, distinct, func, literal, null, select, true, union_all
from sqlalchemy.orm import aliased

from app.assessment.models import Assessment, AssessmentAnswer, Side
from app.domain.as_of import AsOf
from app.domain.rating import Rating
from app.infra.db import db
from app.people.models import Person, Team, TeamMembership
from app.people.queries import held_as_of, known_until, works_here
from app.reports.queries.agreement import in_competency


@dataclass(frozen=True, slots=True)
class GapCount:
    """How many people of a team, or with ratings in a competency, and how many expectations with which gap."""

    people: int
    gaps: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of all, by team (None: in no team) with its name, and by competency."""

    whole: GapCount
    by_team: Mapping[uuid.UUID | None, GapCount]
    by_competency: Mapping[str, GapCount]
    team_names: Mapping[uuid.UUID | None, str]


def _latest(as_of: AsOf) -> Subquery:
    """Return the latest revealed assessment, with both sides given, of everybody who works here on the day."""
    until = known_until(as_of)
    newest = func.row_number().over(
        partition_by=Assessment.subject_id,
        order_by=(Assessment.submitted_on.desc(), Assessment.opened_at.desc(), Assessment.id),
    )
    was_in: ColumnElement[bool] = true()
    if until is not None:
        was_in = and_(Assessment.self_submitted_at < until, Assessment.manager_submitted_at < until)
    rows = (
        select(Assessment.id, Assessment.subject_id, Assessment.manager_id, newest.label("place"))
        .join(Person, Person.id == Assessment.subject_id)
        .where(
            Assessment.self_submitted_at.is_not(None),
            Assessment.manager_submitted_at.is_not(None),
            Assessment.is_revealed,
            Assessment.submitted_on <= as_of.day,
            was_in,
            works_here(as_of.day),
        )
        .subquery()
    )
    return select(rows.c.id, rows.c.subject_id, rows.c.manager_id).where(rows.c.place == 1).subquery()


def _pairs(as_of: AsOf, known: Mapping[str, tuple[str, str]]) -> Subquery:
    """Return one row for each expectation that both sides rated: whose, the team on the day, competency and gap."""
    latest, own, theirs = _latest(as_of), aliased(AssessmentAnswer), aliased(AssessmentAnswer)
    steps = {rating.value: rating.order for rating in Rating}
    return (
        select(
            latest.c.subject_id,
            TeamMembership.team_id,
            in_competency(own.expectation_id, known).label("competency"),
            (case(steps, value=own.answer) - case(steps, value=theirs.answer)).label("gap"),
        )
        .select_from(latest)
        .join(
            own,
            and_(own.assessment_id == latest.c.id, own.side == Side.SELF, own.author_id == latest.c.subject_id),
        )
        .join(
            theirs,
            and_(
                theirs.assessment_id == latest.c.id,
                theirs.side == Side.MANAGER,
                theirs.author_id == latest.c.manager_id,
                theirs.expectation_id == own.expectation_id,
            ),
        )
        .outerjoin(
            TeamMembership, and_(TeamMembership.person_id == latest.c.subject_id, held_as_of(TeamMembership, as_of))
        )
        .where(own.answer.in_(list(steps)), theirs.answer.in_(list(steps)))
        .subquery()
    )


def count_gaps(as_of: AsOf, known: Mapping[str, tuple[str, str]]) -> Gaps:
    """Return the gaps of everybody on the day, counted."""
    pairs = _pairs(as_of, known)
    named: list[Any] = [pairs.c.team_id, Team.name, pairs.c.competency, pairs.c.gap]
    counts: Any = db.session.execute(
        select(*named, func.count())
        .select_from(pairs)
        .outerjoin(Team, Team.id == pairs.c.team_id)
        .group_by(*named)
        .order_by(*named)
    )
    names: dict[uuid.UUID | None, str] = {}
    by_team: dict[uuid.UUID | None, Counter[int]] = defaultdict(Counter)
    by_competency: dict[str, Counter[int]] = defaultdict(Counter)
    for team_id, name, competency, steps, number in counts:
        names[team_id] = name or ""
        by_team[team_id][int(steps)] += number
        by_competency[competency][int(steps)] += number
    of_team, of_competency = _people(pairs)
    return Gaps(
        GapCount(sum(of_team.values()), sum(by_team.values(), Counter())),
        {one: GapCount(of_team[one], gaps) for one, gaps in by_team.items()},
        {one: GapCount(of_competency[one], gaps) for one, gaps in by_competency.items()},
        names,
    )


def _people(pairs: Subquery) -> tuple[dict[uuid.UUID | None, int], dict[str, int]]:
    """Return how many people have a gap, by team and by competency."""
    people, none = func.count(distinct(pairs.c.subject_id)), cast(null(), pairs.c.team_id.type)
    found = union_all(
        select(literal("team").label("by"), pairs.c.team_id, literal("").label("competency"), people).group_by(
            pairs.c.team_id
        ),
        select(literal("competency"), none, pairs.c.competency, people).group_by(pairs.c.competency),
    ).subquery()
    of_team: dict[uuid.UUID | None, int] = {}
    of_competency: dict[str, int] = {}
    for row in db.session.execute(select(found).order_by(found.c.by, found.c.team_id, found.c.competency)).all():
        if row[0] == "team":
            of_team[row[1]] = row[3]
        else:
            of_competency[row[2]] = row[3]
    return of_team, of_competency
