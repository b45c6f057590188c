"""The page of a cycle in words: its rail, what is missing, its cases and what happened. No database, no session."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.promotion import CaseState, CycleState, DecisionKind, Guard, next_move
from app.infra.clock import local
from app.infra.templating import ago, counted, day_and_month, join_words, long_date, number_word, plural
from app.promotion.actions.cycles import CUT_OFF
from app.promotion.models import CycleStep, NominatedBy, PromotionCycle
from app.promotion.queries.cycles import CaseRow, StepLine, days_of
from app.promotion.queries.guards import Owed
from app.promotion.wording import (
    CASE_STATE,
    CYCLE_NOW,
    CYCLE_STATE,
    DEADLINE,
    DEADLINE_OF,
    GUARD,
    LAPSED,
    MOVE_BEFORE,
    NOMINATIONS_CLOSED,
    OUTCOME,
    PUBLIC_CYCLE_NOW,
    public_state,
)

_RAIL = (
    ("Nominations", "nominations_close", (CycleState.OPEN,)),
    ("Packets", "packets_due", (CycleState.PACKETS,)),
    ("Feedback", "feedback_due", (CycleState.FEEDBACK,)),
    ("Review", "review_due", (CycleState.REVIEW,)),
    ("Calibration", "calibration_on", (CycleState.CALIBRATION,)),
    ("Decisions told", "communicate_by", (CycleState.DECIDED, CycleState.COMMUNICATED)),
    ("Appeals", "appeal_until", (CycleState.APPEALS,)),
)
_PUBLIC_RAIL = (
    *_RAIL[:3],
    ("Committee", "calibration_on", (CycleState.REVIEW, CycleState.CALIBRATION, CycleState.DECIDED)),
    ("Decisions told", "communicate_by", (CycleState.COMMUNICATED,)),
    _RAIL[-1],
)
TAKES_NO_PART = "There are cases in which you take no part. What is missing in them is neither counted nor shown here."
"""Said in every phase to whoever is kept from a case, so that it tells nothing of how far the case is."""
_EARLY = frozenset({CaseState.DRAFTING, CaseState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase on the rail: `state` is `done`, `now` or empty; `day` says what its date means."""

    name: str
    day: str
    state: str


def phases_of(cycle: PromotionCycle, steps: Sequence[CycleStep], *, sees_inside: bool) -> list[Phase]:
    """Return the rail of a cycle. Outside the committee and HR, review, calibration and decision are one phase."""
    left = {step.source: local(step.at).date() for step in steps if step.kind in {"move", "cancel"}}
    reached = _reached(cycle, steps)
    phases = []
    for name, deadline, states in _RAIL if sees_inside else _PUBLIC_RAIL:
        day: date | None = getattr(cycle, deadline)
        if cycle.state in states:
            phases.append(Phase(name, _until(day), "now"))
        elif states[-1].order < reached:
            done = left.get(states[-1].value) or day
            phases.append(Phase(name, f"done {day_and_month(done)}" if done else "done", "done"))
        else:
            phases.append(Phase(name, day_and_month(day) if day else "no day yet", ""))
    return phases


def _reached(cycle: PromotionCycle, steps: Sequence[CycleStep]) -> int:
    """Return how far a cycle came: a cancelled one stopped in the phase that it was cancelled in."""
    if cycle.state is not CycleState.CANCELLED:
        return cycle.state.order
    source = next((step.source for step in steps if step.kind == "cancel"), None)
    return CycleState(source).order if source else 0


def _until(day: date | None) -> str:
    return f"until {day_and_month(day)}" if day else "now"


def heading_of(cycle: PromotionCycle, *, sees_inside: bool) -> str:
    """Return what the page of a cycle is about: “Winter 2026: packets are being written”."""
    return f"{cycle.name}: {(CYCLE_NOW if sees_inside else PUBLIC_CYCLE_NOW)[cycle.state]}"


