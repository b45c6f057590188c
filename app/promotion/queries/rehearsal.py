"""The rehearsal of a cycle: what would go wrong if it ran with the people, committee and days of today.

It looks at everybody who could be nominated, not only at cases: before a cycle opens there are none.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil

from sqlalchemy import and_, func, literal, select, union_all

from app.access.relations import Fact, relations
from app.auth.models import Account
from app.domain.bar import next_targets
from app.domain.committee import CHAIN_LEVELS
from app.domain.promotion import CaseState, CycleState, out_of_order
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import counted, join_words, long_date, plural
from app.ladders.queries import list_adopted
from app.people.models import LevelSpell, ManagerLink, Person
from app.people.queries import holds_on, works_here
from app.policies.queries import value_of
from app.promotion.models import PromotionCase, PromotionCycle
from app.promotion.queries.chairing import has_second_approver, mover_of
from app.promotion.queries.cycles import SATURDAY, days_of, pinned_of
from app.promotion.queries.guards import cut_off_fault, missing_for
from app.promotion.queries.nominations import open_elsewhere
from app.promotion.queries.panels import ReviewerRank, ranks_of, serving
from app.promotion.wording import DEADLINE, GUARD

MOST_CASES = 8
"""Cases that one reviewer can do well in a cycle (house): two hours, at a quarter of an hour each."""
SHARE_NOMINATED = 4
"""One in so many of those who could be nominated is expected to be, before anybody is (house)."""
OLDEST_LIST = 7
"""Days after which somebody should look again at who could be nominated (house)."""
MOST_NAMED = 12
DAYS, COMMITTEE, PEOPLE, ELIGIBILITY, LADDERS, POLICIES = (
    "days",
    "committee",
    "people",
    "eligibility",
    "ladders",
    "policies",
)
"""Where a finding is mended; pages turn it into an address."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the rehearsal found: what, what to do, where, and about whom.

    `stops`: the cycle cannot open so. `people` are at most a few, by name; `more` says how many are left out.
    """

    title: str
    advice: str
    where: str
    stops: bool = False
    people: tuple[tuple[uuid.UUID, str], ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Possible:
    """Somebody who could be nominated for a level, and whoever of the committee could not review that."""

    person_id: uuid.UUID
    name: str
    target: str
    rank: int


@dataclass
class _Stage:
    """Everything that the checks look at, read once."""

    cycle: PromotionCycle
    on: date
    names: dict[uuid.UUID, str]
    held: dict[uuid.UUID, tuple[str, str]]
    managers: dict[uuid.UUID, uuid.UUID]
    members: list[uuid.UUID]
    ranks: Mapping[uuid.UUID, ReviewerRank]
    quorum: int
    panel_size: int
    possible: list[Possible] = field(default_factory=list)
    mentoring: dict[uuid.UUID, set[uuid.UUID]] = field(default_factory=dict)

    def is_recused(self, reviewer_id: uuid.UUID, candidate_id: uuid.UUID) -> bool:
        """Say whether what is known before any case recuses somebody: themselves, lines of two levels, mentoring."""
        chain, above = [], candidate_id
        for _ in range(CHAIN_LEVELS):
            above = self.managers.get(above, above)
            chain.append(above)
        return (
            reviewer_id == candidate_id
            or reviewer_id in chain
            or self.managers.get(reviewer_id) == candidate_id
            or candidate_id in self.mentoring.get(reviewer_id, set())
        )


def rehearse(cycle: PromotionCycle, on: date) -> list[Finding]:
    """Return what the rehearsal of a cycle finds on a day; first what keeps it from opening."""
    stage = _read(cycle, on)
    found = [
        *_guards(stage),
        *_days(stage),
        *_stale(stage),
        *_people(stage),
        *_open_elsewhere(stage),
        *_panels(stage),
        *_load(stage),
        *_chairs(stage),
    ]
    return sorted(found, key=lambda one: not one.stops)


def _read(cycle: PromotionCycle, on: date) -> _Stage:
    people = db.session.execute(
        select(Person.id, Person.name, LevelSpell.ladder, LevelSpell.level, ManagerLink.manager_id)
        .outerjoin(LevelSpell, and_(LevelSpell.person_id == Person.id, holds_on(LevelSpell, on)))
        .outerjoin(ManagerLink, and_(ManagerLink.person_id == Person.id, holds_on(ManagerLink, on)))
        .where(works_here(on))
        .order_by(Person.sort_name, Person.id)
    ).all()
    is_draft = cycle.state is CycleState.DRAFT
    quorum = int(value_of("promotion_quorum")) if is_draft else cycle.quorum
    wanted = int(value_of("promotion_panel_size")) if is_draft else cycle.panel_size
    members = [row.person_id for row in serving(cycle.id)]
    looked_at = [*members, *(one for one in (cycle.chair_id, cycle.deputy_id) if one)]
    stage = _Stage(
        cycle=cycle,
        on=on,
        names={row.id: row.name for row in people},
        held={row.id: (row.ladder, row.level) for row in people if row.level},
        managers={row.id: row.manager_id for row in people if row.manager_id},
        members=members,
        ranks=ranks_of(frozenset(members), on),
        quorum=quorum,
        panel_size=max(quorum, wanted),
        mentoring=_mentoring(looked_at),
    )
    stage.possible = _possible(stage)
    return stage


def _mentoring(members: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Return whom each of some people mentors or is mentored by, in one question however many they are."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {one: set() for one in members}
    relation = relations.between_people.get(Fact.MENTORS)
    if relation is None or not found:
        return found
    asked = (relation.subjects(one).add_columns(literal(one)) for one in found)
    for other, one in db.session.execute(union_all(*asked)):
        found[one].add(other)
    return found


def _possible(stage: _Stage) -> list[Possible]:
    """Return everybody who could be nominated, once for each level that comes next, by name."""
    ladders = {edition.ladder.lineage: edition.ladder for edition in pinned_of(stage.cycle.id)}
    return [
        Possible(person_id, stage.names[person_id], level.id, level.rank)
        for person_id, (lineage, held) in stage.held.items()
        if lineage in ladders and ladders[lineage].has_level(held)
        for level in next_targets(ladders[lineage], held)
    ]


def _finding(title: str, advice: str, where: str, people: Sequence[tuple[uuid.UUID, str]] = ()) -> Finding:
    named = tuple(people[:MOST_NAMED])
    return Finding(title, advice, where, people=named, more=len(people) - len(named))


# What keeps it from opening, and its days ------------------------------------------------

_WHERE = {
    "version_pinned": (LADDERS, "Pin the version of each ladder by which cases are judged."),
    "committees_named": (COMMITTEE, "Name a chair and enough members."),
    "dates_ordered": (DAYS, "Set every day, each later than the one before."),
    "eligibility_generated": (ELIGIBILITY, "Make the list, so that who is not nominated can be seen."),
}


def _guards(stage: _Stage) -> list[Finding]:
    if stage.cycle.state is not CycleState.DRAFT:
        return []
    found = []
    for line in missing_for(stage.cycle, stage.on):
        where, advice = _WHERE.get(line.guard.value, (DAYS, f"{GUARD[line.guard]}."))
        found.append(Finding(line.what, advice, where, stops=True))
    return found


_CUT_OFF_AHEAD = frozenset({CycleState.OPEN, CycleState.PACKETS})
"""Phases in which the cut-off cannot lie before the day of the packets; once they are in, it may come forward."""


def _days(stage: _Stage) -> list[Finding]:
    days, found = days_of(stage.cycle), []
    ahead = {name: day for name, day in days.items() if day is not None}
    cut_off = stage.cycle.evidence_until
    if cut_off is not None:
        ahead["evidence_until"] = cut_off
    weekend = [f"“{DEADLINE[name]}”, {day:%A} {long_date(day)}" for name, day in ahead.items() if _is_weekend(day)]
    if weekend:
        title = f"{counted(len(weekend), 'day falls', 'days fall')} on a weekend: {join_words(weekend)}"
        found.append(_finding(title, "Move it to a weekday, when people can still ask and answer.", DAYS))
    if stage.cycle.state is CycleState.DRAFT:
        past = [f"“{DEADLINE[name]}”, {long_date(day)}" for name, day in ahead.items() if day <= stage.on]
        if past:
            title = f"{counted(len(past), 'day is', 'days are')} not ahead of us: {join_words(past)}"
            found.append(_finding(title, "Move it, or nobody can meet it.", DAYS))
    elif out_of_order(days) or (stage.cycle.state in _CUT_OFF_AHEAD and cut_off_fault(stage.cycle)):
        found.append(_finding("The days are out of order", "Extend what comes too early.", DAYS))
    return found


def _is_weekend(day: date) -> bool:
    return day.weekday() >= SATURDAY


def _stale(stage: _Stage) -> list[Finding]:
    """Look whether what a draft pins and lists is still that of today."""
    if stage.cycle.state is not CycleState.DRAFT:
        return []
    found, adopted = [], {one.ladder.lineage: one for one in list_adopted(stage.on)}
    for pinned in pinned_of(stage.cycle.id):
        newest = adopted.get(pinned.ladder.lineage)
        if newest is not None and newest.id != pinned.id:
            title = f"{newest.name} is adopted today, and this cycle pins {pinned.ladder.version}"
            advice = "Pin the version of today, unless cases are meant to be judged by the other one."
            found.append(_finding(title, advice, LADDERS))
    listed_at = stage.cycle.eligibility_listed_at
    age = (stage.on - local(listed_at).date()).days if listed_at is not None else 0
    if age > OLDEST_LIST:
        title = f"The list of who could be nominated is {counted(age, 'day', 'days')} old"
        advice = "It is made anew when the cycle opens. Make it today, to read it before everybody else does."
        found.append(_finding(title, advice, ELIGIBILITY))
    return found


# People ----------------------------------------------------------------------------------


def _open_elsewhere(stage: _Stage) -> list[Finding]:
    if stage.cycle.state not in {CycleState.DRAFT, CycleState.OPEN}:
        return []
    running = {one.subject_id for one in open_elsewhere(stage.cycle, None)}
    people = _named(stage, (one for one in stage.names if one in running))
    if not people:
        return []
    title = f"{counted(len(people), 'person has', 'people have')} an open case in another cycle"
    advice = "They are told before they accept. Two cases for one step: let the other be decided, or withdrawn, first."
    return [_finding(title, advice, ELIGIBILITY, people)]


def _people(stage: _Stage) -> list[Finding]:
    found = []
    pinned = {edition.ladder.lineage for edition in pinned_of(stage.cycle.id)}
    levelless = _named(stage, (one for one in stage.names if one not in stage.held))
    if levelless:
        found.append(
            _finding(
                f"{counted(len(levelless), 'person holds', 'people hold')} no level of any ladder",
                "They cannot be nominated. Record the level of whoever should have one; managers and HR need none.",
                PEOPLE,
                levelless,
            )
        )
    elsewhere = _named(stage, (one for one, (lineage, _) in stage.held.items() if lineage not in pinned))
    if elsewhere and pinned:
        found.append(
            _finding(
                f"{counted(len(elsewhere), 'person is', 'people are')} on a ladder that this cycle does not pin",
                "They cannot be nominated. Pin their ladder too, if the cycle is meant for them.",
                LADDERS,
                elsewhere,
            )
        )
    could = {one.person_id for one in stage.possible}
    unmanaged = _named(stage, (one for one in stage.held if one in could and one not in stage.managers))
    if unmanaged:
        found.append(
            _finding(
                f"{counted(len(unmanaged), 'person', 'people')} who could be nominated "
                f"{plural(len(unmanaged), 'has', 'have')} no line manager",
                "Nobody could write the manager’s statement. Record whom they report to.",
                PEOPLE,
                unmanaged,
            )
        )
    return found


def _named(stage: _Stage, ids: Iterable[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    """Return people with their names; who works here stands by name already."""
    wanted = set(ids)
    return [(one, name) for one, name in stage.names.items() if one in wanted]


# Panels and load -------------------------------------------------------------------------


def _panels(stage: _Stage) -> list[Finding]:
    found, too_high = [], {}
    blocked: dict[uuid.UUID, str] = {}
    # Of a committee that is not named yet, that alone is said.
    for one in stage.possible if stage.members else ():
        able = [member for member in stage.members if stage.ranks[member].reaches(one.rank)]
        pool = [member for member in able if not stage.is_recused(member, one.person_id)]
        if len(able) < stage.quorum:
            too_high[one.target] = len(able)
        elif len(pool) < stage.quorum:
            blocked[one.person_id] = one.name
    for target, able_count in sorted(too_high.items()):
        title = (
            f"{counted(able_count, 'member', 'members')} of the committee may review cases for {target}, "
            f"and a quorum needs {stage.quorum}"
        )
        advice = "Name members who hold that level, set a review rank for somebody off the ladder, or name outsiders."
        found.append(_finding(title, advice, COMMITTEE))
    if blocked:
        found.append(
            _finding(
                f"Recusals leave no quorum for {counted(len(blocked), 'person', 'people')} who could be nominated",
                "Their managers, mentors or reports sit on the committee. Name more members from elsewhere.",
                COMMITTEE,
                list(blocked.items()),
            )
        )
    if stage.panel_size % 2 == 0:
        title = f"Panels have {stage.panel_size} reviewers, an even number"
        advice = "With an odd number there is always a middle rating. The number is a policy."
        found.append(_finding(title, advice, POLICIES))
    return found


def _load(stage: _Stage) -> list[Finding]:
    able = [one for one in stage.members if any(stage.ranks[one].reaches(goal.rank) for goal in stage.possible)]
    people = {one.person_id for one in stage.possible}
    if not able or not people:
        return []
    cases = _count_cases(stage.cycle.id)
    expected = cases or ceil(len(people) / SHARE_NOMINATED)
    each = ceil(expected * stage.panel_size / len(able))
    if each <= MOST_CASES:
        return []
    basis = (
        f"{counted(cases, 'case', 'cases')}"
        if cases
        else f"about {counted(expected, 'case', 'cases')}, if one in {SHARE_NOMINATED} of {len(people)} is nominated"
    )
    title = f"Each reviewer would have about {each} cases, and {MOST_CASES} can be done well"
    lacking = ceil(expected * stage.panel_size / MOST_CASES) - len(able)
    advice = (
        f"That is {basis}, with {stage.panel_size} reviewers each, shared by "
        f"{counted(len(able), 'member', 'members')}. {counted(lacking, 'more member', 'more members')} would do."
    )
    return [_finding(title, advice, COMMITTEE)]


def _count_cases(cycle_id: uuid.UUID) -> int:
    over = [state for state in CaseState if state.is_over]
    rows = select(func.count()).select_from(PromotionCase)
    return db.session.scalar(rows.where(PromotionCase.cycle_id == cycle_id, PromotionCase.state.not_in(over))) or 0


# The chair -------------------------------------------------------------------------------


def _chairs(stage: _Stage) -> list[Finding]:
    chair_id, deputy_id = stage.cycle.chair_id, stage.cycle.deputy_id
    found = []
    bare = _without_second_factor([one for one in (chair_id, deputy_id) if one])
    for person_id, office in ((chair_id, "chair"), (deputy_id, "deputy")):
        if person_id is not None and person_id in bare:
            name = bare[person_id]
            title = f"{name}, the {office}, has no second factor yet"
            advice = "They set one up at their next sign-in, and decide nothing before. Tell them."
            found.append(_finding(title, advice, COMMITTEE, [(person_id, name)]))
    if not has_second_approver(stage.cycle, stage.on):
        title = "Nobody of HR could be the second to approve the list of decisions"
        advice = (
            "Each of them chairs, is a candidate, has decided a case or takes no part in one. Let an administrator "
            "give somebody else the role HR, or name another chair or deputy."
        )
        found.append(_finding(title, advice, COMMITTEE))
    if chair_id is None:
        return found
    if mover_of(stage.cycle, stage.on) is None:
        title = "Nobody can make the moves of the chair: they have left or are a candidate, and no deputy can stand in"
        found.append(_finding(title, "Name another deputy.", COMMITTEE))
    recused = {one.person_id: one.name for one in stage.possible if stage.is_recused(chair_id, one.person_id)}
    if recused and deputy_id is None:
        title = f"The chair takes no part in the case of {counted(len(recused), 'person', 'people')}, and has no deputy"
        found.append(_finding(title, "Name a deputy from elsewhere.", COMMITTEE, list(recused.items())))
    elif recused and deputy_id is not None:
        both = {one: name for one, name in recused.items() if stage.is_recused(deputy_id, one)}
        if both:
            title = f"Neither chair nor deputy could take the case of {counted(len(both), 'person', 'people')}"
            found.append(_finding(title, "Name another deputy.", COMMITTEE, list(both.items())))
    return found


def _without_second_factor(people: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return those of some people who have set up no second factor, with their names."""
    rows = db.session.execute(
        select(Person.id, Person.name)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id.in_(people), Account.totp_confirmed_at.is_(None))
        .order_by(Person.id, Account.id)
    )
    return {row[0]: row[1] for row in rows}
