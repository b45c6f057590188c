"""Both sides of an assessment as pages show them. For views only: no database."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from flask import url_for

from app.assessment import wording
from app.assessment.actions import note_field
from app.assessment.models import WHOLE, Side
from app.assessment.pages import Rung
from app.assessment.queries import Behind, ComparedRow, Comparison, Result, Round, note_sign
from app.assessment.sheet_pages import rung_of, short_name
from app.assessment.sign_forms import SHOWN, NotesForm
from app.domain.rating import Truth
from app.domain.readiness import Readiness, Standing, Status
from app.evidence.queries import Card
from app.infra.clock import local
from app.infra.templating import counted, join_words, number_word, plural

MARKS = {Status.BANKED: "banked", Status.WAIVED: "waived"}
NOTE_HINT = "Either of you may write here; both sign it."


@dataclass(frozen=True, slots=True)
class VoiceName:
    """How a reader calls one of the two: “You” or the name, and short. `full` is the name whoever reads, for paper."""

    name: str
    short: str
    full: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """One joint note, in the names that its component asks for. `can_write`: a field, else the text alone.

    `field_id` names its field and its place; `carried` travels with it unseen; `about` is what the note is on; `who`
    and `at` say who wrote last, and when.
    """

    field_id: str
    carried: Sequence[tuple[str, str]]
    label: str
    about: str
    words: str
    stored: str
    who: str
    at: datetime | None
    errors: Sequence[str]
    can_write: bool


@dataclass(frozen=True, slots=True)
class ComparedView:
    """One expectation with both voices, in the names that the component asks for."""

    id: str
    text: str
    competency: str
    where: str
    gap: str
    mine: str | None
    theirs: str | None
    my_words: str
    their_words: str
    needs_conversation: bool
    pieces: Sequence[Card] = ()
    rule: str = ""
    note: NoteView | None = None


@dataclass(frozen=True, slots=True)
class SignatureView:
    """How one side has answered for the result. `state`: signed, refused, or open.

    `href` leads to the question where the reader signs; `take_back_href` to taking their own back.
    """

    name: str
    part: str
    state: str
    at: datetime | None
    refusal: str
    holds: bool
    href: str
    take_back_href: str


@dataclass(frozen=True, slots=True)
class EffectView:
    """What the ratings of this assessment do to the verdict today."""

    verdict: str
    missing: str
    words: str
    href: str


@dataclass(frozen=True)
class ResultView:
    """Notes and signatures as a page shows them; `pdf_href` where the reader may take the whole out as a file."""

    whole: NoteView | None
    signatures: tuple[SignatureView, ...]
    is_open: bool
    is_closed: bool
    written: int
    digest: str
    pdf_href: str
    notes_href: str
    version: int


@dataclass(frozen=True)
class ComparisonView:
    """Both sides as their page shows them. `result` is None for whoever may read the answers and not what followed."""

    round: Round
    target: Rung
    edition: str
    heading: str
    lead: str
    engineer: VoiceName
    manager: VoiceName
    engineer_name: str
    manager_name: str
    differing: tuple[ComparedView, ...]
    agreeing: tuple[ComparedView, ...]
    one_sided: tuple[ComparedView, ...]
    to_talk_about: int
    is_old: bool
    given_on: date
    by_former: bool
    is_own: bool
    not_given: str
    effect: EffectView | None
    result: ResultView | None
    revealed_on: date
    printed_on: date
    errors: list[tuple[str | None, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and what they may do: write notes, sign for a side."""

    id: uuid.UUID
    can_write: bool
    signs: frozenset[Side]
    on: date


def comparison_view(
    found: Comparison,
    round_: Round,
    reader: Reader,
    behind: Behind,
    result: Result | None,
    form: NotesForm | None = None,
) -> ComparisonView:
    """Return both sides as a reader sees them: themselves as “You”, differences first, what one alone said last.

    `form` is a note that was refused: what was typed stands in its place.
    """
    assessment = found.assessment
    standings = {one.expectation.id: one for one in behind.now.standings} if behind.now else {}
    notes = _Notes(result, reader, form)

    def views(rows: Sequence[ComparedRow]) -> tuple[ComparedView, ...]:
        return tuple(_compared(row, standings.get(row.ask.expectation.id), behind.cards, notes) for row in rows)

    differing, agreeing, one_sided = views(found.differing), views(found.agreeing), views(found.one_sided)
    is_own = reader.id == assessment.subject_id
    return ComparisonView(
        round=round_,
        target=rung_of(found.edition.ladder, found.target),
        edition=found.edition.name,
        heading=_heading(found),
        lead=_lead(found, is_own=is_own),
        engineer=_voice(found.own.name, is_reader=is_own),
        manager=_voice(found.theirs.name, is_reader=reader.id == assessment.manager_id),
        engineer_name=found.own.name,
        manager_name=found.theirs.name,
        differing=differing,
        agreeing=agreeing,
        one_sided=one_sided,
        to_talk_about=sum(row.needs_conversation for row in differing),
        is_old=found.is_old,
        given_on=local(found.theirs.at).date(),
        by_former=round_.is_by_former,
        is_own=is_own,
        not_given=not_given_words(found),
        effect=_effect(found, behind),
        result=_result(found, result, reader, notes, signing_name(found, round_)) if result else None,
        revealed_on=found.assessment.submitted_on or local(found.theirs.at).date(),
        printed_on=reader.on,
        errors=_errors(form),
    )


