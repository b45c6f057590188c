"""People who look after Belay."""

from __future__ import annotations

import pytest

from app.access.actor import Role
from tests.factories.people import make_person


@pytest.fixture
def hr(app):
    return make_person("Ruth Okonjo", roles=(Role.HR,))


@pytest.fixture
def admin(app):
    return make_person("Ada Brandt", roles=(Role.ADMIN,))


@pytest.fixture
def editor(app):
    return make_person("Edda Lind", roles=(Role.LADDER_EDITOR,))


@pytest.fixture
def engineer(app):
    return make_person("Amara Diallo")
