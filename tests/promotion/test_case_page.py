"""The page of a case: what each reader finds there, and that nothing of the judging shows before its time."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from app.domain.promotion import CaseState, CycleState
from app.infra.clock import clock
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.promotion.models import CaseStep, CycleStep, NominatedBy
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person
from tests.factories.promotion import add_nomination, make_case, make_cycle, make_eligible, make_firm, seat

PEERS_WORDS = "Canary of a colleague."
HIDDEN = (CaseState.IN_REVIEW, CaseState.RATED, CaseState.CALIBRATED, CaseState.DECIDED)
READERS_OUTSIDE = ("amara", "manager", "skip")


@pytest.fixture
def firm(app):
    return make_firm(reviewers=2)


def case_in(firm, state, phase=CycleState.CALIBRATION, **more):
    case = make_case(make_cycle(firm, state=phase, name="Winter 2026"), firm.amara, state=state, **more)
    add_nomination(case, firm.peer, words=PEERS_WORDS)
    return case


def add_steps(case, *steps):
    with transaction() as session:
        session.add_all(
            CaseStep(case_id=case.id, at=NOW, by_id=None, event=event, source=None, target=target)
            for event, target in steps
        )


def page_of(client_for, who, case):
    return client_for(who).get(f"/promotions/cases/{case.id}")


# Who reads it ---------------------------------------------------------------------------


def test_the_page_is_for_those_whom_the_case_concerns(firm, client_for):
    case = case_in(firm, CaseState.IN_REVIEW, CycleState.REVIEW)
    reviewer, other = firm.reviewers
    seat(case, reviewer)
    for who in (firm.amara, firm.manager, firm.skip, firm.hr, firm.chair, reviewer):
        page = page_of(client_for, who, case)
        assert page.status == 200
        assert case.code in page.words()
    for who in (firm.peer, firm.colleague, firm.deputy, firm.stranger, other):
        assert page_of(client_for, who, case).status == 404


def test_nominations_are_read_by_candidate_managers_chair_and_hr_and_by_no_reviewer(firm, client_for):
    case = case_in(firm, CaseState.IN_REVIEW, CycleState.REVIEW)
    seat(case, firm.reviewers[0])
    for who in (firm.amara, firm.manager, firm.skip, firm.chair, firm.hr):
        page = page_of(client_for, who, case)
        assert PEERS_WORDS in page.words()
        assert "Ffion Prydderch" in page.words()
    reviewers = page_of(client_for, firm.reviewers[0], case)
    assert PEERS_WORDS not in reviewers.text
    assert "Ffion" not in reviewers.text


@pytest.mark.parametrize("state", HIDDEN)
def test_outside_the_committee_all_judging_looks_the_same(firm, client_for, state):
    case = case_in(firm, state)
    add_steps(case, ("enter_review", "in_review"))
    seen = {}
    for who in READERS_OUTSIDE:
        seen[who] = page_of(client_for, getattr(firm, who), case).words("main")
    add_steps(case, ("close_rating", "rated"), ("calibrate", "calibrated"), ("decide", "decided"))
    for who in READERS_OUTSIDE:
        words = page_of(client_for, getattr(firm, who), case).words("main")
        assert words == seen[who]
        assert "With the committee" in words
        for hidden in ("Rated", "Decided", "Ratings", "calibration", "Calibration", "second person"):
            assert hidden not in words


def test_the_candidate_s_page_is_the_same_in_every_state_of_the_judging(firm, client_for):
    pages = set()
    for state in HIDDEN:
        case = make_case(make_cycle(firm, state=CycleState.CALIBRATION, name="Winter"), firm.amara, state=state)
        words = page_of(client_for, firm.amara, case).text
        words = re.sub(str(case.id), "ID", words)
        words = re.sub(str(case.cycle_id), "CYCLE", words)
        pages.add(re.sub(r'name="(csrf_token|idempotency_key)" value="[^"]*"', "", words))
    assert len(pages) == 1


def test_chair_and_hr_read_how_far_the_judging_is(firm, client_for):
    case = case_in(firm, CaseState.DECIDED)
    add_steps(case, ("decide", "decided"))
    for who in (firm.chair, firm.hr):
        words = page_of(client_for, who, case).words("main")
        assert "With a second person" in words
        assert "Decided" in words


def test_hr_that_is_recused_reads_no_more_than_everybody_else(firm, client_for):
    case = case_in(firm, CaseState.DECIDED)
    add_nomination(case, firm.hr, words="I know her work.")
    words = page_of(client_for, firm.hr, case).words("main")
    assert "With the committee" in words
    assert "Decided" not in words
    assert "Decided" in page_of(client_for, firm.hr_too, case).words("main")


def test_a_former_manager_reads_nothing_that_came_after_their_time(firm, client_for):
    former = make_person("Ivo Former", manager=firm.skip)
    subject = make_person("Nadia Moved", manager=former, level="L2")
    case = make_case(
        make_cycle(firm, state=CycleState.CALIBRATION),
        subject,
        state=CaseState.DECIDED,
        submitted_at=NOW - timedelta(days=1),
        submitted_on=NOW.date() - timedelta(days=1),
    )
    with transaction():
        people.set_manager(subject, firm.manager, from_on=date(2026, 11, 22), by=SYSTEM, at=NOW)
    with clock.standing_at(NOW.replace(day=25)):
        add_steps(case, ("enter_review", "in_review"))
        page = page_of(client_for, former, case)
        assert page.status == 200
        assert "Packet was handed in" in page.words()
        assert "committee" not in page.words("main")
        assert "With the committee" in page_of(client_for, firm.manager, case).words()


# What one does there ----------------------------------------------------------------------


def nominated(firm, **more):
    cycle = make_cycle(firm, state=CycleState.OPEN, **more)
    make_eligible(cycle, firm.amara)
    return make_case(
        cycle, firm.amara, state=CaseState.NOMINATED, nominated_by=firm.manager, nominated_as=NominatedBy.MANAGER
    )


def test_the_candidate_accepts_on_the_page(firm, client_for):
    case = nominated(firm)
    client = client_for(firm.amara)
    page = client.get(f"/promotions/cases/{case.id}")
    assert "Accept or decline by" in page.words()
    told = client.follow(client.send(page.form(ending="/accept")))
    assert "Nomination accepted" in told.words()
    assert not told.has_form("/accept")
    assert client.send(page.form(ending="/accept")).status in {302, 409}
    assert not page_of(client_for, firm.manager, case).has_form("/accept")


def test_where_the_ladder_branches_the_page_asks_which_way(firm, client_for):
    cycle = make_cycle(firm)
    make_eligible(cycle, firm.amara, targets="L3 L4")
    case = make_case(cycle, firm.amara, state=CaseState.NOMINATED, nominated_by=firm.peer)
    client = client_for(firm.amara)
    page = client.get(f"/promotions/cases/{case.id}")
    assert "the next level" in page.words("h1")
    refused = client.send(page.form(ending="/accept"))
    assert refused.status == 422
    assert "choose the level" in refused.words()
    assert "for L4" in client.follow(client.send(page.form(ending="/accept"), target="L4")).words("h1")


def test_declining_asks_first_and_its_words_are_for_hr(firm, client_for):
    case = nominated(firm)
    client = client_for(firm.amara)
    page = client.get(f"/promotions/cases/{case.id}/decline")
    assert f"Decline the nomination {case.code}?" in page.words()
    client.send(page.form(ending="/decline"), words="Not now, please.")
    assert "Not now, please." in page_of(client_for, firm.hr, case).words()
    manager = page_of(client_for, firm.manager, case)
    assert "Nomination declined" in manager.words()
    assert "Not now" not in manager.text
    assert client.get(f"/promotions/cases/{case.id}/decline").status == 302


def test_withdrawing_asks_first_and_names_what_happens(firm, client_for):
    case = make_case(make_cycle(firm, state=CycleState.PACKETS), firm.amara)
    client = client_for(firm.amara)
    page = client.get(f"/promotions/cases/{case.id}/withdraw")
    assert "This cannot be taken back" in page.words()
    told = client.follow(client.send(page.form(ending="/withdraw"), words=""))
    assert "Withdrawn by candidate" in told.words()
    assert client.get(f"/promotions/cases/{case.id}/withdraw").status == 404
    assert client_for(firm.manager).get(f"/promotions/cases/{case.id}/withdraw").status == 404


def test_the_offer_to_withdraw_does_not_show_that_something_was_decided(firm, client_for):
    case = make_case(make_cycle(firm, state=CycleState.CALIBRATION), firm.amara, state=CaseState.DECIDED)
    client = client_for(firm.amara)
    page = client.get(f"/promotions/cases/{case.id}/withdraw")
    assert page.status == 200
    refused = client.send(page.form(ending="/withdraw"))
    assert refused.status == 409
    assert "decided" not in refused.words("main").lower()


def test_hr_lets_it_lapse_and_rules_it_out_on_the_page(firm, client_for):
    late = nominated(firm, nominations_close=date(2026, 11, 20))
    hr = client_for(firm.hr)
    assert "Let it lapse" in page_of(client_for, firm.hr, late).words()
    page = hr.get(f"/promotions/cases/{late.id}/lapse")
    assert "Nomination declined" in hr.follow(hr.send(page.form(ending="/lapse"))).words()
    case = nominated(firm)
    assert "Let it lapse" not in page_of(client_for, firm.hr, case).words()
    form = hr.get(f"/promotions/cases/{case.id}/rule-out")
    refused = hr.send(form.form(ending="/rule-out"), reason="It is so.")
    assert refused.status == 422
    assert "It is so." in refused.text
    done = hr.follow(hr.send(form.form(ending="/rule-out"), rule="top", reason="L2 is the last one here."))
    assert "Ruled out" in done.words()
    for who in (firm.amara, firm.manager):
        assert "L2 is the last one here." in page_of(client_for, who, case).words()
    for ending in ("lapse", "rule-out"):
        assert client_for(firm.manager).get(f"/promotions/cases/{case.id}/{ending}").status == 404


def test_an_extension_for_one_case_shows_its_own_day(firm, client_for):
    case = make_case(make_cycle(firm, state=CycleState.PACKETS), firm.amara)
    with transaction() as session:
        session.add(
            CycleStep(
                cycle_id=case.cycle_id,
                case_id=case.id,
                at=NOW,
                by_id=firm.hr.id,
                kind="extend",
                deadline="packets_due",
                day=date(2027, 1, 31),
                reason="Ill for a week.",
            )
        )
    assert "hand it in by 31 January 2027" in page_of(client_for, firm.amara, case).words()


def test_after_an_early_close_the_pages_say_when_nominations_closed(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS, nominations_close=date(2026, 12, 4))
    case = make_case(cycle, firm.amara)
    waiting = make_case(cycle, firm.peer, state=CaseState.NOMINATED)
    with transaction() as session:
        session.add(CycleStep(cycle_id=cycle.id, at=NOW, kind="move", source="open", target="packets"))
    for page in (page_of(client_for, firm.amara, case), client_for(firm.stranger).get(f"/promotions/{cycle.id}")):
        words = page.words("main")
        assert re.search("Nominations closed ?21 Nov", words)
        assert "4 Dec" not in words
    words = page_of(client_for, firm.peer, waiting).words("main")
    assert "Nominations closed on 21 November 2026. You may still accept or decline" in words
    assert "Accept or decline by" not in words
