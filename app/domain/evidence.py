"""When pieces of evidence suffice for one expectation: count, window, span, corroboration, kinds.

Source of the rules: domain specification, section 4.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from uuid import UUID

from app.domain.errors import InvalidError
from app.domain.ladder import EvidenceRule


class EvidenceKind(StrEnum):
    """What sort of artefact a piece of evidence is."""

    DESIGN_DOC = "design_doc"
    PULL_REQUEST = "pull_request"
    CODE_REVIEW = "code_review"
    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    MENTORING_LOG = "mentoring_log"
    PEER_FEEDBACK = "peer_feedback"
    TICKET = "ticket"
    DOCUMENTATION = "documentation"
    PRESENTATION = "presentation"
    CUSTOMER_FEEDBACK = "customer_feedback"
    TRAINING = "training"


class EvidenceState(StrEnum):
    """The life of a piece: private at first, then shared, perhaps withdrawn."""

    DRAFT = "draft"
    SHARED = "shared"
    WITHDRAWN = "withdrawn"


class CorroborationAnswer(StrEnum):
    """What a colleague answered who was asked to corroborate a piece."""

    CONFIRMED = "confirmed"
    LIMITED = "limited"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Corroboration:
    """A colleague's answer about one piece, with what was true at that moment.

    `was_line_manager` is fixed then, whoever manages the engineer later. `claim_version` is the version of the claim
    that the colleague read. `left_standing` names the expectations that a limited answer still supports.
    """

    person_id: UUID
    answer: CorroborationAnswer
    was_line_manager: bool
    claim_version: int
    left_standing: frozenset[str] = frozenset()


def corroborators(
    answers: Iterable[Corroboration], *, subject_id: UUID, expectation_id: str, claim_version: int
) -> frozenset[UUID]:
    """Return the people whose answers corroborate a piece for one expectation.

    Neither the engineer nor whoever was line manager at that moment counts; a declined answer never does, a limited
    one only for the expectations left standing; and none does once the claim was changed after it.
    """
    return frozenset(
        answer.person_id
        for answer in answers
        if answer.claim_version == claim_version
        and answer.person_id != subject_id
        and not answer.was_line_manager
        and (
            answer.answer is CorroborationAnswer.CONFIRMED
            or (answer.answer is CorroborationAnswer.LIMITED and expectation_id in answer.left_standing)
        )
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence as linked to one expectation.

    `occurred_on` is the last day of a date range. `set_aside` and `corroborators` hold for this expectation only; who
    may be among the corroborators is decided by `corroborators()`.
    """

    id: UUID
    kind: EvidenceKind
    occurred_on: date
    state: EvidenceState = EvidenceState.SHARED
    set_aside: bool = False
    corroborators: frozenset[UUID] = frozenset()
    needed_voice: UUID | None = None
    """The person without whose corroboration it counts for nothing.

    Source: domain specification, 6.2: a mentoring log becomes evidence, for the mentor's claim, with the mentee's word.
    """


