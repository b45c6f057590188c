"""The promotion cycles of the example company: what the rules of promotion would have let happen, and nothing else."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from sqlalchemy import select

from app.cli.seed.command import seed_company
from app.domain.committee import recommend
from app.domain.decision import DecisionDraft, Said, faults_of
from app.domain.promotion import CaseState, CycleState, DecisionKind
from app.domain.rationale import faults_of_rationale
from app.infra.clock import local
from app.people.models import LevelSpell, Person, SpellReason
from app.promotion.models import (
    CaseRemark,
    Decision,
    DecisionFinding,
    FeedbackAnswer,
    GivenRating,
    Nomination,
    PacketSection,
    PacketSnapshot,
    PanelSeat,
    PromotionCase,
    PromotionCycle,
    RatingDraft,
)
from app.promotion.queries.decisions import is_approved_by_two
from app.promotion.queries.packets import frozen_packet_of, is_unchanged
from app.promotion.queries.panels import recusals_of
from app.promotion.queries.relations import select_chaired
from tests.factories.assessments import publish


def seeded(app, people):
    for name in ("software-engineer/1.0.0.yaml", "technical-support/1.0.0.yaml"):
        publish(name)
    seed_company(app, people=people, random_seed=7)


@pytest.fixture
def company(app, session):
    seeded(app, 44)
    return session


def cases_of(session, name):
    rows = select(PromotionCase, Person.name).join(Person, Person.id == PromotionCase.subject_id)
    wanted = rows.join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id).where(PromotionCycle.name == name)
    return {who.split(maxsplit=1)[0]: case for case, who in session.execute(wanted)}


def test_one_cycle_is_closed_one_in_review_and_one_a_draft(company):
    states = {cycle.name: cycle.state for cycle in company.scalars(select(PromotionCycle))}
    assert states == {
        "Autumn 2025": CycleState.CLOSED,
        "Autumn 2026": CycleState.REVIEW,
        "Spring 2027": CycleState.DRAFT,
    }
    closed, running = cases_of(company, "Autumn 2025"), cases_of(company, "Autumn 2026")
    assert {case.state for case in closed.values()} == {CaseState.CLOSED, CaseState.WITHDRAWN}
    assert {case.state for case in running.values()} == {
        CaseState.IN_REVIEW, CaseState.RATED, CaseState.WITHDRAWN, CaseState.DECLINED,
    }  # fmt: skip
    assert {"Amara", "Nguyễn", "Leila"} <= running.keys()
    assert any(case.is_incomplete for case in running.values())
    assert {row.kind for row in company.scalars(select(Decision))} == set(DecisionKind)


def test_decisions_lack_nothing_and_levels_agree_with_them(company):
    for case in cases_of(company, "Autumn 2025").values():
        row = company.scalars(select(Decision).where(Decision.case_id == case.id)).one_or_none()
        if row is None:
            continue
        said = {
            one.expectation_id: Said(one.words, one.would_change, one.kind == "unmet")
            for one in company.scalars(select(DecisionFinding).where(DecisionFinding.decision_id == row.id))
        }
        draft = DecisionDraft(
            **{name: getattr(row, name) for name in DecisionDraft.__dataclass_fields__ if name != "said"}, said=said
        )
        found = recommend(latest_ratings(company, case))
        assert not faults_of(draft, found, is_incomplete=False, on=local(row.decided_at).date()), case.code
        assert row.recommended == found.recommendation
        if row.kind is DecisionKind.PROMOTE:
            rows = select(LevelSpell).where(LevelSpell.person_id == case.subject_id, LevelSpell.superseded_at.is_(None))
            spell = company.scalars(rows.where(LevelSpell.level == case.target_level)).one()
            assert (spell.starts_on, spell.reason) == (row.effective_on, SpellReason.PROMOTION)
        assert local(row.decided_at) < local(case.told_at)
        assert row.decided_by_id in people_who_chair(company, case)
    cycle = company.scalars(select(PromotionCycle).where(PromotionCycle.name == "Autumn 2025")).one()
    assert is_approved_by_two(cycle.id)
    assert cycle.archived_on <= date(2026, 11, 21)


def people_who_chair(session, case):
    cycle = session.get_one(PromotionCycle, case.cycle_id)
    return (cycle.chair_id,) if not recusals_of(case.id, cycle.chair_id) else (cycle.deputy_id,)


def latest_ratings(session, case):
    rows = (
        select(GivenRating)
        .join(PanelSeat, PanelSeat.id == GivenRating.seat_id)
        .where(GivenRating.case_id == case.id, PanelSeat.ended_at.is_(None))
    )
    latest = {}
    for row in session.scalars(rows.order_by(GivenRating.number)):
        latest.setdefault(row.expectation_id, {})[row.reviewer_id] = row.rating
    return {one: list(given.values()) for one, given in latest.items()}


def test_ratings_are_whole_and_by_people_who_may_give_them(company):
    for name in ("Autumn 2025", "Autumn 2026"):
        for case in cases_of(company, name).values():
            if case.frozen_at is None:
                continue
            packet = frozen_packet_of(case.id)
            assert is_unchanged(case)
            seats = list(company.scalars(select(PanelSeat).where(PanelSeat.case_id == case.id)))
            for seat in seats:
                if seat.ended_at is None:
                    assert not recusals_of(case.id, seat.person_id), (name, case.code)
                given = list(company.scalars(select(GivenRating).where(GivenRating.seat_id == seat.id)))
                firsts = {row.expectation_id for row in given if row.number == 1}
                assert firsts == (set(packet["rated"]) if seat.submitted_at else set())
                drafts = company.scalars(select(RatingDraft).where(RatingDraft.seat_id == seat.id)).all()
                for row in [*given, *drafts]:
                    lacking = faults_of_rationale(row.rating, row.rationale, row.missing, pieces=len(packet["pieces"]))
                    assert not lacking, (name, case.code, row.rationale)
            held = [seat for seat in seats if seat.ended_at is None]
            assert len(held) == (0 if case.is_incomplete else 3)
            assert (case.lifted_at is not None) == (bool(held) and all(seat.submitted_at for seat in held))
    check_that_texts_cite_pieces_that_are_there_and_leave_no_slot_open(company)


def test_reviewers_are_done_half_way_or_not_begun_and_one_has_stepped_aside(company):
    running = {case.id for case in cases_of(company, "Autumn 2026").values()}
    seats = list(company.scalars(select(PanelSeat).where(PanelSeat.case_id.in_(running))))
    begun = set(company.scalars(select(RatingDraft.seat_id)))
    held = [seat for seat in seats if seat.ended_at is None]
    assert any(seat.submitted_at for seat in held)
    assert any(seat.id in begun and not seat.submitted_at for seat in held)
    assert any(seat.id not in begun for seat in held)
    assert [seat.drawn_by for seat in held].count("substitute") == 1
    changed = company.scalars(select(GivenRating).where(GivenRating.number == 2)).all()
    assert len(changed) == 3
    assert {remark.is_apart for remark in company.scalars(select(CaseRemark))} == {True, False}
    check_that_priya_chairs_what_is_not_of_her_own_teams(company)


def check_that_priya_chairs_what_is_not_of_her_own_teams(company):
    ids = {name.split()[0]: key for key, name in company.execute(select(Person.id, Person.name))}
    cases = {case.id: who for who, case in cases_of(company, "Autumn 2026").items()}

    def chaired(who):
        return {cases[one] for one in company.scalars(select_chaired(ids[who])) if one in cases}

    assert {"Amara", "Leila", "Ffion", "Teodora"} <= chaired("Priya")
    assert {"Oluwaseun", "Nguyễn"} <= chaired("Gabriel")
    assert not chaired("Priya") & chaired("Gabriel")


def check_that_texts_cite_pieces_that_are_there_and_leave_no_slot_open(company):
    columns = [
        PacketSection.words, Nomination.words, FeedbackAnswer.words, GivenRating.rationale, GivenRating.missing,
        RatingDraft.rationale, CaseRemark.words, Decision.reasons, Decision.missing, DecisionFinding.words,
    ]  # fmt: skip
    for column in columns:
        for words in company.scalars(select(column)):
            assert not re.search(r"[<>{}]", words), words
    for case in company.scalars(select(PromotionCase)):
        numbers = {0}
        snapshot = company.scalars(select(PacketSnapshot).where(PacketSnapshot.case_id == case.id)).one_or_none()
        if snapshot is not None:
            packet = json.loads(snapshot.content)
            numbers = {piece["number"] for piece in packet["pieces"]}
            texts = [*packet["parts"].values(), packet["statement"]["words"]]
            cited = {int(one) for text in texts for one in re.findall(r"\bE(\d+)", text)}
            assert cited <= numbers
            assert all(packet["parts"][part] for part in ("summary",))


@pytest.mark.parametrize(("people", "cycles"), [(8, 1), (20, 3)])
def test_small_company_has_the_cycles_that_its_people_can_fill(app, session, people, cycles):
    seeded(app, people)
    assert len(session.scalars(select(PromotionCycle)).all()) == cycles
    for case in session.scalars(select(PromotionCase).where(PromotionCase.frozen_at.is_not(None))):
        assert is_unchanged(case)
        for seat in session.scalars(
            select(PanelSeat).where(PanelSeat.case_id == case.id, PanelSeat.ended_at.is_(None))
        ):
            assert not recusals_of(case.id, seat.person_id)
