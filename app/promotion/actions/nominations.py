"""Nominations: proposing somebody, and what the candidate and HR make of it.

The first nomination opens a case; later ones stand beside it. What a colleague is answered never depends on the state
of things: neither a level nor a case shows in it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.eligibility import NotEligible
from app.domain.errors import InvalidError, MissingError, NotAllowedNowError
from app.domain.progression import held_on
from app.domain.promotion import CaseEvent, CaseState, CycleState
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import long_date
from app.notices.actions import tell
from app.people.hooks import People
from app.people.models import Person
from app.people.queries import get_person, is_line_manager, list_held_levels
from app.promotion.actions.packets import tell_of_packet
from app.promotion.actions.steps import advance, author_id, lock_case, lock_cycle, note
from app.promotion.models import CycleLadder, Eligibility, NominatedBy, Nomination, PromotionCase, PromotionCycle
from app.promotion.queries.cases import deadline_of, get_cycle
from app.promotion.queries.nominations import NOMINATION, find_line, find_nomination, find_open_case
from app.promotion.wording import NOT_ELIGIBLE

LEFT = "left"
"""The reason of a withdrawal that came from the candidate's leaving."""
LEVEL_CHANGED = "The level held has changed since the list was made, so this step is no longer the next one."
RULED_OUT = "HR has ruled a case out in this cycle; a new nomination does not change that. Ask HR."
MISSING_WORDS = "Say in a few sentences why: the candidate and HR read it."


def nominate(
    cycle: PromotionCycle, subject: Person, *, words: str, by: Author, at: datetime, target: str | None = None
) -> PromotionCase | None:
    """Propose somebody for the next level, and return the case that it opens or supports; None where there is none.

    Who may know it is told why somebody cannot be nominated: InvalidError for oneself and one's own report. For a
    colleague nothing is raised; the nomination stands without a case, or one that was there already stays as it is.
    InvalidError without words, but for oneself, and where the ladder branches and no target is chosen.
    NotAllowedNowError while nominations are not open.
    """
    lock_cycle(cycle)
    author, on = get_person(author_id(by)), local(at).date()
    _check_is_open(cycle, on)
    if author.employee_id is None or (author.left_on is not None and author.left_on <= on):
        raise MissingError
    kind = _kind(author, subject)
    if kind is not NominatedBy.SELF and not words:
        raise InvalidError(MISSING_WORDS, field="words")
    line = find_line(cycle.id, subject.id)
    refusal = why_not(line, subject, on) or _why_ruled_out(cycle, subject)
    is_told = kind is not NominatedBy.PEER
    if refusal and is_told:
        raise InvalidError(refusal, field="person")
    found = find_open_case(cycle.id, subject.id)
    before = find_nomination(cycle.id, subject.id, author.id)
    stands = before is not None and before.case_id is not None
    if before is not None and stands and (not is_told or (found is not None and before.case_id == found.id)):
        # A second one of the same author changes nothing; a colleague does not learn even that.
        return found
    if line is None or refusal:
        _write_down(before, cycle, None, subject, author, kind, words, at)
        log(Tag.NOMINATED, by=by, at=at, subject_id=subject.id, object_id=cycle.id)
        return None
    chosen = _target(line, target) if is_told and (found is None or kind is NominatedBy.SELF) else None
    case = found or _open_case(cycle, line, chosen, author, kind, at)
    _write_down(before, cycle, case, subject, author, kind, words, at)
    note(Tag.NOMINATED, case, by=by, at=at)
    if kind is NominatedBy.SELF and case.state is CaseState.NOMINATED:
        # Whoever proposes themselves has said yes.
        _accept(case, cycle, chosen or case.target_level, by=by, at=at)
    elif found is None:
        tell(NOMINATION, subject.id, case.id, by=by, at=at)
    db.session.flush()
    return case


def why_not(line: Eligibility | None, subject: Person, on: date) -> str:
    """Return in words why somebody cannot be nominated on a day; empty where they can."""
    if line is None:
        return "This person is not on the list of who could be nominated. HR adds whoever joined since it was made."
    if line.rule:
        return NOT_ELIGIBLE[NotEligible(line.rule)]
    if subject.left_on is not None:
        return NOT_ELIGIBLE[NotEligible.LEAVING]
    return "" if _still_holds(line, on) else LEVEL_CHANGED


