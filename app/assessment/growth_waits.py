"""What waivers, growth plans and boards offer to the features below: what waits for people, and links on a person."""

from __future__ import annotations

from flask import url_for

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can
from app.assessment import queries
from app.assessment.growth_pages import say_action_due, say_review
from app.assessment.waiver_pages import say_waived, say_waiver
from app.infra import single_values
from app.infra.clock import today
from app.notices.models import Hearing
from app.notices.sources import Source, leads_or_hr, provide
from app.people import panels
from app.people.models import Person


def _growth_of(actor: Actor, person: Person) -> panels.PersonLink | None:
    if not can(actor, Permission.GrowthPlan.READ, person):
        return None
    return panels.PersonLink("Growth plan", url_for("assessment.show_growth", person_id=person.id), "calendar")


def _board_of(actor: Actor, person: Person) -> panels.PersonLink | None:
    # What is cheap to know is asked first: most people lead nobody.
    if not queries.leads_somebody(person.id, today()) or not can(actor, Permission.Board.READ, person):
        return None
    return panels.PersonLink("Team board", url_for("assessment.show_board", person_id=person.id), "team")


def register() -> None:
    """Join what waits and the links on a person's page."""
    single_values.take_several("goals")
    provide(
        Source(
            queries.TO_APPROVE,
            "A waiver waits for your approval",
            queries.select_to_approve,
            say_waiver,
            concerns=leads_or_hr,
        )
    )
    provide(
        Source(queries.WAIVED, "An expectation was waived for you", queries.select_waived, say_waived, Hearing.AT_ONCE)
    )
    provide(
        Source(
            queries.REVIEW,
            "A growth plan is to be reviewed",
            queries.select_reviews,
            say_review,
            begins_by_itself=True,
        )
    )
    provide(
        Source(
            queries.ACTION_DUE,
            "An action of your growth plan is due",
            queries.select_actions_due,
            say_action_due,
            begins_by_itself=True,
        )
    )
    panels.provide(_growth_of)
    panels.provide(_board_of)
