"""One piece as its own page shows it, to those who may read all of it and to those who may read only the piece."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.evidence import CorroborationAnswer, EvidenceState, Reason
from app.evidence.links import visible_host
from app.evidence.models import Claim, Corroboration, Evidence, SettingAside
from app.evidence.queries.cards import SOON, Shown, counting_voices, names_of, shown_claim
from app.evidence.queries.marks import Marks
from app.evidence.queries.pieces import find_live_setting_aside
from app.infra.templating import join_words, kind_label

AGAINST = {
    Reason.DRAFT: "Counts once you share it.",
    Reason.WITHDRAWN: "Does not count while it is withdrawn.",
    Reason.SET_ASIDE: "Does not count: set aside.",
    Reason.FUTURE: "Counts from the day on which it happened.",
    Reason.TOO_OLD: "No longer counts: it happened too long ago.",
}


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


@dataclass(frozen=True, slots=True)
class VoiceView:
    """A colleague who was asked, the answer, and whether it counts. `remark` says why it does not, or for what."""

    colleague_id: uuid.UUID
    name: str
    asked_at: datetime
    is_open: bool
    outcome: CorroborationAnswer | None
    words: str
    answered_at: datetime | None
    remark: str


@dataclass(frozen=True)
class PiecePage:
    """Everything that the page of a piece shows to one reader.

    `voices` and `history` are empty for a reader who may see no more than the piece; `question` is the reader's own.
    """

    piece: Evidence
    author_name: str
    claims: tuple[ClaimView, ...]
    links: tuple[Link, ...]
    voices: tuple[VoiceView, ...]
    question: Corroboration | None
    history: tuple[tuple[str, datetime], ...]
    confirmed_by: tuple[str, ...]

    @property
    def standing(self) -> frozenset[str]:
        """Return what the reader's own answer leaves standing; before it, everything."""
        if self.question and self.question.outcome is CorroborationAnswer.LIMITED:
            return self.question.left_standing
        return frozenset(view.shown.id for view in self.claims)


def piece_page(piece: Evidence, marks: Marks, reader_id: uuid.UUID, *, is_full: bool) -> PiecePage:
    """Return what a reader sees of a loaded piece.

    `is_full`: the reader may read all that was said about it. Anybody else (an asked colleague, a former manager) reads
    the piece and the reader's own words, and nothing that others said.
    """
    asides = [row for claim in piece.claims for row in claim.settings_aside if is_full or row.by_id == reader_id]
    voices = counting_voices(piece) if is_full else {}
    asked = piece.corroborations if is_full else []
    names = names_of([piece.subject_id, *(row.by_id for row in asides), *(row.colleague_id for row in asked)])
    seen = {row.id for row in asides}
    return PiecePage(
        piece=piece,
        author_name=names[piece.subject_id],
        claims=tuple(_claim_view(piece, claim, marks, names, voices, seen, is_full=is_full) for claim in piece.claims),
        links=tuple(Link(link.url, visible_host(link.url)) for link in piece.links),
        voices=tuple(_voice_view(piece, row, names, voices) for row in asked),
        question=next((row for row in piece.corroborations if row.colleague_id == reader_id), None),
        history=tuple(_history(piece)) if is_full else (),
        confirmed_by=tuple(sorted(names[one] for one in voices)),
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
        shown = replace(shown, until=None, is_set_aside=False, against=None)
    live = find_live_setting_aside(claim)
    visible = [_aside(row, names) for row in claim.settings_aside if row.id in seen and row is not live]
    return ClaimView(
        shown=shown,
        remark=_remark(shown, marks) if is_full else "",
        is_ending=shown.until is not None and shown.until - marks.on <= SOON,
        aside=_aside(live, names) if live is not None and live.id in seen else None,
        earlier=tuple(visible),
        confirmed_by=tuple(sorted(names[one] for one, ids in voices.items() if claim.expectation_id in ids)),
    )


def _aside(row: SettingAside, names: dict[uuid.UUID, str]) -> Aside:
    name, version = names[row.by_id], row.answer_version
    return Aside(name, row.reason, row.set_at, row.answer, row.answered_at, row.superseded_at, version)


def _remark(shown: Shown, marks: Marks) -> str:
    """Return the sentence where no day can be named."""
    if shown.until is not None:
        return ""
    if shown.against is Reason.KIND:
        kinds = join_words([kind_label(kind.value).lower() for kind in marks.accepted_kinds(shown.id)], "or")
        return f"Does not count: this expectation asks for {kinds}."
    if shown.against is not None:
        return AGAINST[shown.against]
    if marks.mark(shown.id).rule is None:
        return "Does not count: no ladder of this person has it now."
    return "Counts; leave keeps its age where it is."


def _voice_view(
    piece: Evidence, row: Corroboration, names: dict[uuid.UUID, str], voices: dict[uuid.UUID, frozenset[str]]
) -> VoiceView:
    return VoiceView(
        colleague_id=row.colleague_id,
        name=names[row.colleague_id],
        asked_at=row.asked_at,
        is_open=row.is_open,
        outcome=row.outcome,
        words=row.words,
        answered_at=row.answered_at,
        remark=_voice_remark(piece, row, voices.get(row.colleague_id, frozenset())),
    )


def _voice_remark(piece: Evidence, row: Corroboration, supported: frozenset[str]) -> str:
    if row.outcome is None or row.outcome is CorroborationAnswer.DECLINED:
        return ""
    if row.was_line_manager:
        return "Does not count as a second voice: given as line manager."
    there = {claim.expectation_id for claim in piece.claims}
    given = row.left_standing if row.outcome is CorroborationAnswer.LIMITED else there
    if not supported:
        return "No longer counts: the piece was changed after the answer."
    if supported != given & there:
        return f"Counts for {len(supported)} of {len(there)}: the rest was changed after the answer."
    return f"Counts for {len(supported)} of {len(there)} expectations." if len(there) > 1 else ""


def _history(piece: Evidence) -> Iterable[tuple[str, datetime]]:
    yield "Logged", piece.created_at
    if piece.shared_at is not None:
        yield "Shared", piece.shared_at
    if piece.changed_at > piece.created_at:
        yield "Last changed", piece.changed_at
    if piece.state is EvidenceState.WITHDRAWN and piece.withdrawn_at is not None:
        yield "Withdrawn", piece.withdrawn_at
