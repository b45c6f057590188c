"""Readiness from the database: the rules are the domain's; here is what reaches them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.assessment.queries import readiness_of, readiness_of_people
from app.domain.errors import MissingError
from app.domain.evidence import EvidenceKind
from app.domain.readiness import Status, Verdict
from app.infra.unit_of_work import transaction
from tests.factories.assessments import count_queries, make_assessment, make_evidence, make_waiver, publish
from tests.factories.people import grant, make_person

DESIGN, COACH = "swe.design-significant-features", "swe.coach-juniors"
JUNE, SEPTEMBER = date(2026, 6, 1), date(2026, 9, 12)


@pytest.fixture
def edition(app):
    return publish()


@pytest.fixture
def tomasz(app):
    return make_person("Tomasz Wieczorek")


@pytest.fixture
def amara(edition, tomasz):
    return make_person("Amara Diallo", manager=tomasz, level="L2", since=date(2025, 2, 3))


def status_of(person, expectation, **more):
    found = readiness_of(person.id, **more)
    return found.reports[0].standing(expectation).status


def test_a_level_without_ratings_is_banked_and_the_next_one_unknown(amara):
    found = readiness_of(amara.id)
    assert found.held.id == "L2"
    assert found.held_since == date(2025, 2, 3)
    [report] = found.reports
    assert report.target.id == "L3"
    assert report.verdict is Verdict.CANNOT_TELL
    assert report.standing("swe.self-sufficient").status is Status.BANKED
    assert report.standing(DESIGN).status is Status.UNASSESSED
    assert (report.met, report.of) == (15, 20)


def test_readiness_changes_only_when_both_sides_are_in(edition, amara, tomasz):
    make_assessment(amara, edition, "L3", own={DESIGN: "met"}, own_on=JUNE)
    assert status_of(amara, DESIGN) is Status.UNASSESSED
    make_assessment(amara, edition, "L4", manager=tomasz, theirs={DESIGN: "not_met"}, theirs_on=JUNE)
    assert status_of(amara, DESIGN) is Status.UNASSESSED
    make_assessment(
        amara, edition, "L2", manager=tomasz, own={DESIGN: "met"}, theirs={DESIGN: "partly_met"},
        own_on=JUNE, theirs_on=SEPTEMBER,
    )  # fmt: skip
    assert status_of(amara, DESIGN) is Status.PARTLY_MET
    assert status_of(amara, DESIGN, on=SEPTEMBER - timedelta(days=1)) is Status.UNASSESSED


def test_a_rating_counts_from_the_day_the_manager_gave_it(edition, amara, tomasz):
    make_assessment(
        amara, edition, "L3", manager=tomasz, theirs={DESIGN: "partly_met"}, own={DESIGN: "met"},
        theirs_on=JUNE, own_on=SEPTEMBER,
    )  # fmt: skip
    [report] = readiness_of(amara.id).reports
    assert report.standing(DESIGN).rating.given_on == JUNE
    assert report.standing(DESIGN).self_rating.given_on == SEPTEMBER


def test_the_latest_rating_counts_whichever_assessment_was_opened_last(edition, amara, tomasz):
    make_assessment(
        amara, edition, "L3", manager=tomasz, theirs={DESIGN: "not_met"}, own={DESIGN: "met"},
        theirs_on=SEPTEMBER, own_on=SEPTEMBER, opened_on=date(2026, 1, 1),
    )  # fmt: skip
    make_assessment(
        amara, edition, "L3", manager=tomasz, theirs={DESIGN: "exceeded"}, own={DESIGN: "met"},
        theirs_on=JUNE, own_on=JUNE, opened_on=date(2026, 5, 1),
    )  # fmt: skip
    assert status_of(amara, DESIGN) is Status.NOT_MET


def test_a_draft_that_a_former_manager_left_never_counts(session, edition, amara, tomasz):
    priya = make_person("Priya Raghunathan")
    found = make_assessment(
        amara, edition, "L3", manager=tomasz, theirs={DESIGN: "met"}, own={DESIGN: "met"},
        theirs_on=JUNE, own_on=JUNE,
    )  # fmt: skip
    from app.assessment.models import AssessmentAnswer, Side
    from app.domain.rating import Answer

    with transaction() as writing:
        writing.add(
            AssessmentAnswer(
                assessment_id=found.id, side=Side.MANAGER, author_id=priya.id, expectation_id=DESIGN,
                answer=Answer.NOT_MET, changed_at=found.opened_at,
            )
        )  # fmt: skip
    assert status_of(amara, DESIGN) is Status.UNPROVEN


def test_evidence_and_a_colleagues_word_prove_a_rating(edition, amara, tomasz):
    chioma = make_person("Chioma Eze")
    make_assessment(
        amara, edition, "L3", manager=tomasz, theirs={COACH: "met"}, own={COACH: "met"},
        theirs_on=SEPTEMBER, own_on=SEPTEMBER,
    )  # fmt: skip
    log = EvidenceKind.MENTORING_LOG
    make_evidence(amara, COACH, on=date(2026, 3, 1), kind=log, confirmed_by=chioma)
    assert status_of(amara, COACH) is Status.UNPROVEN
    make_evidence(amara, COACH, on=date(2026, 10, 1), kind=log, is_draft=True)
    assert status_of(amara, COACH) is Status.UNPROVEN
    make_evidence(amara, COACH, on=date(2026, 10, 1), kind=log)
    assert status_of(amara, COACH) is Status.MET


def test_a_waiver_needs_hr_and_manager(amara, tomasz):
    ruth = make_person("Ruth Okonjo")
    make_waiver(amara, DESIGN, manager=tomasz)
    assert status_of(amara, DESIGN) is Status.UNASSESSED
    make_waiver(amara, COACH, manager=tomasz, hr=ruth)
    assert status_of(amara, COACH) is Status.WAIVED


def test_a_rating_below_met_after_the_grant_slips(edition, amara, tomasz):
    held = "swe.self-sufficient"
    make_assessment(
        amara, edition, "L2", manager=tomasz, theirs={held: "partly_met"}, own={held: "met"},
        theirs_on=JUNE, own_on=JUNE,
    )  # fmt: skip
    standing = readiness_of(amara.id).reports[0].standing(held)
    assert standing.is_slipped
    with transaction():
        grant(amara, "L3", on=date(2026, 7, 1))
    assert not readiness_of(amara.id).reports[0].standing(held).is_slipped


def test_the_top_of_the_ladder_has_no_report(edition):
    expert = make_person(level="L4")
    found = readiness_of(expert.id)
    assert found.is_at_top
    assert found.reports == ()


def test_somebody_without_a_level_has_no_report(edition):
    found = readiness_of(make_person().id)
    assert (found.held, found.edition, found.reports, found.is_at_top) == (None, None, (), False)


def test_any_level_of_the_ladder_can_be_the_target(amara):
    assert readiness_of(amara.id, target="L4").reports[0].target.id == "L4"
    with pytest.raises(MissingError):
        readiness_of(amara.id, target="L9")


def test_the_adopted_version_of_the_day_counts(edition, amara):
    later = date(2026, 10, 1)
    overlay = publish("overlays/software-engineer-house/1.0.0.yaml", from_on=later)
    assert readiness_of(amara.id).edition.id == overlay.id
    assert readiness_of(amara.id, on=later - timedelta(days=1)).edition.id == edition.id


def test_the_number_of_queries_does_not_grow_with_evidence_or_people(session, edition, amara, tomasz):
    person_id = amara.id

    def one():
        session.rollback()
        return count_queries(lambda: readiness_of(person_id))

    make_evidence(amara, DESIGN)
    make_assessment(
        amara, edition, "L3", manager=tomasz, theirs={COACH: "met"}, own={COACH: "met"}, theirs_on=JUNE, own_on=JUNE
    )
    readiness_of(person_id)
    before = one()
    for _ in range(12):
        make_evidence(amara, DESIGN, COACH)
    assert one() == before
    assert before <= 12
    others = [make_person(manager=tomasz, level="L1") for _ in range(6)]
    ids = [person_id, *(other.id for other in others)]
    # What one transaction has asked for it knows; each page has a transaction of its own.
    session.rollback()
    few = count_queries(lambda: readiness_of_people(ids[:2]))
    session.rollback()
    many = count_queries(lambda: readiness_of_people(ids))
    assert few == many <= 10


def test_a_list_keeps_its_order_and_leaves_nobody_out(edition, amara, tomasz):
    ids = [tomasz.id, amara.id]
    found = readiness_of_people(ids)
    assert list(found) == ids
    assert found[amara.id].reports[0].met == 15
    assert found[tomasz.id].reports == ()
