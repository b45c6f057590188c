"""Runs of the matching as they were kept: their figures, pairs, who was left, and which had the same input."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from app.domain.errors import MissingError
from app.infra.clock import local
from app.infra.db import db
from app.ladders.queries import LevelMark, level_marks
from app.mentoring.models import MatchLeft, MatchPair, MatchRun
from app.people.models import LevelSpell, Person, Team, TeamMembership
from app.people.queries import holds_on

NOTHING_SAID: Mapping[str, Any] = MappingProxyType(
    {
        "asked": [],
        "aside": {},
        "bans": 0,
        "broken": [],
        "competing": {},
        "figures": {},
        "needs": {},
        "pins": 0,
        "strengths": [],
        "unheld": [],
        "weights": {},
    }
)
"""What a run says of itself that was kept without its explanation."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody on the page of a run: name, and the team and level of the day of the run."""

    id: uuid.UUID
    name: str
    sort_name: str
    team: str
    mark: LevelMark | None
    lineage: str


@dataclass(frozen=True, slots=True)
class PairLine:
    """A pair that a run proposed. `next_mentor` is the next best for this mentee; `detail` what the parts rest on."""

    row: MatchPair
    mentee: Named
    mentor: Named
    next_mentor: Named | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LeftLine:
    """A mentee whom a run left without a mentor.

    Either `reasons` counts mentors by reason, or `rivals`, this mentee among them, compete for `places` of `mentors`.
    """

    row: MatchLeft
    mentee: Named
    reasons: Mapping[str, int]
    rivals: tuple[Named, ...]
    mentors: tuple[Named, ...]
    unheld: tuple[str, ...]


@dataclass(frozen=True)
class RunView:
    """A run with everything that its page says."""

    row: MatchRun
    pairs: tuple[PairLine, ...]
    left: tuple[LeftLine, ...]
    explanation: Mapping[str, Any]
    people: Mapping[uuid.UUID, Named] = field(default_factory=dict)


def find_last(round_id: uuid.UUID) -> MatchRun | None:
    """Return the newest run of a round; None before the first."""
    row = select(MatchRun).where(MatchRun.round_id == round_id).order_by(MatchRun.number.desc(), MatchRun.id)
    return db.session.scalars(row.limit(1)).one_or_none()


def get_run(round_id: uuid.UUID, number: int) -> MatchRun:
    """Return a run of a round by its number; MissingError when there is none."""
    row = select(MatchRun).where(MatchRun.round_id == round_id, MatchRun.number == number)
    found = db.session.scalars(row).one_or_none()
    if found is None:
        raise MissingError
    return found


def list_runs(round_id: uuid.UUID) -> list[MatchRun]:
    """Return all runs of a round, the newest first."""
    rows = select(MatchRun).where(MatchRun.round_id == round_id)
    return list(db.session.scalars(rows.order_by(MatchRun.number.desc(), MatchRun.id)))


@dataclass(frozen=True, slots=True)
class SameInput:
    """An earlier run on the same input. Its pairs are the same too, unless Belay was renewed in between."""

    number: int
    has_same_pairs: bool


def same_input(runs: list[MatchRun], run: MatchRun) -> SameInput | None:
    """Return the last run before a given one that had the same input; None where none had."""
    before = next((one for one in runs if one.number < run.number and one.digest == run.digest), None)
    if before is None:
        return None
    found: dict[uuid.UUID, set[tuple[uuid.UUID, uuid.UUID]]] = {before.id: set(), run.id: set()}
    rows = select(MatchPair.run_id, MatchPair.mentee_id, MatchPair.mentor_id).where(MatchPair.run_id.in_(found))
    for run_id, mentee_id, mentor_id in db.session.execute(rows.order_by(MatchPair.id)):
        found[run_id].add((mentee_id, mentor_id))
    return SameInput(before.number, has_same_pairs=found[before.id] == found[run.id])


