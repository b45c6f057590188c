"""The pool of a round as the matching reads it, gathered in a fixed number of statements, whatever its size.

In it is everybody who has a mentoring profile and a level: as a mentee who seeks a mentor, has a goal and has none yet;
as a mentor always, also who does not offer now. So a count by reason never says whether somebody is excluded, sits on a
committee, or simply does not mentor.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Uuid, and_, cast, func, literal, null, or_, select, union_all

from app.access.relations import Fact, relations
from app.domain.matching import Hours, Mentee, Mentor, Pool, Weights, utc_hours
from app.domain.mentorship import MAX_GOALS, MentorshipState, PairSide
from app.infra.clock import local, today
from app.infra.db import db
from app.ladders.queries import LevelMark, level_marks
from app.mentoring.models import (
    ChoiceKind,
    MentoringExclusion,
    MentoringOffer,
    MentoringPreference,
    MentoringProfile,
    MentoringRound,
    MentoringWish,
    Mentorship,
    RoundChoice,
)
from app.mentoring.queries.pairings import OPEN_BARS, Bar, list_bars
from app.mentoring.queries.profiles import held_and_missing
from app.people.models import LevelSpell, ManagerLink, Person, Team, TeamMembership
from app.people.queries import holds_on, works_here

CHOICES = frozenset(kind.value for kind in ChoiceKind)
_NOBODY = cast(null(), Uuid)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the pool as pages show them. `key` is their id in the matching: the employee id, else their own."""

    id: uuid.UUID
    key: str
    name: str
    sort_name: str
    team: str
    team_key: str | None
    lineage: str
    mark: LevelMark
    profile: MentoringProfile
    taken: int = 0
    proposed: int = 0
    """How many proposals of rounds wait for an answer: each keeps a place until then."""
    wishes: tuple[str, ...] = ()
    offers: frozenset[str] = frozenset()

    @property
    def offers_now(self) -> bool:
        """Say whether they have opted in as a mentor."""
        return self.profile.mentors_since is not None

    @property
    def is_paused(self) -> bool:
        """Say whether they take on nobody today."""
        return self.profile.paused_until is not None and self.profile.paused_until > today()

    @property
    def free(self) -> int:
        """Return how many more mentees they have room for, paused or not."""
        return max(0, self.profile.capacity - self.taken - self.proposed)

    @property
    def order(self) -> tuple[str, str]:
        """Return the place in a list: by name, as all lists of people."""
        return self.sort_name, str(self.id)


@dataclass(frozen=True)
class Gathered:
    """A pool with the people in it. `mentees` are those in the matching; `aside` counts who seeks but cannot be in it.

    `aside` has the reasons `no_goal`, `no_level`, `has_mentor` and `has_proposal`. A goal that is met by now is none.
    """

    pool: Pool
    members: Mapping[str, Member]
    mentees: tuple[Member, ...]
    aside: Mapping[str, int] = field(default_factory=dict)

    @property
    def mentors(self) -> list[Member]:
        """Return who has opted in as a mentor, by name."""
        return sorted((one for one in self.members.values() if one.offers_now), key=lambda one: one.order)

    @property
    def available(self) -> list[Member]:
        """Return who takes on mentees today, by name."""
        return [one for one in self.mentors if one.free and not one.is_paused]

    @property
    def by_id(self) -> dict[uuid.UUID, Member]:
        """Return the people of the pool by their own id."""
        return {one.id: one for one in self.members.values()}


@dataclass(frozen=True, slots=True)
class _Said:
    """What people say of themselves, by person: goals, offers, whom they name, whom they exclude.

    `choices` are the live pins and bans of the round, mentor and mentee.
    """

    wishes: Mapping[uuid.UUID, list[str]]
    offers: Mapping[uuid.UUID, set[str]]
    names: Mapping[tuple[PairSide, uuid.UUID], set[uuid.UUID]]
    excludes: Mapping[uuid.UUID, set[uuid.UUID]]
    choices: Mapping[ChoiceKind, set[tuple[uuid.UUID, uuid.UUID]]]


