"""Writing what an import has decided: rows by the thousand, without an object for each."""

from __future__ import annotations

import os
import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, update

from app.audit.actions import Author, Note, note_in
from app.audit.tags import Tag
from app.domain.roster import ChangeKind, Column
from app.domain.roster_company import NewPerson, NewTeam, PersonKey, TeamKey
from app.domain.roster_comparison import Comparison
from app.domain.roster_decisions import Decision
from app.domain.roster_rules import HALF, Outcome, Progress, counted, no_progress
from app.domain.roster_spans import Rewrite
from app.infra.bulk import BulkInsert
from app.infra.db import Model, db
from app.infra.unit_of_work import touch
from app.people.models import GroupMembership, LevelSpell, ManagerLink, Person, SpellReason, Team, TeamMembership
from app.people.queries import sort_key

IDS_AT_ONCE = 1024
DATED = ("id", "person_id", "starts_on", "ends_on")
VARIANTS = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
Row = dict[str, Any]
TAGS = {
    ChangeKind.ADDED: Tag.PERSON_ADDED,
    ChangeKind.CHANGED: Tag.PERSON_CHANGED,
    ChangeKind.LEAVER: Tag.PERSON_LEFT,
    ChangeKind.RETURNED: Tag.PERSON_RETURNED,
}


def write_decisions(outcome: Outcome, *, by: Author, at: datetime, progress: Progress = no_progress) -> None:
    """Write decisions into the running transaction, with one note for the audit for each person and each new team."""
    if outcome.comparison is None or not outcome.decisions:
        return
    _Writer(outcome.comparison, by, at).write(outcome, progress)


def _fresh_ids() -> Iterator[str]:
    """Yield random ids (version 4) as hex text, without asking the machine for chance a hundred thousand times."""
    while True:
        chance = os.urandom(16 * IDS_AT_ONCE).hex()
        for start in range(0, len(chance), 32):
            one = chance[start : start + 32]
            yield f"{one[:12]}4{one[13:16]}{VARIANTS[one[16]]}{one[17:]}"


