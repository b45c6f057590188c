"""Pages of ladders: the list, the matrix, a level, an expectation, two levels side by side."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.domain.errors import MissingError
from app.domain.ladder import Expectation, Level
from app.infra.clock import today
from app.ladders import queries
from app.ladders.forms import CompareForm
from app.ladders.pages import LadderView, Links, shelf_card
from app.ladders.panels import personal_view
from app.ladders.queries import Edition

bp = Blueprint("ladders", __name__, url_prefix="/ladders")


@dataclass(frozen=True)
class Asked:
    """What an address names: an edition, and how it was named."""

    edition: Edition
    links: Links

    def seen(self) -> LadderView:
        """Return the edition as the signed-in person sees it."""
        return LadderView(self.edition, self.links, personal_view(actor().person_id, self.edition))


@dataclass(frozen=True)
class AskedLevel(Asked):
    """An edition and one of its levels."""

    level: Level


@dataclass(frozen=True)
class AskedExpectation(Asked):
    """An edition and one of its expectations."""

    expectation: Expectation


def load_edition(slug: str, version: str | None = None) -> Asked:
    """Return the edition of an address; MissingError when none has this name."""
    return Asked(queries.get_named(slug, version), Links(slug, version))


def load_level(slug: str, level_id: str, version: str | None = None) -> AskedLevel:
    """Return the level of an address; MissingError when the edition has none of that id."""
    asked = load_edition(slug, version)
    return AskedLevel(asked.edition, asked.links, _level(asked.edition, level_id))


def load_expectation(slug: str, expectation_id: str, version: str | None = None) -> AskedExpectation:
    """Return the expectation of an address; MissingError when the edition has none of that id."""
    asked = load_edition(slug, version)
    if not asked.edition.ladder.has_expectation(expectation_id):
        raise MissingError
    return AskedExpectation(asked.edition, asked.links, asked.edition.ladder.expectation(expectation_id))


def _level(edition: Edition, level_id: str) -> Level:
    if not edition.ladder.has_level(level_id):
        raise MissingError
    return edition.ladder.level(level_id)


@bp.get("/")
@requires(Permission.Ladder.READ)
def list_ladders() -> ResponseReturnValue:
    """Show all published ladders, those that count first."""
    day = today()
    return render_template("ladders/list.html", cards=[shelf_card(entry, day) for entry in queries.list_shelf()])


@bp.get("/<slug>")
@bp.get("/<slug>/<version>")
@requires(Permission.Ladder.READ, on=load_edition)
def show_ladder(asked: Asked) -> ResponseReturnValue:
    """Show a ladder as a matrix: competencies down, levels across."""
    seen = asked.seen()
    return render_template("ladders/ladder.html", seen=seen, shown=seen.shown(request.args.get("level")), opened=None)


@bp.get("/<slug>/expectations/<expectation_id>")
@bp.get("/<slug>/<version>/expectations/<expectation_id>")
@requires(Permission.Ladder.READ, on=load_expectation)
def show_expectation(asked: AskedExpectation) -> ResponseReturnValue:
    """Show one expectation beside the matrix."""
    seen = asked.seen()
    opened = seen.opened(asked.expectation)
    return render_template("ladders/ladder.html", seen=seen, shown=seen.shown(opened.level), opened=opened)


@bp.get("/<slug>/levels/<level_id>")
@bp.get("/<slug>/<version>/levels/<level_id>")
@requires(Permission.Ladder.READ, on=load_level)
def show_level(asked: AskedLevel) -> ResponseReturnValue:
    """Show what one level expects, and what describes it."""
    return render_template("ladders/level.html", seen=asked.seen(), level=asked.level)


@bp.get("/<slug>/compare")
@bp.get("/<slug>/<version>/compare")
@requires(Permission.Ladder.READ, on=load_edition)
def compare_levels(asked: Asked) -> ResponseReturnValue:
    """Show what changes from one level to another."""
    seen = asked.seen()
    lower, upper = seen.suggested_comparison() or (seen.ladder.levels[0], seen.ladder.levels[0])
    lower = _level(asked.edition, request.args.get("from", lower.id))
    upper = _level(asked.edition, request.args.get("to", upper.id))
    form = CompareForm(seen.ladder.levels, formdata=None, data={"from_": lower.id, "to": upper.id})
    return render_template("ladders/compare.html", seen=seen, lower=lower, upper=upper, form=form)
