"""A pair that the tests of sessions, notes, goals and evidence share: two people, and a mentorship that has begun."""

from __future__ import annotations

from dataclasses import dataclass

from app.audit.actions import Author
from app.infra.unit_of_work import transaction
from app.mentoring.models import Mentorship
from app.people.models import Person
from tests.conftest import NOW
from tests.factories.assessments import publish
from tests.factories.mentoring import make_mentorship
from tests.factories.people import make_person

COACH = "swe.coach-juniors"
GOALS = ("swe.feature-design-decisions",)


@dataclass
class Pair:
    """Amara, who is mentored; Chioma, who mentors her; and their mentorship."""

    mentorship: Mentorship
    amara: Person
    chioma: Person
    manager: Person


def make_pair(**columns):
    """Return a pair on the software ladder; the columns are those of the mentorship."""
    publish()
    manager = make_person("Tomasz Wieczorek")
    amara = make_person("Amara Diallo", level="L1", manager=manager)
    chioma = make_person("Chioma Eze", level="L3")
    columns.setdefault("goals", GOALS)
    return Pair(make_mentorship(amara, chioma, **columns), amara, chioma, manager)


def act(what, *args, by, at=NOW, **more):
    """Carry an act out as somebody, and keep it."""
    with transaction():
        return what(*args, by=Author(by.id), at=at, **more)
