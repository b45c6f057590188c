"""The page that greets somebody once: the level held, what is settled with it, and three first steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.actor import Actor, Role
from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.assessment.pages import StandingView, Viewpoint, standing_view
from app.assessment.queries import readiness_of
from app.auth import actions
from app.auth.queries import get_account
from app.home.blueprint import bp
from app.infra.clock import now
from app.infra.unit_of_work import writes

STEPS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first steps: what to do, why, and where."""

    title: str
    text: str
    label: str
    href: str


@bp.get("/welcome")
@requires(Permission.Home.READ)
def show_welcome() -> ResponseReturnValue:
    """Greet the signed-in person; anybody may come back to it."""
    who = actor()
    standing = standing_view(readiness_of(who.person_id), Viewpoint.OWN)
    return render_template(
        "home/welcome.html",
        name=who.name,
        standing=standing,
        steps=first_steps(who, standing),
        holds_role=bool(who.roles),
    )


@bp.post("/welcome")
@requires(Permission.Home.READ)
@writes
def end_welcome() -> ResponseReturnValue:
    """Keep that the person has been greeted, and go to the start page."""
    actions.note_first_visit(get_account(actor().person_id), at=now())
    return redirect(url_for("home.show_home"))


def first_steps(who: Actor, standing: StandingView) -> list[Step]:
    """Return the three steps that fit: those of the own ladder first, then those of a role or a team."""
    candidates = (*_own_steps(standing), *_role_steps(who), *_steps_of_everybody())
    if who.roles & {Role.HR, Role.ADMIN}:
        candidates = (*_role_steps(who), *_own_steps(standing), *_steps_of_everybody())
    return list({step.href: step for step in candidates}.values())[:STEPS]


def _own_steps(standing: StandingView) -> Iterator[Step]:
    if standing.held is None:
        return
    held = standing.held.id
    yield Step(
        "Look at your ladder",
        f"What {held} means, level by level and competency by competency, with the sources.",
        "Open the ladder",
        standing.ladder_href,
    )
    yield Step(
        "Log a piece of evidence",
        "Something that happened lately: a change you made, a colleague you helped. One line is enough; it is private "
        "until you share it.",
        "Log evidence",
        url_for("evidence.show_new_evidence"),
    )
    for target in standing.targets:
        yield Step(
            f"See what {target.target.id} expects",
            f"What changes from {held} to {target.target.id}, side by side.",
            "Compare the levels",
            f"{standing.ladder_href}/compare?from={held}&to={target.target.id}",
        )


def _role_steps(who: Actor) -> Iterator[Step]:
    if who.has_role(Role.HR):
        yield from _step_to(
            "people.list_imports",
            "Bring the people in",
            "A file with everybody, their team, manager and level. You see what it changes before anything does.",
            "Import people",
        )
    if who.roles & {Role.HR, Role.ADMIN}:
        yield from _step_to(
            "admin.list_accounts",
            "Invite people",
            "Who has an account, who was invited, and who has not signed in yet.",
            "Open the accounts",
        )
        yield from _step_to(
            "admin.list_policies",
            "Read the policies",
            "What the rules leave to the company, with the value that holds now.",
            "Open the policies",
        )
    if who.has_role(Role.ADMIN):
        yield from _step_to(
            "admin.show_health",
            "Look whether all is well",
            "The database, the worker and the mail, on one page.",
            "Open the state of the installation",
        )
    if who.leads:
        yield Step(
            "See your team",
            "Where each of your reports stands, by name; Belay never ranks people.",
            "Open your start page",
            url_for("home.show_home"),
        )


def _steps_of_everybody() -> Iterator[Step]:
    yield Step(
        "Look at the ladders",
        "What each level expects, in every ladder of the company.",
        "Open the ladders",
        url_for("ladders.list_ladders"),
    )
    yield Step(
        "Find your colleagues",
        "Everybody who works here, by name.",
        "Open the directory",
        url_for("people.list_people"),
    )
    yield Step(
        "Look after your account",
        "Your password, where you are signed in, and light or dark.",
        "Open your account",
        url_for("auth.show_account"),
    )


def _step_to(endpoint: str, title: str, text: str, label: str) -> Iterator[Step]:
    if endpoint in current_app.view_functions:
        yield Step(title, text, label, url_for(endpoint))
