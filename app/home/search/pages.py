"""What was found, as the template shows it: groups with counts, each hit with its words marked. For views only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

from app.access.actor import Actor
from app.assessment.models import Side
from app.evidence.queries import marks
from app.home.search import queries
from app.home.search.queries import Slice
from app.infra.clock import local
from app.infra.full_text import Sought, marked, snippet
from app.infra.pagination import Page
from app.infra.templating import counted, long_date
from app.ladders.queries import list_adopted

AT_ONCE = 10
ON_ONE_PAGE = 50
PLAN_PAGES = ("assessment.show_growth_plan", "assessment.show_growth", "assessment.show_plan")
"""The page of somebody's growth plan."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of a group. `href` is empty where the actor may read no page of it; `text` is the part that says it."""

    title: Markup | str
    href: str
    icon: str
    meta: tuple[str, ...] = ()
    text: Markup | str = ""


@dataclass(frozen=True)
class Group:
    """What was found of one kind. `page` holds the hits that are shown and the number of all."""

    key: str
    heading: str
    page: Page[Hit]

    @property
    def is_cut(self) -> bool:
        """Say whether more was found than is shown."""
        return self.page.total > len(self.page.rows)


Fetch = Callable[[Actor, Sought, Slice], Page[Hit]]


def _shown(page: Page[Any], hits: Iterable[Hit]) -> Page[Hit]:
    return Page(list(hits), page.number, page.total, page.per_page)


def _people(actor: Actor, sought: Sought, wanted: Slice) -> Page[Hit]:
    found = queries.list_people(actor, sought, wanted)
    return _shown(
        found,
        (
            Hit(
                marked(row.name, sought),
                url_for("people.show_person", person_id=row.id) if row.is_readable else "",
                "people",
            )
            for row in found.rows
        ),
    )


def _ladders(actor: Actor, sought: Sought, wanted: Slice) -> Page[Hit]:
    del actor
    found = queries.list_expectations(sought, wanted)
    hits = []
    for one in found.rows:
        slug = one.edition.ladder.slug
        if one.expectation is None:
            href = url_for("ladders.show_level", slug=slug, level_id=one.level.id)
        else:
            href = url_for("ladders.show_expectation", slug=slug, expectation_id=one.expectation.id)
        meta = (one.edition.ladder.title, one.level.id if one.expectation else "The level")
        hits.append(Hit(marked(one.text, sought), href, "ladder", meta))
    return _shown(found, hits)


def _pieces(actor: Actor, sought: Sought, wanted: Slice) -> Page[Hit]:
    found = queries.list_pieces(actor, sought, wanted)
    hits = []
    for piece in found.rows:
        owner = "Yours" if piece.author_id == actor.person_id else piece.author
        state = ("private draft",) * piece.is_draft + ("withdrawn",) * piece.is_withdrawn
        hits.append(
            Hit(
                marked(piece.title, sought),
                url_for("evidence.show_evidence", evidence_id=piece.id),
                "evidence",
                (owner, piece.ref, long_date(piece.on), *state),
                _best(piece.texts, sought),
            )
        )
    return _shown(found, hits)


def _best(texts: Sequence[str], sought: Sought) -> Markup | str:
    """Return the snippet of the first text that says one of the words; empty where the title alone does."""
    made = (snippet(text, sought) for text in texts if text)
    return next((one for one in made if "<mark>" in one), "")


def _comments(actor: Actor, sought: Sought, wanted: Slice) -> Page[Hit]:
    found = queries.list_comments(actor, sought, wanted)
    texts = _expectation_texts()
    sides = {Side.SELF: "the engineer's side", Side.MANAGER: "the manager's side"}
    return _shown(
        found,
        (
            Hit(
                texts.get(row.expectation_id, row.expectation_id),
                url_for("assessment.show_assessment", assessment_id=row.assessment_id),
                "assess",
                (_assessment_words(row), _of(row, actor), sides[row.side]),
                snippet(row.words, sought),
            )
            for row in found.rows
        ),
    )


def _notes(actor: Actor, sought: Sought, wanted: Slice) -> Page[Hit]:
    found = queries.list_notes(actor, sought, wanted)
    texts = _expectation_texts()
    return _shown(
        found,
        (
            Hit(
                texts.get(row.expectation_id, row.expectation_id) or "On the assessment as a whole",
                url_for("assessment.show_assessment", assessment_id=row.assessment_id),
                "assess",
                (_assessment_words(row), _of(row, actor)),
                snippet(row.words, sought),
            )
            for row in found.rows
        ),
    )


def _plans(actor: Actor, sought: Sought, wanted: Slice) -> Page[Hit]:
    found = queries.list_plans(actor, sought, wanted)
    texts = _expectation_texts()
    return _shown(
        found,
        (
            Hit(
                texts.get(row.expectation_id, row.expectation_id),
                _plan_href(row),
                "calendar",
                (f"Plan towards {row.target_level}", _of(row, actor), *(("closed",) if row.closed_at else ())),
                snippet(row.words, sought),
            )
            for row in found.rows
        ),
    )


def _plan_href(row: Any) -> str:  # noqa: ANN401 - a row of a select
    endpoint = next((one for one in PLAN_PAGES if one in current_app.view_functions), None)
    return url_for(endpoint, person_id=row.subject_id) if endpoint else ""


def _assessment_words(row: Any) -> str:  # noqa: ANN401 - a row of a select
    """Return which assessment it is: the level and the day of opening tell those of one person apart."""
    return f"Assessment for {row.target_level} of {long_date(local(row.opened_at).date())}"


def _of(row: Any, actor: Actor) -> str:  # noqa: ANN401 - a row of a select
    return "yours" if row.subject_id == actor.person_id else str(row.name)


def _expectation_texts() -> dict[str, str]:
    return {one.id: one.text for edition in list_adopted() for _, one in marks.levels_of(edition.ladder)}


GROUPS: dict[str, tuple[str, Fetch]] = {
    "people": ("People", _people),
    "evidence": ("Evidence", _pieces),
    "comments": ("Comments in assessments", _comments),
    "notes": ("Joint notes", _notes),
    "plans": ("Growth plans", _plans),
    "ladders": ("Ladders", _ladders),
}
"""What can be searched: the key that stands in an address, the heading, and how it is fetched."""


def found_groups(actor: Actor, sought: Sought) -> list[Group]:
    """Return what was found of every kind, a few of each; kinds of which nothing was found are left out."""
    groups = [
        Group(key, heading, fetch(actor, sought, Slice(AT_ONCE))) for key, (heading, fetch) in GROUPS.items()
    ] if sought.terms else []  # fmt: skip
    return [group for group in groups if group.page.total]


def found_group(actor: Actor, sought: Sought, key: str, number: int) -> Group:
    """Return one page of what was found of one kind."""
    heading, fetch = GROUPS[key]
    return Group(key, heading, fetch(actor, sought, Slice(ON_ONE_PAGE, number)))


def summary(groups: Sequence[Group]) -> str:
    """Return how much was found, in words."""
    total = sum(group.page.total for group in groups)
    return f"{counted(total, 'hit', 'hits')} in what you may read." if total else "Nothing found."
