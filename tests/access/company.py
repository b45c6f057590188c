"""The company that the access suite looks at: people in every relation to Amara Diallo, and objects in every state.

Every field of an object holds a word of its own (`CANARY-shared-title-`), so that a page tells by its words what it
lets somebody read. The words of an object are named by its fields in `authz.yaml`.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Role
from app.assessment.models import (
    Assessment,
    AssessmentAnswer,
    AssessmentNote,
    AssessmentSheet,
    AssessmentSignature,
    GrowthAction,
    GrowthGoal,
    GrowthPlan,
    Side,
)
from app.assessment.queries import digest_of
from app.audit.actions import Author, log
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import actions as auth
from app.auth.models import AuthSession
from app.auth.queries import get_account
from app.auth.second_factor import COMPULSORY
from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState
from app.domain.rating import Answer
from app.evidence import attachments
from app.evidence.models import (
    Attachment,
    Claim,
    Corroboration,
    CorroborationLimit,
    Evidence,
    EvidenceLink,
    EvidenceRevision,
    SettingAside,
)
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.jobs import actions as jobs
from app.jobs.models import Job, JobState
from app.ladders.queries import Edition
from app.notices import actions as notices
from app.notices.models import MailState
from app.people import actions as people
from app.people.actions import importing
from app.people.models import Leave, LevelSpell, ManagerLink, Person, SpellReason, Team, TeamMembership
from app.people.queries.importing import plan_import
from tests.conftest import NOW
from tests.factories.assessments import make_waiver, publish
from tests.factories.people import AT, PASSWORD, SYSTEM, grant, make_person, make_team

FIRST, SECOND = "swe.design-significant-features", "swe.coach-juniors"
BASIC, SUPPORT = "swe.self-sufficient", "sup.first-contact"
CHANGED_ON = date(2026, 10, 2)
"""The day on which every shared piece was given other words."""
HANDED_OVER = date(2025, 6, 1)
"""The day on which Amara's former line manager handed over to the present one."""
LEFT_ON = date(2026, 1, 1)
LEADS = ("chief", "top")
"""The chair and the deputy of every promotion committee, who need a second factor like HR."""
ROLES = {"hr": Role.HR, "second_hr": Role.HR, "admin": Role.ADMIN, "editor": Role.LADDER_EDITOR}
NAMES = {
    "top": "Zora Above",
    "skip": "Petra Skip",
    "manager": "Tomasz Wieczorek",
    "former": "Milan Former",
    "subject": "Amara Diallo",
    "peer": "Ffion Prydderch",
    "chief": "Wim Chief",
    "second_hr": "Hanna Resources",
    "hr": "Ruth Okonjo",
    "admin": "Ada Admin",
    "editor": "Edda Editor",
    "asked": "Kofi Mensah",
    "other": "Noor Other",
    "stranger": "Sten Stranger",
    "mentor": "Nadia Mentor",
    "former_mentor": "Farid Before",
    "coordinator": "Cora Coordinator",
    "leaver": "Lena Left",
}
MANAGED_BY = {
    "skip": "top",
    "manager": "skip",
    "former": "skip",
    "peer": "manager",
    "admin": "manager",
    "hr": "second_hr",
    "second_hr": "chief",
    "editor": "chief",
    "asked": "chief",
    "other": "chief",
    "stranger": "chief",
    "mentor": "chief",
    "former_mentor": "chief",
    "coordinator": "chief",
    "leaver": "chief",
}
"""Who reports to whom all the time. Amara has reported to Tomasz since `HANDED_OVER`, and to Milan before."""
LEADERS = ("top", "skip", "manager", "chief", "second_hr")
"""To whom somebody reports now."""
ANONYMOUS = "anonymous"


def canary(name: str, part: str) -> str:
    """Return the word that stands in one field of one object; none is the beginning of another."""
    return f"CANARY-{name}-{part}-"


@dataclass
class Company:
    """What the suite needs to know of the company when its database is a copy: ids, versions and open sessions."""

    people: dict[str, uuid.UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, uuid.UUID] = field(default_factory=dict)
    objects: dict[str, uuid.UUID | str | int] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    goals: dict[str, uuid.UUID] = field(default_factory=dict)

    def keep(self, name: str, kind: str, subject: str, row: Evidence | Assessment) -> None:
        """Remember an object by its name."""
        self.objects[name], self.kinds[name], self.subjects[name] = row.id, kind, subject
        self.versions[name] = row.version


