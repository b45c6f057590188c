"""Self and manager ratings against a pinned ladder version, and the readiness that follows from them.

Owns the tables of assessments, their sheets, answers, notes and signatures, of waivers and growth plans. May use
evidence, people, ladders, audit, access and infra. A draft is its author's; a side that is in stays sealed for the
other until both are in. `queries` reads, `wording` says readiness in words, `pages` and `sheet_pages` arrange it for
templates.
"""

from flask import Flask

from app.access.relations import Fact, ObjectRelation, relations
from app.assessment import queries


def register(app: Flask) -> None:
    """Join assessments: publish who signed what, add the pages, and tell the features below what readiness says."""
    from app.assessment import links, views  # noqa: PLC0415 - views need the registered policy

    relations.about_objects[Fact.SIGNED] = ObjectRelation(queries.has_signed, queries.select_signed_by)
    links.register()
    app.register_blueprint(views.bp)
