"""Make the environment in .venv that Belay runs and is tested in. Standard library only: nothing is installed yet.

`bin/demo`, `bin/test` and `bin/lock` share it. What has been installed is written into .venv/belay.json as hashes of
the lock files, so that a second start costs nothing and a changed lock is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "belay.json"
RUNTIME_LOCK = "requirements.txt"
TEST_LOCK = "requirements-test.txt"
OLDEST_PYTHON = (3, 11)


def say(text: str) -> None:
    """Tell the person what happens, at once also when the output goes into a file."""
    print(text, flush=True)


def stop(text: str, status: int = 2) -> NoReturn:
    """Say what is missing and end; nothing is ever left out silently."""
    print(text, file=sys.stderr, flush=True)
    raise SystemExit(status)


def fingerprint(name: str) -> str:
    """Return the hash of a file of the checkout."""
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def installed() -> dict[str, str]:
    """Return the hashes of what was installed; nothing if the environment is missing or was left half-made."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def prepare(lock: str) -> None:
    """Install a lock file and Belay itself into .venv, as far as that has not been done."""
    stamp = installed()
    if not venv_works():
        make_venv()
        stamp = {}
    # The test lock holds everything of the runtime lock in the same versions.
    if all(stamp.get(name) != fingerprint(name) for name in {lock, TEST_LOCK}):
        STAMP.unlink(missing_ok=True)
        install_lock(lock)
        stamp = {lock: fingerprint(lock)}
        remember(stamp)
    # Entry points and packages come from pyproject.toml; a changed path means that the checkout was moved.
    itself = f"{fingerprint('pyproject.toml')} {ROOT}"
    if stamp.get("belay") != itself:
        run_pip(["install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], "Belay itself")
        remember(stamp | {"belay": itself})


def remember(stamp: dict[str, str]) -> None:
    """Write down what is installed, so that an interrupted run is not taken for a finished one."""
    unfinished = STAMP.with_suffix(".part")
    unfinished.write_text(json.dumps(stamp, indent=1))
    unfinished.replace(STAMP)


def venv_works() -> bool:
    """Return whether .venv holds a Python that is this one, or at least starts and is new enough."""
    if not PYTHON.exists():
        return False
    if Path(sys.prefix).resolve() == VENV.resolve():
        return True
    check = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    return subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0


def make_venv() -> None:
    """Create .venv, anew if what is there does not work."""
    if sys.version_info < OLDEST_PYTHON:
        stop("Belay needs Python 3.11 or newer; set BELAY_PYTHON to the path of one.")
    say(f"Making a Python {sys.version_info[0]}.{sys.version_info[1]} environment in .venv (once).")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        stop(f"{made.stdout}{made.stderr}\nPython could not make .venv. Debian, Ubuntu: apt-get install python3-venv.")


def install_lock(name: str) -> None:
    """Install exactly what a lock file names, each file checked against its hash."""
    count = sum(line[:1].isalnum() for line in (ROOT / name).read_text().splitlines())
    arguments = ["install", "--require-hashes", "--requirement", str(ROOT / name)]
    run_pip(arguments, f"{count} packages from {name} (once; it may take a minute or two)", count)


def run_pip(arguments: list[str], what: str, count: int = 0) -> None:
    """Run pip, counting packages in a terminal; its own words are shown when it fails."""
    say(f"Installing {what}.")
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    done = 0
    # A stray PYTHONPATH or a configured target folder would install into somewhere else than .venv.
    hidden = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_VIRTUALENV"}
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as pip,
    ):
        for line in pip.stdout or ():
            said.write(line)
            done += line.startswith("Collecting ")
            if count and sys.stdout.isatty():
                print(f"\r  {min(done, count)} of {count}", end="", flush=True)
        said.seek(0)
        output = said.read()
    if count and sys.stdout.isatty():
        print("\r", end="")
    if pip.returncode != 0:
        stop(
            f"{output}\npip could not install {what}.\n"
            "Belay downloads its requirements once, by pip; check the connection, or pip's index settings."
        )


def demo(arguments: list[str]) -> NoReturn:
    """Serve the example company, in place of this process."""
    prepare(RUNTIME_LOCK)
    sys.stdout.flush()
    # -P: the folder that the person happens to be in must not shadow Belay's own modules.
    os.execv(PYTHON, [str(PYTHON), "-P", "-m", "app.cli.demo", *arguments])  # noqa: S606 - no shell is wanted.


def lock(arguments: list[str]) -> None:
    """Compile both lock files; the test lock takes every version of the runtime lock over."""
    prepare(TEST_LOCK)
    # uv's own lock formats name the registry that was used; requirement files with hashes do not.
    compile_ = [str(VENV / "bin" / "uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    compile_ += ["--generate-hashes", "--no-emit-index-url", "--no-header"]
    for source, more in (("requirements.in", []), ("requirements-test.in", ["--constraints", RUNTIME_LOCK])):
        target = str(Path(source).with_suffix(".txt"))
        done = subprocess.run([*compile_, source, "-o", target, *more, *arguments], cwd=ROOT, check=False)
        if done.returncode != 0:
            stop(f"uv could not compile {source}.", 1)
        say(f"{target} is up to date.")


if __name__ == "__main__":
    {"demo": demo, "lock": lock}[sys.argv[1]](sys.argv[2:])
