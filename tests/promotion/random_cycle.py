"""A promotion cycle that anything may happen to: random people do random things, and rules are looked at in between.

Whoever acts is asked through the policy first, as a page does, and then goes through the action. What is refused leaves
nothing behind, as a request would.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sqlalchemy import func, select

from app.access.actor import Actor, Role
from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.access.relations import Fact, relations
from app.audit.actions import WAITING, Author
from app.domain.committee import CommitteeRating
from app.domain.decision import DecisionDraft, Said
from app.domain.errors import DomainError
from app.domain.promotion import (
    CASE_MOVES,
    CaseState,
    CycleState,
    DecisionKind,
    DeferReason,
    Mover,
    next_move,
)
from app.infra.clock import clock, now
from app.infra.db import db, forget_answers
from app.people.actions import set_manager
from app.people.models import LevelSpell, Person, SpellReason
from app.promotion.actions import (
    committees,
    cycles,
    decisions,
    feedback,
    moves,
    nominations,
    packet_writing,
    packets,
    panels,
    ratings,
)
from app.promotion.models import (
    CycleApproval,
    Decision,
    FeedbackLeaning,
    FeedbackState,
    GivenRating,
    PacketPart,
    PanelSeat,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
    RatingDraft,
)
from app.promotion.queries.cases import rated_ids
from app.promotion.queries.decisions import list_digest

MET, NOT_MET, CANNOT = CommitteeRating.MET, CommitteeRating.NOT_MET, CommitteeRating.CANNOT_JUDGE
WORDS = "The packet shows it in the piece that it names first."


class RefusedError(Exception):
    """The policy does not let this person do that."""


@dataclass
class RandomCycle:
    """One cycle, everybody around it, and what was seen of it last."""

    cycle: PromotionCycle
    people: list[Person]
    hr: list[Person]
    candidates: list[Person]
    reviewers: list[Person]
    random: Random
    states: dict[uuid.UUID, CaseState] = field(default_factory=dict)
    seen: CycleState = CycleState.DRAFT
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Remember where everything stands before anything happens."""
        self.seen = self.cycle.state
        self.states = {case.id: case.state for case in self.cases()}

    # Whoever and whatever -----------------------------------------------------------------

    def cases(self) -> list[PromotionCase]:
        """Return all cases of the cycle as they are stored."""
        rows = select(PromotionCase).where(PromotionCase.cycle_id == self.cycle.id).order_by(PromotionCase.number)
        return list(db.session.scalars(rows))

    def case(self) -> PromotionCase:
        """Return any case, an open one rather than one that is over."""
        cases = self.cases()
        if not cases:
            raise RefusedError
        return self.random.choice([case for case in cases if not case.state.is_over] or cases)

    def actor(self, person: Person) -> Actor:
        """Return a person as the policy sees them."""
        return Actor(person.id, person.name, frozenset({Role.HR} if person in self.hr else ()))

    def somebody(self, *likely: Person | uuid.UUID | None) -> Person:
        """Return one of those whose act it is, four times of five, else anybody."""
        by_id = {person.id: person for person in self.people}
        fitting = [by_id[one] if isinstance(one, uuid.UUID) else one for one in likely if one]
        return self.random.choice(fitting if fitting and self.random.randrange(5) else self.people)

    def may(self, person: Person, permission: str, thing: object) -> Author:
        """Return the author of an act, if the policy lets them."""
        if not can(self.actor(person), permission, thing):
            raise RefusedError
        return Author(person.id)

    # One step -----------------------------------------------------------------------------

    def step(self) -> str:
        """Let one random thing happen or be refused, look at every rule, and return what it was."""
        names = [*IN_PHASE.get(self.cycle.state, ()) * 4, *ANY_TIME]
        name = self.random.choice(names)
        session = db.session()
        waiting = session.info.setdefault(WAITING, [])
        before = len(waiting)
        forget_answers()
        try:
            with session.begin_nested():
                is_act = getattr(self, f"do_{name}")() is not False
                session.flush()
            if is_act:
                assert len(waiting) > before, f"{name} left no trace in the record"
            self.done.append(name)
        except (DomainError, RefusedError):
            del waiting[before:]
            name = f"no {name}"
        session.expire_all()
        forget_answers()
        self.check()
        return name

    def do_wait(self) -> bool:
        """Let days pass."""
        clock.stand_still(now() + timedelta(days=self.random.choice((1, 1, 2, 5))))
        return False

    def do_nominate(self) -> bool | None:
        """Somebody proposes somebody, or themselves."""
        subject = self.random.choice([*self.candidates, *self.candidates, *self.people])
        by = self.may(self.somebody(subject, *self.people), Permission.Cycle.NOMINATE, self.cycle)
        count = len(db.session().info[WAITING])
        nominations.nominate(self.cycle, subject, words="Ready for the next step.", by=by, at=now())
        # The second nomination of the same person by the same author changes nothing.
        return None if len(db.session().info[WAITING]) > count else False

    def do_accept(self) -> None:
        """A candidate accepts."""
        case = self.case()
        by = self.may(self.somebody(case.subject_id), Permission.Case.ANSWER, case)
        nominations.accept(case, by, now())

    def do_decline(self) -> None:
        """A candidate declines."""
        case = self.case()
        by = self.may(self.somebody(case.subject_id), Permission.Case.ANSWER, case)
        nominations.decline(case, by=by, at=now())

    def do_withdraw(self) -> None:
        """A candidate withdraws."""
        case = self.case()
        by = self.may(self.somebody(case.subject_id), Permission.Case.WITHDRAW, case)
        nominations.withdraw(case, by=by, at=now())

    def do_lapse(self) -> None:
        """HR lets a nomination lapse."""
        case = self.case()
        nominations.lapse(case, by=self.may(self.somebody(*self.hr), Permission.Case.LOOK_AFTER, case), at=now())

    def do_submit(self) -> None:
        """A candidate writes a line and hands in."""
        case = self.case()
        by = self.may(self.somebody(case.subject_id), Permission.Case.WRITE_PACKET, case)
        packet_writing.save_part(case, PacketPart.SUMMARY, WORDS, 0, by=by, at=now())
        packets.submit_packet(case, by=by, at=now())

    def do_mark_incomplete(self) -> None:
        """HR lets a case go on incomplete."""
        case = self.case()
        by = self.may(self.somebody(*self.hr), Permission.Case.LOOK_AFTER, case)
        packets.mark_incomplete(case, "No packet came.", by=by, at=now())

    def do_ask(self) -> None:
        """HR asks somebody further."""
        case = self.case()
        by = self.may(self.somebody(*self.hr), Permission.Case.ASK_FEEDBACK, case)
        feedback.ask(case, self.random.choice(self.people), by=by, at=now())

    def do_give(self) -> None:
        """A colleague answers, or declines."""
        waiting = select(PeerFeedback).where(PeerFeedback.state == FeedbackState.ASKED).order_by(PeerFeedback.id)
        rows = list(db.session.scalars(waiting))
        if not rows:
            raise RefusedError
        row = self.random.choice(rows)
        by = self.may(self.somebody(row.author_id), Permission.Feedback.GIVE, row)
        if self.random.randrange(5):
            answers = dict.fromkeys(row.expectations.split(), (FeedbackLeaning.SHOWS, WORDS))
            feedback.give(row, answers, version=row.version, by=by, at=now())
        else:
            feedback.decline_feedback(row, reason="Never met.", by=by, at=now())

    def do_waive(self) -> None:
        """HR lets a case go on with less feedback."""
        case = self.case()
        by = self.may(self.somebody(*self.hr), Permission.Case.ASK_FEEDBACK, case)
        feedback.waive_feedback(case, reason="A new team.", by=by, at=now())

    def do_rate(self) -> None:
        """A reviewer hands ratings in, now and then with one missing."""
        case = self.case()
        person = self.somebody(*(seat.person_id for seat in self.seats(case) if seat.submitted_at is None))
        by = self.may(person, Permission.Case.RATE, case)
        seat = next(one for one in self.seats(case) if one.person_id == person.id)
        lacks = self.random.randrange(8) == 0
        drafted = set(db.session.scalars(select(RatingDraft.expectation_id).where(RatingDraft.seat_id == seat.id)))
        for one in rated_ids(case.id)[1 if lacks else 0 :]:
            if one not in drafted:
                rating = self.random.choice((MET, MET, MET, NOT_MET, CANNOT))
                draft = RatingDraft(seat_id=seat.id, expectation_id=one, rating=rating, rationale=WORDS, saved_at=now())
                draft.missing = WORDS
                db.session.add(draft)
        db.session.flush()
        ratings.hand_in(case, by=by, at=now())

    def do_close_round(self) -> None:
        """The chair closes a round."""
        case = self.case()
        ratings.close_round(case, by=self.may(self.chair(), Permission.Case.CLOSE_ROUND, case), at=now())

    def do_change_rating(self) -> None:
        """A reviewer changes a rating afterwards."""
        case = self.case()
        by = self.may(
            self.somebody(*(seat.person_id for seat in self.seats(case))), Permission.Case.CHANGE_RATING, case
        )
        one = self.random.choice(rated_ids(case.id))
        rating = self.random.choice((MET, NOT_MET))
        ratings.change_rating(case, one, rating, WORDS, WORDS, reason="The talk showed it.", by=by, at=now())

    def do_recuse(self) -> None:
        """A reviewer steps aside."""
        case = self.case()
        person = self.somebody(*(seat.person_id for seat in self.seats(case)))
        panels.recuse(case, person.id, "Too close.", by=self.may(person, Permission.Case.RECUSE, case), at=now())

    def do_record_shortage(self) -> None:
        """HR records that no quorum can be found."""
        case = self.case()
        by = self.may(self.somebody(*self.hr), Permission.Case.EDIT_PANEL, case)
        panels.record_shortage(case, "Nobody else has the rank.", by=by, at=now())

    def do_remove_member(self) -> None:
        """HR takes somebody off the committee."""
        by = self.may(self.somebody(*self.hr), Permission.Cycle.EDIT_COMMITTEE, self.cycle)
        committees.remove_member(self.cycle, self.random.choice(self.reviewers), "Away.", by=by, at=now())

    def do_add_member(self) -> None:
        """HR names somebody a member."""
        by = self.may(self.somebody(*self.hr), Permission.Cycle.EDIT_COMMITTEE, self.cycle)
        committees.add_member(self.cycle, self.random.choice([*self.reviewers, *self.people]), by=by, at=now())

    def do_change_manager(self) -> bool | None:
        """A candidate gets another line manager: now and then somebody of the committee."""
        subject, manager = self.random.choice(self.candidates), self.random.choice(self.people)
        count = len(db.session().info[WAITING])
        set_manager(subject, manager, from_on=now().date(), by=Author(self.hr[0].id), at=now())
        return None if len(db.session().info[WAITING]) > count else False

    def do_extend(self) -> None:
        """HR extends a deadline, for all or for one case."""
        by = self.may(self.somebody(*self.hr), Permission.Cycle.RUN, self.cycle)
        name = self.random.choice(("packets_due", "feedback_due", "review_due"))
        day: date = getattr(self.cycle, name) + timedelta(days=self.random.choice((1, 3, 9)))
        case = self.random.choice([None, *self.cases()])
        cycles.extend_deadlines(self.cycle, {name: day}, "Illness.", case=case, by=by, at=now())

    def do_move(self) -> None:
        """Somebody moves the cycle on."""
        move = next_move(self.cycle.state)
        if move is None or move.mover is Mover.BELAY:
            raise RefusedError
        is_chairs = move.mover is Mover.CHAIR
        person = self.chair() if is_chairs else self.somebody(*self.hr)
        by = self.may(person, Permission.Cycle.CHAIR if is_chairs else Permission.Cycle.RUN, self.cycle)
        moves.move_cycle(self.cycle, by=by, at=now(), reason=self.random.choice(("", "Everybody is ready.")))

    def do_cancel(self) -> None:
        """HR cancels the cycle, which happens seldom."""
        by = self.may(self.somebody(*self.hr), Permission.Cycle.RUN, self.cycle)
        if self.random.randrange(12):
            raise RefusedError
        cycles.cancel_cycle(self.cycle, "The budget is gone.", by=by, at=now())

    def do_remark(self) -> None:
        """A reviewer says something."""
        case = self.case()
        by = self.may(self.somebody(*(one.person_id for one in self.seats(case))), Permission.Case.DISCUSS, case)
        decisions.make_remark(case, "A word about nothing.", by=by, at=now())

    def do_write_decision(self) -> None:
        """The chair writes a decision, or seldom HR, who then do not approve the list."""
        case = self.case()
        writers = [self.cycle.chair_id] * 9 + [self.hr[0].id]
        by = self.may(self.somebody(*writers), Permission.Case.WRITE_DECISION, case)
        written = db.session.scalars(select(Decision).where(Decision.case_id == case.id)).one_or_none()
        version = written.version if written else 0
        decisions.save_decision(case, self.draft(case), version=version, by=by, at=now())

    def draft(self, case: PromotionCase) -> DecisionDraft:
        """Return a decision of any kind, whole or nearly so."""
        kind = self.random.choice(tuple(DecisionKind)) if not case.is_incomplete else DecisionKind.DEFER
        words = self.random.choice((WORDS, WORDS, WORDS, WORDS, ""))
        known, day = rated_ids(case.id), now().date() + timedelta(days=30)
        return DecisionDraft(
            kind=kind,
            reasons=words,
            effective_on=day,
            review_on=day,
            defer_reason=self.random.choice((DeferReason.NO_POST, DeferReason.REVIEWER_SHORTAGE)),
            missing=WORDS,
            defer_until=day,
            said={one: Said(WORDS, WORDS, is_named=kind is DecisionKind.NOT_YET) for one in known},
        )

    def do_decide(self) -> None:
        """The chair decides."""
        case = self.case()
        decisions.decide(case, by=self.may(self.chair(), Permission.Case.DECIDE, case), at=now())

    def do_approve(self) -> None:
        """HR approves the list."""
        by = self.may(self.somebody(*self.hr), Permission.Cycle.APPROVE, self.cycle)
        decisions.approve_decisions(self.cycle, by=by, at=now())

    def do_tell(self) -> None:
        """HR records that a candidate was told."""
        case = self.case()
        person = self.somebody(*self.hr)
        decisions.tell_candidate(case, person.id, now(), by=self.may(person, Permission.Case.TELL, case), at=now())

    def chair(self) -> Person:
        """Return the chair or the deputy, mostly."""
        return self.somebody(self.cycle.chair_id, self.cycle.chair_id, self.cycle.deputy_id)

    def seats(self, case: PromotionCase) -> list[PanelSeat]:
        """Return the seats of a case that are held."""
        held = select(PanelSeat).where(PanelSeat.case_id == case.id, PanelSeat.ended_at.is_(None))
        return list(db.session.scalars(held.order_by(PanelSeat.id)))

    # What always holds --------------------------------------------------------------------

    def check(self) -> None:
        """Look at every rule that nothing may break."""
        cases = self.cases()
        self.check_states(cases)
        self.check_blindness(cases)
        self.check_two_people(cases)
        self.check_levels(cases)

    def check_states(self, cases: list[PromotionCase]) -> None:
        """Look at states: none goes back, each engineer has one open case, calibration only with a quorum."""
        assert self.cycle.state.order >= self.seen.order
        self.seen = self.cycle.state
        open_ones = [case.subject_id for case in cases if not case.state.is_over]
        assert len(open_ones) == len(set(open_ones)), "an engineer has two open cases"
        for case in cases:
            before = self.states.get(case.id)
            assert before is None or case.state in reachable(before), f"{before} became {case.state}"
            if case.state is CaseState.CALIBRATED and before is not CaseState.CALIBRATED and not case.is_incomplete:
                assert self.complete_reviews(case) >= self.cycle.quorum, f"{case.code} has no quorum"
            if case.state is CaseState.DECIDED and before is CaseState.CALIBRATED and not self.lacks_reviewers(case):
                assert self.complete_reviews(case) >= self.cycle.quorum, f"{case.code} was decided without a quorum"
        self.states = {case.id: case.state for case in cases}

    def lacks_reviewers(self, case: PromotionCase) -> bool:
        """Say whether a case was not rated, or was deferred because too few could rate it."""
        reason = db.session.scalar(select(Decision.defer_reason).where(Decision.case_id == case.id))
        return case.is_incomplete or reason is DeferReason.REVIEWER_SHORTAGE

    def complete_reviews(self, case: PromotionCase) -> int:
        """Return how many unrecused reviewers with a seat have rated everything."""
        wanted = set(rated_ids(case.id))
        given: dict[uuid.UUID, set[str]] = {}
        for seat_id, one in db.session.execute(
            select(GivenRating.seat_id, GivenRating.expectation_id).where(GivenRating.case_id == case.id)
        ):
            given.setdefault(seat_id, set()).add(one)
        recused = relations.about_objects[Fact.RECUSED].holds
        return sum(
            given.get(seat.id, set()) >= wanted and not recused(seat.person_id, case.id) for seat in self.seats(case)
        )

    def check_blindness(self, cases: list[PromotionCase]) -> None:
        """Look at what somebody reads: no rating before it is lifted, no decision before it was told.

        Nor ever a rating of their own case, or of one from which they are recused. A list and a single case agree.
        """
        person = self.random.choice(self.people)
        who = self.actor(person)
        reads = self.listed(who, Permission.Case.READ_RATINGS)
        tells = self.listed(who, Permission.Case.READ_DECISION)
        assert tells <= {case.id for case in cases if case.told_at is not None}
        for case in cases:
            if case.id in reads:
                assert case.lifted_at is not None, f"{person.name} reads blind ratings of {case.code}"
                assert person.id != case.subject_id
                assert not relations.about_objects[Fact.RECUSED].holds(person.id, case.id)
        if cases:
            one = self.random.choice(cases)
            assert can(who, Permission.Case.READ_RATINGS, one) is (one.id in reads)

    def listed(self, who: Actor, permission: str) -> set[uuid.UUID]:
        """Return the cases of the cycle on which somebody holds a permission, as a list would show them."""
        rows = select(PromotionCase.id).where(PromotionCase.cycle_id == self.cycle.id)
        return set(db.session.scalars(rows.where(visible_to(who, permission, PromotionCase))))

    def check_two_people(self, cases: list[PromotionCase]) -> None:
        """Look at what was told: only after two different people approved the very list that stands."""
        if not any(case.told_at for case in cases) and self.cycle.state.order <= CycleState.DECIDED.order:
            return
        if self.cycle.state is CycleState.CANCELLED:
            assert not any(case.told_at for case in cases)
            return
        approved = db.session.scalar(
            select(func.count(func.distinct(CycleApproval.person_id))).where(
                CycleApproval.cycle_id == self.cycle.id, CycleApproval.digest == list_digest(self.cycle.id)
            )
        )
        assert (approved or 0) >= 2, "told before two people approved the list"

    def check_levels(self, cases: list[PromotionCase]) -> None:
        """Look at levels: a promotion is recorded if and only if it was told."""
        rows = db.session.execute(
            select(LevelSpell.person_id, LevelSpell.level).where(
                LevelSpell.reason == SpellReason.PROMOTION, LevelSpell.superseded_at.is_(None)
            )
        )
        spells = {(row.person_id, row.level) for row in rows}
        promoted = select(Decision.case_id).where(Decision.kind == DecisionKind.PROMOTE)
        kinds = set(db.session.scalars(promoted))
        told = {(case.subject_id, case.target_level) for case in cases if case.told_at and case.id in kinds}
        assert spells == told


