"""The rules of the sources hold everywhere. Each rule is first shown to find a planted fault."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.architecture import python_rules, text_rules
from tests.architecture.tree import ROOT, files_in, name_of, packages, text_files, tracked_files, unpacked_files

LONGEST_MODULE = 500
UNIT_OF_WORK = "app/infra/unit_of_work.py"
CLOCK = "app/infra/clock.py"
# Who may switch the escaping off, and why. An entry that is no longer needed fails the test.
UNESCAPED_WITH_REASON = {
    "app/infra/full_text.py": "Every word goes through `escape` or `format`; only the tag of a hit is ours.",
    "app/infra/markdown.py": "nh3 has just cleaned the text against a list of allowed tags.",
    "app/infra/templating.py": "Wraps words that escape() has escaped in <mark>.",
    "templates/components/status_mark.html": "The shapes are constants of the same file.",
}
# What in the tests may wait, and why.
TEST_WAITS_WITH_REASON = {
    "tests/postgres.py": "Waits for a server to answer, with an end.",
}


def python_faults(rule: Callable[[ast.Module], list[str]], paths: list[Path]) -> list[str]:
    """Apply a rule about Python to files and return its faults with their places."""
    return [f"{name_of(path)}:{fault}" for path in paths for fault in rule(ast.parse(path.read_text(encoding="utf-8")))]


def text_faults(rule: Callable[[str], list[str]], paths: list[Path]) -> list[str]:
    """Apply a rule about text to files and return its faults with their places."""
    return [f"{name_of(path)}:{fault}" for path in paths for fault in rule(path.read_text(encoding="utf-8"))]


def view_files() -> list[Path]:
    return [path for path in files_in("app", suffix=".py") if path.stem == "views" or path.parent.name == "views"]


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (
            python_rules.database_in_view,
            "from sqlalchemy import select\nselect(1)\ndb.session.get(1)\nuow.commit()\n",
            "# select, session, commit\nreturn_selected = queries.list_sessions('commit')\n",
        ),
        (python_rules.commits, "session.commit()\n", "commit()\nunit.committed()\n"),
        (
            python_rules.clock_readings,
            "import datetime as dt\ndt.datetime.now()\ndate.today()\ntime.time()\nfunc.now()\nfrom time import time\n",
            "clock.now()\nclock.today()\ntime.monotonic()\ndatetime.fromisoformat(text)\n",
        ),
        (python_rules.markup_calls, "markupsafe.Markup(name)\nMarkup('<b>')\n", "def show() -> Markup: ...\n"),
        (
            python_rules.impurities,
            "import flask\nfrom sqlalchemy import orm\nimport logging\nfrom app.infra import clock\n",
            "from dataclasses import dataclass\nfrom app.domain.errors import DomainError\nimport scipy.stats\n",
        ),
        (
            python_rules.imports_of_app,
            "from app.people.models import Person\nimport app\n",
            "import sqlalchemy as sa\n",
        ),
        (python_rules.imports_of_factory, "from app import people\n", "from app.people import queries\n"),
        (
            python_rules.ways_out,
            "@pytest.mark.skip\ndef test(): pytest.xfail('later')\ntime.sleep(1)\npytest.importorskip('x')\n",
            "@pytest.mark.parametrize('skip', [1])\ndef test(skip): ...\n",
        ),
    ],
)
def test_each_python_rule_finds_every_planted_fault_and_nothing_else(rule, bad, good):
    planted = {number for number, line in enumerate(bad.splitlines(), 1) if not line.startswith(("import datetime",))}

    assert {int(fault.partition(":")[0]) for fault in rule(ast.parse(bad))} >= planted
    assert rule(ast.parse(good)) == []


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (
            text_rules.inline_code,
            '<p style="color: red">\n<style>\n<script>\n<a onclick="x()">\n<a href="javascript:x">\n',
            '{% macro day(on, style=\'long\') %}\n<script src="/a.js"></script>\n<p class="on">{# style= #}</p>\n',
        ),
        (
            text_rules.unescaped,
            "{{ x|safe }}\n{{ x | safe }}\n{% autoescape false %}\n",
            "{{ safe }} {{ x | safer }}\n",
        ),
        (text_rules.unfinished, "# TODO later\nFIXME\n", "todo list, METHODOLOGY\n"),
        (
            text_rules.registry_addresses,
            "https://pypi.org/simple\n--index-url x\nhttps://cdn.jsdelivr.net/x\nbelay @ file:///x\n",
            "pip install --require-hashes\nhttps://belay.example\nfile:///etc/passwd\n",
        ),
        (
            lambda text: text_rules.machine_paths(text, Path("/builds/belay/checkout")),
            "/root/.pyenv/x\nsee /home/anna/belay\n/builds/belay/checkout/app\n/builds/belay/checkout\n",
            'href="/home"\n/people/root/x\n/builds/belay/checkouts\nhttps://x.example/home/y/\n',
        ),
        (
            lambda text: text_rules.unknown_expectations(text, {"swe.coach-juniors"}),
            "swe.coach-seniors\n'sup.made-up'\n",
            '"swe.coach-juniors" swe.a sup.b2 answer.swe.xyz\n',
        ),
    ],
)
def test_each_text_rule_finds_every_planted_fault_and_nothing_else(rule, bad, good):
    assert [int(fault.partition(":")[0]) for fault in rule(bad)] == list(range(1, bad.count("\n") + 1))
    assert rule(good) == []


def test_the_rules_look_at_files_that_are_there():
    assert len(view_files()) >= 5
    assert len(packages()) >= 8
    assert len(files_in("app", suffix=".py")) >= 40
    assert len(files_in("templates", suffix=".html")) >= 30
    assert len(text_files()) >= 100


def test_an_archive_without_a_repository_holds_the_same_files():
    assert set(unpacked_files()) >= set(tracked_files())
    assert not [path for path in unpacked_files() if ".venv" in path.parts or "__pycache__" in path.parts]


def test_every_lint_rule_that_is_off_gives_its_reason():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text.partition("[tool.ruff.lint]")[2].partition("[tool.ruff.lint.flake8-annotations]")[0]
    ignores = re.findall(r'^    "[A-Z]+\d*".*$', section, re.MULTILINE)

    assert len(ignores) > 20
    assert [line for line in ignores if not re.search(r"#.*\w{3,}.*\.$", line)] == []


def test_views_speak_http_only():
    assert python_faults(python_rules.database_in_view, view_files()) == []


def test_only_the_unit_of_work_commits_and_does_so_twice():
    faults = python_faults(python_rules.commits, files_in("app", "config.py", suffix=".py"))

    assert [fault.partition(":")[0] for fault in faults] == [UNIT_OF_WORK, UNIT_OF_WORK]


def test_only_the_clock_reads_the_clock():
    readers = [path for path in files_in("app", "config.py", suffix=".py") if name_of(path) != CLOCK]

    assert python_faults(python_rules.clock_readings, readers) == []


def test_the_domain_is_values_and_rules():
    assert python_faults(python_rules.impurities, files_in("app/domain", suffix=".py")) == []


def test_migrations_use_nothing_of_the_application():
    assert python_faults(python_rules.imports_of_app, files_in("migrations/versions", suffix=".py")) == []


def test_no_module_imports_the_factory_to_reach_a_feature():
    below_the_factory = [path for path in files_in("app", suffix=".py") if "app/cli/" not in name_of(path)]
    features = [path for path in below_the_factory if name_of(path) != "app/__init__.py"]

    assert python_faults(python_rules.imports_of_factory, features) == []


def test_escaping_is_switched_off_only_with_a_reason():
    faults = python_faults(python_rules.markup_calls, files_in("app", suffix=".py"))
    faults += text_faults(text_rules.unescaped, files_in("templates", suffix=".html"))

    assert {fault.partition(":")[0] for fault in faults} == set(UNESCAPED_WITH_REASON)


def test_templates_hold_no_inline_style_or_script():
    assert text_faults(text_rules.inline_code, files_in("templates", suffix=".html")) == []


def test_no_module_has_grown_too_long_to_read():
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in files_in("app", "bin", suffix=".py")}

    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_package_says_what_it_is():
    silent = [
        name_of(package)
        for package in packages()
        if python_rules.says_nothing(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    ]

    assert python_rules.says_nothing(ast.parse('"""People."""'))
    assert silent == []


def test_no_name_of_a_module_is_vague():
    parts = {part for path in files_in("app", "tests", suffix=".py") for part in (path.parent.name, path.stem)}

    assert parts & python_rules.VAGUE_NAMES == set()


def test_every_expectation_that_code_or_a_test_names_is_in_a_ladder():
    known = set()
    for path in files_in("ladders", suffix=".yaml"):
        known |= text_rules.defined_ids(YAML(typ="safe").load(path))
    users = [path for path in text_files() if name_of(path).startswith(("app/", "tests/", "templates/"))]

    assert text_rules.defined_ids({"a": [{"id": "swe.x", "b": {"id": "swe.y"}}]}) == {"swe.x", "swe.y"}
    assert text_faults(lambda text: text_rules.unknown_expectations(text, known), users) == []


def test_nothing_is_left_unfinished_in_the_tree():
    assert text_faults(text_rules.unfinished, text_files()) == []


def test_no_file_names_a_package_registry():
    assert text_faults(text_rules.registry_addresses, text_files()) == []


def test_no_file_knows_a_machine():
    assert text_faults(lambda text: text_rules.machine_paths(text, ROOT), text_files()) == []


def test_no_test_is_skipped_or_waits():
    tests = [path for path in files_in("tests", suffix=".py") if name_of(path) not in TEST_WAITS_WITH_REASON]

    assert python_faults(python_rules.ways_out, tests) == []


def test_tests_that_need_postgresql_are_where_the_postgresql_stage_looks():
    elsewhere = [
        name_of(path)
        for path in files_in("tests/domain", "tests/templates", suffix=".py")
        if "mark.postgres" in path.read_text(encoding="utf-8")
    ]

    assert elsewhere == []
