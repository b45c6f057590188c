"""The search finds what one may read and nothing else: a planted word for each field, looked for by everybody."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can
from app.assessment.models import (
    Assessment,
    AssessmentAnswer,
    AssessmentNote,
    GrowthAction,
    GrowthGoal,
    GrowthPlan,
    Side,
)
from app.evidence.models import Evidence
from app.home.search import queries
from app.home.search.queries import Slice
from app.infra.clock import clock as the_clock
from app.infra.db import db
from app.infra.full_text import read_sought
from app.infra.unit_of_work import transaction
from app.people.models import Person
from tests.access.company import FIRST, NAMES, ROLES, SECOND, canary
from tests.access.world import open_world
from tests.conftest import NOW

EVERYTHING = Slice(500)
NOBODY_HERE = {"leaver"}
PERMISSIONS = {Side.SELF: Permission.Assessment.READ_SELF, Side.MANAGER: Permission.Assessment.READ_MANAGER}
FIELDS = ("title", "narrative", "link", "line0", "line1")


@pytest.fixture(scope="module")
def built(databases):
    """Return a company of this module's own, with joint notes and growth plans besides."""
    with the_clock.standing_at(NOW), open_world(databases, "search") as world:
        with world.app.app_context():
            plant(world)
            world.let_go()
        yield world


@pytest.fixture
def world(built):
    with the_clock.standing_at(NOW), built.app.app_context():
        yield built
        db.session.remove()


def plant(world):
    """Add joint notes, and a growth plan of each of two people; every text is a word of its own."""
    for name in ("revealed", "old_revealed", "hr_revealed", "self_in", "manager_in"):
        with transaction() as session:
            session.add(AssessmentNote(
                assessment_id=world.company.objects[name], expectation_id=SECOND,
                words=canary(name, "plantednote"),
                changed_by_id=world.company.people["subject"], changed_at=NOW,
            ))  # fmt: skip
    for whose in ("subject", "hr", "peer"):
        with transaction() as session:
            session.add(GrowthPlan(
                id=uuid.uuid4(), subject_id=world.company.people[whose], lineage="software-engineer",
                target_level="L3", created_at=NOW, created_by_id=world.company.people[whose], changed_at=NOW,
                closed_at=NOW,
                goals=[GrowthGoal(
                    expectation_id=FIRST, position=0, words=canary(whose, "plantedgoal"),
                    actions=[GrowthAction(position=0, words=canary(whose, "plantedaction"), added_at=NOW,
                                          added_by_id=world.company.people[whose])],
                )],
            ))  # fmt: skip


READS_NOTHING = {"former", "editor", "stranger", "leaver", "mentor", "former_mentor", "coordinator"}
"""Those whom no piece as it stands is open to; being somebody's mentor opens none."""


def acting(world, name):
    roles = frozenset({ROLES[name]}) if name in ROLES else frozenset()
    return Actor(world.company.people[name], NAMES[name], roles)


def looked_for(word):
    return read_sought(f'"{word}"')


def finds(fetch, who, word):
    """Return what of one kind is found by a word, and that the count says no more than the rows."""
    page = fetch(who, looked_for(word), EVERYTHING)
    assert page.total == len(page.rows)
    return page.rows


@pytest.mark.parametrize("name", NAMES)
def test_pieces_are_found_by_exactly_those_who_read_them_as_they_stand(world, name):
    who = acting(world, name)
    found_any = False
    for piece_name in [one for one, kind in world.company.kinds.items() if kind == "evidence"]:
        piece = db.session.get_one(Evidence, world.company.objects[piece_name])
        asked = can(who, Permission.Evidence.CORROBORATE, piece) and piece.is_shared
        now = can(who, Permission.Evidence.READ, piece) and (can(who, Permission.Evidence.LIST, piece) or asked)
        for field in FIELDS:
            found = finds(queries.list_pieces, who, canary(piece_name, field))
            assert [one.id for one in found] == [piece.id] * now, (piece_name, field)
            found_any = found_any or bool(found)
    assert found_any is (name not in READS_NOTHING)


def test_former_manager_finds_no_piece_by_what_it_says_now(world):
    piece = db.session.get_one(Evidence, world.company.objects["old"])
    who = acting(world, "former")
    assert can(who, Permission.Evidence.READ, piece)
    assert finds(queries.list_pieces, who, canary("old", "title")) == []


@pytest.mark.parametrize("name", NAMES)
def test_comments_are_found_by_exactly_those_whom_their_side_is_open_to(world, name):
    who = acting(world, name)
    for assessment_name in [one for one, kind in world.company.kinds.items() if kind == "assessment"]:
        row = db.session.get_one(Assessment, world.company.objects[assessment_name])
        is_writing = can(who, Permission.Assessment.ANSWER_MANAGER, row)
        for side, permission in (
            (Side.SELF, Permission.Assessment.READ_SELF),
            (Side.MANAGER, Permission.Assessment.READ_MANAGER),
        ):
            answer = db.session.scalars(
                select(AssessmentAnswer).where(AssessmentAnswer.assessment_id == row.id, AssessmentAnswer.side == side)
            ).one()
            if side is Side.SELF:
                is_own = answer.author_id == who.person_id
                is_open = can(who, permission, row) and (is_own or row.self_submitted_at is not None)
            else:
                is_in = answer.author_id == row.manager_id
                is_open = (is_in and can(who, permission, row)) or (is_writing and answer.author_id == who.person_id)
            found = finds(queries.list_comments, who, canary(assessment_name, side.value))
            # A round that was opened by mistake is no place to be led to.
            is_open = is_open and row.called_off_at is None
            assert [one.assessment_id for one in found] == [row.id] * is_open, (assessment_name, side)


