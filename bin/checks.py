"""Run every check of Belay and say at the end how many passed. Standard library only; bin/test starts it.

All stages run, also after one has failed, so that one run shows everything that is wrong. Nothing passes by being
left out: a stage that finds no tests, a skipped test, a missing browser or a PostgreSQL that does not start is an
error.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import bootstrap

WORKERS = "2"
# What neither opens a database nor asks which one it is: run once, with SQLite.
SAME_ON_BOTH_DATABASES = ("architecture", "domain", "templates", "harness", "journeys", "faults")
# Words and HTML of pages, and the example company: PostgreSQL answers every page of the access matrix and every query
# and action; what a page says of the answer does not depend on it.
PAGES_AND_EXAMPLES = (
    "*/test_*pages.py", "*/test_*page.py", "*/test_pages.py", "*/test_views.py", "*/test_capture.py",
    "*/test_sealed_rows.py", "*/test_blind_rows.py", "*/test_cycle_side_channels.py", "*/test_committee*.py",
    "*/test_packet_*.py", "*/test_calibration.py", "*/test_rehearsal.py", "*/test_random_events.py",
    "access/test_policy_mutants.py", "access/test_side_channels.py",
    "home/test_home.py", "home/test_navigation.py", "home/test_welcome.py", "cli/test_seed*.py",
)  # fmt: skip
LONG_ELSEWHERE = ("tests/promotion/test_random_events.py",)
"""Tests outside `tests/faults` that have a form which takes minutes."""
# What tells within a minute whether a change broke something: the rules, the parts of pages, the foundations.
QUICK = ("domain", "templates", "infra", "audit", "auth")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@dataclass
class Tally:
    """How many tests passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


@dataclass(frozen=True)
class Stage:
    """One check: a headline, the program with its arguments, and what it needs in the environment."""

    title: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    has_tests: bool = False


def program(name: str, *arguments: str) -> list[str]:
    """Return the command line of a program that is installed in .venv."""
    return [str(bootstrap.VENV / "bin" / name), *arguments]


def static_stages() -> list[Stage]:
    """Return the checks that read the code without running it."""
    return [
        Stage("Lint", program("ruff", "check", "--quiet", ".")),
        Stage("Format", program("ruff", "format", "--check", "--quiet", ".")),
        Stage("Types", program("mypy")),
        Stage("Layers", program("lint-imports")),
    ]


def pytest_stage(title: str, database: str, *arguments: str) -> Stage:
    """Return a stage that runs tests on one of the two databases."""
    return Stage(title, program("pytest", "-q", *arguments), {"BELAY_TEST_DATABASE": database}, has_tests=True)


def ignoring(*folders: str) -> list[str]:
    """Return pytest's arguments to leave folders out that another stage runs."""
    return [f"--ignore=tests/{folder}" for folder in folders]


def test_stages(*, quick: bool, long_faults: bool) -> list[Stage]:
    """Return the stages that run tests, in the order from fast to slow."""
    parallel = ["-n", WORKERS]
    plain = [*parallel, "-m", "not browser and not postgres and not long", *ignoring("faults")]
    if quick:
        folders = [f"tests/{folder}" for folder in QUICK]
        return [pytest_stage("Unit tests on SQLite", "sqlite", *plain, *folders)]
    stages = [pytest_stage("Tests on SQLite", "sqlite", *plain)]
    globs = [f"--ignore-glob=tests/{glob}" for glob in PAGES_AND_EXAMPLES]
    on_postgres = [*parallel, "-m", "not browser and not long", *ignoring(*SAME_ON_BOTH_DATABASES), *globs]
    stages.append(pytest_stage("Tests on PostgreSQL", "postgres", *on_postgres))
    stages.append(pytest_stage("Browser journeys on SQLite", "sqlite", *parallel, "-m", "browser"))
    stages.append(pytest_stage("Browser journey on PostgreSQL", "postgres", "-m", "browser and postgres"))
    if (bootstrap.ROOT / "tests" / "faults").is_dir():
        chosen = [] if long_faults else ["-m", "not long"]
        title = "Faults, long version" if long_faults else "Faults"
        folders = ["tests/faults", *(LONG_ELSEWHERE if long_faults else ())]
        stages.append(pytest_stage(title, "sqlite", *chosen, *folders))
    return stages


