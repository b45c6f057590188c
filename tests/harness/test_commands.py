"""The newcomer's commands: they find Python, install what is locked once, and count every test."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, settings

REPORT = """<testsuites><testsuite tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"/>
</testsuites>"""


@pytest.fixture(scope="module")
def commands():
    """The modules of bin, which is no package: its files are started by path."""
    sys.path.insert(0, str(ROOT / "bin"))
    loaded = {name: importlib.import_module(name) for name in ("bootstrap", "checks")}
    sys.path.remove(str(ROOT / "bin"))
    return loaded


@pytest.fixture
def checks(commands):
    return commands["checks"]


@pytest.fixture
def bootstrap(commands, monkeypatch, tmp_path):
    """The bootstrap on a checkout and an environment of its own, which notes what it would install."""
    module = commands["bootstrap"]
    for name in ("requirements.txt", "requirements-test.txt", "pyproject.toml"):
        (tmp_path / name).write_text(f"{name}==1\n")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "belay.json")
    monkeypatch.setattr(module, "venv_works", lambda: True)
    module.done = []
    monkeypatch.setattr(module, "run_pip", lambda arguments, what, count=0: module.done.append(arguments[-1]))
    return module


def locked_names(name):
    return set(re.findall(r"^([a-z0-9][\w.-]*)==", (ROOT / name).read_text(), re.MULTILINE))


def stage_that(checks, body, tmp_path):
    script = tmp_path / "stage.py"
    script.write_text(f"import sys\nreport = sys.argv[1].partition('=')[2]\n{body}\n")
    return checks.Stage("A stage", [sys.executable, str(script)], has_tests=True)


@pytest.mark.parametrize(
    ("numbers", "status", "expected"),
    [
        ((5, 0, 0, 0), 0, (5, 0)),
        ((5, 1, 1, 0), 1, (3, 2)),
        ((5, 0, 0, 2), 0, (3, 1)),
        ((0, 0, 0, 0), 5, (0, 1)),
        (None, 3, (0, 1)),
    ],
    ids=["all pass", "failure and error", "a skip is a fault", "no tests is a fault", "no report is a fault"],
)
def test_a_stage_counts_what_pytest_reports_and_takes_silence_for_a_fault(
    checks, tmp_path, capsys, numbers, status, expected
):
    text = numbers and REPORT.format(tests=numbers[0], failures=numbers[1], errors=numbers[2], skipped=numbers[3])
    body = f"text = {text!r}\nif text:\n    open(report, 'w').write(text)\nsys.exit({status})"

    tally = checks.run(stage_that(checks, body, tmp_path), tmp_path, [])

    assert (tally.passed, tally.failed) == expected


def test_settings_of_a_deployment_do_not_reach_the_tests(checks, tmp_path, monkeypatch):
    monkeypatch.setenv("BELAY_DATABASE_URL", "postgresql://production/belay")
    seen = tmp_path / "seen"
    body = f"import os\nopen({str(seen)!r}, 'w').write(' '.join(sorted(os.environ)))"

    checks.run(stage_that(checks, body, tmp_path), tmp_path, [])

    assert "BELAY_DATABASE_URL" not in seen.read_text()


def test_every_stage_runs_unless_quick_is_asked_for(checks):
    titles = [stage.title for stage in checks.test_stages(quick=False, long_faults=False)]

    assert titles[:4] == [
        "Tests on SQLite",
        "Tests on PostgreSQL",
        "Browser journeys on SQLite",
        "Browser journey on PostgreSQL",
    ]
    assert [stage.title for stage in checks.test_stages(quick=True, long_faults=False)] == ["Unit tests on SQLite"]


def test_arguments_after_dashes_go_to_pytest(checks):
    options, extra = checks.parse(["--quick", "--", "-k", "readiness", "--", "x"])

    assert (options.quick, extra) == (True, ["-k", "readiness", "--", "x"])


def test_a_missing_browser_stops_the_tests_and_says_what_to_install(checks, monkeypatch, capsys):
    monkeypatch.delenv("BELAY_CHROMIUM", raising=False)
    monkeypatch.setattr(checks.shutil, "which", lambda name: None)

    with pytest.raises(SystemExit) as ended:
        checks.find_chromium()

    assert ended.value.code == 2
    assert "apt-get install chromium" in capsys.readouterr().err


def test_a_browser_that_is_named_must_be_there(checks, monkeypatch, tmp_path):
    monkeypatch.setenv("BELAY_CHROMIUM", str(tmp_path / "missing"))

    with pytest.raises(SystemExit):
        checks.find_chromium()


def test_requirements_are_installed_once(bootstrap):
    bootstrap.prepare("requirements-test.txt")
    first, bootstrap.done = bootstrap.done, []
    bootstrap.prepare("requirements-test.txt")

    assert first == [str(bootstrap.ROOT / "requirements-test.txt"), str(bootstrap.ROOT)]
    assert bootstrap.done == []


def test_the_demo_uses_what_the_tests_installed(bootstrap):
    bootstrap.prepare("requirements-test.txt")
    bootstrap.done = []
    bootstrap.prepare("requirements.txt")

    assert bootstrap.done == []


def test_the_tests_install_what_the_demo_did_not_need(bootstrap):
    bootstrap.prepare("requirements.txt")
    bootstrap.done = []
    bootstrap.prepare("requirements-test.txt")

    assert str(bootstrap.ROOT / "requirements-test.txt") in bootstrap.done


def test_a_changed_lock_is_installed(bootstrap):
    bootstrap.prepare("requirements.txt")
    bootstrap.done = []
    (bootstrap.ROOT / "requirements.txt").write_text("flask==4\n")
    bootstrap.prepare("requirements.txt")

    assert str(bootstrap.ROOT / "requirements.txt") in bootstrap.done


def test_an_installation_that_broke_off_is_begun_again(bootstrap, monkeypatch):
    def break_off(arguments, what, count=0):
        raise SystemExit(2)

    bootstrap.prepare("requirements.txt")
    (bootstrap.ROOT / "requirements.txt").write_text("flask==4\n")
    monkeypatch.setattr(bootstrap, "run_pip", break_off)
    with pytest.raises(SystemExit):
        bootstrap.prepare("requirements.txt")

    assert bootstrap.installed() == {}


def test_a_machine_without_python_is_told_what_it_needs(tmp_path):
    """A copy, so that it has no .venv beside it, and a path on which only the shell's own tools are."""
    copy = tmp_path / "bin" / "find-python"
    copy.parent.mkdir()
    copy.write_text((ROOT / "bin" / "find-python").read_text())
    old = tmp_path / "old"
    old.mkdir()
    for name, text in (("python3", "exit 1"), ("dirname", f'echo "{copy.parent}"')):
        (old / name).write_text(f"#!/bin/sh\n{text}\n")
        (old / name).chmod(0o755)

    done = subprocess.run(["/bin/sh", copy], env={"PATH": str(old)}, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "Belay needs Python 3.11 or newer" in done.stderr


def test_find_python_names_one_that_is_new_enough():
    found = subprocess.run([ROOT / "bin" / "find-python"], capture_output=True, text=True, check=True).stdout.strip()
    check = "import sys; print(sys.version_info >= (3, 11))"

    assert subprocess.run([found, "-c", check], capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.parametrize("name", ["bin/demo", "bin/test", "bin/lock", "bin/find-python", ".ci/run"])
def test_commands_may_be_executed(name):
    assert os.access(ROOT / name, os.X_OK)


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-test.txt"])
def test_every_locked_package_has_its_hashes(lock):
    blocks = re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text(), flags=re.MULTILINE)
    packages = [block for block in blocks if "==" in block]

    assert len(packages) > 20
    assert [block.split()[0] for block in packages if "--hash=sha256:" not in block] == []


def test_the_lock_holds_what_is_asked_for_and_the_tests_run_on_the_same_versions():
    asked = {
        re.match(r"[\w.-]+", line)[0].lower().replace(".", "-")
        for name in ("requirements.in", "requirements-test.in")
        for line in (ROOT / name).read_text().splitlines()
        if line[:1].isalpha()
    }
    runtime = set(re.findall(r"^[a-z0-9][\w.-]*==\S+", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    tests = set(re.findall(r"^[a-z0-9][\w.-]*==\S+", (ROOT / "requirements-test.txt").read_text(), re.MULTILINE))

    assert asked <= locked_names("requirements-test.txt")
    assert runtime <= tests


def test_pyproject_asks_for_the_packages_that_are_locked():
    asked = {re.match(r"[\w.-]+", line)[0] for line in settings()["project"]["dependencies"]}
    listed = {
        re.match(r"[\w.-]+", line)[0]
        for line in Path(ROOT / "requirements.in").read_text().splitlines()
        if line[:1].isalpha()
    }

    # setuptools and wheel install Belay itself; they are not what it runs on.
    assert asked == listed - {"setuptools", "wheel"}
