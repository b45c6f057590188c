"""The files of the checkout that the rules are applied to."""

from __future__ import annotations

import subprocess
import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# The rules and their planted faults name what they forbid.
THESE_RULES = ROOT / "tests" / "architecture"


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return every file that is in the repository or about to be: not ignored, not deleted."""
    if not (ROOT / ".git").exists():
        return tuple(unpacked_files())
    listed = subprocess.run(
        # A checkout may belong to somebody else, as it does in many a container of continuous integration.
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name]
    return tuple(path for path in files if path.is_file() and THESE_RULES not in path.parents)


def unpacked_files() -> list[Path]:
    """Return the files of a source archive, which has no repository: all but what .gitignore names."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines() if line]
    return [
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file()
        and THESE_RULES not in path.parents
        and not any(fnmatch(part, pattern) for part in path.relative_to(ROOT).parts for pattern in ignored)
    ]


def files_in(*folders: str, suffix: str) -> list[Path]:
    """Return the tracked files below some folders, or the named files themselves, with a suffix."""
    wanted = [ROOT / folder for folder in folders]
    return [
        path
        for path in tracked_files()
        if path.suffix == suffix and any(path == place or place in path.parents for place in wanted)
    ]


def text_files() -> list[Path]:
    """Return the tracked files that hold text."""
    return [path for path in tracked_files() if b"\0" not in path.read_bytes()[:8192]]


def name_of(path: Path) -> str:
    """Return a path as it is written in messages and allow lists."""
    return path.relative_to(ROOT).as_posix()


def packages() -> list[Path]:
    """Return the folders of `app` that are packages of their own, one level down."""
    return sorted(
        path.parent
        for path in files_in("app", suffix=".py")
        if path.name == "__init__.py" and path.parent.parent == ROOT / "app"
    )


@cache
def settings() -> dict[str, object]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
