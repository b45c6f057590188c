"""What the rules of readiness need to know, taken from a plan."""

import uuid
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

from app.cli.seed.company import DEFAULT_PEOPLE
from app.cli.seed.generate import build_plan
from app.domain.evidence import Corroboration, Leave, Piece, corroborators
from app.domain.progression import Spell
from app.domain.rating import GivenAnswer
from app.domain.readiness import Facts, Waiver, readiness
from app.ladders.loader import load_ladder_file

TODAY = date(2026, 11, 21)
LADDERS = Path(__file__).parents[2] / "ladders"


@cache
def ladders():
    slugs = ("software-engineer", "technical-support")
    return {slug: load_ladder_file(LADDERS / slug / "1.0.0.yaml").ladder for slug in slugs}


def identity(*parts):
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, parts)))


def pieces_of(history, person):
    pieces = defaultdict(list)
    for piece in history.evidence:
        set_aside = {x.expectation_id for x in piece.set_aside}
        answers = []
        for voice in piece.corroborations:
            if voice.outcome is not None:
                line = person.manager_on(voice.answered_at.date())
                was_manager = line is not None and line.manager_key == voice.colleague_key
                answers.append(
                    Corroboration(identity(voice.colleague_key), voice.outcome, was_manager, 1, voice.standing)
                )
        for claim in piece.claims:
            people = corroborators(
                answers, subject_id=identity(person.key), expectation_id=claim.expectation_id, claim_version=1
            )
            pieces[claim.expectation_id].append(
                Piece(
                    identity(person.key, piece.number),
                    piece.kind,
                    piece.occurred_on,
                    piece.state,
                    claim.expectation_id in set_aside,
                    people,
                )
            )
    return pieces


def answers_of(history, side):
    given = defaultdict(list)
    for assessment in history.assessments:
        if assessment.revealed_at is not None:
            for expectation_id, answer in getattr(assessment, f"{side}_answers").items():
                at = getattr(assessment, f"{side}_submitted_at")
                author = identity(assessment.manager_key if side == "manager" else assessment.subject_key)
                given[expectation_id].append(GivenAnswer(answer.answer, at.date(), at, author))
    return given


def facts_of(history, person):
    return Facts(
        pieces=pieces_of(history, person),
        manager_answers=answers_of(history, "manager"),
        self_answers=answers_of(history, "self"),
        waivers={
            w.expectation_id: Waiver(w.reason, w.manager_approved_at.date(), w.hr_approved_at.date())
            for w in history.waivers
        },
        spells=[Spell(s.ladder, s.level, s.starts_on, s.ends_on) for s in person.levels],
        leaves=[Leave(x.starts_on, x.ends_on) for x in person.leaves],
    )


def report_of(plan, person, history):
    """Readiness for the next level, of the level held at the top of the ladder."""
    spell = person.levels[-1]
    ladder = ladders()[spell.ladder]
    ahead = ladder.level(spell.level).next
    return readiness(ladder, ahead[0] if ahead else spell.level, facts_of(history, person), plan.today)


def company(people=DEFAULT_PEOPLE, random_seed=1, today=TODAY):
    return build_plan(people=people, random_seed=random_seed, today=today, ladders=ladders())
