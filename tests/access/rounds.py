"""Promotion in the company of the access suite: one cycle in each phase, and in each one case of Amara Diallo.

Noor Other reviews her cases and Wim Chief chairs them; Kofi Mensah has stepped aside, and Edda Editor sits on another
panel. Ffion Prydderch nominated her and gave feedback. Whatever somebody wrote is a word of its own.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import log
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.committee import CommitteeRating
from app.domain.packets import canonical, digest_of
from app.domain.promotion import CaseState, CycleState, DecisionKind
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.ladders.queries import Edition
from app.people.models import Person
from app.promotion.models import (
    CaseRemark,
    CaseStep,
    CommitteeMember,
    CycleApproval,
    CycleLadder,
    CycleStep,
    Decision,
    DecisionFinding,
    Eligibility,
    ExceptionAsked,
    FeedbackAnswer,
    FeedbackLeaning,
    FeedbackState,
    GivenRating,
    NominatedBy,
    Nomination,
    PacketAddition,
    PacketChoice,
    PacketPart,
    PacketSection,
    PacketSnapshot,
    PanelSeat,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
    RatingDraft,
    Recusal,
)
from app.promotion.queries.decisions import list_digest
from app.promotion.queries.packet_content import compose_packet
from tests.access.company import FIRST, Company, canary, moment
from tests.factories.people import SYSTEM, make_person
from tests.factories.promotion import days_for

NOMINATED, WRITTEN, HEARD = (moment(date(2026, 9, day)) for day in (1, 8, 15))
FROZEN, RATED, SAID, DECIDED, TOLD = (moment(date(2026, 10, day)) for day in (1, 8, 12, 15, 20))
LONG_AGO = timedelta(days=880)


@dataclass(frozen=True)
class Stage:
    """How far a case is: the state of its cycle and its own, whose it is, and how many days ago all of it was."""

    name: str
    cycle: CycleState
    case: CaseState
    subject: str = "subject"
    before: timedelta = timedelta()

    def reaches(self, state: CaseState) -> bool:
        """Say whether the case has come so far."""
        return ORDER.index(self.case) >= ORDER.index(state)

    def at(self, when: datetime) -> datetime:
        """Return when something happened to this case."""
        return when - self.before


ORDER = (
    CaseState.NOMINATED,
    CaseState.DRAFTING,
    CaseState.IN_FEEDBACK,
    CaseState.IN_REVIEW,
    CaseState.CALIBRATED,
    CaseState.DECIDED,
    CaseState.COMMUNICATED,
    CaseState.CLOSED,
)
STAGES = (
    Stage("nominated", CycleState.OPEN, CaseState.NOMINATED),
    Stage("drafting_case", CycleState.PACKETS, CaseState.DRAFTING),
    Stage("heard", CycleState.FEEDBACK, CaseState.IN_FEEDBACK),
    Stage("left_case", CycleState.REVIEW, CaseState.IN_REVIEW),
    Stage("kept_case", CycleState.REVIEW, CaseState.IN_REVIEW),
    Stage("in_rating", CycleState.REVIEW, CaseState.IN_REVIEW),
    Stage("given_up", CycleState.CALIBRATION, CaseState.CALIBRATED),
    Stage("compared", CycleState.CALIBRATION, CaseState.CALIBRATED),
    Stage("decided", CycleState.DECIDED, CaseState.DECIDED),
    Stage("telling", CycleState.COMMUNICATED, CaseState.DECIDED),
    Stage("told", CycleState.APPEALS, CaseState.COMMUNICATED),
    Stage("archived", CycleState.CLOSED, CaseState.CLOSED, before=LONG_AGO),
    Stage("case_of_hr", CycleState.CALIBRATION, CaseState.CALIBRATED, subject="hr"),
)


def hold_rounds(company: Company, everybody: dict[str, Person], edition: Edition) -> None:
    """Write the cycles and their cases, and a draft of a cycle that only HR knows of."""
    others = {"second": make_person("Rita Second"), "elsewhere": make_person("Elia Elsewhere", level="L2")}
    cycles: dict[tuple[str, CycleState], PromotionCycle] = {}
    with transaction() as session:
        draft = add_cycle(session, everybody, edition, CycleState.DRAFT)
        draft.name = canary("cycle_draft", "name")
        session.flush()
        keep_cycle(company, "cycle_draft", draft)
    for stage in STAGES:
        with transaction() as session:
            # Two candidates for one level in one cycle would be recused from each other.
            cycle = cycles[stage.subject, stage.cycle] = add_cycle(session, everybody, edition, stage.cycle)
            keep_cycle(company, f"cycle_{stage.cycle.value}" if stage.subject == "subject" else "cycle_of_hr", cycle)
            case = add_case(session, everybody, cycle, edition, stage)
            company.objects[stage.name], company.kinds[stage.name] = case.id, "case"
            company.subjects[stage.name], company.asked[stage.name] = stage.subject, FIRST
            add_papers(session, company, everybody, case, stage)
            if stage.reaches(CaseState.IN_FEEDBACK):
                add_feedback(session, company, everybody, case, stage)
            if stage.reaches(CaseState.IN_REVIEW):
                freeze(session, case, stage)
                add_review(session, everybody | others, case, stage)
            if stage.reaches(CaseState.CALIBRATED):
                add_decision(session, everybody, case, stage)
            add_what_is_told_of_it_alone(session, company, everybody, case, stage)
            session.flush()
            company.versions[stage.name] = case.version
    plant_record(company)
    with transaction() as session:
        add_panel_elsewhere(session, everybody, others["elsewhere"], cycles["subject", CycleState.REVIEW], edition)
        list_who_could(session, company, everybody, cycles)
        for state in (CycleState.DECIDED, CycleState.COMMUNICATED, CycleState.APPEALS):
            cycle = cycles["subject", state]
            digest = list_digest(cycle.id)
            # The second approval is the one that is asked for while decisions wait for it.
            for who in ("chief",) if state is CycleState.DECIDED else ("chief", "second_hr"):
                session.add(CycleApproval(cycle_id=cycle.id, person_id=everybody[who].id, digest=digest, at=DECIDED))
            company.digests[f"cycle_{state.value}"] = digest


def plant_record(company: Company) -> None:
    """Write a row of the record about the case of HR's own; a word is planted in its details."""
    with transaction():
        of_hers = company.objects["case_of_hr"]
        log(Tag.CASE_MOVED, by=SYSTEM, at=TOLD, object_id=of_hers, note=canary("row_about_case", "note"))
    keep_last_row(company, "row_about_case")
    rows = {
        "row_rated_blind": (Tag.RATINGS_GIVEN, "in_rating", {"ratings": 1}),
        "row_rated": (Tag.RATINGS_GIVEN, "compared", {"ratings": 1}),
        "row_seat_blind": (Tag.SEAT_ENDED, "in_rating", {"had_rated": True}),
        "row_seat": (Tag.SEAT_ENDED, "compared", {"had_rated": True}),
        "row_approved": (Tag.CYCLE_APPROVED, "cycle_decided", {}),
        "row_approved_of_hr": (Tag.CYCLE_APPROVED, "cycle_of_hr", {}),
        "row_moved": (Tag.CYCLE_MOVED, "cycle_calibration", {"source": "review", "target": "calibration"}),
        "row_released": (Tag.CYCLE_MOVED, "cycle_appeals", {"source": "calibration", "target": "decided"}),
    }
    for name, (tag, about, details) in rows.items():
        with transaction():
            log(tag, by=SYSTEM, at=TOLD, object_id=company.objects[about], **details)
        keep_last_row(company, name)


