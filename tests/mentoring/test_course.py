"""The course of a mentorship: mid-point, extension, pause and early end, as the two do it and read it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.domain.errors import ConflictError, IncompleteError, InvalidError, MissingError, NotAllowedNowError
from app.domain.mentorship import MentorshipState
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.mentoring.actions import course as actions
from app.mentoring.actions import reviews
from app.mentoring.models import MentorshipReview, MentorshipStep, ReviewKind
from app.mentoring.queries.mentorships import get_mentorship
from app.notices.models import Mail
from app.notices.queries import list_waiting
from app.people import actions as people
from tests.factories.mentoring import TODAY, make_mentorship
from tests.factories.people import AT, SYSTEM, make_person

HALF = ReviewKind.MID_POINT
ANSWERS = ["Well, since we meet in the mornings.", "Fewer goals at a time.", "Yes."]


@pytest.fixture
def amara(app):
    return make_person("Amara Diallo")


@pytest.fixture
def chioma(app):
    return make_person("Chioma Eze")


@pytest.fixture
def pair(amara, chioma):
    """The mid-point was three weeks ago: it began in May, and ends at the end of November."""
    return make_mentorship(amara, chioma, began_on=date(2026, 8, 1), goals=("swe.coach-juniors",))


def act(name, pair, by, *words, **more):
    with transaction():
        module = reviews if hasattr(reviews, name) and "review" in name else actions
        return getattr(module, name)(get_mentorship(pair.id), *words, by=Author(by.id), at=now(), **more)


def give(pair, by, answers=ANSWERS, kind=HALF, revision=0):
    act("give_review", pair, by, kind, answers, revision=revision)


def stored(session, pair):
    session.rollback()
    session.expire_all()
    return get_mentorship(pair.id)


def waits_for(session, person):
    session.rollback()
    return [one.text for one in list_waiting(person.id, TODAY)]


# Mid-point -------------------------------------------------------------------------------


def test_the_mid_point_is_done_when_both_have_looked_back_and_not_before(pair, amara, chioma, session):
    give(pair, amara)
    assert stored(session, pair).state is MentorshipState.ACTIVE
    give(pair, chioma)
    assert stored(session, pair).state is MentorshipState.MID_POINT_DONE


def test_the_answers_of_the_other_one_stay_sealed_until_both_are_in(pair, amara, chioma, client_for):
    give(pair, amara)
    page = client_for(chioma).get(f"/mentoring/{pair.id}/look-back")
    assert ANSWERS[1] not in page.text
    assert page.has_form("/look-back")
    give(pair, chioma, ["Slowly.", "", "On condition that we meet."])
    assert ANSWERS[1] in client_for(chioma).get(f"/mentoring/{pair.id}/look-back").text
    assert "On condition that we meet." in client_for(amara).get(f"/mentoring/{pair.id}/look-back").text


def test_a_former_mentor_reads_their_own_answers_at_the_mid_point_and_the_mentee_both(pair, amara, chioma, client_for):
    give(pair, amara)
    give(pair, chioma, ["Slowly.", "", ""])
    act("end_early", pair, amara)
    mentor = client_for(chioma).get(f"/mentoring/{pair.id}/look-back").text
    assert "Slowly." in mentor
    assert ANSWERS[1] not in mentor
    mentee = client_for(amara).get(f"/mentoring/{pair.id}/look-back").text
    assert "Slowly." in mentee
    assert ANSWERS[1] in mentee


def test_a_draft_is_kept_and_only_its_author_sees_it(pair, amara, chioma, client_for, session):
    client = client_for(amara)
    page = client.get(f"/mentoring/{pair.id}/look-back")
    form = page.form(ending="/look-back")
    sent = client.post(f"{form.action}/draft", form.with_values(answer_1="Half a thought"))
    assert sent.status == 302
    assert "Half a thought" in client.get(f"/mentoring/{pair.id}/look-back").text
    assert "Half a thought" not in client_for(chioma).get(f"/mentoring/{pair.id}/look-back").text
    assert stored(session, pair).state is MentorshipState.ACTIVE


def test_answers_without_a_word_are_refused_at_the_first_question(pair, amara, client_for, session):
    with pytest.raises(IncompleteError):
        give(pair, amara, ["", "", ""])
    client = client_for(amara)
    page = client.send(client.get(f"/mentoring/{pair.id}/look-back").form(ending="/look-back"))
    assert page.status == 422
    assert "Answer at least one of the questions" in page.text


def test_what_was_kept_in_another_window_is_not_overwritten(pair, amara):
    act("keep_review", pair, amara, HALF, ["From the first window", "", ""], revision=0)
    act("keep_review", pair, amara, HALF, ["From the first window, longer", "", ""], revision=1)
    with pytest.raises(ConflictError) as refusal:
        act("keep_review", pair, amara, HALF, ["From the second window", "", ""], revision=1)
    assert refusal.value.stored == {"answer_1": "From the first window, longer"}
    assert refusal.value.labels == {"answer_1": "How is it going with the goals?"}


def test_given_answers_stay_as_they_are(pair, amara):
    give(pair, amara)
    with pytest.raises(NotAllowedNowError, match="stay as they are"):
        give(pair, amara, ["Something else", "", ""], revision=1)


def test_nobody_looks_back_for_somebody_else_or_while_it_rests(pair, amara, session):
    with pytest.raises(NotAllowedNowError):
        act("pause", pair, amara)
        give(pair, amara)
    stranger = make_person("Bo")
    act("resume", pair, amara)
    with pytest.raises(MissingError):
        act("pause", pair, stranger)


def test_the_mid_point_waits_for_whoever_has_not_looked_back(pair, amara, chioma, session):
    assert waits_for(session, amara) == ["Look back at your mentorship with Chioma Eze"]
    assert waits_for(session, chioma) == ["Look back at your mentorship with Amara Diallo"]
    give(pair, amara)
    assert waits_for(session, amara) == []
    assert waits_for(session, chioma) == ["Look back at your mentorship with Amara Diallo"]


def test_the_mid_point_waits_for_nobody_before_its_day_or_during_a_pause(pair, amara, chioma, session):
    act("pause", pair, amara)
    assert "Look back" not in " ".join(waits_for(session, chioma))
    act("end_early", pair, amara)
    later = make_mentorship(make_person("Dmitri"), chioma, began_on=TODAY)
    assert later.mid_point_on > TODAY
    assert "Look back" not in " ".join(waits_for(session, chioma))


# Extension -------------------------------------------------------------------------------


def test_an_extension_moves_the_end_and_either_makes_it(pair, chioma, session):
    act("extend", pair, chioma, 2)
    row = stored(session, pair)
    assert (row.ends_on, row.months, row.extensions) == (date(2027, 4, 1), 8, 1)
    assert row.state is MentorshipState.ACTIVE


def test_all_extensions_together_stay_within_twelve_months(pair, amara, chioma):
    act("extend", pair, amara, 4)
    with pytest.raises(InvalidError, match="from 1 to 2"):
        act("extend", pair, chioma, 3)
    act("extend", pair, chioma, 2)
    with pytest.raises(NotAllowedNowError, match="twelve months"):
        act("extend", pair, amara, 1)


def test_an_extension_calls_a_closing_off_and_its_answers_are_drafts_again(pair, amara, chioma, session):
    act("start_closing", pair, amara)
    give(pair, amara, ["It helped", "", "", ""], ReviewKind.CLOSING)
    act("extend", pair, chioma, 1)
    row = stored(session, pair)
    assert row.state is MentorshipState.MID_POINT_DONE
    assert row.closing_on is None
    review = session.scalars(select(MentorshipReview)).one()
    assert review.given_at is None
    assert "It helped" in review.answers


def test_an_extension_of_an_early_closing_leaves_the_mid_point_to_come(amara, chioma, session):
    """To begin to close in the first weeks and to think better of it is not to have looked back."""
    early = make_mentorship(amara, chioma, began_on=TODAY - timedelta(days=30))
    half, ends_on = early.mid_point_on, early.ends_on
    give(early, amara)
    act("start_closing", early, amara)
    act("extend", early, chioma, 2)
    row = stored(session, early)
    assert row.state is MentorshipState.ACTIVE
    assert row.mid_point_on == half + (row.ends_on - ends_on) // 2
    give(early, chioma)
    assert stored(session, early).state is MentorshipState.MID_POINT_DONE
    act("start_closing", early, amara)
    act("extend", early, chioma, 1)
    assert stored(session, early).state is MentorshipState.MID_POINT_DONE


def test_an_extension_from_the_end_of_a_short_month_leads_to_the_end_of_a_long_one(amara, chioma, session):
    short = make_mentorship(amara, chioma, began_on=date(2026, 8, 31))
    assert short.ends_on == date(2027, 2, 28)
    act("extend", short, amara, 1)
    assert stored(session, short).ends_on == date(2027, 3, 31)


def test_the_page_offers_only_the_months_that_are_left(pair, amara, client_for):
    act("extend", pair, amara, 5)
    client = client_for(amara)
    page = client.get(f"/mentoring/{pair.id}/extend")
    assert "1 month" in page.words("select")
    assert "2 months" not in page.words("select")
    refused = client.post(page.form(ending="/extend").action, page.form(ending="/extend").with_values(months=7))
    assert refused.status == 422


# Pause -----------------------------------------------------------------------------------


def test_a_pause_shifts_all_days_and_returns_to_the_state_it_left(pair, amara, chioma, session, clock):
    before = stored(session, pair)
    ends_on, mid_point_on = before.ends_on, before.mid_point_on
    act("pause", pair, amara)
    assert stored(session, pair).state is MentorshipState.PAUSED
    with clock.standing_at(now() + timedelta(days=23)):
        act("resume", pair, chioma)
    row = stored(session, pair)
    assert row.state is MentorshipState.ACTIVE
    assert (row.ends_on, row.mid_point_on) == (ends_on + timedelta(days=23), mid_point_on + timedelta(days=23))
    assert (row.paused_on, row.resumes_on, row.left_state) == (None, None, None)


def test_whoever_goes_on_after_the_named_day_shifts_by_the_days_that_were_named(pair, amara, chioma, session, clock):
    """As the worker would have done on the day: a late one makes no mentorship longer."""
    ends_on = stored(session, pair).ends_on
    act("pause", pair, amara, resumes_on=TODAY + timedelta(days=10))
    with clock.standing_at(now() + timedelta(days=12)):
        act("resume", pair, chioma)
    row = stored(session, pair)
    assert (row.ends_on, row.resumed_on) == (ends_on + timedelta(days=10), TODAY + timedelta(days=10))


def test_a_pause_during_closing_gives_the_closing_its_days_back(pair, amara, session, clock):
    act("start_closing", pair, amara)
    act("pause", pair, amara)
    with clock.standing_at(now() + timedelta(days=30)):
        act("resume", pair, amara)
    row = stored(session, pair)
    assert row.state is MentorshipState.CLOSING
    assert row.closing_on == TODAY + timedelta(days=30)


@pytest.mark.parametrize("day", [TODAY, date(2026, 1, 1), date(2027, 11, 22)])
def test_a_pause_until_a_day_that_makes_no_sense_is_refused_at_the_field(pair, amara, client_for, day):
    client = client_for(amara)
    form = client.get(f"/mentoring/{pair.id}/pause").form(ending="/pause")
    page = client.post(form.action, form.with_values(resumes_on=day.isoformat()))
    assert page.status == 422
    assert "within twelve months" in page.text
    assert day.isoformat() in page.text


# Early end -------------------------------------------------------------------------------


def test_an_early_end_is_told_to_both_alike_and_gives_no_reason(pair, amara, chioma, session, client_for):
    client = client_for(amara)
    form = client.get(f"/mentoring/{pair.id}/end").form(ending="/end")
    assert client.post(form.action, form.with_values(words="Thank you for every Tuesday.")).status == 302
    row = stored(session, pair)
    assert (row.state, row.ended_on) == (MentorshipState.ENDED_EARLY, TODAY)
    assert waits_for(session, chioma) == ["Your mentorship with Amara Diallo has ended"]
    assert waits_for(session, amara) == ["Your mentorship with Chioma Eze has ended"]
    # Nothing in the outbox tells the two apart: a single letter would say who did not end it.
    mails = session.scalars(select(Mail)).all()
    assert {one.person_id for one in mails} == {amara.id, chioma.id}
    assert len({(one.kind, one.payload, one.created_by_id, one.send_at) for one in mails}) == 1
    assert mails[0].created_by_id is None
    assert "Tuesday" not in mails[0].payload


def test_the_record_of_the_company_does_not_say_who_ended_it(pair, chioma, session):
    act("end_early", pair, chioma, words="Goodbye.")
    session.rollback()
    rows = session.scalars(select(AuditEvent)).all()
    ended = [row for row in rows if "end_early" in str(row.details)]
    assert [(row.actor_id, row.address) for row in ended] == [(None, "")]
    assert not any("Goodbye" in str(row.details) for row in rows)
    step = session.scalars(select(MentorshipStep)).one()
    assert step.by_id == chioma.id


def test_words_that_do_not_fit_stay_in_the_form(pair, amara, client_for, session):
    client = client_for(amara)
    form = client.get(f"/mentoring/{pair.id}/end").form(ending="/end")
    page = client.post(form.action, form.with_values(words="a" * 4001))
    assert page.status == 422
    assert "a" * 4001 in page.text
    assert stored(session, pair).state is MentorshipState.ACTIVE


def test_whoever_presses_after_the_other_one_has_ended_it_reads_so_in_words(pair, amara, chioma, client_for, session):
    """Both have the question open; the second one is told, and nothing is doubled."""
    second = client_for(chioma)
    forms = {
        name: second.get(f"/mentoring/{pair.id}/{name}").form(ending=f"/{name}") for name in ("end", "pause", "close")
    }
    act("end_early", pair, amara)
    for form in forms.values():
        page = second.send(form)
        assert page.status == 409
        assert "has moved on" in page.text
    session.rollback()
    assert len(session.scalars(select(MentorshipStep)).all()) == 1


def test_pages_that_ask_lead_back_with_a_word_once_it_is_over(pair, amara, client_for):
    act("end_early", pair, amara)
    client = client_for(amara)
    for name in ("end", "pause", "close", "extend", "closing"):
        assert client.get(f"/mentoring/{pair.id}/{name}").status == 302


# Who may ---------------------------------------------------------------------------------


def test_nobody_but_the_two_opens_any_of_it(pair, client_for):
    manager = make_person("Marta")
    client = client_for(manager)
    for name in ("look-back", "closing", "close", "extend", "pause", "end"):
        assert client.get(f"/mentoring/{pair.id}/{name}").status == 404


def test_what_has_not_begun_has_no_course(amara, chioma, client_for):
    proposed = make_mentorship(amara, chioma, state=MentorshipState.PROPOSED)
    for name in ("look-back", "closing", "end"):
        assert client_for(amara).get(f"/mentoring/{proposed.id}/{name}").status == 404


# One management chain (T8) ---------------------------------------------------------------


def test_a_pair_that_comes_into_one_chain_is_told_and_nothing_ends(pair, amara, chioma, client_for, session):
    with transaction():
        people.set_manager(amara, chioma, from_on=TODAY, by=SYSTEM, at=AT)
    mentee = client_for(amara).get(f"/mentoring/{pair.id}").text
    assert "Chioma Eze is your line manager now." in mentee
    assert "your private notes by you alone" in mentee
    assert "You are the line manager of Amara Diallo now." in client_for(chioma).get(f"/mentoring/{pair.id}").text
    assert stored(session, pair).state is MentorshipState.ACTIVE


def test_a_mentee_who_comes_to_lead_the_mentor_is_told_as_well(pair, amara, chioma, client_for):
    between = make_person("Between", manager=amara)
    with transaction():
        people.set_manager(chioma, between, from_on=TODAY, by=SYSTEM, at=AT)
    assert "Amara Diallo stands above you now." in client_for(chioma).get(f"/mentoring/{pair.id}").text
