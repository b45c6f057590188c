"""Taking a file of evidence over: all of it or nothing, as private drafts of its author."""

from __future__ import annotations

import uuid
from datetime import datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError
from app.domain.evidence import EvidenceState
from app.evidence.actions.content import company_day
from app.evidence.models import Evidence, EvidenceLink
from app.evidence.queries import next_number
from app.evidence.queries.importing import plan_import
from app.infra.db import db
from app.people.models import Person

CHANGED_SINCE = (
    "Your evidence has changed since this page was shown, so the outcome is another one now. Look once more."
)


def import_drafts(author: Person, content: bytes, *, expected_digest: str, by: Author, at: datetime) -> int:
    """Add a draft for each entry of a file whose link is in no piece of the author's; return how many.

    InvalidError where the file has faults, or would now add other pieces than those of the digest. The author's row is
    locked, so that the same file at the same moment adds nothing twice.
    """
    number = next_number(author.id)
    plan = plan_import(author.id, content, company_day(at))
    if plan.faults or plan.digest != expected_digest:
        raise InvalidError(CHANGED_SINCE)
    if not plan.new:
        return 0
    db.session.add_all(
        Evidence(
            id=uuid.uuid4(),
            subject_id=author.id,
            number=number + place,
            title=entry.title,
            narrative=entry.narrative,
            kind=entry.kind,
            occurred_from=entry.occurred_from,
            occurred_on=entry.occurred_on,
            state=EvidenceState.DRAFT,
            created_at=at,
            changed_at=at,
            links=[EvidenceLink(position=0, url=entry.link)],
            claims=[],
            corroborations=[],
        )
        for place, entry in enumerate(plan.new)
    )
    db.session.flush()
    log(
        Tag.EVIDENCE_IMPORTED,
        by=by,
        at=at,
        subject_id=author.id,
        count=len(plan.new),
        known=len(plan.known),
        first=number,
    )
    return len(plan.new)
