"""The list of pieces: every count is what the filter leaves, and what the database counts is what the rules say."""

from __future__ import annotations

import random
import uuid
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, insert, select

from app.access.actor import Role
from app.access.permissions import Permission
from app.access.policy import can
from app.domain.evidence import EvidenceKind, EvidenceState
from app.evidence import queries
from app.evidence.models import Claim, Evidence, EvidenceLink
from app.evidence.queries.cards import SHOWN_IN_QUARTER, fetch_cards, readable_pieces
from app.evidence.queries.filters import Filters, in_quarter, states
from app.evidence.queries.pieces import for_lists
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.actions import record_leave
from tests.conftest import NOW
from tests.factories.evidence import (
    AT,
    COACH,
    LEAD,
    TESTS,
    answer,
    as_actor,
    ask,
    change,
    confirm,
    log_piece,
    set_piece_aside,
    share_piece,
    withdraw_piece,
)
from tests.factories.people import SYSTEM

DAY = NOW.date()
NARROW = ({"text": "canary"}, {"kind": "training"}, {"expectation": LEAD}, {"quarter": "Q1 2026"}, {"state": "draft"})
AGES = (1, 3, 50, 91, 92, 200, 320, 480, 520, 530, 545, 547, 548, 570, 575, 576, 700)
READERS = {"amara": (), "manager": (), "skip": (), "hr": (Role.HR,)}


def marks_of(company):
    return queries.marks_for(company.amara.id, DAY)


def found_by(company, who="amara", **filters):
    actor = as_actor(company.named(who), *READERS[who])
    return queries.list_evidence(actor, company.amara.id, marks_of(company), Filters(**filters), 1)


def titles(found):
    return [card.title for card in found.page.rows]


@pytest.fixture
def mixture(company):
    """Log pieces of every state, kind and age, in a fixed order that looks like none."""
    dice = random.Random(7)
    with transaction():
        record_leave(company.amara, from_on=date(2026, 2, 1), until_on=date(2026, 3, 1), by=SYSTEM, at=AT)
    kinds = [EvidenceKind.MENTORING_LOG, EvidenceKind.PULL_REQUEST, EvidenceKind.DESIGN_DOC, EvidenceKind.PEER_FEEDBACK]
    for number in range(45):
        claims = tuple(dice.sample([COACH, LEAD, TESTS], dice.randint(1, 3)))
        on = DAY - timedelta(days=dice.choice(AGES))
        make = log_piece if dice.random() < 0.2 else share_piece
        piece = make(company.amara, f"Piece {number}", claims=claims, kind=dice.choice(kinds), on=on)
        if make is share_piece:
            act = dice.randint(0, 7)
            if act == 0:
                withdraw_piece(piece)
            elif act == 1:
                confirm(piece, company.henrik)
            elif act == 2:
                ask(piece, company.henrik)
            elif act == 3:
                set_piece_aside(piece, company.manager, claims[0])
            elif act == 4:
                ask(piece, company.peer)
                answer(piece, company.peer, "limited", words="Part of it.", standing=(claims[0],))
            elif act == 5:
                confirm(piece, company.henrik)
                change(piece, title=f"Piece {number}", claims=dict.fromkeys(claims, "Anew"), kind=piece.kind, on=on,
                       at=AT + timedelta(hours=1))  # fmt: skip
    log_piece(company.amara, "Linked to nothing", claims=())
    return company


def test_conditions_of_the_database_are_what_the_rules_say(mixture, session):
    marks = marks_of(mixture)
    cards = {
        card.id: card
        for card in fetch_cards(
            for_lists().where(readable_pieces(as_actor(mixture.amara), mixture.amara.id)), marks, is_own=True
        )
    }
    expected = {
        "draft": lambda card: card.is_draft,
        "shared": lambda card: card.state is EvidenceState.SHARED,
        "confirmed": lambda card: card.is_confirmed,
        "waiting": lambda card: card.is_waiting,
        "ending": lambda card: card.is_ending,
        "nothing": lambda card: (
            card.state is EvidenceState.SHARED and all(shown.against is not None for shown in card.shows)
        ),
        "set_aside": lambda card: any(shown.is_set_aside for shown in card.shows),
        "withdrawn": lambda card: card.state is EvidenceState.WITHDRAWN,
    }
    for name, condition in states(marks).items():
        found = set(session.scalars(select(Evidence.id).where(condition)))
        assert found == {key for key, card in cards.items() if expected[name](card)}, name
        assert found, name


@pytest.mark.parametrize("who", READERS)
def test_every_count_is_what_the_filter_leaves(mixture, who):
    for start in ({}, {"state": "shared"}, {"kind": "design_doc", "level": "L3"}, {"text": "piece"}):
        found = found_by(mixture, who, **start)
        seen = 0
        for _, _, lines in found.facets:
            for line in lines:
                assert found_by(mixture, who, **line.args).page.total == line.count, (start, line)
                seen += 1
        assert seen > 10
        for quarter in found.quarters:
            if quarter.count:
                assert found_by(mixture, who, **quarter.args).page.total == quarter.count
        for one in found.in_words:
            assert found_by(mixture, who, **one.args).page.total == one.without


