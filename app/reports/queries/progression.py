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

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, true, union_all
from sqlalchemy.orm import aliased

from app.access.permissions import Permission
from app.access.policy import visible_to
from app.assessment.models import StandingHead, StandingRecord, StoredReadiness
from app.assessment.queries import PersonStanding, computed_standings
from app.domain.as_of import AsOf, Known
from app.domain.readiness import Verdict
from app.domain.standing import stored_targets
from app.infra.bulk import remembered
from app.infra.clock import clock
from app.infra.db import db
from app.ladders.queries import Edition, list_adopted
from app.people.models import LevelSpell, ManagerLink, Person, Team, TeamMembership
from app.people.queries import held_as_of
from app.reports.criteria import Criteria
from app.reports.queries.coverage import here_on
from app.reports.queries.presence import key_of

CHUNK = 2000
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


def rows_as_of(criteria: Criteria) -> AsOf:
    """Return which rows count: what was known by the end of today is what is known now, and these have the indexes."""
    return AsOf(criteria.day, Known.NOW) if criteria.day == criteria.today else criteria.as_of


def covered(criteria: Criteria) -> list[ColumnElement[bool]]:
    """Return the conditions on people whose line the viewer may see, and who pass the filters.

    Who works here on a past day as known then: whoever was known by then, and not known by then to have left.
    """
    as_of, actor = rows_as_of(criteria), criteria.viewer.actor
    # The policy is asked of each row that is read, not of everybody for each chunk.
    opens = true() if criteria.viewer.is_command_line else visible_to(actor, Permission.Progression.READ, Person)
    found = [here_on(as_of, is_past=source_of(criteria) is Source.RECORDED), opens]
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
    """Yield every line by name, each a tuple with the fields of `Line`; ids are as the driver gives them.

    One statement, of which a few thousand rows are fetched at a time, past what a session does to each row.
    """
    statement = _lines(criteria, is_raw=True).where(*covered(criteria))
    rows = db.session.connection().execute(statement, execution_options={"yield_per": CHUNK})
    for part in rows.partitions(CHUNK):
        yield from _completed(criteria, part)


def read_lines(criteria: Criteria, offset: int, limit: int) -> list[Line]:
    """Return some lines by name."""
    places = db.session.execute(_places(criteria).offset(offset).limit(limit)).all()
    ids = list(dict.fromkeys(row.id for row in places))
    if not ids:
        return []
    found = db.session.execute(_lines(criteria).where(Person.id.in_(ids))).all()
    by_person: dict[uuid.UUID, list[Line]] = {one: [] for one in ids}
    for line in _completed(criteria, found):
        by_person[line[0]].append(Line(*line))
    taken = [(by_person[row.id], row.position or 0) for row in places]
    return [lines[place] for lines, place in taken if place < len(lines)]


def count_lines(criteria: Criteria) -> int:
    """Return how many lines there are."""
    return db.session.scalar(_places(criteria).order_by(None).with_only_columns(func.count())) or 0


def _places(criteria: Criteria) -> Select[Any]:
    """Return people and, for each of their targets, its position, in the order of lines."""
    position: Any = literal(0)
    found = select(Person.id)
    if source_of(criteria) is Source.RECORDED:
        position = StandingRecord.position
        found = found.outerjoin(StandingRecord, is_last_of_person(criteria.day))
    elif forks := _forks(criteria.day):
        position = forks.c.position
        found = found.outerjoin(
            LevelSpell, and_(LevelSpell.person_id == Person.id, held_as_of(LevelSpell, rows_as_of(criteria)))
        ).outerjoin(forks, and_(forks.c.lineage == LevelSpell.ladder, forks.c.level == LevelSpell.level))
    found = found.add_columns(position.label("position")).where(*covered(criteria))
    return found.order_by(Person.sort_name, Person.id, position)


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


def is_last_of_person(day: date) -> ColumnElement[bool]:
    """Return the condition that a record is of the last day up to a day of the person whom a statement reads."""
    later = aliased(StandingRecord)
    last = select(func.max(later.known_on)).where(later.person_id == Person.id, later.known_on <= day)
    own = StandingRecord.known_on == last.correlate(Person).scalar_subquery()
    return and_(StandingRecord.person_id == Person.id, own)


def _lines(criteria: Criteria, *, is_raw: bool = False) -> Select[Any]:
    """Return the statement of lines by name: the fields of `Line`. `is_raw`: ids as the driver gives them."""
    as_of, record, manager = rows_as_of(criteria), StandingRecord, aliased(Person)
    own = is_last_of_person(criteria.day)
    source = source_of(criteria)
    if source is Source.COMPUTED:
        own = literal(1) == literal(0)
    elif source is Source.STORED:
        own = and_(own, Person.id.not_in(select(StandingHead.person_id).where(~holds(criteria.day))))
    team, link = TeamMembership, ManagerLink
    is_recorded: Any = record.person_id.is_not(None)
    return (
        select(
            key_of(Person.id) if is_raw else Person.id,
            Person.employee_id,
            Person.name,
            key_of(team.team_id) if is_raw else team.team_id,
            Team.name,
            key_of(link.manager_id) if is_raw else link.manager_id,
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
        )
        .select_from(Person)
        .outerjoin(team, and_(team.person_id == Person.id, held_as_of(team, as_of)))
        .outerjoin(Team, Team.id == team.team_id)
        .outerjoin(link, and_(link.person_id == Person.id, held_as_of(link, as_of)))
        .outerjoin(manager, manager.id == link.manager_id)
        .outerjoin(record, own)
        .order_by(Person.sort_name, Person.id, record.position)
    )


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
    missing = [as_id(row[0]) for row in rows if not row[-1]]
    if not missing:
        yield from rows
    elif source_of(criteria) is Source.RECORDED:
        yield from _with_levels(criteria, rows, missing)
    else:
        for part in _parts(rows):
            yield from _with_computed(criteria, part)


