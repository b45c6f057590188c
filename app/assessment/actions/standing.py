"""Keeping the stored standing: in the transaction of a change, by the worker in steps, and all of it from scratch.

Everything here computes under the lock of the person, so that of two changes at once the later one sees the earlier.
"""

from __future__ import annotations

import gc
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from app.assessment.actions.standing_records import keep_records
from app.assessment.models import StandingHead, StandingRecord, StoredReadiness, StoredStanding
from app.assessment.queries.standing import ExpectationStanding, PersonStanding, computed_standings, stored_standings
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.readiness import BlockerGroup
from app.infra.bulk import BulkInsert
from app.infra.clock import clock, now, today
from app.infra.db import db, forget_answers
from app.infra.unit_of_work import rollback, transaction
from app.jobs.actions import WORKER, queue
from app.ladders.queries import list_adopted
from app.people.models import Person

MANY = 50
"""More people than this are marked instead of being computed while somebody waits."""
STEP = 250
REFRESH = "assessment.refresh_standings"
Progress = Callable[[int, int], None]

HEAD = (
    "person_id", "lineage", "ladder_version_id", "held_level", "held_since", "last_evidence_on", "last_rated_on",
    "last_revealed_on", "computed_on", "holds_until",
)  # fmt: skip
TARGET = (
    "person_id", "target_level", "position", "verdict", "met", "of", "evidenced_level",
    *(group.value for group in BlockerGroup),
)  # fmt: skip
EXPECTATION = (
    "person_id", "target_level", "place", *ExpectationStanding._fields,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a recomputing found: of `people`, `missing` had nothing stored, and of `differing` it said something else.

    Whoever is marked, or past the day until which their rows hold, was not read from them: they count as missing.
    """

    people: int
    missing: int
    differing: int


# After a change -----------------------------------------------------------------


def refresh_touched(people: frozenset[uuid.UUID], lineages: frozenset[str]) -> None:
    """Keep the standing of those for whom something changed; runs inside the transaction of the change.

    One person is computed at once. Many, and everybody on a lineage, are marked: a read computes those that are
    marked, and the worker stores them again.
    """
    marked = sum(_mark_lineage(lineage) for lineage in sorted(lineages))
    if len(people) > MANY:
        _mark_people(people)
        marked += len(people)
    elif people:
        recompute(people, today())
    if marked:
        queue(REFRESH, {}, by=Author(None, label=WORKER), at=now(), dedupe_key=REFRESH)


def _mark_lineage(lineage: str) -> int:
    """Mark everybody who holds a level on a lineage, in one statement; return how many.

    Whose row is being stored for the first time just now is missed, and found by the version that it names.
    """
    own = StandingHead.lineage == lineage
    # Locked in the order in which others lock them, so that nobody waits for each other.
    ids = select(StandingHead.person_id).where(own).order_by(StandingHead.person_id).with_for_update()
    found = db.session.execute(update(StandingHead).where(StandingHead.person_id.in_(ids)).values(is_stale=True))
    return int(getattr(found, "rowcount", 0))


def _mark_people(people: Collection[uuid.UUID]) -> None:
    """Mark people, those too who have nothing stored: somebody may be about to store it as it was before."""
    marked = {"computed_on": today(), "is_stale": True, "zone": clock.zone}
    marks = BulkInsert(db.session(), StandingHead, ("person_id",), marked, replacing="person_id")
    marks.add_all((one.hex,) for one in sorted(people))
    marks.flush()


# Computing and storing ----------------------------------------------------------


def recompute(person_ids: Collection[uuid.UUID], on: date) -> Recomputed:
    """Compute people as of a day, store what differs from what is stored, and record what was not recorded so."""
    ids = sorted(person_ids)
    _lock(ids)
    before = stored_standings(ids, on)
    found = computed_standings(ids, on)
    changed = [standing for person_id, standing in found.items() if before.get(person_id) != standing]
    _store(db.session(), changed)
    keep_records(db.session(), found.values(), on)
    missing = sum(person_id not in before for person_id in found)
    return Recomputed(len(found), missing, len(changed) - missing)


def _lock(ids: Collection[uuid.UUID]) -> None:
    """Let nobody else store the standing of these people until this transaction ends, and see what others stored.

    Who changes what a standing rests on and comes second waits here: for the other one at the person, for whoever
    marks many at the head. Always in the same order, so that nobody waits for each other.
    """
    if db.session().get_bind().dialect.name == "postgresql":
        people = select(Person.id).where(Person.id.in_(ids)).order_by(Person.id).with_for_update(key_share=True)
        db.session.execute(people).all()
        heads = select(StandingHead.person_id).where(StandingHead.person_id.in_(ids))
        db.session.execute(heads.order_by(StandingHead.person_id).with_for_update()).all()
        forget_answers()


def _store(session: Session, standings: Collection[PersonStanding]) -> None:
    ids = [one.person_id for one in standings]
    if not ids:
        return
    session.execute(delete(StoredStanding).where(StoredStanding.person_id.in_(ids)))
    session.execute(delete(StoredReadiness).where(StoredReadiness.person_id.in_(ids)))
    heads = BulkInsert(session, StandingHead, HEAD, {"is_stale": False, "zone": clock.zone}, replacing="person_id")
    targets = BulkInsert(session, StoredReadiness, TARGET)
    expectations = BulkInsert(session, StoredStanding, EXPECTATION)
    for one in standings:
        heads.add(*_head(one))
        targets.add_all(_targets(one))
        expectations.add_all(_expectations(one))
    for rows in (heads, targets, expectations):
        rows.flush()


def _head(one: PersonStanding) -> tuple[Any, ...]:
    version_id = one.edition.id.hex if one.edition else None
    return (
        one.person_id.hex, one.lineage, version_id, one.held, one.held_since, one.last_evidence_on, one.last_rated_on,
        one.last_revealed_on, one.computed_on, one.holds_until,
    )  # fmt: skip


def _targets(one: PersonStanding) -> Iterator[tuple[Any, ...]]:
    for position, target in enumerate(one.targets):
        blockers = (target.blockers.get(group, 0) for group in BlockerGroup)
        yield (
            one.person_id.hex, target.target, position, target.verdict, target.met, target.of, target.evidenced,
            *blockers,
        )  # fmt: skip


def _expectations(one: PersonStanding) -> Iterator[tuple[Any, ...]]:
    own = one.person_id.hex
    for target in one.targets:
        for place, wanted in enumerate(target.expectations):
            yield own, target.target, place, *wanted


# In steps -----------------------------------------------------------------------


def refresh_due(on: date, progress: Progress) -> int:
    """Compute whoever is marked, has nothing stored that holds here and today, or nothing at all; return how many.

    Each step is a transaction of its own and may be done twice.
    """
    adopted = list_adopted(on)
    versions = [
        and_(StandingHead.lineage == edition.ladder.lineage, StandingHead.ladder_version_id == edition.id)
        for edition in adopted
    ]
    no_version = StandingHead.lineage.not_in([edition.ladder.lineage for edition in adopted])
    holds = exists().where(
        StandingHead.person_id == Person.id,
        StandingHead.is_stale.is_(False),
        StandingHead.zone == clock.zone,
        or_(StandingHead.holds_until.is_(None), StandingHead.holds_until > on),
        or_(StandingHead.lineage.is_(None), no_version, *versions),
    )
    found = _in_steps(~holds, on, progress)
    _record_missing(on)
    return found.people


def _record_missing(on: date) -> None:
    """Record where those stand of whom nothing was ever recorded, from what is stored of them and holds.

    Whoever has a standing from before there were records gets the first one so, without being computed.
    """
    has_record = exists().where(StandingRecord.person_id == Person.id)
    for ids in _chunks([~has_record]):
        with transaction():
            _lock(ids)
            keep_records(db.session(), stored_standings(ids, on).values(), on)


def recompute_all(on: date, progress: Progress, *, by: Author, at: datetime) -> Recomputed:
    """Compute everybody from scratch, in steps, and say how many differed from what was stored."""
    found = _in_steps(None, on, progress)
    with transaction():
        log(
            Tag.STANDINGS_RECOMPUTED,
            by=by,
            at=at,
            people=found.people,
            missing=found.missing,
            differing=found.differing,
        )
    return found


def _in_steps(condition: ColumnElement[bool] | None, on: date, progress: Progress) -> Recomputed:
    chosen = [] if condition is None else [condition]
    # People who join while this runs are computed by the change that lets them hold a level.
    total = db.session.scalar(select(func.count()).select_from(Person).where(*chosen)) or 0
    people = missing = differing = 0
    for ids in _chunks(chosen):
        with _without_collector(), transaction():
            step = recompute(ids, on)
        people, missing, differing = people + step.people, missing + step.missing, differing + step.differing
        progress(people, max(total, people))
    return Recomputed(people, missing, differing)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let the search for cycles rest: a step makes a hundred thousand objects, none of them in a cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _chunks(chosen: Iterable[ColumnElement[bool]]) -> Iterator[list[uuid.UUID]]:
    last: uuid.UUID | None = None
    while True:
        rows = select(Person.id).where(*chosen)
        if last is not None:
            rows = rows.where(Person.id > last)
        ids = list(db.session.scalars(rows.order_by(Person.id).limit(STEP)))
        # The read must not keep the database's transaction open while the step is computed.
        rollback()
        if not ids:
            return
        last = ids[-1]
        yield ids
