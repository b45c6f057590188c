"""The pages of the people import: every state of an upload, and everything that somebody may send instead of one."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from contextvars import Context
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.access.actor import Role
from app.domain.errors import ConflictError
from app.domain.roster import (
    ChangeKind,
    Fault,
    FieldChange,
    IgnoredColumn,
    PersonChange,
    Plan,
    Unlisted,
)
from app.infra.db import db
from app.infra.table_file import MAX_BYTES
from app.infra.unit_of_work import transaction
from app.jobs.kinds import Work, find_kind, periodic_kinds
from app.people.import_pages import DID, WOULD, counts_of, preview_of, sections_of, sentence_of, shown_change
from app.people.models import ImportState, PeopleImport
from app.people.queries import importing
from tests.client import Client, Page
from tests.conftest import NOW
from tests.factories.people import PASSWORD, SYSTEM, make_person

HEADER = "employee_id,name,email"
GOOD = f"{HEADER}\nX-1,Amara Diallo,amara@larkspur.example\nX-2,Kofi Mensah,kofi@larkspur.example\n"
FAULTY = f"{HEADER}\nX-1,Amara Diallo,no address\n"


@pytest.fixture
def hr(app):
    """Return HR."""
    return make_person("Ruth Okonjo", roles=(Role.HR,))


@pytest.fixture
def client(hr, client_for) -> Client:
    """Return HR's browser."""
    return client_for(hr)


@pytest.fixture
def planned(monkeypatch) -> Callable[[Plan], None]:
    """Let every file mean a plan that the test has made, so that a page can be looked at in each of its states."""

    def set_plan(plan: Plan) -> None:
        monkeypatch.setattr(importing, "plan_import", lambda *_, **__: plan)

    return set_plan


def upload(client: Client, content: bytes | str, name: str = "people.csv", **fields: object) -> Page:
    """Send a file as the form does."""
    raw = content.encode() if isinstance(content, str) else content
    return send_multipart(
        client, "/people/import", {"from_on": "2026-11-21", **fields, "file": FileStorage(io.BytesIO(raw), name)}
    )


def send_multipart(client: Client, address: str, fields: dict[str, object]) -> Page:
    """Send fields and files from memory: the test client would leave a temporary file of its own behind."""
    boundary, body = encode_multipart(fields)
    return client.post(
        address,
        input_stream=io.BytesIO(body),
        content_length=str(len(body)),
        content_type=f"multipart/form-data; boundary={boundary}",
    )


def stored(hr, content: bytes | None = b"x", **changed: object) -> PeopleImport:
    """Return an upload as the database holds it."""
    values: dict[str, object] = {
        "id": uuid.uuid4(),
        "uploaded_by_id": hr.id,
        "uploaded_at": NOW,
        "file_name": "people.csv",
        "digest": "0" * 64,
        "from_on": date(2026, 11, 21),
        "content": content,
        "state": ImportState.PREVIEWED,
    }
    with transaction() as session:
        row = PeopleImport(**(values | changed))
        session.add(row)
        session.flush()
    return row


def change(kind: ChangeKind, number: int = 1, *fields: FieldChange) -> PersonChange:
    """Return what happens to one person."""
    return PersonChange(number + 1, f"X-{number}", f"Person <{number}>", kind, fields)


def rows_of(page: Page) -> list[list[str]]:
    """Return a downloaded table."""
    return list(csv.reader(io.StringIO(page.response.get_data().decode("utf-8-sig"), newline="")))


# The first page -----------------------------------------------------------------


def test_first_page_says_what_the_file_looks_like_and_takes_it(client):
    page = client.get("/people/import")
    assert page.status == 200
    words = page.words("main")
    for name in ("employee_id", "manager_employee_id", "level_since", "group:office"):
        assert name in words
    assert "No file was uploaded yet" in words
    form = page.form("/people/import")
    assert dict(form.fields)["from_on"] == "2026-11-21"
    assert page.all("form", enctype="multipart/form-data")


