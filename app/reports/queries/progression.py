"""Where everybody stands: rows by name, read in chunks of narrow columns, so that memory does not grow with them.

One statement joins people with team, manager and the last record of their standing; whoever has nothing that holds is
computed beside it, chunk by chunk.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select, true, tuple_, union_all
from sqlalchemy.orm import aliased

from app.access.permissions import Permission
from app.access.policy import visible_to
from app.assessment.models import StandingHead, StandingRecord
from app.assessment.queries import PersonStanding, computed_standings, is_last_record, standings_of_people
from app.domain.as_of import Known
from app.domain.readiness import Verdict
from app.domain.standing import stored_targets
from app.infra.bulk import remembered
from app.infra.clock import clock
from app.infra.db import db
from app.ladders.queries import Edition, list_adopted
from app.people.models import LevelSpell, ManagerLink, Person, Team, TeamMembership
from app.people.queries import held_as_of, known_until, works_here
from app.reports.criteria import Criteria

CHUNK = 4000
COMPUTED_AT_ONCE = 500
FEW = 500
"""So many people without a standing that holds are computed for a count; more are counted as waiting."""


class Source(StrEnum):
    """Where the standing of a report's day comes from."""

    STORED = "stored"
    """Today: what is stored and holds; the rest is computed."""
    RECORDED = "recorded"
    """A past day as known then: the last record up to it."""
    COMPUTED = "computed"
    """A past day as corrected since."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where one person stands on one target, as it is read. `verdict` is None where none is known or asked.

    `blocking` has each expectation that blocks as “group:expectation”, in the order told, a space between.
    """

    person_id: uuid.UUID
    employee_id: str
    name: str
    team_id: uuid.UUID | None
    team: str | None
    manager_id: uuid.UUID | None
    manager: str | None
    lineage: str | None
    version_id: uuid.UUID | None
    held: str | None
    since: date | None
    target: str | None
    verdict: Verdict | None
    met: int
    of: int
    blocking: str
    last_evidence_on: date | None
    last_rated_on: date | None
    is_known: bool
    """Whether a standing was found: of a past day nothing may have been recorded."""


def source_of(criteria: Criteria) -> Source:
    """Return where the standing of the report's day comes from."""
    if criteria.day == criteria.today:
        return Source.STORED
    return Source.COMPUTED if criteria.as_of.known is Known.NOW else Source.RECORDED


def covered(criteria: Criteria) -> list[ColumnElement[bool]]:
    """Return the conditions on people whose line the viewer may see, and who pass the filters.

    Who works here on a past day as known then: known by then, and not left by then as far as it was known, which level,
    team and manager of then say of somebody whose leaving was recorded later.
    """
    day, as_of = criteria.day, criteria.as_of
    actor = criteria.viewer.actor
    # The policy is asked of each row that is read, not of everybody for each chunk.
    opens = true() if criteria.viewer.is_command_line else visible_to(actor, Permission.Progression.READ, Person)
    found = [works_here(day), opens]
    until = known_until(as_of) if source_of(criteria) is Source.RECORDED else None
    if until is not None:
        still = or_(
            *(
                exists().where(table.person_id == Person.id, held_as_of(table, as_of))
                for table in (LevelSpell, TeamMembership, ManagerLink)
            )
        )
        began = or_(Person.hired_on.is_(None), Person.hired_on <= day)
        here = or_(Person.left_on.is_(None), Person.left_on > day, still)
        found[0] = and_(Person.employee_id.is_not(None), began, here, Person.created_at < until)
    if criteria.team_id is not None:
        members = select(TeamMembership.person_id).where(
            TeamMembership.team_id == criteria.team_id, held_as_of(TeamMembership, as_of)
        )
        found.append(Person.id.in_(members))
    if criteria.lineage or criteria.level:
        held = select(LevelSpell.person_id).where(held_as_of(LevelSpell, as_of))
        if criteria.lineage:
            held = held.where(LevelSpell.ladder == criteria.lineage)
        if criteria.level:
            held = held.where(LevelSpell.level == criteria.level)
        found.append(Person.id.in_(held))
    return found


# Reading lines --------------------------------------------------------------------


