"""One piece as its own page shows it, to those who may read all of it and to those who may read only the piece."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.domain.evidence import EvidenceKind, EvidenceState
from app.evidence.links import visible_host
from app.evidence.models import Claim, Corroboration, Evidence, SettingAside
from app.evidence.panels import statuses_of
from app.evidence.queries.cards import Shown, counting_voices, shown_claim, with_status
from app.evidence.queries.filters import SOON
from app.evidence.queries.marks import Marks
from app.evidence.queries.pieces import find_live_setting_aside
from app.evidence.queries.revisions import Said, SaidClaim
from app.evidence.queries.voices import PointView, VoiceView, point_views, voice_views
from app.infra.clock import local
from app.people.queries import get_people


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the author, with the host that it leads to."""

    url: str
    host: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A setting aside: who, why, when, and the engineer's answer with its version. `taken_back_at`: it has ended."""

    by_name: str
    reason: str
    set_at: datetime
    answer: str
    answered_at: datetime | None
    taken_back_at: datetime | None
    version: int = 0


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One expectation that the piece shows. `remark` says whether and how long it counts, or why not."""

    shown: Shown
    remark: str
    is_ending: bool
    aside: Aside | None
    earlier: tuple[Aside, ...]
    confirmed_by: tuple[str, ...]


@dataclass(frozen=True)
class PiecePage:
    """Everything that the page of a piece shows to one reader.

    `title` to `occurred_on` are what this reader reads; `said` is there where that is not what the piece says now.
    `voices` and `history` are empty for a reader who may see no more than the piece; `question` is the reader's own,
    `points` what their answer says of each expectation.
    """

    piece: Evidence
    author_name: str
    said: Said | None
    state: EvidenceState
    title: str
    narrative: str
    kind: EvidenceKind
    occurred_from: date | None
    occurred_on: date
    claims: tuple[ClaimView, ...]
    links: tuple[Link, ...]
    voices: tuple[VoiceView, ...]
    question: Corroboration | None
    points: tuple[PointView, ...]
    history: tuple[tuple[str, datetime], ...]
    confirmed_by: tuple[str, ...]


def piece_page(
    piece: Evidence, marks: Marks, reader_id: uuid.UUID, *, is_full: bool, said: Said | None = None, at: datetime
) -> PiecePage:
    """Return what a reader sees of a loaded piece.

    `is_full`: the reader may read all that was said about it. Anybody else (an asked colleague, a former manager) reads
    the piece and the reader's own words, and nothing that others said. `said`: what a former manager reads in place of
    what the piece says now.
    """
    own = [row for claim in piece.claims for row in claim.settings_aside if is_full or row.by_id == reader_id]
    asides = [row for row in own if said is None or _is_before(row.set_at, said)]
    voices = counting_voices(piece) if is_full else {}
    asked = piece.corroborations if is_full else []
    people = get_people({piece.subject_id, *(row.by_id for row in asides), *(row.colleague_id for row in asked)})
    names = {person_id: person.name for person_id, person in people.items()}
    question = next((row for row in piece.corroborations if row.colleague_id == reader_id), None)
    text = said or piece
    urls = said.links if said else [link.url for link in piece.links]
    if said:
        claims = tuple(_claim_then(piece, one, marks, names, asides, said) for one in said.claims)
    else:
        seen = {row.id for row in asides}
        claims = tuple(_claim_view(piece, one, marks, names, voices, seen, is_full=is_full) for one in piece.claims)
        if is_full:
            statuses = statuses_of(piece.subject_id)
            claims = tuple(replace(view, shown=with_status(view.shown, statuses)) for view in claims)
    return PiecePage(
        piece=piece,
        author_name=names[piece.subject_id],
        said=said,
        state=_state_then(piece, said) if said else piece.state,
        title=text.title,
        narrative=text.narrative,
        kind=text.kind,
        occurred_from=text.occurred_from,
        occurred_on=text.occurred_on,
        claims=claims,
        links=tuple(Link(url, visible_host(url)) for url in urls),
        voices=voice_views(piece, people, voices, marks, at) if is_full else (),
        question=question if said is None else None,
        points=tuple(point_views(piece, question, marks)) if question is not None and said is None else (),
        history=tuple(_history(piece)) if is_full else (),
        confirmed_by=tuple(sorted(names[one] for one in voices)),
    )


def _is_before(moment: datetime | None, said: Said) -> bool:
    """Say whether something came while the former manager led the author."""
    return moment is not None and (said.ends_on is None or local(moment).date() < said.ends_on)


def _state_then(piece: Evidence, said: Said) -> EvidenceState:
    """Return the state at the end of the former manager's time: what was withdrawn later was shared then."""
    return EvidenceState.WITHDRAWN if _is_before(piece.withdrawn_at, said) else EvidenceState.SHARED