def as_id(key: Any) -> uuid.UUID:  # noqa: ANN401 - what a driver gives
    """Return the id that a key stands for: one database gives ids, the other their text."""
    return key if isinstance(key, uuid.UUID) else uuid.UUID(key)


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
    found = computed_standings([as_id(row[0]) for row in rows if not row[-1]], criteria.day)
    for row in rows:
        if row[-1]:
            yield row
            continue
        for said in _said(found[as_id(row[0])]):
            yield *row[:7], *said, True


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
            LevelSpell.person_id.in_(ids), held_as_of(LevelSpell, rows_as_of(criteria))
        )
        held |= {row[0]: row[1:] for row in db.session.execute(spells.order_by(LevelSpell.person_id))}
    for row in rows:
        if row[-1]:
            yield row
            continue
        lineage, level, since = held.get(as_id(row[0]), (None, None, None))
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
        found.update(_kind(one) for one in computed_standings(ids, criteria.day).values())
    kinds = ("ready", "not_yet", "cannot_tell", "at_top", "without_level", "unknown")
    return Count(sum(found.values()), *(found[kind] for kind in kinds))


def _kind(one: PersonStanding) -> str:
    if one.held is None or not one.targets:
        return "without_level"
    if one.is_at_top:
        return "at_top"
    return max((target.verdict for target in one.targets), key=lambda verdict: verdict.order).value


def _counted(criteria: Criteria, conditions: Iterable[ColumnElement[bool]]) -> dict[str, int]:
    """Count the first target of everybody, then put right those who have several: they are few."""
    rows, kind, position = _kinds(criteria)
    first = rows.where(*conditions, or_(position.is_(None), position == 0))
    counts = {row[0]: row[1] for row in db.session.execute(first.with_only_columns(kind, func.count()).group_by(kind))}
    is_forked = Person.id.in_(_forked(criteria))
    # Of several targets the nearest: a place says how near one is.
    place = {"ready": 2, "cannot_tell": 1}
    further = rows.where(*conditions, is_forked).with_only_columns(Person.id, kind).order_by(Person.id, position)
    for _, own_rows in groupby(db.session.execute(further), key=itemgetter(0)):
        kinds = [row[1] for row in own_rows]
        best = max(kinds, key=lambda one: place.get(one, 0))
        counts[kinds[0]] -= 1
        counts[best] = counts.get(best, 0) + 1
    return counts


def _kinds(criteria: Criteria) -> tuple[Select[Any], ColumnElement[str], Any]:
    """Return people joined with where they stand, what that is called, and the position of the target.

    Today it is what is stored, which says the same as its last record and is narrower.
    """
    target: Any = StoredReadiness
    held: Any = StandingHead
    rows = select(Person.id)
    none: tuple[Any, Any]
    if source_of(criteria) is Source.STORED:
        none = held.person_id.is_(None), target.person_id.is_(None)
        rows = rows.outerjoin(held, and_(held.person_id == Person.id, holds(criteria.day)))
        rows = rows.outerjoin(target, target.person_id == held.person_id)
    else:
        target = held = StandingRecord
        none = target.person_id.is_(None), target.target_level == ""
        rows = rows.outerjoin(target, is_last_of_person(criteria.day))
    kind = case(
        (none[0], "unknown"),
        (none[1], "without_level"),
        (target.target_level == held.held_level, "at_top"),
        (target.verdict == Verdict.READY, "ready"),
        (target.verdict == Verdict.CANNOT_TELL, "cannot_tell"),
        else_="not_yet",
    ).label("kind")
    return rows, kind, target.position


def _forked(criteria: Criteria) -> Select[Any]:
    """Return who has more than one target."""
    if source_of(criteria) is Source.STORED:
        return select(StoredReadiness.person_id).where(StoredReadiness.position > 0)
    return select(StandingRecord.person_id).where(StandingRecord.position > 0)


def _unknown_ids(criteria: Criteria, conditions: Iterable[ColumnElement[bool]]) -> list[uuid.UUID]:
    rows = select(Person.id).where(*conditions)
    if source_of(criteria) is Source.STORED:
        rows = rows.where(Person.id.not_in(select(StandingHead.person_id).where(holds(criteria.day))))
    return list(db.session.scalars(rows.order_by(Person.id)))


def editions_in(criteria: Criteria) -> list[Edition]:
    """Return the ladder versions that count on the report's day."""
    return [one for one in list_adopted(criteria.day) if criteria.lineage in {None, one.ladder.lineage}]
