"""Where one can go from a case: its pages, for those who may open each."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from flask import url_for

from app.access.guard import may
from app.access.permissions import Permission
from app.domain.promotion import CaseState
from app.promotion.models import PromotionCase

_NO_PACKET = frozenset({CaseState.NOMINATED, CaseState.ACCEPTED, CaseState.DECLINED, CaseState.INELIGIBLE})
_TOLD = frozenset({CaseState.COMMUNICATED, CaseState.APPEALED, CaseState.APPEAL_DECIDED, CaseState.CLOSED})
# A case that is rated may be blind again, for a substitute.
_NOT_RATED = frozenset(CaseState) - {CaseState.IN_REVIEW, CaseState.RATED}
_BEFORE_FEEDBACK = _NO_PACKET | {CaseState.DRAFTING, CaseState.SUBMITTED}


class CasePlace(NamedTuple):
    """One page of a case: its short name, where it is, its words, and the rights of which any opens it."""

    key: str
    endpoint: str
    words: str
    opened_by: tuple[StrEnum, ...]
    not_in: frozenset[CaseState] = frozenset()


PLACES = (
    CasePlace("case", "promotion.show_case", "Case", (Permission.Case.READ,)),
    CasePlace(
        "packet",
        "promotion.show_packet",
        "Packet",
        (Permission.Case.READ_PACKET,),
        _NO_PACKET | {CaseState.DRAFTING},
    ),
    CasePlace(
        "packet",
        "promotion.show_packet_draft",
        "Packet",
        (Permission.Case.READ_DRAFT,),
        frozenset(CaseState) - {CaseState.DRAFTING},
    ),
    CasePlace(
        "statement",
        "promotion.write_statement",
        "Your statement",
        (Permission.Case.WRITE_STATEMENT,),
        frozenset(CaseState) - {CaseState.DRAFTING, CaseState.SUBMITTED},
    ),
    CasePlace(
        "feedback",
        "promotion.show_feedback",
        "Feedback",
        (Permission.Case.READ_FEEDBACK, Permission.Case.ASK_FEEDBACK),
        _BEFORE_FEEDBACK,
    ),
    CasePlace(
        "feedback_summary",
        "promotion.show_feedback_summary",
        "What colleagues said",
        (Permission.Case.READ_FEEDBACK_SUMMARY,),
    ),
    CasePlace("panel", "promotion.show_panel", "Reviewers", (Permission.Case.READ_PANEL,), _NO_PACKET),
    CasePlace("review", "promotion.review_case", "Rate", (Permission.Case.RATE,), _NOT_RATED),
    CasePlace("ratings", "promotion.show_ratings", "Ratings", (Permission.Case.READ_RATINGS,)),
    CasePlace("calibration", "promotion.show_case_calibration", "Discussion", (Permission.Case.DISCUSS,)),
    CasePlace("decision", "promotion.show_draft_decision", "Decision", (Permission.Case.READ_DECISION_DRAFT,), _TOLD),
    CasePlace("decision", "promotion.show_decision", "Decision", (Permission.Case.READ_DECISION,)),
)
"""The pages of a case in the order of its life."""


class CaseLink(NamedTuple):
    """A page that the reader may open."""

    key: str
    words: str
    href: str


def case_links(case: PromotionCase) -> list[CaseLink]:
    """Return the pages of a case that the reader may open, in the order of its life."""
    return [
        CaseLink(place.key, place.words, url_for(place.endpoint, case_id=case.id))
        for place in PLACES
        if case.state not in place.not_in and any(may(permission, case) for permission in place.opened_by)
    ]
