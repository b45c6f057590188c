"""The report on mentoring: counts alone, few people hidden, groups for HR at one end of a quarter, never a name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from app.access.actor import Role
from app.domain.mentorship import MentorshipState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.models import GoalOutcome, MatchLeft, MatchPair, MatchRun, MentorshipGoal, RoundState, SessionState
from app.people.actions import set_group
from tests.factories import mentoring as make
from tests.factories.assessments import count_queries, publish
from tests.factories.people import AT, SYSTEM, make_person
from tests.factories.reports import HIDDEN, ask_report, rows_of

PUBLISHED = datetime(2026, 9, 10, 9, tzinfo=UTC)
SECRET = "Ebenezer"


@pytest.fixture
def ladder(app):
    return publish()


def pairs(number, state=MentorshipState.ACTIVE, **more):
    return [make.make_mentorship(make_person(SECRET), make_person(SECRET), state=state, **more) for _ in range(number)]


def number_of(found, table, what):
    return rows_of(found, table)[what]["number"]


# Counts --------------------------------------------------------------------------


def test_pairs_are_counted_by_state_and_few_of_them_hidden(ladder):
    pairs(7)
    pairs(5, MentorshipState.PAUSED)
    found = ask_report("mentoring")
    assert (number_of(found, "pairs", "Under way"), number_of(found, "pairs", "Paused")) == (7, 5)
    assert number_of(found, "pairs", "Together") == 12
    assert found.answer == "12 pairs are under way, and nobody waits for a mentor."
    pairs(2, MentorshipState.DECLINED)
    hidden = ask_report("mentoring")
    # Five paused go with the two, so that no sum tells of them; what is hidden is in no sentence either.
    assert [row["number"] for row in rows_of(hidden, "pairs").values()] == [7, HIDDEN, 0, HIDDEN, 14]
    assert hidden.answer.startswith("Some pairs are under way")
    assert any(said.startswith("Pairs by state") for said in hidden.hidden)


def test_who_waits_is_told_in_weeks_without_a_name(ladder):
    for weeks in (1, 2, 4, 6, 12):
        make.make_profile(make_person(SECRET), seeks=True, seeks_since=make.AT - timedelta(weeks=weeks))
    found = ask_report("mentoring")
    (row,) = found.table("waiting").rows.stream()
    assert [round(float(cell), 1) for cell in row] == [5, 4.1, 12.1]
    assert "5 people wait for a mentor" in found.answer
    with_a_mentor = make_person(SECRET)
    make.make_profile(with_a_mentor, seeks=True)
    make.make_mentorship(with_a_mentor, make_person(SECRET))
    assert ask_report("mentoring").table("waiting").rows.count() == 1
    assert next(iter(ask_report("mentoring").table("waiting").rows.stream()))[0] == 5


def test_places_of_mentors_and_how_mentees_are_spread(ladder):
    for number in range(6):
        mentor = make_person(SECRET)
        make.make_profile(mentor, mentors=True, capacity=2)
        for _ in range(1 if number < 5 else 2):
            make.make_mentorship(make_person(SECRET), mentor)
    found = ask_report("mentoring")
    assert [row["number"] for row in rows_of(found, "load").values()] == [6, 12, 7, 5]
    spread = rows_of(found, "spread")
    # The one mentor with two mentees would be known by the sum.
    assert [row["mentors"] for row in spread.values()] == [0, 5, HIDDEN, HIDDEN]


def test_sessions_by_month_hide_a_month_in_which_few_pairs_met(ladder):
    for place, pair in enumerate(pairs(6)):
        held = {"state": SessionState.HELD}
        make.make_session(pair, starts_at=datetime(2026, 10, 5, 9, tzinfo=UTC), **held)
        make.make_session(pair, number=2, starts_at=datetime(2026, 10, 19, 9, tzinfo=UTC), **held)
        if place < 2:
            make.make_session(pair, number=3, starts_at=datetime(2026, 11, 2, 9, tzinfo=UTC), **held)
    found = ask_report("mentoring")
    rows = rows_of(found, "sessions")
    assert len(rows) == 12
    assert (rows[date(2026, 10, 1)]["sessions"], rows[date(2026, 10, 1)]["pairs"]) == (12, 6)
    assert rows[date(2026, 11, 1)]["sessions"] == HIDDEN
    assert rows[date(2026, 9, 1)]["sessions"] == 0
    (panel,) = found.charts[0].panels
    assert dict(panel.points)[date(2026, 11, 1)] is None


def test_outcomes_are_told_of_five_mentorships_at_once(ladder):
    done = pairs(6, MentorshipState.COMPLETED, goals=("swe.coach-juniors",))
    pairs(5, MentorshipState.ENDED_EARLY)
    with transaction():
        for goal in db.session.query(MentorshipGoal):
            goal.outcome = GoalOutcome.MET
    found = ask_report("mentoring")
    assert [row["number"] for row in rows_of(found, "ended").values()] == [6, 5, 11]
    assert number_of(found, "goals", "Met") == 5
    assert found.table("goals").remark.startswith("Of the first 5 mentorships")
    assert len(done) == 6


# The round -----------------------------------------------------------------------


def publish_round(office=lambda number: "Bergen", matched=8, left=4, published_at=PUBLISHED):
    """Return a published round; every third mentee stands at L1, the others at L2."""
    held = make.make_round(state=RoundState.PUBLISHED, published_at=published_at)
    mentor = make_person(SECRET, level="L3")
    with transaction() as session:
        figures = {"mentees": matched + left, "mentors": 1, "places": 9, "admissible": 9, "matched": matched}
        run = MatchRun(round_id=held.id, number=1, at=published_at, digest="0" * 64, worst=400, total=9999, **figures)
        session.add(run)
        session.flush()
        session.merge(held).published_run_id = run.id
    parts = dict.fromkeys(("level_part", "team_part", "hours_part", "preference_part", "load_part"), 0)
    for number in range(matched + left):
        mentee = make_person(SECRET, level="L1" if number % 3 == 0 else "L2")
        with transaction() as session:
            set_group(mentee, dimension="office", value=office(number), from_on=date(2024, 1, 1), by=SYSTEM, at=AT)
            if number < matched:
                score = 400 + 10 * number
                pair = {"mentee_id": mentee.id, "mentor_id": mentor.id, "goals_part": score, "score": score}
                session.add(MatchPair(run_id=run.id, **pair, **parts))
            else:
                session.add(MatchLeft(run_id=run.id, mentee_id=mentee.id))
    return held


def test_a_round_is_told_by_level_and_hides_few(ladder):
    publish_round(matched=18, left=3)
    rows = {row[1]: row for row in ask_report("mentoring").table("round_by_level").rows.stream()}
    assert rows["L1"][2:5] == (7, 6, Fraction(6, 7))
    assert rows["L2"][2:5] == (14, 12, Fraction(6, 7))
    assert rows[""][2:6] == (21, 18, Fraction(6, 7), 485)


def test_groups_are_for_hr_alone_and_stand_on_one_quarter_end(ladder):
    publish_round(lambda number: "Bergen" if number % 2 else "Graz", matched=16, left=4)
    hr, coordinator = make_person("Ruth Okonjo"), make_person("Iman Farouk")
    make.make_coordinator(coordinator)
    found = ask_report("mentoring", hr, Role.HR)
    assert [row[:4] for row in found.table("round_by_group").rows.stream()] == [
        ("office", "Bergen", 10, 8),
        ("office", "Graz", 10, 8),
        ("Everybody", "", 20, 16),
    ]
    assert "30 September 2026" in found.table("round_by_group").remark
    others = ask_report("mentoring", coordinator)
    assert others.table("round_by_group") is None
    assert "Bergen" not in str(others)


def test_a_round_after_the_last_quarter_end_is_told_by_group_later(ladder):
    publish_round(matched=16, left=4, published_at=datetime(2026, 11, 2, 9, tzinfo=UTC))
    found = ask_report("mentoring")
    assert found.table("round_by_group") is None
    assert any("31 December 2026" in note.text for note in found.notes)


def test_a_small_group_and_a_mean_of_few_pairs_are_hidden(ladder):
    publish_round(lambda number: "Bergen" if number > 2 else "Graz", matched=16, left=4)
    rows = {row[1]: row for row in ask_report("mentoring").table("round_by_group").rows.stream()}
    assert {type(cell).__name__ for cell in rows["Graz"][2:]} == {"Hidden"}
    assert "" not in rows
    # What all make together stands by level, so that the large group would tell of the small one.
    assert {type(cell).__name__ for cell in rows["Bergen"][2:]} == {"Hidden"}
    assert [row[2] for row in ask_report("mentoring").table("round_by_level").rows.stream()][-1] == 20
    publish_round(matched=3, left=12, published_at=PUBLISHED + timedelta(days=1))
    rows = {row[1]: row for row in ask_report("mentoring").table("round_by_group").rows.stream()}
    assert rows["Bergen"][2:4] == (15, 3)
    assert type(rows["Bergen"][5]).__name__ == type(rows[""][5]).__name__ == "Hidden"


def test_a_mean_of_few_pairs_does_not_follow_from_the_mean_of_the_others(ladder):
    # Of twelve in Graz two are matched; the mean of all is told by level.
    publish_round(lambda number: "Graz" if number < 2 or number >= 18 else "Bergen", matched=18, left=10)
    rows = {row[1]: row for row in ask_report("mentoring").table("round_by_group").rows.stream()}
    assert (rows["Graz"][2:4], rows["Bergen"][2:4]) == ((12, 2), (16, 16))
    assert {type(rows[office][5]).__name__ for office in ("Graz", "Bergen", "Everybody", "") if office in rows} == {
        "Hidden"
    }


# The page ------------------------------------------------------------------------


def test_the_page_names_nobody_and_asks_a_fixed_number_of_questions(ladder, client_for):
    hr, coordinator = make_person("Ruth Okonjo", roles=(Role.HR,)), make_person("Iman Farouk")
    make.make_coordinator(coordinator)
    empty = client_for(hr).get("/reports/mentoring").words()
    assert "Nobody has a mentor, and nobody looks for one yet." in empty
    publish_round(matched=8, left=4)
    pairs(6)
    for person in (hr, coordinator):
        page = client_for(person).get("/reports/mentoring")
        assert page.status == 200
        assert SECRET not in page.text
    assert client_for(make_person("Tomasz")).get("/reports/mentoring").status == 404
    client = client_for(hr)
    few = count_queries(lambda: client.get("/reports/mentoring"))
    pairs(6)
    assert count_queries(lambda: client.get("/reports/mentoring")) == few <= 12