@pytest.mark.parametrize("name, side", [("self_in", "self"), ("drafting", "self"), ("peer_self_in", "self")])
def test_sealed_words_of_the_engineer_are_found_by_nobody_else(world, name, side):
    for who in NAMES:
        is_own = world.company.people[who] == db.session.get_one(Assessment, world.company.objects[name]).subject_id
        assert bool(finds(queries.list_comments, acting(world, who), canary(name, side))) is is_own


@pytest.mark.parametrize("name", ["manager_in", "drafting"])
def test_sealed_words_of_the_manager_are_found_by_no_one_but_the_manager(world, name):
    for who in NAMES:
        found = finds(queries.list_comments, acting(world, who), canary(name, "manager"))
        assert bool(found) is (who == "manager"), who


def test_side_that_was_closed_as_not_given_keeps_its_draft_to_its_author(world):
    with transaction() as session:
        row = session.get_one(Assessment, world.company.objects["manager_in"])
        row.self_closed_at, row.closed_by_id, row.submitted_on = NOW, world.company.people["hr"], NOW.date()
    try:
        assert row.is_revealed
        for who in NAMES:
            found = finds(queries.list_comments, acting(world, who), canary("manager_in", "self"))
            assert bool(found) is (who == "subject"), who
        assert finds(queries.list_comments, acting(world, "subject"), canary("manager_in", "manager"))
    finally:
        with transaction() as session:
            row = session.get_one(Assessment, world.company.objects["manager_in"])
            row.self_closed_at = row.closed_by_id = row.submitted_on = None


@pytest.mark.parametrize("name", NAMES)
def test_notes_and_plans_are_found_by_exactly_those_who_read_them(world, name):
    who = acting(world, name)
    for assessment_name in ("revealed", "old_revealed", "hr_revealed", "self_in", "manager_in"):
        row = db.session.get_one(Assessment, world.company.objects[assessment_name])
        found = finds(queries.list_notes, who, canary(assessment_name, "plantednote"))
        assert [one.assessment_id for one in found] == [row.id] * can(who, Permission.Assessment.READ_RESULT, row)
    for whose in ("subject", "hr", "peer"):
        planted = select(GrowthPlan).join(GrowthGoal).where(GrowthGoal.words == canary(whose, "plantedgoal"))
        plan = db.session.scalars(planted).one()
        for part in ("plantedgoal", "plantedaction"):
            found = finds(queries.list_plans, who, canary(whose, part))
            assert [one.plan_id for one in found] == [plan.id] * can(who, Permission.GrowthPlan.READ, plan)


@pytest.mark.parametrize("name", [one for one in NAMES if one not in NOBODY_HERE])
def test_everybody_finds_every_name_and_more_than_the_name_only_where_they_may(world, name):
    who = acting(world, name)
    for one, full_name in NAMES.items():
        found = queries.list_people(who, looked_for(full_name), EVERYTHING).rows
        assert [row.name for row in found] == [full_name] * (one not in NOBODY_HERE)
        for row in found:
            person = db.session.get_one(Person, row.id)
            assert bool(row.is_readable) is can(who, Permission.Person.READ, person)


@pytest.mark.parametrize("name", [one for one in NAMES if one not in NOBODY_HERE])
def test_page_holds_no_word_that_its_reader_may_not_read(world, name):
    who = acting(world, name)
    text = world.visitor(name).ask("GET", "/search?q=CANARY&in=evidence").get_data(as_text=True)
    text += world.visitor(name).ask("GET", "/search?q=CANARY").get_data(as_text=True)
    for piece_name in [one for one, kind in world.company.kinds.items() if kind == "evidence"]:
        piece = db.session.get_one(Evidence, world.company.objects[piece_name])
        # A hit marks the words it was found by, so that the rest of the planted word stands behind the mark.
        if not can(who, Permission.Evidence.READ, piece):
            assert f"-{piece_name}-" not in text, piece_name
    for sealed, side, author in (("self_in", "self", "subject"), ("manager_in", "manager", "manager")):
        if name != author:
            assert f"-{sealed}-{side}-" not in text


def test_answer_to_a_sealed_word_is_that_to_a_word_nobody_wrote(world):
    for who in ("manager", "skip", "hr", "peer"):
        visitor = world.visitor(who)
        sealed, made_up = canary("self_in", "self").strip("-"), canary("nothing", "self").strip("-")
        pages = [
            visitor.ask("GET", f'/search?q="{word}"').get_data(as_text=True).replace(word, "")
            for word in (sealed, made_up)
        ]
        assert normal(pages[0]) == normal(pages[1])


def normal(text):
    return re.sub(r'(name="(csrf_token|idempotency_key)" value|name="next" value)="[^"]*"', "", text)
