"""Computing every stored standing from scratch, against reading the same rows and writing as many with the driver.

    python benchmarks/standing_recompute.py [--people 100000] [--rounds 3] [--postgres]

Both run in processes of their own, in turns, on the same database, whose stored standings are emptied before each run;
what they print is measured around the work itself. The seconds of a company of 100 000, scaled from what was measured,
and the ratio stand last. The figure to reach is in `benchmarks/README.md`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
REFERENCE_SIZE = 100_000


def run_ours(url: str) -> dict[str, float]:
    """Compute everybody as `belay standing recompute` does."""
    from app import create_app
    from app.assessment.actions.standing import recompute_all
    from app.audit.actions import Author
    from app.infra.clock import clock
    from app.infra.db import db
    from config import Settings

    settings = Settings(
        database_url=url, data_dir=ROOT, secret_key="only-for-measuring-0123456789-abcdefgh", plain_http=True
    )
    app = create_app(settings)
    with app.app_context(), clock.standing_at(NOW):
        db.session.rollback()
        wall, cpu = time.perf_counter(), time.process_time()
        found = recompute_all(NOW.date(), lambda *_: None, by=Author(None, label="cli:bench"), at=NOW)
        return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "people": found.people}


def run_reference(url: str) -> dict[str, float]:
    """Read the same rows and write as many."""
    from benchmarks.standing_recompute_reference import recompute

    wall, cpu = time.perf_counter(), time.process_time()
    people = recompute(url)
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "people": people}


RUNS: dict[str, Callable[[str], dict[str, float]]] = {"belay": run_ours, "reference": run_reference}


def measure(which: str, url: str) -> dict[str, float]:
    """Run one of the two in a process of its own."""
    command = [sys.executable, __file__, "--run", which, "--url", url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        sys.exit(done.stderr)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def main() -> None:
    """Measure both in turns and print the medians, the seconds at the reference size, and the ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=REFERENCE_SIZE)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--run", choices=list(RUNS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        print(json.dumps(RUNS[given.run](given.url)))
        return
    from benchmarks.people_import import fresh_databases
    from benchmarks.standing_company import empty, fill

    figures: dict[str, list[dict[str, float]]] = {which: [] for which in RUNS}
    with tempfile.TemporaryDirectory() as name, fresh_databases(Path(name), postgres=given.postgres) as fresh:
        url = fresh()
        rows = fill(url, given.people)
        print(f"{given.people} people, {rows} rows of evidence and ratings", flush=True)
        for number in range(1, given.rounds + 1):
            for which, results in figures.items():
                empty(url)
                results.append(measure(which, url))
                last = results[-1]
                print(f"round {number} {which:9} {last['wall']:6.2f} s wall {last['cpu']:6.2f} s CPU", flush=True)
    medians = {
        which: {figure: median(one[figure] for one in results) for figure in ("wall", "cpu")}
        for which, results in figures.items()
    }
    ours, reference = medians["belay"], medians["reference"]
    scale = REFERENCE_SIZE / given.people
    print(f"{ours['wall'] * scale:.1f} s wall and {ours['cpu'] * scale:.1f} s CPU for {REFERENCE_SIZE} people")
    print(f"ratio {ours['wall'] / reference['wall']:.2f} wall, {ours['cpu'] / reference['cpu']:.2f} CPU")


if __name__ == "__main__":
    main()