def keep_last_row(company: Company, name: str) -> None:
    """Remember the newest row of the record by a name."""
    last = select(AuditEvent.seq).order_by(AuditEvent.seq.desc()).limit(1)
    company.objects[name], company.kinds[name] = db.session.scalars(last).one(), "record"


def keep_cycle(company: Company, name: str, cycle: PromotionCycle) -> None:
    """Remember a cycle by its name."""
    company.objects[name], company.kinds[name], company.versions[name] = cycle.id, "cycle", cycle.version


def add_cycle(session: Session, everybody: dict[str, Person], edition: Edition, state: CycleState) -> PromotionCycle:
    """Write a cycle in a phase, with its committee and what HR wrote when it moved a day."""
    is_over = state is CycleState.CLOSED
    was_told = state in {CycleState.COMMUNICATED, CycleState.APPEALS, CycleState.CLOSED}
    columns: dict[str, Any] = dict(days_for(state))
    if is_over:
        columns = {name: day - LONG_AGO for name, day in columns.items()}
    cycle = PromotionCycle(
        id=uuid.uuid4(),
        name=f"Round {state.value}",
        state=state,
        created_at=NOMINATED,
        created_by_id=everybody["hr"].id,
        chair_id=everybody["chief"].id,
        deputy_id=everybody["top"].id,
        quorum=1,
        panel_size=3,
        opened_at=None if state is CycleState.DRAFT else NOMINATED,
        eligibility_listed_at=NOMINATED,
        communicated_on=TOLD.date() if was_told else None,
        archived_on=date(2024, 9, 1) if is_over else date(2027, 1, 20) if was_told else None,
        next_number=10,
        evidence_until=columns["packets_due"],
        **columns,
    )
    session.add(cycle)
    session.flush()
    session.add(CycleLadder(cycle_id=cycle.id, lineage=edition.ladder.lineage, ladder_version_id=edition.id))
    for name in ("other", "asked", "editor"):
        session.add(
            CommitteeMember(id=uuid.uuid4(), cycle_id=cycle.id, person_id=everybody[name].id, named_at=NOMINATED)
        )
    session.add(CycleStep(cycle_id=cycle.id, at=NOMINATED, by_id=everybody["hr"].id, kind="move", target=state.value))
    return cycle


