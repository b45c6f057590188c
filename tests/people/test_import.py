"""Taking a people file over: what is written, what is not touched, and that the second time nothing changes."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select

from app.access.actor import Role
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.queries import verify_chain
from app.audit.tags import Tag
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.domain.roster import ChangeKind, Column
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import hooks
from app.people.actions import add_person, let_go, set_team
from app.people.actions import importing as actions
from app.people.models import (
    GroupMembership,
    ImportState,
    LevelSpell,
    ManagerLink,
    Person,
    SpellReason,
    Team,
    TeamMembership,
)
from app.people.queries import find_manager, find_team, importing, list_spells
from tests.conftest import NOW
from tests.factories import editions
from tests.factories.people import SYSTEM, make_person, make_team

TODAY = NOW.date()
HEADER = "employee_id,name,email,team,manager_employee_id,ladder,level,level_since,hired_on,left_on,group:office"
ADA = "E1,Ada Lovelace,ada@larkspur.example,Core,,software-engineer,L3,2024-01-01,2020-02-03,,Berlin"
BEN = "E2,Ben Okafor,ben@larkspur.example,Core,E1,Software Engineer,l2,2025-01-01,2021-05-01,,Oslo"


@pytest.fixture(autouse=True)
def _ladder(app):
    editions.adopted()


def plan_of(*rows: str, header: str = HEADER, from_on: date = TODAY, importer: uuid.UUID | None = None):
    content = "\n".join([header, *rows]).encode()
    return importing.plan_import(content, from_on=from_on, today=TODAY, importer_id=importer)


def take_over(*rows: str, header: str = HEADER, from_on: date = TODAY, by: Author = SYSTEM):
    content = "\n".join([header, *rows]).encode()
    with transaction():
        return actions.apply_plan(content, from_on=from_on, by=by, at=NOW, expected_digest=None)


def person_of(employee_id: str) -> Person:
    return db.session.scalars(select(Person).where(Person.employee_id == employee_id)).one()


def person_named(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def changes(plan) -> dict[str, dict[str, tuple[str, str]]]:
    return {one.employee_id: {field.column: (field.old, field.new) for field in one.fields} for one in plan.changes}


def messages(plan) -> list[tuple[int | None, str, str]]:
    return [(fault.row, fault.column, fault.message) for fault in plan.faults]


def live(table, **values) -> list:
    rows = select(table).filter_by(superseded_at=None, **values).order_by(table.starts_on, table.id)
    return list(db.session.scalars(rows))


def test_new_people_come_with_everything_the_file_says(session):
    plan = take_over(BEN, ADA)
    assert [one.kind for one in plan.changes] == [ChangeKind.ADDED] * 2
    assert plan.new_teams == ["Core"]
    ben, ada = person_of("E2"), person_of("E1")
    assert (ben.email, ben.sort_name, ben.hired_on) == ("ben@larkspur.example", "ben okafor", date(2021, 5, 1))
    assert find_team(ben.id).name == "Core"
    assert find_manager(ben.id).id == ada.id
    (link,) = live(ManagerLink)
    assert (link.starts_on, link.ends_on, link.recorded_at) == (date(2021, 5, 1), None, NOW)
    (spell,) = list_spells(ben.id)
    assert (spell.ladder, spell.level, spell.starts_on, spell.reason) == (
        "software-engineer", "L2", date(2025, 1, 1), SpellReason.IMPORT,
    )  # fmt: skip
    assert {(row.person_id, row.value) for row in live(GroupMembership)} == {(ada.id, "Berlin"), (ben.id, "Oslo")}


def test_the_same_file_again_changes_nothing(session):
    take_over(ADA, BEN)
    again = plan_of(BEN, ADA)
    assert (again.changes, again.unchanged, again.faults, again.new_teams) == ([], 2, [], [])
    before = session.scalar(select(func.count()).select_from(LevelSpell))
    take_over(ADA, BEN)
    assert session.scalar(select(func.count()).select_from(LevelSpell)) == before


def test_audit_has_one_row_for_each_person_and_one_for_the_file_and_no_contents(session):
    take_over(ADA, BEN)
    tags = list(session.scalars(select(AuditEvent.tag).where(AuditEvent.tag.like("people:%")).order_by(AuditEvent.seq)))
    assert tags == [Tag.TEAM_ADDED, Tag.PERSON_ADDED, Tag.PERSON_ADDED, Tag.PEOPLE_IMPORTED]
    take_over(ADA.replace("Lovelace", "King").replace("Berlin", "Paris"), BEN)
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(2)).all()
    assert [event.tag for event in last] == [Tag.PEOPLE_IMPORTED, Tag.PERSON_CHANGED]
    assert '"fields":["name","group:office"]' in last[1].details
    assert not any(word in event.details for event in last for word in ("King", "Paris", "Ada"))
    assert verify_chain(session).fault is None


def test_changes_count_from_the_day_of_the_import(session):
    take_over(ADA, BEN)
    plan = take_over(ADA, BEN.replace("Core,E1", "Edge,").replace("Oslo", "Paris"), from_on=date(2026, 12, 1))
    assert changes(plan) == {
        "E2": {
            "team": ("Core", "Edge"),
            "manager_employee_id": ("Ada Lovelace (E1)", ""),
            "group:office": ("", "Paris"),
        }
    }
    (fields,) = [one.fields for one in plan.changes]
    assert [field.is_hidden for field in fields] == [False, False, True]
    ben = person_of("E2")
    assert [(row.starts_on, row.ends_on) for row in live(TeamMembership, person_id=ben.id)] == [
        (date(2021, 5, 1), date(2026, 12, 1)),
        (date(2026, 12, 1), None),
    ]
    assert find_manager(ben.id, date(2026, 11, 30)).employee_id == "E1"
    assert find_manager(ben.id, date(2026, 12, 1)) is None
    assert not plan_of(ADA, BEN.replace("Core,E1", "Edge,").replace("Oslo", "Paris"), from_on=date(2026, 12, 1)).changes


@pytest.mark.parametrize(
    ("cells", "expected", "reasons"),
    [
        ("L3,2026-01-01", [("L2", date(2025, 1, 1)), ("L3", date(2026, 1, 1))], ["import", "import"]),
        ("L2,2025-03-01", [("L2", date(2025, 3, 1))], ["import"]),
        ("L3,2025-01-01", [("L3", date(2025, 1, 1))], ["import"]),
    ],
)
def test_level_in_the_file_is_a_new_spell_or_a_correction(session, cells, expected, reasons):
    take_over(ADA, BEN)
    changed = BEN.replace("l2,2025-01-01", cells)
    plan = take_over(ADA, changed)
    assert len(plan.changes) == 1
    spells = list_spells(person_of("E2").id)
    assert [(spell.level, spell.starts_on) for spell in spells] == expected
    assert [spell.reason for spell in spells] == reasons
    assert not plan_of(ADA, changed).changes


PAST = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ("Edge,E3,Rome", "team", "In Late since 1 June 2026; choose a later day"),
        ("Late,E1,Rome", "manager_employee_id", "Reporting to Cy (E3) since 1 June 2026"),
        (",E3,Rome", "team", "In Late since 1 June 2026"),
        ("Late,E3,Oslo", "group:office", "Something else is recorded since 1 June 2026"),
    ],
)
def test_changes_from_a_day_in_the_past_do_not_end_where_something_later_began(session, cells, column, words):
    cy = "E3,Cy,cy@larkspur.example,,,,,,2020-01-01,,"
    ben = "E2,Ben Okafor,ben@larkspur.example,{},,,,2021-05-01,,{}"
    take_over(ADA, cy, ben.format("Core,E1", "Oslo"), from_on=PAST)
    take_over(ADA, cy, ben.format("Late,E3", "Rome"), from_on=date(2026, 6, 1))
    assert not plan_of(ADA, cy, ben.format("Late,E3", "Rome"), from_on=PAST).changes
    team, manager, office = cells.split(",")
    rows = (ADA, cy, ben.format(f"{team},{manager}", office))
    ((row, where, message),) = messages(plan_of(*rows, from_on=PAST))
    assert (row, where) == (4, column)
    assert words in message
    assert not plan_of(*rows, from_on=date(2026, 6, 1)).faults


def test_team_that_ended_since_a_day_in_the_past_is_a_fault(session):
    take_over(ADA, from_on=PAST)
    take_over(ADA.replace("Core", ""), from_on=date(2026, 6, 1))
    ((_, _, message),) = messages(plan_of(ADA, from_on=PAST))
    assert message.startswith("In no team since 1 June 2026")


def test_blank_level_says_nothing(session):
    take_over(ADA, BEN)
    assert not plan_of(ADA, BEN.replace("Software Engineer,l2,2025-01-01", ",,")).changes


def test_other_level_with_an_earlier_day_contradicts_what_is_known(session):
    take_over(ADA, BEN)
    plan = plan_of(ADA, BEN.replace("l2,2025-01-01", "L1,2024-01-01"))
    ((row, column, message),) = messages(plan)
    assert (row, column) == (3, "level_since")
    assert "since 2025-01-01" in message


def test_correction_does_not_pass_the_level_before(session):
    take_over(ADA, BEN)
    take_over(ADA, BEN.replace("l2,2025-01-01", "L3,2026-01-01"))
    plan = plan_of(ADA, BEN.replace("l2,2025-01-01", "L3,2025-01-01"))
    ((row, column, message),) = messages(plan)
    assert (row, column) == (3, "level_since")
    assert "L2" in message
    take_over(ADA, BEN.replace("l2,2025-01-01", "L3,2025-06-01"))
    spells = list_spells(person_of("E2").id)
    assert [(one.level, one.starts_on, one.ends_on) for one in spells] == [
        ("L2", date(2025, 1, 1), date(2025, 6, 1)),
        ("L3", date(2025, 6, 1), None),
    ]


def test_swapped_addresses_and_an_address_that_moves_on_work(session):
    take_over(ADA, BEN)
    swapped = (ADA.replace("ada@", "ben@"), BEN.replace("ben@", "ada@"))
    plan = take_over(*swapped)
    assert {one.employee_id for one in plan.changes} == {"E1", "E2"}
    assert person_of("E1").email == "ben@larkspur.example"
    assert person_of("E1").version == 2
    take_over(swapped[0].replace("ben@", "new@"), "E3,Cy,ben@larkspur.example,,,,,,,,", swapped[1])
    assert person_of("E3").email == "ben@larkspur.example"


def test_address_of_somebody_else_is_a_fault(session):
    make_person("Nils Ek")
    nils = db.session.scalars(select(Person).where(Person.name == "Nils Ek")).one()
    plan = plan_of(ADA.replace("ada@larkspur.example", nils.email.upper()))
    ((row, column, message),) = messages(plan)
    assert (row, column) == (2, "email")
    assert nils.employee_id in message


def test_outsider_with_the_address_of_a_row_becomes_an_employee(session):
    outsider = make_person("Ada Lovelace")
    with transaction():
        db.session.get(Person, outsider.id).employee_id = None
    email = db.session.get(Person, outsider.id).email
    plan = take_over(ADA.replace("ada@larkspur.example", email), BEN)
    assert changes(plan)["E1"]["employee_id"] == ("", "E1")
    assert person_of("E1").id == outsider.id
    assert find_manager(person_of("E2").id).id == outsider.id
    assert not plan_of(ADA.replace("ada@larkspur.example", email), BEN).changes


def test_leaver_and_return(session):
    take_over(ADA, BEN)
    left = BEN.replace("2021-05-01,,", "2021-05-01,2026-11-01,")
    plan = take_over(ADA, left)
    assert [one.kind for one in plan.changes] == [ChangeKind.LEAVER]
    assert changes(plan)["E2"]["left_on"] == ("", "2026-11-01")
    assert person_of("E2").left_on == date(2026, 11, 2)
    assert not plan_of(ADA, left).changes
    plan = take_over(ADA, BEN)
    assert [one.kind for one in plan.changes] == [ChangeKind.RETURNED]
    assert changes(plan)["E2"]["left_on"] == ("2026-11-01", "")
    tags = session.scalars(select(AuditEvent.tag).where(AuditEvent.subject_id == person_of("E2").id))
    assert {Tag.PERSON_LEFT, Tag.PERSON_RETURNED} <= set(tags)


def test_last_administrator_cannot_leave_by_import(session):
    boss = make_person("Bo Boss", roles=(Role.ADMIN,), password="quiet river seven lanterns")
    boss = db.session.get(Person, boss.id)
    row = f"{boss.employee_id},Bo Boss,{boss.email},2026-11-01"
    plan = plan_of(row, header="employee_id,name,email,left_on")
    ((at, column, _),) = messages(plan)
    assert (at, column) == (2, "left_on")


def test_people_who_are_not_in_the_file_are_listed_and_not_touched(session):
    take_over(ADA, BEN)
    plan = take_over(ADA)
    assert [(one.employee_id, one.name) for one in plan.unlisted] == [("E2", "Ben Okafor")]
    assert not plan.changes
    assert find_manager(person_of("E2").id).employee_id == "E1"


def test_reports_of_a_leaver_who_are_not_in_the_file_are_remarked(session):
    take_over(ADA, BEN)
    plan = plan_of(ADA.replace("2020-02-03,,", "2020-02-03,2026-12-01,"))
    assert [(one.row, one.column) for one in plan.remarks] == [(2, "left_on")]
    assert "Ben Okafor (E2)" in plan.remarks[0].message
    assert not plan.faults


def test_columns_that_are_not_there_stay_untouched(session):
    take_over(ADA, BEN)
    plan = plan_of("E2,Ben Okafor,ben@larkspur.example", header="Employee ID;Name;EMAIL".replace(";", ","))
    assert not plan.changes
    assert plan.absent == [column.value for column in list(Column)[3:]]


def test_loop_through_people_who_are_not_in_the_file_names_the_chain(session):
    take_over(ADA, BEN, "E3,Cy,cy@larkspur.example,,E2,,,,,,")
    plan = plan_of(ADA.replace("Core,,", "Core,E3,"))
    ((row, column, message),) = messages(plan)
    assert (row, column) == (2, "manager_employee_id")
    assert "Ada Lovelace (E1) → Cy (E3) → Ben Okafor (E2) → Ada Lovelace (E1)" in message


def test_manager_who_left_cannot_be_named(session):
    plan = plan_of(ADA.replace("2020-02-03,,", "2020-02-03,2026-11-20,"), BEN)
    ((row, column, message),) = messages(plan)
    assert (row, column) == (3, "manager_employee_id")
    assert "The last day of Ada Lovelace (E1) is 2026-11-20" in message


def test_last_day_in_the_file_is_still_a_day_of_work(session):
    last = ADA.replace("2020-02-03,,", "2020-02-03,2026-11-21,")
    assert not plan_of(last, BEN).faults
    take_over(last, BEN)
    ada = person_of("E1")
    assert ada.left_on == date(2026, 11, 22)
    with transaction():
        let_go(session.get_one(Person, ada.id), last_day=TODAY, by=SYSTEM, at=NOW)
    assert person_of("E1").left_on == date(2026, 11, 22)
    assert not plan_of(last, BEN).changes


def test_every_text_of_a_leaving_names_the_last_day(session):
    make_person("Bo Boss", roles=(Role.ADMIN,), password="quiet river seven lanterns")
    boss = person_named("Bo Boss")
    row = f"{boss.employee_id},Bo Boss,{boss.email}"
    header = "employee_id,name,email,left_on"
    assert plan_of(f"{row},2026-11-30", header=header).faults[0].value == "2026-11-30"
    take_over(ADA, BEN)
    plan = plan_of(ADA.replace("2020-02-03,,", "2020-02-03,2026-12-01,"))
    assert plan.remarks[0].value == "2026-12-01"
    early = messages(plan_of(ADA.replace("2020-02-03,,", "2020-02-03,2020-02-02,"), BEN))
    assert any("the last day is 2020-02-02" in message for _, _, message in early)


def test_own_row_keeps_level_manager_and_leaving(session):
    take_over(ADA, BEN)
    ben = person_of("E2").id
    raised = BEN.replace("l2,2025-01-01", "L3,2026-01-01")
    assert [fault[:2] for fault in messages(plan_of(ADA, raised, importer=ben))] == [(3, "level")]
    assert [fault[:2] for fault in messages(plan_of(ADA, BEN.replace("Core,E1", "Core,"), importer=ben))] == [
        (3, "manager_employee_id")
    ]
    assert not plan_of(ADA, raised).faults


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("Ben Okafor", "Ben Okafor Diaz", "name"),
        ("ben@larkspur.example", "ben.okafor@larkspur.example", "email"),
        ("Core", "Edge", "team"),
        ("2021-05-01", "2021-04-01", "hired_on"),
        ("Oslo", "Bergen", "group:office"),
    ],
)
def test_own_row_is_changed_by_nobody_in_any_column(session, old, new, column):
    take_over(ADA, BEN)
    ben = person_of("E2").id
    ((row, where, message),) = messages(plan_of(ADA, BEN.replace(old, new), importer=ben))
    assert (row, where) == (3, column)
    assert "Nobody changes their own row" in message
    assert not plan_of(ADA, BEN, importer=ben).faults
    assert not plan_of(ADA, BEN.replace(old, new), importer=person_of("E1").id).faults
    assert not plan_of(ADA, BEN.replace(old, new)).faults


def first_of_hr() -> tuple[uuid.UUID, str]:
    """Return who has an account and nothing else, as the command line makes one."""
    email = "ruth@larkspur.example"
    with transaction():
        return add_person(name="Ruth Okonjo", email=email, employee_id=None, hired_on=None, by=SYSTEM, at=NOW).id, email


def test_first_file_of_a_company_places_who_loads_it(session):
    ruth, email = first_of_hr()
    first = f"E3,Ruth Okonjo,{email},Core,E1,,,,2019-01-02,,Oslo"
    assert not plan_of(ADA, first, importer=ruth).faults
    take_over(ADA, first, by=Author(ruth))
    assert person_of("E3").id == ruth
    edge = first.replace("Core", "Edge")
    assert [fault[:2] for fault in messages(plan_of(ADA, edge, importer=ruth))] == [(3, "team")]


def test_first_file_gives_who_loads_it_no_level_no_last_day_and_no_other_name(session):
    ruth, email = first_of_hr()
    first = f"E3,Ruth Adler,{email},,,software-engineer,L3,2024-01-01,,2026-12-31,"
    columns = [fault[1] for fault in messages(plan_of(ADA, first, importer=ruth))]
    assert columns == ["name", "left_on", "ladder", "level"]


def test_first_file_moves_nobody_who_loads_it_and_stands_somewhere_already(session):
    ruth, email = first_of_hr()
    with transaction():
        set_team(session.get_one(Person, ruth), make_team("Core"), from_on=TODAY, by=SYSTEM, at=NOW)
    first = f"E3,Ruth Okonjo,{email},Edge,,,,,,,"
    assert [fault[:2] for fault in messages(plan_of(ADA, first, importer=ruth))] == [(3, "team")]


def test_objection_to_another_address_is_a_fault_of_its_row(session, monkeypatch):
    take_over(ADA, BEN)
    ada, ben = person_of("E1").id, person_of("E2").id
    asked: list[frozenset[uuid.UUID]] = []

    def object_to(people):
        asked.append(people)
        return dict.fromkeys(people & {ben}, "Ask an administrator.")

    monkeypatch.setattr(hooks, "_address_checks", [object_to])
    moved = BEN.replace("ben@", "ben.okafor@")
    assert messages(plan_of(ADA, moved, importer=ada)) == [(3, "email", "Ask an administrator.")]
    assert asked == [frozenset({ben})]
    with pytest.raises(InvalidError):
        take_over(ADA, moved, by=Author(ada))
    assert person_of("E2").email == "ben@larkspur.example"
    assert not plan_of(ADA, BEN.replace("Core", "Edge"), importer=ada).faults
    assert not plan_of(ADA, moved).faults


def test_features_hear_of_every_address_that_an_import_changes(session, monkeypatch):
    take_over(ADA, BEN)
    told: list[dict[uuid.UUID, str]] = []
    monkeypatch.setattr(hooks, "_address_listeners", [lambda old, _by, _at: told.append(dict(old))])
    take_over(ADA, BEN.replace("Core", "Edge"))
    assert told == []
    swapped = [ADA.replace("ada@", "ben@"), BEN.replace("ben@", "ada@")]
    take_over(*swapped)
    expected = {person_of("E1").id: "ada@larkspur.example", person_of("E2").id: "ben@larkspur.example"}
    assert told == [expected]


def test_existing_teams_are_found_whatever_their_capitals(session):
    make_team("Data  Platform")
    plan = take_over(ADA.replace("Core", "data platform"))
    assert plan.new_teams == []
    assert session.scalar(select(func.count()).select_from(Team)) == 1


def test_faulty_file_is_not_taken_over(session):
    with pytest.raises(InvalidError):
        take_over(ADA, BEN.replace("2021-05-01", "01/05/2021"))
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_future_hire_begins_on_the_first_day_and_stays_unchanged(session):
    ahead = BEN.replace("2021-05-01", "2027-02-01").replace("Software Engineer,l2,2025-01-01", ",,")
    take_over(ADA, ahead)
    assert live(ManagerLink)[0].starts_on == date(2027, 2, 1)
    assert not plan_of(ADA, ahead).changes


def faults_of(plan) -> list[tuple[str, str]]:
    return [(fault.column, fault.value) for fault in plan.faults]


def test_level_keeps_to_the_time_of_employment_that_is_stored(session):
    take_over(ADA, BEN)
    no_hire = BEN.replace("2021-05-01", "")
    assert not plan_of(ADA, no_hire).changes
    assert faults_of(plan_of(ADA, no_hire.replace("2025-01-01", "2021-04-30"))) == [("level_since", "2021-04-30")]
    assert faults_of(plan_of(ADA, BEN.replace("2021-05-01", "2025-01-02"))) == [("level_since", "2025-01-01")]
    header = "employee_id,name,email,hired_on"
    ben = "E2,Ben Okafor,ben@larkspur.example"
    assert faults_of(plan_of(f"{ben},2025-01-02", header=header)) == [("hired_on", "2025-01-02")]
    assert not plan_of(f"{ben},2025-01-01", header=header).faults
    take_over(f"{ben},2026-10-31", header=header.replace("hired_on", "left_on"))
    header = "employee_id,name,email,ladder,level,level_since"
    assert not plan_of(f"{ben},swe,L2,2025-01-01".replace("swe", "software-engineer"), header=header).changes
    late = plan_of(f"{ben},software-engineer,L3,2026-11-01", header=header)
    assert faults_of(late) == [("level_since", "2026-11-01")]
    assert "The last day is 2026-10-31" in late.faults[0].message
    assert not plan_of(f"{ben},software-engineer,L3,2026-10-31", header=header).faults


def test_level_of_somebody_new_does_not_begin_after_the_last_day(session):
    row = "E9,Dee,dee@larkspur.example,,,software-engineer,L3,2026-01-01,2020-01-01,2025-12-31,"
    assert faults_of(plan_of(row)) == [("level_since", "2026-01-01")]
    assert faults_of(plan_of(row.replace("2025-12-31", "2019-12-31"))) == [("left_on", "2019-12-31")]


def test_whoever_comes_back_may_be_hired_anew_with_a_level_of_that_day(session):
    take_over(ADA, BEN.replace("2021-05-01,,", "2021-05-01,2025-12-31,"))
    back = BEN.replace("2021-05-01", "2026-11-02").replace("l2,2025-01-01", "L3,2026-11-02")
    plan = take_over(ADA, back)
    assert [one.kind for one in plan.changes] == [ChangeKind.RETURNED]
    assert [(one.level, one.starts_on) for one in list_spells(person_of("E2").id)] == [
        ("L2", date(2025, 1, 1)), ("L3", date(2026, 11, 2)),
    ]  # fmt: skip
    assert not plan_of(ADA, back).changes
    assert not plan_of(ADA, back).faults


def test_joiner_has_a_level_from_the_first_day_to_come(session):
    joiner = BEN.replace("2021-05-01", "2027-02-01").replace("2025-01-01", "2027-02-01")
    take_over(ADA, joiner)
    again = plan_of(ADA, joiner)
    assert (again.changes, again.faults) == ([], [])
    assert faults_of(plan_of(ADA, joiner.replace("l2,2027-02-01", "l2,2027-02-02"))) == [("level_since", "2027-02-02")]
    for day in ("2027-03-01", "2027-01-04"):
        moved = joiner.replace("2027-02-01", day)
        take_over(ADA, moved)
        assert [str(spell.starts_on) for spell in live(LevelSpell, person_id=person_of("E2").id)] == [day]
        assert not plan_of(ADA, moved).changes


def test_name_whose_key_is_longer_than_the_name_is_taken(session):
    take_over("E9," + "ß" * 150 + ",dee@larkspur.example,,,,,,,,")
    assert person_of("E9").sort_name == "s" * 200


def test_clock_that_was_set_back_stops_no_import(session):
    take_over(ADA, BEN)
    content = "\n".join([HEADER, ADA, BEN.replace("Core,E1", "Edge,").replace("Oslo", "Rome")]).encode()
    earlier = NOW - timedelta(hours=1)
    with transaction():
        actions.apply_plan(content, from_on=TODAY, by=SYSTEM, at=earlier, expected_digest=None)
    for table in (TeamMembership, GroupMembership, ManagerLink):
        rows = session.scalars(select(table).where(table.superseded_at.is_not(None))).all()
        assert rows
        assert all(row.superseded_at > row.recorded_at for row in rows)


def test_level_of_an_import_is_not_called_the_first(session):
    assert SpellReason.IMPORT.label == "import"


# Uploads -----------------------------------------------------------------------


def uploaded(person: Person, *rows: str):
    by = Author(person.id)
    with transaction():
        return actions.upload("\n".join([HEADER, *rows]).encode(), "people\x07.csv", TODAY, by, NOW).id, by


def test_upload_is_taken_over_as_it_was_previewed(session):
    import_id, by = uploaded(make_person("Hanna Hr"), ADA)
    plan = importing.plan_of(importing.get_import(import_id), today=TODAY, importer_id=by.person_id)
    with transaction():
        actions.apply_import(importing.get_import(import_id), by=by, at=NOW, expected_digest=plan.digest)
    row = importing.get_import(import_id)
    assert (row.state, row.content, row.file_name) == (ImportState.APPLIED, None, "people.csv")
    assert row.summary.startswith("1 added")
    assert [one.id for one in importing.list_imports()] == [import_id]
    with pytest.raises(NotAllowedNowError), transaction():
        actions.apply_import(row, by=by, at=NOW, expected_digest=plan.digest)


def test_outcome_that_differs_from_the_preview_is_a_conflict(session):
    import_id, by = uploaded(make_person("Hanna Hr"), ADA)
    plan = importing.plan_of(importing.get_import(import_id), today=TODAY, importer_id=by.person_id)
    take_over(BEN.replace("Core,E1", "Core,"))
    with pytest.raises(ConflictError), transaction():
        actions.apply_import(importing.get_import(import_id), by=by, at=NOW, expected_digest=plan.digest)
    assert importing.get_import(import_id).state is ImportState.PREVIEWED
    assert session.scalar(select(func.count()).select_from(Person).where(Person.employee_id == "E1")) == 0


def test_file_is_forgotten_when_dropped_and_after_a_day(session):
    hanna = make_person("Hanna Hr")
    first, by = uploaded(hanna, ADA)
    with transaction():
        actions.drop_import(importing.get_import(first), by=by, at=NOW)
    assert importing.get_import(first).content is None
    second, _ = uploaded(hanna, ADA)
    with transaction():
        actions.forget_old_files(NOW + timedelta(days=1, minutes=1))
    assert importing.get_import(second).state is ImportState.DROPPED


# Many ----------------------------------------------------------------------------


def test_statements_do_not_grow_with_the_rows(session):
    def statements(first: int, rows: int) -> int:
        count = 0

        def note(*_):
            nonlocal count
            count += 1

        lines = [
            f"M{number},Person {number},m{number}@larkspur.example,Team {number % 9},"
            f"{f'M{(number - first) // 10 + first}' if number > first else ''},swe,,,2020-01-01,,Oslo".replace(
                "swe", ""
            )
            for number in range(first, first + rows)
        ]
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert len(take_over(*lines).changes) == rows
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return count

    few, many = statements(0, 50), statements(10_000, 3_000)
    # Each table is written in portions of two thousand rows.
    assert many <= few + 2 * 5
    assert session.scalar(select(func.count()).select_from(Person)) == 3_050
