"""A large company for measuring: people at all levels with evidence and revealed assessments, forty rows for each."""

from __future__ import annotations

import json
import random
import uuid
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
PIECES = 10
ANSWERED = 8
ANSWERS = ("not_met", "partly_met", "met", "met", "exceeded", "no_opportunity")
AT_ONCE = 90
"""So few people at once that no insert is sent before those it refers to."""
STORED = ("standing_record", "standing", "readiness", "standing_head")
LEVELS = ("L1", "L2", "L3", "L4")


def empty(url: str) -> None:
    """Forget every stored standing."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in STORED:
            connection.execute(text(f"DELETE FROM {table}"))
    engine.dispose()


def fill(url: str, people: int) -> int:
    """Write the company into an empty, migrated database with a ladder; return the rows of evidence and ratings."""
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
    """Writes people with what their standing rests on, always the same."""

    def __init__(self, session: Session) -> None:
        """Prepare the inserts."""
        from app.assessment.models import Assessment, AssessmentAnswer
        from app.evidence.models import Claim, Evidence
        from app.infra.bulk import BulkInsert
        from app.people.models import LevelSpell, Person

        self.chance = random.Random(20261121)
        version = "SELECT id, content FROM ladder_version WHERE ladder = 'software-engineer'"
        version_id, content = session.execute(text(version)).one()
        self.version = uuid.UUID(str(version_id)).hex
        self.wanted = [one["id"] for one in json.loads(content)["expectations"]]
        self.head = self._id()
        self.rows = 0
        self.people = BulkInsert(
            session,
            Person,
            ("id", "employee_id", "name", "sort_name", "email"),
            {"hired_on": date(2023, 1, 2), "created_at": NOW, "version": 1},
        )
        self.levels = BulkInsert(
            session,
            LevelSpell,
            ("id", "person_id", "level", "starts_on"),
            {"ladder": "software-engineer", "reason": "import", "recorded_at": NOW},
        )
        self.pieces = BulkInsert(
            session,
            Evidence,
            ("id", "subject_id", "number", "title", "kind", "occurred_on", "submitted_on"),
            {"narrative": "", "state": "shared", "created_at": NOW, "changed_at": NOW, "shared_at": NOW, "version": 1},
        )
        self.claims = BulkInsert(
            session, Claim, ("id", "evidence_id", "expectation_id", "position"), {"line": "", "changed_at": NOW}
        )
        self.rounds = BulkInsert(
            session,
            Assessment,
            ("id", "subject_id", "target_level", "opened_by_id", "manager_id"),
            {
                "ladder_version_id": self.version,
                "lineage": "software-engineer",
                "opened_at": NOW,
                "self_submitted_at": NOW,
                "manager_submitted_at": NOW,
                "submitted_on": NOW.date(),
                "version": 1,
            },
        )
        self.answers = BulkInsert(
            session,
            AssessmentAnswer,
            ("id", "assessment_id", "side", "author_id", "expectation_id", "answer"),
            {"comment": "", "sequence": 0, "changed_at": NOW, "version": 1},
        )

    def write(self, people: int) -> int:
        """Write so many people; return the rows of evidence and ratings."""
        for number in range(people):
            own = self._id() if number else self.head
            name = f"person {number:06}"
            self.people.add(own, f"E{number:06}", name.title(), name, f"p{number}@larkspur.example")
            level = LEVELS[number % 4]
            self.levels.add(self._id(), own, level, date(2025, 1, 6) + timedelta(days=self.chance.randrange(300)))
            self._log(own)
            self._assess(own, level)
            if number % AT_ONCE == 0:
                self._flush()
        self._flush()
        return self.rows

    def _log(self, own: str) -> None:
        for number in range(PIECES):
            piece = self._id()
            day = date(2025, 6, 1) + timedelta(days=self.chance.randrange(530))
            kind = self.chance.choice(("pull_request", "mentoring_log"))
            self.pieces.add(piece, own, number + 1, f"Piece {number}", kind, day, day)
            self.rows += 1
            for place in range(1 + number % 2):
                wanted = self.wanted[(number * 3 + place * 7) % len(self.wanted)]
                self.claims.add(self._id(), piece, wanted, place)
                self.rows += 1

    def _assess(self, own: str, level: str) -> None:
        found = self._id()
        self.rounds.add(found, own, level, own, self.head)
        for wanted in self.chance.sample(self.wanted, ANSWERED):
            for side, author in (("self", own), ("manager", self.head)):
                self.answers.add(self._id(), found, side, author, wanted, self.chance.choice(ANSWERS))
                self.rows += 1

    def _flush(self) -> None:
        # In the order in which they refer to each other.
        for rows in (self.people, self.levels, self.pieces, self.claims, self.rounds, self.answers):
            rows.flush()

    def _id(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"