def reachable(state: CaseState) -> set[CaseState]:
    """Return every state to which one leads, itself included."""
    found, edge = {state}, [state]
    while edge:
        source = edge.pop()
        further = {target for (one, _), target in CASE_MOVES.items() if one is source} - found
        found |= further
        edge += further
    return found


IN_PHASE = {
    CycleState.OPEN: ("nominate", "nominate", "nominate", "accept", "accept", "move"),
    CycleState.PACKETS: ("submit", "submit", "submit", "accept", "move", "mark_incomplete"),
    CycleState.FEEDBACK: ("give", "give", "waive", "ask", "move"),
    CycleState.REVIEW: ("rate", "rate", "rate", "rate", "rate", "rate", "close_round", "move"),
    CycleState.CALIBRATION: ("write_decision", "write_decision", "decide", "decide", "change_rating", "move"),
    CycleState.DECIDED: ("approve", "move"),
    CycleState.COMMUNICATED: ("tell", "tell", "tell"),
}
ANY_TIME = (
    "wait", "nominate", "accept", "decline", "withdraw", "lapse", "submit", "mark_incomplete", "ask", "give", "waive",
    "rate", "close_round", "change_rating", "recuse", "remove_member", "add_member", "change_manager", "extend", "move",
    "cancel", "remark", "write_decision", "decide", "approve", "tell", "record_shortage",
)  # fmt: skip
