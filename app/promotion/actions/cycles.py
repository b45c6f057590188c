"""Drafting a cycle, changing it, extending its days and cancelling it. Its moves are in `moves`."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError, NotAllowedNowError
from app.domain.promotion import DEADLINES, CaseEvent, CaseState, CycleState, may_cancel
from app.infra.clock import local
from app.infra.db import db, forget_answers
from app.ladders.queries import Edition, get_edition, list_adopted
from app.promotion.actions.steps import advance, author_id, lock_case, lock_cycle, step
from app.promotion.models import NAME_LENGTH, REASON_LENGTH, CycleLadder, PromotionCase, PromotionCycle
from app.promotion.queries.cases import deadline_of
from app.promotion.queries.cycles import days_of, days_that_move, pinned_of, usual_days
from app.promotion.wording import DEADLINE

CUT_OFF = "evidence_until"
NAMELESS = "Give the cycle a name, such as “Winter 2026”."
FOR_ONE_CASE = ("packets_due", "feedback_due", "review_due")
"""The days that may be extended for one case alone; the others are those of the whole committee."""


def draft_cycle(name: str, *, by: Author, at: datetime) -> PromotionCycle:
    """Return a new draft: it pins the ladder versions adopted today, and its days are proposals on weekdays."""
    on = local(at).date()
    cycle = PromotionCycle(
        id=uuid.uuid4(),
        name=_checked_name(name),
        state=CycleState.DRAFT,
        created_at=at,
        created_by_id=author_id(by),
        **usual_days(on),
    )
    cycle.evidence_until = cycle.packets_due
    session = db.session()
    session.add(cycle)
    session.flush()
    _pin(cycle, list_adopted(on))
    step(cycle, "move", by=by, at=at, target=CycleState.DRAFT.value)
    log(Tag.CYCLE_DRAFTED, by=by, at=at, object_id=cycle.id)
    return cycle


def change_cycle(
    cycle: PromotionCycle,
    *,
    name: str,
    days: Mapping[str, date | None] | None = None,
    versions: Collection[uuid.UUID] | None = None,
    version: int,
    by: Author,
    at: datetime,
) -> None:
    """Change a draft: its name, any of its days (`DEADLINES` and `evidence_until`), the ladder versions it pins.

    From its opening on only the name changes here: days are extended with a reason, and what is pinned stays pinned.
    A draft may keep days that are missing or out of order; they keep it from opening. ConflictError when somebody has
    changed it since `version`.
    """
    lock_cycle(cycle)
    if cycle.state.is_over:
        raise NotAllowedNowError("This cycle is over, so it stays as it is.")
    if cycle.version != version:
        raise _conflict(cycle)
    if cycle.state is not CycleState.DRAFT and (days is not None or versions is not None):
        raise NotAllowedNowError("The cycle has been opened. Its days are extended with a reason; its ladders stay.")
    changed = []
    if (checked := _checked_name(name)) != cycle.name:
        cycle.name = checked
        changed.append("name")
    for deadline, day in (days or {}).items():
        if getattr(cycle, deadline) != day:
            setattr(cycle, deadline, day)
            changed.append(deadline)
    if versions is not None and _pin_anew(cycle, versions):
        changed.append("ladders")
    if changed:
        log(Tag.CYCLE_CHANGED, by=by, at=at, object_id=cycle.id, fields=sorted(changed))


def extend_deadlines(
    cycle: PromotionCycle,
    days: Mapping[str, date],
    reason: str,
    *,
    case: PromotionCase | None = None,
    by: Author,
    at: datetime,
) -> tuple[str, ...]:
    """Move days of a running cycle to later ones, for all or for one case, and return the names of those that move.

    Only days that are still to come in the order of phases move, only to later ones, and all of them stay strictly
    increasing; else InvalidError at the day. The cut-off of evidence never stays before the day of the packets; once
    all packets are in, it alone may be brought forward, never before today.
    """
    lock_cycle(cycle)
    why = _checked_reason(reason)
    moved = shifted_days(cycle, days, case=case, on=local(at).date())
    for name, day in moved.items():
        before = deadline_of(cycle.id, name, case.id if case else None)
        step(
            cycle,
            "extend",
            by=by,
            at=at,
            reason=why,
            deadline=name,
            day=day,
            day_before=before,
            case_id=case.id if case else None,
        )
        log(Tag.DEADLINE_EXTENDED, by=by, at=at, object_id=case.id if case else cycle.id, deadline=name, day=str(day))
    if case is None:
        for name, day in moved.items():
            setattr(cycle, name, day)
    db.session.flush()
    # Days of single cases are steps: whoever asked before this one heard the day before.
    forget_answers()
    return tuple(moved)


def shifted_days(
    cycle: PromotionCycle, days: Mapping[str, date], *, case: PromotionCase | None = None, on: date
) -> dict[str, date]:
    """Return the days that an extension would move, with the cut-off where that follows. Nothing is changed.

    InvalidError at the day that is no later one, lies in the past or leaves the order; NotAllowedNowError in a phase
    that extends nothing.
    """
    allowed = days_that_move(cycle.state)
    if not allowed:
        raise NotAllowedNowError("Days are extended while a cycle runs. This one does not.")
    brought = _brought_forward(cycle, days.get(CUT_OFF), is_for_one=case is not None, on=on)
    days = {name: day for name, day in days.items() if name != CUT_OFF}
    if case is not None:
        if case.cycle_id != cycle.id or case.state.is_over:
            raise InvalidError("This case is over, so nothing is extended for it.", field="case")
        allowed = tuple(name for name in allowed if name in FOR_ONE_CASE)
    whole = days_of(cycle) if case is None else {name: deadline_of(cycle.id, name, case.id) for name in DEADLINES}
    moved = {name: day for name, day in days.items() if day != whole[name]}
    if not moved and not brought:
        raise IncompleteError("Name at least one later day.", field=(allowed or DEADLINES)[0])
    for name, day in moved.items():
        before = whole[name]
        if name not in allowed:
            raise InvalidError(f"“{DEADLINE[name]}” cannot be extended now.", field=name)
        if before is not None and day < before:
            raise InvalidError("An extension goes to a later day, never to an earlier one.", field=name)
        if day < on:
            raise InvalidError("This day is over already.", field=name)
    _check_order({**whole, **moved}, moved)
    return {**_with_cut_off(cycle, moved), **brought} if case is None else moved


def days_offered(cycle: PromotionCycle, on: date) -> tuple[str, ...]:
    """Return the days that HR may move on a day: those that go later, and the cut-off while it may come forward."""
    is_ahead = cycle.evidence_until is not None and cycle.evidence_until > on
    comes_forward = cycle.state is CycleState.FEEDBACK and is_ahead
    return (*((CUT_OFF,) if comes_forward else ()), *days_that_move(cycle.state))


def _brought_forward(cycle: PromotionCycle, day: date | None, *, is_for_one: bool, on: date) -> dict[str, date]:
    """Return the earlier cut-off, if it is to move. In the phase of feedback no packet can take up more evidence."""
    before = cycle.evidence_until
    if day is None or before is None or day == before:
        return {}
    if CUT_OFF not in days_offered(cycle, on):
        raise InvalidError("The cut-off comes forward once all packets are in.", field=CUT_OFF)
    if is_for_one:
        raise InvalidError("The cut-off is one for all cases.", field=CUT_OFF)
    if day > before:
        raise InvalidError("The packets are in, so the cut-off only comes forward now.", field=CUT_OFF)
    if day < on:
        raise InvalidError("The cut-off cannot lie in the past.", field=CUT_OFF)
    return {CUT_OFF: day}


def _check_order(days: Mapping[str, date | None], moved: Collection[str]) -> None:
    """Refuse days that do not strictly follow each other, at the day that somebody can change."""
    for earlier, later in itertools.pairwise(DEADLINES):
        first, second = days[earlier], days[later]
        if first is not None and second is not None and second <= first:
            at_field = later if later in moved or earlier not in moved else earlier
            raise InvalidError(
                f"“{DEADLINE[later]}” has to come after “{DEADLINE[earlier]}”: move both.", field=at_field
            )


def _with_cut_off(cycle: PromotionCycle, moved: dict[str, date]) -> dict[str, date]:
    packets = moved.get("packets_due")
    if packets and cycle.evidence_until is not None and cycle.evidence_until < packets:
        return {**moved, CUT_OFF: packets}
    return moved


def cancel_cycle(cycle: PromotionCycle, reason: str, *, by: Author, at: datetime) -> None:
    """Cancel a cycle that has not been decided, and all its open cases with it. A reason is asked for.

    Its committee has nothing to judge any more, so it reads nothing of it from the same day on.
    """
    lock_cycle(cycle)
    if not may_cancel(cycle.state):
        raise NotAllowedNowError("Only a cycle that is not decided yet can be cancelled; this one has moved on.")
    why = _checked_reason(reason)
    source, cycle.state, cycle.cancelled_reason = cycle.state, CycleState.CANCELLED, why
    cycle.archived_on = local(at).date()
    step(cycle, "cancel", by=by, at=at, reason=why, source=source.value, target=CycleState.CANCELLED.value)
    for case in open_cases_of(cycle):
        advance(case, CaseEvent.CANCEL, by=by, at=at, reason=why)
    log(Tag.CYCLE_CANCELLED, by=by, at=at, object_id=cycle.id, source=source.value)


def open_cases_of(cycle: PromotionCycle) -> list[PromotionCase]:
    """Return the cases of a cycle that are not over, each locked, by number. Lock the cycle before."""
    over = [state for state in CaseState if state.is_over]
    rows = select(PromotionCase).where(PromotionCase.cycle_id == cycle.id, PromotionCase.state.not_in(over))
    found = list(db.session.scalars(rows.order_by(PromotionCase.number)))
    for case in found:
        lock_case(case)
    return [case for case in found if not case.state.is_over]


# What is pinned, and the words -----------------------------------------------------------


def _pin(cycle: PromotionCycle, editions: Collection[Edition]) -> None:
    db.session.add_all(
        CycleLadder(cycle_id=cycle.id, lineage=edition.ladder.lineage, ladder_version_id=edition.id)
        for edition in editions
    )
    db.session.flush()


def _pin_anew(cycle: PromotionCycle, versions: Collection[uuid.UUID]) -> bool:
    """Pin other versions; return whether that changed anything. InvalidError for two versions of one ladder."""
    editions = [get_edition(version_id) for version_id in dict.fromkeys(versions)]
    if len({edition.ladder.lineage for edition in editions}) < len(editions):
        raise InvalidError("Pin one version of each ladder, not two.", field="versions")
    pinned = {edition.id for edition in pinned_of(cycle.id)}
    if pinned == {edition.id for edition in editions}:
        return False
    for row in db.session.scalars(select(CycleLadder).where(CycleLadder.cycle_id == cycle.id)):
        db.session.delete(row)
    db.session.flush()
    _pin(cycle, editions)
    # Who can be nominated follows from what is pinned, so the list has to be made anew.
    cycle.eligibility_listed_at = None
    return True


def _checked_name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise IncompleteError(NAMELESS, field="name")
    if len(plain) > NAME_LENGTH:
        raise InvalidError(f"A name has at most {NAME_LENGTH} characters.", field="name")
    return plain


def _checked_reason(reason: str) -> str:
    plain = reason.strip()
    if not plain:
        raise IncompleteError("Say why: it stands in the record of the cycle.", field="reason")
    if len(plain) > REASON_LENGTH:
        raise InvalidError(f"Say it in {REASON_LENGTH} characters; there are {len(plain)}.", field="reason")
    return plain


def _conflict(cycle: PromotionCycle) -> ConflictError:
    stored = {name: day.isoformat() if day else "" for name, day in days_of(cycle).items()}
    cut_off = cycle.evidence_until.isoformat() if cycle.evidence_until else ""
    return ConflictError(
        "Somebody has changed this cycle in the meantime.",
        stored={"name": cycle.name, **stored, CUT_OFF: cut_off},
        version=cycle.version,
        labels={"name": "Name", **DEADLINE},
    )
