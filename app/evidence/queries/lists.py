"""One page of a person's pieces, with the filters and their counts, and what is to be warned of."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from sqlalchemy import and_, select

from app.access.actor import Actor
from app.domain.balance import Balance, Counted, balance
from app.evidence.models import Claim, Evidence, EvidenceLink
from app.evidence.panels import statuses_of
from app.evidence.queries.cards import Card, fetch_cards, readable_pieces, with_status
from app.evidence.queries.filters import (
    Chosen,
    Facet,
    Filters,
    count_pieces,
    counts,
    facets,
    in_words,
    narrowed,
    timeline,
)
from app.evidence.queries.hrefs import page_of
from app.evidence.queries.marks import Marks, as_read_by
from app.evidence.queries.pieces import for_lists
from app.infra.db import db
from app.infra.pagination import PER_PAGE, Page
from app.infra.templating import counted, plural


@dataclass(frozen=True, slots=True)
class Warn:
    """One warning in words. `title` and `href` lead to the piece that it is about; both are empty where it is none."""

    heading: str
    text: str
    title: str = ""
    href: str = ""


@dataclass(frozen=True)
class EvidenceList:
    """A filtered list: one page of cards, the filters with counts, and what holds of all pieces."""

    page: Page[Card]
    facets: list[tuple[str, str, list[Facet]]]
    quarters: list[Facet]
    chosen: Filters
    in_words: list[Chosen]
    warnings: list[Warn]
    total: int
    drafts: int
    waiting: int
    ending: int


def list_evidence(actor: Actor, person_id: uuid.UUID, marks: Marks, chosen: Filters, number: int) -> EvidenceList:
    """Return one page of a person's pieces that the actor may read, newest first, in a fixed number of queries.

    For readers who may see all that was shared (`Evidence.LIST`): where the person stands is shown beside each claim.
    """
    is_own = actor.person_id == person_id
    marks = as_read_by(actor, person_id, marks)
    readable = readable_pieces(actor, person_id)
    rows = narrowed(readable, chosen, marks)
    found = count_pieces(rows, marks)
    wanted = for_lists().where(readable, rows.all_but()).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    statuses = statuses_of(person_id) if found.total else {}
    cards = [
        replace(card, shows=tuple(with_status(shown, statuses) for shown in card.shows))
        for card in (fetch_cards(wanted, marks, is_own=is_own) if found.without[""] else [])
    ]
    return EvidenceList(
        page=Page(cards, number, found.without[""]),
        facets=facets(found, chosen, marks, whose="your" if is_own else "the"),
        quarters=timeline(found, chosen, marks.on),
        chosen=chosen,
        in_words=in_words(found, chosen, marks),
        warnings=warnings_of(person_id, marks, is_own=is_own) if found.total else [],
        total=found.total,
        drafts=found.drafts,
        waiting=found.waiting,
        ending=found.ending,
    )


# Warnings ----------------------------------------------------------------------


def balance_of(person_id: uuid.UUID, marks: Marks) -> tuple[Balance, dict[uuid.UUID, str]]:
    """Return what is to be warned of in what counts for a person, and the titles of the pieces; one query.

    For readers who may see all that was shared (`Evidence.LIST`, `Standing.READ`).
    """
    rows = db.session.execute(
        select(Evidence.id, Evidence.title, Evidence.occurred_on, Claim.expectation_id, EvidenceLink.url)
        .join(Claim, Claim.evidence_id == Evidence.id)
        .outerjoin(EvidenceLink, and_(EvidenceLink.evidence_id == Evidence.id, EvidenceLink.position == 0))
        .where(Evidence.subject_id == person_id, counts(marks))
        .order_by(Evidence.occurred_on, Evidence.id, Claim.id),
    ).all()
    links = {row.id: row.url for row in rows if row.url}
    pairs = {(row.expectation_id, row.id): row.occurred_on for row in rows}
    counting = [
        Counted(expectation_id, piece_id, on, _window(marks, expectation_id))
        for (expectation_id, piece_id), on in pairs.items()
    ]
    return balance(counting, links, marks.on, marks.leaves), {row.id: row.title for row in rows}


def _window(marks: Marks, expectation_id: str) -> int:
    rule = marks.mark(expectation_id).rule
    return rule.window_days if rule else 0


def warnings_of(person_id: uuid.UUID, marks: Marks, *, is_own: bool) -> list[Warn]:
    """Return the warnings in words, with what would help. None of them is a figure for the person."""
    found, titles = balance_of(person_id, marks)
    made = []
    if found.recency is not None:
        said = f"{found.recency.recent} of {counted(found.recency.counted, 'piece', 'pieces')} that count"
        helps = (
            "Look back through the last year: older work that still counts makes the picture steadier."
            if is_own
            else "Ask what else there was earlier in the year, and look at the whole of it."
        )
        made.append(
            Warn("Most of it is recent", f"{said} happened in the last quarter of the time they count for. {helps}")
        )
    if found.reliance is not None:
        first, *others = found.reliance.pieces
        same = f" and {counted(len(others), 'piece', 'pieces')} with the same link" if others else ""
        helps = (
            "Work of another kind or on another project would show these more surely."
            if is_own
            else "Ask whether other work shows the same."
        )
        made.append(
            Warn(
                "Much rests on one piece of work",
                f"{same} {plural(len(others) + 1, 'supports', 'support')} {found.reliance.supported} of "
                f"{found.reliance.evidenced} expectations that have evidence. {helps}",
                titles[first],
                page_of(first),
            )
        )
    return made