def weights_of(row: MentoringRound) -> Weights:
    """Return the weights of a round as the rules take them."""
    return Weights(
        goals=row.goals_weight,
        level=row.level_weight,
        team=row.team_weight,
        hours=row.hours_weight,
        preference=row.preference_weight,
        load=row.load_weight,
    )


def gather(row: MentoringRound) -> Gathered:
    """Return the pool of a round as it is today, with the coordinator's pins and bans."""
    day = today()
    said = _read_said(row.id)
    bars = list_bars(day)
    members, without_level = _read_members(day, said, bars)
    held, missing = held_and_missing(
        [one.id for one in members if one.offers_now],
        [one.id for one in members if one.profile.seeks_since is not None],
    )
    members = [_with_live_goals(one, missing.get(one.id, ())) for one in members]
    keys = {one.id: one.key for one in members}
    seeking = [one for one in members if one.profile.seeks_since is not None]
    mentees, aside = _in_the_matching(seeking, bars)
    for mentee_id, mentor_id, bar in bars:
        # Nobody but the two may learn why somebody declined: it counts as an exclusion, whose words it shares.
        if bar is Bar.DECLINED:
            said.excludes[mentee_id].add(mentor_id)

    def known(ids: Iterable[uuid.UUID]) -> frozenset[str]:
        return frozenset(keys[one] for one in ids if one in keys)

    hours = {one.id: hours_of(one.profile, day) for one in members}

    def chosen(kind: ChoiceKind) -> frozenset[tuple[str, str]]:
        return frozenset((keys[one], keys[two]) for one, two in said.choices[kind] if one in keys and two in keys)

    pool = Pool(
        mentees=tuple(
            Mentee(
                id=one.key,
                rank=one.mark.rank,
                ladder=one.lineage,
                team=one.team_key,
                waiting_since=local(one.profile.seeks_since).date() if one.profile.seeks_since else day,
                goals=one.wishes,
                hours=hours[one.id],
                languages=frozenset(one.profile.languages.split()),
                names=known(said.names[PairSide.MENTEE, one.id]),
                excludes=known(said.excludes[one.id]),
                is_open=True,
            )
            for one in mentees
        ),
        mentors=tuple(
            Mentor(
                id=one.key,
                rank=one.mark.rank,
                ladder=one.lineage,
                team=one.team_key,
                capacity=one.profile.capacity,
                taken=one.taken + one.proposed,
                holds=frozenset(one.offers & held.get(one.id, frozenset())),
                hours=hours[one.id],
                languages=frozenset(one.profile.languages.split()),
                names=known(said.names[PairSide.MENTOR, one.id]),
                excludes=known(said.excludes[one.id]),
                is_open=one.offers_now,
                is_available=not one.is_paused,
            )
            for one in members
        ),
        weights=weights_of(row),
        chain=_chain(day, keys),
        judges=_judging(keys),
        failed=frozenset(
            (keys[first], keys[second])
            for mentee, mentor, bar in bars
            for first, second in ((mentor, mentee), (mentee, mentor))
            if bar in OPEN_BARS and first in keys and second in keys
        ),
        banned=chosen(ChoiceKind.BAN),
        pinned=chosen(ChoiceKind.PIN),
    )
    return Gathered(
        pool,
        {one.key: one for one in members},
        tuple(sorted(mentees, key=lambda one: one.order)),
        {**aside, "no_level": without_level},
    )


def _with_live_goals(one: Member, missing: Iterable[str]) -> Member:
    """Return somebody with those of their goals that still keep them from the next level, in their own order."""
    still = frozenset(missing)
    return replace(one, wishes=tuple(goal for goal in one.wishes if goal in still)[:MAX_GOALS])


def _in_the_matching(
    seeking: Iterable[Member], bars: Iterable[tuple[uuid.UUID, uuid.UUID, Bar]]
) -> tuple[list[Member], dict[str, int]]:
    """Return who of those who seek is matched, and how many are not, by the first reason that applies."""
    paired = {mentee for mentee, _, bar in bars if bar is Bar.UNDERWAY}
    proposed = {mentee for mentee, _, bar in bars if bar is Bar.PROPOSED}
    aside = {"has_mentor": 0, "has_proposal": 0, "no_goal": 0}
    mentees = []
    for one in seeking:
        if one.id in paired:
            aside["has_mentor"] += 1
        elif one.id in proposed:
            aside["has_proposal"] += 1
        elif not one.wishes:
            aside["no_goal"] += 1
        else:
            mentees.append(one)
    return mentees, aside


