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

from sqlalchemy import ColumnElement, Subquery, and_, case, distinct, func, select, true
from sqlalchemy.orm import aliased

from app.assessment.models import Assessment, AssessmentAnswer, Side
from app.domain.as_of import AsOf
from app.domain.rating import Rating
from app.infra.clock import today
from app.infra.db import db
from app.people.models import Person, Team, TeamMembership
from app.people.queries import held_as_of, known_until
from app.reports.queries.agreement import UNKNOWN, in_competency
from app.reports.queries.coverage import here_on

POWERS = 30
"""How many competencies go into one sum of powers of two: it stays a small integer in both databases."""


@dataclass(frozen=True, slots=True)
class GapCount:
    """How many people of a team, or with ratings in a competency, and how many expectations with which gap."""

    people: int
    gaps: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of all, by team (None: in no team) with its name, and by competency.

    `overlaps` says how many people are in which team and have a gap in which competencies.
    """

    whole: GapCount
    by_team: Mapping[uuid.UUID | None, GapCount]
    by_competency: Mapping[str, GapCount]
    team_names: Mapping[uuid.UUID | None, str]
    overlaps: Mapping[tuple[uuid.UUID | None, frozenset[str]], int]


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
            here_on(as_of, is_past=as_of.day < today()),
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
    overlaps = _overlaps(pairs, known)
    of_team: Counter[uuid.UUID | None] = Counter()
    of_competency: Counter[str] = Counter()
    for (team_id, competencies), people in overlaps.items():
        of_team[team_id] += people
        of_competency.update(dict.fromkeys(competencies, people))
    return Gaps(
        GapCount(of_team.total(), sum(by_team.values(), Counter())),
        {one: GapCount(of_team[one], gaps) for one, gaps in by_team.items()},
        {one: GapCount(of_competency[one], gaps) for one, gaps in by_competency.items()},
        names,
        overlaps,
    )


def _overlaps(
    pairs: Subquery, known: Mapping[str, tuple[str, str]]
) -> dict[tuple[uuid.UUID | None, frozenset[str]], int]:
    """Return how many people are in which team with a gap in which competencies.

    The database adds up a power of two for each competency of a person, so that few rows say it of all.
    """
    keys = [*dict.fromkeys(key for key, _ in known.values()), UNKNOWN]
    parts = [keys[start : start + POWERS] for start in range(0, len(keys), POWERS)]
    masks = [
        func.sum(distinct(case({key: 1 << place for place, key in enumerate(part)}, value=pairs.c.competency, else_=0)))
        for part in parts
    ]
    labelled = [mask.label(f"part_{number}") for number, mask in enumerate(masks)]
    persons = select(pairs.c.team_id, *labelled).group_by(pairs.c.subject_id, pairs.c.team_id).subquery()
    found: Counter[tuple[uuid.UUID | None, frozenset[str]]] = Counter()
    for team_id, *sums, people in db.session.execute(select(*persons.c, func.count()).group_by(*persons.c)):
        competencies = frozenset(
            key
            for part, mask in zip(parts, sums, strict=True)
            for place, key in enumerate(part)
            if int(mask) & 1 << place
        )
        found[team_id, competencies] += people
    return dict(found)
