"""Taking a report out: proof, reason and record, limits, the worker's file, and rights that are weighed again."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import uuid
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select, text, update

from app.access.actor import Role
from app.access.permissions import Permission
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth.models import AuthSession, RoleGrant
from app.domain.errors import InvalidError
from app.infra.clock import now
from app.infra.db import db, may_write, writing
from app.infra.unit_of_work import transaction
from app.jobs.actions import run_next
from app.jobs.models import Job, JobState
from app.people.actions import set_manager
from app.people.models import Person
from app.reports import catalogue, making, storage, taking
from app.reports.actions import exports as acts
from app.reports.catalogue import Definition
from app.reports.criteria import AS_OF, LADDER, PERSON
from app.reports.findings import Findings
from app.reports.models import ExportState, FileFormat, ReportExport
from tests.conftest import NOW
from tests.factories.findings import ROWS, CountedRows, FailingRows, findings_of, table_of
from tests.factories.people import AT, SYSTEM, make_person
from tests.papers import text_of

TAKE = "/reports/headcount/take"
REASON = "Budget talk on Monday"


def definition(name="headcount", permission=Permission.Report.OPEN_AGGREGATES, rows=ROWS, **more):
    findings = findings_of(table_of(rows), table_of([("Second", "B", 1, 1, 1, None)], key="second"))
    return Definition(
        name, name, "How many?", permission, frozenset({AS_OF, LADDER, PERSON}), lambda _criteria: findings, **more
    )


@pytest.fixture(autouse=True)
def reports(monkeypatch):
    """Let there be reports of the test's own, under names that have pages."""
    known = {"headcount": definition()}
    monkeypatch.setattr(taking, "REPORTS", known)
    return known


@pytest.fixture
def ruth(app):
    return make_person("Ruth Okonjo", roles=(Role.HR,))


def ask(client, *, as_of="", **values):
    page = client.get(f"{TAKE}?format=csv&ladder=swe&as_of={as_of}")
    return client.send(page.form(TAKE), **({"reason": REASON} | values))


def only_export(session):
    session.rollback()
    return session.scalars(select(ReportExport)).one()


def records(session):
    session.rollback()
    return session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.REPORT_EXPORTED)).all()


def work(at=NOW):
    with transaction():
        pass
    return run_next("worker", at)


