"""Telling the engineer of a waiver that has come to hold: it changes their verdict without an act of theirs."""

from __future__ import annotations

from datetime import datetime

from app.assessment.models import Waiver
from app.assessment.queries import WAIVED
from app.audit.actions import Author
from app.notices.actions import tell


def tell_waived(waiver: Waiver, *, by: Author, at: datetime) -> None:
    """Tell the engineer that a waiver holds now, if it does and they want to hear of it at once."""
    if waiver.holds:
        tell(WAIVED, waiver.subject_id, waiver.id, by=by, at=at)
