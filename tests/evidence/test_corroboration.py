"""Asking several colleagues, what they limit, reminders, and what waits for whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import NotAllowedNowError
from app.evidence import actions, queries, waits
from app.evidence.models import Corroboration
from app.evidence.reminders import remind_of_questions
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.notices.sources import WaitingRow
from app.people.actions import set_manager
from tests.conftest import NOW
from tests.factories.evidence import (
    AT,
    COACH,
    LEAD,
    TESTS,
    answer,
    as_author,
    ask,
    change,
    confirm,
    set_piece_aside,
    share_piece,
    stored,
    withdraw_piece,
)
from tests.factories.people import SYSTEM, make_person

DAY = timedelta(days=1)


def waiting(selecting, person, on=date(2026, 11, 21)):
    """Return what waits for a person, as (who, title, code)."""
    db.session.rollback()
    rows = [WaitingRow(*row) for row in db.session.execute(selecting(on))]
    return [(row.who, row.words, row.code) for row in rows if row.person_id == person.id]


def limited_form(client, piece, **fields):
    form = client.get(f"/evidence/{piece.id}").form(ending="/answer")
    return client.send(form, outcome="limited", **fields)


# Asking --------------------------------------------------------------------


def test_several_are_asked_and_each_reads_the_line_to_them(company, client_for):
    piece = share_piece(company.amara)
    amara = client_for(company.amara)
    for colleague, line in ((company.henrik, "HENRIK-line"), (company.peer, "PEER-line")):
        form = amara.get(f"/evidence/{piece.id}/ask?q={colleague.name.split()[0]}").form(
            f"/evidence/{piece.id}/ask?q={colleague.name.split()[0]}"
        )
        assert amara.send(form, colleague=str(colleague.id), asking=line).status == 302
    henrik = client_for(company.henrik).get(f"/evidence/{piece.id}").text
    assert "HENRIK-line" in henrik
    assert "PEER-line" not in henrik
    for who in (company.amara, company.manager):
        assert "HENRIK-line" in client_for(who).get(f"/evidence/{piece.id}").text


def test_in_a_large_company_one_looks_for_a_name_and_sees_whom_one_asked_before(company, client_for):
    for number in range(35):
        make_person(f"Nobody Number{number:02}")
    confirm(share_piece(company.amara, "Another"), company.henrik)
    piece = share_piece(company.amara)
    amara = client_for(company.amara)
    page = amara.get(f"/evidence/{piece.id}/ask")
    assert "You asked these before." in page.words()
    assert "Henrik Lindqvist" in page.text
    assert "Number01" not in page.text
    assert "type more of it" in amara.get(f"/evidence/{piece.id}/ask?q=number").words()
    assert "Nobody who works here has that name." in amara.get(f"/evidence/{piece.id}/ask?q=qqq").words()


def test_the_page_says_who_cannot_be_asked_and_why(company, client_for):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    amara = client_for(company.amara)
    for name, why in (
        ("Tomasz", "is your line manager: that word comes with the rating"),
        ("Henrik", "is asked already."),
        ("Amara", "is you: nobody confirms their own work."),
    ):
        assert why in amara.get(f"/evidence/{piece.id}/ask?q={name}").words()


def test_a_line_that_is_too_long_stays_in_the_form_and_nobody_is_asked(company, client_for):
    piece = share_piece(company.amara)
    amara = client_for(company.amara)
    form = amara.get(f"/evidence/{piece.id}/ask?q=Henrik").form(f"/evidence/{piece.id}/ask?q=Henrik")
    page = amara.send(form, colleague=str(company.henrik.id), asking="x" * 501)
    assert page.status == 422
    assert "at most 500 characters" in page.text
    again = page.form(f"/evidence/{piece.id}/ask?q=Henrik")
    assert ("asking", "x" * 501) in again.fields
    assert ("colleague", str(company.henrik.id)) in again.fields
    assert not stored(piece).corroborations


def test_after_a_change_one_press_asks_again(company, client_for):
    piece = share_piece(company.amara)
    confirm(piece, company.henrik)
    amara = client_for(company.amara)
    assert "Ask again" not in amara.get(f"/evidence/{piece.id}").text
    change(piece, title="Other words", at=AT + timedelta(hours=1))
    page = amara.get(f"/evidence/{piece.id}")
    assert "No longer counts: the piece was changed after the answer." in page.text
    assert amara.send(page.form(ending=f"{piece.id}/ask")).status == 302
    assert stored(piece).corroborations[0].is_open
    assert "Ask again" not in amara.get(f"/evidence/{piece.id}").text


# Limits --------------------------------------------------------------------


def test_each_expectation_is_limited_in_its_own_words(company, client_for):
    piece = share_piece(company.amara, claims=(COACH, LEAD))
    ask(piece, company.henrik)
    henrik = client_for(company.henrik)
    part = {f"point_on_{COACH}": "part", f"point_on_{LEAD}": "nothing"}
    page = limited_form(henrik, piece, **part)
    assert page.status == 422
    assert "Say how far you can confirm it." in page.text
    done = henrik.send(
        page.form(ending="/answer"), **{f"limit_on_{COACH}": "COACH-words", f"limit_on_{LEAD}": "LEAD-words"}
    )
    assert done.status == 302
    kept = stored(piece).corroborations[0]
    assert kept.left_standing == {COACH}
    assert {limit.expectation_id: limit.words for limit in kept.limits} == {COACH: "COACH-words", LEAD: "LEAD-words"}
    for who in (company.amara, company.manager, company.hr):
        text = client_for(who).get(f"/evidence/{piece.id}").words()
        assert "In part:" in text
        assert "Not confirmed:" in text
        assert "COACH-words" in text
        assert "Counts for 1 of 2 expectations." in text
    # Whoever answered finds the words again and can change them.
    again = henrik.get(f"/evidence/{piece.id}").form(ending="/answer")
    assert (f"limit_on_{LEAD}", "LEAD-words") in again.fields
    henrik.send(again, outcome="confirmed")
    assert not stored(piece).corroborations[0].limits


def test_limits_count_only_for_what_is_left_standing(company):
    piece = share_piece(company.amara, claims=(COACH, LEAD))
    ask(piece, company.henrik)
    answer(piece, company.henrik, "limited", standing=(COACH,), limits={LEAD: "I was not there.", TESTS: "Nothing"})
    found = queries.pieces_for_readiness([company.amara.id])[company.amara.id]
    assert found[COACH][0].corroborators == {company.henrik.id}
    assert not found[LEAD][0].corroborators
    assert [limit.expectation_id for limit in stored(piece).corroborations[0].limits] == [LEAD]


def test_limits_of_one_colleague_are_not_shown_to_another(company, client_for):
    piece = share_piece(company.amara)
    ask(piece, company.peer)
    ask(piece, company.henrik, asking="HENRIK-line")
    answer(piece, company.henrik, "limited", standing=(COACH,), limits={COACH: "LIMIT-words"})
    for word in ("LIMIT-words", "HENRIK-line"):
        assert word not in client_for(company.peer).get(f"/evidence/{piece.id}").text


def test_nonsense_for_a_point_is_refused_with_the_words_kept(company, client_for):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    henrik = client_for(company.henrik)
    for point, words, message in (
        ("perhaps", "Kept", "Choose for each expectation what stands."),
        ("part", "x" * 5001, "Write at most 5000 characters."),
        ("part", "gnp\u202eexe", "Take out the invisible control characters"),
    ):
        page = limited_form(henrik, piece, **{f"point_on_{COACH}": point, f"limit_on_{COACH}": words})
        assert page.status == 422
        assert message in page.text
        assert (f"limit_on_{COACH}", words) in page.form(ending="/answer").fields


# Withdrawn while a colleague writes -----------------------------------------


def test_a_colleague_gets_their_words_back_when_the_piece_was_withdrawn(company, client_for):
    piece = share_piece(company.amara, "TITLE-canary", narrative="STORY-canary")
    ask(piece, company.henrik)
    henrik, stranger = client_for(company.henrik), client_for(company.stranger)
    form = henrik.get(f"/evidence/{piece.id}").form(ending="/answer")
    withdraw_piece(piece)
    page = henrik.send(form, outcome="limited", words="MY-words", **{f"limit_on_{COACH}": "MY-limit"})
    assert page.status == 409
    assert "The piece was withdrawn while you wrote" in page.text
    assert "MY-words" in page.words("textarea")
    assert "MY-limit" in page.text
    assert "TITLE-canary" not in page.text
    assert "STORY-canary" not in page.text
    assert stored(piece).corroborations[0].outcome is None
    # To everybody else it looks as if there were no such piece.
    nothing = stranger.post(f"/evidence/{company.amara.id}/answer", {"outcome": "confirmed", "words": "x"})
    refused = stranger.post(f"/evidence/{piece.id}/answer", {"outcome": "confirmed", "words": "x"})
    assert (nothing.status, refused.status) == (404, 404)
    assert henrik.get(f"/evidence/{piece.id}").status == 404


# Reminders -----------------------------------------------------------------


def remind(at):
    with transaction():
        return remind_of_questions(by=SYSTEM, at=at)


def test_a_colleague_is_reminded_after_one_week_and_after_two_and_no_more(company, session):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    found = [day for day in range(30) if remind(AT + day * DAY)]
    assert found == [7, 14]
    session.rollback()
    rows = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.CORROBORATION_REMINDED)).all()
    assert len(rows) == 2
    assert stored(piece).corroborations[0].reminded_at == AT + 14 * DAY


def test_a_worker_that_slept_reminds_once(company):
    ask(share_piece(company.amara), company.henrik)
    assert [remind(AT + 20 * DAY), remind(AT + 21 * DAY)] == [1, 0]


def test_nobody_is_reminded_of_what_is_not_owed(company):
    answered, withdrawn, left = (share_piece(company.amara, title) for title in ("One", "Two", "Three"))
    confirm(answered, company.henrik)
    ask(withdrawn, company.henrik)
    withdraw_piece(withdrawn)
    gone = make_person("Gone Away")
    ask(left, gone)
    with transaction():
        db.session.merge(gone).left_on = date(2026, 11, 22)
    assert remind(AT + 8 * DAY) == 0


def test_nobody_is_reminded_for_an_author_who_has_left(company):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    with transaction():
        db.session.merge(company.amara).left_on = date(2026, 11, 22)
    assert remind(AT + 8 * DAY) == 0


def test_of_two_answers_the_newest_is_told_with_the_name_of_who_gave_it(company):
    piece = share_piece(company.amara)
    for colleague in (company.henrik, company.peer):
        ask(piece, colleague)
    answer(piece, company.henrik, "limited", words="Half.", standing=(COACH,))
    answer(piece, company.peer, "declined", at=AT + timedelta(hours=1))
    assert waiting(waits.select_answered, company.amara) == [("Ffion Prydderch", piece.title, "declined")]
    answer(piece, company.henrik, "limited", words="A third.", standing=(COACH,), at=AT + timedelta(hours=2))
    assert waiting(waits.select_answered, company.amara) == [("Henrik Lindqvist", piece.title, "limited")]


def test_a_card_tells_of_a_decline_and_asks_for_no_line_manager_s_answer_again(company, client_for):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    answer(piece, company.henrik, "declined")
    page = client_for(company.amara).get("/evidence/")
    assert "Henrik Lindqvist could not confirm it" in page.text
    assert "ask again" not in page.text
    assert "Accepted" not in page.text


def test_the_author_reminds_by_button_once_a_day(company, client_for, clock):
    piece = share_piece(company.amara)
    ask(piece, company.henrik, at=NOW)
    amara = client_for(company.amara)
    assert "/remind" not in amara.get(f"/evidence/{piece.id}").text
    clock.stand_still(NOW + DAY)
    amara = client_for(company.amara)
    page = amara.get(f"/evidence/{piece.id}")
    assert amara.send(page.form(ending="/remind")).status == 302
    assert "reminded" in amara.get(f"/evidence/{piece.id}").words()
    again = amara.post(f"/evidence/{piece.id}/remind", {"colleague": str(company.henrik.id)})
    assert again.status == 409
    with pytest.raises(NotAllowedNowError), transaction():
        actions.remind_colleague(piece, colleague_id=company.peer.id, by=as_author(company.amara), at=NOW + 3 * DAY)


# What waits ----------------------------------------------------------------


def test_a_question_waits_for_the_colleague_until_it_is_answered_or_the_piece_is_withdrawn(company):
    piece, other = share_piece(company.amara, "First"), share_piece(company.amara, "Second")
    ask(piece, company.henrik)
    ask(other, company.henrik)
    assert len(waiting(waits.select_asked, company.henrik)) == 2
    answer(piece, company.henrik)
    withdraw_piece(other)
    assert waiting(waits.select_asked, company.henrik) == []


def test_what_a_colleague_could_not_confirm_waits_for_the_author(company):
    piece = share_piece(company.amara, "First")
    ask(piece, company.henrik)
    assert waiting(waits.select_answered, company.amara) == []
    answer(piece, company.henrik, "declined", words="WORDS-canary")
    assert waiting(waits.select_answered, company.amara) == [("Henrik Lindqvist", "First", "declined")]
    assert waiting(waits.select_answered, company.amara, date(2026, 12, 20)) == []
    ask(piece, company.peer, at=AT + timedelta(hours=1))
    assert waiting(waits.select_answered, company.amara) == []


def test_a_setting_aside_waits_for_the_author_and_its_answer_for_the_manager_of_today(company):
    piece = share_piece(company.amara, "First", claims=(COACH, LEAD))
    for expectation in (COACH, LEAD):
        set_piece_aside(piece, company.manager, expectation)
    assert waiting(waits.select_set_aside, company.amara) == [("Tomasz Wieczorek", "First", "")]
    for expectation in (COACH, LEAD):
        with transaction():
            actions.answer_setting_aside(
                piece, expectation_id=expectation, answer="It was two.", by=as_author(company.amara), at=AT
            )
    assert waiting(waits.select_set_aside, company.amara) == []
    assert waiting(waits.select_aside_answered, company.manager) == [("Amara Diallo", "First", "")]
    with transaction():
        set_manager(company.amara, company.skip, from_on=date(2026, 11, 21), by=SYSTEM, at=AT)
    assert waiting(waits.select_aside_answered, company.manager) == []
    assert len(waiting(waits.select_aside_answered, company.skip)) == 1


# A line manager's word ------------------------------------------------------


def test_who_became_line_manager_before_answering_does_not_count_and_the_page_says_so(company, client_for):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    with transaction():
        set_manager(company.amara, company.henrik, from_on=date(2026, 11, 21), by=SYSTEM, at=AT)
    henrik = client_for(company.henrik)
    page = henrik.get(f"/evidence/{piece.id}")
    assert "You lead Amara Diallo now" in page.words()
    assert henrik.send(page.form(ending="/answer"), outcome="confirmed").status == 302
    assert db.session.scalars(select(Corroboration.was_line_manager)).all() == [True]
    text = client_for(company.amara).get(f"/evidence/{piece.id}").words()
    assert "Does not count as a second voice: given as line manager." in text
    assert "Ask again" not in text
