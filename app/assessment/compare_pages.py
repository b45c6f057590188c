"""Both sides of a revealed assessment as pages show them. For views only: no database."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from app.assessment.pages import Rung
from app.assessment.queries import ComparedRow, Comparison, Round
from app.assessment.sheet_pages import rung_of, short_name
from app.infra.templating import number_word, plural


@dataclass(frozen=True, slots=True)
class VoiceName:
    """How a reader calls one of the two: in full, and short."""

    name: str
    short: str


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
    note_name: str = ""
    note: str = ""
    note_errors: tuple[str, ...] = ()
    can_note: bool = False


@dataclass(frozen=True)
class ComparisonView:
    """Both sides as their page shows them."""

    round: Round
    target: Rung
    edition: str
    heading: str
    lead: str
    engineer: VoiceName
    manager: VoiceName
    differing: tuple[ComparedView, ...]
    agreeing: tuple[ComparedView, ...]
    to_talk_about: int
    is_old: bool
    given_on: date
    by_former: bool
    is_own: bool


def comparison_view(found: Comparison, round_: Round, reader_id: uuid.UUID) -> ComparisonView:
    """Return both sides as a reader sees them: themselves as “You”, differences first."""
    differing = tuple(_compared(row) for row in found.differing)
    agreeing = tuple(_compared(row) for row in found.agreeing)
    is_own = reader_id == found.assessment.subject_id
    return ComparisonView(
        round=round_,
        target=rung_of(found.edition.ladder, found.target),
        edition=found.edition.name,
        heading=f"{_counted(len(differing), 'differs', 'differ')}, {_counted(len(agreeing), 'agrees', 'agree')}",
        lead=_lead(found, is_own=is_own),
        engineer=_voice(found.subject, is_reader=is_own),
        manager=_voice(found.manager, is_reader=reader_id == found.assessment.manager_id),
        differing=differing,
        agreeing=agreeing,
        to_talk_about=sum(row.needs_conversation for row in differing),
        is_old=found.is_old,
        given_on=found.given_on,
        by_former=round_.is_by_former,
        is_own=is_own,
    )


def _lead(found: Comparison, *, is_own: bool) -> str:
    whose = "Both" if is_own else f"{found.subject} and {found.manager} both"
    return f"{whose} handed in, and both sides opened at the same moment. The ratings stay as they were given."


def _counted(number: int, one: str, many: str) -> str:
    return f"{number_word(number)} {plural(number, one, many)}"


def _voice(name: str, *, is_reader: bool) -> VoiceName:
    return VoiceName("You", "You") if is_reader else VoiceName(name, short_name(name))


def _compared(row: ComparedRow) -> ComparedView:
    ask = row.ask
    steps = row.steps
    gap = f"{number_word(steps).capitalize()} {plural(steps, 'step', 'steps')} apart" if steps else ""
    if row.needs_conversation:
        gap += ": a reason to talk"
    elif row.differs and steps is None:
        gap = "Not on the same scale"
    return ComparedView(
        id=ask.expectation.id,
        text=ask.expectation.text,
        competency=ask.competency.name,
        where=f"{ask.competency.name}, {ask.level.id}",
        gap=gap,
        mine=row.own.answer.value if row.own.answer else None,
        theirs=row.theirs.answer.value if row.theirs.answer else None,
        my_words=row.own.comment,
        their_words=row.theirs.comment,
        needs_conversation=row.needs_conversation,
    )