def days_left(cycle: PromotionCycle, on: date, *, sees_inside: bool) -> str:
    """Return how long the phase still lasts, in words; empty where nothing is counted."""
    hidden = cycle.state in {CycleState.REVIEW, CycleState.CALIBRATION, CycleState.DECIDED} and not sees_inside
    name = "communicate_by" if hidden else DEADLINE_OF.get(cycle.state)
    day: date | None = getattr(cycle, name) if name else None
    if day is None or name is None:
        return ""
    left = (day - on).days
    if left < 0:
        return f"{DEADLINE[name]} was {counted(-left, 'day', 'days')} ago"
    if left == 0:
        return f"{DEADLINE[name]}: today"
    if hidden:
        return f"{counted(left, 'day', 'days')} until everybody is told"
    return f"{counted(left, 'day', 'days')} left"


def public_days(cycle: PromotionCycle, closed_on: date | None) -> list[tuple[str, date]]:
    """Return every day of a cycle with what it is, in their order; those that are not set are left out.

    `closed_on` is the day on which nominations were closed, which may be before the one that was planned.
    """
    days = {**days_of(cycle), CUT_OFF: cycle.evidence_until}
    named = [(DEADLINE[name], day) for name, day in days.items() if day is not None]
    if closed_on:
        named[0] = (NOMINATIONS_CLOSED, closed_on)
    return sorted(named, key=lambda one: one[1])


# What is missing -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwedLine:
    """One missing thing on the page. `key` is what a reminder names; empty where nobody can be reminded now.

    `is_person`: `who` is a name and no office. `link` says in which words and where the reader mends it, or None.
    """

    what: str
    who: str
    is_person: bool
    note: str
    case_code: str
    case_id: uuid.UUID | None
    key: str
    link: tuple[str, str] | None


def owed_lines(
    lines: Collection[Owed],
    reminders: Mapping[str, datetime],
    *,
    now: datetime,
    link: Callable[[Owed], tuple[str, str] | None],
) -> list[OwedLine]:
    """Return missing things as the page shows them, with when somebody was reminded, or by when it is due.

    `link` says where the reader mends a line.
    """
    return [_owed(line, reminders.get(line.key), now, link(line)) for line in lines]


def _owed(line: Owed, reminded: datetime | None, now: datetime, link: tuple[str, str] | None) -> OwedLine:
    on = local(now).date()
    was_today = reminded is not None and local(reminded).date() >= on
    if reminded is not None:
        note = "reminded today" if was_today else f"reminded {ago(reminded, now)}"
    elif line.due_on is not None:
        note = f"{'was due' if line.due_on < on else 'due'} {day_and_month(line.due_on)}"
    else:
        note = ""
    can_remind = bool(line.people and line.kind) and not was_today
    is_person = bool(line.people) and line.guard is not Guard.QUORUM_REACHED
    key = line.key if can_remind else ""
    return OwedLine(line.what, line.who, is_person, note, line.case_code, line.case_id, key, link)


def guards_in_words(lines: Collection[Owed]) -> str:
    """Return what the guards ask that do not hold, as one remark."""
    return ". ".join(GUARD[guard] for guard in Guard if any(line.guard is guard for line in lines))


MOST_CODES = 3


def missing_in_words(cycle: PromotionCycle, lines: Collection[Owed]) -> str:
    """Return what is missing and for what: “Three things are missing before feedback can open”.

    However many colleagues owe answers on a case, that is one thing, and named where nothing else is missing.
    """
    move = next_move(cycle.state)
    if move is None or not lines:
        return ""
    codes = sorted({line.case_code for line in lines if line.guard is Guard.FEEDBACK_GIVEN})
    others = sum(line.guard is not Guard.FEEDBACK_GIVEN for line in lines)
    if not others and len(codes) <= MOST_CODES:
        return f"Feedback on {join_words(codes)} is missing {MOVE_BEFORE[move.target]}."
    number = others + len(codes)
    things = plural(number, "thing is", "things are")
    return f"{number_word(number).capitalize()} {things} missing {MOVE_BEFORE[move.target]}."