def _claim_then(
    piece: Evidence,
    claim: SaidClaim,
    marks: Marks,
    names: dict[uuid.UUID, str],
    asides: list[SettingAside],
    said: Said,
) -> ClaimView:
    """Return a claim as it stood in a former manager's time, with what they said of it and was answered then."""
    mark = marks.mark(claim.expectation_id)
    rows = {row.id for one in piece.claims if one.expectation_id == claim.expectation_id for row in one.settings_aside}
    shown = [_aside_then(row, names, said) for row in asides if row.id in rows]
    return ClaimView(
        shown=Shown(
            id=mark.id,
            text=mark.text,
            level=mark.level,
            level_rank=mark.level_rank,
            rungs=mark.rungs,
            line=claim.line,
            until=None,
            is_set_aside=False,
            against=None,
        ),
        remark="",
        is_ending=False,
        aside=next((one for one in shown if one.taken_back_at is None), None),
        earlier=tuple(one for one in shown if one.taken_back_at is not None),
        confirmed_by=(),
    )


def _aside_then(row: SettingAside, names: dict[uuid.UUID, str], said: Said) -> Aside:
    is_answered = _is_before(row.answered_at, said)
    return Aside(
        by_name=names[row.by_id],
        reason=row.reason,
        set_at=row.set_at,
        answer=row.answer if is_answered else "",
        answered_at=row.answered_at if is_answered else None,
        taken_back_at=row.superseded_at if _is_before(row.superseded_at, said) else None,
    )


def _claim_view(
    piece: Evidence,
    claim: Claim,
    marks: Marks,
    names: dict[uuid.UUID, str],
    voices: dict[uuid.UUID, frozenset[str]],
    seen: set[uuid.UUID],
    *,
    is_full: bool,
) -> ClaimView:
    shown = shown_claim(piece, claim, marks)
    if not is_full:
        # Until when it counts would tell of leave and of settings aside, which are not this reader's to know.
        shown = replace(shown, until=None, is_set_aside=False, against=None, is_ending=False, remark="")
    live = find_live_setting_aside(claim)
    visible = [_aside(row, names) for row in claim.settings_aside if row.id in seen and row is not live]
    return ClaimView(
        shown=shown,
        remark=shown.remark,
        is_ending=shown.until is not None and shown.until - marks.on <= SOON,
        aside=_aside(live, names) if live is not None and live.id in seen else None,
        earlier=tuple(visible),
        confirmed_by=tuple(sorted(names[one] for one, ids in voices.items() if claim.expectation_id in ids)),
    )


def _aside(row: SettingAside, names: dict[uuid.UUID, str]) -> Aside:
    name, version = names[row.by_id], row.answer_version
    return Aside(name, row.reason, row.set_at, row.answer, row.answered_at, row.superseded_at, version)


def _history(piece: Evidence) -> Iterable[tuple[str, datetime]]:
    yield "Logged", piece.created_at
    if piece.shared_at is not None:
        yield "Shared", piece.shared_at
    if piece.changed_at > piece.created_at:
        yield "Last changed", piece.changed_at
    if piece.state is EvidenceState.WITHDRAWN and piece.withdrawn_at is not None:
        yield "Withdrawn", piece.withdrawn_at
