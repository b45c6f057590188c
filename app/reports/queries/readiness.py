"""How ready people are, read once as narrow columns: the last record of each standing up to the report's day.

Close, stuck and not looked at are what the team board says of them; see `domain.board`. The last record says the same
as the stored standing, so that whoever waits to be computed is counted as stored.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true, union

from app.access.permissions import Permission
from app.access.policy import visible_to
from app.assessment.models import Assessment, StandingHead, StandingRecord, StoredStanding, Waiver
from app.assessment.queries import computed_standings, is_last_record
from app.assessment.queries.facts import facts_of
from app.domain.as_of import Known
from app.domain.bar import bar_for
from app.domain.board import CLOSE_BLOCKERS, UNSEEN_DAYS, is_stuck, stuck_since
from app.domain.errors import InvalidError
from app.domain.readiness import Verdict, report
from app.evidence.models import Claim, Corroboration, Evidence, SettingAside
from app.infra.bulk import remembered
from app.infra.clock import clock
from app.infra.db import db
from app.ladders.queries import Edition, list_adopted, list_editions
from app.people.models import Leave, Person, Team, TeamMembership
from app.people.queries import held_as_of
from app.reports.criteria import KNOWN, Criteria
from app.reports.queries.coverage import here_on
from app.reports.queries.presence import Key, key_of
from app.reports.queries.progression import as_id, holds, rows_as_of
from app.reports.scope import may_see

FEW = 250
"""So many people are computed while somebody waits; of more, what was recorded is read."""


class Kind(StrEnum):
    """How ready somebody is. The members stand in the order in which they are asked: the first that applies.

    That nobody has looked comes before being stuck: whoever is not looked at cannot move.
    """

    READY = "ready"
    CLOSE = "close"
    UNRATED = "unrated"
    STUCK = "stuck"
    OTHER = "other"


@dataclass(slots=True)
class Target:
    """One level on somebody's way: the verdict, and what blocks it."""

    level: str
    verdict: Verdict
    text: str
    """The expectations that block, as “group:expectation”, a space between; split only where it is needed."""
    is_stuck: bool = False

    @property
    def number(self) -> int:
        """Return how many expectations block."""
        return self.text.count(":")

    @property
    def is_ready(self) -> bool:
        """Say whether all that the level asks holds."""
        return self.verdict is Verdict.READY

    @property
    def is_close(self) -> bool:
        """Say whether at most two expectations block it, as the team board says it."""
        return not self.is_ready and self.number <= CLOSE_BLOCKERS


@dataclass(slots=True)
class Standing:
    """Where one person stands. `targets` are the levels that may follow; none at the top, or without a level.

    `kind` is the first of the questions that applies, found once all else is known.
    """

    key: Key
    team_id: uuid.UUID | None
    hired_on: date | None
    version_id: uuid.UUID | None = None
    held: str | None = None
    since: date | None = None
    targets: list[Target] = field(default_factory=list)
    is_known: bool = True
    is_unseen: bool = False
    kind: Kind = Kind.OTHER

    @property
    def person_id(self) -> uuid.UUID:
        """Return the id of the person: of a hundred thousand keys only the few that are shown become ids."""
        return as_id(self.key)

    def asked(self) -> Kind:
        """Return the first of the questions that applies."""
        if not self.targets:
            return Kind.OTHER
        if any(one.is_ready for one in self.targets):
            return Kind.READY
        if any(one.is_close for one in self.targets):
            return Kind.CLOSE
        if self.is_unseen:
            return Kind.UNRATED
        return Kind.STUCK if all(one.is_stuck for one in self.targets) else Kind.OTHER


@dataclass(frozen=True)
class Read:
    """Everybody whom the viewer may count, by name. `waiting` have a standing that is not computed for the day yet."""

    people: Sequence[Standing]
    teams: Mapping[uuid.UUID, str]
    editions: Mapping[uuid.UUID, Edition]
    waiting: int
    unknown: int
    stuck_from: date
    """The day with which this one is compared to say who is stuck."""
    knows_stuck: bool
    """Whether anything is known of that day."""