def found(company: Company) -> None:
    """Build the company in the running application's database."""
    # Their words are named as those of this module are.
    from tests.access.figures import report
    from tests.access.pairs import pair_up
    from tests.access.rounds import hold_rounds

    edition = publish()
    support = publish("technical-support/1.0.0.yaml")
    everybody = hire(company)
    write_evidence(company, everybody)
    attach_files(company)
    write_assessments(company, everybody, edition, support)
    agree(company, everybody)
    waive(company, everybody)
    plan_growth(company, everybody)
    hold_rounds(company, everybody, edition)
    pair_up(company, everybody)
    sign_in_all(company, everybody)
    look_after(company, everybody)
    upload_people(company, everybody)
    report(company)


def hire(company: Company) -> dict[str, Person]:
    """Hire everybody, and let Amara change hands once."""
    everybody: dict[str, Person] = {}
    for name, full_name in NAMES.items():
        everybody[name] = make_person(
            full_name,
            manager=everybody.get(MANAGED_BY.get(name, "")),
            level="L2" if name in {"peer", "asked", "other", "stranger"} else None,
            roles=(ROLES[name],) if name in ROLES else (),
            password=PASSWORD if name in {"subject", "peer", "admin"} else None,
        )
    subject = everybody["subject"]
    team = make_team(canary("team", "name"))
    with transaction():
        people.set_manager(subject, everybody["former"], from_on=date(2023, 1, 2), by=SYSTEM, at=AT)
        people.set_manager(subject, everybody["manager"], from_on=HANDED_OVER, by=SYSTEM, at=AT)
        people.set_team(subject, team, from_on=date(2024, 1, 2), by=SYSTEM, at=AT)
        people.grant_level(
            subject,
            ladder="canary-ladder",
            level=canary("spell", "level"),
            from_on=date(2023, 1, 2),
            reason=SpellReason.HIRE,
            by=SYSTEM,
            at=AT,
        )
        grant(subject, "L2", on=date(2025, 2, 3))
        for name in ("manager", "mentor", "former_mentor"):
            grant(everybody[name], "L3", on=date(2023, 1, 2))
    company.people = {name: person.id for name, person in everybody.items()}
    keep_history(company, everybody, team)
    return everybody


def keep_history(company: Company, everybody: dict[str, Person], team: Team) -> None:
    """Record a leave, and remember one entry of each kind, and the team."""
    subject = everybody["subject"]
    with transaction():
        people.set_group(
            subject,
            dimension="site",
            value=canary("person_subject", "group"),
            from_on=date(2023, 1, 2),
            by=SYSTEM,
            at=AT,
        )
        people.record_leave(subject, from_on=date(2023, 3, 6), until_on=date(2023, 3, 20), by=SYSTEM, at=AT)
    for name, table, whose in [
        ("entry_level", LevelSpell, "subject"),
        ("entry_team", TeamMembership, "subject"),
        ("entry_manager", ManagerLink, "subject"),
        ("entry_leave", Leave, "subject"),
        ("entry_hr", ManagerLink, "hr"),
    ]:
        live = db.session.query(table).filter_by(person_id=everybody[whose].id, superseded_at=None)
        company.objects[name] = live.order_by(table.starts_on.desc()).first().id
        company.kinds[name], company.subjects[name] = "entry", whose
        company.asked[name] = str(team.id)
    company.objects["team"], company.kinds["team"] = team.id, "team"


def moment(day: date) -> datetime:
    """Return the middle of a day, UTC."""
    return datetime.combine(day, time(12), UTC)


# Evidence ---------------------------------------------------------------------


def write_evidence(company: Company, everybody: dict[str, Person]) -> None:
    """Write pieces in every state, of several authors."""
    recent, old = date(2026, 10, 1), date(2024, 5, 2)
    for number, (name, subject, state, day) in enumerate(
        [
            ("draft", "subject", EvidenceState.DRAFT, recent),
            ("shared", "subject", EvidenceState.SHARED, recent),
            ("withdrawn", "subject", EvidenceState.WITHDRAWN, recent),
            ("old", "subject", EvidenceState.SHARED, old),
            ("old_withdrawn", "subject", EvidenceState.WITHDRAWN, old),
            ("manager_draft", "manager", EvidenceState.DRAFT, recent),
            ("manager_shared", "manager", EvidenceState.SHARED, recent),
            ("hr_draft", "hr", EvidenceState.DRAFT, recent),
            ("hr_shared", "hr", EvidenceState.SHARED, recent),
            ("admin_shared", "admin", EvidenceState.SHARED, recent),
            ("peer_draft", "peer", EvidenceState.DRAFT, recent),
            ("peer_shared", "peer", EvidenceState.SHARED, recent),
        ],
        start=5001,
    ):
        with transaction() as session:
            piece = piece_in(name, everybody[subject], number, state, day)
            session.add(piece)
            if state is not EvidenceState.DRAFT:
                add_voices(piece, name, everybody, day)
                session.flush()
                add_revisions(session, piece, name, day)
            session.flush()
        company.keep(name, "evidence", subject, piece)


