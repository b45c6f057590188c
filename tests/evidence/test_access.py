"""Who sees what of a piece: each relation to Amara, each state, with planted words; lists and pages decide alike."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.evidence import actions, queries
from app.evidence.models import Evidence
from app.infra.unit_of_work import transaction
from app.people.actions import record_leave, set_manager
from tests.factories.evidence import (
    AT,
    COACH,
    LEAD,
    answer,
    as_actor,
    as_author,
    ask,
    confirm,
    log_piece,
    set_piece_aside,
    share_piece,
    stored,
    withdraw_piece,
)
from tests.factories.people import SYSTEM, grant, make_person

EVERYONE = ("amara", "manager", "former", "skip", "hr", "admin", "peer", "henrik", "stranger")
CANARIES = ("TITLE-canary", "STORY-canary", "LINE-canary", "link-canary")


def normal(text):
    # The token of the sign-out form belongs to the session, the key to the page; nothing else may differ.
    return re.sub(r'name="(csrf_token|idempotency_key)" value="[^"]*"', "", text)


def planted(company, make=share_piece, **more):
    """Return a piece with a planted word in every field."""
    return make(
        company.amara,
        "TITLE-canary",
        narrative="STORY-canary",
        links=("https://link-canary.example/",),
        claims={COACH: "LINE-canary", LEAD: ""},
        **more,
    )


def readers(company, client_for, address, words=CANARIES):
    """Return who gets a page with all of the words; whoever does not must get none of them, and the page of nothing."""
    found = set()
    for who in EVERYONE:
        page = client_for(company.named(who)).get(address)
        if page.status == 200:
            assert all(word in page.text for word in words), who
            found.add(who)
        else:
            assert page.status == 404, who
            assert not any(word in page.text for word in words), who
    return found


def test_a_draft_is_its_author_s_alone(company, client_for):
    piece = planted(company, log_piece)
    assert readers(company, client_for, f"/evidence/{piece.id}") == {"amara"}


def test_a_shared_piece_is_read_by_the_line_above_and_hr(company, client_for):
    piece = planted(company)
    assert readers(company, client_for, f"/evidence/{piece.id}") == {"amara", "manager", "skip", "hr"}


def test_a_former_manager_reads_what_was_shared_in_their_time(company, client_for):
    piece = planted(company, on=date(2026, 9, 1), at=AT.replace(month=10))
    assert readers(company, client_for, f"/evidence/{piece.id}") == {"amara", "manager", "former", "skip", "hr"}


def test_a_withdrawn_piece_stays_readable_but_not_for_whom_was_asked(company, client_for):
    piece = planted(company)
    ask(piece, company.henrik)
    assert "henrik" in readers(company, client_for, f"/evidence/{piece.id}")
    withdraw_piece(piece)
    assert readers(company, client_for, f"/evidence/{piece.id}") == {"amara", "manager", "skip", "hr"}


def test_nobody_reads_anything_without_signing_in(company, client_for):
    piece = planted(company)
    for address in ("/evidence/", "/evidence/new", "/evidence/asked", f"/evidence/{piece.id}"):
        page = client_for(None).get(address)
        assert page.status == 302
        assert page.location.startswith("/login")


def test_the_list_of_a_person_is_for_the_line_above_and_hr(company, client_for):
    planted(company)
    planted(company, log_piece, on=date(2026, 11, 1))
    for who in EVERYONE:
        page = client_for(company.named(who)).get(f"/people/{company.amara.id}/evidence")
        assert page.status == (200 if who in {"amara", "manager", "skip", "hr"} else 404), who
        if page.status == 200:
            assert page.text.count("TITLE-canary</a>") == (2 if who == "amara" else 1), who
            assert ("Private draft" in page.text) is (who == "amara")
            # A count is a side channel too.
            assert ("Two pieces" in page.text) is (who == "amara")


@pytest.mark.parametrize("until", [None, date(2026, 11, 15)], ids=["open-ended", "ended"])
def test_how_long_a_piece_counts_tells_nobody_of_leave_who_may_not_know_of_it(company, client_for, until):
    piece = share_piece(company.amara)
    addresses = (f"/evidence/{piece.id}", f"/people/{company.amara.id}/evidence")
    skip = client_for(company.skip)
    before = [skip.get(address).words("main") for address in addresses]
    with transaction():
        record_leave(company.amara, from_on=date(2026, 11, 5), until_on=until, by=SYSTEM, at=AT)
    for address, words in zip(addresses, before, strict=True):
        page = skip.get(address)
        assert "Counts" in page.text
        assert "leave keeps" not in page.text
        assert page.words("main") == words
        for who in ("manager", "hr"):
            known = client_for(company.named(who)).get(address).text
            assert ("leave keeps its age" in known) is (until is None), who
            assert ("Counts until" in known) is (until is not None), who


def test_own_list_shows_nobody_else_s_pieces(company, client_for):
    planted(company)
    for who in EVERYONE:
        assert ("TITLE-canary" in client_for(company.named(who)).get("/evidence/").text) is (who == "amara")


CHANGES = ("edit", "share", "withdraw", "restore", "discard", "ask", "reply")


@pytest.mark.parametrize("act", CHANGES)
def test_only_the_author_changes_a_piece(company, client_for, act):
    piece = planted(company)
    ask(piece, company.henrik)
    before = stored(piece).version
    for who in EVERYONE:
        if who != "amara":
            page = client_for(company.named(who)).post(f"/evidence/{piece.id}/{act}", {"title": "Taken over"})
            assert page.status == 404, who
            assert not any(word in page.text for word in CANARIES)
    assert stored(piece).version == before


@pytest.mark.parametrize("act", ["set-aside", "take-back"])
def test_only_the_line_manager_of_today_sets_a_piece_aside(company, client_for, act):
    piece = planted(company, on=date(2026, 9, 1), at=AT.replace(month=10))
    for who in EVERYONE:
        if who != "manager":
            page = client_for(company.named(who)).post(
                f"/evidence/{piece.id}/{act}", {"expectation": COACH, "reason": "Because."}
            )
            assert page.status == 404, who
    page = client_for(company.manager).post(
        f"/evidence/{piece.id}/set-aside",
        {"expectation": COACH, "reason": "One talk.", "version": stored(piece).version},
    )
    assert page.status == 302


def test_only_an_asked_colleague_answers(company, client_for):
    piece = planted(company)
    ask(piece, company.henrik)
    for who in EVERYONE:
        page = client_for(company.named(who)).post(
            f"/evidence/{piece.id}/answer", {"outcome": "confirmed", "read": str(stored(piece).version)}
        )
        assert page.status == (302 if who == "henrik" else 404), who


def test_an_asked_colleague_reads_that_piece_and_nothing_that_others_said(company, client_for):
    piece, other = planted(company), share_piece(company.amara, "OTHER-canary")
    ask(piece, company.peer)
    answer(piece, company.peer, "limited", words="PEER-canary", standing=(LEAD,))
    set_piece_aside(piece, company.manager, reason="REASON-canary")
    with transaction():
        actions.answer_setting_aside(
            piece, expectation_id=COACH, answer="REPLY-canary", by=as_author(company.amara), at=AT
        )
    ask(piece, company.henrik)
    client = client_for(company.henrik)
    page = client.get(f"/evidence/{piece.id}")
    assert all(word in page.text for word in CANARIES)
    for word in ("PEER-canary", "Ffion", "REASON-canary", "REPLY-canary", "Tomasz", "Set aside", "Second voices"):
        assert word not in page.text, word
    assert client.get(f"/evidence/{other.id}").status == 404
    assert client.get(f"/people/{company.amara.id}/evidence").status == 404
    asked = client.get("/evidence/asked")
    assert "TITLE-canary" in asked.text
    assert "OTHER-canary" not in asked.text
    # Those who may read everything do.
    for who in ("amara", "manager", "skip", "hr"):
        text = client_for(company.named(who)).get(f"/evidence/{piece.id}").text
        assert all(word in text for word in ("PEER-canary", "REASON-canary", "REPLY-canary")), who


def test_page_of_an_asked_colleague_is_the_same_whether_the_piece_counts_or_not(company, client_for):
    piece = planted(company)
    ask(piece, company.henrik)
    client = client_for(company.henrik)
    before = client.get(f"/evidence/{piece.id}")
    set_piece_aside(piece, company.manager)
    assert normal(client.get(f"/evidence/{piece.id}").text) == normal(before.text)


def test_a_former_manager_reads_nothing_that_came_later(company, client_for):
    piece = planted(company, on=date(2026, 9, 1), at=AT.replace(month=10))
    confirm(piece, company.henrik)
    set_piece_aside(piece, company.manager, reason="REASON-canary")
    page = client_for(company.former).get(f"/evidence/{piece.id}")
    assert "STORY-canary" in page.text
    for word in ("Henrik", "REASON-canary", "Tomasz", "Second voices"):
        assert word not in page.text, word


def test_a_manager_loses_the_buttons_and_the_right_with_the_line(company, client_for):
    piece = planted(company)
    client = client_for(company.manager)
    form = client.get(f"/evidence/{piece.id}/set-aside?expectation={COACH}").form(ending="/set-aside")
    with transaction():
        set_manager(company.amara, company.skip, from_on=date(2026, 11, 21), by=SYSTEM, at=AT)
    assert client.send(form, reason="Too late.").status == 404
    # The piece was shared on a day on which he managed her.
    page = client.get(f"/evidence/{piece.id}")
    assert page.status == 200
    assert "set-aside" not in page.text


def test_page_of_an_asked_colleague_offers_nothing_else(company, client_for):
    piece = planted(company)
    ask(piece, company.henrik)
    page = client_for(company.henrik).get(f"/evidence/{piece.id}")
    for ending in ("/share", "/set-aside", "/take-back", "/reply", "/restore"):
        assert not page.has_form(ending)
    assert f"/evidence/{piece.id}/edit" not in page.text


def test_refused_and_missing_are_the_same_bytes(company, client_for):
    piece = planted(company, log_piece)
    client = client_for(company.manager)
    refused = client.get(f"/evidence/{piece.id}")
    missing = client.get("/evidence/00000000-0000-4000-8000-000000000000")
    assert normal(refused.text) == normal(missing.text)


def colleagues_on(page):
    """Return the names that a page offers to ask."""
    ids = {field.get("id") for field in page.all("input", name="colleague")}
    return ["".join(label.itertext()) for label in page.all("label") if label.get("for") in ids]


def test_search_for_colleagues_shows_names_only(company, client_for):
    client, address = client_for(company.amara), f"/evidence/{planted(company).id}/ask"
    offered = colleagues_on(client.get(address))
    assert {"Henrik Lindqvist", "Ffion Prydderch", "Petra Skip"} <= set(offered)
    assert not {"Amara Diallo", "Tomasz Wieczorek"} & set(offered)
    assert colleagues_on(client.get(f"{address}?q=lindq")) == ["Henrik Lindqvist"]
    assert "Nobody who works here has that name" in client.get(f"{address}?q=%25").text


def test_lists_and_pages_decide_alike_over_a_world_of_pieces(company, session):
    authors = [company.amara, company.peer, company.stranger, company.manager, company.hr]
    with transaction():
        for author in authors[1:]:
            grant(author, "L2", on=date(2024, 1, 1))
    for author in authors:
        log_piece(author)
        early = share_piece(author, on=date(2026, 9, 1), at=AT.replace(month=10))
        late = share_piece(author)
        gone = share_piece(author)
        for piece in (early, late, gone):
            if author is not company.henrik:
                ask(piece, company.henrik)
        withdraw_piece(gone)
    pieces = session.scalars(select(Evidence)).all()
    assert len(pieces) == 20
    permissions = [one for one in Permission.Evidence if one != Permission.Evidence.CREATE]
    seen = 0
    for who in EVERYONE:
        actor = as_actor(company.named(who), *((Role.HR,) if who == "hr" else (Role.ADMIN,) if who == "admin" else ()))
        for permission in permissions:
            listed = set(session.scalars(select(Evidence.id).where(visible_to(actor, permission, Evidence))))
            assert listed == {piece.id for piece in pieces if can(actor, permission, piece)}, (who, permission)
            seen += len(listed)
    assert seen > 300


def test_cards_and_quarters_hold_only_what_the_reader_may_read(company):
    log_piece(company.amara, "DRAFT")
    share_piece(company.amara, "SHARED", claims=(COACH, LEAD))

    def titles(who, *roles):
        actor = as_actor(company.named(who), *roles)
        cards = queries.list_cards(actor, company.amara.id)
        in_quarters = [card.title for quarter in queries.by_quarter(actor, company.amara.id) for card in quarter.pieces]
        return sorted({card.title for found in cards.values() for card in found}), in_quarters

    assert titles("amara") == (["SHARED"], ["DRAFT", "SHARED"])
    assert titles("manager") == (["SHARED"], ["SHARED"])
    assert titles("hr", Role.HR) == (["SHARED"], ["SHARED"])
    assert titles("peer") == ([], [])


def test_quarters_are_the_last_six_in_order(company):
    share_piece(company.amara, "Old", on=date(2025, 8, 1))
    share_piece(company.amara, "Too old", on=date(2025, 6, 30))
    found = queries.by_quarter(as_actor(company.amara), company.amara.id)
    assert [quarter.label for quarter in found] == ["Q3 2025", "Q4 2025", "Q1 2026", "Q2 2026", "Q3 2026", "Q4 2026"]
    assert [card.title for card in found[0][1]] == ["Old"]


def test_leavers_and_outsiders_are_not_offered_as_colleagues(company):
    make_person("Lena Left", left_on=date(2026, 1, 1))
    names = [one.name for one in queries.find_colleagues(stored(planted(company)), "").possible]
    assert "Lena Left" not in names
    assert names == sorted(names)
