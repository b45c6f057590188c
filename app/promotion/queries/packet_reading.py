"""What one reader gets of a packet: all of it, or without what would tell them more than is theirs.

Source of the rules: access matrix, rows 7 and 8 with notes 3, 4 and 6; anchoring, domain specification 3.6.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, select

from app.access.actor import Actor, Role
from app.access.permissions import Permission
from app.access.policy import can
from app.access.relations import Fact, relations
from app.assessment.queries.facts import facts_of
from app.domain.evidence import EvidenceState, sufficiency
from app.domain.packets import without_ratings
from app.evidence.models import Evidence
from app.evidence.queries.cards import Shown, shown_claim
from app.evidence.queries.marks import marks_for
from app.evidence.queries.pieces import for_lists
from app.infra.clock import today
from app.infra.db import db
from app.promotion.models import Decision, PacketChoice, PromotionCase
from app.promotion.queries.cases import edition_of, get_cycle
from app.promotion.queries.packet_content import compose_packet
from app.promotion.queries.packets import Addition, additions_of, frozen_packet_of


def is_blind_to_ratings(actor: Actor, case: PromotionCase) -> bool:
    """Say whether somebody reviews the case and may not see yet how others have rated the candidate."""
    hides = get_cycle(case.cycle_id).hides_ratings
    return hides and not case.is_lifted and relations.concerns(Fact.REVIEWS, actor.person_id, case.id)


def is_only_former(actor: Actor, case: PromotionCase) -> bool:
    """Say whether somebody reads the packet for no other reason than that they led the candidate when it came in."""
    who, subject = actor.person_id, case.subject_id
    reads_otherwise = (
        who == subject
        or actor.has_role(Role.HR)
        or relations.holds(Fact.MANAGES, who, subject)
        or relations.holds(Fact.LEADS, who, subject)
        or relations.concerns(Fact.REVIEWS, who, case.id)
        or relations.concerns(Fact.CHAIRS, who, case.id)
    )
    return not reads_otherwise and relations.held(who, subject, case.submitted_on)


def packet_for(actor: Actor, case: PromotionCase) -> dict[str, Any]:
    """Return the packet as somebody may read it: the frozen one, or what stands in it today.

    Whether they may read it at all is the permission's business. The candidate gets the statement once both are in; a
    reviewer no rating before the case is lifted, where the cycle hides them; a former line manager their own statement
    and nothing that others said of the candidate.
    """
    packet = frozen_packet_of(case.id) or compose_packet(case, on=today())
    if actor.person_id == case.subject_id and not case.is_in:
        packet = {**packet, "statement": None}
    if is_only_former(actor, case):
        statement = packet["statement"]
        own = statement if statement and statement["author_id"] == str(actor.person_id) else None
        return without_ratings({**packet, "statement": own})
    return without_ratings(packet) if is_blind_to_ratings(actor, case) else packet


def reads_all(actor: Actor, case: PromotionCase) -> bool:
    """Say whether somebody reads the frozen packet whole, so that they may take out the text that was hashed."""
    return case.frozen_at is not None and not is_blind_to_ratings(actor, case) and not is_only_former(actor, case)


def additions_for(actor: Actor, case: PromotionCase) -> list[Addition]:
    """Return what was added beside the packet; for a former line manager only what they added themselves.

    What came after the decision is marked for the chair and HR who take part: to anybody else the mark would say that
    there is one.
    """
    found = additions_of(case.id)
    if is_only_former(actor, case):
        return [one for one in found if one.author_id == actor.person_id]
    if not found or not can(actor, Permission.Case.WRITE_DECISION, case):
        return found
    decided_at = db.session.scalar(select(Decision.decided_at).where(Decision.case_id == case.id))
    return [one._replace(is_after_decision=decided_at is not None and one.at > decided_at) for one in found]


# What can be chosen ----------------------------------------------------------------------


class Choosable(NamedTuple):
    """One of the candidate's pieces: its number in the packet or None, and what it counts towards until when.

    `is_too_new`: it happened after the cut-off. `is_withdrawn`: it was chosen, and is not shared any more.
    """

    id: uuid.UUID
    number: int | None
    title: str
    kind: str
    on: date
    ref: str
    shows: tuple[Shown, ...]
    is_too_new: bool
    is_withdrawn: bool

    @property
    def label(self) -> str:
        """Return how the packet cites it; empty while it is not chosen."""
        return f"E{self.number}" if self.number else ""


def list_choosable(case: PromotionCase) -> tuple[list[Choosable], list[Choosable]]:
    """Return the chosen pieces in their order, and the other shared ones, newest first. For the candidate alone."""
    cut_off = get_cycle(case.cycle_id).evidence_until
    marks = marks_for(case.subject_id, today())
    places = {
        row.evidence_id: row.position
        for row in db.session.execute(
            select(PacketChoice.evidence_id, PacketChoice.position)
            .where(PacketChoice.case_id == case.id)
            .order_by(PacketChoice.position, PacketChoice.id)
        )
    }
    rows = db.session.scalars(
        for_lists()
        .where(
            and_(
                Evidence.subject_id == case.subject_id,
                or_(Evidence.state == EvidenceState.SHARED, Evidence.id.in_(places)),
            )
        )
        .order_by(Evidence.occurred_on.desc(), Evidence.number.desc(), Evidence.id)
    )
    found = [
        Choosable(
            id=piece.id,
            number=places.get(piece.id),
            title=piece.title,
            kind=piece.kind.value,
            on=piece.occurred_on,
            ref=piece.ref,
            shows=tuple(shown_claim(piece, claim, marks) for claim in piece.claims),
            is_too_new=cut_off is not None and piece.occurred_on > cut_off,
            is_withdrawn=piece.state is not EvidenceState.SHARED,
        )
        for piece in rows.unique()
    ]
    chosen = sorted((one for one in found if one.number), key=lambda one: one.number or 0)
    return chosen, [one for one in found if not one.number]


class Further(NamedTuple):
    """A shared piece that is not chosen, and would count towards an expectation of the packet."""

    id: uuid.UUID
    title: str


def packet_with_further(case: PromotionCase, on: date) -> tuple[dict[str, Any], dict[str, list[Further]]]:
    """Return what stands in the packet, and by expectation what else the candidate could add, newest first.

    Only what would count: kind, time and settings aside are those of the rules. For the candidate alone.
    """
    titles: dict[uuid.UUID, str] = {}
    facts = facts_of([case.subject_id], on, titles=titles)[case.subject_id]
    packet = compose_packet(case, on=on, facts=facts)
    until, chosen = get_cycle(case.cycle_id).evidence_until, {one["id"] for one in packet["pieces"]}
    found = {}
    for wanted in edition_of(case).ladder.requirement(case.target_level):
        counted = sufficiency(wanted.evidence, facts.pieces.get(wanted.id, ()), on, facts.leaves).counted
        found[wanted.id] = [
            Further(one.id, titles[one.id])
            for one in sorted(counted, key=lambda one: (one.occurred_on, str(one.id)), reverse=True)
            if str(one.id) not in chosen and (until is None or one.occurred_on <= until)
        ]
    return packet, found
