"""Every form that takes words keeps them: through a fault, a session that ran out, and a locked database.

Each row names the page that offers the form to somebody, what they write, and what they get wrong. A form of evidence,
assessments, reports or the home page that takes words and has no row fails the last test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.event import listen, remove

from app.auth.passwords import Passwords
from app.infra import db as infra_db
from app.infra.clock import clock as the_clock
from app.infra.clock import now
from app.infra.db import db, writing
from app.infra.idempotency import IdempotencyKey
from app.infra.unit_of_work import transaction
from app.people.models import Person
from tests.access.company import BASIC, FIRST, SECOND
from tests.access.world import World
from tests.architecture.test_routes_forms import forms
from tests.client import XHTML, Client, Form, Page, _values
from tests.conftest import BACKEND, NOW
from tests.factories.people import PASSWORD
from tests.factories.second_factor import account_of, code_at, give_second_factor

__all__ = ["forms"]

LINE = "Paired with Ffion on <rounding> & “tax”, until she owned it – 🧗"
WORDS = f"{LINE}\n\n  Eight sessions of an hour.\nIn the last two she did and I asked."
OTHER = "Said of another expectation: x < y && y > z"
TOO_LONG = "Far too long." * 1500
NO_WORDS = frozenset({"csrf_token", "idempotency_key", "version", "window", "next", "offered", "seen", "read"})
Fields = dict[str, object]


@dataclass(frozen=True)
class Case:
    """A form: who finds it where, what they write, what else they choose, and what they get wrong."""

    endpoint: str
    actor: str
    page: str
    ending: str
    words: Fields
    more: Fields = field(default_factory=dict)
    wrong: Fields = field(default_factory=dict)
    complete: Callable[[Form], Fields] = lambda _: {}
    """Returns further fields that depend on those of the form."""

    def filled(self, world: World, form: Form) -> Fields:
        """Return everything that the person sends."""
        chosen = {self._told(world, name): self._told(world, value) for name, value in (self.more | self.words).items()}
        return self.complete(form) | chosen

    def texts(self, world: World) -> dict[str, str]:
        """Return what is written, by the names of the fields."""
        return {self._told(world, name): str(value) for name, value in self.words.items()}

    @staticmethod
    def _told(world: World, value: object) -> object:
        """Fill in an id or the id of a planned action, where a name or a value carries one."""
        if not isinstance(value, str) or "{" not in value:
            return value
        return value.format(step=world.company.asked["plan"], **world.company.people)

    def address(self, world: World) -> str:
        """Return the page on which the form stands."""
        return self.page.format(**world.company.objects)


def all_met(form: Form) -> Fields:
    """Answer every row of a sheet."""
    return {f"answer-{one}": "met" for one in rows_of(form)}


def rows_of(form: Form) -> list[str]:
    """Return the expectations of a sheet."""
    return [name.removeprefix("words-") for name, _ in form.fields if name.startswith("words-")]


def sheet(side: str, actor: str, act: str, endpoint: str) -> Case:
    """Return the case of one side's sheet: two rows with words, and far too many in a third."""
    return Case(
        endpoint,
        actor,
        "/assessments/{drafting}",
        f"/{side}{act}",
        {f"words-{BASIC}": WORDS, "words-swe.moderate-features": OTHER},
        wrong={"words-swe.defined-tasks": TOO_LONG},
        complete=all_met,
    )


def waiver_asked(role: str, actor: str, endpoint: str) -> Case:
    """Return the case of asking for a waiver without saying for what."""
    page = f"/people/{{person_subject}}/waivers/{role}"
    chosen = {"expectation": "swe.influence-architecture"}
    return Case(endpoint, actor, page, f"/waivers/{role}", {"reason": WORDS}, chosen, {"expectation": ""})


