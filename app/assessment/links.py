"""What readiness tells the features below: a reader's own standing on a ladder, and what blocks them."""

from __future__ import annotations

import uuid

from flask import url_for

from app.assessment import wording
from app.assessment.pages import shown_status
from app.assessment.queries import readiness_of, standings_of_people
from app.domain.evidence import Lack, Missing, Sufficiency
from app.domain.readiness import Standing
from app.evidence.panels import provide_blockers
from app.evidence.queries.hrefs import page_of
from app.ladders import panels as ladder_panels
from app.ladders.panels import EvidenceRef, PersonalExpectation, PersonalView
from app.ladders.queries import Edition


def personal_view(person_id: uuid.UUID, edition: Edition) -> PersonalView | None:
    """Return how the reader stands on an edition; None where they hold no level on its lineage.

    Statuses are those of the version that counts, so that another version of the same ladder shows only the level.
    """
    found = readiness_of(person_id)
    if found.spell is None or found.edition is None or found.spell.lineage != edition.ladder.lineage:
        return None
    expectations: dict[str, PersonalExpectation] = {}
    if found.edition.id == edition.id:
        for report in found.reports or readiness_of(person_id, target=found.spell.level).reports:
            for standing in report.standings:
                expectations.setdefault(standing.expectation.id, _personal(standing, found.names, found.titles))
    held = found.held
    return PersonalView(
        held=found.spell.level,
        since=found.held_since,
        next_ids=held.next if held else (),
        expectations=expectations,
    )


def _personal(standing: Standing, names: wording.Names, titles: wording.Names) -> PersonalExpectation:
    found = standing.sufficiency
    pieces = tuple(
        EvidenceRef(
            title=titles.get(piece.id, ""),
            href=page_of(piece.id),
            kind=piece.kind.value,
            on=piece.occurred_on,
            note=wording.confirmed_by(piece.corroborators, names),
        )
        for piece in reversed(found.counted)
    )
    return PersonalExpectation(
        status=shown_status(standing),
        needs=_needs(found),
        pieces=pieces,
        log_href=url_for("evidence.show_new_evidence", expectation=standing.expectation.id),
    )


def _needs(found: Sufficiency) -> tuple[tuple[bool, str], ...]:
    """Return the parts of the rule, each with whether it is fulfilled and how far."""
    missing = {one.lack: one for one in found.missing}
    rule = found.rule
    parts = [Missing(Lack.PIECES, found.count, rule.min_count)]
    if rule.span_days:
        parts.append(Missing(Lack.SPAN, found.span_days, rule.span_days))
    if rule.corroborators:
        parts.append(Missing(Lack.CORROBORATION, len(found.corroborators), rule.corroborators))
    if rule.min_kinds > 1:
        parts.append(Missing(Lack.KINDS, len(found.kinds), rule.min_kinds))
    return tuple((part.lack not in missing, wording.part_words(part)) for part in parts)


def blocking_ids(person_id: uuid.UUID) -> list[str]:
    """Return the expectations that keep a person from the next level, most pressing first."""
    found = standings_of_people([person_id])[person_id]
    # At the top of a ladder nothing is aimed at; what slipped there blocks no next level.
    return [] if found.is_at_top else [one for target in found.targets for one in target.blocking_ids]


def register() -> None:
    """Fill the registries of the features below."""
    ladder_panels.provide(personal_view)
    provide_blockers(blocking_ids)
