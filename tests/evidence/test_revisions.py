"""What a shared piece said before: all of it for its author, for a former manager nothing later than their time."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from app.access.actor import Role
from app.domain.errors import MissingError
from app.evidence import actions, queries
from app.evidence.models import Evidence, EvidenceRevision
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.actions import set_manager
from tests.factories.assessments import count_queries
from tests.factories.evidence import (
    AT,
    COACH,
    LEAD,
    answer,
    as_actor,
    as_author,
    ask,
    change,
    confirm,
    log_piece,
    set_piece_aside,
    share_piece,
    withdraw_piece,
)
from tests.factories.people import SYSTEM

IN_TIME = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
"""While Ivo led Amara; from 1 November Tomasz does."""
LAST_DAY = datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
MOST_QUERIES = 21
"""For whoever reads the piece alone, it is to be found out by which right; manager and author ask less often."""
EARLY = ("EARLY-title", "EARLY-story", "early-link", "EARLY-line")
LATER = ("LATER-title", "LATER-story", "later-link", "LATER-line")


def words(prefix):
    return {
        "title": f"{prefix}-title",
        "narrative": f"{prefix}-story",
        "links": (f"https://{prefix.lower()}-link.example/",),
        "claims": {COACH: f"{prefix}-line"},
        "on": date(2026, 9, 1),
    }


def changed_later(company):
    """Return a piece that was shared in the time of the former manager, and says something else since."""
    piece = share_piece(company.amara, **words("EARLY"), at=IN_TIME)
    change(piece, **words("LATER"), at=AT)
    return piece


def numbers(piece):
    db.session.rollback()
    return [said.number for said in queries.list_revisions(piece)]


def test_a_revision_is_kept_when_a_piece_is_shared_and_for_each_later_change(company):
    piece = log_piece(company.amara, **words("EARLY"))
    change(piece, **words("DRAFT"))
    assert numbers(piece) == []
    with transaction():
        actions.share_evidence(piece, by=as_author(company.amara), at=AT)
    assert numbers(piece) == [1]
    change(piece, **words("DRAFT"))
    assert numbers(piece) == [1]
    change(piece, **words("LATER"))
    change(piece, **words("LATER") | {"claims": {COACH: "LATER-line", LEAD: ""}})
    assert numbers(piece) == [3, 2, 1]
    row = queries.find_last_revision(piece)
    assert json.loads(row.content) == {
        "title": "LATER-title",
        "narrative": "LATER-story",
        "kind": "mentoring_log",
        "occurred_from": None,
        "occurred_on": "2026-09-01",
        "links": ["https://later-link.example/"],
        "claims": [{"expectation": COACH, "line": "LATER-line"}, {"expectation": LEAD, "line": ""}],
    }


def test_a_clock_that_was_put_back_does_not_put_later_words_into_an_earlier_time(company):
    piece = share_piece(company.amara, **words("EARLY"), at=AT)
    change(piece, **words("LATER"), at=IN_TIME)
    assert [said.said_on for said in queries.list_revisions(piece)] == [AT.date(), AT.date()]


def test_a_former_manager_reads_the_piece_as_it_was_on_their_last_day(company, client_for):
    piece = changed_later(company)
    page = client_for(company.former).get(f"/evidence/{piece.id}")
    assert page.status == 200
    assert "As you read it in your time" in page.words()
    assert all(word in page.text for word in EARLY)
    assert not any(word in page.text for word in LATER)
    assert "EARLY-title" in page.words("title")
    for who in (company.amara, company.manager, company.skip, company.hr):
        assert "LATER-title" in client_for(who).get(f"/evidence/{piece.id}").text
    change(piece, **words("LAST"), at=AT)
    assert queries.revision_for(as_actor(company.former), queries.get_evidence(piece.id)).title == "EARLY-title"


def test_a_change_on_the_last_day_is_still_theirs(company):
    piece = share_piece(company.amara, **words("EARLY"), at=IN_TIME)
    change(piece, **words("LATER"), at=LAST_DAY)
    change(piece, **words("AFTER"), at=LAST_DAY + timedelta(hours=2))
    assert queries.revision_for(as_actor(company.former), piece).title == "LATER-title"


def test_a_former_manager_reads_nothing_that_others_said_later_and_not_that_it_was_withdrawn(company, client_for):
    piece = share_piece(company.amara, **words("EARLY"), at=IN_TIME)
    set_piece_aside(piece, company.manager, reason="MANAGER-reason")
    ask(piece, company.henrik, asking="ASKING-line")
    withdraw_piece(piece)
    text = client_for(company.former).get(f"/evidence/{piece.id}").text
    for word in ("MANAGER-reason", "ASKING-line", "Henrik", "Withdrawn"):
        assert word not in text
    assert "Shared" in text


def test_their_own_setting_aside_stays_without_what_was_answered_later(company, client_for):
    piece = share_piece(company.amara, **words("EARLY"), at=IN_TIME)
    with transaction():
        version = queries.load_evidence(piece).version
        actions.set_aside(
            piece, expectation_id=COACH, reason="OWN-reason", version=version, by=as_author(company.former), at=IN_TIME
        )
        actions.answer_setting_aside(
            piece, expectation_id=COACH, answer="LATER-answer", by=as_author(company.amara), at=AT
        )
    text = client_for(company.former).get(f"/evidence/{piece.id}").text
    assert "OWN-reason" in text
    assert "LATER-answer" not in text


def test_whoever_leads_again_or_was_asked_reads_what_it_says_now(company):
    piece = changed_later(company)
    assert queries.revision_for(as_actor(company.former), piece) is not None
    ask(piece, company.former)
    assert queries.revision_for(as_actor(company.former), piece) is None
    withdraw_piece(piece)
    piece = queries.load_evidence(piece)
    assert queries.revision_for(as_actor(company.former), piece).title == "EARLY-title"
    with transaction():
        set_manager(company.amara, company.former, from_on=date(2026, 11, 20), by=SYSTEM, at=AT)
    assert queries.revision_for(as_actor(company.former), piece) is None


def test_after_a_second_time_the_words_of_then_are_theirs(company):
    piece = changed_later(company)
    with transaction():
        set_manager(company.amara, company.former, from_on=date(2026, 11, 19), by=SYSTEM, at=AT)
        set_manager(company.amara, company.manager, from_on=date(2026, 11, 21), by=SYSTEM, at=AT)
    assert queries.revision_for(as_actor(company.former), piece).title == "LATER-title"


def test_many_pieces_are_asked_about_at_once(company):
    pieces = [changed_later(company) for _ in range(3)]
    found = queries.contents_for(as_actor(company.former), pieces)
    assert [said.title for said in found.values()] == ["EARLY-title"] * 3
    assert list(queries.contents_for(as_actor(company.manager), pieces).values()) == [None] * 3
    assert list(queries.contents_for(as_actor(company.hr, Role.HR), pieces).values()) == [None] * 3


def test_a_piece_of_which_nothing_was_kept_shows_nothing_to_a_former_manager(company, session):
    piece = changed_later(company)
    with transaction():
        session.query(EvidenceRevision).delete()
    assert queries.contents_for(as_actor(company.former), [piece]) == {}
    with pytest.raises(MissingError):
        queries.revision_for(as_actor(company.former), piece)


def test_cards_beside_an_expectation_show_a_former_manager_the_words_of_their_time(company):
    changed_later(company)
    for who, title in ((company.former, "EARLY-title"), (company.manager, "LATER-title")):
        (card,) = queries.list_cards(as_actor(who), company.amara.id, [COACH])[COACH]
        assert card.title == title
        assert title.removesuffix("title") + "line" == card.shows[0].line
    (card,) = queries.list_cards(as_actor(company.former), company.amara.id)[COACH]
    assert (card.states, card.remarks, card.counts_until) == ((), (), None)


def test_a_search_in_the_words_of_now_finds_nothing_for_a_former_manager(company, session):
    piece = changed_later(company)

    def found(person, *roles):
        rows = session.scalars(db.select(Evidence.id).where(queries.reads_now(as_actor(person, *roles))))
        return piece.id in set(rows)

    assert [found(company.manager), found(company.hr, Role.HR), found(company.amara)] == [True, True, True]
    assert [found(company.former), found(company.stranger), found(company.henrik)] == [False, False, False]
    ask(piece, company.henrik)
    assert found(company.henrik)


def test_the_author_reads_what_changed_and_nobody_else_does(company, client_for):
    piece = changed_later(company)
    confirm(piece, company.henrik)
    page = client_for(company.amara).get(f"/evidence/{piece.id}/history")
    assert page.status == 200
    assert "<mark>EARLY</mark>" in page.text
    assert "<mark>LATER</mark>" in page.text
    assert "How it shows:" in page.text
    assert "What it said before" in client_for(company.amara).get(f"/evidence/{piece.id}").words()
    for who in ("manager", "former", "skip", "hr", "admin", "peer", "henrik", "stranger"):
        refused = client_for(company.named(who)).get(f"/evidence/{piece.id}/history")
        assert refused.status == 404, who
        assert "EARLY" not in refused.text
    once = share_piece(company.amara, "Said once")
    assert "as it still is" in client_for(company.amara).get(f"/evidence/{once.id}/history").words()
    draft = log_piece(company.amara)
    assert "Nothing is kept of a draft" in client_for(company.amara).get(f"/evidence/{draft.id}/history").words()


def test_a_draft_that_is_discarded_twice_gets_the_first_answer_again(company, client_for):
    address = f"/evidence/{log_piece(company.amara).id}/discard"
    amara = client_for(company.amara)
    form = amara.get(address).form(ending="/discard")
    assert [amara.send(form).location for _ in range(2)] == ["/evidence/"] * 2
    other = client_for(company.stranger)
    assert other.post(address, {"idempotency_key": dict(form.fields)["idempotency_key"]}).status == 404
    assert amara.post(address, {}).status == 404


@pytest.mark.parametrize("who", ["amara", "manager", "former", "henrik"])
def test_the_page_asks_no_more_for_many_words_than_for_few(company, client_for, who):
    few, many = (share_piece(company.amara, **words("EARLY"), at=IN_TIME) for _ in range(2))
    for piece in (few, many):
        ask(piece, company.henrik)
    for hour in range(5):
        change(many, **words(f"LATER{hour}"), at=AT + timedelta(hours=hour))
    answer(many, company.henrik, "limited", standing=(COACH,), limits={COACH: "Half of it."}, at=AT + timedelta(days=1))
    client = client_for(company.named(who))
    counts = []
    for piece in (few, many, few):
        address = f"/evidence/{piece.id}"
        counts.append(count_queries(lambda address=address: client.get(address)))
    assert counts[1] <= counts[2] + 1
    assert counts[1] <= MOST_QUERIES
