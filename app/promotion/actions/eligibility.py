"""The list of who could be nominated: making it before a cycle opens, adding who joined later, waiving the minimum."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.eligibility import WAIVABLE, EligibleLine, line_for
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.ladder import Ladder
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import local
from app.infra.db import db
from app.ladders.queries import get_edition
from app.people.models import Person
from app.people.queries import held_levels_of, works_here
from app.policies.queries import value_of
from app.promotion.actions.steps import author_id, lock_cycle
from app.promotion.models import CycleLadder, Eligibility, PromotionCase, PromotionCycle
from app.promotion.queries.eligibility import renomination_days


def list_eligible(cycle: PromotionCycle, by: Author, at: datetime) -> int:
    """Write down for everybody who works here whether they could be nominated, and return how many lines are new.

    Before a cycle opens the list is made anew each time; a waiver of the minimum stays. From the opening on it is a
    record: whoever joined since is added, and no line goes. Where the level that it names is no longer the one held,
    as after a correction, the line follows and counts as new, unless a case rests on it already.
    NotAllowedNowError once nominations are over.
    """
    lock_cycle(cycle)
    if cycle.state not in {CycleState.DRAFT, CycleState.OPEN}:
        raise NotAllowedNowError("Nominations of this cycle are over; its list of who could be nominated stays.")
    on = local(at).date()
    people = list(db.session.scalars(select(Person).where(works_here(on)).order_by(Person.sort_name, Person.id)))
    lines = _lines(cycle, people, on)
    rows = select(Eligibility).where(Eligibility.cycle_id == cycle.id).order_by(Eligibility.id)
    stored = {row.subject_id: row for row in db.session.scalars(rows)}
    added = [person_id for person_id in lines if person_id not in stored]
    db.session.add_all(_row(cycle.id, person_id, lines[person_id]) for person_id in added)
    if cycle.state is CycleState.DRAFT:
        for person_id, row in stored.items():
            if person_id in lines:
                _rewrite(row, lines[person_id])
            else:
                db.session.delete(row)
    renewed = _followed(cycle.id, stored, lines) if cycle.state is CycleState.OPEN else []
    if cycle.state is CycleState.DRAFT or cycle.eligibility_listed_at is None:
        cycle.eligibility_listed_at = at
    db.session.flush()
    log(
        Tag.ELIGIBILITY_LISTED,
        by=by,
        at=at,
        object_id=cycle.id,
        people=len(lines),
        added=len(added),
        renewed=len(renewed),
    )
    for person_id in renewed:
        log(Tag.ELIGIBILITY_RENEWED, by=by, at=at, subject_id=person_id, object_id=cycle.id)
    return len(added) + len(renewed)


def _followed(
    cycle_id: uuid.UUID, stored: Mapping[uuid.UUID, Eligibility], lines: Mapping[uuid.UUID, EligibleLine]
) -> list[uuid.UUID]:
    """Let lines follow a level that was corrected since, and return whose they are."""
    rested_on = set(
        db.session.scalars(
            select(PromotionCase.subject_id).where(
                PromotionCase.cycle_id == cycle_id, PromotionCase.state != CaseState.NOMINATED
            )
        )
    )
    found = [
        person_id
        for person_id, row in stored.items()
        if person_id in lines
        and person_id not in rested_on
        and (row.lineage, row.level) != (lines[person_id].lineage, lines[person_id].level)
    ]
    for person_id in found:
        _rewrite(stored[person_id], lines[person_id])
    return found


def waive_minimum(line: Eligibility, *, reason: str, by: Author, at: datetime) -> None:
    """Let somebody be nominated although a rule stands against it that can be waived: see `WAIVABLE`. HR says why.

    InvalidError without a reason, and for oneself: a second person of HR does that. NotAllowedNowError where no such
    rule stands against them.
    """
    if author_id(by) == line.subject_id:
        raise InvalidError("Nobody waives a rule for themselves; somebody else of HR does.")
    if not reason:
        raise InvalidError("Say why the rule does not apply.", field="reason")
    db.session.refresh(line, with_for_update=True)
    if line.rule not in WAIVABLE:
        raise NotAllowedNowError("No rule that can be waived stands against this nomination any more.")
    line.rule, line.waived_reason, line.waived_by_id = "", reason, by.person_id
    db.session.flush()
    log(Tag.MINIMUM_WAIVED, by=by, at=at, subject_id=line.subject_id, object_id=line.cycle_id)


def _lines(cycle: PromotionCycle, people: list[Person], on: date) -> dict[uuid.UUID, EligibleLine]:
    pinned = pinned_ladders(cycle.id)
    later = renomination_days()
    spells = held_levels_of(frozenset(person.id for person in people))
    # A draft follows the company's policy; its number is copied when the cycle opens.
    minimum = int(value_of("promotion_minimum_months")) if cycle.opened_at is None else cycle.minimum_months
    return {
        person.id: line_for(
            spells[person.id],
            pinned,
            left_on=person.left_on,
            minimum_months=minimum,
            on=on,
            until=max(on, cycle.nominations_close or on),
            not_before=later.get(person.id, {}),
        )
        for person in people
    }


def pinned_ladders(cycle_id: uuid.UUID) -> Mapping[str, Ladder]:
    """Return the ladders that a cycle pins, by lineage."""
    rows = select(CycleLadder.lineage, CycleLadder.ladder_version_id).where(CycleLadder.cycle_id == cycle_id)
    return {
        lineage: get_edition(version_id).ladder
        for lineage, version_id in db.session.execute(rows.order_by(CycleLadder.lineage))
    }


def _row(cycle_id: uuid.UUID, person_id: uuid.UUID, line: EligibleLine) -> Eligibility:
    row = Eligibility(cycle_id=cycle_id, subject_id=person_id)
    _rewrite(row, line)
    return row


def _rewrite(row: Eligibility, line: EligibleLine) -> None:
    is_waived = line.rule in WAIVABLE and row.waived_reason is not None
    row.lineage, row.level, row.held_since = line.lineage, line.level, line.held_since
    row.targets = " ".join(line.targets)
    row.rule = line.rule.value if line.rule is not None and not is_waived else ""
