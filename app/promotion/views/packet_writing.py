"""Writing a packet: its words, handing it in, taking over what an earlier one had."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import requires
from app.access.permissions import Permission
from app.domain.errors import MissingError
from app.domain.packets import LONGEST
from app.infra.clock import now, today
from app.infra.unit_of_work import writes
from app.promotion.actions import packets as actions
from app.promotion.actions.packet_writing import citation_faults, why_not_writing
from app.promotion.forms.packet import PacketForm, StatementForm, as_id
from app.promotion.models import PacketPart, PacketSection, PromotionCase
from app.promotion.packet_pages import packet_view
from app.promotion.packet_steps import packet_head, words_in
from app.promotion.queries.packet_content import compose_packet
from app.promotion.queries.packets import list_earlier, sections_of
from app.promotion.views.blueprint import author, bp, load_case


def elsewhere(case: PromotionCase) -> ResponseReturnValue:
    """Lead to where a packet that cannot be written is read, or to its case where none can be."""
    flash(why_not_writing(case, now()), "warn")
    if case.is_in:
        return redirect(url_for("promotion.show_packet", case_id=case.id))
    return redirect(url_for("promotion.show_packet_draft", case_id=case.id))


@bp.get("/cases/<uuid:case_id>/packet/write")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
def write_packet(case: PromotionCase) -> ResponseReturnValue:
    """Show the candidate the words of the packet."""
    if why_not_writing(case, now()):
        return elsewhere(case)
    return _words_page(case, PacketForm(data=words_in(sections_of(case.id, case.subject_id))))


@bp.post("/cases/<uuid:case_id>/packet/write")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
@writes
def save_packet(case: PromotionCase) -> ResponseReturnValue:
    """Keep the words, as the button sends them, and go on to the step that was chosen."""
    form = PacketForm()
    if not form.validate() or not form.attempt(
        actions.save_parts, case, form.words(), revision=form.row_version(), by=author(), at=now()
    ):
        return _words_page(case, form)
    flash("Your words are saved. Only you and HR can read them until you hand in.", "good")
    target = "promotion.choose_evidence" if request.form.get("next") == "evidence" else "promotion.write_packet"
    return redirect(url_for(target, case_id=case.id))


@bp.post("/cases/<uuid:case_id>/packet/write/draft")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
@writes
def autosave_packet(case: PromotionCase) -> ResponseReturnValue:
    """Keep the candidate's words, as scripts send them."""
    return autosave(case, PacketForm())


def autosave(case: PromotionCase, form: PacketForm | StatementForm) -> Response:
    """Keep a draft that a script sent; one part that is at fault is named, and keeps nothing else from being stored."""
    form.validate()
    words, fault = form.leave_faults_out()
    if not words or not form.is_frame_sound():
        return make_response({"error": fault or "What was sent is not a draft of this page."}, 422)
    kept = actions.save_parts(
        case,
        words,
        revision=form.row_version(),
        window=form.window.data or "",
        sequence=form.sequence.data or 0,
        by=author(),
        at=now(),
    )
    saved = {"saved_at": kept.saved_at.isoformat(), "sequence": kept.sequence, "version": kept.revision}
    return make_response(saved | {"left_out": fault} if fault else saved)


def _words_page(case: PromotionCase, form: PacketForm, *, is_handing_in: bool = False) -> ResponseReturnValue:
    sections, head = sections_of(case.id, case.subject_id), packet_head(case)
    page = render_template(
        "promotion/packet_write.html",
        case=case,
        head=head,
        is_handing_in=is_handing_in,
        # Before a piece is chosen no number can be right, and the page says so at the first field.
        faults=citation_faults(words_in(sections), head.chosen) if head.chosen and not form.errors else {},
        form=form,
        sections=sections,
        revision=form.row_version()
        if form.is_submitted()
        else max((one.revision for one in sections.values()), default=0),
        sequence=max((one.sequence for one in sections.values()), default=0),
        saved_at=max((one.saved_at for one in sections.values()), default=None),
        earlier=list_earlier(case),
        longest=LONGEST,
    )
    return make_response(page, form.status)


def last_of(sections: Mapping[PacketPart, PacketSection], name: str) -> Any:  # noqa: ANN401 - a number or a moment
    """Return the greatest value of a column among what an author has written; None before anything is."""
    return max((getattr(one, name) for one in sections.values()), default=None)


@bp.post("/cases/<uuid:case_id>/packet/copy")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
@writes
def copy_packet(case: PromotionCase) -> ResponseReturnValue:
    """Take over texts and choices of an earlier packet of one's own, into what is still empty."""
    taken = actions.copy_earlier(case, sent_id("earlier"), by=author(), at=now())
    if taken:
        flash(f"Taken over: {taken}. Read it again: it was written for another cycle.", "good")
    else:
        flash("Nothing was taken over: what is written and chosen here already stays as it is.", "warn")
    return redirect(url_for("promotion.write_packet", case_id=case.id))


def sent_id(name: str) -> uuid.UUID:
    """Return the id that a field carries; MissingError where it carries none."""
    found = as_id(request.form.get(name, ""))
    if found is None:
        raise MissingError
    return found


# Handing in ------------------------------------------------------------------------------


@bp.get("/cases/<uuid:case_id>/packet/submit")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
def ask_before_submitting(case: PromotionCase) -> ResponseReturnValue:
    """Ask once more, and show what is empty."""
    if why_not_writing(case, now()):
        return elsewhere(case)
    packet = compose_packet(case, on=today())
    head, faults = packet_head(case, packet), citation_faults(packet["parts"], len(packet["pieces"]))
    return render_template(
        "promotion/packet_submit.html", case=case, head=head, view=packet_view(packet), faults=faults
    )


@bp.post("/cases/<uuid:case_id>/packet/submit")
@requires(Permission.Case.WRITE_PACKET, on=load_case)
@writes
def submit_packet(case: PromotionCase) -> ResponseReturnValue:
    """Hand the packet in; what keeps it from that stands at its part."""
    sections = sections_of(case.id, case.subject_id)
    form = PacketForm(formdata=None, data=words_in(sections) | {"version": str(last_of(sections, "revision") or 0)})
    # The act returns nothing; what it refuses stands in the form.
    form.attempt(actions.submit_packet, case, by=author(), at=now())
    if form.errors:
        return _words_page(case, form, is_handing_in=True)
    flash("Your packet is in. Nothing of it changes any more; you see here who reads it.", "good")
    return redirect(url_for("promotion.show_packet", case_id=case.id))