def stream_lines(criteria: Criteria) -> Iterator[tuple[Any, ...]]:
    """Yield every line by name, each a tuple with the fields of `Line`, a few thousand people at a time."""
    after: tuple[str, uuid.UUID] | None = None
    rows = covered(criteria)
    while True:
        page = select(Person.id, Person.sort_name).where(*rows)
        if after is not None:
            page = page.where(tuple_(Person.sort_name, Person.id) > tuple_(literal(after[0]), literal(after[1])))
        found = _read(criteria, page.order_by(Person.sort_name, Person.id).limit(CHUNK))
        if not found:
            return
        after = found[-1][-1], found[-1][0]
        yield from _completed(criteria, found)


def read_lines(criteria: Criteria, offset: int, limit: int) -> list[Line]:
    """Return some lines by name."""
    places = db.session.execute(_places(criteria).offset(offset).limit(limit)).all()
    ids = list(dict.fromkeys(row.id for row in places))
    if not ids:
        return []
    found = _read(criteria, select(Person.id, Person.sort_name).where(Person.id.in_(ids)))
    by_person: dict[uuid.UUID, list[Line]] = {one: [] for one in ids}
    for line in _completed(criteria, found):
        by_person[line[0]].append(Line(*line))
    taken = [(by_person[row.id], row.position or 0) for row in places]
    return [lines[place] for lines, place in taken if place < len(lines)]


def count_lines(criteria: Criteria) -> int:
    """Return how many lines there are."""
    return db.session.scalar(select(func.count()).select_from(_places(criteria, is_ordered=False).subquery())) or 0


def _places(criteria: Criteria, *, is_ordered: bool = True) -> Select[Any]:
    """Return people and, for each of their targets, its position, in the order of lines."""
    position: Any = literal(0)
    found = select(Person.id)
    if source_of(criteria) is Source.RECORDED:
        position = StandingRecord.position
        found = found.outerjoin(
            StandingRecord, and_(StandingRecord.person_id == Person.id, is_last_record(criteria.day))
        )
    elif forks := _forks(criteria.day):
        position = forks.c.position
        found = found.outerjoin(
            LevelSpell, and_(LevelSpell.person_id == Person.id, held_as_of(LevelSpell, criteria.as_of))
        ).outerjoin(forks, and_(forks.c.lineage == LevelSpell.ladder, forks.c.level == LevelSpell.level))
    found = found.add_columns(position.label("position")).where(*covered(criteria))
    return found.order_by(Person.sort_name, Person.id, position) if is_ordered else found


def _forks(day: date) -> Any:  # noqa: ANN401 - a subquery, or nothing
    """Return the levels that more than one may follow, with a position for each; None where no ladder branches."""
    levels = [
        (edition.ladder.lineage, level.id, stored_targets(edition.ladder, level.id))
        for edition in list_adopted(day)
        for level in edition.ladder.levels
    ]
    rows = [
        select(literal(lineage).label("lineage"), literal(level).label("level"), literal(position).label("position"))
        for lineage, level, targets in levels
        if len(targets) > 1
        for position in range(len(targets))
    ]
    return union_all(*rows).subquery() if rows else None


def _read(criteria: Criteria, page: Any) -> list[Any]:  # noqa: ANN401 - a select of ids and names
    """Return the joined rows of a page of people: the fields of `Line`, whether it holds, and the name to sort by."""
    as_of = criteria.as_of
    chosen = page.subquery()
    manager = aliased(Person)
    record = StandingRecord
    is_recorded: Any = record.person_id.is_not(None)
    source = source_of(criteria)
    statement = (
        select(
            Person.id,
            Person.employee_id,
            Person.name,
            remembered(TeamMembership.team_id),
            Team.name,
            remembered(ManagerLink.manager_id),
            manager.name,
            record.lineage,
            remembered(record.ladder_version_id),
            record.held_level,
            remembered(record.held_since),
            record.target_level,
            remembered(record.verdict),
            record.met,
            record.of,
            record.blocking,
            remembered(record.last_evidence_on),
            remembered(record.last_rated_on),
            is_recorded.label("is_known"),
            Person.sort_name,
        )
        .select_from(chosen)
        .join(Person, Person.id == chosen.c.id)
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, held_as_of(TeamMembership, as_of)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(ManagerLink, and_(ManagerLink.person_id == Person.id, held_as_of(ManagerLink, as_of)))
        .outerjoin(manager, manager.id == ManagerLink.manager_id)
    )
    if source is Source.STORED:
        statement = statement.outerjoin(StandingHead, and_(StandingHead.person_id == Person.id, holds(criteria.day)))
        own = and_(record.person_id == StandingHead.person_id, is_last_record(criteria.day))
    elif source is Source.RECORDED:
        own = and_(record.person_id == Person.id, is_last_record(criteria.day))
    else:
        own = literal(1) == literal(0)
    statement = statement.outerjoin(record, own)
    return list(db.session.execute(statement.order_by(Person.sort_name, Person.id, record.position)))


