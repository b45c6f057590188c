"""What reports let somebody see: whose lines, whom figures count, and for how long a file may be fetched."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from flask import Flask

from app.access.actor import Role
from app.access.permissions import Permission
from app.access.policy import can
from app.auth.models import Account, AuthSession, RoleGrant
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import Person
from tests.access.company import LEADERS, MANAGED_BY, NAMES, canary
from tests.access.matrix import GONE, rules
from tests.access.world import World
from tests.conftest import NOW
from tests.factories.people import AT, SYSTEM, make_person, make_team

TODAY = NOW.date()
SIGNED_IN = rules()["signed_in"]
REPORTS = (
    "headcount", "movement", "time-in-level", "coverage", "readiness", "pipeline", "promotion-funnel", "agreement",
    "mentoring", "progression", "person",
)  # fmt: skip
FIGURES = REPORTS[:6]
LED = {
    "manager": {"subject", "peer", "admin"},
    "skip": {"manager", "former", "subject", "peer", "admin"},
}
"""Who reports to whom, directly or through others."""
PLANTED = "CANARY-planted-team-"


def person(world: World, name: str) -> Person:
    return db.session.get_one(Person, world.company.people[name])


def take(world: World, actor: str, report: str = "progression", **fields: str):
    """Ask for a file, and return the answer that leads to it."""
    given = {"format": "csv", "reason": "Asked for by everybody."} | fields
    return world.visitor(actor).ask("POST", f"/reports/{report}/take", given)


def fetched(world: World, actor: str, report: str = "progression", **fields: str) -> str:
    """Take a report out and return the file."""
    asked = take(world, actor, report, **fields)
    assert asked.status_code == 303, asked.get_data(as_text=True)
    world.changed()
    got = world.visitor(actor).ask("GET", asked.headers["Location"])
    assert got.status_code == 200
    return got.get_data().decode(errors="replace")


def rows_in(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV without its manifest."""
    return [row for row in csv.DictReader(io.StringIO(text)) if not next(iter(row.values())).startswith("#")]


def steady(text: str) -> str:
    """Return a page without what is fresh in every answer."""
    return re.sub(r'name="(csrf_token|idempotency_key|window)" value="[^"]*"', "", text)


# Whose lines --------------------------------------------------------------------


@pytest.mark.parametrize("actor", SIGNED_IN)
def test_the_progression_of_a_page_and_of_a_file_are_the_lines_one_may_read(world, actor):
    who = world.actor(actor)
    working = {name for name in NAMES if name != "leaver"}
    wanted = {NAMES[one] for one in working if can(who, Permission.Progression.READ, world.thing(f"person_{one}"))}
    assert {row["Name"] for row in rows_in(fetched(world, actor))} & set(NAMES.values()) == wanted
    page = world.visitor(actor).ask("GET", "/reports/progression").get_data(as_text=True)
    main = page.partition("<main")[2].partition("</main>")[0]
    found = {name for name in NAMES.values() if name in main}
    # Each line says who the line manager is.
    over = {NAMES[MANAGED_BY.get(one, "manager")] for one in working - {"top", "chief"} if NAMES[one] in wanted}
    assert wanted <= found <= wanted | over


@pytest.mark.parametrize("actor", ["hr", "second_hr"])
def test_hr_never_takes_out_their_own_line(world, actor):
    names = {row["Name"] for row in rows_in(fetched(world, actor))}
    assert NAMES[actor] not in names
    assert {NAMES["hr"], NAMES["second_hr"]} - {NAMES[actor]} <= names


def test_a_file_holds_nothing_of_ratings_that_are_open_of_drafts_and_of_notes(world):
    text = "".join(fetched(world, "hr", format=kind) for kind in ("csv", "json"))
    # Teams and levels are no words of anybody.
    planted = set(re.findall(r"CANARY-[\w-]+", text))
    assert planted <= {canary("team", "name"), canary("spell", "level")}


# Whom figures count -------------------------------------------------------------


