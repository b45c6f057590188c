"""`belay seed`: fill an empty database with the example company."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click
from flask import Flask

from app.cli.context import FAULTS, command_line, open_app, stop
from app.cli.seed.company import DEFAULT_PEOPLE
from app.cli.seed.generate import FEWEST_PEOPLE, MOST_PEOPLE, build_plan
from app.cli.seed.load import load_plan
from app.cli.seed.plan import CompanyPlan
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.ladders.queries import list_adopted
from app.people.queries import count_people

DEFAULT_SEED = 1
SHOWN_FROM = 1000


class NotEmptyError(Exception):
    """The database has people in it; an example company never mixes with real people."""


def seed_company(
    app: Flask,
    *,
    people: int,
    random_seed: int,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> CompanyPlan:
    """Write the example company of a size into the database of an application, in one transaction."""
    with app.app_context(), transaction() as session:
        if count_people():
            raise NotEmptyError
        editions = {edition.ladder.lineage: edition for edition in list_adopted()}
        ladders = {lineage: edition.ladder for lineage, edition in editions.items()}
        plan = build_plan(people=people, random_seed=random_seed, today=today(), ladders=ladders)
        load_plan(
            session,
            plan,
            random_seed=random_seed,
            editions={lineage: edition.id for lineage, edition in editions.items()},
            by=command_line(),
            at=now(),
            progress=progress,
        )
    return plan


def show_progress(done: int, total: int) -> None:
    """Say how far a large company is, on one line of the terminal."""
    if total >= SHOWN_FROM and sys.stderr.isatty():
        click.echo(f"\r{done} of {total} people", nl=done == total, err=True)


@click.command("seed")
@click.option("--people", default=DEFAULT_PEOPLE, show_default=True, type=click.IntRange(FEWEST_PEOPLE, MOST_PEOPLE))
@click.option(
    "--random-seed", default=DEFAULT_SEED, show_default=True, type=int, help="The same seed, the same company."
)
def seed(people: int, random_seed: int) -> None:
    """Fill an empty database with an example company. Refuses a database that has people in it."""
    app = open_app()
    try:
        plan = seed_company(app, people=people, random_seed=random_seed, progress=show_progress)
    except NotEmptyError:
        stop("The database has people in it; an example company never mixes with them. Nothing was changed.", FAULTS)
    with app.app_context():
        db.session.remove()
    click.echo(
        f"{len(plan.people)} people in {len(plan.teams)} teams. Nobody has a password yet: "
        "`belay user create` with the address of one of them sets it.",
    )