def find_chromium() -> str:
    """Return the browser for the journeys; install it where that is ours to do, else stop and say what is missing."""
    named = os.environ.get("BELAY_CHROMIUM", "")
    if named:
        if not os.access(named, os.X_OK):
            bootstrap.stop(f"BELAY_CHROMIUM names {named}, which is no program.")
        return named
    found = first_of(CHROMIUM_NAMES)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        bootstrap.say("Installing Chromium for the browser journeys (once).")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)
        found = first_of(CHROMIUM_NAMES)
    if found is None:
        bootstrap.stop(
            "The browser journeys need Chromium and found none.\n"
            "Install it (Debian: apt-get install chromium), or set BELAY_CHROMIUM to the path of one.\n"
            "bin/test --quick runs what needs neither a browser nor PostgreSQL."
        )
    return found


def first_of(names: Sequence[str]) -> str | None:
    """Return the path of the first of these programs that exists."""
    return next((path for path in map(shutil.which, names) if path), None)


def run(stage: Stage, scratch: Path, extra: Sequence[str]) -> Tally:
    """Run a stage, show what it says, and count; a stage that breaks without a count is one failure."""
    bootstrap.say(f"\n── {stage.title} " + "─" * max(0, 76 - len(stage.title)))
    began = time.monotonic()
    report = scratch / f"{time.monotonic_ns()}.xml"
    command = [*stage.command, *([f"--junit-xml={report}", *extra] if stage.has_tests else [])]
    # Settings of a deployment on this machine must not reach the tests.
    kept = {"BELAY_CHROMIUM", "BELAY_TEST_POSTGRES", "BELAY_TEST_POSTGRES_MAJOR"}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BELAY_") or key in kept}
    # Tests show their progress; the other checks have nothing to say unless something is wrong.
    output = None if stage.has_tests else subprocess.PIPE
    done = subprocess.run(
        command, cwd=bootstrap.ROOT, env=environment | stage.environment, stdout=output, text=True, check=False
    )
    if done.returncode != 0 and done.stdout:
        bootstrap.say(done.stdout.rstrip())
    tally = count(report) if stage.has_tests else Tally(failed=int(done.returncode != 0))
    if done.returncode != 0 and not tally.failed:
        tally.failed = 1
        bootstrap.say(f"{stage.title}: ended with status {done.returncode} without a failed test.")
    if tally.skipped:
        tally.failed += 1
        bootstrap.say(f"{stage.title}: {tally.skipped} skipped; a test that cannot run is a fault, not a pass.")
    bootstrap.say(f"{stage.title}: {'failed' if tally.failed else 'passed'} in {time.monotonic() - began:.1f} s")
    return tally


def count(report: Path) -> Tally:
    """Add up a JUnit report; nothing if pytest did not come so far as to write one."""
    tally = Tally()
    if not report.is_file():
        return tally
    for suite in ET.parse(report).iter("testsuite"):  # noqa: S314 - written by our own pytest a moment ago.
        number = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
        failed = number["failures"] + number["errors"]
        tally += Tally(number["tests"] - failed - number["skipped"], failed, number["skipped"])
    return tally


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Read the command line; what stands after -- goes to pytest."""
    at = list(arguments).index("--") if "--" in arguments else len(arguments)
    own, extra = list(arguments[:at]), list(arguments[at + 1 :])
    parser = argparse.ArgumentParser(
        prog="bin/test", description="Install the test requirements and run every check of Belay."
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--quick", action="store_true", help="lint, types and unit tests: within a minute")
    choice.add_argument("--faults", action="store_true", help="everything, with the long fault tests")
    parser.epilog = "Arguments after -- go to pytest: bin/test --quick -- -k readiness -x"
    return parser.parse_args(own), extra


def main(arguments: Sequence[str]) -> int:
    """Run the stages asked for and return the exit status: 0 all passed, 1 something failed, 2 cannot start."""
    options, extra = parse(arguments)
    began = time.monotonic()
    bootstrap.prepare(bootstrap.TEST_LOCK)
    if not options.quick:
        os.environ["BELAY_CHROMIUM"] = find_chromium()
    stages = static_stages() + test_stages(quick=options.quick, long_faults=options.faults)
    total = Tally()
    failing = []
    with tempfile.TemporaryDirectory(prefix="belay-test-") as scratch:
        for stage in stages:
            tally = run(stage, Path(scratch), extra)
            total += tally
            if tally.failed:
                failing.append(stage.title)
    bootstrap.say(f"\n{len(stages)} stages in {time.monotonic() - began:.0f} s")
    if failing:
        bootstrap.say(f"Failed: {', '.join(failing)}")
    bootstrap.say(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        bootstrap.stop("Stopped before the end.", 130)
