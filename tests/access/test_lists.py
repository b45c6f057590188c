"""Lists, searches and single pages decide alike: what somebody may find is what they may open, and nothing else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.assessment.models import Assessment
from app.evidence.models import Evidence
from app.infra.db import db
from app.mentoring.models import MentoringExclusion, MentoringNote, Mentorship, PrivateNote
from app.people.models import Person
from app.promotion.models import PromotionCase
from tests.access.company import NAMES, canary
from tests.access.matrix import OUTSIDE, planted_in, rules

SIGNED_IN = [name for name in NAMES if name not in OUTSIDE]
TABLES = {
    Evidence: [Permission.Evidence.READ, Permission.Evidence.SET_ASIDE, Permission.Evidence.CORROBORATE],
    Assessment: [
        Permission.Assessment.READ,
        Permission.Assessment.READ_SELF,
        Permission.Assessment.READ_MANAGER,
        Permission.Assessment.ANSWER_SELF,
        Permission.Assessment.ANSWER_MANAGER,
        Permission.Assessment.READ_RESULT,
        Permission.Assessment.WRITE_NOTE,
        Permission.Assessment.SIGN_SELF,
        Permission.Assessment.SIGN_MANAGER,
        Permission.Assessment.TAKE_BACK_MANAGER,
    ],
    PromotionCase: [
        Permission.Case.READ,
        Permission.Case.READ_PACKET,
        Permission.Case.RATE,
        Permission.Case.READ_RATINGS,
        Permission.Case.READ_DECISION_DRAFT,
        Permission.Case.READ_DECISION,
    ],
    Person: [Permission.Person.READ, Permission.Standing.READ, Permission.Evidence.LIST, Permission.Assessment.LIST],
    Mentorship: [
        Permission.Mentorship.READ,
        Permission.Mentorship.READ_GOALS,
        Permission.Mentorship.SHARE_GOALS,
        Permission.Mentorship.OPEN,
        Permission.Mentorship.WRITE,
    ],
    MentoringNote: [Permission.Note.READ, Permission.Note.EDIT],
    PrivateNote: [Permission.PrivateNote.READ],
    MentoringExclusion: [Permission.Exclusion.READ],
}
CASES = [(table, permission) for table, permissions in TABLES.items() for permission in permissions]


@pytest.mark.parametrize("table, permission", CASES, ids=[f"{table.__name__}-{one}" for table, one in CASES])
def test_rows_of_a_list_are_the_objects_that_may_be_opened(world, table, permission):
    everything = db.session.scalars(select(table).order_by(table.id)).all()
    assert len(everything) > 3
    for actor in NAMES:
        who = world.actor(actor)
        listed = set(db.session.scalars(select(table.id).where(visible_to(who, permission, table))))
        assert listed == {thing.id for thing in everything if can(who, permission, thing)}, actor


@pytest.mark.parametrize("actor", SIGNED_IN)
def test_list_of_evidence_shows_every_readable_piece_and_no_other(world, actor):
    who = world.actor(actor)
    for subject in {world.company.subjects[name] for name in rules()["objects"]["evidence"]}:
        address = "/evidence/" if subject == actor else f"/people/{world.company.people[subject]}/evidence"
        page = world.visitor(actor).ask("GET", address)
        readable = {
            canary(name, "title")
            for name in rules()["objects"]["evidence"]
            if world.company.subjects[name] == subject and can(who, Permission.Evidence.READ, world.thing(name))
        }
        shown = {word for word in planted_in(page.text) if word.endswith("-title-")}
        # Who may read single pieces only (a former manager, somebody asked) has no list of them.
        has_list = can(who, Permission.Evidence.LIST, world.thing(f"person_{subject}"))
        assert shown == (readable if has_list else set())
        assert page.status_code == (200 if has_list else 404)


@pytest.mark.parametrize("actor", SIGNED_IN)
def test_list_of_questions_shows_the_shared_pieces_somebody_was_asked_about(world, actor):
    shown = planted_in(world.visitor(actor).ask("GET", "/evidence/asked").text)
    pieces = rules()["objects"]["evidence"]
    asked_about = {name: piece for name, piece in pieces.items() if actor in piece.get("allow", {}).get("answer", ())}
    # Of a withdrawn piece nobody reads anything: whoever was asked gets no more than their own words back.
    names = [name for name, piece in asked_about.items() if "answer" not in piece.get("answers", {})]
    asked = {canary(name, "title") for name in names}
    assert {word for word in shown if word.endswith("-title-")} == asked


@pytest.mark.parametrize("actor", SIGNED_IN)
def test_assessments_that_lists_lead_to_can_be_opened(world, actor):
    company, who = world.company, world.actor(actor)
    names = {str(company.objects[name]): name for name in rules()["objects"]["assessment"]}
    for subject in ("subject", "manager", "hr", "admin", "peer"):
        page = world.visitor(actor).ask("GET", f"/people/{company.people[subject]}/assessments")
        linked = {names[one] for one in re.findall(r"/assessments/([0-9a-f-]{36})", page.text) if one in names}
        readable = {
            name
            for name in names.values()
            if company.subjects[name] == subject and can(who, Permission.Assessment.READ, world.thing(name))
        }
        has_list = can(who, Permission.Assessment.LIST, world.thing(f"person_{subject}"))
        assert linked == (readable if has_list else set())


@pytest.mark.parametrize("actor", SIGNED_IN)
def test_own_pages_lead_only_where_one_may_go(world, actor):
    visitor = world.visitor(actor)
    for page in ("/", "/evidence/", "/evidence/asked", "/assessments/", "/people/"):
        text = visitor.ask("GET", page).text
        targets = set(re.findall(r'href="(/(?:people|evidence|assessments)/[0-9a-f-]{36}[^"#?]*)', text))
        for target in sorted(targets):
            answer = visitor.ask("GET", target)
            # “Work on this” leads on to the plan that is open already.
            answer = visitor.ask("GET", answer.location) if answer.status_code == 302 else answer
            assert answer.status_code == 200, f"{page} leads {actor} to {target}"


@pytest.mark.parametrize(
    "filters", ["?state=draft", "?state=withdrawn", "?kind=design_doc", "?expectation=none", "?q=CANARY"]
)
@pytest.mark.parametrize("actor", ["manager", "skip", "hr"])
def test_filters_open_nothing(world, actor, filters):
    address = f"/people/{world.company.people['subject']}/evidence"
    whole = planted_in(world.visitor(actor).ask("GET", address).text)
    assert planted_in(world.visitor(actor).ask("GET", address + filters).text) <= whole


@pytest.mark.parametrize("actor", SIGNED_IN)
def test_directory_names_everybody_who_works_here_and_tells_levels_to_few(world, actor):
    found = world.visitor(actor).ask("GET", "/people/?q=Amara")
    assert "Amara Diallo" in found.text
    who = world.actor(actor)
    leads_there = f'href="/people/{world.company.people["subject"]}"' in found.text
    assert leads_there is can(who, Permission.Person.READ, world.thing("person_subject"))
    assert (canary("team", "name") in found.text) is leads_there


@pytest.mark.parametrize("actor", SIGNED_IN)
def test_counts_of_a_list_are_those_of_what_is_read(world, actor):
    who = world.actor(actor)
    person = world.thing("person_subject")
    if not can(who, Permission.Evidence.LIST, person):
        return
    own = actor == "subject"
    text = world.visitor(actor).ask("GET", "/evidence/" if own else f"/people/{person.id}/evidence").text
    assert ("Private drafts" in text) is own
    number = "Five" if own else "Four"
    assert f"{number} pieces" in " ".join(text.split())
