"""`belay mentoring match`: exit status, messages, and what is written."""

import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from app.cli import mentoring
from app.cli.main import main
from app.domain.assignment import solution_of
from tests.factories.matching import random_instance

M3 = {
    "capacities": {"A": 2, "B": 1, "C": 0},
    "scores": {"A": {"w": 80, "x": 70, "y": 60}, "B": {"w": 75}, "C": {"z": 9}},
}


@pytest.fixture
def match(tmp_path):
    """Return a runner on a file of given data, and the place of its output."""
    target = tmp_path / "pairs.json"

    def run(data, *words, output=target):
        source = tmp_path / "round.json"
        source.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return CliRunner().invoke(main, ["mentoring", "match", "--input", str(source), "--output", str(output), *words])

    return run, target


def test_the_pairs_of_a_file_are_written_and_summed_up(match):
    run, target = match
    outcome = run(M3, "--check")
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert outcome.stdout == "Matched 3 of 4; worst score 60, total 205. Nothing is better.\n"
    result = json.loads(target.read_bytes())
    assert result["solver"] == "fast"
    assert [one["mentee"] for one in result["pairs"]] == ["w", "x", "y"]
    assert sorted(one.name for one in target.parent.iterdir()) == ["pairs.json", "round.json"]


@pytest.mark.parametrize(("words", "said"), [((), "It is the best"), (("--check",), "Nothing is better")])
def test_with_pins_the_summary_says_that_it_is_the_best_around_them(match, words, said):
    run, _ = match
    text = (Path(__file__).resolve().parents[2] / "docs" / "matching.md").read_text("utf-8")
    example = text.partition("```json\n")[2].partition("```")[0]
    assert run(example, *words).stdout.endswith(f". {said} around the pins.\n")


def test_both_solvers_write_the_same_figures_and_the_same_bytes_each_time(match):
    run, target = match
    instance = random_instance(Random(31), 20, 8, density=0.4)
    scores = {}
    for (mentee, mentor), score in instance.scores.items():
        scores.setdefault(mentor, {})[mentee] = score
    data = {"capacities": dict(instance.capacities), "scores": scores}
    written = {}
    for solver in ("fast", "reference"):
        assert run(data, "--solver", solver, "--check").exit_code == 0
        written[solver] = target.read_bytes()
        assert run(data, "--solver", solver).exit_code == 0
        assert target.read_bytes() == written[solver]
    fast, reference = (json.loads(content) for content in written.values())
    for figure in ("matched", "worst", "total", "unmatched"):
        assert fast[figure] == reference[figure]


def test_a_file_with_faults_is_refused_with_all_of_them_and_nothing_is_written(match):
    run, target = match
    target.write_text("as it was", encoding="utf-8")
    outcome = run({"capacities": {"A": -1}, "scores": {"A": {"x": "7"}}})
    assert outcome.exit_code == 1
    source = target.with_name("round.json")
    assert outcome.stdout.splitlines() == [
        f"{source}: $.capacities.A: should be greater than or equal to 0",
        f"{source}: $.scores.A.x: should be a valid integer",
    ]
    assert outcome.stderr == "2 faults. Nothing was written.\n"
    assert target.read_text("utf-8") == "as it was"


def test_standard_input_and_output_are_a_dash():
    words = ["mentoring", "match", "--input", "-", "--output", "-"]
    outcome = CliRunner().invoke(main, words, input=json.dumps(M3))
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout)["total"] == 205
    assert outcome.stderr == "Matched 3 of 4; worst score 60, total 205.\n"


def test_what_cannot_be_read_or_written_is_said_before_any_work(match, tmp_path):
    run, target = match
    outcome = run(M3, output=tmp_path / "none" / "pairs.json")
    assert (outcome.exit_code, outcome.stderr) == (2, f"There is no folder {tmp_path}/none to write pairs.json into.\n")
    assert run(M3, output=tmp_path).stderr == f"{tmp_path} is a folder; name a file.\n"
    assert "take the place of the input" in run(M3, output=tmp_path / "round.json").stderr
    missing = tmp_path / "gone.json"
    outcome = CliRunner().invoke(main, ["mentoring", "match", "--input", str(missing), "--output", str(target)])
    assert (outcome.exit_code, outcome.stderr) == (2, f"{missing} cannot be read: No such file or directory.\n")
    assert not target.exists()


def test_a_result_that_is_not_proven_is_not_written(match, monkeypatch):
    run, target = match
    monkeypatch.setitem(mentoring.SOLVERS, "fast", lambda instance: solution_of(instance, {"w": "A"}))
    outcome = run(M3, "--check")
    assert outcome.exit_code == 1
    assert "could not be proven" in outcome.stderr
    assert not target.exists()
