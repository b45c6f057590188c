"""Signing in and out, making accounts, granting roles."""

from app.auth.actions.accounts import choose_theme, create_account, grant_role
from app.auth.actions.attempts import clear_failures, note_failed_sign_in
from app.auth.actions.passwords import change_password, set_password, strengthen_hash
from app.auth.actions.sessions import SEEN_EVERY, end_other_sessions, end_session, note_seen, open_session

__all__ = [
    "SEEN_EVERY",
    "change_password",
    "choose_theme",
    "clear_failures",
    "create_account",
    "end_other_sessions",
    "end_session",
    "grant_role",
    "note_failed_sign_in",
    "note_seen",
    "open_session",
    "set_password",
    "strengthen_hash",
]
