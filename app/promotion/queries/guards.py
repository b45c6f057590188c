"""What is missing before a cycle's next move, and who owes it. Source of the guards: domain specification, 3.2.

Who reviews a case and has not handed in is nobody's to know: a case under review says how many are in, and never who.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.blind_round import BlindRound
from app.domain.promotion import CaseState, CycleState, Guard, Mover, next_move, out_of_order
from app.infra.db import db, once_per_transaction
from app.infra.templating import counted
from app.people.models import ManagerLink, Person
from app.people.queries import get_people, holds_on
from app.policies.queries import value_of
from app.promotion.models import (
    FeedbackState,
    PanelSeat,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
)
from app.promotion.queries.chairing import chairs_of_cases, has_second_approver, mover_of, recused_from
from app.promotion.queries.cycles import day_for, days_of, pinned_of
from app.promotion.queries.decisions import is_approved_by_two
from app.promotion.queries.panels import serving
from app.promotion.wording import DEADLINE

HR = "HR"
REVIEWERS = "Its reviewers"
ELSEWHERE = (
    "Something is missing in cases in which you take no part. Another person of HR, or whoever chairs them, sees what."
)
NO_MOVER = "The chair has left or is a candidate here, and no deputy can stand in: name another deputy"
ADRIFT = "neither chair nor deputy may chair it: name another deputy"
NO_APPROVER = (
    "Nobody of HR could be the second to approve the list: each of them chairs, is a candidate, has decided a case or "
    "takes no part in one. Somebody else needs the role"
)
_OPEN_TO_ALL = frozenset({Guard.PACKETS_SUBMITTED})
"""Guards whose lines say nothing of the judging: whoever may see the case may read them."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One missing thing. `who` is a name, or an office where several could do it; `people` are whom a reminder reaches.

    `kind` and `object_id` say which entry of their inbox it is, where there is one. `holds_up` is False for what the
    phase asks for and the next move does not wait for.
    """

    guard: Guard
    what: str
    who: str = ""
    people: tuple[uuid.UUID, ...] = ()
    case_id: uuid.UUID | None = None
    case_code: str = ""
    kind: str = ""
    object_id: uuid.UUID | None = None
    due_on: date | None = None
    holds_up: bool = True

    @property
    def key(self) -> str:
        """Return what tells this line from the others of the cycle."""
        whom = "" if self.guard is Guard.QUORUM_REACHED else ".".join(one.hex for one in self.people)
        return f"{self.guard.value}:{self.case_id.hex if self.case_id else ''}:{whom}"


Cases = Sequence[PromotionCase]


def missing_for(cycle: PromotionCycle, on: date) -> list[Owed]:
    """Return what is missing on a day before the cycle's next move, guard by guard, cases by number; empty if nothing.

    Packets are frozen by the move itself: that they are hashed is never missing here, and is checked after freezing.
    """
    move = next_move(cycle.state)
    if move is None:
        return []
    cases = _open_cases(cycle.id)
    lines = [line for guard in move.guards if guard in _LOOKING for line in _LOOKING[guard](cycle, cases, on)]
    return [*(_mover_lacking(cycle, on) if move.mover is Mover.CHAIR else ()), *lines]


def also_asked_for(cycle: PromotionCycle, on: date) -> list[Owed]:
    """Return what is asked for although the next move does not wait for it.

    Those are answers and statements in their phases, and people without whom a later move cannot be made.
    """
    lines: list[Owed] = []
    if cycle.state is CycleState.OPEN:
        lines += _answers_owed(cycle, _open_cases(cycle.id))
    if cycle.state is CycleState.PACKETS:
        lines += _statements_owed(cycle, _open_cases(cycle.id), on)
    if cycle.state in _BEFORE_CHAIR:
        lines += _mover_lacking(cycle, on, holds_up=False)
    if cycle.state in _BEFORE_LIST and not has_second_approver(cycle, on):
        lines.append(Owed(Guard.SECOND_APPROVED, NO_APPROVER, HR, holds_up=False))
    return lines


_BEFORE_CHAIR = frozenset({CycleState.OPEN, CycleState.PACKETS, CycleState.FEEDBACK})
_BEFORE_LIST = _BEFORE_CHAIR | {CycleState.REVIEW, CycleState.CALIBRATION}


def _mover_lacking(cycle: PromotionCycle, on: date, *, holds_up: bool = True) -> list[Owed]:
    """Ask for somebody who can make the moves of the chair."""
    if mover_of(cycle, on) is not None:
        return []
    return [Owed(Guard.COMMITTEES_NAMED, NO_MOVER, HR, holds_up=holds_up)]


def inside_of(actor: Actor, cycle_id: uuid.UUID) -> dict[uuid.UUID, bool]:
    """Return the cases of a cycle that a reader may see, and of each whether they may know how far it is."""
    rows = db.session.execute(
        select(PromotionCase.id, visible_to(actor, Permission.Case.READ_COUNT, PromotionCase)).where(
            PromotionCase.cycle_id == cycle_id, visible_to(actor, Permission.Case.READ, PromotionCase)
        )
    )
    return {case_id: bool(inside) for case_id, inside in rows}


def lines_seen(is_inside: Mapping[uuid.UUID, bool], lines: Collection[Owed]) -> list[Owed]:
    """Return the lines that a reader may see, by what `inside_of` says of the cases.

    Whoever is recused from a case, or is its candidate, learns nothing of how far it is.
    """
    return [
        line
        for line in lines
        if line.case_id is None
        or is_inside.get(line.case_id)
        or (line.case_id in is_inside and line.guard in _OPEN_TO_ALL)
    ]


def owed_as_seen(actor: Actor | None, cycle_id: uuid.UUID, lines: Collection[Owed]) -> list[Owed]:
    """Return the lines that a reader may see; all of them for Belay itself, which is nobody."""
    return list(lines) if actor is None else lines_seen(inside_of(actor, cycle_id), lines)


def is_kept_from_any(cycle_id: uuid.UUID, is_inside: Mapping[uuid.UUID, bool]) -> bool:
    """Say whether there is an open case of which a reader may not know how far it is, by what `inside_of` says."""
    return not all(is_inside.get(case.id) for case in _open_cases(cycle_id))


@once_per_transaction
def _open_cases(cycle_id: uuid.UUID) -> Cases:
    over = [state for state in CaseState if state.is_over]
    rows = select(PromotionCase).where(PromotionCase.cycle_id == cycle_id, PromotionCase.state.not_in(over))
    return tuple(db.session.scalars(rows.order_by(PromotionCase.number)))


Names = Mapping[uuid.UUID, str]


def _names(ids: Iterable[uuid.UUID]) -> Names:
    """Return the names of people, asked for at once."""
    return {person_id: person.name for person_id, person in get_people(set(ids)).items()}


def _about(
    case: PromotionCase,
    guard: Guard,
    what: str,
    who: str,
    *people: uuid.UUID,
    waits: tuple[str, uuid.UUID] | None = None,
    due_on: date | None = None,
    holds_up: bool = True,
) -> Owed:
    """Return a line about a case. `waits`: of which kind it is in the inboxes of `people`, and about which object."""
    kind, object_id = waits or ("", None)
    return Owed(guard, what, who, people, case.id, case.code, kind, object_id, due_on, holds_up)


# Before it opens -------------------------------------------------------------------------


def _version_pinned(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del cases, on
    if pinned_of(cycle.id):
        return []
    return [Owed(Guard.VERSION_PINNED, "No ladder version is pinned", HR)]


def _committees_named(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del cases, on
    quorum = int(value_of("promotion_quorum"))
    lines = []
    if cycle.chair_id is None:
        lines.append(Owed(Guard.COMMITTEES_NAMED, "The committee has no chair", HR))
    if (have := len(serving(cycle.id))) < quorum:
        what = f"The committee has {counted(have, 'member', 'members')}, and a case needs {quorum}"
        lines.append(Owed(Guard.COMMITTEES_NAMED, what, HR))
    return lines


def _dates_ordered(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del cases, on
    days = days_of(cycle)
    lines = []
    for name in out_of_order(days):
        what = "has no day" if days[name] is None else "is not later than the day before it"
        lines.append(Owed(Guard.DATES_ORDERED, f"“{DEADLINE[name]}” {what}", HR))
    if fault := cut_off_fault(cycle):
        lines.append(Owed(Guard.DATES_ORDERED, fault, HR))
    return lines


def cut_off_fault(cycle: PromotionCycle) -> str:
    """Return what is wrong with the cut-off of evidence; empty when it lies from the packets' day to the feedback's."""
    cut_off = cycle.evidence_until
    if cut_off is None:
        return f"“{DEADLINE['evidence_until']}” has no day"
    if cycle.packets_due and cut_off < cycle.packets_due:
        return f"“{DEADLINE['evidence_until']}” is before the day on which packets are due"
    if cycle.feedback_due and cut_off > cycle.feedback_due:
        return f"“{DEADLINE['evidence_until']}” is after the day on which feedback is due"
    return ""


def _eligibility_generated(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del cases, on
    if cycle.eligibility_listed_at is not None:
        return []
    return [Owed(Guard.ELIGIBILITY_GENERATED, "The list of who could be nominated is not made", HR)]


# Nominations, packets and feedback -------------------------------------------------------


def _nominations_over(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del cases
    last = cycle.nominations_close
    if last is not None and on > last:
        return []
    return [Owed(Guard.NOMINATIONS_OVER, "Nominations are still open", due_on=last)]


def _packets_submitted(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del on
    waiting = [case for case in cases if case.state in _BEFORE_PACKET]
    names = _names(case.subject_id for case in waiting)
    lines = []
    for case in waiting:
        if case.state is CaseState.NOMINATED:
            lines.append(_answer_owed(case, cycle, names))
        elif not case.is_incomplete:
            due_on = day_for(cycle, "packets_due", case.id)
            what, waits = "The packet is not handed in", ("promotion.packet", case.id)
            who = names[case.subject_id]
            lines.append(_about(case, Guard.PACKETS_SUBMITTED, what, who, case.subject_id, waits=waits, due_on=due_on))
    return lines


_BEFORE_PACKET = frozenset({CaseState.NOMINATED, CaseState.ACCEPTED, CaseState.DRAFTING})


def _answer_owed(case: PromotionCase, cycle: PromotionCycle, names: Names, *, holds_up: bool = True) -> Owed:
    return _about(
        case,
        Guard.PACKETS_SUBMITTED,
        "The nomination is not answered",
        names[case.subject_id],
        case.subject_id,
        waits=("promotion.nomination", case.id),
        due_on=cycle.nominations_close,
        holds_up=holds_up,
    )


def _answers_owed(cycle: PromotionCycle, cases: Cases) -> list[Owed]:
    waiting = [case for case in cases if case.state is CaseState.NOMINATED]
    names = _names(case.subject_id for case in waiting)
    return [_answer_owed(case, cycle, names, holds_up=False) for case in waiting]


def _statements_owed(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    waiting = [
        case for case in cases if case.state in {CaseState.DRAFTING, CaseState.SUBMITTED} and case.statement_at is None
    ]
    rows = db.session.execute(
        select(ManagerLink.person_id, ManagerLink.manager_id, Person.name)
        .join(Person, Person.id == ManagerLink.manager_id)
        .where(ManagerLink.person_id.in_([case.subject_id for case in waiting]), holds_on(ManagerLink, on))
    )
    managers = {row[0]: (row[1], row[2]) for row in rows}
    return [
        _about(
            case,
            Guard.PACKETS_SUBMITTED,
            "The line manager’s statement is not handed in",
            managers[case.subject_id][1],
            managers[case.subject_id][0],
            waits=("promotion.statement", case.id),
            due_on=day_for(cycle, "packets_due", case.id),
            holds_up=False,
        )
        for case in waiting
        if case.subject_id in managers
    ]


def _feedback_given(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del on
    rows = db.session.execute(
        select(PeerFeedback, Person.name)
        .join(Person, Person.id == PeerFeedback.author_id)
        .where(PeerFeedback.case_id.in_([case.id for case in cases]))
        .order_by(PeerFeedback.asked_at, PeerFeedback.id)
    )
    asked: dict[uuid.UUID, list[tuple[PeerFeedback, str]]] = {}
    for row, name in rows:
        asked.setdefault(row.case_id, []).append((row, name))
    lines = []
    for case in cases:
        requests = asked.get(case.id, [])
        given = sum(one.state is FeedbackState.GIVEN for one, _ in requests)
        if given < cycle.feedback_needed and not case.feedback_waived_reason:
            waiting = [(one, name) for one, name in requests if one.state is FeedbackState.ASKED]
            lines += _feedback_owed(case, cycle, given, waiting)
    return lines


def _feedback_owed(
    case: PromotionCase, cycle: PromotionCycle, given: int, waiting: list[tuple[PeerFeedback, str]]
) -> list[Owed]:
    needed, guard = cycle.feedback_needed, Guard.FEEDBACK_GIVEN
    asked = given + len(waiting)
    so_far = f"{given} of {asked} asked, {needed} needed" if asked else f"nobody is asked, {needed} needed"
    what, due_on = f"Feedback given: {so_far}", day_for(cycle, "feedback_due", case.id)
    lines = [
        _about(case, guard, what, name, one.author_id, waits=("promotion.feedback", one.id), due_on=due_on)
        for one, name in waiting
    ]
    if asked < needed:
        what = f"Feedback given: {so_far}. Ask another colleague, or waive it with a reason"
        lines.append(_about(case, guard, what, HR))
    return lines


def _cut_off_reached(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del cases
    cut_off = cycle.evidence_until
    if cut_off is not None and on >= cut_off:
        return []
    return [Owed(Guard.CUT_OFF_REACHED, "Evidence still counts", due_on=cut_off)]


# Judging and telling ---------------------------------------------------------------------


def _quorum_reached(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    """Count ratings by seats that are held. Who has not handed in is known to reminders alone: access, note 7."""
    # Also those whose round is over: a recusal since then may have broken their quorum.
    rated = [case for case in cases if case.state in {CaseState.IN_REVIEW, CaseState.RATED} and not case.is_incomplete]
    rows = db.session.execute(
        select(PanelSeat.case_id, PanelSeat.person_id, PanelSeat.submitted_at)
        .where(PanelSeat.case_id.in_([case.id for case in rated]), PanelSeat.ended_at.is_(None))
        .order_by(PanelSeat.seated_at, PanelSeat.id)
    )
    seats: dict[uuid.UUID, list[tuple[uuid.UUID, bool]]] = {case.id: [] for case in rated}
    for row in rows:
        seats[row.case_id].append((row.person_id, row.submitted_at is not None))
    lines = [line for case in rated for line in _ratings_owed(case, cycle, seats[case.id])]
    short = {line.case_id for line in lines}
    waiting = [
        case
        for case in rated
        if case.id not in short and case.is_in_rating and not all(is_in for _, is_in in seats[case.id])
    ]
    return [*lines, *_rounds_of_others(cycle, waiting, on)]


def _rounds_of_others(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    """Ask whoever chairs a case to close its round, where whoever opens calibration takes no part in it."""
    mover = mover_of(cycle, on) if cases else None
    if mover is None:
        return []
    apart = recused_from(mover, [case.id for case in cases])
    chairs = chairs_of_cases(cycle, apart, on) if apart else {}
    names = _names(one for one in chairs.values() if one)
    lines = []
    for case in cases:
        if case.id in apart:
            closes = chairs[case.id]
            what = (
                "Its round is open: all reviewers hand in, or it is closed"
                if closes
                else f"Its round is open; {ADRIFT}"
            )
            lines.append(_about(case, Guard.QUORUM_REACHED, what, names[closes] if closes else HR))
    return lines


def _ratings_owed(case: PromotionCase, cycle: PromotionCycle, seats: list[tuple[uuid.UUID, bool]]) -> list[Owed]:
    guard, found = Guard.QUORUM_REACHED, BlindRound(len(seats), sum(is_in for _, is_in in seats), cycle.quorum)
    lines: list[Owed] = []
    if found.has_quorum:
        return lines
    if found.held < found.quorum:
        what = f"{counted(found.held, 'reviewer sits', 'reviewers sit')} on it, and a quorum needs {found.quorum}"
        lines.append(_about(case, guard, what, "HR or the chair"))
    if found.missing:
        missing = [person_id for person_id, is_in in seats if not is_in]
        what = f"{found.submitted} of {found.quorum} ratings that a quorum needs are in"
        due_on = day_for(cycle, "review_due", case.id)
        lines.append(_about(case, guard, what, REVIEWERS, *missing, waits=("promotion.review", case.id), due_on=due_on))
    return lines


def _every_case_decided(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    undecided = [case for case in cases if case.state is not CaseState.DECIDED]
    chairs = chairs_of_cases(cycle, [case.id for case in undecided], on) if undecided else {}
    names = _names(one for one in chairs.values() if one)
    guard, due_on = Guard.EVERY_CASE_DECIDED, cycle.calibration_on
    lines = []
    for case in undecided:
        decides = chairs[case.id]
        if decides is None:
            lines.append(_about(case, guard, f"It is not decided; {ADRIFT}", HR, due_on=due_on))
        else:
            waits = ("promotion.to_decide", case.id)
            lines.append(_about(case, guard, "It is not decided", names[decides], decides, waits=waits, due_on=due_on))
    return lines


def _second_approved(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    """Ask for two people who approved the list as it stands: a list that changed since is another list."""
    del cases
    if is_approved_by_two(cycle.id):
        return []
    if not has_second_approver(cycle, on):
        return [Owed(Guard.SECOND_APPROVED, NO_APPROVER, HR)]
    what = "The list of decisions lacks its second approval, by a person of HR who is neither the chair nor on it"
    return [Owed(Guard.SECOND_APPROVED, what, HR)]


def _everybody_told(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del on
    waiting = [case for case in cases if case.state is CaseState.DECIDED]
    names = _names(case.subject_id for case in waiting)
    return [
        _about(
            case,
            Guard.EVERYBODY_TOLD,
            f"{names[case.subject_id]} is not told",
            HR,
            waits=("promotion.to_tell", case.id),
            due_on=cycle.communicate_by,
        )
        for case in waiting
    ]


def _appeal_window_over(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del cases
    last = cycle.appeal_until
    if last is not None and on > last:
        return []
    return [Owed(Guard.APPEAL_WINDOW_OVER, "Candidates may still appeal", due_on=last)]


def _appeals_decided(cycle: PromotionCycle, cases: Cases, on: date) -> list[Owed]:
    del cycle, on
    return [
        _about(case, Guard.APPEALS_DECIDED, "The appeal is not decided", HR)
        for case in cases
        if case.state is CaseState.APPEALED
    ]


_LOOKING: Mapping[Guard, Callable[[PromotionCycle, Cases, date], list[Owed]]] = {
    Guard.VERSION_PINNED: _version_pinned,
    Guard.COMMITTEES_NAMED: _committees_named,
    Guard.DATES_ORDERED: _dates_ordered,
    Guard.ELIGIBILITY_GENERATED: _eligibility_generated,
    Guard.NOMINATIONS_OVER: _nominations_over,
    Guard.PACKETS_SUBMITTED: _packets_submitted,
    Guard.FEEDBACK_GIVEN: _feedback_given,
    Guard.CUT_OFF_REACHED: _cut_off_reached,
    Guard.QUORUM_REACHED: _quorum_reached,
    Guard.EVERY_CASE_DECIDED: _every_case_decided,
    Guard.SECOND_APPROVED: _second_approved,
    Guard.EVERYBODY_TOLD: _everybody_told,
    Guard.APPEAL_WINDOW_OVER: _appeal_window_over,
    Guard.APPEALS_DECIDED: _appeals_decided,
}
