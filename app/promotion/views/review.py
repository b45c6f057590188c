"""Reviewing a case: one's own list, one expectation at a time, the summary, and handing in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.errors import MissingError, NotAllowedNowError
from app.domain.promotion import CaseState
from app.infra.clock import now, today
from app.infra.unit_of_work import writes
from app.promotion.actions import ratings as actions
from app.promotion.actions.packets import record_reading
from app.promotion.forms.review import NEXT, PREVIOUS, RatingForm
from app.promotion.models import PanelSeat, PromotionCase, PromotionCycle, RatingDraft
from app.promotion.queries import get_cycle
from app.promotion.queries import review as queries
from app.promotion.queries.cases import edition_of, rated_ids
from app.promotion.queries.feedback import heard_by_expectation, list_requests
from app.promotion.review_pages import asked_of, head_of, sheet_of, steps_of, summary_of
from app.promotion.views.blueprint import author, bp, load_case


@dataclass(frozen=True, slots=True)
class Desk:
    """What a reviewer has before them: the case and its packet, their seat, their drafts and what those lack."""

    case: PromotionCase
    cycle: PromotionCycle
    packet: dict[str, Any]
    seat: PanelSeat
    drafts: dict[str, RatingDraft]
    faults: dict[str, tuple[str, ...]]

    @property
    def count(self) -> int:
        """Return how many expectations are rated."""
        return len(self.packet["rated"])

    def context(self) -> dict[str, Any]:
        """Return what every page of the review shows."""
        due_on = queries.due_days([self.case.id])[self.case.id]
        return {
            "head": head_of(self.case, self.packet, edition_of(self.case)),
            "cycle": self.cycle,
            "count": self.count,
            "done": self.count - len(self.faults),
            "steps": steps_of(self.packet, self.drafts, self.faults),
            "due_on": due_on,
            # A round that opened again for a substitute has no day of its own.
            "is_late": self.case.state is CaseState.IN_REVIEW and due_on is not None and today() > due_on,
        }


def desk_of(case: PromotionCase) -> Desk:
    """Return what the reader has before them in a case that they review."""
    cycle = get_cycle(case.cycle_id)
    packet = queries.packet_before(case, cycle)
    seat, drafts = queries.find_seat_and_drafts(case.id, actor().person_id)
    if seat is None or not packet:
        raise MissingError
    return Desk(case, cycle, packet, seat, drafts, queries.faults_of_drafts(packet, drafts))


def load_review(case_id: uuid.UUID, place: int) -> PromotionCase:
    """Return the case of an address that names one of its expectations; the view reads which."""
    del place
    return load_case(case_id)


def _place() -> int:
    return int((request.view_args or {})["place"])


def address_of(case: PromotionCase, place: int, anchor: str = "review") -> str:
    """Return the address of one expectation; the place on the page, so that reading goes on where it was."""
    return url_for("promotion.show_expectation", case_id=case.id, place=place, _anchor=anchor)


@bp.get("/reviews")
@requires(Permission.Cycle.LIST)
def list_reviews() -> ResponseReturnValue:
    """Show the cases that the reader reviews, with how far they have come themselves."""
    return render_template("promotion/reviews.html", reviews=queries.list_own_reviews(actor()), on=today())


@bp.get("/cases/<uuid:case_id>/review")
@requires(Permission.Case.RATE, on=load_case)
def review_case(case: PromotionCase) -> ResponseReturnValue:
    """Lead to the first expectation that is open; to the summary, one's own ratings or all of them afterwards."""
    if may(Permission.Case.READ_RATINGS, case):
        return redirect(url_for("promotion.show_ratings", case_id=case.id))
    desk = desk_of(case)
    if desk.seat.submitted_at is not None:
        return _own_page(desk)
    _check_open(case)
    if not desk.faults:
        return redirect(url_for("promotion.show_summary", case_id=case.id))
    return redirect(address_of(case, desk.packet["rated"].index(next(iter(desk.faults))) + 1))


def _check_open(case: PromotionCase) -> None:
    if not case.is_in_rating:
        raise NotAllowedNowError("This case is not being rated now.")


def _own_page(desk: Desk) -> str:
    given = queries.own_ratings_of(desk.case.id, desk.seat.person_id)
    rows, head = summary_of(desk.packet, given, {}), head_of(desk.case, desk.packet, edition_of(desk.case))
    return render_template("promotion/review_done.html", rows=rows, seat=desk.seat, head=head, cycle=desk.cycle)


