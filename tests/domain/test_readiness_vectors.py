from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app.domain.evidence import Leave
from app.domain.ladder import Aggregation, AggregationRule, Ladder
from app.domain.readiness import Facts, Readiness, Waiver, readiness
from tests.factories.facts import make_answer, make_piece, make_spell
from tests.factories.ladders import make_expectation, make_ladder

FILE = YAML(typ="safe", pure=True).load(
    Path(__file__).parents[1].joinpath("vectors", "readiness.yaml").read_text(encoding="utf-8")
)


def ladder_of(name: str) -> Ladder:
    stated = FILE["ladders"][name]
    return make_ladder(
        *(
            make_expectation(entry["id"], **{key: entry[key] for key in entry.keys() - {"id"}})
            for entry in stated["expectations"]
        ),
        slug=name,
        following=stated["following"],
        profiles=stated.get("profiles"),
        aggregation={
            (competency, level): Aggregation(
                AggregationRule(rule["rule"]), k=rule.get("k", 0), step=rule.get("step", 0)
            )
            for competency, levels in stated.get("aggregation", {}).items()
            for level, rule in levels.items()
        },
    )


def facts_of(vector: dict) -> Facts:
    person = FILE["people"][vector["ladder"]]
    evidence = person["evidence"] | vector.get("evidence", {})
    return Facts(
        pieces={expectation: [piece_of(entry) for entry in entries] for expectation, entries in evidence.items()},
        manager_answers=answers_of(person["ratings"] | vector.get("ratings", {})),
        waivers={
            expectation: Waiver("Not part of this job.", entry.get("manager"), entry.get("hr"))
            for expectation, entry in vector.get("waivers", {}).items()
        },
        spells=[
            make_spell(
                entry["level"], entry["since"], entry.get("ladder", vector["ladder"]), ends_on=entry.get("until")
            )
            for entry in vector.get("spells", [])
        ],
        leaves=[Leave(entry["from"], entry.get("to")) for entry in vector.get("leaves", [])],
    )


def piece_of(entry: date | dict):
    if isinstance(entry, date):
        return make_piece(entry)
    return make_piece(entry["on"], **{key: entry[key] for key in entry.keys() - {"on"}})


def answers_of(ratings: dict):
    return {
        expectation: [make_answer(stated, FILE["rated_on"])]
        if isinstance(stated, str)
        else [make_answer(entry["answer"], entry["on"]) for entry in stated]
        for expectation, stated in ratings.items()
    }


def attained(found: Readiness) -> dict:
    return {
        entry.competency.id: (entry.level.id if entry.level else 0) if entry.is_stated else "—"
        for entry in found.attained
    }


@pytest.mark.parametrize("vector", FILE["vectors"], ids=[vector["name"] for vector in FILE["vectors"]])
def test_worked_case_comes_out_as_specified(vector):
    found = readiness(ladder_of(vector["ladder"]), vector["target"], facts_of(vector), FILE["on"])
    expected = vector["expect"]

    assert (found.verdict, found.met, found.of) == (expected["verdict"], expected["met"], expected["of"])
    assert attained(found).items() >= expected["attained"].items()
    assert [
        [blocker.group, blocker.standing.expectation.id, *(missing.phrase for missing in blocker.standing.missing)]
        for blocker in found.blockers
    ] == expected["blockers"]


def test_every_vector_of_the_specification_is_here():
    names = {vector["name"].split()[0] for vector in FILE["vectors"]}
    assert names >= {f"W{number}" for number in range(1, 13)} | {f"W6{letter}" for letter in "bcdef"}
