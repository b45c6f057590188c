"""The rules of evidence: its life, what changes its meaning, what the manager sets aside, whose word counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.audit.queries import verify_chain
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError, MissingError, NotAllowedNowError
from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState
from app.evidence import actions, queries
from app.evidence.links import checked_links, fault_of
from app.evidence.models import Evidence
from app.infra.unit_of_work import transaction
from app.people.actions import set_manager
from tests.conftest import NOW
from tests.factories.assessments import count_queries
from tests.factories.editions import ENGINEER, SUPPORT, adopt, adopted, next_version, publish
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
    log_piece,
    make_content,
    set_piece_aside,
    share_piece,
    stored,
    withdraw_piece,
)
from tests.factories.people import SYSTEM, make_person

LATER = AT + timedelta(days=1)
LINK = "https://docs.example/1"


def facts(person, expectation=COACH, **more):
    return queries.pieces_for_readiness([person.id], **more)[person.id].get(expectation, [])


def corroborated(person, expectation=COACH):
    return [sorted(map(str, piece.corroborators)) for piece in facts(person, expectation)]


# Life ----------------------------------------------------------------------


def test_a_draft_is_shared_withdrawn_and_restored_and_keeps_its_first_day(company):
    piece = log_piece(company.amara)
    with transaction():
        actions.share_evidence(piece, by=as_author(company.amara), at=NOW)
    assert (stored(piece).state, piece.submitted_on) == (EvidenceState.SHARED, date(2026, 11, 21))
    withdraw_piece(piece, at=NOW + timedelta(days=3))
    assert stored(piece).state is EvidenceState.WITHDRAWN
    with transaction():
        actions.restore_evidence(piece, by=as_author(company.amara), at=NOW + timedelta(days=9))
    assert (stored(piece).state, piece.submitted_on) == (EvidenceState.SHARED, date(2026, 11, 21))


MOVES = {
    "share": actions.share_evidence,
    "withdraw": actions.withdraw_evidence,
    "restore": actions.restore_evidence,
    "discard": actions.discard_draft,
}
ALLOWED = {("draft", "share"), ("draft", "discard"), ("shared", "withdraw"), ("withdrawn", "restore")}


@pytest.mark.parametrize("state", ["draft", "shared", "withdrawn"])
@pytest.mark.parametrize("move", sorted(MOVES))
def test_every_move_is_allowed_in_its_own_state_only(company, state, move):
    piece = log_piece(company.amara) if state == "draft" else share_piece(company.amara)
    if state == "withdrawn":
        withdraw_piece(piece)

    def act():
        with transaction():
            MOVES[move](piece, by=as_author(company.amara), at=NOW)

    if (state, move) in ALLOWED:
        act()
    else:
        with pytest.raises(NotAllowedNowError):
            act()


def test_a_piece_without_an_expectation_is_not_shared(company):
    piece = log_piece(company.amara, claims=())
    with pytest.raises(IncompleteError, match="Tick at least one"), transaction():
        actions.share_evidence(piece, by=as_author(company.amara), at=NOW)


def test_a_shared_piece_keeps_an_expectation(company):
    piece = share_piece(company.amara)
    with pytest.raises(IncompleteError, match="Tick at least one"):
        change(piece, claims=())


def test_a_withdrawn_piece_is_not_changed(company):
    piece = share_piece(company.amara)
    withdraw_piece(piece)
    with pytest.raises(NotAllowedNowError, match="restore it first"):
        change(piece, title="New words")


def test_a_day_that_lies_ahead_is_refused(company):
    with pytest.raises(InvalidError, match="That day lies ahead") as refusal:
        log_piece(company.amara, on=date(2026, 11, 22), at=NOW)
    assert refusal.value.field == "occurred_on"


def test_today_is_the_company_s_day(company, clock):
    clock.use_zone("Pacific/Auckland")
    try:
        # At ten in the evening in London it is tomorrow in Auckland.
        log_piece(company.amara, on=date(2026, 11, 22), at=NOW.replace(hour=22))
    finally:
        clock.use_zone("UTC")


def test_a_range_ends_on_or_after_its_first_day_and_occurred_on_its_last(company):
    piece = share_piece(company.amara, occurred_from=date(2026, 10, 1), on=date(2026, 11, 3))
    assert facts(company.amara)[0].occurred_on == date(2026, 11, 3)
    assert piece.occurred_from == date(2026, 10, 1)
    with pytest.raises(InvalidError, match="first day lies after the last"):
        log_piece(company.amara, occurred_from=date(2026, 11, 4), on=date(2026, 11, 3))
    assert log_piece(company.amara, occurred_from=date(2026, 11, 3), on=date(2026, 11, 3)).occurred_from is None


def test_numbers_count_per_author(company):
    assert [log_piece(company.amara).number for _ in range(3)] == [1, 2, 3]
    assert log_piece(company.peer).number == 1


def test_pieces_logged_at_once_get_numbers_of_their_own(company, app, session):
    author_id = company.amara.id

    def log(place):
        def run():
            with app.app_context():
                with transaction() as own:
                    author = own.get(type(company.amara), author_id)
                    actions.log_evidence(author, make_content(f"Piece {place}"), by=as_author(author), at=NOW)
                own.remove() if hasattr(own, "remove") else own.close()

        Context().run(run)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(log, range(12)))
    session.rollback()
    assert sorted(session.scalars(select(Evidence.number))) == list(range(1, 13))


# Expectations ----------------------------------------------------------------


def test_only_expectations_of_one_s_own_ladders_can_be_ticked(company):
    adopted(SUPPORT)
    support = next(iter(queries.marks_for(make_person(level="L1", ladder="technical-support").id, NOW.date()).linkable))
    with pytest.raises(InvalidError, match="No ladder of yours has"):
        log_piece(company.amara, claims=(support,))
    with pytest.raises(InvalidError, match="No ladder of yours has"):
        log_piece(company.amara, claims=("swe.no",))


def test_an_expectation_that_the_ladder_has_dropped_stays_linked(company):
    piece = share_piece(company.amara, claims=(COACH,))
    text = next_version(ENGINEER, "1.0.1", f"id: {COACH}", "id: swe.c2").replace(COACH, "swe.c2")
    adopt(publish(text), date(2026, 11, 20))
    change(piece, title="New words", claims=(COACH, LEAD))
    assert {claim.expectation_id for claim in stored(piece).claims} == {COACH, LEAD}
    with pytest.raises(InvalidError):
        log_piece(company.amara, claims=(COACH,))


# Changing --------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        {"title": "Other words"},
        {"narrative": "A story"},
        {"kind": EvidenceKind.PEER_FEEDBACK},
        {"on": date(2026, 11, 4)},
        {"occurred_from": date(2026, 11, 1)},
        {"links": ()},
        {"links": ("https://docs.example/2",)},
        {"links": (LINK, "https://docs.example/2")},
    ],
    ids=["title", "story", "kind", "day", "range", "no link", "another link", "one link more"],
)
def test_a_changed_meaning_ends_every_earlier_confirmation(company, content):
    piece = share_piece(company.amara, claims=(COACH, LEAD), links=(LINK,))
    confirm(piece, company.henrik)
    assert corroborated(company.amara) == [[str(company.henrik.id)]]
    change(piece, claims=(COACH, LEAD), at=LATER, **{"links": (LINK,), **content})
    assert corroborated(company.amara) == corroborated(company.amara, LEAD) == [[]]


def test_a_changed_line_ends_confirmation_of_that_claim_only(company):
    piece = share_piece(company.amara, claims={COACH: "Eight sessions.", LEAD: ""})
    confirm(piece, company.henrik)
    change(piece, claims={COACH: "Nine sessions.", LEAD: ""}, at=LATER)
    assert corroborated(company.amara) == [[]]
    assert corroborated(company.amara, LEAD) == [[str(company.henrik.id)]]


def test_further_ticks_leave_confirmations_as_they_are(company):
    piece = share_piece(company.amara)
    confirm(piece, company.henrik)
    change(piece, claims=(COACH, LEAD), at=LATER)
    assert corroborated(company.amara) == [[str(company.henrik.id)]]
    assert corroborated(company.amara, LEAD) == [[]]


def test_a_change_ends_confirmation_even_when_the_clock_was_put_back(company):
    piece = share_piece(company.amara)
    confirm(piece, company.henrik, at=LATER)
    change(piece, title="Other words", at=LATER - timedelta(hours=1))
    assert corroborated(company.amara) == [[]]
    answer(piece, company.henrik, at=LATER - timedelta(hours=1))
    assert corroborated(company.amara) == [[str(company.henrik.id)]]


def test_saving_without_a_change_changes_nothing(company, session):
    piece = share_piece(company.amara)
    before = stored(piece).version
    change(piece, at=LATER)
    assert stored(piece).version == before
    assert Tag.EVIDENCE_CHANGED not in set(session.scalars(select(AuditEvent.tag)))


def test_a_change_of_nothing_but_a_tick_raises_the_version(company):
    piece = log_piece(company.amara)
    before = stored(piece).version
    change(piece, claims=(LEAD,), at=AT)
    assert stored(piece).version == before + 1


def test_an_older_version_is_refused_with_what_is_stored(company):
    piece = share_piece(company.amara, narrative="Stored story")
    with pytest.raises(ConflictError) as conflict, transaction():
        actions.change_evidence(piece, make_content("Mine"), version=7, by=as_author(company.amara), at=NOW)
    assert conflict.value.stored["narrative"] == "Stored story"
    assert conflict.value.stored["expectations"] == COACH
    assert conflict.value.version == stored(piece).version


# Setting aside ----------------------------------------------------------------


def test_a_piece_set_aside_does_not_count_until_it_is_taken_back(company):
    piece = share_piece(company.amara, claims=(COACH, LEAD))
    set_piece_aside(piece, company.manager)
    assert [fact.set_aside for fact in facts(company.amara)] == [True]
    assert [fact.set_aside for fact in facts(company.amara, LEAD)] == [False]
    with transaction():
        actions.take_back(piece, expectation_id=COACH, by=as_author(company.manager), at=LATER)
    assert [fact.set_aside for fact in facts(company.amara)] == [False]
    set_piece_aside(piece, company.manager, reason="Still one talk.")
    assert len(stored(piece).claims[0].settings_aside) == 2


def test_setting_aside_needs_a_reason_a_shared_piece_and_a_claim_and_happens_once(company):
    piece = share_piece(company.amara)
    with pytest.raises(IncompleteError, match="Say why"):
        set_piece_aside(piece, company.manager, reason="  ")
    with pytest.raises(MissingError):
        set_piece_aside(piece, company.manager, LEAD)
    set_piece_aside(piece, company.manager)
    with pytest.raises(NotAllowedNowError, match="already"):
        set_piece_aside(piece, company.manager)
    withdraw_piece(piece)
    with pytest.raises(NotAllowedNowError):
        set_piece_aside(piece, company.manager)


def test_the_engineer_answers_a_setting_aside(company):
    piece = share_piece(company.amara)
    with pytest.raises(NotAllowedNowError), transaction():
        actions.answer_setting_aside(piece, expectation_id=COACH, answer="Why?", by=as_author(company.amara), at=LATER)
    set_piece_aside(piece, company.manager)
    with transaction():
        actions.answer_setting_aside(
            piece, expectation_id=COACH, answer="It was two talks.", by=as_author(company.amara), at=LATER
        )
    row = queries.find_live_setting_aside(stored(piece).claims[0])
    assert (row.answer, row.answered_at) == ("It was two talks.", LATER)


def test_unticking_does_not_wash_a_setting_aside_away(company):
    piece = share_piece(company.amara, claims=(COACH, LEAD))
    set_piece_aside(piece, company.manager)
    with pytest.raises(NotAllowedNowError, match="stays linked"):
        change(piece, claims=(LEAD,), at=LATER)
    assert [fact.set_aside for fact in facts(company.amara)] == [True]


# Corroboration ------------------------------------------------------------------


def test_a_confirmation_counts_for_every_claim_and_a_limited_one_for_what_it_leaves_standing(company):
    piece = share_piece(company.amara, claims=(COACH, LEAD))
    confirm(piece, company.henrik)
    ask(piece, company.peer)
    answer(piece, company.peer, "limited", words="I saw the talks, not the coaching.", standing=(LEAD,))
    assert corroborated(company.amara) == [[str(company.henrik.id)]]
    assert corroborated(company.amara, LEAD) == [sorted([str(company.henrik.id), str(company.peer.id)])]


def test_a_declined_question_counts_for_nothing_and_can_be_thought_over(company):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    answer(piece, company.henrik, "declined")
    assert corroborated(company.amara) == [[]]
    answer(piece, company.henrik, "confirmed")
    assert corroborated(company.amara) == [[str(company.henrik.id)]]


def test_a_limited_answer_says_what_it_is_limited_to(company):
    piece = share_piece(company.amara, claims=(COACH, LEAD))
    ask(piece, company.henrik)
    with pytest.raises(IncompleteError, match="in your words"):
        answer(piece, company.henrik, "limited", standing=(COACH,))
    with pytest.raises(IncompleteError, match="Choose what you can confirm"):
        answer(piece, company.henrik, "limited", words="Half.", standing=(TESTS,))


def test_who_was_line_manager_at_the_answer_never_counts(company):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    with transaction():
        set_manager(company.amara, company.henrik, from_on=date(2026, 11, 20), by=SYSTEM, at=AT)
    answer(piece, company.henrik, at=AT)
    with transaction():
        set_manager(company.amara, company.manager, from_on=date(2026, 11, 21), by=SYSTEM, at=NOW)
    assert corroborated(company.amara) == [[]]


def test_who_becomes_line_manager_after_the_answer_still_counts(company):
    piece = share_piece(company.amara)
    confirm(piece, company.henrik)
    with transaction():
        set_manager(company.amara, company.henrik, from_on=date(2026, 11, 21), by=SYSTEM, at=NOW)
    assert corroborated(company.amara) == [[str(company.henrik.id)]]


@pytest.mark.parametrize(
    ("who", "words"), [("amara", "your own work"), ("manager", "line manager"), ("left", "does not work here")]
)
def test_oneself_the_line_manager_and_leavers_are_not_asked(company, who, words):
    piece = share_piece(company.amara)
    colleague = make_person(left_on=date(2026, 1, 1)) if who == "left" else company.named(who)
    with pytest.raises(InvalidError, match=words):
        ask(piece, colleague)


def test_nobody_is_asked_twice_at_once_but_again_after_an_answer(company):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    with pytest.raises(InvalidError, match="asked already"):
        ask(piece, company.henrik)
    answer(piece, company.henrik)
    ask(piece, company.henrik, at=LATER)
    assert [entry.is_open for entry in queries.list_asked_of(company.henrik.id)] == [True]
    assert corroborated(company.amara) == [[str(company.henrik.id)]]


def test_nobody_is_asked_about_a_draft(company):
    with pytest.raises(NotAllowedNowError):
        ask(log_piece(company.amara), company.henrik)


def test_nobody_answers_who_was_not_asked(company):
    piece = share_piece(company.amara)
    with pytest.raises(MissingError):
        answer(piece, company.henrik)


def test_an_answer_to_another_text_than_was_read_is_refused(company):
    piece = share_piece(company.amara)
    ask(piece, company.henrik)
    version = stored(piece).version
    change(piece, title="Quite another story", at=LATER)
    with pytest.raises(InvalidError, match="changed while you were reading"), transaction():
        actions.answer_question(
            piece,
            answer=CorroborationAnswer.CONFIRMED,
            version=version,
            by=as_author(company.henrik),
            at=LATER,
        )


# Facts ---------------------------------------------------------------------------


def test_facts_leave_drafts_to_their_author(company):
    log_piece(company.amara)
    shared = share_piece(company.amara)
    assert [fact.id for fact in facts(company.amara)] == [shared.id]
    assert len(facts(company.amara, with_drafts=True)) == 2
    assert queries.pieces_for_readiness([company.peer.id]) == {company.peer.id: {}}
    assert queries.pieces_for_readiness([]) == {}


def test_facts_of_many_people_take_as_many_queries_as_of_one(company, session):
    people = [make_person(level="L2") for _ in range(5)]
    for person in people:
        confirm(share_piece(person, claims=(COACH, LEAD)), company.henrik)
    ids = [person.id for person in people]
    assert count_queries(lambda: queries.pieces_for_readiness(ids[:1])) == 1
    assert count_queries(lambda: queries.pieces_for_readiness(ids)) == 1


# Record ----------------------------------------------------------------------------


def test_every_act_leaves_one_row_and_no_text(company, session):
    piece = share_piece(company.amara, "Planted title", narrative="Planted story", claims={COACH: "Planted line"})
    ask(piece, company.henrik)
    answer(piece, company.henrik, "limited", words="Planted words", standing=(COACH,))
    set_piece_aside(piece, company.manager, reason="Planted reason")
    change(piece, title="Planted again", narrative="Planted anew", claims={COACH: "Planted other"}, at=LATER)
    withdraw_piece(piece, at=LATER)
    session.rollback()
    rows = [row for row in session.scalars(select(AuditEvent).order_by(AuditEvent.seq)) if row.object_id == piece.id]
    assert [row.tag for row in rows] == [
        Tag.EVIDENCE_LOGGED,
        Tag.EVIDENCE_SHARED,
        Tag.CORROBORATION_ASKED,
        Tag.CORROBORATION_ANSWERED,
        Tag.EVIDENCE_SET_ASIDE,
        Tag.EVIDENCE_CHANGED,
        Tag.EVIDENCE_WITHDRAWN,
    ]
    assert not [row for row in rows if "Planted" in row.details]
    assert '"fields":["lines","narrative","title"]' in rows[5].details.replace(" ", "")
    assert verify_chain(session).fault is None


# Links ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://docs.example/x",
        "//docs.example/x",
        "docs.example/x",
        "https://",
        "https://bank.example@evil.example/",
        "https://user:pass@evil.example/",
        "https://docs.example/a b",
        "https://docs.example/\u202egnp.exe",
        "https://docs.example/\x00",
        "https://docs.example/\u200b",
        "https:\\\\evil.example/",
        "https://bank.example\\.evil.example/",
        "https://exa%6Dple.com/",
        "https://[::1/",
        "https://docs.example:port/",
        "https://docs.example/" + "x" * 2048,
    ],
)
def test_nasty_links_are_refused(link):
    assert fault_of(link)
    with pytest.raises(InvalidError, match="Link 1: ") as refusal:
        checked_links([link])
    assert refusal.value.field == "links"


@pytest.mark.parametrize(
    "link",
    ["https://docs.example/7?x=1&y=2#part", "http://10.0.0.7:8080/", "https://bücher.example/ä", "https://[::1]/x"],
)
def test_good_links_are_kept_as_they_were_typed(link):
    assert checked_links([link, "", f" {link} "]) == (link,)


def test_a_piece_has_at_most_ten_links():
    with pytest.raises(InvalidError, match="at most 10"):
        checked_links([f"https://docs.example/{place}" for place in range(11)])
