"""What the page of a cycle does not tell whoever is kept from a case, and what its buttons do for them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.promotion import CaseState, CycleState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.promotion.cycle_pages import TAKES_NO_PART
from app.promotion.models import CycleStep, PromotionCase, PromotionCycle
from app.promotion.queries.guards import ELSEWHERE
from tests.conftest import NOW
from tests.factories.promotion import (
    TODAY,
    add_nomination,
    make_case,
    make_cycle,
    make_feedback,
    make_firm,
    rate,
    seat,
)


@pytest.fixture
def firm(app):
    return make_firm()


def home(cycle):
    return f"/promotions/{cycle.id}"


def quorate(case, firm):
    for person in firm.reviewers[:3]:
        rate(seat(case, person))


def words_of(client, cycle):
    return client.get(home(cycle)).words("main")


# What the page says ----------------------------------------------------------------------


@pytest.mark.parametrize("viewer", ["hr", "chair"])
def test_the_page_is_the_same_whether_something_is_missing_in_a_case_that_is_kept_from_the_reader(
    firm, client_for, viewer
):
    reader = getattr(firm, viewer)
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY)
    case = make_case(cycle, firm.amara)
    add_nomination(case, reader)
    make_case(cycle, firm.peer, feedback_waived_reason="New.")
    before = words_of(client_for(reader), cycle)
    with transaction() as session:
        session.get(PromotionCase, case.id).feedback_waived_reason = "New."
    assert words_of(client_for(reader), cycle) == before
    assert TAKES_NO_PART in before
    assert "missing before" not in before
    assert "Nothing is missing" not in before


def test_who_is_kept_from_a_case_may_ask_to_move_and_hears_only_then_that_it_cannot(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY)
    case = make_case(cycle, firm.amara)
    add_nomination(case, firm.hr)
    client = client_for(firm.hr)
    page = client.get(home(cycle))
    assert "Whether the cycle can move on is looked at when you ask." in page.words("main")
    assert f'href="{home(cycle)}/move"' in page.text
    answer = client.send(client.get(f"{home(cycle)}/move").form(ending="/move"))
    assert answer.status == 409
    assert ELSEWHERE in answer.words()
    assert "Feedback given" not in answer.words()
    assert case.code not in answer.words()


def test_a_refusal_names_what_the_mover_may_see_and_counts_nothing_else(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY)
    hidden, seen = make_case(cycle, firm.amara), make_case(cycle, firm.peer, feedback_waived_reason="New.")
    add_nomination(hidden, firm.hr)
    client = client_for(firm.hr)
    form = client.get(f"{home(cycle)}/move").form(ending="/move")
    with transaction() as session:
        session.get(PromotionCase, seen.id).feedback_waived_reason = None
    answer = client.send(form)
    assert answer.status == 409
    assert "(P-02)." in answer.words()
    assert "P-01" not in answer.words()
    assert "more" not in answer.words("main")


def test_with_nothing_kept_from_the_reader_the_page_still_says_that_nothing_is_missing(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY)
    make_case(cycle, firm.amara, feedback_waived_reason="New.")
    words = words_of(client_for(firm.hr), cycle)
    assert "Nothing is missing before the review can open" in words
    assert TAKES_NO_PART not in words


@pytest.mark.parametrize(
    "state", [CycleState.OPEN, CycleState.PACKETS, CycleState.REVIEW, CycleState.CALIBRATION, CycleState.COMMUNICATED]
)
def test_the_sentence_about_other_cases_is_the_same_in_every_phase(firm, client_for, state):
    cycle = make_cycle(firm, state=state)
    make_case(cycle, firm.hr)
    assert TAKES_NO_PART in words_of(client_for(firm.hr), cycle)


def test_what_happened_leaves_out_what_is_about_a_case_kept_from_the_reader(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    case = make_case(cycle, firm.amara)
    add_nomination(case, firm.chair)
    with transaction() as session:
        session.add(
            CycleStep(
                cycle_id=cycle.id,
                at=NOW,
                by_id=firm.hr.id,
                kind="extend",
                reason="Ill for a week.",
                deadline="review_due",
                day=TODAY,
                case_id=case.id,
            )
        )
    assert "for P-01 alone" in words_of(client_for(firm.hr), cycle)
    words = words_of(client_for(firm.chair), cycle)
    assert "P-01" not in words
    assert "Ill for a week." not in words


def test_no_button_is_live_for_a_chair_who_would_be_refused(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    quorate(make_case(cycle, firm.chair), firm)
    page = client_for(firm.chair).get(home(cycle))
    assert "Open calibration: this is for the deputy." in page.words("main")
    assert f'href="{home(cycle)}/chair/move"' not in page.text
    assert f'href="{home(cycle)}/chair/move"' in client_for(firm.deputy).get(home(cycle)).text


# Reminders -------------------------------------------------------------------------------


def test_a_reminder_of_a_line_that_is_kept_from_the_reader_is_refused_as_one_that_is_not_there(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY)
    case = make_case(cycle, firm.hr)
    make_feedback(case, firm.peer)
    key = f"feedback_given:{case.id.hex}:{firm.peer.id.hex}"
    other = client_for(firm.hr_too)
    assert other.send(other.get(home(cycle)).form(ending="/remind")).status == 302
    client, answers = client_for(firm.hr), set()
    for owed in (key, "nothing"):
        answer = client.post(f"{home(cycle)}/remind", {"owed": owed})
        answers.add((answer.status, answer.words("main").replace(owed, "")))
    assert len(answers) == 1
    assert db.session.scalars(select(CycleStep.by_id).where(CycleStep.kind == "remind")).all() == [firm.hr_too.id]


# Cancelling ------------------------------------------------------------------------------


def test_after_a_cycle_is_cancelled_its_committee_reads_nothing_of_it(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    case = make_case(cycle, firm.amara)
    seat(case, firm.reviewers[0])
    reviewer, chair, packet = (
        client_for(firm.reviewers[0]),
        client_for(firm.chair),
        f"/promotions/cases/{case.id}/packet",
    )
    assert (reviewer.get(packet).status, chair.get(packet).status) == (200, 200)
    client = client_for(firm.hr)
    question = client.get(f"{home(cycle)}/cancel")
    assert "the committee reads nothing of them from now on" in question.words("main")
    client.send(question.form(ending="/cancel"), reason="No budget.")
    assert db.session.get(PromotionCycle, cycle.id).archived_on == TODAY
    assert (reviewer.get(packet).status, chair.get(packet).status) == (404, 404)
    assert case.code not in words_of(chair, cycle)
    assert db.session.get(PromotionCase, case.id).state is CaseState.CANCELLED
