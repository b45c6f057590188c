"""Two windows, two people and impatient fingers at the very same moment: one outcome, and no text lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.assessment import queries
from app.assessment.models import Assessment, AssessmentAnswer
from app.audit.models import AuditEvent
from app.infra.db import db
from tests.assessment.conftest import OPEN_AT_L3, open_for

DESIGN = OPEN_AT_L3[0]
ROUNDS = 12


@pytest.fixture
def at_once(app):
    """Return a runner of acts in threads of their own, each with a database session of its own."""

    def run(act):
        with app.app_context():
            return act()

    def run_all(*acts):
        with ThreadPoolExecutor(len(acts)) as pool:
            results = [result.result() for result in [pool.submit(run, act) for act in acts]]
        # What this test has read so far is let go, so that it sees what the threads have written.
        db.session.rollback()
        return results

    return run_all


def test_of_two_windows_one_wins_and_the_other_gets_both_texts(cast, client_for, at_once):
    found = open_for(cast.subject)
    path = f"/assessments/{found.id}"
    windows = [client_for(cast.subject) for _ in range(2)]
    for turn in range(ROUNDS):
        forms = [window.get(path).form(ending="/self") for window in windows]
        texts = [f"turn {turn} of window {number}" for number in range(2)]

        def send(number, forms=forms, texts=texts):
            return windows[number].send(forms[number], **{f"words-{DESIGN}": texts[number]})

        pages = at_once(lambda: send(0), lambda: send(1))
        assert sorted(page.status for page in pages) == [302, 409]
        loser = pages[0] if pages[0].status == 409 else pages[1]
        assert all(text in loser.words().replace("  ", " ") for text in texts)
        winner = texts[1] if loser is pages[0] else texts[0]
        assert winner in windows[0].get(path).words("textarea", name=f"words-{DESIGN}")


def test_handing_in_twice_at_once_is_one_side_and_one_record(cast, client_for, session, at_once):
    found = open_for(cast.subject)
    window = client_for(cast.subject)
    form = window.get(f"/assessments/{found.id}").form(ending="/self")
    form.action += "/submit"
    answers = {f"answer-{one}": "met" for one in OPEN_AT_L3}
    pages = at_once(*[lambda: window.send(form, **answers)] * 8)
    assert {page.location for page in pages} == {f"/assessments/{found.id}"}
    submitted = select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == "assessment:side:submit")
    assert session.scalar(submitted) == 1
    assert session.scalar(select(func.count()).select_from(AssessmentAnswer)) == len(OPEN_AT_L3)


def test_when_both_hand_in_at_once_both_are_in_and_open(cast, client_for, session, at_once):
    found = open_for(cast.subject)
    answers = {f"answer-{one}": "met" for one in OPEN_AT_L3}

    clients = {"self": client_for(cast.subject), "manager": client_for(cast.manager)}

    def hand_in(side):
        client = clients[side]
        form = client.get(f"/assessments/{found.id}").form(ending=f"/{side}")
        form.action += "/submit"
        return lambda: client.send(form, **answers)

    pages = at_once(hand_in("self"), hand_in("manager"))
    # Whoever comes second by a hair is asked all the same, before both sides open.
    assert sorted(page.status for page in pages) == [200, 302]
    asked = pages[0] if pages[0].status == 200 else pages[1]
    side = "self" if asked is pages[0] else "manager"
    assert clients[side].send(asked.form(ending=f"/{side}/submit")).status == 302
    row = queries.get_assessment(found.id)
    assert row.is_revealed
    assert row.submitted_on is not None
    revealed = select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == "assessment:assessment:reveal")
    assert session.scalar(revealed) == 1


def test_opening_at_once_opens_one(cast, client_for, session, at_once):
    people = [client_for(person) for person in (cast.subject, cast.manager, cast.subject, cast.manager)]
    path = f"/people/{cast.subject.id}/assessments"
    pages = at_once(*[lambda client=client: client.post(path, {"target": "L3"}) for client in people])
    assert {page.status for page in pages} == {302}
    assert len({page.location for page in pages}) == 1
    assert session.scalar(select(func.count()).select_from(Assessment)) == 1
