"""Mentoring at a glance: who is silent, who has too many, who waits, what ended; dates and counts, never a word."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from app.access.actor import Role
from app.domain.mentorship import MentorshipState
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.mentoring.models import GoalOutcome, MentorshipGoal, SessionState
from app.mentoring.overview_pages import read_overview
from app.mentoring.queries.overview import NO_ROUND
from app.people import actions as people
from app.people.queries import get_person
from tests.architecture.test_queries import count_queries
from tests.factories.mentoring import (
    AT,
    TODAY,
    make_coordinator,
    make_mentorship,
    make_note,
    make_profile,
    make_round,
    make_session,
)
from tests.factories.people import AT as LONG_AGO
from tests.factories.people import SYSTEM, make_person

LONG = TODAY - timedelta(weeks=9)


@pytest.fixture
def ruth(app):
    return make_person("Ruth Okonjo", roles=(Role.HR,))


def overview(wanted=None, page=1):
    with transaction():
        return read_overview(wanted, now(), page)


def pair(mentee, mentor, **more):
    return make_mentorship(make_person(mentee), make_person(mentor), **more)


def meet(mentorship, on, number=1):
    at = datetime.fromisoformat(f"{on.isoformat()}T09:00:00+00:00")
    return make_session(mentorship, number=number, starts_at=at, state=SessionState.HELD)


def test_silent_pairs_stand_with_the_weeks_since_they_met_the_longest_first(ruth):
    met = pair("Amara", "Chioma", began_on=date(2026, 5, 1))
    meet(met, LONG)
    pair("Bo", "Dmitri", began_on=LONG - timedelta(weeks=1))
    recent = pair("Cem", "Ewa", began_on=date(2026, 5, 1))
    meet(recent, TODAY - timedelta(weeks=6))
    pair("Dag", "Fay", began_on=LONG, state=MentorshipState.PAUSED)
    pair("Eli", "Gus", began_on=LONG, state=MentorshipState.CLOSING, closing_on=TODAY)
    found = overview().silent
    assert [(one.pair.mentee, one.weeks) for one in found] == [("Bo", 10), ("Amara", 9)]


def test_mentors_with_too_many_mentees_stand_by_name(ruth, client_for):
    over, full, free = make_person("Zoe"), make_person("Abe"), make_person("Mia")
    for mentor, capacity in ((over, 1), (full, 1), (free, 2)):
        make_profile(mentor, mentors=True, capacity=capacity)
    for mentor in (over, over, full, free):
        make_mentorship(make_person(), mentor, began_on=TODAY)
    make_mentorship(make_person("Ana"), full, state=MentorshipState.PROPOSED)
    found = overview().loaded
    assert [(one.line.name, one.taken, one.words) for one in found] == [
        ("Abe", 1, "No place left, and still asked"),
        ("Zoe", 2, "1 more than they take on"),
    ]
    assert "Mentors with too many mentees" in client_for(ruth).get("/mentoring/overview").text


def test_a_mentor_without_mentees_for_whom_rounds_propose_too_many_stands_there_too(ruth):
    asked, chosen = make_person("Abe"), make_person("Bea")
    for mentor in (asked, chosen):
        make_profile(mentor, mentors=True, capacity=1)
    for name in ("Winter 2026", "Spring 2026"):
        make_mentorship(make_person(), asked, state=MentorshipState.PROPOSED, round_id=make_round(name).id)
        make_mentorship(make_person(), chosen, state=MentorshipState.PROPOSED)
    assert [(one.line.name, one.taken, one.words) for one in overview().loaded] == [
        ("Abe", 0, "1 more proposed than there are places")
    ]


def test_a_question_that_has_lapsed_waits_for_nobody(ruth):
    full = make_person("Abe")
    make_profile(full, mentors=True, capacity=1)
    make_mentorship(make_person(), full, began_on=TODAY)
    make_mentorship(make_person("Ana"), full, state=MentorshipState.PROPOSED, answer_by=TODAY - timedelta(days=1))
    seen = overview()
    assert (seen.proposals, seen.loaded) == ([], ())
    make_mentorship(make_person("Bo"), full, state=MentorshipState.PROPOSED, answer_by=TODAY)
    assert [line.mentee for line in overview().proposals] == ["Bo"]


def test_a_pair_that_pauses_stands_with_since_when(ruth, client_for):
    pair("Dag", "Fay", began_on=LONG, state=MentorshipState.PAUSED, paused_on=date(2026, 11, 3))
    assert "Paused since 3 Nov" in client_for(ruth).get("/mentoring/overview").words("main")


def test_whoever_waits_longest_stands_first_and_who_has_a_mentor_does_not_wait(ruth):
    for name, days in (("New", 1), ("Old", 90), ("Paired", 200)):
        person = make_person(name)
        make_profile(person, seeks=True, seeks_since=now() - timedelta(days=days))
        if name == "Paired":
            make_mentorship(person, make_person(), began_on=TODAY)
    assert [(one.line.name, one.days) for one in overview().waiting] == [("Old", 90), ("New", 1)]


def test_what_nobody_answered_stands_the_oldest_first_and_not_who_has_answered(ruth, client_for):
    pair("Late", "Kim", state=MentorshipState.PROPOSED)
    pair("First", "Lee", state=MentorshipState.PROPOSED, proposed_at=AT - timedelta(days=5), mentee_consented_at=None)
    assert [line.mentee for line in overview().proposals] == ["First", "Late"]
    text = client_for(ruth).get("/mentoring/overview").text
    assert text.index("Lee") < text.index("Kim")
    assert "The mentor" not in text


def test_what_ended_is_counted_of_the_last_twelve_months(ruth):
    complete(2, on=TODAY - timedelta(days=10))
    pair("Early", "Kim", state=MentorshipState.ENDED_EARLY)
    pair("Long", "Ago", state=MentorshipState.COMPLETED, ended_on=date(2025, 11, 21))
    assert (overview().ended.completed, overview().ended.early) == (2, 1)


# What became of the goals: no count, and no difference of two, tells of one pair -----------


def complete(number, *, on, outcome=GoalOutcome.MET, **more):
    """Complete so many mentorships with a goal each."""
    for _ in range(number):
        one = make_mentorship(
            make_person(),
            make_person(),
            state=MentorshipState.COMPLETED,
            ended_on=on,
            goals=("swe.coach-juniors",),
            **more,
        )
        with transaction() as session:
            session.query(MentorshipGoal).filter_by(mentorship_id=one.id).one().outcome = outcome


def counts(met=0, partly=0, unmet=0, unsaid=0):
    return {"Met": met, "Partly met": partly, "Not met": unmet, "No outcome written down": unsaid}


def test_goals_are_counted_for_five_completed_mentorships_at_once(ruth, client_for):
    complete(4, on=TODAY - timedelta(days=10))
    assert overview().goals == ()
    complete(1, on=TODAY - timedelta(days=3), outcome=None)
    assert dict(overview().goals) == counts(met=4, unsaid=1)
    page = client_for(ruth).get("/mentoring/overview").words("main")
    assert "Goals of the first 5 mentorships that were completed" in page


def test_one_more_completion_changes_no_count_of_goals_until_the_next_fifth(ruth):
    complete(5, on=TODAY - timedelta(days=10))
    before = overview().goals
    for day in range(9, 5, -1):
        complete(1, on=TODAY - timedelta(days=day), outcome=GoalOutcome.NOT)
        assert overview().goals == before
    complete(1, on=TODAY - timedelta(days=5), outcome=GoalOutcome.PARTLY)
    assert dict(overview().goals) == counts(met=5, unmet=4, partly=1)


def test_what_completes_today_counts_from_tomorrow_so_that_its_order_is_settled(ruth, clock):
    """Two of one day are ordered by chance: were it counted at once, a later one could take the place of an earlier."""
    complete(4, on=TODAY - timedelta(days=10))
    complete(2, on=TODAY, outcome=GoalOutcome.PARTLY)
    assert overview().goals == ()
    with clock.standing_at(now() + timedelta(days=1)):
        assert dict(overview().goals) == counts(met=4, partly=1)


def test_no_mentorship_falls_out_of_the_count_of_goals_as_days_pass(ruth, clock):
    complete(1, on=TODAY - timedelta(days=364), outcome=GoalOutcome.NOT)
    complete(5, on=TODAY - timedelta(days=10))
    before = overview().goals
    with clock.standing_at(now() + timedelta(days=7)):
        assert overview().goals == before


def test_no_filter_shows_a_count_of_goals_so_that_none_can_be_subtracted(ruth, client_for):
    winter, spring = make_round("Winter 2026"), make_round("Spring 2026")
    complete(5, on=TODAY - timedelta(days=10), round_id=winter.id)
    complete(5, on=TODAY - timedelta(days=9), round_id=spring.id)
    complete(5, on=TODAY - timedelta(days=8))
    for wanted in (winter.id, spring.id, NO_ROUND):
        assert overview(wanted).goals == ()
        assert "What became of the goals" not in client_for(ruth).get(f"/mentoring/overview?round={wanted}").text
    assert dict(overview().goals) == counts(met=15)


def test_pairs_that_came_into_one_chain_stand_there_either_way_round(ruth):
    first, second = pair("Amara", "Chioma"), pair("Bo", "Dmitri")
    between = make_person("Between", manager=get_person(second.mentee_id))
    with transaction():
        people.set_manager(
            get_person(first.mentee_id), get_person(first.mentor_id), from_on=TODAY, by=SYSTEM, at=LONG_AGO
        )
        people.set_manager(get_person(second.mentor_id), between, from_on=TODAY, by=SYSTEM, at=LONG_AGO)
    assert [words for _, words in overview().chained] == [
        "Chioma is the line manager of Amara",
        "Bo stands above Dmitri",
    ]


def test_a_round_filters_its_pairs_and_leaves_who_waits(ruth, client_for):
    winter = make_round("Winter 2026")
    make_round("Spring 2026")
    pair("Amara", "Chioma", round_id=winter.id)
    pair("Bo", "Dmitri")
    assert [line.mentee for line in overview(winter.id).pairs.rows] == ["Amara"]
    assert [line.mentee for line in overview(NO_ROUND).pairs.rows] == ["Bo"]
    client = client_for(ruth)
    assert "Dmitri" not in client.get(f"/mentoring/overview?round={winter.id}").words("main")
    assert "Amara" in client.get("/mentoring/overview?round=nonsense").words("main")


def test_an_empty_company_reads_what_belongs_here(ruth, client_for):
    page = client_for(ruth).get("/mentoring/overview")
    for words in ("No mentorship is under way", "Nobody waits", "Nothing waits for an answer", "None has ended yet"):
        assert words in page.text


def test_coordinators_and_hr_read_it_and_nobody_else(ruth, client_for):
    coordinator, manager = make_person("Priya"), make_person("Marta")
    make_coordinator(coordinator)
    make_person("Report", manager=manager)
    assert client_for(coordinator).get("/mentoring/overview").status == 200
    assert client_for(manager).get("/mentoring/overview").status == 404


def test_it_holds_dates_and_counts_and_no_word(ruth, client_for):
    one = pair("Amara", "Chioma", goals=("swe.coach-juniors",))
    make_note(meet(one, TODAY - timedelta(days=3)), make_person("Chi"), "planted-shared-words")
    text = client_for(ruth).get("/mentoring/overview").text
    assert "planted-shared-words" not in text
    assert "coach" not in text.lower()


def test_it_asks_the_same_number_of_questions_at_any_size(ruth, client_for):
    def fill(number):
        for _ in range(number):
            one = make_mentorship(make_person(), make_person(), began_on=LONG)
            make_profile(make_person(), seeks=True)
            make_mentorship(make_person(), make_person(), state=MentorshipState.PROPOSED)
        meet(one, LONG)

    client = client_for(ruth)
    fill(1)
    few = count_queries(lambda: client.get("/mentoring/overview"))
    fill(8)
    assert count_queries(lambda: client.get("/mentoring/overview")) == few
    assert few <= 12