def is_today(criteria: Criteria) -> bool:
    """Say whether the report stands on today."""
    return criteria.day == criteria.today


def read_readiness(criteria: Criteria) -> Read:
    """Return how ready everybody is on the report's day. InvalidError where too many would have to be computed."""
    people = _people(criteria)
    if not is_today(criteria) and criteria.as_of.known is Known.NOW:
        if len(people) > FEW:
            words = f"A past day as corrected since is computed for up to {FEW} people; choose as known then."
            raise InvalidError(words, field=KNOWN)
        _compute(people, criteria.day)
    else:
        _recorded(people, criteria)
        missing = {one.key: one for one in people.values() if not one.is_known}
        if is_today(criteria) and len(missing) <= FEW:
            _compute(missing, criteria.day)
    seen = _seen(criteria)
    unseen_from = criteria.day - timedelta(days=UNSEEN_DAYS)
    for one in people.values():
        one.is_unseen = one.key not in seen and (one.hired_on is None or one.hired_on <= unseen_from)
    before = stuck_since(criteria.day)
    knows_stuck = _mark_stuck(list(people.values()), criteria, before)
    for one in people.values():
        one.kind = one.asked()
    return Read(
        people=tuple(people.values()),
        teams={row[0]: row[1] for row in db.session.execute(select(Team.id, Team.name).order_by(Team.name, Team.id))},
        editions={one.id: one for one in list_editions()},
        waiting=_count_waiting(criteria) if is_today(criteria) else 0,
        unknown=sum(not one.is_known for one in people.values()),
        stuck_from=before,
        knows_stuck=knows_stuck,
    )


def counted(criteria: Criteria) -> list[ColumnElement[bool]]:
    """Return the conditions on people whom the viewer may count, and whose standing they may read."""
    viewer = criteria.viewer
    as_of = rows_as_of(criteria)
    return [
        here_on(as_of, is_past=as_of.known is Known.THEN),
        may_see(viewer, Permission.Aggregate.READ, Person.id),
        true() if viewer.is_command_line else visible_to(viewer.actor, Permission.Standing.READ, Person),
    ]


def _rows(statement: Any) -> Any:  # noqa: ANN401 - a statement, and its rows
    """Return narrow rows past what a session does to each of them."""
    return db.session.connection().execute(statement)


def _people(criteria: Criteria) -> dict[Key, Standing]:
    team = TeamMembership
    rows = _rows(
        select(key_of(Person.id), remembered(team.team_id), remembered(Person.hired_on))
        .select_from(Person)
        .outerjoin(team, and_(team.person_id == Person.id, held_as_of(team, rows_as_of(criteria))))
        .where(*counted(criteria))
        .order_by(Person.sort_name, Person.id)
    )
    return {row[0]: Standing(*row) for row in rows}