@dataclass(frozen=True, slots=True)
class Leave:
    """Days of recorded leave: `starts_on` is the first day away, `ends_on` the first day back, None for an open end."""

    starts_on: date
    ends_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse a leave of no days: InvalidError."""
        if self.ends_on is not None and self.ends_on <= self.starts_on:
            raise InvalidError("The first day back lies after the first day of leave.", field="ends_on")


_FIRST_DAY = date.min.toordinal()
_LAST_DAY = date.max.toordinal()
_NEVER = _LAST_DAY + 1


def _days_away(leaves: Iterable[Leave]) -> list[tuple[int, int]]:
    # Overlapping leaves count once. Days are ordinals; the second of a pair is the first day back.
    away: list[tuple[int, int]] = []
    for start, back in sorted(
        (leave.starts_on.toordinal(), _NEVER if leave.ends_on is None else leave.ends_on.toordinal())
        for leave in leaves
    ):
        if away and start <= away[-1][1]:
            away[-1] = away[-1][0], max(back, away[-1][1])
        else:
            away.append((start, back))
    return away


def age_in_days(occurred_on: date, on: date, leaves: Iterable[Leave] = ()) -> int:
    """Return the age of a piece on a day: the days after it, that day included, that were no days of leave.

    >>> age_in_days(date(2025, 10, 17), date(2026, 11, 21), [Leave(date(2026, 1, 1), date(2026, 3, 2))])
    340
    """
    first, last = occurred_on.toordinal() + 1, on.toordinal()
    age = last - first + 1
    for start, back in _days_away(leaves):
        age -= max(0, min(back, last + 1) - max(start, first))
    return age


def counting_since(window_days: int, on: date, leaves: Iterable[Leave] = ()) -> date:
    """Return the oldest day on which a piece may have occurred so as to count on a day: its age is below the window.

    >>> counting_since(365, date(2026, 11, 21))
    datetime.date(2025, 11, 22)
    """
    last, days = on.toordinal(), window_days
    for start, back in reversed(_days_away(leaves)):
        if start > last:
            continue
        at_work = last - min(back, last + 1) + 1
        if at_work >= days:
            break
        last, days = start - 1, days - at_work
    return date.fromordinal(max(last - days + 1, _FIRST_DAY))


def counts_until(piece: Piece, rule: EvidenceRule, leaves: Iterable[Leave] = ()) -> date | None:
    """Return the last day on which a piece is young enough to count; None if open-ended leave holds its age.

    >>> piece = Piece(UUID(int=1), EvidenceKind.TICKET, date(2026, 11, 21))
    >>> counts_until(piece, EvidenceRule(window_days=365))
    datetime.date(2027, 11, 20)
    """
    first, days = piece.occurred_on.toordinal() + 1, rule.window_days
    for start, back in _days_away(leaves):
        if back <= first:
            continue
        at_work = max(0, start - first)
        if at_work >= days:
            break
        if back == _NEVER:
            return None
        first, days = back, days - at_work
    return date.fromordinal(min(first + days - 2, _LAST_DAY))


class Reason(StrEnum):
    """Why a linked piece does not count."""

    DRAFT = "draft"
    WITHDRAWN = "withdrawn"
    SET_ASIDE = "set_aside"
    UNCONFIRMED = "unconfirmed"
    FUTURE = "future"
    TOO_OLD = "too_old"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A linked piece that does not count, and the first reason that applies."""

    piece: Piece
    reason: Reason


class Lack(StrEnum):
    """What evidence can lack, in the order in which it is told."""

    PIECES = "pieces"
    SPAN = "span"
    CORROBORATION = "corroboration"
    KINDS = "kinds"


@dataclass(frozen=True, slots=True)
class Missing:
    """One condition of the rule that is not fulfilled: `have` of `need` pieces, days, people or kinds."""

    lack: Lack
    have: int
    need: int

    @property
    def phrase(self) -> str:
        """Return the words of the domain specification, section 4.1.

        >>> Missing(Lack.PIECES, 1, 2).phrase, Missing(Lack.SPAN, 41, 90).phrase
        ('1 of 2 pieces', 'not sustained: 41 of 90 days')
        """
        plural = "" if self.need == 1 else "s"
        match self.lack:
            case Lack.PIECES:
                return f"{self.have} of {self.need} piece{plural}"
            case Lack.SPAN:
                return f"not sustained: {self.have} of {self.need} day{plural}"
            case Lack.CORROBORATION if self.have:
                return f"corroborated by {self.have} of {self.need} people"
            case Lack.KINDS:
                return f"{self.have} of {self.need} kind{plural}"
            case _:
                return "no corroboration"


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """What the pieces linked to one expectation amount to on a day.

    `counted` are the pieces that count, oldest first; `left_out` the others with the reason. `span_days` are calendar
    days from the first counted piece to the last, 0 when there are fewer than two. `missing` is empty when they
    suffice.
    """

    rule: EvidenceRule
    counted: tuple[Piece, ...]
    span_days: int
    corroborators: frozenset[UUID]
    kinds: frozenset[EvidenceKind]
    left_out: tuple[LeftOut, ...]
    missing: tuple[Missing, ...]

    @property
    def is_sufficient(self) -> bool:
        """Say whether the evidence suffices."""
        return not self.missing

    @property
    def count(self) -> int:
        """Return how many pieces count."""
        return len(self.counted)


def sufficiency(rule: EvidenceRule, pieces: Iterable[Piece], on: date, leaves: Iterable[Leave] = ()) -> Sufficiency:
    """Return what the pieces linked to one expectation amount to on a day. Their order is irrelevant."""
    return sufficiency_since(rule, list(pieces), since=counting_since(rule.window_days, on, leaves), on=on)


def sufficiency_since(rule: EvidenceRule, pieces: Sequence[Piece], *, since: date, on: date) -> Sufficiency:
    """Do as `sufficiency`, where `counting_since` is known already because many expectations share a window."""
    if not pieces:
        return _nothing_there(rule)
    counted: list[Piece] = []
    left_out: list[LeftOut] = []
    people: set[UUID] = set()
    kinds: set[EvidenceKind] = set()
    for piece in sorted(pieces, key=_occurrence):
        reason = _reason_against(piece, rule, since, on)
        if reason is not None:
            left_out.append(LeftOut(piece, reason))
            continue
        counted.append(piece)
        people |= piece.corroborators
        kinds.add(piece.kind)
    return _sum_of(rule, counted, left_out, people, kinds)


