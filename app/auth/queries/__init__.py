"""Reading accounts, sessions and roles."""

from app.auth.queries.accounts import find_account, get_account
from app.auth.queries.links import find_link
from app.auth.queries.sessions import (
    ABSOLUTE,
    IDLE,
    IDLE_PRIVILEGED,
    OpenSession,
    find_session,
    get_session,
    hashed,
    list_sessions,
)
from app.auth.queries.throttle import LONGEST_DELAY, PER_ACCOUNT, PER_ADDRESS, WINDOW, delay_before_attempt

__all__ = [
    "ABSOLUTE",
    "IDLE",
    "IDLE_PRIVILEGED",
    "LONGEST_DELAY",
    "PER_ACCOUNT",
    "PER_ADDRESS",
    "WINDOW",
    "OpenSession",
    "delay_before_attempt",
    "find_account",
    "find_link",
    "find_session",
    "get_account",
    "get_session",
    "hashed",
    "list_sessions",
]
