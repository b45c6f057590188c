"""What lists say of an assessment beside its sides: the day, the signatures; and that nobody is asked who has left."""

from __future__ import annotations

from datetime import date

import pytest

from app.assessment import actions, queries
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.notices.queries import list_waiting
from app.people import actions as people
from tests.assessment.conftest import OPEN_AT_L3, by, open_for, submit
from tests.assessment.result_cases import refuse, reveal, sign
from tests.factories.assessments import make_waiver
from tests.factories.people import AT, SYSTEM

LAST, DESIGN = date(2026, 11, 24), OPEN_AT_L3[0]
TO_SIGN = ["assessment.to_sign"]


def signings(client, cast):
    return [
        client.get(path).words("table")
        for path in ("/assessments/", f"/people/{cast.subject.id}/assessments")
        if client.get(path).status == 200
    ]


@pytest.mark.parametrize(
    ("acts", "said"),
    [
        ((), "waiting for signatures"),
        ((("sign", "self"),), "waiting for signatures"),
        ((("sign", "self"), ("sign", "manager")), "signed by both"),
        ((("sign", "self"), ("refuse", "manager")), "not signed, with the reason recorded"),
    ],
)
def test_lists_say_how_far_the_signatures_are(cast, client_for, acts, said):
    found = reveal(cast)
    people_of = {"self": cast.subject, "manager": cast.manager}
    for act, side in acts:
        {"sign": sign, "refuse": refuse}[act](found, side, people_of[side])
    for person in (cast.subject, cast.manager, cast.hr):
        assert f"Both in since 21 Nov 2026, {said}" in signings(client_for(person), cast)[-1]


def test_nothing_is_said_of_signatures_while_it_is_sealed(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    for person in (cast.subject, cast.manager, cast.hr):
        for words in signings(client_for(person), cast)[-1:]:
            assert "sign" not in words


def test_hr_sees_on_the_start_page_which_sides_of_what_runs_are_in_and_by_when(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    page = client_for(cast.hr).get("/")
    table = page.words("table")
    assert "5 Dec 2026" in table
    assert "In Not in yet" in table
    assert "open " not in table.replace("opened", "")
    assert f"/assessments/{found.id}" in [link.get("href") for link in page.all("a")]


def test_a_signature_is_asked_for_until_the_last_day_of_either(cast):
    reveal(cast)
    with transaction():
        people.record_leaving(cast.subject, on=date(2026, 11, 25), by=SYSTEM, at=AT)

    def waits(person, day):
        db.session.rollback()
        return len(list_waiting(person.id, date(2026, 11, day), kinds=TO_SIGN))

    assert [waits(cast.subject, 24), waits(cast.manager, 24)] == [1, 1]
    assert [waits(cast.subject, 26), waits(cast.manager, 26)] == [0, 0]


def test_no_plan_or_waiver_of_somebody_who_left_waits(cast):
    with transaction():
        plan = actions.open_plan(
            cast.subject, target="L3", goals=(DESIGN,), review_on=LAST, by=by(cast.subject), at=now()
        )
    with transaction():
        content = actions.PlanContent(LAST, new_steps={DESIGN: [actions.Step("Write it down", LAST)]})
        found = queries.get_plan(plan.id)
        actions.change_plan(found, content, version=found.version, by=by(cast.subject), at=now())
    make_waiver(cast.subject, DESIGN, hr=cast.hr)
    with transaction():
        people.record_leaving(cast.subject, on=date(2026, 11, 25), by=SYSTEM, at=AT)

    def waits(select, day):
        db.session.rollback()
        return {row.person_id for row in db.session.execute(select(date(2026, 11, day)))}

    both = {cast.subject.id, cast.manager.id}
    for select, people_of in (
        (queries.select_reviews, both),
        (queries.select_actions_due, {cast.subject.id}),
        (queries.select_to_approve, {cast.manager.id}),
    ):
        # On their last day it still waits, on the day after no more.
        assert waits(select, 24) == people_of
        assert waits(select, 25) == set()