def hours_of(profile: MentoringProfile, day: date) -> Hours:
    """Return somebody's working hours as minutes of a day in UTC, with the clock as it stands on a day."""
    return utc_hours(profile.works_from, profile.works_until, ZoneInfo(profile.time_zone), day)


def digest_of(pool: Pool) -> str:
    """Return the SHA-256 of a pool, the same whatever order its rows came in."""
    content = {
        "mentees": [_plain(one) for one in sorted(pool.mentees, key=lambda one: one.id)],
        "mentors": [_plain(one) for one in sorted(pool.mentors, key=lambda one: one.id)],
        "weights": _plain(pool.weights),
        **{name: sorted(getattr(pool, name)) for name in ("chain", "judges", "failed", "banned", "pinned")},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _plain(value: Any) -> dict[str, Any]:  # noqa: ANN401 - one of the frozen values of the rules
    return {name: _plain_value(getattr(value, name)) for name in value.__dataclass_fields__}


def _plain_value(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    return _plain(value) if hasattr(value, "__dataclass_fields__") else value


# What the tables say ---------------------------------------------------------------------


def _read_members(day: date, said: _Said, bars: Iterable[tuple[uuid.UUID, uuid.UUID, Bar]]) -> tuple[list[Member], int]:
    """Return everybody with a profile and a level, by name, and how many seek a mentor without a level."""
    taken = Counter(mentor for _, mentor, bar in bars if bar is Bar.UNDERWAY)
    proposed = Counter(mentor for _, mentor, bar in bars if bar is Bar.PROPOSED)
    marks, members, without = level_marks(), [], 0
    rows = db.session.execute(
        select(
            MentoringProfile,
            Person.id,
            Person.employee_id,
            Person.name,
            Person.sort_name,
            LevelSpell.ladder,
            LevelSpell.level,
            Team.id.label("team_id"),
            Team.name.label("team_name"),
        )
        .join(Person, Person.id == MentoringProfile.person_id)
        .outerjoin(LevelSpell, and_(LevelSpell.person_id == Person.id, holds_on(LevelSpell, day)))
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, day)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .where(works_here(day))
        .order_by(Person.sort_name, Person.id)
    )
    for row in rows:
        mark = marks.get((row.ladder, row.level))
        if mark is None:
            without += row[0].seeks_since is not None
            continue
        members.append(
            Member(
                id=row.id,
                key=row.employee_id or str(row.id),
                name=row.name,
                sort_name=row.sort_name,
                team=row.team_name or "",
                team_key=str(row.team_id) if row.team_id else None,
                lineage=row.ladder,
                mark=mark,
                profile=row[0],
                taken=taken[row.id],
                proposed=proposed[row.id],
                wishes=tuple(said.wishes[row.id]),
                offers=frozenset(said.offers[row.id]),
            )
        )
    return members, without


def _read_said(round_id: uuid.UUID) -> _Said:
    """Return what everybody says of themselves, and what is set by hand in a round, in one statement."""
    rows = union_all(
        select(
            literal("wish").label("kind"),
            MentoringWish.person_id.label("person_id"),
            _NOBODY.label("other_id"),
            _goal(MentoringWish).label("goal"),
            MentoringWish.position.label("position"),
        ),
        select(literal("offer"), MentoringOffer.person_id, _NOBODY, _goal(MentoringOffer), literal(0)),
        # The side is stored as its value.
        select(
            func.lower(MentoringPreference.side),
            MentoringPreference.person_id,
            MentoringPreference.other_id,
            literal(""),
            literal(0),
        ),
        select(
            literal("exclusion"), MentoringExclusion.person_id, MentoringExclusion.other_id, literal(""), literal(0)
        ),
        select(
            func.lower(RoundChoice.kind), RoundChoice.mentor_id, RoundChoice.mentee_id, literal(""), literal(0)
        ).where(RoundChoice.round_id == round_id, RoundChoice.ended_at.is_(None)),
    ).subquery()
    said = _Said(defaultdict(list), defaultdict(set), defaultdict(set), defaultdict(set), defaultdict(set))
    for kind, person_id, other_id, goal, _ in db.session.execute(
        select(rows).order_by(rows.c.kind, rows.c.person_id, rows.c.position, rows.c.goal, rows.c.other_id)
    ):
        if kind == "wish":
            said.wishes[person_id].append(goal)
        elif kind == "offer":
            said.offers[person_id].add(goal)
        elif kind == "exclusion":
            said.excludes[person_id].add(other_id)
        elif kind in CHOICES:
            said.choices[ChoiceKind(kind)].add((person_id, other_id))
        else:
            said.names[PairSide(kind), person_id].add(other_id)
    return said


def _goal(table: Any) -> Any:  # noqa: ANN401 - either table, and what SQLAlchemy makes of its columns
    return table.lineage + literal(":") + table.expectation_id


def _chain(day: date, keys: Mapping[uuid.UUID, str]) -> frozenset[tuple[str, str]]:
    """Return mentor and mentee of every two of the pool of whom one stands above the other, either way round."""
    above = {
        row[0]: row[1]
        for row in db.session.execute(
            select(ManagerLink.person_id, ManagerLink.manager_id)
            .where(holds_on(ManagerLink, day))
            .order_by(ManagerLink.person_id, ManagerLink.starts_on)
        )
    }
    found = set()
    for person_id, key in keys.items():
        seen, manager = {person_id}, above.get(person_id)
        while manager is not None and manager not in seen:
            seen.add(manager)
            if manager in keys:
                found |= {(key, keys[manager]), (keys[manager], key)}
            manager = above.get(manager)
    return frozenset(found)


def _judging(keys: Mapping[uuid.UUID, str]) -> frozenset[tuple[str, str]]:
    """Return who sits on the committee of a running cycle, and whose case it may judge; as recusal reads it."""
    judges = relations.between_people.get(Fact.JUDGES)
    if judges is None or judges.pairs is None:
        return frozenset()
    rows = db.session.execute(judges.pairs())
    return frozenset((keys[row[0]], keys[row[1]]) for row in rows if row[0] in keys and row[1] in keys)


# What has changed since ------------------------------------------------------------------


def count_pool(at: datetime) -> dict[str, int]:
    """Return a few counts of the pool in one statement, by which a page says what has changed since a run.

    Only what a coordinator sees in the pool is counted: nothing private can be read from a difference.
    """
    day = local(at).date()
    working = select(Person.id).where(works_here(day)).correlate(None)
    is_here = MentoringProfile.person_id.in_(working)
    offers = and_(is_here, MentoringProfile.mentors_since.is_not(None))
    is_back = or_(MentoringProfile.paused_until.is_(None), MentoringProfile.paused_until <= day)
    takes = and_(offers, is_back)

    def number(table: Any, *where: Any, of: Any = None) -> Any:  # noqa: ANN401 - a count over any table
        return select(func.coalesce(of if of is not None else func.count(), 0)).select_from(table).where(*where)

    columns = {
        "seeking": number(MentoringProfile, is_here, MentoringProfile.seeks_since.is_not(None)),
        "offering": number(MentoringProfile, takes),
        "places": number(MentoringProfile, takes, of=func.sum(MentoringProfile.capacity)),
        "goals": number(MentoringWish),
        "offers": number(MentoringOffer),
        "pairs": number(Mentorship, Mentorship.is_underway),
        "proposals": number(
            Mentorship,
            Mentorship.state == MentorshipState.PROPOSED,
            Mentorship.round_id.is_not(None),
            Mentorship.answer_by >= day,
        ),
    }
    row = db.session.execute(select(*(one.scalar_subquery().label(name) for name, one in columns.items()))).one()
    return {name: int(value) for name, value in zip(columns, row, strict=True)}
