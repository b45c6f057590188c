"""The pages of a cycle: what everybody, HR and the chair see, and each form with its refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.promotion import CaseState, CycleState, DecisionKind
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.promotion.models import CycleStep, PromotionCase, PromotionCycle
from tests.factories.people import make_person
from tests.factories.promotion import (
    AT,
    TODAY,
    add_nomination,
    decide,
    make_case,
    make_cycle,
    make_feedback,
    make_firm,
    rate,
    seat,
)

HIDDEN = (CycleState.REVIEW, CycleState.CALIBRATION, CycleState.DECIDED)


@pytest.fixture
def firm(app):
    return make_firm()


def anew(row):
    db.session.expire_all()
    return db.session.get(type(row), row.id)


def home(cycle):
    return f"/promotions/{cycle.id}"


# Who sees what ---------------------------------------------------------------------------


def test_everybody_reads_phase_and_days_of_an_opened_cycle_and_nothing_else(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS, name="Winter 2026")
    make_case(cycle, firm.amara)
    page = client_for(firm.stranger).get(home(cycle))
    assert page.words("h1") == "Winter 2026: packets are being written"
    words = page.words("main")
    assert "7 days left" in words
    assert "until 28 Nov" in words
    assert not any(secret in words for secret in ("Amara", "P-01", "Missing", firm.chair.name, "What happened"))
    assert not page.has_form("/remind")


def test_a_draft_is_for_hr_alone(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    assert client_for(firm.stranger).get(home(cycle)).status == 404
    assert client_for(firm.hr).get(home(cycle)).status == 200


@pytest.mark.parametrize("person", ["stranger", "amara", "manager"])
def test_outside_nobody_can_tell_review_calibration_and_decision_apart(firm, client_for, person):
    cycle = make_cycle(firm, state=CycleState.REVIEW, name="Winter 2026")
    client, seen = client_for(getattr(firm, person)), set()
    for state in HIDDEN:
        with transaction() as session:
            session.get(PromotionCycle, cycle.id).state = state
        seen.add(client.get(home(cycle)).words("main"))
    (words,) = seen
    assert "cases are with the committee" in words


def test_hr_sees_cases_by_name_and_who_owes_what(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS, name="Winter 2026")
    make_case(cycle, make_person("Zoë Last", level="L2"), state=CaseState.SUBMITTED)
    make_case(cycle, firm.amara)
    page = client_for(firm.hr).get(home(cycle))
    words = page.words("main")
    assert "One thing is missing before feedback can open." in words
    assert "Every case needs a submitted packet, or is marked incomplete" in words
    assert "The packet is not handed in, case P-02" in words
    assert words.index("Amara Diallo", words.index("Two cases, by name")) < words.index("Zoë Last")
    assert "Packet due 28 Nov" in words
    assert "disabled" in page.text.split("Ask for feedback")[0].rsplit("<button", 1)[1]


def test_hr_who_is_a_candidate_or_recused_learns_nothing_of_how_far_the_case_is(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.REVIEW, name="Winter 2026")
    own = make_case(cycle, firm.hr, state=CaseState.IN_REVIEW)
    other = make_case(cycle, firm.amara, state=CaseState.RATED)
    rate(seat(own, firm.reviewers[0]))
    add_nomination(other, firm.hr)
    words = client_for(firm.hr).get(home(cycle)).words("main")
    assert "Rated" not in words
    assert "In review" not in words
    assert words.count("With the committee") == 2
    assert "of 3 ratings" not in words
    assert "There are cases in which you take no part." in words
    assert "1 reviewer sits on it, and a quorum needs 3" in client_for(firm.hr_too).get(home(cycle)).words("main")


def test_a_recused_chair_does_not_see_that_there_is_a_case(firm, client_for):
    candidate = make_person("Ebba Nyström", level="L2", manager=make_person("Middle", manager=firm.chair))
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    make_case(cycle, candidate, state=CaseState.IN_REVIEW)
    add_nomination(make_case(cycle, firm.amara, state=CaseState.IN_REVIEW), firm.chair)
    words = client_for(firm.chair).get(home(cycle)).words("main")
    assert "P-02" not in words
    assert "Amara Diallo" not in words
    assert "Ask Dolores Deputy, the deputy, or another person of HR." in words


def test_the_feedback_of_a_case_is_counted_once_and_in_the_same_words_in_list_and_table(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY)
    case = make_case(cycle, firm.amara)
    for colleague in (firm.peer, firm.colleague, firm.stranger):
        make_feedback(case, colleague)
    words = client_for(firm.hr).get(home(cycle)).words("main")
    assert "Feedback on P-01 is missing before the review can open." in words
    assert words.count("Feedback given: 0 of 3 asked, 2 needed") == 3
    assert words.count("0 of 3 asked, 2 needed") == 4
    with transaction() as session:
        session.get(PromotionCycle, cycle.id).evidence_until = TODAY + timedelta(days=1)
    assert "Two things are missing" in client_for(firm.hr).get(home(cycle)).words("main")


@pytest.mark.parametrize("viewer", ["hr", "chair"])
def test_nobody_reads_who_has_handed_in_while_rating_is_blind(firm, client_for, viewer):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    case = make_case(cycle, firm.amara)
    for number, person in enumerate(firm.reviewers[:3]):
        taken = seat(case, person)
        if number:
            rate(taken)
    words = client_for(getattr(firm, viewer)).get(home(cycle)).words("main")
    assert "2 of 3 ratings that a quorum needs are in" in words
    assert not any(person.name in words for person in firm.reviewers)


def test_no_decision_or_its_kind_stands_on_the_page_for_those_outside(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.DECIDED)
    decide(make_case(cycle, firm.amara), firm.chair)
    for person in (firm.amara, firm.manager, firm.stranger):
        words = client_for(person).get(home(cycle)).words("main").lower()
        assert "decided" not in words
        assert "approv" not in words


# Drafting and changing -------------------------------------------------------------------


def test_hr_drafts_a_cycle_and_lands_on_all_that_can_be_changed(firm, client_for):
    client = client_for(firm.hr)
    assert "inbox" not in client.get("/promotions/new").words("main")
    answer = client.send(client.get("/promotions/new").form("/promotions/new"), name="Winter 2026")
    page = client.follow(answer)
    assert page.words("h1") == "Change the draft"
    form = page.form(ending="/edit")
    saved = client.send(form, name="Winter cycle", nominations_close="2026-12-09")
    assert saved.status == 302
    cycle = db.session.query(PromotionCycle).one()
    assert (cycle.name, cycle.nominations_close.isoformat()) == ("Winter cycle", "2026-12-09")


def test_a_nameless_draft_and_a_day_that_is_none_are_refused_at_their_fields(firm, client_for):
    client = client_for(firm.hr)
    page = client.send(client.get("/promotions/new").form("/promotions/new"), name=" ")
    assert page.status == 422
    assert "Give the cycle a name" in page.words("main")
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    form = client.get(f"{home(cycle)}/edit").form(ending="/edit")
    page = client.send(form, packets_due="soon")
    assert page.status == 422
    assert "This is no day" in page.words("main")
    assert 'value="soon"' in page.text


def test_days_out_of_order_are_refused_each_at_its_field_while_missing_ones_may_wait(firm, client_for):
    cycle, client = make_cycle(firm, state=CycleState.DRAFT), client_for(firm.hr)
    form = client.get(f"{home(cycle)}/edit").form(ending="/edit")
    day = cycle.nominations_close.isoformat()
    page = client.send(form, packets_due=day, evidence_until="2026-11-02", review_due="2026-11-01")
    assert page.status == 422
    words = page.words("main")
    assert "Has to be after nominations close." in words
    assert "Has to be after feedback is due." in words
    assert "Cannot be before packets are due." in words
    assert page.all("input", id="packets_due")[0].get("aria-invalid") == "true"
    assert client.send(form, packets_due="", review_due="").status == 302
    assert anew(cycle).packets_due is None


def test_two_hr_people_at_one_draft_the_second_gets_both(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    first, second = client_for(firm.hr), client_for(firm.hr_too)
    forms = [client.get(f"{home(cycle)}/edit").form(ending="/edit") for client in (first, second)]
    assert first.send(forms[0], name="First").status == 302
    assert second.send(forms[1], name="Second").status == 409


def test_nobody_but_hr_drafts_or_runs(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    for person in (firm.stranger, firm.amara, firm.chair):
        client = client_for(person)
        assert client.get("/promotions/new").status == 404
        for page in ("edit", "extend", "cancel", "rehearsal", "move"):
            assert client.get(f"{home(cycle)}/{page}").status == 404
    assert client_for(firm.hr).get(f"{home(cycle)}/chair/move").status == 404


# Moving ----------------------------------------------------------------------------------


def test_closing_nominations_early_asks_for_a_reason_and_says_what_it_does(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.OPEN)
    client = client_for(firm.hr)
    page = client.get(home(cycle))
    assert "Close nominations early" in page.words("main")
    question = client.get(f"{home(cycle)}/move")
    assert "Nobody can be nominated any more." in question.words("main")
    refused = client.send(question.form(ending="/move"), reason=" ")
    assert refused.status == 422
    assert "Say why" in refused.words("main")
    answer = client.send(refused.form(ending="/move"), reason="All have answered.")
    assert client.follow(answer).words("h1").endswith("packets are being written")
    assert anew(cycle).state is CycleState.PACKETS


def test_the_question_before_a_blocked_move_lists_what_is_missing(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    make_case(cycle, firm.amara)
    page = client_for(firm.hr).get(f"{home(cycle)}/move")
    assert "The packet is not handed in, case P-01, owed by Amara Diallo" in page.words("main")
    assert not page.has_form("/move")


def test_of_two_tabs_the_second_move_gets_a_clear_answer(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.OPEN, nominations_close=TODAY - timedelta(days=1))
    first, second = client_for(firm.hr), client_for(firm.hr_too)
    forms = [client.get(f"{home(cycle)}/move").form(ending="/move") for client in (first, second)]
    assert first.send(forms[0]).status == 302
    late = second.send(forms[1])
    assert late.status == 409
    assert "This cycle has been moved on in the meantime: it is in the phase “Packets” now." in late.words()
    assert db.session.query(CycleStep).filter_by(kind="move").count() == 1


def test_the_chair_moves_from_the_page_and_the_deputy_is_told_whose_move_it_is(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    deputy = client_for(firm.deputy)
    assert "Open calibration: this is for the chair." in deputy.get(home(cycle)).words("main")
    assert deputy.get(f"{home(cycle)}/chair/move").status == 302
    client = client_for(firm.chair)
    answer = client.send(client.get(f"{home(cycle)}/chair/move").form(ending="/chair/move"))
    assert answer.status == 302
    assert anew(cycle).state is CycleState.CALIBRATION


def test_a_move_that_is_nobodys_button_leads_back(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.COMMUNICATED)
    client = client_for(firm.hr)
    assert "There is nothing for you to move" in client.follow(client.get(f"{home(cycle)}/move")).words("main")


def test_the_question_before_feedback_names_the_statements_that_would_be_lost(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    make_case(cycle, firm.amara, state=CaseState.SUBMITTED)
    make_case(cycle, firm.peer, state=CaseState.SUBMITTED, statement_at=AT, statement_by_id=firm.manager.id)
    client = client_for(firm.hr)
    page = client.get(f"{home(cycle)}/move")
    assert "Tomasz Wieczorek has not handed in the statement on P-01, and cannot afterwards" in page.words("main")
    assert "P-02" not in page.words("main")
    assert client.send(page.form(ending="/move")).status == 302
    assert "statement" not in client.get(home(cycle)).words("main").lower()


# Extending, reminding, cancelling --------------------------------------------------------


def test_an_extension_shows_what_shifts_before_it_is_stored(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    client = client_for(firm.hr)
    form = client.get(f"{home(cycle)}/extend").form(ending="/extend")
    shown = client.send(form, packets_due="2026-12-04", reason="Two people are ill.")
    words = shown.words("main")
    assert "28 November 2026" in words
    assert "4 December 2026" in words
    assert "Evidence counts until" in words
    assert anew(cycle).packets_due.isoformat() == "2026-11-28"
    assert client.send(shown.form(ending="/extend")).status == 302
    assert anew(cycle).packets_due.isoformat() == "2026-12-04"


def test_hr_brings_the_cut_off_forward_so_that_the_review_need_not_wait(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY + timedelta(days=3))
    client = client_for(firm.hr)
    page = client.get(home(cycle))
    assert "Evidence still counts" in page.words("main")
    assert "Bring it forward" in page.words("main")
    form = client.get(f"{home(cycle)}/extend").form(ending="/extend")
    shown = client.send(form, evidence_until=TODAY.isoformat(), reason="All packets came early.")
    assert "21 November 2026" in shown.words("main")
    assert client.send(shown.form(ending="/extend")).status == 302
    words = client.get(home(cycle)).words("main")
    assert "Evidence still counts" not in words
    assert "Brought “Evidence counts until” forward from 24 November 2026 to 21 November 2026" in words
    assert "All packets came early." in words
    assert "evidence_until" not in client.get(f"{home(cycle)}/extend").text


def test_an_extension_for_one_case_is_chosen_by_name(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    case = make_case(cycle, firm.amara)
    client = client_for(firm.hr)
    form = client.get(f"{home(cycle)}/extend?case={case.id}").form(ending="/extend")
    shown = client.send(form, packets_due="2026-12-04", reason="Ill.")
    assert "Amara Diallo, P-01" in shown.words("main")
    client.send(shown.form(ending="/extend"))
    assert "Packet due 4 Dec" in client.get(home(cycle)).words("main")
    assert anew(cycle).packets_due.isoformat() == "2026-11-28"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"packets_due": "2026-12-20", "reason": "Ill."}, "“Feedback due” has to come after “Packets due”"),
        ({"packets_due": "2026-12-04"}, "Say why"),
        ({"reason": "Ill."}, "Name at least one later day."),
        ({"packets_due": "2026-12-04", "reason": "Ill.", "case": "somebody"}, "Choose all cases"),
    ],
)
def test_a_wrong_extension_is_refused_at_its_field_and_keeps_what_was_typed(firm, client_for, fields, says):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    client = client_for(firm.hr)
    page = client.send(client.get(f"{home(cycle)}/extend").form(ending="/extend"), **fields)
    assert page.status == 422
    assert says in page.words("main")
    assert fields.get("packets_due", "2026-11-28") in page.text


def test_a_reminder_is_one_button_and_then_says_when(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    make_case(cycle, firm.amara)
    client = client_for(firm.hr)
    answer = client.send(client.get(home(cycle)).form(ending="/remind"))
    words = client.follow(answer).words("main")
    assert "Reminded Amara Diallo." in words
    assert "reminded today" in words


def test_a_reminder_of_something_made_up_or_kept_from_the_reader_is_refused(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.FEEDBACK, evidence_until=TODAY)
    case = make_case(cycle, firm.hr)
    asked = make_feedback(case, firm.peer)
    client = client_for(firm.hr)
    key = f"feedback_given:{case.id.hex}:{asked.author_id.hex}"
    for owed in (key, "nothing", "x" * 2000):
        assert client.post(f"{home(cycle)}/remind", {"owed": owed}).status == 409


def test_cancelling_asks_plainly_and_takes_the_cases_along(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS, name="Winter 2026")
    case = make_case(cycle, firm.amara)
    client = client_for(firm.hr)
    question = client.get(f"{home(cycle)}/cancel")
    assert "Cancel “Winter 2026”?" in question.words("main")
    assert "one open case is closed as cancelled with it" in question.words("main")
    refused = client.send(question.form(ending="/cancel"))
    assert refused.status == 422
    page = client.follow(client.send(refused.form(ending="/cancel"), reason="No budget."))
    assert "This cycle was cancelled" in page.words("main")
    assert db.session.get(PromotionCase, case.id).state is CaseState.CANCELLED


def test_the_rehearsal_page_says_what_to_do_and_where(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.DRAFT, chair_id=None)
    page = client_for(firm.hr).get(f"{home(cycle)}/rehearsal")
    words = page.words("main")
    assert "Keeps it from opening." in words
    assert f"{home(cycle)}/committee" in page.text


@pytest.mark.parametrize("state", list(CycleState))
def test_the_page_stands_in_every_state(firm, client_for, state):
    cycle = make_cycle(firm, state=state)
    make_case(cycle, firm.amara)
    assert client_for(firm.hr).get(home(cycle)).status == 200
    assert client_for(firm.stranger).get(home(cycle)).status == (404 if state is CycleState.DRAFT else 200)


def test_a_closed_cycle_says_what_became_of_each_case_and_counts_it(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.CLOSED)
    kinds = (DecisionKind.PROMOTE, DecisionKind.NOT_YET, DecisionKind.NOT_YET)
    for subject, kind in zip((firm.amara, firm.peer, firm.stranger), kinds, strict=True):
        decide(make_case(cycle, subject), firm.chair, kind)
    for reader in (firm.hr, firm.chair):
        words = client_for(reader).get(home(cycle)).words("main")
        assert "One promoted, two not yet." in words
        assert "Promoted" in words
    telling = make_cycle(firm, state=CycleState.COMMUNICATED)
    decide(make_case(telling, firm.amara), firm.chair)
    assert "Promoted" not in client_for(firm.hr).get(home(telling)).words("main")
    assert "romoted" not in client_for(firm.manager).get(home(cycle)).words("main")
