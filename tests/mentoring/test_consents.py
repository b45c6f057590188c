"""Consent: two separate, dated acts, each by that person alone; what else ends a request, and what a begin does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.domain.errors import InvalidError, MissingError, NotAllowedNowError
from app.domain.mentorship import MentorshipEvent, MentorshipState
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.actions import consents
from app.mentoring.actions.requests import ask_mentor
from app.mentoring.actions.steps import advance
from app.mentoring.models import MentoringExclusion, MentoringProfile, Mentorship
from app.mentoring.queries import get_mentorship
from app.mentoring.queries.finding import NOT_POSSIBLE
from app.notices.models import Mail
from app.notices.queries import list_waiting
from tests.factories import mentoring as make
from tests.factories.assessments import publish
from tests.factories.people import make_person

KEYS = tuple(f"{make.LINEAGE}:{one}" for one in make.GOALS)


@pytest.fixture
def two(app):
    publish()
    return make.make_mentee(), make.make_mentor()


def ask(mentee, mentor):
    with transaction():
        return ask_mentor(mentor.id, goals=KEYS, words="Please.", by=Author(mentee.id), at=now()).id


def propose(mentee, mentor):
    return make.make_mentorship(
        mentee,
        mentor,
        state=MentorshipState.PROPOSED,
        goals=make.GOALS,
        round_id=make.make_round().id,
        waits_for=None,
        mentee_consented_at=None,
        proposed_by_id=None,
    ).id


def agree(mentorship_id, person, at=None):
    with transaction():
        return consents.consent(get_mentorship(mentorship_id), by=Author(person.id), at=at or now())


def say_no(mentorship_id, person, reason="time", words=""):
    with transaction():
        consents.decline(get_mentorship(mentorship_id), reason=reason, words=words, by=Author(person.id), at=now())


def profile_of(person):
    return db.session.scalars(select(MentoringProfile).where(MentoringProfile.person_id == person.id)).one()


def test_the_mentors_yes_to_a_request_begins_it(two):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    assert agree(asked_id, mentor) is True
    row = get_mentorship(asked_id)
    assert row.state is MentorshipState.ACTIVE
    assert (row.began_on, row.mid_point_on, row.ends_on) == (date(2026, 11, 21), date(2027, 2, 19), date(2027, 5, 21))
    assert row.mentor_consented_at == now()
    assert profile_of(mentee).seeks_since is None


def test_a_proposal_needs_both_in_either_order_each_with_a_date_of_its_own(two):
    mentee, mentor = two
    proposed_id = propose(mentee, mentor)
    assert agree(proposed_id, mentor) is False
    row = get_mentorship(proposed_id)
    assert (row.state, row.mentee_consented_at) == (MentorshipState.PROPOSED, None)
    later = now() + timedelta(days=2)
    assert agree(proposed_id, mentee, later) is True
    row = get_mentorship(proposed_id)
    assert (row.mentor_consented_at, row.mentee_consented_at) == (now(), later)
    assert row.began_on == date(2026, 11, 23)


def test_who_asked_cannot_accept_their_own_request(two):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    with pytest.raises(NotAllowedNowError, match="agreed already"):
        agree(asked_id, mentee)
    assert get_mentorship(asked_id).state is MentorshipState.PROPOSED


@pytest.mark.parametrize("actor", ["coordinator", "manager", "hr", "admin", "stranger", "command line"])
def test_nobody_consents_for_anybody_else(app, client_for, actor):
    publish()
    manager = make_person("Tomasz Manager")
    mentee, mentor = make.make_mentee(manager=manager), make.make_mentor(manager=manager)
    person = {"hr": lambda: make_person(roles=(Role.HR,)), "admin": lambda: make_person(roles=(Role.ADMIN,))}.get(
        actor, make_person
    )()
    if actor == "coordinator":
        make.make_coordinator(person)
    if actor == "manager":
        person = manager
    proposed_id = propose(mentee, mentor)
    by = Author(None, label="cli:test") if actor == "command line" else Author(person.id)
    with pytest.raises(MissingError), transaction():
        consents.consent(get_mentorship(proposed_id), by=by, at=now())
    with pytest.raises(MissingError), transaction():
        consents.decline(get_mentorship(proposed_id), reason="time", by=by, at=now())
    if actor != "command line":
        client = client_for(person)
        assert client.post(f"/mentoring/requests/{proposed_id}/accept").status == 404
        assert client.post(f"/mentoring/requests/{proposed_id}/decline", {"because": "time"}).status == 404
    row = get_mentorship(proposed_id)
    assert (row.state, row.mentee_consented_at, row.mentor_consented_at) == (MentorshipState.PROPOSED, None, None)


def test_a_full_mentor_is_told_so_and_everything_stays(two, client_for):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    with transaction():
        profile_of(mentor).capacity = 1
    make.make_mentorship(make_person(level="L1"), mentor, state=MentorshipState.PAUSED)
    client = client_for(mentor)
    page = client.send(client.get(f"/mentoring/requests/{asked_id}").form(ending="/accept"))
    assert page.status == 422
    assert "You have 1 of 1 mentees, so no place is free." in page.words("main")
    assert page.has_form("/accept")
    row = get_mentorship(asked_id)
    assert (row.state, row.mentor_consented_at) == (MentorshipState.PROPOSED, None)


def test_a_full_mentor_is_nothing_the_mentee_is_told(two):
    mentee, mentor = two
    proposed_id = propose(mentee, mentor)
    agree(proposed_id, mentor)
    with transaction():
        profile_of(mentor).capacity = 0
    with pytest.raises(NotAllowedNowError, match=NOT_POSSIBLE):
        agree(proposed_id, mentee)


@pytest.mark.parametrize("excluding", ["mentee", "mentor"])
def test_the_second_yes_looks_at_exclusions_again_and_names_no_reason(two, excluding):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    first, second = (mentee, mentor) if excluding == "mentee" else (mentor, mentee)
    with transaction():
        db.session.add(MentoringExclusion(person_id=first.id, other_id=second.id))
    with pytest.raises(NotAllowedNowError) as refusal:
        agree(asked_id, mentor)
    assert refusal.value.message == NOT_POSSIBLE


def test_the_second_yes_is_refused_when_the_mentee_no_longer_seeks(two):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    with transaction():
        profile_of(mentee).seeks_since = None
    with pytest.raises(NotAllowedNowError, match=NOT_POSSIBLE):
        agree(asked_id, mentor)


@pytest.mark.parametrize(
    ("columns", "words"),
    [({"mentors_since": None}, "do not offer to mentor"), ({"paused_until": date(2027, 1, 1)}, "End the pause")],
)
def test_what_is_theirs_to_change_is_told_to_the_one_who_agrees(two, columns, words):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    with transaction():
        for name, value in columns.items():
            setattr(profile_of(mentor), name, value)
    with pytest.raises(NotAllowedNowError, match=words):
        agree(asked_id, mentor)
    assert get_mentorship(asked_id).state is MentorshipState.PROPOSED


def test_a_mentee_has_one_mentor_at_a_time(two):
    mentee, mentor = two
    proposed_id = propose(mentee, mentor)
    agree(proposed_id, mentor)
    make.make_mentorship(mentee, make_person(level="L3"), state=MentorshipState.PAUSED)
    with pytest.raises(NotAllowedNowError, match="one at a time"):
        agree(proposed_id, mentee)


def test_a_begin_withdraws_the_mentees_other_requests_and_leaves_the_mentors(two, client_for):
    mentee, mentor = two
    other_mentor = make.make_mentor("Priya Raghunathan")
    other_mentee = make.make_mentee("Leila Haddad")
    asked_id, another_id, theirs_id = ask(mentee, mentor), ask(mentee, other_mentor), ask(other_mentee, mentor)
    agree(asked_id, mentor)
    assert get_mentorship(another_id).state is MentorshipState.WITHDRAWN
    assert get_mentorship(theirs_id).state is MentorshipState.PROPOSED
    page = client_for(other_mentor).get(f"/mentoring/requests/{another_id}")
    assert "Amara Diallo has found a mentor in the meantime." in page.words("main")
    assert "Kofi" not in page.text


def test_a_mentor_whose_mentee_found_another_is_told_so_and_by_name_of_nobody(two):
    mentee, mentor = two
    other = make.make_mentor("Priya Raghunathan")
    ask(mentee, other)
    agree(ask(mentee, mentor), mentor)
    told = [(one.text, one.detail) for one in list_waiting(other.id, today())]
    assert told == [("Amara Diallo has found a mentor in the meantime", "Nothing more is needed from you")]
    assert "Kofi" not in str(told)


@pytest.mark.parametrize("way", ["button", "profile"])
def test_whoever_stops_looking_reads_before_what_is_withdrawn_and_the_mentors_read_why(two, client_for, way):
    mentee, mentor = two
    asked_id, proposed_id = ask(mentee, mentor), propose(mentee, make.make_mentor("Priya Raghunathan"))
    client = client_for(mentee)
    if way == "button":
        page = client.get("/mentoring/")
        assert "your request to Kofi Mensah is withdrawn" in page.words("main")
        client.send(page.form("/mentoring/profile/stop"))
    else:
        page = client.get("/mentoring/profile")
        assert "the requests that you have open are withdrawn" in page.words("main")
        client.send(page.form("/mentoring/profile"), seeks=None)
    assert get_mentorship(asked_id).state is MentorshipState.WITHDRAWN
    assert get_mentorship(proposed_id).state is MentorshipState.PROPOSED
    assert [one.text for one in list_waiting(mentor.id, today())] == [
        "Amara Diallo is not looking for a mentor any more"
    ]
    words = client_for(mentor).get(f"/mentoring/requests/{asked_id}").words("main")
    assert "Amara Diallo is not looking for a mentor any more." in words
    assert "You stopped looking" in client.get(f"/mentoring/requests/{asked_id}").words("main")


def test_the_page_of_a_request_says_that_one_of_the_two_left(two, client_for):
    mentee, mentor = two
    asked = get_mentorship(ask(mentee, mentor))
    with transaction():
        advance(asked, MentorshipEvent.WITHDRAW, by=Author(None), at=now(), code="left")
    words = client_for(mentor).get(f"/mentoring/requests/{asked.id}").words("main")
    assert "One of the two of you left the company" in words


@pytest.mark.parametrize(
    ("side", "columns", "words"),
    [("mentor", {"capacity": 0}, "no place is free"), ("mentee", {"seeks_since": None}, "do not look")],
)
def test_the_first_yes_looks_at_what_stands_in_the_way_of_whoever_gives_it(two, side, columns, words):
    person = dict(zip(("mentee", "mentor"), two, strict=True))[side]
    proposed_id = propose(*two)
    with transaction():
        for name, value in columns.items():
            setattr(profile_of(person), name, value)
    with pytest.raises(NotAllowedNowError, match=words):
        agree(proposed_id, person)
    row = get_mentorship(proposed_id)
    assert (row.state, row.mentee_consented_at, row.mentor_consented_at) == (MentorshipState.PROPOSED, None, None)


def test_both_are_told_at_once_that_it_began(two):
    mentee, mentor = two
    agree(ask(mentee, mentor), mentor)
    told = db.session.scalars(select(Mail.person_id).order_by(Mail.person_id)).all()
    assert sorted(told) == sorted([mentee.id, mentor.id])
    assert [one.text for one in list_waiting(mentee.id, today())] == ["Kofi Mensah is your mentor now"]
    assert [one.text for one in list_waiting(mentor.id, today())] == ["Amara Diallo is your mentee now"]


def test_a_no_carries_a_kind_reason_that_the_other_one_alone_reads(two, client_for):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    client = client_for(mentor)
    form = client.get(f"/mentoring/requests/{asked_id}/decline").form(ending="/decline")
    refused = client.send(form, words="I have a new job in spring.")
    assert refused.status == 422
    assert "Choose one of the reasons" in refused.words("main")
    assert "I have a new job in spring." in refused.text
    assert client.send(form, because="time", words="I have a new job in spring.").status == 302
    page = client_for(mentee).get(f"/mentoring/requests/{asked_id}")
    assert "My time is full just now" in page.words("main")
    assert "I have a new job in spring." in page.words("main")
    (waiting,) = list_waiting(mentee.id, today())
    assert (waiting.text, "spring" in waiting.detail) == ("Kofi Mensah has answered: not this time", False)


def test_the_record_of_the_company_does_not_say_who_declined(two):
    mentee, mentor = two
    proposed_id = propose(mentee, mentor)
    say_no(proposed_id, mentee)
    declined = [
        row for row in db.session.scalars(select(AuditEvent).order_by(AuditEvent.seq)) if "decline" in str(row.details)
    ]
    assert [(row.actor_id, row.address) for row in declined] == [(None, "")]
    assert db.session.scalars(select(Mail).where(Mail.created_by_id == mentee.id)).all() == []


def test_a_reason_that_is_not_on_the_list_is_refused(two):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    with pytest.raises(InvalidError, match="rather not say"):
        say_no(asked_id, mentor, reason="<b>")


def test_who_has_agreed_to_a_proposal_may_still_say_no_until_it_begins(two):
    mentee, mentor = two
    proposed_id = propose(mentee, mentor)
    agree(proposed_id, mentee)
    say_no(proposed_id, mentee)
    assert get_mentorship(proposed_id).state is MentorshipState.DECLINED
    with pytest.raises(NotAllowedNowError, match="moved on"):
        agree(proposed_id, mentor)


def test_a_mentee_withdraws_a_request_and_says_no_to_a_proposal(two):
    mentee, mentor = two
    asked_id = ask(mentee, mentor)
    with pytest.raises(NotAllowedNowError, match="withdraw it instead"):
        say_no(asked_id, mentee)
    proposed_id = propose(mentee, make.make_mentor("Priya Raghunathan"))
    with pytest.raises(NotAllowedNowError, match="say no to it instead"), transaction():
        consents.withdraw(get_mentorship(proposed_id), by=Author(mentee.id), at=now())


def test_the_same_yes_sent_twice_begins_one_mentorship(two, client_for):
    mentee, mentor = two
    client = client_for(mentor)
    form = client.get(f"/mentoring/requests/{ask(mentee, mentor)}").form(ending="/accept")
    assert [client.send(form).status for _ in range(2)] == [302, 302]
    assert db.session.scalars(select(Mentorship.state)).all() == [MentorshipState.ACTIVE]


def test_the_page_of_a_proposal_says_why_the_two_were_paired(two, client_for):
    mentee, mentor = two
    proposed_id = propose(mentee, mentor)
    page = client_for(mentee).get(f"/mentoring/requests/{proposed_id}").words("main")
    assert "Kofi Mensah can help with two of your goals." in page
    assert "8 hours a day" in page
    assert "score" not in page
    assert "Amara Diallo is proposed as your mentee" in [one.text for one in list_waiting(mentor.id, today())]
    agree(proposed_id, mentor)
    assert "You have agreed" in client_for(mentor).get(f"/mentoring/requests/{proposed_id}").words("main")
    assert "Kofi Mensah has agreed." in client_for(mentee).get(f"/mentoring/requests/{proposed_id}").words("main")
    assert list_waiting(mentor.id, today()) == []
