"""A database of its own with the company in it, a picture of it to go back to, and visitors who are signed in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Column, MetaData, Table
from werkzeug.test import TestResponse

from app import create_app
from app.access.actor import Actor
from app.infra.db import Base, db, set_may_write
from app.people.models import PeopleImport, Person, Team, TierHolder
from app.people.queries import get_record
from tests.access.company import ANONYMOUS, LEADERS, NAMES, ROLES, Company, found
from tests.client import Client
from tests.conftest import NOW, Databases, test_settings

RECORDED = frozenset({"audit_event", "audit_head", "auth_session", "sign_in_attempt"})
"""The tables of `record()`: they may change whatever the method and the status."""
RECORDED_COLUMNS = frozenset({"report_export.fetched_at"})
"""That a file was fetched is recorded as a visit is; nothing else of its row changes by asking."""
Dump = dict[str, list[tuple[Any, ...]]]


class Visitor(Client):
    """A client that answers with the bare response: a suite of thousands of requests reads no HTML."""

    def ask(self, method: str, address: str, fields: Any = None, **more: Any) -> TestResponse:
        """Send a request as a browser would, a post with the token of this visitor's session."""
        if method != "GET":
            headers = dict(more.pop("headers", {}))
            headers.setdefault("X-CSRF-Token", self.token())
            more |= {"data": fields or {}, "headers": headers}
        # A file that is written while it is handed over is read inside of the request.
        more.setdefault("buffered", True)
        response: TestResponse = Context().run(self.http.open, address, method=method, **more)
        # A request must not leave the test's own session with an old view of the database.
        db.session.rollback()
        return response


