"""Reading a packet: the same words on the page and in the file, each reader what is theirs, and every read kept."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime

import pytest

from app.domain.promotion import CaseState, CycleState
from app.infra.clock import clock
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.actions import set_manager
from app.promotion.actions import packets as actions
from app.promotion.models import PacketPart, PacketSnapshot, PromotionCase
from app.promotion.packet_pages import packet_view
from app.promotion.packet_pdf import packet_pdf
from app.promotion.queries.cases import get_case
from app.promotion.queries.packets import additions_of, frozen_packet_of, readers_of
from tests.conftest import NOW
from tests.factories.assessments import make_assessment
from tests.factories.evidence import COACH, LEAD, as_author, confirm, share_piece
from tests.factories.people import SYSTEM, make_person
from tests.factories.promotion import decide, lift, make_case, make_cycle, make_firm, seat
from tests.papers import text_of

SUMMARY = "Ångström, ffion & <Nguyễn>: I ran billing."
"""Letters that a typesetter must keep, and signs that a page must escape."""


@pytest.fixture
def firm(app):
    return make_firm()


@pytest.fixture
def case(firm) -> PromotionCase:
    """Amara's frozen packet in the review, with Reviewer 1 seated."""
    cycle = make_cycle(firm, state=CycleState.REVIEW, name="Winter 2026", packets_due=date(2026, 11, 28))
    made = make_case(cycle, firm.amara, state=CaseState.DRAFTING)
    first = share_piece(
        firm.amara,
        "Paired with Chioma",
        claims={COACH: "Weekly since March."},
        on=date(2026, 3, 3),
        narrative="We met **every** week.",
        links=("https://wiki.example/pairing",),
    )
    confirm(first, firm.colleague)
    with transaction():
        by, manager = as_author(firm.amara), as_author(firm.manager)
        actions.save_parts(made, {PacketPart.SUMMARY: SUMMARY}, revision=0, by=by, at=NOW)
        actions.choose_pieces(made, [first.id], by=by, at=NOW)
        actions.ask_exception(made, LEAD, "There was no second team.", by=by, at=NOW)
        actions.submit_packet(made, by=by, at=NOW)
        actions.save_part(made, PacketPart.STATEMENT, "Amara carries the team.", 0, by=manager, at=NOW)
        actions.submit_statement(made, by=manager, at=NOW)
        actions.freeze_packet(made, by=as_author(firm.hr), at=NOW)
        made.state = CaseState.IN_REVIEW
    seat(made, firm.reviewers[0])
    return made


def at(case, page="packet") -> str:
    return f"/promotions/cases/{case.id}/{page}"


SHOWN = (
    "Amara Diallo",
    SUMMARY,
    "Amara carries the team.",
    "Tomasz Wieczorek, 21 November 2026",
    "E1",
    "Paired with Chioma",
    "Weekly since March.",
    "https://wiki.example/pairing",
    "Henrik Lindqvist",
    "Confirmed",
    "There was no second team.",
    "Software Engineer 1.0.0",
    "Q1 2026",
    "Shown by E1",
    "Nothing in this packet shows it",
    "Nothing was written here.",
)


def test_page_and_file_say_the_same(case, firm, client_for):
    amara = client_for(firm.amara)
    page, file = amara.get(at(case)), amara.get(at(case, "packet.pdf"))
    assert file.headers["Content-Type"] == "application/pdf"
    assert "attachment" in file.headers["Content-Disposition"]
    typeset = text_of(file.response.get_data())
    for words in SHOWN:
        assert words in page.words(), words
        assert words in typeset, words
    assert get_case(case.id).digest in page.text
    assert get_case(case.id).digest in typeset.replace(" ", "").replace("\u200b", "")


def test_the_same_packet_gives_the_same_file(case):
    view = packet_view(frozen_packet_of(case.id), digest="d" * 64)
    assert packet_pdf(view, [], at=NOW) == packet_pdf(view, [], at=NOW)


def test_a_long_name_does_not_break_the_file(firm):
    who = make_person("Wolfeschlegelsteinhausenbergerdorff" * 5, level="L2")
    made = make_case(make_cycle(firm, state=CycleState.REVIEW), who, pieces=[{"title": "x" * 200}])
    content = packet_pdf(packet_view(frozen_packet_of(made.id)), [], at=NOW)
    assert "Wolfeschlegel" in text_of(content)


