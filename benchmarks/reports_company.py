"""A large company for measuring reports: teams, reporting lines, offices, and careers of several levels."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LADDER = "software-engineer"
TOP = 4
A_TEAM, REPORTS_EACH, ONE_LEAVES_OF = 20, 10, 17
OFFICES = ("Berlin", "Lagos", "Oslo", "Porto")


def fill(url: str, people: int) -> int:
    """Write the company into an empty, migrated database with a ladder; return the rows of what holds for a time.

    Everything was recorded on the day on which it began, so that stays are in sight from their first day. Half of the
    people were promoted once or more, one in seventeen has left. There are no cases of promotion and no mentoring.
    """
    from app.infra.db import writing

    engine = create_engine(url)
    with writing(), Session(engine) as session:
        rows = _Company(session).write(people)
        session.commit()
    if url.startswith("postgresql"):
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    engine.dispose()
    return rows


class _Company:
    """Writes people with what holds of them, always the same."""

    def __init__(self, session: Session) -> None:
        """Prepare the inserts."""
        from app.infra.bulk import BulkInsert
        from app.people.models import GroupMembership, LevelSpell, ManagerLink, Person, Team, TeamMembership

        self.chance = random.Random(20261121)
        self.rows = 0
        dated = ("id", "person_id", "starts_on", "ends_on", "recorded_at", "superseded_at")
        self.teams = BulkInsert(session, Team, ("id", "name"), {"created_at": NOW})
        self.people = BulkInsert(
            session,
            Person,
            ("id", "employee_id", "name", "sort_name", "email", "hired_on", "left_on", "created_at"),
            {"version": 1},
        )
        self.memberships = BulkInsert(session, TeamMembership, (*dated, "team_id"))
        self.managers = BulkInsert(session, ManagerLink, (*dated, "manager_id"))
        self.levels = BulkInsert(session, LevelSpell, (*dated, "level", "reason"), {"ladder": LADDER})
        self.groups = BulkInsert(session, GroupMembership, (*dated, "value"), {"dimension": "office"})

    def write(self, people: int) -> int:
        """Write so many people; return the rows."""
        teams = [self._id() for _ in range(max(1, people // A_TEAM))]
        own = [self._id() for _ in range(people)]
        for number, team in enumerate(teams):
            self.teams.add(team, f"Team {number:05}")
        self.teams.flush()
        days = [date(2017, 1, 2) + timedelta(days=self.chance.randrange(3400)) for _ in own]
        for number, (person, hired) in enumerate(zip(own, days, strict=True)):
            left = None
            if number % ONE_LEAVES_OF == ONE_LEAVES_OF - 1:
                left = min(hired + timedelta(days=self.chance.randrange(200, 1500)), TODAY - timedelta(days=1))
            name = f"person {number:06}"
            self.people.add(
                person, f"E{number:06}", name.title(), name, f"p{number}@larkspur.example", hired, left, _at(hired)
            )
        self.people.flush()
        for number, (person, hired) in enumerate(zip(own, days, strict=True)):
            manager = own[(number - 1) // REPORTS_EACH] if number else None
            self._hold(person, hired, teams[number % len(teams)], manager)
        for rows in (self.memberships, self.managers, self.levels, self.groups):
            rows.flush()
        return self.rows

    def _hold(self, person: str, first: date, team: str, manager: str | None) -> None:
        self._add(self.memberships, person, first, None, team)
        self._add(self.groups, person, first, None, self.chance.choice(OFFICES))
        if manager is not None:
            self._add(self.managers, person, first, None, manager)
        for level, starts_on, ends_on, reason in self._career(first):
            self._add(self.levels, person, starts_on, ends_on, level, reason)

    def _career(self, first: date) -> Iterator[tuple[str, date, date | None, str]]:
        rank, begin, reason = self.chance.choice((1, 1, 1, 2, 2, 3)), first, "hire"
        while True:
            end = begin + timedelta(days=self.chance.randrange(300, 2200))
            if rank == TOP or end >= TODAY:
                yield f"L{rank}", begin, None, reason
                return
            yield f"L{rank}", begin, end, reason
            begin, rank, reason = end, rank + 1, "promotion"

    def _add(self, table: object, person: str, starts_on: date, ends_on: date | None, *values: str) -> None:
        """Write a row as it came about: without an end first, and once it has ended a copy that says so."""
        begun = _at(starts_on)
        if ends_on is None:
            table.add(self._id(), person, starts_on, None, begun, None, *values)
            self.rows += 1
            return
        ended = _at(ends_on)
        table.add(self._id(), person, starts_on, None, begun, ended, *values)
        table.add(self._id(), person, starts_on, ends_on, ended, None, *values)
        self.rows += 2

    def _id(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"


def _at(day: date) -> datetime:
    return min(datetime.combine(day, time(9), UTC), NOW)
