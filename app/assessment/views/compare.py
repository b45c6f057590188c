"""Both sides of an assessment, once they are revealed."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor
from app.assessment import queries
from app.assessment.compare_pages import comparison_view
from app.assessment.models import Assessment


def comparison_page(assessment: Assessment) -> ResponseReturnValue:
    """Return the page with both sides; MissingError while they are sealed."""
    found = queries.comparison_of(assessment)
    view = comparison_view(found, queries.get_round(actor(), assessment), actor().person_id)
    return render_template("assessment/compare.html", view=view)
