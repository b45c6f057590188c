"""What a report is asked for: the day, the period and the filters, read from an address or the command line."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.access.actor import Actor
from app.domain.as_of import AsOf, Known
from app.domain.errors import InvalidError

AS_OF, KNOWN, FROM, TO = "as_of", "known", "from", "to"
TEAM, PERSON, LADDER, LEVEL, GROUP, CYCLE = "team", "person", "ladder", "level", "group", "cycle"
EVERY = (AS_OF, KNOWN, FROM, TO, TEAM, PERSON, LADDER, LEVEL, GROUP, CYCLE)
MAX_TEXT = 120
FIRST_DAY = date(1900, 1, 1)
"""Nobody worked here before; and what reports look back upon stays a day that there is."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a report. Without an actor it is the command line, which is governed by the machine's own rights."""

    actor: Actor | None = None

    @property
    def is_command_line(self) -> bool:
        """Say whether nobody's rights narrow the report."""
        return self.actor is None


@dataclass(frozen=True, slots=True)
class Criteria:
    """What one report is asked for. `known_then_at` is None where everything recorded until now counts.

    `k` is the smallest group that is shown. `text` is the filters as they stand in an address, to repeat the question.
    """

    viewer: Viewer
    as_of: AsOf
    today: date
    k: int
    start: date | None = None
    end: date | None = None
    team_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    lineage: str | None = None
    level: str | None = None
    group: str | None = None
    cycle_id: uuid.UUID | None = None
    is_for_outside: bool = False
    text: Mapping[str, str] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """Return the day of the report."""
        return self.as_of.day


def read_criteria(
    given: Mapping[str, str],
    takes: frozenset[str],
    *,
    viewer: Viewer,
    today: date,
    k: int,
    is_for_outside: bool = False,
) -> Criteria:
    """Return what a report is asked for. Filters that the report does not take are left out.

    InvalidError names the field: a day that is none, lies in the future or before another one, an id that is none.
    """
    text = {name: value.strip() for name in EVERY if name in takes and (value := given.get(name)) and value.strip()}
    day = _day(text, AS_OF) or today
    if day > today:
        raise InvalidError("This day lies in the future; choose today or an earlier one.", field=AS_OF)
    start, end = _day(text, FROM), _day(text, TO)
    if end is not None and end > today:
        raise InvalidError("This day lies in the future; choose today or an earlier one.", field=TO)
    if start is not None and start > (end or day):
        raise InvalidError("The period must begin before it ends.", field=FROM)
    known = text.get(KNOWN, Known.THEN.value)
    if known not in set(Known):
        raise InvalidError("Choose “then” or “now”.", field=KNOWN)
    return Criteria(
        viewer=viewer,
        as_of=AsOf(day, Known(known)),
        today=today,
        k=k,
        start=start,
        end=end,
        team_id=_id(text, TEAM),
        person_id=_id(text, PERSON),
        lineage=_text(text, LADDER),
        level=_text(text, LEVEL),
        group=_text(text, GROUP),
        cycle_id=_id(text, CYCLE),
        is_for_outside=is_for_outside,
        text=text,
    )


def _day(text: Mapping[str, str], name: str) -> date | None:
    given = text.get(name)
    if given is None:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise InvalidError("Write a day as 2026-11-21.", field=name) from None
    if day < FIRST_DAY:
        raise InvalidError("This day lies too far back; choose one from 1900 on.", field=name)
    return day


def _id(text: Mapping[str, str], name: str) -> uuid.UUID | None:
    given = text.get(name)
    if given is None:
        return None
    try:
        return uuid.UUID(given)
    except ValueError:
        raise InvalidError("This names nobody and nothing that is known here.", field=name) from None


def _text(text: Mapping[str, str], name: str) -> str | None:
    given = text.get(name)
    if given is not None and len(given) > MAX_TEXT:
        raise InvalidError("This names nothing that is known here.", field=name)
    return given
