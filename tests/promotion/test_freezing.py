"""Freezing a packet: the same facts give the same text, and nothing that happens later changes it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import NotAllowedNowError
from app.domain.packets import canonical, digest_of, is_intact, without_ratings
from app.domain.promotion import CaseState, CycleState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.promotion.actions import packets as actions
from app.promotion.models import PacketPart, PromotionCase
from app.promotion.queries.cases import get_case, rated_ids
from app.promotion.queries.packet_content import compose_packet
from app.promotion.queries.packets import frozen_packet_of, frozen_text_of, is_unchanged
from tests.conftest import NOW
from tests.factories.evidence import COACH, LEAD, answer, as_author, ask, change, confirm, share_piece, withdraw_piece
from tests.factories.promotion import choose, make_case, make_cycle, make_firm, write_part

LATER = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def firm(app):
    return make_firm()


@pytest.fixture
def case(firm) -> PromotionCase:
    """Amara's packet, handed in, in the phase of feedback: two pieces, a statement, one exception."""
    cycle = make_cycle(firm, state=CycleState.PACKETS, evidence_until=date(2026, 11, 30))
    made = make_case(cycle, firm.amara)
    first = share_piece(firm.amara, "Paired with Chioma", claims={COACH: "Weekly since March."}, on=date(2026, 3, 3))
    second = share_piece(firm.amara, "Led the review of billing", claims=(LEAD, COACH), on=date(2026, 10, 5))
    confirm(first, firm.colleague)
    ask(second, firm.peer)
    answer(second, firm.peer, "limited", words="I was not there in May.", standing=(LEAD,), limits={COACH: "Not seen."})
    by = as_author(firm.amara)
    with transaction():
        actions.save_part(made, PacketPart.SUMMARY, "Årsmöte: 请假 – I ran billing.", 0, by=by, at=NOW)
        actions.choose_pieces(made, [second.id, first.id], by=by, at=NOW)
        actions.ask_exception(made, LEAD, "There was no second team to lead.", by=by, at=NOW)
        actions.submit_packet(made, by=by, at=NOW)
        manager = as_author(firm.manager)
        actions.save_part(made, PacketPart.STATEMENT, "Amara carries the team.", 0, by=manager, at=NOW)
        actions.submit_statement(made, by=manager, at=NOW)
    made.pieces = first, second
    return made


def freeze(case: PromotionCase, firm, at=NOW) -> str:
    with transaction():
        return actions.freeze_packet(case, by=as_author(firm.hr), at=at)


def test_a_frozen_packet_holds_all_that_a_reviewer_needs(case, firm):
    digest = freeze(case, firm)
    packet = frozen_packet_of(case.id)
    assert packet["candidate"] == "Amara Diallo"
    assert packet["parts"] == {"summary": "Årsmöte: 请假 – I ran billing.", "impact": "", "helped": ""}
    assert packet["statement"]["words"] == "Amara carries the team."
    assert packet["statement"]["author"] == "Tomasz Wieczorek"
    assert [(one["number"], one["label"], one["title"]) for one in packet["pieces"]] == [
        (1, "E1", "Led the review of billing"),
        (2, "E2", "Paired with Chioma"),
    ]
    (limited,) = packet["pieces"][0]["voices"]
    assert (limited["name"], limited["outcome"], limited["limits"]) == (firm.peer.name, "limited", {COACH: "Not seen."})
    assert limited["standing"] == [LEAD]
    coaching = next(one for one in packet["expectations"] if one["id"] == COACH)
    assert coaching["pieces"] == [1, 2]
    assert coaching["sufficiency"]["count"] == 2
    assert packet["exceptions"][0]["reason"] == "There was no second team to lead."
    assert packet["ladder"]["name"] == "Software Engineer 1.0.0"
    assert packet["cut_off"] == "2026-11-30"
    assert {"quarter": "Q1 2026", "pieces": [2]} in packet["timeline"]
    assert packet["rated"] == list(rated_ids(case.id))
    assert digest == get_case(case.id).digest


def test_the_digest_is_the_sha256_of_the_stored_text(case, firm):
    freeze(case, firm)
    text = frozen_text_of(case.id)
    assert text == canonical(json.loads(text))
    assert is_unchanged(get_case(case.id))
    assert is_intact(text, digest_of(text))
    assert not is_intact(text.replace("billing", "Billing"), digest_of(text))