def holds(day: date) -> ColumnElement[bool]:
    """Return the condition that a stored standing holds on a day: in this time zone, for the version that counts."""
    head, adopted = StandingHead, list_adopted(day)
    versions = [and_(head.lineage == one.ladder.lineage, head.ladder_version_id == one.id) for one in adopted]
    no_version = and_(head.lineage.not_in([one.ladder.lineage for one in adopted]), head.ladder_version_id.is_(None))
    return and_(
        head.is_stale.is_(False),
        head.zone == clock.zone,
        head.computed_on <= day,
        or_(head.holds_until.is_(None), head.holds_until > day),
        or_(head.lineage.is_(None), no_version, *versions),
    )


def _completed(criteria: Criteria, rows: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the fields of lines, with what is not stored or recorded computed or, for a past day, said as unknown."""
    missing = [row[0] for row in rows if not row[-2]]
    if not missing:
        yield from (row[:-1] for row in rows)
    elif source_of(criteria) is Source.RECORDED:
        yield from _with_levels(criteria, rows, missing)
    else:
        for part in _parts(rows):
            yield from _with_computed(criteria, part)


def _parts(rows: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield the rows of a few hundred people at a time, a person's rows together."""
    part: list[Any] = []
    people = 0
    for _, own in groupby(rows, key=itemgetter(0)):
        part += own
        people += 1
        if people == COMPUTED_AT_ONCE:
            yield part
            part, people = [], 0
    yield part


def _with_computed(criteria: Criteria, rows: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    found = standings_on(criteria, [row[0] for row in rows if not row[-2]])
    for row in rows:
        if row[-2]:
            yield row[:-1]
            continue
        for said in _said(found[row[0]]):
            yield *row[:7], *said, True


def standings_on(criteria: Criteria, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, PersonStanding]:
    """Return the standing of people on the report's day where it is not read from records."""
    if source_of(criteria) is Source.STORED:
        return standings_of_people(ids, on=criteria.day)
    return computed_standings(ids, criteria.day)


def _said(one: PersonStanding) -> Iterator[tuple[Any, ...]]:
    head = one.lineage, one.edition.id if one.edition else None, one.held, one.held_since
    last = one.last_evidence_on, one.last_rated_on
    if not one.targets:
        yield *head, "", None, 0, 0, "", *last
    for target in one.targets:
        groups = {wanted.expectation_id: wanted.group.value for wanted in target.expectations if wanted.is_blocking}
        blocking = " ".join(f"{groups[wanted]}:{wanted}" for wanted in target.blocking_ids)
        yield *head, target.target, target.verdict, target.met, target.of, blocking, *last


def _with_levels(criteria: Criteria, rows: Sequence[Any], missing: Sequence[uuid.UUID]) -> Iterator[tuple[Any, ...]]:
    """Yield lines; of whom nothing was recorded then, the level as it was known then, and no more."""
    held: dict[uuid.UUID, Any] = {}
    for first in range(0, len(missing), COMPUTED_AT_ONCE):
        ids = missing[first : first + COMPUTED_AT_ONCE]
        spells = select(LevelSpell.person_id, LevelSpell.ladder, LevelSpell.level, LevelSpell.starts_on).where(
            LevelSpell.person_id.in_(ids), held_as_of(LevelSpell, criteria.as_of)
        )
        held |= {row[0]: row[1:] for row in db.session.execute(spells.order_by(LevelSpell.person_id))}
    for row in rows:
        if row[-2]:
            yield row[:-1]
            continue
        lineage, level, since = held.get(row[0], (None, None, None))
        yield *row[:7], lineage, None, level, since, "", None, 0, 0, "", None, None, False


# Counting -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """How many people the report covers, by how they stand. `unknown` wait to be computed, or were not recorded."""

    people: int
    ready: int
    not_yet: int
    cannot_tell: int
    at_top: int
    without_level: int
    unknown: int


def count_people(criteria: Criteria) -> Count:
    """Return how many people stand where; of several targets the nearest counts.

    Whoever has no standing that holds is computed where they are few, and counted as unknown where they are many.
    """
    source = source_of(criteria)
    conditions = covered(criteria)
    found: Counter[str] = Counter()
    if source is not Source.COMPUTED:
        found.update(_counted(criteria, conditions))
    else:
        found["unknown"] = db.session.scalar(select(func.count()).select_from(Person).where(*conditions)) or 0
    if source is not Source.RECORDED and 0 < found["unknown"] <= FEW:
        del found["unknown"]
        ids = _unknown_ids(criteria, conditions)
        found.update(_kind(one) for one in standings_on(criteria, ids).values())
    kinds = ("ready", "not_yet", "cannot_tell", "at_top", "without_level", "unknown")
    return Count(sum(found.values()), *(found[kind] for kind in kinds))


def _kind(one: PersonStanding) -> str:
    if one.held is None or not one.targets:
        return "without_level"
    if one.is_at_top:
        return "at_top"
    return max((target.verdict for target in one.targets), key=lambda verdict: verdict.order).value


def _counted(criteria: Criteria, conditions: Iterable[ColumnElement[bool]]) -> dict[str, int]:
    record = StandingRecord
    kind = case(
        (record.person_id.is_(None), "unknown"),
        (record.target_level == "", "without_level"),
        (record.target_level == record.held_level, "at_top"),
        (record.verdict == Verdict.READY, "ready"),
        (record.verdict == Verdict.CANNOT_TELL, "cannot_tell"),
        else_="not_yet",
    )
    # Of several targets the nearest: “ready” comes last in the alphabet of these three, “cannot_tell” first.
    order = case({"ready": 2, "cannot_tell": 1}, value=kind, else_=0)
    rows = select(Person.id, kind.label("kind"), order.label("place"), record.position).where(*conditions)
    own = and_(record.person_id == Person.id, is_last_record(criteria.day))
    if source_of(criteria) is Source.STORED:
        rows = rows.outerjoin(StandingHead, and_(StandingHead.person_id == Person.id, holds(criteria.day)))
        own = and_(record.person_id == StandingHead.person_id, is_last_record(criteria.day))
    table = rows.outerjoin(record, own).subquery()
    counts = {
        row[0]: row[1]
        for row in db.session.execute(
            select(table.c.kind, func.count())
            .where(or_(table.c.position.is_(None), table.c.position == 0))
            .group_by(table.c.kind)
        )
    }
    further = select(table.c.id, table.c.kind, table.c.place).where(
        table.c.id.in_(select(table.c.id).where(table.c.position > 0))
    )
    for _, own_rows in groupby(db.session.execute(further.order_by(table.c.id, table.c.position)), key=itemgetter(0)):
        lines = list(own_rows)
        best = max(lines, key=itemgetter(2)).kind
        counts[lines[0].kind] -= 1
        counts[best] = counts.get(best, 0) + 1
    return counts


def _unknown_ids(criteria: Criteria, conditions: Iterable[ColumnElement[bool]]) -> list[uuid.UUID]:
    rows = select(Person.id).where(*conditions)
    if source_of(criteria) is Source.STORED:
        rows = (
            rows.outerjoin(StandingHead, and_(StandingHead.person_id == Person.id, holds(criteria.day)))
            .outerjoin(
                StandingRecord,
                and_(StandingRecord.person_id == StandingHead.person_id, is_last_record(criteria.day)),
            )
            .where(StandingRecord.person_id.is_(None))
        )
    return list(db.session.scalars(rows.order_by(Person.id)))


def editions_in(criteria: Criteria) -> list[Edition]:
    """Return the ladder versions that count on the report's day."""
    return [one for one in list_adopted(criteria.day) if criteria.lineage in {None, one.ladder.lineage}]
