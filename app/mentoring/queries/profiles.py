"""What people say of themselves for mentoring, and what they could say: what they hold, and what they still lack.

An expectation is named by a key, “lineage:expectation”, wherever people of several ladders stand side by side. What
somebody offers counts only while they hold it, and what they seek only while it blocks them: neither is changed when
their standing changes, so whoever reads offers and wishes asks `held_by` or `seekable` as well.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.assessment.queries import PersonStanding, standings_of_people
from app.assessment.queries.facts import facts_of
from app.domain.bar import bar_for
from app.domain.ladder import Competency, Ladder
from app.domain.mentorship import PairSide
from app.domain.progression import Spell, last_spell_on_lineage
from app.domain.readiness import Status, outline
from app.infra.clock import today
from app.infra.db import db
from app.ladders.queries import Edition, list_adopted
from app.mentoring.models import (
    MentoringExclusion,
    MentoringOffer,
    MentoringPreference,
    MentoringProfile,
    MentoringWish,
    Mentorship,
)
from app.people.models import Person
from app.people.queries.held import held_levels_of

HELD = frozenset({Status.MET, Status.EXCEEDED, Status.BANKED})
"""With what somebody can help: a waiver says that an expectation does not apply, not that it is shown."""


def key_of(lineage: str, expectation_id: str) -> str:
    """Return the name of an expectation among those of several ladders."""
    return f"{lineage}:{expectation_id}"


def split_key(key: str) -> tuple[str, str]:
    """Return lineage and expectation of a key; empty parts where it is none."""
    lineage, _, expectation_id = key.partition(":")
    return lineage, expectation_id


# What is stored -----------------------------------------------------------------------


def find_profile(person_id: uuid.UUID) -> MentoringProfile | None:
    """Return the profile of a person; None for who has said nothing yet."""
    row = select(MentoringProfile).where(MentoringProfile.person_id == person_id)
    return db.session.scalars(row).one_or_none()


def find_profile_and_mentor(person_id: uuid.UUID) -> tuple[MentoringProfile | None, bool]:
    """Return the profile of a person, as `find_profile` does, and whether somebody mentors them now; read at once."""
    mentored = exists().where(Mentorship.mentee_id == Person.id, Mentorship.is_underway)
    rows = (
        select(MentoringProfile, mentored)
        .select_from(Person)
        .outerjoin(MentoringProfile, MentoringProfile.person_id == Person.id)
        .where(Person.id == person_id)
    )
    profile, has_mentor = db.session.execute(rows).one()
    return profile, has_mentor


def offers_of_people(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    """Return what people offer to help with, held or not, by person; nobody for who offers nothing."""
    rows = select(MentoringOffer).where(MentoringOffer.person_id.in_(person_ids)).order_by(MentoringOffer.id)
    found: dict[uuid.UUID, set[str]] = {}
    for row in db.session.scalars(rows):
        found.setdefault(row.person_id, set()).add(key_of(row.lineage, row.expectation_id))
    return {one: frozenset(keys) for one, keys in found.items()}


def offers_of(person_id: uuid.UUID) -> frozenset[str]:
    """Return what somebody offers to help with, held or not."""
    return offers_of_people([person_id]).get(person_id, frozenset())


def wishes_of_people(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    """Return the goals for which people seek a mentor, in their own order, by person; nobody for who has none."""
    rows = (
        select(MentoringWish)
        .where(MentoringWish.person_id.in_(person_ids))
        .order_by(MentoringWish.person_id, MentoringWish.position, MentoringWish.id)
    )
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for row in db.session.scalars(rows):
        found[row.person_id] = (*found.get(row.person_id, ()), key_of(row.lineage, row.expectation_id))
    return found


def wishes_of(person_id: uuid.UUID) -> tuple[str, ...]:
    """Return the goals for which somebody seeks a mentor, in their own order."""
    return wishes_of_people([person_id]).get(person_id, ())


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom a person has named, for a preference or an exclusion."""

    id: uuid.UUID
    name: str
    has_left: bool


def list_preferences(person_id: uuid.UUID) -> dict[PairSide, list[Named]]:
    """Return whom somebody would like to be paired with, by what they would be themselves, by name."""
    rows = db.session.execute(
        select(MentoringPreference.side, Person.id, Person.name, Person.left_on)
        .join(Person, Person.id == MentoringPreference.other_id)
        .where(MentoringPreference.person_id == person_id)
        .order_by(Person.sort_name, Person.id, MentoringPreference.side)
    )
    found: dict[PairSide, list[Named]] = {side: [] for side in PairSide}
    for row in rows:
        found[row.side].append(_named(row.id, row.name, row.left_on))
    return found


def list_exclusions(actor: Actor) -> list[Named]:
    """Return whom the actor does not want to be paired with, by name: their own rows alone (access matrix, row 38)."""
    rows = db.session.execute(
        select(Person.id, Person.name, Person.left_on)
        .join(MentoringExclusion, MentoringExclusion.other_id == Person.id)
        .where(visible_to(actor, Permission.Exclusion.READ, MentoringExclusion))
        .order_by(Person.sort_name, Person.id)
    )
    return [_named(row.id, row.name, row.left_on) for row in rows]


def _named(person_id: uuid.UUID, name: str, left_on: date | None) -> Named:
    return Named(person_id, name, left_on is not None and left_on <= today())