def test_nobody_else_counts_or_finds_a_draft(company, client_for):
    log_piece(company.amara, "CANARY draft", kind=EvidenceKind.TRAINING, on=date(2026, 1, 5), claims=(LEAD,))
    share_piece(company.amara, "Shared", claims=(COACH,))
    for who in ("manager", "skip", "hr"):
        found = found_by(company, who)
        assert (found.total, found.drafts) == (1, 0)
        said = repr((found.facets, found.quarters))
        assert "Training" not in said
        assert LEAD not in said
        assert "Private" not in said
        for filters in (
            {"text": "canary"},
            {"kind": "training"},
            {"expectation": LEAD},
            {"quarter": "Q1 2026"},
            {"state": "draft"},
        ):
            assert found_by(company, who, **filters).page.total == 0
            address = "&".join(f"{name}={value}" for name, value in filters.items())
            page = client_for(company.named(who)).get(f"/people/{company.amara.id}/evidence?{address}")
            assert "CANARY" not in page.text
    assert found_by(company).drafts == 1


def test_several_filters_together_and_their_words(company, client_for):
    share_piece(company.amara, "Summer talk about rounding", claims=(LEAD,), on=date(2026, 7, 1))
    share_piece(company.amara, "Coaching", claims=(COACH,), on=date(2026, 11, 2))
    client = client_for(company.amara)
    page = client.get("/evidence/?kind=mentoring_log&quarter=Q3 2026&text=round")
    assert "Summer talk" in page.words("ul", class_="evidence-list")
    assert "Coaching" not in page.words("ul", class_="evidence-list")
    chosen = page.words("ul", class_="filters-chosen")
    assert "Kind: Mentoring log" in chosen
    assert "Quarter: Q3 2026" in chosen
    assert "Words: “round”" in chosen
    assert "Show all 2" in chosen
    empty = client.get(f"/evidence/?expectation={COACH}&quarter=Q3 2026")
    assert "No piece fits all of these filters. Take one off:" in empty.words("main")
    assert empty.words("h2", id="h-list") == "No pieces"
    assert "without Quarter: Q3 2026 leaves 1 piece" in empty.words("main")


def test_a_competency_holds_its_expectations(company):
    share_piece(company.amara, "Talk", claims=(LEAD,))
    share_piece(company.amara, "Coaching", claims=(COACH,))
    share_piece(company.amara, "Alone", claims=(TESTS,))
    assert titles(found_by(company, competency="leadership")) == ["Coaching", "Talk"]
    lines = {
        line.text: line.count for name, _, found in found_by(company).facets if name == "competency" for line in found
    }
    assert lines["Leadership & mentoring"] == 2


@pytest.mark.parametrize(
    "label", ["", "Q5 2026", "Q1 99999", "Q1 0000", "Q4 9999", "2026", "Q1", "Q1 \u0662\u0660\u0662\u0666", "Q1 2026 x"]
)
def test_quarter_that_is_none_holds_nothing(company, session, label):
    share_piece(company.amara)
    assert session.scalars(select(Evidence.id).where(in_quarter(label))).all() == []


def test_nonsense_in_an_address_finds_nothing_and_breaks_nothing(company, client_for):
    share_piece(company.amara)
    client = client_for(company.amara)
    for name in ("state", "level", "competency", "expectation", "kind", "quarter", "text"):
        for value in ("%00", "'", "%F0%9F%A6%8A", "x" * 3000, "\\"):
            page = client.get(f"/evidence/?{name}={value}")
            assert page.status == 200
    assert client.get("/evidence/?page=9").status == 200


def test_each_claim_says_until_when_it_counts_or_why_not_and_where_the_person_stands(company, client_for):
    share_piece(company.amara, "Both", claims=(COACH, LEAD), kind=EvidenceKind.PULL_REQUEST, on=date(2026, 11, 3))
    page = client_for(company.amara).get("/evidence/")
    said = page.words("ul", class_="evidence-shows")
    assert "Does not count: asks for" in said or "Counts until" in said
    assert said.count("Not rated") == 2


def test_ending_within_sixty_days_is_marked_and_sixty_one_is_not(company):
    rule = marks_of(company).mark(LEAD).rule
    for days, is_ending in ((60, True), (61, False)):
        on = DAY + timedelta(days=days + 1 - rule.window_days)
        share_piece(company.amara, f"{days}", claims=(LEAD,), kind=EvidenceKind.DESIGN_DOC, on=on)
        card = next(card for card in found_by(company).page.rows if card.title == f"{days}")
        assert card.counts_until == DAY + timedelta(days=days)
        assert card.is_ending is is_ending
    assert titles(found_by(company, state="ending")) == ["60"]


