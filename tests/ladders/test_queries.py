"""Which edition a name stands for, what is listed in which order, and that reading costs few queries."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from app.domain.errors import MissingError
from app.infra.db import db
from app.ladders import queries
from tests.factories.editions import ENGINEER, ENGINEER_HOUSE, SUPPORT, adopt, adopted, next_version, publish

TITLE = ("title: Software Engineer", "title: Engineers")


@pytest.fixture
def statements(app):
    """Return the list of statements as they are sent."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def names(editions):
    return [f"{edition.ladder.slug} {edition.ladder.version}" for edition in editions]


def test_a_name_stands_for_what_is_adopted_not_for_the_latest(app):
    old = adopted()
    publish(next_version(ENGINEER, "1.1.0", *TITLE))
    found = queries.get_named("software-engineer")
    assert (found.id, found.is_adopted) == (old.id, True)


def test_a_name_of_which_nothing_is_adopted_stands_for_its_highest_number(app):
    publish(next_version(ENGINEER, "1.10.0", *TITLE))
    publish(next_version(ENGINEER, "1.9.0", *TITLE))
    found = queries.get_named("software-engineer")
    assert (found.ladder.version, found.is_adopted) == ("1.10.0", False)


def test_the_name_of_a_lineage_stands_for_an_adopted_overlay_and_a_version_for_itself(app):
    adopted()
    adopt(publish(ENGINEER_HOUSE), date(2026, 1, 1))
    assert queries.get_named("software-engineer").ladder.slug == "software-engineer+house"
    assert queries.get_named("software-engineer+house").is_adopted
    base = queries.get_named("software-engineer", "1.0.0")
    assert (base.ladder.slug, base.is_adopted) == ("software-engineer", False)


def test_an_overlay_that_is_off_is_found_by_its_own_name_only(app):
    adopted()
    publish(ENGINEER_HOUSE)
    assert queries.get_named("software-engineer").ladder.slug == "software-engineer"
    overlay = queries.get_named("software-engineer+house")
    assert (overlay.is_overlay, overlay.is_adopted) == (True, False)


@pytest.mark.parametrize("name", [("nope", None), ("software-engineer", "9.9.9"), ("nope", "1.0.0"), ("", None)])
def test_an_unknown_name_is_missing(app, name):
    adopted()
    with pytest.raises(MissingError):
        queries.get_named(*name)


def test_the_shelf_has_what_counts_first_then_the_newest_number(app):
    publish(ENGINEER)
    adopt(publish(next_version(ENGINEER, "1.2.0", *TITLE)), date(2026, 1, 1))
    publish(next_version(ENGINEER, "1.10.0", *TITLE))
    adopted(SUPPORT)
    shelf = queries.list_shelf()
    assert names(entry.edition for entry in shelf) == [
        "software-engineer 1.2.0",
        "technical-support 1.0.0",
        "software-engineer 1.10.0",
        "software-engineer 1.0.0",
    ]
    assert [entry.is_latest for entry in shelf] == [False, True, True, False]
    assert [entry.starts_on for entry in shelf] == [date(2026, 1, 1), date(2023, 1, 1), None, None]


def test_a_version_adopted_for_later_is_on_the_shelf_with_its_day(app):
    adopted()
    adopt(publish(next_version(ENGINEER, "2.0.0", *TITLE)), date(2027, 6, 1))
    later = queries.list_shelf()[1]
    assert (later.edition.is_adopted, later.starts_on) == (False, date(2027, 6, 1))


def test_editions_and_names_are_listed_in_order(app):
    publish(next_version(ENGINEER, "1.10.0", *TITLE))
    publish(next_version(ENGINEER, "1.9.0", *TITLE))
    publish(SUPPORT)
    assert queries.list_names() == [
        "software-engineer@1.9.0",
        "software-engineer@1.10.0",
        "technical-support@1.0.0",
    ]
    assert len(queries.list_editions()) == queries.count_versions() == 3


def test_ids_that_lower_versions_retired_may_not_be_used_again(app):
    publish(next_version(ENGINEER, "1.1.0", "retired: []", "retired: [swe.review-others]"))
    publish(next_version(ENGINEER, "1.3.0", "retired: []", "retired: [swe.help-onboard]"))
    assert queries.retired_before("software-engineer", "1.2.0") == {"swe.review-others"}
    assert queries.retired_before("software-engineer", "1.0.0") == frozenset()


def test_adopted_editions_come_by_title_on_any_day(app):
    adopted(SUPPORT)
    adopted()
    assert names(queries.list_adopted(datetime(2020, 1, 1, tzinfo=UTC).date())) == [
        "software-engineer 1.0.0",
        "technical-support 1.0.0",
    ]


@pytest.mark.parametrize("read", ["list_shelf", "list_adopted", "list_editions", "level_marks"])
def test_lists_cost_the_same_number_of_queries_for_any_number_of_versions(statements, read, monkeypatch):
    adopted()
    adopted(SUPPORT)

    def cost():
        monkeypatch.setattr(queries, "_known", {})
        statements.clear()
        getattr(queries, read)()
        return sum(statement.startswith("SELECT") for statement in statements)

    few = cost()
    for number in range(1, 6):
        publish(next_version(ENGINEER, f"1.{number}.0", *TITLE))
    assert cost() == few <= 4


def test_the_content_of_a_version_is_fetched_once_per_process(statements):
    edition = adopted()
    queries.get_edition(edition.id)
    statements.clear()
    queries.get_edition(edition.id)
    assert [statement for statement in statements if "ladder_version.content," in statement] == []
    assert sum(statement.startswith("SELECT") for statement in statements) <= 1
