"""The life of a piece: logged as a draft, shared, perhaps withdrawn and restored; a draft may be discarded."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm.attributes import flag_modified

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, NotAllowedNowError
from app.domain.evidence import EvidenceKind, EvidenceState
from app.evidence.actions.attaching import remove_contents
from app.evidence.actions.content import (
    MEANINGFUL,
    Content,
    checked_content,
    company_day,
    conflict_labels,
    stored_texts,
)
from app.evidence.actions.revisions import keep_revision
from app.evidence.models import Claim, Evidence, EvidenceLink
from app.evidence.queries import find_live_setting_aside, lock_evidence, next_number
from app.infra.db import db
from app.infra.templating import kind_label
from app.infra.unit_of_work import touch
from app.people.models import Person

NOTHING_TO_SHOW = "Tick at least one expectation before you share it: a shared piece shows something."


def log_evidence(
    author: Person,
    content: Content,
    *,
    share: bool = False,
    needed_voice: uuid.UUID | None = None,
    by: Author,
    at: datetime,
) -> Evidence:
    """Log a piece under its author's next number: as a private draft, or shared at once.

    `needed_voice` is the person without whose confirmation it counts for nothing; it stays so for good.
    InvalidError as `checked_content`; IncompleteError where it is to be shared and shows no expectation.
    """
    content = checked_content(content, subject_id=author.id, at=at)
    if share and not content.claims:
        raise IncompleteError(NOTHING_TO_SHOW, field="expectations")
    piece = Evidence(
        id=uuid.uuid4(),
        subject_id=author.id,
        number=next_number(author.id),
        title=content.title,
        narrative=content.narrative,
        kind=content.kind,
        occurred_from=content.occurred_from,
        occurred_on=content.occurred_on,
        state=EvidenceState.DRAFT,
        created_at=at,
        changed_at=at,
        needed_voice_id=needed_voice,
        links=[EvidenceLink(position=place, url=url) for place, url in enumerate(content.links)],
        claims=[
            Claim(expectation_id=expectation_id, position=place, line=line, changed_at=at)
            for place, (expectation_id, line) in enumerate(content.claims.items())
        ],
        corroborations=[],
    )
    db.session.add(piece)
    db.session.flush()
    _note(Tag.EVIDENCE_LOGGED, piece, by=by, at=at, number=piece.number, expectations=sorted(content.claims))
    if share:
        _share(piece, by=by, at=at)
    return piece


def change_evidence(piece: Evidence, content: Content, *, version: int, by: Author, at: datetime) -> Evidence:
    """Change what a draft or a shared piece says.

    `version` is that of the row the author started from; ConflictError carries the stored texts when it is another by
    now. On a shared piece each claim whose meaning changed is marked, so that earlier answers of colleagues no longer
    count for it; at least one expectation stays, and none that is set aside goes (IncompleteError,
    NotAllowedNowError).
    """
    piece = lock_evidence(piece)
    if piece.version != version:
        raise ConflictError(
            f"{piece.ref} was saved in the meantime, perhaps in another window.",
            stored=stored_texts(piece),
            version=piece.version,
            labels=conflict_labels(piece, content.claims, at),
            choices={"kind": tuple((kind.value, kind_label(kind.value)) for kind in EvidenceKind)},
        )
    if piece.state is EvidenceState.WITHDRAWN:
        raise NotAllowedNowError("A withdrawn piece is not changed; restore it first.")
    before = {claim.expectation_id: claim for claim in piece.claims}
    content = checked_content(content, subject_id=piece.subject_id, at=at, kept=before)
    if piece.is_shared and not content.claims:
        raise IncompleteError(NOTHING_TO_SHOW, field="expectations")
    changed = _set_fields(piece, content)
    _set_links(piece, content, changed)
    _set_claims(piece, content.claims, changed, at=_after_answers(piece, at))
    if changed:
        piece.changed_at = at
        # A change of nothing but claims is a change of the piece too: its version must rise.
        flag_modified(piece, "changed_at")
        db.session.flush()
        added, removed = sorted(content.claims.keys() - before), sorted(before.keys() - content.claims)
        _note(Tag.EVIDENCE_CHANGED, piece, by=by, at=at, fields=sorted(changed), added=added, removed=removed)
        if piece.is_shared:
            keep_revision(piece, at)
            touch(piece.subject_id)
    return piece


def _set_fields(piece: Evidence, content: Content) -> set[str]:
    """Set the columns of the piece; return the names of those that changed."""
    changed = {name for name in MEANINGFUL if getattr(piece, name) != getattr(content, name)}
    for name in changed:
        setattr(piece, name, getattr(content, name))
    return changed


def _set_links(piece: Evidence, content: Content, changed: set[str]) -> None:
    if [link.url for link in piece.links] != list(content.links):
        piece.links = [EvidenceLink(position=place, url=url) for place, url in enumerate(content.links)]
        changed.add("links")


def _set_claims(piece: Evidence, wanted: Mapping[str, str], changed: set[str], *, at: datetime) -> None:
    """Add, remove and reword claims; mark those that now say something else."""
    has_new_meaning = bool(changed & {*MEANINGFUL, "links"})
    for claim in [claim for claim in piece.claims if claim.expectation_id not in wanted]:
        if find_live_setting_aside(claim) is not None:
            raise NotAllowedNowError(
                "An expectation for which your manager has set the piece aside stays linked; it does not count, and "
                "you can answer the reason.",
            )
        piece.claims.remove(claim)
        changed.add("expectations")
    there = {claim.expectation_id: claim for claim in piece.claims}
    last = max((claim.position for claim in piece.claims), default=-1)
    for expectation_id, line in wanted.items():
        kept = there.get(expectation_id)
        if kept is None:
            last += 1
            piece.claims.append(Claim(expectation_id=expectation_id, position=last, line=line, changed_at=at))
            changed.add("expectations")
            continue
        if kept.line != line:
            changed.add("lines")
        if has_new_meaning or kept.line != line:
            kept.line, kept.changed_at = line, at


def _after_answers(piece: Evidence, at: datetime) -> datetime:
    """Return a moment that lies after every answer, even when the machine's clock was put back in between."""
    answers = [row.answered_at for row in piece.corroborations if row.answered_at is not None]
    return max([at, *(answer + timedelta(microseconds=1) for answer in answers)])


