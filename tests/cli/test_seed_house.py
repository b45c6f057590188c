"""What those who look after the example company left behind."""

from __future__ import annotations

import uuid
from types import SimpleNamespace as Person

from app.cli.seed.house import DECISIONS, house_rows
from app.domain.policies import POLICIES
from app.jobs.models import Job
from app.notices.models import Mail
from app.policies.models import PolicyValue
from tests.conftest import NOW

CAST = [
    Person(key="ruth", roles={"hr"}, left_on=None),
    Person(key="lucia", roles={"admin"}, left_on=None),
    Person(key="amara", roles=set(), left_on=None),
    Person(key="gone", roles={"hr"}, left_on=NOW.date()),
]


def key(*parts: object) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, repr(parts))


def rows_of(table: type, people=CAST) -> list[dict]:
    return [row for kind, row in house_rows(key, people, NOW) if kind is table]


def test_values_are_those_that_the_policies_allow():
    for row in rows_of(PolicyValue):
        definition = POLICIES[row["key"]]
        assert definition.text_of(definition.read(row["value"])) == row["value"]
        assert row["reason"]
        assert row["set_at"] < NOW


def test_numbers_of_a_policy_rise_with_its_days():
    for policy in {decision.key for decision in DECISIONS}:
        rows = [row for row in rows_of(PolicyValue) if row["key"] == policy]
        assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["set_at"] for row in rows] == sorted(row["set_at"] for row in rows)


def test_policies_are_set_by_those_who_own_them():
    by = {row["key"]: row["set_by_id"] for row in rows_of(PolicyValue)}
    assert by["directory_shows_level"] == key("person", "ruth")
    assert by["idle_hours"] == key("person", "lucia")


def test_company_without_anybody_in_a_role_still_has_policies():
    assert {row["set_by_label"] for row in rows_of(PolicyValue, CAST[2:3])} == {"cli:seed"}


def test_work_is_done_and_goes_to_those_who_are_here():
    assert {row["state"].value for row in rows_of(Job)} == {"done"}
    assert {row["state"].value for row in rows_of(Mail)} == {"sent"}
    assert key("person", "gone") not in {row["person_id"] for row in rows_of(Mail)}


def test_same_company_gets_the_same_rows():
    assert rows_of(Job) == rows_of(Job)
    assert rows_of(Mail) == rows_of(Mail)
