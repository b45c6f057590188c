"""The start page as its template shows it: tasks with their dates, reports with their verdicts. For views only."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for

from app.assessment.models import Side
from app.assessment.pages import StandingView, Viewpoint, standing_view
from app.assessment.queries import Round
from app.evidence.queries import AskedEntry
from app.home.queries import Report
from app.infra.clock import local, today
from app.infra.templating import number_word, plural, short_date

SUMMARY = {
    "ready": ("is ready for the next level", "are ready for the next level"),
    "not_yet": ("is not yet", "are not yet"),
    "cannot_tell": ("cannot be told before more is rated", "cannot be told before more is rated"),
    "top": ("is at the top", "are at the top"),
    "none": ("is on no ladder", "are on no ladder"),
}
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


def task_to_rate(waiting: Round, person_id: uuid.UUID) -> Task:
    """Return the task of finishing one side of an assessment."""
    is_own = waiting.subject_id == person_id
    opened_on = local(waiting.opened_at).date()
    other_is_in = waiting.is_in(Side.MANAGER if is_own else Side.SELF)
    return Task(
        "assess",
        f"Assess yourself for {waiting.target}" if is_own else f"Rate {waiting.subject} for {waiting.target}",
        "The other side is in" if other_is_in else f"Open since {short_date(opened_on)}",
        url_for("assessment.show_assessment", assessment_id=waiting.id),
        other_is_in or _is_late(opened_on),
    )


def team_summary(rows: Sequence[TeamRow]) -> str:
    """Return the verdicts of a team as a sentence of counts: “One is ready, six are not yet, two cannot be told.”."""
    verdicts = Counter(target.verdict for row in rows for target in row.standing.targets[:1])
    verdicts["top"] = sum(row.standing.is_at_top for row in rows)
    verdicts["none"] = sum(not row.standing.has_level for row in rows)
    words = [
        f"{number_word(verdicts[verdict])} {plural(verdicts[verdict], *phrase)}"
        for verdict, phrase in SUMMARY.items()
        if verdicts[verdict]
    ]
    sentence = ", ".join(words)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


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
