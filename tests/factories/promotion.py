"""Promotion cycles and cases in any state, put straight into the tables. Everything is committed.

No rule is checked here: a test of a rule goes through the actions. What a state needs to be believable stands in it:
a case under review has a frozen packet, a lifted one says when, a told one by whom.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update

from app.access.actor import Role
from app.domain.bar import Ask, bar_for
from app.domain.committee import CommitteeRating
from app.domain.promotion import DEADLINES, CaseState, CycleState, DecisionKind
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.ladders.queries import Edition, find_edition, get_edition
from app.people.models import Person
from app.promotion.models import (
    CommitteeMember,
    CycleApproval,
    CycleLadder,
    Decision,
    DecisionFinding,
    Eligibility,
    FeedbackAnswer,
    FeedbackLeaning,
    FeedbackState,
    GivenRating,
    NominatedBy,
    Nomination,
    PacketChoice,
    PacketPart,
    PacketSection,
    PacketSnapshot,
    PanelSeat,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
    Recusal,
    ReviewRank,
)
from tests.factories.assessments import publish
from tests.factories.people import make_person, make_team
from tests.pictures import begins_with

AT = datetime.fromisoformat("2026-11-20T09:00:00+00:00")
TODAY = date(2026, 11, 21)
_PHASES = (
    CycleState.OPEN,
    CycleState.PACKETS,
    CycleState.FEEDBACK,
    CycleState.REVIEW,
    CycleState.CALIBRATION,
    CycleState.DECIDED,
    CycleState.APPEALS,
)
"""The phase that each deadline ends, in the order of the deadlines."""
_CASE_OF = {
    CycleState.DRAFT: CaseState.NOMINATED,
    CycleState.OPEN: CaseState.ACCEPTED,
    CycleState.PACKETS: CaseState.DRAFTING,
    CycleState.FEEDBACK: CaseState.IN_FEEDBACK,
    CycleState.REVIEW: CaseState.IN_REVIEW,
    CycleState.CALIBRATION: CaseState.CALIBRATED,
    CycleState.DECIDED: CaseState.DECIDED,
    CycleState.COMMUNICATED: CaseState.DECIDED,
    CycleState.APPEALS: CaseState.COMMUNICATED,
    CycleState.CLOSED: CaseState.CLOSED,
    CycleState.CANCELLED: CaseState.CANCELLED,
}
_ORDER = (
    CaseState.NOMINATED,
    CaseState.ACCEPTED,
    CaseState.DRAFTING,
    CaseState.SUBMITTED,
    CaseState.IN_FEEDBACK,
    CaseState.IN_REVIEW,
    CaseState.RATED,
    CaseState.CALIBRATED,
    CaseState.DECIDED,
    CaseState.COMMUNICATED,
    CaseState.APPEALED,
    CaseState.APPEAL_DECIDED,
    CaseState.CLOSED,
)
_numbers = itertools.count(1)


@dataclass
class Firm:
    """Amara at L2 with her line manager, colleagues, two people of HR, and a committee of five at L4 under a chair."""

    edition: Edition
    amara: Person
    manager: Person
    skip: Person
    hr: Person
    hr_too: Person
    peer: Person
    colleague: Person
    stranger: Person
    chair: Person
    deputy: Person
    reviewers: list[Person]

    @property
    def committee(self) -> list[Person]:
        """Return everybody on the committee: the chair, the deputy and the reviewers."""
        return [self.chair, self.deputy, *self.reviewers]


@begins_with
def make_firm(*, reviewers: int = 5) -> Firm:
    """Return a company on the Software Engineer ladder; it has no cycle yet."""
    edition = publish()
    team = make_team()
    skip = make_person("Petra Skip")
    manager = make_person("Tomasz Wieczorek", manager=skip)
    return Firm(
        edition=edition,
        skip=skip,
        manager=manager,
        amara=make_person("Amara Diallo", manager=manager, team=team, level="L2"),
        peer=make_person("Ffion Prydderch", manager=manager, team=team, level="L2"),
        colleague=make_person("Henrik Lindqvist", team=team, level="L3"),
        stranger=make_person("Kofi Mensah", level="L1"),
        hr=make_person("Ruth Okonjo", roles=(Role.HR,)),
        hr_too=make_person("Hana Sato", roles=(Role.HR,)),
        chair=make_person("Oluwaseun Chair", level="L4"),
        deputy=make_person("Dolores Deputy", level="L4"),
        reviewers=[make_person(f"Reviewer {number}", level="L4") for number in range(1, reviewers + 1)],
    )


def days_for(state: CycleState, on: date = TODAY) -> dict[str, date]:
    """Return the deadlines of a cycle that stands in a phase: the one that ends it is a week ahead of a day."""
    place = _PHASES.index(state) if state in _PHASES else 0 if state is CycleState.DRAFT else len(_PHASES) - 1
    if state is CycleState.COMMUNICATED:
        place = _PHASES.index(CycleState.DECIDED)
    if state is CycleState.CLOSED:
        place += 1
    return {name: on + timedelta(days=7 + 14 * (number - place)) for number, name in enumerate(DEADLINES)}


def make_cycle(
    firm: Firm | None = None,
    *,
    state: CycleState = CycleState.OPEN,
    name: str = "",
    hr: Person | None = None,
    chair: Person | None = None,
    deputy: Person | None = None,
    members: Sequence[Person] | None = None,
    edition: Edition | None = None,
    **columns: Any,
) -> PromotionCycle:
    """Return a cycle in a state, with its committee and its pinned ladder; `columns` sets any other column.

    What is not said comes from the firm; one is made where none is given.
    """
    if firm is None and (hr is None or edition is None):
        firm = make_firm()
    who = hr or firm.hr
    chair = chair or (firm.chair if firm else None)
    deputy = deputy or (firm.deputy if firm else None)
    sitting = list(members if members is not None else firm.committee if firm else ())
    pinned = edition or firm.edition
    was_told = state in {CycleState.COMMUNICATED, CycleState.APPEALS, CycleState.CLOSED}
    values: dict[str, Any] = {
        "name": name or f"Cycle {next(_numbers)}",
        "created_at": AT,
        "created_by_id": who.id,
        "chair_id": chair.id if chair else None,
        "deputy_id": deputy.id if deputy else None,
        "opened_at": None if state is CycleState.DRAFT else AT,
        "eligibility_listed_at": AT,
        "communicated_on": TODAY if was_told else None,
        "archived_on": TODAY + timedelta(days=90) if was_told else None,
        "cancelled_reason": "The budget of the year is gone." if state is CycleState.CANCELLED else None,
        **days_for(state),
    }
    values.setdefault("evidence_until", values["packets_due"])
    with transaction() as session:
        cycle = PromotionCycle(state=state, **(values | columns))
        session.add(cycle)
        session.flush()
        session.add(
            CycleLadder(cycle_id=cycle.id, lineage=pinned.ladder.lineage, ladder_version_id=pinned.id),
        )
        session.add_all(CommitteeMember(cycle_id=cycle.id, person_id=one.id, named_at=AT) for one in sitting)
        session.flush()
    return cycle


def required_ids(edition: Edition, target: str = "L3", *, banked: str | None = "L2") -> list[str]:
    """Return what a target requires beyond the level held, in ladder order: what a committee would rate."""
    bar = bar_for(edition.ladder, target)
    held = bar.required_at.get(banked, frozenset()) if banked else frozenset()
    return [ask.expectation.id for ask in bar.asks if ask.is_required and ask.expectation.id not in held]


def make_case(
    cycle: PromotionCycle,
    subject: Person | None = None,
    *,
    state: CaseState | None = None,
    target: str = "L3",
    from_level: str = "L2",
    rated: Sequence[str] | None = None,
    pieces: Sequence[Mapping[str, Any]] = (),
    nominated_by: Person | None = None,
    nominated_as: NominatedBy = NominatedBy.SELF,
    **columns: Any,
) -> PromotionCase:
    """Return a case in a state (that of the cycle's phase unless said) with what the state needs to be believable.

    `rated` are the expectations of the frozen packet (all that the target requires beyond the level held unless said),
    `pieces` its evidence. A new candidate at `from_level` is made where none is given.
    """
    subject = subject or make_person(level=from_level)
    state = state or _CASE_OF[cycle.state]
    author = nominated_by or subject
    number = next_number(cycle)
    pinned = _edition_of(cycle)
    with transaction() as session:
        case = PromotionCase(
            **(
                {
                    "cycle_id": cycle.id,
                    "number": number,
                    "subject_id": subject.id,
                    "lineage": pinned.ladder.lineage,
                    "ladder_version_id": pinned.id,
                    "from_level": from_level,
                    "target_level": target,
                    "state": state,
                    "nominated_at": AT,
                    "nominated_by_id": author.id,
                    "nominated_by": nominated_as,
                    **_times(state, cycle),
                }
                | columns
            )
        )
        session.add(case)
        session.flush()
        session.add(
            Nomination(
                cycle_id=cycle.id,
                case_id=case.id,
                subject_id=subject.id,
                author_id=author.id,
                by=nominated_as,
                words="Ready, I think.",
                at=AT,
            )
        )
        if _reached(state, CaseState.IN_REVIEW):
            _freeze(case, subject, rated if rated is not None else required_ids(pinned, target), pieces)
        session.flush()
    return case


def next_number(cycle: PromotionCycle) -> int:
    """Return the number of the next case of a cycle, and count on."""
    with transaction() as session:
        number = session.scalar(
            update(PromotionCycle)
            .where(PromotionCycle.id == cycle.id)
            .values(next_number=PromotionCycle.next_number + 1)
            .returning(PromotionCycle.next_number)
        )
        session.refresh(cycle)
    return number - 1


def _edition_of(cycle: PromotionCycle) -> Edition:
    pinned = db.session.query(CycleLadder).filter_by(cycle_id=cycle.id).first()
    found = get_edition(pinned.ladder_version_id) if pinned else find_edition("software-engineer", "1.0.0")
    assert found is not None
    return found


def _reached(state: CaseState, wanted: CaseState) -> bool:
    return state in _ORDER and _ORDER.index(state) >= _ORDER.index(wanted)


def _times(state: CaseState, cycle: PromotionCycle) -> dict[str, Any]:
    times: dict[str, Any] = {}
    if _reached(state, CaseState.ACCEPTED) or state is CaseState.DECLINED:
        times["answered_at"] = AT
    if _reached(state, CaseState.SUBMITTED):
        times |= {"submitted_at": AT, "submitted_on": AT.date()}
    if _reached(state, CaseState.RATED):
        times["lifted_at"] = AT
    if _reached(state, CaseState.COMMUNICATED):
        times |= {"told_at": AT, "teller_id": cycle.created_by_id, "told_recorded_by_id": cycle.created_by_id}
    return times


def _freeze(
    case: PromotionCase, subject: Person, rated: Sequence[str], pieces: Sequence[Mapping[str, Any]]
) -> PacketSnapshot:
    edition, cycle = get_edition(case.ladder_version_id), db.session.get(PromotionCycle, case.cycle_id)
    asks = {ask.expectation.id: ask for ask in bar_for(edition.ladder, case.target_level).asks}
    wanted = [asks[one] for one in asks if one in set(rated)]
    content = {
        "schema": 1,
        "case": {
            "id": str(case.id),
            "code": case.code,
            "cycle": cycle.name if cycle else "",
            "cycle_id": str(case.cycle_id),
            "candidate_id": str(case.subject_id),
            "from_level": case.from_level,
            "target_level": case.target_level,
            "submitted_on": "2026-11-20",
            "is_incomplete": bool(case.is_incomplete),
            "incomplete_reason": case.incomplete_reason,
        },
        "candidate": subject.name,
        "parts": {"summary": "What I did.", "impact": "What came of it.", "helped": "Whom I helped."},
        "statement": None,
        "pieces": [
            {
                "number": number,
                "label": f"E{number}",
                "id": str(uuid.UUID(int=number)),
                "ref": f"E-{number}",
                "title": f"Piece {number}",
                "kind": "pull_request",
                "began_on": None,
                "occurred_on": "2026-06-01",
                "narrative": "",
                "links": [],
                "expectations": [],
                "voices": [],
                **piece,
            }
            for number, piece in enumerate(pieces, 1)
        ],
        "left_out": [],
        "rated": [ask.expectation.id for ask in wanted],
        "expectations": [_frozen_expectation(ask) for ask in wanted],
        "readiness": {"verdict": "cannot_tell", "met": 0, "of": len(wanted)},
        "exceptions": [],
        "timeline": [],
        "warnings": {"recency": None, "reliance": None},
        "cut_off": "2026-11-20",
        "frozen_on": "2026-11-20",
        "ladder": {
            "name": edition.name,
            "title": edition.ladder.title,
            "version": edition.ladder.version,
            "lineage": edition.ladder.lineage,
            "version_id": str(edition.id),
        },
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    case.frozen_at, case.digest = AT, hashlib.sha256(text.encode()).hexdigest()
    snapshot = PacketSnapshot(case_id=case.id, content=text, frozen_at=AT)
    db.session.add(snapshot)
    return snapshot


def _frozen_expectation(ask: Ask) -> dict[str, Any]:
    rule = ask.expectation.evidence
    return {
        "id": ask.expectation.id,
        "text": ask.expectation.text,
        "competency": ask.competency.name,
        "competency_id": ask.competency.id,
        "level": ask.level.id,
        "is_required": ask.is_required,
        "is_rated": True,
        "status": "unassessed",
        "self": None,
        "manager": None,
        "is_slipped": False,
        "waived_for": None,
        "pieces": [],
        "pieces_left_out": [],
        "sufficiency": {
            "is_sufficient": False,
            "count": 0,
            "min_count": rule.min_count,
            "span_days": 0,
            "min_span_days": rule.span_days,
            "voices": 0,
            "min_voices": rule.corroborators,
            "kinds": 0,
            "min_kinds": rule.min_kinds,
            "window_days": rule.window_days,
            "missing": [f"0 of {rule.min_count} pieces"],
        },
    }


def add_nomination(
    case: PromotionCase, author: Person, *, by: NominatedBy = NominatedBy.PEER, words: str = "Ready."
) -> Nomination:
    """Return a nomination beside a case."""
    return _add(
        Nomination(
            cycle_id=case.cycle_id,
            case_id=case.id,
            subject_id=case.subject_id,
            author_id=author.id,
            by=by,
            words=words,
            at=AT,
        )
    )


def write_part(case: PromotionCase, author: Person, part: PacketPart, words: str) -> PacketSection:
    """Return what an author has written for one part of a packet."""
    return _add(PacketSection(case_id=case.id, part=part, author_id=author.id, words=words, revision=1, saved_at=AT))


def choose(case: PromotionCase, *pieces: Any) -> None:
    """Put pieces of evidence into a packet, in this order."""
    with transaction() as session:
        session.add_all(
            PacketChoice(case_id=case.id, evidence_id=piece.id, position=place) for place, piece in enumerate(pieces, 1)
        )


def make_eligible(
    cycle: PromotionCycle, person: Person, *, level: str = "L2", targets: str = "L3", rule: str = "", **columns: Any
) -> Eligibility:
    """Return a line of the eligibility list."""
    return _add(
        Eligibility(
            cycle_id=cycle.id,
            subject_id=person.id,
            lineage="software-engineer",
            level=level,
            targets=targets,
            rule=rule,
            **columns,
        )
    )


def set_rank(person: Person, rank: int = 4, *, by: Person | None = None) -> ReviewRank:
    """Let somebody off the ladder review up to a rank."""
    return _add(
        ReviewRank(
            person_id=person.id, rank=rank, reason="Judged at this level.", set_at=AT, set_by_id=by.id if by else None
        )
    )


def seat(case: PromotionCase, person: Person, *, drawn_by: str = "drawn", **columns: Any) -> PanelSeat:
    """Return a seat on the panel of a case."""
    return _add(PanelSeat(case_id=case.id, person_id=person.id, drawn_by=drawn_by, seated_at=AT, **columns))


def recuse(case: PromotionCase, person: Person, *, reason: str = "declared", note: str = "") -> Recusal:
    """Return a recusal; that a seat ends with it is the action's business."""
    return _add(Recusal(case_id=case.id, person_id=person.id, reason=reason, note=note, at=AT))


def rate(
    taken: PanelSeat,
    ratings: Mapping[str, CommitteeRating] | CommitteeRating = CommitteeRating.MET,
    *,
    rationale: str = "E1 shows it.",
    at: datetime = AT,
) -> list[GivenRating]:
    """Hand in the first ratings of a seat: those named, or one and the same for all that the case is rated on."""
    if isinstance(ratings, CommitteeRating):
        content = db.session.query(PacketSnapshot).filter_by(case_id=taken.case_id).one().content
        ratings = dict.fromkeys(json.loads(content)["rated"], ratings)
    with transaction() as session:
        rows = [
            GivenRating(
                case_id=taken.case_id,
                seat_id=taken.id,
                reviewer_id=taken.person_id,
                expectation_id=expectation,
                number=1,
                rating=rating,
                rationale=rationale,
                at=at,
            )
            for expectation, rating in ratings.items()
        ]
        session.add_all(rows)
        taken = session.merge(taken)
        taken.submitted_at = at
        session.flush()
    return rows


def change_rating(
    given: GivenRating, rating: CommitteeRating, *, reason: str = "After the talk.", at: datetime = AT
) -> GivenRating:
    """Return a later rating of the same reviewer on the same expectation."""
    return _add(
        GivenRating(
            case_id=given.case_id,
            seat_id=given.seat_id,
            reviewer_id=given.reviewer_id,
            expectation_id=given.expectation_id,
            number=given.number + 1,
            rating=rating,
            rationale=given.rationale,
            reason=reason,
            at=at,
        )
    )


def lift(case: PromotionCase, *, at: datetime = AT) -> None:
    """End the blindness of a case."""
    with transaction() as session:
        session.merge(case).lifted_at = at


def make_feedback(
    case: PromotionCase,
    author: Person,
    *expectations: str,
    answers: Mapping[str, tuple[str, str]] | None = None,
    state: FeedbackState = FeedbackState.ASKED,
    **columns: Any,
) -> PeerFeedback:
    """Return a request for feedback; `answers` maps an expectation to a leaning and words, and makes it given."""
    given = answers or {}
    if given:
        state = FeedbackState.GIVEN
    asked = expectations or tuple(given) or tuple(required_ids(get_edition(case.ladder_version_id))[:2])
    columns.setdefault("answered_at", None if state is FeedbackState.ASKED else AT)
    with transaction() as session:
        row = PeerFeedback(
            case_id=case.id,
            subject_id=case.subject_id,
            author_id=author.id,
            state=state,
            rule=columns.pop("rule", "corroborated"),
            expectations=" ".join(asked),
            asked_at=columns.pop("asked_at", AT),
            **columns,
        )
        session.add(row)
        session.flush()
        session.add_all(
            FeedbackAnswer(feedback_id=row.id, expectation_id=one, leaning=FeedbackLeaning(leaning), words=words)
            for one, (leaning, words) in given.items()
        )
        session.flush()
    return row


def decide(
    case: PromotionCase,
    writer: Person,
    kind: DecisionKind = DecisionKind.PROMOTE,
    *,
    findings: Sequence[Mapping[str, str]] = (),
    is_decided: bool = True,
    **columns: Any,
) -> Decision:
    """Return a decision with its findings: mappings of `expectation_id`, `kind`, `words` and `would_change`."""
    values: dict[str, Any] = {
        "reasons": "The committee found so.",
        "written_by_id": writer.id,
        "saved_at": AT,
        "decided_at": AT if is_decided else None,
        "decided_by_id": writer.id if is_decided else None,
    }
    if kind is DecisionKind.PROMOTE:
        values["effective_on"] = date(2026, 12, 1)
    with transaction() as session:
        row = Decision(case_id=case.id, kind=kind, **(values | columns))
        session.add(row)
        session.flush()
        session.add_all(DecisionFinding(decision_id=row.id, **finding) for finding in findings)
        session.flush()
    return row


def approve(cycle: PromotionCycle, person: Person, digest: str = "0" * 64) -> CycleApproval:
    """Return somebody's approval of the list; pass the digest of the real list where an action will read it."""
    return _add(CycleApproval(cycle_id=cycle.id, person_id=person.id, digest=digest, at=AT))


def _add(row: Any) -> Any:
    with transaction() as session:
        session.add(row)
        session.flush()
    return row


def add_member(cycle: PromotionCycle, person: Person, **columns: Any) -> CommitteeMember:
    """Return a further member of a committee; that a substitute may be drawn with it is the action's business."""
    return _add(CommitteeMember(cycle_id=cycle.id, person_id=person.id, named_at=AT, **columns))