# Who reads it ----------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["packet", "packet.pdf"])
def test_those_who_may_read_it_do_and_nobody_else(case, firm, client_for, page):
    for person in (firm.amara, firm.manager, firm.skip, firm.hr, firm.chair, firm.reviewers[0]):
        assert client_for(person).get(at(case, page)).status == 200, person.name
    for person in (firm.peer, firm.colleague, firm.stranger, firm.reviewers[1], firm.deputy):
        assert client_for(person).get(at(case, page)).status == 404, person.name


def test_every_read_by_somebody_else_is_kept_once_a_day_and_the_candidate_sees_who(case, firm, client_for):
    tomasz = client_for(firm.manager)
    for _ in range(2):
        tomasz.get(at(case))
    with clock.standing_at(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)):
        client_for(firm.manager).get(at(case))
        client_for(firm.hr).get(at(case, "packet.pdf"))
    amara = client_for(firm.amara)
    amara.get(at(case))
    page = amara.get(at(case)).words()
    assert "Tomasz Wieczorek, last" in page
    assert "on 2 days" in page
    assert "Ruth Okonjo" in page
    assert "also as a file" in page
    assert "Who read it" not in tomasz.get(at(case)).text


def test_the_candidate_learns_who_judges_only_once_it_was_told(case, firm, client_for):
    for who in (firm.reviewers[0], firm.chair, firm.hr):
        client_for(who).get(at(case))
    page = client_for(firm.amara).get(at(case)).words()
    for words in ("A reviewer, 21 Nov", "The chair, 21 Nov", "Ruth Okonjo"):
        assert words in page
    for person in (firm.reviewers[0], firm.chair):
        assert person.name not in page
    with transaction() as session:
        session.get(PromotionCase, case.id).told_at = NOW
    page = client_for(firm.amara).get(at(case)).words()
    assert firm.reviewers[0].name in page
    assert firm.chair.name in page


def test_opening_the_ratings_is_no_reading_of_the_packet(case, firm, client_for):
    lift(case)
    assert client_for(firm.reviewers[0]).get(at(case, "ratings")).status == 200
    assert readers_of(get_case(case.id)) == []


def test_a_reviewer_sees_no_rating_of_others_until_the_case_is_lifted(firm, client_for):
    day = date(2026, 9, 1)
    answers = {"own": {COACH: "exceeded"}, "own_on": day, "theirs": {COACH: "partly_met"}, "theirs_on": day}
    make_assessment(firm.amara, firm.edition, "L3", manager=firm.manager, **answers)
    cycle = make_cycle(firm, state=CycleState.REVIEW, packets_due=date(2026, 11, 28))
    made = make_case(cycle, firm.amara, state=CaseState.DRAFTING)
    with transaction():
        actions.save_part(made, PacketPart.SUMMARY, "Done.", 0, by=as_author(firm.amara), at=NOW)
        actions.submit_packet(made, by=as_author(firm.amara), at=NOW)
        actions.freeze_packet(made, by=as_author(firm.hr), at=NOW)
        made.state = CaseState.IN_REVIEW
    seat(made, firm.reviewers[0])
    reviewer = client_for(firm.reviewers[0])
    page, file = reviewer.get(at(made)), text_of(reviewer.get(at(made, "packet.pdf")).response.get_data())
    for words in ("Partly", "Line manager: partly,", "Engineer: exceeded", "required expectations are met"):
        assert words not in page.words()
        assert words not in file
    assert "Ratings of others are hidden" in page.text
    assert reviewer.get(at(made, "packet.json")).status == 404
    assert "Line manager: partly," in client_for(firm.chair).get(at(made)).words()
    lift(made)
    assert "Line manager: partly," in reviewer.get(at(made)).words()


def test_a_former_manager_reads_what_came_in_and_only_their_own_statement(firm, client_for):
    cycle, later = make_cycle(firm, state=CycleState.PACKETS), make_person("Nora New")
    made = make_case(cycle, firm.amara)
    with transaction():
        actions.save_part(made, PacketPart.SUMMARY, "Done.", 0, by=as_author(firm.amara), at=NOW)
        actions.submit_packet(made, by=as_author(firm.amara), at=NOW)
        set_manager(firm.amara, later, from_on=date(2026, 11, 22), by=SYSTEM, at=NOW)
    with clock.standing_at(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)):
        with transaction():
            actions.save_part(made, PacketPart.STATEMENT, "Nora says narwhal.", 0, by=as_author(later), at=clock.now())
            actions.submit_statement(made, by=as_author(later), at=clock.now())
        former = client_for(firm.manager).get(at(made))
        assert "Done." in former.text
        assert "narwhal" not in former.text
        assert client_for(firm.manager).get(at(made, "statement")).status == 404
        assert "narwhal" in client_for(later).get(at(made)).text


