"""The example company's results: every signature stands for what is stored, and each kind of ending can be seen."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.assessment import queries
from app.assessment.models import Assessment, AssessmentNote, AssessmentSignature
from app.cli.seed.plan import PlannedAnswer, PlannedAssessment
from app.cli.seed.signing import agreed_rows
from app.domain.rating import Answer
from app.infra.unit_of_work import transaction
from tests.conftest import NOW
from tests.factories.assessments import make_assessment, noon, publish
from tests.factories.people import make_person

COACH, LEAD = "swe.coach-juniors", "swe.lead-design-discussions"


@pytest.mark.parametrize(
    ("key", "on", "notes", "signatures", "refusals"),
    [
        ("chioma", date(2026, 11, 15), 2, 0, 0),
        ("maximiliane", date(2026, 10, 16), 2, 2, 0),
        ("benedikt", date(2026, 10, 30), 1, 2, 1),
        ("yusuf", date(2026, 10, 24), 0, 2, 0),
        ("yusuf", date(2026, 11, 20), 0, 0, 0),
    ],
)
def test_each_result_ends_as_it_is_told(app, session, key, on, notes, signatures, refusals):
    edition = publish()
    manager = make_person("Tomasz Wieczorek")
    subject = make_person("Somebody", manager=manager, level="L2")
    own, theirs = {COACH: "met", LEAD: "exceeded"}, {COACH: "met", LEAD: "partly_met"}
    found = make_assessment(
        subject, edition, "L3", manager=manager, own=own, theirs=theirs, own_on=on, theirs_on=on,
        comments={"self": "Hers", "manager": "His"},
    )  # fmt: skip

    def said(answers, words):
        return {one: PlannedAnswer(Answer(answer), words) for one, answer in answers.items()}

    plan = PlannedAssessment(
        subject_key=key,
        manager_key="tomasz",
        ladder="software-engineer",
        target="L3",
        opened_at=noon(date(2026, 8, 1)),
        self_answers=said(own, "Hers"),
        manager_answers=said(theirs, "His"),
        self_submitted_at=noon(on),
        manager_submitted_at=noon(on),
    )
    ids = {("assessment",): found.id, ("person", key): subject.id, ("person", "tomasz"): manager.id}

    def key_of(*parts):
        import uuid

        return ids.setdefault(parts, uuid.uuid4())

    with transaction() as inside:
        for table, row in agreed_rows(key_of, ("assessment",), plan, edition.id, NOW):
            inside.add(table(**row))
    result = queries.result_of(session.get_one(Assessment, found.id))
    assert len(session.scalars(select(AssessmentNote)).all()) == notes
    stored = session.scalars(select(AssessmentSignature)).all()
    assert (len(stored), sum(bool(one.refusal) for one in stored)) == (signatures, refusals)
    assert all(one.holds for one in result.signatures.values())
    assert all(noon(on) < one.at <= NOW for one in result.signatures.values())
    if notes == 2:
        assert result.note(LEAD) is not None
