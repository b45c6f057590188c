"""The people import against a validated executemany of the same rows into the same tables.

    python benchmarks/people_import.py [--rows 100000] [--rounds 5] [--postgres]

Both run in processes of their own, in turns, each on a fresh database; what they print is measured around the work
itself, without starting Python. The ratio stands last. The figure to reach is in `benchmarks/README.md`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
HEADER = "employee_id,name,email,team,manager_employee_id,ladder,level,level_since,hired_on,left_on,group:office"
FIRST = ("Amara", "Björn", "Chidi", "Dóra", "Elif", "Farah", "Gus", "Hana", "Ines", "Jörg")
LAST = ("Adeyemi", "Berg", "Costa", "Dvořák", "Eriksen", "Fontaine", "García", "Haddad", "Ivanov", "Jensen")
OFFICES = ("Berlin", "Lagos", "Oslo", "Porto")


def write_file(path: Path, rows: int) -> None:
    """Write a people file of a company of some size, always the same: each manager has ten reports."""
    chance = random.Random(20261121)
    with path.open("w", encoding="utf-8") as stream:
        stream.write(HEADER + "\n")
        for number in range(rows):
            manager = f"E{(number - 1) // 10:06}" if number else ""
            hired = date(2015, 1, 1) + timedelta(days=chance.randrange(3000))
            since = hired + timedelta(days=chance.randrange(1000))
            name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
            stream.write(
                f"E{number:06},{name},person.{number}@larkspur.example,Team {number % 500},{manager},"
                f"software-engineer,L{1 + number % 4},{since},{hired},,{chance.choice(OFFICES)}\n",
            )


# One run ------------------------------------------------------------------------


def run_ours(url: str, path: Path) -> tuple[float, float]:
    """Take the file over as `belay people import` does; return wall and CPU seconds."""
    from app import create_app
    from app.audit.actions import Author
    from app.infra.db import db
    from app.infra.unit_of_work import transaction
    from app.people.actions.importing import apply_plan
    from config import Settings

    settings = Settings(
        database_url=url, data_dir=path.parent, secret_key="only-for-measuring-0123456789-abcdefgh", plain_http=True
    )
    app = create_app(settings)
    with app.app_context():
        db.session.rollback()
        wall, cpu = time.perf_counter(), time.process_time()
        content = path.read_bytes()
        with transaction():
            apply_plan(content, from_on=NOW.date(), by=Author(None, label="cli:bench"), at=NOW, expected_digest=None)
        return time.perf_counter() - wall, time.process_time() - cpu


def run_reference(url: str, path: Path) -> tuple[float, float]:
    """Load the file with the driver alone; return wall and CPU seconds."""
    from benchmarks.people_import_reference import load

    wall, cpu = time.perf_counter(), time.process_time()
    load(url, path)
    return time.perf_counter() - wall, time.process_time() - cpu


RUNS: dict[str, Callable[[str, Path], tuple[float, float]]] = {"belay": run_ours, "reference": run_reference}


# Databases ----------------------------------------------------------------------


def prepare(url: str) -> None:
    """Make the tables and adopt the ladder."""
    from sqlalchemy import create_engine

    from app import create_app
    from app.audit.actions import Author
    from app.cli.shipped import publish_shipped
    from app.infra import schema
    from app.infra.db import db, writing
    from app.infra.unit_of_work import transaction
    from config import Settings

    engine = create_engine(url)
    with writing():
        schema.upgrade(engine)
    engine.dispose()
    settings = Settings(
        database_url=url, data_dir=ROOT, secret_key="only-for-measuring-0123456789-abcdefgh", plain_http=True
    )
    with create_app(settings).app_context():
        with transaction():
            publish_shipped(from_on=date(2015, 1, 1), by=Author(None, label="cli:bench"), at=NOW)
        db.session.remove()
        db.engine.dispose()


@contextmanager
def fresh_databases(folder: Path, *, postgres: bool) -> Iterator[Callable[[], str]]:
    """Hand out a function that returns the address of a new copy of a prepared database."""
    if not postgres:
        template = folder / "template.db"
        prepare(f"sqlite:///{template}")

        def copy_file() -> str:
            target = folder / "round.db"
            for suffix in ("", "-wal", "-shm"):
                target.with_name(target.name + suffix).unlink(missing_ok=True)
            shutil.copyfile(template, target)
            return f"sqlite:///{target}"

        yield copy_file
        return
    from tests.postgres import session_server

    with session_server() as server:
        name, template_name = "belay_bench", "belay_bench_template"
        server.create_database(template_name)
        prepare(server.url(template_name))

        def copy_database() -> str:
            server.drop_database(name)
            server.create_database(name, template=template_name)
            return server.url(name)

        try:
            yield copy_database
        finally:
            server.drop_database(name)
            server.drop_database(template_name)


def measure(which: str, url: str, path: Path) -> dict[str, float]:
    """Run one of the two in a process of its own."""
    command = [sys.executable, __file__, "--run", which, "--url", url, "--file", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        sys.exit(done.stderr)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def main() -> None:
    """Measure both in turns and print the medians and the ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--run", choices=list(RUNS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        wall, cpu = RUNS[given.run](given.url, given.file)
        # What getrusage says here includes the process that started this one.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
        print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak}))
        return
    figures: dict[str, list[dict[str, float]]] = {which: [] for which in RUNS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_file(folder / "people.csv", given.rows)
        with fresh_databases(folder, postgres=given.postgres) as fresh:
            for number in range(1, given.rounds + 1):
                for which, results in figures.items():
                    results.append(measure(which, fresh(), folder / "people.csv"))
                    last = results[-1]
                    print(f"round {number} {which:9} {last['wall']:6.2f} s wall {last['cpu']:6.2f} s CPU", flush=True)
    medians = {
        which: {figure: median(one[figure] for one in results) for figure in ("wall", "cpu", "peak")}
        for which, results in figures.items()
    }
    for which, one in medians.items():
        print(f"{which:9} {one['wall']:.2f} s wall, {one['cpu']:.2f} s CPU, {one['peak']:.0f} MB at the most")
    ours, reference = medians["belay"], medians["reference"]
    print(f"ratio {ours['wall'] / reference['wall']:.2f} wall, {ours['cpu'] / reference['cpu']:.2f} CPU")


if __name__ == "__main__":
    main()
