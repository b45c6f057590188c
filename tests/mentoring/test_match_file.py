"""A matching as a file: both forms, every fault by its path, and what is written."""

import copy
import json
import re
from pathlib import Path
from random import Random

import pytest

from app.domain.assignment import solve
from app.mentoring.match_file import MatchFileError, read, write
from app.mentoring.solving import solve_fast

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "matching.md"
FULL, PLAIN = (json.loads(one) for one in re.findall(r"```json\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL))


def faults_of(content):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(MatchFileError) as caught:
        read(content)
    return [str(fault) for fault in caught.value.faults]


def result_of(data, solver=solve):
    given = read(json.dumps(data).encode())
    return json.loads(write(given, solver(given.instance), "reference"))


def changed(data, *place, to):
    """Return a copy of data with another value at one place; Ellipsis takes it away."""
    data = copy.deepcopy(data)
    inner = data
    for one in place[:-1]:
        inner = inner[one]
    if to is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = to
    return data


def test_the_full_example_of_the_document_is_matched_with_parts_and_reasons():
    result = result_of(FULL)
    assert result == {
        "solver": "reference",
        "matched": 1,
        "worst": 932,
        "total": 932,
        "admissible": 2,
        "pairs": [
            {
                "mentee": "e-104",
                "mentor": "e-007",
                "score": 932,
                "parts": {"goals": 500, "level": 120, "team": 100, "hours": 87, "preference": 100, "load": 25},
                "is_pinned": True,
                "is_cross_ladder": False,
                "next": None,
            }
        ],
        "unmatched": [{"mentee": "e-105", "reasons": {"hours": 1}}, {"mentee": "e-106", "competition": 0}],
        "competitions": [{"mentees": ["e-106"], "mentors": ["e-007"], "places": 0}],
        "unheld": ["swe:review.depth"],
    }


def test_the_plain_example_of_the_document_is_m3():
    for solver in (solve, solve_fast):
        result = result_of(PLAIN, solver)
        assert {one["mentee"]: one["mentor"] for one in result["pairs"]} == {"w": "B", "x": "A", "y": "A"}
        assert (result["matched"], result["worst"], result["total"], result["admissible"]) == (3, 60, 205, 6)
        assert result["unmatched"] == [{"mentee": "z", "competition": 0}]
        assert result["competitions"] == [{"mentees": ["x", "y", "z"], "mentors": ["A", "C"], "places": 2}]


def test_the_same_input_in_any_order_gives_the_same_bytes():
    rng = Random(4)
    people = changed(FULL, "pinned", to=[])
    mixed = copy.deepcopy(people)
    for name in ("mentees", "mentors"):
        rng.shuffle(mixed[name])
        mixed[name] = [dict(reversed(one.items())) for one in mixed[name]]
    mixed = dict(reversed(mixed.items()))
    one, other = (read(json.dumps(data).encode()) for data in (people, mixed))
    assert write(one, solve_fast(one.instance), "fast") == write(other, solve_fast(other.instance), "fast")


def test_the_queue_of_a_plain_file_decides_among_equals():
    data = {"capacities": {"A": 1}, "scores": {"A": {"a": 5, "b": 5, "c": 5}}}
    assert result_of(data)["pairs"][0]["mentee"] == "a"
    assert result_of({**data, "queue": ["nobody", "c"]})["pairs"][0]["mentee"] == "c"
    left = result_of({**data, "queue": ["nobody", "c"]})["unmatched"]
    assert left[0] == {"mentee": "nobody", "reasons": {}}


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        (
            ("mentees", 1, "hours", "from"),
            "9 o'clock",
            "$.mentees[1].hours.from: should be a time such as 09:30, in UTC",
        ),
        (
            ("mentees", 0, "waiting_since"),
            "2026-02-30",
            "$.mentees[0].waiting_since: should be a day such as 2026-11-21",
        ),
        (("mentees", 0, "goals"), [], "$.mentees[0].goals: list should have at least 1 item"),
        (("mentees", 0, "rank"), "1", "$.mentees[0].rank: should be a valid integer"),
        (("mentees", 0, "rank"), True, "$.mentees[0].rank: should be a valid integer"),
        (("mentees", 0, "rank"), ..., "$.mentees[0].rank: is missing"),
        (("mentees", 2, "id"), "e-105", "$.mentees[2].id: stands here a second time"),
        (("mentees", 2, "Name"), "Ann", "$.mentees[2].Name: is no name that is known here"),
        (("mentors", 0, "capacity"), 5, "$.mentors[0].capacity: should be less than or equal to 4"),
        (("mentors", 0, "team"), 5, "$.mentors[0].team: should be a valid string"),
        (("mentors",), {}, "$.mentors: should be a valid list"),
        (("weights", "goals"), 501, "$.weights: The weights add up to 1001; they must add up to 1000."),
        (("judges",), [{"mentor": "e-104", "mentee": "e-007"}], "$.judges[0].mentor: is no mentor of this file"),
        (("pinned", 0, "mentee"), "e-105", "$.pinned[0]: cannot be a pair: hours"),
    ],
)
def test_each_fault_of_people_names_its_path(place, value, fault):
    found = faults_of(changed(FULL, *place, to=value))
    assert found[0].startswith(fault)


def test_all_faults_of_a_file_are_listed_at_once():
    data = changed(FULL, "mentees", 0, "rank", to="1")
    data = changed(data, "mentors", 0, "capacity", to=-1)
    data = changed(data, "pinned", 0, "mentee", to=...)
    assert [one.partition(":")[0] for one in faults_of(data)] == [
        "$.mentees[0].rank",
        "$.mentors[0].capacity",
        "$.pinned[0].mentee",
    ]


def test_faults_of_the_plain_form_name_odd_ids_in_quotation_marks():
    data = {"capacities": {"A": 1, "B C": -1}, "scores": {"A": {"x": 1001, "": 4}}, "queue": ["x", "x"]}
    assert faults_of(data) == [
        '$.capacities["B C"]: should be greater than or equal to 0',
        "$.scores.A.x: should be less than or equal to 1000",
        '$.scores.A[""]: string should have at least 1 character',
    ]
    data = {"capacities": {"A": 1}, "scores": {"Ann B.": {"x": 1}}, "queue": ["x", "x"]}
    assert faults_of(data) == [
        '$.scores["Ann B."]: has no entry in $.capacities',
        "$.queue[1]: stands here a second time",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "1:1: is no JSON"),
        (b'{\n "mentees": [,]}', "2:14: is no JSON"),
        (b"[]", "$: should be an object"),
        (b"{}", "$.mentees: is missing"),
        (b'"\xff"', "$: is no UTF-8: byte 2"),
        (b'{"capacities": {"A": NaN}}', "$: NaN is no number in JSON"),
        (b'{"capacities": {"A": 1, "A": 2}, "scores": {}}', "$.capacities.A: stands here twice"),
        (b"[" * 100_000, "$: The file is nested too deeply"),
        (b'{"capacities": {"A": ' + b"9" * 5000 + b"}}", "$: "),
        (b'{"capacities": {"\\ud800": 1}, "scores": {}}', "$.capacities"),
    ],
)
def test_a_file_that_is_no_matching_is_refused_with_a_place(content, fault):
    assert faults_of(content)[0].startswith(fault)
