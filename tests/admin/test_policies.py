"""The pages of policies: reading, setting with a reason, and who may not."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.policies import POLICIES
from app.policies.queries import history_of, value_of

TECHNICAL, PEOPLE = "/admin/policies/idle_hours", "/admin/policies/directory_shows_level"
REASON = "Asked for by the works council"


def test_list_shows_every_policy_with_its_default(client_for, hr):
    words = client_for(hr).get("/admin/policies").words("main")
    for definition in POLICIES.values():
        assert definition.title in words
        assert definition.sentence in words
        assert definition.words(definition.default) in words
    assert "never; the default counts" in words


def test_administrator_sets_a_technical_policy_with_a_reason(client_for, admin, hr):
    client = client_for(admin)
    form = client.get(TECHNICAL).form(TECHNICAL)
    assert ("value", "8") in form.fields
    page = client.follow(client.send(form, value="4", reason=REASON))
    assert "is set: 4 hours" in page.words("main")
    assert "4 hours" in page.words("tbody")
    assert REASON in page.words("tbody")
    assert "Ada Brandt" in page.words("tbody")
    assert value_of("idle_hours") == 4
    listed = client_for(hr).get("/admin/policies").words("main")
    assert f"by Ada Brandt{REASON}" in listed.replace(" Asked", "Asked")


def test_hr_sets_a_people_policy_by_choosing(client_for, hr):
    client = client_for(hr)
    form = client.get(PEOPLE).form(PEOPLE)
    assert ("value", "no") in form.fields
    client.send(form, value="yes", reason=REASON)
    assert value_of("directory_shows_level") is True


@pytest.mark.parametrize("address, words", [(TECHNICAL, "Administrators change these"), (PEOPLE, "HR changes these")])
def test_who_may_read_but_not_change_sees_why(client_for, admin, hr, address, words):
    client = client_for(hr if address == TECHNICAL else admin)
    page = client.get(address)
    assert words in page.words("main")
    assert not page.has_form(address)
    assert client.post(address, {"value": "4", "reason": REASON, "version": "0"}).status == 404
    assert history_of("idle_hours") == history_of("directory_shows_level") == []


@pytest.mark.parametrize(
    "typed, sentence",
    [
        ({"value": "13", "reason": REASON}, "Write a whole number of hours from 1 to 12."),
        ({"value": "", "reason": REASON}, "Write a whole number of hours from 1 to 12."),
        ({"value": "4", "reason": " "}, "Say why"),
        ({"value": "4", "reason": "x" * 1001}, "at most 1000 characters"),
        ({"value": "4", "reason": "a\u202eb"}, "invisible control characters"),
    ],
)
def test_fault_stands_at_its_field_and_what_was_typed_stays(client_for, admin, typed, sentence):
    client = client_for(admin)
    page = client.send(client.get(TECHNICAL).form(TECHNICAL), **typed)
    assert page.status == 422
    assert sentence in page.words("div", class_="error-summary")
    again = dict(page.form(TECHNICAL).fields)
    assert again["value"] == typed["value"].strip()
    assert again["reason"] == typed["reason"].strip()
    assert history_of("idle_hours") == []


def test_all_faults_are_said_at_once(client_for, admin):
    client = client_for(admin)
    page = client.send(client.get(TECHNICAL).form(TECHNICAL), value="99", reason="")
    assert len(page.all("span", class_="field-error")) == 2


def test_choice_that_there_is_not_is_refused(client_for, hr):
    client = client_for(hr)
    page = client.send(client.get(PEOPLE).form(PEOPLE), value="perhaps", reason=REASON)
    assert page.status == 422
    assert "Choose one of: Yes, No." in page.words("div", class_="error-summary")


def test_nothing_chosen_is_refused(client_for, hr):
    client = client_for(hr)
    page = client.send(client.get(PEOPLE).form(PEOPLE), value=None, reason=REASON)
    assert page.status == 422


def test_of_two_administrators_the_second_one_sees_both_values(client_for, admin):
    client = client_for(admin)
    first, second = (client.get(TECHNICAL).form(TECHNICAL) for _ in range(2))
    assert client.send(first, value="4", reason=REASON).status == 302
    page = client.send(second, value="6", reason="It was too short")
    assert page.status == 409
    assert "in the meantime: 4 hours" in page.words("main")
    assert value_of("idle_hours") == 4
    mine = page.all("form", id="keep-mine")[0]
    assert mine.get("action") == TECHNICAL
    kept = page.form(TECHNICAL)
    assert client.send(kept, value="6").status == 302
    assert value_of("idle_hours") == 6


def test_same_value_again_changes_nothing_and_says_so(client_for, admin, session):
    client = client_for(admin)
    page = client.follow(client.send(client.get(TECHNICAL).form(TECHNICAL), value="8", reason=REASON))
    assert "has that value already" in page.words("main")
    assert session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.POLICY_SET)).all() == []


def test_default_is_put_back_by_setting_it(client_for, admin):
    client = client_for(admin)
    for value in ("4", "8"):
        assert client.send(client.get(TECHNICAL).form(TECHNICAL), value=value, reason=REASON).status == 302
    assert [row.value for row in history_of("idle_hours")] == ["8", "4"]
    assert "8 hours, the default" in client.get(TECHNICAL).words("main")


@pytest.mark.parametrize("key", ["invented", "..", "idle_hours ", "IDLE_HOURS", "a" * 500])
def test_policy_that_there_is_not_is_not_found(client_for, admin, key):
    assert client_for(admin).get(f"/admin/policies/{key}").status == 404