def _why_ruled_out(cycle: PromotionCycle, subject: Person) -> str:
    """Return that HR has ruled a case of somebody out in this cycle; a new nomination does not undo that."""
    ruled_out = select(PromotionCase.id).where(
        PromotionCase.cycle_id == cycle.id,
        PromotionCase.subject_id == subject.id,
        PromotionCase.state == CaseState.INELIGIBLE,
    )
    return RULED_OUT if db.session.scalar(ruled_out.limit(1)) is not None else ""


def accept(case: PromotionCase, by: Author, at: datetime, target: str | None = None) -> None:
    """Accept one's nomination. Where the ladder branches, `target` says for which level.

    In the phase of packets the writing begins at once. MissingError for anybody but the candidate; NotAllowedNowError
    once it was answered, when the packets are over, and when the level held has changed.
    """
    cycle = _hold_own(case, by)
    if cycle.state not in {CycleState.OPEN, CycleState.PACKETS}:
        raise NotAllowedNowError("This cycle has moved on, so the nomination can no longer be accepted.")
    line = find_line(cycle.id, case.subject_id)
    if line is None or not _still_holds(line, local(at).date()):
        raise NotAllowedNowError(f"{LEVEL_CHANGED} Ask HR to bring the list up to date.")
    _accept(case, cycle, _target(line, target), by=by, at=at)
    db.session.flush()


def decline(case: PromotionCase, *, words: str = "", by: Author, at: datetime) -> None:
    """Decline one's nomination; the words, if any, are for HR. MissingError for anybody but the candidate."""
    _hold_own(case, by)
    case.answered_at = at
    advance(case, CaseEvent.DECLINE, by=by, at=at, reason=words)
    db.session.flush()


def withdraw(case: PromotionCase, *, words: str = "", by: Author, at: datetime) -> None:
    """Withdraw one's case before it is decided; the words, if any, are for HR.

    MissingError for anybody but the candidate; NotAllowedNowError afterwards.
    """
    _hold_own(case, by)
    advance(case, CaseEvent.WITHDRAW, by=by, at=at, reason=words)
    db.session.flush()


def lapse(case: PromotionCase, *, by: Author, at: datetime) -> None:
    """Let a nomination lapse that was not answered by the last day of nominations.

    InvalidError for one's own; NotAllowedNowError before that day is over, and once it was answered.
    """
    cycle = _hold_as_hr(case, by)
    last = deadline_of(cycle.id, "nominations_close", case.id)
    if cycle.state is CycleState.OPEN and last is not None and local(at).date() <= last:
        raise NotAllowedNowError(f"The candidate may answer until {long_date(last)}.")
    advance(case, CaseEvent.LAPSE, by=by, at=at)
    db.session.flush()


def rule_out(case: PromotionCase, rule: str, reason: str, *, by: Author, at: datetime) -> None:
    """Rule a case out before it is under review, naming the rule and why it applies.

    InvalidError for one's own, for an unknown rule, without a reason, and once the packet is begun for any other rule
    than that the level has changed. NotAllowedNowError once the committee has the case.
    """
    _hold_as_hr(case, by)
    if rule not in RULES:
        raise InvalidError("Choose the rule that stands against it.", field="rule")
    if rule != CHANGED and case.state in AFTER_BEGUN:
        raise InvalidError("Once the packet is begun, only a level that has changed rules a case out.", field="rule")
    if not reason:
        raise InvalidError("Say how the rule applies; the candidate and their manager read it.", field="reason")
    advance(case, CaseEvent.RULE_OUT, by=by, at=at, reason=f"{RULES[rule]} {reason}")
    db.session.flush()


CHANGED = "level_changed"
AFTER_BEGUN = (CaseState.DRAFTING, CaseState.SUBMITTED, CaseState.IN_FEEDBACK)
"""States in which a case is ruled out by that one rule."""
RULES = {
    CHANGED: "The level held has changed.",
    **{rule.value: f"{NOT_ELIGIBLE[rule]}" for rule in NotEligible},
}
"""The rules by which HR may rule a case out, as the candidate reads them."""


