"""Pieces of evidence made by the acts of the product, and a small company around an author. Everything is committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.access.actor import Actor, Role
from app.audit.actions import Author
from app.domain.evidence import CorroborationAnswer, EvidenceKind
from app.evidence import actions, queries
from app.evidence.models import Evidence
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.actions import set_manager
from app.people.models import Person
from tests.factories.editions import adopted
from tests.factories.people import SYSTEM, make_person, make_team
from tests.pictures import begins_with

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
COACH, LEAD, TESTS = "swe.coach-juniors", "swe.lead-design-discussions", "swe.self-sufficient"


@dataclass
class Company:
    """Amara and those around her, each in one relation to her."""

    amara: Person
    manager: Person
    former: Person
    skip: Person
    hr: Person
    admin: Person
    peer: Person
    henrik: Person
    stranger: Person

    def named(self, who: str) -> Person:
        """Return somebody by the name of the relation."""
        found: Person = getattr(self, who)
        return found


@begins_with
def make_company() -> Company:
    """Return a company on the Software Engineer ladder: Amara holds L2 and has had another manager until 1 November."""
    adopted()
    team = make_team("Billing")
    skip = make_person("Petra Skip")
    manager = make_person("Tomasz Wieczorek", manager=skip)
    former = make_person("Ivo Former", manager=skip)
    amara = make_person("Amara Diallo", manager=former, team=team, level="L2", since=date(2023, 2, 3))
    with transaction():
        set_manager(amara, manager, from_on=date(2026, 11, 1), by=SYSTEM, at=AT)
    return Company(
        amara=amara,
        manager=manager,
        former=former,
        skip=skip,
        hr=make_person("Ruth Okonjo", roles=(Role.HR,)),
        admin=make_person("Ada Admin", roles=(Role.ADMIN,)),
        peer=make_person("Ffion Prydderch", manager=manager, team=team, level="L2"),
        henrik=make_person("Henrik Lindqvist"),
        stranger=make_person("Kofi Mensah", level="L1"),
    )


def as_author(person: Person) -> Author:
    """Return a person as one who acts."""
    return Author(person.id)


def as_actor(person: Person, *roles: Role) -> Actor:
    """Return a person as the policy sees them."""
    return Actor(person.id, person.name, frozenset(roles))


def make_content(
    title: str = "Paired with Chioma on tax rounding",
    *,
    claims: dict[str, str] | tuple[str, ...] = (COACH,),
    kind: EvidenceKind = EvidenceKind.MENTORING_LOG,
    on: date = date(2026, 11, 3),
    **more: object,
) -> actions.Content:
    """Return what an author says."""
    lines = claims if isinstance(claims, dict) else dict.fromkeys(claims, "")
    return actions.Content(title=title, kind=kind, occurred_on=on, claims=lines, **more)


def log_piece(
    author: Person, title: str = "Paired with Chioma on tax rounding", *, at: datetime = AT, **more
) -> Evidence:
    """Return a draft, logged by the act of the product."""
    with transaction():
        return actions.log_evidence(author, make_content(title, **more), by=as_author(author), at=at)


def share_piece(
    author: Person, title: str = "Paired with Chioma on tax rounding", *, at: datetime = AT, **more
) -> Evidence:
    """Return a shared piece."""
    with transaction():
        return actions.log_evidence(author, make_content(title, **more), share=True, by=as_author(author), at=at)


def withdraw_piece(piece: Evidence, *, at: datetime = AT) -> None:
    """Withdraw a piece as its author."""
    with transaction():
        actions.withdraw_evidence(piece, by=Author(piece.subject_id), at=at)


def ask(piece: Evidence, colleague: Person, *, asking: str = "", at: datetime = AT) -> None:
    """Ask a colleague as the author."""
    with transaction():
        actions.ask_colleague(piece, colleague, asking=asking, by=Author(piece.subject_id), at=at)


def answer(
    piece: Evidence,
    colleague: Person,
    outcome: str = "confirmed",
    *,
    words: str = "",
    standing: tuple[str, ...] = (),
    limits: dict[str, str] | None = None,
    at: datetime = AT,
) -> None:
    """Answer as the colleague, who has read the piece as it is stored."""
    with transaction():
        actions.answer_question(
            piece,
            answer=CorroborationAnswer(outcome),
            words=words,
            standing=standing,
            limits=limits or {},
            version=queries.load_evidence(piece).version,
            by=as_author(colleague),
            at=at,
        )


def confirm(piece: Evidence, colleague: Person, *, at: datetime = AT) -> None:
    """Ask a colleague and let them confirm."""
    ask(piece, colleague, at=at)
    answer(piece, colleague, at=at)


def set_piece_aside(piece: Evidence, manager: Person, expectation: str = COACH, reason: str = "One talk only.") -> None:
    """Set a piece aside as the manager."""
    with transaction():
        version = queries.load_evidence(piece).version
        given = {"expectation_id": expectation, "reason": reason, "version": version}
        actions.set_aside(piece, **given, by=as_author(manager), at=AT)


def change(piece: Evidence, *, at: datetime = AT, **content: object) -> None:
    """Change a piece as its author, from the version that is stored."""
    with transaction():
        actions.change_evidence(
            piece,
            make_content(**content),
            version=queries.load_evidence(piece).version,
            by=Author(piece.subject_id),
            at=at,
        )


def stored(piece: Evidence) -> Evidence:
    """Return the piece as it is stored now."""
    db.session.rollback()
    return queries.load_evidence(piece)
