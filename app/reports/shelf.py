"""The list of reports: in which group each one stands, and what one sees there in a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.reports.catalogue import REPORTS, Definition

PEOPLE, FAIRNESS, TEAMS = "People", "Fairness and process", "Teams"
PLACES: tuple[tuple[str, str, str], ...] = (
    (PEOPLE, "progression", "A line for each person: level, since when, what is next and what blocks it."),
    (PEOPLE, "person", "One person’s levels, assessments, decisions and evidence, quarter by quarter."),
    (PEOPLE, "headcount", "People at each level over the last three years, and by team today."),
    (PEOPLE, "movement", "Who moved from which level to which in a period: promoted, joined, left. In counts."),
    (PEOPLE, "time-in-level", "A curve of how many are still at a level after so many months, and the month of half."),
    (PEOPLE, "readiness", "How many are ready for the next level, and what most often stands in the way."),
    (FAIRNESS, "promotion-funnel", "From eligible to nominated to promoted, by group, with how sure each figure is."),
    (FAIRNESS, "agreement", "How far committee members agree, and how strict each one is beside the others."),
    (FAIRNESS, "pipeline", "How levels are filled: by promotion or from outside, a share for each ladder and level."),
    (TEAMS, "coverage", "Who holds each tier in each team, where an escalation breaks, and who is nearest to mend it."),
    (TEAMS, "mentoring", "How many have a mentor, how often they meet, and how far mentors’ time goes."),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One report of the list."""

    definition: Definition
    line: str


def groups_for(may_open: Callable[[Definition], bool]) -> list[tuple[str, list[Entry]]]:
    """Return the reports that somebody may open, by group, in the order of the list; empty groups are left out."""
    groups: dict[str, list[Entry]] = {}
    for group, name, line in PLACES:
        definition = REPORTS.get(name)
        if definition is not None and may_open(definition):
            groups.setdefault(group, []).append(Entry(definition, line))
    return list(groups.items())
