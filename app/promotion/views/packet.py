"""Reading a packet: as a page, on paper, as a file; who has read it, and what was added beside it."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.errors import MissingError
from app.infra.clock import now, today
from app.infra.pdf import download
from app.infra.unit_of_work import writes
from app.promotion.actions import packets as actions
from app.promotion.actions.packet_writing import citation_faults
from app.promotion.forms.packet import AdditionForm
from app.promotion.models import PromotionCase
from app.promotion.packet_pages import PacketView, packet_view
from app.promotion.packet_pdf import file_name, packet_pdf
from app.promotion.queries.packet_reading import additions_for, is_blind_to_ratings, packet_for, reads_all
from app.promotion.queries.packets import frozen_text_of, is_unchanged, readers_of
from app.promotion.views.blueprint import author, bp, load_case

UNSEEN = "You read it once both your packet and the statement are in."
OTHERS = "This is not shown to you."
NOT_YET = "No statement is in yet."


@bp.get("/cases/<uuid:case_id>/packet")
@requires(Permission.Case.READ_PACKET, on=load_case)
def show_packet(case: PromotionCase) -> ResponseReturnValue:
    """Show a packet that is in. That somebody else has read it is written down, once a day."""
    actions.record_reading(case, by=author(), at=now())
    return _packet_page(case)


@bp.get("/cases/<uuid:case_id>/packet/draft")
@requires(Permission.Case.READ_DRAFT, on=load_case)
def show_packet_draft(case: PromotionCase) -> ResponseReturnValue:
    """Show what stands in a packet that is not in: to the candidate as others will read it, and to HR."""
    if case.is_in:
        return redirect(url_for("promotion.show_packet", case_id=case.id))
    actions.record_reading(case, by=author(), at=now())
    return _packet_page(case)


def _packet_page(case: PromotionCase, form: AdditionForm | None = None) -> ResponseReturnValue:
    is_own = may(Permission.Case.READ_READERS, case)
    view = view_of(case)
    page = render_template(
        "promotion/packet.html",
        case=case,
        view=view,
        faults={} if case.is_in else citation_faults(_own_words(view), len(view.pieces)),
        is_own=is_own,
        is_blind=is_blind_to_ratings(actor(), case),
        is_intact=case.frozen_at is None or is_unchanged(case),
        reads_all=reads_all(actor(), case),
        readers=readers_of(case) if is_own and case.is_in else [],
        additions=additions_for(actor(), case) if case.frozen_at else [],
        may_add=may_add(case),
        why_not_incomplete=actions.why_not_incomplete(case, today()),
        form=form,
    )
    return Response(page, form.status if form else 200)


def _own_words(view: PacketView) -> dict[str, str]:
    return {part.id: part.words for part in view.parts if part.id != "statement"}


def view_of(case: PromotionCase) -> PacketView:
    """Return the packet in words, as the person who asks may read it."""
    is_own = actor().person_id == case.subject_id
    if case.statement_at is None:
        no_statement = "" if case.frozen_at else NOT_YET
    else:
        no_statement = UNSEEN if is_own and not case.is_in else OTHERS
    return packet_view(packet_for(actor(), case), digest=case.digest or "", no_statement=no_statement)


def may_add(case: PromotionCase) -> bool:
    """Say whether somebody may add something beside the packet: until the candidate was told, decided or not."""
    return may(Permission.Case.ADD_TO_PACKET, case) and case.frozen_at is not None and case.is_open_to_withdrawal


@bp.get("/cases/<uuid:case_id>/packet.pdf")
@requires(Permission.Case.READ_PACKET, on=load_case)
def download_packet(case: PromotionCase) -> ResponseReturnValue:
    """Hand the packet over as a file, with what the page shows."""
    at = now()
    answer = download(packet_pdf(view_of(case), additions_for(actor(), case), at=at), file_name(case))
    actions.record_reading(case, by=author(), at=at, as_file=True)
    return answer


@bp.get("/cases/<uuid:case_id>/packet.json")
@requires(Permission.Case.READ_PACKET, on=load_case)
def download_packet_text(case: PromotionCase) -> ResponseReturnValue:
    """Hand over the very text that was hashed, so that anybody can check its SHA-256 without Belay."""
    text = frozen_text_of(case.id)
    if text is None or not reads_all(actor(), case):
        raise MissingError
    response = Response(text.encode(), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(case, "json")}"'
    response.headers["Cache-Control"] = "no-store"
    actions.record_reading(case, by=author(), at=now(), as_file=True)
    return response


# Beside the packet -----------------------------------------------------------------------


@bp.get("/cases/<uuid:case_id>/packet/add")
@requires(Permission.Case.ADD_TO_PACKET, on=load_case)
def show_addition(case: PromotionCase) -> ResponseReturnValue:
    """Ask what is to stand beside the packet, and why it comes late."""
    return _addition_page(case, AdditionForm())


@bp.post("/cases/<uuid:case_id>/packet/add")
@requires(Permission.Case.ADD_TO_PACKET, on=load_case)
@writes
def add_to_packet(case: PromotionCase) -> ResponseReturnValue:
    """Add something beside the frozen packet, with its reason."""
    form = AdditionForm()
    if not form.validate() or not form.attempt(
        actions.add_beside, case, form.words.data, form.reason.data, by=author(), at=now()
    ):
        return _addition_page(case, form)
    flash("It stands beside the packet now. The packet itself is unchanged.", "good")
    return redirect(url_for("promotion.show_packet", case_id=case.id, _anchor="h-additions"))


def _addition_page(case: PromotionCase, form: AdditionForm) -> ResponseReturnValue:
    if not may_add(case):
        return redirect(url_for("promotion.show_packet", case_id=case.id))
    page = render_template("promotion/packet_add.html", case=case, view=view_of(case), form=form)
    return Response(page, form.status)
