"""One reviewer's own severity as its page shows it. Only themselves and HR ever see it (domain specification, 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.domain.agreement import CASES_NEEDED
from app.domain.as_of import AsOf
from app.reports.criteria import Viewer
from app.reports.queries.agreement import Asked, has_rated, list_severities
from app.reports.questions.agreement import severity_words
from app.reports.questions.self_gaps import two_places


@dataclass(frozen=True, slots=True)
class OwnRatings:
    """What the page says. `value` is empty while there is too little data; `needed` more cases are missing then."""

    has_rated: bool
    value: str
    words: str
    cases: int
    items: int
    needed: int


def own_ratings_view(viewer: Viewer, on: date) -> OwnRatings:
    """Return how strict the viewer is beside the others, over all cycles whose decisions are released."""
    if viewer.actor is None:
        return OwnRatings(has_rated=False, value="", words="", cases=0, items=0, needed=CASES_NEEDED)
    own_id = viewer.actor.person_id
    line = next(iter(list_severities(Asked(AsOf(on), viewer, reviewer_id=own_id))), None)
    if line is None:
        return OwnRatings(has_rated(own_id), "", "", 0, 0, CASES_NEEDED)
    found = line.severity
    sign = "+" if found.shown is not None and found.shown > 0 else ""
    return OwnRatings(
        has_rated=True,
        value=sign + two_places(found.shown) if found.shown is not None else "",
        words=severity_words(line),
        cases=found.cases,
        items=found.items,
        needed=max(0, CASES_NEEDED - found.cases),
    )
