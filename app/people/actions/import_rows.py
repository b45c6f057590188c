"""Writing what an import has decided: rows by the thousand, without an object for each."""

from __future__ import annotations

import os
import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, update

from app.audit.actions import Author, Note, note_in
from app.audit.tags import Tag
from app.domain.roster import ChangeKind, Column
from app.domain.roster_company import Grouped, Held, NewPerson, NewTeam, PersonKey, TeamKey
from app.domain.roster_comparison import Comparison
from app.domain.roster_decisions import Decision
from app.domain.roster_rules import Outcome
from app.domain.roster_spans import Rewrite, Span
from app.infra.db import Model, db
from app.people.models import GroupMembership, LevelSpell, ManagerLink, Person, SpellReason, Team, TeamMembership
from app.people.queries import sort_key

CHUNK = 2000
IDS_AT_ONCE = 1024
Row = dict[str, Any]
TAGS = {
    ChangeKind.ADDED: Tag.PERSON_ADDED,
    ChangeKind.CHANGED: Tag.PERSON_CHANGED,
    ChangeKind.LEAVER: Tag.PERSON_LEFT,
    ChangeKind.RETURNED: Tag.PERSON_RETURNED,
}


def write_decisions(outcome: Outcome, *, by: Author, at: datetime) -> None:
    """Write decisions into the running transaction, with one note for the audit for each person and each new team."""
    if outcome.comparison is None or not outcome.decisions:
        return
    _Writer(outcome.comparison, by, at).write(outcome)


def _fresh_ids() -> Iterator[uuid.UUID]:
    """Yield random ids (version 4) without asking the machine for chance a hundred thousand times."""
    while True:
        chance = os.urandom(16 * IDS_AT_ONCE)
        for start in range(0, len(chance), 16):
            yield uuid.UUID(bytes=chance[start : start + 16], version=4)


class _Writer:
    """Gathers rows by table and writes them in portions."""

    def __init__(self, comparison: Comparison, by: Author, at: datetime) -> None:
        """Take what the decisions refer to, the author and the time."""
        self.comparison = comparison
        self.by = by
        self.at = at
        self.fresh = _fresh_ids()
        self.team_ids: dict[str, uuid.UUID] = {}
        self.person_ids: dict[str, uuid.UUID] = {}
        self.waiting: dict[type[Model], list[Row]] = defaultdict(list)
        self.superseded: dict[type[Model], list[Row]] = defaultdict(list)

    def write(self, outcome: Outcome) -> None:
        """Write teams first, then persons, then what holds of them, so that every reference finds its row."""
        self._write_teams()
        self._write_persons(outcome)
        self._supersede(outcome)
        for decision in outcome.decisions:
            self._dated(decision)
            self._note(decision)
            if len(self.waiting[LevelSpell]) >= CHUNK or len(self.waiting[GroupMembership]) >= CHUNK:
                self._flush()
        self._flush()

    # Writing ------------------------------------------------------------------

    def _flush(self) -> None:
        for table, rows in self.waiting.items():
            for start in range(0, len(rows), CHUNK):
                db.session.execute(insert(_table(table)), rows[start : start + CHUNK])
            rows.clear()

    def _write_teams(self) -> None:
        for folded, name in sorted(self.comparison.new_teams.items()):
            team_id = self.team_ids[folded] = next(self.fresh)
            self.waiting[Team].append({"id": team_id, "name": name, "parent_id": None, "created_at": self.at})
            note_in(db.session(), Note(Tag.TEAM_ADDED, self.at, self.by, object_id=team_id))
        self._flush()

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
        for one in outcome.decisions:
            if one.member is None:
                self._person(one)
                if len(self.waiting[Person]) >= CHUNK:
                    self._flush()
        self._flush()

    def _person(self, decision: Decision) -> None:
        entry = decision.entry
        person_id = self.person_ids[entry.employee_id] = next(self.fresh)
        self.waiting[Person].append(
            {
                "id": person_id,
                "employee_id": entry.employee_id,
                "name": entry.name,
                "sort_name": sort_key(entry.name),
                "email": entry.email,
                "hired_on": entry.hired_on,
                "left_on": entry.left_on,
                "created_at": self.at,
                "version": 1,
            },
        )

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
        person_id = decision.member.id
        for team in decision.team.written if decision.team else ():
            self._row(TeamMembership, person_id, team, team_id=self._team_id(team.value))
        for manager in decision.manager.written if decision.manager else ():
            self._row(ManagerLink, person_id, manager, manager_id=self._person_id(manager.value))
        for held in decision.level.written if decision.level else ():
            self._level(person_id, held)
        for group in decision.groups:
            for span in group.written:
                self._group(person_id, span)

    def _first(self, decision: Decision) -> None:
        entry, begins_on = decision.entry, decision.begins_on
        person_id = self.person_ids[entry.employee_id]
        if begins_on is not None:
            if entry.team:
                team = self._team_id(self.comparison.team_key(entry))
                self._row(TeamMembership, person_id, Span(None, begins_on, None), team_id=team)
            for dimension, value in zip(self.comparison.dimensions, entry.groups, strict=True):
                if value:
                    self._group(person_id, Span(Grouped(dimension, value), begins_on, None))
        if decision.reports_from is not None:
            manager = self._person_id(self.comparison.key_of(entry.manager))
            self._row(ManagerLink, person_id, Span(None, decision.reports_from, None), manager_id=manager)
        if entry.level_since is not None:
            held = Held(entry.lineage, entry.level, SpellReason.IMPORT)
            self._level(person_id, Span(held, entry.level_since, None))

    def _row(self, table: type[Model], person_id: uuid.UUID, span: Span[Any], **columns: Any) -> None:
        columns |= {
            "id": next(self.fresh),
            "person_id": person_id,
            "starts_on": span.starts_on,
            "ends_on": span.ends_on,
            "recorded_at": self.at,
            "recorded_by_id": self.by.person_id,
            "superseded_at": None,
        }
        self.waiting[table].append(columns)

    def _level(self, person_id: uuid.UUID, span: Span[Held]) -> None:
        held = span.value
        reason = SpellReason(held.reason)
        self._row(LevelSpell, person_id, span, ladder=held.lineage, level=held.level, reason=reason)

    def _group(self, person_id: uuid.UUID, span: Span[Grouped]) -> None:
        self._row(GroupMembership, person_id, span, dimension=span.value.dimension, value=span.value.value)

    def _team_id(self, key: TeamKey) -> uuid.UUID:
        return self.team_ids[key.folded] if isinstance(key, NewTeam) else key

    def _person_id(self, key: PersonKey) -> uuid.UUID:
        return self.person_ids[key.employee_id] if isinstance(key, NewPerson) else key

    # The record ---------------------------------------------------------------

    def _note(self, decision: Decision) -> None:
        member = decision.member
        person_id = self.person_ids[decision.entry.employee_id] if member is None else member.id
        details: dict[str, Any] = {}
        if member is not None:
            details["fields"] = [change.column for change in decision.fields]
        left_on = decision.person.get(Column.LEFT_ON)
        if isinstance(left_on, date):
            details["left_on"] = left_on.isoformat()
        note_in(db.session(), Note(TAGS[decision.kind], self.at, self.by, person_id, person_id, details))


def _table(model: type[Model]) -> Table:
    return cast("Table", model.__table__)
