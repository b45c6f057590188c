"""Discussing and deciding: remarks, the decision of a case, and the two approvals of the list.

Everything here is quiet in the record: until a candidate is told, it says nothing about anybody. What telling does
stands in `telling`. Source of the rules: domain specification, sections 3.2 to 3.5.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import delete
from sqlalchemy.orm.attributes import flag_modified

from app.assessment.models.growth import WORDS_LENGTH as GOAL_LENGTH
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.committee import Recommended
from app.domain.decision import (
    CHANGE,
    NAMED,
    SAID,
    DecisionDraft,
    Fault,
    faults_of,
    kind_of_said,
    objections_to_approving,
    what_counts,
    whole_months,
)
from app.domain.errors import ConflictError, IncompleteError, InvalidError, NotAllowedNowError
from app.domain.promotion import CaseEvent, CaseState, CycleState, DecisionKind, DeferReason
from app.domain.rationale import cited_numbers, is_apart
from app.infra.clock import local
from app.infra.db import db, forget_answers
from app.notices.actions import tell
from app.people.queries import get_person
from app.promotion.actions.panels import settle_panel
from app.promotion.actions.steps import advance, author_id, lock_case, lock_cycle, note, step
from app.promotion.actions.telling import promotion_fault, tell_candidate
from app.promotion.models import CaseRemark, CycleApproval, Decision, DecisionFinding, PromotionCase, PromotionCycle
from app.promotion.queries.calibration import packets_of, rated_in
from app.promotion.queries.decisions import (
    Decided,
    approvals_of,
    chairs_of,
    decided_in,
    digest_of,
    draft_of,
    find_decision,
    held_since,
    hr_ids,
    is_kept_from_any,
    recommendation_of,
)
from app.promotion.queries.ratings import count_of
from app.promotion.wording import DECISION, DEFER_REASON

__all__ = ["approve_decisions", "decide", "form_values", "make_remark", "save_decision", "sign_list", "tell_candidate"]
TO_APPROVE = "promotion.to_approve"
WORDS_LENGTH, CITES_LENGTH, CHANGE_LENGTH = 4000, 200, GOAL_LENGTH
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "kind": "Decision",
        "reasons": "Reasons",
        "effective_on": "Takes effect on",
        "review_on": "Review day of the growth plan",
        "renominate_from": "Next nomination from",
        "defer_reason": "What kind of fact is missing",
        "missing": "What is missing",
        "defer_until": "Looked at again by",
        "feedback_summary": "Summary of what colleagues said",
    }
)
"""How the form calls the fields that every decision has, in its order."""
PLAIN_FIELDS = tuple(LABELS)
CHOICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "kind": tuple((kind.value, DECISION[kind]) for kind in DecisionKind),
    "defer_reason": tuple((reason.value, DEFER_REASON[reason]) for reason in DeferReason),
}
REMARK_LENGTH = 4000
APPROVERS = 2


def make_remark(
    case: PromotionCase, words: str, *, expectation_id: str | None = None, by: Author, at: datetime
) -> CaseRemark:
    """Write a remark about a case that is discussed. One that cites neither a piece nor an expectation is kept apart.

    NotAllowedNowError while ratings are blind, and once the case is decided. InvalidError for no words, and for a piece
    or an expectation that the case does not have.
    """
    lock_case(case)
    if not case.is_lifted or not case.state.is_before_decided or case.state.is_over:
        raise NotAllowedNowError("This case is not open for discussion now.")
    # A piece that was withdrawn before the freezing leaves a gap in the numbers.
    numbers = {piece["number"] for piece in packets_of(frozenset({case.id})).get(case.id, {"pieces": []})["pieces"]}
    if not words.strip():
        raise InvalidError("Write what is to be said.", field="words")
    if len(words) > REMARK_LENGTH:
        raise InvalidError(f"A remark has at most {REMARK_LENGTH} characters.", field="words")
    if unknown := [f"E{number}" for number in cited_numbers(words) if number not in numbers]:
        raise InvalidError(f"The packet has no {', '.join(unknown)}. Look the number up in it.", field="words")
    known = rated_in([case])[case.id]
    if expectation_id and expectation_id not in known:
        raise InvalidError("Choose an expectation from the list.", field="expectation")
    row = CaseRemark(
        id=uuid.uuid4(),
        case_id=case.id,
        author_id=author_id(by),
        expectation_id=expectation_id or None,
        words=words,
        cites=_listed(cited_numbers(words)),
        is_apart=is_apart(words, pieces=max(numbers, default=0), expectation_id=expectation_id or None, known=known),
        at=at,
    )
    db.session.add(row)
    db.session.flush()
    note(Tag.REMARK_MADE, case, by=by, at=at, is_quiet=True, remark=str(row.id), is_apart=row.is_apart)
    return row


def _listed(numbers: tuple[int, ...]) -> str:
    text = ""
    for number in numbers:
        longer = f"{text} {number}".strip()
        if len(longer) > CITES_LENGTH:
            break
        text = longer
    return text


def save_decision(case: PromotionCase, draft: DecisionDraft, *, version: int, by: Author, at: datetime) -> Decision:
    """Keep a draft of a decision as it stands, whole or not. `version` is that of the draft it replaces, 0 for none.

    NotAllowedNowError outside calibration and once the case is decided. ConflictError, with what is stored, when
    somebody else saved in the meantime. InvalidError for a text that is too long.
    """
    lock_case(case)
    _check_is_open(case, "The decision of this case cannot be written now.")
    _check_lengths(draft)
    decision = find_decision(case.id)
    if (decision.version if decision else 0) != version:
        raise _conflict(decision, rated_in([case])[case.id])
    if decision is None:
        decision = Decision(id=uuid.uuid4(), case_id=case.id, written_by_id=author_id(by), saved_at=at)
        db.session.add(decision)
    for name in PLAIN_FIELDS:
        setattr(decision, name, getattr(draft, name))
    decision.written_by_id, decision.saved_at = author_id(by), at
    # What is said of expectations are rows of their own, yet whoever saves next must learn of any change to them.
    flag_modified(decision, "saved_at")
    db.session.flush()
    _write_findings(decision, draft, recommendation_of(case), rated_in([case])[case.id])
    note(Tag.DECISION_SAVED, case, by=by, at=at, is_quiet=True)
    return decision


def _check_is_open(case: PromotionCase, refusal: str) -> None:
    """Raise NotAllowedNowError outside calibration, and while a substitute still rates the case blind."""
    if case.state is not CaseState.CALIBRATED or not case.is_calibrated:
        raise NotAllowedNowError(refusal)


def _check_lengths(draft: DecisionDraft) -> None:
    texts = {"reasons": draft.reasons, "missing": draft.missing, "feedback_summary": draft.feedback_summary}
    texts |= {f"{SAID}{one}": said.words for one, said in draft.said.items()}
    for name, text in texts.items():
        if len(text) > WORDS_LENGTH:
            raise InvalidError(f"This has at most {WORDS_LENGTH} characters.", field=name)
    for one, said in draft.said.items():
        if len(said.would_change) > CHANGE_LENGTH:
            message = f"This has at most {CHANGE_LENGTH} characters: it becomes a goal of the growth plan."
            raise InvalidError(message, field=f"{CHANGE}{one}")


def _write_findings(decision: Decision, draft: DecisionDraft, recommended: Recommended, known: Collection[str]) -> None:
    db.session.execute(delete(DecisionFinding).where(DecisionFinding.decision_id == decision.id))
    db.session.add_all(
        DecisionFinding(
            decision_id=decision.id,
            expectation_id=one,
            kind=kind_of_said(draft.kind, recommended.findings.get(one), said),
            words=said.words,
            would_change=said.would_change,
        )
        for one, said in draft.said.items()
        if one in known and not said.is_empty
    )
    db.session.flush()


def _conflict(decision: Decision | None, known: Sequence[str]) -> ConflictError:
    stored = dict.fromkeys((f"{NAMED}{one}" for one in known), "") | form_values(draft_of(decision), known)
    labels = dict(LABELS) | {
        f"{beginning}{one}": f"{label}, expectation {place}"
        for place, one in enumerate(known, start=1)
        for beginning, label in (
            (SAID, "Reasons"),
            (CHANGE, "What would change the answer"),
            (NAMED, "Named as not met"),
        )
    }
    choices = {f"{NAMED}{one}": (("y", "Named"), ("", "Not named")) for one in known}
    return ConflictError(
        "Somebody else has saved this decision in the meantime, or you have in another window.",
        stored=stored,
        version=decision.version if decision else 0,
        labels=labels,
        choices=dict(CHOICES) | choices,
    )


def form_values(draft: DecisionDraft, known: Sequence[str]) -> dict[str, str]:
    """Return a draft as the fields of its form carry it, in their order; a box that is not ticked is left out."""

    def text(value: object) -> str:
        return value.isoformat() if isinstance(value, date) else str(value or "")

    values = {name: text(getattr(draft, name)) for name in PLAIN_FIELDS}
    for one in known:
        said = draft.of(one)
        values |= {f"{SAID}{one}": said.words, f"{CHANGE}{one}": said.would_change}
        if said.is_named:
            values[f"{NAMED}{one}"] = "y"
    return values


def decide(case: PromotionCase, *, by: Author, at: datetime) -> Decision:
    """Take the decision of a case as its draft stands; nothing of it changes afterwards.

    The panel follows what holds today first. NotAllowedNowError outside calibration, and where a substitute has to rate
    now. IncompleteError names everything that the draft still lacks.
    """
    settle_panel(case, by=by, at=at)
    forget_answers()
    _check_is_open(case, "This case cannot be decided now, or its reviewers have changed: look at them first.")
    on = local(at).date()
    decision = find_decision(case.id)
    draft, recommended = draft_of(decision), recommendation_of(case)
    faults = decision_faults(case, on)
    if faults or decision is None:
        raise IncompleteError(" ".join(dict.fromkeys(fault.message for fault in faults)), field=faults[0].field)
    _keep_what_counts(decision, draft, recommended)
    since = held_since(case, on)
    decision.decided_at, decision.decided_by_id = at, author_id(by)
    decision.recommended = recommended.recommendation.value
    decision.months_at_level = None if since is None else whole_months(since, on)
    advance(case, CaseEvent.DECIDE, by=by, at=at)
    db.session.flush()
    note(Tag.CASE_DECIDED, case, by=by, at=at, is_quiet=True)
    return decision


def decision_faults(case: PromotionCase, on: date) -> tuple[Fault, ...]:
    """Return everything that the draft of a case lacks on a day, also that its promotion could not take effect."""
    draft = draft_of(find_decision(case.id))
    faults = faults_of(
        draft,
        recommendation_of(case),
        is_incomplete=case.is_incomplete,
        has_quorum=count_of(case.id).has_quorum,
        on=on,
    )
    if draft.kind is not DecisionKind.PROMOTE or draft.effective_on is None:
        return faults
    void = promotion_fault(case, get_person(case.subject_id), draft.effective_on)
    return faults if void is None else (*faults, void)


def _keep_what_counts(decision: Decision, draft: DecisionDraft, recommended: Recommended) -> None:
    """Drop what was written on the way for another kind of decision, so that nobody is ever told it."""
    kept = what_counts(draft, recommended)
    for name in PLAIN_FIELDS:
        setattr(decision, name, getattr(kept, name))
    _write_findings(decision, kept, recommended, tuple(kept.said))


# Two approvals ---------------------------------------------------------------------


def sign_list(cycle: PromotionCycle, by: Author, at: datetime) -> CycleApproval:
    """Approve the list of decisions as the first of two people; the chair's move to `decided` calls it.

    The caller has locked the cycle. NotAllowedNowError for whoever stands on the list.
    """
    decided = decided_in(cycle.id)
    if author_id(by) in {one.case.subject_id for one in decided}:
        raise NotAllowedNowError("Your own case is on this list, so somebody else signs it.")
    row = _approve(cycle, digest_of(decided), by, at)
    for person_id in hr_ids(at, besides={author_id(by), *deciders_of(cycle, decided)}):
        tell(TO_APPROVE, person_id, cycle.id, by=by, at=at)
    return row


def approve_decisions(cycle: PromotionCycle, *, by: Author, at: datetime, digest: str | None = None) -> CycleApproval:
    """Approve the list of decisions as the second person, who is neither its chair nor on it.

    `digest` names the list that was looked at. NotAllowedNowError for another list, in another phase, a second time,
    and for whoever may not: see `objections_to_approving`.
    """
    lock_cycle(cycle)
    if cycle.state is not CycleState.DECIDED:
        raise NotAllowedNowError("There is no list of decisions to approve now.")
    decided = decided_in(cycle.id)
    current, person_id = digest_of(decided), author_id(by)
    if digest is not None and digest != current:
        raise NotAllowedNowError("The list is not the one you looked at. Open it again and read it once more.")
    approved = approvals_of(cycle.id, current)
    if len({row.person_id for row, _ in approved}) >= APPROVERS:
        raise NotAllowedNowError("Two people have approved this list already.")
    objections = objections_to_approving(
        person_id,
        signed_by=approved[0][0].person_id if approved else None,
        deciders=deciders_of(cycle, decided),
        candidates={one.case.subject_id for one in decided},
        is_kept_from_any=is_kept_from_any(person_id, decided),
    )
    if objections:
        raise NotAllowedNowError(f"{' '.join(objections)} Somebody else of HR approves it.")
    return _approve(cycle, current, by, at)


def deciders_of(cycle: PromotionCycle, decided: Iterable[Decided]) -> frozenset[uuid.UUID]:
    """Return who wrote or decided decisions of a list, and who chairs its cycle: none of them is the second person."""
    rows = [one.decision for one in decided]
    hands = {hand for row in rows for hand in (row.written_by_id, row.decided_by_id) if hand}
    return chairs_of(cycle) | hands


def _approve(cycle: PromotionCycle, digest: str, by: Author, at: datetime) -> CycleApproval:
    row = CycleApproval(id=uuid.uuid4(), cycle_id=cycle.id, person_id=author_id(by), digest=digest, at=at)
    db.session.add(row)
    step(cycle, "approve", by=by, at=at)
    db.session.flush()
    log(Tag.CYCLE_APPROVED, by=by, at=at, object_id=cycle.id, digest=digest)
    return row
