"""The start page as its template shows it: reports with their verdicts. For views only."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from app.assessment.pages import StandingView, Viewpoint, standing_view
from app.home.queries import Report
from app.infra.templating import number_word, plural

SUMMARY = {
    "ready": ("is ready for the next level", "are ready for the next level"),
    "not_yet": ("is not yet", "are not yet"),
    "cannot_tell": ("cannot be told before more is rated", "cannot be told before more is rated"),
    "top": ("is at the top", "are at the top"),
    "none": ("is on no ladder", "are on no ladder"),
}


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One direct report on a manager's start page."""

    id: uuid.UUID
    name: str
    href: str
    standing: StandingView


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


def team_row(report: Report) -> TeamRow:
    """Return a report's line."""
    return TeamRow(
        report.entry.id,
        report.entry.name,
        url_for("assessment.show_standing", person_id=report.entry.id),
        standing_view(report.standing, Viewpoint.MANAGER),
    )
