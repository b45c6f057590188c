"""One side’s own sheet as pages show it, while it is written and after it is in. For views only: no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from app.assessment import wording
from app.assessment.actions import answer_name, words_name
from app.assessment.forms import SheetForm
from app.assessment.models import Side
from app.assessment.pages import Rung
from app.assessment.queries import OwnDraft, Round, SealedRow, SealedSheet, Sheet, SheetRow
from app.domain.ladder import Ladder, Level
from app.domain.rating import Answer
from app.domain.readiness import Standing, Status
from app.evidence.queries import Card
from app.infra.templating import join_words, plural

WORDS_OF = {Side.SELF: "self", Side.MANAGER: "manager"}


def rung_of(ladder: Ladder, level: Level) -> Rung:
    """Return a level as a badge draws it."""
    return Rung(level.id, level.rank, max(one.rank for one in ladder.levels))


def short_name(name: str) -> str:
    """Return the first word of a name, for narrow places."""
    return (name.split() or [""])[0]


# A sheet that is written -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowView:
    """One expectation on a sheet, in the names that the row component asks for."""

    id: str
    text: str
    is_needed: bool
    answer: str | None
    words: str
    answer_name: str
    words_name: str
    pieces: Sequence[Card]
    rule: str
    link_href: str | None
    whose: str
    label: str
    hint: str
    answer_errors: Sequence[str]
    words_errors: Sequence[str]


@dataclass(frozen=True, slots=True)
class GroupView:
    """One competency: the rows that are asked, and those that are folded under a summary."""

    id: str
    name: str
    rows: tuple[RowView, ...]
    folded: tuple[RowView, ...]
    summary: str
    is_unfolded: bool


@dataclass(frozen=True)
class SheetView:
    """A sheet as its page shows it. `errors` are (id of the field, sentence), `first_open` the row to go on with.

    `wordless` are the answers below “met” without a comment: they may be handed in, but nobody learns from them why.
    `replaces` names the former line manager whose side, which is in, this one replaces when it is handed in.
    """

    round: Round
    side: str
    is_self: bool
    other: str
    target: Rung
    groups: tuple[GroupView, ...]
    answered: int
    needed: int
    first_open: str
    wordless: tuple[RowView, ...]
    revision: int
    sequence: int
    window: str | None
    saved_at: datetime | None
    replaces: str
    errors: list[tuple[str | None, str]]
    save_href: str
    submit_href: str
    draft_href: str


def sheet_view(sheet: Sheet, found: Round, form: SheetForm | None) -> SheetView:
    """Return a sheet as its page shows it; what was typed into a refused form stands in place of what is stored."""
    rows = {row.id: _row(sheet, row, found, form) for row in sheet.rows}
    open_rows = [rows[row.id] for row in sheet.needed]
    unanswered = [row for row in open_rows if row.answer is None]
    side = WORDS_OF[sheet.side]
    return SheetView(
        round=found,
        side=side,
        is_self=sheet.side is Side.SELF,
        other=(found.manager or "your line manager") if sheet.side is Side.SELF else found.subject,
        target=rung_of(sheet.edition.ladder, sheet.target),
        groups=tuple(_groups(sheet, rows)),
        answered=len(open_rows) - len(unanswered),
        needed=len(open_rows),
        first_open=unanswered[0].id if unanswered else "",
        wordless=tuple(row for row in rows.values() if _is_below_met(row.answer) and not row.words.strip()),
        revision=form.row_version() if form else sheet.revision,
        sequence=sheet.sequence,
        window=(form.window.data or None) if form else None,
        saved_at=sheet.saved_at,
        replaces=found.manager if sheet.side is Side.MANAGER and found.is_in(Side.MANAGER) else "",
        errors=_errors(rows.values(), form) if form else [],
        save_href=url_for(f"assessment.save_{side}", assessment_id=found.id),
        submit_href=url_for(f"assessment.submit_{side}", assessment_id=found.id),
        draft_href=url_for(f"assessment.autosave_{side}", assessment_id=found.id),
    )


def _is_below_met(answer: str | None) -> bool:
    rating = Answer(answer).rating if answer else None
    return rating is not None and not rating.is_met


def _groups(sheet: Sheet, rows: dict[str, RowView]) -> list[GroupView]:
    groups = []
    for competency, asked, folded in sheet.groups():
        views = tuple(rows[row.id] for row in folded)
        groups.append(
            GroupView(
                id=competency.id,
                name=competency.name,
                rows=tuple(rows[row.id] for row in asked),
                folded=views,
                summary=folded_summary([row.standing for row in folded]),
                is_unfolded=any(view.answer_errors or view.words_errors or view.answer for view in views),
            )
        )
    return groups


def folded_summary(standings: Sequence[Standing]) -> str:
    """Return what is folded: “2 at L2 and 3 at L1 are banked. Answer one anyway”."""
    parts = []
    for status, word in ((Status.BANKED, "banked"), (Status.WAIVED, "waived")):
        levels: dict[tuple[int, str], int] = {}
        for one in standings:
            if one.status is status:
                key = -one.level.rank, one.level.id
                levels[key] = levels.get(key, 0) + 1
        if levels:
            counts = join_words(f"{levels[key]} at {key[1]}" for key in sorted(levels))
            parts.append(f"{counts} {plural(sum(levels.values()), 'is', 'are')} {word}")
    return f"{join_words(parts)}. Answer one anyway" if parts else ""


def _row(sheet: Sheet, row: SheetRow, found: Round, form: SheetForm | None) -> RowView:
    is_self = sheet.side is Side.SELF
    answer, comment = row.answer.value if row.answer else None, row.comment
    errors = form.errors_of if form else {}
    if form is not None:
        typed = form.answers.get(row.id)
        answer = typed if typed in set(Answer) else answer
        # HTML cannot carry the one sign that no database stores; all others come back as they were typed.
        comment = form.words.get(row.id, comment).replace("\x00", "")
    name = short_name(found.subject)
    return RowView(
        id=row.id,
        text=row.standing.expectation.text,
        is_needed=row.is_needed,
        answer=answer,
        words=comment,
        answer_name=answer_name(row.id),
        words_name=words_name(row.id),
        pieces=row.cards,
        rule=_rule(row),
        link_href=url_for("evidence.show_new_evidence", expectation=row.id) if is_self else None,
        whose="Your evidence" if is_self else f"{name}’s evidence",
        label="In your words" if is_self else f"What you say to {name}",
        hint=_hint(sheet, row, is_self=is_self, comment=comment),
        answer_errors=errors.get(answer_name(row.id), ()),
        words_errors=errors.get(words_name(row.id), ()),
    )


def _hint(sheet: Sheet, row: SheetRow, *, is_self: bool, comment: str) -> str:
    standing = row.standing
    parts = []
    if standing.is_slipped:
        parts.append(f"{standing.level.id}, slipped: it is held, but was rated below “met” since.")
    elif not standing.is_required:
        parts.append("Optional: this one may stay open.")
    elif standing.level.id != sheet.target.id:
        parts.append(f"Of {standing.level.id}.")
    if not comment:
        parts.append("What did you do, and what came of it?" if is_self else "What did you see?")
    return " ".join(parts)


def _rule(row: SheetRow) -> str:
    found = row.standing.sufficiency
    left_out = wording.left_out_words(found)
    return f"{wording.arithmetic(found)}; {left_out}" if left_out else wording.arithmetic(found)


def _errors(rows: Iterable[RowView], form: SheetForm) -> list[tuple[str | None, str]]:
    found: list[tuple[str | None, str]] = [(None, text) for text in form.form_errors]
    for row in rows:
        found += [(row.answer_name, f"{row.text} {text}") for text in row.answer_errors]
        found += [(row.words_name, f"{row.text} {text}") for text in row.words_errors]
    return found


# A side that is in --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SealedRowView:
    """One answer that was given, in its own words."""

    text: str
    where: str
    answer: str
    words: str


@dataclass(frozen=True)
class SealedView:
    """One's own side after it was handed in."""

    round: Round
    target: Rung
    is_self: bool
    other: str
    submitted_at: datetime
    rows: tuple[SealedRowView, ...]
    reopen_href: str


