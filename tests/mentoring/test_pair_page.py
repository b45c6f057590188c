"""The page of a pair: open to the two of them, and to nobody else."""

from __future__ import annotations

import pytest

from app.access.actor import Role
from tests.factories.mentoring import make_mentorship
from tests.factories.people import make_person


@pytest.fixture
def pair(app):
    chioma, amara = make_person("Chioma Eze"), make_person("Amara Diallo")
    return make_mentorship(amara, chioma), amara, chioma


def test_each_of_the_two_opens_the_page_of_the_pair(pair, client_for):
    mentorship, amara, chioma = pair
    assert "Mentoring with Chioma Eze" in client_for(amara).get(f"/mentoring/{mentorship.id}").text
    assert "Mentoring with Amara Diallo" in client_for(chioma).get(f"/mentoring/{mentorship.id}").text
