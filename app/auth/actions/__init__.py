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
from app.auth.actions.attempts import Attempt, refuse_attempt, reserve_attempt, settle_attempt
from app.auth.actions.invitations import Invited, ask_for_reset, copy_reset_link, invite, mail_reset_link
from app.auth.actions.links import make_link, use_link
from app.auth.actions.passwords import change_password, set_password, strengthen_hash
from app.auth.actions.second_factor import (
    make_recovery_codes,
    reseal_secrets,
    reset_second_factor,
    set_up,
    take_off,
    use_code,
    use_recovery_code,
)
from app.auth.actions.sessions import (
    SEEN_EVERY,
    complete_session,
    end_other_sessions,
    end_session,
    note_proof,
    note_seen,
    open_session,
    renew_session,
)

__all__ = [
    "SEEN_EVERY",
    "Attempt",
    "Invited",
    "ask_for_reset",
    "change_password",
    "choose_theme",
    "complete_session",
    "copy_reset_link",
    "create_account",
    "disable_account",
    "enable_account",
    "end_other_sessions",
    "end_session",
    "grant_role",
    "invite",
    "mail_reset_link",
    "make_link",
    "make_recovery_codes",
    "note_first_visit",
    "note_proof",
    "note_seen",
    "open_session",
    "refuse_attempt",
    "renew_session",
    "reseal_secrets",
    "reserve_attempt",
    "reset_second_factor",
    "revoke_role",
    "set_password",
    "set_up",
    "settle_attempt",
    "strengthen_hash",
    "take_off",
    "use_code",
    "use_link",
    "use_recovery_code",
]