def sealed_view(sheet: SealedSheet, found: Round, *, can_reopen: bool) -> SealedView:
    """Return one's own side after it was handed in, with the way to take it back where there is one."""
    side = WORDS_OF[sheet.side]
    is_self = sheet.side is Side.SELF
    return SealedView(
        round=found,
        target=rung_of(sheet.edition.ladder, sheet.target),
        is_self=is_self,
        other=(found.manager or "your line manager") if is_self else found.subject,
        submitted_at=sheet.submitted_at,
        rows=_given_rows(sheet.rows),
        reopen_href=url_for(f"assessment.reopen_{side}", assessment_id=found.id) if can_reopen else "",
    )


@dataclass(frozen=True)
class DraftView:
    """What somebody had written for an assessment that ended without it."""

    round: Round
    target: Rung
    is_self: bool
    rows: tuple[SealedRowView, ...]


def draft_view(draft: OwnDraft, found: Round) -> DraftView:
    """Return what somebody had written, as their page shows it."""
    return DraftView(
        round=found,
        target=rung_of(draft.edition.ladder, draft.target),
        is_self=draft.side is Side.SELF,
        rows=_given_rows(draft.rows),
    )


def _given_rows(rows: Sequence[SealedRow]) -> tuple[SealedRowView, ...]:
    return tuple(
        SealedRowView(
            text=row.ask.expectation.text,
            where=f"{row.ask.competency.name}, {row.ask.level.id}",
            answer=row.answer.value if row.answer else "",
            words=row.comment,
        )
        for row in rows
    )
