"""The start page of promotion: what it says to whom, and that an empty one offers the first step."""

from __future__ import annotations

from tests.factories.people import make_person


def test_before_the_first_cycle_the_page_says_what_a_cycle_is_and_who_starts_one(app, client_for):
    page = client_for(make_person("Amara Diallo")).get("/promotions/")
    assert page.status == 200
    assert "No promotion cycle runs now" in page.words("h1")
    assert "HR drafts one, names the committee and opens it" in page.words()
