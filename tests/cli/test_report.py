"""`belay report`: the rows of the page, every fault at once, and a record before anything is handed over."""

from __future__ import annotations

import csv
import io
import json
import stat
import uuid
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app import create_app
from app.access.permissions import Permission
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.cli import context
from app.cli import report as command
from app.cli.main import main
from app.infra.db import db, writing
from app.reports.catalogue import REPORTS, Definition
from app.reports.criteria import EVERY, GROUP, Criteria
from tests.factories.findings import ROWS, CountedRows, FailingRows, findings_of, table_of
from tests.factories.people import make_person, make_team
from tests.factories.promotion import make_cycle, make_firm


class Asked(list[Criteria]):
    """What the report was asked for, and what it answers."""

    rows = ROWS
    found = None

    def find(self, criteria):
        self.append(criteria)
        return self.found or findings_of(table_of(self.rows), table_of([("Second", "B", 1, 1, 1, None)], key="second"))


@pytest.fixture
def asked(monkeypatch):
    known = Asked()
    takes = frozenset(EVERY) - {GROUP}
    reports = {
        "headcount": Definition(
            "headcount", "Headcount", "How many?", Permission.Report.OPEN_AGGREGATES, takes, known.find
        )
    }
    monkeypatch.setattr(command, "REPORTS", reports)
    return known


@pytest.fixture
def belay(app, databases, monkeypatch, tmp_path, asked):
    """Return a function that runs `belay report` on the test's database."""
    monkeypatch.setenv("BELAY_DATABASE_URL", databases.url)
    monkeypatch.setenv("BELAY_DATA", str(tmp_path / "data"))
    made = []

    def make(settings):
        made.append(create_app(settings))
        return made[-1]

    monkeypatch.setattr(context, "create_app", make)

    def run(*arguments):
        with writing():
            result = CliRunner().invoke(main, ["report", *map(str, arguments)])
        for one in made:
            with one.app_context():
                db.engine.dispose()
        made.clear()
        db.session.rollback()
        return result

    return run


def records():
    return db.session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.REPORT_EXPORTED)).all()


def test_it_prints_the_rows_of_the_page_as_csv_and_leaves_a_record(belay):
    result = belay("headcount", "--ladder", "swe", "--reason", "A talk")
    assert result.exit_code == 0
    header, *rows, manifest = csv.reader(io.StringIO(result.stdout, newline=""))
    assert (header[0], len(rows)) == ("Name", 5)
    assert "taken by=cli:" in manifest[1]
    assert "filters=ladder=swe" in manifest[1]
    (record,) = records()
    assert record.actor_label.startswith("cli:")
    assert json.loads(record.details) | {"report": "headcount", "rows": 5, "reason": "A talk"} == json.loads(
        record.details
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf", "json"])
def test_a_report_without_figures_is_a_file_with_its_sentence(belay, asked, monkeypatch, tmp_path, kind):
    monkeypatch.setattr(asked, "found", replace(findings_of(), tables=(), charts=()))
    target = tmp_path / f"report.{kind}"
    assert belay("headcount", "--format", kind, "-o", target).exit_code == 0
    assert target.stat().st_size > 0
    assert json.loads(records()[0].details)["rows"] == 1
    if kind == "csv":
        assert target.read_text().splitlines()[:2] == ['"Answer"', '"12 people hold a level."']


def test_names_and_ids_of_teams_and_people_are_both_understood(belay, asked):
    team, person = make_team("Platform"), make_person("Amara Diallo")
    for options in (("platform", person.employee_id), (team.id, person.id)):
        assert belay("headcount", "--team", options[0], "--person", options[1]).exit_code == 0
    assert {(one.team_id, one.person_id) for one in asked} == {(team.id, person.id)}


def test_day_knowledge_and_period_reach_the_report(belay, asked):
    options = ("--as-of", "2026-09-30", "--known", "now", "--from", "2026-01-01", "--to", "2026-09-30", "--outside")
    assert belay("headcount", *options).exit_code == 0
    one = asked[-1]
    assert (one.day, one.as_of.known.value, one.start, one.k) == (date(2026, 9, 30), "now", date(2026, 1, 1), 10)


def test_a_list_of_single_people_does_not_leave_the_company(belay, asked, monkeypatch):
    monkeypatch.setattr(command, "REPORTS", {"progression": REPORTS["progression"]})
    result = belay("progression", "--outside")
    assert result.exit_code
    assert "--outside: This report lists single people" in result.output
    assert asked == []


def test_every_fault_is_named_at_once_and_nothing_is_written(belay, tmp_path):
    result = belay(
        "headcount", "--as-of", "yesterday", "--to", "2030-01-01", "--team", "None such", "--person", uuid.uuid4(),
        "--group", "office", "--mark", "--format", "json", "-o", tmp_path / "a.json",
    )  # fmt: skip
    assert result.exit_code == 1
    said = result.stderr.splitlines()
    assert [line.partition(":")[0] for line in said] == ["--group", "--as-of", "--to", "--mark", "--team", "--person"]
    assert "There is no team “None such”." in result.stderr
    assert not (tmp_path / "a.json").exists()
    assert records() == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--from", "2026-05-01", "--to", "2026-04-01"), "--from: The period must begin before it ends."),
        (("--table", "none"), "--table: This report has no table “none”; it has: main, second."),
    ],
)
def test_what_does_not_fit_together_is_a_fault(belay, options, words):
    result = belay("headcount", *options)
    assert (result.exit_code, result.stderr.strip()) == (1, words)


