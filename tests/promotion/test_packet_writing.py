"""Writing a packet: words kept and never lost, pieces in the candidate's order, and what each side does not see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.errors import ConflictError, InvalidError, MissingError, NotAllowedNowError
from app.domain.evidence import EvidenceKind
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import clock
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.actions import record_leaving, set_manager
from app.promotion.actions import packets as actions
from app.promotion.models import CycleStep, PacketPart, PromotionCase
from app.promotion.queries.cases import edition_of, get_case, rated_ids
from app.promotion.queries.packet_waiting import select_packets_due, select_statements_due
from app.promotion.queries.packets import chosen_ids, exceptions_of, sections_of
from tests.conftest import NOW
from tests.factories.evidence import COACH, LEAD, as_author, change, log_piece, share_piece, withdraw_piece
from tests.factories.people import SYSTEM, make_person
from tests.factories.promotion import choose, make_case, make_cycle, make_firm, write_part

AFTER_DUE = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
QUOKKA, NARWHAL = "quokka words of the candidate", "narwhal words of the manager"


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


def at(case, page="") -> str:
    return f"/promotions/cases/{case.id}/{page}"


def act(function, case, *args, by, when=NOW, **more):
    with transaction():
        return function(case, *args, by=as_author(by), at=when, **more)


def stored(case) -> PromotionCase:
    db.session.rollback()
    return get_case(case.id)


def words_of(case, person, part=PacketPart.SUMMARY) -> str:
    db.session.rollback()
    return sections_of(case.id, person.id)[part].words


# Words -----------------------------------------------------------------------------------


def test_words_are_kept_and_shown_with_their_number_of_characters(case, firm, amara):
    page = amara.get(at(case, "packet/write"))
    assert "0</span> of at most 1500 characters" in page.text
    form = page.form(at(case, "packet/write"))
    answer = amara.send(form, summary="I ran billing.", impact="", helped="Chioma")
    assert answer.status == 302
    page = amara.get(at(case, "packet/write"))
    assert "14</span> of at most 1500 characters" in page.text
    assert "I ran billing." in page.text
    assert "2 of 3" in page.text


def test_too_long_words_are_refused_with_the_numbers_and_stay_in_the_field(case, firm, amara):
    long = "a" * 1501
    answer = amara.send(
        amara.get(at(case, "packet/write")).form(at(case, "packet/write")), summary=long, impact="Kept too"
    )
    assert answer.status == 422
    assert "has 1501 characters; at most 1500 fit. Shorten it by 1." in answer.text
    assert long in answer.text
    assert "Kept too" in answer.text
    assert sections_of(case.id, firm.amara.id) == {}


def test_the_action_refuses_what_is_too_long_whoever_calls_it(case, firm):
    with pytest.raises(InvalidError, match="at most 3000 fit"):
        act(actions.save_part, case, PacketPart.IMPACT, "a" * 3001, 0, by=firm.amara)


def test_an_autosave_keeps_what_fits_and_names_what_does_not(case, firm, amara):
    data = {
        "summary": "b" * 1501,
        "impact": "This fits.",
        "helped": "",
        "version": "0",
        "window": "w1",
        "sequence": "1",
    }
    answer = amara.post(at(case, "packet/write/draft"), data, headers={"Accept": "application/json"})
    assert answer.status == 200
    assert "at most 1500 fit" in answer.response.get_json()["left_out"]
    assert words_of(case, firm.amara, PacketPart.IMPACT) == "This fits."


def test_a_late_autosave_never_replaces_a_newer_one(case, firm):
    def draft(words, sequence):
        return act(
            actions.save_parts,
            case,
            {PacketPart.SUMMARY: words},
            revision=0,
            window="w1",
            sequence=sequence,
            by=firm.amara,
        )

    assert not draft("newer", 2).is_late
    assert draft("older", 1).is_late
    assert words_of(case, firm.amara) == "newer"


def test_another_window_is_asked_which_text_counts(case, firm):
    act(actions.save_part, case, PacketPart.SUMMARY, "from one window", 0, by=firm.amara)
    with pytest.raises(ConflictError) as refusal:
        act(actions.save_part, case, PacketPart.SUMMARY, "from another", 0, by=firm.amara)
    assert refusal.value.stored == {"summary": "from one window"}
    act(actions.save_part, case, PacketPart.SUMMARY, "from both", refusal.value.version, by=firm.amara)
    assert words_of(case, firm.amara) == "from both"


def test_a_conflict_answers_409_and_shows_both_texts(case, firm, amara):
    form = amara.get(at(case, "packet/write")).form(at(case, "packet/write"))
    act(actions.save_part, case, PacketPart.SUMMARY, "stored meanwhile", 0, by=firm.amara)
    answer = amara.send(form, summary="typed here")
    assert answer.status == 409
    assert "meanwhile" in answer.words()
    assert "typed" in answer.words()


# Evidence --------------------------------------------------------------------------------


@pytest.fixture
def pieces(firm):
    return [
        share_piece(firm.amara, title, claims=(COACH,), on=date(2026, month, 3))
        for month, title in ((3, "First"), (6, "Second"), (9, "Third"))
    ]


def test_pieces_are_numbered_in_the_order_of_choosing_and_moved_without_scripts(case, firm, amara, pieces):
    choose(case, *pieces)
    amara.post(at(case, "packet/evidence/move"), {"piece": pieces[2].id, "direction": "up"})
    db.session.rollback()
    assert chosen_ids(case.id) == [pieces[0].id, pieces[2].id, pieces[1].id]
    amara.post(at(case, "packet/evidence/move"), {"piece": pieces[0].id, "direction": "up"})
    db.session.rollback()
    assert chosen_ids(case.id)[0] == pieces[0].id


def test_what_was_taken_out_is_put_back_where_it_stood(case, firm, amara, pieces):
    choose(case, *pieces)
    answer = amara.post(at(case, "packet/evidence/drop"), {"piece": pieces[1].id})
    assert answer.status == 302
    assert "E2 is out of the packet." in amara.get(at(case, "packet/evidence")).text
    amara.post(at(case, "packet/evidence/put"), {"piece": pieces[1].id, "place": "2"})
    db.session.rollback()
    assert chosen_ids(case.id) == [piece.id for piece in pieces]


def test_the_page_shows_what_each_piece_counts_towards_and_until_when(case, firm, amara, pieces):
    answer = amara.send(amara.get(at(case, "packet/evidence")).form(at(case, "packet/evidence")), pieces=[pieces[0].id])
    assert answer.status == 302
    text = amara.get(at(case, "packet/evidence")).text
    assert "Counts until" in text
    assert ">E1</span>" in text


def test_a_piece_newer_than_the_cut_off_is_refused_with_a_sentence(case, firm, amara):
    late = share_piece(firm.amara, "Yesterday", claims=(COACH,), on=date(2026, 11, 21), at=NOW)
    page = amara.get(at(case, "packet/evidence"))
    assert "Too new for this cycle" in page.text
    answer = amara.post(at(case, "packet/evidence"), {"pieces": late.id})
    assert answer.status == 422
    assert "after the cut-off of this cycle" in answer.text


def test_drafts_and_pieces_of_others_are_never_chosen(case, firm):
    draft = log_piece(firm.amara, "Draft", on=date(2026, 3, 3))
    foreign = share_piece(firm.peer, "Foreign", on=date(2026, 3, 3))
    with pytest.raises(InvalidError, match="not shared"):
        act(actions.choose_pieces, case, [draft.id], by=firm.amara)
    with pytest.raises(MissingError):
        act(actions.choose_pieces, case, [foreign.id], by=firm.amara)


def test_at_most_forty_pieces_fit(case, firm):
    pieces = [share_piece(firm.amara, f"Piece {number}", on=date(2026, 3, 3)) for number in range(41)]
    with pytest.raises(InvalidError, match="at most 40"):
        act(actions.choose_pieces, case, [piece.id for piece in pieces], by=firm.amara)
    assert len(act(actions.choose_pieces, case, [piece.id for piece in pieces[:40]], by=firm.amara)) == 40


# Expectations ----------------------------------------------------------------------------


def test_the_candidate_sees_where_nothing_supports_an_expectation_and_asks_for_an_exception(case, firm, amara, pieces):
    choose(case, *pieces)
    page = amara.get(at(case, "packet/expectations"))
    assert "Nothing in this packet shows it" in page.text
    assert "3 of 2 pieces" in page.text or "Shown by" in page.text
    page = amara.get(at(case, f"packet/exception?expectation={LEAD}"))
    answer = amara.send(page.form(at(case, "packet/exception")), reason="There was no second team.")
    assert answer.status == 302
    db.session.rollback()
    assert exceptions_of(case.id) == {LEAD: "There was no second team."}
    assert "There was no second team." in amara.get(at(case, "packet/expectations")).text
    amara.post(at(case, "packet/exception/drop"), {"expectation": LEAD})
    db.session.rollback()
    assert exceptions_of(case.id) == {}


def test_an_exception_needs_a_reason_and_an_expectation_of_the_target(case, firm, amara):
    answer = amara.post(at(case, "packet/exception"), {"expectation": LEAD, "reason": " "})
    assert answer.status == 422
    assert "Say why the committee should promote you" in answer.text
    assert amara.post(at(case, "packet/exception"), {"expectation": "x.y", "reason": "Why"}).status == 404
    asked = {one.id for one in edition_of(case).ladder.requirement(case.target_level)}
    for unrated in asked - set(rated_ids(case.id)):
        answer = amara.post(at(case, "packet/exception"), {"expectation": unrated, "reason": "Why"})
        assert answer.status == 422
        assert "does not rate this expectation" in answer.text
    assert asked - set(rated_ids(case.id))


def test_one_artefact_under_most_expectations_is_warned_of(case, firm, amara):
    claims = (LEAD, "swe.influence-architecture", "swe.design-significant-features")
    one = share_piece(firm.amara, "Everything", claims=claims, kind=EvidenceKind.DESIGN_DOC, on=date(2026, 3, 3))
    choose(case, one)
    assert "Much rests on one piece of work" in amara.get(at(case, "packet/expectations")).text


# Handing in ------------------------------------------------------------------------------


def test_the_question_names_what_is_empty_and_after_handing_in_nothing_changes(case, firm, amara, pieces):
    act(actions.save_part, case, PacketPart.SUMMARY, "Done.", 0, by=firm.amara)
    page = amara.get(at(case, "packet/submit"))
    for words in ("Still empty", "Impact", "Whom I helped", "No piece of evidence is chosen"):
        assert words in page.text
    assert amara.send(page.form(at(case, "packet/submit"))).status == 302
    assert stored(case).state is CaseState.SUBMITTED
    assert stored(case).submitted_on == date(2026, 11, 21)
    refused = {
        "packet/write": {"summary": "Changed"},
        "packet/evidence": {"pieces": pieces[0].id},
        "packet/exception": {"expectation": LEAD, "reason": "Late"},
        "packet/submit": {},
    }
    for page, data in refused.items():
        assert amara.post(at(case, page), data).status == 409, page
    assert words_of(case, firm.amara) == "Done."
    assert amara.get(at(case, "packet/write")).status == 302


def test_an_empty_packet_is_not_handed_in(case, firm, amara):
    page = amara.get(at(case, "packet/submit"))
    assert "cannot be handed in" in page.text
    assert amara.post(at(case, "packet/submit")).status in {409, 422}
    assert stored(case).state is CaseState.DRAFTING


def test_a_piece_withdrawn_meanwhile_leaves_with_the_handing_in_and_numbers_close_up(case, firm, pieces):
    choose(case, *pieces)
    withdraw_piece(pieces[0], at=NOW)
    act(actions.submit_packet, case, by=firm.amara)
    db.session.rollback()
    assert chosen_ids(case.id) == [pieces[1].id, pieces[2].id]


def test_a_piece_given_a_day_after_the_cut_off_leaves_with_the_handing_in(case, cycle, firm, pieces):
    choose(case, *pieces)
    with transaction() as session:
        session.merge(cycle).evidence_until = date(2026, 11, 10)
    change(pieces[1], on=date(2026, 11, 15))
    act(actions.submit_packet, case, by=firm.amara)
    db.session.rollback()
    assert chosen_ids(case.id) == [pieces[0].id, pieces[2].id]


def test_nothing_is_taken_after_the_due_day_unless_it_was_extended(case, cycle, firm):
    with pytest.raises(NotAllowedNowError, match="were due on 28 November 2026"):
        act(actions.save_part, case, PacketPart.SUMMARY, "Late", 0, by=firm.amara, when=AFTER_DUE)
    with pytest.raises(NotAllowedNowError, match="were due"):
        act(actions.save_part, case, PacketPart.STATEMENT, "Late", 0, by=firm.manager, when=AFTER_DUE)
    with transaction() as session:
        session.add(
            CycleStep(
                cycle_id=cycle.id,
                case_id=case.id,
                at=NOW,
                kind="extend",
                deadline="packets_due",
                day=date(2026, 12, 1),
                reason="Ill",
            )
        )
    act(actions.save_part, case, PacketPart.SUMMARY, "In time", 0, by=firm.amara, when=AFTER_DUE)
    assert words_of(case, firm.amara) == "In time"


def test_hr_marks_a_packet_incomplete_with_a_reason_and_handing_in_takes_the_mark_away(case, firm, amara, client_for):
    with clock.standing_at(AFTER_DUE):
        ruth = client_for(firm.hr)
        form = ruth.get(at(case, "packet/incomplete")).form(at(case, "packet/incomplete"))
        assert ruth.send(form, reason="").status == 422
        assert ruth.send(form, reason="On leave since Monday.").status == 302
    assert stored(case).is_incomplete
    assert "On leave since Monday." in amara.get(at(case, "packet/write")).text
    act(actions.save_part, case, PacketPart.SUMMARY, "Done.", 0, by=firm.amara)
    act(actions.submit_packet, case, by=firm.amara)
    assert not stored(case).is_incomplete


def test_nothing_is_incomplete_before_its_own_day_has_passed(case, cycle, firm, client_for):
    on_the_day = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
    with pytest.raises(NotAllowedNowError, match="may hand in until 28 November 2026"):
        act(actions.mark_incomplete, case, "Ill.", by=firm.hr, when=on_the_day)
    page = client_for(firm.hr).get(at(case, "packet/draft"))
    assert "can be marked incomplete" in page.text
    assert "packet/incomplete" not in page.text
    act(actions.mark_incomplete, case, "Ill.", by=firm.hr, when=AFTER_DUE)
    assert stored(case).is_incomplete


def test_hr_takes_the_mark_back(case, firm, client_for):
    act(actions.mark_incomplete, case, "Ill.", by=firm.hr, when=AFTER_DUE)
    assert client_for(firm.hr).post(at(case, "packet/complete")).status == 302
    assert not stored(case).is_incomplete


# Each unseen by the other ----------------------------------------------------------------


def test_neither_side_sees_the_other_before_both_are_in(case, firm, amara, client_for):
    tomasz = client_for(firm.manager)
    act(actions.save_part, case, PacketPart.SUMMARY, QUOKKA, 0, by=firm.amara)
    act(actions.save_part, case, PacketPart.STATEMENT, NARWHAL, 0, by=firm.manager)
    pages = ("packet/write", "packet/evidence", "packet/expectations", "packet/submit", "packet/draft", "")
    for page in pages:
        assert NARWHAL not in amara.get(at(case, page)).text, page
    for page in ("statement", ""):
        assert QUOKKA not in tomasz.get(at(case, page)).text, page
    for page in ("packet", "packet.pdf", "packet/draft", "packet/write"):
        assert tomasz.get(at(case, page)).status == 404, page

    act(actions.submit_statement, case, by=firm.manager)
    for page in pages:
        assert NARWHAL not in amara.get(at(case, page)).text, page
    act(actions.submit_packet, case, by=firm.amara)
    assert NARWHAL in amara.get(at(case, "packet")).text
    assert QUOKKA in tomasz.get(at(case, "packet")).text


def test_a_manager_reads_what_is_in_and_the_candidate_no_draft_of_the_statement(case, firm, amara, client_for):
    act(actions.save_part, case, PacketPart.SUMMARY, QUOKKA, 0, by=firm.amara)
    act(actions.save_part, case, PacketPart.STATEMENT, NARWHAL, 0, by=firm.manager)
    act(actions.submit_packet, case, by=firm.amara)
    assert QUOKKA in client_for(firm.manager).get(at(case, "packet")).text
    assert NARWHAL not in amara.get(at(case, "packet")).text
    assert NARWHAL not in client_for(firm.hr).get(at(case, "packet")).text


def test_hr_reads_the_draft_of_the_candidate_and_none_of_the_statement(case, firm, client_for):
    act(actions.save_part, case, PacketPart.SUMMARY, QUOKKA, 0, by=firm.amara)
    act(actions.save_part, case, PacketPart.STATEMENT, NARWHAL, 0, by=firm.manager)
    page = client_for(firm.hr).get(at(case, "packet/draft"))
    assert QUOKKA in page.text
    assert NARWHAL not in page.text
    for person in (firm.skip, firm.peer, firm.stranger, firm.chair, firm.reviewers[0]):
        assert client_for(person).get(at(case, "packet/draft")).status == 404


def test_a_statement_goes_in_once_and_stays(case, firm, client_for):
    tomasz = client_for(firm.manager)
    form = tomasz.get(at(case, "statement")).form(at(case, "statement"))
    form = replace(form, action=at(case, "statement/ask"))
    assert tomasz.send(form, statement="").status == 422
    asked = tomasz.send(form, statement="Amara carries the team.")
    assert "Hand in your statement for Amara Diallo?" in asked.text
    assert tomasz.send(asked.form(at(case, "statement/submit"))).status == 302
    assert stored(case).statement_by_id == firm.manager.id
    assert "Amara carries the team." in tomasz.get(at(case, "statement")).text
    assert tomasz.post(at(case, "statement"), {"statement": "Changed"}).status == 409


def test_a_new_manager_begins_an_empty_statement_and_the_former_draft_stays_unseen(case, firm, amara, client_for):
    write_part(case, firm.manager, PacketPart.STATEMENT, NARWHAL)
    later = make_person("Nora New")
    with transaction():
        set_manager(firm.amara, later, from_on=date(2026, 11, 21), by=SYSTEM, at=NOW)
    nora = client_for(later)
    page = nora.get(at(case, "statement"))
    assert NARWHAL not in page.text
    assert "0</span> of at most 3000 characters" in page.text
    assert client_for(firm.manager).get(at(case, "statement")).status == 404
    act(actions.save_part, case, PacketPart.STATEMENT, "Mine.", 0, by=later)
    act(actions.submit_statement, case, by=later)
    act(actions.save_part, case, PacketPart.SUMMARY, "Done.", 0, by=firm.amara)
    act(actions.submit_packet, case, by=firm.amara)
    assert NARWHAL not in amara.get(at(case, "packet")).text
    assert "Mine." in amara.get(at(case, "packet")).text


# What waits ------------------------------------------------------------------------------


def test_packet_and_statement_wait_for_those_who_owe_them_until_they_are_in(case, firm):
    def waiting():
        db.session.rollback()
        return (
            [row.person_id for row in db.session.execute(select_packets_due(NOW.date()))],
            [row.person_id for row in db.session.execute(select_statements_due(NOW.date()))],
        )

    assert waiting() == ([firm.amara.id], [firm.manager.id])
    act(actions.save_part, case, PacketPart.SUMMARY, "Done.", 0, by=firm.amara)
    act(actions.submit_packet, case, by=firm.amara)
    assert waiting() == ([], [firm.manager.id])
    act(actions.save_part, case, PacketPart.STATEMENT, "Yes.", 0, by=firm.manager)
    act(actions.submit_statement, case, by=firm.manager)
    assert waiting() == ([], [])


def test_the_inbox_says_what_waits_without_a_word_of_the_packet(case, firm, amara, client_for):
    act(actions.save_part, case, PacketPart.SUMMARY, QUOKKA, 0, by=firm.amara)
    assert "Write your promotion packet and hand it in" in amara.get("/inbox").text
    page = client_for(firm.manager).get("/inbox").text
    assert "Write your statement for the packet of Amara Diallo" in page
    assert QUOKKA not in page


# From an earlier packet, T15 -------------------------------------------------------------


@pytest.fixture
def earlier(firm, pieces):
    """A packet of an earlier cycle, handed in, with a statement and a reader."""
    old = make_cycle(firm, state=CycleState.CLOSED, name="Summer 2026")
    made = make_case(old, firm.amara, nominated_at=datetime(2026, 3, 1, tzinfo=UTC))
    write_part(made, firm.amara, PacketPart.SUMMARY, "Old summary.")
    write_part(made, firm.amara, PacketPart.IMPACT, "Old impact.")
    write_part(made, firm.manager, PacketPart.STATEMENT, NARWHAL)
    choose(made, *pieces)
    return made


def test_an_earlier_packet_is_taken_over_into_what_is_empty(case, earlier, firm, amara, pieces):
    act(actions.save_part, case, PacketPart.SUMMARY, "New summary.", 0, by=firm.amara)
    withdraw_piece(pieces[0], at=NOW)
    page = amara.get(at(case, "packet/write"))
    assert "Summer 2026" in page.text
    assert amara.send(page.form(at(case, "packet/copy"))).status == 302
    assert words_of(case, firm.amara) == "New summary."
    assert words_of(case, firm.amara, PacketPart.IMPACT) == "Old impact."
    assert chosen_ids(case.id) == [pieces[1].id, pieces[2].id]


def test_what_is_taken_over_brings_no_right_and_no_statement(case, earlier, firm, client_for):
    act(actions.copy_earlier, case, earlier.id, by=firm.amara)
    assert stored(case).statement_at is None
    for person in (firm.manager, firm.skip, firm.peer, firm.chair, firm.reviewers[0]):
        assert client_for(person).get(at(case, "packet")).status == 404
    assert NARWHAL not in client_for(firm.amara).get(at(case, "packet/draft")).text


def test_nobody_takes_over_a_packet_of_somebody_else(case, cycle, firm, amara):
    foreign = make_case(cycle, firm.peer)
    write_part(foreign, firm.peer, PacketPart.IMPACT, QUOKKA)
    assert amara.post(at(case, "packet/copy"), {"earlier": foreign.id}).status == 404
    assert amara.post(at(case, "packet/copy"), {"earlier": "nonsense"}).status == 404


# T3 --------------------------------------------------------------------------------------


def test_when_the_manager_leaves_the_packet_stays_open_and_their_draft_unseen(case, firm, amara, client_for):
    write_part(case, firm.manager, PacketPart.STATEMENT, NARWHAL)
    with transaction():
        record_leaving(firm.manager, on=date(2026, 11, 20), by=SYSTEM, at=NOW)
    act(actions.save_part, case, PacketPart.SUMMARY, "Done.", 0, by=firm.amara)
    act(actions.submit_packet, case, by=firm.amara)
    assert NARWHAL not in amara.get(at(case, "packet")).text
    assert NARWHAL not in client_for(firm.hr).get(at(case, "packet")).text
    assert "No statement is in yet." in amara.get(at(case, "packet")).text