def piece_in(name: str, subject: Person, number: int, state: EvidenceState, day: date) -> Evidence:
    """Return a piece in a state, every text of it a word of its own."""
    is_draft = state is EvidenceState.DRAFT
    return Evidence(
        id=uuid.uuid4(),
        subject_id=subject.id,
        number=number,
        title=canary(name, "title"),
        narrative=canary(name, "narrative"),
        kind=EvidenceKind.DESIGN_DOC,
        occurred_on=day,
        state=state,
        created_at=moment(day),
        changed_at=moment(day),
        shared_at=None if is_draft else moment(day),
        submitted_on=None if is_draft else day,
        withdrawn_at=NOW if state is EvidenceState.WITHDRAWN else None,
        links=[EvidenceLink(position=0, url=f"https://docs.example/{canary(name, 'link')}")],
        claims=[
            Claim(
                id=uuid.uuid4(),
                expectation_id=expectation,
                position=place,
                line=canary(name, f"line{place}"),
                changed_at=moment(day),
                settings_aside=[],
            )
            for place, expectation in enumerate((FIRST, SECOND))
        ],
        corroborations=[],
    )


def add_revisions(session: Session, piece: Evidence, name: str, day: date) -> None:
    """Let a piece have said something else on the day on which it was shared; a former manager reads that, no more."""
    for number, said_on, before in ((1, day, "before-"), (2, CHANGED_ON, "")):
        content = {
            "title": canary(name, f"{before}title"),
            "narrative": canary(name, f"{before}narrative"),
            "kind": piece.kind.value,
            "occurred_from": None,
            "occurred_on": piece.occurred_on.isoformat(),
            "links": [f"https://docs.example/{canary(name, f'{before}link')}"],
            "claims": [
                {"expectation": expectation, "line": canary(name, f"{before}line{place}")}
                for place, expectation in enumerate((FIRST, SECOND))
            ],
        }
        session.add(
            EvidenceRevision(
                evidence_id=piece.id,
                number=number,
                said_at=moment(said_on),
                said_on=said_on,
                content=json.dumps(content),
            )
        )


def add_voices(piece: Evidence, name: str, everybody: dict[str, Person], day: date) -> None:
    """Let one colleague confirm, another limit and be asked again, and a manager set the piece aside for one thing."""
    piece.corroborations.append(
        Corroboration(
            colleague_id=everybody["asked"].id,
            asked_at=moment(day),
            outcome=CorroborationAnswer.CONFIRMED,
            words=canary(name, "words-asked"),
            answered_at=moment(day),
        ),
    )
    piece.corroborations.append(
        Corroboration(
            colleague_id=everybody["other"].id,
            asked_at=moment(day) + timedelta(hours=1),
            asking=canary(name, "asking-other"),
            outcome=CorroborationAnswer.LIMITED,
            words=canary(name, "words-other"),
            standing=FIRST,
            answered_at=moment(day),
            limits=[CorroborationLimit(expectation_id=FIRST, words=canary(name, "limit-other"))],
        ),
    )
    manager = next(who for who in ("manager", "skip", "second_hr") if everybody[who].id != piece.subject_id)
    piece.claims[0].settings_aside.append(
        SettingAside(
            by_id=everybody[manager].id,
            reason=canary(name, "reason"),
            set_at=moment(day),
            answer=canary(name, "reply"),
            answered_at=moment(day),
        ),
    )


