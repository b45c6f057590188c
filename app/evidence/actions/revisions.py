"""Keeping what a shared piece says, each time that it says something else."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from app.domain.evidence import EvidenceKind
from app.evidence.actions.content import company_day
from app.evidence.models import Evidence, EvidenceRevision
from app.evidence.queries import find_last_revision
from app.infra.db import db


def keep_revision(piece: Evidence, at: datetime) -> None:
    """Keep what a loaded, shared piece says from this moment on; nothing where it says what it said before.

    After a clock was put back the day is still not before that of what was said last: a former line manager reads by
    days, and must not read what came later.
    """
    content, last = _content(piece), find_last_revision(piece)
    if last is not None and last.content == content:
        return
    day = company_day(at)
    db.session.add(
        EvidenceRevision(
            id=uuid.uuid4(),
            evidence_id=piece.id,
            number=last.number + 1 if last else 1,
            said_at=max(at, last.said_at) if last else at,
            said_on=max(day, last.said_on) if last else day,
            content=content,
        )
    )
    db.session.flush()


def _content(piece: Evidence) -> str:
    """Return what a piece says, in the shape that migration 0011 began with."""
    return json.dumps(
        {
            "title": piece.title,
            "narrative": piece.narrative,
            "kind": EvidenceKind(piece.kind).value,
            "occurred_from": piece.occurred_from and piece.occurred_from.isoformat(),
            "occurred_on": piece.occurred_on.isoformat(),
            "links": [link.url for link in piece.links],
            "claims": [{"expectation": claim.expectation_id, "line": claim.line} for claim in piece.claims],
        },
        ensure_ascii=False,
    )