def share_evidence(piece: Evidence, *, by: Author, at: datetime) -> None:
    """Share a draft: manager, those above and HR can read it from now on. IncompleteError without an expectation."""
    piece = lock_evidence(piece)
    if piece.state is not EvidenceState.DRAFT:
        raise NotAllowedNowError(f"{piece.ref} is shared already.")
    if not piece.claims:
        raise IncompleteError(NOTHING_TO_SHOW, field="expectations")
    _share(piece, by=by, at=at)


def _share(piece: Evidence, *, by: Author, at: datetime) -> None:
    piece.state, piece.shared_at, piece.submitted_on = EvidenceState.SHARED, at, company_day(at)
    keep_revision(piece, at)
    touch(piece.subject_id)
    _note(Tag.EVIDENCE_SHARED, piece, by=by, at=at, expectations=sorted(claim.expectation_id for claim in piece.claims))


def check_may_be_withdrawn(piece: Evidence) -> None:
    """Raise NotAllowedNowError unless the piece is shared now."""
    if piece.state is not EvidenceState.SHARED:
        raise NotAllowedNowError(f"{piece.ref} is not shared, so there is nothing to withdraw.")


def withdraw_evidence(piece: Evidence, *, by: Author, at: datetime) -> None:
    """Withdraw a shared piece: it counts for nothing any more. The author can restore it."""
    piece = lock_evidence(piece)
    check_may_be_withdrawn(piece)
    piece.state, piece.withdrawn_at = EvidenceState.WITHDRAWN, at
    touch(piece.subject_id)
    _note(Tag.EVIDENCE_WITHDRAWN, piece, by=by, at=at)


def restore_evidence(piece: Evidence, *, by: Author, at: datetime) -> None:
    """Share a withdrawn piece again, with everything that was said about it; it keeps the day of its first sharing."""
    piece = lock_evidence(piece)
    if piece.state is not EvidenceState.WITHDRAWN:
        raise NotAllowedNowError(f"{piece.ref} is not withdrawn, so there is nothing to restore.")
    piece.state, piece.withdrawn_at = EvidenceState.SHARED, None
    touch(piece.subject_id)
    _note(Tag.EVIDENCE_RESTORED, piece, by=by, at=at)


def check_may_be_discarded(piece: Evidence) -> None:
    """Raise NotAllowedNowError once the piece was shared: then it is withdrawn instead, never discarded."""
    if piece.state is not EvidenceState.DRAFT:
        raise NotAllowedNowError(f"{piece.ref} was shared, so it can be withdrawn, but not discarded.")


def discard_draft(piece: Evidence, *, by: Author, at: datetime) -> None:
    """Discard a draft for good. NotAllowedNowError as `check_may_be_discarded`."""
    piece = lock_evidence(piece)
    check_may_be_discarded(piece)
    remove_contents(piece)
    db.session.delete(piece)
    _note(Tag.EVIDENCE_DISCARDED, piece, by=by, at=at, number=piece.number)
    db.session.flush()


def _note(tag: Tag, piece: Evidence, *, by: Author, at: datetime, **details: object) -> None:
    log(tag, by=by, at=at, subject_id=piece.subject_id, object_id=piece.id, **details)
