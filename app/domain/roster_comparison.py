"""One row of a people file beside what is known of its person: what changes, and what contradicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from app.domain.roster import GROUP_PREFIX, ChangeKind, Column, FieldChange
from app.domain.roster_cells import Entry, RowReader
from app.domain.roster_company import (
    Company,
    Grouped,
    Member,
    NewPerson,
    NewTeam,
    PersonKey,
    Stored,
    TeamKey,
    fold_name,
)
from app.domain.roster_dates import in_words, last_day
from app.domain.roster_decisions import Decision, FirstFields
from app.domain.roster_header import LEVEL_COLUMNS, Layout
from app.domain.roster_levels import Claimed, compare_level
from app.domain.roster_spans import Value, changed_since, end_from, held_on, set_from

LATER = "choose a later day for the changes, or change it on the person's page."


class Comparison:
    """Compares rows with the company, each for itself; what they say of each other is looked up here."""

    def __init__(
        self,
        layout: Layout,
        company: Company,
        entries: Sequence[Entry],
        reader: RowReader,
        *,
        from_on: date,
        today: date,
    ) -> None:
        """Take the file as it was read, and the company."""
        self.layout = layout
        self.company = company
        self.findings = reader.findings
        self.row_of_id = reader.row_of_id
        self.from_on = from_on
        self.today = today
        self.entry_of = {entry.employee_id: entry for entry in entries}
        self.dimensions = [dimension for dimension, _ in layout.groups]
        self.new_teams: dict[str, str] = {}
        self._team_keys: dict[str, TeamKey] = {}
        self._known_outsiders = {
            entry.employee_id: member
            for entry in entries
            if entry.employee_id not in company.by_employee_id
            and (member := company.by_email.get(entry.email)) is not None
            and member.employee_id is None
        }

    # Who and until when -------------------------------------------------------

    def member_of(self, employee_id: str) -> Member | None:
        """Return who is known by an id, or by the address that the file gives it: an outsider becomes an employee."""
        return self.company.by_employee_id.get(employee_id) or self._known_outsiders.get(employee_id)

    def hired_on(self, employee_id: str) -> date | None:
        """Return the first day of somebody, as it is once the file is taken over."""
        entry, member = self.entry_of.get(employee_id), self.member_of(employee_id)
        return (entry.hired_on if entry else None) or (member.hired_on if member else None)

    def left_on(self, employee_id: str) -> date | None:
        """Return the first day without somebody, as it is once the file is taken over."""
        entry = self.entry_of.get(employee_id)
        if entry is not None and self.layout.has(Column.LEFT_ON):
            return entry.left_on
        member = self.member_of(employee_id)
        return member.left_on if member else None

    def label_of(self, employee_id: str) -> str:
        """Return how somebody is shown: “Ruth Adler (E-0007)”."""
        entry, member = self.entry_of.get(employee_id), self.company.by_employee_id.get(employee_id)
        name = entry.name if entry else member.name if member else ""
        return f"{name} ({employee_id})"

    def name_of(self, key: PersonKey) -> str:
        """Return how a manager is shown."""
        if isinstance(key, NewPerson):
            return self.label_of(key.employee_id)
        member = self.company.members[key]
        return f"{member.name} ({member.employee_id})" if member.employee_id else member.name

    def key_of(self, employee_id: str) -> PersonKey:
        """Return the key of somebody who is in the file or in the company."""
        member = self.member_of(employee_id)
        return member.id if member else NewPerson(employee_id)

    def _fault(self, entry: Entry, column: str, value: str, message: str) -> None:
        self.findings.add(entry.row, column, value, message)

    # One row ------------------------------------------------------------------

    def decide(self, entry: Entry) -> Decision | None:
        """Return what a row changes; None when it changes nothing."""
        member = self.member_of(entry.employee_id)
        self._check_email(entry, member)
        self._check_dates(entry, member)
        has_manager = self._check_manager(entry)
        if member is None:
            return self._first(entry, has_manager=has_manager)
        return self._changed(entry, member, has_manager=has_manager)

    def _check_email(self, entry: Entry, member: Member | None) -> None:
        owner = self.company.by_email.get(entry.email)
        if owner is None or owner is member or Column.EMAIL in entry.broken:
            return
        if owner.employee_id is None:
            self._fault(
                entry, Column.EMAIL, entry.email,
                f"{owner.name}, who is no employee, has this address. Write another, or change theirs first.",
            )  # fmt: skip
        elif owner.employee_id not in self.row_of_id:
            self._fault(
                entry, Column.EMAIL, entry.email,
                f"{owner.name} has this address under the employee id {owner.employee_id}. Write that id if it is the "
                "same person, or another address.",
            )  # fmt: skip

    def _check_dates(self, entry: Entry, member: Member | None) -> None:
        hired_on = entry.hired_on or (member.hired_on if member else None)
        left_on = self.left_on(entry.employee_id)
        if _is_reversed(hired_on, left_on):
            column = Column.LEFT_ON if entry.left_on else Column.HIRED_ON
            value = str(last_day(entry.left_on) or entry.hired_on)
            self._fault(
                entry, column, value,
                f"Nobody leaves (the last day is {last_day(left_on)}) before they are hired ({hired_on}).",
            )  # fmt: skip
        if entry.level_since and entry.level_since > self.today and entry.level_since != hired_on:
            self._fault(
                entry, Column.LEVEL_SINCE, str(entry.level_since),
                f"This day is yet to come (today is {self.today}). A level is recorded from the day it is held.",
            )  # fmt: skip
        elif entry.level_since and entry.hired_on and entry.level_since < entry.hired_on:
            self._fault(
                entry, Column.LEVEL_SINCE, str(entry.level_since),
                f"Nobody holds a level before they are hired ({entry.hired_on}). Write that day or a later one.",
            )  # fmt: skip
        elif member is None and _is_late(entry.level_since, hired_on, left_on):
            self._fault(entry, Column.LEVEL_SINCE, str(entry.level_since), _given_late(left_on))

    def _check_manager(self, entry: Entry) -> bool:
        """Say whether the row names a manager who can be one; note the fault when it names another."""
        manager = entry.manager
        if not manager or Column.MANAGER in entry.broken:
            return False
        column = Column.MANAGER
        if manager == entry.employee_id:
            self._fault(entry, column, manager, "Nobody reports to themselves. Name another manager, or nobody.")
        elif manager not in self.row_of_id and manager not in self.company.by_employee_id:
            self._fault(
                entry, column, manager,
                "Nobody has this employee id, in the file or in Belay. Write another, or add a row for that person.",
            )  # fmt: skip
        elif (
            (left_on := self.left_on(manager))
            and left_on <= max(self.from_on, self._reports_from(entry))
            and (self._stays(entry, self.from_on))
        ):
            self._fault(
                entry,
                column,
                manager,
                f"The last day of {self.label_of(manager)} is {last_day(left_on)}. Name somebody who is there.",
            )
        else:
            return True
        return False

    def _stays(self, entry: Entry, day: date) -> bool:
        left_on = self.left_on(entry.employee_id)
        return left_on is None or left_on > day

    def _reports_from(self, entry: Entry) -> date:
        """Return from when a row's reporting line counts: both must be there."""
        hired_on, managers = self.hired_on(entry.employee_id), self.hired_on(entry.manager) if entry.manager else None
        known = self.member_of(entry.employee_id) is not None
        own = max(self.from_on, hired_on or self.from_on) if known else hired_on or self.from_on
        return max(own, managers or own)

    def _team_of(self, name: str) -> TeamKey:
        if (key := self._team_keys.get(name)) is None:
            key = self._team_keys[name] = self._find_team(name)
        return key

    def _find_team(self, name: str) -> TeamKey:
        folded = fold_name(name)
        known = self.company.team_ids.get(folded)
        if known is not None:
            return known
        # Of several spellings of a new team, the same one is taken whatever the order of the rows.
        tidy = " ".join(name.split())
        self.new_teams[folded] = min(tidy, self.new_teams.get(folded, tidy))
        return NewTeam(folded)

    # Somebody new -------------------------------------------------------------

    def _first(self, entry: Entry, *, has_manager: bool) -> Decision:
        begins_on: date | None = entry.hired_on or self.from_on
        reports_from = self._reports_from(entry) if has_manager else None
        if entry.left_on is not None:
            begins_on = begins_on if begins_on and begins_on < entry.left_on else None
            reports_from = reports_from if reports_from and reports_from < entry.left_on else None
        if entry.team and begins_on is not None:
            self._team_of(entry.team)
        fields = FirstFields(
            entry,
            title=self.company.titles.get(entry.lineage, ""),
            manager=self.label_of(entry.manager) if has_manager else "",
            dimensions=self.dimensions,
            begins_on=begins_on,
            reports_from=reports_from,
        )
        return Decision(entry, None, ChangeKind.ADDED, fields, begins_on=begins_on, reports_from=reports_from)

    def team_key(self, entry: Entry) -> TeamKey:
        """Return the key of the team that a row names."""
        return self._team_of(entry.team)

    # Somebody known -----------------------------------------------------------

    def _is_settled(
        self,
        rows: Sequence[Stored[Value]],
        wanted: Value | None,
        day: date,
        note: Callable[[Value | None, str], None],
    ) -> bool:
        """Say whether nothing is to be written, since what the file says holds already, or may not be from that day.

        From a day in the past on, a value would end where the next one began, and today would stay as it is: whatever
        was recorded since then is noted as a fault, with what holds today and since when.
        """
        held = held_on(rows, max(day, self.today))
        now = held.value if held else None
        if now == wanted:
            return True
        changed = changed_since(rows, day, self.today)
        if changed is not None:
            note(now, in_words(changed))
        return changed is not None

    def _changed(self, entry: Entry, member: Member, *, has_manager: bool) -> Decision | None:
        fields: list[FieldChange] = []
        person = self._person(entry, member, fields)
        decision = Decision(entry, member, _kind(member, person, self.today), fields, person)
        day = max(self.from_on, self.hired_on(entry.employee_id) or self.from_on)
        if self._stays(entry, day):
            self._compare_team(entry, member, day, decision, fields)
            if (
                self.layout.has(Column.MANAGER)
                and Column.MANAGER not in entry.broken
                and (has_manager or not entry.manager)
            ):
                self._compare_manager(entry, member, decision, fields)
        self._compare_level(entry, member, decision, fields)
        self._check_first_level(entry, member, decision)
        if self._stays(entry, day):
            self._compare_groups(entry, member, day, decision, fields)
        return decision if fields else None

    def _person(self, entry: Entry, member: Member, fields: list[FieldChange]) -> Mapping[str, str | date | None]:
        person: dict[str, str | date | None] = {}
        new: dict[Column, str | date | None] = {
            Column.EMPLOYEE_ID: entry.employee_id,
            Column.NAME: entry.name,
            Column.EMAIL: entry.email,
            # A blank day of hiring says nothing; a blank day of leaving says that somebody is there.
            Column.HIRED_ON: entry.hired_on or member.hired_on,
            Column.LEFT_ON: self.left_on(entry.employee_id),
        }
        for column, value in new.items():
            old = getattr(member, column.value)
            if value != old and column not in entry.broken:
                person[column] = value
                fields.append(FieldChange(column, _text(column, old), _text(column, value)))
        return person

    def _compare_team(
        self, entry: Entry, member: Member, day: date, decision: Decision, fields: list[FieldChange]
    ) -> None:
        if not self.layout.has(Column.TEAM) or Column.TEAM in entry.broken:
            return
        held = held_on(member.teams, day)
        team = self._team_of(entry.team) if entry.team else None
        if self._is_settled(
            member.teams, team, day,
            lambda now, since: self._fault(
                entry, Column.TEAM, entry.team,
                f"In {'no team' if now is None else self._shown_team(now)} since {since}; {LATER}",
            ),
        ):  # fmt: skip
            return
        old = self.company.teams[held.value] if held and not isinstance(held.value, NewTeam) else ""
        new = "" if team is None else self._shown_team(team)
        fields.append(FieldChange(Column.TEAM, old, new, day))
        decision.team = end_from(member.teams, day) if team is None else set_from(member.teams, team, day)

    def _shown_team(self, team: TeamKey) -> str:
        return self.new_teams[team.folded] if isinstance(team, NewTeam) else self.company.teams[team]

    def _compare_manager(self, entry: Entry, member: Member, decision: Decision, fields: list[FieldChange]) -> None:
        day = self._reports_from(entry)
        if not self._stays(entry, day):
            return
        held = held_on(member.managers, day)
        manager = self.key_of(entry.manager) if entry.manager else None
        if self._is_settled(
            member.managers, manager, day,
            lambda now, since: self._fault(
                entry, Column.MANAGER, entry.manager,
                f"Reporting to {'nobody' if now is None else self.name_of(now)} since {since}; {LATER}",
            ),
        ):  # fmt: skip
            return
        new = self.label_of(entry.manager) if entry.manager else ""
        fields.append(FieldChange(Column.MANAGER, self.name_of(held.value) if held else "", new, day))
        decision.manager = (
            end_from(member.managers, day) if manager is None else set_from(member.managers, manager, day)
        )

    def _compare_level(self, entry: Entry, member: Member, decision: Decision, fields: list[FieldChange]) -> None:
        if entry.level_since is None or not entry.level or not entry.broken.isdisjoint(LEVEL_COLUMNS):
            return
        claimed = Claimed(entry.lineage, entry.level, entry.level_since)
        outcome = compare_level(member.spells, claimed, today=self.today, titles=self.company.titles)
        if outcome.fault:
            self._fault(entry, Column.LEVEL_SINCE, str(entry.level_since), outcome.fault)
            return
        decision.level = outcome.rewrite
        fields.extend(outcome.fields)

    def _check_first_level(self, entry: Entry, member: Member, decision: Decision) -> None:
        """Note a level outside the time of employment, where the row changes one of the two beside what is stored.

        Whoever came back may have been hired anew after the levels of the first time.
        """
        since, person = entry.level_since, decision.person
        hired_on, left_on = self.hired_on(entry.employee_id), self.left_on(entry.employee_id)
        if decision.level is not None and since is not None:
            if _is_late(since, hired_on, left_on):
                self._fault(entry, Column.LEVEL_SINCE, str(since), _given_late(left_on))
            elif entry.hired_on is None and hired_on is not None and since < hired_on:
                self._fault(
                    entry, Column.LEVEL_SINCE, str(since),
                    f"Nobody holds a level before they are hired, on {hired_on} as Belay knows it. Write that day or a "
                    "later one.",
                )  # fmt: skip
        spells = decision.level.result(member.spells) if decision.level else member.spells
        first = min((spell.starts_on for spell in spells), default=None)
        is_back = hired_on is not None and member.left_on is not None and hired_on >= member.left_on
        if Column.HIRED_ON in person and hired_on and first and first < hired_on and first != since and not is_back:
            self._fault(
                entry, Column.HIRED_ON, str(hired_on),
                f"A level is recorded from {first}. Write that day or an earlier one, or correct the level on the "
                "person's page.",
            )  # fmt: skip

    def _compare_groups(
        self, entry: Entry, member: Member, day: date, decision: Decision, fields: list[FieldChange]
    ) -> None:
        rewrites = []
        for dimension, value in zip(self.dimensions, entry.groups, strict=True):
            column = f"{GROUP_PREFIX}{dimension}"
            if column in entry.broken:
                continue
            rows = [row for row in member.groups if row.value.dimension == dimension]
            held = held_on(rows, day)
            group = Grouped(dimension, value) if value else None
            if not self._is_settled(
                rows, group, day,
                partial(self._regrouped_since, entry, column, value),
            ):  # fmt: skip
                rewrites.append(set_from(rows, group, day) if group else end_from(rows, day))
                fields.append(FieldChange(column, "", value, day, is_hidden=held is not None))
        decision.groups = rewrites

    def _regrouped_since(self, entry: Entry, column: str, value: str, now: Grouped | None, since: str) -> None:
        # Nobody reads another person's group, so that what holds now is not told.
        del now
        self._fault(entry, column, value, f"Something else is recorded since {since}; {LATER}")


def _is_reversed(hired_on: date | None, left_on: date | None) -> bool:
    return hired_on is not None and left_on is not None and left_on <= hired_on


def _is_late(since: date | None, hired_on: date | None, left_on: date | None) -> bool:
    """Say whether a level begins after the last day; not where that day is itself a fault."""
    return since is not None and left_on is not None and left_on <= since and not _is_reversed(hired_on, left_on)


def _given_late(left_on: date | None) -> str:
    return f"The last day is {last_day(left_on)}; nobody is given a level after it. Write a day before."


def _kind(member: Member, person: Mapping[str, str | date | None], today: date) -> ChangeKind:
    if Column.LEFT_ON not in person:
        return ChangeKind.CHANGED
    left_on = person[Column.LEFT_ON]
    if member.left_on is None:
        return ChangeKind.LEAVER
    had_left = member.left_on <= today
    is_back = left_on is None or (isinstance(left_on, date) and left_on > today)
    return ChangeKind.RETURNED if had_left and is_back else ChangeKind.CHANGED


def _text(column: Column, value: str | date | None) -> str:
    if column is Column.LEFT_ON and isinstance(value, date):
        value = last_day(value)
    return str(value) if value is not None else ""
