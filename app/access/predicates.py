"""Small questions about an actor and an object; the policy joins them.

Every predicate has two forms that say the same: `holds` for one object, `rows` for a list in the database. An object
says what it is about: `subject_id` (the person), `id`, and the states that predicates ask for by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from app.access.actor import Actor, Role
from app.access.relations import Fact, relations

Columns = Any
"""A mapped class whose attributes carry the names that the objects have: subject_id, id, and the states."""


@dataclass(frozen=True)
class Predicate:
    """One question: in words, for one object, and for rows."""

    sentence: str
    holds: Callable[[Actor, Any], bool]
    rows: Callable[[Actor, Columns], ColumnElement[bool]]


def _constant(value: bool) -> ColumnElement[bool]:  # noqa: FBT001 - a truth value is the subject
    return true() if value else false()


def _role(role: Role, sentence: str) -> Predicate:
    return Predicate(
        sentence,
        lambda actor, _: actor.has_role(role),
        lambda actor, _: _constant(actor.has_role(role)),
    )


def _fact(fact: Fact, sentence: str) -> Predicate:
    def rows(actor: Actor, columns: Columns) -> ColumnElement[bool]:
        relation = relations.between_people.get(fact)
        if relation is None:
            return false()
        return columns.subject_id.in_(relation.subjects(actor.person_id))  # type: ignore[no-any-return]

    def holds(actor: Actor, thing: Any) -> bool:  # noqa: ANN401 - any object with a subject
        return relations.holds(fact, actor.person_id, thing.subject_id)

    return Predicate(sentence, holds, rows)


def _state(name: str, sentence: str) -> Predicate:
    return Predicate(
        sentence,
        lambda _, thing: bool(getattr(thing, name)),
        lambda _, columns: getattr(columns, name),
    )


def _own(name: str, sentence: str) -> Predicate:
    return Predicate(
        sentence,
        lambda actor, thing: getattr(thing, name) == actor.person_id,
        lambda actor, columns: getattr(columns, name) == actor.person_id,
    )


def _concerns(fact: Fact, sentence: str, name: str = "id") -> Predicate:
    """Ask for a fact about the object, or about another one whose id stands in its column `name`, if any does."""

    def rows(actor: Actor, columns: Columns) -> ColumnElement[bool]:
        relation = relations.about_objects.get(fact)
        if relation is None:
            return false()
        column = getattr(columns, name)
        # Where there is no such object, nothing is compared: “not unknown” would close the row.
        return and_(column.is_not(None), column.in_(relation.objects(actor.person_id)))

    def holds(actor: Actor, thing: Any) -> bool:  # noqa: ANN401 - any object with that id
        object_id = getattr(thing, name)
        return object_id is not None and relations.concerns(fact, actor.person_id, object_id)

    return Predicate(sentence, holds, rows)


def _of_actor(fact: Fact, sentence: str) -> Predicate:
    return Predicate(
        sentence,
        lambda actor, _: relations.is_one(fact, actor.person_id),
        lambda actor, _: _constant(relations.is_one(fact, actor.person_id)),
    )


def _not(predicate: Predicate, sentence: str) -> Predicate:
    return Predicate(
        sentence,
        lambda actor, thing: not predicate.holds(actor, thing),
        lambda actor, columns: not_(predicate.rows(actor, columns)),
    )


def _either(sentence: str, *predicates: Predicate) -> Predicate:
    return Predicate(
        sentence,
        lambda actor, thing: any(one.holds(actor, thing) for one in predicates),
        lambda actor, columns: or_(*(one.rows(actor, columns) for one in predicates)),
    )


def _both(sentence: str, *predicates: Predicate) -> Predicate:
    return Predicate(
        sentence,
        lambda actor, thing: all(one.holds(actor, thing) for one in predicates),
        lambda actor, columns: and_(*(one.rows(actor, columns) for one in predicates)),
    )


def _managed_then_rows(actor: Actor, columns: Columns) -> ColumnElement[bool]:
    if relations.in_period is None:
        return false()
    return relations.in_period.rows(actor.person_id, columns.subject_id, columns.submitted_on)


def _managed_then(actor: Actor, thing: Any) -> bool:  # noqa: ANN401 - any object with a subject and a day
    return relations.held(actor.person_id, thing.subject_id, thing.submitted_on)


signed_in = Predicate("Anybody who has signed in", lambda *_: True, lambda *_: true())
is_hr = _role(Role.HR, "HR")
is_admin = _role(Role.ADMIN, "Administrators")
is_ladder_editor = _role(Role.LADDER_EDITOR, "Ladder editors")
is_outside = Predicate(
    "External reviewers", lambda actor, _: actor.is_outside, lambda actor, _: _constant(actor.is_outside)
)
is_subject = _own("subject_id", "The person it is about")
is_current_manager = _fact(Fact.MANAGES, "Their line manager today")
is_above_manager = _fact(Fact.LEADS, "Somebody above their line manager today")
was_manager_then = Predicate("Their line manager on the day it was submitted", _managed_then, _managed_then_rows)
was_asked = _concerns(Fact.ASKED_ABOUT, "The colleague who was asked about it")
has_signed = _concerns(Fact.SIGNED, "Whoever signed it")
is_shared = _state("is_shared", "once it is shared")
is_draft = _state("is_draft", "while it is a draft")
was_shared = _state("was_shared", "once it has been shared, withdrawn or not")
is_revealed = _state("is_revealed", "once both sides are in")
is_running = _state("is_running", "while it runs")
is_untouched = _state("is_untouched", "before a side is in")
is_manager_author = _own("manager_id", "The manager who writes it")
holds_no_role = _state("holds_no_role", "who holds no role")
is_for_hr = _state("is_for_hr", "of a people policy")
is_for_admin = _state("is_for_admin", "of a technical policy")
is_kept_from = _concerns(Fact.KEPT_FROM, "of a promotion case from which they are kept", "object_id")
_is_not_hr = _not(is_hr, "unless they are HR")
is_of_blind_ratings = _both(
    "of ratings that are not open yet, and for whoever is not HR of any",
    _state("tells_who_rated", "that says who handed in ratings"),
    _either("not open yet", _is_not_hr, _concerns(Fact.IS_BLIND, "of ratings that are not open yet", "object_id")),
)
is_of_blind_seat = _both(
    "of a seat that ended, while ratings are not open",
    _state("may_tell_who_rated", "whose details say whether somebody had handed in"),
    _concerns(Fact.IS_BLIND, "of ratings that are not open yet", "object_id"),
)
is_of_unreleased_decisions = _both(
    "of decisions that are not released, for whoever is not HR or waits for one",
    _state("tells_of_decisions", "that says how far decisions are"),
    _either(
        "not released",
        _both("for whoever is not HR", _is_not_hr, _concerns(Fact.IS_UNRELEASED, "not released", "object_id")),
        _concerns(Fact.AWAITS, "not released to whoever waits for one", "object_id"),
    ),
)
is_about_ladder = _state("is_about_ladder", "of a ladder")
is_about_somebody_else = _not(is_subject, "unless it is about themselves")
reviews = _concerns(Fact.REVIEWS, "Its reviewers")
chairs = _concerns(Fact.CHAIRS, "Who chairs it")
chairs_its_case = _concerns(Fact.CHAIRS, "Who chairs the case it is for", "case_id")
is_recused = _concerns(Fact.RECUSED, "Whoever is recused from it")
is_unrecused = _not(is_recused, "unless they are recused from it")
is_unrecused_from_its_case = _not(
    _concerns(Fact.RECUSED, "Whoever is recused from the case it is for", "case_id"),
    "unless they are recused from the case it is for",
)
_is_of_running_cycle = _not(_concerns(Fact.IS_OVER, "once its cycle is over", "cycle_id"), "until its cycle is over")
is_running_or_was_theirs = _either(
    "until its cycle is over, unless they were line manager when it came in", _is_of_running_cycle, was_manager_then
)
is_running_or_its_case_was_theirs = _either(
    "until its cycle is over, unless they were line manager when its case came in",
    _is_of_running_cycle,
    _concerns(Fact.MANAGED_THEN, "Their line manager when the case came in", "case_id"),
)
competes = _concerns(Fact.COMPETES, "Whoever has an open case in it")
competes_in_its_cycle = _concerns(Fact.COMPETES, "Whoever has an open case in the cycle it is of", "cycle_id")
is_on_committee = _concerns(Fact.ON_COMMITTEE, "The members of its committee")
_sits_from_outside = _concerns(Fact.SITS_FROM_OUTSIDE, "The external reviewers of its committee")
is_outside_of_it = _both(
    "External reviewers of other committees",
    is_outside,
    _not(_sits_from_outside, "unless they sit on its committee"),
)
is_chair = _own("chair_id", "The chair of its committee")
is_deputy = _own("deputy_id", "The deputy of its chair")
is_in_use = _state("is_in_use", "until it is archived")
is_author = _own("author_id", "Whoever wrote it or was asked to")
is_public = _state("is_public", "once it was opened")
is_in = _state("is_in", "once it is in")
is_open_to_others = _state("is_open_to_others", "unless it ended because the person left")
is_open_to_withdrawal = _state("is_open_to_withdrawal", "before it is decided")
is_under_review = _state("is_under_review", "from the review on")
is_in_rating = _state("is_in_rating", "while it is rated")
is_lifted = _state("is_lifted", "once ratings are no longer blind")
is_calibrated = _state("is_calibrated", "once rating is over")
is_told = _state("is_told", "once the candidate was told")
is_not_hr = _is_not_hr
leads_somebody = Predicate(
    "Whoever somebody reports to", lambda actor, _: actor.leads, lambda actor, _: _constant(actor.leads)
)
leads_in_team = _concerns(Fact.LEADS_IN_TEAM, "The line manager today of somebody in it")
has_not_left = _state("has_not_left", "until the person has left")
is_of_this_session = Predicate(
    "in the session in which it was asked for",
    lambda actor, thing: actor.session_id is not None and thing.session_id == actor.session_id,
    lambda actor, columns: false() if actor.session_id is None else columns.session_id == actor.session_id,
)
is_coordinator = _of_actor(Fact.COORDINATES, "Mentoring coordinators")
is_its_mentor = _own("mentor_id", "Its mentor")
is_of_pair = _concerns(
    Fact.PAIRED, "The mentee of the mentorship it is of, and its mentor until it ends", "mentorship_id"
)
is_underway = _state("is_underway", "while the two are a pair")
has_begun = _state("has_begun", "once both have consented")
is_not_over = _state("is_not_over", "until it is over or came to nothing")
shares_goals = _state("shares_goals", "while the mentee shares them")
