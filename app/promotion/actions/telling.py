"""Telling a candidate: the moment in which a decision takes effect, all of it or nothing.

Source of the rules: domain specification, 3.3; reliability, item 10. The level spell, the growth plan, the state of
the case and their rows in the record stand in the transaction of the caller.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from app.assessment import actions as assessment
from app.assessment.actions import PlanContent
from app.assessment.actions.growth import MOST_GOALS
from app.assessment.queries import find_open_plan, growth_standing
from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import InvalidError, MissingError, NotAllowedNowError
from app.domain.promotion import CaseEvent, CaseState, CycleState, DecisionKind
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import long_date
from app.notices.actions import tell
from app.people import actions as people
from app.people.models import Person, SpellReason
from app.people.queries import get_person, list_spells
from app.promotion.actions.steps import advance, author_id, lock_case, lock_cycle, note
from app.promotion.models import Decision, PromotionCase, PromotionCycle
from app.promotion.queries.cases import get_cycle
from app.promotion.queries.decisions import Decided, read_told, tellers_for

TOLD = "promotion.told"


def tell_candidate(
    case: PromotionCase,
    teller_id: uuid.UUID,
    told_at: datetime,
    *,
    by: Author,
    at: datetime,
    lapses: bool = False,
) -> PromotionCase:
    """Record that a candidate was told when and by whom; with it the decision takes effect.

    A promotion becomes a level from its day on, a “not yet” goals of a growth plan. NotAllowedNowError before the
    decisions are released, and a second time. InvalidError at `teller` for somebody who cannot have told it, at `told`
    for a moment that has not come or lies before the release, and where the promotion cannot take effect any more:
    the person has left, or their level has changed since. `lapses`: somebody who has left is told all the same, and
    their promotion takes no effect; for anybody else it changes nothing.
    """
    cycle = get_cycle(case.cycle_id)
    lock_cycle(cycle)
    lock_case(case)
    decided = read_told(case)
    if cycle.state is not CycleState.COMMUNICATED or case.state is not CaseState.DECIDED or decided is None:
        raise NotAllowedNowError("There is nothing to tell in this case now, or it has been recorded already.")
    if teller_id not in tellers_for(case, author_id(by)):
        raise InvalidError("Choose who told the candidate from the list.", field="teller")
    _check_moment(cycle, told_at, at)
    person = get_person(case.subject_id)
    is_void = lapses and decided.decision.kind is DecisionKind.PROMOTE and leaves_before(person, decided.decision)
    if decided.decision.kind is DecisionKind.PROMOTE and not is_void:
        _promote(case, person, decided.decision, by=by, at=at)
    elif decided.decision.kind is DecisionKind.NOT_YET:
        _grow(case, person, decided, by=by, at=at)
    case.told_at, case.teller_id, case.told_recorded_by_id = told_at, teller_id, author_id(by)
    reason = "Left before the promotion could take effect." if is_void else ""
    advance(case, CaseEvent.COMMUNICATE, by=by, at=at, reason=reason)
    db.session.flush()
    note(Tag.CASE_TOLD, case, by=by, at=at, teller=str(teller_id))
    tell(TOLD, case.subject_id, case.id, by=by, at=at)
    # The move to `decided` signs the list in a module that reads this one.
    from app.promotion.actions.moves import follow_up  # noqa: PLC0415

    follow_up(cycle, by=by, at=at)
    return case


def _check_moment(cycle: PromotionCycle, told_at: datetime, at: datetime) -> None:
    if told_at > at:
        raise InvalidError("This lies ahead. Record it once the candidate has been told.", field="told")
    released = cycle.communicated_on
    if released is not None and local(told_at).date() < released:
        message = f"The decisions were released on {long_date(released)}; nobody could be told before."
        raise InvalidError(message, field="told")


def leaves_before(person: Person, decision: Decision) -> bool:
    """Say whether somebody is gone on the day on which their promotion would take effect."""
    day = decision.effective_on
    return person.left_on is not None and day is not None and person.left_on <= day


def promotion_fault(case: PromotionCase, person: Person, effective_on: date) -> str:
    """Return why a promotion can take effect no more, as a sentence; empty when it can."""
    if person.left_on is not None and person.left_on <= effective_on:
        return f"{person.name} has left before {long_date(effective_on)}, so that the promotion cannot take effect."
    held = list_spells(person.id)
    current = held[-1] if held else None
    if current is None or (current.ladder, current.level) != (case.lineage, case.from_level):
        now = f"{current.level} since {long_date(current.starts_on)}" if current else "no level"
        return (
            f"The level of {person.name} has changed since: the decision is about {case.from_level}, and {now} is "
            "recorded. Correct the level first."
        )
    if effective_on <= current.starts_on:
        return f"{person.name} holds {current.level} only from {long_date(current.starts_on)} on. Correct that first."
    return ""


def _promote(case: PromotionCase, person: Person, decision: Decision, *, by: Author, at: datetime) -> None:
    if decision.effective_on is None:
        raise MissingError
    if fault := promotion_fault(case, person, decision.effective_on):
        raise InvalidError(fault)
    values = {"ladder": case.lineage, "level": case.target_level, "from_on": decision.effective_on}
    people.check_reason(person, reason=SpellReason.PROMOTION, **values)  # type: ignore[arg-type]
    people.grant_level(person, reason=SpellReason.PROMOTION, by=by, at=at, **values)  # type: ignore[arg-type]


def _grow(case: PromotionCase, person: Person, decided: Decided, *, by: Author, at: datetime) -> None:
    """Turn what a “not yet” names into goals: of the open plan where there is one, else of a new one.

    An open plan keeps all that it holds. What the ladder of today does not ask for, and what a full plan has no room
    for, stays in the decision alone: a plan never keeps a decision from being told.
    """
    today = local(at).date()
    if person.left_on is not None and person.left_on <= today:
        return
    plan = find_open_plan(person.id)
    where = (plan.lineage, plan.target_level) if plan else (case.lineage, case.target_level)
    found = growth_standing(person.id, today, lineage=where[0], target=where[1])
    known = {standing.expectation.id for standing in found.report.standings} if found.report else set()
    there = {goal.expectation_id: goal.words for goal in plan.goals} if plan else {}
    room = MOST_GOALS - len(there)
    goals = [row for row in decided.unmet if row.expectation_id in known and row.expectation_id not in there][:room]
    review_on = decided.decision.review_on
    if review_on is not None and review_on < today:
        review_on = None
    if plan is None:
        if not goals:
            return
        ids = [row.expectation_id for row in goals]
        plan = assessment.open_plan(person, target=where[1], goals=ids, review_on=review_on, by=by, at=at)
    # An unchanged day may lie behind; a new one is only taken where it comes earlier.
    day = min((one for one in (plan.review_on, review_on) if one is not None), default=None)
    words = {row.expectation_id: row.would_change for row in goals}
    if words or day != plan.review_on:
        content = PlanContent(review_on=day, words=words)
        assessment.change_plan(plan, content, version=plan.version, by=by, at=at)
