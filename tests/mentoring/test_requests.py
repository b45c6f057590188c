"""Requests outside rounds: asking, asking back, withdrawing, and what each of the two reads of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.access.actor import Role
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.domain.errors import InvalidError, MissingError, NotAllowedNowError
from app.domain.mentorship import MentorshipState, PairSide
from app.domain.policies import POLICIES
from app.infra.clock import clock as the_clock
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.actions import consents
from app.mentoring.actions import requests as acts
from app.mentoring.models import MentoringExclusion, MentoringProfile, Mentorship, MentorshipMessage
from app.mentoring.queries import get_mentorship
from app.mentoring.queries.finding import NOT_POSSIBLE
from app.mentoring.queries.requests import goals_of
from app.notices.queries import list_waiting
from app.people.models import SpellReason
from app.policies.actions import set_policy
from tests.factories import mentoring as make
from tests.factories.assessments import publish
from tests.factories.people import grant, make_person

KEYS = tuple(f"{make.LINEAGE}:{one}" for one in make.GOALS)
HOPE = "I would like to see how you coach somebody through a first design."
LATER = datetime.fromisoformat("2026-11-25T10:00:00+00:00")


@pytest.fixture
def two(app):
    publish()
    return make.make_mentee(), make.make_mentor()


def ask(mentee, mentor, goals=KEYS, at=None):
    with transaction():
        return acts.ask_mentor(mentor.id, goals=goals, words=HOPE, by=Author(mentee.id), at=at or now()).id


def waits_of(person, on=None):
    return [one.text for one in list_waiting(person.id, on or today())]


def change(person, **columns):
    with transaction():
        row = db.session.scalars(select(MentoringProfile).where(MentoringProfile.person_id == person.id)).one()
        for name, value in columns.items():
            setattr(row, name, value)


def exclude(person, other):
    with transaction():
        db.session.add(MentoringExclusion(person_id=person.id, other_id=other.id))


def test_asking_is_the_mentees_own_consent_and_waits_for_the_mentor_for_two_weeks(two):
    mentee, mentor = two
    asked = get_mentorship(ask(mentee, mentor))
    assert (asked.state, asked.waits_for) == (MentorshipState.PROPOSED, PairSide.MENTOR)
    assert asked.mentee_consented_at == now()
    assert asked.mentor_consented_at is None
    assert asked.answer_by == date(2026, 12, 5)
    assert goals_of(asked.id) == list(KEYS)
    assert waits_of(mentor) == ["Amara Diallo asks you to be their mentor"]
    assert waits_of(mentee) == []


def test_need_to_know_more_and_the_answer_each_begin_two_weeks_anew(two):
    mentee, mentor = two
    asked = get_mentorship(ask(mentee, mentor))
    with transaction():
        acts.ask_back(get_mentorship(asked.id), words="Which design?", by=Author(mentor.id), at=LATER)
    asked = get_mentorship(asked.id)
    assert (asked.waits_for, asked.answer_by) == (PairSide.MENTEE, date(2026, 12, 9))
    assert waits_of(mentee) == ["Kofi Mensah needs to know more before they can say yes"]
    assert waits_of(mentor) == []
    with transaction():
        acts.answer_back(asked, words="The one of the export.", by=Author(mentee.id), at=LATER + timedelta(days=2))
    asked = get_mentorship(asked.id)
    assert (asked.waits_for, asked.answer_by) == (PairSide.MENTOR, date(2026, 12, 11))


def test_nobody_asks_back_or_answers_out_of_turn_or_for_the_other(two):
    mentee, mentor = two
    asked = get_mentorship(ask(mentee, mentor))
    for act, person, refusal in (
        (acts.answer_back, mentee, NotAllowedNowError),
        (acts.ask_back, mentee, MissingError),
        (acts.answer_back, mentor, MissingError),
        (acts.ask_back, make_person(), MissingError),
    ):
        with pytest.raises(refusal), transaction():
            act(get_mentorship(asked.id), words="Well?", by=Author(person.id), at=now())


@pytest.mark.parametrize(
    "hindrance",
    ["full", "no capacity", "paused", "not offering", "mentor excluded", "mentee excluded", "no shared hours"],
)
def test_every_hindrance_on_the_other_side_has_the_same_answer_on_every_page(two, client_for, hindrance):
    mentee, mentor = two
    if hindrance == "full":
        change(mentor, capacity=1)
        make.make_mentorship(make_person(level="L1"), mentor)
    elif "excluded" in hindrance:
        exclude(*((mentor, mentee) if hindrance == "mentor excluded" else (mentee, mentor)))
    else:
        change(
            mentor,
            **{
                "no capacity": {"capacity": 0},
                "paused": {"paused_until": date(2027, 1, 1)},
                "not offering": {"mentors_since": None},
                "no shared hours": {"works_from": 20 * 60, "works_until": 22 * 60},
            }[hindrance],
        )
    client = client_for(mentee)
    assert "Kofi Mensah" not in client.get("/mentoring/mentors").words("main")
    shown = client.get(f"/mentoring/mentors/{mentor.id}/ask")
    assert (shown.status, NOT_POSSIBLE in shown.words("main")) == (200, True)
    sent = client.post(f"/mentoring/mentors/{mentor.id}/ask", [("goals", KEYS[0]), ("words", HOPE)])
    assert sent.status == 422
    assert NOT_POSSIBLE in sent.words("main")
    assert HOPE in sent.text
    stranger = make.make_mentor("Uma Nobody", mentors=False)
    other = client.post(f"/mentoring/mentors/{stranger.id}/ask", [("goals", KEYS[0]), ("words", HOPE)])
    assert sent.words("main").replace("Kofi Mensah", "") == other.words("main").replace("Uma Nobody", "")
    assert db.session.scalar(select(func.count()).where(Mentorship.state == MentorshipState.PROPOSED)) == 0


def test_a_line_manager_is_not_a_mentor_of_the_same_person(app):
    publish()
    manager = make.make_mentor()
    mentee = make.make_mentee(manager=manager)
    with pytest.raises(InvalidError, match=NOT_POSSIBLE):
        ask(mentee, manager)


def test_nobody_asks_themselves_even_with_a_profile_for_both(two, client_for):
    mentee, _ = two
    change(mentee, mentors_since=now())
    with pytest.raises(InvalidError, match=NOT_POSSIBLE):
        ask(mentee, mentee)
    assert client_for(mentee).get(f"/mentoring/mentors/{mentee.id}/ask").status == 404


def test_a_mentee_who_does_not_seek_or_has_a_mentor_is_told_so(two):
    mentee, mentor = two
    change(mentee, seeks_since=None)
    with pytest.raises(InvalidError, match="do not look for a mentor"):
        ask(mentee, mentor)
    change(mentee, seeks_since=now())
    make.make_mentorship(mentee, make_person(level="L3"))
    with pytest.raises(InvalidError, match="one at a time"):
        ask(mentee, mentor)


def test_at_most_three_requests_are_open_at_once_and_the_page_says_so_before(two, client_for):
    mentee, mentor = two
    for number in range(3):
        ask(mentee, make.make_mentor(f"Mentor {number}"))
    with pytest.raises(InvalidError, match="3 requests open"):
        ask(mentee, mentor)
    page = client_for(mentee).get("/mentoring/mentors")
    assert "3 of at most 3 requests at once" in page.words("main")
    assert "3 requests" not in client_for(mentor).get("/mentoring/mentors").words("main")
    assert "three requests open" in client_for(mentee).get(f"/mentoring/mentors/{mentor.id}/ask").words("main")


@pytest.mark.parametrize("goals", [(), (*KEYS, "a:b", "c:d")])
def test_a_request_has_one_to_three_goals(two, goals):
    with pytest.raises(InvalidError, match="one to 3 goals") as refusal:
        ask(*two, goals=goals)
    assert refusal.value.field == "goals"


def test_goals_that_are_not_the_mentees_own_are_refused(two):
    with pytest.raises(InvalidError) as refusal:
        ask(*two, goals=(KEYS[0], "software-engineer:swe.strategy-roadmaps"))
    assert refusal.value.field == "goals"


def test_a_form_from_before_a_goal_was_met_does_not_ask_for_it(two, client_for):
    mentee, mentor = two
    client = client_for(mentee)
    form = client.get(f"/mentoring/mentors/{mentor.id}/ask").form(ending="/ask")
    with transaction():
        grant(mentee, "L3", on=today(), reason=SpellReason.PROMOTION)
    page = client.send(form, words=HOPE)
    assert (page.status, acts.NOT_LIVE in page.words("main"), HOPE in page.words("textarea")) == (422, True, True)
    assert "no goal for which to ask" in client.get(f"/mentoring/mentors/{mentor.id}/ask").words("main")


def test_what_was_asked_is_withdrawn_at_any_time_by_the_mentee_alone(two, client_for):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    for person in (mentor, make_person()):
        with pytest.raises(MissingError), transaction():
            consents.withdraw(get_mentorship(asked_id), by=Author(person.id), at=now())
    client = client_for(mentee)
    page = client.get(f"/mentoring/requests/{asked_id}/withdraw")
    assert "Withdraw your request to Kofi Mensah?" in page.words("main")
    assert client.send(page.form(ending="/withdraw")).status == 302
    assert get_mentorship(asked_id).state is MentorshipState.WITHDRAWN
    assert "has withdrawn this" in client_for(mentor).get(f"/mentoring/requests/{asked_id}").words("main")
    assert waits_of(mentor) == []
    # It is no failed pairing: the two may try again, and the mentor is not asked every day.
    with pytest.raises(InvalidError, match="You can ask them again on 5 December 2026"):
        ask(mentee, mentor)
    ask(mentee, make.make_mentor("Ebba Nyström"))
    with the_clock.standing_at(now() + timedelta(days=14)):
        ask(mentee, mentor, at=now())


def test_ten_requests_a_day_are_the_most_whatever_became_of_them(two):
    mentee, mentor = two
    for number in range(10):
        past = make.make_mentor(f"Mentor {number}", offers=())
        make.make_mentorship(mentee, past, state=MentorshipState.WITHDRAWN, proposed_at=now() - timedelta(hours=number))
    with pytest.raises(InvalidError, match="10 requests within a day"):
        ask(mentee, mentor)
    with the_clock.standing_at(now() + timedelta(hours=15)):
        ask(mentee, mentor, at=now())


def test_a_mentor_asks_back_five_times_and_then_says_yes_or_no(two):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    for _ in range(5):
        with transaction():
            acts.ask_back(get_mentorship(asked_id), words="And then?", by=Author(mentor.id), at=now())
        with transaction():
            acts.answer_back(get_mentorship(asked_id), words="Well.", by=Author(mentee.id), at=now())
    with pytest.raises(NotAllowedNowError, match="Say yes or no now"), transaction():
        acts.ask_back(get_mentorship(asked_id), words="And then?", by=Author(mentor.id), at=now())


def test_the_whole_request_on_its_pages(two, client_for):
    mentee, mentor = two
    client, theirs = client_for(mentee), client_for(mentor)
    found = client.get("/mentoring/mentors")
    assert "Kofi Mensah" in found.words("main")
    form = client.get(f"/mentoring/mentors/{mentor.id}/ask").form(ending="/ask")
    refused = client.send(form, words="")
    assert refused.status == 422
    assert "Say in a sentence or two" in refused.words("main")
    done = client.send(form, words=HOPE)
    address = done.location
    assert client.send(form, words=HOPE).location == address
    page = theirs.get(address)
    for shown in ("Amara Diallo asks you to be their mentor", HOPE, "Answer by 5 December 2026"):
        assert shown in page.words("main")
    assert "8 hours a day" in page.words("main")
    assert "English" in page.words("main")
    theirs.send(page.form(ending="/question"), words="Which design?")
    answer = client.get(address)
    assert "Which design?" in answer.words("main")
    client.send(answer.form(ending="/answer"), words="The export.")
    begun = theirs.send(theirs.get(address).form(ending="/accept"))
    assert begun.status == 302
    assert "It began on 21 November 2026" in client.get(address).words("main")


def test_nobody_but_the_two_opens_a_request(two, client_for):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    for person in (make_person("Stranger"), make_person("Hr", roles=(Role.HR,))):
        client = client_for(person)
        for page in ("", "/decline", "/withdraw"):
            assert client.get(f"/mentoring/requests/{asked_id}{page}").status == 404
    assert client_for(mentor).get(f"/mentoring/requests/{asked_id}/withdraw").status == 404


def test_a_question_that_comes_too_late_keeps_its_text(two, client_for):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    client = client_for(mentor)
    form = client.get(f"/mentoring/requests/{asked_id}").form(ending="/question")
    with transaction():
        consents.withdraw(get_mentorship(asked_id), by=Author(mentee.id), at=now())
    page = client.send(form, words="Which design do you mean?")
    assert page.status == 422
    assert "moved on in the meantime" in page.words("main")
    assert "Which design do you mean?" in page.text


def test_letters_and_the_audit_carry_no_word_of_anybody(two):
    mentee, mentor = two
    ask(mentee, mentor)
    (row,) = list_waiting(mentor.id, today())
    assert HOPE not in f"{row.text} {row.detail}"
    assert not [one for one in db.session.scalars(select(AuditEvent.details)) if "design" in str(one)]
    assert db.session.scalars(select(MentorshipMessage.words)).all() == [HOPE]


def test_after_the_pairing_a_mentor_reads_their_own_words_alone(two, client_for):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    with transaction():
        acts.ask_back(get_mentorship(asked_id), words="Which one is it?", by=Author(mentor.id), at=now())
    with transaction():
        row = get_mentorship(asked_id)
        row.state, row.began_on, row.ended_on = MentorshipState.COMPLETED, date(2026, 3, 1), date(2026, 9, 1)
    theirs = client_for(mentor).get(f"/mentoring/requests/{asked_id}")
    assert HOPE not in theirs.text
    assert "Which one is it?" in theirs.text
    assert HOPE in client_for(mentee).get(f"/mentoring/requests/{asked_id}").text


def test_a_lapsed_request_that_the_job_has_not_seen_does_not_bar_asking_again(two):
    mentee, mentor = two
    first = ask(mentee, mentor)
    with the_clock.standing_at(now() + timedelta(days=15)):
        second = ask(mentee, mentor, at=now())
    assert get_mentorship(first).state is MentorshipState.EXPIRED
    assert get_mentorship(second).state is MentorshipState.PROPOSED


def test_the_others_level_stands_there_for_whom_the_directory_shows_it(two, client_for):
    mentee, mentor = two
    address = f"/mentoring/requests/{ask(mentee, mentor)}"
    assert "L2, Software Engineer" not in client_for(mentor).get(address).words("main")
    with transaction():
        key = "directory_shows_level"
        set_policy(POLICIES[key], "yes", reason="Open.", by=Author(None, label="cli"), at=now(), seen_number=0)
    assert "L2, Software Engineer" in client_for(mentor).get(address).words("main")
