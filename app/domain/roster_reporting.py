"""Reporting lines once a people file is taken over: no loops, and nobody left behind by a leaver unnoticed."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.roster import ChangeKind, Column, Fault
from app.domain.roster_company import NewPerson, PersonKey
from app.domain.roster_comparison import Comparison
from app.domain.roster_dates import last_day
from app.domain.roster_decisions import Decision
from app.domain.roster_faults import Findings
from app.domain.roster_lines import find_loops
from app.domain.roster_spans import Span, held_on

LONGEST_CHAIN = 8


def check_loops(comparison: Comparison, decisions: Sequence[Decision], findings: Findings) -> None:
    """Note each loop that the company would have, at its first row in the file, naming everybody in it."""
    company, from_on = comparison.company, comparison.from_on
    links: dict[PersonKey, Sequence[Span[PersonKey]]] = {
        member.id: [Span(row.value, row.starts_on, row.ends_on) for row in member.managers]
        for member in company.members.values()
        if member.managers
    }
    has_changed = False
    for decision in decisions:
        if decision.member is None and decision.reports_from is not None:
            manager = comparison.key_of(decision.entry.manager)
            links[NewPerson(decision.entry.employee_id)] = [Span(manager, decision.reports_from, None)]
            has_changed = True
        elif decision.member is not None and decision.manager is not None:
            links[decision.member.id] = decision.manager.result(decision.member.managers)
            has_changed = True
    if not has_changed:
        return
    loops = find_loops(links, from_on)
    if loops is None:
        findings.add(
            None, Column.MANAGER, "",
            "The reporting lines are so deep, and change on so many days to come, that loops cannot be ruled out. "
            "Import the people in several files.",
        )  # fmt: skip
    row_of_key = (
        {comparison.key_of(employee_id): row for employee_id, row in comparison.row_of_id.items()} if loops else {}
    )
    for loop in loops or ():
        first = min((key for key in loop if key in row_of_key), key=row_of_key.__getitem__, default=None)
        if first is None:
            continue
        place = loop.index(first)
        names = [comparison.name_of(key) for key in [*loop[place:], *loop[:place], first]]
        if len(names) > LONGEST_CHAIN:
            names = [*names[: LONGEST_CHAIN - 2], f"{len(names) - LONGEST_CHAIN + 1} more", names[-1]]
        employee_id = first.employee_id if isinstance(first, NewPerson) else company.members[first].employee_id or ""
        entry = comparison.entry_of.get(employee_id)
        findings.add(
            row_of_key[first], Column.MANAGER, entry.manager if entry else "",
            f"These reporting lines close a loop: {' → '.join(names)}. Name another manager in one of the rows.",
        )  # fmt: skip


def left_behind(comparison: Comparison, decisions: Sequence[Decision]) -> list[Fault]:
    """Return a remark for each leaver who still has reports that the file does not give another manager."""
    leaving = {
        decision.member.id: decision
        for decision in decisions
        if decision.member is not None and decision.kind is ChangeKind.LEAVER
    }
    if not leaving:
        return []
    has_managers = comparison.layout.has(Column.MANAGER)
    behind: dict[PersonKey, list[str]] = {}
    for member in comparison.company.members.values():
        is_listed = has_managers and member.employee_id in comparison.row_of_id
        held = None if is_listed else held_on(member.managers, comparison.from_on)
        if held is not None and held.value in leaving and member.works_on(comparison.from_on):
            behind.setdefault(held.value, []).append(comparison.name_of(member.id))
    remarks = []
    for key, names in behind.items():
        entry = leaving[key].entry  # type: ignore[index]
        message = f"Still reporting to somebody who leaves: {_some(sorted(names))}. Give them another manager."
        remarks.append(Fault(entry.row, Column.LEFT_ON, str(last_day(entry.left_on)), message))
    return sorted(remarks, key=lambda remark: remark.row or 0)


def _some(names: Sequence[str]) -> str:
    shown = list(names[:LONGEST_CHAIN])
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