def attach_files(company: Company) -> None:
    """Attach a file to pieces in several states; to an old one also after Amara had changed hands."""
    for name, piece, day in [
        ("file_of_draft", "draft", date(2026, 10, 1)),
        ("file_of_withdrawn", "withdrawn", date(2026, 10, 1)),
        ("file_of_old", "old", date(2024, 5, 2)),
        ("late_file_of_old", "old", date(2026, 10, 1)),
    ]:
        content = canary(name, "words").encode()
        with transaction() as session:
            stored_as = attachments.new_name()
            attachments.keep(session, content, stored_as)
            row = Attachment(
                evidence_id=company.objects[piece],
                name=f"{canary(name, 'name')}.txt",
                media_type="text/plain",
                size=len(content),
                sha256=sha256(content).hexdigest(),
                stored_as=stored_as,
                added_at=moment(day),
            )
            session.add(row)
            session.flush()
            company.objects[name], company.kinds[name], company.subjects[name] = row.id, "attachment", "subject"


# Assessments ------------------------------------------------------------------


def write_assessments(company: Company, everybody: dict[str, Person], edition: Edition, support: Edition) -> None:
    """Write assessments in every state: nothing in, one side in, both in; under the former manager too."""
    recent, old = moment(date(2026, 10, 2)), moment(date(2024, 5, 3))
    rows = [
        # name, subject, ladder, target, manager, self in, manager in
        ("drafting", "subject", edition, "L2", "manager", None, None),
        ("self_in", "subject", edition, "L3", "manager", recent, None),
        ("manager_in", "subject", edition, "L4", "manager", None, recent),
        ("revealed", "subject", edition, "L3", "manager", recent, recent),
        ("old_revealed", "subject", edition, "L3", "former", old, old),
        ("old_drafting", "subject", support, "L2", "former", None, None),
        ("old_manager_in", "subject", support, "L3", "former", None, old),
        ("manager_own", "manager", edition, "L4", "skip", recent, recent),
        ("manager_sealed", "manager", support, "L2", "skip", None, recent),
        ("hr_sealed", "hr", edition, "L3", "second_hr", None, recent),
        ("hr_revealed", "hr", edition, "L2", "second_hr", recent, recent),
        ("admin_sealed", "admin", edition, "L3", "manager", None, recent),
        ("peer_self_in", "peer", edition, "L3", "manager", recent, None),
        ("peer_overdue", "peer", edition, "L4", "manager", None, recent),
        ("peer_unanswered", "peer", edition, "L2", "manager", recent, None),
        ("self_closed", "subject", edition, "L3", "manager", None, recent),
        ("called_off", "subject", edition, "L3", "manager", None, None),
    ]
    for name, subject, ladder, target, manager, self_at, manager_at in rows:
        with transaction() as session:
            row = Assessment(
                id=uuid.uuid4(),
                subject_id=everybody[subject].id,
                ladder_version_id=ladder.id,
                lineage=ladder.ladder.lineage,
                target_level=target,
                opened_at=moment(date(2024, 5, 1)) if "old" in name else moment(date(2026, 9, 1)),
                opened_by_id=everybody[subject].id,
                self_submitted_at=self_at,
                manager_submitted_at=manager_at,
                manager_id=everybody[manager].id if manager_at else None,
                submitted_on=max(self_at, manager_at).date() if self_at and manager_at else None,
            )
            for field_name, value in ends_of(name, everybody).items():
                setattr(row, field_name, value)
            session.add(row)
            session.flush()
            if row.called_off_at or row.self_closed_at:
                add_sheets(session, row, everybody[subject], everybody[manager])
            expectation = SUPPORT if ladder is support else BASIC if target == "L2" else FIRST
            company.asked[name] = expectation
            answer(session, row, Side.SELF, everybody[subject], expectation, canary(name, "self"))
            answer(session, row, Side.MANAGER, everybody[manager], expectation, canary(name, "manager"))
        company.keep(name, "assessment", subject, row)


def ends_of(name: str, everybody: dict[str, Person]) -> dict[str, object]:
    """Return what has become of an assessment besides its sides: reminders, a closed side, a calling-off.

    Where one side is in, a reminder went out today, so that nobody reminds again.
    """
    if name in {"peer_overdue", "peer_unanswered"}:
        return {"due_on": date(2026, 11, 15), "reminded_at": NOW}
    if name == "self_closed":
        closed = {"self_closed_at": moment(date(2026, 11, 2)), "closed_by_id": everybody["manager"].id}
        return closed | {"due_on": date(2026, 10, 20), "submitted_on": date(2026, 11, 2)}
    if name == "called_off":
        return {"called_off_at": moment(date(2026, 9, 3)), "called_off_by_id": everybody["subject"].id}
    return {"reminded_at": NOW} if name.endswith(("_in", "_sealed")) else {}


