"""Career ladders: read a file, publish it as an immutable version, adopt it from a day, browse it.

Owns the tables of versions and adoptions. May use audit, access, infra and domain. The database decides which version
counts; files are read only by the command line. Ladders know no person: what a page shows of its reader comes from a
higher feature, through `panels`.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Join ladders: add the pages."""
    from app.ladders import views  # noqa: PLC0415 - views need the registered policy

    app.register_blueprint(views.bp)
