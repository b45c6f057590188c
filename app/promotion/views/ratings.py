"""Ratings once they are open: all of them, a later change of one's own, and the chair who closes the round."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.errors import MissingError, NotAllowedNowError
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.promotion.actions import ratings as actions
from app.promotion.forms.review import ChangedRatingForm
from app.promotion.models import GivenRating, PromotionCase
from app.promotion.queries import get_cycle
from app.promotion.queries import review as queries
from app.promotion.queries.cases import edition_of, rated_ids
from app.promotion.queries.feedback import heard_by_expectation, list_requests
from app.promotion.queries.ratings import count_of, ratings_of
from app.promotion.ratings_pages import recommended_view, rows_of
from app.promotion.review_pages import asked_of, head_of
from app.promotion.views.blueprint import author, bp, load_case
from app.promotion.views.review import load_review
from app.promotion.wording import RECOMMENDATION


@bp.get("/cases/<uuid:case_id>/ratings")
@requires(Permission.Case.READ_RATINGS, on=load_case)
def show_ratings(case: PromotionCase) -> ResponseReturnValue:
    """Show all ratings of a case, differences first, with what they amount to."""
    cycle = get_cycle(case.cycle_id)
    packet, given = queries.packet_before(case, cycle), ratings_of(case.id)
    rows = rows_of(packet, given, actor().person_id)
    found = recommended_view(rows, given, packet["rated"])
    return render_template(
        "promotion/ratings.html",
        head=head_of(case, packet, edition_of(case)),
        cycle=cycle,
        rows=rows,
        found=found,
        recommendation=RECOMMENDATION[found.recommendation],
        reviewers=given.reviewers,
        may_change=may(Permission.Case.CHANGE_RATING, case) and actions.is_changeable(case),
    )


@bp.get("/cases/<uuid:case_id>/ratings/<int:place>/change")
@requires(Permission.Case.CHANGE_RATING, on=load_review)
def show_change_rating(case: PromotionCase) -> ResponseReturnValue:
    """Show one's own rating with what the packet says, to change it with a reason."""
    if not actions.is_changeable(case):
        raise NotAllowedNowError("This case is decided or over, so its ratings stay as they are.")
    return _change_page(case, None)


def _own_rating(case: PromotionCase) -> tuple[int, GivenRating]:
    place = int((request.view_args or {})["place"])
    rated = rated_ids(case.id)
    if not 1 <= place <= len(rated):
        raise MissingError
    own = queries.own_ratings_of(case.id, actor().person_id).get(rated[place - 1])
    if own is None:
        raise MissingError
    return place, own


def _change_page(case: PromotionCase, form: ChangedRatingForm | None) -> Response:
    place, own = _own_rating(case)
    packet = queries.packet_before(case, get_cycle(case.cycle_id))
    shown = form or ChangedRatingForm(
        formdata=None, data={"rating": own.rating.value, "rationale": own.rationale, "missing": own.missing}
    )
    page = render_template(
        "promotion/ratings_change.html",
        head=head_of(case, packet, edition_of(case)),
        cycle=get_cycle(case.cycle_id),
        asked=asked_of(packet, place, heard_by_expectation(list_requests(case))),
        own=own,
        form=shown,
    )
    return make_response(page, form.status if form else 200)


@bp.post("/cases/<uuid:case_id>/ratings/<int:place>/change")
@requires(Permission.Case.CHANGE_RATING, on=load_review)
@writes
def change_rating(case: PromotionCase) -> ResponseReturnValue:
    """Write a later rating of one's own beside the first."""
    form, (place, own) = ChangedRatingForm(), _own_rating(case)
    if not form.validate() or form.chosen is None:
        return _change_page(case, form)
    done = form.attempt(
        actions.change_rating,
        case,
        own.expectation_id,
        form.chosen,
        form.rationale.data or "",
        form.missing.data or "",
        reason=form.reason.data or "",
        seen=form.row_version(),
        by=author(),
        at=now(),
    )
    if not done:
        return _change_page(case, form)
    flash("Your new rating stands beside the first, with its reason.", "good")
    return redirect(url_for("promotion.show_ratings", case_id=case.id, _anchor=f"e{place}"))


@bp.get("/cases/<uuid:case_id>/close-round")
@requires(Permission.Case.CLOSE_ROUND, on=load_case)
def ask_close_round(case: PromotionCase) -> ResponseReturnValue:
    """Ask the chair before the blind round of a case is closed, and name what is missing."""
    return render_template(
        "promotion/ratings_close.html", case=case, cycle=get_cycle(case.cycle_id), count=count_of(case.id)
    )


@bp.post("/cases/<uuid:case_id>/close-round")
@requires(Permission.Case.CLOSE_ROUND, on=load_case)
@writes
def close_round(case: PromotionCase) -> ResponseReturnValue:
    """Open the ratings of a case although some are missing."""
    actions.close_round(case, by=author(), at=now())
    flash(f"The ratings of {case.code} are open to its panel, the chair and HR.", "good")
    return redirect(url_for("promotion.show_ratings", case_id=case.id))
