"""Drafting, changing, extending and cancelling a cycle."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError, NotAllowedNowError
from app.domain.promotion import DEADLINES, CaseState, CycleState, out_of_order
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.promotion.actions.cycles import cancel_cycle, change_cycle, draft_cycle, extend_deadlines
from app.promotion.models import CycleStep, PromotionCase, PromotionCycle
from app.promotion.queries.cases import deadline_of
from app.promotion.queries.cycles import days_of, pinned_of
from tests.conftest import NOW
from tests.factories.promotion import TODAY, make_case, make_cycle, make_firm


@pytest.fixture
def firm(app):
    return make_firm()


@pytest.fixture
def hr(firm):
    return Author(firm.hr.id)


def anew(cycle):
    db.session.expire_all()
    return db.session.get(PromotionCycle, cycle.id)


def changed(cycle, by, **values):
    with transaction() as session:
        found = session.get(PromotionCycle, cycle.id)
        change_cycle(found, **({"name": found.name, "version": found.version} | values), by=by, at=NOW)
    return anew(cycle)


def extended(cycle, days, reason="Two people are ill.", *, by, case=None):
    with transaction() as session:
        found = session.get(PromotionCycle, cycle.id)
        one = session.get(PromotionCase, case.id) if case else None
        return extend_deadlines(found, days, reason, case=one, by=by, at=NOW)


# Drafting --------------------------------------------------------------------------------


def test_a_draft_pins_what_is_adopted_and_proposes_weekdays_in_order(firm, hr):
    with transaction():
        drafted = draft_cycle("  Winter   2026 ", by=hr, at=NOW)
    cycle = anew(drafted)
    assert (cycle.name, cycle.state, cycle.is_public) == ("Winter 2026", CycleState.DRAFT, False)
    assert [edition.id for edition in pinned_of(cycle.id)] == [firm.edition.id]
    days = days_of(cycle)
    assert out_of_order(days) == ()
    assert all(day.weekday() < 5 for day in days.values())
    assert min(days.values()) > NOW.date()
    assert cycle.evidence_until == cycle.packets_due


def test_a_draft_is_noted_in_the_record(firm, hr):
    with transaction():
        draft_cycle("Winter 2026", by=hr, at=NOW)
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.CYCLE_DRAFTED)).one()
    assert row.actor_id == firm.hr.id


@pytest.mark.parametrize(("name", "refusal"), [(" ", IncompleteError), ("x" * 121, InvalidError)])
def test_a_name_is_needed_and_has_a_limit(firm, hr, name, refusal):
    with pytest.raises(refusal) as said, transaction():
        draft_cycle(name, by=hr, at=NOW)
    assert said.value.field == "name"


def test_a_draft_keeps_days_that_are_missing_or_out_of_order(firm, hr):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    found = changed(cycle, hr, days={"packets_due": date(2026, 1, 1), "review_due": None})
    assert (found.packets_due, found.review_due) == (date(2026, 1, 1), None)


def test_other_ladder_versions_can_be_pinned_and_ask_for_a_new_list(firm, hr):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    found = changed(cycle, hr, versions=[])
    assert pinned_of(cycle.id) == ()
    assert found.eligibility_listed_at is None


def test_an_opened_cycle_changes_its_name_and_nothing_else(firm, hr):
    cycle = make_cycle(firm, state=CycleState.OPEN)
    assert changed(cycle, hr, name="Spring 2027").name == "Spring 2027"
    for more in ({"days": {"packets_due": date(2027, 3, 1)}}, {"versions": []}):
        with pytest.raises(NotAllowedNowError):
            changed(cycle, hr, **more)


@pytest.mark.parametrize("state", [CycleState.CLOSED, CycleState.CANCELLED])
def test_a_cycle_that_is_over_stays_as_it_is(firm, hr, state):
    with pytest.raises(NotAllowedNowError):
        changed(make_cycle(firm, state=state), hr, name="Another")


def test_of_two_changes_of_one_version_the_second_hears_of_the_first(firm, hr):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    version = cycle.version
    changed(cycle, hr, name="First")
    with pytest.raises(ConflictError) as said:
        changed(cycle, hr, name="Second", version=version)
    assert said.value.stored["name"] == "First"


# Extending -------------------------------------------------------------------------------


def test_an_extension_for_all_moves_the_day_and_keeps_both_days_and_the_reason(firm, hr):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    before = cycle.packets_due
    assert extended(cycle, {"packets_due": date(2026, 12, 4)}, by=hr) == ("packets_due", "evidence_until")
    found = anew(cycle)
    assert (found.packets_due, found.evidence_until) == (date(2026, 12, 4), date(2026, 12, 4))
    step = db.session.scalars(select(CycleStep).where(CycleStep.deadline == "packets_due")).one()
    assert (step.kind, step.day_before, step.day) == ("extend", before, date(2026, 12, 4))
    assert (step.reason, step.case_id, step.by_id) == ("Two people are ill.", None, firm.hr.id)


def test_once_packets_are_in_the_cut_off_comes_forward_never_before_today_and_for_all(firm, hr):
    cycle = make_cycle(
        firm, state=CycleState.FEEDBACK, evidence_until=date(2026, 12, 1), feedback_due=date(2026, 12, 9)
    )
    case = make_case(cycle, firm.amara)
    for day, whom in ((date(2026, 12, 2), None), (TODAY - timedelta(days=1), None), (TODAY, case)):
        with pytest.raises(InvalidError) as refused:
            extended(cycle, {"evidence_until": day}, by=hr, case=whom)
        assert refused.value.field == "evidence_until"
    assert extended(cycle, {"evidence_until": TODAY}, by=hr) == ("evidence_until",)
    assert anew(cycle).evidence_until == TODAY
    step = db.session.scalars(select(CycleStep).where(CycleStep.deadline == "evidence_until")).one()
    assert (step.kind, step.day_before, step.day, step.reason) == (
        "extend",
        date(2026, 12, 1),
        TODAY,
        "Two people are ill.",
    )
    writing = make_cycle(firm, state=CycleState.PACKETS)
    with pytest.raises(InvalidError):
        extended(writing, {"evidence_until": TODAY}, by=hr)


def test_an_extension_for_one_case_leaves_the_others_alone(firm, hr):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    case, other = make_case(cycle), make_case(cycle)
    extended(cycle, {"packets_due": date(2026, 12, 4)}, by=hr, case=case)
    assert deadline_of(cycle.id, "packets_due", case.id) == date(2026, 12, 4)
    assert deadline_of(cycle.id, "packets_due", other.id) == cycle.packets_due == date(2026, 11, 28)


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"packets_due": date(2026, 11, 27)}, "packets_due"),  # earlier than it is
        ({"packets_due": date(2026, 12, 12)}, "packets_due"),  # the day of the feedback
        ({"packets_due": date(2026, 12, 14)}, "packets_due"),  # after it
        ({"packets_due": date(2026, 12, 20), "feedback_due": date(2026, 12, 19)}, "feedback_due"),
        ({"nominations_close": date(2026, 12, 1)}, "nominations_close"),  # is over
    ],
)
def test_an_extension_never_breaks_the_order_or_goes_back(firm, hr, days, field):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    with pytest.raises(InvalidError) as said:
        extended(cycle, days, by=hr)
    assert said.value.field == field
    assert anew(cycle).packets_due == date(2026, 11, 28)


def test_an_extension_of_all_later_days_keeps_the_order(firm, hr):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    later = {name: date.fromordinal(getattr(cycle, name).toordinal() + 21) for name in DEADLINES[1:]}
    extended(cycle, later, by=hr)
    assert out_of_order(days_of(anew(cycle))) == ()


@pytest.mark.parametrize("days", [{}, {"packets_due": date(2026, 11, 28)}])
def test_an_extension_names_a_later_day(firm, hr, days):
    with pytest.raises(IncompleteError):
        extended(make_cycle(firm, state=CycleState.PACKETS), days, by=hr)


@pytest.mark.parametrize("state", [CycleState.DRAFT, CycleState.CLOSED, CycleState.CANCELLED])
def test_nothing_is_extended_before_or_after_a_cycle_runs(firm, hr, state):
    with pytest.raises(NotAllowedNowError):
        extended(make_cycle(firm, state=state), {"appeal_until": date(2027, 12, 1)}, by=hr)


def test_days_of_the_committee_are_not_extended_for_one_case(firm, hr):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    with pytest.raises(InvalidError):
        extended(cycle, {"calibration_on": date(2027, 1, 11)}, by=hr, case=make_case(cycle))


def test_extending_and_cancelling_ask_for_a_reason(firm, hr):
    cycle = make_cycle(firm, state=CycleState.PACKETS)
    with pytest.raises(IncompleteError) as said:
        extended(cycle, {"packets_due": date(2026, 12, 4)}, " ", by=hr)
    assert said.value.field == "reason"
    with pytest.raises(IncompleteError), transaction() as session:
        cancel_cycle(session.get(PromotionCycle, cycle.id), "", by=hr, at=NOW)


# Cancelling ------------------------------------------------------------------------------


def cancelled(cycle, by):
    with transaction() as session:
        cancel_cycle(session.get(PromotionCycle, cycle.id), "No budget this year.", by=by, at=NOW)


def test_cancelling_closes_all_open_cases_as_cancelled_and_no_other(firm, hr):
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    open_one, gone = make_case(cycle), make_case(cycle, state=CaseState.WITHDRAWN)
    cancelled(cycle, hr)
    assert anew(cycle).state is CycleState.CANCELLED
    assert db.session.get(PromotionCase, open_one.id).state is CaseState.CANCELLED
    assert db.session.get(PromotionCase, gone.id).state is CaseState.WITHDRAWN


@pytest.mark.parametrize(
    "state", [CycleState.DECIDED, CycleState.COMMUNICATED, CycleState.CLOSED, CycleState.CANCELLED]
)
def test_a_decided_cycle_is_not_cancelled(firm, hr, state):
    with pytest.raises(NotAllowedNowError):
        cancelled(make_cycle(firm, state=state), hr)
