"""Promotion cycles: from the list of who could be nominated to a decision that everybody can retrace.

Owns the tables of cycles, committees, cases, packets, feedback, ratings and decisions. May use assessment, evidence,
people, ladders, notices, jobs, audit, access and infra. The rules stand in `domain.promotion`, `domain.committee` and
`domain.agreement`. Nobody outside the committee and HR reads a decision, or that there is one, before it was told.
"""

from flask import Flask

from app.infra.single_values import take_several
from app.promotion import queries, reminders, sweep


def register(app: Flask) -> None:
    """Join promotion: publish who judges what, and add the pages."""
    # Views need the registered policy.
    from app.promotion import decision_waits, feedback_waits, nomination_waits, packet_waits, review_waits, views  # noqa: PLC0415

    queries.publish_relations()
    sweep.register()
    reminders.register()
    take_several("versions")
    decision_waits.register()
    feedback_waits.register()
    nomination_waits.register()
    packet_waits.register()
    review_waits.register()
    app.register_blueprint(views.bp)
