"""Changing people: adding them, and setting what holds of them from a day on. Nothing effective-dated is updated."""

from app.people.actions.dated import ROW_COLUMNS, Dated, grant_level, record_leave, set_group, set_manager, set_team
from app.people.actions.loops import lock_reporting_lines
from app.people.actions.persons import add_person, add_team, record_leaving

__all__ = [
    "ROW_COLUMNS",
    "Dated",
    "add_person",
    "add_team",
    "grant_level",
    "lock_reporting_lines",
    "record_leave",
    "record_leaving",
    "set_group",
    "set_manager",
    "set_team",
]
