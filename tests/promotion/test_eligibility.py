"""Who could be nominated: the rule of each line, who sees which lines, and that the list is a record once it counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.domain.eligibility import NotEligible, line_for
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.policies import POLICIES
from app.domain.promotion import CaseState, CycleState, DecisionKind
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.policies.actions import set_policy
from app.promotion.actions.eligibility import list_eligible, waive_minimum
from app.promotion.models import Eligibility, NominatedBy
from app.promotion.queries.cases import get_cycle
from app.promotion.queries.decision_waiting import select_deferred
from tests.factories.facts import make_spell
from tests.factories.people import SYSTEM, grant, make_person
from tests.factories.promotion import decide, make_case, make_cycle, make_eligible, make_firm

NEW_YEAR = date(2026, 1, 1)
CLOSES = date(2026, 12, 1)


@pytest.fixture
def firm(app):
    return make_firm(reviewers=1)


def generate(cycle, by):
    with transaction():
        return list_eligible(get_cycle(cycle.id), Author(by.id), now())


def set_minimum(firm):
    with transaction():
        definition = POLICIES["promotion_minimum_months"]
        set_policy(definition, "24", reason="Agreed.", by=Author(firm.hr.id), at=now(), seen_number=0)


def lines(session, cycle):
    session.rollback()
    rows = session.scalars(select(Eligibility).where(Eligibility.cycle_id == cycle.id))
    return {row.subject_id: row for row in rows}


# The rule -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "left_on", "minimum", "rule", "targets"),
    [
        ("L2", None, 0, None, ("L3",)),
        ("L4", None, 0, NotEligible.TOP, ()),
        ("L9", None, 0, NotEligible.UNKNOWN_LEVEL, ()),
        ("L2", date(2027, 1, 1), 0, NotEligible.LEAVING, ("L3",)),
        ("L2", None, 11, None, ("L3",)),
        ("L2", None, 12, NotEligible.MINIMUM, ("L3",)),
    ],
)
def test_each_line_says_what_comes_next_or_which_rule_stands_against_it(app, level, left_on, minimum, rule, targets):
    ladder = make_firm(reviewers=0).edition.ladder
    held = [make_spell(level, NEW_YEAR, ladder.slug)]
    found = line_for(held, {ladder.lineage: ladder}, left_on=left_on, minimum_months=minimum, on=NEW_YEAR, until=CLOSES)
    assert (found.rule, found.targets, found.held_since) == (rule, targets, NEW_YEAR)


def test_nobody_without_a_level_or_on_another_ladder_could_be_nominated(firm):
    pinned = {firm.edition.ladder.lineage: firm.edition.ladder}
    asked = {"left_on": None, "minimum_months": 0, "on": NEW_YEAR, "until": CLOSES}
    assert line_for([], pinned, **asked).rule is NotEligible.NO_LEVEL
    other = line_for([make_spell("L2", NEW_YEAR, "technical-support")], pinned, **asked)
    assert (other.rule, other.lineage, other.level) == (NotEligible.NOT_PINNED, "technical-support", "L2")


# The list -----------------------------------------------------------------------------


def test_everybody_who_works_here_stands_on_the_list_and_leave_is_no_reason(firm, session):
    away = make_person("Ebba Away", level="L2")
    with transaction():
        people.record_leave(away, from_on=date(2026, 6, 1), until_on=None, by=SYSTEM, at=now())
    gone = make_person("Gunnar Gone", level="L2", left_on=date(2026, 1, 1))
    cycle = make_cycle(firm, state=CycleState.DRAFT, eligibility_listed_at=None)
    generate(cycle, firm.hr)
    found = lines(session, cycle)
    assert (found[away.id].rule, found[away.id].targets) == ("", "L3")
    assert (found[firm.amara.id].rule, found[firm.amara.id].level) == ("", "L2")
    assert found[firm.chair.id].rule == "top"
    assert found[firm.hr.id].rule == "no_level"
    assert gone.id not in found
    assert get_cycle(cycle.id).eligibility_listed_at == now()
    [event] = session.scalars(select(AuditEvent).where(AuditEvent.tag == "promotion:eligibility:list"))
    assert event.subject_id is None


def test_a_draft_makes_the_list_anew_and_an_open_cycle_adds_who_joined_and_follows_a_corrected_level(firm, session):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    generate(cycle, firm.hr)
    with transaction():
        grant(firm.amara, "L3", on=date(2026, 11, 21))
    generate(cycle, firm.hr)
    assert lines(session, cycle)[firm.amara.id].level == "L3"
    opened = make_cycle(firm, state=CycleState.OPEN)
    make_eligible(opened, firm.amara, level="L2", targets="L3")
    joined = make_person("Nadia New", level="L1")
    assert generate(opened, firm.hr) > 0
    found = lines(session, opened)
    assert (found[firm.amara.id].level, found[joined.id].targets) == ("L3", "L2")
    assert generate(opened, firm.hr) == 0


def test_a_line_on_which_a_case_rests_stays_as_it_was_when_the_cycle_opened(firm, session):
    cycle = make_cycle(firm, state=CycleState.OPEN)
    make_eligible(cycle, firm.amara, level="L2", targets="L3")
    make_case(cycle, firm.amara, state=CaseState.ACCEPTED)
    with transaction():
        grant(firm.amara, "L3", on=date(2026, 11, 21))
    generate(cycle, firm.hr)
    assert lines(session, cycle)[firm.amara.id].level == "L2"


def test_the_list_stays_as_it_is_once_nominations_are_over(firm):
    with pytest.raises(NotAllowedNowError):
        generate(make_cycle(firm, state=CycleState.PACKETS), firm.hr)


def test_hr_waives_the_minimum_with_a_reason_and_never_their_own(firm, session):
    set_minimum(firm)
    young = make_person("Yusuf Young", level="L2", since=date(2026, 9, 1))
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    generate(cycle, firm.hr)
    line = lines(session, cycle)[young.id]
    assert line.rule == "minimum"
    with transaction(), pytest.raises(InvalidError):
        waive_minimum(line, reason="", by=Author(firm.hr.id), at=now())
    with transaction(), pytest.raises(InvalidError):
        waive_minimum(line, reason="Me.", by=Author(young.id), at=now())
    with transaction():
        waive_minimum(session.merge(line), reason="Came back to the same work.", by=Author(firm.hr.id), at=now())
    generate(cycle, firm.hr)
    kept = lines(session, cycle)[young.id]
    assert (kept.rule, kept.waived_reason) == ("", "Came back to the same work.")


def test_a_not_yet_that_names_a_later_day_stands_against_it_until_hr_waives_it(firm, session):
    earlier = make_cycle(firm, state=CycleState.CLOSED)
    asked = make_person("Ines Later", level="L2"), make_person("Otto Due", level="L2"), make_person("Uma", level="L2")
    told = [make_case(earlier, person, state=CaseState.CLOSED) for person in asked[:2]]
    told.append(make_case(earlier, asked[2], state=CaseState.DECIDED))
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    close = cycle.nominations_close
    for case, day in zip(told, (close + timedelta(days=1), close, close + timedelta(days=1)), strict=True):
        decide(case, firm.chair, DecisionKind.NOT_YET, renominate_from=day)
    generate(cycle, firm.hr)
    # What was not told is no rule yet: it would say what was decided.
    assert [lines(session, cycle)[person.id].rule for person in asked] == ["not_yet", "", ""]
    with transaction():
        waive_minimum(lines(session, cycle)[asked[0].id], reason="It shipped.", by=Author(firm.hr.id), at=now())
    generate(cycle, firm.hr)
    assert lines(session, cycle)[asked[0].id].rule == ""


def test_a_deferral_waits_for_hr_from_its_day_until_there_is_a_newer_case(firm, session):
    case = make_case(make_cycle(firm, state=CycleState.CLOSED), firm.amara)
    decide(case, firm.chair, DecisionKind.DEFER, defer_until=date(2026, 11, 21))

    def waits(on):
        session.rollback()
        return {row.person_id for row in session.execute(select_deferred(on))}

    assert waits(date(2026, 11, 20)) == set()
    assert waits(date(2026, 11, 21)) == {firm.hr.id, firm.hr_too.id}
    make_case(make_cycle(firm), firm.amara, nominated_at=now())
    assert waits(date(2026, 11, 21)) == set()


# Who sees it --------------------------------------------------------------------------


def listed(firm):
    cycle = make_cycle(firm, state=CycleState.OPEN)
    generate(cycle, firm.hr)
    return cycle, f"/promotions/{cycle.id}/eligibility"


def test_hr_and_the_chair_see_all_lines_a_manager_their_people_and_everybody_themselves(firm, client_for):
    _, address = listed(firm)
    for who in (firm.hr, firm.chair):
        assert "Kofi Mensah" in client_for(who).get(address).words("table")
    for who in (firm.manager, firm.skip):
        words = client_for(who).get(address).words("table")
        assert "Amara Diallo" in words
        assert "Ffion Prydderch" in words
        assert "Kofi Mensah" not in words
    own = client_for(firm.amara).get(address)
    assert "You could be nominated for L3." in own.words()
    assert "Ffion Prydderch" not in own.text
    assert "Tomasz" not in own.words("table")


def test_hr_finds_who_was_eligible_and_not_nominated(firm, client_for):
    cycle, address = listed(firm)
    case = make_case(cycle, firm.amara, nominated_by=firm.peer, nominated_as=NominatedBy.PEER)
    hr = client_for(firm.hr)
    missing = hr.get(f"{address}?show=not-nominated")
    assert "Ffion Prydderch" in missing.words("table")
    assert "Amara Diallo" not in missing.words("table")
    nominated = hr.get(f"{address}?show=nominated").words("table")
    assert case.code in nominated
    assert "Ffion" not in nominated
    assert "Oluwaseun Chair" in hr.get(f"{address}?show=not-eligible").words("table")
    assert "Nobody fits" in hr.get(f"{address}?q=zzz&show=nonsense").words()
    assert "Kofi Mensah" in hr.get(f"{address}?q=kofi&page=0").words("table")


def test_the_list_shows_no_rating_and_no_decision_of_a_case(firm, client_for):
    cycle, address = listed(firm)
    make_case(cycle, firm.amara, state="decided")
    for who in (firm.hr, firm.manager, firm.amara):
        words = client_for(who).get(address).words("table")
        assert "With the committee" in words
        assert "Decided" not in words


def test_hr_makes_the_list_and_waives_on_the_page(firm, client_for, session):
    set_minimum(firm)
    young = make_person("Yusuf Young", level="L2", since=date(2026, 9, 1))
    cycle = make_cycle(firm, state=CycleState.DRAFT, eligibility_listed_at=None)
    hr = client_for(firm.hr)
    empty = hr.get(f"/promotions/{cycle.id}/eligibility")
    assert "The list is not made yet" in empty.words()
    assert hr.send(empty.form(ending="/eligibility")).status == 302
    line = lines(session, cycle)[young.id]
    form = hr.get(f"/promotions/eligibility/{line.id}/waive")
    refused = hr.send(form.form(ending="/waive"), reason=" ")
    assert refused.status == 422
    assert "Say why the rule does not apply." in refused.words()
    assert hr.send(form.form(ending="/waive"), reason="Did the same work elsewhere.").status == 302
    assert lines(session, cycle)[young.id].rule == ""
    assert client_for(firm.manager).get(f"/promotions/eligibility/{line.id}/waive").status == 404


def test_the_list_has_no_column_of_acts_where_no_line_has_one(firm, client_for):
    cycle = make_cycle(firm)
    make_eligible(cycle, firm.amara)
    address, client = f"/promotions/{cycle.id}/eligibility", client_for(firm.hr)
    assert "Actions" not in client.get(address).words("table")
    make_eligible(cycle, firm.stranger, rule="minimum")
    assert "Actions" in client.get(address).words("table")


def test_a_draft_is_hr_business(firm, client_for):
    cycle = make_cycle(firm, state=CycleState.DRAFT)
    assert client_for(firm.amara).get(f"/promotions/{cycle.id}/eligibility").status == 404
    assert client_for(firm.hr).get(f"/promotions/{cycle.id}/eligibility").status == 200


def test_somebody_who_joined_after_the_list_was_made_is_told_so(firm, client_for):
    _, address = listed(firm)
    joined = make_person("Nadia New", level="L1")
    assert "HR adds whoever joined since it was made" in client_for(joined).get(address).words()


def test_the_minimum_is_met_by_whoever_has_it_on_the_last_day_of_nominations(firm):
    ladder = firm.edition.ladder
    held = [make_spell("L2", date(2026, 6, 1), ladder.slug)]
    pinned = {ladder.lineage: ladder}
    asked = {"left_on": None, "minimum_months": 6, "on": date(2026, 11, 21)}
    assert line_for(held, pinned, **asked, until=CLOSES).rule is None
    assert line_for(held, pinned, **asked, until=CLOSES - timedelta(days=1)).rule is NotEligible.MINIMUM
