"""A small application that has the template engine and nothing behind it: no database, no session, no feature."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import html5lib
import pytest
from flask import Blueprint, Flask

from app.infra import assets, templating

ROOT = Path(__file__).resolve().parents[2]


def _nothing() -> str:
    return ""


@pytest.fixture(scope="session")
def page_app() -> Flask:
    """Return the application; tokens are constant, so that two renderings can be compared."""
    app = Flask("belay_templates", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.secret_key = "only for tests"
    assets.register(app)
    templating.register(app)
    app.jinja_env.globals.update(csrf_token=lambda: "token", idempotency_key=lambda: "key")
    auth = Blueprint("auth", __name__)
    for endpoint in ("change_theme", "show_account"):
        auth.add_url_rule(f"/account/{endpoint}", endpoint, _nothing)
    auth.add_url_rule("/logout", "sign_out", _nothing)
    app.register_blueprint(auth)
    people = Blueprint("people", __name__, url_prefix="/people")
    people.add_url_rule("/<uuid:person_id>", "show_person", _nothing)
    people.add_url_rule("/organisation", "show_organisation", _nothing)
    for act in ("correct", "undo"):
        people.add_url_rule(f"/records/<uuid:record_id>/{act}", f"{act}_record", _nothing)
    app.register_blueprint(people)
    mentoring = Blueprint("mentoring", __name__, url_prefix="/mentoring")
    mentoring.add_url_rule("/sessions/<uuid:session_id>", "show_session", _nothing)
    for endpoint in ("add_action", "tick_action", "untick_action"):
        mentoring.add_url_rule(f"/<uuid:mentorship_id>/{endpoint}", endpoint, _nothing)
    for endpoint in ("show_change_note", "remove_note"):
        mentoring.add_url_rule(f"/<uuid:note_id>/{endpoint}", endpoint, _nothing)
    mentoring.add_url_rule("/<uuid:action_id>/remove_action", "remove_action", _nothing)
    app.register_blueprint(mentoring)
    app.add_url_rule("/list", "list", _nothing)
    return app


@pytest.fixture
def context(page_app: Flask) -> Iterator[Flask]:
    """Open a request, as every rendering has one."""
    with page_app.test_request_context("/evidence/?kind=incident"):
        yield page_app


@pytest.fixture
def render(context: Flask) -> Callable[..., str]:
    """Return a function that renders template source."""

    def render_source(source: str, **values: object) -> str:
        return context.jinja_env.from_string(source).render(**values)

    return render_source


def assert_valid_fragment(html: str) -> None:
    """Raise html5lib's ParseError when a piece of HTML is not well formed."""
    html5lib.HTMLParser(strict=True).parseFragment(html)


def assert_valid_page(html: str) -> None:
    """Raise html5lib's ParseError when a page is not well formed."""
    html5lib.HTMLParser(strict=True).parse(html)
