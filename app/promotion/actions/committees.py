"""Committees: who chairs a cycle, who sits on its committee, and up to which rank somebody off the ladder reviews.

Source of the rules: domain specification, 3.4; access matrix, row 24, transitions T5 and T7; reliability checklist,
item 12.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.auth.actions import end_other_sessions, invite
from app.auth.actions.accounts import ensure_accounts
from app.auth.actions.ending import end_links
from app.auth.models import SessionStage
from app.auth.queries import next_stage
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.promotion import CycleState
from app.infra.clock import local
from app.infra.db import db
from app.people.actions import add_person
from app.people.models import Person
from app.people.queries import find_person_by_email, get_people
from app.promotion.actions.panels import settle_recusals
from app.promotion.actions.steps import lock_cycle
from app.promotion.models import CommitteeMember, PanelSeat, PromotionCase, PromotionCycle, ReviewRank
from app.promotion.queries.panels import has_gone, rank_limits, ranks_of, serving
from app.promotion.queries.relations import select_recused

_LEFT = "Left the company."
CHAIR, DEPUTY, MEMBER = "chair", "deputy", "member"


@dataclass(frozen=True, slots=True)
class Outsider:
    """A reviewer from outside: who they are, up to which rank they review, and why."""

    name: str
    email: str
    rank: int
    reason: str


def name_chair(cycle: PromotionCycle, person: Person, *, by: Author, at: datetime) -> None:
    """Let somebody chair a cycle from now on, instead of whoever did.

    InvalidError at `person` for the deputy, an outsider or somebody who has left; NotAllowedNowError once the cycle is
    over. Their sessions end where no second factor is set up: from now on they must have one.
    """
    _lead(cycle, person, CHAIR, by=by, at=at)


def name_deputy(cycle: PromotionCycle, person: Person, *, by: Author, at: datetime) -> None:
    """Let somebody chair the cases from which the chair is recused. Errors as `name_chair`."""
    _lead(cycle, person, DEPUTY, by=by, at=at)


def _lead(cycle: PromotionCycle, person: Person, role: str, *, by: Author, at: datetime) -> None:
    lock_cycle(cycle)
    _check_running(cycle)
    _check_works_here(person, at)
    other = cycle.deputy_id if role == CHAIR else cycle.chair_id
    if person.id == other:
        raise InvalidError(
            f"{person.name} is the {DEPUTY if role == CHAIR else CHAIR} already; one person cannot be both.",
            field="person",
        )
    if person.id == (cycle.chair_id if role == CHAIR else cycle.deputy_id):
        raise InvalidError(f"{person.name} is the {role} already.", field="person")
    if role == CHAIR:
        cycle.chair_id = person.id
    else:
        cycle.deputy_id = person.id
    db.session.flush()
    log(Tag.COMMITTEE_NAMED, by=by, at=at, subject_id=person.id, object_id=cycle.id, role=role)
    if next_stage(person.id) is SessionStage.ENROL:
        end_links([person.id], at=at)
        end_other_sessions(person.id, keep=None, by=by, at=at)


def add_member(
    cycle: PromotionCycle, person: Person, *, is_external: bool = False, by: Author, at: datetime
) -> CommitteeMember:
    """Name somebody a member of the committee; during the review, panels that lack reviewers draw at once.

    InvalidError at `person`: a member already, or gone. An outsider has to be named as external. NotAllowedNowError
    once the cycle is decided.
    """
    lock_cycle(cycle)
    _check_undecided(cycle)
    if is_external:
        _check_here(person, at)
    else:
        _check_works_here(person, at)
    if any(row.person_id == person.id for row in serving(cycle.id)):
        raise InvalidError(f"{person.name} is on this committee already.", field="person")
    row = CommitteeMember(
        cycle_id=cycle.id, person_id=person.id, is_external=is_external, named_at=at, named_by_id=by.person_id
    )
    db.session.add(row)
    db.session.flush()
    log(Tag.COMMITTEE_NAMED, by=by, at=at, subject_id=person.id, object_id=cycle.id, role=MEMBER)
    settle_recusals(cycle, by=by, at=at)
    return row


def name_external(
    cycle: PromotionCycle, details: Outsider, *, by: Author, at: datetime, mail_is_on: bool
) -> CommitteeMember:
    """Name a reviewer from outside, with their rank and why, and invite them where mail is on.

    Their account is limited to their cases; without mail HR hands a link over. Somebody from outside who is known
    already keeps their account. InvalidError at `email` for somebody who works here, else as `add_member`.
    """
    lock_cycle(cycle)
    _check_undecided(cycle)
    known = find_person_by_email(details.email)
    if known is not None and known.employee_id is not None:
        raise InvalidError(f"{known.name} works here; name them as a member of the committee.", field="email")
    person = known or add_person(name=details.name, email=details.email, employee_id=None, hired_on=None, by=by, at=at)
    set_review_rank(person, details.rank, details.reason, by=by, at=at)
    row = add_member(cycle, person, is_external=True, by=by, at=at)
    if mail_is_on:
        invite([person.id], by=by, at=at, mail_is_on=True)
    else:
        ensure_accounts([person.id], by=by, at=at)
    return row


def remove_member(cycle: PromotionCycle, person: Person, reason: str, *, by: Author, at: datetime) -> None:
    """Take somebody off the committee, with a reason; their seats end, and substitutes are drawn by rule.

    NotAllowedNowError when they are no member, once the cycle is decided, or where the author is recused from a case on
    which they sit: whoever may not judge a case does not choose who leaves it. InvalidError without a reason, unless
    the cycle is a draft: nobody has judged anything in it yet.
    """
    lock_cycle(cycle)
    _check_undecided(cycle)
    if not reason.strip() and cycle.state is not CycleState.DRAFT:
        raise InvalidError("Say why; it stays in the record of the cycle.", field="reason")
    row = next((one for one in serving(cycle.id) if one.person_id == person.id), None)
    if row is None:
        raise NotAllowedNowError(f"{person.name} is not on this committee any more.")
    _check_unrecused(cycle, person, by)
    _end(row, reason.strip(), by=by, at=at)
    settle_recusals(cycle, by=by, at=at)


def set_review_rank(person: Person, rank: int, reason: str, *, by: Author, at: datetime) -> ReviewRank:
    """Set up to which rank somebody off the ladder may review, with a reason; it replaces what was set before.

    InvalidError: no reason, a rank that no ladder has, oneself, or somebody whose own level says it. Cycles that are
    in review follow at the next sweep: nobody loses what they have rated.
    """
    db.session.refresh(person, with_for_update=True)
    lowest, highest = rank_limits()
    if not lowest <= rank <= highest:
        raise InvalidError(
            f"Choose a rank from {lowest} to {highest}: those are the ranks of the ladders.", field="rank"
        )
    if not reason.strip():
        raise InvalidError("Say why this rank; whoever reads the record needs to understand it.", field="reason")
    if by.person_id == person.id:
        raise InvalidError("Nobody sets their own rank; ask a second person of HR.", field="rank")
    standing = ranks_of(frozenset({person.id}), local(at).date())[person.id]
    if standing.held is not None:
        raise InvalidError(
            f"{person.name} holds {standing.held.level}, so that its rank counts, {standing.held.rank}.", field="rank"
        )
    live = select(ReviewRank).where(ReviewRank.person_id == person.id, ReviewRank.ended_at.is_(None))
    before = db.session.scalars(live).one_or_none()
    if before is not None:
        before.ended_at = at
        db.session.flush()
    row = ReviewRank(person_id=person.id, rank=rank, reason=reason.strip(), set_at=at, set_by_id=by.person_id)
    db.session.add(row)
    db.session.flush()
    log(Tag.REVIEW_RANK_SET, by=by, at=at, subject_id=person.id, object_id=row.id, rank=rank)
    return row


def end_memberships_of_leavers(cycle: PromotionCycle, *, by: Author, at: datetime) -> None:
    """Take whoever has left off the committee of a locked cycle, the chair and the deputy too.

    Whoever comes back is named anew: an old membership does not revive. Source: access matrix, T5.
    """
    on = local(at).date()
    rows = serving(cycle.id)
    leading = [one for one in (cycle.chair_id, cycle.deputy_id) if one is not None]
    people = get_people([*(row.person_id for row in rows), *leading])
    gone = {one.id for one in people.values() if has_gone(one, on)}
    for row in rows:
        if row.person_id in gone:
            _end(row, _LEFT, by=by, at=at)
    for role, person_id in ((CHAIR, cycle.chair_id), (DEPUTY, cycle.deputy_id)):
        if person_id in gone:
            _step_down(cycle, role, person_id, by=by, at=at)


def _step_down(cycle: PromotionCycle, role: str, person_id: uuid.UUID | None, *, by: Author, at: datetime) -> None:
    if role == CHAIR:
        cycle.chair_id = None
    else:
        cycle.deputy_id = None
    db.session.flush()
    log(Tag.COMMITTEE_ENDED, by=by, at=at, subject_id=person_id, object_id=cycle.id, role=role)


def _end(row: CommitteeMember, reason: str, *, by: Author, at: datetime) -> None:
    row.ended_at, row.ended_by_id, row.ended_reason = at, by.person_id, reason
    db.session.flush()
    log(Tag.COMMITTEE_ENDED, by=by, at=at, subject_id=row.person_id, object_id=row.cycle_id, role=MEMBER)


def may_be_changed(cycle: PromotionCycle) -> bool:
    """Say whether members can still be named and taken off: until the cycle is decided."""
    return cycle.state.order < CycleState.DECIDED.order


def _check_running(cycle: PromotionCycle) -> None:
    if cycle.state.is_over:
        raise NotAllowedNowError("This cycle is over; its committee stays as it was.")


def _check_undecided(cycle: PromotionCycle) -> None:
    if not may_be_changed(cycle):
        raise NotAllowedNowError("This cycle is decided; its committee stays as it was.")


def _check_unrecused(cycle: PromotionCycle, person: Person, by: Author) -> None:
    if by.person_id is None:
        return
    sits_on = (
        select(PromotionCase.id)
        .join(PanelSeat, PanelSeat.case_id == PromotionCase.id)
        .where(
            PromotionCase.cycle_id == cycle.id,
            PromotionCase.id.in_(select_recused(by.person_id)),
            PanelSeat.person_id == person.id,
            PanelSeat.ended_at.is_(None),
        )
    )
    if db.session.scalar(select(sits_on.exists())):
        raise NotAllowedNowError(
            f"You take no part in one of the cases that {person.name} may review, so somebody else of HR or the chair "
            "has to take them off."
        )


def _check_here(person: Person, at: datetime) -> None:
    if has_gone(person, local(at).date()):
        raise InvalidError(f"{person.name} has left.", field="person")


def _check_works_here(person: Person, at: datetime) -> None:
    _check_here(person, at)
    if person.employee_id is None:
        raise InvalidError(f"{person.name} does not work here; name them as an external reviewer.", field="person")
