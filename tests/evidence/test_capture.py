"""Logging in ten seconds: the composer of every page, links out of a line, and what the words suggest."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.evidence.models import NARRATIVE_LENGTH, Evidence, EvidenceLink
from app.evidence.pasted import BRACKETS, LONGEST_LINE, name_of, read_line
from tests.conftest import NOW
from tests.factories.assessments import count_queries
from tests.factories.evidence import COACH, LEAD

SUGGESTIONS = "/evidence/suggestions"
A_SCRIPT = {"Accept": "application/json"}


def the_piece(session):
    session.rollback()
    return session.scalars(select(Evidence).order_by(Evidence.number.desc())).first()


def links_of(session, piece):
    rows = select(EvidenceLink).where(EvidenceLink.evidence_id == piece.id).order_by(EvidenceLink.position)
    return [row.url for row in session.scalars(rows)]


def count_pieces(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Evidence))


def composer(client, came_from="/people/?q=chi"):
    return client.get("/evidence/compose", query_string={"next": came_from}).form("/evidence/")


def suggest(client, form, **changed):
    """Press “Suggest” on a form, as a page without scripts does."""
    return client.post(SUGGESTIONS, form.with_values(**changed))


def suggested(page):
    """Return what stands under the first heading of ticks, each with the reason."""
    box = page.all("div", class_="suggestions")[0]
    return [" ".join("".join(label.itertext()).split()) for label in box]


def ticked(form):
    return [value for name, value in form.fields if name == "expectations"]


# The frame ----------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/people/", "/ladders/", "/assessments/", "/account"])
def test_every_page_has_the_way_to_the_composer(company, client_for, address):
    page = client_for(company.amara).get(address)
    openers = [link for link in page.all("a") if link.get("data-compose")]
    assert {link.get("href") for link in openers} == {"/evidence/new"}
    assert [link.get("aria-keyshortcuts") for link in openers].count("e") == 1
    assert openers[0].get("data-compose", "").startswith("/evidence/compose?next=")
    assert page.all("dialog", id="composer-dialog")


def test_a_page_asks_the_database_nothing_for_the_composer(company, client_for):
    client = client_for(company.amara)
    client.get("/ladders/")
    assert not client.get("/ladders/").all("input", name="title")
    assert count_queries(lambda: client.get("/evidence/compose")) <= 12


def test_the_list_of_keys_names_what_there_is(company, client_for):
    words = client_for(company.amara).get("/people/").words("dialog", id="shortcuts")
    for meaning in ("e Log evidence, from any page", "/ Search", "g p Go to people", "? This list"):
        assert meaning in words


# Saving ---------------------------------------------------------------------------


def test_saving_leads_back_to_the_page_and_says_what_was_saved(company, client_for, session):
    client = client_for(company.amara)
    page = client.send(composer(client), title="Mentored Chioma", expectations=[COACH])
    assert (page.status, page.location) == (302, "/people/?q=chi")
    piece = the_piece(session)
    shown = client.get("/people/?q=chi")
    assert "Saved as E-1, “Mentored Chioma”. It is private until you share it." in shown.words()
    addresses = [link.get("href") for link in shown.all("a")]
    assert f"/evidence/{piece.id}" in addresses
    assert f"/evidence/{piece.id}/discard" in addresses
    assert "Discard the draft “Mentored Chioma”?" in client.get(f"/evidence/{piece.id}/discard").words()


def test_what_was_shared_at_once_is_taken_back_by_withdrawing(company, client_for, session):
    client = client_for(company.amara)
    client.send(composer(client), title="Mentored Chioma", expectations=[COACH], act="share")
    piece = the_piece(session)
    shown = client.get("/people/?q=chi")
    assert "is shared: your manager and HR can read it" in shown.words()
    assert f"/evidence/{piece.id}/withdraw" in [link.get("href") for link in shown.all("a")]


def test_a_script_is_told_that_a_line_was_saved_and_where_to_go_on(company, client_for, session):
    client = client_for(company.amara)
    fields = composer(client).with_values(title="Mentored Chioma")
    for _ in range(2):
        page = client.post("/evidence/", fields, headers=A_SCRIPT)
        assert (page.status, page.response.get_json(), page.location) == (201, {"next": "/people/?q=chi"}, None)
    assert count_pieces(session) == 1
    plain = client.post("/evidence/", fields)
    assert (plain.status, plain.location) == (302, "/people/?q=chi")
    assert "Saved as E-1" in client.get("/people/?q=chi").words()


def test_a_script_is_told_of_nothing_saved_that_was_not(company, client_for, session, clock):
    client = client_for(company.amara)
    form = composer(client)
    refused = client.post("/evidence/", form.with_values(title=""), headers=A_SCRIPT)
    assert (refused.status, bool(refused.form("/evidence/"))) == (422, True)
    clock.stand_still(NOW + timedelta(hours=13))
    assert client.post("/evidence/", form.with_values(title="Late"), headers=A_SCRIPT).status == 401
    assert count_pieces(session) == 0


def test_what_is_said_of_a_saved_line_names_the_form_that_it_came_from(company, client_for):
    client = client_for(company.amara)
    form = composer(client)
    client.send(form, title="Mentored Chioma")
    said = [one.get("data-clears") for one in client.get("/people/?q=chi").all("p") if one.get("data-clears")]
    assert said == [dict(form.fields)["idempotency_key"]]


@pytest.mark.parametrize(
    "address", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/nowhere", "javascript:x"]
)
def test_nobody_is_led_elsewhere(company, client_for, address):
    client = client_for(company.amara)
    page = client.send(composer(client, address), title="Mentored Chioma")
    assert (page.status, page.location) == (302, "/")


def test_a_fault_brings_the_composer_back_with_everything_that_was_typed(company, client_for, session):
    client = client_for(company.amara)
    page = client.send(
        composer(client), title="x" * 201, kind="incident", links="https://docs.example/7", expectations=[COACH, LEAD]
    )
    assert page.status == 422
    assert "at most 200 characters" in page.words()
    form = page.form("/evidence/")
    kept = dict(form.fields)
    assert (kept["title"], kept["kind"], kept["links"]) == ("x" * 201, "incident", "https://docs.example/7")
    assert (kept["next"], ticked(form)) == ("/people/?q=chi", [COACH, LEAD])
    assert page.all("a", href="#composer-title")
    assert count_pieces(session) == 0


def test_no_field_of_evidence_is_cut_by_the_browser_without_a_word(company, client_for):
    client = client_for(company.amara)
    for address in ("/evidence/compose", "/evidence/new", "/evidence/"):
        page = client.get(address)
        typed_in = [*page.all("textarea"), *(field for field in page.all("input") if field.get("name") != "q")]
        assert [field.get("name") for field in typed_in if field.get("maxlength")] == []


def test_a_story_that_is_too_long_is_kept_and_its_limit_said(company, client_for, session):
    client = client_for(company.amara)
    page = client.send(client.get("/evidence/new").form("/evidence/new"), title="Ledger", narrative="x" * 20_001)
    assert page.status == 422
    assert "The story has at most 20000 characters." in page.words()
    assert dict(page.form("/evidence/new").fields)["narrative"] == "x" * 20_001
    assert count_pieces(session) == 0


def test_a_session_that_ran_out_keeps_the_line(company, client_for, session, clock):
    client = client_for(company.amara)
    form = composer(client)
    clock.stand_still(NOW + timedelta(hours=13))
    page = client.send(form, title="Mentored Chioma", expectations=[COACH])
    assert page.status == 401
    assert "What you typed is kept." in page.words()
    assert count_pieces(session) == 0


def test_the_same_composer_sent_twice_makes_one_piece(company, client_for, session):
    client = client_for(company.amara)
    form = composer(client)
    assert {client.send(form, title="Once").location for _ in range(2)} == {"/people/?q=chi"}
    assert count_pieces(session) == 1


# Links ----------------------------------------------------------------------------


def test_a_pasted_link_becomes_a_link_and_the_words_stay(company, client_for, session):
    client = client_for(company.amara)
    client.send(composer(client), title="Split the ledger (https://git.example/pay/core/pull/7), step one")
    piece = the_piece(session)
    assert piece.title == "Split the ledger, step one"
    assert links_of(session, piece) == ["https://git.example/pay/core/pull/7"]


def test_a_lone_link_gets_a_title_that_can_be_changed(company, client_for, session):
    client = client_for(company.amara)
    page = suggest(client, composer(client), title="https://git.example/pay/core/pull/7")
    form = page.form("/evidence/")
    kept = dict(form.fields)
    assert (kept["title"], kept["links"]) == ("Pull request 7 of pay/core", "https://git.example/pay/core/pull/7")
    assert kept["kind"] == "pull_request"
    client.send(form, title="Split the ledger")
    piece = the_piece(session)
    assert (piece.title, piece.kind.value) == ("Split the ledger", "pull_request")
    assert links_of(session, piece) == ["https://git.example/pay/core/pull/7"]


def test_the_full_form_takes_links_out_of_the_line_too(company, client_for, session):
    client = client_for(company.amara)
    form = client.get("/evidence/new").form("/evidence/new")
    client.send(form, title="Ledger https://docs.example/2", links="https://docs.example/1")
    assert links_of(session, the_piece(session)) == ["https://docs.example/1", "https://docs.example/2"]


def test_a_wrong_link_is_said_at_its_field(company, client_for):
    client = client_for(company.amara)
    page = client.send(composer(client), title="Ledger", links="javascript:alert(1)")
    assert page.status == 422
    assert "write it with https:// or http:// in front" in page.words()


@pytest.mark.parametrize(
    ("line", "title", "links"),
    [
        ("Nothing to see", "Nothing to see", ()),
        ("See https://docs.example/a.", "See", ("https://docs.example/a",)),
        (
            "Read https://en.example/wiki/Ledger_(accounting), twice",
            "Read, twice",
            ("https://en.example/wiki/Ledger_(accounting)",),
        ),
        (
            "A (https://a.example/1) and B [https://b.example/2]",
            "A and B",
            ("https://a.example/1", "https://b.example/2"),
        ),
        ("HTTPS://DOCS.example/7 read", "read", ("HTTPS://DOCS.example/7",)),
        ("https://a.example/1 https://a.example/1", "a.example/1", ("https://a.example/1",)),
        ("https://user@host.example/ is odd", "https://user@host.example/ is odd", ()),
        ("https:// is half", "https:// is half", ()),
        ("ftp://old.example/file", "ftp://old.example/file", ()),
        ("", "", ()),
    ],
)
def test_words_and_links_of_a_line(line, title, links):
    found = read_line(line)
    assert (found.title, found.links) == (title, links)


@contextmanager
def counting_looks():
    """Yield a list that grows with every count of a sign in a text and with every piece that is read of it."""
    looks = []

    def heard(frame, event, what):
        if event == "c_call" and what.__name__ in {"count", "category"}:
            looks.append(what.__name__)

    sys.setprofile(heard)
    try:
        yield looks
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("sign", [")", "]", "}", ".", "(", ").", "a"])
def test_signs_around_a_link_are_counted_once_however_many_there_are(sign):
    for length in (10, 3000):
        with counting_looks() as looks:
            read_line("https://docs.example/" + sign * length)
        assert looks.count("count") <= 2 * len(BRACKETS)


def test_a_text_that_is_no_line_is_not_read_for_links():
    line = "https://docs.example/1 " + "word " * 1000
    with counting_looks() as looks:
        found = read_line(line)
    assert (found.title, found.links, looks) == (line, (), [])


def test_a_long_link_with_its_words_is_still_a_line():
    link = "https://docs.example/" + "a" * 2000
    assert read_line(f"{'word ' * 40}({link}).").links == (link,)


def test_nothing_looks_at_more_text_than_a_form_may_hold(company, client_for, monkeypatch):
    looked_at = []
    monkeypatch.setattr(
        "app.evidence.views.capture.guess_kind",
        lambda text, links: looked_at.extend([len(text), len(links), *map(len, links)]),
    )
    monkeypatch.setattr("app.evidence.queries.choices.suggested_by", lambda text, *_: looked_at.append(len(text)) or {})
    client = client_for(company.amara)
    full = client.get("/evidence/new").form("/evidence/new")
    for form, links in ((composer(client), "x" * 300_000), (full, "y" * 50_000 + "\n" + "z\n" * 50_000)):
        changed = {"title": "https://" + ")" * 100_000, "links": links}
        if form is full:
            changed["narrative"] = "word " * 50_000
        assert suggest(client, form, **changed).status == 200
    # Both forms as they were opened; then of each its text, its links and their number, and its text once more.
    assert len(looked_at) == 2 + (3 + 1) + (3 + 10)
    assert max(looked_at) <= LONGEST_LINE + 1 + NARRATIVE_LENGTH


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("https://github.com/larkspur/billing/pull/418/files", "Pull request 418 of larkspur/billing"),
        ("https://gitlab.example/a/b/c/-/merge_requests/9", "Merge request 9 of a/b/c"),
        ("https://git.example/a/b/issues/3", "Issue 3 of a/b"),
        ("https://jira.example/browse/BIL-204", "Ticket BIL-204"),
        ("https://www.docs.example/", "docs.example"),
        ("https://docs.example/a%20b/%E2%80%AEtxt?x=1#y", "docs.example/a b/txt"),
        ("https://docs.example/" + "a" * 500, ("docs.example/" + "a" * 500)[:200]),
    ],
)
def test_a_link_names_itself(link, title):
    assert name_of(link) == title


# Suggestions ------------------------------------------------------------------------


def test_words_suggest_expectations_and_say_which_words(company, client_for, session):
    client = client_for(company.amara)
    page = suggest(client, composer(client), title="Mentored Chioma, a junior, through her first design")
    assert page.status == 200
    first = suggested(page)[0]
    assert first.startswith("Coaches or mentors junior engineers in the team.")
    assert "because of" in first
    assert "“mentored”" in first
    assert count_pieces(session) == 0


def test_suggesting_keeps_ticks_text_and_a_kind_that_was_chosen(company, client_for):
    client = client_for(company.amara)
    form = composer(client)
    page = suggest(
        client, form, title="Mentored Chioma", kind="training", expectations=[LEAD], occurred_on="2026-11-02"
    )
    again = page.form("/evidence/")
    kept = dict(again.fields)
    assert (kept["title"], kept["kind"], kept["occurred_on"]) == ("Mentored Chioma", "training", "2026-11-02")
    assert (ticked(again), kept["next"]) == ([LEAD], "/people/?q=chi")


def test_the_kind_is_preselected_from_the_words_until_somebody_chooses(company, client_for):
    client = client_for(company.amara)
    page = suggest(client, composer(client), title="Outage of the gateway, over in 20 minutes")
    form = page.form("/evidence/")
    assert dict(form.fields)["kind"] == "incident"
    page = suggest(client, form, title="Mentored Chioma")
    assert dict(page.form("/evidence/").fields)["kind"] == "mentoring_log"


def test_unrelated_words_leave_what_is_near(company, client_for):
    client = client_for(company.amara)
    before = suggested(client.get("/evidence/compose"))
    assert suggested(suggest(client, composer(client), title="Ate a sandwich in the park")) == before
    assert not any("because of" in line for line in before)


def test_the_full_form_suggests_from_the_story_and_keeps_it(company, client_for, session):
    client = client_for(company.amara)
    form = client.get("/evidence/new").form("/evidence/new")
    page = suggest(client, form, title="Tuesdays", narrative="I mentored two junior engineers.", act="")
    kept = dict(page.form("/evidence/new").fields)
    assert (kept["title"], kept["narrative"]) == ("Tuesdays", "I mentored two junior engineers.")
    assert "because of" in page.words("fieldset", id="expectations")
    assert count_pieces(session) == 0


def visible_notes(page, expectation):
    """Return the remarks that are shown beside the tick of an expectation."""
    label = next(one for one in page.all("label") if any(box.get("value") == expectation for box in one.iter()))
    notes = [note for note in label.iter() if "check-note" in (note.get("class") or "")]
    return ["".join(note.itertext()) for note in notes if note.get("hidden") is None]


def test_a_tick_that_does_not_count_as_the_chosen_kind_says_so(company, client_for):
    client = client_for(company.amara)
    for form in (composer(client), client.get("/evidence/new").form("/evidence/new")):
        page = suggest(client, form, title="Paired", kind="incident", expectations=[COACH])
        assert "does not count as Incident" in visible_notes(page, COACH)
        page = suggest(client, form, title="Paired", kind="mentoring_log", expectations=[COACH])
        assert not any("does not count" in note for note in visible_notes(page, COACH))
        page = suggest(client, form, title="Mentored", kind="incident")
        assert not any("does not count" in note for note in visible_notes(page, COACH))


def test_suggesting_is_told_to_nobody(company, client_for, session):
    client = client_for(company.amara)
    form = composer(client)
    page = suggest(client, form, title="Mentored CANARY")
    assert "CANARY" not in str(page.response.request.url)
    for path in (SUGGESTIONS, "/evidence/compose"):
        answer = client.get(path, query_string={"title": "CANARY", "text": "CANARY"})
        assert "CANARY" not in answer.text


@pytest.mark.parametrize("title", ["", " ", "x" * 20_000, "<script>", "שלום", "https://x.example/\u202e"])
def test_odd_lines_break_nothing(company, client_for, session, title):
    client = client_for(company.amara)
    page = suggest(client, composer(client), title=title)
    assert page.status == 200
    assert "<script>" not in page.text.replace('<script type="module"', "")
    assert count_pieces(session) == 0


def test_who_is_on_no_ladder_gets_a_composer_without_ticks(company, client_for, session):
    client = client_for(company.hr)
    page = client.get("/evidence/compose")
    assert "You are on no ladder" in page.words()
    assert not page.all("input", name="expectations")
    client.send(page.form("/evidence/"), title="Rewrote the leave policy", next="/people/")
    assert the_piece(session).title == "Rewrote the leave policy"


def test_the_composer_is_each_persons_own(company, client_for):
    owners = [
        client_for(who).get("/evidence/compose").all("div", id="composer-sheet")[0].get("data-owner")
        for who in (company.amara, company.manager)
    ]
    assert owners == [str(company.amara.id), str(company.manager.id)]
