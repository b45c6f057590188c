"""Telling a candidate: all that follows from a decision stands in that very transaction, or nothing of it."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app.assessment.actions import open_plan
from app.assessment.models import GrowthPlan
from app.assessment.queries import find_open_plan
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.promotion import CaseState, CycleState, DecisionKind, DeferReason
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.notices.models import Mail
from app.people import actions as people
from app.people.models import LevelSpell, SpellReason
from app.people.queries import get_person, list_spells
from app.promotion import queries
from app.promotion.actions import decisions, moves, telling
from app.promotion.models import CaseStep
from app.promotion.queries.decision_waiting import select_to_approve, select_to_decide, select_to_tell, select_told
from tests.factories import promotion as make
from tests.factories.people import AT, SYSTEM, grant

DESIGN, COACH = "swe.design-significant-features", "swe.coach-juniors"
TODAY, DECEMBER = date(2026, 11, 21), date(2026, 12, 1)
CHANGE = "A design that two teams follow."


def world(kind=DecisionKind.PROMOTE, *, others=1, **columns):
    """Return a case that is decided and released, beside another one that is not told either."""
    firm = make.make_firm(reviewers=1)
    cycle = make.make_cycle(firm, state=CycleState.COMMUNICATED)
    case = make.make_case(cycle, firm.amara, rated=(DESIGN, COACH))
    findings = []
    if kind is DecisionKind.NOT_YET:
        findings = [
            {"expectation_id": DESIGN, "kind": "unmet", "words": "Joint work so far.", "would_change": CHANGE},
            {"expectation_id": COACH, "kind": "otherwise", "words": "Seen by the lead."},
        ]
        columns.setdefault("review_on", date(2027, 5, 21))
    make.decide(case, firm.chair, kind, findings=findings, **columns)
    for _ in range(others):
        other = make.make_case(cycle)
        make.decide(other, firm.chair, DecisionKind.DEFER, defer_reason=DeferReason.NO_POST)
    return SimpleNamespace(firm=firm, cycle_id=cycle.id, id=case.id)


@pytest.fixture
def promoted(app):
    return world()


@pytest.fixture
def refused(app):
    return world(DecisionKind.NOT_YET)


def the_case(room):
    return queries.get_case(room.id)


def tell(room, *, teller=None, at=None, **more):
    with transaction():
        return decisions.tell_candidate(
            the_case(room),
            (teller or room.firm.manager).id,
            at or now(),
            by=Author(room.firm.hr.id),
            at=now(),
            **more,
        )


def held(room):
    return [(row.level, row.starts_on, row.reason) for row in list_spells(room.firm.amara.id)]


# Promote ---------------------------------------------------------------------------


def test_telling_a_promotion_grants_the_level_and_writes_everything_down(promoted, session):
    tell(promoted)
    case = the_case(promoted)
    assert case.state is CaseState.COMMUNICATED
    assert (case.told_at, case.teller_id) == (now(), promoted.firm.manager.id)
    assert case.told_recorded_by_id == promoted.firm.hr.id
    assert held(promoted)[-1] == ("L3", DECEMBER, SpellReason.PROMOTION)
    told = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.CASE_TOLD)).one()
    granted = session.scalars(
        select(AuditEvent).where(AuditEvent.tag == Tag.LEVEL_GRANTED, AuditEvent.actor_id == promoted.firm.hr.id)
    ).one()
    assert told.subject_id == granted.subject_id == promoted.firm.amara.id


def test_before_it_is_told_nothing_is_anywhere(promoted, session):
    assert [level for level, _, _ in held(promoted)] == ["L2"]
    assert session.scalars(select(func.count()).select_from(Mail)).one() == 0


@pytest.mark.parametrize("where", ["grant_level", "advance", "note", "tell", "follow_up"])
def test_a_fault_anywhere_leaves_nothing(promoted, session, monkeypatch, where):
    def fail(*args, **kwargs):
        raise RuntimeError(where)

    owner = {"grant_level": people, "follow_up": moves}.get(where, telling)
    monkeypatch.setattr(owner, where, fail)
    with pytest.raises(RuntimeError, match=where):
        tell(promoted)
    assert the_case(promoted).state is CaseState.DECIDED
    assert not the_case(promoted).is_told
    assert [level for level, _, _ in held(promoted)] == ["L2"]
    assert session.scalars(select(func.count()).select_from(CaseStep)).one() == 0
    assert session.scalars(select(func.count()).select_from(Mail)).one() == 0
    tagged = select(AuditEvent.tag).where(AuditEvent.tag == Tag.CASE_TOLD)
    assert session.scalars(tagged).all() == []


def test_a_candidate_is_told_once(promoted):
    tell(promoted)
    with pytest.raises(NotAllowedNowError):
        tell(promoted)
    assert [level for level, _, _ in held(promoted)] == ["L2", "L3"]


@pytest.mark.parametrize("state", [CycleState.CALIBRATION, CycleState.DECIDED, CycleState.APPEALS])
def test_nobody_is_told_outside_the_phase_of_telling(promoted, state):
    with transaction():
        queries.get_cycle(promoted.cycle_id).state = state
    with pytest.raises(NotAllowedNowError):
        tell(promoted)


def test_a_level_that_changed_meanwhile_stops_the_telling(promoted):
    with transaction():
        grant(get_person(promoted.firm.amara.id), "L3", on=date(2026, 11, 1))
    with pytest.raises(InvalidError, match="has changed since"):
        tell(promoted)
    assert the_case(promoted).state is CaseState.DECIDED


def test_somebody_who_has_left_is_told_without_a_level_only_on_purpose(promoted):
    with transaction():
        people.record_leaving(get_person(promoted.firm.amara.id), on=date(2026, 11, 20), by=SYSTEM, at=AT)
    with pytest.raises(InvalidError, match="has left"):
        tell(promoted, teller=promoted.firm.hr)
    with pytest.raises(InvalidError) as asked:
        tell(promoted, teller=promoted.firm.hr, lapses=True, reason=" ")
    assert asked.value.field == "reason"
    tell(promoted, teller=promoted.firm.hr, lapses=True, reason="She left on 20 November.")
    assert the_case(promoted).state is CaseState.COMMUNICATED
    assert [level for level, _, _ in held(promoted)] == ["L2"]


def test_a_promotion_whose_level_changed_is_told_without_one_for_a_reason_that_stays(promoted, client_for, session):
    with transaction():
        grant(get_person(promoted.firm.amara.id), "L3", on=date(2026, 11, 1))
    hr, base = client_for(promoted.firm.hr), f"/promotions/cases/{promoted.id}"
    page = hr.get(f"{base}/tell")
    assert "No new level is recorded" in page.words()
    form = page.form(ending="/tell")
    sent = hr.send(form, lapses="y", reason="L3 was recorded by hand in November.")
    assert sent.location == f"{base}/decision"
    told = hr.get(sent.location).words()
    assert "No new level follows" in told
    assert "recorded by hand in November" in told
    step = session.scalars(select(CaseStep).where(CaseStep.case_id == promoted.id)).one()
    assert step.reason == "L3 was recorded by hand in November."
    event = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.CASE_TOLD)).one()
    assert "by hand in November" in event.details
    assert [level for level, _, _ in held(promoted)] == ["L2", "L3"]


def test_the_page_promises_goals_only_where_some_come(refused, client_for):
    hr, address = client_for(refused.firm.hr), f"/promotions/cases/{refused.id}/tell"
    assert "One goal comes into the growth plan" in hr.get(address).words()
    with transaction():
        goals = {"target": "L3", "goals": [DESIGN], "review_on": None}
        open_plan(get_person(refused.firm.amara.id), **goals, by=Author(refused.firm.amara.id), at=now())
    page = hr.get(address)
    assert "No goal comes into a growth plan" in page.words()
    assert "No goal comes into a growth plan" in hr.get(hr.send(page.form(ending="/tell")).location).words()


def test_for_somebody_who_stays_the_promotion_never_lapses(promoted):
    tell(promoted, lapses=True)
    assert held(promoted)[-1][0] == "L3"


# Who and when ----------------------------------------------------------------------


def test_the_teller_is_the_line_above_or_hr(promoted):
    for person in (promoted.firm.stranger, promoted.firm.chair, promoted.firm.amara):
        with pytest.raises(InvalidError) as refused:
            tell(promoted, teller=person)
        assert refused.value.field == "teller"
    tell(promoted, teller=promoted.firm.hr)


@pytest.mark.parametrize("shift", [timedelta(minutes=1), timedelta(days=-1)])
def test_the_moment_lies_between_release_and_now(promoted, shift):
    with pytest.raises(InvalidError) as refused:
        tell(promoted, at=now() + shift)
    assert refused.value.field == "told"


# Not yet ---------------------------------------------------------------------------


def test_a_not_yet_becomes_a_growth_plan(refused):
    tell(refused)
    plan = find_open_plan(refused.firm.amara.id)
    assert (plan.target_level, plan.review_on) == ("L3", date(2027, 5, 21))
    assert [(goal.expectation_id, goal.words) for goal in plan.goals] == [(DESIGN, CHANGE)]
    assert [level for level, _, _ in held(refused)] == ["L2"]


def test_an_open_plan_keeps_what_it_holds(refused):
    amara = Author(refused.firm.amara.id)
    with transaction():
        plan = open_plan(
            get_person(refused.firm.amara.id),
            target="L3",
            goals=[COACH],
            review_on=date(2027, 1, 10),
            by=amara,
            at=now(),
        )
    tell(refused)
    kept = find_open_plan(refused.firm.amara.id)
    assert kept.id == plan.id
    assert [goal.expectation_id for goal in kept.goals] == [COACH, DESIGN]
    assert kept.review_on == date(2027, 1, 10)


def test_a_goal_that_the_plan_has_already_keeps_its_words(refused):
    amara = Author(refused.firm.amara.id)
    with transaction():
        open_plan(get_person(refused.firm.amara.id), target="L3", goals=[DESIGN], review_on=None, by=amara, at=now())
    tell(refused)
    (goal,) = find_open_plan(refused.firm.amara.id).goals
    assert goal.words == ""
    assert find_open_plan(refused.firm.amara.id).review_on == date(2027, 5, 21)


def test_a_review_day_that_has_passed_does_not_stop_the_telling(app):
    room = world(DecisionKind.NOT_YET, review_on=date(2026, 11, 1))
    tell(room)
    assert find_open_plan(room.firm.amara.id).review_on is None


def test_a_deferral_changes_neither_level_nor_plan(app, session):
    room = world(DecisionKind.DEFER, defer_reason=DeferReason.NO_POST, missing="No post.", defer_until=DECEMBER)
    tell(room)
    assert [level for level, _, _ in held(room)] == ["L2"]
    assert session.scalars(select(func.count()).select_from(GrowthPlan)).one() == 0


# What follows, and what waits ------------------------------------------------------


def test_appeals_begin_by_themselves_when_the_last_one_is_told(app):
    room = world(others=0)
    tell(room)
    assert queries.get_cycle(room.cycle_id).state is CycleState.APPEALS


def test_while_somebody_is_not_told_appeals_wait(promoted):
    tell(promoted)
    assert queries.get_cycle(promoted.cycle_id).state is CycleState.COMMUNICATED


def test_the_mail_says_that_a_decision_can_be_read_and_nothing_of_it(promoted, session):
    tell(promoted)
    mail = session.scalars(select(Mail)).one()
    assert mail.person_id == promoted.firm.amara.id
    assert "L3" not in mail.payload
    row = session.execute(select_told(TODAY)).one()
    assert (row.person_id, row.object_id, row.who, row.code) == (promoted.firm.amara.id, promoted.id, "", "")


def test_what_is_told_leaves_the_inbox_after_a_fortnight(promoted, session):
    tell(promoted)
    assert len(session.execute(select_told(TODAY + timedelta(14))).all()) == 1
    assert session.execute(select_told(TODAY + timedelta(15))).all() == []


def test_telling_waits_for_hr_who_takes_part(promoted, session):
    def waiting():
        rows = session.execute(select_to_tell(TODAY)).all()
        return {row.person_id for row in rows if row.object_id == promoted.id}

    assert waiting() == {promoted.firm.hr.id, promoted.firm.hr_too.id}
    make.add_nomination(the_case(promoted), promoted.firm.hr_too)
    assert waiting() == {promoted.firm.hr.id}
    tell(promoted)
    assert waiting() == set()


def test_a_list_waits_for_hr_until_a_second_person_has_approved_it(promoted, session):
    def waiting():
        return {row.person_id for row in session.execute(select_to_approve(TODAY))}

    with transaction():
        cycle = queries.get_cycle(promoted.cycle_id)
        cycle.state = CycleState.DECIDED
        decisions.sign_list(cycle, Author(promoted.firm.chair.id), now())
    assert waiting() == {promoted.firm.hr.id, promoted.firm.hr_too.id}
    with transaction():
        decisions.approve_decisions(queries.get_cycle(promoted.cycle_id), by=Author(promoted.firm.hr.id), at=now())
    assert waiting() == set()


def test_a_decision_waits_for_the_chair_or_for_the_deputy_where_the_chair_is_out(app, session):
    firm = make.make_firm(reviewers=1)
    cycle = make.make_cycle(firm, state=CycleState.CALIBRATION)
    case, other = make.make_case(cycle, firm.amara), make.make_case(cycle)
    make.recuse(other, firm.chair)
    rows = {row.object_id: row.person_id for row in session.execute(select_to_decide(TODAY))}
    assert rows == {case.id: firm.chair.id, other.id: firm.deputy.id}


def test_a_decision_waits_for_nobody_whom_the_facts_keep_out_though_nothing_is_written_down(app, session):
    firm = make.make_firm(reviewers=1)
    cycle = make.make_cycle(firm, state=CycleState.CALIBRATION)
    of_deputy = make.make_case(cycle, firm.deputy, from_level="L3", target="L4")
    of_chair = make.make_case(cycle, firm.chair, from_level="L3", target="L4")
    led, judged_by_both = make.make_case(cycle, firm.amara), make.make_case(cycle)
    make.add_nomination(led, firm.chair)
    for who in (firm.chair, firm.deputy):
        make.add_nomination(judged_by_both, who)
    for case in (of_deputy, of_chair, led, judged_by_both):
        with transaction() as held:
            held.merge(case).lifted_at = AT
    rows = {row.object_id: row.person_id for row in session.execute(select_to_decide(TODAY))}
    # Chair and deputy stand against the same target, so neither decides the other's case.
    assert rows == {led.id: firm.deputy.id}


def test_telling_and_approving_wait_for_nobody_of_hr_who_stands_against_the_same_target(promoted, session):
    firm = promoted.firm
    rival = make.make_case(queries.get_cycle(promoted.cycle_id), firm.hr_too)
    assert rival.target_level == the_case(promoted).target_level

    def told_by():
        return {row.person_id for row in session.execute(select_to_tell(TODAY)) if row.object_id == promoted.id}

    assert told_by() == {firm.hr.id}
    with transaction():
        queries.get_cycle(promoted.cycle_id).state = CycleState.DECIDED
    assert {row.person_id for row in session.execute(select_to_approve(TODAY))} == {firm.hr.id}


# Pages -----------------------------------------------------------------------------


def test_hr_records_the_telling_and_everybody_concerned_reads_it(refused, client_for):
    base, hr = f"/promotions/cases/{refused.id}", client_for(refused.firm.hr)
    page = hr.get(f"{base}/tell")
    assert "Tomasz Wieczorek" in page.text
    sent = hr.send(page.form(ending="/tell"))
    assert sent.location == f"{base}/decision"
    for who in ("amara", "manager", "skip", "hr", "hr_too", "chair"):
        text = client_for(getattr(refused.firm, who)).get(f"{base}/decision").text
        for words in ("Not yet", "Joint work so far.", CHANGE, "21 May 2027", "Tomasz Wieczorek"):
            assert words in text, (who, words)
    for who in ("peer", "stranger", "deputy"):
        assert client_for(getattr(refused.firm, who)).get(f"{base}/decision").status == 404
    assert hr.get(f"{base}/tell").location == f"{base}/decision/draft"
    assert hr.get(f"{base}/decision/draft").location == f"{base}/decision"


def test_the_summary_of_feedback_is_for_candidate_manager_and_committee(app, client_for):
    room = world(feedback_summary="Colleagues value the calm.", recommended="not_yet")
    tell(room)
    base = f"/promotions/cases/{room.id}/decision"
    for who, reads in {"amara": True, "manager": True, "chair": True, "hr": True, "skip": False}.items():
        text = client_for(getattr(room.firm, who)).get(base).text
        assert ("the calm" in text) is reads, who
        assert ("otherwise than its ratings" in text) is (who in {"chair", "hr"}), who


def test_what_keeps_a_promotion_from_taking_effect_stands_on_the_page(promoted, client_for):
    with transaction():
        grant(get_person(promoted.firm.amara.id), "L3", on=date(2026, 11, 1))
    hr = client_for(promoted.firm.hr)
    page = hr.get(f"/promotions/cases/{promoted.id}/tell")
    assert "has changed since" in page.text
    assert hr.send(page.form(ending="/tell")).status == 422


def test_the_candidate_the_manager_and_the_chair_record_no_telling(promoted, client_for):
    for who in ("amara", "manager", "chair", "peer"):
        client = client_for(getattr(promoted.firm, who))
        assert client.get(f"/promotions/cases/{promoted.id}/tell").status == 404
        assert client.post(f"/promotions/cases/{promoted.id}/tell", {}).status == 404


def test_no_spell_is_written_before_the_telling_by_anything_that_hr_does(promoted, session, client_for):
    before = session.scalars(select(func.count()).select_from(LevelSpell)).one()
    hr = client_for(promoted.firm.hr)
    for address in (f"/promotions/cases/{promoted.id}/tell", f"/promotions/{promoted.cycle_id}/approve"):
        hr.get(address)
    assert session.scalars(select(func.count()).select_from(LevelSpell)).one() == before