def test_hr_says_what_for_and_gets_the_rows_of_the_page(ruth, client_for, session):
    client = client_for(ruth)
    answer = ask(client)
    assert answer.status == 303
    file = client.follow(answer)
    assert file.status == 200
    header, *rows, manifest = csv.reader(io.StringIO(file.text, newline=""))
    assert (header[0], rows[0][0], len(rows)) == ("Name", "Amara Diallo", 5)
    assert "filters=ladder=swe" in manifest[1]
    assert "taken by=Ruth Okonjo" in manifest[1]
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file.headers["Content-Disposition"] == 'attachment; filename="belay-headcount-2026-11-21.csv"'
    assert (file.headers["Cache-Control"], file.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert "Content-Length" not in file.headers
    (record,) = records(session)
    assert (record.actor_id, record.subject_id, record.object_id) == (ruth.id, None, only_export(session).id)
    assert json.loads(record.details) == {
        "report": "headcount",
        "format": "csv",
        "filters": {"ladder": "swe"},
        "rows": 5,
        "reason": REASON,
        "is_for_outside": False,
    }
    assert only_export(session).fetched_at == NOW
    page = client.get("/reports/exports")
    assert "Budget talk on Monday" in page.words()
    assert "Take it out anew" in page.words()
    assert client.get(f"/reports/exports/{only_export(session).id}/file").status == 404


@pytest.mark.parametrize("kind", list(FileFormat))
def test_every_kind_of_file_opens_and_the_mark_is_there_when_asked_for(ruth, client_for, kind):
    client = client_for(ruth)
    file = client.follow(ask(client, format=kind.value, mark="y", table="second"))
    content = file.response.get_data()
    assert file.headers["Content-Disposition"].endswith(f'.{kind.value}"')
    if kind is FileFormat.CSV:
        assert content.startswith(b'\xef\xbb\xbf"Name"')
        assert content.decode("utf-8-sig").splitlines()[1].startswith('"Second"')
    elif kind is FileFormat.XLSX:
        assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == ["Main", "Second", "About"]
    elif kind is FileFormat.JSON:
        assert [table["row_count"] for table in json.loads(content)["tables"]] == [5, 1]
    else:
        assert content.startswith(b"%PDF")


@pytest.mark.parametrize("kind", list(FileFormat))
def test_a_report_without_figures_gives_a_file_with_its_sentence(ruth, client_for, session, reports, kind):
    said = "There are fewer than 5 people to count, so no figures are shown."
    bare = Findings("How many?", said, (), hidden=("All figures.",))
    reports["headcount"] = replace(definition(), find=lambda _criteria: bare)
    client = client_for(ruth)
    content = client.follow(ask(client, format=kind.value)).response.get_data()
    if kind is FileFormat.CSV:
        header, row, manifest = csv.reader(io.StringIO(content.decode(), newline=""))
        assert (header, row, manifest[0]) == (["Answer"], [said], "#")
    elif kind is FileFormat.XLSX:
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert [cell.value for cell in book.worksheets[0]["A"]] == ["Answer", said]
        assert book.sheetnames[-1] == "About"
    elif kind is FileFormat.JSON:
        assert [(table["columns"][0]["title"], table["rows"]) for table in json.loads(content)["tables"]] == [
            ("Answer", [[said]])
        ]
    else:
        assert said in text_of(content)
    assert only_export(session).rows == 1


def test_without_a_reason_nothing_leaves_and_what_was_typed_stays(ruth, client_for, session):
    page = ask(client_for(ruth), reason="  x ", format="xlsx")
    assert page.status == 422
    assert "Say in a few words what this is for" in page.words()
    assert dict(page.form(TAKE).fields) | {"format": "xlsx", "ladder": "swe"} == dict(page.form(TAKE).fields)
    assert records(session) == []


@pytest.mark.parametrize("name", ["headcount", "person"])
def test_others_write_while_a_large_report_is_being_asked_for(ruth, client_for, session, reports, name):
    written, change = [], update(Person).where(Person.id == ruth.id).values(employee_id="E-7")

    def find(_criteria):
        with writing(), db.engine.begin() as other:
            other.execute(change)
        written.append(may_write())
        return findings_of()

    reports[name] = replace(definition(name, Permission.Report.LIST), find=find)
    client = client_for(ruth)
    action = f"/reports/{name}/take{'-own' if name == 'person' else ''}"
    answer = client.send(client.get(f"/reports/{name}/take").form(action), reason=REASON)
    assert (answer.status, written) == (303, [False])
    assert (only_export(session).rows, len(records(session))) == (5, 1)
    assert session.get_one(Person, ruth.id).employee_id == "E-7"


@pytest.mark.parametrize(("values", "words"), [({"as_of": "tomorrow"}, "Write a day as"), ({"table": "x"}, "no table")])
def test_a_filter_that_is_none_is_said_on_the_page(ruth, client_for, values, words):
    page = ask(client_for(ruth), **values)
    assert (page.status, words in page.words()) == (422, True)


def test_a_proof_is_asked_for_and_the_form_waits(ruth, client_for, clock, session):
    client = client_for(ruth)
    with clock.standing_at(NOW + timedelta(minutes=11)):
        answer = ask(client)
    assert answer.status == 401
    assert "Confirm that it is you" in answer.words("h1")
    assert records(session) == []


def test_ones_own_data_needs_neither_proof_nor_reason(app, client_for, clock, session, reports):
    reports["progression"] = definition("progression", Permission.Report.OPEN_PROGRESSION)
    amara = make_person("Amara Diallo")
    client = client_for(amara)
    with clock.standing_at(NOW + timedelta(minutes=11)):
        page = client.get("/reports/progression/take?format=json")
        assert "What is it for" not in page.words()
        file = client.follow(client.send(page.form("/reports/progression/take-own")))
    assert file.status == 200
    assert only_export(session).is_own


def test_who_has_come_to_see_others_does_not_take_them_out_as_their_own(app, client_for, reports):
    reports["progression"] = definition("progression", Permission.Report.OPEN_PROGRESSION)
    amara = make_person("Amara Diallo")
    client = client_for(amara)
    taken = client.send(client.get("/reports/progression/take").form("/reports/progression/take-own"))
    chioma = make_person("Chioma Eze")
    with transaction():
        set_manager(chioma, amara, from_on=NOW.date(), by=SYSTEM, at=AT)
    assert client.follow(taken).status == 404
    assert client.post("/reports/progression/take-own", {"format": "csv"}).status == 404


def test_a_path_of_somebody_is_written_down_as_about_them(ruth, client_for, session, reports):
    amara = make_person("Amara Diallo")
    reports["person"] = definition("person", Permission.Report.LIST)
    client = client_for(ruth)
    page = client.get(f"/reports/person/take?person={amara.id}")
    assert client.send(page.form("/reports/person/take"), reason=REASON).status == 303
    assert records(session)[0].subject_id == amara.id
    own = client.get("/reports/person/take")
    assert client.send(own.form("/reports/person/take-own")).status == 303
    assert {one.subject_id for one in records(session)} == {amara.id, ruth.id}


def test_the_person_of_the_form_is_weighed_and_not_that_of_the_address(app, client_for, session):
    me, other = make_person("Amara Diallo"), make_person("Ben Osei")
    client = client_for(me)
    given = {"format": "csv", "reason": REASON, "person": str(other.id)}
    assert client.post(f"/reports/person/take?person={me.id}", given).status == 404
    assert records(session) == []


def test_what_leaves_the_company_hides_groups_below_ten(ruth, client_for, reports):
    seen = []
    reports["headcount"] = replace(definition(), find=lambda criteria: seen.append(criteria) or findings_of())
    client = client_for(ruth)
    file = client.follow(ask(client, as_of="2026-09-30", outside="y"))
    assert {(one.k, one.is_for_outside) for one in seen} == {(10, True)}
    assert "for outside=yes" in file.text


def test_a_list_of_single_people_has_no_version_for_outside(ruth, client_for, session, reports):
    reports["headcount"] = replace(definition(), has_outside=False)
    client = client_for(ruth)
    assert 'name="outside"' not in client.get("/reports/headcount/take").text
    answer = client.post("/reports/headcount/take", {"format": "csv", "reason": REASON, "outside": "y"})
    assert answer.status == 422
    assert "lists single people, so that it has no version for outside" in answer.text
    assert records(session) == []
    assert [name for name, one in catalogue.REPORTS.items() if not one.has_outside] == ["progression", "person"]


def test_what_leaves_the_company_is_told_at_ends_of_quarters_alone(ruth, client_for, session):
    page = ask(client_for(ruth), as_of="2026-10-31", outside="y")
    assert page.status == 422
    assert "The last one is 2026-09-30." in page.words()
    assert records(session) == []


def test_who_may_not_open_a_report_may_not_take_it_out(app, client_for, session):
    client = client_for(make_person("Amara Diallo"))
    assert client.get(TAKE).status == 404
    assert client.post(TAKE, {"format": "csv", "reason": REASON}).status == 404
    assert client.get("/reports/none/take").status == 404
    assert records(session) == []


def test_the_thirty_first_export_within_an_hour_is_refused(ruth, client_for, session):
    by = acts.Author(ruth.id)
    asked = acts.Asked("headcount", FileFormat.CSV, reason=REASON)
    with transaction():
        for _ in range(acts.MOST_AN_HOUR):
            acts.ask_for_export(asked, uuid.uuid4(), by=by, at=NOW)
    client = client_for(ruth)
    page = ask(client)
    assert (page.status, "within an hour" in page.words()) == (422, True)
    with transaction():
        acts.ask_for_export(asked, uuid.uuid4(), by=by, at=NOW + timedelta(hours=1))


@pytest.fixture
def large(monkeypatch, reports):
    """Let a spreadsheet of more than three rows be work for the worker."""
    monkeypatch.setattr(taking, "XLSX_AT_ONCE", 3)
    return reports


def test_a_large_file_is_made_by_the_worker_and_fetched_when_it_is_ready(large, ruth, client_for, session, app):
    client = client_for(ruth)
    waiting = client.follow(ask(client, format="xlsx"))
    assert waiting.headers["Refresh"] == "3"
    assert waiting.all("progress")
    export = only_export(session)
    assert client.get(f"/reports/exports/{export.id}/file").status == 404
    assert work()
    page = client.get(f"/reports/exports/{export.id}")
    assert "Refresh" not in page.headers
    assert "Your file is ready" in page.words("h1")
    file = client.get(f"/reports/exports/{export.id}/file")
    content = file.response.get_data()
    assert openpyxl.load_workbook(io.BytesIO(content))["Main"]["A2"].value == "Amara Diallo"
    assert int(file.headers["Content-Length"]) == len(content)
    path = storage.path_of(only_export(session).stored_as)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(records(session)) == 1
    assert client.get(f"/reports/exports/{export.id}/file").status == 200
    again = select(AuditEvent.object_id).where(AuditEvent.tag == Tag.REPORT_FETCHED_AGAIN)
    assert session.scalars(again).all() == [export.id]


def test_a_second_file_waits_until_the_first_is_made(large, ruth, client_for, session):
    client = client_for(ruth)
    assert ask(client, format="xlsx").status == 303
    page = ask(client, format="xlsx")
    assert (page.status, "is being made already" in page.words()) == (422, True)
    assert ask(client).status == 303
    assert work()
    assert ask(client, format="xlsx").status == 303


def test_progress_is_told_while_the_rows_are_read(large, ruth, client_for, session):
    rows, told = CountedRows(1000), []

    class Telling(CountedRows):
        def stream(self):
            for number, row in enumerate(rows.stream()):
                if number % 200 == 199:
                    told.append(db.engine.connect().execute(select(Job.done)).scalar())
                yield row

    large["headcount"] = definition(rows=Telling(1000))
    client = client_for(ruth)
    ask(client, format="xlsx")
    assert work()
    assert told == [0, 200, 400, 600, 800]
    job = session.scalars(select(Job)).one()
    assert (job.state, job.total) == (JobState.DONE, 1001)


def test_a_link_dies_with_its_session_and_with_its_day(large, ruth, client_for, session, clock, app):
    client = client_for(ruth)
    ask(client, format="xlsx")
    work()
    export = only_export(session)
    file = f"/reports/exports/{export.id}/file"
    assert client_for(ruth).get(file).status == 404
    assert client_for(ruth).get("/reports/exports").words("h2") == "Nothing in this session"
    path = storage.path_of(export.stored_as)
    with transaction():
        making.sweep(Sweep(NOW))
    assert path.exists()
    with transaction() as writing:
        writing.execute(update(AuthSession).where(AuthSession.id == export.session_id).values(ended_at=NOW))
    with transaction():
        making.sweep(Sweep(NOW))
    assert not path.exists()
    assert only_export(session).state is ExportState.GONE
    assert client.get(file).location == f"/login?next={file}"


def test_a_file_made_at_once_is_good_for_ten_minutes_and_its_row_for_a_month(ruth, client_for, session, clock):
    client = client_for(ruth)
    ask(client)
    export = only_export(session)
    assert export.good_until == NOW + timedelta(minutes=10)
    with transaction():
        making.sweep(Sweep(NOW + timedelta(days=29)))
    assert only_export(session).state is ExportState.GONE
    with transaction():
        making.sweep(Sweep(NOW + timedelta(days=31)))
    assert session.scalars(select(ReportExport)).all() == []
    assert [json.loads(one.details)["reason"] for one in records(session)] == [REASON]


class Sweep:
    def __init__(self, at):
        self.at = at


def test_what_no_row_names_is_swept_away_once_it_is_old(app, clock):
    place = storage.folder() / storage.new_name("csv")
    fresh = storage.folder() / f"{storage.new_name('csv')}{storage.UNFINISHED}"
    for path in (place, fresh):
        path.write_bytes(b"x")
    old = (NOW - timedelta(hours=7)).timestamp()
    os.utime(place, (old, old))
    os.utime(fresh, (NOW.timestamp(), NOW.timestamp()))
    with transaction():
        making.sweep(Sweep(NOW))
    assert (place.exists(), fresh.exists()) == (False, True)
    fresh.unlink()


def test_no_file_is_made_for_a_session_that_has_ended(large, ruth, client_for, session):
    client = client_for(ruth)
    ask(client, format="xlsx")
    with transaction() as writing:
        writing.execute(update(AuthSession).values(ended_at=NOW))
    assert work()
    assert (only_export(session).state, only_export(session).stored_as) == (ExportState.GONE, "")


def test_a_file_that_breaks_leaves_nothing_and_says_so_in_the_end(large, ruth, client_for, session):
    large["headcount"] = definition(rows=FailingRows(1000))
    client = client_for(ruth)
    ask(client, format="xlsx")
    before = set(storage.folder().iterdir())
    for attempt in range(3):
        assert work(NOW + timedelta(minutes=10 * attempt))
    assert set(storage.folder().iterdir()) == before
    page = client.get(f"/reports/exports/{only_export(session).id}")
    assert "The file could not be made" in page.words("h1")


def lose_role(writing, _person, _reports):
    writing.execute(update(RoleGrant).values(superseded_at=NOW))


def lose_report(_writing, _person, reports):
    reports.clear()


def lose_file(writing, _person, _reports):
    storage.remove(writing.scalars(select(ReportExport.stored_as)).one())


def lose_people(writing, _person, _reports):
    writing.execute(update(ReportExport).values(covers="another"))


@pytest.mark.parametrize("lose", [lose_role, lose_report, lose_file, lose_people])
def test_rights_are_weighed_again_when_a_file_is_fetched(large, ruth, client_for, session, lose):
    client = client_for(ruth)
    ask(client, format="xlsx")
    work()
    file = f"/reports/exports/{only_export(session).id}/file"
    assert client.get(file).status == 200
    with transaction() as writing:
        lose(writing, ruth, large)
    assert client.get(file).status == 404


def test_a_manager_who_leads_another_person_by_now_asks_anew(large, client_for, session):
    tomasz = make_person("Tomasz Wieczorek")
    make_person("Amara Diallo", manager=tomasz)
    client = client_for(tomasz)
    ask(client, format="xlsx")
    work()
    file = f"/reports/exports/{only_export(session).id}/file"
    assert client.get(file).status == 200
    make_person("Chioma Eze", manager=tomasz)
    assert client.get(file).status == 404


def test_an_error_in_the_middle_breaks_the_transfer(ruth, client_for, reports):
    reports["headcount"] = definition(rows=FailingRows(1000))
    client = client_for(ruth)
    answer = ask(client)
    with pytest.raises(ConnectionError):
        client.follow(answer)


def test_a_stream_reads_in_a_transaction_that_writes_nothing_and_ends_with_it(ruth, client_for, reports):
    seen = []

    class Looking(CountedRows):
        def stream(self):
            session = db.session()
            if session.get_bind().dialect.name == "postgresql":
                seen.append(session.scalar(text("SHOW transaction_read_only")))
                seen.append(session.scalar(text("SHOW transaction_isolation")))
            seen.append(may_write())
            yield from super().stream()
            seen.append(session.in_transaction())

    reports["headcount"] = definition(rows=Looking(3))
    client = client_for(ruth)
    assert client.follow(ask(client)).text.count("Somebody") == 3
    if len(seen) > 2:
        assert seen[:2] == ["on", "repeatable read"]
    assert False in seen
    assert db.engine.pool.checkedout() <= 1


def test_a_pdf_that_nobody_would_print_is_refused(ruth, client_for, reports, session):
    reports["headcount"] = definition(rows=CountedRows(2001))
    page = ask(client_for(ruth), format="pdf")
    assert (page.status, "Take CSV or XLSX" in page.words()) == (422, True)
    assert records(session) == []


def test_only_somebody_who_is_signed_in_takes_a_report_out_here(app):
    with pytest.raises(InvalidError), transaction():
        acts.ask_for_export(acts.Asked("headcount", FileFormat.CSV), uuid.uuid4(), by=acts.Author(None), at=now())
