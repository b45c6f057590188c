"""F6: a disk of attachments that is full, read-only or broken. Row and file are both there, or neither is."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.domain.evidence_file import checked_file
from app.evidence import actions, attachments
from app.evidence.models import Attachment
from app.evidence.queries.attachments import which_are_named
from app.infra.db import db
from app.infra.unit_of_work import transaction
from tests.conftest import NOW
from tests.factories.evidence import Company, as_author, log_piece, make_company
from tests.factories.files import PDF, add_file, send_files, stored_files, upload

FAULTS = [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT]


@pytest.fixture
def company(app) -> Iterator[Company]:
    """Return Amara and those around her, and an empty folder of attachments."""
    shutil.rmtree(attachments.folder(), ignore_errors=True)
    yield make_company()
    shutil.rmtree(attachments.folder(), ignore_errors=True)


def count_rows(session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Attachment))


@pytest.mark.parametrize("fault", FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize("step", ["mkdir", "open", "fsync", "rename"])
def test_whatever_the_disk_refuses_nothing_is_added_and_the_page_says_so(
    company, client_for, session, monkeypatch, step, fault
):
    piece, client = log_piece(company.amara), client_for(company.amara)
    add_file(piece, "before.txt", b"before")
    form = client.get(f"/evidence/{piece.id}").form(ending="/files")
    if step == "mkdir":
        monkeypatch.setattr(attachments, "new_name", lambda: "zz")
        monkeypatch.setattr(attachments, "path_of", lambda _: attachments.folder() / "ff" / "one")

    def refuse(*_args: object, **_more: object) -> None:
        raise OSError(fault, os.strerror(fault))

    target = Path if step in {"mkdir", "rename"} else os
    with monkeypatch.context() as broken:
        broken.setattr(target, step, refuse)
        page = send_files(client, form.action, dict(form.fields), ("minutes.pdf", PDF))
    assert page.status == 503
    assert "The server could not store this" in page.words("span", id="files-error")
    assert page.has_form("/files")
    assert count_rows(session) == len(stored_files()) == 1
    monkeypatch.undo()
    again = upload(client, piece, ("minutes.pdf", PDF))
    assert again.status == 302
    assert count_rows(session) == len(stored_files()) == 2


def test_of_several_files_the_disk_took_only_the_first_and_none_stays(company, client_for, session, monkeypatch):
    piece, client = log_piece(company.amara), client_for(company.amara)
    kept = attachments._write

    def takes_one(path: Path, content: bytes) -> None:
        if content == b"two":
            raise OSError(errno.ENOSPC, "full")
        kept(path, content)

    monkeypatch.setattr(attachments, "_write", takes_one)
    page = upload(client, piece, ("one.txt", b"one"), ("two.txt", b"two"))
    assert page.status == 503
    assert count_rows(session) == 0
    assert stored_files() == []


def test_a_database_that_fails_before_the_commit_leaves_no_file(company, session):
    piece = log_piece(company.amara)
    with pytest.raises(RuntimeError), transaction():
        actions.add_files(piece, [checked_file("a.txt", b"a")], by=as_author(company.amara), at=NOW)
        assert len(stored_files()) == 1
        raise RuntimeError
    assert count_rows(session) == 0
    assert stored_files() == []


def test_a_commit_whose_end_is_not_known_keeps_the_file_for_the_sweep_to_judge(company, session):
    piece = log_piece(company.amara)

    def fail(_session: Session) -> None:
        raise OperationalError("COMMIT", {}, Exception("the connection was lost"))

    event.listen(Session, "before_commit", fail)
    try:
        with pytest.raises(OperationalError), transaction():
            actions.add_files(piece, [checked_file("a.txt", b"a")], by=as_author(company.amara), at=NOW)
    finally:
        event.remove(Session, "before_commit", fail)
    assert count_rows(session) == 0
    (orphan,) = stored_files()
    os.utime(orphan, (0, 0))
    assert attachments.sweep(which_are_named, NOW) == 1
    assert stored_files() == []


def test_a_removal_that_comes_to_nothing_keeps_row_and_file(company, session):
    row = add_file(log_piece(company.amara))
    with pytest.raises(RuntimeError), transaction():
        actions.remove_file(row, by=as_author(company.amara), at=NOW)
        raise RuntimeError
    assert count_rows(session) == len(stored_files()) == 1


def test_a_content_that_cannot_be_removed_is_swept_later(company, client_for, session, monkeypatch):
    row, client = add_file(log_piece(company.amara)), client_for(company.amara)
    form = client.get(f"/evidence/files/{row.id}/remove").form(ending="/remove")

    def refuse(*_args: object, **_more: object) -> None:
        raise PermissionError

    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", refuse)
        assert client.send(form).status == 302
    assert count_rows(session) == 0
    (left,) = stored_files()
    old = (NOW - timedelta(days=2)).timestamp()
    os.utime(left, (old, old))
    assert attachments.sweep(which_are_named, NOW) == 1


def test_uploads_at_once_never_pass_the_ten_of_a_piece(company, app, client_for, session):
    piece, client = log_piece(company.amara), client_for(company.amara)
    for number in range(7):
        add_file(piece, f"{number}.txt", b"%d" % number)
    form = client.get(f"/evidence/{piece.id}").form(ending="/files")
    fields = dict(form.fields)

    def send(number: int) -> int:
        with app.app_context():
            sender = client_for(None)
            sender.http.set_cookie("session", client.http.get_cookie("session").decoded_value)
            files = [(f"more{number}-{place}.txt", b"%d-%d" % (number, place)) for place in range(2)]
            status = send_files(sender, form.action, fields | {"idempotency_key": f"key{number}"}, *files).status
            db.session.remove()
            return status

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(send, range(4)))
    assert statuses == [302, 422, 422, 422]
    assert count_rows(session) == len(stored_files()) == 9
