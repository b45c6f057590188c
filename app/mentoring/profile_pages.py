"""The profile page in words: what can be offered and sought, by competency, with a remark at what no longer counts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.assessment.growth_pages import offered as blockers_in_words
from app.assessment.queries import readiness_of_people
from app.domain.mentorship import PairSide
from app.infra.clock import clock, today
from app.mentoring.actions.profiles import WORKS_FROM, WORKS_UNTIL, house_capacity
from app.mentoring.forms.profiles import ProfileForm, stored_data
from app.mentoring.models import MentoringProfile
from app.mentoring.queries.profiles import (
    Named,
    NamedExpectation,
    find_profile_and_mentor,
    held_by,
    key_of,
    list_preferences,
    named_expectations,
    offers_of,
    seekable,
    wishes_of,
)
from app.mentoring.time_zones import place_words

NOT_HELD = "You have not met or banked this any more, so it does not count. Untick it, or leave it until you have."
REACHED = "You have met this meanwhile, so it does not count any more. Choose another one."
GONE = "Your ladder of today does not ask for this any more."


@dataclass(frozen=True)
class OfferGroup:
    """What can be offered in one competency: the boxes, how many are ticked, and the box for all of them."""

    title: str
    options: list[Any]
    whole: Any
    ticked: int


@dataclass(frozen=True)
class ProfileSheet:
    """Everything that the profile page knows of its owner, whatever their form says."""

    row: MentoringProfile | None
    offers: Mapping[str, NamedExpectation]
    offer_notes: Mapping[str, str]
    goals: Mapping[str, str]
    """What can be sought, in words, most pressing first; what was sought and is over comes last."""
    goal_notes: Mapping[str, str]
    has_level: bool
    is_at_top: bool
    has_mentor: bool
    level: str
    preferences: Mapping[PairSide, list[Named]]
    stored_offers: frozenset[str] = field(default_factory=frozenset)
    stored_goals: tuple[str, ...] = ()

    @property
    def version(self) -> int:
        """Return the version that the form is filled from; 0 for who has no profile."""
        return self.row.version if self.row else 0

    @property
    def in_competency(self) -> dict[str, list[str]]:
        """Return what can be offered, by the key of a competency."""
        found: dict[str, list[str]] = {}
        for key, one in self.offers.items():
            if key not in self.offer_notes:
                found.setdefault(competency_key(one), []).append(key)
        return found

    def form(self, *, is_sent: bool = False) -> ProfileForm:
        """Return the form, filled with what was sent, with what is stored, or with what suits most people."""
        form = ProfileForm() if is_sent else ProfileForm(formdata=None, data=self._data())
        form.offer(
            [(key, one.text) for key, one in self.offers.items()],
            list(self.goals.items()),
        )
        form.whole.choices = [(key, "Everything here") for key in self.in_competency]
        return form

    def _data(self) -> dict[str, Any]:
        if self.row is not None:
            return stored_data(self.row, self.stored_offers, self.stored_goals)
        fresh = MentoringProfile(
            time_zone=clock.zone,
            works_from=WORKS_FROM,
            works_until=WORKS_UNTIL,
            languages="en",
            capacity=house_capacity(),
            version=0,
        )
        return stored_data(fresh, (), ())

    def groups(self, form: ProfileForm) -> list[OfferGroup]:
        """Return the boxes of a form by competency; ladders are told apart where there are several."""
        boxes = {option._value(): option for option in form.offers}  # noqa: SLF001 - the only way to an option's value
        whole = {option._value(): option for option in form.whole}  # noqa: SLF001
        ladders = {one.ladder for one in self.offers.values()}
        members: dict[str, list[NamedExpectation]] = {}
        for one in self.offers.values():
            members.setdefault(competency_key(one), []).append(one)
        return [
            OfferGroup(
                title=f"{ones[0].competency}, {ones[0].ladder}" if len(ladders) > 1 else ones[0].competency,
                options=[boxes[one.key] for one in ones],
                whole=whole.get(key) if len(ones) > 1 else None,
                ticked=sum(boxes[one.key].checked for one in ones),
            )
            for key, ones in members.items()
        ]


def competency_key(one: NamedExpectation) -> str:
    """Return the name of a competency among those of several ladders."""
    return key_of(one.key.partition(":")[0], one.competency_id)


def sheet_of(person_id: uuid.UUID) -> ProfileSheet:
    """Return what the profile page of somebody shows."""
    row, has_mentor = find_profile_and_mentor(person_id)
    offers, wishes = offers_of(person_id), wishes_of(person_id)
    held = held_by([person_id])[person_id]
    known = named_expectations(held | offers | set(wishes))
    found = readiness_of_people([person_id])[person_id]
    lineage = found.spell.lineage if found.spell else ""
    on = today()
    missing = {
        key_of(lineage, one.id): (one.text, one.note)
        for report in reversed(found.reports)
        for one in blockers_in_words(report, on)
    }
    over = [key for key in wishes if key not in missing]
    return ProfileSheet(
        row=row,
        offers={key: one for key, one in known.items() if key in held or key in offers},
        offer_notes=dict.fromkeys(offers - held, NOT_HELD),
        goals={key: text for key, (text, _) in missing.items()} | {key: _text(known, key) for key in over},
        goal_notes={key: note for key, (_, note) in missing.items()} | _over_notes(over, held),
        has_level=found.spell is not None,
        is_at_top=found.is_at_top,
        has_mentor=has_mentor,
        level=found.spell.level if found.spell else "",
        preferences=list_preferences(person_id),
        stored_offers=offers,
        stored_goals=wishes,
    )


def _text(known: Mapping[str, NamedExpectation], key: str) -> str:
    return known[key].text if key in known else key.partition(":")[2]


def _over_notes(keys: Iterable[str], held: frozenset[str]) -> dict[str, str]:
    return {key: REACHED if key in held else GONE for key in keys}


def hours_in_words(row: MentoringProfile) -> str:
    """Return the working hours with their place: “09:00 to 17:00, Berlin”."""
    begins, ends = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (row.works_from, row.works_until))
    return f"{begins} to {ends}, {place_words(row.time_zone)}"


@dataclass(frozen=True)
class ProfileState:
    """What of a profile counts today: what is offered and still held, what is sought and still missing."""

    offers: int
    lost: int
    """How many offered expectations are not met or banked any more."""
    goals: tuple[str, ...]
    reached: tuple[str, ...]
    """Goals that were met meanwhile, or that are not asked for any more."""
    free: int
    """How many more mentees they take on."""
    paused_until: date | None

    @property
    def shown(self) -> set[str]:
        """Return the expectations that a page names, as keys."""
        return {*self.goals, *self.reached}


def profile_state(
    person_id: uuid.UUID, row: MentoringProfile | None, *, has_mentor: bool, mentees: int, on: date
) -> ProfileState:
    """Return what of somebody's profile counts on a day."""
    if row is None:
        return ProfileState(0, 0, (), (), 0, None)
    offers, wishes = offers_of(person_id), () if has_mentor else wishes_of(person_id)
    held = held_by([person_id])[person_id] if offers else frozenset()
    missing = set(seekable(person_id)) if wishes else set()
    return ProfileState(
        offers=len(offers & held),
        lost=len(offers - held),
        goals=tuple(key for key in wishes if key in missing),
        reached=tuple(key for key in wishes if key not in missing),
        free=max(0, row.capacity - mentees),
        paused_until=row.paused_until if row.paused_until and row.paused_until > on else None,
    )
