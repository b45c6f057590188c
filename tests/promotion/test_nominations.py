"""Nominations: by oneself, the line manager and colleagues; what each is told; and the candidate's answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from urllib.parse import quote_plus

import pytest
from flask import current_app
from sqlalchemy import select

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.domain.errors import InvalidError, MissingError, NotAllowedNowError
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import now, today
from app.infra.unit_of_work import transaction
from app.notices.models import Mail
from app.notices.queries import list_waiting
from app.people.queries import find_team, get_person
from app.promotion.actions import nominations as actions
from app.promotion.models import CaseStep, NominatedBy, Nomination, PromotionCase
from app.promotion.queries.cases import get_case, get_cycle
from app.promotion.queries.nominations import MOST_PEOPLE, NOMINATION
from app.promotion.queries.rehearsal import rehearse
from tests.factories.people import grant, make_person
from tests.factories.promotion import TODAY, make_case, make_cycle, make_eligible, make_firm

WHY = "Led the payments work for half a year."


@pytest.fixture
def firm(app):
    return make_firm(reviewers=1)


@pytest.fixture
def cycle(firm):
    cycle = make_cycle(firm, state=CycleState.OPEN, name="Winter 2026")
    for person in (firm.amara, firm.peer):
        make_eligible(cycle, person)
    make_eligible(cycle, firm.stranger, level="L1", targets="L2")
    make_eligible(cycle, firm.chair, level="L4", targets="", rule="top")
    return cycle


def nominate(cycle, subject, author, words=WHY, **more):
    with transaction():
        case = actions.nominate(get_cycle(cycle.id), subject, words=words, by=Author(author.id), at=now(), **more)
        return case.id if case else None


def act(name, case_id, by, **more):
    with transaction():
        getattr(actions, name)(get_case(case_id), by=Author(by.id), at=now(), **more)


def cases(session):
    session.rollback()
    return list(session.scalars(select(PromotionCase).order_by(PromotionCase.number)))


def written(session):
    session.rollback()
    return list(session.scalars(select(Nomination).order_by(Nomination.at, Nomination.id)))


# Proposing ----------------------------------------------------------------------------


def test_nominating_oneself_opens_a_case_and_accepts_it(firm, cycle, session):
    case_id = nominate(cycle, firm.amara, firm.amara, words="")
    [case] = cases(session)
    assert case.id == case_id
    assert (case.code, case.state, case.from_level, case.target_level) == ("P-01", CaseState.ACCEPTED, "L2", "L3")
    assert (case.nominated_by, case.answered_at) == (NominatedBy.SELF, now())
    assert session.scalars(select(Mail)).all() == []


def test_the_line_manager_s_nomination_waits_for_the_candidate_and_is_told_by_mail(firm, cycle, session):
    case_id = nominate(cycle, firm.amara, firm.manager)
    [case] = cases(session)
    assert (case.state, case.nominated_by) == (CaseState.NOMINATED, NominatedBy.MANAGER)
    assert [mail.person_id for mail in session.scalars(select(Mail))] == [firm.amara.id]
    with current_app.test_request_context():
        [waiting] = list_waiting(firm.amara.id, today(), kinds=[NOMINATION])
        assert list_waiting(firm.manager.id, today(), kinds=[NOMINATION]) == []
    assert waiting.href.endswith(f"/promotions/cases/{case_id}")
    assert WHY not in waiting.text + waiting.detail
    assert waiting.due_on == cycle.nominations_close


def test_further_nominations_stand_beside_the_first_and_a_second_of_one_author_changes_nothing(firm, cycle, session):
    first = nominate(cycle, firm.amara, firm.peer)
    assert nominate(cycle, firm.amara, firm.colleague, "I saw the launch.") == first
    assert nominate(cycle, firm.amara, firm.peer, "Once more.") == first
    assert len(cases(session)) == 1
    said = {row.author_id: row.words for row in written(session)}
    assert said == {firm.peer.id: WHY, firm.colleague.id: "I saw the launch."}
    assert len(session.scalars(select(Mail)).all()) == 1


def test_proposing_oneself_where_a_colleague_came_first_is_a_yes(firm, cycle, session):
    nominate(cycle, firm.amara, firm.peer)
    nominate(cycle, firm.amara, firm.amara, words="")
    [case] = cases(session)
    assert (case.state, case.nominated_by) == (CaseState.ACCEPTED, NominatedBy.PEER)


def test_a_colleague_is_told_nothing_and_a_manager_is_told_the_rule(firm, cycle, session):
    assert nominate(cycle, firm.chair, firm.peer) is None
    [row] = written(session)
    assert (row.case_id, row.subject_id, row.words) == (None, firm.chair.id, WHY)
    newcomer = make_person("Nadia New", manager=firm.manager, level="L2")
    with pytest.raises(InvalidError, match="not on the list"):
        nominate(cycle, newcomer, firm.manager)
    with pytest.raises(InvalidError, match="Nothing follows the level held"):
        nominate(cycle, firm.chair, firm.chair)
    assert cases(session) == []


def test_words_are_wanted_from_everybody_else(firm, cycle):
    for author in (firm.manager, firm.peer):
        with pytest.raises(InvalidError) as refusal:
            nominate(cycle, firm.amara, author, words="")
        assert refusal.value.field == "words"


def test_nobody_is_nominated_before_the_cycle_opens_or_after_the_last_day(firm, cycle):
    for state in (CycleState.DRAFT, CycleState.PACKETS, CycleState.CLOSED):
        with pytest.raises(NotAllowedNowError):
            nominate(make_cycle(firm, state=state), firm.amara, firm.amara)
    late = make_cycle(firm, state=CycleState.OPEN, nominations_close=date(2026, 11, 20))
    make_eligible(late, firm.amara)
    with pytest.raises(NotAllowedNowError, match="20 November 2026"):
        nominate(late, firm.amara, firm.amara)


def test_a_level_that_changed_since_the_list_was_made_stands_against_it(firm, cycle, session):
    with transaction():
        grant(firm.amara, "L3", on=date(2026, 11, 1))
    with pytest.raises(InvalidError, match="has changed since"):
        nominate(cycle, firm.amara, firm.amara)
    assert nominate(cycle, firm.amara, firm.peer) is None
    assert cases(session) == []


def test_where_the_ladder_branches_the_candidate_or_the_manager_chooses(firm, session):
    cycle = make_cycle(firm)
    make_eligible(cycle, firm.amara, targets="L3 L4")
    make_eligible(cycle, firm.peer, targets="L3 L4")
    for author in (firm.manager, firm.amara):
        with pytest.raises(InvalidError) as refusal:
            nominate(cycle, firm.amara, author)
        assert refusal.value.field == "target"
    with pytest.raises(InvalidError):
        nominate(cycle, firm.amara, firm.amara, target="L9")
    nominate(cycle, firm.amara, firm.amara, target="L4")
    by_peer = nominate(cycle, firm.peer, firm.colleague)
    with pytest.raises(InvalidError):
        act("accept", by_peer, firm.peer)
    act("accept", by_peer, firm.peer, target="L4")
    assert [case.target_level for case in cases(session)] == ["L4", "L4"]


def test_outsiders_nominate_nobody(firm, cycle):
    with transaction() as session:
        outsider = session.merge(make_person("Olga Outside"))
        outsider.employee_id = None
    with pytest.raises(MissingError):
        nominate(cycle, firm.amara, outsider)


def test_the_record_says_who_nominated_and_never_why(firm, cycle, session):
    nominate(cycle, firm.amara, firm.peer)
    [event] = session.scalars(select(AuditEvent).where(AuditEvent.tag == "promotion:nomination:write"))
    assert (event.subject_id, event.actor_id) == (firm.amara.id, firm.peer.id)
    assert WHY not in str(event.details)


def test_who_nominates_at_the_very_same_moment_stands_beside_one_single_case(firm, cycle, session, app):
    authors = [firm.peer, firm.colleague, firm.chair, firm.deputy, firm.hr, firm.hr_too]
    ids = [person.id for person in authors]

    def act_alone(author_id):
        with app.app_context():
            return nominate(cycle, get_person(firm.amara.id), get_person(author_id))

    with ThreadPoolExecutor(len(ids)) as pool:
        found = list(pool.map(act_alone, ids))
    [case] = cases(session)
    assert set(found) == {case.id}
    assert {row.author_id for row in written(session)} == set(ids)
    assert get_cycle(cycle.id).next_number == case.number + 1
    assert len(session.scalars(select(Mail)).all()) == 1


# Answering ----------------------------------------------------------------------------


def test_the_candidate_alone_answers_and_once(firm, cycle, session):
    case_id = nominate(cycle, firm.amara, firm.manager)
    for name in ("accept", "decline", "withdraw"):
        for other in (firm.manager, firm.hr, firm.peer):
            with pytest.raises(MissingError):
                act(name, case_id, other)
    act("accept", case_id, firm.amara)
    for name in ("accept", "decline"):
        with pytest.raises(NotAllowedNowError):
            act(name, case_id, firm.amara)
    [step] = session.scalars(select(CaseStep))
    assert (step.event, step.target) == ("accept", "accepted")


def test_who_declined_may_change_their_mind_while_nominations_are_open(firm, cycle, session):
    first = nominate(cycle, firm.amara, firm.manager)
    act("decline", first, firm.amara, words="Not this year.")
    second = nominate(cycle, firm.amara, firm.amara, words="")
    act("withdraw", second, firm.amara)
    third = nominate(cycle, firm.amara, firm.amara, words="Now.")
    found = cases(session)
    assert [case.state.value for case in found] == ["declined", "withdrawn", "accepted"]
    assert [case.code for case in found] == ["P-01", "P-02", "P-03"]
    assert {row.author_id: row.case_id for row in written(session)} == {firm.manager.id: first, firm.amara.id: third}


def test_a_late_yes_in_the_phase_of_packets_begins_the_writing_at_once(firm, cycle, session):
    case_id = nominate(cycle, firm.amara, firm.manager)
    with transaction() as changing:
        changing.merge(cycle).state = CycleState.PACKETS
    act("accept", case_id, firm.amara)
    assert cases(session)[0].state is CaseState.DRAFTING
    with transaction() as changing:
        changing.merge(get_cycle(cycle.id)).state = CycleState.FEEDBACK
    other = make_case(get_cycle(cycle.id), firm.peer, state=CaseState.NOMINATED, nominated_by=firm.manager)
    with pytest.raises(NotAllowedNowError):
        act("accept", other.id, firm.peer)


def test_a_candidate_withdraws_at_any_time_before_the_decision(firm):
    for state in (CaseState.DRAFTING, CaseState.IN_REVIEW, CaseState.CALIBRATED):
        case = make_case(make_cycle(firm, state=CycleState.CALIBRATION), state=state)
        act("withdraw", case.id, get_person(case.subject_id))
    decided = make_case(make_cycle(firm, state=CycleState.CALIBRATION), state=CaseState.DECIDED)
    with pytest.raises(NotAllowedNowError):
        act("withdraw", decided.id, get_person(decided.subject_id))


# HR -----------------------------------------------------------------------------------


def test_hr_lets_a_nomination_lapse_only_when_its_last_day_is_over(firm, cycle, session):
    case_id = nominate(cycle, firm.amara, firm.manager)
    with pytest.raises(NotAllowedNowError):
        act("lapse", case_id, firm.hr)
    with transaction() as changing:
        changing.merge(cycle).nominations_close = date(2026, 11, 20)
    with pytest.raises(InvalidError):
        act("lapse", case_id, firm.amara)
    act("lapse", case_id, firm.hr)
    assert cases(session)[0].state is CaseState.DECLINED


def test_hr_rules_out_before_the_packet_is_begun_and_names_the_rule(firm, cycle, session):
    case_id = nominate(cycle, firm.amara, firm.amara)
    for rule, reason in (("nonsense", "x"), ("level_changed", "")):
        with pytest.raises(InvalidError):
            act("rule_out", case_id, firm.hr, rule=rule, reason=reason)
    with pytest.raises(InvalidError):
        act("rule_out", case_id, firm.amara, rule="level_changed", reason="Me.")
    act("rule_out", case_id, firm.hr, rule="level_changed", reason="L3 since Monday.")
    assert cases(session)[0].state is CaseState.INELIGIBLE
    judged = make_case(make_cycle(firm, state=CycleState.REVIEW))
    with pytest.raises(NotAllowedNowError):
        act("rule_out", judged.id, firm.hr, rule="level_changed", reason="Late.")


@pytest.mark.parametrize("state", [CaseState.DRAFTING, CaseState.SUBMITTED, CaseState.IN_FEEDBACK])
def test_a_packet_that_is_begun_is_ruled_out_only_because_the_level_has_changed(firm, client_for, session, state):
    begun = make_case(make_cycle(firm, state=CycleState.PACKETS), firm.amara, state=state)
    with pytest.raises(InvalidError, match="only a level that has changed"):
        act("rule_out", begun.id, firm.hr, rule="top", reason="Nothing follows.")
    ruth = client_for(firm.hr)
    page = ruth.get(f"/promotions/cases/{begun.id}/rule-out")
    assert "The level held has changed." in page.text
    assert "Nothing follows the level held." not in page.text
    assert ruth.send(page.form(ending="/rule-out"), rule="level_changed", reason="L3 since Monday.").status == 302
    assert cases(session)[0].state is CaseState.INELIGIBLE


def test_a_new_nomination_does_not_undo_that_hr_has_ruled_a_case_out(firm, cycle, session):
    case_id = nominate(cycle, firm.amara, firm.manager)
    act("rule_out", case_id, firm.hr, rule="level_changed", reason="L3 since Monday.")
    for told in (firm.amara, firm.manager):
        with pytest.raises(InvalidError, match="HR has ruled a case out"):
            nominate(cycle, firm.amara, told)
    assert nominate(cycle, firm.amara, firm.colleague) is None
    assert [case.state for case in cases(session)] == [CaseState.INELIGIBLE]


# Pages --------------------------------------------------------------------------------


def propose(client, cycle, person, words=WHY):
    page = client.get(f"/promotions/{cycle.id}/nominate", query_string={"q": person.name})
    return client.send(page.form(ending=f"/nominate?q={quote_plus(person.name)}"), person=person.id, words=words)


def answer_of(client, cycle, person):
    sent = propose(client, cycle, person)
    assert sent.location == "/promotions/"
    return client.follow(sent).words(class_="flashes", tag="div").replace(person.name, "NAME")


def test_a_colleague_gets_the_same_answer_whatever_the_state_of_things(firm, cycle, client_for, session):
    make_case(cycle, firm.peer, state=CaseState.ACCEPTED)
    peer = client_for(firm.colleague)
    answers = {answer_of(peer, cycle, one) for one in (firm.amara, firm.peer, firm.chair, firm.deputy, firm.amara)}
    assert answers == {"Thank you. NAME and HR read what you wrote; what follows from it is between them."}
    assert len(cases(session)) == 2


def test_the_start_page_lists_whom_one_proposed_and_never_what_became_of_it(firm, cycle, client_for):
    peer = client_for(firm.colleague)
    for one in (firm.amara, firm.chair):
        answer_of(peer, cycle, one)
    page = peer.get("/promotions/")
    assert "Amara Diallo, Winter 2026, on 21 November 2026" in page.words()
    assert "Oluwaseun Chair, Winter 2026, on 21 November 2026" in page.words()
    assert "P-01" not in page.text


def test_the_form_keeps_what_was_typed_and_says_at_the_field_what_is_missing(firm, cycle, client_for):
    client = client_for(firm.manager)
    page = client.get(f"/promotions/{cycle.id}/nominate?q=amara&person={firm.amara.id}")
    assert dict(page.form(ending="?q=amara").fields)["person"] == str(firm.amara.id)
    for unknown in ("", "zzyzx", str(cycle.id)):
        refused = client.send(page.form(ending="?q=amara"), person=unknown, words=WHY)
        assert refused.status == 422
        assert "Choose whom you nominate." in refused.words()
        assert WHY in refused.text
    empty = client.send(page.form(ending="?q=amara"), words="")
    assert empty.status == 422
    assert "Say in a few sentences why" in empty.words()
    assert "Nobody who works here has that name" in client.get(f"/promotions/{cycle.id}/nominate?q=zzyzx").words()


def test_looking_for_somebody_shows_names_and_nothing_else(firm, cycle, client_for):
    page = client_for(firm.stranger).get(f"/promotions/{cycle.id}/nominate?q=e")
    assert "Ffion Prydderch" in page.words()
    assert "larkspur.example" not in page.text
    assert "L2" not in page.words("main")


def test_the_only_one_found_is_chosen_and_a_team_is_shown_to_whoever_may_see_it(firm, cycle, client_for):
    def main(person, search):
        return client_for(person).get(f"/promotions/{cycle.id}/nominate?q={search}")

    led = main(firm.manager, "amara")
    assert dict(led.form(ending="?q=amara").fields)["person"] == str(firm.amara.id)
    team = find_team(firm.amara.id).name
    assert team in led.words("main")
    assert team not in main(firm.stranger, "amara").words("main")
    assert "person" not in dict(main(firm.manager, "e").form(ending="?q=e").fields)


def test_a_manager_is_offered_their_reports_without_a_search(firm, cycle, client_for):
    for number in range(MOST_PEOPLE):
        make_person(name=f"Aaron {number}")
    page = client_for(firm.manager).get(f"/promotions/{cycle.id}/nominate").words("main")
    assert "Your reports. Look for anybody else by name." in page
    assert "Amara Diallo" in page
    assert "Aaron" not in page
    assert "Amara Diallo" not in client_for(firm.stranger).get(f"/promotions/{cycle.id}/nominate").words("main")


def test_a_proposal_without_a_case_opens_one_once_the_rule_is_waived(firm, cycle, session):
    line = make_eligible(cycle, firm.colleague, level="L3", targets="L4", rule="minimum")
    assert nominate(cycle, firm.colleague, firm.peer) is None
    with transaction() as changing:
        changing.merge(line).rule = ""
    assert nominate(cycle, firm.colleague, firm.peer) is not None
    assert len(written(session)) == len(cases(session)) == 1


def test_a_manager_follows_their_nomination_to_the_case(firm, cycle, client_for):
    client = client_for(firm.manager)
    case = client.follow(propose(client, cycle, firm.amara))
    assert "Amara Diallo for L3" in case.words("h1")
    assert WHY in case.words()
    report = make_person("Nadia New", manager=firm.manager, level="L2")
    refused = propose(client, cycle, report)
    assert refused.status == 422
    assert "not on the list" in refused.words()


def test_somebody_nominates_themselves_on_the_page(firm, cycle, client_for):
    client = client_for(firm.amara)
    start = client.get("/promotions/")
    assert "Nominate yourself" in start.words()
    page = client.get(f"/promotions/{cycle.id}/nominate/self")
    assert "You could be nominated for L3." in page.words()
    case = client.follow(client.send(page.form(ending="/self"), words=""))
    assert "Your case for L3" in case.words("h1")
    assert client.get(f"/promotions/{cycle.id}/nominate/self").status == 302
    assert "Your case P-01 for L3: nomination accepted." in client.get("/promotions/").words()
    top = client_for(firm.chair).get(f"/promotions/{cycle.id}/nominate/self")
    assert "nothing follows the level held" in top.words()
    assert not top.has_form("/self")


def test_after_the_last_day_the_pages_say_that_nominations_are_not_open(firm, cycle, client_for):
    client = client_for(firm.amara)
    page = client.get(f"/promotions/{cycle.id}/nominate/self")
    with transaction() as changing:
        changing.merge(cycle).nominations_close = date(2026, 11, 20)
    for address in ("nominate", "nominate/self"):
        assert "are not open" in client.follow(client.get(f"/promotions/{cycle.id}/{address}")).words()
    assert client.send(page.form(ending="/self")).status == 409
    assert "Nominate yourself" not in client.get("/promotions/").words()


def test_an_open_case_in_another_cycle_warns_the_candidate_and_hr_and_bars_nobody(app, client_for):
    firm = make_firm()
    older = make_cycle(firm, state=CycleState.DECIDED, name="Autumn 2026")
    make_case(older, firm.amara)
    cycle = make_cycle(firm, name="Winter 2026")
    make_eligible(cycle, firm.amara)
    amara, base = client_for(firm.amara), f"/promotions/{cycle.id}"
    assert "You have an open case in Autumn 2026" in amara.get(f"{base}/nominate/self").words("main")
    case = make_case(cycle, firm.amara, state=CaseState.NOMINATED, nominated_by=firm.peer)
    page = amara.get(f"/promotions/cases/{case.id}")
    assert "You have an open case in Autumn 2026" in page.words("main")
    assert "Has an open case in Autumn 2026" in client_for(firm.hr).get(f"{base}/eligibility").words("main")
    assert "Autumn 2026" not in client_for(firm.manager).get(f"{base}/eligibility").words("main")
    assert "1 person has an open case in another cycle" in [one.title for one in rehearse(cycle, TODAY)]
    assert amara.send(page.form(ending="/accept")).status == 302
