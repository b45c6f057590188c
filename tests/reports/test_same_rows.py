"""Every report of the example company says the same on its page and in each of its files, read by other programs."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.access.actor import Role
from app.cli.seed.command import DEFAULT_SEED, seed_company
from app.domain.as_of import last_quarter_end
from app.infra.clock import now, today
from app.infra.db import db
from app.people.models import Person
from app.reports.catalogue import REPORTS
from app.reports.criteria import Viewer
from app.reports.models import FileFormat
from app.reports.taking import Order, chunks_of, criteria_of
from tests.factories.assessments import publish
from tests.factories.evidence import as_actor
from tests.papers import text_of

TOO_LONG = 60
"""Longer cells are broken into lines on paper, with hyphens."""


@pytest.fixture(scope="module")
def asked() -> dict[str, dict[str, str]]:
    """Return what is asked of reports that need more than their name."""
    return {"promotion-funnel": {"group": "office", "as_of": last_quarter_end(date(2026, 11, 21)).isoformat()}}


@pytest.fixture
def company(app, session) -> Person:
    """Return HR of the example company."""
    for name in ("software-engineer/1.0.0.yaml", "technical-support/1.0.0.yaml"):
        publish(name)
    seed_company(app, people=44, random_seed=DEFAULT_SEED)
    return session.scalars(select(Person).where(Person.name == "Ruth Okonjo")).one()


def made(order: Order, kind: FileFormat) -> bytes:
    return b"".join(chunks_of(order.take(), kind, has_mark=False))


def plain(cell: object) -> str:
    """Return a cell of any file as one text: numbers as four decimals, days as they are written in numbers."""
    if cell is None or isinstance(cell, dict):
        return "hidden" if cell else ""
    if isinstance(cell, date):
        return cell.isoformat().removesuffix("T00:00:00")
    text = str(cell).removeprefix("'")
    return f"{float(text):.4f}" if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", text) else text


def squeezed(text: str) -> str:
    """Return a text without what a line break on paper changes."""
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)


def test_page_and_files_hold_the_same_rows(company, asked, client_for):
    told = client_for(company)
    actor = as_actor(company, Role.HR)
    someone = db.session.scalars(select(Person.id).where(Person.name == "Amara Diallo")).one()
    for name, definition in REPORTS.items():
        given = {"person": str(someone)} if name == "person" else asked.get(name, {})
        order = Order(definition, criteria_of(definition, given, Viewer(actor), today()), "", "Ruth Okonjo", now())
        said = json.loads(made(order, FileFormat.JSON))
        main = said["tables"][0]
        rows = [[plain(cell) for cell in row] for row in main["rows"]]
        assert main["row_count"] == len(rows), name

        read = list(csv.reader(io.StringIO(made(order, FileFormat.CSV).decode())))
        assert read[0] == [column["title"] for column in main["columns"]], name
        assert [[plain(cell) for cell in row] for row in read[1:-1]] == rows, name

        book = load_workbook(io.BytesIO(made(order, FileFormat.XLSX)))
        cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
        assert all(cell.data_type != "f" for cell in cells), name
        sheet = [[plain(cell.value) for cell in line] for line in book.worksheets[0].iter_rows()]
        assert sheet[1 : 1 + len(rows)] == rows, name

        paper = squeezed(text_of(made(order, FileFormat.PDF)))
        assert squeezed(said["answer"]) in paper, name
        # Paper tells days as people say them.
        texts = [row[0] for row in main["rows"] if main["columns"][0]["kind"] == "text"]
        short = [squeezed(one) for one in texts if isinstance(one, str) and len(one) < TOO_LONG]
        assert [one for one in short if one not in paper] == [], name

        page = told.get(f"/reports/{name}", query_string=given)
        assert said["answer"] in page.words(), name
        [table] = [one for one in page.all("div", class_="report-table") if one.get("id") == main["key"]]
        firsts = [" ".join("".join(th.itertext()).split()) for th in table.iter() if th.get("scope") == "row"]
        assert len(firsts) == min(len(rows), 50), name
        shown = [" ".join(one.split()) for one in texts if isinstance(one, str)]
        if main["columns"][0]["key"] in {"name", "team", "level"}:
            assert firsts == shown[:50], name
