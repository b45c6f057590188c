"""The support tiers of a team: what it needs, who holds one from outside, from which day, and who may change that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.access.actor import Role
from app.audit.models import AuditEvent
from app.domain.as_of import AsOf, Known
from app.domain.coverage import Coverage, Need
from app.domain.errors import ConflictError, InvalidError, MissingError, NotAllowedNowError
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.actions import tiers as actions
from app.people.models import HolderKind, TeamTier, TierHolder
from app.people.queries import tiers as queries
from tests.conftest import NOW
from tests.factories.editions import ENGINEER, SUPPORT, adopted
from tests.factories.people import SYSTEM, make_person, make_team
from tests.factories.tiers import make_support_team, name_holder, set_tiers, support_ladder

TODAY = NOW.date()
LATER = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


@pytest.fixture
def company(app) -> SimpleNamespace:
    """Return the team of the example of the rules, with its manager, HR, an engineer in it and a stranger."""
    adopted(SUPPORT)
    adopted(ENGINEER)
    manager = make_person("Tomasz Wieczorek")
    team = make_support_team("Billing", "1112", manager=manager)
    return SimpleNamespace(
        team=team,
        manager=manager,
        hr=make_person("Ruth Okonjo", roles=(Role.HR,)),
        member=make_person("Amara Diallo", manager=manager, team=team, level="L2"),
        stranger=make_person("Kofi Mensah"),
        ladder=support_ladder(),
        address=f"/people/teams/{team.id}/tiers",
    )


def held(team, day: date = TODAY, known: Known = Known.NOW) -> queries.TeamOnLadder:
    (found,) = queries.read_team_covers(AsOf(day, known), queries.list_support_ladders(day), [team.id])
    return found


def shown(found: queries.TeamOnLadder) -> list[str]:
    return [one.coverage.value for one in found.cover.tiers]


def logged(tag: str) -> list[AuditEvent]:
    return [one for one in db.session.query(AuditEvent).order_by(AuditEvent.seq) if one.tag == tag]


# What holds -------------------------------------------------------------------------


def test_only_ladders_with_rules_of_escalation_have_tiers(company):
    assert [one.lineage for one in queries.list_support_ladders()] == ["technical-support"]
    with pytest.raises(MissingError):
        queries.get_support_ladder("software-engineer")


def test_two_support_ladders_are_told_apart(company):
    desk = SUPPORT.replace("slug: technical-support", "slug: desk", 1).replace("Technical Support", "Desk")
    adopted(desk.replace("ladder: technical-support", "ladder: desk", 1))
    make_person("Dana Desk", team=company.team, ladder="desk", level="L4")
    found = queries.read_team_covers(queries.now_held(), queries.list_support_ladders(), [company.team.id])
    assert [(one.ladder.title, one.cover.tiers[3].inside) for one in found] == [("Desk", 1), ("Technical Support", 0)]


def test_team_that_nobody_set_up_needs_every_tier_but_the_last(company):
    found = held(company.team)
    assert not found.is_set
    assert shown(found) == ["green", "amber", "red", "not_needed"]
    assert [one.words for one in found.cover.breaks] == ["from L2 to L3"]


def test_team_without_people_on_the_ladder_needs_nothing(company):
    quiet = make_team("Quiet")
    assert queries.read_team_covers(queries.now_held(), [company.ladder], [quiet.id]) == []
    assert queries.find_team_cover(quiet, [company.ladder]).cover.required == ()


def test_example_of_the_rules_with_a_vendor_at_l4(company):
    set_tiers(company.team)
    name_holder(company.team)
    found = held(company.team)
    assert [one.holders for one in found.cover.tiers] == [4, 1, 0, 1]
    assert shown(found) == ["green", "amber", "red", "outside"]
    assert found.cover.bus_factor == 0
    assert [one.words for one in found.outside_of("L4")] == ["External: Tessera"]


def test_who_has_left_or_is_on_another_ladder_holds_no_tier(company):
    make_person("Lena Left", team=company.team, ladder="technical-support", level="L3", left_on=date(2026, 1, 1))
    make_person("Erik Engineer", team=company.team, level="L3")
    assert held(company.team).cover.tiers[2].inside == 0


# Setting it -------------------------------------------------------------------------


def test_change_ends_what_held_and_writes_the_next(company):
    set_tiers(company.team)
    assert set_tiers(company.team, (1, 2, 4), from_on=TODAY) == ["L3"]
    rows = [row for row in queries.list_team_tiers(company.team.id, "technical-support") if row.tier == "L3"]
    assert [(row.is_required, row.starts_on, row.ends_on) for row in rows] == [
        (True, date(2024, 1, 1), TODAY),
        (False, TODAY, None),
    ]
    assert held(company.team, TODAY - timedelta(days=1)).cover.tiers[2].need.is_required
    assert not held(company.team).cover.tiers[2].need.is_required
    assert len(logged("people:tier:set")) == 5


def test_change_on_the_same_day_supersedes_and_nothing_new_writes_nothing(company):
    set_tiers(company.team)
    assert set_tiers(company.team, green=3, at=NOW) == ["L1", "L2", "L3", "L4"]
    assert set_tiers(company.team, green=3, at=NOW) == []
    assert db.session.query(TeamTier).count() == 8
    assert len(queries.list_team_tiers(company.team.id, "technical-support")) == 4


def test_change_before_a_later_one_ends_with_it(company):
    set_tiers(company.team, (1,), from_on=date(2027, 1, 1))
    set_tiers(company.team, (1, 2), from_on=TODAY)
    assert held(company.team).cover.tiers[1].need.is_required
    assert [one.tier.id for one in held(company.team, date(2027, 1, 1)).cover.required] == ["L1"]


def test_report_on_a_past_day_does_not_move_with_a_later_correction(company):
    set_tiers(company.team, (1, 2))
    set_tiers(company.team, (1,), at=NOW)
    past = date(2026, 6, 30)
    assert [one.tier.id for one in held(company.team, past, Known.THEN).cover.required] == ["L1", "L2"]
    assert [one.tier.id for one in held(company.team, past, Known.NOW).cover.required] == ["L1"]


def test_setting_what_somebody_else_has_set_since_is_a_conflict(company):
    set_tiers(company.team)
    needs = {tier.id: Need() for tier in company.ladder.tiers}
    with pytest.raises(ConflictError) as refused, transaction():
        actions.set_team_tiers(company.team, company.ladder, needs, from_on=TODAY, version=0, by=SYSTEM, at=NOW)
    assert refused.value.stored["required_L1"] == "y"
    assert refused.value.stored["green_L4"] == "2"
    assert refused.value.version == 4


@pytest.mark.parametrize(("need", "field"), [(Need(True, 0, 2), "amber_L1"), (Need(True, 3, 2), "green_L1")])
def test_thresholds_out_of_reach_or_order_are_refused_at_their_field(company, need, field):
    with pytest.raises(InvalidError) as refused:
        actions.check_needs({"L1": need})
    assert refused.value.field == field


# Holders from outside ---------------------------------------------------------------


def test_holder_ends_with_the_last_day_and_stays_in_the_past(company):
    row = name_holder(company.team, kind=HolderKind.SHARED)
    with transaction():
        actions.end_holder(queries.get_holder(company.team, row.id), last_day=TODAY, by=SYSTEM, at=NOW)
    assert held(company.team).outside_of("L4")
    assert not held(company.team, TODAY + timedelta(days=1)).outside_of("L4")
    assert [one.tag for one in logged("people:holder:end")] == ["people:holder:end"]
    assert "Tessera" not in str([one.details for one in db.session.query(AuditEvent)])


def test_holder_is_neither_ended_before_it_begins_nor_twice(company):
    row = name_holder(company.team)
    found = queries.get_holder(company.team, row.id)
    with pytest.raises(InvalidError, match="from 1 January 2024"), transaction():
        actions.end_holder(found, last_day=date(2023, 12, 31), by=SYSTEM, at=NOW)
    with transaction():
        actions.end_holder(queries.get_holder(company.team, row.id), last_day=TODAY, by=SYSTEM, at=NOW)
    (ended,) = queries.list_named_holders(company.team.id, "technical-support")
    with pytest.raises(NotAllowedNowError), transaction():
        actions.take_back_holder(queries.get_holder(company.team, ended.id), by=SYSTEM, at=LATER)
    with pytest.raises(MissingError):
        queries.get_holder(company.team, row.id)


def test_same_holder_is_named_once_and_only_for_a_tier_of_the_ladder(company):
    name_holder(company.team)
    with pytest.raises(InvalidError, match="already"):
        name_holder(company.team, name="tessera")
    with pytest.raises(InvalidError) as refused:
        name_holder(company.team, "L9")
    assert refused.value.field == "tier"


# The pages --------------------------------------------------------------------------


def test_hr_and_the_teams_manager_see_and_set_the_tiers_and_nobody_else(company, client_for):
    for who in (company.hr, company.manager):
        client = client_for(who)
        assert "Support tiers" in client.get(f"/people/teams/{company.team.id}").words("main")
        assert client.get(company.address).status == 200
    for who in (company.member, company.stranger):
        client = client_for(who)
        assert "Support tiers" not in client.get(f"/people/teams/{company.team.id}").words("main")
        assert client.get(company.address).status == 404


def test_manager_sets_the_tiers_of_the_team(company, client_for):
    client = client_for(company.manager)
    page = client.get(company.address)
    assert "These are the usual needs" in page.words("main")
    form = page.form(company.address)
    assert dict(form.fields)["required_L3"] == "y"
    wrong = client.post(company.address, form.with_values(green_L2="0", amber_L1="many"))
    assert wrong.status == 422
    assert 'value="many"' in wrong.text
    done = client.post(company.address, form.with_values(green_L2="1", required_L4="y"))
    assert done.location == f"/people/teams/{company.team.id}"
    page = client.get(f"/people/teams/{company.team.id}").words("main")
    assert "Breaks from L2 to L3 and from L3 to L4" in page
    assert "usual needs" not in page
    assert held(company.team).cover.tiers[1].coverage is Coverage.GREEN
    assert client.post(company.address, form.with_values(green_L2="5")).status == 409


def test_manager_names_a_vendor_and_ends_it(company, client_for):
    client = client_for(company.manager)
    address = f"{company.address}/holders"
    page = client.get(address)
    assert client.post(address, page.form(address).with_values(name=" ")).status == 422
    client.post(address, page.form(address).with_values(name="Tessera", tier="L3", from_on="2026-11-01"))
    assert "External: Tessera" in client.get(f"/people/teams/{company.team.id}").words("main")
    assert held(company.team).cover.is_path_complete
    row = db.session.query(TierHolder).one()
    end = f"{address}/{row.id}/end"
    asked = client.get(end)
    assert client.post(end, asked.form(end).with_values(last_day="2020-01-01")).status == 422
    client.post(end, asked.form(end).with_values(last_day="2026-11-20"))
    db.session.expire_all()
    assert not held(company.team).cover.is_path_complete
    assert client.get(end).status == 404
    assert client_for(company.stranger).get(end).status == 404


def test_named_by_mistake_is_taken_back(company, client_for):
    client = client_for(company.hr)
    address = f"{company.address}/holders"
    client.post(address, client.get(address).form(address).with_values(name="Tessera"))
    row = db.session.query(TierHolder).one()
    end = f"{address}/{row.id}/end"
    client.post(f"{address}/{row.id}/undo", client.get(end).form(ending="/undo").fields)
    assert queries.list_named_holders(company.team.id, "technical-support") == []


def test_without_a_ladder_that_has_tiers_the_page_says_the_first_step(app, client_for):
    hr, team = make_person("Ruth Okonjo", roles=(Role.HR,)), make_team("Billing")
    assert "No ladder has tiers" in client_for(hr).get(f"/people/teams/{team.id}/tiers").words("main")
    assert client_for(hr).get(f"/people/teams/{team.id}/tiers/holders").status == 404
    assert "Support tiers" not in client_for(hr).get(f"/people/teams/{team.id}").words("main")