EVIDENCE = {"title": LINE, "links": "https://docs.example/7"}
IN_FULL = EVIDENCE | {"narrative": WORDS, f"line_on_{FIRST}": OTHER}
AHEAD = {"occurred_on": "2027-01-01"}
CASES = [
    Case("evidence.log_evidence", "subject", "/evidence/compose?next=/people/", "/evidence/", EVIDENCE, wrong=AHEAD),
    Case("evidence.log_in_full", "subject", "/evidence/new", "/new", IN_FULL, {"expectations": [FIRST]}, AHEAD),
    Case(
        "evidence.change_evidence", "subject", "/evidence/{draft}/edit", "/edit", IN_FULL, {"expectations": [FIRST]},
        AHEAD,
    ),
    Case(
        "evidence.ask_colleague", "subject", "/evidence/{shared}/ask?q=Sten", "/ask", {"asking": WORDS},
        {"colleague": "{stranger}"}, {"colleague": None},
    ),
    Case(
        "evidence.answer_question", "asked", "/evidence/{shared}", "/answer", {"words": WORDS},
        {"outcome": "confirmed"}, {"outcome": "perhaps"},
    ),
    Case(
        "evidence.answer_question", "asked", "/evidence/{shared}", "/answer",
        {"words": WORDS, f"limit_on_{FIRST}": OTHER},
        {"outcome": "limited", f"point_on_{FIRST}": "part", f"point_on_{SECOND}": "whole"},
        {f"point_on_{SECOND}": "part"},
    ),
    Case(
        "evidence.answer_question", "asked", "/evidence/{shared}", "/answer", {"words": WORDS}, {"outcome": "declined"},
        {"words": TOO_LONG},
    ),
    Case(
        "evidence.set_aside", "manager", f"/evidence/{{shared}}/set-aside?expectation={SECOND}", "/set-aside",
        {"reason": WORDS}, wrong={"reason": TOO_LONG},
    ),
    Case(
        "evidence.answer_setting_aside", "subject", "/evidence/{shared}", "/reply", {"answer": WORDS},
        wrong={"answer": TOO_LONG},
    ),
    sheet("self", "subject", "", "assessment.save_self"),
    sheet("self", "subject", "/submit", "assessment.submit_self"),
    sheet("manager", "manager", "", "assessment.save_manager"),
    sheet("manager", "manager", "/submit", "assessment.submit_manager"),
    Case(
        "assessment.write_notes", "subject", "/assessments/{revealed}", "/notes", {"note-whole": WORDS},
        wrong={"note-whole": TOO_LONG},
    ),
    Case(
        "assessment.refuse_self", "subject", "/assessments/{revealed}/self/sign", "/refuse", {"reason": WORDS},
        wrong={"reason": TOO_LONG},
    ),
    Case(
        "assessment.refuse_manager", "manager", "/assessments/{revealed}/manager/sign", "/refuse", {"reason": WORDS},
        wrong={"reason": TOO_LONG},
    ),
    waiver_asked("manager", "manager", "assessment.ask_as_manager"),
    waiver_asked("hr", "hr", "assessment.ask_as_hr"),
    Case(
        "assessment.answer_waiver_as_manager", "manager", "/waivers/{waiver_for_manager}/manager", "/manager",
        {"words": WORDS}, {"act": "refuse"}, {"words": TOO_LONG},
    ),
    Case(
        "assessment.answer_waiver_as_hr", "hr", "/waivers/{waiver_asked}/hr", "/hr", {"words": WORDS},
        {"act": "refuse"}, {"words": TOO_LONG},
    ),
    Case(
        "assessment.change_plan", "subject", "/growth/{plan}/edit", "/edit",
        {f"goal-{FIRST}": WORDS, f"act-{{step}}-{FIRST}": LINE, f"new-{FIRST}": OTHER}, wrong={"review_on": "soon"},
    ),
    Case(
        "assessment.open_plan", "manager", "/people/{person_peer}/growth/new", "/growth/new",
        {"review_on": "2027-01-15"}, {"goals": [FIRST]}, {"review_on": "in January"},
    ),
    Case(
        "assessment.set_due", "subject", "/assessments/{drafting}/due", "/due", {"due_on": "2026-12-23"},
        wrong={"due_on": "before Christmas"},
    ),
    Case(
        "assessment.open_assessment", "asked", "/people/{person_asked}/assessments", "/assessments",
        {"due_on": "2026-12-23"}, wrong={"due_on": "before Christmas"},
    ),
    Case(
        "home.choose_notices", "subject", "/account/notices", "/notices", {"evidence-asked": "never"},
        wrong={"evidence-answered": "by pigeon"},
    ),
    Case(
        "people.set_team_tiers", "manager", "/people/teams/{team}/tiers", "/tiers", {"green_L4": "17"},
        {"required_L2": "y"}, {"from_on": "before Christmas"},
    ),
    Case(
        "people.name_holder", "manager", "/people/teams/{team}/tiers/holders", "/holders", {"name": LINE},
        {"tier": "L3", "kind": "shared"}, {"from_on": "before Christmas"},
    ),
    Case(
        "people.end_holder", "manager", "/people/teams/{team}/tiers/holders/{tier_holder}/end", "/end",
        {}, {"last_day": "2026-12-23"}, {"last_day": "before Christmas"},
    ),
    Case(
        "reports.take", "manager", "/reports/progression/take?level=L2", "/take", {"reason": LINE},
        {"format": "json", "mark": "y"}, {"reason": TOO_LONG},
    ),
]  # fmt: skip