@dataclass
class World:
    """The company in a database of its own."""

    app: Flask
    databases: Databases
    name: str
    path: Path
    company: Company
    as_built: Dump = field(default_factory=dict)
    is_changed: bool = False
    visitors: dict[str, Visitor] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """Return somebody as the policy sees them."""
        roles = frozenset({ROLES[name]}) if name in ROLES else frozenset()
        leads, session_id = name in LEADERS, self.company.sessions.get(name)
        return Actor(self.company.people[name], NAMES[name], roles, leads=leads, session_id=session_id)

    def visitor(self, name: str) -> Visitor:
        """Return a browser in which somebody is signed in; one who left still carries the cookie."""
        if name not in self.visitors:
            visitor = Visitor(self.app)
            if name != ANONYMOUS:
                visitor.http.set_cookie("session", f"s.{self.company.tokens[name]}")
            self.visitors[name] = visitor
        return self.visitors[name]

    def come_back(self, name: str) -> Visitor:
        """Sign somebody in anew, as their password would; their old browser keeps its cookie no longer."""
        visitor = Visitor(self.app, db.session.get_one(Person, self.company.people[name]))
        self.visitors[name] = visitor
        return visitor

    def thing(self, name: str) -> Any:
        """Return an object of the company as its guard loads it."""
        from app.assessment.models import Assessment, GrowthPlan, Waiver
        from app.audit.models import AuditEvent
        from app.auth.models import AuthSession
        from app.auth.queries.account_list import get_entry
        from app.domain.policies import POLICIES
        from app.evidence.models import Evidence
        from app.evidence.queries.attachments import get_attached_file
        from app.jobs.models import Job
        from app.mentoring import models as mentoring
        from app.mentoring.queries.sessions import get_session
        from app.notices.models import Mail
        from app.promotion.models import Eligibility, Nomination, PeerFeedback, PromotionCase, PromotionCycle
        from app.promotion.queries.committees import get_membership
        from app.reports.models import ReportExport

        loaders = {
            "account": lambda key: get_entry(key, NOW),
            "attachment": get_attached_file,
            "policy": POLICIES.__getitem__,
            "mentoring_session": get_session,
            "membership": get_membership,
            "entry": get_record,
        }
        tables = {
            "cycle": PromotionCycle,
            "case": PromotionCase,
            "feedback": PeerFeedback,
            "eligible": Eligibility,
            "nomination": Nomination,
            "evidence": Evidence,
            "assessment": Assessment,
            "person": Person,
            "session": AuthSession,
            "job": Job,
            "mail": Mail,
            "record": AuditEvent,
            "team": Team,
            "people_import": PeopleImport,
            "waiver": Waiver,
            "growth_plan": GrowthPlan,
            "mentorship": mentoring.Mentorship,
            "note": mentoring.MentoringNote,
            "private_note": mentoring.PrivateNote,
            "session_action": mentoring.SessionAction,
            "exclusion": mentoring.MentoringExclusion,
            "mentoring_round": mentoring.MentoringRound,
            "round_choice": mentoring.RoundChoice,
            "coordinator": mentoring.MentoringCoordinator,
            "report_export": ReportExport,
            "tier_holder": TierHolder,
        }
        kind, key = self.company.kinds[name], self.company.objects[name]
        return loaders[kind](key) if kind in loaders else db.session.get_one(tables[kind], key)

    def let_go(self) -> None:
        """Close every connection to the database."""
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()

    def changed(self) -> None:
        """Say that the next test needs the company anew."""
        self.is_changed = True

    def restore_if_changed(self) -> None:
        """Put the company back where something has changed it."""
        set_may_write(value=False)
        if self.is_changed:
            self.restore()

    def restore(self) -> None:
        """Put the company back."""
        with self.app.app_context():
            self.let_go()
        self.visitors.clear()
        self.is_changed = False
        shutil.copytree(self.attachments.with_suffix(".built"), self.attachments, dirs_exist_ok=True)
        if self.databases.server is not None:
            self.databases.server.drop_database(self.name)
            self.databases.server.create_database(self.name, template=f"{self.name}_built")
            return
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.path.with_suffix(".built"), self.path)

    @property
    def attachments(self) -> Path:
        """Return the folder of attachments."""
        folder: Path = self.app.config["SETTINGS"].data_dir / "attachments"
        return folder

    def dump(self, *, leaving_out: frozenset[str] = RECORDED) -> Dump:
        """Return every row of every table but some, in a fixed order."""
        # As the driver hands it over: making ids and moments of texts takes longer than all the rest.
        with db.engine.connect() as connection:
            quote = connection.dialect.identifier_preparer.quote
            return {
                table.name: sorted(
                    map(
                        tuple,
                        connection.exec_driver_sql(
                            f"SELECT {', '.join(quote(one.name) for one in _kept(table))} FROM {quote(table.name)}"
                        ),
                    ),
                    key=repr,
                )
                for table in tables()
                if table.name not in leaving_out
            }


def _kept(table: Table) -> list[Column[Any]]:
    return [one for one in table.columns if f"{table.name}.{one.name}" not in RECORDED_COLUMNS]


def tables() -> list[Table]:
    """Return the tables of the application."""
    metadata: MetaData = Base.metadata
    return metadata.sorted_tables


@contextmanager
def open_world(databases: Databases, part: str = "access") -> Iterator[World]:
    """Build the company in a database of its own, beside that of the other tests; `part` of the suite names it."""
    name = f"{databases.name}_{part}"
    path = databases.folder / f"{part}.db"
    if databases.server is not None:
        url = databases.server.create_database(name, template=databases.template)
    else:
        shutil.copyfile(databases.template, path)
        url = f"sqlite:///{path}"
    app = create_app(test_settings(url, databases.folder / f"{part}-data"))
    world = World(app, databases, name, path, Company())
    set_may_write(value=False)
    with app.app_context():
        found(world.company)
        world.as_built = world.dump()
        world.let_go()
    take_picture(world)
    yield world
    with app.app_context():
        world.let_go()
    if databases.server is not None:
        databases.server.drop_database(name)
        databases.server.drop_database(f"{name}_built")


def take_picture(world: World) -> None:
    """Keep the company as it is now."""
    shutil.copytree(world.attachments, world.attachments.with_suffix(".built"))
    if world.databases.server is not None:
        world.databases.server.create_database(f"{world.name}_built", template=world.name)
    else:
        shutil.copyfile(world.path, world.path.with_suffix(".built"))
