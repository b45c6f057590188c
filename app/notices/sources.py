"""What waits for people. Features say where it stands, and the inbox reads all of it in one statement.

Nothing is stored for it: what waits is what the state of things says, so that an inbox never lies. The same source
composes the mail, at the moment of sending, and a mail whose reason is gone is dropped.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Label, Select, Text, cast, literal, null

from app.access.actor import Actor, Role
from app.infra.db import UtcDateTime
from app.notices.models import Hearing


class WaitingRow(NamedTuple):
    """One row of a source: for whom it waits, what it is about, who it comes from, since when and until when.

    `words` and `code` are what the source needs to say it, such as a title or a level: nothing that the person for whom
    it waits may not read.
    """

    person_id: uuid.UUID
    kind: str
    object_id: uuid.UUID
    who: str
    words: str
    code: str
    since: datetime
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a person: what to do, a line about it, where, and the icon of its kind.

    `since` and `due_on` are those of the row; `is_pressing` where it is wanted now, whatever the days say.
    """

    text: str
    detail: str
    href: str
    icon: str
    since: datetime
    due_on: date | None = None
    is_pressing: bool = False


Selecting = Callable[[date], Select[Any]]
Saying = Callable[[WaitingRow], Waiting]


def everybody(actor: Actor) -> bool:
    """Say that a kind can wait for anybody."""
    del actor
    return True


def leads(actor: Actor) -> bool:
    """Say whether a kind that waits for line managers can wait for this person."""
    return actor.leads


def leads_or_hr(actor: Actor) -> bool:
    """Say whether a kind that waits for line managers and for HR can wait for this person."""
    return actor.leads or actor.has_role(Role.HR)


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of thing that waits.

    `select` gives, for a day, rows made with `waiting_columns`, for everybody at once; the inbox asks for one person.
    `say` puts a row into words; it is called inside a request and by the worker. `label` names the kind among the
    preferences: “Colleagues ask you to confirm a piece”. `hearing` is how people hear of it who have chosen nothing.
    `begins_by_itself`: it begins with a day and not with an act, so nobody can write of it at once: the daily mail is
    the first that can tell it. `concerns` says for whom such a thing can wait; nobody else is asked how they want to
    hear of it.
    """

    kind: str
    label: str
    select: Selecting
    say: Saying
    hearing: Hearing = Hearing.DAILY
    concerns: Callable[[Actor], bool] = everybody
    begins_by_itself: bool = False


_sources: dict[str, Source] = {}


def provide(source: Source) -> None:
    """Let a feature say what waits for people."""
    _sources[source.kind] = source


def every_source() -> list[Source]:
    """Return all sources, in the order of joining."""
    return list(_sources.values())


def find_source(kind: str) -> Source | None:
    """Return a source; None when this version of Belay does not know the kind."""
    return _sources.get(kind)


def waiting_columns(
    kind: str,
    *,
    person_id: Any,  # noqa: ANN401 - columns of any feature, here and below
    object_id: Any,  # noqa: ANN401
    since: Any,  # noqa: ANN401
    who: Any = "",  # noqa: ANN401
    words: Any = "",  # noqa: ANN401
    code: Any = "",  # noqa: ANN401
    due_on: Any = None,  # noqa: ANN401
) -> tuple[Label[Any], ...]:
    """Return the columns that every source selects, in their order and with the same types on both databases."""

    def text(value: Any) -> ColumnElement[Any]:  # noqa: ANN401
        return cast(literal(value) if isinstance(value, str) else value, Text)

    return (
        # No cast around the keys: the inbox asks for one person and one object, and an index answers that.
        person_id.label("person_id"),
        text(kind).label("kind"),
        object_id.label("object_id"),
        text(who).label("who"),
        text(words).label("words"),
        text(code).label("code"),
        # SQLite has no type for a moment: cast, it would become a number.
        since.label("since") if hasattr(since, "label") else literal(since, UtcDateTime).label("since"),
        (cast(null(), Date) if due_on is None else due_on).label("due_on"),
    )