def name_of(case: Case) -> str:
    """Name a case, so that a failure names the form."""
    return "-".join([case.endpoint, *(str(case.more[one]) for one in ("outcome",) if one in case.more)])


every_form = pytest.mark.parametrize("case", CASES, ids=name_of)


def post_form(page: Page, ending: str) -> Form:
    """Return the form, or the button of a form, that is sent to an address with this ending."""
    for element in page.all("form"):
        if element.get("method") != "post":
            continue
        sent_to = [element.get("action"), *(one.get("formaction") for one in element.iter(f"{XHTML}button"))]
        for target in sent_to:
            if target and target.partition("?")[0].endswith(ending):
                return Form(target, "post", list(_values(element)))
    raise AssertionError(f"no form for {ending}: {page.status} {page.words()[:500]}")


def open_form(world: World, case: Case, visitor: Client) -> tuple[Form, Fields]:
    """Open the page; return the form and what is filled in. Whoever is asked has not answered yet."""
    page = visitor.get(case.address(world))
    assert page.status == 200, page.location
    form = post_form(page, case.ending)
    return form, case.filled(world, form)


def values_in(page: Page) -> dict[str, set[str]]:
    """Return what all the forms of a page would send."""
    found: dict[str, set[str]] = {}
    for form in page.all("form"):
        for name, value in _values(form):
            found.setdefault(name, set()).add(value.replace("\r\n", "\n"))
    return found


def check_kept(page: Page, sent: Fields) -> None:
    """Refuse a page that does not carry everything that was sent."""
    there = values_in(page)
    for name, value in sent.items():
        for one in value if isinstance(value, list) else [value]:
            assert one is None or str(one) in there.get(name, set()), f"{name} is lost: {there.get(name)}"


def check_stored(world: World, case: Case) -> None:
    """Refuse a database in which something is missing that was written."""
    cells = [
        cell.isoformat() if isinstance(cell, date) else str(cell)
        for rows in world.dump(leaving_out=frozenset({"idempotency_key", "audit_event"})).values()
        for row in rows
        for cell in row
    ]
    for name, words in case.texts(world).items():
        # A line keeps its words and folds its spaces; a text keeps its lines.
        assert any(words in cell for cell in cells), f"{name} was not stored"


@every_form
def test_a_fault_leaves_everything_as_it_was_typed(world, case):
    world.changed()
    visitor = world.visitor(case.actor)
    form, filled = open_form(world, case, visitor)
    page = visitor.send(form, **(filled | case.wrong))
    assert page.status == 422
    assert page.all("div", class_="error-summary") or page.all("div", role="alert")
    # A colleague who was not chosen leaves no field behind, a choice that there is not cannot be shown as chosen, and
    # which button was pressed is said again by pressing it.
    faulty = {name for name, value in case.wrong.items() if value is None or value in {"perhaps", "by pigeon"}}
    faulty.add("act")
    check_kept(page, {name: value for name, value in (filled | case.wrong).items() if name not in faulty})
    # Once the fault is mended, the same page stores it.
    again = post_form(page, case.ending)
    mended = {name: filled.get(name, dict(form.fields).get(name, "")) for name in case.wrong}
    sent = visitor.send(again, **(mended | {name: filled[name] for name in ("outcome", "act") if name in filled}))
    assert sent.status < 400, sent.words()[:500]
    check_stored(world, case)


