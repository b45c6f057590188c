"""What is let go of sign-in after a time: sessions that are long over, links that nobody can use, failed attempts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from app.auth.models import AuthSession, OneTimeLink, SignInAttempt
from app.auth.queries.throttle import REMEMBERED
from app.infra.db import db

KEPT_FOR = timedelta(days=30)
"""How long a session or a link stays after its end, so that a form sent on it is still known to be somebody's."""


def forget_sign_ins(at: datetime) -> None:
    """Delete sessions opened and links expired more than 30 days ago, and attempts that no longer count.

    No session lives for more than a day, so one that was opened 30 days ago is over. The record keeps what happened.
    """
    db.session.execute(delete(AuthSession).where(AuthSession.created_at < at - KEPT_FOR))
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < at - KEPT_FOR))
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - REMEMBERED))
