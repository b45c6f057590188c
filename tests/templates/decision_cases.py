"""The components of calibration and decision."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace as Row

from app.domain.decision import DecisionDraft
from app.domain.promotion import DecisionKind
from tests.templates.samples import Case


def _said(text: str, words: str = "", would_change: str = "") -> Row:
    return Row(text=text, words=words, would_change=would_change)


DECISION_CASES: dict[str, Case] = {
    "decision_text": Case(
        "{% from 'components/decision_text.html' import decision_text %}{{ decision_text(view, 'L3') }}",
        (
            "<strong>Not yet</strong>",
            "21 May 2027",
            "Leads &lt;designs&gt;.",
            "A design that others follow.",
            "22 months when it was decided",
            "Promoted despite",
            "beyond its ratings",
        ),
        {
            "view": Row(
                decision=DecisionDraft(
                    kind=DecisionKind.NOT_YET,
                    reasons="Two of three designs were joint work.",
                    review_on=date(2027, 5, 21),
                    renominate_from=date(2027, 6, 1),
                ),
                answer="Not yet",
                defer_reason="",
                unmet=(_said("Leads <designs>.", "Not alone so far.", "A design that others follow."),),
                exceptions=(_said("Mentors."),),
                otherwise=(_said("Speaks up.", "Seen daily."),),
                months_at_level=22,
            )
        },
    ),
    "rating_marks": Case(
        "{% from 'components/rating_marks.html' import rating_finding, rating_marks %}"
        "{{ rating_marks(marks) }}{{ rating_finding('fails', 'Below met: partly met') }}",
        ("Partly met", "Not met, later", "Cannot judge", "finding-fails"),
        {
            "marks": [
                Row(status="partly_met", label="Partly met", was_status="not_met", was_label="Not met"),
                Row(status="none", label="Cannot judge", was_status="", was_label=""),
            ]
        },
    ),
}
