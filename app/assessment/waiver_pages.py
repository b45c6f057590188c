"""Waivers as their pages show them, and as the inbox says that one waits. For views only: no database."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from app.assessment.actions import Approver
from app.assessment.queries import AS_MANAGER, WaiverLine, WaiverState
from app.assessment.wording import Names, named
from app.domain.ladder import Ladder
from app.domain.readiness import Waiver
from app.infra.templating import join_words, long_date
from app.notices.sources import Waiting, WaitingRow

STATES = {
    WaiverState.WAITS_FOR_MANAGER: "Waits for the line manager",
    WaiverState.WAITS_FOR_HR: "Waits for HR",
    WaiverState.HOLDS: "Holds",
    WaiverState.REFUSED: "Refused",
    WaiverState.ENDED: "Ended",
    WaiverState.TAKEN_BACK: "Taken back",
}
WAITS_FOR = {Approver.MANAGER: WaiverState.WAITS_FOR_MANAGER, Approver.HR: WaiverState.WAITS_FOR_HR}
ROLES = {Approver.MANAGER: "line manager", Approver.HR: "HR"}


@dataclass(frozen=True, slots=True)
class WaiverAct:
    """What this reader can do about a waiver."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class WaiverView:
    """One waiver with who decided what and when, in the order in which it happened."""

    text: str
    where: str
    state: str
    tone: str
    is_live: bool
    reason: str
    words: str
    history: tuple[tuple[datetime, str], ...]
    acts: tuple[WaiverAct, ...]


def waiver_views(
    lines: Sequence[WaiverLine], ladder: Ladder | None, roles: Sequence[Approver]
) -> tuple[list[WaiverView], list[WaiverView]]:
    """Return the live waivers and the past ones. `roles` are those in which this reader may approve."""
    views = [_view(line, ladder, roles) for line in lines]
    return [view for view in views if view.is_live], [view for view in views if not view.is_live]


def expectation_words(ladder: Ladder | None, expectation_id: str) -> tuple[str, str]:
    """Return the text of an expectation and its competency; its id where the ladder of today does not have it."""
    if ladder is None or not ladder.has_expectation(expectation_id):
        return f"{expectation_id}, which the ladder of today does not have", ""
    found = ladder.expectation(expectation_id)
    return found.text, next(one.name for one in ladder.competencies if one.id == found.competency)


def _view(line: WaiverLine, ladder: Ladder | None, roles: Sequence[Approver]) -> WaiverView:
    text, where = expectation_words(ladder, line.expectation_id)
    return WaiverView(
        text=text,
        where=where,
        state=STATES[line.state],
        tone={WaiverState.HOLDS: "good"}.get(line.state, "warn" if line.state.is_live else ""),
        is_live=line.state.is_live,
        reason=line.reason,
        words=line.words,
        history=_history(line),
        acts=tuple(_acts(line, roles)) if line.state.is_live else (),
    )


def _history(line: WaiverLine) -> tuple[tuple[datetime, str], ...]:
    halves = [(line.manager_at, line.manager, "line manager"), (line.hr_at, line.hr, "HR")]
    given = sorted(((at, name, role) for at, name, role in halves if at is not None), key=lambda half: half[0])
    told = [
        (at, f"{name or 'Somebody'} {'approved' if place else 'asked'} as {role}")
        for place, (at, name, role) in enumerate(given)
    ]
    if line.ended_at is not None:
        verb = {WaiverState.REFUSED: "refused", WaiverState.TAKEN_BACK: "took it back"}.get(line.state, "ended it")
        told.append((line.ended_at, f"{line.ended_by or 'Somebody'} {verb}"))
    return tuple(told)


def _acts(line: WaiverLine, roles: Sequence[Approver]) -> list[WaiverAct]:
    acts = []
    for role in roles:
        beside = f" as {ROLES[role]}" if len(roles) > 1 else ""
        if line.state is WAITS_FOR[role]:
            acts.append(WaiverAct(f"Approve or refuse{beside}", answer_href(line.id, role)))
        else:
            label = "End it" if line.state is WaiverState.HOLDS else "Take it back"
            acts.append(WaiverAct(f"{label}{beside}", url_for(f"assessment.ask_end_as_{role}", waiver_id=line.id)))
    return acts


def answer_href(waiver_id: uuid.UUID, role: Approver) -> str:
    """Return the page on which a role answers."""
    return url_for(f"assessment.show_waiver_as_{role}", waiver_id=waiver_id)


def waived_words(waiver: Waiver, names: Names) -> str:
    """Return who let an expectation not apply, and since when, for the page of a standing."""
    days = [one for one in (waiver.manager_approved_on, waiver.hr_approved_on) if one]
    who = join_words([named(one, names) for one in waiver.approver_ids])
    return f"Approved by {who}, {long_date(max(days))}" if days else ""


def say_waived(row: WaitingRow) -> Waiting:
    """Put a waiver that has come to hold into words, for the engineer. The reason stays on its page."""
    return Waiting(
        text="An expectation was waived for you",
        detail="Your line manager and HR agree that it does not apply; which one and why stands with your waivers",
        href=url_for("assessment.list_waivers", person_id=row.person_id),
        icon="assess",
        since=row.since,
    )


def say_waiver(row: WaitingRow) -> Waiting:
    """Put a waiver that waits into words. The reason stays on its page."""
    role = Approver.MANAGER if row.code == AS_MANAGER else Approver.HR
    other = "HR" if role is Approver.MANAGER else "The line manager"
    return Waiting(
        text=f"Approve or refuse a waiver for {row.who}",
        detail=f"{other} asks that an expectation does not apply",
        href=answer_href(row.object_id, role),
        icon="assess",
        since=row.since,
    )
