"""The result of an assessment as a file for the talk and for keeping: what the page shows, in the words of nobody else.

Names stand in it in full, never as “You”: a file is read by others than whoever made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.assessment.compare_pages import ComparedView, ComparisonView, NoteView, ResultView, SignatureView
from app.assessment.models import Assessment
from app.infra.pdf import make_pdf
from app.infra.templating import ANSWER_LABELS, VERDICT_LABELS, full_moment, long_date, short_date

TEMPLATE = "assessment_result.typ"
MOST_LINES = 24
"""What takes fewer lines than this is kept on one page; what is longer may need more than a page has."""
HALF_LINE, WHOLE_LINE = 34, 72
"""How many characters a line of half and of the whole width holds at the least."""


def file_name(assessment: Assessment) -> str:
    """Return the name of the file: the day of the reveal, and nothing of anybody."""
    day = assessment.submitted_on
    return f"assessment-result-{day.isoformat()}.pdf" if day else "assessment-result.pdf"


def result_pdf(view: ComparisonView, *, at: datetime) -> bytes:
    """Return the file. The same result at the same moment gives the same bytes."""
    return make_pdf(TEMPLATE, result_data(view, at=at), at=at)


def result_data(view: ComparisonView, *, at: datetime) -> Mapping[str, Any]:
    """Return what the template shows: texts alone, every one of them ready to be printed."""
    result = view.result
    return {
        "title": f"Assessment of {view.engineer_name} for {view.target.id}",
        "lead": f"Both sides open since {long_date(view.revealed_on)}, written against {view.edition}.",
        "foot": f"{view.engineer_name}, {view.target.id}, {view.edition}. Made on {full_moment(at)}.",
        "engineer": view.engineer_name,
        "manager": view.manager_name,
        "remarks": _remarks(view),
        "effect": _effect(view),
        "parts": [
            {"title": title, "rows": [_row(row) for row in rows]}
            for title, rows in (
                ("Where they differ, widest first", view.differing),
                ("Where they agree", view.agreeing),
                ("What only one side has answered", view.one_sided),
            )
            if rows
        ],
        "whole": _note(result.whole) if result else None,
        "signatures": [_signature(one) for one in result.signatures] if result else [],
        "signs_whole": all(_lines_of(one.refusal, HALF_LINE) < MOST_LINES for one in result.signatures)
        if result
        else True,
        "proof": _proof(result) if result else "",
    }


def _remarks(view: ComparisonView) -> list[str]:
    remarks = [view.not_given] if view.not_given else []
    if view.is_old:
        remarks.append(f"The line manager’s answers are older than 12 months: of {long_date(view.given_on)}.")
    if view.by_former:
        remarks.append(f"{view.manager_name} gave these ratings as the line manager of that time.")
    return remarks


def _effect(view: ComparisonView) -> str:
    effect = view.effect
    if effect is None:
        return ""
    words = f"{view.target.id} on {long_date(view.printed_on)}: {VERDICT_LABELS[effect.verdict]}, {effect.missing}."
    return f"{words} {effect.words}".strip()


def _row(row: ComparedView) -> dict[str, Any]:
    return {
        "text": row.text,
        "where": f"{row.where}. {row.gap}" if row.gap else row.where,
        "own": ANSWER_LABELS[row.mine] if row.mine else "Not given",
        "theirs": ANSWER_LABELS[row.theirs] if row.theirs else "Not given",
        "own_words": row.my_words,
        "their_words": row.their_words,
        "pieces": [f"{piece.title} ({short_date(piece.on)})" for piece in row.pieces],
        "rule": row.rule,
        "note": _note(row.note),
        "is_whole": _lines(row) < MOST_LINES,
    }


def _lines(row: ComparedView) -> int:
    """Return how many lines a row takes at the most: both voices stand side by side, all else below them."""
    note = row.note.stored if row.note else ""
    pieces = "; ".join(f"{piece.title} (1 November 2026)" for piece in row.pieces)
    voices = max(_lines_of(row.my_words, HALF_LINE), _lines_of(row.their_words, HALF_LINE))
    return voices + _lines_of(note, WHOLE_LINE) + _lines_of(f"{row.text}\n{pieces}{row.rule}", WHOLE_LINE)


def _lines_of(words: str, width: int) -> int:
    """Return how many lines a text takes at the most: each of its own line breaks begins one."""
    return sum(1 + len(line) // width for line in words.split("\n"))


def _note(note: NoteView | None) -> dict[str, str] | None:
    if note is None or not note.stored or note.at is None:
        return None
    return {"words": note.stored, "by": f"Last written by {note.who} on {long_date(note.at)}"}


def _signature(one: SignatureView) -> dict[str, str]:
    when = full_moment(one.at) if one.at else ""
    said = {"open": "Not signed yet", "signed": f"Signed on {when}", "refused": f"Does not sign, recorded on {when}"}
    return {"name": one.name, "part": one.part, "said": said[one.state], "refusal": one.refusal}


def _proof(result: ResultView) -> str:
    return f"Checksum of answers, comments and notes (SHA-256): {result.digest}"
