"""The whole objective of the matching, against reading the candidates, and against one plain min-cost flow on them.

    python benchmarks/matching.py [--mentees 10000] [--mentors 3000] [--candidates 50] [--rounds 5] [--uniform]

All three run in processes of their own, in turns, on the same SQLite table of candidates. Scores are sums of parts as
a round has them, which gives many equals; `--uniform` draws them from 0 to 1000 instead. `--prove` holds the result
against bounds that no solution exceeds, outside the time that is measured. The one min-cost flow is OR-Tools where it
is installed, and SciPy's assignment otherwise; what it was is printed. The figure to reach is in
`benchmarks/README.md`.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
Measured = dict[str, float | str]
GOALS = (125, 166, 250, 333, 375, 500)
"""What is common among the first part of a score."""


def fill(path: Path, given: argparse.Namespace) -> None:
    """Write mentees in their queue, mentors with one to four places, and the candidates of each mentee."""
    drawn = random.Random(6)
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE mentee (id TEXT PRIMARY KEY, place INTEGER);
            CREATE TABLE mentor (id TEXT PRIMARY KEY, capacity INTEGER);
            CREATE TABLE candidate (mentee TEXT, mentor TEXT, score INTEGER);
            """
        )
        mentees = [f"mentee-{number:06}" for number in range(given.mentees)]
        mentors = [f"mentor-{number:06}" for number in range(given.mentors)]
        connection.executemany("INSERT INTO mentee VALUES (?, ?)", [(one, at) for at, one in enumerate(mentees)])
        connection.executemany("INSERT INTO mentor VALUES (?, ?)", [(one, drawn.randint(1, 4)) for one in mentors])
        score = (lambda: drawn.randint(0, 1000)) if given.uniform else (lambda: a_score(drawn))
        connection.executemany(
            "INSERT INTO candidate VALUES (?, ?, ?)",
            ((one, other, score()) for one in mentees for other in drawn.sample(mentors, given.candidates)),
        )


def a_score(drawn: random.Random) -> int:
    """Return a sum of parts: goals, level, team, hours, preference and load."""
    return (
        drawn.choice(GOALS)
        + drawn.choice((150, 150, 120, 60))
        + drawn.choice((100, 100, 0))
        + drawn.randint(25, 100)
        + drawn.choice((0,) * 18 + (50, 100))
        + drawn.choice((12, 16, 25, 33, 50))
    )


def peak() -> float:
    """Return the most memory that this process has held, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("This machine does not say how much memory a process holds.")


def run_ours(path: Path, *, prove: bool) -> Measured:
    """Read the candidates and settle the whole objective."""
    from app.domain.assignment import Instance
    from app.mentoring.solving import solve_fast

    before = peak()
    wall, cpu = time.perf_counter(), time.process_time()
    with sqlite3.connect(path) as connection:
        mentees = tuple(one for (one,) in connection.execute("SELECT id FROM mentee ORDER BY place"))
        capacities = dict(connection.execute("SELECT id, capacity FROM mentor ORDER BY id"))
        # One string for each person, however many candidates name it.
        same = {one: one for one in (*mentees, *capacities)}
        rows = connection.execute("SELECT mentee, mentor, score FROM candidate")
        scores = {(same[mentee], same[mentor]): score for mentee, mentor, score in rows}
    instance = Instance(mentees, tuple(capacities), capacities, scores)
    read = time.perf_counter() - wall
    solution = solve_fast(instance)
    measured: Measured = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "solving": time.perf_counter() - wall - read,
        "peak": peak(),
        "start": before,
        "what": f"{solution.matched} matched, worst {solution.worst}, total {solution.total}",
    }
    if prove:
        from app.domain.assignment_bounds import bounds

        proven = bounds(instance, solution).prove(solution)
        measured["what"] = f"{measured['what']}, {'proven best' if proven else 'NOT PROVEN'}"
    return measured


def run_reading(path: Path) -> Measured:
    """Read the candidates and nothing else."""
    from benchmarks.matching_reference import read

    wall, cpu = time.perf_counter(), time.process_time()
    rows = read(path)
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": peak(),
        "what": f"{len(rows.scores)} candidates",
    }


def run_flow(path: Path) -> Measured:
    """Settle number and total with one min-cost flow; reading is not part of its time."""
    from benchmarks.matching_reference import flow, read

    rows = read(path)
    settle, name = flow()
    wall, cpu = time.perf_counter(), time.process_time()
    matched, total = settle(rows)
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": peak(),
        "what": f"{name}: {matched} matched, total {total}",
    }


def main() -> None:
    """Measure all three in turns and print the medians and the ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mentees", type=int, default=10_000)
    parser.add_argument("--mentors", type=int, default=3_000)
    parser.add_argument("--candidates", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--uniform", action="store_true")
    parser.add_argument("--prove", action="store_true")
    parser.add_argument("--run", choices=["reading", "flow", "belay"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    runs: dict[str, Callable[[Path], Measured]] = {
        "reading": run_reading,
        "flow": run_flow,
        "belay": lambda path: run_ours(path, prove=given.prove),
    }
    if given.run:
        print(json.dumps(runs[given.run](given.file)))
        return
    figures: dict[str, list[Measured]] = {which: [] for which in runs}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "candidates.db"
        fill(path, given)
        for number in range(1, given.rounds + 1):
            for which, results in figures.items():
                command = [sys.executable, __file__, "--run", which, "--file", str(path)]
                done = subprocess.run(
                    [*command, *(["--prove"] if given.prove and number == 1 else [])],
                    capture_output=True,
                    text=True,
                    check=False,
                    cwd=ROOT,
                )
                if done.returncode:
                    sys.exit(done.stderr)
                last: Measured = json.loads(done.stdout.splitlines()[-1])
                results.append(last)
                print(
                    f"round {number} {which:8} {last['wall']:6.2f} s wall {last['cpu']:6.2f} s CPU "
                    f"{last['peak']:5.0f} MB  {last['what']}",
                    flush=True,
                )
    middle = {
        which: {name: median(float(one[name]) for one in results) for name in ("wall", "cpu", "peak")}
        for which, results in figures.items()
    }
    least = {name: middle["reading"][name] + middle["flow"][name] for name in ("wall", "cpu")}
    ours = middle["belay"]
    solving = median(float(one["solving"]) for one in figures["belay"])
    print(f"whole objective {ours['wall']:.2f} s wall, {ours['cpu']:.2f} s CPU, {ours['peak']:.0f} MB at its peak;")
    print(f"of it {solving:.2f} s wall after reading; reading alone {middle['reading']['wall']:.2f} s wall")
    print(f"one min-cost flow {middle['flow']['wall']:.2f} s wall")
    print(
        f"ratio to reading and one flow {ours['wall'] / least['wall']:.2f} wall, {ours['cpu'] / least['cpu']:.2f} CPU"
    )


if __name__ == "__main__":
    main()
