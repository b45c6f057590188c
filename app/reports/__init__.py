"""Reports: how people progress, whether it is fair, and the files that HR takes away.

Owns the table of exports. May use promotion, mentoring, assessment, people and ladders, whose rows it only reads. The
statistics stand in the domain; a report puts them into `findings`, which page, files and command line share.
"""

from flask import Flask

from app.reports import models  # noqa: F401 - the schema is what is imported


def register(app: Flask) -> None:
    """Join the reports."""
    # Views need the registered policy.
    from app.reports import making, views  # noqa: PLC0415

    making.register()
    app.register_blueprint(views.bp)
