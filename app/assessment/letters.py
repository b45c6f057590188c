"""The letter about an assessment that was called off: it tells the other side why nothing is asked of them any more."""

from __future__ import annotations

import json
import uuid

from flask import current_app

from app.assessment.actions import CALLED_OFF
from app.assessment.models import Assessment
from app.auth.queries.accounts import find_enterable
from app.infra.clock import local, today
from app.infra.db import db
from app.infra.templating import long_date
from app.notices import kinds as notices
from app.notices.kinds import Letter
from app.notices.models import Mail
from app.people.queries import get_people


def compose_called_off(mail: Mail) -> Letter | None:
    """Write who called an assessment off, and when; None for whoever cannot sign in."""
    found = find_enterable(mail.person_id, today())
    assessment = db.session.get(Assessment, uuid.UUID(json.loads(mail.payload)["assessment"]))
    if found is None or assessment is None or assessment.called_off_at is None:
        return None
    people = get_people([one for one in (assessment.subject_id, assessment.called_off_by_id) if one])
    ender = people.get(assessment.called_off_by_id) if assessment.called_off_by_id else None
    is_own = assessment.subject_id == mail.person_id
    whose = "your assessment" if is_own else f"the assessment of {people[assessment.subject_id].name}"
    what = f"{whose} for {assessment.target_level}"
    body = current_app.jinja_env.get_template("mail/called_off.txt").render(
        name=found[1].name,
        who=ender.name if ender else "",
        what=what,
        day=long_date(local(assessment.called_off_at).date()),
        href=f"{current_app.config['SETTINGS'].base_url}/assessments/{assessment.id}",
    )
    return Letter(found[1].name, found[1].email, f"Called off: {what}", body)


def register() -> None:
    """Join the outbox."""
    notices.register_kind(CALLED_OFF, compose_called_off, label="An assessment was called off")
