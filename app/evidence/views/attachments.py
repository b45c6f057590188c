"""The files of a piece: adding them, handing one over, taking one off."""

from __future__ import annotations

import uuid

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import may, requires
from app.access.large_requests import takes_at_most
from app.access.permissions import Permission
from app.domain.errors import MissingError, NotAllowedNowError
from app.domain.evidence_file import MOST_BYTES, disposition
from app.evidence import actions, attachments
from app.evidence.file_forms import FilesForm
from app.evidence.models import Evidence
from app.evidence.queries.attachments import AttachedFile, get_attached_file
from app.evidence.views.blueprint import author, bp, load_piece
from app.evidence.views.life import piece_page
from app.infra.clock import now
from app.infra.templating import join_words, plural
from app.infra.unit_of_work import writes

MOST_SENT = MOST_BYTES + 64 * 1024
"""The files, and room for the other fields around them."""
GONE, UNAVAILABLE = 410, 503
SANDBOX = "sandbox; default-src 'none'"


def load_file(file_id: uuid.UUID) -> AttachedFile:
    """Return the file of an address, as the policy sees it."""
    return get_attached_file(file_id)


@bp.post("/evidence/<uuid:evidence_id>/files")
@takes_at_most(MOST_SENT, on=load_piece)
@requires(Permission.Evidence.EDIT, on=load_piece)
@writes
def add_files(piece: Evidence) -> ResponseReturnValue:
    """Add files to a piece of one's own."""
    form = FilesForm()
    added = form.attach(piece, by=author(), at=now())
    if added is None:
        return piece_page(piece, form)
    names = join_words([f"“{row.name}”" for row in added])
    flash(f"{names} {plural(len(added), 'is', 'are')} added.", "good")
    return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))


@bp.get("/evidence/files/<uuid:file_id>")
@requires(Permission.Evidence.READ, on=load_file)
def download_file(file: AttachedFile) -> ResponseReturnValue:
    """Hand a file over, to whoever may read the piece as well; a browser never shows it as a page of ours."""
    if not may(Permission.Evidence.READ, file.piece):
        raise MissingError
    try:
        content = attachments.open_content(file.row.stored_as, file.row.size)
    except attachments.StorageError as error:
        page = render_template("evidence/file_missing.html", file=file, is_gone=error.is_gone)
        return make_response(page, GONE if error.is_gone else UNAVAILABLE)
    response = Response(attachments.parts_of(content), direct_passthrough=True, mimetype=file.row.media_type)
    if request.method == "HEAD":
        content.close()
    response.content_length = file.row.size
    response.headers["Content-Disposition"] = disposition(file.row.name)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@bp.get("/evidence/files/<uuid:file_id>/remove")
@requires(Permission.Evidence.EDIT, on=load_file)
def ask_before_removing_file(file: AttachedFile) -> ResponseReturnValue:
    """Ask whether to take a file off its piece, and say what follows from it."""
    try:
        actions.check_may_be_removed(file.piece)
    except NotAllowedNowError as refusal:
        flash(refusal.message)
        return redirect(url_for("evidence.show_evidence", evidence_id=file.piece.id))
    return render_template("evidence/file_remove.html", file=file, piece=file.piece)


@bp.post("/evidence/files/<uuid:file_id>/remove")
@requires(Permission.Evidence.EDIT, on=load_file)
@writes
def remove_file(file: AttachedFile) -> ResponseReturnValue:
    """Take a file off its piece."""
    name, evidence_id = file.row.name, file.piece.id
    actions.remove_file(file.row, by=author(), at=now())
    flash(f"“{name}” is removed.")
    return redirect(url_for("evidence.show_evidence", evidence_id=evidence_id))
