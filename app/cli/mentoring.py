"""`belay mentoring match`: run the matching of a round on a JSON file, to check it on an instance of one's own."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import click

from app.cli.context import CANNOT_START, FAULTS, stop
from app.domain.assignment import Instance, Solution, solve
from app.domain.assignment_bounds import bounds
from app.domain.errors import InvalidError
from app.infra.templating import counted
from app.mentoring.match_file import MatchFileError, MatchInput, read, write
from app.mentoring.solving import solve_fast

SOLVERS = {"fast": solve_fast, "reference": solve}
LARGEST_REFERENCE = 300
"""Mentees up to which `--check` also waits for the plain solver, which takes seconds there."""
MOST_PRINTED = 1000


@click.group("mentoring")
def mentoring_group() -> None:
    """Match mentees with mentors."""


@mentoring_group.command("match")
@click.option(
    "--input",
    "source",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="The people, or capacities and scores, as JSON; - reads standard input.",
)
@click.option(
    "--output",
    "target",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="Where to write the pairs, as JSON; - writes to standard output.",
)
@click.option("--solver", type=click.Choice(list(SOLVERS)), default="fast", show_default=True)
@click.option("--check", is_flag=True, help="Also prove that nothing is better, before anything is written.")
def match(source: Path, target: Path, solver: str, *, check: bool) -> None:
    """Match the people of a JSON file as a round does, and write every pair with its reasons.

    Faults are printed as FILE: path: message, one a line, and then nothing is written. No database is needed. The
    format is described in docs/matching.md. With --check the result is held against bounds that no solution exceeds,
    and up to 300 mentees also against the other solver.
    """
    _check_target(source, target)
    given = _read(source)
    try:
        solution = SOLVERS[solver](given.instance)
    except InvalidError as refusal:
        stop(refusal.message, FAULTS)
    if check:
        _check(given.instance, solution, solver)
    _write(target, write(given, solution, solver))
    click.echo(_summary(given, solution, is_proven=check), err=str(target) == "-")


def _check_target(source: Path, target: Path) -> None:
    """Stop where the result could not be written, before any work is done."""
    if str(target) == "-":
        return
    if not target.parent.is_dir():
        stop(f"There is no folder {target.parent} to write {target.name} into.", CANNOT_START)
    if target.is_dir():
        stop(f"{target} is a folder; name a file.", CANNOT_START)
    if target.exists() and source.exists() and target.samefile(source):
        stop("The output would take the place of the input; name another file.", CANNOT_START)


def _read(source: Path) -> MatchInput:
    try:
        content = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
    except OSError as error:
        stop(f"{source} cannot be read: {error.strerror}.", CANNOT_START)
    try:
        return read(content)
    except MatchFileError as error:
        for fault in error.faults[:MOST_PRINTED]:
            click.echo(f"{source}: {fault}")
        more = len(error.faults) - MOST_PRINTED
        if more > 0:
            click.echo(f"… and {more} more.")
        stop(f"{counted(len(error.faults), 'fault', 'faults')}. Nothing was written.", FAULTS)


def _check(instance: Instance, solution: Solution, solver: str) -> None:
    """Stop where the solution is not proven: that would be a mistake of Belay."""
    is_best = bounds(instance, solution).prove(solution)
    if is_best and len(instance.mentees) <= LARGEST_REFERENCE:
        other = SOLVERS["reference" if solver == "fast" else "fast"](instance)
        is_best = _reached(other) == _reached(solution)
    if not is_best:
        stop("The result could not be proven to be a best one, so nothing was written. Please report this.", FAULTS)


def _reached(solution: Solution) -> tuple[int, int, int, list[str]]:
    return solution.matched, solution.worst, solution.total, list(solution.pairs)


def _write(target: Path, content: bytes) -> None:
    """Write all of it or nothing: the file takes its place when it is complete."""
    if str(target) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    unfinished = ""
    try:
        handle, unfinished = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(target)
    except OSError as error:
        with suppress(OSError):
            Path(unfinished).unlink(missing_ok=True)
        stop(f"{target} cannot be written: {error.strerror}.", CANNOT_START)


def _summary(given: MatchInput, solution: Solution, *, is_proven: bool) -> str:
    whole = given.whole(solution)
    mentees = len(given.instance.mentees) + whole.matched - solution.matched
    has_pins = whole.matched > solution.matched
    best = "Nothing is better around the pins." if has_pins else "Nothing is better."
    proven = f" {best}" if is_proven else " It is the best around the pins." if has_pins else ""
    return f"Matched {whole.matched} of {mentees}; worst score {whole.worst}, total {whole.total}.{proven}"
