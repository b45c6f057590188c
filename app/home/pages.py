"""The start page as its template shows it: tasks with their dates, reports with their verdicts. For views only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for

from app.assessment.pages import StandingView, Viewpoint, standing_view
from app.evidence.queries import AskedEntry
from app.home.queries import RatingOwed, Report
from app.infra.clock import local, today
from app.infra.templating import short_date

LONG_WAIT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for the person. `soon`: it has waited for two weeks."""

    icon: str
    text: str
    due: str
    href: str
    soon: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One direct report on a manager's start page."""

    id: uuid.UUID
    name: str
    href: str
    standing: StandingView


def task_to_confirm(entry: AskedEntry) -> Task:
    """Return the task of answering a colleague who asked."""
    asked_on = local(entry.asked_at).date()
    return Task(
        "corroborate",
        f"Confirm “{entry.title}”",
        f"{entry.subject_name} asked on {short_date(asked_on)}",
        entry.href,
        _is_late(asked_on),
    )


def task_to_rate(owed: RatingOwed) -> Task:
    """Return the task of finishing one side of an assessment."""
    opened_on = local(owed.opened_at).date()
    text = f"Assess yourself for {owed.target}" if owed.is_own else f"Rate {owed.subject_name} for {owed.target}"
    waiting = "the other side is in" if owed.other_is_in else f"open since {short_date(opened_on)}"
    return Task(
        "assess",
        text,
        waiting[:1].upper() + waiting[1:],
        url_for("assessment.show_assessment", assessment_id=owed.assessment_id),
        owed.other_is_in or _is_late(opened_on),
    )


def _is_late(since: date) -> bool:
    return today() - since > LONG_WAIT


def team_row(report: Report) -> TeamRow:
    """Return a report's line."""
    return TeamRow(
        report.entry.id,
        report.entry.name,
        url_for("assessment.show_standing", person_id=report.entry.id),
        standing_view(report.standing, Viewpoint.MANAGER),
    )