def plant_a_team_elsewhere(world: World) -> None:
    """Let six people of a team report to somebody outside the line of Petra and Tomasz."""
    world.changed()
    team = make_team(PLANTED)
    for number in range(6):
        make_person(
            f"Planted Person {number}", manager=person(world, "chief"), team=team, level="L2", since=date(2026, 2, 2),
            hired_on=date(2026, 2, 2),
        )  # fmt: skip
    db.session.commit()


def test_figures_of_a_manager_count_nobody_outside_their_line(world):
    def pages(actor: str) -> dict[str, str]:
        asked = {one: world.visitor(actor).ask("GET", f"/reports/{one}") for one in FIGURES}
        assert {got.status_code for got in asked.values()} == {200}
        return {one: steady(got.get_data(as_text=True)) for one, got in asked.items()}

    before = {actor: pages(actor) for actor in ("manager", "skip", "hr")}
    plant_a_team_elsewhere(world)
    after = {actor: pages(actor) for actor in before}
    for actor in ("manager", "skip"):
        assert after[actor] == before[actor]
        assert not any(PLANTED in page or "Planted Person" in page for page in after[actor].values())
    # The company that HR sees is another one, so that the planted people would show.
    assert after["hr"]["headcount"] != before["hr"]["headcount"]


@pytest.mark.parametrize("actor", ["manager", "subject", "coordinator"])
def test_filters_open_no_figures_of_others(world, actor):
    plant_a_team_elsewhere(world)
    team_id = db.session.query(Person.id).filter(Person.name == "Planted Person 0").scalar()
    for report in ("progression", *FIGURES):
        for query in (
            f"?team={team_id}",
            f"?person={world.company.people['hr']}",
            "?ladder=software-engineer&level=L2",
        ):
            text = world.visitor(actor).ask("GET", f"/reports/{report}{query}").get_data(as_text=True)
            assert PLANTED not in text
            assert "Planted Person" not in text


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx", "pdf"])
def test_files_of_a_manager_name_nobody_outside_their_line(world, kind):
    plant_a_team_elsewhere(world)
    for report in ("headcount", "coverage", "readiness"):
        text = fetched(world, "manager", report, format=kind)
        assert PLANTED not in text
        assert "Planted Person" not in text


def test_groups_stand_in_no_figure_of_whoever_is_not_hr(world):
    word = canary("person_subject", "group")
    for actor in SIGNED_IN:
        for report in REPORTS:
            got = world.visitor(actor).ask("GET", f"/reports/{report}")
            # One person alone is in the group, so that HR does not read it either.
            assert (actor == "subject" and report == "person") or word not in got.get_data(as_text=True), (
                actor,
                report,
            )


# Refused looks like missing ----------------------------------------------------------


@pytest.mark.parametrize("actor", SIGNED_IN)
def test_a_report_that_is_not_ones_own_cannot_be_told_from_one_that_there_is_not(world, actor):
    missing = world.visitor(actor).ask("GET", "/reports/no-such-report")
    no_take = world.visitor(actor).ask("GET", "/reports/no-such-report/take")
    assert (missing.status_code, no_take.status_code) == (404, 404)
    for report in REPORTS:
        page = world.visitor(actor).ask("GET", f"/reports/{report}")
        ask = world.visitor(actor).ask("GET", f"/reports/{report}/take")
        sent = take(world, actor, report) if page.status_code == 404 else None
        assert page.status_code in {200, 404}
        assert ask.status_code == page.status_code
        if page.status_code == 404:
            assert (page.data, ask.data) == (missing.data, no_take.data)
            assert sent is not None
            assert sent.status_code == 404
    assert (world.visitor(actor).ask("GET", "/reports/headcount").status_code == 200) is (
        actor in {*LEADERS, "hr", "second_hr"}
    )


