"""The list of reports, and one page for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.errors import InvalidError, MissingError
from app.infra.clock import today
from app.infra.forms import UNPROCESSABLE
from app.infra.pagination import page_number
from app.infra.templating import has_page
from app.policies.queries import value_of
from app.reports import shown
from app.reports.catalogue import REPORTS, Definition
from app.reports.criteria import LADDER, LEVEL, PERSON, TEAM, Criteria, Viewer, read_criteria
from app.reports.findings import Findings
from app.reports.forms.filters import FilterForm
from app.reports.models import FileFormat
from app.reports.queries.agreement import has_rated
from app.reports.queries.filters import list_ladder_options, list_team_options
from app.reports.shelf import groups_for
from app.reports.views.blueprint import bp

TAKE = "reports.show_take"


@bp.get("/")
@requires(Permission.Report.LIST)
def list_reports() -> ResponseReturnValue:
    """Show the questions that one may ask."""
    return render_template("reports/list.html", groups=groups_for(_may_open), has_rated=has_rated(actor().person_id))


def _may_open(definition: Definition) -> bool:
    return may(definition.permission, thing_of(definition) if definition.on else None)


def page_of(name: str) -> Callable[..., ResponseReturnValue]:
    """Return the view of one report, under its own permission."""

    def show(*_thing: object) -> ResponseReturnValue:
        return _show(REPORTS[name])

    definition = REPORTS[name]
    on = partial(thing_of, definition) if definition.on else None
    return requires(definition.permission, on=on)(show)


def thing_of(definition: Definition) -> object:
    """Return what the permission of a report is about. MissingError: the address names nobody and nothing known."""
    try:
        return definition.on(_criteria(definition, definition.takes & {PERSON})) if definition.on else None
    except InvalidError:
        raise MissingError from None


def _show(definition: Definition) -> ResponseReturnValue:
    """Show what a report finds; where a filter cannot be used, the page says so at the filter and keeps the others."""
    form = FilterForm(request.args, definition.takes)
    criteria = form.attempt(lambda: _criteria(definition))
    findings = form.attempt(definition.find, criteria) if criteria is not None else None
    page = render_template(
        "reports/report.html",
        definition=definition,
        form=form,
        findings=findings,
        **_around(definition, form, criteria, findings),
    )
    return page, 200 if findings is not None else UNPROCESSABLE


def _criteria(definition: Definition, only: frozenset[str] | None = None) -> Criteria:
    """Return what is asked for, or only some of it. InvalidError at the field that cannot be used."""
    takes = definition.takes if only is None else only
    k = value_of("report_smallest_group")
    if not isinstance(k, int):
        raise InvalidError("The smallest group must be a number.")
    return read_criteria(request.args, takes, viewer=Viewer(actor()), today=today(), k=k)


def _around(
    definition: Definition, form: FilterForm, criteria: Criteria | None, findings: Findings | None
) -> dict[str, Any]:
    """Return what stands around the figures: addresses, pills, choices of the filters, tables and charts."""
    addresses = shown.Addresses(definition.endpoint, request.args, definition.takes)
    days = shown.day_choices(definition.takes, criteria, today(), only_quarters=definition.only_quarter_ends)
    choices = [*(findings.choices if findings else ()), *days]
    form.leave_to_pills(choices)
    has_more_teams = _offer(form, criteria)
    return {
        "addresses": addresses,
        "choices": [(group.label, addresses.pills(group.choices)) for group in choices],
        "tables": shown.shown_tables(findings, request.args.get("table", ""), _number()) if findings else [],
        "charts": shown.shown_charts(findings) if findings else [],
        "hidden": shown.said_once(findings.hidden) if findings else [],
        "is_wide": findings is not None and shown.is_wide(findings),
        "has_more_teams": has_more_teams,
        "takes_out": _ways_out(definition, addresses) if findings else [],
    }


def _number() -> int:
    return page_number(request.args.get("page"))


def _offer(form: FilterForm, criteria: Criteria | None) -> bool:
    """Fill the choices of the filters; say whether there are more teams than the list holds."""
    if LADDER in form or LEVEL in form:
        ladders, levels = list_ladder_options()
        form.offer(LADDER, ladders)
        form.offer(LEVEL, levels)
    if TEAM not in form:
        return False
    teams = list_team_options(Viewer(actor()), criteria.team_id if criteria else None)
    form.offer(TEAM, teams.options)
    return teams.has_more


def _ways_out(definition: Definition, addresses: shown.Addresses) -> list[tuple[str, str, str]]:
    if not has_page(TAKE):
        return []
    return [
        (one.label, url_for(TAKE, name=definition.name, format=one.value, **addresses.filters), "of this report")  # type: ignore[arg-type]
        for one in FileFormat
    ]


for _definition in REPORTS.values():
    bp.add_url_rule(
        f"/{_definition.name}", _definition.endpoint.partition(".")[2], page_of(_definition.name), methods=["GET"]
    )
