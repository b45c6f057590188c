"""`belay standing recompute`: compute the stored standing of everybody from scratch."""

from __future__ import annotations

import sys

import click

from app.assessment.actions.standing import Progress, Recomputed, recompute_all
from app.cli.context import command_line, open_app
from app.infra.clock import now, today
from app.infra.templating import counted


@click.group("standing")
def standing_group() -> None:
    """Look after the stored standing of people."""


@standing_group.command("recompute")
def recompute() -> None:
    """Compute where everybody stands from scratch, in steps, and say how many differed from what was stored.

    Belay keeps it by itself; run this after the time zone of the company was changed, or in doubt. Others may work on.
    """
    with open_app().app_context():
        found = recompute_all(today(), _teller(), by=command_line(), at=now())
    click.echo(_summary(found))


def _summary(found: Recomputed) -> str:
    people = counted(found.people, "person", "people")
    differed = "nobody differed" if not found.differing else f"{found.differing} differed from what was stored"
    missing = f"; {found.missing} had nothing stored that holds today" if found.missing else ""
    return f"Computed {people}: {differed}{missing}."


def _teller() -> Progress:
    """Return what tells of every tenth that is done, when somebody looks on."""
    told = 0
    is_looked_at = sys.stderr.isatty()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if is_looked_at and (tenths := done * 10 // total) > told:
            told = tenths
            click.echo(f"{tenths * 10} %", err=True)

    return tell
