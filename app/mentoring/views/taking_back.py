"""Since when somebody was available or looked for a mentor, carried by the form that takes their stopping back.

Nothing of it is stored: the date travels with the form, signed for the one person and side, and counts on the same day
only. Afterwards stopping is final, and beginning again starts anew (domain specification, 6.3).
"""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app.domain.mentorship import PairSide
from app.infra.clock import local


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="mentoring-stopped")


def carry_back(since: datetime, side: PairSide, person_id: uuid.UUID, at: datetime) -> str:
    """Return the date from which somebody's time counted, for the form that takes back what they did now."""
    return str(_serializer().dumps([str(person_id), side.value, local(at).date().isoformat(), since.isoformat()]))


def taken_back(text: str, side: PairSide, person_id: uuid.UUID, at: datetime) -> datetime | None:
    """Return the date that a form carries; None for nobody's, another person's or side's, and on a later day."""
    try:
        *whose, since = _serializer().loads(text)
    except (BadSignature, ValueError):
        return None
    if whose != [str(person_id), side.value, local(at).date().isoformat()]:
        return None
    return datetime.fromisoformat(since)
