"""What people say of themselves for mentoring: their hours and languages, what they offer, what they seek, and whom.

Opting in is the person's own act, separately as a mentor and as a mentee, and so is taking it back: every action here
is about whoever acts. Source of the rules: domain specification, 6.2 and 6.3; access matrix, row 38.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, InvalidError
from app.domain.matching import MIN_SHARED_MINUTES
from app.domain.mentorship import MAX_CAPACITY, MAX_GOALS, PairSide
from app.infra.clock import clock, local
from app.infra.db import db
from app.mentoring.actions.consents import withdraw_open
from app.mentoring.actions.steps import author_id, lock_profiles
from app.mentoring.models import (
    MentoringExclusion,
    MentoringOffer,
    MentoringPreference,
    MentoringProfile,
    MentoringWish,
    Mentorship,
)
from app.mentoring.queries.profiles import held_by, offers_of, seekable, split_key, wishes_of
from app.mentoring.time_zones import every_zone
from app.people.models import Person
from app.people.queries import has_not_left
from app.policies.queries import value_of

WORKS_FROM, WORKS_UNTIL = 9 * 60, 17 * 60
MINUTES_OF_A_DAY = 24 * 60
MOST_LANGUAGES = 12
MOST_NAMED = 10
MAX_EXCLUSIONS = 20
"""How many people one may name, so that naming somebody keeps saying something."""
NEEDS_LANGUAGE = "Choose at least one language: two people who share none are never paired."
NEEDS_OFFER = "Choose at least one expectation that you have met or banked: mentors are found by their offers."
NEEDS_PLACE = "With a capacity of 0 nobody can ask you. Choose at least 1, or leave the offer out."
NEEDS_GOAL = "Choose at least one goal: mentors are found by what you want to learn."
TOO_MANY_GOALS = f"Choose at most {MAX_GOALS}. Fewer are easier to reach."
NOT_YOURS = "One of these is not yours to choose any more. Look through them again."
HAS_MENTOR = "You have a mentor now. You can look for the next one when this mentorship ends."
ELSEWHERE = "Your profile was saved somewhere else meanwhile, perhaps in another tab."


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a profile says. Hours are minutes of a local day; offers and goals are keys, goals in order."""

    time_zone: str
    works_from: int
    works_until: int
    languages: tuple[str, ...]
    mentors: bool
    capacity: int
    paused_until: date | None
    offers: frozenset[str]
    seeks: bool
    goals: tuple[str, ...]


def faults_of(person_id: uuid.UUID, content: Content, *, on: date) -> dict[str, str]:
    """Return everything that is wrong with a profile, by the name of the field; empty for one that can be saved."""
    found = _faults_about(content) | _faults_as_mentor(person_id, content, on)
    return found | _faults_as_mentee(person_id, content)


def _faults_about(content: Content) -> dict[str, str]:
    found = {}
    if content.time_zone not in every_zone():
        found["time_zone"] = "Choose a time zone of the list."
    if content.works_from == content.works_until:
        found["works_until"] = "Choose an end that differs from the beginning."
    elif (content.works_until - content.works_from) % MINUTES_OF_A_DAY < MIN_SHARED_MINUTES:
        found["works_until"] = "Choose at least two hours: two people need two hours in common to be paired."
    if not content.languages:
        found["languages"] = NEEDS_LANGUAGE
    elif len(content.languages) > MOST_LANGUAGES:
        found["languages"] = f"Choose at most {MOST_LANGUAGES} languages."
    return found


def _faults_as_mentor(person_id: uuid.UUID, content: Content, on: date) -> dict[str, str]:
    found = {}
    held = held_by([person_id])[person_id]
    if content.offers - held - offers_of(person_id):
        found["offers"] = NOT_YOURS
    elif content.mentors and not content.offers & held:
        found["offers"] = NEEDS_OFFER
    if not 0 <= content.capacity <= MAX_CAPACITY:
        found["capacity"] = f"Choose a number from 0 to {MAX_CAPACITY}."
    elif content.mentors and not content.capacity:
        found["capacity"] = NEEDS_PLACE
    if content.paused_until is not None and content.paused_until <= on:
        found["paused_until"] = "Choose a day that is still to come, or leave it empty."
    elif content.paused_until is not None and content.paused_until.year > on.year + 2:
        found["paused_until"] = "Choose a day at most two years ahead."
    return found


def _faults_as_mentee(person_id: uuid.UUID, content: Content) -> dict[str, str]:
    found = {}
    missing = seekable(person_id)
    if set(content.goals) - set(missing) - set(wishes_of(person_id)):
        found["goals"] = NOT_YOURS
    elif len(content.goals) > MAX_GOALS:
        found["goals"] = TOO_MANY_GOALS
    elif content.seeks and not set(content.goals) & set(missing):
        found["goals"] = NEEDS_GOAL
    if content.seeks and has_mentor(person_id):
        found["seeks"] = HAS_MENTOR
    return found


def house_capacity() -> int:
    """Return how many mentees a mentor takes on who has said nothing else, by the company's policy of today."""
    return int(value_of("mentoring_capacity"))


