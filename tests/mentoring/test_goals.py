"""Goals: the mentee's choice among what blocks them, and theirs alone to share with the line manager."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.policy import can
from app.audit.models import AuditEvent
from app.domain.errors import InvalidError, MissingError, NotAllowedNowError
from app.domain.mentorship import MentorshipState
from app.infra.db import db
from app.mentoring.actions import goals as acts
from app.mentoring.models import GoalOutcome, Mentorship, MentorshipGoal
from app.mentoring.queries.pair import list_goals
from app.mentoring.queries.profiles import seekable
from tests.factories.evidence import as_actor
from tests.mentoring.pairs import GOALS, act, make_pair

FIRST = f"software-engineer:{GOALS[0]}"


@pytest.fixture
def pair(app):
    return make_pair()


def stored(pair):
    return [one.expectation_id for one in list_goals(as_actor(pair.amara), pair.mentorship.id)]


def test_the_mentee_changes_the_goals_among_what_blocks_them(pair, client_for):
    blocking = [key for key in seekable(pair.amara.id) if key != FIRST]
    client = client_for(pair.amara)
    form = client.get(f"/mentoring/{pair.mentorship.id}/goals").form(ending="/goals")
    assert ("goals", FIRST) in form.fields
    client.send(form, goals=[blocking[0], FIRST])
    assert stored(pair) == [blocking[0].partition(":")[2], GOALS[0]]


@pytest.mark.parametrize(
    "choose",
    [
        lambda _: [],
        lambda keys: keys[:4],
        lambda _: ["software-engineer:swe.strategy-roadmaps"],
        lambda _: ["what:ever"],
    ],
    ids=["none", "four", "what does not block them", "what is no expectation"],
)
def test_one_to_three_goals_and_each_blocks_the_mentee(pair, client_for, choose):
    with pytest.raises(InvalidError):
        act(acts.change_goals, pair.mentorship, choose(seekable(pair.amara.id)), by=pair.amara)
    page = client_for(pair.amara).post(f"/mentoring/{pair.mentorship.id}/goals", {"goals": "what:ever"})
    assert page.status == 422
    assert stored(pair) == list(GOALS)


def test_the_mentor_reads_the_goals_and_does_not_change_them(pair, client_for):
    client = client_for(pair.chioma)
    assert "Makes the several essential design decisions" in client.get(f"/mentoring/{pair.mentorship.id}").text
    assert client.get(f"/mentoring/{pair.mentorship.id}/goals").status == 404
    assert client.post(f"/mentoring/{pair.mentorship.id}/goals/share").status == 404
    with pytest.raises(MissingError):
        act(acts.change_goals, pair.mentorship, [FIRST], by=pair.chioma)


def test_a_goal_with_its_outcome_stays(pair):
    act(_conclude, pair.mentorship, by=pair.amara)
    other = next(key for key in seekable(pair.amara.id) if key != FIRST)
    with pytest.raises(NotAllowedNowError):
        act(acts.change_goals, pair.mentorship, [other], by=pair.amara)


def _conclude(mentorship, *, by, at):
    goal = db.session.scalars(select(MentorshipGoal)).one()
    goal.outcome = GoalOutcome.MET


def reads(pair):
    mentorship = db.session.get(Mentorship, pair.mentorship.id)
    return can(as_actor(pair.manager), Permission.Mentorship.READ_GOALS, mentorship)


def test_the_line_manager_reads_the_goals_only_while_the_mentee_shares_them(pair, client_for):
    client, address = client_for(pair.amara), f"/mentoring/{pair.mentorship.id}"
    page = client.get(address)
    assert "Your line manager knows that Chioma Eze mentors you, and not what for." in page.text
    assert not reads(pair)
    shared = client.follow(client.send(page.form(ending="/goals/share")))
    assert "Your line manager reads these goals, and nothing else of your mentoring." in shared.text
    assert reads(pair)
    client.send(shared.form(ending="/goals/unshare"))
    assert not reads(pair)
    tags = db.session.scalars(
        select(AuditEvent.tag).where(AuditEvent.tag.like("mentoring:goals:%")).order_by(AuditEvent.seq)
    ).all()
    assert tags == ["mentoring:goals:share", "mentoring:goals:unshare"]


def test_after_the_end_goals_stay_and_sharing_can_only_be_taken_back(app):
    pair = make_pair(state=MentorshipState.COMPLETED, shares_goals=True)
    with pytest.raises(NotAllowedNowError):
        act(acts.change_goals, pair.mentorship, [FIRST], by=pair.amara)
    act(acts.share_goals, pair.mentorship, is_shared=False, by=pair.amara)
    with pytest.raises(NotAllowedNowError):
        act(acts.share_goals, pair.mentorship, is_shared=True, by=pair.amara)