def _heading(found: Comparison) -> str:
    differing, agreeing, alone = len(found.differing), len(found.agreeing), len(found.one_sided)
    if not (found.own.is_given and found.theirs.is_given):
        return f"{_counted(alone, 'answer', 'answers')} of one side"
    parts = [_counted(differing, "differs", "differ"), _counted(agreeing, "agrees", "agree")]
    if alone:
        parts.append(f"{number_word(alone)} by one side only")
    return ", ".join(parts)


def _lead(found: Comparison, *, is_own: bool) -> str:
    if not (found.own.is_given and found.theirs.is_given):
        return "One side was closed as “not given”, and what the other one said is open. It stays as it was given."
    whose = "Both" if is_own else f"{found.own.name} and {found.theirs.name} both"
    return f"{whose} handed in, and both sides opened at the same moment. The ratings stay as they were given."


def not_given_words(found: Comparison) -> str:
    """Return which side was closed without an answer, by whom; empty where both are in."""
    for side in (found.own, found.theirs):
        if not side.is_given:
            by = f" by {side.closed_by}" if side.closed_by else ""
            return f"{side.name} has not answered: that side was closed as “not given”{by}. It counts neither way."
    return ""


def _counted(number: int, one: str, many: str) -> str:
    return f"{number_word(number)} {plural(number, one, many)}"


def _voice(name: str, *, is_reader: bool) -> VoiceName:
    return VoiceName("You", "You", name) if is_reader else VoiceName(name, short_name(name), name)


def _compared(
    row: ComparedRow, standing: Standing | None, cards: Mapping[str, Sequence[Card]], notes: _Notes
) -> ComparedView:
    ask = row.ask
    return ComparedView(
        id=ask.expectation.id,
        text=ask.expectation.text,
        competency=ask.competency.name,
        where=where_words(row, standing),
        gap=gap_words(row),
        mine=row.own.answer.value if row.own.answer else None,
        theirs=row.theirs.answer.value if row.theirs.answer else None,
        my_words=row.own.comment,
        their_words=row.theirs.comment,
        needs_conversation=row.needs_conversation,
        pieces=cards.get(ask.expectation.id, ()),
        rule=wording.arithmetic(standing.sufficiency) if standing else "",
        note=notes.view(ask.expectation.id, ask.expectation.text),
    )


def where_words(row: ComparedRow, standing: Standing | None) -> str:
    """Return where an expectation stands: Delivery, L3, optional."""
    parts = [row.ask.competency.name, row.ask.level.id]
    if not row.ask.is_required:
        parts.append("optional")
    if standing is not None and standing.status in MARKS:
        parts.append(MARKS[standing.status])
    return ", ".join(parts)


def gap_words(row: ComparedRow) -> str:
    """Return how far two answers lie apart, in words; empty where they are the same or one is missing."""
    steps = row.steps
    if row.needs_conversation and steps is not None:
        return f"{number_word(steps).capitalize()} {plural(steps, 'step', 'steps')} apart: a reason to talk"
    if steps:
        return f"{number_word(steps).capitalize()} {plural(steps, 'step', 'steps')} apart"
    return "Not on the same scale" if row.is_by_both and row.differs else ""


# What both agree on --------------------------------------------------------------------


class _Notes:
    """Makes the view of each note: as it is stored, or as it was typed into a refused form."""

    def __init__(self, result: Result | None, reader: Reader, form: NotesForm | None) -> None:
        self._result = result
        self.can_write = reader.can_write and result is not None and result.is_open
        self._form = form
        # A refused form keeps the version that it was filled from: what came in between is still unseen.
        self.version = form.row_version() if form else result.version if result else 0

    def view(self, key: str, about: str) -> NoteView | None:
        """Return one note; None for whoever may not read any, and where there is none and none can be written."""
        if self._result is None:
            return None
        row, form = self._result.notes.get(key), self._form
        typed = form.words_of(key) if form else None
        stored = row.words if row else ""
        if not stored and not self.can_write:
            return None
        return NoteView(
            field_id=note_field(key),
            carried=[(f"{SHOWN}{note_field(key)}", note_sign(stored))],
            label="What you agree on" if self.can_write else "Agreed",
            about=about,
            # HTML cannot carry the one sign that no database stores.
            words=stored if typed is None else typed.replace("\x00", ""),
            stored=stored,
            who=row.by if row else "",
            at=row.at if row else None,
            errors=form.errors_of(key) if form else (),
            can_write=self.can_write,
        )


