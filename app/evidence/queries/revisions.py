"""What a piece said, from when on: for its author all of it, for a former line manager nothing later than their time.

Source of the rule: access matrix, note 4.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, func, or_, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.domain.errors import MissingError
from app.domain.evidence import EvidenceKind
from app.evidence.models import Corroboration, Evidence, EvidenceRevision
from app.evidence.queries.asked import select_asked_about
from app.evidence.queries.marks import Marks
from app.infra.clock import today
from app.infra.db import db
from app.infra.templating import kind_label, long_date
from app.people.models import ManagerLink


@dataclass(frozen=True, slots=True)
class SaidClaim:
    """One expectation that a piece claimed to show, with the author's line."""

    expectation_id: str
    line: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a piece said from a moment on. `said_on` is the company's calendar day of it.

    `ends_on` is the first day after the time of a former line manager, for whom this was fetched: nothing that came on
    that day or later is theirs to read. None where it was fetched for the author.
    """

    number: int
    said_at: datetime
    said_on: date
    title: str
    narrative: str
    kind: EvidenceKind
    occurred_from: date | None
    occurred_on: date
    links: tuple[str, ...]
    claims: tuple[SaidClaim, ...]
    ends_on: date | None = None


def revision_for(actor: Actor, piece: Evidence) -> Said | None:
    """Return what a piece said when the actor last led its author; None where the actor reads it as it stands now.

    For a piece that the actor may read (`Evidence.READ`). MissingError where nothing of it was said in their time.
    """
    content = contents_for(actor, [piece])
    if piece.id not in content:
        raise MissingError
    return content[piece.id]


def contents_for(actor: Actor, pieces: Sequence[Evidence]) -> dict[uuid.UUID, Said | None]:
    """Return what the actor reads of each piece: None where that is what it says now, else what it said in their time.

    For pieces that the actor may read. A piece of which nothing was said in their time has no entry: leave it out. The
    number of queries depends on the number of authors, not on that of the pieces.
    """
    authors = {piece.subject_id: piece for piece in pieces}
    whole = {author for author, piece in authors.items() if can(actor, Permission.Evidence.LIST, piece)}
    others = [piece for piece in pieces if piece.subject_id not in whole]
    found: dict[uuid.UUID, Said | None] = {piece.id: None for piece in pieces if piece.subject_id in whole}
    if not others:
        return found
    asked = set(db.session.scalars(select_asked_about(actor.person_id).order_by(Corroboration.evidence_id)))
    found |= {piece.id: None for piece in others if piece.is_shared and piece.id in asked}
    earlier = [piece for piece in others if piece.id not in found]
    return found | _said_in_time(actor, earlier) if earlier else found


def reads_now(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Evidence` that the actor reads a piece as it stands now, and not as it once stood.

    For a search in the words of now: a former line manager must not find a piece by a word that came later.
    """
    asked = Evidence.is_shared & Evidence.id.in_(select_asked_about(actor.person_id))
    return visible_to(actor, Permission.Evidence.READ, Evidence) & or_(
        visible_to(actor, Permission.Evidence.LIST, Evidence), asked
    )


def _said_in_time(actor: Actor, pieces: Sequence[Evidence]) -> dict[uuid.UUID, Said | None]:
    ends = _ends_of_time(actor.person_id, {piece.subject_id for piece in pieces})
    by_id = {piece.id: ends[piece.subject_id] for piece in pieces if piece.subject_id in ends}
    rows = db.session.scalars(
        select(EvidenceRevision)
        .where(EvidenceRevision.evidence_id.in_(by_id))
        .order_by(EvidenceRevision.evidence_id, EvidenceRevision.number),
    )
    return {
        row.evidence_id: said_by(row, by_id[row.evidence_id]) for row in rows if row.said_on < by_id[row.evidence_id]
    }


def _ends_of_time(actor_id: uuid.UUID, subject_ids: set[uuid.UUID]) -> dict[uuid.UUID, date]:
    """Return, by person, the first day after the actor last was their line manager."""
    last = func.max(ManagerLink.ends_on, type_=Date)
    rows = db.session.execute(
        select(ManagerLink.person_id, last)
        .where(
            ManagerLink.manager_id == actor_id,
            ManagerLink.person_id.in_(subject_ids),
            ManagerLink.superseded_at.is_(None),
            ManagerLink.starts_on <= today(),
            ManagerLink.ends_on.is_not(None),
        )
        .group_by(ManagerLink.person_id),
    )
    return {person_id: ends_on for person_id, ends_on in rows if ends_on is not None}


def list_revisions(piece: Evidence) -> list[Said]:
    """Return everything that a piece has said since it was shared, the newest first."""
    rows = db.session.scalars(
        select(EvidenceRevision)
        .where(EvidenceRevision.evidence_id == piece.id)
        .order_by(EvidenceRevision.number.desc(), EvidenceRevision.id),
    )
    return [said_by(row) for row in rows]


def find_last_revision(piece: Evidence) -> EvidenceRevision | None:
    """Return the newest row of what a piece has said; None before it was shared."""
    rows = select(EvidenceRevision).where(EvidenceRevision.evidence_id == piece.id)
    return db.session.scalars(rows.order_by(EvidenceRevision.number.desc()).limit(1)).first()


def said_by(row: EvidenceRevision, ends_on: date | None = None) -> Said:
    """Return a row as what it says."""
    content = json.loads(row.content)
    first = content["occurred_from"]
    return Said(
        number=row.number,
        said_at=row.said_at,
        said_on=row.said_on,
        title=content["title"],
        narrative=content["narrative"],
        kind=EvidenceKind(content["kind"]),
        occurred_from=date.fromisoformat(first) if first else None,
        occurred_on=date.fromisoformat(content["occurred_on"]),
        links=tuple(content["links"]),
        claims=tuple(SaidClaim(one["expectation"], one["line"]) for one in content["claims"]),
        ends_on=ends_on,
    )


@dataclass(frozen=True, slots=True)
class ChangedText:
    """One thing that a revision says otherwise than the one before: what it is, what it was, what it became."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One revision of a piece with what it changed; `texts` are empty for the first, which says it all."""

    said: Said
    texts: tuple[ChangedText, ...]


def list_changes(piece: Evidence, marks: Marks) -> list[Change]:
    """Return the revisions of a piece, the newest first, each with what it says otherwise than the one before."""
    revisions = list_revisions(piece)
    before: list[Said | None] = [*revisions[1:], None]
    return [Change(now, _differences(then, now, marks)) for now, then in zip(revisions, before, strict=False)]


def _differences(then: Said | None, now: Said, marks: Marks) -> tuple[ChangedText, ...]:
    if then is None:
        return ()
    old, new = _texts(then, marks), _texts(now, marks)
    labels = dict.fromkeys([*new, *old])
    pairs = ((label, old.get(label, ""), new.get(label, "")) for label in labels)
    return tuple(ChangedText(*pair) for pair in pairs if pair[1] != pair[2])


def _texts(said: Said, marks: Marks) -> dict[str, str]:
    """Return everything that a revision says, by what it is called."""
    names = {claim.expectation_id: marks.mark(claim.expectation_id).text for claim in said.claims}
    texts = {
        "What happened": said.title,
        "Kind": kind_label(said.kind.value),
        "First day": long_date(said.occurred_from) if said.occurred_from else "",
        "Day": long_date(said.occurred_on),
        "The story": said.narrative,
        "Links": "\n".join(said.links),
        "What it shows": "\n".join(names.values()),
    }
    return texts | {f"How it shows: {names[claim.expectation_id]}": claim.line for claim in said.claims}