def add_case(
    session: Session,
    everybody: dict[str, Person],
    cycle: PromotionCycle,
    edition: Edition,
    stage: Stage,
    number: int = 1,
) -> PromotionCase:
    """Write a case that a colleague has nominated, as far as it has come."""
    is_in = stage.reaches(CaseState.IN_FEEDBACK)
    is_told = stage.reaches(CaseState.COMMUNICATED)
    subject = everybody[stage.subject]
    case = PromotionCase(
        id=uuid.uuid4(),
        cycle_id=cycle.id,
        number=number,
        subject_id=subject.id,
        lineage=edition.ladder.lineage,
        ladder_version_id=edition.id,
        from_level="L2",
        target_level="L3",
        state=stage.case,
        nominated_at=stage.at(NOMINATED),
        nominated_by_id=everybody["peer"].id,
        nominated_by=NominatedBy.PEER,
        answered_at=stage.at(NOMINATED) if stage.reaches(CaseState.DRAFTING) else None,
        submitted_at=stage.at(WRITTEN) if is_in else None,
        submitted_on=stage.at(WRITTEN).date() if is_in else None,
        lifted_at=stage.at(RATED) if stage.reaches(CaseState.CALIBRATED) else None,
        told_at=stage.at(TOLD) if is_told else None,
        teller_id=everybody["manager"].id if is_told else None,
        told_recorded_by_id=everybody["second_hr"].id if is_told else None,
    )
    session.add(case)
    session.flush()
    session.add(
        Nomination(
            id=uuid.uuid4(),
            cycle_id=cycle.id,
            case_id=case.id,
            subject_id=subject.id,
            author_id=everybody["peer"].id,
            by=NominatedBy.PEER,
            words=canary(stage.name, "nomination"),
            at=stage.at(NOMINATED),
        )
    )
    session.add(
        CaseStep(
            case_id=case.id,
            at=stage.at(NOMINATED),
            by_id=subject.id,
            event="accept",
            source="nominated",
            target="accepted",
            reason="",
        )
    )
    return case


def add_what_is_told_of_it_alone(
    session: Session, company: Company, everybody: dict[str, Person], case: PromotionCase, stage: Stage
) -> None:
    """Remember the nomination and a member as objects, and let one candidate have left in the middle."""
    names = {"nominated": "nomination", "kept_case": "nomination_kept", "archived": "nomination_archived"}
    if stage.name in names:
        keep_nomination(session, company, case, names[stage.name])
    if stage.name == "kept_case":
        session.add(Recusal(case_id=case.id, person_id=everybody["hr"].id, reason="declared", at=stage.at(FROZEN)))
    if stage.name == "in_rating":
        keep_member(session, company, everybody["editor"], case)
    if stage.name == "given_up":
        case.state = CaseState.WITHDRAWN
    if stage.name == "left_case":
        case.state, case.left_at = CaseState.WITHDRAWN, stage.at(RATED)


def keep_nomination(session: Session, company: Company, case: PromotionCase, name: str) -> None:
    """Remember the nomination of a case as an object of its own."""
    row = session.query(Nomination).filter_by(case_id=case.id).one()
    company.objects[name], company.kinds[name], company.subjects[name] = row.id, "nomination", "subject"


def keep_member(session: Session, company: Company, person: Person, case: PromotionCase) -> None:
    """Remember a member of a committee as an object of its own."""
    row = session.query(CommitteeMember).filter_by(cycle_id=case.cycle_id, person_id=person.id).one()
    company.objects["member"], company.kinds["member"] = row.id, "membership"