def test_an_unknown_report_and_a_missing_folder_are_no_command(belay, tmp_path):
    unknown = belay("nothing")
    assert (unknown.exit_code, "there are: headcount" in unknown.stderr) == (2, True)
    missing = belay("headcount", "-o", tmp_path / "none" / "a.csv")
    assert (missing.exit_code, "There is no folder" in missing.stderr) == (2, True)
    assert belay("headcount", "-o", tmp_path).exit_code == 2


def test_the_reports_are_listed(belay):
    assert belay("--list").stdout == "headcount  How many?\n"


def test_a_terminal_is_no_place_for_a_spreadsheet(belay, monkeypatch):
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _self: True)
    result = belay("headcount", "--format", "xlsx")
    assert (result.exit_code, "-o" in result.stderr) == (2, True)


def test_a_file_is_private_and_complete_or_not_there(belay, tmp_path, asked):
    path = tmp_path / "report.xlsx"
    assert belay("headcount", "--format", "xlsx", "-o", path).exit_code == 0
    assert openpyxl.load_workbook(path)["Main"].max_row == 6
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    asked.rows = FailingRows(1000)
    assert belay("headcount", "--format", "json", "-o", path).exit_code != 0
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.glob("report*")] == ["report.xlsx"]


def test_the_second_table_and_the_mark_are_there_when_asked_for(belay):
    result = belay("headcount", "--table", "second", "--mark")
    assert result.stdout_bytes.startswith(b'\xef\xbb\xbf"Name"')
    assert "Second" in result.stdout


def test_a_pdf_that_nobody_would_print_is_refused(belay, asked, tmp_path):
    asked.rows = CountedRows(2001)
    result = belay("headcount", "--format", "pdf", "-o", tmp_path / "a.pdf")
    assert (result.exit_code, result.stderr.startswith("--format: A PDF holds at most 2000 rows")) == (1, True)
    assert records() == []


@pytest.fixture
def of_a_period(asked, monkeypatch):
    """Let there be a report on a period, and one that stands as of today."""
    for name, takes in (("movement", {"from", "to"}), ("mentoring", set()), ("agreement", {"cycle"})):
        one = Definition(name, name.title(), "How?", Permission.Report.OPEN_AGGREGATES, frozenset(takes), asked.find)
        monkeypatch.setattr(command, "REPORTS", {**command.REPORTS, name: one})


@pytest.mark.usefixtures("of_a_period")
def test_the_day_of_a_report_on_a_period_is_its_end(belay, asked):
    assert belay("movement", "--as-of", "2026-09-30").exit_code == 0
    assert asked[-1].end == date(2026, 9, 30)
    twice = belay("movement", "--as-of", "2026-09-30", "--to", "2026-06-30")
    assert (twice.exit_code, "--as-of: for movement it is the end of the period" in twice.stderr) == (1, True)
    assert belay("movement", "--as-of", "yesterday").stderr == "--as-of: Write a day as 2026-11-21.\n"


@pytest.mark.usefixtures("of_a_period")
def test_what_stands_as_of_today_has_no_other_day(belay):
    result = belay("mentoring", "--as-of", "2026-09-30")
    assert (result.exit_code, result.stderr) == (1, "--as-of: mentoring stands as of today; leave it out.\n")


@pytest.mark.usefixtures("of_a_period")
def test_a_cycle_is_named_as_people_name_it(belay, asked):
    cycle = make_cycle(make_firm(), name="Spring 2026")
    for given in ("spring 2026", cycle.id):
        assert belay("agreement", "--cycle", given).exit_code == 0
        assert asked[-1].cycle_id == cycle.id
    assert belay("agreement", "--cycle", "Summer").stderr == "--cycle: There is no promotion cycle “Summer”.\n"