def test_example_file_has_a_header_and_two_people_and_is_handed_out_as_a_file(client):
    page = client.get("/people/import/example.csv")
    assert page.headers["Content-Disposition"] == 'attachment; filename="belay-people-example.csv"'
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    header, *people = rows_of(page)
    assert header[:3] == ["employee_id", "name", "email"]
    assert [len(row) for row in people] == [len(header)] * 2


def test_example_file_can_be_taken_over_as_it_is(client):
    example = client.get("/people/import/example.csv").response.get_data()
    page = client.follow(upload(client, example))
    assert page.words("h1") == "2 people would be added"


@pytest.mark.parametrize("who", [(), (Role.ADMIN,), (Role.LADDER_EDITOR,)])
def test_nobody_but_hr_finds_the_import(client_for, hr, who):
    other = client_for(make_person("Ada Other", roles=who))
    row = stored(hr)
    addresses = ["", "/example.csv", f"/{row.id}", f"/{row.id}/faults.csv", f"/{row.id}/changes.csv"]
    assert [other.get(f"/people/import{one}").status for one in addresses] == [404] * 5
    assert upload(other, GOOD).status == 404
    assert [other.post(f"/people/import/{row.id}/{act}", {"digest": "x"}).status for act in ("apply", "drop")] == [
        404
    ] * 2


def test_an_upload_belongs_to_hr_as_a_whole(client, client_for, planned):
    second = make_person("Hanna Resources", roles=(Role.HR,))
    planned(Plan(rows=1, changes=[change(ChangeKind.ADDED)], digest="d"))
    row = stored(second)
    assert "uploaded by Hanna Resources" in client.get(f"/people/import/{row.id}").words("main")


# What may be sent -----------------------------------------------------------------


def test_file_is_kept_and_its_preview_shown(client):
    page = client.follow(upload(client, GOOD))
    assert page.words("h1") == "2 people would be added"
    assert "Nothing is stored yet." in page.words("main")
    assert db.session.query(PeopleImport).one().state is ImportState.PREVIEWED


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"from_on": "2026-11-21"}, "Choose the file first."),
        ({"from_on": "2026-11-21", "file": "only its name"}, "Choose the file first."),
        ({"from_on": "soon", "file": (io.BytesIO(b"x"), "p.csv")}, "This is no day"),
        ({"file": (io.BytesIO(b"x"), "p.csv")}, "Say from which day the changes count."),
    ],
)
def test_form_that_lacks_something_is_refused_at_the_field(client, fields, said):
    page = client.post("/people/import", fields, content_type="multipart/form-data")
    assert page.status == 422
    assert said in page.words("div", class_="error-summary")
    assert page.all("div", class_="error-summary")[0].get("autofocus") is not None
    assert dict(page.form("/people/import").fields)["from_on"] == fields.get("from_on", "")


