"""The team board: direct reports by name, where each stands on the way to what follows, and when somebody last looked.

Everybody on it is somebody whose standing the reader may see; what is counted is counted among them alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Subquery, and_, exists, func, select, union_all
from sqlalchemy.orm import aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.assessment.models import Assessment, Waiver
from app.assessment.queries.facts import facts_of
from app.domain.bar import Bar, bar_for, next_targets
from app.domain.board import Question, is_close, is_stuck, is_unseen, stuck_since
from app.domain.ladder import Level
from app.domain.progression import Spell, held_on, last_spell_on_lineage
from app.domain.readiness import Facts, Readiness, report
from app.evidence.models import Claim, Corroboration, Evidence, SettingAside
from app.infra.clock import local
from app.infra.db import db
from app.ladders.queries import Edition, list_adopted
from app.people.models import Leave, ManagerLink, Person
from app.people.queries import has_not_left, holds_on, works_here


@dataclass(frozen=True, slots=True)
class BoardPerson:
    """One direct report as the board reads them.

    `is_on_leave` is known to the line manager and HR alone: for whoever else reads, it is False. `reports` counts whom
    they lead themselves.
    """

    id: uuid.UUID
    name: str
    hired_on: date | None
    is_on_leave: bool
    reports: int
    last_looked_on: date | None


@dataclass(frozen=True)
class Way:
    """Somebody's way to one level: the report of today, and whether they are close to it or stuck before it.

    At the top of a ladder it is the level held itself, and neither is asked.
    """

    report: Readiness
    is_top: bool
    is_close: bool = False
    is_stuck: bool = False


@dataclass(frozen=True)
class BoardRow:
    """One person of a board, with a way for each level that may follow; no `edition` and no way without a level."""

    person: BoardPerson
    facts: Facts
    edition: Edition | None
    held: Level | None
    held_since: date | None
    ways: tuple[Way, ...]
    questions: frozenset[Question] = field(default=frozenset())

    @property
    def is_unseen(self) -> bool:
        """Say whether no manager has looked at them for long."""
        return Question.UNSEEN in self.questions


@dataclass(frozen=True)
class Board:
    """The board of one person's direct reports on a day, in the order of names and in no other."""

    on: date
    rows: tuple[BoardRow, ...]

    def count(self, question: Question) -> int:
        """Return how many people a question is asked about."""
        return sum(question in row.questions for row in self.rows)

    def narrowed(self, question: Question | None) -> tuple[BoardRow, ...]:
        """Return those a question is asked about, or everybody, by name."""
        return tuple(row for row in self.rows if question is None or question in row.questions)


def board_of(actor: Actor, lead_id: uuid.UUID, on: date) -> Board:
    """Return the board of somebody's direct reports, as much of it as the actor may see, in a fixed number of queries.

    It works from the facts and not from the stored standing, because it compares today with a day half a year back.
    """
    people = _people(actor, lead_id, on)
    ids = [person.id for person in people]
    facts = facts_of(ids, on)
    adopted = {edition.ladder.lineage: edition for edition in list_adopted(on)} if ids else {}
    bars: dict[tuple[uuid.UUID, str], Bar] = {}
    return Board(on, tuple(_row(person, facts[person.id], adopted, bars, on) for person in people))


def _people(actor: Actor, lead_id: uuid.UUID, on: date) -> list[BoardPerson]:
    link, below = aliased(ManagerLink), aliased(ManagerLink)
    who = aliased(Person)
    is_away = exists().where(Leave.person_id == Person.id, holds_on(Leave, on))
    leads = (
        select(func.count())
        .select_from(below)
        .join(who, who.id == below.person_id)
        .where(below.manager_id == Person.id, holds_on(below, on), has_not_left(on, who))
        .scalar_subquery()
    )
    reports = select(ManagerLink.person_id).where(ManagerLink.manager_id == lead_id, holds_on(ManagerLink, on))
    looked = _looked_at(reports)
    rows = db.session.execute(
        select(
            Person.id,
            Person.name,
            Person.hired_on,
            and_(is_away, visible_to(actor, Permission.Person.READ_LEAVE, Person)),
            leads,
            looked.c.at,
        )
        .join(link, and_(link.person_id == Person.id, holds_on(link, on)))
        .outerjoin(looked, looked.c.person_id == Person.id)
        .where(link.manager_id == lead_id, works_here(on), visible_to(actor, Permission.Standing.READ, Person))
        .order_by(Person.sort_name, Person.id),
    )
    return [
        BoardPerson(row[0], row[1], row[2], bool(row[3]), row[4], local(row[5]).date() if row[5] else None)
        for row in rows
    ]


