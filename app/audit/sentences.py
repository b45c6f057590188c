"""The rows of the record as sentences, for those who read all of it and for those whom it is about."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from string import Formatter
from typing import Any

from app.access.actor import Actor, Role
from app.access.permissions import Permission
from app.access.policy import can
from app.access.relations import relations
from app.audit.models import AuditEvent
from app.audit.queries.events import numbers_for
from app.audit.tags import Tag
from app.audit.wording import WORDINGS, Wording
from app.domain.policies import POLICIES
from app.infra.clock import local
from app.infra.templating import long_date

SOMEBODY = "Somebody"
SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence: plain words, or a name with the person it belongs to."""

    text: str
    person_id: uuid.UUID | None = None
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row as a page shows it. `seq` is the number that its reader sees.

    `details` are pairs of name and text, None for who may not read them.
    """

    seq: int
    at: datetime
    day: str
    time: str
    label: str
    parts: Sequence[Part]
    is_refusal: bool
    address: str
    details: Sequence[tuple[str, str]] | None

    @property
    def text(self) -> str:
        """Return the whole sentence."""
        return "".join(part.text for part in self.parts) + "."


def lines_for(actor: Actor, rows: Sequence[AuditEvent]) -> list[Line]:
    """Return rows of the record in words, details only where the reader may have them. Names are read at once."""
    names, numbers = _names(rows), numbers_for(actor)
    lines = (_line(row, names, with_details=can(actor, Permission.Audit.READ_DETAILS, row)) for row in rows)
    return [replace(line, seq=numbers.of(line.seq)) for line in lines]


def lines_about(person_id: uuid.UUID, rows: Sequence[AuditEvent]) -> list[Line]:
    """Return rows about a person as they are told to that person, who is “you” in them. A row without words is out."""
    names = _names(rows)
    found = []
    for row in rows:
        wording = WORDINGS[Tag(row.tag)]
        if wording.told is None:
            continue
        sentence = _filled(wording.told, row) or _filled(wording.act.replace("{subject}", "you"), row) or ""
        who = Part("You", person_id, is_name=True) if row.actor_id == person_id else _who(row, names)
        found.append(_shaped(row, wording, [who, Part(f" {sentence}")], details=None))
    return found


def by_day(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """Return lines with the day above those that follow each other on it."""
    return [(day, list(group)) for day, group in groupby(lines, key=lambda line: line.day)]


def _names(rows: Iterable[AuditEvent]) -> Mapping[uuid.UUID, str]:
    ids = {one for row in rows for one in (row.actor_id, row.subject_id) if one is not None}
    return relations.names(ids) if ids else {}


def _line(row: AuditEvent, names: Mapping[uuid.UUID, str], *, with_details: bool) -> Line:
    wording = WORDINGS[Tag(row.tag)]
    parts = [_who(row, names), Part(" "), *_sentence(wording, row, names, with_details=with_details)]
    return _shaped(row, wording, parts, _details(row) if with_details else None)


def _shaped(
    row: AuditEvent, wording: Wording, parts: Sequence[Part], details: Sequence[tuple[str, str]] | None
) -> Line:
    moment = local(row.at)
    return Line(
        seq=row.seq,
        at=row.at,
        day=long_date(row.at),
        time=f"{moment:%H:%M:%S}",
        label=wording.label,
        parts=parts,
        is_refusal=wording.is_refusal,
        address=row.address,
        details=details,
    )


def _who(row: AuditEvent, names: Mapping[uuid.UUID, str]) -> Part:
    if row.actor_id is None:
        return Part(row.actor_label or SOMEBODY, is_name=True)
    return _name(row.actor_id, names)


def _name(person_id: uuid.UUID, names: Mapping[uuid.UUID, str]) -> Part:
    """Return a name; of somebody who is not known any more, the id that the record keeps."""
    name = names.get(person_id)
    return Part(name, person_id, is_name=True) if name else Part(f"Person {person_id}", is_name=True)


def _sentence(
    wording: Wording, row: AuditEvent, names: Mapping[uuid.UUID, str], *, with_details: bool
) -> Iterable[Part]:
    if row.subject_id is None and "{subject}" in wording.act:
        full = _filled(wording.bare_in_full, row) if with_details else ""
        yield Part(full or wording.bare or wording.act.replace("{subject}", "somebody"))
        return
    is_own = row.subject_id is not None and row.subject_id == row.actor_id
    pattern = wording.own if is_own and wording.own else wording.act
    if with_details and wording.in_full and not (is_own and wording.own):
        pattern = wording.in_full
    filled = _filled(pattern, row) or wording.act
    before, placed, after = filled.partition("{subject}")
    yield Part(before)
    if placed and row.subject_id is not None:
        yield _name(row.subject_id, names)
        yield Part(after)


def _filled(pattern: str, row: AuditEvent) -> str:
    """Return a sentence with its places filled from the details, but for the subject; empty where one is missing."""
    wanted = {name for _, name, _, _ in Formatter().parse(pattern) if name} - {SUBJECT}
    if not wanted:
        return pattern
    details = json.loads(row.details)
    if not wanted <= details.keys():
        return ""
    return pattern.format(subject="{subject}", **{name: _said(name, details[name]) for name in wanted})


def _said(name: str, value: Any) -> str:  # noqa: ANN401 - details hold whatever JSON can
    """Return a detail as a sentence says it."""
    if name == "role" and value in set(Role):
        return Role(value).label
    if name == "key" and value in POLICIES:
        return f"“{POLICIES[value].title}”"
    if name == "format":
        return _visible(str(value).upper())
    if name == "reason" and not value:
        return "none given"
    return _visible(", ".join(str(one) for one in value) if isinstance(value, list) else str(value))


def _details(row: AuditEvent) -> list[tuple[str, str]]:
    """Return everything that a row holds beside its sentence, as pairs of name and text."""
    held = json.loads(row.details)
    pairs = [(name.replace("_", " ").capitalize(), _value(value)) for name, value in sorted(held.items())]
    pairs += [("Object", str(row.object_id))] * (row.object_id is not None)
    return [*pairs, ("Tag", row.tag), ("Hash", row.hash)]


def _value(value: Any) -> str:  # noqa: ANN401 - details hold whatever JSON can
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return _visible(", ".join(value))
    return _visible(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _visible(text: str) -> str:
    """Return a text with its control and direction characters as escapes, so that none plays with the page."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
