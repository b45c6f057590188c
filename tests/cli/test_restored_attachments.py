"""Attachments come back from a backup as they were: row, content and hash."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

from app.cli.backup.restore import restore
from app.evidence import attachments
from app.evidence.models import Attachment
from tests.cli.copies import take_copy
from tests.conftest import NOW
from tests.factories.evidence import make_company, share_piece
from tests.factories.files import GOOD, add_file
from tests.factories.people import SYSTEM


def test_files_of_a_piece_come_back_with_their_content_verified(app, settings, target, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    piece = share_piece(make_company().amara)
    added = {add_file(piece, name, content).stored_as: content for name, content in GOOD.items()}
    unfinished = attachments.path_of(next(iter(added))).with_suffix(attachments.UNFINISHED)
    unfinished.write_bytes(b"half")
    manifest = take_copy(tmp_path / "copy.belay", settings)
    assert set(added) <= {part.name for part in manifest.attachments}
    assert not any(part.name.endswith(attachments.UNFINISHED) for part in manifest.attachments)
    restore(tmp_path / "copy.belay", target.settings, replace=False, by=SYSTEM, at=NOW)
    engine = create_engine(target.settings.database_url, poolclass=NullPool)
    with engine.connect() as connection:
        rows = connection.execute(select(Attachment.stored_as, Attachment.sha256, Attachment.size)).all()
    engine.dispose()
    assert {row.stored_as for row in rows} == set(added)
    for row in rows:
        content = (target.settings.data_dir / attachments.FOLDER / row.stored_as).read_bytes()
        assert content == added[row.stored_as]
        assert (sha256(content).hexdigest(), len(content)) == (row.sha256, row.size)
