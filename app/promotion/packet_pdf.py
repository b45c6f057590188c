"""A packet as a file: what the page shows, typeset. The same packet at the same moment gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.infra.clock import local
from app.infra.pdf import make_pdf
from app.infra.templating import full_moment, long_date, status_label
from app.promotion.models import PromotionCase
from app.promotion.packet_pages import PacketView, PieceView, RowView
from app.promotion.queries.packets import Addition

TEMPLATE = "promotion_packet.typ"
MOST_LETTERS = 1400
"""What has fewer letters than this is kept on one page; what is longer may need more than a page has."""


def file_name(case: PromotionCase, ending: str = "pdf") -> str:
    """Return the name of the file: the number of the case, and nothing of anybody."""
    return f"packet-{case.code}.{ending}"


def packet_pdf(view: PacketView, additions: Iterable[Addition], *, at: datetime) -> bytes:
    """Return the file."""
    return make_pdf(TEMPLATE, packet_data(view, additions, at=at), at=at)


def packet_data(view: PacketView, additions: Iterable[Addition], *, at: datetime) -> Mapping[str, Any]:
    """Return what the template shows: texts alone, every one of them ready to be printed."""
    title = f"{view.candidate}, {view.from_level} to {view.target}"
    return {
        "title": title,
        "lead": view.lead,
        "foot": f"{title}, {view.cycle}. Made on {full_moment(at)}.",
        "readiness": view.readiness,
        "warnings": [f"{head}. {words}" for head, words in view.warnings],
        "parts": [{"title": one.title, "words": one.words or one.missing, "by": one.by} for one in view.parts],
        "groups": [{"name": name, "rows": [_row(row) for row in rows]} for name, rows in view.groups],
        "settled": [_row(row) for row in view.settled],
        "exceptions": [{"text": text, "reason": reason} for text, reason in view.exceptions],
        "pieces": [_piece(one) for one in view.pieces],
        "left_out": view.left_out,
        "timeline": [{"quarter": quarter, "labels": ", ".join(labels) or "none"} for quarter, labels in view.timeline],
        "additions": [
            {
                "by": f"{one.author}, {long_date(local(one.at).date())}",
                "words": one.words,
                "reason": f"{'After the decision. ' * one.is_after_decision}Why it comes late: {one.reason}",
            }
            for one in additions
        ],
        "proof": f"Checksum of the frozen packet (SHA-256): {view.digest}" if view.digest else "",
    }


def _row(row: RowView) -> dict[str, Any]:
    return {
        "text": row.text,
        "where": row.where,
        "status": status_label(row.status) if row.status else "",
        "said": list(row.said),
        "cites": f"Shown by {', '.join(row.labels)}" if row.labels else "Nothing in this packet shows it" * row.is_open,
        "sums": "; ".join(words for _, words in row.sums),
        "exception": row.exception,
    }


def _piece(one: PieceView) -> dict[str, Any]:
    return asdict(one) | {
        "links": [url for url, _ in one.links],
        "shows": [{"text": text, "line": line, "remark": remark} for text, line, remark in one.shows],
        "voices": [
            asdict(voice) | {"points": [{"text": text, "words": words} for text, words in voice.points]}
            for voice in one.voices
        ],
        "is_whole": len(str(asdict(one))) < MOST_LETTERS,
    }