def test_two_files_are_refused_in_words(client):
    files = [(io.BytesIO(GOOD.encode()), "a.csv"), (io.BytesIO(GOOD.encode()), "b.csv")]
    page = client.post("/people/import", {"from_on": "2026-11-21", "file": files}, content_type="multipart/form-data")
    assert page.status == 422
    assert "2 files were sent. Choose one." in page.words("main")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\n\n\n", "The file is empty."),
        (b"PK\x03\x04" + b"[Content_Types].xml" + b"\0" * 100, "an Excel workbook (XLSX), not a CSV file"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "a PNG picture, not a CSV file"),
        ("employee_id,name,email\n1,Zoë,z@x.example\n".encode("utf-16"), "UTF-16"),
        ("employee_id,name,email\n1,Zoë,z@x.example\n".encode("cp1252"), "not UTF-8"),
        (b"employee_id,name,email\n1,\0,z@x.example\n", "NUL"),
        (b'employee_id,name,email\n1,"open,z@x.example\n', "never closed"),
        (b"a," * 100_000 + b"\n", "more than 200 columns"),
        (b"<!doctype html><p>Sign in", "a web page"),
    ],
    ids=["empty", "blank", "xlsx", "png", "utf-16", "latin", "nul", "quote", "columns", "html"],
)
def test_what_is_no_table_gets_a_preview_that_says_what_was_found(client, content, said):
    page = client.follow(upload(client, content))
    assert page.status == 200
    assert page.words("h1") == "1 fault in this file"
    assert said in page.words("main")
    assert not page.has_form("/apply")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\HR\\people.csv", "people.csv"),
        ("<script>.csv", "<script>.csv"),
        ("a\u202efdp.csv", "afdp.csv"),
        ("x" * 500 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_name_of_a_file_is_text_and_nothing_else(client, name, shown):
    page = client.follow(upload(client, GOOD, name))
    assert page.words("nav", class_="crumbs").endswith(shown)


def test_file_of_more_than_32_mb_is_refused_with_the_limit(client):
    page = upload(client, b"x" * (MAX_BYTES + 1))
    assert page.status == 422
    assert "The file is larger than 32 MB." in page.words("div", class_="error-summary")
    page = upload(client, b"x" * (MAX_BYTES + 200_000))
    assert page.status == 413
    assert "32 MB" in page.words("main")


def test_file_without_a_stated_length_is_read_to_the_limit_and_no_further(app, client):
    begin = b'--b\r\nContent-Disposition: form-data; name="file"; filename="p.csv"\r\n\r\n'
    sent = Endless(begin)
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/people/import",
        "CONTENT_TYPE": "multipart/form-data; boundary=b",
        "wsgi.input": sent,
        "wsgi.input_terminated": True,
        "HTTP_X_CSRF_TOKEN": client.token(),
        "HTTP_COOKIE": f"session={client.http.get_cookie('session').value}",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
    }
    answered = []
    answer = Context().run(lambda: b"".join(app.wsgi_app(environ, lambda status, _: answered.append(status))))
    assert answered == ["413 REQUEST ENTITY TOO LARGE"]
    assert b"32 MB" in answer
    assert sent.given < MAX_BYTES + 2_000_000


