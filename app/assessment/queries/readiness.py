"""Readiness: where people stand, from what is revealed, shared and granted up to a day."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.assessment.queries.facts import facts_of
from app.domain.bar import Bar, bar_for, next_targets
from app.domain.errors import MissingError
from app.domain.ladder import Level
from app.domain.progression import Spell, held_on, last_spell_on_lineage
from app.domain.readiness import Facts, Readiness, report
from app.infra.clock import today
from app.ladders.queries import Edition, list_adopted
from app.people.queries import find_manager_id, get_people, names_of_managers


@dataclass(frozen=True)
class PersonReadiness:
    """Where one person stands on a day: the level held, and one report for each level that may follow.

    `edition` is the ladder version that counted on that day for the lineage of `spell`; both are None for somebody
    without a level. `reports` is empty then, and at the top of the ladder. `names` and `titles` say who is meant by an
    id in a report, and which piece of evidence; a list of many people leaves them empty.
    """

    person_id: uuid.UUID
    on: date
    facts: Facts
    spell: Spell | None = None
    edition: Edition | None = None
    reports: tuple[Readiness, ...] = ()
    names: Mapping[uuid.UUID, str] = field(default_factory=dict)
    titles: Mapping[uuid.UUID, str] = field(default_factory=dict)
    manager_id: uuid.UUID | None = None

    @property
    def held(self) -> Level | None:
        """Return the level held as the edition describes it, None where it has no such level."""
        if self.spell is None or self.edition is None or not self.edition.ladder.has_level(self.spell.level):
            return None
        return self.edition.ladder.level(self.spell.level)

    @property
    def held_since(self) -> date | None:
        """Return the first day of the stay at the level held; adopting an overlay does not begin a new one."""
        if self.spell is None:
            return None
        stay = last_spell_on_lineage(self.facts.spells, self.spell.lineage, self.on)
        return stay.starts_on if stay else self.spell.starts_on

    @property
    def is_at_top(self) -> bool:
        """Say whether no level follows the one held."""
        return self.held is not None and not self.held.next

    @property
    def manager_name(self) -> str:
        """Return the name of the line manager, empty where there is none or names were not asked for."""
        return self.names.get(self.manager_id, "") if self.manager_id else ""


def readiness_of(person_id: uuid.UUID, *, on: date | None = None, target: str | None = None) -> PersonReadiness:
    """Return where a person stands on a day, in a fixed number of queries.

    Without a `target` there is a report for each level that may follow; MissingError when the ladder has no such level.
    """
    day = on or today()
    titles: dict[uuid.UUID, str] = {}
    found = _assemble([person_id], day, {person_id: target} if target else {}, titles)[person_id]
    manager_id = find_manager_id(person_id, day)
    people = {manager_id} if manager_id else set()
    for one in found.reports:
        for standing in one.standings:
            people |= {given.author_id for given in (standing.rating, standing.answer) if given}
            people |= standing.sufficiency.corroborators
            people |= set(standing.waiver.approver_ids) if standing.waiver else set()
    names = dict(names_of_managers(person_id))
    names |= {key: person.name for key, person in get_people(people - names.keys()).items()}
    return PersonReadiness(
        person_id=person_id,
        on=day,
        facts=found.facts,
        spell=found.spell,
        edition=found.edition,
        reports=found.reports,
        names=names,
        titles=titles,
        manager_id=manager_id,
    )


def readiness_of_people(
    person_ids: Collection[uuid.UUID], *, on: date | None = None
) -> dict[uuid.UUID, PersonReadiness]:
    """Return where people stand on a day, in the order asked for, in a number of queries that does not grow with it."""
    return _assemble(person_ids, on or today(), {})


def _assemble(
    person_ids: Collection[uuid.UUID],
    day: date,
    targets: Mapping[uuid.UUID, str],
    titles: dict[uuid.UUID, str] | None = None,
) -> dict[uuid.UUID, PersonReadiness]:
    facts = facts_of(person_ids, day, titles=titles)
    adopted = {edition.ladder.lineage: edition for edition in list_adopted(day)} if facts else {}
    bars: dict[tuple[uuid.UUID, str], Bar] = {}
    found = {}
    for person_id in person_ids:
        known = facts[person_id]
        spell = held_on(known.spells, day)
        edition = adopted.get(spell.lineage) if spell else None
        reports = []
        for level in _targets(edition, spell, targets.get(person_id)):
            if edition is None:
                continue
            key = edition.id, level
            if key not in bars:
                bars[key] = bar_for(edition.ladder, level)
            reports.append(report(bars[key], known, day))
        found[person_id] = PersonReadiness(person_id, day, known, spell, edition, tuple(reports))
    return found


def _targets(edition: Edition | None, spell: Spell | None, asked: str | None) -> tuple[str, ...]:
    if edition is None or spell is None:
        return ()
    if asked is None:
        return tuple(level.id for level in next_targets(edition.ladder, spell.level))
    if not edition.ladder.has_level(asked):
        raise MissingError
    return (asked,)