# The text that was hashed ----------------------------------------------------------------


def test_the_text_that_was_hashed_can_be_checked_without_belay(case, firm, client_for):
    for person in (firm.amara, firm.manager, firm.hr):
        answer = client_for(person).get(at(case, "packet.json")).response
        assert hashlib.sha256(answer.get_data()).hexdigest() == get_case(case.id).digest


def test_a_packet_that_was_altered_in_the_database_says_so(case, firm, client_for):
    with transaction() as session:
        row = session.query(PacketSnapshot).filter_by(case_id=case.id).one()
        row.content = row.content.replace("I ran billing", "I ran it all")
    assert "altered after it was frozen" in client_for(firm.hr).get(at(case)).text


# Beside the packet -----------------------------------------------------------------------


def test_something_is_added_beside_with_a_reason_and_the_packet_stays(case, firm, client_for):
    before = get_case(case.id).digest
    for person, words in ((firm.amara, "It shipped."), (firm.manager, "I agree."), (firm.hr, "Leave was recorded.")):
        client = client_for(person)
        form = client.get(at(case, "packet/add")).form(at(case, "packet/add"))
        assert client.send(form, words=words, reason="").status == 422
        assert client.send(form, words=words, reason="It came to light later.").status == 302
    db.session.rollback()
    assert {one.words for one in additions_of(case.id)} == {"It shipped.", "I agree.", "Leave was recorded."}
    assert get_case(case.id).digest == before
    page = client_for(firm.reviewers[0]).get(at(case))
    assert "I agree." in page.words()
    assert "Why it comes late: It came to light later." in page.words()
    for person in (firm.reviewers[0], firm.peer, firm.skip):
        assert client_for(person).get(at(case, "packet/add")).status == 404


def test_nothing_is_added_before_the_freezing_or_once_it_was_told(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    made = make_case(cycle, firm.amara, state=CaseState.SUBMITTED)
    fields = {"words": "Late", "reason": "Because"}
    assert client_for(firm.amara).post(at(made, "packet/add"), fields).status == 404
    told = make_case(cycle, firm.peer, state=CaseState.COMMUNICATED)
    assert client_for(firm.hr).post(at(told, "packet/add"), fields).status == 409


def test_no_page_of_the_packet_shows_candidate_or_manager_that_it_was_decided(case, firm, client_for):
    def pages():
        return [
            re.sub(r'value="[0-9a-f]{32,64}"', "", client_for(who).get(at(case, page)).text)
            for who in (firm.amara, firm.manager)
            for page in ("packet", "packet/add")
        ]

    def stand(state):
        with transaction() as session:
            session.get(PromotionCase, case.id).state = state

    lift(case)
    stand(CaseState.CALIBRATED)
    pages()  # From now on it stands on the candidate's page that the manager has read it today.
    before = pages()
    stand(CaseState.DECIDED)
    assert pages() == before
    assert "Add beside it" in before[0]


def test_what_comes_after_the_decision_is_taken_and_marked_for_chair_and_hr_alone(case, firm, client_for):
    lift(case)
    fields = {"words": "It shipped.", "reason": "It came to light later."}
    assert client_for(firm.manager).post(at(case, "packet/add"), fields).status == 302
    decide(case, firm.chair, decided_at=NOW)
    with transaction() as session:
        session.get(PromotionCase, case.id).state = CaseState.DECIDED
    with clock.standing_at(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)):
        late = {**fields, "words": "And it stayed up."}
        assert client_for(firm.amara).post(at(case, "packet/add"), late).status == 302
        for who, marks in ((firm.chair, 1), (firm.hr, 1), (firm.amara, 0), (firm.manager, 0), (firm.reviewers[0], 0)):
            page = client_for(who).get(at(case)).words()
            assert "And it stayed up." in page
            assert page.count("After the decision.") == marks, who.name
