"""Peer feedback: asked by rule, given once, declined or waived with a reason, and read by nobody too early."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.access.actor import Role
from app.access.permissions import Permission
from app.access.policy import can
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError, NotAllowedNowError
from app.domain.promotion import CaseState, CycleState
from app.infra.unit_of_work import transaction
from app.notices.sources import find_source
from app.people.actions import set_manager
from app.promotion.actions import feedback as acts
from app.promotion.models import (
    CycleStep,
    FeedbackAnswer,
    FeedbackLeaning,
    FeedbackState,
    NominatedBy,
    PeerFeedback,
    PromotionCase,
)
from app.promotion.queries.collaborators import asked_about, excluded_from, pool_of
from app.promotion.queries.feedback import count_feedback, heard_by_expectation, list_requests
from tests.conftest import NOW
from tests.factories import promotion as make
from tests.factories.assessments import make_evidence
from tests.factories.evidence import as_actor
from tests.factories.people import SYSTEM, make_person

SHOWS, LIMITS, NOT_SEEN = FeedbackLeaning.SHOWS, FeedbackLeaning.LIMITS, FeedbackLeaning.NOT_SEEN
TODAY = NOW.date()
PLANTED = "Kestrel-words that only the committee reads"


@pytest.fixture
def firm(app):
    return make.make_firm(reviewers=2)


@pytest.fixture
def case(firm):
    return make.make_case(make.make_cycle(firm, state=CycleState.FEEDBACK), firm.amara)


def by(person):
    return Author(person.id)


def act(what, *args, **more):
    with transaction():
        return what(*args, at=more.pop("at", NOW), **more)


# Whom the rule asks ---------------------------------------------------------------------------


def test_whoever_confirmed_evidence_is_asked_on_what_they_confirmed_and_the_team_on_the_rest(firm, case, session):
    confirmed = make.required_ids(firm.edition)[4]
    make_evidence(firm.amara, confirmed, confirmed_by=firm.stranger)

    asked = {row.author_id: row for row in act(acts.ask_by_rule, case, by=by(firm.hr))}
    assert set(asked) == {firm.stranger.id, firm.peer.id, firm.colleague.id}
    assert asked[firm.stranger.id].expectations == confirmed
    assert asked[firm.stranger.id].rule == "corroborated"
    assert asked[firm.peer.id].rule == "team"
    assert all(1 <= len(row.expectations.split()) <= 3 for row in asked.values())
    rows = session.query(AuditEvent).filter_by(tag=Tag.FEEDBACK_ASKED.value).all()
    assert [row.subject_id for row in rows] == [firm.amara.id]


def test_managers_reports_the_committee_nominators_and_leavers_are_never_asked(firm, case):
    report = make_person(manager=firm.amara)
    left = make_person(left_on=date(2026, 10, 1))
    nominator = make_person()
    make.add_nomination(case, nominator, by=NominatedBy.PEER)
    expectation = make.required_ids(firm.edition)[0]
    for colleague in (firm.manager, firm.skip, report, left, nominator, firm.chair, firm.deputy, *firm.reviewers):
        make_evidence(firm.amara, expectation, confirmed_by=colleague)

    reasons = excluded_from(case.id, TODAY)
    assert {firm.amara.id, firm.manager.id, firm.skip.id, report.id, nominator.id, firm.chair.id} <= set(reasons)
    assert left.id not in {one.person_id for one in pool_of(case, TODAY)}
    asked = act(acts.ask_by_rule, case, by=by(firm.hr))
    assert {row.author_id for row in asked} == {firm.peer.id, firm.colleague.id}


def test_the_rule_fills_the_place_of_whoever_declined_and_asks_nobody_twice(firm, case):
    stand_ins = [make_person() for _ in range(2)]
    for colleague in stand_ins:
        make_evidence(firm.amara, confirmed_by=colleague)
    first = act(acts.ask_by_rule, case, by=by(firm.hr))
    assert len(first) == 3
    with pytest.raises(NotAllowedNowError, match="nobody more"):
        act(acts.draw_another, case, by=by(firm.hr))

    gone = first[0]
    act(acts.decline_feedback, gone, reason="We never met.", by=Author(gone.author_id))
    (further,) = act(acts.draw_another, case, by=by(firm.hr))
    assert further.author_id not in {row.author_id for row in first}


def test_nobody_is_asked_about_an_incomplete_case_and_that_is_a_waiver(firm, session):
    cycle = make.make_cycle(firm, state=CycleState.FEEDBACK)
    case = make.make_case(cycle, firm.amara, is_incomplete=True, incomplete_reason="No packet came.")

    assert act(acts.ask_by_rule, case, by=by(firm.hr)) == []
    assert "incomplete" in session.get(PromotionCase, case.id).feedback_waived_reason


# What HR does ---------------------------------------------------------------------------------


def test_hr_may_ask_somebody_further_but_none_whose_word_stands_elsewhere(firm, case):
    with pytest.raises(InvalidError, match="manages the candidate"):
        act(acts.ask, case, firm.manager, by=by(firm.hr))
    with pytest.raises(InvalidError, match="is on the committee"):
        act(acts.ask, case, firm.chair, by=by(firm.hr))
    with pytest.raises(InvalidError, match="is the candidate"):
        act(acts.ask, case, firm.amara, by=by(firm.hr))
    with pytest.raises(InvalidError, match="does not work here"):
        act(acts.ask, case, make_person(left_on=date(2026, 1, 1)), by=by(firm.hr))
    ids = [one.id for one in asked_about(case)]
    with pytest.raises(InvalidError, match="at most 3"):
        act(acts.ask, case, firm.stranger, ids[:4], by=by(firm.hr))

    row = act(acts.ask, case, firm.stranger, [ids[2], "elsewhere"], by=by(firm.hr))
    assert (row.rule, row.expectations) == ("named", ids[2])
    with pytest.raises(InvalidError, match="was asked already"):
        act(acts.ask, case, firm.stranger, by=by(firm.hr))


def test_a_request_can_be_taken_back_and_asked_anew_but_not_once_it_is_given(firm, case):
    row = act(acts.ask, case, firm.peer, by=by(firm.hr))
    act(acts.take_back, case, firm.peer.id, by=by(firm.hr))
    assert row.state is FeedbackState.TAKEN_BACK

    again = act(acts.ask, case, firm.peer, by=by(firm.hr))
    assert (again.id, again.state) == (row.id, FeedbackState.ASKED)
    give(again, firm.peer)
    with pytest.raises(NotAllowedNowError):
        act(acts.take_back, case, firm.peer.id, by=by(firm.hr))


def test_a_colleague_is_reminded_at_most_once_a_day(firm, case):
    make.make_feedback(case, firm.peer, asked_at=NOW - timedelta(days=3))

    act(acts.remind, case, firm.peer.id, by=by(firm.hr))
    with pytest.raises(NotAllowedNowError, match="within the last day"):
        act(acts.remind, case, firm.peer.id, by=by(firm.hr), at=NOW + timedelta(hours=2))


def test_missing_feedback_is_waived_only_with_a_reason_and_only_where_some_is_missing(firm, case, session):
    with pytest.raises(IncompleteError):
        act(acts.waive_feedback, case, reason="  ", by=by(firm.hr))
    act(acts.waive_feedback, case, reason="The team is new.", by=by(firm.hr))
    assert session.get(PromotionCase, case.id).feedback_waived_by_id == firm.hr.id

    other = make.make_case(make.make_cycle(firm, state=CycleState.FEEDBACK, feedback_needed=1), firm.peer)
    make.make_feedback(other, firm.colleague, answers={"swe.coach-juniors": ("not_seen", "")})
    with pytest.raises(NotAllowedNowError, match="nothing to waive"):
        act(acts.waive_feedback, other, reason="Why not.", by=by(firm.hr))


# What the colleague does ----------------------------------------------------------------------


def give(row, colleague, leaning=SHOWS, words="In June they paired every week.", **more):
    answers = dict.fromkeys(row.expectations.split(), (leaning, words))
    return act(acts.give, row, answers, version=more.pop("version", row.version), by=by(colleague), **more)


def test_feedback_is_given_once_and_then_read_only_to_its_author(firm, case, session):
    row = make.make_feedback(case, firm.peer)
    give(row, firm.peer)

    assert row.state is FeedbackState.GIVEN
    with pytest.raises(NotAllowedNowError):
        give(row, firm.peer, words="Or rather not.")
    with pytest.raises(NotAllowedNowError):
        act(acts.decline_feedback, row, reason="After all.", by=by(firm.peer))
    assert {answer.words for answer in session.query(FeedbackAnswer)} == {"In June they paired every week."}
    assert session.query(AuditEvent).filter_by(tag=Tag.FEEDBACK_GIVEN.value).count() == 1


def test_words_are_asked_for_what_was_seen_and_none_for_what_was_not(firm, case):
    row = make.make_feedback(case, firm.peer)

    with pytest.raises(IncompleteError, match="in words"):
        give(row, firm.peer, LIMITS, "  ")
    with pytest.raises(IncompleteError, match="for each"):
        act(acts.give, row, {}, version=row.version, by=by(firm.peer))
    give(row, firm.peer, NOT_SEEN, "")
    assert row.state is FeedbackState.GIVEN


def test_a_draft_is_kept_and_a_second_window_does_not_overwrite_it(firm, case):
    row = make.make_feedback(case, firm.peer, "swe.coach-juniors")
    read = row.version
    act(acts.save_answers, row, {"swe.coach-juniors": (None, "Half a line")}, version=read, by=by(firm.peer))

    with pytest.raises(ConflictError):
        act(acts.save_answers, row, {"swe.coach-juniors": (SHOWS, "Another")}, version=read, by=by(firm.peer))


def test_after_the_last_day_nothing_is_taken_unless_the_case_was_extended(firm, case, session):
    row = make.make_feedback(case, firm.peer)
    late = NOW + timedelta(days=8)
    with pytest.raises(NotAllowedNowError, match="last day"):
        give(row, firm.peer, at=late)

    with transaction():
        session.add(
            CycleStep(
                cycle_id=case.cycle_id,
                at=NOW,
                kind="extend",
                deadline="feedback_due",
                day=TODAY + timedelta(days=9),
                case_id=case.id,
                reason="Ill.",
            )
        )
    give(row, firm.peer, at=late)
    assert row.state is FeedbackState.GIVEN


@pytest.mark.parametrize("state", [CaseState.IN_REVIEW, CaseState.WITHDRAWN])
def test_once_the_case_has_moved_on_nothing_is_given(firm, state):
    case = make.make_case(make.make_cycle(firm, state=CycleState.FEEDBACK), firm.amara, state=state)
    row = make.make_feedback(case, firm.peer, "swe.coach-juniors")

    with pytest.raises(NotAllowedNowError, match="no longer being collected"):
        give(row, firm.peer)


# Who reads it ---------------------------------------------------------------------------------


def test_what_speaks_against_is_heard_first(firm):
    case = make.make_case(make.make_cycle(firm, state=CycleState.REVIEW), firm.amara)
    shown, limited = make.required_ids(firm.edition)[:2]
    make.make_feedback(case, firm.peer, answers={shown: ("shows", "Saw it."), limited: ("shows", "Twice.")})
    make.make_feedback(case, firm.colleague, answers={limited: ("limits", "Not when it was urgent.")})

    heard = heard_by_expectation(list_requests(case))
    assert [one.id for one in heard] == [limited, shown]
    assert [voice.leaning for voice in heard[0].voices] == [LIMITS, SHOWS]


def test_candidate_manager_and_author_read_no_feedback_and_the_panel_only_from_the_review_on(firm):
    for state, reads in ((CycleState.FEEDBACK, False), (CycleState.REVIEW, True)):
        case = make.make_case(make.make_cycle(firm, state=state), firm.amara)
        make.seat(case, firm.reviewers[0])
        make.make_feedback(case, firm.peer, answers={"swe.coach-juniors": ("limits", PLANTED)})
        may = {
            person.name: can(as_actor(person), Permission.Case.READ_FEEDBACK, case)
            for person in (firm.amara, firm.manager, firm.skip, firm.peer, firm.reviewers[0], firm.reviewers[1])
        }
        assert [name for name, it_is in may.items() if it_is] == ([firm.reviewers[0].name] if reads else [])
        assert can(as_actor(firm.hr, Role.HR), Permission.Case.READ_FEEDBACK, case)


def test_pages_show_words_to_nobody_before_the_review_and_to_the_committee_after_it(firm, client_for):
    case = make.make_case(make.make_cycle(firm, state=CycleState.FEEDBACK), firm.amara)
    row = make.make_feedback(case, firm.peer, answers={"swe.coach-juniors": ("limits", PLANTED)})
    path = f"/promotions/cases/{case.id}/feedback"
    assert PLANTED not in client_for(firm.hr).get(path).text
    assert PLANTED in client_for(firm.peer).get(f"/promotions/feedback/{row.id}").text
    for person in (firm.amara, firm.manager, firm.peer, firm.stranger, firm.reviewers[0]):
        assert client_for(person).get(path).status == 404
        assert person is firm.peer or client_for(person).get(f"/promotions/feedback/{row.id}").status == 404

    judged = make.make_case(make.make_cycle(firm, state=CycleState.REVIEW), firm.amara)
    make.seat(judged, firm.reviewers[0])
    make.make_feedback(judged, firm.peer, answers={"swe.coach-juniors": ("limits", PLANTED)})
    page = client_for(firm.reviewers[0]).get(f"/promotions/cases/{judged.id}/feedback")
    assert PLANTED in page.text
    assert firm.peer.name in page.text


def test_candidate_and_manager_read_summary_and_counts_once_it_was_told(firm, client_for):
    case = make.make_case(make.make_cycle(firm, state=CycleState.APPEALS), firm.amara)
    make.make_feedback(case, firm.peer, answers={"swe.coach-juniors": ("limits", PLANTED)})
    make.decide(case, firm.chair, feedback_summary="Two saw the coaching, one saw its limits.")

    for person in (firm.amara, firm.manager):
        page = client_for(person).get(f"/promotions/cases/{case.id}/feedback/summary")
        assert "one saw its limits" in page.text
        assert "One colleague was asked; one gave feedback." in page.words()
        assert PLANTED not in page.text
        assert firm.peer.name not in page.words("main")

    untold = make.make_case(make.make_cycle(firm, state=CycleState.DECIDED), firm.peer)
    make.decide(untold, firm.chair, feedback_summary="Nothing yet.")
    assert client_for(firm.peer).get(f"/promotions/cases/{untold.id}/feedback/summary").status == 404


def test_counts_pass_over_what_was_taken_back(firm, case):
    make.make_feedback(case, firm.peer, answers={"swe.coach-juniors": ("shows", "Yes.")})
    make.make_feedback(case, firm.colleague, state=FeedbackState.DECLINED, declined_reason="No.")
    make.make_feedback(case, firm.stranger, state=FeedbackState.TAKEN_BACK)

    count = count_feedback(case.id)
    assert (count.asked, count.given, count.declined, count.owed) == (2, 1, 1, 0)


# The colleague's page -------------------------------------------------------------------------


def test_a_colleague_keeps_then_gives_and_a_refusal_loses_no_word(firm, case, client_for, session):
    first, second = make.required_ids(firm.edition)[:2]
    row = make.make_feedback(case, firm.peer, first, second)
    client, path = client_for(firm.peer), f"/promotions/feedback/{row.id}"
    page = client.get(path)
    assert "Amara Diallo is considered for the step from L2 to L3" in page.words()
    assert "What I did." not in page.text

    kept = client.send(page.form(path), **{f"words_on_{first}": "In May", "act": "keep"})
    page = client.follow(kept)
    assert "In May" in page.text
    refused = client.send(page.form(path), **{f"leaning_on_{first}": "shows", "act": "give"})
    assert refused.status == 422
    assert "In May" in refused.text
    assert "Choose one of the three answers." in refused.text

    given = client.send(
        refused.form(path), **{f"leaning_on_{first}": "limits", f"leaning_on_{second}": "not_seen", "act": "give"}
    )
    assert "your feedback is given" in client.follow(given).text
    page = client.get(path)
    assert not page.has_form(path)
    assert "I saw limits" in page.text
    assert session.get(PeerFeedback, row.id).state is FeedbackState.GIVEN


def test_a_colleague_declines_with_a_reason(firm, case, client_for, session):
    row = make.make_feedback(case, firm.peer)
    client, path = client_for(firm.peer), f"/promotions/feedback/{row.id}"

    refused = client.send(client.get(path).form(f"{path}/decline"))
    assert refused.status == 422
    client.send(refused.form(f"{path}/decline"), reason="We only met in March.")
    assert session.get(PeerFeedback, row.id).declined_reason == "We only met in March."
    assert "We only met in March." in client_for(firm.hr).get(f"/promotions/cases/{case.id}/feedback").text


def test_hr_asks_reminds_takes_back_and_waives_on_the_page_of_the_case(firm, case, client_for, session):
    client, path = client_for(firm.hr), f"/promotions/cases/{case.id}/feedback"
    assert "Nobody was asked yet." in client.get(path).words()
    page = client.get(f"{path}/ask?q=kofi")
    client.send(page.form(ending="ask?q=kofi"))
    with transaction():
        session.query(PeerFeedback).one().asked_at = NOW - timedelta(days=2)

    page = client.get(path)
    assert "Kofi Mensah" in page.words()
    assert "Asked by HR;" in page.words()
    own = client_for(firm.stranger).get(f"/promotions/feedback/{session.query(PeerFeedback).one().id}").words()
    assert "HR asked you by name." in own
    assert "drawn by rule" not in own
    client.send(page.form(f"{path}/remind"))
    assert not client.get(path).has_form("/remind")
    client.send(client.get(path).form(f"{path}/take-back"))
    assert session.query(PeerFeedback).one().state is FeedbackState.TAKEN_BACK
    assert client.send(client.get(path).form(f"{path}/draw")).location
    assert session.query(PeerFeedback).filter_by(state=FeedbackState.ASKED).count() == 2
    refused = client.send(client.get(path).form(f"{path}/waive"))
    assert refused.status == 422
    client.send(refused.form(f"{path}/waive"), reason="The team is new.")
    assert "The team is new." in client.get(path).text


def test_whoever_cannot_be_asked_is_found_with_the_reason(firm, case, client_for):
    page = client_for(firm.hr).get(f"/promotions/cases/{case.id}/feedback/ask?q=tomasz")

    assert "Tomasz Wieczorek manages the candidate." in page.words()
    assert not page.has_form("ask?q=tomasz")


# What waits -----------------------------------------------------------------------------------


def waiting(session, on=TODAY):
    source = find_source("promotion.feedback")
    return {row.person_id: source.say(row) for row in session.execute(source.select(on))}


def test_a_request_waits_for_its_colleague_until_it_is_answered_or_due(firm, case, session):
    row = make.make_feedback(case, firm.peer)
    make.make_feedback(case, firm.colleague, state=FeedbackState.DECLINED)

    found = waiting(session)
    assert set(found) == {firm.peer.id}
    assert found[firm.peer.id].text == "Say what you saw of Amara Diallo’s work"
    assert found[firm.peer.id].href == f"/promotions/feedback/{row.id}"
    assert found[firm.peer.id].due_on == TODAY + timedelta(days=7)
    assert not waiting(session, TODAY + timedelta(days=8))
    give(row, firm.peer)
    assert not waiting(session)


def test_a_new_manager_who_was_asked_before_keeps_the_request_and_is_recused(firm, case):
    row = make.make_feedback(case, firm.colleague)
    with transaction():
        set_manager(firm.amara, firm.colleague, from_on=TODAY, by=SYSTEM, at=NOW)

    give(row, firm.colleague)
    assert not can(as_actor(firm.colleague), Permission.Case.READ_FEEDBACK, case)
