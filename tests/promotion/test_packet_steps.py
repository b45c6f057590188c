"""The steps of writing a packet: what goes along from one to the next, what is warned of, and what is offered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.evidence import EvidenceKind
from app.domain.promotion import CaseState, CycleState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.promotion.actions import packets as actions
from app.promotion.models import PacketPart, PromotionCase
from app.promotion.queries.cases import get_case
from app.promotion.queries.packets import chosen_ids
from tests.conftest import NOW
from tests.factories.evidence import COACH, LEAD, as_author, share_piece
from tests.factories.promotion import choose, make_case, make_cycle, make_firm, write_part


@pytest.fixture
def firm(app):
    return make_firm()


@pytest.fixture
def cycle(firm):
    return make_cycle(firm, state=CycleState.PACKETS, name="Winter 2026", evidence_until=date(2026, 11, 20))


@pytest.fixture
def case(firm, cycle) -> PromotionCase:
    return make_case(cycle, firm.amara)


@pytest.fixture
def amara(firm, client_for):
    return client_for(firm.amara)


@pytest.fixture
def pieces(firm):
    return [
        share_piece(firm.amara, title, claims=(COACH,), on=date(2026, month, 3))
        for month, title in ((3, "First"), (6, "Second"), (9, "Third"))
    ]


def at(case, page="") -> str:
    return f"/promotions/cases/{case.id}/{page}"


def write(case, person, part, words):
    with transaction():
        actions.save_part(case, part, words, 0, by=as_author(person), at=NOW)


def state_of(case) -> CaseState:
    db.session.rollback()
    return get_case(case.id).state


def test_going_on_adds_what_is_ticked_first(case, amara, pieces):
    page = amara.get(at(case, "packet/evidence"))
    assert "data-warns-unsaved" in page.text
    form = page.form(at(case, "packet/evidence"))
    answer = amara.send(form, pieces=[piece.id for piece in pieces], next="expectations")
    assert answer.location.endswith("/packet/expectations")
    db.session.rollback()
    assert set(chosen_ids(case.id)) == {piece.id for piece in pieces}


def test_going_on_with_nothing_ticked_just_goes_on(case, amara, pieces):
    answer = amara.post(at(case, "packet/evidence"), {"next": "expectations"})
    assert answer.location.endswith("/packet/expectations")
    assert amara.post(at(case, "packet/evidence")).status == 422


def test_a_number_that_no_piece_has_is_warned_of_and_keeps_the_packet_from_being_handed_in(case, firm, amara, pieces):
    choose(case, *pieces)
    write(case, firm.amara, PacketPart.IMPACT, "<b>See</b> E99 and E2.")
    fault = "“Impact” cites E99, but the pieces in the packet are E1 to E3."
    for page in ("packet/write", "packet/submit", "packet/draft"):
        assert fault in amara.get(at(case, page)).words(), page
    answer = amara.post(at(case, "packet/submit"))
    assert answer.status == 422
    assert answer.words().count(fault) == 2, "in the summary and at the part"
    assert "Your packet is not handed in." in answer.words()
    assert state_of(case) is CaseState.DRAFTING
    assert amara.send(answer.form(at(case, "packet/write")), impact="<b>See</b> E2.").status == 302
    assert fault not in amara.get(at(case, "packet/write")).words()
    assert amara.post(at(case, "packet/submit")).status == 302
    assert '&lt;b&gt;See&lt;/b&gt; <a href="#E2">E2</a>.' in amara.get(at(case, "packet")).text


def test_the_expectations_offer_what_is_not_chosen_and_would_support_one_that_lacks_something(
    case, firm, amara, pieces
):
    def share(title, on, **more):
        return share_piece(firm.amara, title, claims=(LEAD,), kind=EvidenceKind.DESIGN_DOC, on=on, **more)

    share("Too new", date(2026, 11, 21), at=NOW)
    share("Too old", date(2019, 1, 3))
    talk = share("Led <the> review", date(2026, 8, 3))
    choose(case, pieces[0])
    page = amara.get(at(case, "packet/expectations"))
    assert "Led <the> review also shows this." in page.words()
    for title in ("Too new", "Too old", "First also"):
        assert title not in page.words()
    assert "Status, from all evidence" in page.words()
    assert "From the pieces in this packet" in page.words()
    answer = amara.post(at(case, "packet/evidence"), {"pieces": talk.id, "next": "expectations"})
    assert answer.location.endswith("/packet/expectations")
    assert "Led <the> review" not in amara.get(at(case, "packet/expectations")).words()


def test_the_words_say_that_numbers_come_with_the_evidence_and_then_how_to_cite(case, amara, pieces):
    before = amara.get(at(case, "packet/write"))
    assert "choose evidence in step 2" in before.words()
    assert "Cite evidence by its number" not in before.words()
    choose(case, pieces[0])
    after = amara.get(at(case, "packet/write")).words()
    assert "choose evidence in step 2" not in after
    assert "Cite evidence by its number, as in E1." in after


def test_an_earlier_packet_is_offered_only_while_a_part_is_empty(case, firm, amara):
    earlier = make_case(make_cycle(firm, state=CycleState.CLOSED), firm.amara, nominated_at=NOW - timedelta(days=300))
    write_part(earlier, firm.amara, PacketPart.SUMMARY, "I ran billing.")
    assert amara.get(at(case, "packet/write")).has_form("/packet/copy")
    for part in (PacketPart.SUMMARY, PacketPart.IMPACT, PacketPart.HELPED):
        write_part(case, firm.amara, part, "Done.")
    assert not amara.get(at(case, "packet/write")).has_form("/packet/copy")


def test_the_address_of_the_question_before_a_statement_leads_to_the_statement(case, firm, client_for):
    tomasz = client_for(firm.manager)
    assert tomasz.get(at(case, "statement/ask")).location.endswith("/statement")
    page = tomasz.get(at(case, "statement")).words()
    assert "Amara Diallo does not see it before both it and the packet are in." in page
    assert "You may read the packet once it is in." in page
