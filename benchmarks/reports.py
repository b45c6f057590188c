"""Every report, found and written as CSV and XLSX, beside the rows it rests on taken straight from the database driver.

    python benchmarks/reports.py [--people 10000] [--postgres] [--only headcount] [--over-http]

Each report runs in a process of its own on one database. `find` is what a page waits for, in a process that has found
the report once before; the files hold the same rows as the page. `--over-http` fetches the CSV of `progression` from
the application through a socket, beside `sqlite3 -csv` or COPY with the statement of the reference. The company is
that of `reports_company.py`; its standings are computed before the clock runs.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
SMALLEST_GROUP = 5
STARTS_WITHIN = 60
REASON = "Measuring how long this takes."


def application(url: str) -> Any:
    """Return the application on a database."""
    from app import create_app
    from config import Settings

    return create_app(
        Settings(
            database_url=url,
            data_dir=Path(tempfile.mkdtemp(prefix="belay-bench-")),
            secret_key="only-for-measuring-0123456789-abcdefgh",
            plain_http=True,
            password_cost=1,
        )
    )


def peak() -> float:
    """Return the most memory that this process has held, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("This machine does not say how much memory a process holds.")


# One run ------------------------------------------------------------------------


def run_prepare(url: str, _: str) -> dict[str, Any]:
    """Compute everybody's standing, as the worker has done long before anybody opens a report."""
    from app.assessment.actions.standing import recompute_all
    from app.audit.actions import Author
    from app.infra.clock import clock

    with application(url).app_context(), clock.standing_at(NOW):
        found = recompute_all(NOW.date(), lambda *_: None, by=Author(None, label="cli:bench"), at=NOW)
    return {"people": found.people}


def run_report(url: str, name: str) -> dict[str, Any]:
    """Find a report as the command line does, and write it as CSV and as XLSX."""
    from app.infra.clock import clock
    from app.infra.db import db
    from app.reports.catalogue import REPORTS
    from app.reports.criteria import PERSON, Viewer, read_criteria
    from app.reports.files import csv_chunks, write_xlsx
    from app.reports.files.manifest import manifest_of
    from app.reports.findings import Findings

    with application(url).app_context(), clock.standing_at(NOW), tempfile.TemporaryDirectory() as folder:
        definition = REPORTS[name]
        given = {"as_of": "2026-09-30"} if definition.only_quarter_ends else {}
        if PERSON in definition.takes:
            given[PERSON] = _somebody()
        criteria = read_criteria(given, definition.takes, viewer=Viewer(None), today=NOW.date(), k=SMALLEST_GROUP)
        manifest = manifest_of(name, definition.title, criteria, taken_by="cli:bench", at=NOW)

        def find() -> Findings:
            db.session.rollback()
            found = definition.find(criteria)
            if found.tables:
                # A page shows the first rows.
                found.main.rows.window(0, 50)
            return found

        measured: dict[str, Any] = {"start": peak()}
        find()
        measured["find"], found = _timed(find)
        measured["peak find"] = peak()
        rows = sum(table.rows.count() for table in found.tables)
        if found.tables:
            measured["csv"], _ = _timed(lambda: sum(map(len, csv_chunks(found, manifest, found.main))))
            measured["peak csv"] = peak()
            measured["xlsx"], _ = _timed(lambda: write_xlsx(found, manifest, Path(folder) / "report.xlsx"))
            measured["peak xlsx"] = peak()
        return {**measured, "rows": rows, "main": found.main.rows.count() if found.tables else 0, "said": found.answer}


def _somebody() -> str:
    from sqlalchemy import select

    from app.infra.db import db
    from app.people.models import Person

    return str(db.session.scalars(select(Person.id).order_by(Person.sort_name).limit(1)).one())


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = act()
    return time.perf_counter() - began, done


def run_reference(url: str, name: str) -> dict[str, Any]:
    """Take what the report rests on from the driver."""
    from benchmarks.reports_reference import read

    before = peak()
    return {**read(url, name), "start": before, "peak": peak()}


