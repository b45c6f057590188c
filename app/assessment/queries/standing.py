"""Where people stand as lists and boards need it: stored rows, or the same computed for whoever has none that holds."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, or_, select

from app.assessment.models import StandingHead, StoredReadiness, StoredStanding
from app.assessment.queries.facts import facts_of
from app.domain.bar import Bar, bar_for
from app.domain.evidence import EvidenceState
from app.domain.progression import held_on, last_spell_on_lineage
from app.domain.rating import Answer
from app.domain.readiness import BlockerGroup, Facts, Outline, Standing, Status, Verdict, outline
from app.domain.standing import holds_until, stored_targets
from app.infra.clock import clock, today
from app.infra.db import db, once_per_transaction
from app.ladders.queries import Edition, adoption_days, list_adopted

READ_AT_ONCE = 1000
GROUPS = tuple(BlockerGroup)


class ExpectationStanding(NamedTuple):
    """The status on one expectation of a target, with what a list needs to explain it.

    `level` is the lowest level on the path to the target that demands it. `rating` is the manager's latest rating that
    is revealed; `counted` pieces count towards it, the last of them of `counted_last_on`.
    """

    expectation_id: str
    level: str
    status: Status
    is_required: bool
    is_blocking: bool
    is_slipped: bool
    had_no_opportunity: bool
    rating: Answer | None
    rated_on: date | None
    self_rating: Answer | None
    counted: int
    counted_last_on: date | None

    @property
    def group(self) -> BlockerGroup:
        """Return the group in which it blocks; only for one that does."""
        return BlockerGroup.SLIPPED if self.is_slipped else BlockerGroup(self.status.value)


@dataclass(frozen=True)
class TargetStanding:
    """Where somebody stands on one target. `expectations` stand in ladder order, optional ones included."""

    target: str
    verdict: Verdict
    met: int
    of: int
    evidenced: str | None
    blockers: Mapping[BlockerGroup, int]
    """How many expectations block, by group, in the order in which groups are told; groups without any are left out."""
    expectations: tuple[ExpectationStanding, ...]

    @cached_property
    def statuses(self) -> Mapping[str, Status]:
        """Return the status by expectation."""
        return {one.expectation_id: one.status for one in self.expectations}

    @property
    def blocking_ids(self) -> list[str]:
        """Return the expectations that block, by group, then in ladder order."""
        blocking = [one for one in self.expectations if one.is_blocking]
        return [one.expectation_id for one in sorted(blocking, key=lambda one: GROUPS.index(one.group))]

    @property
    def blocking(self) -> int:
        """Return how many expectations block."""
        return sum(self.blockers.values())


@dataclass(frozen=True)
class PersonStanding:
    """Where one person stands on a day.

    `targets` has one for each level that may follow the one held, at the top of the ladder the level held; it is empty
    for somebody without a level, or on a ladder of which nothing was adopted. It holds from `computed_on` until the
    day before `holds_until` (None: no end in sight).
    """

    person_id: uuid.UUID
    lineage: str | None
    held: str | None
    held_since: date | None
    edition: Edition | None
    targets: tuple[TargetStanding, ...]
    last_evidence_on: date | None
    """The latest day of a piece that is shared and not set aside for what it was claimed for."""
    last_rated_on: date | None
    """The day of the manager's latest answer that is revealed: when somebody last looked."""
    last_revealed_on: date | None
    computed_on: date = field(compare=False)
    holds_until: date | None

    @property
    def is_at_top(self) -> bool:
        """Say whether no level follows the one held."""
        if self.edition is None or self.held is None or not self.edition.ladder.has_level(self.held):
            return False
        return not self.edition.ladder.level(self.held).next


def standings_of_people(
    person_ids: Collection[uuid.UUID], *, on: date | None = None
) -> dict[uuid.UUID, PersonStanding]:
    """Return where people stand on a day, in the order asked for, in a number of queries that does not grow with it."""
    found = _standings_of(frozenset(person_ids), on or today())
    return {one: found[one] for one in person_ids}


@once_per_transaction
def _standings_of(person_ids: frozenset[uuid.UUID], day: date) -> dict[uuid.UUID, PersonStanding]:
    found = stored_standings(person_ids, day)
    if missing := [one for one in person_ids if one not in found]:
        found |= computed_standings(missing, day)
    return found


def stored_standings(person_ids: Collection[uuid.UUID], on: date) -> dict[uuid.UUID, PersonStanding]:
    """Return what is stored of people and holds on a day; who has nothing that does is left out."""
    ids = sorted(set(person_ids))
    adopted = {edition.ladder.lineage: edition for edition in list_adopted(on)} if ids else {}
    found: dict[uuid.UUID, PersonStanding] = {}
    for first in range(0, len(ids), READ_AT_ONCE):
        # One statement, so that nobody is read half before and half after somebody else's change.
        rows = db.session.execute(_stored(ids[first : first + READ_AT_ONCE], on))
        for _, group in groupby(rows, key=attrgetter("person_id")):
            standing = _read(list(group), adopted)
            if standing is not None:
                found[standing.person_id] = standing
    return found