@pytest.mark.parametrize(
    ("content", "text", "digest"),
    [
        ({}, "{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
        ({"a": 1}, '{"a":1}', "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"),
    ],
)
def test_known_texts_have_their_known_digests(content, text, digest):
    assert canonical(content) == text
    assert digest_of(text) == digest


def test_keys_in_any_order_and_signs_of_any_script_give_one_text():
    assert canonical({"b": "é", "a": {"d": None, "c": [1]}}) == canonical({"a": {"c": [1], "d": None}, "b": "é"})
    assert canonical({"a": "Nguyễn\n"}) == '{"a":"Nguyễn\\n"}'


def test_the_same_facts_give_the_same_text(case, firm):
    texts = set()
    for _ in range(2):
        db.session.rollback()
        texts.add(canonical(compose_packet(get_case(case.id), on=NOW.date())))
    assert len(texts) == 1


def test_nothing_that_happens_later_changes_a_frozen_packet(case, firm):
    freeze(case, firm)
    before, rated = frozen_text_of(case.id), rated_ids(case.id)
    first, second = case.pieces
    withdraw_piece(second, at=LATER)
    change(first, title="Something else", claims=(COACH,), at=LATER)
    with transaction() as session:
        session.merge(firm.amara).name = "Amara Other"
    db.session.rollback()
    assert frozen_text_of(case.id) == before
    assert rated_ids(case.id) == rated
    assert is_unchanged(get_case(case.id))


def test_a_packet_is_frozen_once(case, firm):
    freeze(case, firm)
    with pytest.raises(NotAllowedNowError, match="frozen already"):
        freeze(case, firm, at=LATER)


def test_what_was_handed_in_is_frozen_whatever_became_of_the_piece_and_voices_stay_live(case, firm, client_for):
    first, second = case.pieces
    ask(first, firm.peer)
    change(
        first, title="Rewritten", narrative="Quokka.", claims={COACH: "Daily.", LEAD: "Led it."}, on=date(2026, 5, 5)
    )
    withdraw_piece(second, at=NOW)
    answer(first, firm.peer, "limited", words="Only on Mondays.", standing=(COACH,), limits={LEAD: "Not seen."})
    draft = client_for(firm.hr).get(f"/promotions/cases/{case.id}/packet").words()
    assert "Rewritten" not in draft
    assert "Led the review of billing" in draft
    freeze(case, firm)
    packet = frozen_packet_of(case.id)
    assert packet["left_out"] == []
    assert [one["title"] for one in packet["pieces"]] == ["Led the review of billing", "Paired with Chioma"]
    pinned = packet["pieces"][1]
    assert (pinned["occurred_on"], pinned["narrative"]) == ("2026-03-03", "")
    assert [(one["id"], one["line"]) for one in pinned["expectations"]] == [(COACH, "Weekly since March.")]
    assert {voice["name"] for voice in pinned["voices"]} == {firm.colleague.name, firm.peer.name}
    coaching = next(one for one in packet["expectations"] if one["id"] == COACH)
    assert (coaching["pieces"], coaching["sufficiency"]["voices"]) == ([1, 2], 2)


def test_a_piece_that_fell_out_of_an_incomplete_packet_is_left_out_and_the_others_keep_their_numbers(firm):
    cycle = make_cycle(firm, state=CycleState.PACKETS, evidence_until=date(2026, 11, 10))
    made = make_case(cycle, firm.amara, state=CaseState.IN_FEEDBACK, submitted_at=None, submitted_on=None)
    first = share_piece(firm.amara, "Led the review of billing", claims=(COACH,), on=date(2026, 10, 5))
    second = share_piece(firm.amara, "Paired with Chioma", claims=(COACH,), on=date(2026, 3, 3))
    third = share_piece(firm.amara, "Taught testing", claims=(COACH,), on=date(2026, 4, 3))
    choose(made, first, second, third)
    withdraw_piece(first, at=NOW)
    change(third, on=date(2026, 11, 15))
    freeze(made, firm)
    packet = frozen_packet_of(made.id)
    assert packet["left_out"] == [1, 3]
    assert [one["label"] for one in packet["pieces"]] == ["E2"]


def test_a_draft_of_a_statement_is_not_in_the_frozen_packet(firm):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    made = make_case(cycle, firm.amara, state=CaseState.IN_FEEDBACK)
    write_part(made, firm.manager, PacketPart.STATEMENT, "Not handed in: quokka.")
    freeze(made, firm)
    assert frozen_packet_of(made.id)["statement"] is None
    assert "quokka" not in frozen_text_of(made.id)


def test_a_blind_reader_gets_no_rating_and_no_verdict(case, firm):
    freeze(case, firm)
    packet = frozen_packet_of(case.id)
    seen = without_ratings(packet)
    assert seen["readiness"] is None
    assert all(one["self"] is None and one["manager"] is None for one in seen["expectations"])
    assert {one["status"] for one in seen["expectations"]} <= {None, "banked", "waived"}
    assert packet["readiness"] is not None
    assert seen["pieces"] == packet["pieces"]


def test_the_freezing_is_written_down_with_its_digest(case, firm):
    digest = freeze(case, firm)
    row = db.session.query(AuditEvent).filter_by(tag=Tag.PACKET_FROZEN.value, object_id=case.id).one()
    assert json.loads(row.details)["digest"] == digest


def test_a_piece_supports_no_more_than_what_was_chosen(firm):
    cycle = make_cycle(firm, state=CycleState.PACKETS, evidence_until=date(2026, 11, 30))
    made = make_case(cycle, firm.amara)
    chosen = share_piece(firm.amara, "Chosen", claims=(COACH,), on=date(2026, 3, 3))
    share_piece(firm.amara, "Left at home", claims=(COACH,), on=date(2026, 9, 3))
    choose(made, chosen)
    packet = compose_packet(made, on=NOW.date())
    coaching = next(one for one in packet["expectations"] if one["id"] == COACH)
    assert coaching["sufficiency"]["count"] == 1
    assert "Left at home" not in canonical(packet)