def run_http(url: str, _: str) -> dict[str, Any]:
    """Fetch the CSV of `progression` through a socket from the production server, as HR does after asking for it."""
    import http.client
    import os
    import signal

    from app.cli.serve import run

    app = application(url)
    with app.app_context():
        cookie, address = _asked(app)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = os.fork()
    if not own:
        os.setsid()
        run(app, host="127.0.0.1", port=port, workers=1)
        os._exit(0)
    try:
        _until_open(port)
        began = time.perf_counter()
        with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            connection.request("GET", address, headers={"Cookie": cookie, "Host": "localhost"})
            answer = connection.getresponse()
            size = lines = 0
            first = 0.0
            while chunk := answer.read1(1 << 16):
                first = first or time.perf_counter() - began
                size, lines = size + len(chunk), lines + chunk.count(b"\n")
        wall = time.perf_counter() - began
    finally:
        os.killpg(own, signal.SIGTERM)
        os.waitpid(own, 0)
    return {"status": answer.status, "wall": wall, "first": first, "rows": lines, "bytes": size}


def _until_open(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        with closing(socket.socket()) as asking:
            if not asking.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise RuntimeError("The server does not start.")


def _asked(app: Any) -> tuple[str, str]:
    """Sign HR in, ask for the file, and return the cookie and the address of the file."""
    from app.access.actor import Role
    from tests.client import Client
    from tests.factories.people import PASSWORD, make_person

    hr = make_person("Head of People", roles=(Role.HR,), password=PASSWORD)
    client = Client(app, hr)
    asking = client.get("/reports/progression/take?format=csv")
    answer = client.send(asking.form("/reports/progression/take"), reason=REASON)
    cookie = client.http.get_cookie("session")
    if cookie is None:
        raise RuntimeError("Nobody is signed in.")
    return f"session={cookie.value}", answer.location or ""


def run_database(url: str, _: str) -> dict[str, Any]:
    """Let the database's own program write the same people as CSV."""
    from benchmarks.reports_reference import PROGRESSION, connect

    began = time.perf_counter()
    if url.startswith("sqlite"):
        command = ["sqlite3", "-csv", url.removeprefix("sqlite:///"), PROGRESSION]
        lines = subprocess.run(command, capture_output=True, check=True).stdout.count(b"\n")
    else:
        with connect(url).cursor().copy(f"COPY ({PROGRESSION}) TO STDOUT WITH (FORMAT csv)") as copy:
            lines = sum(bytes(chunk).count(b"\n") for chunk in copy)
    return {"wall": time.perf_counter() - began, "rows": lines}


RUNS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "prepare": run_prepare,
    "report": run_report,
    "reference": run_reference,
    "http": run_http,
    "database": run_database,
}


# All of them ----------------------------------------------------------------------


def measure(which: str, url: str, name: str = "") -> dict[str, Any]:
    """Run one thing in a process of its own."""
    command = [sys.executable, __file__, "--run", which, "--url", url, "--report", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["without a word"])[-1]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def show(name: str, ours: dict[str, Any], reference: dict[str, Any]) -> None:
    """Print one report beside its reference."""
    if failed := ours.get("failed") or reference.get("failed"):
        print(f"{name:17} failed: {failed}", flush=True)
        return
    words = [f"{name:17} {ours['rows']:7} rows  find {ours['find']:6.2f} s {ours['peak find'] - ours['start']:4.0f} MB"]
    for kind, rows in (("csv", ours["main"]), ("xlsx", ours["rows"])):
        if kind in ours:
            speed = rows / ours[kind] if ours[kind] else 0
            words.append(f"{kind} {ours[kind]:6.2f} s {speed:7.0f}/s {ours[f'peak {kind}'] - ours['start']:4.0f} MB")
    words.append(f"driver {reference['rows']:7} rows {reference['read']:5.2f} s, as CSV {reference['csv']:5.2f} s "
                 f"{reference['peak'] - reference['start']:4.0f} MB")  # fmt: skip
    print("  ".join(words), flush=True)


def main() -> None:
    """Measure every report and print a line for each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--over-http", action="store_true")
    parser.add_argument("--run", choices=list(RUNS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--report", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        print(json.dumps(RUNS[given.run](given.url, given.report)))
        return
    from app.reports.catalogue import REPORTS
    from benchmarks.people_import import fresh_databases
    from benchmarks.reports_company import fill

    with tempfile.TemporaryDirectory() as folder, fresh_databases(Path(folder), postgres=given.postgres) as fresh:
        url = fresh()
        rows = fill(url, given.people)
        print(f"{given.people} people, {rows} rows of what holds for a time", flush=True)
        if not given.only or {"progression", "readiness"} & set(given.only):
            print("standings", measure("prepare", url), flush=True)
        for name in given.only or REPORTS:
            show(name, measure("report", url, name), measure("reference", url, name))
        if given.over_http:
            print("the database's own program", measure("database", url))
            print("progression as CSV over HTTP", measure("http", url))


if __name__ == "__main__":
    main()