@cache
def _nothing_there(rule: EvidenceRule) -> Sufficiency:
    return _sum_of(rule, (), (), frozenset(), frozenset())


def _sum_of(
    rule: EvidenceRule,
    counted: Sequence[Piece],
    left_out: Sequence[LeftOut],
    people: AbstractSet[UUID],
    kinds: AbstractSet[EvidenceKind],
) -> Sufficiency:
    span = (counted[-1].occurred_on - counted[0].occurred_on).days if counted else 0
    missing: list[Missing] = []
    if len(counted) < rule.min_count:
        missing.append(Missing(Lack.PIECES, len(counted), rule.min_count))
    if span < rule.span_days:
        missing.append(Missing(Lack.SPAN, span, rule.span_days))
    if len(people) < rule.corroborators:
        missing.append(Missing(Lack.CORROBORATION, len(people), rule.corroborators))
    # Every piece has a kind, so that a lack of one kind says no more than the lack of a piece.
    if len(kinds) < rule.min_kinds and rule.min_kinds > 1:
        missing.append(Missing(Lack.KINDS, len(kinds), rule.min_kinds))
    return Sufficiency(rule, tuple(counted), span, frozenset(people), frozenset(kinds), tuple(left_out), tuple(missing))


def _occurrence(piece: Piece) -> tuple[date, UUID]:
    return piece.occurred_on, piece.id


def _reason_against(piece: Piece, rule: EvidenceRule, since: date, on: date) -> Reason | None:
    if piece.state is not EvidenceState.SHARED:
        return Reason(piece.state.value)
    if piece.set_aside:
        return Reason.SET_ASIDE
    if piece.needed_voice is not None and piece.needed_voice not in piece.corroborators:
        return Reason.UNCONFIRMED
    if rule.kinds and piece.kind not in rule.kinds:
        return Reason.KIND
    if piece.occurred_on > on:
        return Reason.FUTURE
    return Reason.TOO_OLD if piece.occurred_on < since else None


@dataclass(frozen=True, slots=True)
class Further:
    """What further evidence would suffice: the figures behind “What would show it”.

    `pieces` more are needed at least, of the `kinds` that the rule accepts (empty: any), `new_kinds` of them of kinds
    not yet among the counted; and `corroborators` more people, who may also confirm what is there.
    While the span is short: one of the pieces must lie on or after `later_from`, and in time while the first counted
    piece still counts (`while_until`, None: no end in sight). Work done earlier would do as well if it lies on or
    before `earlier_until` and not before `earlier_from`. All are None if no date is asked, or none would do.
    """

    pieces: int
    kinds: frozenset[str]
    new_kinds: int
    corroborators: int
    later_from: date | None = None
    while_until: date | None = None
    earlier_from: date | None = None
    earlier_until: date | None = None


def further_evidence(found: Sufficiency, on: date, leaves: Sequence[Leave] = ()) -> Further | None:
    """Return what further evidence would suffice, None when it does already."""
    if found.is_sufficient:
        return None
    rule, counted = found.rule, found.counted
    lacks = {missing.lack: missing.need - missing.have for missing in found.missing}
    # Two pieces make a span; one that is there can be the first of them.
    for_span = (1 if counted else 2) if Lack.SPAN in lacks else 0
    new_kinds = lacks.get(Lack.KINDS, 0)
    # Corroboration needs something to confirm, even where a rule asks for nothing else.
    for_people = 1 if Lack.CORROBORATION in lacks and not counted else 0
    later_from = while_until = earlier_from = earlier_until = None
    if counted and Lack.SPAN in lacks:
        while_until = counts_until(counted[0], rule, leaves)
        later_from = date.fromordinal(min(counted[0].occurred_on.toordinal() + rule.span_days, _LAST_DAY))
        if while_until is not None and while_until < later_from:
            later_from = while_until = None
        earlier_from = counting_since(rule.window_days, on, leaves)
        earlier_until = date.fromordinal(max(counted[-1].occurred_on.toordinal() - rule.span_days, _FIRST_DAY))
        if earlier_until < earlier_from:
            earlier_from = earlier_until = None
    return Further(
        pieces=max(lacks.get(Lack.PIECES, 0), for_span, new_kinds, for_people),
        kinds=rule.kinds,
        new_kinds=new_kinds,
        corroborators=lacks.get(Lack.CORROBORATION, 0),
        later_from=later_from,
        while_until=while_until,
        earlier_from=earlier_from,
        earlier_until=earlier_until,
    )
