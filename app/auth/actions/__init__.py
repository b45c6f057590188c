"""Signing in and out, making accounts, granting roles."""

from app.auth.actions.accounts import (
    choose_theme,
    create_account,
    disable_account,
    enable_account,
    grant_role,
    note_first_visit,
    revoke_role,
)
from app.auth.actions.attempts import clear_failures, note_failed_sign_in
from app.auth.actions.invitations import Invited, ask_for_reset, copy_reset_link, invite, tell_of_new_password
from app.auth.actions.links import make_link, note_knock, use_link
from app.auth.actions.passwords import change_password, set_password, strengthen_hash
from app.auth.actions.sessions import SEEN_EVERY, end_other_sessions, end_session, note_seen, open_session

__all__ = [
    "SEEN_EVERY",
    "Invited",
    "ask_for_reset",
    "change_password",
    "choose_theme",
    "clear_failures",
    "copy_reset_link",
    "create_account",
    "disable_account",
    "enable_account",
    "end_other_sessions",
    "end_session",
    "grant_role",
    "invite",
    "make_link",
    "note_failed_sign_in",
    "note_first_visit",
    "note_knock",
    "note_seen",
    "open_session",
    "revoke_role",
    "set_password",
    "strengthen_hash",
    "tell_of_new_password",
    "use_link",
]