def names_of(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return what people are called."""
    rows = select(Person.id, Person.name).where(Person.id.in_(ids)).order_by(Person.sort_name, Person.id)
    return {row[0]: row[1] for row in db.session.execute(rows)}


# Standing -------------------------------------------------------------------------


def _recorded(people: Mapping[Key, Standing], criteria: Criteria) -> None:
    record = StandingRecord
    for one in people.values():
        one.is_known = False
    rows = _rows(
        select(
            key_of(record.person_id),
            remembered(record.ladder_version_id),
            record.held_level,
            remembered(record.held_since),
            record.target_level,
            remembered(record.verdict),
            record.blocking,
        )
        .where(is_last_record(criteria.day))
        .order_by(record.person_id, record.position)
    )
    for key, version_id, held, since, target, verdict, blocking in rows:
        if key not in people:
            continue
        one = people[key]
        one.is_known, one.version_id, one.held, one.since = True, version_id, held, since
        if target and target != held and verdict is not None:
            one.targets.append(Target(target, verdict, blocking))


def _compute(people: Mapping[Key, Standing], day: date) -> None:
    by_id = {as_id(key): one for key, one in people.items()}
    for person_id, found in computed_standings(list(by_id), day).items():
        one = by_id[person_id]
        one.is_known = True
        one.version_id = found.edition.id if found.edition else None
        one.held, one.since = found.held, found.held_since
        for target in found.targets:
            if target.target != found.held:
                groups = {said.expectation_id: said.group.value for said in target.expectations if said.is_blocking}
                text = " ".join(f"{groups[wanted]}:{wanted}" for wanted in target.blocking_ids)
                one.targets.append(Target(target.target, target.verdict, text))


def _count_waiting(criteria: Criteria) -> int:
    head = StandingHead
    rows = select(func.count()).select_from(head).where(~holds(criteria.day))
    if criteria.viewer.actor is not None:
        rows = rows.where(may_see(criteria.viewer, Permission.Aggregate.READ, head.person_id))
    return db.session.scalar(rows) or 0


# Not looked at --------------------------------------------------------------------


def _seen(criteria: Criteria) -> set[Key]:
    """Return about whom a line manager did something that leaves a trace in the last 90 days."""
    since = clock.moment(criteria.day - timedelta(days=UNSEEN_DAYS - 1), time())
    until = clock.moment(criteria.day + timedelta(days=1), time())
    return set(_rows(union(*_acts(since, until))).scalars())


def _acts(since: datetime, until: datetime) -> list[Any]:
    def lately(moment: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
        return and_(moment >= since, moment < until)

    rated, opened = Assessment.manager_submitted_at, Assessment.self_submitted_at
    return [
        select(key_of(Assessment.subject_id)).where(or_(lately(rated), and_(rated < until, lately(opened)))),
        select(key_of(Evidence.subject_id))
        .select_from(Evidence)
        .join(Claim, Claim.evidence_id == Evidence.id)
        .join(SettingAside, SettingAside.claim_id == Claim.id)
        .where(lately(SettingAside.set_at)),
        select(key_of(Evidence.subject_id))
        .select_from(Evidence)
        .join(Corroboration, Corroboration.evidence_id == Evidence.id)
        .where(Corroboration.was_line_manager.is_(True), lately(Corroboration.answered_at)),
        select(key_of(Waiver.subject_id)).where(lately(Waiver.manager_approved_at)),
    ]


# Stuck ----------------------------------------------------------------------------


def _mark_stuck(people: Sequence[Standing], criteria: Criteria, before: date) -> bool:
    """Mark who is stuck; say whether anything is known of the day with which this one is compared.

    Few are computed as the team board does it. Of many, the record of that day is read, as it was known then; whoever
    was on leave since is left out there, because leave moves the day.
    """
    asked = [one for one in people if one.since is not None and one.since <= before and one.targets]
    if not asked:
        return True
    if len(asked) <= FEW and (is_today(criteria) or criteria.as_of.known is Known.NOW):
        _mark_computed(asked, criteria.day)
        return True
    return _mark_recorded(asked, before, criteria.day)


def _mark_computed(asked: Sequence[Standing], day: date) -> None:
    facts = facts_of([one.person_id for one in asked], day)
    editions = {one.id: one for one in list_adopted(day)}
    for one in asked:
        edition = editions.get(one.version_id) if one.version_id else None
        known = facts[one.person_id]
        before = stuck_since(day, known.leaves)
        if edition is None or one.since is None or one.since > before:
            continue
        for target in one.targets:
            bar = bar_for(edition.ladder, target.level)
            target.is_stuck = is_stuck(report(bar, known, day), report(bar, known, before))


def _mark_recorded(asked: Sequence[Standing], before: date, day: date) -> bool:
    on_leave = select(key_of(Leave.person_id)).where(
        Leave.superseded_at.is_(None),
        Leave.starts_on <= day,
        or_(Leave.ends_on.is_(None), Leave.ends_on > before),
    )
    away = set(_rows(on_leave).scalars())
    then = {(row[0], row[1]): row[2] for row in _blocked_then(before)}
    for one in asked:
        if one.key in away:
            continue
        for target in one.targets:
            was = then.get((one.key, target.level), "")
            target.is_stuck = bool(was) and (was == target.text or ids_in(was) <= ids_in(target.text))
    return bool(then)


def _blocked_then(before: date) -> Iterator[Any]:
    record = StandingRecord
    rows = select(key_of(record.person_id), record.target_level, record.blocking).where(
        is_last_record(before), record.blocking != "", record.known_on <= before
    )
    yield from _rows(rows.order_by(record.person_id, record.position))


def ids_in(text: str) -> set[str]:
    """Return the expectations of what a record says of blockers.

    >>> sorted(ids_in("not_met:swe.coach-juniors unassessed:swe.quality-bar"))
    ['swe.coach-juniors', 'swe.quality-bar']
    """
    return set(text.replace(":", " ").split()[1::2])


# No opportunity -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoOpportunity:
    """An expectation that nobody shows: how many people it is demanded of, and how many had no opportunity."""

    edition: Edition
    expectation_id: str
    asked: int
    without: int


def without_opportunity(read: Read, criteria: Criteria) -> list[NoOpportunity]:
    """Return the expectations that block everybody of whom they are demanded, where a manager saw no opportunity.

    It rests on the latest revealed answers of managers, and on today: it is not kept for past days.
    """
    ways = Counter((one.version_id, *(target.level for target in one.targets)) for one in read.people if one.targets)
    asked: Counter[tuple[uuid.UUID, str]] = Counter()
    for (version_id, *levels), number in ways.items():
        edition = read.editions.get(version_id) if isinstance(version_id, uuid.UUID) else None
        if edition is not None:
            for name in {name for level in levels for name in _required(edition, str(level))}:
                asked[edition.id, name] += number
    blocked: Counter[tuple[uuid.UUID, str]] = Counter()
    for version_id in read.editions:
        texts = Counter(texts_of(one) for one in read.people if one.version_id == version_id and one.targets)
        for text, number in texts.items():
            for name in ids_in(text):
                blocked[version_id, name] += number
    shown_by_nobody = [key for key, number in blocked.items() if number == asked.get(key)]
    counts = _without(criteria, [name for _, name in shown_by_nobody])
    found = []
    for version_id, name in shown_by_nobody:
        edition = read.editions[version_id]
        if without := counts.get((edition.ladder.lineage, name)):
            found.append(NoOpportunity(edition, name, asked[version_id, name], without))
    return sorted(found, key=lambda one: (one.edition.ladder.title, one.expectation_id, str(one.edition.id)))


def texts_of(one: Standing) -> str:
    """Return what blocks somebody on any of their targets, as one text: many people share theirs."""
    return one.targets[0].text if len(one.targets) == 1 else " ".join(target.text for target in one.targets)


def _required(edition: Edition, level: str) -> list[str]:
    return [ask.expectation.id for ask in bar_for(edition.ladder, level).asks if ask.is_required]


def _without(criteria: Criteria, names: Collection[str]) -> dict[tuple[str, str], int]:
    if not names:
        return {}
    stored, head = StoredStanding, StandingHead
    rows = (
        select(head.lineage, stored.expectation_id, func.count(stored.person_id.distinct()))
        .join(head, head.person_id == stored.person_id)
        .where(
            stored.had_no_opportunity,
            stored.expectation_id.in_(names),
            stored.person_id.in_(select(Person.id).where(*counted(criteria))),
        )
        .group_by(head.lineage, stored.expectation_id)
    )
    return {(lineage, name): number for lineage, name, number in db.session.execute(rows) if lineage}
