"""A small company to which anything happens: random acts of the product, and days that pass."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import select

from app.access.actor import Role
from app.assessment import actions as assessing
from app.assessment import queries as standings
from app.assessment.actions import Approver, Entry
from app.assessment.actions.standing import refresh_due
from app.assessment.models import Assessment, Side, Waiver
from app.assessment.queries.sheets import needed_ids
from app.assessment.queries.standing import computed_standings, stored_standings
from app.audit.actions import Author
from app.domain.errors import DomainError
from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState
from app.domain.evidence_file import checked_file
from app.domain.rating import Answer
from app.evidence import actions as evidence
from app.evidence.models import Claim, Corroboration, Evidence, SettingAside
from app.evidence.queries import get_evidence, load_evidence
from app.infra.clock import clock, now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.ladders.actions import adopt_version
from app.people import actions as people
from app.people.actions.importing import apply_plan
from app.people.models import Leave, LevelSpell, Person, SpellReason
from app.people.queries import get_record
from tests.factories.assessments import publish
from tests.factories.people import SYSTEM, make_person

LEVELS = ("L1", "L2", "L3", "L4")
HEADER = "employee_id,name,email,manager_employee_id,ladder,level,level_since,hired_on"


class Company:
    """Three engineers, a manager and HR, and a seeded chance that decides what happens next."""

    def __init__(self, seed: int) -> None:
        """Make the company; everybody holds a level."""
        self.chance = random.Random(seed)
        self.edition = publish()
        self.house = publish("overlays/software-engineer-house/1.0.0.yaml", from_on=today() + timedelta(days=4000))
        self.manager = make_person("Tomasz Wieczorek").id
        self.hr = make_person("Ruth Okonjo", roles=(Role.HR,)).id
        manager = db.session.get_one(Person, self.manager)
        self.engineers = [
            make_person(name, manager=manager, level=level).id
            for name, level in (("Amara Diallo", "L2"), ("Chioma Eze", "L1"), ("Leila Haddad", "L3"))
        ]
        self.ids = [one.id for one in self.edition.ladder.expectations] + [
            one.id for one in self.house.ladder.expectations
        ]
        self.happened: list[str] = []

    # The acts --------------------------------------------------------------------

    def step(self) -> None:
        """Let one thing happen. What the product refuses has not happened."""
        act = self.chance.choices(*zip(*self._acts(), strict=True))[0]
        try:
            with transaction():
                act()
        except DomainError:
            return
        self.happened.append(act.__name__)

    def _acts(self) -> list[tuple[Callable[[], None], int]]:
        return [
            (self.log, 8), (self.change, 4), (self.share, 3), (self.withdraw, 2), (self.restore, 2),
            (self.set_aside, 3), (self.take_back, 2), (self.ask, 4), (self.answer, 4), (self.assess, 5),
            (self.reveal_half, 2), (self.waive, 3), (self.grant, 2), (self.leave, 2), (self.correct, 2),
            (self.undo, 2), (self.adopt, 1), (self.import_file, 1), (self.close, 4), (self.call_off, 1),
            (self.attach, 3), (self.end_waiver, 1), (self.refuse_waiver, 2), (self.hand_over, 3),
            (self.correct_leave, 2),
        ]  # fmt: skip

    def _someone(self) -> Person:
        return db.session.get_one(Person, self.chance.choice(self.engineers))

    def _day(self, before: int, after: int) -> object:
        return today() + timedelta(days=self.chance.randint(-before, after))

    def _content(self) -> evidence.Content:
        return evidence.Content(
            title=f"Piece {self.chance.random()}",
            kind=self.chance.choice([EvidenceKind.MENTORING_LOG, EvidenceKind.PULL_REQUEST, EvidenceKind.DESIGN_DOC]),
            occurred_on=self._day(400, 0),
            claims=dict.fromkeys(self.chance.sample(self.ids, 3), ""),
        )

    def log(self) -> None:
        """Log a piece, perhaps as a draft."""
        author = self._someone()
        evidence.log_evidence(
            author, self._content(), share=self.chance.random() < 0.8, by=Author(author.id), at=now()
        )  # fmt: skip

    def _piece(self, state: EvidenceState) -> Evidence:
        rows = db.session.scalars(select(Evidence.id).where(Evidence.state == state).order_by(Evidence.created_at))
        return load_evidence(get_evidence(self._choose(list(rows))))

    def _choose(self, found: list) -> object:
        if not found:
            raise DomainError("Nothing is there.")
        return self.chance.choice(found)

    def change(self) -> None:
        """Change what a piece says."""
        piece = self._piece(self.chance.choice([EvidenceState.SHARED, EvidenceState.DRAFT]))
        evidence.change_evidence(
            piece, self._content(), version=piece.version, by=Author(piece.subject_id), at=now()
        )  # fmt: skip

    def share(self) -> None:
        """Share a draft."""
        piece = self._piece(EvidenceState.DRAFT)
        evidence.share_evidence(piece, by=Author(piece.subject_id), at=now())

    def withdraw(self) -> None:
        """Withdraw a piece."""
        piece = self._piece(EvidenceState.SHARED)
        evidence.withdraw_evidence(piece, by=Author(piece.subject_id), at=now())

    def restore(self) -> None:
        """Restore a piece."""
        piece = self._piece(EvidenceState.WITHDRAWN)
        evidence.restore_evidence(piece, by=Author(piece.subject_id), at=now())

    def set_aside(self) -> None:
        """Set a piece aside for one expectation."""
        piece = self._piece(EvidenceState.SHARED)
        evidence.set_aside(
            piece,
            expectation_id=self.chance.choice(piece.claims).expectation_id,
            reason="One talk only.",
            version=piece.version,
            by=Author(self.manager),
            at=now(),
        )

    def take_back(self) -> None:
        """Let a piece count again."""
        live = select(SettingAside.claim_id).where(SettingAside.superseded_at.is_(None))
        rows = select(Claim.evidence_id, Claim.expectation_id).where(Claim.id.in_(live)).order_by(Claim.id)
        found = self._choose(db.session.execute(rows).all())
        evidence.take_back(
            get_evidence(found.evidence_id), expectation_id=found.expectation_id, by=Author(self.manager), at=now()
        )

    def ask(self) -> None:
        """Ask a colleague about a piece."""
        piece = self._piece(EvidenceState.SHARED)
        evidence.ask_colleague(piece, self._someone(), by=Author(piece.subject_id), at=now())

    def answer(self) -> None:
        """Answer a question, whole, in part, or not at all."""
        rows = select(Corroboration.evidence_id, Corroboration.colleague_id).order_by(Corroboration.asked_at)
        found = self._choose(db.session.execute(rows).all())
        piece = load_evidence(get_evidence(found.evidence_id))
        evidence.answer_question(
            piece,
            answer=self.chance.choice(list(CorroborationAnswer)),
            words="What I saw.",
            standing=[claim.expectation_id for claim in piece.claims[:1]],
            version=piece.version,
            by=Author(found.colleague_id),
            at=now(),
        )

    def assess(self) -> None:
        """Let both sides hand an assessment in, which reveals it."""
        subject = self._someone()
        found = self._opened(subject)
        for side, author in ((Side.SELF, subject.id), (Side.MANAGER, self.manager)):
            self._hand_in(found, side, author)

    def reveal_half(self) -> None:
        """Let one side hand in: nothing may change."""
        subject = self._someone()
        self._hand_in(self._opened(subject), Side.SELF, subject.id)

    def _opened(self, subject: Person) -> Assessment:
        target = self.chance.choice(LEVELS)
        return assessing.open_assessment(subject, target=target, by=Author(subject.id), at=now())

    def _hand_in(self, found: Assessment, side: Side, author: object) -> None:
        is_in = found.self_submitted_at if side is Side.SELF else found.manager_submitted_at
        if is_in is not None:
            return
        given = {
            one: Entry(self.chance.choice([Answer.MET, Answer.MET, Answer.EXCEEDED, *Answer]))
            for one in needed_ids(found, ())
        }
        assessing.submit_side(found, side, given, revision=0, by=Author(author), at=now())

    def waive(self) -> None:
        """Let the manager or HR approve a waiver."""
        role = self.chance.choice(list(Approver))
        by = self.manager if role is Approver.MANAGER else self.hr
        wanted = self.chance.choice(self.ids[:8])
        assessing.approve_waiver(self._someone(), wanted, role=role, reason="Not here.", by=Author(by), at=now())

    def close(self) -> None:
        """Close a side as “not given”, after the due day and a reminder: half of what was written comes to count."""
        running = select(Assessment).where(Assessment.is_running).order_by(Assessment.opened_at, Assessment.id)
        found = self._choose(list(db.session.scalars(running)))
        closer = self.chance.choice([self.hr, self.manager])
        if found.due_on is None or found.due_on >= today():
            # Time has passed by the due day; this is how an act of today finds it.
            found.due_on = today() - timedelta(days=10)
        if found.reminded_at is None:
            assessing.remind(found, by=Author(self.hr), at=now())
            return
        side = Side.SELF if found.self_submitted_at is None else Side.MANAGER
        assessing.close_side(found, side, by=Author(closer), at=now())

    def call_off(self) -> None:
        """Call off an assessment in which nothing is in."""
        rows = select(Assessment).where(Assessment.is_untouched).order_by(Assessment.opened_at, Assessment.id)
        assessing.call_off(self._choose(list(db.session.scalars(rows))), by=Author(self.manager), at=now())

    def attach(self) -> None:
        """Add a file to a piece, which whoever confirmed it has not seen."""
        piece = self._piece(EvidenceState.SHARED)
        content = f"Piece {self.chance.random()}".encode()
        evidence.add_files(
            piece, [checked_file("notes.txt", content)], by=Author(piece.subject_id), at=now()
        )  # fmt: skip

    def _waiver(self) -> Waiver:
        rows = select(Waiver).where(Waiver.superseded_at.is_(None)).order_by(Waiver.asked_at, Waiver.id)
        return self._choose(list(db.session.scalars(rows)))

    def end_waiver(self) -> None:
        """End a waiver that holds, or take back one that waits."""
        role = self.chance.choice(list(Approver))
        by = self.manager if role is Approver.MANAGER else self.hr
        assessing.end_waiver(self._waiver(), role=role, by=Author(by), at=now())

    def refuse_waiver(self) -> None:
        """Refuse a waiver that the other role asks for."""
        role = self.chance.choice(list(Approver))
        by = self.manager if role is Approver.MANAGER else self.hr
        assessing.answer_waiver(
            self._waiver(), role=role, is_approved=False, words="Others do it.", by=Author(by), at=now()
        )

    def hand_over(self) -> None:
        """Let somebody report to another manager from a day."""
        manager = db.session.get_one(Person, self.chance.choice([self.manager, self.hr]))
        people.set_manager(self._someone(), manager, from_on=self._day(5, 20), by=SYSTEM, at=now())

    def correct_leave(self) -> None:
        """Correct the days of a leave that was recorded, perhaps one that is over."""
        rows = select(Leave.id).where(Leave.superseded_at.is_(None), Leave.person_id.in_(self.engineers))
        record = get_record(self._choose(list(db.session.scalars(rows.order_by(Leave.starts_on, Leave.id)))))
        first = self._day(100, 50)
        until = first + timedelta(days=self.chance.randint(1, 90))
        people.correct_record(record, from_on=first, until_on=until, by=SYSTEM, at=now())

    def grant(self) -> None:
        """Grant a level from a day, past or to come."""
        people.grant_level(
            self._someone(),
            ladder="software-engineer",
            level=self.chance.choice(LEVELS),
            from_on=self._day(200, 60),
            reason=SpellReason.CORRECTION,
            by=SYSTEM,
            at=now(),
        )

    def leave(self) -> None:
        """Record leave, perhaps with no end."""
        first = self._day(100, 50)
        until = self.chance.choice([None, first + timedelta(days=self.chance.randint(1, 90))])
        people.record_leave(self._someone(), from_on=first, until_on=until, by=SYSTEM, at=now())

    def _record(self) -> object:
        table = self.chance.choice([LevelSpell, Leave])
        rows = select(table.id).where(table.superseded_at.is_(None), table.person_id.in_(self.engineers))
        return get_record(self._choose(list(db.session.scalars(rows.order_by(table.starts_on, table.id)))))

    def correct(self) -> None:
        """Correct the days of a level or a leave."""
        record = self._record()
        first = record.row.starts_on + timedelta(days=self.chance.randint(-40, 40))
        until = first + timedelta(days=self.chance.randint(1, 80)) if isinstance(record.row, Leave) else None
        people.correct_record(record, from_on=first, until_on=until, by=SYSTEM, at=now())

    def undo(self) -> None:
        """Take a level or a leave back; everybody keeps one level at least."""
        record = self._record()
        people.undo_record(record, by=SYSTEM, at=now())

    def adopt(self) -> None:
        """Let another version of the ladder count from a day."""
        edition = self.chance.choice([self.edition, self.house])
        adopt_version(edition, from_on=self._day(30, 60), by=SYSTEM, at=now())

    def import_file(self) -> None:
        """Take a people file over in which levels are others."""
        lines = [HEADER]
        for one in self.chance.sample(self.engineers, 2):
            person = db.session.get_one(Person, one)
            level = self.chance.choice(LEVELS)
            lines.append(
                f"{person.employee_id},{person.name},{person.email},,software-engineer,{level},"
                f"{self._day(100, 0)},{person.hired_on}"
            )
        content = "\n".join(lines).encode()
        apply_plan(content, from_on=today(), by=SYSTEM, at=now(), expected_digest=None)

    # Time, and the proof ---------------------------------------------------------

    def live(self, events: int) -> None:
        """Let many things happen, and days pass one by one; check after each."""
        stored = 0
        for number in range(events):
            self.step()
            self.pass_a_moment()
            stored += self.check()
            if number % 12 == 0:
                self.pass_days_one_by_one(self.chance.randint(1, 30))
                self.check_reading()
            if number % 60 == 0:
                refresh_due(today(), lambda done, total: None)
                assert self.check() == len(self.engineers) + 1
        # The rows are there, and not only right because everything is computed.
        assert stored > events

    def pass_days(self, days: int) -> None:
        """Let days pass."""
        clock.stand_still(now() + timedelta(days=days))

    def pass_a_moment(self) -> None:
        """Let a moment pass, so that no two events share one."""
        clock.stand_still(now() + timedelta(seconds=self.chance.randint(1, 600)))

    def pass_days_one_by_one(self, days: int) -> None:
        """Let days pass, and look at a sample of people on each of them."""
        for _ in range(days):
            self.pass_days(1)
            self.check(self.chance.sample(self.engineers, 1))

    def check(self, sample: Sequence[uuid.UUID] = ()) -> int:
        """Check that what is stored is what is computed anew; return of how many something is stored that holds.

        `sample`: only of these people.
        """
        db.session.rollback()
        everybody = list(sample) or [*self.engineers, self.manager]
        anew = computed_standings(everybody, today())
        stored = stored_standings(everybody, today())
        for person_id, standing in stored.items():
            assert standing == anew[person_id], self.happened[-20:]
        return len(stored)

    def check_reading(self) -> None:
        """Check that whoever reads gets what is computed anew, today and on another day."""
        everybody = [*self.engineers, self.manager]
        for day in (today(), today() - timedelta(days=40), today() + timedelta(days=40)):
            assert standings.standings_of_people(everybody, on=day) == computed_standings(everybody, day)
