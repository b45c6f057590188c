"""Putting a packet together: what stands in it on a day. The freezing stores it; until then pages show it live.

The keys are those that `queries.packets` lists.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from app.assessment.queries.facts import facts_of
from app.domain.balance import Counted, balance
from app.domain.bar import bar_for
from app.domain.evidence import CorroborationAnswer, EvidenceState, Piece, Sufficiency, sufficiency
from app.domain.ladder import Ladder
from app.domain.rating import GivenAnswer
from app.domain.readiness import Facts, Standing, report
from app.evidence.models import Evidence
from app.evidence.queries.cards import as_rule_piece, counting_voices
from app.evidence.queries.filters import quarter_index, quarter_label_of
from app.infra.clock import local
from app.people.queries import get_people
from app.promotion.models import PromotionCase
from app.promotion.queries.cases import NOT_RATED, edition_of, get_cycle
from app.promotion.queries.packets import (
    CANDIDATES,
    Chosen,
    chosen_of,
    exceptions_of,
    sections_of,
    statement_of,
    words_of,
)

SCHEMA = 1
FEWEST_QUARTERS, MOST_QUARTERS = 4, 12
GIVEN = (CorroborationAnswer.CONFIRMED, CorroborationAnswer.LIMITED)


def compose_packet(case: PromotionCase, *, on: date, facts: Facts | None = None) -> dict[str, Any]:
    """Return what stands in a packet on a day, in a fixed number of queries.

    The statement is there once it was handed in, whoever reads: leave it out for a candidate who has not. Ratings are
    there too; see `domain.packets.without_ratings`. `facts` of the candidate on that day, where the caller has them.
    """
    edition, cycle = edition_of(case), get_cycle(case.cycle_id)
    facts = facts or facts_of([case.subject_id], on)[case.subject_id]
    found = report(bar_for(edition.ladder, case.target_level), facts, on)
    everything = chosen_of(case.id)
    chosen = [one for one in everything if stands(one.piece, cycle.evidence_until)]
    names = _names(case, found.standings)
    linked = _linked(chosen)
    expectations = [_expectation(one, chosen, linked, facts, names, on) for one in found.standings]
    return {
        "schema": SCHEMA,
        "case": {
            "id": str(case.id),
            "code": case.code,
            "cycle": cycle.name,
            "cycle_id": str(cycle.id),
            "candidate_id": str(case.subject_id),
            "from_level": case.from_level,
            "target_level": case.target_level,
            "submitted_on": _day(case.submitted_on),
            "is_incomplete": case.is_incomplete,
            "incomplete_reason": case.incomplete_reason,
        },
        "candidate": names[case.subject_id],
        "ladder": {
            "name": edition.name,
            "title": edition.ladder.title,
            "version": edition.ladder.version,
            "lineage": edition.ladder.lineage,
            "version_id": str(edition.id),
        },
        "cut_off": _day(cycle.evidence_until),
        "frozen_on": _day(on),
        "parts": words_of(sections_of(case.id, case.subject_id), CANDIDATES),
        "statement": _statement(case, names),
        "pieces": [_piece(one, edition.ladder, facts, on) for one in chosen],
        "left_out": [one.number for one in everything if not stands(one.piece, cycle.evidence_until)],
        "rated": [one["id"] for one in expectations if one["is_rated"]],
        "expectations": expectations,
        "readiness": {"verdict": found.verdict.value, "met": found.met, "of": found.of},
        "exceptions": _exceptions(case, edition.ladder),
        "timeline": _timeline(chosen, on),
        "warnings": _warnings(chosen, expectations, edition.ladder, facts, on),
    }


def stands(piece: Evidence, until: date | None) -> bool:
    """Say whether a chosen piece stands in the packet: it is shared or handed in, and no younger than the cut-off.

    A piece can be given another day after it was chosen, so the cut-off is asked again.
    """
    return piece.state is EvidenceState.SHARED and (until is None or piece.occurred_on <= until)


def _linked(chosen: Iterable[Chosen]) -> dict[str, list[Piece]]:
    """Return the chosen pieces by expectation, as the rules see them: as handed in, with the voices of today."""
    found: dict[str, list[Piece]] = {}
    for _, piece in chosen:
        voices = counting_voices(piece)
        for claim in piece.claims:
            people = frozenset(one for one, supported in voices.items() if claim.expectation_id in supported)
            seen = replace(as_rule_piece(piece, claim), corroborators=people)
            found.setdefault(claim.expectation_id, []).append(seen)
    return found


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _names(case: PromotionCase, standings: Iterable[Standing]) -> Mapping[uuid.UUID, str]:
    wanted = {case.subject_id} | ({case.statement_by_id} if case.statement_by_id else set())
    wanted |= {given.author_id for one in standings for given in (one.rating, one.answer) if given}
    return {key: one.name for key, one in get_people(wanted).items()}


def _statement(case: PromotionCase, names: Mapping[uuid.UUID, str]) -> dict[str, Any] | None:
    found = statement_of(case)
    if found is None or case.statement_at is None:
        return None
    return {
        "words": found.words,
        "author": names[found.author_id],
        "author_id": str(found.author_id),
        "handed_in_on": _day(local(case.statement_at).date()),
    }


def _exceptions(case: PromotionCase, ladder: Ladder) -> list[dict[str, str]]:
    asked = exceptions_of(case.id)
    in_order = [one for one in ladder.requirement(case.target_level) if one.id in asked]
    return [{"id": one.id, "text": one.text, "reason": asked[one.id]} for one in in_order]


# Pieces ----------------------------------------------------------------------------------


def _piece(one: Chosen, ladder: Ladder, facts: Facts, on: date) -> dict[str, Any]:
    piece = one.piece
    voices = counting_voices(piece)
    return {
        "number": one.number,
        "label": one.label,
        "id": str(piece.id),
        "ref": piece.ref,
        "title": piece.title,
        "kind": piece.kind.value,
        "began_on": _day(piece.occurred_from),
        "occurred_on": _day(piece.occurred_on),
        "narrative": piece.narrative,
        "links": [link.url for link in piece.links],
        "expectations": [_claim(piece, claim, ladder, facts, on) for claim in piece.claims],
        "voices": [
            {
                "name": row.colleague.name,
                "person_id": str(row.colleague_id),
                "outcome": row.outcome.value,
                "words": row.words,
                "standing": sorted(voices.get(row.colleague_id, ())),
                "limits": {limit.expectation_id: limit.words for limit in row.limits},
                "was_line_manager": row.was_line_manager,
                "answered_on": _day(local(row.answered_at).date()),
            }
            for row in sorted(piece.corroborations, key=lambda row: (row.answered_at is None, row.answered_at, row.id))
            if row.outcome in GIVEN and row.answered_at is not None
        ],
    }


def _claim(piece: Evidence, claim: Any, ladder: Ladder, facts: Facts, on: date) -> dict[str, Any]:  # noqa: ANN401 - a row
    known = ladder.has_expectation(claim.expectation_id)
    wanted = ladder.expectation(claim.expectation_id) if known else None
    against = None
    if wanted is not None:
        left_out = sufficiency(wanted.evidence, [as_rule_piece(piece, claim)], on, facts.leaves).left_out
        against = left_out[0].reason.value if left_out else None
    return {
        "id": claim.expectation_id,
        "text": wanted.text if wanted else None,
        "line": claim.line,
        "counts": wanted is not None and against is None,
        "against": against,
    }


# Expectations ----------------------------------------------------------------------------


def _expectation(
    standing: Standing,
    chosen: Sequence[Chosen],
    linked: Mapping[str, list[Piece]],
    facts: Facts,
    names: Mapping[uuid.UUID, str],
    on: date,
) -> dict[str, Any]:
    numbers = {one.piece.id: one.number for one in chosen}
    wanted = standing.expectation
    found = sufficiency(wanted.evidence, linked.get(wanted.id, ()), on, facts.leaves)
    return {
        "id": wanted.id,
        "text": wanted.text,
        "competency": standing.competency.name,
        "competency_id": standing.competency.id,
        "level": standing.level.id,
        "is_required": standing.is_required,
        "is_rated": standing.is_required and standing.status not in NOT_RATED,
        "status": standing.status.value,
        "self": _given(standing.self_rating, names),
        "manager": _given(standing.rating or standing.answer, names),
        "is_slipped": standing.is_slipped,
        "waived_for": standing.waiver.reason if standing.waiver else None,
        "pieces": sorted(numbers[one.id] for one in found.counted),
        "pieces_left_out": sorted(numbers[one.piece.id] for one in found.left_out),
        "sufficiency": _arithmetic(found),
    }


def _given(given: GivenAnswer | None, names: Mapping[uuid.UUID, str]) -> dict[str, Any] | None:
    if given is None:
        return None
    return {"answer": given.answer.value, "on": _day(given.given_on), "by": names.get(given.author_id, "")}


def _arithmetic(found: Sufficiency) -> dict[str, Any]:
    rule = found.rule
    return {
        "is_sufficient": found.is_sufficient,
        "count": found.count,
        "min_count": rule.min_count,
        "span_days": found.span_days,
        "min_span_days": rule.span_days,
        "voices": len(found.corroborators),
        "min_voices": rule.corroborators,
        "kinds": len(found.kinds),
        "min_kinds": rule.min_kinds,
        "window_days": rule.window_days,
        "missing": [one.phrase for one in found.missing],
    }


# On the whole ----------------------------------------------------------------------------


def _timeline(chosen: Sequence[Chosen], on: date) -> list[dict[str, Any]]:
    """Return the pieces by quarter, oldest first, quarters without any too, unless the pieces lie years apart."""
    by_quarter: dict[int, list[int]] = {}
    for one in chosen:
        by_quarter.setdefault(quarter_index(one.piece.occurred_on), []).append(one.number)
    last = max(quarter_index(on), *by_quarter) if by_quarter else quarter_index(on)
    first = max(min([last - FEWEST_QUARTERS + 1, *by_quarter]), last - MOST_QUARTERS + 1)
    shown = sorted({*range(first, last + 1), *by_quarter})
    return [{"quarter": quarter_label_of(one), "pieces": sorted(by_quarter.get(one, []))} for one in shown]


def _warnings(
    chosen: Sequence[Chosen], expectations: Iterable[Mapping[str, Any]], ladder: Ladder, facts: Facts, on: date
) -> dict[str, Any]:
    """Return what to be warned of in the chosen pieces that count (domain specification, 3.6)."""
    by_number = {one.number: one.piece for one in chosen}
    links = {one.piece.id: one.piece.links[0].url for one in chosen if one.piece.links}
    counting = [
        Counted(
            one["id"],
            by_number[number].id,
            by_number[number].occurred_on,
            ladder.expectation(one["id"]).evidence.window_days,
        )
        for one in expectations
        for number in one["pieces"]
    ]
    found = balance(counting, links, on, facts.leaves)
    numbers = {one.piece.id: one.number for one in chosen}
    return {
        "recency": found.recency and {"recent": found.recency.recent, "counted": found.recency.counted},
        "reliance": found.reliance
        and {
            "numbers": sorted(numbers[one] for one in found.reliance.pieces),
            "supported": found.reliance.supported,
            "evidenced": found.reliance.evidenced,
        },
    }
