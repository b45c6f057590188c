"""The start page: where I stand, what keeps me from the next level, and what waits for me.

Owns no table. Joins readiness, evidence and open tasks; managers also see their reports.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Join the start page and the navigation of every page."""
    from app.home import links, navigation, welcome  # noqa: PLC0415 - views need the registered policy

    links.register()
    navigation.register(app)
    # The page that greets has joined the blueprint of the start page.
    app.register_blueprint(welcome.bp)
