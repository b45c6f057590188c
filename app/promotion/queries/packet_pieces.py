"""Pieces of evidence as they were handed in: kept as text with the choice, and read again in the place of the piece.

A packet that is in does not change, so neither does what stands in its evidence: title, words, kind, days, links and
what it is said to show. What others say of it, colleagues and a line manager who sets it aside, is read as it stands
until the freezing. Source: domain specification, 3.2 and 3.5.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.evidence import EvidenceKind, EvidenceState
from app.domain.packets import canonical
from app.evidence.models import Corroboration, Evidence, SettingAside


@dataclass(frozen=True, slots=True)
class PinnedLink:
    """A link as it was handed in."""

    url: str


@dataclass(frozen=True, slots=True)
class PinnedClaim:
    """What a piece was said to show when it was handed in; whether it is set aside is read as it stands."""

    expectation_id: str
    line: str
    changed_at: datetime
    settings_aside: tuple[SettingAside, ...]


@dataclass(frozen=True, slots=True)
class PinnedPiece:
    """A piece as it was handed in, under the names of `Evidence`. It counts as shared, whatever became of it since."""

    id: uuid.UUID
    subject_id: uuid.UUID
    ref: str
    title: str
    narrative: str
    kind: EvidenceKind
    occurred_from: date | None
    occurred_on: date
    links: tuple[PinnedLink, ...]
    claims: tuple[PinnedClaim, ...]
    corroborations: list[Corroboration]
    state: EvidenceState = EvidenceState.SHARED
    needed_voice_id: uuid.UUID | None = None


def text_to_pin(piece: Evidence) -> str:
    """Return what is kept of a piece at the handing in: its own content, and nothing that others said."""
    return canonical(
        {
            "title": piece.title,
            "narrative": piece.narrative,
            "kind": piece.kind.value,
            "occurred_from": piece.occurred_from.isoformat() if piece.occurred_from else None,
            "occurred_on": piece.occurred_on.isoformat(),
            "links": [link.url for link in piece.links],
            "claims": [
                {
                    "expectation_id": claim.expectation_id,
                    "line": claim.line,
                    "changed_at": claim.changed_at.isoformat(),
                }
                for claim in piece.claims
            ],
        }
    )


def as_handed_in(piece: Evidence, text: str) -> PinnedPiece:
    """Return a piece as the text says that it was, with what others say of it now."""
    kept: dict[str, Any] = json.loads(text)
    asides = {claim.expectation_id: tuple(claim.settings_aside) for claim in piece.claims}
    return PinnedPiece(
        id=piece.id,
        subject_id=piece.subject_id,
        ref=piece.ref,
        title=kept["title"],
        narrative=kept["narrative"],
        kind=EvidenceKind(kept["kind"]),
        occurred_from=date.fromisoformat(kept["occurred_from"]) if kept["occurred_from"] else None,
        occurred_on=date.fromisoformat(kept["occurred_on"]),
        links=tuple(PinnedLink(url) for url in kept["links"]),
        claims=tuple(
            PinnedClaim(
                expectation_id=claim["expectation_id"],
                line=claim["line"],
                changed_at=datetime.fromisoformat(claim["changed_at"]),
                settings_aside=asides.get(claim["expectation_id"], ()),
            )
            for claim in kept["claims"]
        ),
        corroborations=piece.corroborations,
        needed_voice_id=piece.needed_voice_id,
    )
