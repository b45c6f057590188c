"""The start page: where I stand, what keeps me from the next level, and what waits for me.

Owns no table. Joins readiness, evidence and open tasks; managers also see their reports.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Join the start page and the navigation of every page."""
    # Views need the registered policy; importing them joins their routes to the blueprint.
    from app.home import blueprint, inbox, letters, links, navigation, search, views, welcome  # noqa: F401, PLC0415

    letters.register()
    links.register()
    search.register()
    navigation.register(app)
    app.register_blueprint(blueprint.bp)
