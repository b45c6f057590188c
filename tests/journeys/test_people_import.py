"""HR brings forty people in: a file with ten faults, mended from what the screen says and nothing else."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from app.access.actor import Role
from app.cli.shipped import publish_shipped
from app.infra.unit_of_work import transaction
from app.people.models import Person
from tests.conftest import NOW
from tests.factories.people import PASSWORD, SYSTEM, make_person
from tests.journeys.accessibility import SCREENS
from tests.journeys.hands import Mouse
from tests.journeys.looking import keep_shot
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

HEADER = [
    "employee_id", "name", "email", "team", "manager_employee_id", "ladder", "level", "level_since", "hired_on",
    "left_on", "group:office",
]  # fmt: skip
FIRST = (
    "Amara", "Bjarne", "Chioma", "Dmitri", "Eilidh", "Farid", "Giulia", "Hanna", "Ines", "Jonas", "Kofi", "Lena",
    "Milan", "Noor", "Oskar", "Petra", "Quentin", "Rania", "Sten", "Tomasz",
)  # fmt: skip
LAST = ("Diallo", "Eriksen")
Rows = list[list[str]]


def forty_people() -> Rows:
    """Return a file without a fault: a head, four leads, and those who report to them; the head holds no level."""
    rows = [HEADER]
    for number in range(40):
        name = f"{FIRST[number % 20]} {LAST[number // 20]}"
        manager = "" if number == 0 else "1000" if number < 5 else f"{1001 + number % 4}"
        level = ["", "", ""] if number == 0 else ["software-engineer", f"L{1 + number % 3}", "2025-02-03"]
        email = f"{'.'.join(name.lower().split())}@larkspur.example"
        team = ("Billing", "Search", "Platform", "Support")[number % 4]
        rows.append([f"{1000 + number}", name, email, team, manager, *level, "2023-01-02", "", "Leeds"])
    return rows


def put(rows: Rows, row: int, column: str, value: str) -> None:
    """Write into a cell; rows count as a spreadsheet does."""
    rows[row - 1][HEADER.index(column)] = value


def with_ten_faults(rows: Rows, manager_who_left: str) -> Rows:
    """Return the file with ten things wrong, each of another kind."""
    put(rows, 8, "manager_employee_id", "9999")
    put(rows, 4, "manager_employee_id", "1005")  # This is 1002, to whom 1005 reports.
    put(rows, 11, "employee_id", "1008")
    put(rows, 13, "email", "amara.diallo@larkspur.example")
    put(rows, 15, "hired_on", "2024-02-30")
    put(rows, 17, "level", "L9")
    put(rows, 19, "left_on", "2022-12-31")
    put(rows, 21, "name", '=HYPERLINK("http://x.example")')
    put(rows, 23, "ladder", "")
    put(rows, 25, "manager_employee_id", manager_who_left)
    return rows


def as_file(rows: Rows) -> dict[str, object]:
    """Return a file as a browser is given one."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    return {"name": "people.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode("utf-8-sig")}


@dataclass(frozen=True)
class Said:
    """One line of the table of faults, as it can be read on the screen."""

    row: int
    column: str
    value: str
    message: str


def read_faults(page: Page) -> list[Said]:
    """Read the faults off the screen."""
    lines = page.get_by_role("table", name=re.compile("^Faults in the order of rows")).locator("tbody tr")
    cells = [line.get_by_role("cell").all_inner_texts() for line in lines.all()]
    return [Said(int(row), column.strip(), value.strip(), message.strip()) for row, column, value, message in cells]


HEAD = "1000"
MENDING: list[tuple[str, Callable[[re.Match[str], list[str]], str]]] = [
    (r"Nobody has this employee id", lambda *_: HEAD),
    (r"close a loop.* Name another manager", lambda *_: HEAD),
    (r"The last day of .* is \d{4}-\d\d-\d\d\. Name somebody who is there", lambda *_: HEAD),
    (r"Row \d+ has the same employee id", lambda *_: "2009"),
    (r"Row \d+ has the same e-mail address", lambda _, cells: f"{'.'.join(cells[1].lower().split())}@larkspur.example"),
    (r"no such day in the calendar; .* such as ([\d-]+)", lambda said, _: said[1]),
    (r"has no such level. Its levels are: (\w+)", lambda said, _: said[1]),
    (r"Nobody leaves .* before they are hired", lambda *_: ""),
    (r"may not begin with “=”", lambda *_: "Tomasz Diallo"),
    (r"Fill ladder, level and level_since", lambda *_: "software-engineer"),
]
"""What somebody who reads a message writes into the cell. Nothing here knows which faults the file has."""


def mended(rows: Rows, faults: list[Said]) -> Rows:
    """Mend a file from what the screen says: row, column and message."""
    for fault in faults:
        found = [(re.search(pattern, fault.message), remedy) for pattern, remedy in MENDING]
        (said, remedy), *others = [(match, remedy) for match, remedy in found if match]
        assert not others, f"two ways to mend: {fault.message}"
        put(rows, fault.row, fault.column, remedy(said, rows[fault.row - 1]))
    return rows


