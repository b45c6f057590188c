"""The log: one line an event, which request and what class of fault, and nothing that anybody wrote."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from app.access.actor import Role
from app.audit.actions import Author, log
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.infra import logs
from app.infra.db import db
from app.infra.unit_of_work import transaction
from tests.conftest import NOW
from tests.factories.people import PASSWORD, make_person

CANARY = "canary-7f3a"
DIRECTORY = "app.people.queries.list_directory"


class Lines:
    """What was logged, as lines."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def forget(self) -> None:
        """Forget what was logged until now."""
        self.stream.seek(0)
        self.stream.truncate()

    def json(self, logger: str = "") -> list[dict[str, object]]:
        """Return every line, or those of one logger; each must be JSON."""
        found = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in found if not logger or line["logger"] == logger]


@pytest.fixture
def restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    before, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.raiseExceptions = raising


@pytest.fixture
def lines(restore_logging) -> Lines:
    """Return the log of this test, as JSON."""
    found = Lines()
    logs.set_up("json", stream=found.stream)
    return found


@pytest.fixture
def readable(restore_logging) -> Lines:
    """Return the log of this test, for people."""
    found = Lines()
    logs.set_up("text", stream=found.stream)
    return found


def test_a_request_is_one_line_with_its_route_and_not_its_address(app, client_for, lines):
    person = make_person(CANARY)
    lines.forget()
    client_for(person).get(f"/evidence/new?expectation={CANARY}")
    (line,) = lines.json("belay.access")
    assert (line["method"], line["route"], line["status"]) == ("GET", "/evidence/new", 200)
    assert line["person_id"] == str(person.id)
    assert line["ms"] >= 0
    assert len(line["request_id"]) == 16
    assert line["time"].endswith("Z")
    assert CANARY not in lines.text


def test_an_address_that_does_not_exist_has_no_route(app, client_for, lines):
    client_for(None).get(f"/{CANARY}")
    (line,) = lines.json("belay.access")
    assert (line["route"], line["status"], line["person_id"]) == (None, 404, None)


def test_probes_and_files_that_are_well_leave_no_line(app, client_for, lines):
    client = client_for(None).http
    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz/live").status_code == 200
    assert lines.text == ""


