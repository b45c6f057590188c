"""A packet in words: one view for the page, for paper and for the file, so that all three say the same.

For views only: no database. Everything comes from the content of a packet; see `queries.packets` for its keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from app.domain.evidence import Reason
from app.domain.packets import SETTLED
from app.domain.rationale import split_at_citations
from app.evidence.links import visible_host
from app.infra.templating import ANSWER_LABELS, VERDICT_LABELS, counted, join_words, kind_label, long_date, short_date
from app.promotion.models import PacketPart
from app.promotion.wording import PACKET_PART

PARTS = (PacketPart.SUMMARY, PacketPart.IMPACT, PacketPart.HELPED)
AGAINST = {
    Reason.SET_ASIDE: "Does not count: set aside by the line manager",
    Reason.UNCONFIRMED: "Does not count: not confirmed by the mentee",
    Reason.KIND: "Does not count: another kind of evidence is asked for",
    Reason.FUTURE: "Does not count yet: it lies ahead",
    Reason.TOO_OLD: "Does not count any more: too long ago",
    Reason.DRAFT: "Does not count: not shared",
    Reason.WITHDRAWN: "Does not count: withdrawn",
}
OUTCOME = {"confirmed": "Confirmed", "limited": "Confirmed in part"}


@dataclass(frozen=True, slots=True)
class PartView:
    """A written part: its heading, and the words or what stands in their place."""

    id: str
    title: str
    words: str
    missing: str
    by: str = ""
    cited: tuple[tuple[str, str], ...] = ()
    """The words in parts, each with the label of the piece that it cites, or nothing."""


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """What a colleague said of a piece; `points` are (expectation, words) of a limited answer."""

    name: str
    answer: str
    on: str
    words: str
    points: tuple[tuple[str, str], ...]
    remark: str


@dataclass(frozen=True, slots=True)
class PieceView:
    """One piece with its number. `shows`: (expectation, the author's line, why it does not count or nothing)."""

    label: str
    number: int
    title: str
    kind: str
    kind_words: str
    when: str
    narrative: str
    links: tuple[tuple[str, str], ...]
    shows: tuple[tuple[str, str, str], ...]
    voices: tuple[VoiceLine, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """One expectation. `status` is empty where the reader may see no rating; `sums`: (is it fulfilled, words)."""

    id: str
    text: str
    where: str
    level: str
    status: str
    said: tuple[str, ...]
    labels: tuple[str, ...]
    is_open: bool
    sums: tuple[tuple[bool, str], ...]
    exception: str

    @property
    def is_lacking(self) -> bool:
        """Say whether the pieces in the packet are not enough for it."""
        return self.is_open or not all(holds for holds, _ in self.sums)


@dataclass(frozen=True)
class PacketView:
    """A packet as everybody reads it. `lead` and `facts` say what it is and how it stands."""

    candidate: str
    code: str
    cycle: str
    from_level: str
    target: str
    lead: str
    warnings: tuple[tuple[str, str], ...]
    parts: tuple[PartView, ...]
    pieces: tuple[PieceView, ...]
    left_out: str
    groups: tuple[tuple[str, tuple[RowView, ...]], ...]
    settled: tuple[RowView, ...]
    exceptions: tuple[tuple[str, str], ...]
    timeline: tuple[tuple[str, tuple[str, ...]], ...]
    digest: str
    readiness: str


def packet_view(packet: Mapping[str, Any], *, digest: str = "", no_statement: str = "") -> PacketView:
    """Return a packet in words. `digest` of the frozen one; `no_statement` says why none is there."""
    case, reasons = packet["case"], {one["id"]: one["reason"] for one in packet["exceptions"]}
    rows = {one["id"]: _row(one, reasons) for one in packet["expectations"]}
    to_rate = [one for one in packet["expectations"] if one["is_rated"] or one["id"] in reasons]
    settled = [one for one in packet["expectations"] if not (one["is_rated"] or one["id"] in reasons)]
    texts = {one["id"]: one["text"] for one in packet["expectations"]}
    return PacketView(
        candidate=packet["candidate"],
        code=case["code"],
        cycle=case["cycle"],
        from_level=case["from_level"],
        target=case["target_level"],
        lead=_lead(packet, is_frozen=bool(digest)),
        warnings=tuple(_warnings(packet)),
        parts=tuple(_parts(packet, no_statement)),
        pieces=tuple(_piece(one, texts) for one in packet["pieces"]),
        left_out=_left_out(packet["left_out"]),
        groups=tuple(
            (name, tuple(rows[one["id"]] for one in found))
            for name, found in groupby(to_rate, key=lambda one: one["competency"])
        ),
        settled=tuple(rows[one["id"]] for one in settled),
        exceptions=tuple((one["text"], one["reason"]) for one in packet["exceptions"]),
        timeline=tuple((one["quarter"], tuple(f"E{number}" for number in one["pieces"])) for one in packet["timeline"]),
        digest=digest,
        readiness=_readiness(packet),
    )


def _lead(packet: Mapping[str, Any], *, is_frozen: bool) -> str:
    case = packet["case"]
    words = [f"{case['cycle']}, case {case['code']}, judged by {packet['ladder']['name']}."]
    if packet["cut_off"]:
        words.append(f"Evidence up to {_long(packet['cut_off'])}.")
    if is_frozen:
        words.append(f"Frozen on {_long(packet['frozen_on'])}; nothing in it changes any more.")
    elif case["submitted_on"]:
        words.append(f"Handed in on {_long(case['submitted_on'])}.")
    return " ".join(words)


def _long(day: str) -> str:
    return long_date(date.fromisoformat(day))


def _short(day: str) -> str:
    return short_date(date.fromisoformat(day))


def _warnings(packet: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    case, found = packet["case"], packet["warnings"]
    if case["is_incomplete"]:
        yield "This packet is incomplete", f"It is not rated, and can only be deferred. {case['incomplete_reason']}"
    if found["recency"]:
        recent = found["recency"]
        pieces = f"{recent['recent']} of {counted(recent['counted'], 'piece', 'pieces')} that count"
        yield "Most of it is recent", f"{pieces} happened in the last quarter of the time they count for."
    if found["reliance"]:
        one = found["reliance"]
        labels = join_words([f"E{number}" for number in one["numbers"]])
        verb = "supports" if len(one["numbers"]) == 1 else "support"
        shown = f"{one['supported']} of {one['evidenced']} expectations that have evidence here"
        yield "Much rests on one piece of work", f"{labels} {verb} {shown}."


def _parts(packet: Mapping[str, Any], no_statement: str) -> Iterable[PartView]:
    known = {one["number"] for one in packet["pieces"]}
    for part in PARTS:
        words = packet["parts"][part.value]
        missing = "" if words else "Nothing was written here."
        yield PartView(part.value, PACKET_PART[part], words, missing, cited=_cited(words, known))
    said = packet["statement"]
    title = PACKET_PART[PacketPart.STATEMENT]
    if said is None:
        yield PartView("statement", title, "", no_statement or "No statement was handed in.")
    else:
        by = f"{said['author']}, {_long(said['handed_in_on'])}"
        yield PartView("statement", title, said["words"], "", by, cited=_cited(said["words"], known))


def _cited(words: str, known: Collection[int]) -> tuple[tuple[str, str], ...]:
    return tuple((text, f"E{number}" if number else "") for text, number in split_at_citations(words, known))


def _left_out(numbers: Sequence[int]) -> str:
    if not numbers:
        return ""
    labels = join_words([f"E{number}" for number in numbers])
    were = "was" if len(numbers) == 1 else "were"
    return f"{labels} {were} withdrawn before the packet was frozen, or happened after the cut-off."


def _readiness(packet: Mapping[str, Any]) -> str:
    found = packet["readiness"]
    if found is None:
        return ""
    return f"{VERDICT_LABELS[found['verdict']]}: {found['met']} of {found['of']} required expectations are met."


# Pieces ----------------------------------------------------------------------------------


def _piece(one: Mapping[str, Any], texts: Mapping[str, str]) -> PieceView:
    began = f"{_short(one['began_on'])} – " if one["began_on"] else ""
    return PieceView(
        label=one["label"],
        number=one["number"],
        title=one["title"],
        kind=one["kind"],
        kind_words=kind_label(one["kind"]),
        when=f"{began}{_short(one['occurred_on'])}",
        narrative=one["narrative"],
        links=tuple((url, visible_host(url)) for url in one["links"]),
        shows=tuple(
            (claim["text"], claim["line"], AGAINST[Reason(claim["against"])] if claim["against"] else "")
            for claim in one["expectations"]
            if claim["text"]
        ),
        voices=tuple(_voice(voice, one, texts) for voice in one["voices"]),
    )


def _voice(voice: Mapping[str, Any], piece: Mapping[str, Any], texts: Mapping[str, str]) -> VoiceLine:
    named = dict(texts) | {claim["id"]: claim["text"] or "" for claim in piece["expectations"]}
    remark = ""
    if voice["was_line_manager"]:
        remark = "Does not count as a second voice: given as line manager."
    elif not voice["standing"]:
        remark = "Does not count: nothing was left standing, or the piece was changed after the answer."
    return VoiceLine(
        name=voice["name"],
        answer=OUTCOME[voice["outcome"]],
        on=_short(voice["answered_on"]),
        words=voice["words"],
        points=tuple((named.get(key, ""), words) for key, words in sorted(voice["limits"].items()) if named.get(key)),
        remark=remark,
    )


# Expectations ----------------------------------------------------------------------------


def _row(one: Mapping[str, Any], reasons: Mapping[str, str]) -> RowView:
    optional = "" if one["is_required"] else ", optional"
    return RowView(
        id=one["id"],
        text=one["text"],
        where=f"{one['competency']}, {one['level']}{optional}",
        level=f"{one['level']}{optional}",
        status="slipped" if one["is_slipped"] and one["status"] else one["status"] or "",
        said=tuple(_said(one)),
        labels=tuple(f"E{number}" for number in one["pieces"]),
        is_open=one["is_rated"] and not one["pieces"],
        sums=tuple(_sums(one["sufficiency"])) if one["is_rated"] else (),
        exception=reasons.get(one["id"], ""),
    )


def _said(one: Mapping[str, Any]) -> Iterable[str]:
    if one["waived_for"]:
        yield f"Waived: {one['waived_for']}"
    if one["status"] in SETTLED:
        return
    if one["manager"]:
        given = one["manager"]
        by = f", {given['by']}" if given["by"] else ""
        yield f"Line manager: {ANSWER_LABELS[given['answer']].lower()}, {_short(given['on'])}{by}."
    if one["self"]:
        given = one["self"]
        yield f"Engineer: {ANSWER_LABELS[given['answer']].lower()}, {_short(given['on'])}."


def _sums(found: Mapping[str, Any]) -> Iterable[tuple[bool, str]]:
    yield found["count"] >= found["min_count"], f"{found['count']} of {counted(found['min_count'], 'piece', 'pieces')}"
    if found["min_span_days"]:
        yield (
            found["span_days"] >= found["min_span_days"],
            f"{found['span_days']} of {counted(found['min_span_days'], 'day', 'days')} between the first and the last",
        )
    if found["min_voices"]:
        yield (
            found["voices"] >= found["min_voices"],
            f"{found['voices']} of {counted(found['min_voices'], 'colleague', 'colleagues')} confirmed it",
        )
    if found["min_kinds"] > 1:
        yield found["kinds"] >= found["min_kinds"], f"{found['kinds']} of {found['min_kinds']} kinds"