def look(visitor: Visitor, name: str) -> None:
    """Look at the page on every screen."""
    findings = []
    for screen in SCREENS:
        visitor.show(screen)
        findings += [f"{screen} {finding}" for finding in visitor.findings()]
        keep_shot(visitor, f"import-{name}-{screen}")
    visitor.show(SCREENS[0])
    assert not findings, "\n".join(findings)


@pytest.fixture
def ruth(app) -> Person:
    """Return HR of a company that has ladders, and one person who left."""
    with transaction():
        publish_shipped(from_on=date(2023, 1, 1), by=SYSTEM, at=NOW)
    return make_person("Ruth Okonjo", roles=(Role.HR,), password=PASSWORD)


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def send(hand: Mouse, file: dict[str, object], button: str) -> None:
    hand.page.get_by_label("The file", exact=True).set_input_files(file)
    hand.press(hand.page.get_by_role("main").get_by_role("button", name=button, exact=True))


@pytest.mark.postgres
def test_forty_people_come_in_after_ten_faults_were_mended_from_the_screen(visit, ruth):
    lena = make_person("Lena Left", left_on=date(2026, 1, 1))
    visitor = visit(ruth)
    page, hand = visitor.page, Mouse(visitor.page)
    visitor.open("/")
    hand.press(page.get_by_role("main").get_by_role("link", name="Import your people"))
    heading(page, "Import people")
    look(visitor, "start")
    rows = with_ten_faults(forty_people(), lena.employee_id)
    send(hand, as_file(rows), "Upload and look")
    heading(page, "10 faults in this file")
    expect(page.get_by_role("main")).to_contain_text("Nothing can be taken over until they are mended.")
    look(visitor, "faults")
    faults = read_faults(page)
    assert len({(fault.row, fault.column) for fault in faults}) == 10
    assert [fault.row for fault in faults] == sorted(fault.row for fault in faults)
    rows = mended(rows, faults)
    send(hand, as_file(rows), "Upload the mended file")
    heading(page, "40 people would be added")
    expect(page.get_by_role("main")).to_contain_text("Nothing is stored yet.")
    expect(page.get_by_role("list", name="Added").locator(".change")).to_have_count(40)
    look(visitor, "preview")
    hand.press(page.get_by_role("button", name="Take over 40 people"))
    heading(page, "40 people were added")
    expect(page.get_by_role("main")).to_contain_text("Ruth Okonjo")
    look(visitor, "done")
    hand.press(page.get_by_role("main").get_by_role("link", name="Import", exact=True))
    send(hand, as_file(rows), "Upload and look")
    heading(page, "Nothing would change")
    look(visitor, "nothing")
    change_something(rows)
    hand.press(page.get_by_role("main").get_by_role("link", name="Import", exact=True))
    send(hand, as_file(rows), "Upload and look")
    heading(page, "1 person would be added, 2 would change and 1 would leave")
    look(visitor, "changes")


def change_something(rows: Rows) -> None:
    """Let a month pass: somebody comes, somebody goes, two change."""
    put(rows, 30, "left_on", "2026-11-30")
    put(rows, 31, "team", "Payments")
    put(rows, 31, "group:office", "Accra")
    put(rows, 32, "level_since", "2025-02-04")
    newcomer = [
        "3000",
        "Yusuf Karadağ",
        "yusuf@larkspur.example",
        "Billing",
        HEAD,
        "",
        "",
        "",
        "2026-11-16",
        "",
        "Leeds",
    ]
    rows.append(newcomer)


def test_the_import_needs_no_scripts(visit, ruth):
    visitor = visit(ruth, scripts=False)
    page, hand = visitor.page, Mouse(visitor.page)
    visitor.open("/people/import")
    with visitor.expecting(422):
        hand.press(page.get_by_role("button", name="Upload and look"))
        expect(page.get_by_role("alert")).to_contain_text("Choose the file first.")
    expect(page.get_by_role("alert")).to_be_focused()
    send(hand, as_file(forty_people()), "Upload and look")
    hand.press(page.get_by_role("button", name="Take over 40 people"))
    heading(page, "40 people were added")


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(visit, ruth):
    visitor = visit(ruth)
    page = visitor.page
    visitor.open("/people/import")
    # The size is all that the script looks at; the limit is lowered in place of a file of 32 MB.
    page.locator("[data-upload]").evaluate("(state) => { state.dataset.upload = '100'; }")
    send(Mouse(page), as_file(forty_people()), "Upload and look")
    expect(page.get_by_text("so it was not sent")).to_be_visible()
    expect(page.get_by_label("The file", exact=True)).to_be_focused()
    assert visitor.path == "/people/import"