def test_nothing_that_somebody_wrote_gets_into_the_log(app, client_for, lines, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    person = make_person(f"Name {CANARY}", password=f"{CANARY} {PASSWORD}", roles=(Role.HR,))
    email = person.email
    visitor = client_for(None)
    form = visitor.get(f"/login?next=/people/?q={CANARY}").form("/login")
    visitor.send(form, email=email, password=f"{CANARY} {PASSWORD}")
    visitor.send(form, email=f"{CANARY}@x.example", password=CANARY)
    for address in (f"/invite/{CANARY}", f"/reset/{CANARY}", "/reset"):
        visitor.get(address)
        visitor.post(address, {"email": f"{CANARY}@x.example", "password": CANARY})
    inside = client_for(person)
    cookie = inside.http.get_cookie("session").value
    inside.get(f"/people/?q={CANARY}")
    inside.get("/", headers={"Referer": f"https://{CANARY}.example/", "User-Agent": CANARY})
    inside.post("/evidence/", {"title": CANARY, "narrative": CANARY, CANARY: CANARY})
    inside.post("/account/password", {"old_password": CANARY, "password": CANARY, "again": CANARY})
    inside.post("/evidence/", {"title": CANARY}, token=False)
    inside.http.open(f"/{CANARY}", method="TRACE")

    def break_down(*_: object, **__: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(DIRECTORY, break_down)
    assert inside.http.get(f"/people/?q={CANARY}").status_code == 500
    told = lines.text
    assert len(lines.json("belay.access")) >= 9
    assert [line for line in told.splitlines() if CANARY in line] == []
    for secret in (email, cookie, cookie.split(".")[1], PASSWORD, "old_password", str(app.secret_key)):
        assert secret not in told


def test_a_fault_has_its_reference_its_class_and_the_lines_that_led_there(app, client_for, lines, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    def break_down(*_: object, **__: object) -> None:
        try:
            db.session.execute(text("select 1 from no_such_table where x = :x"), {"x": CANARY})
        except SQLAlchemyError as error:
            raise ValueError(CANARY) from error

    monkeypatch.setattr(DIRECTORY, break_down)
    page = client_for(make_person()).http.get("/people/")
    assert page.status_code == 500
    (line,) = lines.json("app.infra.errors")
    reference = line["message"].rpartition(" ")[2]
    assert reference in page.text
    assert line["fault"][0] == "ValueError"
    assert line["fault"][1].startswith(("OperationalError", "ProgrammingError"))
    assert any(place.startswith("tests/infra/test_logs.py:") for place in line["trace"])
    assert line["route"] == "/people/"
    assert CANARY not in lines.text


def test_every_audit_row_has_a_second_copy_after_its_commit(app, session, lines):
    person = make_person()
    lines.forget()
    with pytest.raises(ZeroDivisionError), transaction():
        log(Tag.SIGN_OUT, by=Author(person.id, address="10.0.0.7"), at=NOW)
        _ = 1 / 0
    assert lines.json("belay.audit") == []
    with transaction():
        log(Tag.SIGN_OUT, by=Author(person.id, address="10.0.0.7"), at=NOW, subject_id=person.id, word=CANARY)
    (line,) = lines.json("belay.audit")
    row = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
    assert (line["seq"], line["tag"], line["hash"]) == (row.seq, "auth:session:close", row.hash)
    assert (line["actor_id"], line["subject_id"]) == (str(person.id), str(person.id))
    assert CANARY not in lines.text
    assert "10.0.0.7" not in lines.text


NASTY = "one\r\ntwo\x1b[2J\x00\u2028three\x85"


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_no_text_begins_a_line_of_its_own(restore_logging, log_format):
    found = Lines()
    logs.set_up(log_format, stream=found.stream)
    logging.getLogger("app.test").warning("said %s", NASTY, extra=logs.fields(word=NASTY))
    assert len(found.text.splitlines()) == 1
    assert "\x1b" not in found.text
    assert "\x00" not in found.text


def test_of_libraries_only_the_pattern_and_its_numbers_are_told(lines):
    library = logging.getLogger("gunicorn.error")
    library.propagate = True
    library.error("Error handling request %s %s", "GET", f"/people/?q={CANARY}")
    library.error("Worker (pid:%s) was sent %s!", 17, CANARY)
    library.error(f"Invalid request from ip=10.0.0.7: {CANARY}")
    library.error(ValueError(CANARY))
    library.error("broken %d pattern", CANARY)
    assert [line["message"] for line in lines.json()] == [
        "Error handling request … …",
        "Worker (pid:17) was sent …!",
        "Invalid request from ip",
        "ValueError",
        "broken %d pattern",
    ]


def fail() -> None:
    raise OSError(28, CANARY, f"/{CANARY}")


def test_people_read_a_fault_without_what_it_says(readable):
    try:
        fail()
    except OSError:
        logging.getLogger("app.test").exception("it broke")
    told = readable.text.splitlines()
    assert told[0].endswith("ERROR   app.test: it broke")
    assert told[-1] == "    OSError (28)"
    assert any("in fail" in line for line in told)
    assert CANARY not in readable.text


def test_the_demo_reads_what_a_fault_says_too(restore_logging):
    found = Lines()
    logs.set_up("text", with_messages=True, stream=found.stream)
    try:
        fail()
    except OSError:
        logging.getLogger("app.test").exception("it broke")
    assert CANARY in found.text


def test_the_log_goes_to_standard_error_once(restore_logging):
    logs.set_up("json")
    handler = logs.set_up("json")
    assert logging.getLogger().handlers == [handler]
    assert handler.stream is sys.stderr