def _errors(form: NotesForm | None) -> list[tuple[str | None, str]]:
    if form is None:
        return []
    found: list[tuple[str | None, str]] = [(None, text) for text in form.form_errors]
    return found + [(note_field(key), text) for key in form.drafts() for text in form.errors_of(key)]


def signing_name(found: Comparison, round_: Round) -> str:
    """Return who signs for the manager's side: whoever answered, or the line manager of today in their place."""
    return "The line manager of today" if round_.is_by_former else found.theirs.name


def _result(found: Comparison, result: Result, reader: Reader, notes: _Notes, manager: str) -> ResultView:
    return ResultView(
        whole=notes.view(WHOLE, "the assessment as a whole"),
        signatures=signature_views(found.assessment.id, result, reader, own=found.own.name, manager=manager),
        is_open=result.is_open,
        is_closed=result.is_closed,
        written=sum(bool(note.words) for note in result.notes.values()),
        digest=result.digest,
        pdf_href=url_for("assessment.download_result", assessment_id=found.assessment.id),
        notes_href=url_for("assessment.write_notes", assessment_id=found.assessment.id) if notes.can_write else "",
        version=notes.version,
    )


def signature_views(
    assessment_id: uuid.UUID, result: Result, reader: Reader, *, own: str, manager: str
) -> tuple[SignatureView, ...]:
    """Return how both sides have answered for the result, the engineer first."""
    return tuple(
        _signature(assessment_id, result, reader, side, name)
        for side, name in ((Side.SELF, own), (Side.MANAGER, manager))
        # Whether a side has answered after their time is none of a former signer's matter.
        if not result.is_former or side in result.signatures
    )


def _signature(assessment_id: uuid.UUID, result: Result, reader: Reader, side: Side, name: str) -> SignatureView:
    there = result.signatures.get(side)
    is_reader = there is not None and there.person_id == reader.id
    signs_here = there is None and side in reader.signs
    may_take_back = is_reader and not result.is_closed
    return SignatureView(
        name=there.name if there else name,
        part="Engineer" if side is Side.SELF else "Line manager",
        state="open" if there is None else "refused" if there.refusal else "signed",
        at=there.at if there else None,
        refusal=there.refusal if there else "",
        holds=there.holds if there else True,
        href=url_for(f"assessment.show_sign_{side.value}", assessment_id=assessment_id, seen=result.digest)
        if signs_here
        else "",
        take_back_href=url_for(f"assessment.take_back_{side.value}", assessment_id=assessment_id)
        if may_take_back
        else "",
    )


# The verdict ---------------------------------------------------------------------------


def _effect(found: Comparison, behind: Behind) -> EffectView | None:
    now, without = behind.now, behind.without
    if now is None or without is None:
        return None
    return EffectView(
        verdict=now.verdict.value,
        missing=f"{now.of - now.met} missing of {now.of}" if now.of > now.met else f"all {now.of} met",
        words=effect_words(now, without) if found.theirs.is_given else "",
        href=url_for("assessment.show_standing", person_id=found.assessment.subject_id),
    )


def effect_words(now: Readiness, without: Readiness) -> str:
    """Return what changed in a report because of some ratings: 2 more met, 1 no longer met, 1 more rated below met."""
    before = {one.expectation.id: one for one in without.standings}
    required = [(one, before[one.expectation.id]) for one in now.standings if one.is_required]
    gained = sum(_holds(one) and not _holds(earlier) for one, earlier in required)
    lost = sum(_holds(earlier) and not _holds(one) for one, earlier in required)
    other = sum(
        one.status is not earlier.status and not _holds(one) and not _holds(earlier) for one, earlier in required
    )
    parts = [f"{gained} more met"] * bool(gained) + [f"{lost} no longer met"] * bool(lost)
    if other:
        parts.append(f"{counted(other, 'expectation has', 'expectations have')} another status below met")
    if not parts:
        return "No required expectation stands otherwise because of this assessment."
    return f"Because of this assessment: {join_words(parts)}."


def _holds(standing: Standing) -> bool:
    return standing.truth is Truth.TRUE
