"""The reviewer's pages as they show a case: one expectation at a time, and all of them before handing in.

For views only: everything comes from the frozen packet, the reader's own drafts and the colleagues' feedback.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.assessment.pages import Rung
from app.assessment.sheet_pages import rung_of
from app.domain.committee import CommitteeRating
from app.domain.evidence import CorroborationAnswer
from app.infra.templating import answer_label, counted, kind_label, long_date, plural
from app.ladders.queries import Edition
from app.promotion.forms.review import RatingForm
from app.promotion.models import FeedbackLeaning, GivenRating, PromotionCase, RatingDraft
from app.promotion.queries.feedback import Heard
from app.promotion.wording import RATING, RATIONALE_FAULT

AGAINST = {
    "too_old": "it is too old",
    "withdrawn": "it was withdrawn",
    "set_aside": "the line manager set it aside",
    "kind": "it is of another kind",
    "future": "it lies ahead",
    "draft": "it is a draft",
}
"""Why a piece does not count for an expectation, by the code that the packet carries."""
DAYS_IN_MONTH = 30.44
_NO_ERRORS: Mapping[str, Sequence[str]] = {"rating": (), "rationale": (), "missing": ()}


@dataclass(frozen=True, slots=True)
class Step:
    """One square of the row above the packet. `state`: `done`, `begun` or `open`."""

    number: int
    text: str
    state: str

    @property
    def words(self) -> str:
        """Return the state for a screen reader."""
        return {"done": "rated", "begun": "begun", "open": "not rated"}[self.state]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of one expectation, with the label of the piece it belongs to where there is one."""

    label: str
    heading: str
    words: str
    is_against: bool = False


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A piece that claims the expectation, with its number, what the candidate says of it here, and who confirms it."""

    number: int
    title: str
    meta: str
    line: str
    narrative: str
    links: tuple[str, ...]
    voices: tuple[Said, ...]

    @property
    def label(self) -> str:
        """Return how words cite it."""
        return f"E{self.number}"


@dataclass(frozen=True, slots=True)
class Asked:
    """The expectation that is before the reviewer, with all that the packet says of it, what speaks against it first.

    `ratings` are the engineer's and the manager's own, where the reader may see them; `exception` is why the candidate
    asks to be promoted despite it.
    """

    place: int
    id: str
    text: str
    competency: str
    level: str
    against: tuple[Said, ...]
    exhibits: tuple[Exhibit, ...]
    heard: tuple[Said, ...]
    needs: tuple[tuple[bool, str], ...]
    ratings: tuple[tuple[str, str], ...]
    exception: str


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above every page of one review."""

    case: PromotionCase
    candidate: str
    ladder: str
    held: Rung | None
    target: Rung
    frozen_on: date
    cut_off: date | None
    parts: tuple[tuple[str, str], ...]
    statement: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The reader's own words on one expectation, as the form shows them."""

    rating: str
    rationale: str
    missing: str
    revision: int
    sequence: int
    saved_at: datetime | None
    errors: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One line of the summary: what was put down, and what it still lacks."""

    place: int
    text: str
    where: str
    rating: CommitteeRating | None
    rating_words: str
    rationale: str
    missing: str
    faults: tuple[str, ...]


def head_of(case: PromotionCase, packet: Mapping[str, Any], edition: Edition) -> Head:
    """Return what stands above every page of one review."""
    ladder = edition.ladder
    words = packet.get("parts") or {}
    names = (("summary", "Summary"), ("impact", "Impact"), ("helped", "Whom they helped"))
    statement = packet.get("statement")
    return Head(
        case=case,
        candidate=packet["candidate"],
        ladder=edition.name,
        held=rung_of(ladder, ladder.level(case.from_level)) if ladder.has_level(case.from_level) else None,
        target=rung_of(ladder, ladder.level(case.target_level)),
        frozen_on=_day(packet.get("frozen_on")) or (case.frozen_at or case.nominated_at).date(),
        cut_off=_day(packet.get("cut_off")),
        parts=tuple((label, words[name]) for name, label in names if words.get(name)),
        statement=(statement.get("author", "The line manager"), statement["words"]) if statement else None,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def steps_of(
    packet: Mapping[str, Any], drafts: Mapping[str, RatingDraft], faults: Mapping[str, tuple[str, ...]]
) -> list[Step]:
    """Return the squares, in the order of the ladder."""
    texts = {one["id"]: one["text"] for one in packet["expectations"]}
    return [
        Step(number, texts[one], "begun" if one in drafts and one in faults else "open" if one in faults else "done")
        for number, one in enumerate(packet["rated"], 1)
    ]


# One expectation --------------------------------------------------------------------------


def asked_of(packet: Mapping[str, Any], place: int, heard: Iterable[Heard]) -> Asked:
    """Return one expectation with all that speaks for it and against it; what speaks against it stands first."""
    wanted = packet["rated"][place - 1]
    one = next(row for row in packet["expectations"] if row["id"] == wanted)
    exhibits = tuple(_exhibits(packet, wanted))
    feedback = [_heard(voice) for row in heard if row.id == wanted for voice in row.voices if _says_something(voice)]
    limited = [voice for exhibit in exhibits for voice in exhibit.voices if voice.is_against]
    return Asked(
        place=place,
        id=wanted,
        text=one["text"],
        competency=one["competency"],
        level=one["level"],
        against=(*(said for said in feedback if said.is_against), *limited),
        exhibits=exhibits,
        heard=tuple(said for said in feedback if not said.is_against),
        needs=tuple(_needs(one)),
        ratings=tuple(_ratings(one)),
        exception=next((row["reason"] for row in packet.get("exceptions", ()) if row["id"] == wanted), ""),
    )


def _says_something(voice: Any) -> bool:  # noqa: ANN401 - a voice of the feedback
    return voice.leaning is not FeedbackLeaning.NOT_SEEN


def _heard(voice: Any) -> Said:  # noqa: ANN401 - as above
    is_against = voice.leaning is FeedbackLeaning.LIMITS
    return Said("", f"Feedback of {voice.name}", voice.words, is_against=is_against)


def _exhibits(packet: Mapping[str, Any], wanted: str) -> Iterable[Exhibit]:
    for piece in packet["pieces"]:
        claim = next((row for row in piece["expectations"] if row["id"] == wanted), None)
        if claim is None:
            continue
        against = AGAINST.get(claim.get("against") or "", "")
        when = _day(piece.get("occurred_on"))
        meta = [kind_label(piece["kind"]), long_date(when) if when else ""]
        meta += [f"does not count here: {against}"] if against else []
        yield Exhibit(
            number=piece["number"],
            title=piece["title"],
            meta=", ".join(part for part in meta if part),
            line=claim.get("line") or "",
            narrative=piece.get("narrative") or "",
            links=tuple(piece.get("links") or ()),
            voices=tuple(_voice(piece, voice, wanted) for voice in piece.get("voices") or () if _speaks(voice, wanted)),
        )


def _speaks(voice: Mapping[str, Any], wanted: str) -> bool:
    """Say whether an answer is of this expectation: limits that a colleague drew elsewhere say nothing here."""
    is_limited = voice["outcome"] == CorroborationAnswer.LIMITED.value
    return not is_limited or wanted in (voice.get("limits") or {}) or wanted in (voice.get("standing") or ())


def _voice(piece: Mapping[str, Any], voice: Mapping[str, Any], wanted: str) -> Said:
    limit = (voice.get("limits") or {}).get(wanted, "")
    is_limited = voice["outcome"] == CorroborationAnswer.LIMITED.value and bool(limit)
    manager = ", then the line manager," if voice.get("was_line_manager") else ""
    verb = "confirms with a limit" if is_limited else "confirms"
    words = limit or voice.get("words") or ""
    return Said(f"E{piece['number']}", f"{voice['name']}{manager} {verb}", words, is_against=is_limited)


def _needs(one: Mapping[str, Any]) -> Iterable[tuple[bool, str]]:
    """Return the arithmetic of sufficiency: what the rule asks, and how much of it the pieces of the packet show."""
    found = one.get("sufficiency")
    if not found:
        return
    yield found["count"] >= found["min_count"], f"{found['count']} of {counted(found['min_count'], 'piece', 'pieces')}"
    if found["min_span_days"]:
        days = f"{found['span_days']} of {found['min_span_days']} days between first and last"
        yield found["span_days"] >= found["min_span_days"], days
    if found["min_voices"]:
        voices = f"{found['voices']} of {counted(found['min_voices'], 'voice', 'voices')}, not the manager’s"
        yield found["voices"] >= found["min_voices"], voices
    if found["min_kinds"] > 1:
        yield found["kinds"] >= found["min_kinds"], f"{found['kinds']} of {found['min_kinds']} kinds"
    left_out = len(one.get("pieces_left_out") or ())
    months = round(found["window_days"] / DAYS_IN_MONTH)
    if left_out:
        yield False, f"{counted(left_out, 'piece', 'pieces')} {plural(left_out, 'does', 'do')} not count"
    elif found["count"]:
        yield True, f"All inside {months} months"


def _ratings(one: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for key, label in (("self", "The engineer’s own rating"), ("manager", "The line manager’s rating")):
        given = one.get(key)
        if given:
            yield label, answer_label(given["answer"])


def sheet_of(draft: RatingDraft | None, form: RatingForm | None) -> Sheet:
    """Return the reader's own words; what was typed into a refused form stands in place of what is stored."""
    if form is not None:
        return Sheet(
            rating=form.rating.data if form.rating.data in set(CommitteeRating) else "",
            rationale=(form.rationale.data or "").replace("\x00", ""),
            missing=(form.missing.data or "").replace("\x00", ""),
            revision=form.row_version(),
            sequence=draft.sequence if draft else 0,
            saved_at=draft.saved_at if draft else None,
            errors={**_NO_ERRORS, **form.errors},
        )
    if draft is None:
        return Sheet("", "", "", 0, 0, None, _NO_ERRORS)
    return Sheet(
        rating=draft.rating.value if draft.rating else "",
        rationale=draft.rationale,
        missing=draft.missing,
        revision=draft.revision,
        sequence=draft.sequence,
        saved_at=draft.saved_at,
        errors=_NO_ERRORS,
    )


# All of them --------------------------------------------------------------------------------


def summary_of(
    packet: Mapping[str, Any],
    own: Mapping[str, RatingDraft] | Mapping[str, GivenRating],
    faults: Mapping[str, tuple[str, ...]],
) -> list[SummaryRow]:
    """Return every expectation with the reader's own rating, in the order of the ladder."""
    asked = {one["id"]: one for one in packet["expectations"]}
    rows = []
    for place, one in enumerate(packet["rated"], 1):
        given = own.get(one)
        rating = given.rating if given else None
        rows.append(
            SummaryRow(
                place=place,
                text=asked[one]["text"],
                where=f"{asked[one]['competency']}, {asked[one]['level']}",
                rating=rating,
                rating_words=RATING[rating] if rating else "–",
                rationale=given.rationale if given else "",
                missing=given.missing if given else "",
                faults=tuple(RATIONALE_FAULT[code] for code in faults.get(one, ())),
            )
        )
    return rows
