"""A whole cycle: twelve cases, five reviewers, two recusals, a withdrawal, a deferral, a “not yet” and an exception.

What a person of each kind does is done once in the browser; what others do likewise goes through the same actions.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.audit.actions import Author
from app.domain.committee import CommitteeRating
from app.domain.decision import DecisionDraft, Said
from app.domain.promotion import CaseState, CycleState, DecisionKind
from app.evidence.models import Evidence
from app.infra.clock import clock, now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.ladders.queries import Edition
from app.people.models import Person
from app.people.queries import list_spells
from app.promotion.actions import (
    committees,
    decisions,
    feedback,
    moves,
    nominations,
    packet_writing,
    packets,
    ratings,
)
from app.promotion.models import (
    FeedbackLeaning,
    FeedbackState,
    PacketPart,
    PanelSeat,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
    RatingDraft,
)
from app.promotion.queries.cases import rated_ids
from app.promotion.queries.decisions import find_decision
from tests.factories.assessments import make_evidence
from tests.factories.people import make_person, make_team
from tests.factories.promotion import Firm, make_firm, required_ids
from tests.journeys.conftest import Visit
from tests.journeys.hands import Keyboard
from tests.journeys.looking import keep_shot
from tests.journeys.visitor import Visitor, exactly

pytestmark = pytest.mark.browser

NAMES = ("Chioma Eze", "Dara Kim", "Eskil Berg", "Farid Aziz", "Gala Ruiz", "Hugo Blanc", "Inés Ortega", "Jun Mori",
         "Kaya Demir", "Lior Katz")  # fmt: skip
MET, NOT_MET = CommitteeRating.MET, CommitteeRating.NOT_MET
WHY = "E1 shows it over two quarters of work."
NAME = "Winter 2026"


@dataclass
class Cycle:
    """The people of the cycle, and the cycle itself once it is drafted."""

    firm: Firm
    engineers: list[Person]
    edition: Edition
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def path(self) -> str:
        """Return the address of the cycle."""
        return f"/promotions/{self.id}"

    @property
    def row(self) -> PromotionCycle:
        """Return the cycle as it is stored now."""
        db.session.rollback()
        return db.session.get_one(PromotionCycle, self.id, populate_existing=True)

    def case_of(self, person: Person) -> PromotionCase:
        """Return the case of somebody as it is stored now."""
        db.session.rollback()
        rows = select(PromotionCase).where(PromotionCase.subject_id == person.id)
        return db.session.scalars(rows.execution_options(populate_existing=True)).one()

    def cases(self) -> list[PromotionCase]:
        """Return all cases as they are stored now, by number."""
        db.session.rollback()
        rows = select(PromotionCase).order_by(PromotionCase.number)
        return list(db.session.scalars(rows.execution_options(populate_existing=True)))

    def seats_of(self, case: PromotionCase) -> list[PanelSeat]:
        """Return the seats that are held now."""
        db.session.rollback()
        held = select(PanelSeat).where(PanelSeat.case_id == case.id, PanelSeat.ended_at.is_(None))
        return list(db.session.scalars(held.order_by(PanelSeat.seated_at, PanelSeat.id)))


def by(person: Person) -> Author:
    """Return a person as one who acts."""
    return Author(person.id)


def act(what: Callable[..., object], *args: object, **more: object) -> None:
    """Carry an act out as it is in a request of its own."""
    with transaction():
        what(*args, at=now(), **more)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button, and wait for the page to which it leads."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def look(visitor: Visitor, name: str) -> None:
    """Keep a picture, where somebody wants to see it."""
    keep_shot(visitor, f"cycle-{name}")


def make_people() -> Cycle:
    """Return twelve engineers with evidence, a committee to be, and two people of HR; no cycle yet."""
    firm = make_firm(reviewers=5)
    team = make_team("Ledger")
    # A reviewer leads the fourth engineer, and is recused from that case by what is recorded.
    managers = [firm.manager, firm.manager, firm.reviewers[0], *(firm.manager for _ in NAMES[3:])]
    others = [
        make_person(name, manager=manager, team=team, level="L2") for name, manager in zip(NAMES, managers, strict=True)
    ]
    engineers = [firm.amara, firm.peer, *others]
    wanted = required_ids(firm.edition)
    for engineer in engineers:
        # Whoever nominates is not asked for feedback, so that another colleague has to know the work.
        witness = others[1] if engineer is firm.peer else firm.colleague
        title = f"Ledger migration, {engineer.name}"
        make_evidence(engineer, *wanted, on=date(2026, 9, 1), title=title, confirmed_by=witness)
    return Cycle(firm, engineers, firm.edition)


def test_a_whole_cycle_from_the_draft_to_the_changed_levels(app, visit):
    del app
    cycle = make_people()
    hr_drafts_rehearses_and_opens(cycle, visit)
    people_are_nominated(cycle, visit)
    packets_are_written(cycle, visit)
    colleagues_give_feedback(cycle, visit)
    reviewers_rate(cycle, visit)
    the_committee_decides(cycle, visit)
    two_approve_and_candidates_are_told(cycle, visit)

    levels = {engineer.name: list_spells(engineer.id)[-1].level for engineer in cycle.engineers}
    stay = {"Inés Ortega", "Jun Mori", "Lior Katz"}
    assert levels == {name: "L2" if name in stay else "L3" for name in levels}
    assert {case.state for case in cycle.cases()} == {CaseState.COMMUNICATED, CaseState.WITHDRAWN}
    assert cycle.row.state is CycleState.APPEALS


# Drafting and opening ----------------------------------------------------------------------


def hr_drafts_rehearses_and_opens(cycle: Cycle, visit: Visit) -> None:
    """HR drafts a cycle, names its committee, makes the list, rehearses and opens it."""
    firm = cycle.firm
    hr = visit(firm.hr)
    page = hr.open("/promotions/")
    page.get_by_role("link", name="Draft a cycle").first.click()
    page.get_by_label("Name").fill(NAME)
    press(page, "Draft it")
    press(page, "Save")
    expect(page.get_by_role("main")).to_contain_text(NAME)
    look(hr, "draft")
    cycle.id = uuid.UUID(page.url.rpartition("/")[2])

    page.goto(f"{cycle.path}/committee/lead?role=chair")
    page.get_by_label("Chair", exact=True).check()
    page.get_by_label("Whom do you name?").fill(firm.chair.email)
    press(page, "Name them")
    page.get_by_label("Whom do you name?").fill(firm.reviewers[0].email)
    press(page, "Name a member")
    expect(page.get_by_role("main")).to_contain_text(firm.reviewers[0].name)
    act(committees.name_deputy, cycle.row, firm.deputy, by=by(firm.hr))
    for reviewer in firm.reviewers[1:]:
        act(committees.add_member, cycle.row, reviewer, by=by(firm.hr))
    page.reload()
    look(hr, "committee")

    page.goto(f"{cycle.path}/eligibility")
    press(page, "Make the list")
    expect(page.get_by_role("main")).to_contain_text("Chioma Eze")
    page.goto(f"{cycle.path}/rehearsal")
    look(hr, "rehearsal")
    page.goto(cycle.path)
    page.get_by_role("link", name="Open the cycle").click()
    press(page, "Open the cycle")
    assert cycle.row.state is CycleState.OPEN


# Nominations -------------------------------------------------------------------------------


def people_are_nominated(cycle: Cycle, visit: Visit) -> None:
    """One proposes herself, a manager and a colleague propose two more, and one of these accepts."""
    firm, chioma = cycle.firm, cycle.engineers[2]
    engineer = visit(firm.amara)
    page = engineer.open("/promotions/")
    look(engineer, "start")
    page.get_by_role("link", name="Nominate yourself").click()
    press(page, "Nominate yourself")
    assert cycle.case_of(firm.amara).state is CaseState.ACCEPTED

    for author, subject in ((firm.manager, chioma), (firm.colleague, firm.peer)):
        page = visit(author).open(f"{cycle.path}/nominate")
        page.get_by_role("searchbox", name="Part of a name").fill(subject.name.split()[0])
        press(page, "Find")
        page.get_by_label(subject.name).check()
        page.get_by_label("Why?").fill("Led the ledger migration without asking twice.")
        press(page, exactly("Nominate"))
        expect(page.get_by_role("status").first).to_be_visible()
    accepting = visit(chioma)
    page = accepting.open(f"/promotions/cases/{cycle.case_of(chioma).id}")
    look(accepting, "accept")
    press(page, "Accept")
    act(nominations.accept, cycle.case_of(firm.peer), by=by(firm.peer))
    for other in cycle.engineers[3:]:
        act(nominations.nominate, cycle.row, other, words="", by=by(other))
    assert len(cycle.cases()) == 12
    assert {case.state for case in cycle.cases()} == {CaseState.ACCEPTED}

    hr = visit(firm.hr)
    page = hr.open(cycle.path)
    look(hr, "nominated")
    page.get_by_role("link", name="Close nominations early").click()
    page.get_by_label("Why close nominations early?").fill("All twelve have answered.")
    press(page, "Close nominations early")
    assert cycle.row.state is CycleState.PACKETS


# Packets -----------------------------------------------------------------------------------


def packets_are_written(cycle: Cycle, visit: Visit) -> None:
    """An engineer writes, chooses, asks for an exception and hands in; the manager states; somebody withdraws."""
    firm, withdrawing = cycle.firm, cycle.engineers[-1]
    case = cycle.case_of(firm.amara)
    engineer = visit(firm.amara)
    page = engineer.open(f"/promotions/cases/{case.id}/packet/write")
    page.get_by_label("Summary").fill("I led the ledger migration (E1).")
    page.get_by_label("Impact").fill("Closing the month takes a day less.")
    page.get_by_label("Whom I helped").fill("Two engineers who are new to the ledger.")
    look(engineer, "write")
    press(page, "Save and choose evidence")
    page.get_by_label("Ledger migration, Amara Diallo").check()
    press(page, "Add to the packet")
    look(engineer, "evidence")
    page.get_by_label("Steps of the packet").get_by_role("link", name="Expectations").click()
    page.get_by_role("link", name="Ask for an exception").last.click()
    page.locator("textarea").fill("There was no junior in the team this year.")
    press(page, "Ask for it")
    look(engineer, "expectations")
    page.get_by_role("link", name="Go on to hand in").click()
    look(engineer, "hand-in")
    press(page, "Hand in")
    assert cycle.case_of(firm.amara).state is CaseState.SUBMITTED

    manager = visit(firm.manager)
    page = manager.open(f"/promotions/cases/{case.id}/statement")
    page.locator("textarea").first.fill("She decided the order of the migration herself.")
    look(manager, "statement")
    press(page, "Hand in")
    press(page, "Hand in")
    assert cycle.case_of(firm.amara).statement_by_id == firm.manager.id

    for other in cycle.engineers[1:]:
        hand_in_packet(cycle.case_of(other), other)
    leaving = visit(withdrawing)
    page = leaving.open(f"/promotions/cases/{cycle.case_of(withdrawing).id}")
    page.get_by_role("link", name="Withdraw the case").click()
    press(page, re.compile("^Withdraw P-"))
    assert cycle.case_of(withdrawing).state is CaseState.WITHDRAWN
    act(moves.move_cycle, cycle.row, by=by(firm.hr))


def hand_in_packet(case: PromotionCase, person: Person) -> None:
    """Write a line, choose the one piece, and hand in."""
    piece = db.session.scalars(select(Evidence.id).where(Evidence.subject_id == person.id)).one()
    act(packet_writing.save_part, case, PacketPart.SUMMARY, "I led a migration (E1).", 0, by=by(person))
    act(packet_writing.choose_pieces, case, [piece], by=by(person))
    act(packets.submit_packet, case, by=by(person))


# Feedback ----------------------------------------------------------------------------------


def colleagues_give_feedback(cycle: Cycle, visit: Visit) -> None:
    """A colleague answers in the browser, all others likewise; then the evidence is cut off and the review opens."""
    firm = cycle.firm
    clock.stand_still(datetime.combine(cycle.row.evidence_until, time(10), UTC))
    case = cycle.case_of(firm.amara)
    asked = db.session.scalars(select(PeerFeedback).where(PeerFeedback.case_id == case.id)).first()
    colleague = visit(next(one for one in (*cycle.engineers, firm.colleague) if one.id == asked.author_id))
    page = colleague.open(f"/promotions/feedback/{asked.id}")
    for place, group in enumerate(page.locator("fieldset.peer-answer").all()):
        group.get_by_text("I saw limits" if place == 0 else "I saw it").click()
        group.locator("textarea").fill("In the ledger migration, in May and June.")
    look(colleague, "feedback")
    press(page, "Give the feedback")
    expect(page.get_by_role("status").first).to_contain_text("your feedback is given")
    db.session.rollback()
    waiting = select(PeerFeedback).where(PeerFeedback.state == FeedbackState.ASKED)
    for row in db.session.scalars(waiting).all():
        answers = dict.fromkeys(row.expectations.split(), (FeedbackLeaning.SHOWS, "In the migration, in June."))
        act(feedback.give, row, answers, version=row.version, by=Author(row.author_id))
    hr = visit(firm.hr)
    hr.open(f"/promotions/cases/{case.id}/feedback")
    look(hr, "feedback-hr")
    act(moves.move_cycle, cycle.row, by=by(firm.hr))
    assert cycle.row.state is CycleState.REVIEW


# Review ------------------------------------------------------------------------------------


def reviewers_rate(cycle: Cycle, visit: Visit) -> None:
    """One reviewer is recused by rule, one steps aside; a whole case is rated with the keyboard, the rest likewise."""
    firm = cycle.firm
    led = cycle.case_of(cycle.engineers[4])
    assert firm.reviewers[0].id not in {seat.person_id for seat in cycle.seats_of(led)}

    aside = cycle.case_of(cycle.engineers[5])
    people = {person.id: person for person in firm.committee}
    leaving = people[cycle.seats_of(aside)[0].person_id]
    stepping = visit(leaving)
    page = stepping.open(f"/promotions/cases/{aside.id}/panel")
    look(stepping, "panel")
    page.get_by_role("link", name="I must recuse myself").click()
    press(page, f"Take no part in {aside.code}")
    assert leaving.id not in {seat.person_id for seat in cycle.seats_of(aside)}
    assert len(cycle.seats_of(aside)) == 3

    case = cycle.case_of(firm.amara)
    reviewer = people[cycle.seats_of(case)[0].person_id]
    rate_with_keyboard(visit(reviewer), case)
    assert cycle.seats_of(case)[0].submitted_at is not None
    for other in cycle.cases():
        for seat in cycle.seats_of(other) if other.state is CaseState.IN_REVIEW else ():
            if seat.submitted_at is None:
                rate(other, seat, fails=failing(cycle, other))
    assert {one.state for one in cycle.cases()} == {CaseState.RATED, CaseState.WITHDRAWN}


def failing(cycle: Cycle, case: PromotionCase) -> tuple[str, ...]:
    """Return what all reviewers find not met: one thing for the exception, two for the “not yet”."""
    ids = rated_ids(case.id)
    of = {cycle.engineers[1].id: ids[:1], cycle.engineers[8].id: ids[:2]}
    return of.get(case.subject_id, ())


def rate(case: PromotionCase, seat: PanelSeat, *, fails: tuple[str, ...]) -> None:
    """Hand in ratings as a reviewer who has put them down before."""
    with transaction() as session:
        for one in rated_ids(case.id):
            rating = NOT_MET if one in fails else MET
            session.add(RatingDraft(seat_id=seat.id, expectation_id=one, rating=rating, rationale=WHY, saved_at=now()))
    act(ratings.hand_in, case, by=Author(seat.person_id))


def rate_with_keyboard(visitor: Visitor, case: PromotionCase) -> None:
    """Rate all expectations of a case without the mouse, and hand in."""
    page = visitor.open("/promotions/reviews")
    page.goto(f"/promotions/cases/{case.id}/review")
    keyboard, count = Keyboard(page), len(rated_ids(case.id))
    if not re.search(r"/review/1", page.url):
        page.goto(f"/promotions/cases/{case.id}/review/1")
    for place in range(1, count + 1):
        expect(page.get_by_role("main")).to_contain_text(f"{place} of {count}")
        keyboard.keys("3", "r")
        page.keyboard.type(WHY)
        if place == 1:
            look(visitor, "review")
        keyboard.keys("Escape", "j")
        page.wait_for_url(re.compile(rf"/review/({place + 1}|summary)"))
    look(visitor, "review-summary")
    with page.expect_navigation():
        keyboard.press(page.get_by_role("button", name=f"Hand in all {count} ratings"))


# Calibration and decisions -----------------------------------------------------------------


def the_committee_decides(cycle: Cycle, visit: Visit) -> None:
    """The chair compares, decides one case of each kind in the browser and the others likewise."""
    firm = cycle.firm
    chair = visit(firm.chair)
    page = chair.open(cycle.path)
    look(chair, "rated")
    page.get_by_role("link", name="Open calibration").click()
    press(page, "Open calibration")
    page.goto(f"{cycle.path}/calibration")
    look(chair, "calibration")
    page.get_by_role("link", name="Talk about it").first.click()
    look(chair, "calibration-case")

    day = now().date()
    exception, not_yet, deferred = (cycle.engineers[one] for one in (1, 8, 9))
    decide(chair, cycle.case_of(exception), "Promote", {"Takes effect on": day + timedelta(days=40)}, said=1)
    decide(
        chair, cycle.case_of(not_yet), "Not yet", {"Review day of the growth plan": day + timedelta(days=90)}, named=2
    )
    decide(chair, cycle.case_of(deferred), "Defer", {"Looked at again by": day + timedelta(days=60)})
    for case in cycle.cases():
        if case.state is CaseState.CALIBRATED:
            draft = DecisionDraft(
                kind=DecisionKind.PROMOTE,
                reasons="All that the level asks for is shown.",
                effective_on=day + timedelta(days=40),
                said={one: Said() for one in rated_ids(case.id)},
            )
            act(decisions.save_decision, case, draft, version=0, by=by(firm.chair))
            act(decisions.decide, case, by=by(firm.chair))
    page.goto(cycle.path)
    page.get_by_role("link", name="Close calibration").click()
    press(page, "Close calibration")
    assert cycle.row.state is CycleState.DECIDED
    engineer = visit(exception)
    engineer.open(f"/promotions/cases/{cycle.case_of(exception).id}")
    assert "With the committee" in engineer.words
    assert "Decided" not in engineer.words
    look(engineer, "untold")


def decide(
    chair: Visitor, case: PromotionCase, kind: str, days: dict[str, date], *, said: int = 0, named: int = 0
) -> None:
    """Write the decision of a case and take it."""
    page = chair.open(f"/promotions/cases/{case.id}/decision/edit")
    page.get_by_text(kind, exact=True).first.click()
    page.get_by_label("Reasons").first.fill("The committee has weighed what the packet shows.")
    for label, on in days.items():
        page.get_by_label(label).fill(on.isoformat())
    if kind == "Defer":
        page.get_by_label("What kind of fact is missing").select_option("unfinished_project")
        page.get_by_label("What is missing", exact=True).fill("The migration is not finished before spring.")
    for place in range(named):
        page.get_by_label("Name it: this is not met yet").nth(place).check()
        page.locator("textarea[name^='change-']").nth(place).fill("A design of their own that was built.")
    for place in range(max(said, named)):
        page.locator("textarea[name^='said-']").nth(place).fill("There was no chance to show it this year.")
    look(chair, f"decide-{kind}")
    press(page, "Keep it, then decide")
    press(page, "Yes, decide")
    expect(page.get_by_role("status").first).to_contain_text(f"{case.code} is decided")


# Approval and telling ----------------------------------------------------------------------


def two_approve_and_candidates_are_told(cycle: Cycle, visit: Visit) -> None:
    """A second person approves the list, HR releases it and tells everybody; the candidates read why."""
    firm = cycle.firm
    second = visit(firm.hr_too)
    page = second.open(f"{cycle.path}/approve")
    look(second, "approve")
    press(page, "Approve the list")
    hr = visit(firm.hr)
    page = hr.open(cycle.path)
    page.get_by_role("link", name="Release the decisions").click()
    press(page, "Release the decisions")
    assert cycle.row.state is CycleState.COMMUNICATED

    exception, not_yet = cycle.engineers[1], cycle.engineers[8]
    page.goto(f"/promotions/cases/{cycle.case_of(exception).id}/tell")
    look(hr, "tell")
    page.get_by_label("Who told them", exact=True).select_option(str(firm.manager.id))
    press(page, "Record it")
    assert cycle.case_of(exception).state is CaseState.COMMUNICATED
    for case in cycle.cases():
        if case.state is CaseState.DECIDED:
            act(decisions.tell_candidate, case, firm.hr.id, now(), by=by(firm.hr))
    for person in (exception, not_yet):
        told = visit(person)
        told.open(f"/promotions/cases/{cycle.case_of(person).id}/decision")
        look(told, f"told-{find_decision(cycle.case_of(person).id).kind.value}")
        assert "There was no chance to show it this year." in told.words
    check_plan(told.page)


def check_plan(page: Page) -> None:
    """Look at what a “not yet” became."""
    page.goto("/people/growth")
    expect(page.get_by_role("main")).to_contain_text("A design of their own that was built.")