def has_mentor(person_id: uuid.UUID) -> bool:
    """Say whether somebody is a mentee now: one has one mentor at a time."""
    rows = select(Mentorship.id).where(Mentorship.mentee_id == person_id, Mentorship.is_underway)
    return bool(db.session.scalar(select(rows.exists())))


def save_profile(content: Content, *, version: int, by: Author, at: datetime) -> MentoringProfile:
    """Store what the author says of themselves, and opt them in or out as they say.

    InvalidError with the first of `faults_of`. ConflictError where the profile is not the one that the form was filled
    from; `version` is 0 for who had none.
    """
    person_id = author_id(by)
    row = _lock(person_id)
    if (row.version if row else 0) != version:
        raise ConflictError(ELSEWHERE, stored={}, version=row.version if row else 0)
    for name, words in faults_of(person_id, content, on=local(at).date()).items():
        raise InvalidError(words, field=name)
    row = row or _begin_profile(person_id, at)
    row.time_zone, row.works_from, row.works_until = content.time_zone, content.works_from, content.works_until
    row.languages = " ".join(sorted(set(content.languages)))
    row.capacity, row.paused_until, row.changed_at = content.capacity, content.paused_until, at
    _keep(MentoringOffer, person_id, sorted(content.offers))
    _keep(MentoringWish, person_id, content.goals)
    log(Tag.PROFILE_CHANGED, by=by, at=at, subject_id=person_id, object_id=row.id)
    _opt(row, PairSide.MENTOR, wanted=content.mentors, by=by, at=at)
    _opt(row, PairSide.MENTEE, wanted=content.seeks, by=by, at=at)
    if not content.seeks:
        withdraw_open(person_id, by=by, at=at)
    db.session.flush()
    return row


def begin(side: PairSide, *, since: datetime | None = None, by: Author, at: datetime) -> MentoringProfile:
    """Let the author be available as a mentor, or look for one, with what their profile says already.

    InvalidError where it does not say enough. Whoever looks for a mentor waits from now on: earlier waiting is over,
    unless the act takes back a `stop` that returned `since`.
    """
    person_id = author_id(by)
    row = _lock(person_id)
    if row is None:
        raise InvalidError(NEEDS_OFFER if side is PairSide.MENTOR else NEEDS_GOAL)
    content = _content_of(row, side)
    for name, words in faults_of(person_id, content, on=local(at).date()).items():
        # A pause that is over by now stands in nobody's way, and neither does what only the other side needs.
        if name != "paused_until":
            raise InvalidError(words, field=name)
    _opt(row, side, wanted=True, since=since, by=by, at=at)
    return row


def stop(side: PairSide, *, by: Author, at: datetime) -> datetime | None:
    """Let the author be available no longer, or look for a mentor no longer. What they wrote stays.

    Whoever looks no longer has withdrawn with it what they asked for and nobody has answered yet.
    Return since when they were, which whoever takes the act back hands to `begin`; None where they were not.
    """
    row = _lock(author_id(by))
    if row is None:
        return None
    since = row.mentors_since if side is PairSide.MENTOR else row.seeks_since
    _opt(row, side, wanted=False, by=by, at=at)
    if side is PairSide.MENTEE:
        withdraw_open(row.person_id, by=by, at=at)
    return since


def opt_leavers_out(people: Collection[uuid.UUID], by: Author, at: datetime) -> None:
    """Opt people out whose leaving is recorded. Whoever comes back opts in anew (access matrix, T5)."""
    for row in lock_profiles(people).values():
        for side in PairSide:
            _opt(row, side, wanted=False, by=by, at=at)


def _content_of(row: MentoringProfile, side: PairSide) -> Content:
    return Content(
        time_zone=row.time_zone,
        works_from=row.works_from,
        works_until=row.works_until,
        languages=tuple(row.languages.split()),
        mentors=side is PairSide.MENTOR,
        capacity=row.capacity,
        paused_until=row.paused_until,
        offers=offers_of(row.person_id),
        seeks=side is PairSide.MENTEE,
        goals=wishes_of(row.person_id),
    )


def _lock(person_id: uuid.UUID) -> MentoringProfile | None:
    _lock_person(person_id)
    return lock_profiles([person_id]).get(person_id)


def _lock_person(person_id: uuid.UUID) -> None:
    """Let one after the other say something of the same person: what nobody has said yet has no row to lock.

    Others may still write rows that name the person: a mentor who agrees elsewhere holds the profile and does.
    """
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def _begin_profile(person_id: uuid.UUID, at: datetime) -> MentoringProfile:
    row = MentoringProfile(
        person_id=person_id,
        time_zone=clock.zone,
        works_from=WORKS_FROM,
        works_until=WORKS_UNTIL,
        capacity=house_capacity(),
        changed_at=at,
    )
    db.session.add(row)
    db.session.flush()
    return row


_TAGS = {
    PairSide.MENTOR: (Tag.MENTOR_STOPPED, Tag.MENTOR_OFFERED),
    PairSide.MENTEE: (Tag.MENTOR_UNSOUGHT, Tag.MENTOR_SOUGHT),
}


