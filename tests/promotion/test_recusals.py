"""Who takes no part in a case: the full table of relations, asked in every form.

Domain specification, 3.4. Three forms have to say the same: the fact for one case, the fact as a select of cases, and
the rule of the domain from what is known of the two people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from app.access.relations import Fact, relations
from app.domain.committee import RecusalReason
from app.domain.committee import recusals as by_the_rule
from app.domain.mentorship import MentorshipState
from app.domain.promotion import CaseState, CycleState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import Person
from app.promotion.models import FeedbackState, NominatedBy, PromotionCase, PromotionCycle
from app.promotion.queries import get_cycle
from app.promotion.queries.panels import recusals_among, recusals_of, relationships
from app.promotion.queries.relations import recusal_conditions, select_recused
from tests.factories import promotion as make
from tests.factories.mentoring import make_mentorship
from tests.factories.people import AT, SYSTEM, make_person

YESTERDAY, TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)


@dataclass
class Scene:
    """A case in review, and one reviewer of whom nothing is known but what a test arranges."""

    firm: make.Firm
    case: PromotionCase
    reviewer: Person

    @property
    def candidate(self) -> Person:
        return self.firm.amara


@pytest.fixture
def scene(app) -> Scene:
    firm = make.make_firm(reviewers=1)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW)
    peer = {"nominated_by": firm.colleague, "nominated_as": NominatedBy.PEER}
    # The day on which it came in is said where a relation is about it.
    case = make.make_case(cycle, firm.amara, **peer, submitted_at=None, submitted_on=None)
    return Scene(firm, case, firm.reviewers[0])


def link(person: Person, manager: Person, *, since: date = date(2023, 1, 2)) -> None:
    with transaction():
        people.set_manager(person, manager, from_on=since, by=SYSTEM, at=AT)


def candidate_too(scene: Scene, *, state: CaseState = CaseState.IN_REVIEW, target: str = "L3", **columns) -> None:
    make.make_case(scene_cycle(scene), scene.reviewer, state=state, target=target, **columns)


def scene_cycle(scene: Scene) -> PromotionCycle:
    return get_cycle(scene.case.cycle_id)


def reviewer_is(scene: Scene, person: Person) -> None:
    scene.reviewer = person


def mentors(mentor: Person, mentee: Person, **columns) -> None:
    make_mentorship(mentee, mentor, **columns)


def mentored_until(scene: Scene, ended_on: date) -> None:
    """Let the mentee of then be the reviewer of today: it goes both ways."""
    began_on = ended_on - timedelta(days=180)
    over = {"state": MentorshipState.ENDED_EARLY, "began_on": began_on, "ended_on": ended_on}
    mentors(scene.candidate, scene.reviewer, **over)


def three_up(scene: Scene) -> None:
    top = make_person("Third above")
    link(scene.firm.skip, top)
    reviewer_is(scene, top)


def former_manager(scene: Scene) -> None:
    link(scene.candidate, make_person("New lead"), since=YESTERDAY)
    reviewer_is(scene, scene.firm.manager)


def author_of_the_statement(scene: Scene) -> None:
    change(scene, statement_by_id=scene.reviewer.id, statement_at=AT)


def manager_when_it_came_in(scene: Scene) -> None:
    change(scene, submitted_at=AT, submitted_on=date(2026, 10, 1))
    former_manager(scene)


def manager_before_it_came_in(scene: Scene) -> None:
    change(scene, submitted_at=AT, submitted_on=YESTERDAY)
    former_manager(scene)


def change(scene: Scene, **columns) -> None:
    with transaction() as session:
        session.execute(update(PromotionCase).where(PromotionCase.id == scene.case.id).values(**columns))
    db.session.expire_all()


def manager_to_be(scene: Scene) -> None:
    link(scene.candidate, scene.reviewer, since=TOMORROW)


def report_of_a_report(scene: Scene) -> None:
    between = make_person("Between")
    link(between, scene.candidate)
    link(scene.reviewer, between)


def nominated_in_another_cycle(scene: Scene) -> None:
    other = make.make_cycle(scene.firm, state=CycleState.CLOSED)
    make.add_nomination(make.make_case(other, scene.candidate), scene.reviewer)


def nominated_before_there_was_a_case(scene: Scene) -> None:
    row = make.add_nomination(scene.case, scene.reviewer)
    with transaction() as session:
        session.merge(row).case_id = None


def candidate_elsewhere(scene: Scene) -> None:
    other = make.make_cycle(scene.firm, state=CycleState.CLOSED)
    make.make_case(other, scene.reviewer)


TABLE: dict[str, tuple[Callable[[Scene, set], object], RecusalReason | None]] = {
    "a stranger": (lambda scene: None, None),
    "the candidate": (lambda scene: reviewer_is(scene, scene.candidate), RecusalReason.SELF),
    "the line manager": (lambda scene: reviewer_is(scene, scene.firm.manager), RecusalReason.MANAGER),
    "the manager's manager": (
        lambda scene: reviewer_is(scene, scene.firm.skip),
        RecusalReason.MANAGERS_MANAGER,
    ),
    "a manager three levels up": (three_up, None),
    "a former line manager": (former_manager, None),
    "the author of the statement": (author_of_the_statement, RecusalReason.STATEMENT),
    "the line manager of the day it came in": (manager_when_it_came_in, RecusalReason.STATEMENT),
    "a line manager until the day it came in": (manager_before_it_came_in, None),
    "a line manager from tomorrow on": (manager_to_be, None),
    "a direct report": (lambda scene: link(scene.reviewer, scene.candidate), RecusalReason.DIRECT_REPORT),
    "a report of a report": (report_of_a_report, None),
    "somebody who reports to the same manager": (
        lambda scene: link(scene.reviewer, scene.firm.manager),
        None,
    ),
    "a mentor": (lambda scene: mentors(scene.reviewer, scene.candidate), RecusalReason.MENTORING),
    "a mentee": (lambda scene: mentors(scene.candidate, scene.reviewer), RecusalReason.MENTORING),
    "a mentor on pause": (
        lambda scene: mentors(scene.reviewer, scene.candidate, state=MentorshipState.PAUSED),
        RecusalReason.MENTORING,
    ),
    "a mentor until eleven months ago": (
        lambda scene: mentored_until(scene, date(2025, 12, 21)),
        RecusalReason.MENTORING,
    ),
    "a mentor until a day less than a year ago": (
        lambda scene: mentored_until(scene, date(2025, 11, 22)),
        RecusalReason.MENTORING,
    ),
    "a mentor until a year ago": (lambda scene: mentored_until(scene, date(2025, 11, 21)), None),
    "a mentor until thirteen months ago": (lambda scene: mentored_until(scene, date(2025, 10, 21)), None),
    "somebody who was asked to be the mentor": (
        lambda scene: mentors(scene.reviewer, scene.candidate, state=MentorshipState.PROPOSED),
        None,
    ),
    "somebody who declined to be the mentor": (
        lambda scene: mentors(scene.reviewer, scene.candidate, state=MentorshipState.DECLINED),
        None,
    ),
    "a mentor of somebody else": (lambda scene: mentors(scene.reviewer, scene.firm.peer), None),
    "the author of the nomination": (
        lambda scene: make.add_nomination(scene.case, scene.reviewer),
        RecusalReason.NOMINATED,
    ),
    "the author of one that came before the case": (nominated_before_there_was_a_case, RecusalReason.NOMINATED),
    "a manager who nominated": (
        lambda scene: make.add_nomination(scene.case, scene.reviewer, by=NominatedBy.MANAGER),
        RecusalReason.NOMINATED,
    ),
    "the author of a nomination in another cycle": (nominated_in_another_cycle, None),
    "a colleague who gave feedback": (
        lambda scene: make.make_feedback(scene.case, scene.reviewer, state=FeedbackState.GIVEN),
        RecusalReason.PEER_FEEDBACK,
    ),
    "a colleague who was asked and has not answered": (
        lambda scene: make.make_feedback(scene.case, scene.reviewer),
        None,
    ),
    "a colleague who declined": (
        lambda scene: make.make_feedback(scene.case, scene.reviewer, state=FeedbackState.DECLINED),
        None,
    ),
    "a colleague whose request was taken back": (
        lambda scene: make.make_feedback(scene.case, scene.reviewer, state=FeedbackState.TAKEN_BACK),
        None,
    ),
    "a candidate for the same level": (
        candidate_too,
        RecusalReason.SAME_TARGET,
    ),
    "a candidate who withdrew": (
        lambda scene: candidate_too(scene, state=CaseState.WITHDRAWN),
        RecusalReason.SAME_TARGET,
    ),
    "somebody who declined to be a candidate": (
        lambda scene: candidate_too(scene, state=CaseState.DECLINED),
        None,
    ),
    "a candidate for another level": (lambda scene: candidate_too(scene, target="L4", rated=()), None),
    "a candidate on another ladder": (
        lambda scene: candidate_too(scene, lineage="technical-support"),
        None,
    ),
    "a candidate of another cycle": (candidate_elsewhere, None),
    "somebody who declared it": (
        lambda scene: make.recuse(scene.case, scene.reviewer),
        RecusalReason.DECLARED,
    ),
}


@pytest.mark.parametrize("relation", TABLE)
def test_every_relation_recuses_or_not_and_every_form_says_the_same(relation, scene):
    arrange, reason = TABLE[relation]
    arrange(scene)
    expected = () if reason is None else (reason,)
    reviewer_id, case = scene.reviewer.id, scene.case
    known = relationships(case, frozenset({reviewer_id}))[0]
    assert by_the_rule(known) == expected
    assert recusals_of(case.id, reviewer_id) == expected
    assert relations.concerns(Fact.RECUSED, reviewer_id, case.id) is bool(expected)
    assert (case.id in set(db.session.scalars(select_recused(reviewer_id)))) is bool(expected)
    holding = [
        code
        for code, condition in recusal_conditions(reviewer_id).items()
        if db.session.scalar(select(PromotionCase.id).where(PromotionCase.id == case.id, condition))
    ]
    assert tuple(holding) == expected
    # Lists of everybody's cases ask the same conditions with a column in place of a person.
    one = aliased(Person)
    joined = select(PromotionCase.id).join(one, one.id == reviewer_id).where(PromotionCase.id == case.id)
    by_column = [
        code
        for code, condition in recusal_conditions(one.id).items()
        if db.session.scalar(joined.where(condition)) is not None
    ]
    assert tuple(by_column) == expected


def test_every_reason_stands_in_the_table():
    assert {reason for _, reason in TABLE.values()} - {None} == set(RecusalReason)


def test_recusal_is_about_one_case_and_one_person(scene):
    other = make.make_case(scene_cycle(scene), make_person(level="L1"), from_level="L1", target="L2")
    make.recuse(scene.case, scene.reviewer)
    among = recusals_among(scene.case.id, frozenset({scene.reviewer.id, scene.firm.stranger.id}))
    assert among[scene.firm.stranger.id] == ()
    assert recusals_of(other.id, scene.reviewer.id) == ()
    assert not relations.concerns(Fact.RECUSED, scene.reviewer.id, other.id)


def test_several_reasons_are_all_named_in_their_order(scene):
    reviewer_is(scene, scene.firm.manager)
    make.add_nomination(scene.case, scene.firm.manager, by=NominatedBy.MANAGER)
    make.recuse(scene.case, scene.firm.manager)
    expected = (RecusalReason.MANAGER, RecusalReason.NOMINATED, RecusalReason.DECLARED)
    assert recusals_of(scene.case.id, scene.firm.manager.id) == expected


def test_recusal_that_was_written_down_outlives_what_it_was_derived_from(scene):
    make.recuse(scene.case, scene.firm.manager, reason="manager")
    link(scene.candidate, make_person("New lead"), since=YESTERDAY)
    assert recusals_of(scene.case.id, scene.firm.manager.id) == (RecusalReason.MANAGER,)
    assert relations.concerns(Fact.RECUSED, scene.firm.manager.id, scene.case.id)


def test_chair_who_is_recused_leaves_the_case_to_the_deputy(scene):
    chair, deputy, case = scene.firm.chair, scene.firm.deputy, scene.case
    assert relations.concerns(Fact.CHAIRS, chair.id, case.id)
    assert not relations.concerns(Fact.CHAIRS, deputy.id, case.id)
    make.recuse(case, chair)
    assert not relations.concerns(Fact.CHAIRS, chair.id, case.id)
    assert relations.concerns(Fact.CHAIRS, deputy.id, case.id)
    make.recuse(case, deputy)
    assert not relations.concerns(Fact.CHAIRS, deputy.id, case.id)


def test_deputy_chairs_where_there_is_no_chair(scene):
    with transaction() as session:
        session.merge(scene_cycle(scene)).chair_id = None
    assert relations.concerns(Fact.CHAIRS, scene.firm.deputy.id, scene.case.id)