@bp.get("/cases/<uuid:case_id>/review/<int:place>")
@requires(Permission.Case.RATE, on=load_review)
def show_expectation(case: PromotionCase) -> ResponseReturnValue:
    """Show one expectation: the packet, and the reader's own rating of it."""
    if case.is_lifted or desk_of(case).seat.submitted_at is not None:
        return redirect(url_for("promotion.review_case", case_id=case.id))
    return _expectation_page(case)


def _expectation_page(case: PromotionCase, form: RatingForm | None = None) -> Response:
    _check_open(case)
    desk, place = desk_of(case), _place()
    if not 1 <= place <= desk.count:
        raise MissingError
    record_reading(case, by=author(), at=now())
    asked = asked_of(desk.packet, place, heard_by_expectation(list_requests(case)))
    sheet = sheet_of(desk.drafts.get(asked.id), form)
    page = render_template("promotion/review.html", asked=asked, sheet=sheet, form=form, **desk.context())
    return make_response(page, form.status if form else 200)


@bp.post("/cases/<uuid:case_id>/review/<int:place>/draft")
@requires(Permission.Case.RATE, on=load_review)
@writes
def autosave_rating(case: PromotionCase) -> ResponseReturnValue:
    """Keep a draft, as scripts send it."""
    form = RatingForm()
    if not form.validate():
        return make_response({"error": form.first_error()}, 422)
    kept = _keep(case, form, form.rationale.data or "", sequence=form.sequence.data or 0)
    return make_response({"saved_at": kept.saved_at.isoformat(), "sequence": kept.sequence, "version": kept.revision})


@bp.post("/cases/<uuid:case_id>/review/<int:place>")
@requires(Permission.Case.RATE, on=load_review)
@writes
def keep_rating(case: PromotionCase) -> ResponseReturnValue:
    """Keep a draft, as the buttons send it, and go where the button says."""
    form = RatingForm()
    if not form.validate():
        return _expectation_page(case, form)
    packet = queries.packet_before(case, get_cycle(case.cycle_id))
    pieces = max((piece["number"] for piece in packet["pieces"]), default=0)
    _keep(case, form, form.words_with_citation(pieces))
    return redirect(_onward(case, form, len(packet["rated"])))


def _keep(case: PromotionCase, form: RatingForm, words: str, sequence: int | None = None) -> actions.KeptRating:
    rated, place = rated_ids(case.id), _place()
    if not 1 <= place <= len(rated):
        raise MissingError
    return actions.keep_draft(
        case,
        rated[place - 1],
        form.chosen,
        words,
        form.missing.data or "",
        revision=form.row_version(),
        window=form.window.data or "",
        sequence=sequence,
        by=author(),
        at=now(),
    )


def _onward(case: PromotionCase, form: RatingForm, count: int) -> str:
    place, go = _place(), str(form.go.data or "")
    if form.cite.data:
        return address_of(case, place, "rationale")
    if go == "summary" or (go == NEXT and place == count):
        return url_for("promotion.show_summary", case_id=case.id)
    if go in {NEXT, PREVIOUS}:
        place = max(1, place + (1 if go == NEXT else -1))
    elif go.isascii() and go.isdigit() and 1 <= int(go[:6]) <= count:
        place = int(go)
    return address_of(case, place)


@bp.get("/cases/<uuid:case_id>/review/summary")
@requires(Permission.Case.RATE, on=load_case)
def show_summary(case: PromotionCase) -> ResponseReturnValue:
    """Show all ratings with what each still lacks, and the way to hand them in."""
    if case.is_lifted or desk_of(case).seat.submitted_at is not None:
        return redirect(url_for("promotion.review_case", case_id=case.id))
    _check_open(case)
    return _summary_page(case)


def _summary_page(case: PromotionCase, refusal: str = "") -> Response:
    desk = desk_of(case)
    rows = summary_of(desk.packet, desk.drafts, desk.faults)
    page = render_template("promotion/review_summary.html", rows=rows, refusal=refusal, **desk.context())
    return make_response(page, 422 if refusal else 200)


@bp.post("/cases/<uuid:case_id>/review/hand-in")
@requires(Permission.Case.RATE, on=load_case)
@writes
def hand_in_ratings(case: PromotionCase) -> ResponseReturnValue:
    """Hand one's ratings in, all at once."""
    try:
        actions.hand_in(case, by=author(), at=now())
    except actions.UnratedError as refusal:
        return _summary_page(case, refusal.message)
    flash("Your ratings are in. They stay as they are until all of this case are open.", "good")
    return redirect(url_for("promotion.review_case", case_id=case.id))
