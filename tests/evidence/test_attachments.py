"""The files of a piece on its page: adding, handing over, removing, and what that means for who has confirmed it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.evidence_file import MOST_BYTES
from app.evidence import actions, attachments, queries
from app.evidence.models import Attachment
from app.evidence.queries.attachments import which_are_named
from app.infra.unit_of_work import transaction
from app.jobs.kinds import find_kind, periodic_kinds
from tests.conftest import NOW
from tests.factories.evidence import AT, COACH, as_author, ask, confirm, log_piece, share_piece, stored, withdraw_piece
from tests.factories.files import GOOD, JPEG, PDF, PNG, add_file, download, send_files, stored_files, upload


@pytest.fixture(autouse=True)
def _no_files_left(app) -> Iterator[None]:
    yield
    for path in stored_files():
        path.unlink()


def rows(session):
    session.rollback()
    return session.scalars(select(Attachment).order_by(Attachment.added_at, Attachment.name)).all()


def files_of(client, piece):
    page = client.get(f"/evidence/{piece.id}")
    return ["".join(one.itertext()).strip() for one in page.all("a", class_="file-name")]


def tags(session):
    return [row.tag for row in session.scalars(select(AuditEvent).order_by(AuditEvent.seq)) if "attachment" in row.tag]


def counts_as_confirmed(piece):
    facts = queries.pieces_for_readiness([piece.subject_id])[piece.subject_id]
    return bool(facts[COACH][0].corroborators)


# Adding -----------------------------------------------------------------------------


def test_several_files_are_added_at_once_and_listed_with_kind_and_size(company, client_for, session):
    piece, client = log_piece(company.amara), client_for(company.amara)
    page = upload(client, piece, ("graph.png", PNG), ("minutes.pdf", PDF))
    assert (page.status, page.location) == (302, f"/evidence/{piece.id}")
    shown = client.follow(page)
    assert "“graph.png” and “minutes.pdf” are added." in shown.words()
    assert "PNG picture, 67 bytes" in shown.words("ul", class_="file-list")
    assert [(row.name, row.media_type, row.size) for row in rows(session)] == [
        ("graph.png", "image/png", len(PNG)),
        ("minutes.pdf", "application/pdf", len(PDF)),
    ]
    assert tags(session) == [Tag.ATTACHMENT_ADDED] * 2


def test_the_record_knows_that_a_file_was_added_and_not_what_it_is_called(company, session):
    add_file(log_piece(company.amara), "SECRET-name.txt", b"SECRET-words")
    details = "".join(session.scalars(select(AuditEvent.details)))
    assert "SECRET" not in details
    assert '"size":12' in details


def test_contents_lie_under_random_names_for_the_owner_alone(company):
    row = add_file(log_piece(company.amara), "minutes.pdf", PDF)
    (path,) = stored_files()
    assert path == attachments.folder() / row.stored_as
    assert "minutes" not in str(path)
    assert path.suffix == ""
    assert path.read_bytes() == PDF
    assert row.sha256 == sha256(PDF).hexdigest()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path.parent.parent)] == [0o700, 0o700]
    assert "static" not in path.parts


def test_one_wrong_file_keeps_all_of_them_away_and_every_fault_is_named(company, client_for, session):
    piece, client = log_piece(company.amara), client_for(company.amara)
    page = upload(client, piece, ("graph.png", PNG), ("page.html", b"<p>"), ("rows.csv", PNG))
    assert page.status == 422
    errors = page.words("span", id="files-error")
    assert "“page.html” cannot be added: a file is PDF, PNG, JPG, TXT, MD or CSV." in errors
    assert "“rows.csv” cannot be added: its name says CSV table, and its content is a PNG picture." in errors
    assert page.all("input", id="files", aria_invalid="true")
    assert "Nothing was added" in page.words("div", class_="error-summary")
    assert rows(session) == []
    assert stored_files() == []


def test_nothing_chosen_is_said_at_the_field(company, client_for):
    piece, client = log_piece(company.amara), client_for(company.amara)
    page = upload(client, piece)
    assert page.status == 422
    assert "Choose a file first." in page.words("span", id="files-error")
    assert client.post(f"/evidence/{piece.id}/files").status == 422
    assert client.post(f"/evidence/{piece.id}/files", {"files": "a text, and no file"}).status == 422


def test_ten_megabytes_and_a_byte_are_refused_with_the_form(company, client_for, session):
    piece, client = log_piece(company.amara), client_for(company.amara)
    page = upload(client, piece, ("notes.txt", b"x" * (MOST_BYTES + 1)))
    assert page.status == 413
    assert "“notes.txt” is larger than 10 MB." in page.words("span", id="files-error")
    assert page.has_form("/files")
    assert rows(session) == []
    assert upload(client, piece, ("notes.txt", b"x" * MOST_BYTES)).status == 302


def test_much_more_is_refused_before_it_is_read(company, client_for, session):
    piece, client = log_piece(company.amara), client_for(company.amara)
    page = upload(client, piece, ("notes.txt", b"x" * (MOST_BYTES + 100_000)))
    assert page.status == 413
    assert "at most 10 MB" in page.words()
    assert rows(session) == []


@pytest.mark.parametrize("who", ["manager", "hr", "stranger"])
def test_nobody_else_makes_the_server_read_ten_megabytes(company, client_for, who):
    piece, client = share_piece(company.amara), client_for(company.named(who))
    large = ("notes.txt", b"x" * 3_000_000)
    fields = {"csrf_token": client.token()}
    there = send_files(client, f"/evidence/{piece.id}/files", fields, large)
    gone = send_files(client, "/evidence/00000000-0000-4000-8000-000000000000/files", fields, large)
    assert (there.status, gone.status) == (413, 413)
    assert there.text == gone.text


def test_a_piece_takes_ten_files(company, client_for, session):
    piece, client = log_piece(company.amara), client_for(company.amara)
    assert upload(client, piece, *((f"{number}.txt", b"x%d" % number) for number in range(8))).status == 302
    page = upload(client, piece, *((f"more{number}.txt", b"x") for number in range(3)))
    assert page.status == 422
    said = "A piece has at most 10 files; this one has 8, and 3 were chosen."
    assert said in page.words("span", id="files-error")
    assert len(rows(session)) == len(stored_files()) == 8
    assert upload(client, piece, ("a.txt", b"a"), ("b.txt", b"b")).status == 302
    full = client.get(f"/evidence/{piece.id}")
    assert not full.has_form("/files")
    assert "Remove one to add another" in full.words()


def test_the_very_same_file_is_not_added_twice(company, client_for, session):
    piece, client = log_piece(company.amara), client_for(company.amara)
    upload(client, piece, ("notes.txt", b"one"))
    page = upload(client, piece, ("notes.txt", b"one"))
    assert "“notes.txt” is there already, with the same content." in page.words("span", id="files-error")
    assert upload(client, piece, ("notes.txt", b"two"), ("other.txt", b"one")).status == 302
    assert len(rows(session)) == 3


def test_a_submit_sent_twice_adds_once_and_another_file_under_the_same_key_is_another_submit(
    company, client_for, session
):
    piece, client = log_piece(company.amara), client_for(company.amara)
    form = client.get(f"/evidence/{piece.id}").form(ending="/files")
    fields = dict(form.fields)
    first = send_files(client, form.action, fields, ("notes.txt", b"one"))
    again = send_files(client, form.action, fields, ("notes.txt", b"one"))
    assert (first.status, again.status) == (302, 302)
    assert len(rows(session)) == 1
    assert send_files(client, form.action, fields, ("notes.txt", b"two")).status == 302
    assert len(rows(session)) == 2


def test_a_form_without_its_token_adds_nothing(company, client_for, session):
    piece, client = log_piece(company.amara), client_for(company.amara)
    for token in ("", client_for(company.peer).token()):
        page = send_files(client, f"/evidence/{piece.id}/files", {"csrf_token": token}, ("notes.txt", b"one"))
        assert page.status == 400
    assert rows(session) == []


@pytest.mark.parametrize("who", ["manager", "skip", "hr", "admin", "peer", "stranger"])
def test_only_the_author_adds_and_removes(company, client_for, session, who):
    piece, client = share_piece(company.amara), client_for(company.named(who))
    row = add_file(piece)
    fields = {"csrf_token": client.token()}
    assert send_files(client, f"/evidence/{piece.id}/files", fields, ("notes.txt", b"one")).status == 404
    for method in (client.get, client.post):
        assert method(f"/evidence/files/{row.id}/remove").status == 404
    assert len(rows(session)) == len(stored_files()) == 1


def test_odd_names_are_shown_as_text(company, client_for):
    piece, client = log_piece(company.amara), client_for(company.amara)
    name = "<img src=x onerror=alert(1)>" + "n" * 80 + ".txt"
    upload(client, piece, (name, b"x"), ("../../../app.py.txt", b"y"), ("cod\u202etxt.md", b"z"))
    assert sorted(files_of(client, piece)) == sorted([name, "app.py.txt", "codtxt.md"])
    assert "<img src=x" not in client.get(f"/evidence/{piece.id}").text


# Handing over -----------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD)
def test_a_file_comes_back_as_it_was_and_only_as_a_download(company, client_for, name):
    piece = share_piece(company.amara)
    row = add_file(piece, name, GOOD[name])
    client = client_for(company.manager)
    got = download(client, row)
    assert (got.status_code, got.data) == (200, GOOD[name])
    assert got.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["Content-Length"] == str(len(GOOD[name]))
    assert got.headers["Content-Type"].partition(";")[0] == row.media_type
    assert not {"ETag", "Last-Modified", "Accept-Ranges", "Set-Cookie"} & set(got.headers.keys())
    head = download(client, row, method="HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert dict(head.headers) == dict(got.headers)


def test_a_former_manager_has_the_files_of_their_time_and_a_colleague_those_of_the_piece(company, client_for):
    october = AT.replace(month=10)
    piece = share_piece(company.amara, on=october.date(), at=october)
    early, late = add_file(piece, "early.txt", at=october), add_file(piece, "late.txt", at=NOW)
    ask(piece, company.henrik)
    everything = ["early.txt", "late.txt"]
    for who, names in {"former": ["early.txt"], "henrik": everything, "manager": everything, "hr": everything}.items():
        client = client_for(company.named(who))
        assert files_of(client, piece) == names, who
        got = [download(client, row).status_code for row in (early, late)]
        assert got == [200, 200 if "late.txt" in names else 404], who
    withdraw_piece(piece)
    assert download(client_for(company.henrik), early).status_code == 404


def test_a_part_of_a_file_is_not_handed_over(company, client_for):
    row = add_file(share_piece(company.amara), "notes.txt", b"0123456789")
    got = client_for(company.amara).get(
        f"/evidence/files/{row.id}", headers={"Range": "bytes=2-4", "If-None-Match": "*"}
    )
    assert (got.status, got.response.data) == (200, b"0123456789")


def test_a_name_in_another_script_comes_back(company, client_for):
    row = add_file(share_piece(company.amara), "Grüße 山田.txt", b"x")
    got = client_for(company.amara).get(f"/evidence/files/{row.id}")
    assert got.headers["Content-Disposition"].endswith("filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%E5%B1%B1%E7%94%B0.txt")


def test_a_file_that_the_disk_has_lost_is_said_in_words(company, client_for):
    piece = share_piece(company.amara)
    row, client = add_file(piece), client_for(company.manager)
    (path,) = stored_files()
    path.write_bytes(b"shorter")
    os.truncate(path, 2)
    assert client.get(f"/evidence/files/{row.id}").status == 410
    path.unlink()
    page = client.get(f"/evidence/files/{row.id}")
    assert page.status == 410
    assert "The content of this file is not there" in page.words("main")
    assert "notes.txt" in page.words("h1")
    path.mkdir()
    assert client.get(f"/evidence/files/{row.id}").status in {410, 503}
    path.rmdir()
    assert client.get(f"/evidence/{piece.id}").status == 200


# Removing ---------------------------------------------------------------------------


def test_removing_asks_first_and_takes_row_and_content(company, client_for, session):
    piece, client = log_piece(company.amara), client_for(company.amara)
    address = f"/evidence/files/{add_file(piece, 'minutes.pdf', PDF).id}"
    asked = client.get(f"{address}/remove")
    assert "Remove “minutes.pdf”?" in asked.words("main")
    assert len(stored_files()) == 1
    page = client.send(asked.form(ending="/remove"))
    assert "“minutes.pdf” is removed." in client.follow(page).words()
    assert rows(session) == []
    assert stored_files() == []
    assert tags(session) == [Tag.ATTACHMENT_ADDED, Tag.ATTACHMENT_REMOVED]
    assert client.get(address).status == 404


def test_a_discarded_draft_takes_its_files_along(company, client_for, session):
    piece, client = log_piece(company.amara), client_for(company.amara)
    kept = add_file(log_piece(company.amara, "Another"), "kept.txt", b"kept")
    add_file(piece, "a.txt", b"a")
    add_file(piece, "b.txt", b"b")
    client.send(client.get(f"/evidence/{piece.id}/discard").form(ending="/discard"))
    assert [row.id for row in rows(session)] == [kept.id]
    assert [path.read_bytes() for path in stored_files()] == [b"kept"]


def test_a_withdrawn_piece_keeps_its_files_and_changes_none(company, client_for, session):
    piece, client = share_piece(company.amara), client_for(company.amara)
    row = add_file(piece)
    withdraw_piece(piece)
    page = client.get(f"/evidence/{piece.id}")
    assert files_of(client, piece) == ["notes.txt"]
    assert not page.has_form("/files")
    assert f"/evidence/files/{row.id}/remove" not in page.text
    assert client.get(f"/evidence/files/{row.id}/remove").status == 302
    assert client.post(f"/evidence/files/{row.id}/remove").status == 409
    assert (
        send_files(client, f"/evidence/{piece.id}/files", {"csrf_token": client.token()}, ("more.txt", b"x")).status
        == 409
    )
    assert len(rows(session)) == len(stored_files()) == 1


# What a colleague has confirmed -----------------------------------------------------


def test_a_file_more_or_less_is_a_change_of_what_a_colleague_confirmed(company):
    piece = share_piece(company.amara)
    confirm(piece, company.henrik)
    assert counts_as_confirmed(piece)
    row = add_file(piece, at=NOW)
    assert not counts_as_confirmed(piece)
    confirm(piece, company.henrik, at=NOW + timedelta(hours=1))
    assert counts_as_confirmed(piece)
    with transaction():
        actions.remove_file(row, by=as_author(company.amara), at=NOW + timedelta(hours=2))
    assert not counts_as_confirmed(piece)


def test_a_file_added_by_a_clock_that_was_put_back_is_a_change_all_the_same(company):
    piece = share_piece(company.amara)
    confirm(piece, company.henrik, at=NOW)
    add_file(piece, at=NOW - timedelta(hours=3))
    assert not counts_as_confirmed(piece)


def test_the_page_says_so_before_anything_is_sent(company, client_for):
    piece, client = share_piece(company.amara), client_for(company.amara)
    row = add_file(piece)
    said = "If you add or remove a file, that no longer counts"
    assert said not in client.get(f"/evidence/{piece.id}").words()
    confirm(piece, company.henrik)
    page = client.get(f"/evidence/{piece.id}")
    assert said in page.words()
    assert "Henrik Lindqvist confirmed this as it stands" in page.words()
    assert "no longer count afterwards" in client.get(f"/evidence/files/{row.id}/remove").words()


def test_who_answers_while_a_file_is_added_is_told_of_it(company):
    piece = share_piece(company.amara)
    before = stored(piece).version
    add_file(piece)
    assert stored(piece).version == before + 1


# Tidying up -------------------------------------------------------------------------


def test_the_sweep_takes_what_no_row_names_after_a_day_and_nothing_else(company):
    row = add_file(log_piece(company.amara))
    kept = attachments.path_of(row.stored_as)
    orphan, young = (attachments.path_of(attachments.new_name()) for _ in range(2))
    unfinished = orphan.with_name(orphan.name + attachments.UNFINISHED)
    foreign = attachments.folder() / "zz" / "somebody-else.pdf"
    for path in (orphan, young, unfinished, foreign):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    old = (NOW - timedelta(days=1, minutes=1)).timestamp()
    for path in (kept, orphan, unfinished, foreign):
        os.utime(path, (old, old))
    os.utime(young, (old + 120, old + 120))
    assert attachments.sweep(which_are_named, NOW) == 2
    assert set(stored_files()) == {kept, young, foreign}


def test_the_worker_sweeps_every_day(app):
    assert find_kind("evidence.sweep_files") is not None
    assert dict(periodic_kinds())["evidence.sweep_files"] == timedelta(days=1)


def test_the_sweep_bears_a_folder_that_is_not_there(app):
    assert attachments.sweep(which_are_named, NOW) == 0


@pytest.mark.parametrize("name", ["", "../belay.db", "ab/../../belay.db", "/etc/passwd", "ab/" + "g" * 30, "ab"])
def test_no_stored_name_leads_out_of_the_folder(app, name):
    with pytest.raises(attachments.StorageError):
        attachments.path_of(name)


def test_photographs_are_taken_as_they_are(company, client_for):
    row = add_file(share_piece(company.amara), "board.jpeg", JPEG)
    assert row.media_type == "image/jpeg"
