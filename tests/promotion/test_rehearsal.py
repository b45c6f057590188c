"""The rehearsal: what it finds on live data, what it says to do, and that a sound draft is clean."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.promotion import CycleState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import SpellReason
from app.promotion.models import PromotionCycle
from app.promotion.queries import rehearsal
from app.promotion.queries.rehearsal import rehearse
from tests.factories.people import AT, SYSTEM, make_person
from tests.factories.promotion import TODAY, make_case, make_cycle, make_firm, set_rank
from tests.factories.second_factor import give_second_factor

WEEKDAYS = {
    "nominations_close": date(2026, 12, 4),
    "packets_due": date(2026, 12, 18),
    "evidence_until": date(2026, 12, 18),
    "feedback_due": date(2027, 1, 15),
    "review_due": date(2027, 2, 5),
    "calibration_on": date(2027, 2, 12),
    "communicate_by": date(2027, 2, 26),
    "appeal_until": date(2027, 3, 26),
}


@pytest.fixture
def firm(app):
    found = make_firm()
    for person in (found.chair, found.deputy):
        give_second_factor(person)
    # Everybody who holds a level has a line manager, far from the committee.
    boss = make_person("Boss Far Away")
    with transaction():
        for person in (*found.committee, found.stranger, found.colleague):
            people.set_manager(person, boss, from_on=date(2023, 1, 2), by=SYSTEM, at=AT)
    return found


def draft(firm, **columns):
    return make_cycle(firm, state=CycleState.DRAFT, **(WEEKDAYS | columns))


def found(cycle):
    db.session.expire_all()
    return rehearse(db.session.get(PromotionCycle, cycle.id), TODAY)


def titles(cycle):
    return [one.title for one in found(cycle)]


def finding(cycle, words):
    (one,) = [one for one in found(cycle) if words in one.title]
    return one


LEVELLESS = "5 people hold no level of any ladder"


def test_a_sound_draft_finds_only_who_is_off_the_ladder(firm):
    assert titles(draft(firm)) == [LEVELLESS]


def test_what_keeps_a_draft_from_opening_stands_first(firm):
    first = found(draft(firm, chair=None, eligibility_listed_at=None))[0]
    assert (first.title, first.stops, first.where) == (
        "The list of who could be nominated is not made",
        True,
        rehearsal.ELIGIBILITY,
    )


def test_people_without_a_level_or_a_manager_are_named(firm):
    make_person("Zoë Nolevel")
    make_person("Yusuf Nomanager", level="L1")
    cycle = draft(firm)
    assert "Zoë Nolevel" in [name for _, name in finding(cycle, "hold no level").people]
    unmanaged = finding(cycle, "no line manager")
    assert [name for _, name in unmanaged.people] == ["Yusuf Nomanager"]
    assert unmanaged.title == "1 person who could be nominated has no line manager"


def test_people_on_a_ladder_that_is_not_pinned_are_named(firm):
    cycle = draft(firm)
    with transaction() as session:
        people.grant_level(
            session.merge(firm.stranger),
            ladder="technical-support",
            level="L2",
            from_on=date(2024, 1, 1),
            reason=SpellReason.TRANSFER,
            by=SYSTEM,
            at=AT,
        )
    assert [name for _, name in finding(cycle, "does not pin").people] == ["Kofi Mensah"]


def test_recusals_that_leave_no_quorum_name_whom_they_are_about(firm):
    lead, above = firm.reviewers[0], firm.reviewers[1]
    with transaction():
        people.set_manager(lead, above, from_on=date(2024, 1, 1), by=SYSTEM, at=AT)
    make_person("Ebba Nyström", manager=lead, level="L2")
    cycle = draft(firm, members=firm.reviewers[:4])
    one = finding(cycle, "Recusals leave no quorum")
    assert [name for _, name in one.people] == ["Ebba Nyström"]
    assert one.where == rehearsal.COMMITTEE
    assert "Recusals" not in " ".join(titles(draft(firm, members=firm.reviewers)))


def test_a_committee_below_the_rank_of_a_target_is_found_and_a_review_rank_mends_it(firm):
    low = [make_person(f"Low {number}", level="L3", manager=firm.skip) for number in range(3)]
    cycle = draft(firm, members=low)
    assert "0 members of the committee may review cases for L4, and a quorum needs 3" in titles(cycle)
    outside = [make_person(f"Off Ladder {number}") for number in range(3)]
    for person in outside:
        set_rank(person, 4)
    assert "may review cases" not in " ".join(titles(draft(firm, members=outside)))


def test_overloaded_reviewers_are_counted_from_cases_or_from_who_could_be_nominated(firm):
    cycle = draft(firm, members=firm.reviewers[:3], panel_size=3)
    for number in range(40):
        make_person(f"Engineer {number}", manager=firm.skip, level="L1")
    one = finding(cycle, "Each reviewer would have about")
    assert one.title == "Each reviewer would have about 11 cases, and 8 can be done well"
    assert "if one in 4 of 44 is nominated" in one.advice
    assert "2 more members would do" in one.advice
    make_case(cycle)
    assert "Each reviewer" not in " ".join(titles(cycle))


def test_days_on_weekends_and_days_that_are_over_are_named(firm):
    cycle = draft(firm, nominations_close=date(2026, 11, 20), feedback_due=date(2027, 1, 16))
    assert "1 day falls on a weekend: “Feedback due”, Saturday 16 January 2027" in titles(cycle)
    assert "1 day is not ahead of us: “Nominations close”, 20 November 2026" in titles(cycle)


def test_days_out_of_order_keep_a_draft_from_opening(firm):
    one = finding(draft(firm, feedback_due=date(2026, 12, 18)), "Feedback due")
    assert (one.stops, one.where) == (True, rehearsal.DAYS)


def test_a_chair_without_a_second_factor_is_named(firm):
    bare = make_person("Bare Chair", level="L4", manager=firm.skip)
    title = "Bare Chair, the chair, has no second factor yet"
    assert title in titles(draft(firm, chair=bare))


def test_a_chair_who_is_recused_needs_a_deputy_who_is_not(firm):
    make_person("Ebba Nyström", level="L2", manager=firm.chair)
    cycle = draft(firm)
    assert "The chair" not in " ".join(titles(cycle))
    with transaction() as session:
        session.get(PromotionCycle, cycle.id).deputy_id = None
    one = finding(cycle, "The chair takes no part")
    assert "Ebba Nyström" in [name for _, name in one.people]
    with transaction():
        people.set_manager(firm.chair, firm.deputy, from_on=date(2024, 1, 1), by=SYSTEM, at=AT)
        db.session.get(PromotionCycle, cycle.id).deputy_id = firm.deputy.id
    assert finding(cycle, "Neither chair nor deputy")


def test_an_even_panel_is_pointed_out_once_it_is_fixed(firm):
    cycle = make_cycle(firm, state=CycleState.OPEN, panel_size=4, **WEEKDAYS)
    assert "Panels have 4 reviewers, an even number" in titles(cycle)


def test_a_long_list_of_names_is_cut_and_says_how_many_are_left_out(firm):
    for number in range(20):
        make_person(f"Nobody {number:02}")
    one = finding(draft(firm), "hold no level")
    assert (len(one.people), one.more) == (12, 13)
