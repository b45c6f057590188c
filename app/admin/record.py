"""Looking something up in the record: from what a form says to what the record is asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can
from app.admin.forms import RecordForm
from app.admin.queries import select_people_named
from app.audit.models import AuditEvent
from app.audit.queries import EventFilter
from app.audit.tags import Tag
from app.audit.wording import REFUSALS, SOURCES, WORDINGS, source_of
from app.infra.clock import local, now


@dataclass(frozen=True, slots=True)
class KindOption:
    """One choice of a filter: the value of the field and its words."""

    value: str
    label: str
    chosen: bool


def wanted(form: RecordForm) -> EventFilter:
    """Return what a form asks for. Call it after the form was validated: what was refused limits nothing."""
    since = form.day("since")
    until = None if form.until.errors else form.day("until")
    return EventFilter(
        starts=start_of(since) if since else None,
        ends=start_of(until + timedelta(days=1)) if until and until < date.max else None,
        tags=_tags(form.kind.data or "", refused=bool(form.refused.data)),
        by=select_people_named(form.by.data),
        by_label=form.by.data or None,
        about=select_people_named(form.about.data),
    )


def start_of(day: date) -> datetime:
    """Return the first moment of a day in the company's time zone."""
    return datetime.combine(day, time.min, local(now()).tzinfo)


def _tags(kind: str, *, refused: bool) -> Collection[Tag] | None:
    """Return the tags of a kind, one tag or a whole source; None for all of them. An unknown kind is no limit."""
    chosen = [tag for tag in Tag if kind in {tag.value, source_of(tag)}]
    if refused:
        return [tag for tag in chosen or Tag if tag in REFUSALS]
    return chosen or None


def kind_options(actor: Actor, chosen: str | None) -> list[tuple[str, list[KindOption]]]:
    """Return the kinds of acts whose rows somebody may read, as groups of options, the whole source first."""
    readable = [tag for tag in Tag if can(actor, Permission.Audit.READ, AuditEvent(tag=tag.value))]
    groups = []
    for source, title in SOURCES.items():
        tags = sorted((tag for tag in readable if source_of(tag) == source), key=lambda tag: WORDINGS[tag].label)
        if not tags:
            continue
        options = [KindOption(source, f"{title}: everything", chosen == source)] * (len(tags) > 1)
        options += [KindOption(tag.value, WORDINGS[tag].label, chosen == tag.value) for tag in tags]
        groups.append((title, options))
    return groups
