"""Facts between people, published by the features that know them and read by access, recusal and matching.

A relation is asked in two ways: does it hold between two people, and for whom does it hold. The second form is a
select, so that a list is filtered by the database with the same fact that opens a single page.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select


class Fact(StrEnum):
    """The relations that exist."""

    MANAGES = "manages"  # The actor is the person's line manager today.
    LEADS = "leads"  # The actor stands above the person's line manager today.
    ASKED_ABOUT = "asked_about"  # The actor was asked about this very object.
    SIGNED = "signed"  # The actor has signed this very object, or recorded why not.
    REPORTS_TO = "reports_to"  # The actor's line manager today is the person.
    MENTORS = "mentors"  # One mentors the other today, or did within the last twelve months.
    REVIEWS = "reviews"  # The actor reviews this very case, is not recused, and it is not archived.
    CHAIRS = "chairs"  # The actor chairs this very case and is not recused from it.
    RECUSED = "recused"  # The actor takes no part in this very case, whatever they are else.
    MANAGED_THEN = "managed_then"  # The actor was the candidate's line manager when this very case came in.
    ON_COMMITTEE = "on_committee"  # The actor sits on the committee of this very cycle.
    SITS_FROM_OUTSIDE = "sits_from_outside"  # The actor sits on it as an external reviewer.
    COMPETES = "competes"  # The actor has an open case in this very cycle.
    IS_OVER = "is_over"  # This very cycle is closed or cancelled, whoever asks.
    IS_BLIND = "is_blind"  # The ratings of this very case are not open yet, whoever asks.
    IS_UNRELEASED = "is_unreleased"  # The decisions of this very cycle are not released yet, whoever asks.
    AWAITS = "awaits"  # Nor are they, and the actor has a case in it of which they were not told.
    JUDGES = "judges"  # The actor sits on the committee of a running cycle in which the person has an open case.
    PAIRED = (
        "paired"  # The actor reads the shared words of this very mentorship: its mentee, or its mentor until it ends.
    )
    COORDINATES = "coordinates"  # HR has named the actor to coordinate mentoring.
    LEADS_IN_TEAM = "leads_in_team"  # The actor is today the line manager of somebody in this very team.
    KEPT_FROM = "kept_from"  # This very case is the actor's own, or one they are recused from and not told yet.


@dataclass(frozen=True)
class PersonRelation:
    """A fact between the actor and another person, today. `pairs` gives actor and person for everybody at once."""

    holds: Callable[[uuid.UUID, uuid.UUID], bool]
    subjects: Callable[[uuid.UUID], Select[uuid.UUID]]
    pairs: Callable[[], Select[uuid.UUID, uuid.UUID]] | None = None


@dataclass(frozen=True)
class PeriodRelation:
    """A fact between the actor and another person on a day, for rows that carry that day."""

    holds: Callable[[uuid.UUID, uuid.UUID, date], bool]
    rows: Callable[[uuid.UUID, ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]]


@dataclass(frozen=True)
class ObjectRelation:
    """A fact between the actor and one object."""

    holds: Callable[[uuid.UUID, uuid.UUID], bool]
    objects: Callable[[uuid.UUID], Select[uuid.UUID]]


class Relations:
    """The registry. A fact that nobody provides holds for nobody."""

    def __init__(self) -> None:
        """Begin empty; features provide facts when the application is joined."""
        self.between_people: dict[Fact, PersonRelation] = {}
        self.in_period: PeriodRelation | None = None
        self.about_objects: dict[Fact, ObjectRelation] = {}
        self.of_actor: dict[Fact, Callable[[uuid.UUID], bool]] = {}
        self.chain: Callable[[uuid.UUID], tuple[uuid.UUID, ...]] = lambda _: ()
        self.names: Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, str]] = lambda _: {}

    def holds(self, fact: Fact, actor_id: uuid.UUID, person_id: uuid.UUID) -> bool:
        """Say whether a fact holds between two people today."""
        relation = self.between_people.get(fact)
        return relation is not None and relation.holds(actor_id, person_id)

    def held(self, actor_id: uuid.UUID, person_id: uuid.UUID, on: date | None) -> bool:
        """Say whether the actor was the person's line manager on a day. Without a day it never holds."""
        return on is not None and self.in_period is not None and self.in_period.holds(actor_id, person_id, on)

    def is_one(self, fact: Fact, actor_id: uuid.UUID) -> bool:
        """Say whether a fact holds of the actor alone, whatever it is about."""
        asked = self.of_actor.get(fact)
        return asked is not None and asked(actor_id)

    def concerns(self, fact: Fact, actor_id: uuid.UUID, object_id: uuid.UUID) -> bool:
        """Say whether a fact holds between the actor and an object."""
        relation = self.about_objects.get(fact)
        return relation is not None and relation.holds(actor_id, object_id)


relations = Relations()
