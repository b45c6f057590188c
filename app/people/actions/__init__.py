"""Changing people: adding them, and setting what holds of them from a day on. Nothing effective-dated is updated."""

from app.people.actions.corrections import (
    check_may_be_changed,
    correct_record,
    objection_to,
    revert_change,
    undo_record,
)
from app.people.actions.dated import (
    ROW_COLUMNS,
    Dated,
    end_manager,
    end_team,
    grant_level,
    record_leave,
    set_group,
    set_manager,
    set_team,
)
from app.people.actions.levels import check_reason
from app.people.actions.loops import lock_reporting_lines
from app.people.actions.moves import Moved, check_works_on, hire, move_person
from app.people.actions.persons import (
    Details,
    add_person,
    change_details,
    change_email,
    check_last_day,
    let_go,
    record_leaving,
    restore_last_day,
    take_back_leaving,
)
from app.people.actions.plans import CHANGED_SINCE, Plan, plan_undoing
from app.people.actions.teams import add_team, change_team

__all__ = [
    "CHANGED_SINCE",
    "ROW_COLUMNS",
    "Dated",
    "Details",
    "Moved",
    "Plan",
    "add_person",
    "add_team",
    "change_details",
    "change_email",
    "change_team",
    "check_last_day",
    "check_may_be_changed",
    "check_reason",
    "check_works_on",
    "correct_record",
    "end_manager",
    "end_team",
    "grant_level",
    "hire",
    "let_go",
    "lock_reporting_lines",
    "move_person",
    "objection_to",
    "plan_undoing",
    "record_leave",
    "record_leaving",
    "restore_last_day",
    "revert_change",
    "set_group",
    "set_manager",
    "set_team",
    "take_back_leaving",
    "undo_record",
]
