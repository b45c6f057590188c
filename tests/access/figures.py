"""What reports rest on in the company of the access suite: a tier that somebody outside holds, and files taken out."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from app.auth.models import AuthSession
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.models import HolderKind, TeamTier, TierHolder
from app.reports.models import ExportState, FileFormat, ReportExport
from tests.access.company import Company, canary
from tests.conftest import NOW
from tests.factories.people import AT

SUPPORT_LADDER = "technical-support"
EXPORTS = {"export_of_hr": "hr", "export_of_manager": "manager", "export_of_subject": "subject"}
"""Who has asked for each, in the session in which they are signed in."""


def report(company: Company) -> None:
    """Write what a team needs and who holds a tier for it, and let three people take out the report on progression."""
    for session in db.session.query(AuthSession).order_by(AuthSession.id):
        name = next(one for one, person_id in company.people.items() if person_id == session.person_id)
        company.sessions[name] = session.id
    with transaction() as session:
        dated = {"starts_on": date(2026, 1, 1), "recorded_at": AT}
        row = TierHolder(
            id=uuid.uuid4(),
            team_id=company.objects["team"],
            lineage=SUPPORT_LADDER,
            tier="L4",
            kind=HolderKind.EXTERNAL,
            name=canary("team", "holder"),
            **dated,
        )
        needed = {"team_id": company.objects["team"], "lineage": SUPPORT_LADDER, "tier": "L4", "is_required": True}
        session.add_all([row, TeamTier(id=uuid.uuid4(), **needed, **dated)])
        company.asked["team"] = str(row.id)
        company.objects["tier_holder"], company.kinds["tier_holder"] = row.id, "tier_holder"
        for name, owner in EXPORTS.items():
            export = ReportExport(
                id=uuid.uuid4(),
                person_id=company.people[owner],
                session_id=company.sessions[owner],
                report="progression",
                criteria="{}",
                format=FileFormat.CSV,
                is_own=owner == "subject",
                reason="" if owner == "subject" else canary(name, "reason"),
                state=ExportState.READY,
                asked_at=NOW - timedelta(minutes=5),
                good_until=NOW + timedelta(hours=20),
                rows=1,
            )
            session.add(export)
            company.objects[name], company.kinds[name], company.subjects[name] = export.id, "report_export", owner
    db.session.rollback()