def test_warnings_name_the_piece_and_say_what_helps(company, client_for):
    for number in range(3):
        share_piece(
            company.amara,
            f"Recent {number}",
            claims=(TESTS,),
            kind=EvidenceKind.PULL_REQUEST,
            on=DAY - timedelta(days=number + 1),
        )
    page = client_for(company.amara).get("/evidence/")
    assert "3 of 3 pieces that count happened in the last quarter" in page.words("main")
    everything = (COACH, LEAD, "swe.influence-architecture")
    share_piece(company.amara, "The rewrite", claims=everything, kind=EvidenceKind.PEER_FEEDBACK, on=AT.date())
    for who, address in (("amara", "/evidence/"), ("manager", f"/people/{company.amara.id}/evidence")):
        words = client_for(company.named(who)).get(address).words("main")
        assert "Most of it is recent" in words
        assert "“The rewrite” supports 3 of 4 expectations that have evidence" in words
    assert "%" not in words


def test_former_manager_gets_no_list_and_reads_no_counts(company, client_for):
    share_piece(company.amara, on=date(2026, 9, 1), at=datetime(2026, 10, 1, 9, 0, tzinfo=NOW.tzinfo))
    assert not can(as_actor(company.former), Permission.Evidence.LIST, company.amara)
    assert client_for(company.former).get(f"/people/{company.amara.id}/evidence").status == 404


def add_many(company, number):
    """Give Amara many pieces over three years, each with two claims, a link and words."""
    day = date(2024, 1, 1)
    pieces = [
        {"id": uuid.uuid4(), "subject_id": company.amara.id, "number": one, "title": f"Piece {one}",
         "narrative": f"What happened on the {one}th day.", "version": 1, "kind": EvidenceKind.MENTORING_LOG,
         "occurred_on": day + timedelta(days=one % 1050), "created_at": AT, "changed_at": AT, "shared_at": AT,
         "submitted_on": AT.date(), "state": EvidenceState.SHARED}
        for one in range(1, number + 1)
    ]  # fmt: skip
    with transaction() as session:
        session.execute(insert(Evidence), pieces)
        claims = [(piece["id"], place, one) for piece in pieces for place, one in enumerate((COACH, LEAD))]
        session.execute(insert(Claim), [
            {"evidence_id": piece_id, "position": place, "expectation_id": one, "line": "So.", "changed_at": AT}
            for piece_id, place, one in claims
        ])  # fmt: skip
        session.execute(insert(EvidenceLink), [
            {"evidence_id": piece["id"], "position": 0, "url": f"https://code.example/{piece['number']}"}
            for piece in pieces
        ])  # fmt: skip


def rows_of_page(client, path):
    """Return a page and how many rows of pieces and claims it loads."""
    fetched: list[str] = []

    def note(row, _context):
        fetched.append(type(row).__name__)

    for table in (Evidence, Claim):
        event.listen(table, "load", note)
    try:
        page = client.get(path)
    finally:
        for table in (Evidence, Claim):
            event.remove(table, "load", note)
    return page, fetched.count("Evidence"), fetched.count("Claim")


def test_page_of_ten_thousand_pieces_is_one_page(company, client_for):
    add_many(company, 10_000)
    client = client_for(company.amara)
    page, pieces, claims = rows_of_page(client, "/evidence/?page=200")
    assert len(page.all("h3", class_="evidence-title")) == 50
    assert (pieces, claims) == (50, 100)
    assert "9951–10000 of 10000" in page.words("main")
    page, pieces, claims = rows_of_page(client, "/")
    assert (pieces, claims) == (6 * SHOWN_IN_QUARTER, 12 * SHOWN_IN_QUARTER)
    assert len(page.all("li", class_="rope-piece")) == 6 * SHOWN_IN_QUARTER
    assert len(page.text) < 100_000
    db.session.rollback()


def test_home_shows_the_latest_of_a_quarter_and_leads_to_the_rest(company, client_for):
    for day in range(1, SHOWN_IN_QUARTER + 4):
        (share_piece if day > 2 else log_piece)(company.amara, f"On day {day}", on=date(2026, 10, day))
    [*_, last] = queries.by_quarter(as_actor(company.amara), company.amara.id, DAY)
    assert [card.title for card in last.pieces] == [f"On day {day}" for day in range(4, SHOWN_IN_QUARTER + 4)]
    assert (last.label, last.shared, last.more) == ("Q4 2026", SHOWN_IN_QUARTER + 1, 3)
    page = client_for(company.amara).get("/")
    assert "3 more in Q4 2026" in page.words("main")
    assert 'href="/evidence/?quarter=Q4%202026"' in page.text
    db.session.rollback()


@pytest.mark.parametrize(("standing", "found"), [("swexb", 0), ("swe_b", 1)])
def test_a_limited_answer_confirms_what_it_names_and_nothing_that_is_written_like_it(company, session, standing, found):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    answer(piece, company.henrik, "limited", words="Part of it.", standing=(COACH,))
    with transaction():
        whole = queries.load_evidence(piece)
        whole.claims[0].expectation_id = "swe_b"
        whole.corroborations[0].standing = standing
    confirmed = states(queries.marks_for(company.amara.id, date(2026, 11, 21)))["confirmed"]
    assert len(session.scalars(select(Evidence.id).where(confirmed)).all()) == found