# Cases and what happened -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One row of the table of cases."""

    row: CaseRow
    nominated: str
    state: str
    note: str
    feedback: str
    reviewers: str


def case_lines(
    cycle: PromotionCycle, rows: Sequence[CaseRow], packet_days: Mapping[uuid.UUID, date | None]
) -> list[CaseLine]:
    """Return the table of cases. Of a case in which the reader takes no part it says what everybody may know of it."""
    return [_case_line(cycle, row, packet_days.get(row.case.id)) for row in rows]


def _case_line(cycle: PromotionCycle, row: CaseRow, packet_day: date | None) -> CaseLine:
    case, is_over = row.case, row.case.state.is_over
    by = "Self" if case.nominated_by is NominatedBy.SELF else row.nominated_by
    note = ""
    if case.is_incomplete:
        note = f"{'No quorum' if case.lacks_reviewers else 'Incomplete'}: to be deferred or withdrawn"
    elif case.state in _EARLY and packet_day:
        note = f"Packet due {day_and_month(packet_day)}"
    elif case.state is CaseState.NOMINATED and cycle.nominations_close:
        note = f"To be answered by {day_and_month(cycle.nominations_close)}"
    return CaseLine(
        row,
        f"{by}, {day_and_month(local(case.nominated_at).date())}",
        _outcome(row) or (CASE_STATE[case.state] if row.is_inside else public_state(case.state)),
        note,
        _feedback(cycle, row, is_over=is_over),
        _reviewers(row, is_over=is_over),
    )


def _outcome(row: CaseRow) -> str:
    if row.outcome is None:
        return ""
    return LAPSED if row.outcome is DecisionKind.PROMOTE and row.has_lapsed else OUTCOME[row.outcome]


def outcomes_in_words(rows: Sequence[CaseRow]) -> str:
    """Return how many cases ended how, as far as the reader may know: “Two promoted, one not yet.”; empty for none."""
    found = Counter(words for row in rows if (words := _outcome(row)))
    counted_words = [f"{number_word(found[one])} {one.lower()}" for one in (*OUTCOME.values(), LAPSED) if found[one]]
    said = ", ".join(counted_words)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _feedback(cycle: PromotionCycle, row: CaseRow, *, is_over: bool) -> str:
    if not row.is_inside or (is_over and not row.asked):
        return "–"
    if row.case.feedback_waived_reason:
        return f"{row.given}, waived"
    return f"{row.given} of {row.asked} asked, {cycle.feedback_needed} needed" if row.asked else "not asked"


def _reviewers(row: CaseRow, *, is_over: bool) -> str:
    if not row.is_inside or (is_over and not row.seats):
        return "–"
    if row.case.is_incomplete:
        return "not rated"
    if not row.seats and not row.replaced:
        return "not yet drawn"
    return f"{row.seats}, {f'{row.replaced} replaced' if row.replaced else 'none replaced'}"


def _moved_day(line: StepLine) -> str:
    step = line.step
    name = DEADLINE.get(step.deadline or "", step.deadline or "")
    is_earlier = step.day is not None and step.day_before is not None and step.day < step.day_before
    before = f" from {long_date(step.day_before)}" if step.day_before else ""
    to = f" to {long_date(step.day)}" if step.day else ""
    whose = f", for P-{line.case_number:02} alone" if line.case_number else ""
    return f"Brought “{name}” forward{before}{to}" if is_earlier else f"Extended “{name}”{before}{to}{whose}"


def step_words(line: StepLine) -> str:
    """Return what happened, as a sentence without its stop."""
    step = line.step
    if step.kind == "cancel":
        return "Cancelled"
    if step.kind == "approve":
        return "Approved the list of decisions"
    if step.kind == "extend":
        return _moved_day(line)
    if step.source is None or step.target is None:
        return "Drafted"
    return f"Moved from {CYCLE_STATE[CycleState(step.source)]} to {CYCLE_STATE[CycleState(step.target)]}"
