"""The layers of the drawing are those of the code; the contracts are in pyproject.toml, [tool.importlinter]."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, packages, settings

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
PURE = "The domain is pure"
DOWNWARDS = "Features depend downwards only"
INSIDE = "Inside a feature: views over forms over actions over queries over models"
HTTP = "Only views, forms and the access guard know HTTP"
# A tree as small as can be that keeps every contract.
SKELETON = (
    "domain/ladder",
    "infra/db",
    "access/policy",
    "access/relations",
    "access/predicates",
    "audit/models",
    "people/models",
    "people/queries",
    "people/actions",
    "people/forms",
    "people/views",
    "mentoring/actions",
    "promotion/queries",
)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter with the contracts of this checkout on a tree."""
    command = [LINT_IMPORTS, "--no-cache", "--config", ROOT / "pyproject.toml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def broken_contracts(said: str) -> list[str]:
    return re.findall(r"^(.+) BROKEN$", said, re.MULTILINE)


@pytest.fixture
def skeleton(tmp_path):
    for module in SKELETON:
        path = tmp_path / "app" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        (path.parent / "__init__.py").touch()
    (tmp_path / "app" / "__init__.py").touch()
    return tmp_path


def test_the_contracts_hold():
    done = lint(ROOT)

    assert broken_contracts(done.stdout) == [], done.stdout
    assert done.returncode == 0, done.stdout + done.stderr
    for contract in (PURE, DOWNWARDS, INSIDE, HTTP):
        assert f"{contract} KEPT" in done.stdout


def test_the_contracts_hold_on_the_skeleton(skeleton):
    done = lint(skeleton)

    assert (done.returncode, broken_contracts(done.stdout)) == (0, []), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("domain/ladder", "import sqlalchemy", PURE),
        ("domain/ladder", "import config", PURE),
        ("infra/db", "from app.people import models", DOWNWARDS),
        ("promotion/queries", "from app.mentoring import actions", DOWNWARDS),
        ("people/models", "from app.people import views", INSIDE),
        ("people/queries", "from app.people import actions", INSIDE),
        ("people/actions", "import flask", HTTP),
        ("access/policy", "import werkzeug", HTTP),
    ],
)
def test_a_planted_import_breaks_its_contract(skeleton, module, line, contract):
    (skeleton / "app" / f"{module}.py").write_text(f"{line}\n")
    done = lint(skeleton)

    assert done.returncode == 1, done.stdout + done.stderr
    assert contract in broken_contracts(done.stdout)


def test_a_package_without_a_place_in_the_order_breaks_the_contract(skeleton):
    package = skeleton / "app" / "payroll"
    package.mkdir()
    (package / "__init__.py").touch()

    assert broken_contracts(lint(skeleton).stdout) == [DOWNWARDS]


def test_every_package_has_a_place_in_the_order():
    contracts = {contract["name"]: contract for contract in settings()["tool"]["importlinter"]["contracts"]}
    order = {name for layer in contracts[DOWNWARDS]["layers"] for name in re.findall(r"\w+", layer)}

    assert {package.name for package in packages()} <= order
    # The order inside a feature covers whatever is below app; no feature can be forgotten.
    assert contracts[INSIDE]["containers"] == ["app.*"]
