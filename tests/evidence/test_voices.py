"""Second voices and settings aside, through their pages."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.evidence import queries
from tests.factories.evidence import AT, COACH, LEAD, answer, ask, change, confirm, set_piece_aside, share_piece, stored


def test_author_asks_and_the_colleague_confirms(company, client_for):
    piece = share_piece(company.amara)
    amara, henrik = client_for(company.amara), client_for(company.henrik)
    form = amara.get(f"/evidence/{piece.id}/ask").form(ending=f"{piece.id}/ask")
    # The first form of the page only looks for names; it is sent with GET.
    assert form.method == "get"
    page = amara.post(f"/evidence/{piece.id}/ask", {"colleague": str(company.henrik.id)})
    assert page.status == 302
    assert "Waits for you" in henrik.get("/evidence/asked").text
    sent = henrik.send(henrik.get(f"/evidence/{piece.id}").form(ending="/answer"), outcome="confirmed")
    assert sent.location == "/evidence/asked"
    assert "Confirmed" in henrik.follow(sent).text
    assert "Confirmed by Henrik Lindqvist" in amara.get("/evidence/").text


def test_a_limited_answer_without_words_keeps_what_was_chosen(company, client_for):
    piece = share_piece(company.amara, claims=(COACH, LEAD))
    ask(piece, company.henrik)
    henrik = client_for(company.henrik)
    form = henrik.get(f"/evidence/{piece.id}").form(ending="/answer")
    chosen = {f"point_on_{COACH}": "nothing", f"point_on_{LEAD}": "whole"}
    page = henrik.send(form, outcome="limited", **chosen, words=" ")
    assert page.status == 422
    assert "Say in your words" in page.text
    again = page.form(ending="/answer")
    assert ("outcome", "limited") in again.fields
    assert set(chosen.items()) <= set(again.fields)
    done = henrik.send(again, words="I saw the talks only.")
    assert done.status == 302
    text = client_for(company.amara).get(f"/evidence/{piece.id}").text
    assert "Confirmed in part" in text
    assert "I saw the talks only." in text
    assert "Counts for 1 of 2 expectations." in text


def test_part_of_it_needs_a_choice_for_each_expectation_and_something_that_does_not_stand(company, client_for):
    piece = share_piece(company.amara, claims=(COACH, LEAD))
    ask(piece, company.henrik)
    henrik = client_for(company.henrik)
    form = henrik.get(f"/evidence/{piece.id}").form(ending="/answer")
    assert not [name for name, _ in form.fields if name.startswith("point_on_")]
    for chosen in ({}, {f"point_on_{COACH}": "whole"}):
        page = henrik.send(form, outcome="limited", words="Careless words", **chosen)
        assert page.status == 422
        assert "Choose for each expectation what stands." in page.text
        assert set(chosen.items()) <= set(page.form(ending="/answer").fields)
    everything = {f"point_on_{one}": "whole" for one in (COACH, LEAD)}
    page = henrik.send(form, outcome="limited", words="Careless words", **everything)
    assert page.status == 422
    assert "choose “I confirm it”" in page.text
    assert stored(piece).corroborations[0].outcome is None


def test_an_answer_needs_a_choice(company, client_for):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    henrik = client_for(company.henrik)
    page = henrik.send(henrik.get(f"/evidence/{piece.id}").form(ending="/answer"), outcome="perhaps")
    assert page.status == 422
    assert "Choose one of the three answers." in page.text


def test_a_colleague_who_read_an_older_text_reads_it_again_first(company, client_for):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    henrik = client_for(company.henrik)
    form = henrik.get(f"/evidence/{piece.id}").form(ending="/answer")
    change(piece, title="Quite another story", at=AT + timedelta(hours=1))
    page = henrik.send(form, outcome="confirmed", words="My words")
    assert page.status == 422
    assert "changed while you were reading" in page.text
    assert "Quite another story" in page.text
    assert ("words", "My words") in page.form(ending="/answer").fields
    assert henrik.send(page.form(ending="/answer")).status == 302


def test_a_colleague_can_think_it_over(company, client_for):
    piece = share_piece(company.amara)
    confirm(piece, company.henrik)
    henrik = client_for(company.henrik)
    page = henrik.get(f"/evidence/{piece.id}")
    assert "you can change it as long as the piece is shared" in page.words()
    assert "Change the answer" in page.text
    assert "asks you to confirm this" not in page.text
    henrik.send(page.form(ending="/answer"), outcome="declined")
    assert "Could not confirm" in client_for(company.amara).get(f"/evidence/{piece.id}").text


def test_asking_nobody_or_somebody_unknown_is_said(company, client_for):
    piece = share_piece(company.amara)
    amara = client_for(company.amara)
    for colleague in ("", "nonsense", "00000000-0000-4000-8000-000000000000"):
        page = amara.post(f"/evidence/{piece.id}/ask", {"colleague": colleague})
        assert page.status == 422
        assert "Choose a colleague." in page.text
    page = amara.post(f"/evidence/{piece.id}/ask", {"colleague": str(company.manager.id)})
    assert page.status == 422
    assert "line manager" in page.text


def test_an_answer_that_no_longer_counts_says_so(company, client_for):
    piece = share_piece(company.amara)
    confirm(piece, company.henrik)
    change(piece, title="Other words", at=AT + timedelta(hours=1))
    amara = client_for(company.amara)
    assert "No longer counts: the piece was changed after the answer." in amara.get(f"/evidence/{piece.id}").text
    assert "Changed since it was confirmed; ask again" in amara.get("/evidence/").text
    page = amara.get(f"/evidence/{piece.id}/ask?q=Henrik")
    assert "Henrik Lindqvist" in page.text


def test_manager_sets_aside_the_engineer_answers_the_manager_takes_back(company, client_for):
    piece = share_piece(company.amara, claims=(COACH, LEAD))
    manager, amara = client_for(company.manager), client_for(company.amara)
    form = manager.get(f"/evidence/{piece.id}/set-aside?expectation={COACH}").form(ending="/set-aside")
    assert manager.send(form, reason="").status == 422
    assert manager.send(form, reason="One talk only.").status == 302
    shown = amara.get(f"/evidence/{piece.id}")
    assert "Set aside by Tomasz Wieczorek" in shown.text
    assert "One talk only." in shown.text
    assert "Set aside for 1 of 2" in amara.get("/evidence/").text
    assert amara.send(shown.form(ending="/reply"), answer=" ").status == 422
    assert amara.send(shown.form(ending="/reply"), answer="It was two.").status == 302
    assert "It was two." in manager.get(f"/evidence/{piece.id}").text
    manager.send(manager.get(f"/evidence/{piece.id}").form(ending="/take-back"))
    assert queries.find_live_setting_aside(stored(piece).claims[0]) is None
    assert "Was set aside by Tomasz Wieczorek" in amara.get(f"/evidence/{piece.id}").text


def test_answer_of_another_window_is_never_overwritten_unseen(company, client_for):
    piece = share_piece(company.amara)
    set_piece_aside(piece, company.manager)
    amara = client_for(company.amara)
    address = f"/evidence/{piece.id}"
    one, two = amara.get(address).form(ending="/reply"), amara.get(address).form(ending="/reply")
    assert amara.send(one, answer="What I wrote first").status == 302
    # A fault in between must not make the second window look as if it had seen the first answer.
    two = amara.send(two, answer=" ").form(ending="/reply")
    page = amara.send(two, answer="What I wrote then")
    assert page.status == 409
    for text in ("What I wrote first", "What I wrote then"):
        assert text in page.words()
    assert amara.send(page.form(ending="/reply"), answer="Both").status == 302
    assert "Both" in amara.get(address).words()


def test_answer_of_a_colleague_in_two_windows_is_never_overwritten_unseen(company, client_for):
    piece = share_piece(company.amara, claims=(COACH, LEAD))
    ask(piece, company.henrik)
    henrik = client_for(company.henrik)
    address = f"/evidence/{piece.id}"
    one, two = henrik.get(address).form(ending="/answer"), henrik.get(address).form(ending="/answer")
    assert henrik.send(one, outcome="confirmed", words="What I wrote first").status == 302
    # A fault in between must not make the second window look as if it had seen the first answer.
    two = henrik.send(two, outcome="perhaps").form(ending="/answer")
    limited = {f"point_on_{COACH}": "nothing", f"limit_on_{LEAD}": "The first hour", f"point_on_{LEAD}": "part"}
    page = henrik.send(two, outcome="limited", **limited, words="What I wrote then")
    assert page.status == 409
    for text in ("What I wrote first", "What I wrote then", "I confirm it", "I confirm part of it", "In part"):
        assert text in page.words()
    assert stored(piece).corroborations[0].words == "What I wrote first"
    merged = henrik.send(page.form(ending="/answer"), words="Both", **{f"point_on_{COACH}": "whole"})
    assert merged.status == 302
    kept = stored(piece).corroborations[0]
    assert (kept.words, kept.left_standing) == ("Both", {COACH, LEAD})
    assert {limit.expectation_id: limit.words for limit in kept.limits} == {LEAD: "The first hour"}


def test_manager_never_sets_aside_a_text_that_they_have_not_read(company, client_for):
    piece = share_piece(company.amara)
    manager = client_for(company.manager)
    address = next(
        link.get("href") for link in manager.get(f"/evidence/{piece.id}").all("a") if "set-aside" in link.get("href")
    )
    change(piece, title="Quite another story", at=AT + timedelta(hours=1))
    form = manager.get(address).form(ending="/set-aside")
    # A fault in between tells nobody that the piece has changed.
    form = manager.send(form, reason=" ").form(ending="/set-aside")
    page = manager.send(form, reason="One talk only.")
    assert page.status == 422
    assert "The piece has changed since you read it." in page.words()
    assert "One talk only." in page.words("textarea")
    assert not stored(piece).claims[0].settings_aside
    assert manager.send(page.form(ending="/set-aside")).status == 302


def test_setting_aside_what_is_not_claimed_is_no_page(company, client_for):
    piece = share_piece(company.amara)
    page = client_for(company.manager).post(
        f"/evidence/{piece.id}/set-aside", {"expectation": LEAD, "reason": "Because."}
    )
    assert page.status == 404


def test_question_to_the_wrong_colleague_is_taken_back(company, client_for, session):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    amara, henrik = client_for(company.amara), client_for(company.henrik)
    assert henrik.get(f"/evidence/{piece.id}").status == 200
    form = amara.get(f"/evidence/{piece.id}").form(ending="/take-question-back")
    done = amara.send(form)
    assert (done.status, done.location) == (302, f"/evidence/{piece.id}")
    assert "The question is taken back" in amara.follow(done).words()
    assert henrik.get(f"/evidence/{piece.id}").status == 404
    assert not queries.list_asked_of(company.henrik.id)
    session.rollback()
    rows = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.CORROBORATION_TAKEN_BACK)).all()
    assert [row.object_id for row in rows] == [piece.id]
    assert str(company.henrik.id) in rows[0].details


def test_question_that_was_answered_is_not_taken_back(company, client_for):
    piece = share_piece(company.amara)
    confirm(piece, company.henrik)
    amara = client_for(company.amara)
    assert "Take the question back" not in amara.get(f"/evidence/{piece.id}").text
    for colleague in (company.henrik.id, company.peer.id, "nonsense"):
        page = amara.post(f"/evidence/{piece.id}/take-question-back", {"colleague": str(colleague)})
        assert page.status == 409
    assert len(stored(piece).corroborations) == 1


def test_inbox_of_a_colleague_names_what_is_owed_first(company, client_for):
    for title in ("First", "Second", "Third"):
        ask(share_piece(company.amara, title), company.henrik)
    second = next(entry for entry in queries.list_asked_of(company.henrik.id) if entry.title == "Second")
    answer(queries.get_evidence(second.evidence_id), company.henrik)
    assert [entry.title for entry in queries.list_asked_of(company.henrik.id)][-1] == "Second"
    assert len(queries.list_asked_of(company.henrik.id, only_open=True)) == 2
    assert "Two questions wait for you." in client_for(company.henrik).get("/evidence/asked").text


def test_a_piece_that_is_set_aside_is_not_beside_the_expectation(company):
    from tests.factories.evidence import as_actor

    piece = share_piece(company.amara, claims=(COACH, LEAD))
    set_piece_aside(piece, company.manager)
    assert set(queries.list_cards(as_actor(company.amara), company.amara.id, [COACH, LEAD])) == {LEAD}