def test_a_report_about_somebody_else_is_missing_to_whoever_may_not_read_them(world):
    there = f"/reports/person?person={world.company.people['subject']}"
    for actor in ("peer", "former", "admin", "stranger", "editor", "mentor", "coordinator"):
        refused = world.visitor(actor).ask("GET", there)
        missing = world.visitor(actor).ask("GET", f"/reports/person?person={GONE}")
        assert refused.status_code == missing.status_code == 404
        assert refused.data == missing.data
        given = {"person": str(world.company.people["subject"])}
        assert take(world, actor, "person", **given).status_code == 404


# A link that was prepared ---------------------------------------------------------------


def prepared(world: World, actor: str, report: str = "progression") -> str:
    """Return the address of a file that somebody has asked for and not fetched."""
    world.changed()
    asked = take(world, actor, report)
    assert asked.status_code == 303
    return asked.headers["Location"]


def status(world: World, actor: str, address: str) -> int:
    return world.visitor(actor).ask("GET", address).status_code


def test_a_prepared_link_dies_with_its_session(world):
    address = prepared(world, "manager")
    with transaction():
        db.session.get_one(AuthSession, world.company.sessions["manager"]).ended_at = NOW
    # The old browser is led to sign-in, and a new session of the same person finds nothing.
    assert status(world, "manager", address) == 302
    world.come_back("manager")
    assert status(world, "manager", address) == 404


def test_a_prepared_link_dies_with_the_account(world):
    address = prepared(world, "manager")
    with transaction():
        db.session.query(Account).filter_by(person_id=world.company.people["manager"]).one().disabled_at = NOW
    assert status(world, "manager", address) == 302


def test_a_prepared_link_dies_with_the_role(world):
    address = prepared(world, "hr", "agreement")
    progression = prepared(world, "hr")
    with transaction():
        db.session.query(RoleGrant).filter_by(person_id=world.company.people["hr"], role=Role.HR).delete()
    assert status(world, "hr", address) == 404
    got = world.visitor("hr").ask("GET", progression)
    # What is left of the lines is one's own.
    assert got.status_code == 200
    assert {row["Name"] for row in rows_in(got.get_data(as_text=True))} == {NAMES["hr"]}


def test_a_prepared_link_follows_a_change_of_line_manager(world):
    address = prepared(world, "manager")
    with transaction():
        people.set_manager(person(world, "peer"), person(world, "chief"), from_on=TODAY, by=SYSTEM, at=AT)
    got = world.visitor("manager").ask("GET", address)
    names = {row["Name"] for row in rows_in(got.get_data(as_text=True))}
    assert names == {NAMES[one] for one in (LED["manager"] - {"peer"}) | {"manager"}}


def test_nobody_fetches_the_link_of_somebody_else(world):
    address = prepared(world, "hr")
    for actor in SIGNED_IN:
        if actor != "hr":
            assert status(world, actor, address) == 404


def test_titles_and_headers_of_files_name_nobody(world):
    assert isinstance(world.app, Flask)
    for report in ("progression", "person"):
        given = {"person": str(world.company.people["subject"])} if report == "person" else {}
        asked = take(world, "manager", report, **given)
        world.changed()
        got = world.visitor("manager").ask("GET", asked.headers["Location"])
        told = str(got.headers)
        assert not any(name in told or name.replace(" ", "-").lower() in told.lower() for name in NAMES.values())
        assert got.headers["Cache-Control"] == "no-store"


def test_whoever_has_left_is_for_hr_alone(world):
    # T4: the line to the last manager stays in the books; the reports do not follow it.
    address = f"/reports/person?person={world.company.people['subject']}"
    assert world.visitor("manager").ask("GET", address).status_code == 200
    with transaction():
        people.let_go(person(world, "subject"), last_day=date(2026, 11, 20), by=SYSTEM, at=AT)
    world.changed()
    for actor in ("manager", "skip"):
        assert world.visitor(actor).ask("GET", address).status_code == 404
        past = world.visitor(actor).ask("GET", "/reports/progression?as_of=2026-10-15&known=now")
        assert NAMES["subject"] not in past.get_data(as_text=True)
    assert world.visitor("hr").ask("GET", address).status_code == 200
