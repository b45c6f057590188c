"""Reports in the browser: HR reads and takes a file away, a manager counts their own, an engineer keeps a path."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.access.actor import Role
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.infra.db import db
from tests.factories.assessments import publish
from tests.factories.people import make_person
from tests.journeys.conftest import Visit
from tests.journeys.looking import keep_shot
from tests.papers import text_of

pytestmark = pytest.mark.browser
REASON = "Talk with the head of engineering on 3 December"


def main_of(page: Page):
    return page.get_by_role("main")


@pytest.fixture
def company(app, session):
    publish("software-engineer/1.0.0.yaml")
    hr = make_person("Hedda Ravn", roles=(Role.HR,))
    lead = make_person("Tomasz Wieczorek")
    other = make_person("Priya Raghunathan")
    people = [
        make_person(f"Engineer {number}", manager=lead, level="L2", since=date(2025, 1, 6)) for number in range(1, 7)
    ]
    make_person("=HYPERLINK(1)", manager=other, level="L1", since=date(2026, 2, 2))
    return hr, lead, people


def names_of(page: Page) -> list[str]:
    return main_of(page).locator("tbody th").all_inner_texts()


def take(page: Page, kind: str) -> Path:
    main_of(page).get_by_role("link", name=re.compile(rf"^\s*{kind}\b")).click()
    main_of(page).get_by_label("What is it for?").fill(REASON)
    with page.expect_download() as taken:
        main_of(page).get_by_role("button", name="Take it out").click()
    assert taken.value.suggested_filename == f"belay-progression-2026-11-21.{kind.lower()}"
    return Path(taken.value.path())


def test_hr_reads_who_stands_where_and_takes_it_away(visit: Visit, company):
    hr, _, _ = company
    hers = visit(hr)
    page = hers.open("/reports/")
    main_of(page).get_by_role("link", name=re.compile("Where does everybody stand")).click()
    shown = names_of(page)
    assert "=HYPERLINK(1)" in shown
    assert "Hedda Ravn" not in shown
    keep_shot(page, "report-progression")
    hers.check_accessible()

    # Without a reason nothing is taken out, and the page says where it is missing.
    main_of(page).get_by_role("link", name=re.compile(r"^\s*CSV\b")).click()
    with hers.expecting(422):
        main_of(page).get_by_role("button", name="Take it out").click()
        expect(page.get_by_role("alert")).to_be_visible()
    page.go_back()
    page.go_back()

    file = take(page, "CSV").read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file)))
    assert [row[rows[0].index("Name")] for row in rows[1:-1]] == [
        "'=HYPERLINK(1)" if one[0] == "=" else one for one in shown
    ]
    assert "Hedda Ravn" in rows[-1][1]
    hers.open("/reports/progression")
    book = load_workbook(io.BytesIO(take(hers.page, "XLSX").read_bytes()))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert {"=HYPERLINK(1)", "Engineer 1"} <= {cell.value for cell in cells}

    db.session.rollback()
    taken = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.REPORT_EXPORTED)).all()
    assert [REASON in (one.details or "") for one in taken] == [True, True]


def test_a_manager_counts_their_own_and_nobody_else(visit: Visit, company):
    _, lead, _ = company
    his = visit(lead, scripts=False)
    page = his.open("/reports/headcount")
    expect(main_of(page)).to_contain_text("6")
    expect(main_of(page)).not_to_contain_text("7 people")
    with his.expecting(404):
        page.goto("/reports/promotion-funnel")


def test_an_engineer_takes_their_own_path_to_a_meeting(visit: Visit, company):
    _, _, people = company
    theirs = visit(people[0], width=360)
    page = theirs.open("/reports/person")
    expect(main_of(page)).to_contain_text("Software Engineer")
    main_of(page).get_by_role("link", name=re.compile(r"^\s*PDF\b")).click()
    expect(main_of(page).get_by_label("What is it for?")).to_have_count(0)
    with page.expect_download() as taken:
        main_of(page).get_by_role("button", name="Take it out").click()
    text = text_of(Path(taken.value.path()).read_bytes())
    assert "Engineer 1" in text
    assert "Tomasz Wieczorek" in text
