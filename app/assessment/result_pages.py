"""The result of an assessment as its own pages show it: the question before a signature, and notes with signatures."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from app.assessment.actions import note_field
from app.assessment.compare_pages import ComparisonView, NoteView, Reader, SignatureView, signature_views
from app.assessment.models import WHOLE, Assessment, Side
from app.assessment.queries import Result, Round
from app.infra.templating import counted, join_words
from app.ladders.queries import Edition


@dataclass(frozen=True)
class SignView:
    """The question before a signature: what is signed, in words, and where the answer goes.

    `digest` is that of what is shown; `own` and `others` say how the two sides have answered, where they have.
    """

    comparison: ComparisonView
    what: str
    says: tuple[str, ...]
    own: SignatureView
    others: SignatureView
    digest: str
    sign_href: str
    refuse_href: str
    back_href: str


def sign_view(view: ComparisonView, side: Side) -> SignView:
    """Return what the question says to whoever signs for a side."""
    found = view.result
    assessment_id = view.round.id
    if found is None:
        raise LookupError(assessment_id)
    is_self = side is Side.SELF
    whose = "your assessment" if is_self else f"the assessment of {view.engineer_name}"
    return SignView(
        comparison=view,
        what=f"{whose} for {view.target.id}",
        says=tuple(_says(view, is_self=is_self, written=found.written)),
        own=found.signatures[0 if is_self else 1],
        others=found.signatures[1 if is_self else 0],
        digest=found.digest,
        sign_href=url_for(f"assessment.sign_{side.value}", assessment_id=assessment_id),
        refuse_href=url_for(f"assessment.refuse_{side.value}", assessment_id=assessment_id),
        back_href=url_for("assessment.show_assessment", assessment_id=assessment_id),
    )


def _says(view: ComparisonView, *, is_self: bool, written: int) -> list[str]:
    notes = counted(written, "joint note", "joint notes") if written else "no joint note"
    both = [f"{len(view.differing)} that differ", f"{len(view.agreeing)} that agree"]
    if view.one_sided:
        both.append(f"{len(view.one_sided)} by one side only")
    says = [f"The answers and comments as they were given: {join_words(both)}.", f"What you agreed on: {notes}."]
    if view.not_given:
        says.append(view.not_given)
        if not is_self:
            says.append("You sign that you have seen what is there.")
    says.append("A signature does not say that you agree with every rating. It says that this is what was said.")
    return says


@dataclass(frozen=True)
class ResultPageView:
    """Notes and signatures alone, as the page of the result shows them. `notes` are (text of the expectation, note)."""

    round: Round
    notes: tuple[NoteView, ...]
    signatures: tuple[SignatureView, ...]
    is_closed: bool
    is_former: bool
    digest: str


def result_page_view(
    round_: Round, result: Result, reader: Reader, assessment: Assessment, edition: Edition
) -> ResultPageView:
    """Return notes and signatures of an assessment, the whole first, then in the order of the ladder."""
    about = {WHOLE: "The assessment as a whole"}
    about |= {one.id: one.text for one in edition.ladder.requirement(assessment.target_level)}
    return ResultPageView(
        round=round_,
        notes=tuple(
            NoteView(
                field_id=note_field(key),
                carried=(),
                label=text,
                about=text,
                words=note.words,
                stored=note.words,
                who=note.by,
                at=note.at,
                errors=(),
                can_write=False,
            )
            for key, text in about.items()
            if (note := result.note(key)) is not None
        ),
        signatures=signature_views(
            round_.id,
            result,
            reader,
            own=round_.subject,
            manager=round_.manager if not round_.is_by_former else "The line manager of today",
        ),
        is_closed=result.is_closed,
        is_former=result.is_former,
        digest=result.digest,
    )
