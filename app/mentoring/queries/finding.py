"""Who could mentor one person now, outside rounds: those who offer, have a place, and fit by the rules of matching.

Nobody is told why somebody else is not among them. Full, away, not offering, above or below in the line, on the
committee, excluded by either of the two: each is simply not there.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, tuple_

from app.access.relations import Fact, relations
from app.domain.matching import Hours, Mentee, Mentor, Parts, Pool, judge, shared_minutes, utc_hours
from app.domain.mentorship import MAX_GOALS
from app.infra.clock import local
from app.infra.db import db
from app.infra.pagination import Page
from app.ladders.queries import level_marks
from app.mentoring.models import (
    MentoringCoordinator,
    MentoringExclusion,
    MentoringOffer,
    MentoringProfile,
    Mentorship,
)
from app.mentoring.queries.pairings import OPEN_BARS, Bar, select_bars
from app.mentoring.queries.profiles import held_by, offers_of_people, seekable, split_key, wishes_of
from app.people.models import LevelSpell, Person, TeamMembership
from app.people.queries.lines import managers_of, select_below_reports, select_reports
from app.people.queries.persons import holds_on, sort_key, works_here

NOT_POSSIBLE = "This pairing is not possible."
"""The one answer to everything that stands in the way of the other one, so that no cause can be told from another."""
PER_PAGE = 24


@dataclass(frozen=True, slots=True)
class FoundMentor:
    """Somebody who could mentor the reader: with which goals of theirs, and what the two share."""

    id: uuid.UUID
    name: str
    helps: tuple[str, ...]
    """Goals of the mentee, as `lineage:expectation`, in the mentee's own order."""
    minutes: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One person as the rules need them, from one statement."""

    id: uuid.UUID
    name: str
    profile: MentoringProfile
    lineage: str
    rank: int
    team: str | None
    taken: int
    is_in_line: bool
    is_judge: bool
    is_shut: bool
    has_failed: bool
    has_mentor: bool

    @property
    def hours(self) -> tuple[int, int, ZoneInfo]:
        """Return the hours as they were said."""
        return self.profile.works_from, self.profile.works_until, ZoneInfo(self.profile.time_zone)

    @property
    def languages(self) -> frozenset[str]:
        """Return the codes of the languages."""
        return frozenset(self.profile.languages.split())


def live_wishes(person_id: uuid.UUID) -> tuple[str, ...]:
    """Return the goals for which somebody seeks a mentor and which still keep them from the next level."""
    wishes = wishes_of(person_id)
    open_ones = set(seekable(person_id)) if wishes else set()
    return tuple(one for one in wishes if one in open_ones)[:MAX_GOALS]


def find_mentors(mentee_id: uuid.UUID, goals: Sequence[str], *, on: date) -> list[FoundMentor]:
    """Return everybody who could mentor somebody for some of their goals, by name.

    A number of queries that does not grow with the mentors.
    """
    if not goals:
        return []
    offering = select(MentoringOffer.person_id).where(
        tuple_(MentoringOffer.lineage, MentoringOffer.expectation_id).in_([split_key(one) for one in goals])
    )
    wanted = and_(MentoringProfile.person_id.in_(offering), MentoringProfile.mentors_since.is_not(None))
    return _fitting(mentee_id, _read(mentee_id, wanted, on=on, besides=None), goals, on=on)


def page_of(found: Sequence[FoundMentor], *, goal: str, words: str, page: int) -> Page[FoundMentor]:
    """Return one page of those who help with a goal and whose name has some words; empty words leave nobody out."""
    key = sort_key(words)
    rows = [one for one in found if (not goal or goal in one.helps) and (not key or key in sort_key(one.name))]
    page = min(page, max(1, -(-len(rows) // PER_PAGE)))
    return Page(rows[(page - 1) * PER_PAGE : page * PER_PAGE], page, len(rows), PER_PAGE)


def find_mentor(
    mentee_id: uuid.UUID,
    mentor_id: uuid.UUID,
    goals: Sequence[str],
    *,
    on: date,
    besides: uuid.UUID | None = None,
) -> FoundMentor | None:
    """Return one mentor as `find_mentors` would list them; None where they are not in that list, for any reason.

    `besides` is the mentorship that is being made up their minds about: it does not stand in its own way.
    """
    rows = _read(mentee_id, MentoringProfile.person_id == mentor_id, on=on, besides=besides)
    return next(iter(_fitting(mentee_id, rows, goals, on=on)), None)


def is_possible(mentorship: Mentorship, goals: Sequence[str], *, on: date) -> bool:
    """Say whether the two of a request or proposal may be a pair now, by the rules of matching."""
    found = find_mentor(mentorship.mentee_id, mentorship.mentor_id, goals, on=on, besides=mentorship.id)
    return found is not None


def is_cross_ladder(mentorship: Mentorship, *, on: date) -> bool:
    """Say whether the two stand on different ladders on a day."""
    ids = (mentorship.mentee_id, mentorship.mentor_id)
    rows = db.session.scalars(
        select(LevelSpell.ladder).where(LevelSpell.person_id.in_(ids), holds_on(LevelSpell, on)).distinct()
    )
    return len(rows.all()) > 1


def list_coordinators() -> Sequence[str]:
    """Return who coordinates mentoring now, by name: whom to tell when nobody offers what one seeks."""
    rows = (
        select(Person.name)
        .join(MentoringCoordinator, MentoringCoordinator.person_id == Person.id)
        .where(MentoringCoordinator.ended_at.is_(None))
    )
    return db.session.scalars(rows.order_by(Person.sort_name, Person.id)).all()


def shared_hours(one: MentoringProfile | None, other: MentoringProfile | None, on: date) -> int:
    """Return how many minutes of a day two people both work; 0 where one of them has not said their hours."""
    return shared_minutes(_hours(one, on), _hours(other, on)) if one is not None and other is not None else 0


def shared_languages(one: MentoringProfile | None, other: MentoringProfile | None) -> tuple[str, ...]:
    """Return the codes of the languages that two people share, in order."""
    if one is None or other is None:
        return ()
    return tuple(sorted(set(one.languages.split()) & set(other.languages.split())))


def _hours(profile: MentoringProfile, on: date) -> Hours:
    return utc_hours(profile.works_from, profile.works_until, ZoneInfo(profile.time_zone), on)


def _fitting(mentee_id: uuid.UUID, rows: Iterable[_Row], goals: Sequence[str], *, on: date) -> list[FoundMentor]:
    by_id = {one.id: one for one in rows}
    mentee = by_id.pop(mentee_id, None)
    if mentee is None:
        return []
    offers = offers_of_people(by_id)
    held = held_by(list(offers))
    seeking = _as_mentee(mentee, goals, on)
    found = []
    for one in by_id.values():
        holds = offers.get(one.id, frozenset()) & held.get(one.id, frozenset())
        mentor = _as_mentor(one, holds, mentee_id, on)
        pair = frozenset({(mentor.id, seeking.id)})
        pool = Pool(
            (seeking,),
            (mentor,),
            chain=pair if one.is_in_line else frozenset(),
            judges=pair if one.is_judge else frozenset(),
            failed=pair if one.has_failed else frozenset(),
        )
        if isinstance(judge(pool, seeking, mentor), Parts):
            helps = tuple(goal for goal in goals if goal in holds)
            minutes = shared_minutes(seeking.hours, mentor.hours)
            found.append(FoundMentor(one.id, one.name, helps, minutes, tuple(sorted(one.languages & mentee.languages))))
    return found


def _as_mentee(one: _Row, goals: Sequence[str], on: date) -> Mentee:
    since = one.profile.seeks_since
    return Mentee(
        id=str(one.id),
        rank=one.rank,
        ladder=one.lineage,
        team=one.team,
        waiting_since=local(since).date() if since else on,
        goals=tuple(goals),
        hours=utc_hours(*one.hours, on),
        languages=one.languages,
        is_open=since is not None and not one.has_mentor,
    )


def _as_mentor(one: _Row, holds: frozenset[str], mentee_id: uuid.UUID, on: date) -> Mentor:
    until = one.profile.paused_until
    return Mentor(
        id=str(one.id),
        rank=one.rank,
        ladder=one.lineage,
        team=one.team,
        capacity=one.profile.capacity,
        taken=one.taken,
        holds=holds,
        hours=utc_hours(*one.hours, on),
        languages=one.languages,
        excludes=frozenset({str(mentee_id)}) if one.is_shut else frozenset(),
        is_open=one.profile.mentors_since is not None,
        is_available=until is None or until <= on,
    )


def _read(mentee_id: uuid.UUID, wanted: ColumnElement[bool], *, on: date, besides: uuid.UUID | None) -> list[_Row]:
    """Return the mentee and whoever is wanted, by name, with what stands between them; who has no level is left out."""
    marks, above = level_marks(), set(managers_of(mentee_id))
    rows = db.session.execute(_statement(mentee_id, wanted, on, besides))
    return [
        _Row(
            id=row.id,
            name=row.name,
            profile=row[0],
            lineage=row.ladder,
            rank=mark.rank,
            team=str(row.team_id) if row.team_id else None,
            taken=row.taken,
            is_in_line=row.is_below or row.id in above,
            is_judge=row.is_judge,
            is_shut=row.is_shut,
            has_failed=row.has_failed,
            has_mentor=row.has_mentor,
        )
        for row in rows
        if (mark := marks.get((row.ladder, row.level))) is not None
    ]


def _statement(mentee_id: uuid.UUID, wanted: ColumnElement[bool], on: date, besides: uuid.UUID | None) -> Select[Any]:
    taken = (
        select(func.count())
        .select_from(Mentorship)
        .where(Mentorship.mentor_id == Person.id, Mentorship.is_underway)
        .correlate(Person)
        .scalar_subquery()
    )
    is_below = or_(Person.id.in_(select_reports(mentee_id)), Person.id.in_(select_below_reports(mentee_id)))
    return (
        select(
            MentoringProfile,
            Person.id,
            Person.name,
            LevelSpell.ladder,
            LevelSpell.level,
            TeamMembership.team_id,
            taken.label("taken"),
            is_below.label("is_below"),
            _judges(mentee_id).label("is_judge"),
            or_(_is_shut(mentee_id), _is_barred(mentee_id, on, besides, Bar.DECLINED)).label("is_shut"),
            _is_barred(mentee_id, on, besides, *OPEN_BARS).label("has_failed"),
            exists().where(Mentorship.mentee_id == Person.id, Mentorship.is_underway).label("has_mentor"),
        )
        .join(Person, Person.id == MentoringProfile.person_id)
        .join(LevelSpell, and_(LevelSpell.person_id == Person.id, holds_on(LevelSpell, on)))
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, on)))
        .where(works_here(on), or_(wanted, Person.id == mentee_id))
        .order_by(Person.sort_name, Person.id)
    )


def _judges(mentee_id: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition that a person sits on the committee of a running cycle with a case of the mentee."""
    relation = relations.between_people.get(Fact.JUDGES)
    if relation is None or relation.pairs is None:
        return false()
    judging = relation.pairs().subquery()
    return Person.id.in_(select(judging.c[0]).where(judging.c[1] == mentee_id))


def _is_shut(mentee_id: uuid.UUID) -> ColumnElement[bool]:
    row = MentoringExclusion
    return exists().where(
        or_(
            and_(row.person_id == mentee_id, row.other_id == Person.id),
            and_(row.other_id == mentee_id, row.person_id == Person.id),
        )
    )


def _is_barred(mentee_id: uuid.UUID, on: date, besides: uuid.UUID | None, *kinds: Bar) -> ColumnElement[bool]:
    """Return the condition that something between the two bars them, either way round, as in rounds."""
    bars = select_bars(on).where(Mentorship.id != besides) if besides is not None else select_bars(on)
    found = bars.subquery()
    pair = or_(
        and_(found.c.mentee_id == mentee_id, found.c.mentor_id == Person.id),
        and_(found.c.mentor_id == mentee_id, found.c.mentee_id == Person.id),
    )
    return exists().where(found.c.bar.in_(kinds), pair)


def profiles_of(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, MentoringProfile]:
    """Return the profiles of people; nobody for who has none."""
    rows = select(MentoringProfile).where(MentoringProfile.person_id.in_(person_ids))
    return {row.person_id: row for row in db.session.scalars(rows.order_by(MentoringProfile.person_id))}