class Endless(io.RawIOBase):
    """A stream that goes on for ever, and says how much of it was taken."""

    def __init__(self, begin: bytes) -> None:
        """Begin with some bytes."""
        self.begin = begin
        self.given = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return as much as is asked for."""
        piece = (self.begin + b"x" * 65536)[: size if size > 0 else None]
        self.begin = b""
        self.given += len(piece)
        return piece

    def readinto(self, buffer) -> int:
        """Fill a buffer."""
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize("who", ["anonymous", "engineer"])
def test_only_hr_may_send_more_than_anybody_else(client_for, hr, who):
    other = client_for(None if who == "anonymous" else make_person("Kofi Mensah"))
    page = upload(other, b"x" * 3_000_000)
    assert page.status == 413
    assert "2 MB" in page.words("main")


def test_no_other_address_takes_a_large_request_from_hr(client):
    large = {"title": "x", "file": FileStorage(io.BytesIO(b"x" * 3_000_000), "p.csv")}
    assert send_multipart(client, "/evidence/", large).status == 413


def test_upload_without_its_token_is_refused(client, app):
    page = client.post("/people/import", {"from_on": "2026-11-21"}, token=False, content_type="multipart/form-data")
    assert page.status == 400
    assert db.session.query(PeopleImport).count() == 0


def test_the_same_form_with_another_file_is_another_upload(client):
    key = uuid.uuid4().hex
    first = upload(client, FAULTY, idempotency_key=key)
    again = upload(client, FAULTY, idempotency_key=key)
    other = upload(client, GOOD, idempotency_key=key)
    assert first.location == again.location != other.location
    assert db.session.query(PeopleImport).count() == 2


def test_mended_file_takes_the_place_of_the_faulty_one(client):
    first = client.follow(upload(client, FAULTY))
    fields = dict(first.form("/people/import").fields)
    second = client.follow(upload(client, GOOD, replaces=fields["replaces"]))
    assert second.words("h1") == "2 people would be added"
    states = {row.state for row in db.session.query(PeopleImport)}
    assert states == {ImportState.PREVIEWED, ImportState.DROPPED}


@pytest.mark.parametrize("replaces", ["x", "00000000-0000-4000-8000-000000000000", ""])
def test_upload_that_replaces_nothing_is_an_upload(client, replaces):
    assert upload(client, GOOD, replaces=replaces).status == 302


def test_who_takes_a_file_over_has_proved_who_they_are(client, clock):
    page = client.follow(upload(client, GOOD))
    clock.stand_still(NOW + timedelta(minutes=25))
    asked = client.send(page.form(ending="/apply"))
    assert asked.status == 401
    assert db.session.query(PeopleImport).one().state is ImportState.PREVIEWED


# The preview --------------------------------------------------------------------


def test_preview_shows_old_and_new_and_hides_the_group_that_was(hr, client, planned):
    fields = (
        FieldChange("team", "Billing", "<Ops>", date(2026, 11, 21)),
        FieldChange("level_since", "1 May 2025", "2 May 2025", is_correction=True),
        FieldChange("group:office", "", "Accra", date(2026, 11, 21), is_hidden=True),
        FieldChange("manager_employee_id", "Petra Skip (T-9)", ""),
    )
    planned(
        Plan(
            rows=44,
            changes=[
                change(ChangeKind.CHANGED, 1, *fields),
                change(ChangeKind.LEAVER, 2),
                change(ChangeKind.RETURNED, 3),
            ],
            unchanged=41,
            unlisted=[Unlisted("T-9", "Petra Skip")],
            new_teams=["<Ops>"],
            ignored=[IgnoredColumn("e-mail", "email"), IgnoredColumn("shoe size")],
            absent=["hired_on"],
            remarks=[Fault(3, "name", "amara", "The name begins with a small letter.")],
            digest="d",
        )
    )
    page = client.get(f"/people/import/{stored(hr).id}")
    words = page.words("main")
    assert page.words("h1") == "1 person would change, 1 would come back and 1 would leave"
    for part in (
        "Billing", "<Ops>", "from 21 November 2026", "a correction", "what stood there before is not shown", "none",
        "41 people in the file are in Belay", "1 person who works here is not in the file", "Petra Skip",
        "Did you mean email?", "shoe size", "hired_on", "The name begins with a small letter.", "New teams 1",
    ):  # fmt: skip
        assert part in words, part
    assert "Take over 3 people" in words
    assert dict(page.form(ending="/apply").fields)["digest"] == "d"


def test_faults_come_first_in_the_order_of_rows_and_only_so_many(hr, client, planned):
    faults = [Fault(row, "level", "<L9>", "There is no such level.") for row in range(300, 2, -1)]
    faults.append(Fault(None, "", "", "The file ends in the middle."))
    planned(Plan(rows=400, faults=faults, faults_in_all=1234, digest="d"))
    page = client.get(f"/people/import/{stored(hr).id}")
    assert page.words("h1") == "1234 faults in this file"
    assert "Nothing can be taken over until they are mended." in page.words("main")
    rows = ["".join(cell.itertext()) for cell in page.all("td", class_="fault-row")]
    assert rows == ["the file", *(str(row) for row in range(3, 202))]
    assert "The first 200 of 1234. The other 1034 follow" in page.words("main")
    assert not page.has_form("/apply")
    assert page.has_form("/drop")
    assert page.has_form("/people/import")


def test_faults_can_be_taken_along_as_a_table_without_formulas(hr, client, planned):
    fault = Fault(7, "name", '=HYPERLINK("http://x.example")', "A name begins with a letter.")
    planned(Plan(rows=9, faults=[fault, Fault(None, "", "", "It ends.")], faults_in_all=2))
    page = client.get(f"/people/import/{stored(hr).id}/faults.csv")
    assert rows_of(page) == [
        ["row", "column", "value", "what is wrong"],
        ["", "", "", "It ends."],
        ["7", "name", '\'=HYPERLINK("http://x.example")', "A name begins with a letter."],
    ]


def test_changes_can_be_taken_along_as_a_table(hr, client, planned):
    fields = (
        FieldChange("team", "Billing", "@Ops", date(2026, 11, 21)),
        FieldChange("group:office", "", "Accra", is_hidden=True),
    )
    planned(Plan(rows=1, changes=[change(ChangeKind.CHANGED, 1, *fields)]))
    page = client.get(f"/people/import/{stored(hr).id}/changes.csv")
    assert rows_of(page)[1:] == [
        ["2", "X-1", "Person <1>", "changed", "team", "Billing", "'@Ops", "2026-11-21", ""],
        ["2", "X-1", "Person <1>", "changed", "group:office", "", "Accra", "", "old value not shown"],
    ]


def test_file_that_changes_nothing_offers_nothing_to_take_over(hr, client, planned):
    planned(Plan(rows=40, unchanged=40, digest="d"))
    page = client.get(f"/people/import/{stored(hr).id}")
    assert page.words("h1") == "Nothing would change"
    assert not page.has_form("/apply")


def test_long_lists_are_folded_and_the_longest_cut():
    plan = Plan(rows=600, changes=[change(ChangeKind.ADDED, number) for number in range(600)])
    (section,) = sections_of(plan)
    assert (len(section.first), len(section.folded), section.left_out, section.total) == (50, 450, 100, 600)


def test_page_of_a_large_file_stays_small(hr, client, planned):
    changes = [change(ChangeKind.ADDED, number, FieldChange("team", "", "Billing")) for number in range(5000)]
    unlisted = [Unlisted(f"T-{number}", "Somebody") for number in range(5000)]
    ignored = [IgnoredColumn(f"c{number}") for number in range(180)]
    planned(Plan(rows=5000, changes=changes, unlisted=unlisted, ignored=ignored, new_teams=["T"] * 900))
    page = client.get(f"/people/import/{stored(hr).id}")
    assert page.status == 200
    assert len(page.text) < 1_000_000


def test_addition_names_each_value_once_and_the_person_not_at_all():
    fields = [FieldChange("name", "", "Amara"), FieldChange("employee_id", "", "X-1"), FieldChange("team", "", "Ops")]
    shown = shown_change(change(ChangeKind.ADDED, 1, *fields))
    assert [(field.label, field.new, field.is_new) for field in shown.fields] == [("Team", "Ops", True)]


@pytest.mark.parametrize(
    ("counts", "would", "did"),
    [
        ({}, "", ""),
        ({"added": 1}, "1 person would be added", "1 person was added"),
        ({"changed": 2, "leaver": 1}, "2 people would change and 1 would leave",
         "2 people were changed and 1 was recorded as having left"),
        ({"returned": 1}, "1 person would come back", "1 person came back"),
    ],
)  # fmt: skip
def test_counts_are_said_in_one_sentence(counts, would, did):
    assert sentence_of(counts, WOULD) == would
    assert sentence_of(counts, DID) == did


def test_verdict_counts_each_person_once():
    plan = Plan(rows=3, changes=[change(ChangeKind.ADDED), change(ChangeKind.ADDED, 2), change(ChangeKind.LEAVER, 3)])
    assert counts_of(plan) == {"added": 2, "changed": 0, "leaver": 1, "returned": 0}
    assert preview_of(plan).verdict == "2 people would be added and 1 would leave"
    assert preview_of(replace(plan, changes=[], new_teams=["Ops"])).verdict == "1 team would be added"


def test_upload_that_is_not_there_is_missing(client):
    for act in ("", "/faults.csv", "/changes.csv"):
        assert client.get(f"/people/import/{uuid.uuid4()}{act}").status == 404
    for act in ("apply", "drop"):
        assert client.post(f"/people/import/{uuid.uuid4()}/{act}", {}).status == 404
    assert client.get("/people/import/x").status == 404


# Taking over and dropping ---------------------------------------------------------


def test_taking_over_shows_what_came_of_it_and_what_comes_next(client):
    preview = client.follow(upload(client, GOOD))
    done = client.send(preview.form(ending="/apply"))
    assert done.location
    page = client.follow(done)
    assert page.words("h1") == "2 people were added"
    assert "uploaded by Ruth Okonjo and taken over by Ruth Okonjo on 21 November 2026, 10:00" in page.words("main")
    assert "What comes next" in page.words("main")
    listed = client.get("/people/import")
    assert "2 people were added" in listed.words("main")
    assert "Amara Diallo" in client.get("/people/").text


def test_what_came_of_a_file_names_who_took_it_over_and_counts_who_is_not_in_it(client, client_for):
    preview = client.follow(upload(client, GOOD))
    second = client_for(make_person("Hanna Resources", roles=(Role.HR,)))
    page = second.follow(second.send(second.get(f"/people/import/{preview_id(preview)}").form(ending="/apply")))
    words = page.words("main")
    assert "uploaded by Ruth Okonjo and taken over by Hanna Resources on 21 November 2026, 10:00" in words
    assert "2 people who work here were not in the file and were left alone." in words


def preview_id(page: Page) -> str:
    """Return the id of the upload that a preview shows."""
    (form,) = [one for one in page.all("form") if (one.get("action") or "").endswith("/apply")]
    return (form.get("action") or "").split("/")[-2]


def test_next_step_asks_whether_to_invite_everybody_who_is_new(client):
    make_person("Has Account", password=PASSWORD)
    page = client.follow(client.send(client.follow(upload(client, GOOD)).form(ending="/apply")))
    (href,) = [link.get("href") for link in page.all("a") if "".join(link.itertext()).strip() == "Invite them"]
    asked = client.get(href)
    assert asked.status == 200
    form = asked.form("/admin/accounts/links")
    assert dict(form.fields)["everybody"] == "not-invited"
    shown = client.send(form).words("main")
    assert "Amara Diallo" in shown
    assert "Kofi Mensah" in shown
    assert "Has Account" not in shown


def test_taking_over_twice_does_it_once(client):
    form = client.follow(upload(client, GOOD)).form(ending="/apply")
    first = client.send(form)
    assert client.send(form).location == first.location
    assert client.send(form, idempotency_key=uuid.uuid4().hex).location == first.location
    assert client.follow(first).words("h1") == "2 people were added"


def test_same_file_again_changes_nothing(client):
    client.send(client.follow(upload(client, GOOD)).form(ending="/apply"))
    assert client.follow(upload(client, GOOD)).words("h1") == "Nothing would change"


def test_company_that_has_changed_since_is_shown_anew_and_nothing_is_taken_over(client):
    form = client.follow(upload(client, GOOD)).form(ending="/apply")
    client.send(client.follow(upload(client, GOOD.replace("Kofi Mensah", "Kofi A. Mensah"))).form(ending="/apply"))
    page = client.send(form)
    assert page.status == 409
    assert "The company has changed since this page was shown" in page.words("main")
    assert page.words("h1") == "1 person would change"
    assert client.send(page.form(ending="/apply")).status == 302


def test_conflict_told_by_the_rules_is_the_page_and_no_fault(hr, client, planned, monkeypatch):
    from app.people.actions import importing as actions

    def refuse(*_: object, **__: object) -> None:
        raise ConflictError("Changed.", stored={}, version=1)

    planned(Plan(rows=1, changes=[change(ChangeKind.ADDED)], digest="e"))
    monkeypatch.setattr(actions, "apply_import", refuse)
    row = stored(hr)
    page = client.post(f"/people/import/{row.id}/apply", {"digest": "d"})
    assert page.status == 409
    assert dict(page.form(ending="/apply").fields)["digest"] == "e"


@pytest.mark.parametrize("digest", ["", "x", "0" * 5000])
def test_outcome_that_was_not_shown_is_not_taken_over(client, digest):
    form = client.follow(upload(client, GOOD)).form(ending="/apply")
    assert client.send(form, digest=digest).status == 409
    assert db.session.query(PeopleImport).one().state is ImportState.PREVIEWED


def test_faulty_file_is_never_taken_over(client):
    page = client.follow(upload(client, FAULTY))
    row = db.session.query(PeopleImport).one()
    assert client.post(f"/people/import/{row.id}/apply", {"digest": "x"}).status == 409
    assert page.words("h1") == "1 fault in this file"


def test_dropping_forgets_the_file_and_changes_nothing(client):
    preview = client.follow(upload(client, GOOD))
    page = client.follow(client.send(preview.form(ending="/drop")))
    assert "is dropped. Nothing was changed" in page.words("main")
    row = db.session.query(PeopleImport).one()
    assert (row.state, row.content) == (ImportState.DROPPED, None)
    shown = client.get(f"/people/import/{row.id}")
    assert shown.words("h1") == "people.csv was not taken over"
    assert client.send(preview.form(ending="/drop")).status == 302
    assert client.send(preview.form(ending="/apply")).location.endswith(str(row.id))


def test_table_of_a_file_that_is_gone_is_missing(hr, client):
    row = stored(hr, content=None, state=ImportState.DROPPED)
    assert client.get(f"/people/import/{row.id}/faults.csv").status == 404
    assert client.get(f"/people/import/{row.id}/changes.csv").status == 404


def test_file_whose_content_was_forgotten_says_so(hr, client):
    row = stored(hr, content=None, uploaded_at=NOW - timedelta(days=2))
    page = client.get(f"/people/import/{row.id}")
    assert page.status == 200
    assert "it had waited for a day" in page.words("main")
    assert client.post(f"/people/import/{row.id}/apply", {"digest": "d"}).location.endswith(str(row.id))


def test_worker_forgets_what_has_waited_for_a_day_and_nothing_younger(hr):
    old, young = stored(hr, uploaded_at=NOW - timedelta(days=1, minutes=1)), stored(hr)
    kind = find_kind("people.forget_imports")
    assert kind is not None
    with transaction():
        kind.handler(Work(uuid.uuid4(), kind.name, {}, NOW, SYSTEM, lambda *_: None))
    db.session.expire_all()
    assert (old.state, old.content) == (ImportState.DROPPED, None)
    assert (young.state, young.content) == (ImportState.PREVIEWED, b"x")
    assert ("people.forget_imports", timedelta(hours=1)) in periodic_kinds()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\u202e", "x" * 100_000, "<script>", "\U0001f9d7"])
def test_odd_text_in_a_field_of_the_import_breaks_nothing(client, text):
    sendable = text.encode("utf-8", "replace").decode()
    # The page checker refuses a NUL that a page repeats, as the field of a day does.
    for name in ("replaces",) if "\x00" in text else ("from_on", "replaces"):
        page = upload(client, GOOD, **{name: sendable})
        assert page.status in {302, 422}
        assert "<script>" not in page.text
    row = db.session.query(PeopleImport).first()
    assert client.post(f"/people/import/{row.id}/apply", {"digest": sendable}).status == 409


def test_preview_asks_the_database_as_often_for_a_large_file_as_for_a_small_one(client):
    many = GOOD + "".join(f"Y-{number},Some Body{number},y{number}@larkspur.example\n" for number in range(500))
    small, large = upload(client, GOOD).location, upload(client, many).location
    few = count_queries(lambda: client.get(small))
    assert count_queries(lambda: client.get(large)) == few <= 12, few


def count_queries(work: Callable[[], object]) -> int:
    """Return how many statements a piece of work sends to the database."""
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    return len([statement for statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))])