def read_run(run: MatchRun) -> RunView:
    """Return a run with its pairs and those who were left, each by the mentee's name."""
    pairs = list(db.session.scalars(select(MatchPair).where(MatchPair.run_id == run.id).order_by(MatchPair.id)))
    left = list(db.session.scalars(select(MatchLeft).where(MatchLeft.run_id == run.id).order_by(MatchLeft.id)))
    explanation = {**NOTHING_SAID, **json.loads(run.explanation)}
    read = [(one, _ids(one.rivals), _ids(one.mentors)) for one in left]
    asked = [uuid.UUID(one["id"]) for one in explanation["asked"]]
    asked += [uuid.UUID(one[side]) for one in explanation["broken"] for side in ("mentee", "mentor")]
    ids = {person_id for one in pairs for person_id in (one.mentee_id, one.mentor_id, one.next_mentor_id) if person_id}
    ids |= {person_id for one, rivals, mentors in read for person_id in (one.mentee_id, *rivals, *mentors)}
    people = _name(ids | set(asked), run.at)

    def named(found: list[uuid.UUID]) -> tuple[Named, ...]:
        return tuple(sorted((people[one] for one in found), key=lambda one: (one.sort_name, str(one.id))))

    return RunView(
        run,
        tuple(
            sorted(
                (
                    PairLine(
                        one,
                        people[one.mentee_id],
                        people[one.mentor_id],
                        people[one.next_mentor_id] if one.next_mentor_id else None,
                        json.loads(one.detail),
                    )
                    for one in pairs
                ),
                key=lambda line: (line.mentee.sort_name, str(line.mentee.id)),
            )
        ),
        tuple(
            sorted(
                (
                    LeftLine(
                        one,
                        people[one.mentee_id],
                        json.loads(one.reasons),
                        named(rivals),
                        named(mentors),
                        tuple(json.loads(one.unheld)),
                    )
                    for one, rivals, mentors in read
                ),
                key=lambda line: (line.mentee.sort_name, str(line.mentee.id)),
            )
        ),
        explanation,
        people,
    )


def find_given(round_id: uuid.UUID, mentee_id: uuid.UUID) -> uuid.UUID | None:
    """Return whom the last run of a round gave a mentee; None where it gave nobody, or there was no run."""
    last = select(MatchRun.id).where(MatchRun.round_id == round_id).order_by(MatchRun.number.desc(), MatchRun.id)
    row = select(MatchPair.mentor_id).where(
        MatchPair.run_id == last.limit(1).scalar_subquery(), MatchPair.mentee_id == mentee_id
    )
    return db.session.scalars(row).one_or_none()


def pairs_of(run_id: uuid.UUID) -> list[MatchPair]:
    """Return the pairs of a run, by the mentee's id: one order for locks."""
    rows = select(MatchPair).where(MatchPair.run_id == run_id).order_by(MatchPair.mentee_id, MatchPair.id)
    return list(db.session.scalars(rows))


def _ids(text: str) -> list[uuid.UUID]:
    return [uuid.UUID(one) for one in json.loads(text)]


def _name(ids: set[uuid.UUID], at: datetime) -> dict[uuid.UUID, Named]:
    """Return people by id with the team and level of a day, in one statement."""
    if not ids:
        return {}
    day, marks = local(at).date(), level_marks()
    rows = db.session.execute(
        select(Person.id, Person.name, Person.sort_name, Team.name.label("team"), LevelSpell.ladder, LevelSpell.level)
        .outerjoin(LevelSpell, (LevelSpell.person_id == Person.id) & holds_on(LevelSpell, day))
        .outerjoin(TeamMembership, (TeamMembership.person_id == Person.id) & holds_on(TeamMembership, day))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .where(Person.id.in_(ids))
        .order_by(Person.sort_name, Person.id)
    )
    return {
        row.id: Named(
            row.id, row.name, row.sort_name, row.team or "", marks.get((row.ladder, row.level)), row.ladder or ""
        )
        for row in rows
    }
