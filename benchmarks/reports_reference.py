"""The rows that a report rests on, taken straight from the database driver: nothing is decided, converted or hidden.

For the report of named people, `PROGRESSION` answers its plain part from the base tables in one statement: who is
where, since when, in which team and under whom. `sqlite3 -csv` and COPY take the same statement.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import time
from typing import Any

LEVELS = "SELECT person_id, ladder, level, starts_on, ends_on, reason FROM level_spell WHERE superseded_at IS NULL"
PEOPLE = "SELECT id, hired_on, left_on FROM person WHERE employee_id IS NOT NULL"
TEAMS = "SELECT person_id, team_id, starts_on, ends_on FROM team_membership WHERE superseded_at IS NULL"
SEEN = "SELECT person_id, min(recorded_at) FROM level_spell GROUP BY person_id"
GROUPS = "SELECT person_id, value, starts_on, ends_on FROM group_membership WHERE superseded_at IS NULL"
PROGRESSION = """
SELECT person.employee_id, person.name, team.name AS team, manager.name AS manager, level_spell.ladder,
  level_spell.level, level_spell.starts_on
FROM person
LEFT JOIN level_spell ON level_spell.person_id = person.id AND level_spell.superseded_at IS NULL
  AND level_spell.starts_on <= '2026-11-21' AND (level_spell.ends_on IS NULL OR level_spell.ends_on > '2026-11-21')
LEFT JOIN team_membership ON team_membership.person_id = person.id AND team_membership.superseded_at IS NULL
  AND team_membership.ends_on IS NULL
LEFT JOIN team ON team.id = team_membership.team_id
LEFT JOIN manager_link ON manager_link.person_id = person.id AND manager_link.superseded_at IS NULL
  AND manager_link.ends_on IS NULL
LEFT JOIN person AS manager ON manager.id = manager_link.manager_id
WHERE person.left_on IS NULL OR person.left_on > '2026-11-21'
ORDER BY person.sort_name, person.id
"""
RESTS_ON = {
    "progression": (PROGRESSION,),
    "readiness": (PROGRESSION,),
    "coverage": (LEVELS, PEOPLE, TEAMS),
    "headcount": (LEVELS, PEOPLE, TEAMS),
    "movement": (LEVELS, PEOPLE),
    "pipeline": (LEVELS, PEOPLE),
    "time-in-level": (LEVELS, PEOPLE, SEEN, TEAMS),
    "promotion-funnel": (LEVELS, PEOPLE, GROUPS),
}
DEFAULT = (PEOPLE,)


def read(url: str, report: str) -> dict[str, float]:
    """Read what a report rests on, and write the rows as CSV; return the rows and the seconds of both."""
    cursor = connect(url).cursor()
    began = time.perf_counter()
    rows: list[Any] = []
    for statement in RESTS_ON.get(report, DEFAULT):
        cursor.execute(statement)
        rows += cursor.fetchall()
    read_in = time.perf_counter() - began
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return {"rows": len(rows), "read": read_in, "csv": time.perf_counter() - began}


def connect(url: str) -> Any:
    """Return a connection of the driver itself."""
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"))
    import psycopg
    from sqlalchemy import make_url

    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
