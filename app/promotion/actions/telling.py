"""Telling a candidate: the moment in which a decision takes effect, all of it or nothing.

Source of the rules: domain specification, 3.3; reliability, item 10. The level spell, the growth plan, the state of
the case and their rows in the record stand in the transaction of the caller.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.assessment import actions as assessment
from app.assessment.actions import PlanContent
from app.assessment.actions.growth import MOST_GOALS
from app.assessment.models import GrowthPlan
from app.assessment.queries import find_open_plan, growth_standing
from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.bar import next_targets
from app.domain.decision import Fault
from app.domain.errors import InvalidError, MissingError, NotAllowedNowError
from app.domain.progression import lineage_of
from app.domain.promotion import CaseEvent, CaseState, CycleState, DecisionKind
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import long_date
from app.notices.actions import tell
from app.people import actions as people
from app.people.models import LevelSpell, Person, SpellReason
from app.people.queries import get_person, list_spells
from app.promotion.actions.steps import advance, author_id, lock_case, lock_cycle, note
from app.promotion.models import REASON_LENGTH, Decision, DecisionFinding, PromotionCase, PromotionCycle
from app.promotion.queries.cases import edition_of, get_cycle
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
    reason: str = "",
) -> PromotionCase:
    """Record that a candidate was told when and by whom; with it the decision takes effect.

    A promotion becomes a level from its day on, a “not yet” goals of a growth plan. NotAllowedNowError before the
    decisions are released, and a second time. InvalidError at `teller` for somebody who cannot have told it, at `told`
    for a moment that has not come or lies before the release, and where the promotion cannot take effect any more, see
    `promotion_fault`. `lapses`: it is told all the same, for the `reason` that HR gives, and no level follows; where
    it can take effect this changes nothing.
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
    decision = decided.decision
    void = _void_reason(fault_of_telling(case, person, decision), reason, lapses=lapses)
    if decision.kind is DecisionKind.PROMOTE and decision.effective_on is not None and not void:
        granted = _granted(case, decision.effective_on)
        people.grant_level(person, reason=SpellReason.PROMOTION, by=by, at=at, **granted)
    elif decision.kind is DecisionKind.NOT_YET:
        _grow(case, person, decided, by=by, at=at)
    case.told_at, case.teller_id, case.told_recorded_by_id = told_at, teller_id, author_id(by)
    advance(case, CaseEvent.COMMUNICATE, by=by, at=at, reason=void)
    without_level = {"without_level": void} if void else {}
    db.session.flush()
    note(Tag.CASE_TOLD, case, by=by, at=at, is_quiet=False, teller=str(teller_id), **without_level)
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


def promotion_fault(case: PromotionCase, person: Person, effective_on: date) -> Fault | None:
    """Return why a promotion cannot take effect on its day, at the field that is wrong; None when it can.

    The person has left by then; their level has changed, so that the target does not follow it any more; or they hold
    it only from a later day on.
    """
    if person.left_on is not None and person.left_on <= effective_on:
        words = f"{person.name} has left before {long_date(effective_on)}, so that the promotion cannot take effect."
        return Fault("effective_on", words)
    held = list_spells(person.id)
    current = held[-1] if held else None
    if current is None or not _leads_to_target(case, current):
        now = f"{current.level} since {long_date(current.starts_on)}" if current else "no level"
        return Fault(
            "kind",
            f"The level of {person.name} has changed since: the decision is about {case.from_level} to "
            f"{case.target_level}, and {now} is recorded. Correct the level first.",
        )
    if effective_on <= current.starts_on:
        words = f"{person.name} holds {current.level} only from {long_date(current.starts_on)} on. Choose a later day."
        return Fault("effective_on", words)
    try:
        people.check_reason(person, reason=SpellReason.PROMOTION, **_granted(case, effective_on))
    except InvalidError as error:
        return Fault("kind", error.message)
    return None


def _leads_to_target(case: PromotionCase, current: LevelSpell) -> bool:
    ladder = edition_of(case).ladder
    if lineage_of(current.ladder) != case.lineage or not ladder.has_level(current.level):
        return False
    return case.target_level in {level.id for level in next_targets(ladder, current.level)}


def _granted(case: PromotionCase, effective_on: date) -> dict[str, Any]:
    return {"ladder": case.lineage, "level": case.target_level, "from_on": effective_on}


def _void_reason(fault: Fault | None, reason: str, *, lapses: bool) -> str:
    """Return why a promotion is told without a new level; empty where it takes effect. InvalidError unless HR says."""
    if fault is None:
        return ""
    if not lapses:
        raise InvalidError(fault.message)
    why = reason.strip()
    if not why:
        raise InvalidError("Say why no new level follows. The candidate reads it.", field="reason")
    if len(why) > REASON_LENGTH:
        raise InvalidError(f"Say it in {REASON_LENGTH} characters; there are {len(why)}.", field="reason")
    return why


def fault_of_telling(case: PromotionCase, person: Person, decision: Decision) -> Fault | None:
    """Return why the decision of a case can take effect no more; None when it can."""
    if decision.kind is not DecisionKind.PROMOTE:
        return None
    if decision.effective_on is None:
        raise MissingError
    return promotion_fault(case, person, decision.effective_on)


@dataclass(frozen=True)
class Growth:
    """What of a “not yet” comes into a growth plan: the open one, or a new one for `target`."""

    plan: GrowthPlan | None
    target: str
    goals: tuple[DecisionFinding, ...]


def growth_from(case: PromotionCase, person: Person, decided: Decided, on: date) -> Growth:
    """Return which goals come into which plan when a “not yet” is told on a day.

    An open plan keeps all that it holds. What the ladder of today does not ask for, and what a full plan has no room
    for, stays in the decision alone: a plan never keeps a decision from being told. No goals for whoever has left.
    """
    plan = find_open_plan(person.id)
    lineage, target = (plan.lineage, plan.target_level) if plan else (case.lineage, case.target_level)
    if person.left_on is not None and person.left_on <= on:
        return Growth(plan, target, ())
    found = growth_standing(person.id, on, lineage=lineage, target=target)
    known = {standing.expectation.id for standing in found.report.standings} if found.report else set()
    there = {goal.expectation_id for goal in plan.goals} if plan else set()
    goals = [row for row in decided.unmet if row.expectation_id in known and row.expectation_id not in there]
    return Growth(plan, target, tuple(goals[: MOST_GOALS - len(there)]))


def _grow(case: PromotionCase, person: Person, decided: Decided, *, by: Author, at: datetime) -> None:
    """Turn what a “not yet” names into goals: of the open plan where there is one, else of a new one."""
    today = local(at).date()
    if person.left_on is not None and person.left_on <= today:
        return
    growth = growth_from(case, person, decided, today)
    plan, review_on = growth.plan, decided.decision.review_on
    if review_on is not None and review_on < today:
        review_on = None
    if plan is None:
        if not growth.goals:
            return
        ids = [row.expectation_id for row in growth.goals]
        plan = assessment.open_plan(person, target=growth.target, goals=ids, review_on=review_on, by=by, at=at)
    # An unchanged day may lie behind; a new one is only taken where it comes earlier.
    day = min((one for one in (plan.review_on, review_on) if one is not None), default=None)
    words = {row.expectation_id: row.would_change for row in growth.goals}
    if words or day != plan.review_on:
        content = PlanContent(review_on=day, words=words)
        assessment.change_plan(plan, content, version=plan.version, by=by, at=at)