def add_sheets(session: Session, row: Assessment, subject: Person, manager: Person) -> None:
    """Let both have begun to write."""
    for side, author in ((Side.SELF, subject), (Side.MANAGER, manager)):
        session.add(
            AssessmentSheet(assessment_id=row.id, side=side, author_id=author.id, revision=1, saved_at=row.opened_at)
        )
    session.flush()


def answer(
    session: Session, row: Assessment, side: Side, author: Person, expectation: str, words: str
) -> AssessmentAnswer:
    """Give one side's answer to one expectation."""
    given = AssessmentAnswer(
        assessment_id=row.id,
        side=side,
        author_id=author.id,
        expectation_id=expectation,
        answer=Answer.MET if side is Side.SELF else Answer.PARTLY_MET,
        comment=words,
        changed_at=row.opened_at,
    )
    session.add(given)
    session.flush()
    return given


def agree(company: Company, everybody: dict[str, Person]) -> None:
    """Write a joint note on every revealed assessment; Amara signs the old one, and Milan says why he does not."""
    for name, author in (
        ("revealed", "subject"),
        ("old_revealed", "subject"),
        ("manager_own", "manager"),
        ("hr_revealed", "hr"),
        ("self_closed", "manager"),
    ):
        with transaction() as session:
            session.add(
                AssessmentNote(
                    assessment_id=company.objects[name],
                    expectation_id=company.asked[name],
                    words=canary(name, "note"),
                    changed_by_id=everybody[author].id,
                    changed_at=moment(date(2026, 10, 3)),
                )
            )
            session.flush()
            company.digests[name] = digest_of(session.get_one(Assessment, company.objects[name]))
    for name, side, signer, refusal in (
        # Refused after the hand-over: a former line manager who signed reads nothing of it.
        ("old_revealed", Side.SELF, "subject", "late"),
        ("old_revealed", Side.MANAGER, "former", "refusal"),
        ("hr_revealed", Side.SELF, "hr", ""),
        ("self_closed", Side.MANAGER, "manager", ""),
    ):
        with transaction() as session:
            session.add(
                AssessmentSignature(
                    assessment_id=company.objects[name],
                    side=side,
                    person_id=everybody[signer].id,
                    signed_at=moment(date(2024, 5, 6) if signer == "former" else date(2026, 11, 4)),
                    refusal=canary(name, refusal) if refusal else "",
                    result_hash=company.digests[name],
                )
            )


# Waivers and growth plans ------------------------------------------------------


def waive(company: Company, everybody: dict[str, Person]) -> None:
    """Let a waiver hold, one wait for each of the two who decide, and one of HR's own."""
    rows = [
        # name, subject, expectation, approved as manager, approved as HR
        ("waiver", "subject", SECOND, "manager", "hr"),
        ("waiver_asked", "subject", "swe.systemic-improvements", "manager", None),
        ("waiver_for_manager", "subject", "swe.lead-design-discussions", None, "hr"),
        ("waiver_of_hr", "hr", FIRST, "second_hr", None),
    ]
    for name, subject, expectation, manager, hr in rows:
        row = make_waiver(
            everybody[subject],
            expectation,
            manager=everybody[manager] if manager else None,
            hr=everybody[hr] if hr else None,
        )
        with transaction():
            row.reason = canary(name, "reason")
        company.objects[name], company.kinds[name], company.subjects[name] = row.id, "waiver", subject


def plan_growth(company: Company, everybody: dict[str, Person]) -> None:
    """Write growth plans, one open and one closed, and one of HR's own, each with a goal and an action."""
    rows = [("plan", "subject", None), ("closed_plan", "subject", NOW), ("plan_of_hr", "hr", None)]
    for name, subject, closed_at in rows:
        owner = everybody[subject].id
        with transaction() as session:
            step = GrowthAction(
                id=uuid.uuid4(),
                position=0,
                words=canary(name, "action"),
                due_on=NOW.date(),
                added_at=NOW,
                added_by_id=owner,
            )
            done = GrowthAction(
                id=uuid.uuid4(),
                position=1,
                words=canary(name, "done"),
                done_at=NOW,
                done_by_id=owner,
                added_at=NOW,
                added_by_id=owner,
            )
            goal = GrowthGoal(expectation_id=FIRST, position=0, words=canary(name, "goal"), actions=[step, done])
            row = GrowthPlan(
                id=uuid.uuid4(),
                subject_id=owner,
                lineage="software-engineer",
                target_level="L3",
                review_on=NOW.date(),
                created_at=moment(date(2026, 9, 1)),
                created_by_id=owner,
                changed_at=moment(date(2026, 9, 2)),
                closed_at=closed_at,
                goals=[goal],
            )
            session.add(row)
            session.flush()
            company.asked[name], company.versions[name] = str(step.id), row.version
            company.objects[name], company.kinds[name], company.subjects[name] = row.id, "growth_plan", subject


