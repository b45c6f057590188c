"""The pages of the import of evidence: a preview that stores nothing, then all of it or nothing, and never twice."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.evidence.import_file import MOST_BYTES
from app.evidence.models import Evidence, EvidenceLink
from app.infra.db import db
from tests.client import Client, Page
from tests.factories.evidence import log_piece, share_piece, withdraw_piece

HEADER = "source_id,kind,title,link,occurred_on\n"
GOOD = (
    HEADER
    + "7,pull request,Refunds keep their currency,https://code.example/7,2026-11-03\n"
    + "8,incident,=Traced it,https://desk.example/8,2026-10-14\n"
)


def look(client: Client, content: str | bytes, name: str = "pieces.csv") -> Page:
    form = client.get("/evidence/import").form("/evidence/import")
    body = content if isinstance(content, bytes) else content.encode()
    sent = {**dict(form.fields), "file": FileStorage(io.BytesIO(body), filename=name)}
    boundary, data = encode_multipart(sent)
    return client._open("POST", form.action, data=data, content_type=f"multipart/form-data; boundary={boundary}")


def take_over(client: Client, content: str | bytes) -> Page:
    return client.send(look(client, content).form(ending="/apply"))


def pieces(session):
    session.rollback()
    return session.scalars(select(Evidence).order_by(Evidence.number)).all()


def test_the_page_says_what_a_file_looks_like_and_hands_out_examples_that_work(company, client_for, session):
    client = client_for(company.amara)
    page = client.get("/evidence/import")
    assert "become private drafts of yours" in page.words("main")
    for ending in ("csv", "json"):
        example = client.get(f"/evidence/import/example.{ending}")
        assert example.headers["Content-Disposition"].startswith("attachment")
        assert "2 drafts would be added" in look(client, example.response.data, f"a.{ending}").words("h1")
    assert pieces(session) == []


def test_one_s_own_list_leads_there(company, client_for):
    assert client_for(company.amara).get("/evidence/").all("a", href="/evidence/import")


def test_a_preview_shows_what_would_be_added_and_stores_nothing(company, client_for, session):
    page = look(client_for(company.amara), GOOD)
    assert page.status == 200
    assert "Refunds keep their currency" in page.words("main")
    assert "Pull request" in page.words("main")
    assert pieces(session) == []


def test_taken_over_the_rows_are_private_drafts_with_one_row_in_the_record(company, client_for, session):
    log_piece(company.amara, "Before")
    client = client_for(company.amara)
    page = take_over(client, GOOD)
    assert (page.status, page.location) == (302, "/evidence/?state=draft")
    assert "2 drafts added" in client.follow(page).words()
    added = pieces(session)[1:]
    assert [(one.number, one.title, one.state, one.subject_id) for one in added] == [
        (2, "Refunds keep their currency", "draft", company.amara.id),
        (3, "=Traced it", "draft", company.amara.id),
    ]
    links = session.scalars(select(EvidenceLink.url).order_by(EvidenceLink.url)).all()
    assert links == ["https://code.example/7", "https://desk.example/8"]
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.EVIDENCE_IMPORTED))
    assert json.loads(event.details) == {"count": 2, "first": 2, "known": 0}
    assert client_for(company.manager).get(f"/evidence/{added[0].id}").status == 404


def test_the_same_file_again_changes_nothing(company, client_for, session):
    client = client_for(company.amara)
    take_over(client, GOOD)
    again = look(client, GOOD)
    assert "Nothing would be added" in again.words("h1")
    assert "E-1, Refunds keep their currency" in again.words("main")
    assert not again.has_form("/apply")
    assert len(pieces(session)) == 2


@pytest.mark.parametrize("make", [log_piece, share_piece, "withdrawn"])
def test_a_link_of_a_piece_in_any_state_is_recognised(company, client_for, session, make):
    piece = (share_piece if make == "withdrawn" else make)(company.amara, links=("https://CODE.example/7/",))
    if make == "withdrawn":
        withdraw_piece(piece)
    page = look(client_for(company.amara), GOOD)
    assert "1 draft would be added" in page.words("h1")
    assert "E-1, Paired with Chioma" in page.words("main")


def test_what_others_have_logged_is_neither_recognised_nor_shown(company, client_for, session):
    share_piece(company.peer, "SECRET-title", links=("https://code.example/7",))
    page = look(client_for(company.amara), GOOD)
    assert "2 drafts would be added" in page.words("h1")
    assert "SECRET" not in page.text


def test_a_fault_keeps_everything_away_and_is_named(company, client_for, session):
    page = look(client_for(company.amara), GOOD + "9,deed,<b>Bold</b>,https://a.example/9,2026-11-30\n")
    assert page.status == 422
    assert "2 faults keep this file from being taken over" in page.words("h1")
    assert "deed" in page.words("table")
    assert not page.has_form("/apply")
    assert page.has_form("/evidence/import")
    assert pieces(session) == []


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [(None, 422, "Choose the file first."), (b"x" * (MOST_BYTES + 1), 413, "larger than 2 MB")],
)
def test_no_file_and_too_large_a_file_are_said_at_the_field(company, client_for, content, status, said):
    client = client_for(company.amara)
    page = client.post("/evidence/import", {}) if content is None else look(client, content)
    assert page.status == status
    assert said in page.words("span", id="file-error")


def test_much_more_is_refused_before_it_is_read(company, client_for):
    page = look(client_for(company.amara), b"x" * (MOST_BYTES + 100_000))
    assert page.status == 413


def test_an_empty_table_is_said(company, client_for):
    page = look(client_for(company.amara), HEADER)
    assert page.status == 200
    assert "The file holds no piece" in page.words("main")


def test_evidence_that_changed_since_the_preview_is_shown_once_more(company, client_for, session):
    client = client_for(company.amara)
    form = look(client, GOOD).form(ending="/apply")
    log_piece(company.amara, "Meanwhile", links=("https://code.example/7",))
    page = client.send(form)
    assert page.status == 409
    assert "Your evidence has changed since" in page.words("main")
    assert len(pieces(session)) == 1
    client.send(page.form(ending="/apply"))
    assert [one.title for one in pieces(session)] == ["Meanwhile", "=Traced it"]


@pytest.mark.parametrize("changed", [{"carried": "x"}, {"carried": None}, {"carried": "\x00"}])
def test_a_preview_that_lost_its_file_adds_nothing(company, client_for, session, changed):
    client = client_for(company.amara)
    page = client.send(look(client, GOOD).form(ending="/apply"), **changed)
    assert page.status == 422
    assert "did not bring the file back" in page.words("main")
    assert pieces(session) == []


def test_another_digest_adds_nothing(company, client_for, session):
    client = client_for(company.amara)
    assert client.send(look(client, GOOD).form(ending="/apply"), digest="x").status == 409
    assert pieces(session) == []


def test_the_same_file_taken_over_at_once_adds_each_piece_once(company, app, client_for, session):
    client = client_for(company.amara)
    forms = [look(client, GOOD).form(ending="/apply") for _ in range(4)]
    cookie = client.http.get_cookie("session").decoded_value

    def send(form) -> int:
        http = app.test_client()
        http.set_cookie("session", cookie)
        return Context().run(http.post, form.action, data=dict(form.fields)).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(send, forms))
    assert statuses == [302, 409, 409, 409]
    assert session.scalar(select(func.count()).select_from(Evidence)) == 2
    db.session.rollback()
