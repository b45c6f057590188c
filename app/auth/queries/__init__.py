"""Reading accounts, sessions and roles."""

from app.auth.queries.accounts import find_account, get_account, lock_account
from app.auth.queries.links import find_link
from app.auth.queries.second_factor import count_recovery_codes, next_stage
from app.auth.queries.sessions import (
    HalfSignedIn,
    OpenSession,
    OwnSession,
    find_session,
    find_session_by_id,
    get_session,
    hashed,
    list_sessions,
)
from app.auth.queries.throttle import LONGEST_DELAY, PER_ACCOUNT, PER_ADDRESS, WINDOW, delay_before_attempt

__all__ = [
    "LONGEST_DELAY",
    "PER_ACCOUNT",
    "PER_ADDRESS",
    "WINDOW",
    "HalfSignedIn",
    "OpenSession",
    "OwnSession",
    "count_recovery_codes",
    "delay_before_attempt",
    "find_account",
    "find_link",
    "find_session",
    "find_session_by_id",
    "get_account",
    "get_session",
    "hashed",
    "list_sessions",
    "lock_account",
    "next_stage",
]
