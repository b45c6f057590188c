"""`bin/demo`: the example company in an embedded database, served on this machine only.

The door on its sign-in page, which lets anybody in as an example person, is opened here and nowhere else.
"""

from __future__ import annotations

import json
import logging
import secrets
import socket
import uuid
from pathlib import Path

import click
from flask import Flask

from app.auth.demo import DemoPerson, DemoRole, open_door
from app.cli.context import be_private, build_app, keep_private, stop
from app.cli.database import bring_up_to_date
from app.cli.seed.command import DEFAULT_SEED, seed_company, show_progress
from app.cli.seed.company import DEFAULT_PEOPLE
from app.cli.seed.generate import FEWEST_PEOPLE, MOST_PEOPLE
from app.cli.seed.load import key_of
from app.cli.seed.plan import CompanyPlan
from app.cli.serve import run
from app.cli.work import Worker
from app.infra import logs
from app.infra.clock import today
from app.infra.db import db
from app.people.queries import count_people
from config import DATABASE_FILE, Settings, sqlite_url

HOST = "127.0.0.1"
PEOPLE_FILE = "demo-people.json"
SECRET_FILE = "demo-secret"  # noqa: S105 - the name of a file
MAIL_FOLDER = "mail"


def demo_settings(data: Path, port: int) -> Settings:
    """Return the settings of a demo: embedded database, plain HTTP on the loopback address, a secret of its own."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = data / SECRET_FILE
    if not secret.exists():
        keep_private(secret).write_text(secrets.token_urlsafe(48), encoding="ascii")
    keep_private(data / DATABASE_FILE)
    return Settings(
        database_url=sqlite_url(data),
        data_dir=data,
        secret_key=secret.read_text(encoding="ascii").strip(),
        base_url=f"http://{HOST}:{port}",
        company="Larkspur",
        mail_url=(data / MAIL_FOLDER).as_uri(),
        log_format="text",
        plain_http=True,
        demo=True,
    )


def _remember_roles(plan: CompanyPlan, random_seed: int, file: Path) -> None:
    """Keep who stands on the sign-in page, so that the next start need not build the plan again."""
    shown = [
        {
            "role": person.demo_role,
            "id": str(key_of(random_seed, "person", person.key)),
            "name": person.name,
            "note": person.demo_note,
        }
        for person in plan.people
        if person.demo_role
    ]
    keep_private(file).write_text(
        json.dumps({"made_on": plan.today.isoformat(), "people": shown}, indent=1), encoding="utf-8"
    )


def _known_roles(file: Path) -> tuple[str, list[DemoRole]]:
    """Return the day the company was made for, and the people of the sign-in page by role."""
    found = json.loads(file.read_text(encoding="utf-8"))
    by_role: dict[str, list[DemoPerson]] = {}
    for entry in found["people"]:
        person = DemoPerson(uuid.UUID(entry["id"]), entry["name"], entry["note"])
        by_role.setdefault(entry["role"], []).append(person)
    return found["made_on"], [DemoRole(role, tuple(people)) for role, people in by_role.items()]


def prepare(data: Path, *, port: int, people: int, random_seed: int) -> Flask:
    """Return the application of a demo: makes the database and the company where the folder has none."""
    app = build_app(demo_settings(data, port))
    with app.app_context():
        bring_up_to_date()
        is_new = count_people() == 0
        db.session.remove()
    file = data / PEOPLE_FILE
    if is_new:
        click.echo(f"Making the example company Larkspur, {people} people …")
        plan = seed_company(app, people=people, random_seed=random_seed, progress=show_progress)
        _remember_roles(plan, random_seed, file)
    elif not file.exists():
        stop(f"{data} holds a database that is no demo. Name another folder with --data.")
    made_on, roles = _known_roles(file)
    if made_on != today().isoformat():
        click.echo(f"The example company was made on {made_on}; remove {data} to make it for today.")
    open_door(app, roles)
    return app


def is_free(port: int) -> bool:
    """Say whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--data",
    default="var/demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the demo's database; it is kept between two starts.",
)
@click.option("--people", default=DEFAULT_PEOPLE, show_default=True, type=click.IntRange(FEWEST_PEOPLE, MOST_PEOPLE))
@click.option("--random-seed", default=DEFAULT_SEED, show_default=True, type=int)
def demo(port: int, data: Path, people: int, random_seed: int) -> None:
    """Serve the example company Larkspur on this machine, to look around in."""
    if not is_free(port):
        stop(f"Port {port} is taken. Choose another one, for instance: bin/demo --port {port + 1}")
    be_private()
    data = data.expanduser().absolute()
    app = prepare(data, port=port, people=people, random_seed=random_seed)
    logs.set_up("text", with_messages=True)
    # Whoever looks around wants to see what goes wrong, not every page.
    for name in ("belay.access", "belay.audit"):
        logging.getLogger(name).setLevel(logging.WARNING)
    click.echo(f"\nBelay is at http://{HOST}:{port}\nMail lands in {data / MAIL_FOLDER}\nCtrl+C ends it.")
    # The worker lives in threads of the one process that serves, and ends with it.
    run(app, host=HOST, port=port, workers=1, beside=lambda: Worker(app).start())


if __name__ == "__main__":
    demo()
