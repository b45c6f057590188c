"""The pages of a round: who reads what, each form with its refusals, and that private reasons leave no trace."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.domain.mentorship import MentorshipState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.models import (
    MatchLeft,
    MatchRun,
    MentoringExclusion,
    MentoringProfile,
    MentoringRound,
    Mentorship,
    RoundChoice,
    RoundState,
)
from app.mentoring.round_pages import following_words
from app.mentoring.wording import OWN_ROW
from tests.factories import mentoring as make
from tests.factories.assessments import publish
from tests.factories.people import make_person

COACH, LEAD = make.GOALS
ROUNDS = "/mentoring/rounds/"


@pytest.fixture
def pool(app):
    """Return the people of a pool of three mentees and two mentors, and who coordinates."""
    publish()
    people = {
        "iman": make_person("Iman Farouk"),
        "ruth": make_person("Ruth Okonjo", roles=(Role.HR,)),
        "stranger": make_person("Sam Stranger"),
        "amara": make.make_mentee("Amara Diallo", seeks_since=datetime(2026, 10, 1, tzinfo=UTC)),
        "chioma": make.make_mentee("Chioma Eze", seeks_since=datetime(2026, 9, 1, tzinfo=UTC)),
        "lonely": make.make_mentee("Lonely One", wishes=(LEAD,), seeks_since=datetime(2026, 11, 1, tzinfo=UTC)),
        "ebba": make.make_mentor("Ebba Nyström", capacity=1),
        "ffion": make.make_mentor("Ffion Prydderch", offers=(COACH,), capacity=1),
    }
    make.make_coordinator(people["iman"])
    return people


def send(client, page, ending, **values):
    form = page.form(ending=ending)
    return client.post(form.action, form.with_values(**values))


def opened(client):
    page = client.get(f"{ROUNDS}new")
    answer = send(client, page, "/rounds/new", name="January 2027")
    return answer.location


def matched(client):
    home = opened(client)
    send(client, client.get(home), "/match")
    return home


def change(person, **columns):
    with transaction():
        row = db.session.scalars(select(MentoringProfile).where(MentoringProfile.person_id == person.id)).one()
        for name, value in columns.items():
            setattr(row, name, value)


# From the first step to closing ----------------------------------------------------------


def test_an_empty_list_offers_the_first_step_to_the_coordinator_and_explains_it_to_hr(pool, client_for):
    page = client_for(pool["iman"]).get(ROUNDS)
    assert "No round has been opened yet" in page.text
    assert page.all("a", href=f"{ROUNDS}new")
    assert not client_for(pool["ruth"]).get(ROUNDS).all("a", href=f"{ROUNDS}new")


def test_a_round_goes_from_its_name_to_proposed_pairs_and_is_closed(pool, client_for):
    client = client_for(pool["iman"])
    home = opened(client)
    before = client.get(home)
    assert before.words("h1") == "January 2027 has not been matched yet"
    assert "Chioma Eze" in before.text
    assert "Ebba Nyström" in before.text
    send(client, before, "/match")
    result = client.get(home)
    assert result.words("h1") == "Two of three mentees can be paired"
    ask = client.get(f"{home}/publish")
    assert ask.words("h2") == "Propose two pairs?"
    assert "have 14 days, until 5 December 2026" in ask.text
    send(client, ask, "/publish")
    page = client.get(home)
    assert page.words("h1") == "None of two pairs have agreed"
    assert "Waiting for answers" in page.text
    with transaction() as session:
        first, second = session.scalars(select(Mentorship).order_by(Mentorship.id))
        first.state, first.began_on = MentorshipState.ACTIVE, date(2026, 11, 21)
        second.state = MentorshipState.DECLINED
    page = client.get(home)
    assert page.words("h1") == "One of two pairs has agreed"
    assert "Both agreed" in page.text
    assert "Came to nothing" in page.text
    assert "Declined" not in page.text
    send(client, client.get(f"{home}/close"), "/close")
    assert "Closed on 21 November 2026" in client.get(home).text


def test_the_result_says_score_by_part_why_and_the_next_best(pool, client_for):
    client = client_for(pool["iman"])
    page = client.get(matched(client))
    assert "2 of 2 goals" in page.text
    assert "four hours or more shared a day" in page.text
    assert "one level above" in page.text
    assert "Next best: " in page.text
    assert "Goals covered, up to 500" in page.text
    figures = [" ".join("".join(one.itertext()).split()) for one in page.all("dl", class_="pool")]
    worst = db.session.scalar(select(MatchRun.worst))
    pool_words = "mentees want a mentor3 mentors are available2 places among them2 pairs are admissible, of 65"
    assert figures == [f"{pool_words} weakest proposed score, of 1000{worst}"]


def test_who_stays_without_a_mentor_reads_who_competes_and_what_one_more_would_need(pool, client_for):
    client = client_for(pool["iman"])
    words = client.get(matched(client)).words("aside", aria_label="Without a mentor, and what would help")
    assert "Lonely One" in words
    assert "Two mentors fit, Ebba Nyström and Ffion Prydderch." in words
    assert "Two places for three: nobody else fits Amara Diallo and Chioma Eze either." in words
    assert "Somebody at L3 or above who can help with" in words
    assert "has two shared hours with their working day" in words
    assert not re.search(r"\d\d:\d\d", words)
    assert "speaks English" in words


def test_matching_the_same_pool_again_says_so_and_both_runs_can_be_read(pool, client_for):
    client = client_for(pool["iman"])
    home = matched(client)
    send(client, client.get(home), "/match")
    page = client.get(home)
    assert "Same pool and settings as run 1" in page.text
    assert db.session.scalars(select(MatchRun.digest)).first()[:8] not in page.text
    assert "This is an earlier run" in client.get(f"{home}/runs/1").text
    assert client.get(f"{home}/runs/3").status == 404


def test_what_has_changed_in_the_pool_since_is_said_in_counts(pool, client_for):
    client = client_for(pool["iman"])
    home = matched(client)
    assert "has changed since" not in client.get(home).text
    make.make_mentee("Daniel Okafor")
    change(pool["ffion"], paused_until=date(2027, 1, 1))
    words = client.get(home).words()
    assert "The pool has changed since this run" in words
    assert "People who look for a mentor: 3 then, 4 now." in words
    assert "Mentors who take on mentees: 2 then, 1 now." in words
    assert "What is not shown may have changed as well." in words


def test_a_pool_that_changed_is_matched_again_before_it_is_proposed(pool, client_for):
    client = client_for(pool["iman"])
    home = matched(client)
    ask = client.get(f"{home}/publish")
    change(pool["ebba"], paused_until=date(2027, 1, 1))
    refused = send(client, ask, "/publish")
    assert refused.status == 409
    assert "what is not shown may have changed" in refused.text
    assert "Match again, then propose" in refused.text
    assert db.session.scalars(select(Mentorship)).all() == []


def test_a_round_is_cancelled_after_a_question_and_keeps_its_runs(pool, client_for):
    client = client_for(pool["iman"])
    home = matched(client)
    ask = client.get(f"{home}/cancel")
    assert "Cancel “January 2027”?" in ask.text
    send(client, ask, "/cancel")
    assert db.session.scalars(select(MentoringRound)).one().state is RoundState.CANCELLED
    page = client.get(home)
    assert "This round was cancelled" in page.text
    assert not page.has_form("/match")


# Forms -----------------------------------------------------------------------------------


def test_weights_that_do_not_add_up_keep_what_was_typed_and_say_how_much_is_missing(pool, client_for):
    client = client_for(pool["iman"])
    page = send(client, client.get(f"{ROUNDS}new"), "/rounds/new", name="", goals="450", months="many")
    assert page.status == 422
    assert "The weights add up to 950: 50 are missing to 1000." in page.text
    assert "Give the round a name" in page.text
    assert "Give a whole number" in page.text
    assert page.all("input", id="goals", value="450")
    assert page.all("input", id="months", value="many")


def test_settings_are_changed_while_the_round_is_open(pool, client_for):
    client = client_for(pool["iman"])
    home = opened(client)
    send(client, client.get(f"{home}/edit"), "/edit", goals="400", load="150", name="Winter")
    row = db.session.scalars(select(MentoringRound)).one()
    assert (row.name, row.goals_weight, row.load_weight) == ("Winter", 400, 150)


def test_a_pair_is_set_by_hand_with_a_reason_and_undone(pool, client_for):
    client = client_for(pool["iman"])
    home = matched(client)
    own = f"{home}/mentees/{pool['lonely'].id}"
    page = client.get(own)
    assert "Ebba Nyström" in page.text
    assert "Ffion Prydderch" not in page.words("main")
    refused = send(client, page, own, kind="pin", reason="")
    assert refused.status == 422
    assert "Choose a mentor." in refused.text
    refused = send(client, page, own, kind="pin", mentor=str(pool["ebba"].id), reason="")
    assert "Say why" in refused.text
    send(client, page, own, kind="pin", mentor=str(pool["ebba"].id), reason="Both asked for it.")
    page = client.get(home)
    assert "Both asked for it." in page.text
    assert "Pairs were set by hand" in page.text
    send(client, page, "/match")
    assert "Set by hand" in client.get(home).words("table", class_="pairs")
    choice = db.session.scalars(select(RoundChoice)).one()
    send(client, client.get(home), f"/rounds/choices/{choice.id}/undo")
    assert "Both asked for it." not in client.get(home).text


def test_a_mentor_who_is_not_offered_cannot_be_chosen(pool, client_for):
    client = client_for(pool["iman"])
    own = f"{matched(client)}/mentees/{pool['lonely'].id}"
    for value in (str(pool["ffion"].id), str(pool["stranger"].id), "nonsense"):
        refused = send(client, client.get(own), own, kind="pin", mentor=value, reason="Try.")
        assert refused.status == 422
        assert "Choose one of the mentors that are listed." in refused.text
    assert client.get(own.replace(str(pool["lonely"].id), str(pool["stranger"].id))).status == 404


def test_trying_a_mentor_shows_whom_they_would_pair_and_stores_nothing(pool, client_for):
    client = client_for(pool["iman"])
    home = matched(client)
    form = client.get(f"{home}/try").form(ending="/try")
    goal = f"{make.LINEAGE}:{LEAD}"
    fields = form.with_values(level=f"{make.LINEAGE}:3", goals=[goal], languages=["en"])
    query = "&".join(f"{name}={value}" for name, value in fields)
    page = client.get(f"{home}/try?{query}")
    assert "One more person would have a mentor" in page.text
    assert "Lonely One" in page.text
    assert len(db.session.scalars(select(MatchRun)).all()) == 1
    assert len(db.session.scalars(select(MentoringProfile)).all()) == 5


NONSENSE = "level=software-engineer:3&goals=x&zone=Mars/Base&starts=99&ends=-1&places=9&team=x&languages=q"


@pytest.mark.parametrize("query", ["level=x", NONSENSE])
def test_a_mentor_who_cannot_be_is_refused_at_each_field(pool, client_for, query):
    client = client_for(pool["iman"])
    page = client.get(f"{opened(client)}/try?{query}")
    assert page.status == 422
    assert "This mentor cannot be tried" in page.text


# Who reads it ----------------------------------------------------------------------------


def test_hr_reads_all_of_it_without_a_button_and_nobody_else_reads_any(pool, client_for):
    home = matched(client_for(pool["iman"]))
    hr = client_for(pool["ruth"])
    for address in (ROUNDS, home, f"{home}/pool", f"{home}/runs/1"):
        page = hr.get(address)
        assert page.status == 200
        assert not page.has_form("/match")
        assert not page.all("a", href=f"{home}/publish")
        assert "Change" not in page.words("main")
        assert client_for(pool["stranger"]).get(address).status == 404
        assert client_for(pool["amara"]).get(address).status == 404
    for address in ("edit", "publish", "close", "cancel", "try", f"mentees/{pool['amara'].id}"):
        assert hr.get(f"{home}/{address}").status == 404


def test_a_coordinator_in_the_pool_is_told_that_they_answer_for_themselves(pool, client_for):
    home = matched(client_for(pool["iman"]))
    assert "You are in this pool yourself" not in client_for(pool["iman"]).get(home).text
    make.make_coordinator(pool["amara"])
    assert "You are in this pool yourself" in client_for(pool["amara"]).get(home).text
    assert "You are in this pool yourself" in client_for(pool["amara"]).get(f"{home}/pool").text


def test_after_publishing_the_page_shows_states_and_days_and_no_word_and_nobody_who_declined(pool, client_for):
    client = client_for(pool["iman"])
    home = matched(client)
    send(client, client.get(f"{home}/publish"), "/publish")
    page = client.get(home)
    headings = ["".join(one.itertext()) for one in page.all("th", scope="col")]
    assert headings == ["Mentee", "Mentor", "How it stands", "Proposed", "Answer by", "Began"]
    assert not any("rounds" in (form.get("action") or "") for form in page.all("form"))


# What stays private ----------------------------------------------------------------------


def pages_of(client, home):
    """Return the pages of a round as the coordinator sees them, without what differs by itself."""
    kept = []
    for address in (home, f"{home}/runs/1", f"{home}/pool", f"{home}/publish"):
        text = client.get(address).text
        text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{12,}", "#", text)
        kept.append(re.sub(r'name="(csrf_token|idempotency_key)" value="[^"]*"', "", text))
    return kept


def test_an_exclusion_of_either_side_and_a_seat_on_a_committee_give_the_same_bytes(pool, client_for, monkeypatch):
    client, seen = client_for(pool["iman"]), []

    def look():
        home = matched(client)
        seen.append(pages_of(client, home))
        with transaction() as session:
            for table in (MentoringExclusion,):
                for row in session.scalars(select(table)):
                    session.delete(row)

    for one, other in (("lonely", "ebba"), ("ebba", "lonely")):
        with transaction() as session:
            session.add(MentoringExclusion(person_id=pool[one].id, other_id=pool[other].id))
        look()
    pair = frozenset({(pool["ebba"].employee_id, pool["lonely"].employee_id)})
    monkeypatch.setattr("app.mentoring.queries.pool._judging", lambda _: pair)
    look()
    assert seen[0] == seen[1] == seen[2]
    assert "hold none of the goals, or are not open to this pairing" in seen[0][0]


def test_an_exclusion_and_a_mentor_who_never_offered_look_the_same_beside_the_mentee(pool, client_for):
    client = client_for(pool["iman"])
    other = make.make_mentor("Never Offered", offers=(LEAD,), mentors=False)
    make.make_mentor("Second Holder", offers=(LEAD,), paused_until=date(2027, 3, 1))

    def words():
        page = client.get(matched(client))
        found = [" ".join("".join(one.itertext()).split()) for one in page.all("div", class_="unmatched")]
        return next(one for one in found if "Lonely One" in one)

    with transaction() as session:
        session.add(MentoringExclusion(person_id=pool["lonely"].id, other_id=pool["ebba"].id))
    excluded = words()
    with transaction() as session:
        session.delete(session.scalars(select(MentoringExclusion)).one())
    change(pool["ebba"], mentors_since=None)
    assert words() == excluded
    assert "hold none of the goals, or are not open to this pairing" in excluded
    assert other.name not in excluded


def test_a_pin_of_an_excluded_pair_is_refused_like_one_that_was_never_offered(pool, client_for):
    client = client_for(pool["iman"])
    own = f"{matched(client)}/mentees/{pool['amara'].id}"
    page = client.get(own)
    with transaction() as session:
        session.add(MentoringExclusion(person_id=pool["amara"].id, other_id=pool["ebba"].id))
    excluded = send(client, page, own, kind="pin", mentor=str(pool["ebba"].id), reason="Try.")
    with transaction() as session:
        session.delete(session.scalars(select(MentoringExclusion)).one())
    change(pool["ebba"], mentors_since=None)
    closed = send(client, client.get(own), own, kind="pin", mentor=str(pool["ebba"].id), reason="Try.")
    assert excluded.status == closed.status == 422
    assert excluded.words("span", id="mentor-error") == closed.words("span", id="mentor-error")


def test_counts_by_reason_do_not_say_who_is_a_candidate_nor_that_somebody_is_excluded(pool, client_for, monkeypatch):
    """Three mentees of one level without a holder of their goal differ by nothing but a case, and an exclusion."""
    client = client_for(pool["iman"])
    candidate = make.make_mentee("With A Case", wishes=(LEAD,))
    excluding = make.make_mentee("Excluding", wishes=(LEAD,))
    change(pool["ebba"], mentors_since=None)
    with transaction() as session:
        session.add(MentoringExclusion(person_id=excluding.id, other_id=pool["ffion"].id))
        session.add(MentoringExclusion(person_id=pool["ebba"].id, other_id=excluding.id))
    judges = frozenset((pool[one].employee_id, candidate.employee_id) for one in ("ffion", "ebba"))
    monkeypatch.setattr("app.mentoring.queries.pool._judging", lambda _: judges)
    page = client.get(matched(client))
    lists = ["".join(one.itertext()).split() for one in page.all("ul", class_="reasons")]
    assert len(lists) == 3
    assert lists[0] == lists[1] == lists[2]


def test_a_run_of_before_shows_its_reasons_as_one_line_too(pool, client_for):
    client = client_for(pool["iman"])
    change(pool["ebba"], mentors_since=None)
    home = matched(client)
    with transaction() as session:
        left = next(one for one in session.scalars(select(MatchLeft)) if one.mentee_id == pool["lonely"].id)
        left.reasons = json.dumps({"no_goal": 2, "private": 3})
    words = client.get(f"{home}/runs/1").words("ul", class_="reasons")
    assert " ".join(words.split()) == "5hold none of the goals, or are not open to this pairing"


def test_a_coordinator_or_hr_in_the_pool_reads_nothing_that_tells_who_has_excluded_them(pool, client_for):
    make.make_coordinator(pool["amara"])
    make.make_coordinator(pool["ebba"])
    other, mentee, mentor = client_for(pool["iman"]), client_for(pool["amara"]), client_for(pool["ebba"])
    home = matched(other)
    own = f"{home}/mentees/{pool['amara'].id}"
    assert mentee.get(own).status == 404
    refused = mentee.post(own, [*mentee.get(home).form(ending="/match").with_values(), ("kind", "pin")])
    assert refused.status == 404
    assert str(pool["ebba"].id) in other.get(own).text
    assert str(pool["ebba"].id) not in mentor.get(own).words("main") + str(mentor.get(own).all("input"))
    assert not mentor.get(own).all("input", value=str(pool["ebba"].id))
    row = next(one for one in mentee.get(home).all("tr") if "Amara Diallo" in "".join(one.itertext()))
    assert OWN_ROW in "".join(row.itertext())
    assert "Next best: " in other.get(home).text
    for one in (mentee, mentor):
        assert "Next best: " not in one.get(home).text
        assert "mentors fit, " not in one.get(home).text
    send(other, other.get(own), own, kind="pin", mentor=str(pool["ebba"].id), reason="They know each other.")
    assert "They know each other." in other.get(home).text
    for one in (mentee, mentor):
        assert "They know each other." not in one.get(home).text
    with transaction() as session:
        session.add(MentoringExclusion(person_id=pool["ebba"].id, other_id=pool["amara"].id))
    send(other, other.get(home), "/match")
    assert "Ebba Nyström for Amara Diallo could not be kept" in other.get(home).text
    for one in (mentee, mentor):
        assert "could not be kept" not in one.get(home).text
        assert "could not be kept" not in one.get(f"{home}/runs/2").text


def test_whoever_reads_their_own_row_without_a_mentor_is_told_to_ask_another(pool, client_for):
    change(pool["ebba"], mentors_since=None)
    home = matched(client_for(pool["iman"]))
    make.make_coordinator(pool["lonely"])
    page = client_for(pool["lonely"]).get(home)
    card = next(one for one in page.all("div", class_="unmatched") if "Lonely One" in "".join(one.itertext()))
    assert OWN_ROW in "".join(card.itertext())
    assert "none of the goals" not in "".join(card.itertext())
    assert "Lonely One:" not in page.text


def test_a_pool_that_is_too_large_to_try_a_mentor_says_so(pool, client_for, monkeypatch):
    client = client_for(pool["iman"])
    home = opened(client)
    monkeypatch.setattr("app.mentoring.views.rounds_choices.MOST_TRIED", 2)
    page = client.get(f"{home}/try")
    assert page.status == 422
    assert "A mentor can be tried with up to 2 mentees." in page.text


def test_a_pool_that_is_too_large_to_try_every_goal_says_so(pool, client_for, monkeypatch):
    monkeypatch.setattr("app.mentoring.matching_run.MOST_PAIRS_TRIED", 1)
    monkeypatch.setattr("app.mentoring.round_pages.MOST_PAIRS_TRIED", 1)
    client = client_for(pool["iman"])
    assert "too large to work out for every goal" in client.get(matched(client)).words("main")


@pytest.mark.parametrize(
    ("next_score", "words"),
    [
        (640, "Next best: Salma El-Amrani, 640"),
        (756, "Next best: Salma El-Amrani, 756"),
        (887, "Next best: Salma El-Amrani, 887; that place is needed for somebody else"),
    ],
)
def test_a_next_best_above_the_pair_says_why_it_was_not_taken(next_score, words):
    assert following_words("Salma El-Amrani", next_score, 756) == words