# What somebody holds and lacks --------------------------------------------------------


def held_by(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    """Return what each person has met or banked today, in a number of queries that does not grow with their number.

    What was banked on a ladder that somebody held a level on before counts as well: it is what makes pairs across
    ladders possible.
    """
    return _held_of(standings_of_people(person_ids))


def held_and_missing(
    holders: Collection[uuid.UUID], seekers: Collection[uuid.UUID]
) -> tuple[dict[uuid.UUID, frozenset[str]], dict[uuid.UUID, tuple[str, ...]]]:
    """Return what some hold, as `held_by`, and what keeps others from the next level, as `seekable`, read at once."""
    standings = standings_of_people(frozenset(holders) | frozenset(seekers))
    held = _held_of({one: standings[one] for one in holders})
    return held, {one: _missing(standings[one]) for one in seekers}


def _held_of(standings: Mapping[uuid.UUID, PersonStanding]) -> dict[uuid.UUID, frozenset[str]]:
    found = {one: _held_now(standing) for one, standing in standings.items()}
    for one, keys in _held_before(standings).items():
        found[one] |= keys
    return {one: frozenset(keys) for one, keys in found.items()}


def _held_now(standing: PersonStanding) -> set[str]:
    lineage = standing.lineage or ""
    rows = (row for target in standing.targets for row in target.expectations)
    return {key_of(lineage, row.expectation_id) for row in rows if row.status in HELD}


def _held_before(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """Return what is banked on the ladders that people have left, for those who have left one."""
    day = today()
    levels = held_levels_of(frozenset(person_ids))
    former = {one: spells for one, rows in levels.items() if (spells := _former(rows, day))}
    if not former:
        return {}
    adopted = {edition.ladder.lineage: edition for edition in list_adopted(day)}
    facts = facts_of(sorted(former), day)
    found: dict[uuid.UUID, set[str]] = {}
    for one, spells in former.items():
        for spell in spells:
            edition = adopted.get(spell.lineage)
            if edition is None or not edition.ladder.has_level(spell.level):
                continue
            banked = outline(bar_for(edition.ladder, spell.level), facts[one], day).standings
            keys = {key_of(spell.lineage, row.ask.expectation.id) for row in banked if row.status in HELD}
            found.setdefault(one, set()).update(keys)
    return found


def _former(spells: Iterable[Spell], day: date) -> list[Spell]:
    """Return the last stay on each ladder on which somebody holds no level today."""
    rows = list(spells)
    now = {spell.lineage for spell in rows if spell.covers(day)}
    lineages = sorted({spell.lineage for spell in rows} - now)
    last = (last_spell_on_lineage(rows, lineage, day) for lineage in lineages)
    return [spell for spell in last if spell is not None]


def seekable(person_id: uuid.UUID) -> tuple[str, ...]:
    """Return what keeps somebody from the next level, most pressing first; nothing at the top or without a level."""
    return _missing(standings_of_people([person_id])[person_id])


def _missing(standing: PersonStanding) -> tuple[str, ...]:
    if standing.is_at_top or standing.lineage is None:
        return ()
    found = (one for target in standing.targets for one in target.blocking_ids)
    return tuple(dict.fromkeys(key_of(standing.lineage, one) for one in found))


# Expectations in words ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NamedExpectation:
    """An expectation as people of several ladders read it. `place` is its order within the ladder that counts today."""

    key: str
    text: str
    competency: str
    competency_id: str
    ladder: str
    slug: str
    version: str
    place: int

    @property
    def id(self) -> str:
        """Return its id within the ladder."""
        return split_key(self.key)[1]


def named_expectations(keys: Collection[str]) -> dict[str, NamedExpectation]:
    """Return expectations in words, in ladder order; what no ladder of today knows is left out."""
    wanted: dict[str, set[str]] = {}
    for key in keys:
        lineage, expectation_id = split_key(key)
        wanted.setdefault(lineage, set()).add(expectation_id)
    found: dict[str, NamedExpectation] = {}
    if wanted:
        for edition in list_adopted():
            found |= _named_of(edition, wanted.get(edition.ladder.lineage, set()))
    return found


def _named_of(edition: Edition, ids: Collection[str]) -> Mapping[str, NamedExpectation]:
    ladder = edition.ladder
    places = {one.id: place for place, one in enumerate(ladder.competencies)}
    names = {one.id: one for one in ladder.competencies}
    wanted = [(place, one) for place, one in enumerate(ladder.expectations) if one.id in ids]
    wanted.sort(key=lambda pair: (places[pair[1].competency], pair[1].step, pair[0]))
    return {
        (key := key_of(ladder.lineage, one.id)): _in_words(key, one.text, names[one.competency], ladder, order)
        for order, (_, one) in enumerate(wanted)
    }


def _in_words(key: str, text: str, competency: Competency, ladder: Ladder, place: int) -> NamedExpectation:
    return NamedExpectation(key, text, competency.name, competency.id, ladder.title, ladder.slug, ladder.version, place)


def offerable(person_id: uuid.UUID) -> dict[str, NamedExpectation]:
    """Return everything that somebody could offer to help with, in ladder order, by key."""
    return named_expectations(held_by([person_id])[person_id])