class _Writer:
    """Gathers rows by table and writes them in portions."""

    def __init__(self, comparison: Comparison, by: Author, at: datetime) -> None:
        """Take what the decisions refer to, the author and the time."""
        self.comparison = comparison
        self.by = by
        self.at = at
        self.fresh = _fresh_ids()
        self.team_ids: dict[str, str] = {}
        self.person_ids: dict[str, str] = {}
        session = db.session()
        told = {"recorded_at": at, "recorded_by_id": by.person_id.hex if by.person_id else None, "superseded_at": None}
        self.teams = BulkInsert(session, TeamMembership, (*DATED, "team_id"), told)
        self.managers = BulkInsert(session, ManagerLink, (*DATED, "manager_id"), told)
        self.levels = BulkInsert(session, LevelSpell, (*DATED, "ladder", "level", "reason"), told)
        self.groups = BulkInsert(session, GroupMembership, (*DATED, "dimension", "value"), told)
        self.superseded: dict[type[Model], list[Row]] = defaultdict(list)

    def write(self, outcome: Outcome, progress: Progress) -> None:
        """Write teams first, then persons, then what holds of them, so that every reference finds its row."""
        self._write_teams()
        self._write_persons(outcome)
        self._supersede(outcome)
        for decision in counted(outcome.decisions, len(outcome.decisions), progress, first=HALF):
            self._dated(decision)
            self._note(decision)
        for table in (self.teams, self.managers, self.levels, self.groups):
            table.flush()

    # Writing ------------------------------------------------------------------

    def _write_teams(self) -> None:
        teams = BulkInsert(db.session(), Team, ("id", "name"), {"parent_id": None, "created_at": self.at})
        for folded, name in sorted(self.comparison.new_teams.items()):
            team_id = self.team_ids[folded] = next(self.fresh)
            teams.add(team_id, name)
            note_in(db.session(), Note(Tag.TEAM_ADDED, self.at, self.by, object_id=uuid.UUID(team_id)))
        teams.flush()

    def _write_persons(self, outcome: Outcome) -> None:
        """Change those who are known before adding others: an address may pass from one to another."""
        changed = [one for one in outcome.decisions if one.member is not None and one.person]
        moving = [one.member.id for one in changed if one.member is not None and Column.EMAIL in one.person]
        aside = update(_table(Person)).where(_table(Person).c.id == bindparam("row_id"))
        if moving:
            # Until all of them have moved, two people may want one address; nobody has such a stand-in.
            rows = [{"row_id": person_id, "stand_in": f"{person_id.hex}@import.invalid"} for person_id in moving]
            db.session.execute(aside.values(email=bindparam("stand_in")), rows)
        by_columns: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for one in changed:
            if one.member is not None:
                values: Row = {str(column): value for column, value in one.person.items()}
                if "name" in values:
                    values["sort_name"] = sort_key(values["name"])
                by_columns[tuple(sorted(values))].append(
                    {"row_id": one.member.id} | {f"new_{name}": value for name, value in values.items()}
                )
        for columns, rows in by_columns.items():
            values = {name: bindparam(f"new_{name}") for name in columns}
            db.session.execute(aside.values(version=_table(Person).c.version + 1, **values), rows)
        columns = ("id", "employee_id", "name", "sort_name", "email", "hired_on", "left_on")
        people = BulkInsert(db.session(), Person, columns, {"created_at": self.at, "version": 1})
        for one in outcome.decisions:
            if one.member is None:
                entry = one.entry
                own = self.person_ids[entry.employee_id] = next(self.fresh)
                names = (entry.name, sort_key(entry.name), entry.email)
                people.add(own, entry.employee_id, *names, entry.hired_on, entry.left_on)
        people.flush()

    def _supersede(self, outcome: Outcome) -> None:
        """Let every row that no longer holds leave the index of live rows before its successors enter it."""
        for one in outcome.decisions:
            rewrites: list[tuple[type[Model], Rewrite[Any] | None]] = [
                (TeamMembership, one.team), (ManagerLink, one.manager), (LevelSpell, one.level),
                *((GroupMembership, group) for group in one.groups),
            ]  # fmt: skip
            for table, rewrite in rewrites:
                if rewrite is not None:
                    self.superseded[table] += [{"row_id": row.id} for row in rewrite.superseded]
        for table, rows in self.superseded.items():
            columns = _table(table).c
            statement = update(_table(table)).where(columns.id == bindparam("row_id")).values(superseded_at=self.at)
            if rows:
                db.session.execute(statement, rows)

    # What holds for a time ----------------------------------------------------

    def _dated(self, decision: Decision) -> None:
        if decision.member is None:
            self._first(decision)
            return
        own = decision.member.id.hex
        if decision.level:
            touch(decision.member.id)
        for team in decision.team.written if decision.team else ():
            self.teams.add(next(self.fresh), own, team.starts_on, team.ends_on, self._team_id(team.value))
        for manager in decision.manager.written if decision.manager else ():
            self.managers.add(next(self.fresh), own, manager.starts_on, manager.ends_on, self._person_id(manager.value))
        for held in decision.level.written if decision.level else ():
            self.levels.add(next(self.fresh), own, held.starts_on, held.ends_on, *held.value)
        for group in decision.groups:
            for span in group.written:
                self.groups.add(next(self.fresh), own, span.starts_on, span.ends_on, *span.value)

    def _first(self, decision: Decision) -> None:
        entry, begins_on = decision.entry, decision.begins_on
        own = self.person_ids[entry.employee_id]
        if begins_on is not None:
            if entry.team:
                team_id = self._team_id(self.comparison.team_key(entry))
                self.teams.add(next(self.fresh), own, begins_on, None, team_id)
            for dimension, value in zip(self.comparison.dimensions, entry.groups, strict=True):
                if value:
                    self.groups.add(next(self.fresh), own, begins_on, None, dimension, value)
        if decision.reports_from is not None:
            manager_id = self._person_id(self.comparison.key_of(entry.manager))
            self.managers.add(next(self.fresh), own, decision.reports_from, None, manager_id)
        if entry.level_since is not None:
            level = (entry.lineage, entry.level, SpellReason.IMPORT)
            self.levels.add(next(self.fresh), own, entry.level_since, None, *level)

    def _team_id(self, key: TeamKey) -> str:
        return self.team_ids[key.folded] if isinstance(key, NewTeam) else key.hex

    def _person_id(self, key: PersonKey) -> str:
        return self.person_ids[key.employee_id] if isinstance(key, NewPerson) else key.hex

    # The record ---------------------------------------------------------------

    def _note(self, decision: Decision) -> None:
        member = decision.member
        person_id = uuid.UUID(self.person_ids[decision.entry.employee_id]) if member is None else member.id
        details: dict[str, Any] = {}
        if member is not None:
            details["fields"] = [change.column for change in decision.fields]
        left_on = decision.person.get(Column.LEFT_ON)
        if isinstance(left_on, date):
            details["left_on"] = left_on.isoformat()
        note_in(db.session(), Note(TAGS[decision.kind], self.at, self.by, person_id, person_id, details))


def _table(model: type[Model]) -> Table:
    return cast("Table", model.__table__)
