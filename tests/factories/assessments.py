"""Published ladders, evidence and assessments. Everything is committed; a test names only what matters to it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from app.assessment.models import Assessment, AssessmentAnswer, Side, Waiver
from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState
from app.domain.rating import Answer
from app.evidence.models import Claim, Corroboration, Evidence
from app.infra.db import db
from app.infra.unit_of_work import touch, transaction
from app.ladders.actions import adopt_version, publish_version
from app.ladders.loader import load_ladder_file
from app.ladders.queries import Edition
from app.people.models import Person
from tests.factories.people import AT, SYSTEM

LADDERS = Path(__file__).resolve().parent.parent.parent / "ladders"
FIRST_DAY = date(2023, 1, 2)
_numbers = itertools.count(1)


@functools.cache
def _loaded(name: str) -> tuple[object, bytes]:
    path = LADDERS / name
    return load_ladder_file(path, parents=_parents(name)), path.read_bytes()


def _parents(name: str) -> dict[tuple[str, str], object]:
    if not name.startswith("overlays/"):
        return {}
    base = name.removeprefix("overlays/").replace("-house/", "/")
    ladder = _loaded(base)[0].ladder
    return {(ladder.slug, ladder.version): ladder}


def publish(name: str = "software-engineer/1.0.0.yaml", *, from_on: date = FIRST_DAY) -> Edition:
    """Return a ladder that ships with Belay, published and adopted."""
    loaded, content = _loaded(name)
    with transaction():
        edition = publish_version(loaded, file=content, by=SYSTEM, at=AT).edition
        adopt_version(edition, from_on=from_on, by=SYSTEM, at=AT)
    return edition


def noon(day: date) -> datetime:
    """Return the middle of a day, UTC."""
    return datetime.combine(day, time(12), UTC)


def make_evidence(
    person: Person,
    *expectations: str,
    on: date = date(2026, 6, 1),
    kind: EvidenceKind = EvidenceKind.PULL_REQUEST,
    title: str = "",
    confirmed_by: Person | None = None,
    is_draft: bool = False,
) -> Evidence:
    """Return a shared piece that shows some expectations."""
    number = next(_numbers)
    with transaction() as session:
        piece = Evidence(
            subject_id=person.id,
            number=number,
            title=title or f"Piece {number}",
            kind=kind,
            occurred_on=on,
            state=EvidenceState.DRAFT if is_draft else EvidenceState.SHARED,
            created_at=noon(on),
            changed_at=noon(on),
            shared_at=None if is_draft else noon(on),
            submitted_on=None if is_draft else on,
            claims=[
                Claim(expectation_id=expectation, position=place, changed_at=noon(on))
                for place, expectation in enumerate(expectations)
            ],
        )
        if confirmed_by is not None:
            piece.corroborations = [
                Corroboration(
                    colleague_id=confirmed_by.id,
                    asked_at=noon(on),
                    outcome=CorroborationAnswer.CONFIRMED,
                    answered_at=noon(on),
                )
            ]
        session.add(piece)
        session.flush()
        touch(person.id)
    return piece


def make_assessment(
    subject: Person,
    edition: Edition,
    target: str,
    *,
    manager: Person | None = None,
    own: Mapping[str, str] | None = None,
    theirs: Mapping[str, str] | None = None,
    own_on: date | None = None,
    theirs_on: date | None = None,
    comments: Mapping[str, str] | None = None,
    opened_on: date = date(2026, 8, 1),
) -> Assessment:
    """Return an assessment. A side with a day is in since then; `own` and `theirs` map expectation ids to answers.

    `comments` maps `self` and `manager` to the words that every answer of that side carries.
    """
    words = comments or {}
    with transaction() as session:
        found = Assessment(
            subject_id=subject.id,
            ladder_version_id=edition.id,
            lineage=edition.ladder.lineage,
            target_level=target,
            opened_at=noon(opened_on),
            opened_by_id=subject.id,
            self_submitted_at=noon(own_on) if own_on else None,
            manager_submitted_at=noon(theirs_on) if theirs_on else None,
            manager_id=manager.id if manager and theirs_on else None,
            submitted_on=max(own_on, theirs_on) if own_on and theirs_on else None,
        )
        session.add(found)
        session.flush()
        sides = ((Side.SELF, subject, own), (Side.MANAGER, manager, theirs))
        for side, author, answers in sides:
            for expectation, answer in (answers or {}).items():
                session.add(
                    AssessmentAnswer(
                        assessment_id=found.id,
                        side=side,
                        author_id=author.id,
                        expectation_id=expectation,
                        answer=Answer(answer) if answer else None,
                        comment=words.get(side.value, ""),
                        changed_at=noon(opened_on),
                    )
                )
        session.flush()
        touch(subject.id)
    return found


def make_waiver(
    subject: Person, expectation: str, *, manager: Person | None = None, hr: Person | None = None
) -> Waiver:
    """Return a waiver, approved by whoever is named."""
    day = noon(date(2026, 1, 10))
    with transaction() as session:
        row = Waiver(
            subject_id=subject.id,
            expectation_id=expectation,
            reason="Not part of this job.",
            asked_at=day,
            manager_id=manager.id if manager else None,
            manager_approved_at=day if manager else None,
            hr_id=hr.id if hr else None,
            hr_approved_at=day if hr else None,
        )
        session.add(row)
        session.flush()
        touch(subject.id)
    return row


def count_queries(act: object) -> int:
    """Return how many statements a call sends to the database."""
    from sqlalchemy import event

    seen = []

    def note(*args: object) -> None:
        seen.append(args[2])

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