@every_form
def test_a_session_that_ran_out_keeps_everything_for_the_same_person(world, case):
    world.changed()
    give_password(world, case.actor)
    visitor = world.visitor(case.actor)
    form, filled = open_form(world, case, visitor)
    with the_clock.standing_at(NOW + timedelta(hours=13)):
        page = visitor.send(form, **filled)
        assert page.status == 401
        assert "What you typed is kept." in page.words()
        arrived = sign_in_on(page, visitor, world.thing(f"person_{case.actor}"))
        assert "You are signed in again" in arrived.words()
        check_kept(arrived, filled)
        sent = visitor.send(post_form(arrived, case.ending))
        assert sent.status < 400, sent.words()[:500]
        check_stored(world, case)


def give_password(world: World, name: str) -> None:
    """Let somebody sign in with a password, and HR also with the code of an app."""
    person = world.thing(f"person_{name}")
    with transaction():
        account = account_of(person)
        account.password_hash = Passwords(1).hash(PASSWORD)
        account.totp_confirmed_at = None
    if name == "hr":
        give_second_factor(person)


def sign_in_on(page: Page, visitor: Client, person: Person) -> Page:
    """Sign in on the page that a dead session led to, and return the page after it."""
    arrived = visitor.send(page.form("/login"), email=person.email, password=PASSWORD)
    if arrived.tree is not None and arrived.has_form("/login/second"):
        arrived = visitor.send(arrived.form("/login/second"), one_time_code=code_at(now()))
    return arrived


@every_form
def test_a_locked_database_gives_everything_back(world, case, monkeypatch):
    world.changed()
    visitor = world.visitor(case.actor)
    form, filled = open_form(world, case, visitor)
    with locked(monkeypatch):
        page = visitor.send(form, **filled)
        assert page.status == 503
        assert page.headers["Retry-After"]
        check_kept(page, filled)
    sent = visitor.send(post_form(page, case.ending))
    assert sent.status < 400, sent.words()[:500]
    check_stored(world, case)


@contextmanager
def locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold what every submit writes first, as a backup or a shell would; writers wait a tenth of a second only."""
    other = create_engine(db.engine.url)
    if BACKEND == "postgres":
        listen(db.engine, "begin", _wait_briefly)
        hold = text(f"LOCK TABLE {IdempotencyKey.__tablename__} IN EXCLUSIVE MODE")
    else:
        monkeypatch.setattr(infra_db, "BUSY_TIMEOUT_MS", 100)
        db.engine.dispose()
        # A block that writes begins by taking the lock.
        hold = text("SELECT 1")
    with writing(), other.connect() as connection:
        connection.execute(hold)
        yield
        connection.rollback()
    if BACKEND == "postgres":
        remove(db.engine, "begin", _wait_briefly)
    other.dispose()
    monkeypatch.undo()
    db.engine.dispose()


def _wait_briefly(connection: Connection) -> None:
    connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")


def test_every_form_that_takes_words_is_among_them(world, forms):
    """The words of scripts stay in the page that sent them, and suggestions store nothing: both have no row."""
    scripted = {"assessment.autosave_self", "assessment.autosave_manager", "evidence.suggest_expectations"}
    known = {case.endpoint for case in CASES} | scripted
    takes_words = {
        endpoint
        for endpoint, offered in forms.items()
        if endpoint.partition(".")[0] in {"evidence", "assessment", "home", "reports"}
        for name in areas_of(offered.form)
        if name not in NO_WORDS
    }
    assert takes_words <= known, takes_words - known


def areas_of(form: Form) -> list[str]:
    """Return the fields of a form that somebody fills with more than a choice: those that stand in it with a text."""
    return [name for name, _ in form.fields if name.partition("-")[0].partition("_on_")[0] in WRITTEN]


WRITTEN = frozenset(
    {"title", "narrative", "links", "line", "asking", "words", "limit", "reason", "answer", "goal", "act", "new"}
)
"""How the names of fields begin in which somebody writes."""
