"""Committees: who may be named and taken off, up to which rank they review, and what their pages show to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app.access.actor import Role
from app.access.relations import Fact, relations
from app.audit.actions import Author
from app.auth import second_factor
from app.auth.models import Account, AuthSession
from app.auth.queries.account_list import roles_of
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.jobs.models import Job
from app.people import actions as people
from app.people.models import Person, SpellReason
from app.promotion import queries, sweep
from app.promotion.actions import committees, panels
from app.promotion.models import CommitteeMember, NominatedBy, PanelSeat, ReviewRank
from app.promotion.panel_pages import KNOWN_TO_HR
from app.promotion.queries.panels import ranks_of, recusals_recorded, seats_of, serving
from tests.factories import promotion as make
from tests.factories.people import SYSTEM, grant, make_person

TODAY = date(2026, 11, 21)


@pytest.fixture
def firm(app):
    return make.make_firm(reviewers=5)


@pytest.fixture
def review(firm):
    """Return a case in review with three seats held."""
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=firm.reviewers)
    case = make.make_case(cycle, firm.amara, nominated_by=firm.colleague, nominated_as=NominatedBy.PEER)
    for one in firm.reviewers[:3]:
        make.seat(case, one)
    return SimpleNamespace(
        firm=firm,
        cycle=cycle,
        id=case.id,
        committee=f"/promotions/{cycle.id}/committee",
        panel=f"/promotions/cases/{case.id}/panel",
        recuse=f"/promotions/cases/{case.id}/recuse",
    )


def the_cycle(cycle):
    return queries.get_cycle(cycle.id)


def by(person):
    return Author(person.id)


def act(action, cycle, *args, who, **more):
    with transaction():
        return action(the_cycle(cycle), *args, by=by(who), at=now(), **more)


def member_of(cycle, person) -> CommitteeMember:
    return next(row for row in serving(cycle.id) if row.person_id == person.id)


# Naming -------------------------------------------------------------------------------


def test_somebody_who_works_here_is_named_once(firm):
    cycle = make.make_cycle(firm, members=[])
    row = act(committees.add_member, cycle, firm.colleague, who=firm.hr)
    assert (row.person_id, row.named_by_id, row.is_external) == (firm.colleague.id, firm.hr.id, False)
    with pytest.raises(InvalidError) as refusal:
        act(committees.add_member, cycle, firm.colleague, who=firm.hr)
    assert refusal.value.field == "person"


def test_whoever_has_left_is_not_named(firm):
    cycle, gone = make.make_cycle(firm), make_person("Gone", level="L4", left_on=TODAY)
    for action in (committees.add_member, committees.name_chair, committees.name_deputy):
        with pytest.raises(InvalidError):
            act(action, cycle, gone, who=firm.hr)


def test_member_named_during_the_review_fills_a_free_seat_at_once(review):
    late = make_person("Late", level="L4")
    with transaction() as session:
        for row in serving(review.cycle.id):
            if row.person_id not in {one.id for one in review.firm.reviewers[:2]}:
                session.merge(row).ended_at = now()
        session.flush()
        panels.settle_recusals(the_cycle(review.cycle), by=SYSTEM, at=now())
    assert len(seats_of(review.id)) == 2
    act(committees.add_member, review.cycle, late, who=review.firm.chair)
    assert late.id in {seat.person_id for seat in seats_of(review.id)}


@pytest.mark.parametrize("state", [CycleState.DECIDED, CycleState.CLOSED, CycleState.CANCELLED])
def test_committee_stays_as_it_was_once_the_cycle_is_decided(firm, state):
    cycle = make.make_cycle(firm, state=state)
    with pytest.raises(NotAllowedNowError):
        act(committees.add_member, cycle, firm.colleague, who=firm.hr)
    with pytest.raises(NotAllowedNowError):
        act(committees.remove_member, cycle, firm.chair, "No more time.", who=firm.hr)


def test_one_person_is_not_chair_and_deputy(firm):
    cycle = make.make_cycle(firm)
    with pytest.raises(InvalidError):
        act(committees.name_chair, cycle, firm.deputy, who=firm.hr)
    with pytest.raises(InvalidError):
        act(committees.name_deputy, cycle, firm.chair, who=firm.hr)
    act(committees.name_deputy, cycle, firm.colleague, who=firm.hr)
    act(committees.name_chair, cycle, firm.deputy, who=firm.hr)
    found = the_cycle(cycle)
    assert (found.chair_id, found.deputy_id) == (firm.deputy.id, firm.colleague.id)


# The second factor --------------------------------------------------------------------


def open_sessions(person: Person) -> int:
    rows = select(func.count()).where(AuthSession.person_id == person.id, AuthSession.ended_at.is_(None))
    return db.session.scalar(rows)


def test_naming_a_chair_ends_their_sessions_where_no_second_factor_is_set_up(firm, client_for):
    cycle, person = make.make_cycle(firm), firm.colleague
    client = client_for(person)
    assert client.get("/").status == 200
    act(committees.name_chair, cycle, person, who=firm.hr)
    assert open_sessions(person) == 0
    assert client.get("/").location.startswith("/login")
    assert second_factor.is_compulsory_for(person.id, roles_of([person.id])[person.id])


def test_naming_a_deputy_who_has_a_second_factor_ends_no_session(firm, client_for):
    cycle, person = make.make_cycle(firm), firm.colleague
    client = client_for(person)
    with transaction():
        db.session.scalars(select(Account).where(Account.person_id == person.id)).one().totp_confirmed_at = now()
    act(committees.name_deputy, cycle, person, who=firm.hr)
    assert client.get("/").status == 200


def test_second_factor_is_compulsory_until_the_cycle_is_over(firm):
    cycle = make.make_cycle(firm)
    none = frozenset()
    assert second_factor.is_compulsory_for(firm.chair.id, none)
    assert second_factor.is_compulsory_for(firm.deputy.id, none)
    assert not second_factor.is_compulsory_for(firm.reviewers[0].id, none)
    with transaction() as session:
        session.merge(the_cycle(cycle)).state = CycleState.CLOSED
    assert not second_factor.is_compulsory_for(firm.chair.id, none)


# Ranks --------------------------------------------------------------------------------


def rank(person, value=3, reason="Led reviews for years.", *, who) -> ReviewRank:
    with transaction():
        return committees.set_review_rank(person, value, reason, by=by(who), at=now())


def test_hr_sets_up_to_which_rank_somebody_off_the_ladder_reviews(firm):
    rank(firm.manager, 2, who=firm.hr)
    rank(firm.manager, 4, who=firm.hr_too)
    assert ranks_of(frozenset({firm.manager.id}), TODAY)[firm.manager.id].value == 4
    rows = list(db.session.scalars(select(ReviewRank).order_by(ReviewRank.rank)))
    assert [(row.rank, row.ended_at is None) for row in rows] == [(2, False), (4, True)]


@pytest.mark.parametrize(
    ("who_for", "value", "reason", "field"),
    [
        ("manager", 9, "Led reviews.", "rank"),
        ("manager", 0, "Led reviews.", "rank"),
        ("manager", 3, "  ", "reason"),
        ("hr", 3, "I know myself.", "rank"),
        ("amara", 3, "She is good.", "rank"),
    ],
)
def test_rank_that_breaks_a_rule_is_refused_at_its_field(firm, who_for, value, reason, field):
    with pytest.raises(InvalidError) as refusal:
        rank(getattr(firm, who_for), value, reason, who=firm.hr)
    assert refusal.value.field == field
    assert db.session.scalar(select(func.count()).select_from(ReviewRank)) == 0


# From outside -------------------------------------------------------------------------

OUTSIDER = committees.Outsider("Yara Nasser", "yara@reviews.example", 4, "Judged staff engineers at two firms.")


def test_reviewer_from_outside_gets_an_account_a_rank_and_a_seat_on_the_committee(firm):
    cycle = make.make_cycle(firm)
    act(committees.name_external, cycle, OUTSIDER, who=firm.hr, mail_is_on=False)
    person = db.session.scalars(select(Person).where(Person.email == OUTSIDER.email)).one()
    assert (person.employee_id, person.hired_on) == (None, None)
    assert member_of(cycle, person).is_external
    assert ranks_of(frozenset({person.id}), TODAY)[person.id].value == 4
    assert db.session.scalars(select(Account).where(Account.person_id == person.id)).one().password_hash is None


def test_outsider_is_known_in_the_next_cycle_and_somebody_who_works_here_is_no_outsider(firm):
    first, second = make.make_cycle(firm), make.make_cycle(firm)
    act(committees.name_external, first, OUTSIDER, who=firm.hr, mail_is_on=True)
    act(committees.name_external, second, OUTSIDER, who=firm.hr, mail_is_on=True)
    assert db.session.scalar(select(func.count()).where(Person.email == OUTSIDER.email)) == 1
    with pytest.raises(InvalidError) as refusal:
        mistaken = replace(OUTSIDER, email=firm.colleague.email)
        act(committees.name_external, second, mistaken, who=firm.hr, mail_is_on=True)
    assert refusal.value.field == "email"
    outside = db.session.scalars(select(Person).where(Person.email == OUTSIDER.email)).one()
    with pytest.raises(InvalidError):
        act(committees.name_chair, second, outside, who=firm.hr)


def test_account_from_outside_opens_its_cases_and_nothing_else_of_the_company(review, client_for):
    act(committees.name_external, review.cycle, OUTSIDER, who=review.firm.hr, mail_is_on=False)
    person = db.session.scalars(select(Person).where(Person.email == OUTSIDER.email)).one()
    other = make.make_case(review.cycle, review.firm.peer)
    make.seat(queries.get_case(review.id), person)
    client = client_for(person)
    assert client.get(review.panel).status == 200
    for address in (
        f"/promotions/cases/{other.id}/panel",
        review.committee,
        f"/promotions/{review.cycle.id}/nominate",
        "/people/",
        "/search?q=Amara",
        f"/people/{review.firm.amara.id}",
    ):
        assert client.get(address).status == 404, address
    for address in ("/", "/promotions/", "/account"):
        assert client.get(address).status in {200, 302}, address


# Leaving ------------------------------------------------------------------------------


def let_go(person: Person) -> None:
    with transaction():
        people.let_go(person, last_day=TODAY - timedelta(days=1), by=SYSTEM, at=now())


def settle_all() -> None:
    with transaction():
        panels.settle_everything(by=SYSTEM, at=now())


def test_leaving_queues_the_sweep_for_members_and_for_nobody_else(review):
    queued = select(func.count()).where(Job.kind == sweep.SETTLE)
    let_go(review.firm.stranger)
    assert db.session.scalar(queued) == 0
    let_go(review.firm.reviewers[0])
    assert db.session.scalar(queued) == 1


def test_whoever_has_left_is_off_the_committee_and_a_return_revives_nothing(review):
    person = review.firm.reviewers[0]
    let_go(person)
    settle_all()
    assert person.id not in {row.person_id for row in serving(review.cycle.id)}
    assert db.session.scalars(select(PanelSeat).where(PanelSeat.person_id == person.id)).one().ended_reason == "left"
    with transaction():
        people.take_back_leaving(person, by=SYSTEM, at=now())
    settle_all()
    assert person.id not in {row.person_id for row in serving(review.cycle.id)}
    assert not relations.concerns(Fact.REVIEWS, person.id, review.id)


def test_chair_who_has_left_leaves_the_cases_to_the_deputy(review):
    let_go(review.firm.chair)
    settle_all()
    assert the_cycle(review.cycle).chair_id is None
    assert relations.concerns(Fact.CHAIRS, review.firm.deputy.id, review.id)
    let_go(review.firm.deputy)
    settle_all()
    assert the_cycle(review.cycle).deputy_id is None


def test_promotion_of_a_member_widens_what_they_may_review(firm):
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, members=[firm.peer, *firm.reviewers[:2]])
    case = make.make_case(cycle, firm.amara)
    with transaction():
        panels.draw_panel(queries.get_case(case.id), by=SYSTEM, at=now())
    assert len(seats_of(case.id)) == 2
    with transaction():
        grant(firm.peer, "L3", on=TODAY, reason=SpellReason.PROMOTION)
    settle_all()
    assert firm.peer.id in {seat.person_id for seat in seats_of(case.id)}


# The page of the committee ------------------------------------------------------------


def rows(page) -> list[str]:
    return [" ".join("".join(row.itertext()).split()) for row in page.all("tr")]


def loads(page) -> list[str]:
    return ["".join(cell.itertext()).strip() for cell in page.all("td", class_="n")]


def test_committee_page_groups_members_by_rank_and_says_who_may_review_what(review, client_for):
    firm = review.firm
    make.add_member(review.cycle, firm.manager)
    page = client_for(firm.hr).get(review.committee)
    assert "6 members, by rank" in page.words("main")
    found = rows(page)
    assert any("Reviewer 1" in row and "L4" in row for row in found)
    assert any("Tomasz Wieczorek" in row and "Nothing yet" in row and "Set rank" in row for row in found)
    assert "5 members" in page.words("dl") + page.words("main")


def test_member_sees_who_sits_on_the_committee_and_neither_loads_nor_acts(review, client_for):
    page = client_for(review.firm.reviewers[4]).get(review.committee)
    assert page.status == 200
    assert "Reviewer 1" in page.text
    assert "Cases so far" not in page.text
    words = client_for(review.firm.hr).get(review.committee).words("main")
    assert "“Cases so far” leaves out every case in which you take no part." in words
    assert "Take off" not in page.text
    assert not page.has_form("/committee")


@pytest.mark.parametrize("who", ["amara", "manager", "skip", "peer", "stranger"])
def test_committee_and_panel_are_hidden_from_everybody_else(review, client_for, who):
    client = client_for(getattr(review.firm, who))
    assert client.get(review.committee).status == 404
    assert client.get(review.panel).status == 404
    assert client.get(review.recuse).status == 404


def test_load_of_a_member_says_nothing_of_the_case_of_a_reader_in_hr(review, client_for):
    firm = review.firm
    ruth = make.make_case(review.cycle, firm.hr, from_level="L3", target="L4", rated=())
    make.seat(ruth, firm.reviewers[4])
    assert loads(client_for(firm.hr_too).get(review.committee)) == ["1", "1", "1", "0", "1"]
    # Whoever has a case reads no loads at all; whoever is recused reads those of the other cases.
    assert loads(client_for(firm.hr).get(review.committee)) == []
    make.recuse(ruth, firm.hr_too)
    assert loads(client_for(firm.hr_too).get(review.committee)) == ["1", "1", "1", "0", "0"]


def test_hr_names_a_member_by_part_of_the_name(review, client_for):
    client = client_for(review.firm.hr)
    page = client.get(review.committee)
    assert client.send(page.form(review.committee), person="henrik").location == review.committee
    assert member_of(review.cycle, review.firm.colleague)
    again = client.send(client.get(review.committee).form(review.committee), person="henrik")
    assert again.status == 422
    assert "is on this committee already" in again.words("main")
    assert client.send(again.form(review.committee), person="nobody by this name").status == 422


def test_chair_names_members_and_neither_chair_nor_ranks_nor_outsiders(review, client_for):
    client = client_for(review.firm.chair)
    page = client.get(review.committee)
    assert client.send(page.form(review.committee), person="henrik").location == review.committee
    row = member_of(review.cycle, review.firm.colleague)
    assert client.get(f"{review.committee}/lead").status == 404
    assert client.get(f"{review.committee}/external").status == 404
    assert client.get(f"/promotions/committee/{row.id}/rank").status == 404


def test_hr_names_the_deputy_on_their_page(review, client_for):
    client = client_for(review.firm.hr)
    page = client.get(f"{review.committee}/lead?role=deputy")
    sent = client.send(page.form(f"{review.committee}/lead"), person="henrik")
    assert sent.location == review.committee
    assert the_cycle(review.cycle).deputy_id == review.firm.colleague.id
    wrong = client.send(page.form(f"{review.committee}/lead"), person="oluwaseun", role="deputy")
    assert wrong.status == 422
    assert client.send(page.form(f"{review.committee}/lead"), person="henrik", role="king").status == 422


def test_hr_names_somebody_from_outside_and_keeps_what_was_typed_when_something_is_missing(review, client_for):
    client = client_for(review.firm.hr)
    address = f"{review.committee}/external"
    values = {"name": "Yara Nasser", "email": "yara@reviews.example", "rank": "4", "reason": "Judged elsewhere."}
    page = client.send(client.get(address).form(address), **(values | {"rank": ""}))
    assert page.status == 422
    assert "Choose a rank." in page.words("main")
    assert 'value="Yara Nasser"' in page.text
    assert client.send(page.form(address), **(values | {"rank": "77"})).status == 422
    assert client.send(page.form(address), **(values | {"email": "nonsense"})).status == 422
    assert client.send(page.form(address), **values).location == review.committee
    shown = client.get(review.committee)
    assert "External reviewer" in shown.text
    assert "hand over a link" in shown.text


def test_taking_somebody_off_asks_why_and_ends_their_seat(review, client_for):
    client, person = client_for(review.firm.hr), review.firm.reviewers[0]
    address = f"/promotions/committee/{member_of(review.cycle, person).id}/remove"
    page = client.get(address)
    assert "Take Reviewer 1 off the committee?" in page.words("h1")
    refused = client.send(page.form(address), reason="")
    assert refused.status == 422
    assert client.send(refused.form(address), reason="On leave from Monday.").location == review.committee
    assert person.id not in {seat.person_id for seat in seats_of(review.id)}
    assert len(seats_of(review.id)) == 3
    assert "On leave from Monday." in client.get(review.committee).text
    assert client.get(address).status == 404


def test_hr_sets_a_rank_on_its_page(review, client_for):
    firm = review.firm
    row, client = make.add_member(review.cycle, firm.manager), client_for(review.firm.hr)
    address = f"/promotions/committee/{row.id}/rank"
    assert client.send(client.get(address).form(address), rank="3", reason="").status == 422
    sent = client.send(client.get(address).form(address), rank="3", reason="Led reviews.")
    assert sent.location == review.committee
    again = client.get(address)
    assert "Rank 3 counts now" in again.text
    assert "Led reviews." in again.text


# The page of a panel ------------------------------------------------------------------


def test_panel_page_shows_seats_recusals_in_words_and_who_could_step_in(review, client_for):
    firm = review.firm
    make.recuse(queries.get_case(review.id), firm.reviewers[3], note="A private quarrel.")
    make.add_member(review.cycle, firm.colleague)
    page = client_for(firm.hr).get(review.panel)
    words = page.words("main")
    assert "The quorum holds" in words
    assert "Declared by themselves" in words
    assert "Nominated the candidate" in words
    assert "A private quarrel." in words
    assert "1 could step in" in words
    assert "0 of 3 have handed in" in words


def test_reviewer_reads_neither_private_notes_nor_counts_nor_who_nominated(review, client_for):
    firm = review.firm
    make.recuse(queries.get_case(review.id), firm.reviewers[3], note="A private quarrel.")
    make.add_member(review.cycle, firm.colleague)
    words = client_for(firm.reviewers[0]).get(review.panel).words("main")
    assert "Reviewer 4" in words
    assert "A private quarrel." not in words
    assert "handed in" not in words
    assert KNOWN_TO_HR in words
    assert "Nominated the candidate" not in words
    chair = client_for(firm.chair).get(review.panel).words("main")
    assert "A private quarrel." not in chair
    assert "0 of 3 have handed in" in chair


def test_opening_the_panel_writes_nothing_and_a_button_lets_it_follow(review, client_for):
    firm = review.firm
    with transaction():
        people.set_manager(firm.amara, firm.reviewers[0], from_on=TODAY, by=SYSTEM, at=now())
    client = client_for(firm.hr)
    page = client.get(review.panel)
    assert "takes no part any more" in page.words("main")
    assert firm.reviewers[0].id in {seat.person_id for seat in seats_of(review.id)}
    assert client.send(page.form(review.panel)).location == review.panel
    db.session.expire_all()
    assert firm.reviewers[0].id not in {seat.person_id for seat in seats_of(review.id)}
    assert len(seats_of(review.id)) == 3


def test_reviewer_steps_aside_after_a_plain_question_and_sees_nothing_more(review, client_for):
    person = review.firm.reviewers[0]
    client = client_for(person)
    rating = client.get(f"/promotions/cases/{review.id}/review/1")
    assert review.recuse in [link.get("href") for link in rating.all("a")]
    page = client.get(review.recuse)
    assert "Take no part in the case of Amara Diallo?" in page.words("h1")
    too_long = client.send(page.form(review.recuse), note="x" * 1001)
    assert too_long.status == 422
    assert client.send(page.form(review.recuse), note="We are married.").location == "/promotions/"
    assert client.get(review.recuse).status == 404
    assert client.get(review.panel).status == 404
    own = client.get(review.committee).words("main")
    assert "P-01" in own
    assert "We are married." in own
    assert "Amara" not in own
    assert "We are married." not in client_for(review.firm.reviewers[1]).get(review.panel).text


def test_hr_records_that_somebody_takes_no_part(review, client_for):
    client, person = client_for(review.firm.hr), review.firm.reviewers[1]
    address = f"{review.panel}/recuse"
    page = client.get(address)
    assert client.send(page.form(address), person="").status == 422
    assert client.send(page.form(address), person=str(review.firm.stranger.id)).status == 422
    assert client.send(page.form(address), person=str(person.id), note="Told me so.").location == review.panel
    words = client.get(review.panel).words("main")
    assert "Recorded by HR or the chair" in words
    assert "Told me so." in words
    assert [row.by_id for row in recusals_recorded(review.id)] == [review.firm.hr.id]


def test_hr_steps_aside_from_a_case_and_sees_no_panel_of_it(review, client_for):
    client = client_for(review.firm.hr)
    address = f"{review.panel}/recuse"
    sent = client.send(client.get(address).form(address), person=str(review.firm.hr.id))
    assert sent.location == "/promotions/"
    assert client.get(review.panel).status == 404
    assert client_for(review.firm.hr_too).get(review.panel).status == 200


def test_nobody_steps_aside_from_a_decided_case(review, client_for):
    client = client_for(review.firm.reviewers[0])
    form = client.get(review.recuse).form(review.recuse)
    with transaction() as session:
        session.merge(queries.get_case(review.id)).state = CaseState.DECIDED
    assert "too late" in client.get(review.recuse).words("main")
    assert client.send(form).status == 409


def test_hr_without_a_part_in_the_case_reads_of_an_incomplete_one_that_nobody_rates_it(firm, client_for):
    cycle = make.make_cycle(firm, state=CycleState.REVIEW)
    case = make.make_case(cycle, firm.amara, is_incomplete=True)
    assert "Nobody rates this case" in client_for(firm.hr).get(f"/promotions/cases/{case.id}/panel").words("main")
    waiting = make.make_case(cycle, firm.peer, state=CaseState.IN_FEEDBACK)
    assert "not drawn yet" in client_for(firm.hr).get(f"/promotions/cases/{waiting.id}/panel").words("main")


def test_nobody_with_a_role_alone_reads_a_committee(review, client_for):
    for role in (Role.ADMIN, Role.LADDER_EDITOR):
        client = client_for(make_person(roles=(role,)))
        assert client.get(review.committee).status == 404
        assert client.get(review.panel).status == 404


# Whoever is judged chooses no judges ---------------------------------------------------


def test_hr_and_chair_with_a_case_in_the_cycle_change_nothing_of_its_committee(firm, client_for):
    cycle = make.make_cycle(firm, members=firm.reviewers)
    home = f"/promotions/{cycle.id}/committee"
    member = f"/promotions/committee/{member_of(cycle, firm.reviewers[0]).id}"
    places = {
        firm.hr: (f"{home}/lead", f"{home}/external", f"{member}/rank", f"{member}/remove"),
        firm.chair: (f"{member}/remove",),
    }
    for who, addresses in places.items():
        assert "Name a member" in client_for(who).get(home).words("main")
        assert [client_for(who).get(one).status for one in addresses] == [200] * len(addresses)
        make.make_case(cycle, who, state=CaseState.NOMINATED)
        page = client_for(who).get(home)
        assert "You have a case in this cycle" in page.words("main")
        assert "Name a member" not in page.words("main")
        assert [client_for(who).get(one).status for one in addresses] == [404] * len(addresses)
    assert "Name a member" in client_for(firm.hr_too).get(home).words("main")


def test_whoever_is_recused_from_a_case_takes_nobody_off_who_sits_on_it(review):
    firm, sits, free = review.firm, review.firm.reviewers[0], review.firm.reviewers[4]
    make.recuse(queries.get_case(review.id), firm.chair)
    with pytest.raises(NotAllowedNowError, match="You take no part"):
        act(committees.remove_member, review.cycle, sits, "Too strict.", who=firm.chair)
    act(committees.remove_member, review.cycle, free, "Moves away.", who=firm.chair)
    act(committees.remove_member, review.cycle, sits, "Moves away.", who=firm.hr)
    assert sits.id not in {row.person_id for row in serving(review.cycle.id)}


def test_stepping_aside_says_who_chairs_then(review, client_for):
    firm = review.firm
    assert "The deputy chairs this case in your place" in client_for(firm.chair).get(review.recuse).words("main")
    make.recuse(queries.get_case(review.id), firm.deputy)
    words = client_for(firm.chair).get(review.recuse).words("main")
    assert "The deputy chairs" not in words
    assert "Nobody chairs this case then" in words


def test_account_from_outside_sees_its_own_cycle_and_no_pages_of_those_who_work_here(review, client_for):
    act(committees.name_external, review.cycle, OUTSIDER, who=review.firm.hr, mail_is_on=False)
    person = db.session.scalars(select(Person).where(Person.email == OUTSIDER.email)).one()
    other = make.make_cycle(review.firm, name="Round of others")
    client = client_for(person)
    assert client.get(f"/promotions/{review.cycle.id}").status == 200
    start = client.get("/promotions/")
    assert "Round of others" not in start.text
    for address in (
        f"/promotions/{other.id}",
        f"/promotions/{other.id}/calendar.ics",
        f"/promotions/{review.cycle.id}/eligibility",
        "/evidence/",
        "/assessments/",
    ):
        assert client.get(address).status == 404, address
        assert f'href="{address}"' not in start.text
    assert f"/promotions/{review.cycle.id}/eligibility" not in client.get(f"/promotions/{review.cycle.id}").text
