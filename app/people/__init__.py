"""Persons, teams, and what is true of them for a time: team, line manager, level, leave, group.

Owns those tables and publishes who manages whom to `access.relations`. May use ladders, audit, access and infra.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import timedelta

from flask import Flask

from app.access.relations import Fact, ObjectRelation, PeriodRelation, PersonRelation, relations
from app.jobs.kinds import Work, register_kind, register_periodic
from app.people import queries
from app.people.actions.importing import forget_old_files


def register(app: Flask) -> None:
    """Join people: publish the reporting lines, add the pages."""
    from app.people.views import bp  # noqa: PLC0415 - views need the registered policy

    relations.between_people[Fact.MANAGES] = PersonRelation(queries.is_line_manager, queries.select_reports)
    relations.between_people[Fact.LEADS] = PersonRelation(queries.is_above_manager, queries.select_below_reports)
    relations.about_objects[Fact.LEADS_IN_TEAM] = ObjectRelation(queries.leads_in_team, queries.select_led_teams)
    relations.in_period = PeriodRelation(queries.was_line_manager, queries.was_line_manager_rows)
    relations.chain = queries.managers_of
    relations.names = _names_of
    register_kind("people.forget_imports", _forget_imports, label="Forget people files that nobody took over")
    register_periodic("people.forget_imports", timedelta(hours=1))
    app.register_blueprint(bp)


def _forget_imports(work: Work) -> None:
    forget_old_files(work.at)


def _names_of(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Return the names of people, leavers included; the record of who did what tells of them too."""
    return {person_id: person.name for person_id, person in queries.get_people(ids).items()}
