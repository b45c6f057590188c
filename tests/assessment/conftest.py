"""A small company: an engineer at L2, her line manager, the manager above him, HR, a peer, and whoever comes next."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from app.access.actor import Role
from app.assessment import actions, queries
from app.assessment.actions import Entry
from app.assessment.models import Side
from app.audit.actions import Author
from app.domain.rating import Answer
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from tests.factories.assessments import publish
from tests.factories.people import make_person
from tests.pictures import begins_with

OPEN_AT_L3 = (
    "swe.design-significant-features",
    "swe.influence-architecture",
    "swe.coach-juniors",
    "swe.lead-design-discussions",
    "swe.systemic-improvements",
)


@pytest.fixture
def edition(app, request):
    return request.getfixturevalue("cast").edition if "cast" in request.fixturenames else publish()


@pytest.fixture
def cast(app):
    """Return the people by their parts, and the ladder."""
    return make_cast()


@begins_with
def make_cast():
    edition = publish()
    head = make_person("Hana Head")
    manager = make_person("Tomasz Wieczorek", manager=head)
    return SimpleNamespace(
        edition=edition,
        head=head,
        manager=manager,
        subject=make_person("Amara Diallo", manager=manager, level="L2", since=date(2025, 2, 3)),
        next_manager=make_person("Priya Raghunathan", manager=head),
        peer=make_person("Chioma Eze", manager=manager, level="L2"),
        hr=make_person("Ruth Okonjo", roles=(Role.HR,)),
        admin=make_person("Ada Admin", roles=(Role.ADMIN,)),
    )


def by(person):
    return Author(person.id)


def entries(answers=None, words="", **more):
    """Return entries: one answer for all that L3 asks of an L2, or those that are named."""
    chosen = answers if isinstance(answers, dict) else dict.fromkeys(OPEN_AT_L3, answers or "met")
    return {one: Entry(Answer(answer) if answer else None, words) for one, answer in (chosen | more).items()}


def open_for(person, opener=None, target=""):
    with transaction():
        return actions.open_assessment(person, target=target, by=by(opener or person), at=now())


def draft(assessment, side, author, content, **more):
    with transaction():
        return actions.save_draft(
            queries.get_assessment(assessment.id),
            Side(side),
            content,
            revision=more.pop("revision", 0),
            by=by(author),
            at=more.pop("at", now()),
            **more,
        )


def submit(assessment, side, author, content=None, **more):
    with transaction():
        return actions.submit_side(
            queries.get_assessment(assessment.id),
            Side(side),
            entries() if content is None else content,
            revision=more.pop("revision", 10**6),
            by=by(author),
            at=more.pop("at", now()),
            **more,
        )


def reopen(assessment, side, author):
    with transaction():
        return actions.reopen_side(queries.get_assessment(assessment.id), Side(side), by=by(author), at=now())