def _row(
    person: BoardPerson,
    facts: Facts,
    adopted: Mapping[str, Edition],
    bars: dict[tuple[uuid.UUID, str], Bar],
    on: date,
) -> BoardRow:
    spell = held_on(facts.spells, on)
    edition = adopted.get(spell.lineage) if spell else None
    held = _held(edition, spell)
    since = _since(facts, spell, on)
    ways = _ways(facts, edition, held, since, bars, on) if edition and held else ()
    questions = set()
    if any(way.is_close for way in ways):
        questions.add(Question.CLOSE)
    if ways and all(way.is_stuck for way in ways):
        questions.add(Question.STUCK)
    # Whoever is on no ladder cannot be rated, so that nobody owes them a look.
    if ways and is_unseen(person.last_looked_on, person.hired_on, on):
        questions.add(Question.UNSEEN)
    return BoardRow(person, facts, edition, held, since, ways, frozenset(questions))


def _held(edition: Edition | None, spell: Spell | None) -> Level | None:
    if edition is None or spell is None or not edition.ladder.has_level(spell.level):
        return None
    return edition.ladder.level(spell.level)


def _since(facts: Facts, spell: Spell | None, on: date) -> date | None:
    stay = last_spell_on_lineage(facts.spells, spell.lineage, on) if spell else None
    return stay.starts_on if stay else None


def _ways(
    facts: Facts,
    edition: Edition,
    held: Level,
    since: date | None,
    bars: dict[tuple[uuid.UUID, str], Bar],
    on: date,
) -> tuple[Way, ...]:
    def bar(level: str) -> Bar:
        key = edition.id, level
        if key not in bars:
            bars[key] = bar_for(edition.ladder, level)
        return bars[key]

    targets = next_targets(edition.ladder, held.id)
    if not targets:
        return (Way(report(bar(held.id), facts, on), is_top=True),)
    before = stuck_since(on, facts.leaves)
    was_held = since is not None and since <= before
    ways = []
    for target in targets:
        now = report(bar(target.id), facts, on)
        then = report(bar(target.id), facts, before) if was_held else None
        ways.append(Way(now, is_top=False, is_close=is_close(now), is_stuck=is_stuck(now, then)))
    return tuple(ways)


# When somebody last looked -------------------------------------------------------


def last_looked(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, date]:
    """Return the day of the last act of a line manager about each person; whom nobody has looked at is left out.

    Such acts are: a rating handed in, both sides opened with one in them, a piece set aside, an answer about a piece as
    line manager, a waiver approved. That a side is in is known to whoever may see the standing; what it says is not
    read.
    """
    if not person_ids:
        return {}
    looked = _looked_at(sorted(person_ids))
    rows = db.session.execute(select(looked.c.person_id, looked.c.at).order_by(looked.c.person_id))
    return {row[0]: local(row[1]).date() for row in rows}


def _looked_at(ids: Any) -> Subquery:  # noqa: ANN401 - ids, or a select of them
    """Return a table with the moment of the last look at each of some people."""
    acts = union_all(*_acts(ids)).subquery()
    return select(acts.c.person_id, func.max(acts.c.at).label("at")).group_by(acts.c.person_id).subquery()


def _acts(ids: Any) -> list[Select[uuid.UUID, datetime]]:  # noqa: ANN401 - as above
    rated, opened = Assessment.manager_submitted_at, Assessment.self_submitted_at
    about = select(Evidence.subject_id.label("person_id"))
    return [
        select(Assessment.subject_id.label("person_id"), rated.label("at")).where(
            Assessment.subject_id.in_(ids), rated.is_not(None)
        ),
        select(Assessment.subject_id, opened).where(
            Assessment.subject_id.in_(ids), rated.is_not(None), opened.is_not(None)
        ),
        about.add_columns(SettingAside.set_at)
        .join(Claim, Claim.evidence_id == Evidence.id)
        .join(SettingAside, SettingAside.claim_id == Claim.id)
        .where(Evidence.subject_id.in_(ids)),
        about.add_columns(Corroboration.answered_at)
        .join(Corroboration, Corroboration.evidence_id == Evidence.id)
        .where(
            Evidence.subject_id.in_(ids),
            Corroboration.was_line_manager.is_(True),
            Corroboration.answered_at.is_not(None),
        ),
        select(Waiver.subject_id, Waiver.manager_approved_at).where(
            Waiver.subject_id.in_(ids), Waiver.manager_approved_at.is_not(None)
        ),
    ]


def leads_somebody(person_id: uuid.UUID, on: date) -> bool:
    """Say whether anybody who works here reports to a person on a day."""
    link = select(ManagerLink.id).join(Person, Person.id == ManagerLink.person_id)
    found = link.where(ManagerLink.manager_id == person_id, holds_on(ManagerLink, on), works_here(on))
    return db.session.scalar(found.limit(1)) is not None
