"""What mentoring tells the rest: who mentors whom, who judges whom, whose words are whose, each asked in every form.

Recusal and matching have to read the same facts; that recusal follows them is shown in `promotion/test_recusals.py`.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.access.relations import Fact, relations
from app.domain.mentorship import UNDERWAY, MentorshipState
from app.domain.promotion import CaseState, CycleState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.models import Mentorship
from app.mentoring.queries import get_mentorship
from app.people.models import Person
from app.promotion.models import CommitteeMember
from tests.conftest import NOW
from tests.factories import promotion as make
from tests.factories.mentoring import make_coordinator, make_mentorship
from tests.factories.people import make_person

NEVER_BEGAN = (
    MentorshipState.PROPOSED,
    MentorshipState.DECLINED,
    MentorshipState.WITHDRAWN,
    MentorshipState.EXPIRED,
)
OVER = (MentorshipState.COMPLETED, MentorshipState.ENDED_EARLY)


def everybody(fact: Fact) -> set[tuple]:
    """Return whom a fact joins, as each of its forms says it; they agree, or the test ends here."""
    relation = relations.between_people[fact]
    ids = list(db.session.scalars(select(Person.id)))
    one_by_one = {(one, two) for one in ids for two in ids if relation.holds(one, two)}
    as_subjects = {(one, two) for one in ids for two in db.session.scalars(relation.subjects(one))}
    assert one_by_one == as_subjects
    assert by_column(fact) == as_subjects
    return as_subjects


def by_column(fact: Fact) -> set[tuple]:
    """Return the same where the actor is a column of another query, as lists of everybody's cases ask it."""
    actor, person = aliased(Person), aliased(Person)
    subjects = relations.between_people[fact].subjects(actor.id)
    rows = select(actor.id, person.id).join(person, person.id.in_(subjects))
    return {(row[0], row[1]) for row in db.session.execute(rows)}


def listed(fact: Fact) -> set[tuple]:
    """Return the pairs that a fact gives for everybody at once."""
    rows = db.session.execute(relations.between_people[fact].pairs()).all()
    assert len(rows) == len(set(rows))
    return {(row[0], row[1]) for row in rows}


# Mentor and mentee --------------------------------------------------------------------


def both_ways(pair: Mentorship) -> set[tuple]:
    return {(pair.mentor_id, pair.mentee_id), (pair.mentee_id, pair.mentor_id)}


@pytest.fixture
def two(app):
    return make_person("Amara Diallo"), make_person("Nadia Mentor")


@pytest.mark.parametrize("state", MentorshipState)
def test_two_are_mentor_and_mentee_once_both_consented_and_for_a_year_after(two, state):
    pair = make_mentorship(*two, state=state)
    make_person("Somebody else")
    expected = set() if state in NEVER_BEGAN else both_ways(pair)
    assert everybody(Fact.MENTORS) == expected
    assert listed(Fact.MENTORS) == (expected and {(pair.mentor_id, pair.mentee_id)})


@pytest.mark.parametrize("state", OVER)
@pytest.mark.parametrize(
    ("ended_on", "counts"),
    [
        (date(2026, 11, 21), True),
        (date(2025, 12, 21), True),
        (date(2025, 11, 22), True),
        (date(2025, 11, 21), False),
        (date(2025, 10, 21), False),
    ],
)
def test_a_mentorship_counts_for_twelve_months_after_its_end(two, state, ended_on, counts):
    pair = make_mentorship(*two, state=state, began_on=ended_on - timedelta(days=170), ended_on=ended_on)
    assert everybody(Fact.MENTORS) == (both_ways(pair) if counts else set())
    assert bool(listed(Fact.MENTORS)) is counts


def test_two_mentorships_of_the_same_two_are_one_pair(two):
    make_mentorship(*two, state=MentorshipState.COMPLETED, began_on=date(2026, 1, 1))
    pair = make_mentorship(*two)
    assert everybody(Fact.MENTORS) == both_ways(pair)


# Who judges whom ------------------------------------------------------------------------


@pytest.fixture
def firm(app) -> make.Firm:
    return make.make_firm(reviewers=2)


@pytest.mark.parametrize("state", [CycleState.OPEN, CycleState.REVIEW, CycleState.DECIDED])
def test_the_committee_of_a_running_cycle_judges_its_candidates(firm, state):
    cycle = make.make_cycle(firm, state=state)
    make.make_case(cycle, firm.amara, state=CaseState.DRAFTING)
    judging = {(cycle.chair_id, firm.amara.id), (cycle.deputy_id, firm.amara.id)}
    judging |= {(one.id, firm.amara.id) for one in firm.reviewers}
    assert everybody(Fact.JUDGES) == judging
    assert listed(Fact.JUDGES) == judging


@pytest.mark.parametrize(
    ("cycle_state", "case_state"),
    [
        (CycleState.CLOSED, CaseState.CLOSED),
        (CycleState.CANCELLED, CaseState.CANCELLED),
        (CycleState.REVIEW, CaseState.WITHDRAWN),
        (CycleState.REVIEW, CaseState.DECLINED),
    ],
)
def test_whoever_judged_or_would_have_judges_nobody_any_more(firm, cycle_state, case_state):
    cycle = make.make_cycle(firm, state=cycle_state)
    make.make_case(cycle, firm.amara, state=case_state)
    assert everybody(Fact.JUDGES) == set()
    assert listed(Fact.JUDGES) == set()


def test_whoever_was_taken_from_the_committee_judges_nobody(firm):
    cycle = make.make_cycle(firm, state=CycleState.REVIEW)
    make.make_case(cycle, firm.amara)
    left, stays = firm.reviewers
    with transaction() as session:
        row = session.query(CommitteeMember).filter_by(cycle_id=cycle.id, person_id=left.id).one()
        row.ended_at = NOW
    judges = {one for one, _ in everybody(Fact.JUDGES)}
    assert left.id not in judges
    assert stays.id in judges
    assert listed(Fact.JUDGES) == everybody(Fact.JUDGES)


# Words and coordination -----------------------------------------------------------------


@pytest.mark.parametrize("state", MentorshipState)
def test_shared_words_are_the_mentees_and_the_mentors_until_it_is_over(two, state):
    mentee, mentor = two
    pair = make_mentorship(mentee, mentor, state=state)
    relation = relations.about_objects[Fact.PAIRED]
    is_over = state is not MentorshipState.PROPOSED and state not in UNDERWAY
    expected = {mentee.id} if is_over else {mentee.id, mentor.id}
    assert get_mentorship(pair.id).is_not_over is not is_over
    people = [mentee.id, mentor.id, make_person("Somebody else").id]
    assert {one for one in people if relation.holds(one, pair.id)} == expected
    assert {one for one in people if pair.id in set(db.session.scalars(relation.objects(one)))} == expected


def test_only_whom_hr_names_coordinates_and_only_until_it_ends(app):
    person, other = make_person("Cora"), make_person("Otto")
    assert not relations.is_one(Fact.COORDINATES, person.id)
    row = make_coordinator(person)
    assert relations.is_one(Fact.COORDINATES, person.id)
    assert not relations.is_one(Fact.COORDINATES, other.id)
    with transaction():
        db.session.merge(row).ended_at = NOW
    assert not relations.is_one(Fact.COORDINATES, person.id)