def add_papers(
    session: Session, company: Company, everybody: dict[str, Person], case: PromotionCase, stage: Stage
) -> None:
    """Write the candidate's parts and the line manager's statement, which is in once the packet is."""
    if not stage.reaches(CaseState.DRAFTING):
        return
    writer = {"subject": "former" if stage.before else "manager", "hr": "second_hr"}[stage.subject]
    for part in PacketPart:
        author = everybody[writer if part is PacketPart.STATEMENT else stage.subject]
        session.add(
            PacketSection(
                case_id=case.id,
                part=part,
                author_id=author.id,
                words=canary(stage.name, part.value),
                revision=1,
                saved_at=stage.at(WRITTEN),
            )
        )
    session.add(ExceptionAsked(case_id=case.id, expectation_id=FIRST, reason=canary(stage.name, "exception")))
    if stage.name == "drafting_case":
        session.add(PacketChoice(case_id=case.id, evidence_id=company.objects["shared"], position=1))
    if stage.reaches(CaseState.IN_FEEDBACK):
        case.statement_by_id, case.statement_at = everybody[writer].id, stage.at(WRITTEN)
    session.flush()


def add_feedback(
    session: Session, company: Company, everybody: dict[str, Person], case: PromotionCase, stage: Stage
) -> None:
    """Let one colleague have answered, and while feedback is gathered another be asked."""
    rows = [("peer", FeedbackState.GIVEN)]
    if stage.case is CaseState.IN_FEEDBACK:
        rows.append(("former", FeedbackState.ASKED))
    for author, state in rows:
        row = PeerFeedback(
            id=uuid.uuid4(),
            case_id=case.id,
            subject_id=case.subject_id,
            author_id=everybody[author].id,
            state=state,
            rule="team",
            expectations=FIRST,
            asked_at=stage.at(WRITTEN),
            answered_at=stage.at(HEARD) if state is FeedbackState.GIVEN else None,
        )
        session.add(row)
        session.flush()
        name = f"{stage.name}_{state.value}"
        is_gathering = stage.case is CaseState.IN_FEEDBACK
        session.add(
            FeedbackAnswer(
                feedback_id=row.id,
                expectation_id=FIRST,
                leaning=FeedbackLeaning.SHOWS,
                words=canary(name, "words") if is_gathering else canary(stage.name, "voice"),
            )
        )
        if is_gathering:
            company.objects[name], company.kinds[name] = row.id, "feedback"
            company.subjects[name], company.asked[name] = stage.subject, FIRST
            company.versions[name] = row.version


def freeze(session: Session, case: PromotionCase, stage: Stage) -> None:
    """Freeze the packet as everybody's is frozen, with one piece in it, and lay a correction beside it."""
    content = compose_packet(case, on=stage.at(FROZEN).date())
    line = {"id": FIRST, "text": "What is asked.", "line": canary(stage.name, "line"), "counts": True, "against": None}
    content["pieces"] = [
        {
            "number": 1,
            "label": "E1",
            "id": str(uuid.uuid5(case.id, "piece")),
            "ref": "EV-9001",
            "title": canary(stage.name, "piece"),
            "kind": "design_doc",
            "began_on": None,
            "occurred_on": "2026-03-02",
            "narrative": canary(stage.name, "narrative"),
            "links": [],
            "expectations": [line],
            "voices": [],
        }
    ]
    content["rated"] = [FIRST]
    for one in content["expectations"]:
        one["is_rated"] = one["id"] == FIRST
        one["pieces"] = [1] if one["id"] == FIRST else []
    text = canonical(content)
    case.frozen_at, case.digest = stage.at(FROZEN), digest_of(text)
    session.add(PacketSnapshot(case_id=case.id, content=text, frozen_at=stage.at(FROZEN)))
    session.add(
        PacketAddition(
            case_id=case.id,
            at=stage.at(FROZEN),
            author_id=case.subject_id,
            words=canary(stage.name, "addition"),
            reason=canary(stage.name, "late"),
        )
    )
    session.flush()


