"""Self and manager ratings against a pinned ladder version, and the readiness that follows from them.

Owns the tables of assessments, their sheets and answers, and waivers. May use evidence, people, ladders, audit, access
and infra. A draft is its author's; a side that is in stays sealed for the other until both are in. `queries` reads,
`wording` says readiness in words, `pages` and `sheet_pages` arrange it for templates.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Join assessments: add the pages, and tell ladders and evidence what follows from readiness."""
    from app.assessment import links, views  # noqa: PLC0415 - views need the registered policy

    links.register()
    app.register_blueprint(views.bp)
