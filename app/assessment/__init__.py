"""Self and manager ratings against a pinned ladder version, and the readiness that follows from them.

Owns the tables of assessments, their sheets, answers, notes and signatures, of waivers and growth plans, and the
stored standing. May use evidence, people, ladders, jobs, audit, access and infra. A draft is its author's; a side that
is in stays sealed for the other until both are in. `queries` reads, `wording` says readiness in words, `pages` and
`sheet_pages` arrange it for templates.
"""

import uuid
from datetime import timedelta

from flask import Flask

from app.access.relations import Fact, ObjectRelation, relations
from app.assessment import queries
from app.assessment.actions import standing
from app.evidence.panels import provide_statuses
from app.infra.clock import today
from app.infra.unit_of_work import on_touched
from app.jobs.kinds import Work, register_kind, register_periodic


def register(app: Flask) -> None:
    """Join assessments: publish who signed what, add the pages, and tell the features below what readiness says."""
    # Views and what is said need the registered policy.
    from app.assessment import growth_waits, letters, links, reminders, signing_waits, views, waits  # noqa: PLC0415

    relations.about_objects[Fact.SIGNED] = ObjectRelation(queries.has_signed, queries.select_signed_by)
    on_touched(standing.refresh_touched)
    register_kind(standing.REFRESH, _refresh_standings, label="Compute where people stand anew", in_steps=True)
    register_periodic(standing.REFRESH, timedelta(hours=1))
    provide_statuses(_statuses_of)
    links.register()
    waits.register()
    signing_waits.register()
    growth_waits.register()
    reminders.register()
    letters.register()
    app.register_blueprint(views.bp)


def _statuses_of(person_id: uuid.UUID) -> dict[str, str]:
    """Return where a person stands on every expectation up to the level that comes next."""
    found = queries.standings_of_people([person_id])[person_id]
    return {key: status.value for target in found.targets for key, status in target.statuses.items()}


def _refresh_standings(work: Work) -> None:
    standing.refresh_due(today(), work.progress)
