"""What an author says in a piece, and the rules it must keep."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from app.domain.errors import InvalidError
from app.domain.evidence import EvidenceKind
from app.evidence.links import checked_links
from app.evidence.models import Evidence
from app.evidence.queries import marks_for
from app.infra.clock import local
from app.infra.templating import long_date

MEANINGFUL = ("title", "narrative", "kind", "occurred_from", "occurred_on")
"""The fields that, like links and files, change what a piece says: whoever confirmed it has not confirmed this."""


@dataclass(frozen=True)
class Content:
    """What an author says. `claims` maps each expectation id to the line on how the piece shows it.

    A range of days occurred on its last day, `occurred_on`; `occurred_from` is its first.
    """

    title: str
    kind: EvidenceKind
    occurred_on: date
    occurred_from: date | None = None
    narrative: str = ""
    links: tuple[str, ...] = ()
    claims: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def company_day(at: datetime) -> date:
    """Return the company's calendar day of a moment."""
    return local(at).date()


def checked_content(content: Content, *, subject_id: uuid.UUID, at: datetime, kept: Iterable[str] = ()) -> Content:
    """Return the content in its stored form. InvalidError names the field that breaks a rule.

    `kept` are expectations that the piece is linked to already: they may stay, whatever has become of their ladder.
    """
    if not content.title:
        raise InvalidError("Write one line that says what happened.", field="title")
    today = company_day(at)
    first = content.occurred_from
    check_day(content.occurred_on, today)
    check_first_day(first, content.occurred_on)
    _check_expectations(content.claims, subject_id, today, kept)
    return replace(
        content,
        occurred_from=None if first == content.occurred_on else first,
        links=checked_links(content.links),
    )


def check_day(day: date, today: date) -> None:
    """Raise InvalidError for a day that lies ahead."""
    if day > today:
        raise InvalidError(
            f"That day lies ahead. Evidence is what has happened: the last possible day is today, {long_date(today)}.",
            field="occurred_on",
        )


def check_first_day(first: date | None, last: date) -> None:
    """Raise InvalidError for a range of days whose first lies after its last."""
    if first is not None and first > last:
        raise InvalidError(
            "The first day lies after the last one; swap them, or leave it empty.", field="occurred_from"
        )


def _check_expectations(claims: Iterable[str], subject_id: uuid.UUID, today: date, kept: Iterable[str]) -> None:
    new = set(claims) - set(kept)
    if new and (unknown := new - marks_for(subject_id, today).linkable.keys()):
        raise InvalidError(
            f"No ladder of yours has {', '.join(sorted(unknown))[:200]}. Choose from the list.",
            field="expectations",
        )


def stored_texts(piece: Evidence) -> dict[str, str]:
    """Return what is stored, by the names of the fields of the form, for a page that shows both texts."""
    texts = {
        "title": piece.title,
        "narrative": piece.narrative,
        "kind": piece.kind.value,
        "occurred_on": piece.occurred_on.isoformat(),
        "occurred_from": piece.occurred_from.isoformat() if piece.occurred_from else "",
        "links": "\n".join(link.url for link in piece.links),
        "expectations": "\n".join(claim.expectation_id for claim in piece.claims),
    }
    return texts | {line_name(claim.expectation_id): claim.line for claim in piece.claims}


def conflict_labels(piece: Evidence, claims: Iterable[str], at: datetime) -> dict[str, str]:
    """Return what a page that shows two texts calls each field."""
    marks = marks_for(piece.subject_id, company_day(at))
    ids = dict.fromkeys([*(claim.expectation_id for claim in piece.claims), *claims])
    labels = {
        "title": "What happened",
        "narrative": "The story",
        "occurred_on": "Day",
        "occurred_from": "First day",
        "expectations": "Expectations, by name, one on each line",
    }
    return labels | {line_name(one): f"In a line, how it shows: {marks.mark(one).text}" for one in ids}


def line_name(expectation_id: str) -> str:
    """Return the name of the form field that holds the line on one expectation."""
    return f"line_on_{expectation_id}"
