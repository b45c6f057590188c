"""The page on which somebody finds a mentor: who could help now, filtered, or the first step where nobody can."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.infra.pagination import Page
from app.mentoring.queries.finding import FoundMentor, find_mentors, list_coordinators, live_wishes, page_of
from app.mentoring.queries.profiles import NamedExpectation, find_profile
from app.mentoring.queries.requests import Asked, what_is_asked
from app.mentoring.request_pages import in_order


@dataclass(frozen=True, slots=True)
class FindingView:
    """What somebody reads who looks for a mentor. `counts` says how many could help with each goal."""

    seeks: bool
    asked: Asked
    goals: Sequence[tuple[str, NamedExpectation]]
    counts: Mapping[str, int]
    total: int
    page: Page[FoundMentor]
    goal: str
    search: str
    coordinators: Sequence[str]
    """Whom to tell; read only where nobody can help."""


def finding_of(reader_id: uuid.UUID, *, goal: str, search: str, page: int, on: date) -> FindingView:
    """Return the page for a reader. A goal that is none of theirs filters nothing."""
    asked, profile = what_is_asked(reader_id, on), find_profile(reader_id)
    seeks = profile is not None and profile.seeks_since is not None
    goals = live_wishes(reader_id) if seeks and not asked.has_mentor else ()
    found = find_mentors(reader_id, goals, on=on)
    goal = goal if goal in goals else ""
    return FindingView(
        seeks=seeks,
        asked=asked,
        goals=in_order(goals),
        counts={one: sum(one in mentor.helps for mentor in found) for one in goals},
        total=len(found),
        page=page_of(found, goal=goal, words=search, page=page),
        goal=goal,
        search=search,
        coordinators=list_coordinators() if goals and not found else (),
    )
