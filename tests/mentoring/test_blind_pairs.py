"""What one of a pair may not read never leaves the database: every row that is fetched for their pages is searched."""

from __future__ import annotations

import json

import pytest

from app.access.permissions import Permission
from app.access.policy import can
from app.domain.mentorship import MentorshipState
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.models import (
    GoalOutcome,
    Mentorship,
    MentorshipGoal,
    MentorshipMessage,
    MentorshipReview,
    MessageKind,
    ReviewKind,
)
from app.mentoring.queries import pair as pair_queries
from tests.assessment.fetched import recording
from tests.conftest import NOW
from tests.factories.evidence import as_actor
from tests.factories.people import make_person
from tests.mentoring.pairs import make_pair

OVER = (MentorshipState.COMPLETED, MentorshipState.ENDED_EARLY)
CAME_TO_NOTHING = (MentorshipState.DECLINED, MentorshipState.WITHDRAWN, MentorshipState.EXPIRED)
GOAL_WORDS = "Makes the several essential design decisions"
GOAL = "swe.feature-design-decisions"


def plant(pair, *, given=("mentee", "mentor"), kind=ReviewKind.MID_POINT):
    """Let the two write to each other and look back; return the mentee's and the mentor's words."""
    people = {"mentee": pair.amara, "mentor": pair.chioma}
    with transaction() as session:
        for side, sort in (("mentee", MessageKind.REQUEST), ("mentor", MessageKind.QUESTION)):
            session.add(
                MentorshipMessage(
                    mentorship_id=pair.mentorship.id,
                    author_id=people[side].id,
                    kind=sort,
                    words=f"canary-{sort}",
                    written_at=NOW,
                )
            )
        for side, person in people.items():
            session.add(
                MentorshipReview(
                    mentorship_id=pair.mentorship.id,
                    author_id=person.id,
                    kind=kind,
                    answers=json.dumps([f"canary-review-{side}"]),
                    written_at=NOW,
                    given_at=NOW if side in given else None,
                )
            )


def pages_of(client, pair):
    root = f"/mentoring/{pair.mentorship.id}"
    addresses = ["/mentoring/", root, f"{root}/look-back", f"{root}/closing", f"{root}/own-words.txt"]
    addresses += [f"/mentoring/requests/{pair.mentorship.id}", f"/mentoring/of/{pair.amara.id}"]
    return "".join(client.get(address).text for address in addresses)


@pytest.mark.parametrize("state", OVER)
def test_a_former_mentor_reads_neither_goals_nor_outcomes_on_any_page(app, client_for, state, monkeypatch):
    pair = make_pair(state=state, goals=(GOAL,))
    with transaction() as session:
        goal = session.query(MentorshipGoal).one()
        goal.outcome, goal.outcome_by_id, goal.outcome_at = GoalOutcome.PARTLY, pair.amara.id, NOW
    client = client_for(pair.chioma)
    with recording(monkeypatch) as fetched:
        text = pages_of(client, pair)
    assert GOAL_WORDS not in text
    assert "Partly met" not in text
    assert 'id="h-goals"' not in text
    assert [one for one in fetched.holding(GOAL) if "mentorship_goal" in one] == []
    assert GOAL_WORDS in client_for(pair.amara).get(f"/mentoring/{pair.mentorship.id}").text


@pytest.mark.parametrize("state", MentorshipState)
def test_the_list_of_goals_and_the_right_to_read_them_agree(app, state):
    pair = make_pair(state=state, goals=(GOAL,), shares_goals=True)
    for person in (pair.amara, pair.chioma, pair.manager, make_person("Somebody else")):
        mentorship = db.session.get(Mentorship, pair.mentorship.id)
        may = can(as_actor(person), Permission.Mentorship.READ_GOALS, mentorship)
        assert bool(pair_queries.list_goals(as_actor(person), mentorship.id)) is may


@pytest.mark.parametrize("state", [*OVER, *CAME_TO_NOTHING])
def test_a_mentors_reading_of_the_mentees_words_ends_when_it_is_over(app, client_for, state, monkeypatch):
    pair = make_pair(state=state, goals=(GOAL,))
    plant(pair)
    client = client_for(pair.chioma)
    address = f"/mentoring/requests/{pair.mentorship.id}"
    with recording(monkeypatch) as fetched:
        page = client.get(address)
    assert fetched.holding("canary-request") == []
    assert "canary-question" in page.text
    assert GOAL_WORDS not in page.text
    facts = page.words("main")
    assert not any(word in facts for word in ("You share", "Language", "L1"))
    assert "canary-request" in client_for(pair.amara).get(address).text


def test_a_no_of_the_mentee_to_a_proposal_is_read_by_the_mentor_for_whom_it_was_written(app, client_for):
    pair = make_pair(state=MentorshipState.DECLINED)
    with transaction() as session:
        session.add(
            MentorshipMessage(
                mentorship_id=pair.mentorship.id,
                author_id=pair.amara.id,
                kind=MessageKind.DECLINE,
                words="canary-decline",
                written_at=NOW,
            )
        )
    assert "canary-decline" in client_for(pair.chioma).get(f"/mentoring/requests/{pair.mentorship.id}").text


@pytest.mark.parametrize(
    ("state", "kind", "given", "opens"),
    [
        (MentorshipState.ACTIVE, ReviewKind.MID_POINT, ("mentee",), False),
        (MentorshipState.ACTIVE, ReviewKind.MID_POINT, ("mentee", "mentor"), True),
        (MentorshipState.COMPLETED, ReviewKind.MID_POINT, ("mentee", "mentor"), False),
        (MentorshipState.CLOSING, ReviewKind.CLOSING, ("mentee",), False),
        (MentorshipState.COMPLETED, ReviewKind.CLOSING, ("mentee",), True),
        (MentorshipState.ENDED_EARLY, ReviewKind.CLOSING, ("mentee",), False),
    ],
)
def test_sealed_answers_are_not_even_fetched(app, client_for, state, kind, given, opens, monkeypatch):
    pair = make_pair(state=state, closing_on=NOW.date() if state is MentorshipState.CLOSING else None)
    plant(pair, given=given, kind=kind)
    client = client_for(pair.chioma)
    with recording(monkeypatch) as fetched:
        text = pages_of(client, pair)
    assert bool(fetched.holding("canary-review-mentee")) is opens
    assert ("canary-review-mentee" in text) is opens
