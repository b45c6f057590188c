"""The pages of evidence as their author uses them: the composer, the list, a piece, changing and sharing it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.evidence import EvidenceState
from app.evidence.models import Evidence
from tests.factories.assessments import count_queries
from tests.factories.evidence import COACH, LEAD, ask, confirm, log_piece, share_piece, stored
from tests.factories.people import make_person


def the_piece(session):
    session.rollback()
    return session.scalars(select(Evidence).order_by(Evidence.number.desc())).first()


def tags(session):
    return [row.tag for row in session.scalars(select(AuditEvent).order_by(AuditEvent.seq)) if "evidence:" in row.tag]


def texts(page, tag, cls):
    return [" ".join("".join(one.itertext()).split()) for one in page.all(tag, class_=cls)]


def test_one_line_a_kind_and_a_tick_are_saved_from_the_composer(company, client_for, session):
    client = client_for(company.amara)
    form = client.get("/evidence/").form("/evidence/")
    page = client.send(form, title="Led the ledger discussion", kind="design_doc", expectations=[LEAD])
    assert (page.status, page.location) == (302, "/evidence/")
    shown = client.follow(page)
    assert "Led the ledger discussion" in shown.text
    assert "Private draft" in shown.text
    assert "E-1" in shown.text
    piece = the_piece(session)
    assert (piece.state, piece.occurred_on) == (EvidenceState.DRAFT, date(2026, 11, 21))
    assert tags(session) == [Tag.EVIDENCE_LOGGED]


def test_composer_can_share_at_once(company, client_for, session):
    client = client_for(company.amara)
    form = client.get("/evidence/").form("/evidence/")
    client.send(form, title="Led it", expectations=[LEAD], act="share")
    assert the_piece(session).is_shared
    assert tags(session) == [Tag.EVIDENCE_LOGGED, Tag.EVIDENCE_SHARED]


def test_sharing_from_the_composer_without_a_tick_keeps_the_text_and_stores_nothing(company, client_for, session):
    client = client_for(company.amara)
    form = client.get("/evidence/").form("/evidence/")
    page = client.send(form, title="Half a thought", act="share")
    assert page.status == 422
    assert "Tick at least one expectation" in page.text
    assert page.form("/evidence/").fields.count(("title", "Half a thought")) == 1
    assert session.scalar(select(func.count()).select_from(Evidence)) == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"title": " "}, "Write one line that says what happened."),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"title": "gnp\u202eexe"}, "invisible control characters"),
        ({"kind": "bribe"}, "Choose one of the kinds"),
        ({"occurred_on": "2026-11-22"}, "That day lies ahead."),
        ({"occurred_on": "31.12.2025"}, "This is no day"),
        ({"occurred_on": ""}, "Choose the day"),
        ({"expectations": ["swe.no"]}, "No ladder of yours has"),
    ],
)
def test_what_breaks_a_rule_is_said_at_the_form_and_nothing_is_stored(company, client_for, session, values, message):
    client = client_for(company.amara)
    form = client.get("/evidence/").form("/evidence/")
    page = client.send(form, **{"title": "Kept text", "kind": "ticket"} | values)
    assert page.status == 422
    assert message in page.text
    assert "What you typed is still here" in page.text
    assert session.scalar(select(func.count()).select_from(Evidence)) == 0


def test_full_form_keeps_every_text_after_a_fault(company, client_for):
    client = client_for(company.amara)
    form = client.get(f"/evidence/new?expectation={COACH}").form("/evidence/new")
    assert ("expectations", COACH) in form.fields
    page = client.send(
        form,
        title="Coached two juniors",
        narrative="Line one\r\n\r\nLine <two>",
        links="javascript:alert(1)",
        occurred_from="2026-09-01",
        occurred_on="2026-10-01",
        **{f"line_on_{COACH}": "Both now review alone."},
    )
    assert page.status == 422
    assert "write it with https:// or http:// in front" in page.text
    kept = dict(page.form("/evidence/new").fields)
    assert kept["narrative"] == "Line one\n\nLine <two>"
    assert kept["links"] == "javascript:alert(1)"
    assert (kept["occurred_from"], kept["occurred_on"]) == ("2026-09-01", "2026-10-01")
    assert kept[f"line_on_{COACH}"] == "Both now review alone."


def test_all_faults_of_a_form_are_said_at_once(company, client_for):
    client = client_for(company.amara)
    form = client.get("/evidence/new").form("/evidence/new")
    days = {"occurred_on": "2026-11-22", "occurred_from": "2026-11-23"}
    page = client.send(form, title="x" * 201, links="javascript:alert(1)", **days)
    assert page.status == 422
    for message in ("at most 200", "lies ahead", "lies after the last", "write it with https://"):
        assert message in page.words()


def test_full_form_makes_a_piece_with_everything(company, client_for):
    client = client_for(company.amara)
    form = client.get(f"/evidence/new?expectation={COACH}").form("/evidence/new")
    page = client.send(
        form,
        title="Coached two juniors",
        kind="mentoring_log",
        narrative="They *own* it.",
        links="https://docs.larkspur.example/7\nhttps://docs.larkspur.example/8",
        occurred_from="2026-09-01",
        occurred_on="2026-10-01",
        act="share",
        **{f"line_on_{COACH}": "Both now review alone."},
    )
    shown = client.follow(page)
    assert "<em>own</em>" in shown.text
    assert "leads to docs.larkspur.example" in shown.text
    assert "Both now review alone." in shown.text
    assert "1 September 2026 to 1 October 2026" in shown.text
    assert "Counts until" in shown.text
    assert all("noopener" in link.get("rel") for link in shown.all("a") if "docs.larkspur" in link.get("href"))


def test_same_form_sent_twice_makes_one_piece(company, client_for, session):
    client = client_for(company.amara)
    form = client.get("/evidence/").form("/evidence/")
    first = client.send(form, title="Once")
    second = client.send(form, title="Once")
    assert (first.location, second.location) == ("/evidence/", "/evidence/")
    assert session.scalar(select(func.count()).select_from(Evidence)) == 1


def test_two_windows_get_both_texts_and_neither_is_lost(company, client_for):
    piece = share_piece(company.amara, "First title")
    client = client_for(company.amara)
    one = client.get(f"/evidence/{piece.id}/edit").form(ending="/edit")
    two = client.get(f"/evidence/{piece.id}/edit").form(ending="/edit")
    assert client.send(one, title="Title of the first window", narrative="Story\r\nof one").status == 302
    page = client.send(two, title="<b>Title</b> of the second window")
    assert page.status == 409
    assert "Title" in page.text
    assert "Story" in page.text
    assert "<b>Title</b>" not in page.text
    assert stored(piece).title == "Title of the first window"
    # What the second window chooses from both is judged against the version that is stored now.
    merge = next(form for form in [page.form(ending="/edit")] if ("version", str(stored(piece).version)) in form.fields)
    done = client.send(merge, title="Title from both", narrative="Story of one")
    assert done.status == 302
    assert stored(piece).title == "Title from both"


def test_conflict_shows_ticks_of_the_other_window_too(company, client_for):
    piece = share_piece(company.amara, claims=(COACH,))
    client = client_for(company.amara)
    one = client.get(f"/evidence/{piece.id}/edit").form(ending="/edit")
    two = client.get(f"/evidence/{piece.id}/edit").form(ending="/edit")
    client.send(one, expectations=[COACH, LEAD])
    page = client.send(two, narrative="mine")
    assert page.status == 409
    assert LEAD in page.text
    merged = client.send(page.form(ending="/edit"), expectations=f"{COACH}\n{LEAD}", narrative="mine")
    assert merged.status == 302
    assert [claim.expectation_id for claim in stored(piece).claims] == [COACH, LEAD]


def test_list_filters_with_counts(company, client_for):
    log_piece(company.amara, "A draft", claims=())
    share_piece(company.amara, "Summer talk", claims=(LEAD,), on=date(2026, 7, 1))
    share_piece(company.amara, "Coaching", claims=(COACH,), on=date(2026, 11, 2))
    client = client_for(company.amara)
    page = client.get("/evidence/")
    facets = {" ".join("".join(link.itertext()).split()): link.get("href") for link in page.all("a", class_="facet")}
    assert {"All3", "Private drafts1", "Shared2", "L3, your next level2", "No expectation yet1"} <= facets.keys()
    assert {"Q4 20262", "Q3 20261"} <= facets.keys()
    quarter = client.get(facets["Q3 20261"])
    assert "Summer talk" in quarter.words("ul", class_="evidence-list")
    assert "Coaching" not in quarter.words("ul", class_="evidence-list")
    nothing = client.get("/evidence/?state=withdrawn&kind=<script>")
    assert nothing.status == 200
    assert "No piece fits" in nothing.text


def test_list_is_newest_first_and_turns_its_pages(company, client_for):
    for place in range(53):
        log_piece(company.amara, f"Piece number {place:02}", on=date(2026, 1, 1) + timedelta(days=place // 2))
    client = client_for(company.amara)
    titles = ["".join(title.itertext()) for title in client.get("/evidence/").all("h3", class_="evidence-title")]
    assert titles[:3] == ["Piece number 52", "Piece number 51", "Piece number 50"]
    assert len(titles) == 50
    rest = client.get("/evidence/?page=2").all("h3", class_="evidence-title")
    assert ["".join(title.itertext()) for title in rest] == ["Piece number 02", "Piece number 01", "Piece number 00"]


def test_number_of_queries_does_not_grow_with_the_list(company, client_for):
    client = client_for(company.amara)

    def queries():
        return count_queries(lambda: client.get("/evidence/"))

    confirm(share_piece(company.amara, claims=(COACH, LEAD)), make_person())
    client.get("/evidence/")
    few = queries()
    for _ in range(12):
        confirm(share_piece(company.amara, claims=(COACH, LEAD)), make_person())
    assert queries() == few


def test_piece_says_until_when_it_counts_and_warns_near_the_end(company, client_for):
    share_piece(company.amara, "Old talk", on=date(2025, 6, 10))
    page = client_for(company.amara).get("/evidence/")
    ending = page.all("span", class_="is-ending")
    assert ["".join(one.itertext()).strip() for one in ending] == ["Counts until 9 Dec 2026"]


def test_kind_that_the_expectation_does_not_accept_is_said(company, client_for):
    piece = share_piece(company.amara, kind="training", claims=(COACH,))
    page = client_for(company.amara).get(f"/evidence/{piece.id}")
    assert "Does not count: asks for" in page.text


def test_empty_list_offers_the_first_step(company, client_for):
    page = client_for(company.amara).get("/evidence/")
    assert "Clip in your first piece" in page.text
    assert "Save and share" in page.text


def test_who_is_on_no_ladder_keeps_drafts_and_is_offered_no_sharing(company, client_for):
    hr = client_for(company.hr)
    page = hr.get("/evidence/")
    for shown in (page, hr.get("/evidence/new")):
        assert "You are on no ladder" in shown.words()
        assert "Save and share" not in shown.text
    assert "HR records" not in page.text
    assert hr.send(page.form("/evidence/"), title="Rewrote the leave policy").status == 302
    kept = hr.get("/evidence/").words()
    assert "Rewrote the leave policy" in kept
    assert "You are on no ladder" in kept


def test_a_single_private_piece_is_said_in_few_words(company, client_for):
    log_piece(company.amara)
    assert "One piece, still private." in client_for(company.amara).get("/evidence/").words()
    share_piece(company.amara)
    assert "Two pieces, one still private." in client_for(company.amara).get("/evidence/").words()


def test_timeline_marks_drafts_and_does_not_count_them(company, client_for):
    log_piece(company.amara, "Half a thought")
    amara = client_for(company.amara)
    assert "Q4 2026" in texts(amara.get("/"), "h3", "rope-label")
    assert any("draft" in one for one in texts(amara.get("/"), "span", "rope-meta"))
    share_piece(company.amara)
    assert "Q4 2026 1 piece" in texts(amara.get("/"), "h3", "rope-label")


def test_draft_is_shared_from_its_page(company, client_for):
    piece = log_piece(company.amara)
    client = client_for(company.amara)
    page = client.send(client.get(f"/evidence/{piece.id}").form(ending="/share"))
    assert page.location == f"/evidence/{piece.id}"
    assert stored(piece).is_shared


def test_withdrawing_asks_first_and_can_be_undone(company, client_for):
    piece = share_piece(company.amara)
    client = client_for(company.amara)
    client.send(client.get(f"/evidence/{piece.id}/withdraw").form(ending="/withdraw"))
    assert stored(piece).state is EvidenceState.WITHDRAWN
    client.send(client.get(f"/evidence/{piece.id}").form(ending="/restore"))
    assert stored(piece).is_shared


def test_discarding_a_draft_asks_first_and_names_it(company, client_for, session):
    piece = log_piece(company.amara, "Half a thought")
    client = client_for(company.amara)
    question = client.get(f"/evidence/{piece.id}/discard")
    assert "Discard the draft “Half a thought”?" in question.text
    assert client.send(question.form(ending="/discard")).location == "/evidence/"
    assert session.scalar(select(func.count()).select_from(Evidence)) == 0


def test_shared_piece_cannot_be_discarded(company, client_for):
    piece = share_piece(company.amara)
    client = client_for(company.amara)
    asked, sent = client.get(f"/evidence/{piece.id}/discard"), client.post(f"/evidence/{piece.id}/discard", {})
    assert (asked.location, sent.status) == (f"/evidence/{piece.id}", 409)
    for page in (client.follow(asked), sent):
        assert "it can be withdrawn, but not discarded" in page.words()
    assert stored(piece).is_shared


def test_draft_cannot_be_withdrawn(company, client_for):
    piece = log_piece(company.amara)
    client = client_for(company.amara)
    asked, sent = client.get(f"/evidence/{piece.id}/withdraw"), client.post(f"/evidence/{piece.id}/withdraw", {})
    assert (asked.location, sent.status) == (f"/evidence/{piece.id}", 409)
    for page in (client.follow(asked), sent):
        assert "there is nothing to withdraw" in page.words()
    assert stored(piece).is_draft


def test_form_says_before_saving_whose_word_would_no_longer_count(company, client_for):
    piece = share_piece(company.amara)
    client = client_for(company.amara)
    assert "confirmed this as it stands" not in client.get(f"/evidence/{piece.id}/edit").text
    confirm(piece, company.henrik)
    assert "Henrik Lindqvist confirmed this as it stands" in client.get(f"/evidence/{piece.id}/edit").text


def test_asked_colleague_is_named_in_the_list(company, client_for):
    ask(share_piece(company.amara), company.henrik)
    page = client_for(company.amara).get("/evidence/")
    assert "Waiting for a voice" in page.text
    assert "Asked Henrik Lindqvist on 20 November 2026" in page.text


@pytest.mark.parametrize(
    "nasty", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "'; DROP TABLE evidence; --"]
)
def test_no_text_becomes_markup(company, client_for, nasty):
    piece = share_piece(company.amara, nasty, narrative=f"{nasty}\n\n[x](javascript:alert(1))", claims={COACH: nasty})
    for page in (
        client_for(company.amara).get("/evidence/"),
        client_for(company.amara).get(f"/evidence/{piece.id}"),
        client_for(company.amara).get(f"/evidence/{piece.id}/edit"),
        client_for(company.amara).get(f"/evidence/{piece.id}/withdraw"),
        client_for(company.manager).get(f"/evidence/{piece.id}/set-aside?expectation={COACH}"),
    ):
        assert page.status == 200
        assert "<script>alert" not in page.text
        assert "<img" not in page.text
        assert 'href="javascript' not in page.text
        assert "49" not in page.words("h1")