def _stored(ids: Collection[uuid.UUID], on: date) -> Select[Any]:
    heads, targets, wanted = (table.__table__.c for table in (StandingHead, StoredReadiness, StoredStanding))
    same_target = and_(wanted.person_id == targets.person_id, wanted.target_level == targets.target_level)
    return (
        select(
            *heads,
            *(column for name, column in targets.items() if name != "person_id"),
            *(column for name, column in wanted.items() if name not in {"person_id", "target_level"}),
        )
        .select_from(StandingHead)
        .outerjoin(StoredReadiness, targets.person_id == heads.person_id)
        .outerjoin(StoredStanding, same_target)
        .where(
            heads.person_id.in_(ids),
            heads.is_stale.is_(False),
            heads.zone == clock.zone,
            heads.computed_on <= on,
            or_(heads.holds_until.is_(None), heads.holds_until > on),
        )
        .order_by(heads.person_id, targets.position, wanted.place, wanted.expectation_id)
    )


def _read(rows: list[Any], adopted: Mapping[str, Edition]) -> PersonStanding | None:
    head = rows[0]
    edition = adopted.get(head.lineage)
    if head.ladder_version_id != (edition.id if edition else None):
        return None
    return PersonStanding(
        person_id=head.person_id,
        lineage=head.lineage,
        held=head.held_level,
        held_since=head.held_since,
        edition=edition,
        targets=tuple(
            _read_target(list(group))
            for target, group in groupby(rows, key=attrgetter("target_level"))
            if target is not None
        ),
        last_evidence_on=head.last_evidence_on,
        last_rated_on=head.last_rated_on,
        last_revealed_on=head.last_revealed_on,
        computed_on=head.computed_on,
        holds_until=head.holds_until,
    )


def _read_target(rows: list[Any]) -> TargetStanding:
    first = rows[0]
    return TargetStanding(
        target=first.target_level,
        verdict=first.verdict,
        met=first.met,
        of=first.of,
        evidenced=first.evidenced_level,
        blockers={group: number for group in BlockerGroup if (number := getattr(first, group.value))},
        expectations=tuple(
            ExpectationStanding(
                row.expectation_id,
                row.level,
                row.status,
                row.is_required,
                row.is_blocking,
                row.is_slipped,
                row.had_no_opportunity,
                row.rating,
                row.rated_on,
                row.self_rating,
                row.counted,
                row.counted_last_on,
            )
            for row in rows
            if row.expectation_id is not None
        ),
    )


def computed_standings(person_ids: Collection[uuid.UUID], on: date) -> dict[uuid.UUID, PersonStanding]:
    """Return where people stand on a day from what is known of them, whatever is stored."""
    known = facts_of(person_ids, on)
    adopted = {edition.ladder.lineage: edition for edition in list_adopted(on)} if known else {}
    days = adoption_days() if known else {}
    bars: dict[tuple[uuid.UUID, str], Bar] = {}
    return {one: _computed(one, known[one], on, adopted, days, bars) for one in person_ids}


def _computed(
    person_id: uuid.UUID,
    facts: Facts,
    on: date,
    adopted: Mapping[str, Edition],
    days: Mapping[str, Collection[date]],
    bars: dict[tuple[uuid.UUID, str], Bar],
) -> PersonStanding:
    spell = held_on(facts.spells, on)
    edition = adopted.get(spell.lineage) if spell else None
    stay = last_spell_on_lineage(facts.spells, spell.lineage, on) if spell else None
    found = []
    if spell is not None and edition is not None:
        for target in stored_targets(edition.ladder, spell.level):
            key = edition.id, target
            if key not in bars:
                bars[key] = bar_for(edition.ladder, target)
            found.append(outline(bars[key], facts, on))
    return PersonStanding(
        person_id=person_id,
        lineage=spell.lineage if spell else None,
        held=spell.level if spell else None,
        held_since=stay.starts_on if stay else None,
        edition=edition,
        targets=tuple(_target(one) for one in found),
        last_evidence_on=_last_evidence(facts, on),
        last_rated_on=_last_rated(facts, on),
        last_revealed_on=max((day for day in facts.revealed_on if day <= on), default=None),
        computed_on=on,
        holds_until=holds_until(
            [one.standings for one in found], facts, on, days.get(spell.lineage, ()) if spell else ()
        ),
    )


def _target(found: Outline) -> TargetStanding:
    blocking = {standing.ask.expectation.id: group for group, standing in found.blocking()}
    groups = list(blocking.values())
    return TargetStanding(
        target=found.bar.target.id,
        verdict=found.verdict,
        met=found.met,
        of=found.of,
        evidenced=found.evidenced_level.id if found.evidenced_level else None,
        blockers={group: number for group in BlockerGroup if (number := groups.count(group))},
        expectations=tuple(
            _expectation(one, is_blocking=one.ask.expectation.id in blocking) for one in found.standings
        ),
    )


def _expectation(one: Standing, *, is_blocking: bool) -> ExpectationStanding:
    ask, rating, counted = one.ask, one.rating, one.sufficiency.counted
    return ExpectationStanding(
        ask.expectation.id,
        ask.level.id,
        one.status,
        ask.is_required,
        is_blocking,
        one.is_slipped,
        one.had_no_opportunity,
        rating.answer if rating else None,
        rating.given_on if rating else None,
        one.self_rating.answer if one.self_rating else None,
        len(counted),
        counted[-1].occurred_on if counted else None,
    )


def _last_evidence(facts: Facts, on: date) -> date | None:
    return max(
        (
            piece.occurred_on
            for pieces in facts.pieces.values()
            for piece in pieces
            if piece.state is EvidenceState.SHARED and not piece.set_aside and piece.occurred_on <= on
        ),
        default=None,
    )


def _last_rated(facts: Facts, on: date) -> date | None:
    return max(
        (given.given_on for answers in facts.manager_answers.values() for given in answers if given.given_on <= on),
        default=None,
    )
