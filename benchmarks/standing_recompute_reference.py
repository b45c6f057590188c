"""The least that computing all standings has to do: read the rows that they rest on, and write as many as they are.

No rule is applied. What is written has the size and the keys of what Belay stores.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import create_engine
from sqlalchemy.engine import Connection

EXPECTATIONS = 23
STEP = 2000
DAY = date(2026, 11, 21)
PIECES = """
    SELECT e.subject_id, e.id, e.kind, e.occurred_on, e.state, c.expectation_id, c.changed_at
    FROM evidence e JOIN evidence_claim c ON c.evidence_id = e.id WHERE e.state <> 'draft'
"""
ANSWERS = """
    SELECT a.subject_id, w.side, w.expectation_id, w.answer, w.author_id, a.manager_submitted_at
    FROM assessment a JOIN assessment_answer w ON w.assessment_id = a.id
"""
HEAD = "INSERT INTO standing_head (person_id, lineage, held_level, computed_on, is_stale, zone) VALUES ({})"
TARGET = (
    "INSERT INTO readiness (person_id, target_level, position, verdict, met, of, slipped, not_met, partly_met, "
    "unproven, unassessed) VALUES ({})"
)
STANDING = (
    "INSERT INTO standing (person_id, target_level, expectation_id, place, level, status, is_required, is_blocking, "
    "is_slipped, had_no_opportunity, counted) VALUES ({})"
)


def recompute(url: str) -> int:
    """Read and write; return the number of people."""
    engine = create_engine(url)
    mark = "?" if engine.dialect.paramstyle == "qmark" else "%s"
    with engine.begin() as connection:
        seen: Counter[object] = Counter()
        for query in (PIECES, ANSWERS):
            for row in connection.exec_driver_sql(query):
                seen[row[0]] += 1
        people = sorted(row[0] for row in connection.exec_driver_sql("SELECT person_id FROM level_spell"))
        for first in range(0, len(people), STEP):
            _write(connection, people[first : first + STEP], mark)
    engine.dispose()
    return len(people)


def _write(connection: Connection, people: list[object], mark: str) -> None:
    def statement(words: str, number: int) -> str:
        return words.format(", ".join([mark] * number))

    day = DAY.isoformat() if mark == "?" else DAY
    connection.exec_driver_sql(
        statement(HEAD, 6), [(one, "software-engineer", "L2", day, False, "UTC") for one in people]
    )  # fmt: skip
    connection.exec_driver_sql(
        statement(TARGET, 11), [(one, "L3", 0, "not_yet", 12, 20, 0, 1, 2, 3, 4) for one in people]
    )
    connection.exec_driver_sql(
        statement(STANDING, 11),
        [
            (one, "L3", f"swe.expectation-{place:02}", place, "L2", "partly_met", True, True, False, False, 1)
            for one in people
            for place in range(EXPECTATIONS)
        ],
    )