def withdraw_leavers(people: People, by: Author, at: datetime) -> None:
    """Withdraw the open cases of people whose leaving is recorded; from then on HR alone reads them.

    Source: access matrix, T4. A decision that was taken already stays for HR and the chair to deal with; to the line
    manager and those above the case closes all the same, so that nothing shows whether there is one.
    """
    rows = select(PromotionCase).where(PromotionCase.subject_id.in_(people)).order_by(PromotionCase.id)
    for case in db.session.scalars(rows.with_for_update()).all():
        if not case.is_open_to_withdrawal:
            continue
        if case.state.is_before_decided:
            advance(case, CaseEvent.WITHDRAW, by=by, at=at, reason=LEFT)
        case.left_at = at
    db.session.flush()


def _check_is_open(cycle: PromotionCycle, on: date) -> None:
    if cycle.state is not CycleState.OPEN:
        raise NotAllowedNowError("Nominations of this cycle are not open.")
    if cycle.nominations_close is not None and on > cycle.nominations_close:
        raise NotAllowedNowError(f"Nominations of this cycle closed on {long_date(cycle.nominations_close)}.")


def _kind(author: Person, subject: Person) -> NominatedBy:
    if author.id == subject.id:
        return NominatedBy.SELF
    return NominatedBy.MANAGER if is_line_manager(author.id, subject.id) else NominatedBy.PEER


def _still_holds(line: Eligibility, on: date) -> bool:
    held = held_on(list_held_levels(line.subject_id), on)
    return held is not None and (held.lineage, held.level) == (line.lineage, line.level)


def _target(line: Eligibility, target: str | None) -> str:
    offered = line.targets.split()
    if target:
        if target not in offered:
            raise InvalidError("Choose one of the levels that come next.", field="target")
        return target
    if len(offered) != 1:
        raise InvalidError("The ladder branches here: choose the level.", field="target")
    return offered[0]


def _open_case(
    cycle: PromotionCycle, line: Eligibility, target: str | None, author: Person, kind: NominatedBy, at: datetime
) -> PromotionCase:
    pinned = select(CycleLadder.ladder_version_id).where(
        CycleLadder.cycle_id == cycle.id, CycleLadder.lineage == line.lineage
    )
    case = PromotionCase(
        cycle_id=cycle.id,
        number=cycle.next_number,
        subject_id=line.subject_id,
        lineage=line.lineage,
        ladder_version_id=db.session.scalars(pinned).one(),
        from_level=line.level,
        # A colleague never chooses where the ladder branches: the candidate does on accepting.
        target_level=target or line.targets.split()[0],
        state=CaseState.NOMINATED,
        nominated_at=at,
        nominated_by_id=author.id,
        nominated_by=kind,
    )
    cycle.next_number += 1
    db.session.add(case)
    db.session.flush()
    return case


def _write_down(
    before: Nomination | None,
    cycle: PromotionCycle,
    case: PromotionCase | None,
    subject: Person,
    author: Person,
    kind: NominatedBy,
    words: str,
    at: datetime,
) -> None:
    """Store a nomination; one whose case is over names the new one from now on."""
    row = before or Nomination(cycle_id=cycle.id, subject_id=subject.id, author_id=author.id)
    row.case_id, row.by, row.words, row.at = case.id if case else None, kind, words, at
    db.session.add(row)
    db.session.flush()


def _accept(case: PromotionCase, cycle: PromotionCycle, target: str, *, by: Author, at: datetime) -> None:
    case.target_level, case.answered_at = target, at
    advance(case, CaseEvent.ACCEPT, by=by, at=at)
    if cycle.state is CycleState.PACKETS:
        advance(case, CaseEvent.BEGIN_DRAFTING, by=by, at=at)
        tell_of_packet(case, by=by, at=at)


def _hold_own(case: PromotionCase, by: Author) -> PromotionCycle:
    if by.person_id != case.subject_id:
        raise MissingError
    return _hold(case)


def _hold_as_hr(case: PromotionCase, by: Author) -> PromotionCycle:
    if by.person_id == case.subject_id:
        raise InvalidError("Nobody looks after their own case; somebody else of HR does.")
    return _hold(case)


def _hold(case: PromotionCase) -> PromotionCycle:
    cycle = get_cycle(case.cycle_id)
    lock_cycle(cycle)
    lock_case(case)
    return cycle
