"""Rules about Python sources. Each takes a syntax tree and returns its faults as “line: what is wrong”.

They look at the tree and not at the text, so that a comment may name what the code must not use.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

DATABASE_NAMES = frozenset({"select", "session", "commit"})
CLOCK_OWNERS = frozenset({"datetime", "date", "func"})
CLOCK_READINGS = frozenset({"now", "today", "utcnow", "current_date", "current_time", "current_timestamp"})
TIME_READINGS = frozenset({"time", "time_ns", "localtime", "gmtime"})
WORLD_MODULES = frozenset(
    {"io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3", "subprocess", "time"}
)
# Where the sum is done better by them; see architecture.md, section 3.
NUMERIC_LIBRARIES = frozenset({"krippendorff", "numpy", "scipy"})
VAGUE_NAMES = frozenset({"common", "helper", "helpers", "misc", "service", "services", "util", "utils"})
WAYS_OUT = frozenset({"importorskip", "skip", "skipif", "xfail"})


def database_in_view(tree: ast.AST) -> list[str]:
    """A view speaks HTTP only: it names neither `select` nor `session` nor `commit`."""
    return [f"{line}: {name}" for line, name in identifiers(tree) if name in DATABASE_NAMES]


def commits(tree: ast.AST) -> list[str]:
    """Only the unit of work ends a transaction."""
    return [
        f"{node.lineno}: commit()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def clock_readings(tree: ast.AST) -> list[str]:
    """Time is an argument, or comes from `app.infra.clock`, which tests can set."""
    faults = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = last_name(node.value)
            if (owner in CLOCK_OWNERS and node.attr in CLOCK_READINGS) or (
                owner == "time" and node.attr in TIME_READINGS
            ):
                faults.append(f"{node.lineno}: {owner}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            faults += [f"{node.lineno}: time.{name.name}" for name in node.names if name.name in TIME_READINGS]
    return faults


def markup_calls(tree: ast.AST) -> list[str]:
    """Text becomes HTML only in templates; `Markup` switches the escaping off."""
    return [
        f"{node.lineno}: Markup"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and last_name(node.func) == "Markup"
    ]


def impurities(tree: ast.AST) -> list[str]:
    """The domain is values and rules: the standard library without files, clock, chance or log, and sums."""
    faults = []
    for line, module in imported_modules(tree):
        top = module.partition(".")[0]
        is_own = module == "app.domain" or module.startswith("app.domain.")
        is_pure = top in sys.stdlib_module_names and top not in WORLD_MODULES
        if not (is_own or is_pure or top in NUMERIC_LIBRARIES):
            faults.append(f"{line}: {module}")
    return faults


def imports_of_app(tree: ast.AST) -> list[str]:
    """A migration must work for ever, so it may not use code that changes."""
    return [f"{line}: {module}" for line, module in imported_modules(tree) if module.partition(".")[0] == "app"]


def imports_of_factory(tree: ast.AST) -> list[str]:
    """`from app import feature` imports the factory, and with it every feature; name the module in full."""
    return [
        f"{node.lineno}: from app import {', '.join(name.name for name in node.names)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "app" and node.level == 0
    ]


def ways_out(tree: ast.AST) -> list[str]:
    """A test holds or fails: none is skipped, expected to fail, or waits for the machine."""
    faults = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = last_name(node.value)
            if owner in {"pytest", "mark", "unittest"} and node.attr in WAYS_OUT:
                faults.append(f"{node.lineno}: {owner}.{node.attr}")
            if owner == "time" and node.attr == "sleep":
                faults.append(f"{node.lineno}: time.sleep")
    return faults


def says_nothing(tree: ast.Module) -> bool:
    """Return whether a package lacks the sentence that says what it is, owns and may use."""
    return len((ast.get_docstring(tree) or "").split()) < 5


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give every name that the code uses: variables, attributes, imports, arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.ImportFrom | ast.Import):
            for name in node.names:
                yield node.lineno, name.asname or name.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def imported_modules(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give every module that the code imports; relative imports count as the package's own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or ""


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