def add_review(session: Session, everybody: dict[str, Person], case: PromotionCase, stage: Stage) -> None:
    """Seat a panel: one half way while it is rated, one who is in, and one who has stepped aside after rating."""
    is_open = stage.reaches(CaseState.CALIBRATED)
    panel = [("other", is_open, ""), ("second", True, ""), ("asked", True, "recused")]
    for who, is_in, ended in panel:
        seat = PanelSeat(
            id=uuid.uuid4(),
            case_id=case.id,
            person_id=everybody[who].id,
            drawn_by="drawn",
            seated_at=stage.at(FROZEN),
            submitted_at=stage.at(RATED) if is_in else None,
            ended_at=stage.at(RATED) if ended else None,
            ended_reason=ended or None,
        )
        session.add(seat)
        session.flush()
        words = {"rationale": f"E1 {canary(stage.name, f'rationale-{who}')}", "missing": canary(stage.name, who)}
        session.add(
            RatingDraft(
                seat_id=seat.id, expectation_id=FIRST, rating=CommitteeRating.MET, saved_at=stage.at(RATED), **words
            )
        )
        if not is_in:
            continue
        common = {"case_id": case.id, "seat_id": seat.id, "reviewer_id": seat.person_id, "expectation_id": FIRST}
        session.add(GivenRating(number=1, rating=CommitteeRating.MET, at=stage.at(RATED), **common, **words))
        if is_open and who == "second":
            later = canary(stage.name, "change")
            session.add(
                GivenRating(
                    number=2,
                    rating=CommitteeRating.PARTLY_MET,
                    rationale=f"E1 {canary(stage.name, 'anew')}",
                    missing="",
                    reason=later,
                    at=stage.at(SAID),
                    **common,
                )
            )
    session.add(
        Recusal(
            case_id=case.id,
            person_id=everybody["asked"].id,
            reason="declared",
            note=canary(stage.name, "note"),
            at=stage.at(RATED),
            by_id=everybody["asked"].id,
        )
    )
    if is_open:
        for about, part in ((FIRST, "remark"), (None, "apart")):
            session.add(
                CaseRemark(
                    case_id=case.id,
                    author_id=everybody["other"].id,
                    expectation_id=about,
                    words=canary(stage.name, part),
                    is_apart=about is None,
                    at=stage.at(SAID),
                )
            )
    session.flush()


def add_decision(session: Session, everybody: dict[str, Person], case: PromotionCase, stage: Stage) -> None:
    """Write a “not yet”: a draft while cases are compared, taken afterwards."""
    is_taken = stage.reaches(CaseState.DECIDED)
    chair = everybody["top" if stage.subject == "hr" else "chief"].id
    decision = Decision(
        id=uuid.uuid4(),
        case_id=case.id,
        kind=DecisionKind.NOT_YET,
        reasons=canary(stage.name, "reasons"),
        review_on=date(2027, 3, 1),
        feedback_summary=canary(stage.name, "summed-up"),
        recommended="not_yet" if is_taken else None,
        written_by_id=chair,
        saved_at=stage.at(DECIDED),
        decided_at=stage.at(DECIDED) if is_taken else None,
        decided_by_id=chair if is_taken else None,
    )
    session.add(decision)
    session.flush()
    session.add(
        DecisionFinding(
            decision_id=decision.id,
            expectation_id=FIRST,
            kind="unmet",
            words=canary(stage.name, "unmet"),
            would_change=canary(stage.name, "would-change"),
        )
    )
    session.flush()


def add_panel_elsewhere(
    session: Session, everybody: dict[str, Person], candidate: Person, cycle: PromotionCycle, edition: Edition
) -> None:
    """Let Edda Editor review somebody else in the cycle in which Amara is reviewed."""
    stage = Stage("elsewhere", CycleState.REVIEW, CaseState.IN_REVIEW)
    case = add_case(session, {**everybody, "subject": candidate}, cycle, edition, stage, number=2)
    freeze(session, case, stage)
    session.add(
        PanelSeat(case_id=case.id, person_id=everybody["editor"].id, drawn_by="drawn", seated_at=stage.at(FROZEN))
    )


def list_who_could(
    session: Session,
    company: Company,
    everybody: dict[str, Person],
    cycles: dict[tuple[str, CycleState], PromotionCycle],
) -> None:
    """Write lines of the list of who could be nominated; a minimum time stands against each."""
    opened, of_hr = cycles["subject", CycleState.OPEN], cycles["hr", CycleState.CALIBRATION]
    lines = (("line", "subject", opened), ("line_of_hr", "hr", opened), ("line_beside_hr", "subject", of_hr))
    for name, who, cycle in lines:
        row = Eligibility(
            id=uuid.uuid4(),
            cycle_id=cycle.id,
            subject_id=everybody[who].id,
            lineage="software-engineer",
            level="L2",
            held_since=date(2026, 6, 1),
            targets="L3",
            rule="minimum",
        )
        session.add(row)
        session.flush()
        company.objects[name], company.kinds[name], company.subjects[name] = row.id, "eligible", who