def _opt(
    row: MentoringProfile, side: PairSide, *, wanted: bool, since: datetime | None = None, by: Author, at: datetime
) -> None:
    """Opt somebody in or out; nothing happens where they are already, so that nobody loses their waiting time."""
    name = "mentors_since" if side is PairSide.MENTOR else "seeks_since"
    if (getattr(row, name) is not None) == wanted:
        return
    setattr(row, name, since or at if wanted else None)
    row.changed_at = at
    db.session.flush()
    log(_TAGS[side][wanted], by=by, at=at, subject_id=row.person_id, object_id=row.id)


def _keep(table: type[Any], person_id: uuid.UUID, keys: Iterable[str]) -> None:
    """Store exactly these expectations for somebody, in this order."""
    stored = select(table).where(table.person_id == person_id).order_by(table.id)
    before = {(row.lineage, row.expectation_id): row for row in db.session.scalars(stored)}
    wanted = [split_key(key) for key in dict.fromkeys(keys)]
    for key, row in before.items():
        if key not in wanted:
            db.session.delete(row)
    for place, key in enumerate(wanted):
        row = before.get(key)
        if row is None:
            row = table(person_id=person_id, lineage=key[0], expectation_id=key[1])
            db.session.add(row)
        if table is MentoringWish:
            row.position = place


# Whom one names -----------------------------------------------------------------------


def prefer(other: Person, side: PairSide, *, by: Author, at: datetime) -> None:
    """Say that the author would like to be paired with somebody, as mentee or as mentor themselves.

    InvalidError at `person`: oneself, somebody who has left, somebody excluded, or more than ten.
    """
    person_id = author_id(by)
    _lock_person(person_id)
    _check_other(person_id, other, at)
    if _find_exclusion(person_id, other.id) is not None:
        raise InvalidError(f"You do not want to be paired with {other.name}. Take that back first.", field="person")
    rows = select(MentoringPreference).where(
        MentoringPreference.person_id == person_id, MentoringPreference.side == side
    )
    stored = list(db.session.scalars(rows.order_by(MentoringPreference.id)))
    if any(row.other_id == other.id for row in stored):
        return
    if len(stored) >= MOST_NAMED:
        raise InvalidError(f"You have named {MOST_NAMED} people already. Take one back first.", field="person")
    db.session.add(MentoringPreference(person_id=person_id, other_id=other.id, side=side))
    db.session.flush()
    log(Tag.PROFILE_CHANGED, by=by, at=at, subject_id=person_id)


def unprefer(other_id: uuid.UUID, side: PairSide, *, by: Author, at: datetime) -> bool:
    """Take back that the author named somebody; False where they had not."""
    person_id = author_id(by)
    row = _find_preference(person_id, other_id, side)
    if row is None:
        return False
    db.session.delete(row)
    log(Tag.PROFILE_CHANGED, by=by, at=at, subject_id=person_id)
    return True


def exclude(other: Person, *, by: Author, at: datetime) -> None:
    """Say that the author does not want to be paired with somebody; nobody else ever reads it, the record included.

    It ends a preference for them. InvalidError at `person`: oneself, somebody who has left, or more than twenty.
    """
    person_id = author_id(by)
    _lock_person(person_id)
    _check_other(person_id, other, at)
    if _find_exclusion(person_id, other.id) is not None:
        return
    number = select(func.count()).select_from(MentoringExclusion).where(MentoringExclusion.person_id == person_id)
    if (db.session.scalar(number) or 0) >= MAX_EXCLUSIONS:
        raise InvalidError(
            f"You have named {MAX_EXCLUSIONS} people, which is the most. Take one of them back first.", field="person"
        )
    for side in PairSide:
        if (row := _find_preference(person_id, other.id, side)) is not None:
            db.session.delete(row)
    db.session.add(MentoringExclusion(person_id=person_id, other_id=other.id))
    db.session.flush()


def include(other_id: uuid.UUID, *, by: Author) -> bool:
    """Take an exclusion back; False where there was none. Nothing of it is kept."""
    row = _find_exclusion(author_id(by), other_id)
    if row is None:
        return False
    db.session.delete(row)
    return True


def _check_other(person_id: uuid.UUID, other: Person, at: datetime) -> None:
    if other.id == person_id:
        raise InvalidError("That is you. Choose somebody else.", field="person")
    works = select(Person.id).where(Person.id == other.id, has_not_left(local(at).date()))
    if db.session.scalar(works) is None:
        raise InvalidError(f"{other.name} does not work here any more.", field="person")


def _find_exclusion(person_id: uuid.UUID, other_id: uuid.UUID) -> MentoringExclusion | None:
    row = select(MentoringExclusion).where(
        MentoringExclusion.person_id == person_id, MentoringExclusion.other_id == other_id
    )
    return db.session.scalars(row).one_or_none()


def _find_preference(person_id: uuid.UUID, other_id: uuid.UUID, side: PairSide) -> MentoringPreference | None:
    row = select(MentoringPreference).where(
        MentoringPreference.person_id == person_id,
        MentoringPreference.other_id == other_id,
        MentoringPreference.side == side,
    )
    return db.session.scalars(row).one_or_none()
