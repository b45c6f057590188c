"""The company around Amara, for every test of evidence."""

from __future__ import annotations

import pytest

from tests.factories.evidence import Company, make_company


@pytest.fixture
def company(app) -> Company:
    """Return Amara and those around her."""
    return make_company()