# Sessions ---------------------------------------------------------------------


def sign_in_all(company: Company, everybody: dict[str, Person]) -> None:
    """Sign everybody in; Lena then leaves, and keeps her cookie."""
    with transaction():
        for name, person in everybody.items():
            company.tokens[name] = auth.open_session(person.id, address="127.0.0.1", browser="test", at=NOW)
            if ROLES.get(name) in COMPULSORY or name in LEADS:
                get_account(person.id).totp_confirmed_at = NOW
    rows = db.session.query(AuthSession).filter(AuthSession.person_id == company.people["subject"])
    company.objects["subject_session"] = rows.one().id
    company.kinds["subject_session"], company.subjects["subject_session"] = "session", "subject"
    with transaction():
        people.record_leaving(everybody["leaver"], on=LEFT_ON, by=SYSTEM, at=AT)
    for name, person_id in company.people.items():
        company.objects[f"person_{name}"] = person_id
        company.kinds[f"person_{name}"], company.subjects[f"person_{name}"] = "person", name
        company.versions[f"person_{name}"] = everybody[name].version
        company.objects[f"account_{name}"] = person_id
        company.kinds[f"account_{name}"], company.subjects[f"account_{name}"] = "account", name
    db.session.rollback()


# People files -----------------------------------------------------------------


def upload_people(company: Company, everybody: dict[str, Person]) -> None:
    """Upload two people files as HR, and drop one. What is asked of the other is the outcome that its preview shows."""
    author = Author(everybody["second_hr"].id)
    for name in ("waiting_import", "dropped_import"):
        content = f"employee_id,name,email\nX-1,{canary(name, 'name')},x1@larkspur.example\n".encode()
        with transaction():
            row = importing.upload(content, "people.csv", NOW.date(), author, NOW)
            if name == "dropped_import":
                importing.drop_import(row, by=author, at=NOW)
        company.objects[name], company.kinds[name] = row.id, "people_import"
        plan = plan_import(content, from_on=NOW.date(), today=NOW.date(), importer_id=author.person_id)
        company.asked[name] = plan.digest
    db.session.rollback()


# Administration ---------------------------------------------------------------


def look_after(company: Company, everybody: dict[str, Person]) -> None:
    """Leave jobs, a mail and rows of the record; the words in their payloads and details are planted."""
    for name, key, value in [
        ("policy_people", "directory_shows_level", "yes"),
        ("policy_technical", "idle_hours", "4"),
    ]:
        company.objects[name], company.kinds[name], company.asked[name] = key, "policy", value
    with transaction() as session:
        for name, state in [("failed_job", JobState.FAILED), ("waiting_job", JobState.QUEUED)]:
            job = jobs.queue("planted", {"word": canary(name, "payload")}, by=SYSTEM, at=NOW)
            session.get_one(Job, job.id).state = state
            company.objects[name], company.kinds[name] = job.id, "job"
        mail = notices.put(
            "planted", everybody["subject"].id, {"word": canary("failed_mail", "payload")}, by=SYSTEM, at=NOW
        )
        mail.state = MailState.FAILED
        company.objects["failed_mail"], company.kinds["failed_mail"] = mail.id, "mail"
    for name, tag, subject in [
        ("row_about_person", Tag.PERSON_CHANGED, everybody["subject"].id),
        ("row_about_ladder", Tag.LADDER_PUBLISHED, None),
    ]:
        with transaction():
            log(tag, by=SYSTEM, at=NOW, subject_id=subject, note=canary(name, "note"))
        last = select(AuditEvent.seq).where(AuditEvent.tag == tag).order_by(AuditEvent.seq.desc()).limit(1)
        company.objects[name], company.kinds[name] = db.session.scalars(last).one(), "record"
    db.session.rollback()
